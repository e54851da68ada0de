/* NAME.c - Hebbian growth and drift, both evolved, with decay.
 *
 *     dw = rate (grow pre post + drift - decay w)
 *
 * `grow` and `drift` are evolved for each synapse; `decay` keeps weights bounded, as weight decay does
 * in Hebb's rule (Gerstner & Kistler, "Spiking Neuron Models", 2002, chapter 10). Say here what your
 * rule is, and whose.
 */
#include <hebb/rule.h>

/* What the experiment's [rule] table may set; each field has one row below. */
typedef struct config {
  double rate, decay;
} config;

static const hebb_param params[] = {
  HEBB_PARAM(config, rate, 0.1, 0, 1, "1", "Factor of every change."),
  HEBB_PARAM(config, decay, 0.1, 0, 1, "1", "Part of a weight that is lost."),
  { 0 },
};

/* What evolution finds: two numbers for each synapse. */
static const char *const coef_name[] = { "grow", "drift" };

static int shape(const void *cfg, const hebb_host *host, hebb_rule_shape *out)
{
  (void)cfg, (void)host;
  out->n_coef = 2;
  out->coef_name = coef_name;
  return HEBB_OK;
}

/* One step of one layer: changes the weights (lane x pre x post) in place. */
static void update(const void *cfg, const hebb_layer *l)
{
  const config *c = cfg;
  const float rate = (float)c->rate, decay = (float)c->decay;
  const size_t n_pre = (size_t)l->n_pre, n_post = (size_t)l->n_post, n = n_pre * n_post;

  for (size_t lane = 0; lane < (size_t)l->n_lane; lane++) {
    if (l->live && !l->live[lane])
      continue;
    const float *pre = l->pre + lane * n_pre, *restrict post = l->post + lane * n_post;
    for (size_t i = 0; i < n_pre; i++) {
      const float *restrict grow = l->coef + i * n_post, *restrict drift = grow + n;
      float *restrict w = l->weight + lane * n + i * n_post;
      for (size_t j = 0; j < n_post; j++)
        w[j] += rate * (grow[j] * pre[i] * post[j] + drift[j] - decay * w[j]);
    }
  }
}

static const hebb_rule rule = {
  .base = {
    HEBB_HEAD(HEBB_RULE, hebb_rule, config),
    .name = "NAME",
    .version = "0.1.0",
    .brief = "Hebbian growth and drift, both evolved, with decay",
    .cite = "",
    .params = params,
  },
  .shape = shape,
  .update = update,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &rule.base : NULL;
}
