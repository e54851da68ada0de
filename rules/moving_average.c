/* moving_average.c - the ABCD rule on moving averages of the activity, every few steps.
 *
 *     dw = eta (A x y + B x + C y + D) every `interval` updates; x, y: averages of pre and post
 *     average = "window":       over the last `window` steps, or over all while there are fewer
 *     average = "exponential":  x <- x + (pre - x) / window, zero at first
 *
 * With [network.weights] after_update = "max_abs", long averages and intervals make weights settle on
 * fixed points or limit cycles: Hebbian attractor networks (Dittrich, van Diggelen & Floreano, 2026). There
 * B is the factor of post and C that of pre; here as in abcd.
 */
#include <hebb/clone.h>
#include <hebb/rule.h>

enum average { WINDOW, EXPONENTIAL };

typedef struct config {
  int32_t average;
  int64_t window, interval;
} config;

static const hebb_param params[] = {
  HEBB_CHOICE(config, average, "window|exponential", "Kind of average."),
  HEBB_PARAM(config, window, 10, 1, 60, "step", "Steps that an average spans."),
  HEBB_PARAM(config, interval, 4, 1, 1e6, "step", "Steps from one change of weights to the next."),
  { 0 },
};

static const char *const coef_name[] = { "A", "B", "C", "D", "eta" };

/* States: the average, then (window) the last values; of presynaptic neurons then the count of steps. */
static int64_t n_kept(const config *c)
{
  return c->average == WINDOW ? c->window : 0;
}

static int shape(const void *cfg, const hebb_host *host, hebb_rule_shape *out)
{
  (void)host;
  out->n_coef = 5;
  out->coef_name = coef_name;
  out->n_pre_state = (int32_t)n_kept(cfg) + 2;
  out->n_post_state = (int32_t)n_kept(cfg) + 1;
  return HEBB_OK;
}

/* Takes value [n] of step `count` into state [1 + kept x n], whose first row is the average. */
static void average(const config *c, int64_t count, int64_t n, const float *value, float *state)
{
  float *kept = state + n;
  if (c->average == EXPONENTIAL) {
    const float rate = 1 / (float)c->window;
    for (int64_t i = 0; i < n; i++)
      state[i] += rate * (value[i] - state[i]);
    return;
  }
  const int64_t n_value = count < c->window ? count + 1 : c->window;
  memcpy(kept + count % c->window * n, value, (size_t)n * sizeof *value);
  memset(state, 0, (size_t)n * sizeof *state);
  for (int64_t m = 0; m < n_value; m++)
    for (int64_t i = 0; i < n; i++)
      state[i] += kept[m * n + i];
  for (int64_t i = 0; i < n; i++)
    state[i] /= (float)n_value;
}

#define PARAMETERS                                                                                 \
  (int64_t n_pre, int64_t n_post, const float *restrict pre, const float *restrict post,           \
   const float *restrict coef, float *restrict weight)
#define ARGUMENTS n_pre, n_post, pre, post, coef, weight

static HEBB_INLINE void change_inline PARAMETERS
{
  const int64_t n = n_pre * n_post;
  for (int64_t i = 0; i < n_pre; i++) {
    const float x = pre[i], *restrict c = coef + i * n_post;
    float *restrict w = weight + i * n_post;
    for (int64_t j = 0; j < n_post; j++)
      w[j] += c[4 * n + j] *
              (c[j] * x * post[j] + c[n + j] * x + c[2 * n + j] * post[j] + c[3 * n + j]);
  }
}
HEBB_CLONES(change, PARAMETERS, (ARGUMENTS))

static void update(const void *cfg, const hebb_layer *l)
{
  const config *c = cfg;
  const int64_t n_pre = l->n_pre, n_post = l->n_post;

  for (int64_t lane = 0; lane < l->n_lane; lane++) {
    if (l->live && !l->live[lane])
      continue;
    float *x = l->pre_state + lane * (n_kept(c) + 2) * n_pre, *n_step = x + (n_kept(c) + 1) * n_pre;
    float *y = l->post_state + lane * (n_kept(c) + 1) * n_post;
    const int64_t count = (int64_t)*n_step;
    average(c, count, n_pre, l->pre + lane * n_pre, x);
    average(c, count, n_post, l->post + lane * n_post, y);
    *n_step = (float)(count + 1);
    if ((count + 1) % c->interval == 0)
      change(n_pre, n_post, x, y, l->coef, l->weight + lane * n_pre * n_post);
  }
}

static const hebb_rule moving_average = {
  .base = {
    HEBB_HEAD(HEBB_RULE, hebb_rule, config),
    .name = "moving_average", .version = "1.0", .params = params,
    .brief = "ABCD rule on moving averages, every few steps: Hebbian attractor networks",
    .cite = "Dittrich, van Diggelen & Floreano, ICRA 2026, arXiv:2603.22512",
  },
  .shape = shape, .update = update,
};

const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &moving_average.base : NULL;
}
