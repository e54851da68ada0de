/* plastic_trace.c - differentiable plasticity: a fixed weight, and a Hebbian trace beside it.
 *
 *     the forward pass uses  w + alpha H
 *     form = "decay":  H <- (1 - eta) H + eta pre post
 *     form = "oja":    H <- H + eta post (pre - post H)
 *
 * w never changes in life: it is evolved with [network.weights] init = "evolved". alpha is evolved for
 * each synapse, eta for each layer (share = "network": one, as in the paper, but then alpha too). H is
 * zero when a life begins. The paper trains w, alpha and eta by gradients, this program evolves them.
 * Miconi, Stanley & Clune, Differentiable plasticity, ICML 2018, arXiv:1804.02464.
 */
#include <hebb/clone.h>
#include <hebb/rule.h>

enum form { DECAY, OJA };

typedef struct config {
  int32_t form;
} config;

static const hebb_param params[] = {
  HEBB_CHOICE(config, form, "decay|oja",
              "How the trace forgets: at a constant rate, or by post^2."),
  { 0 },
};

static const char *const coef_name[] = { "alpha", "eta" };
static const uint8_t coef_span[] = { HEBB_SHARE_EACH, HEBB_SHARE_LAYER };

static int shape(const void *cfg, const hebb_host *host, hebb_rule_shape *out)
{
  (void)cfg, (void)host;
  out->n_coef = 2;
  out->coef_name = coef_name;
  out->coef_span = coef_span;
  out->n_trace = 1;
  out->needs = HEBB_NEEDS_EFFECTIVE;
  return HEBB_OK;
}

#define PARAMETERS                                                                                 \
  (int64_t n_pre, int64_t n_post, const float *restrict pre, const float *restrict post,           \
   float eta, float *restrict trace)
#define ARGUMENTS n_pre, n_post, pre, post, eta, trace

static HEBB_INLINE void decay_inline PARAMETERS
{
  const float keep = 1 - eta;
  for (int64_t i = 0; i < n_pre; i++) {
    const float x = eta * pre[i];
    for (int64_t j = 0, k = i * n_post; j < n_post; j++, k++)
      trace[k] = keep * trace[k] + x * post[j];
  }
}
HEBB_CLONES(decay, PARAMETERS, (ARGUMENTS))

static HEBB_INLINE void oja_inline PARAMETERS
{
  for (int64_t i = 0; i < n_pre; i++)
    for (int64_t j = 0, k = i * n_post; j < n_post; j++, k++)
      trace[k] += eta * (post[j] * (pre[i] - post[j] * trace[k]));
}
HEBB_CLONES(oja, PARAMETERS, (ARGUMENTS))

static HEBB_INLINE void sum_inline(int64_t n, const float *restrict weight,
                                   const float *restrict alpha, const float *restrict trace,
                                   float *restrict sum)
{
  for (int64_t k = 0; k < n; k++)
    sum[k] = weight[k] + alpha[k] * trace[k];
}
HEBB_CLONES(sum,
            (int64_t n, const float *restrict weight, const float *restrict alpha,
             const float *restrict trace, float *restrict sum),
            (n, weight, alpha, trace, sum))

static void update(const void *cfg, const hebb_layer *l)
{
  const int32_t form = ((const config *)cfg)->form;
  const int64_t n_pre = l->n_pre, n_post = l->n_post, n = n_pre * n_post;

  for (int64_t lane = 0; lane < l->n_lane; lane++)
    if (!l->live || l->live[lane])
      (form == OJA ? oja : decay)(n_pre, n_post, l->pre + lane * n_pre, l->post + lane * n_post,
                                  l->coef[n], l->trace + lane * n);
}

static void effective(const void *cfg, const hebb_layer *l, float *weight)
{
  const int64_t n = (int64_t)l->n_pre * l->n_post;
  (void)cfg;
  for (int64_t lane = 0; lane < l->n_lane; lane++)
    sum(n, l->weight + lane * n, l->coef, l->trace + lane * n, weight + lane * n);
}

static const hebb_rule plastic_trace = {
  .base = {
    HEBB_HEAD(HEBB_RULE, hebb_rule, config),
    .name = "plastic_trace",
    .version = "1.0",
    .brief = "Differentiable plasticity: weight + alpha times a Hebbian trace",
    .cite = "Miconi, Stanley & Clune, ICML 2018, arXiv:1804.02464",
    .params = params,
  },
  .shape = shape,
  .update = update,
  .effective = effective,
};

const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &plastic_trace.base : NULL;
}
