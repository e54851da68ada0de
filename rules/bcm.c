/* bcm.c - the rule of Bienenstock, Cooper and Munro: a threshold parts growth from decay.
 *
 *     dw = eta pre post (post - theta)
 *     threshold = "sliding":  theta <- theta + (post^2 - theta) / tau, after the weights; 0 at first
 *     threshold = "fixed":    theta is evolved, one for each postsynaptic neuron
 *
 * The sliding threshold rises faster than the activity, so that a neuron that is active too much loses
 * weight: neurons become selective. Bienenstock, Cooper & Munro, Journal of Neuroscience 2, 1982; theta
 * as the mean of post^2: Intrator & Cooper, Neural Networks 5, 1992.
 */
#include <hebb/clone.h>
#include <hebb/rule.h>

enum threshold { SLIDING, FIXED };

typedef struct config {
  int32_t threshold;
  double tau;
} config;

static const hebb_param params[] = {
  HEBB_CHOICE(config, threshold, "sliding|fixed",
              "theta: the recent mean of post^2, or an evolved number of each neuron."),
  HEBB_PARAM(config, tau, 10, 1, 1e6, "step", "sliding: steps over which the mean is taken."),
  { 0 },
};

static const char *const coef_name[] = { "eta", "theta" };
static const uint8_t coef_span[] = { HEBB_SHARE_EACH, HEBB_SHARE_POST };

static int shape(const void *cfg, const hebb_host *host, hebb_rule_shape *out)
{
  const bool fixed = ((const config *)cfg)->threshold == FIXED;
  (void)host;
  out->n_coef = fixed ? 2 : 1;
  out->coef_name = coef_name;
  out->coef_span = coef_span;
  out->n_post_state = fixed ? 0 : 1; // theta
  return HEBB_OK;
}

#define PARAMETERS                                                                                 \
  (int64_t n_pre, int64_t n_post, const float *restrict pre, const float *restrict post,           \
   const float *restrict eta, const float *restrict theta, float *restrict weight)
#define ARGUMENTS n_pre, n_post, pre, post, eta, theta, weight

static HEBB_INLINE void change_inline PARAMETERS
{
  for (int64_t i = 0; i < n_pre; i++) {
    const float x = pre[i];
    for (int64_t j = 0, k = i * n_post; j < n_post; j++, k++)
      weight[k] += eta[k] * (x * (post[j] * (post[j] - theta[j])));
  }
}
HEBB_CLONES(change, PARAMETERS, (ARGUMENTS))

static void update(const void *cfg, const hebb_layer *l)
{
  const config *c = cfg;
  const int64_t n_pre = l->n_pre, n_post = l->n_post, n = n_pre * n_post;
  const float rate = (float)(1 / c->tau);

  for (int64_t lane = 0; lane < l->n_lane; lane++) {
    if (l->live && !l->live[lane])
      continue;
    const float *post = l->post + lane * n_post;
    float *slid = c->threshold == SLIDING ? l->post_state + lane * n_post : NULL;
    // what is one neuron's stands in every row of its plane: the first is enough
    change(n_pre, n_post, l->pre + lane * n_pre, post, l->coef, slid ? slid : l->coef + n,
           l->weight + lane * n);
    for (int64_t j = 0; slid && j < n_post; j++)
      slid[j] += rate * (post[j] * post[j] - slid[j]);
  }
}

static const hebb_rule bcm = {
  .base = {
    HEBB_HEAD(HEBB_RULE, hebb_rule, config),
    .name = "bcm",
    .version = "1.0",
    .brief = "BCM rule: growth above a threshold, decay below; sliding or fixed",
    .cite = "Bienenstock, Cooper & Munro, Journal of Neuroscience 2:32-48, 1982",
    .params = params,
  },
  .shape = shape,
  .update = update,
};

const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &bcm.base : NULL;
}
