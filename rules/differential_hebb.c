/* differential_hebb.c - weights follow changes of activity, so that the order of events counts.
 *
 * With dx = pre - pre before, dy = post - post before, s+ = max(s, 0), s- = max(-s, 0):
 *     terms = "both":     dw = A dx dy                          (Kosko, 1986)
 *     terms = "post":     dw = A pre dy                         (signal Hebbian, Porr & Woergoetter, 2003)
 *     terms = "general":  dw = pp dx+ dy+ + pn dx+ dy- + np dx- dy+ + nn dx- dy-
 *                              + sp pre dy+ + sn pre dy- + ps dx+ post + ns dx- post
 *                         (Zappacosta et al., PLoS Computational Biology 14, 2018)
 *
 * The activity before the first step of a life is zero.
 */
#include <hebb/clone.h>
#include <hebb/rule.h>

enum terms { BOTH, POST, GENERAL };

typedef struct config {
  int32_t terms;
} config;

static const hebb_param params[] = {
  HEBB_CHOICE(
      config, terms, "both|post|general",
      "What is multiplied: both changes, pre with the change of post, or all eight products "
      "of rises, falls and signals."),
  { 0 },
};

static const char *const one_name[] = { "A" };
static const char *const general_name[] = { "pp", "pn", "np", "nn", "sp", "sn", "ps", "ns" };

static int shape(const void *cfg, const hebb_host *host, hebb_rule_shape *out)
{
  const bool all = ((const config *)cfg)->terms == GENERAL;
  (void)host;
  out->n_coef = all ? 8 : 1;
  out->coef_name = all ? general_name : one_name;
  out->needs = HEBB_NEEDS_PREVIOUS;
  return HEBB_OK;
}

#define PARAMETERS                                                                                 \
  (int64_t n_pre, int64_t n_post, const float *restrict pre, const float *restrict pre_before,     \
   const float *restrict post, const float *restrict post_before, const float *restrict coef,      \
   float *restrict weight)
#define ARGUMENTS n_pre, n_post, pre, pre_before, post, post_before, coef, weight

static HEBB_INLINE void product_inline PARAMETERS
{
  for (int64_t i = 0; i < n_pre; i++) {
    const float x = pre_before ? pre[i] - pre_before[i] : pre[i];
    for (int64_t j = 0, k = i * n_post; j < n_post; j++, k++)
      weight[k] += coef[k] * (x * (post[j] - post_before[j]));
  }
}
HEBB_CLONES(product, PARAMETERS, (ARGUMENTS))

static HEBB_INLINE float rise(float s)
{
  return s > 0 ? s : 0;
}

static HEBB_INLINE void general_inline PARAMETERS
{
  const int64_t n = n_pre * n_post;
  for (int64_t i = 0; i < n_pre; i++) {
    const float s = pre[i], up = rise(s - pre_before[i]), down = rise(pre_before[i] - s);
    const float *restrict c = coef + i * n_post;
    float *restrict w = weight + i * n_post;
    for (int64_t j = 0; j < n_post; j++) {
      const float dy = post[j] - post_before[j], dy_up = rise(dy), dy_down = rise(-dy);
      const float by_up = c[j] * up + c[2 * n + j] * down + c[4 * n + j] * s;
      const float by_down = c[n + j] * up + c[3 * n + j] * down + c[5 * n + j] * s;
      const float by_post = c[6 * n + j] * up + c[7 * n + j] * down;
      w[j] += by_up * dy_up + by_down * dy_down + by_post * post[j];
    }
  }
}
HEBB_CLONES(general, PARAMETERS, (ARGUMENTS))

static void update(const void *cfg, const hebb_layer *l)
{
  const int32_t terms = ((const config *)cfg)->terms;
  const int64_t n_pre = l->n_pre, n_post = l->n_post;

  for (int64_t lane = 0; lane < l->n_lane; lane++)
    if (!l->live || l->live[lane])
      (terms == GENERAL ? general : product)(n_pre, n_post, l->pre + lane * n_pre,
                                             terms == POST ? NULL : l->pre_before + lane * n_pre,
                                             l->post + lane * n_post,
                                             l->post_before + lane * n_post, l->coef,
                                             l->weight + lane * n_pre * n_post);
}

static const hebb_rule differential_hebb = {
  .base = {
    HEBB_HEAD(HEBB_RULE, hebb_rule, config),
    .name = "differential_hebb",
    .version = "1.0",
    .brief = "Differential Hebbian rule: weights follow changes of activity",
    .cite = "Kosko, AIP Conference Proceedings 151, 1986; Zappacosta et al., PLoS Computational "
            "Biology 14, 2018",
    .params = params,
  },
  .shape = shape,
  .update = update,
};

const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &differential_hebb.base : NULL;
}
