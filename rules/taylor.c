/* taylor.c - any rule of pre, post and weight, to second order.
 *
 *     order = "each":   dw = sum of theta_abc pre^a post^b w^c, a, b, c in 0 .. 2: 27 terms
 *     order = "total":  the 10 terms of these with a + b + c <= 2
 *
 * Hebb, Oja (pre_post - post2_w), covariance and BCM with a fixed threshold (pre_post2 - theta pre_post)
 * are points of it: [rule] share = "layer" or "network" evolves one rule for many synapses, and
 * reading off its numbers says which. Confavreux et al., NeurIPS 2020; Mehta et al., NeurIPS 2024.
 */
#include <hebb/clone.h>
#include <hebb/rule.h>

enum order { EACH, TOTAL };

typedef struct config {
  int32_t order;
} config;

static const hebb_param params[] = {
  HEBB_CHOICE(config, order, "each|total",
              "Second order in each of pre, post and weight, or in all of them together."),
  { 0 },
};

/* clang-format off */
static const char *const each_name[] = {
  "one", "w", "w2", "post", "post_w", "post_w2", "post2", "post2_w", "post2_w2",
  "pre", "pre_w", "pre_w2", "pre_post", "pre_post_w", "pre_post_w2",
  "pre_post2", "pre_post2_w", "pre_post2_w2", "pre2", "pre2_w", "pre2_w2",
  "pre2_post", "pre2_post_w", "pre2_post_w2", "pre2_post2", "pre2_post2_w", "pre2_post2_w2",
};
static const char *const total_name[] = {
  "one", "w", "w2", "post", "post_w", "post2", "pre", "pre_w", "pre_post", "pre2"
};
/* clang-format on */

static int shape(const void *cfg, const hebb_host *host, hebb_rule_shape *out)
{
  const bool total = ((const config *)cfg)->order == TOTAL;
  (void)host;
  out->n_coef = total ? 10 : 27;
  out->coef_name = total ? total_name : each_name;
  return HEBB_OK;
}

#define PARAMETERS                                                                                 \
  (int64_t n_pre, int64_t n_post, const float *restrict pre, const float *restrict post,           \
   const float *restrict coef, float *restrict weight, int32_t order)
#define ARGUMENTS n_pre, n_post, pre, post, coef, weight, order

enum { TILE = 64 };

/* sum += power post^b (c0 + c1 w + c2 w^2), with n_term of the three, n apart. Three planes at a time, for
   planes a power of two apart share the sets of a cache. b and n_term are constants at every call. */
static HEBB_INLINE void add(int64_t m, int64_t n, const float *restrict c, const int n_term,
                            float power, const int b, const float *restrict post,
                            const float *restrict w, float *restrict sum)
{
  for (int64_t j = 0; j < m; j++) {
    float term = n_term == 3 ? c[n + j] + c[2 * n + j] * w[j] : n_term == 2 ? c[n + j] : 0;
    term = n_term > 1 ? c[j] + term * w[j] : c[j];
    term = b > 0 ? term * post[j] : term;
    term = b > 1 ? term * post[j] : term;
    sum[j] += power * term;
  }
}

static HEBB_INLINE void change_inline PARAMETERS
{
  const int64_t n = n_pre * n_post;
  for (int64_t i = 0; i < n_pre; i++)
    for (int64_t at = 0; at < n_post; at += TILE) {
      const int64_t m = n_post - at < TILE ? n_post - at : TILE;
      const float *c = coef + i * n_post + at, *y = post + at, x = pre[i];
      float sum[TILE] = { 0 }, *restrict w = weight + i * n_post + at, power = 1;
      for (int a = 0; a < 3 && order == EACH; a++, power *= x, c += 9 * n) {
        add(m, n, c, 3, power, 0, y, w, sum);
        add(m, n, c + 3 * n, 3, power, 1, y, w, sum);
        add(m, n, c + 6 * n, 3, power, 2, y, w, sum);
      }
      if (order == TOTAL) {
        add(m, n, c, 3, 1, 0, y, w, sum);
        add(m, n, c + 3 * n, 2, 1, 1, y, w, sum);
        add(m, n, c + 5 * n, 1, 1, 2, y, w, sum);
        add(m, n, c + 6 * n, 2, x, 0, y, w, sum);
        add(m, n, c + 8 * n, 1, x, 1, y, w, sum);
        add(m, n, c + 9 * n, 1, x * x, 0, y, w, sum);
      }
      for (int64_t j = 0; j < m; j++)
        w[j] += sum[j];
    }
}
HEBB_CLONES(change, PARAMETERS, (ARGUMENTS))

static void update(const void *cfg, const hebb_layer *l)
{
  const int64_t n_pre = l->n_pre, n_post = l->n_post;
  for (int64_t lane = 0; lane < l->n_lane; lane++)
    if (!l->live || l->live[lane])
      change(n_pre, n_post, l->pre + lane * n_pre, l->post + lane * n_post, l->coef,
             l->weight + lane * n_pre * n_post, ((const config *)cfg)->order);
}

static const hebb_rule taylor = {
  .base = {
    HEBB_HEAD(HEBB_RULE, hebb_rule, config),
    .name = "taylor", .version = "1.0", .params = params,
    .brief = "Polynomial in pre, post and weight, to second order",
    .cite = "Confavreux et al., NeurIPS 2020; Mehta et al., NeurIPS 2024",
  },
  .shape = shape, .update = update,
};

const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &taylor.base : NULL;
}
