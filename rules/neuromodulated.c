/* neuromodulated.c - Hebbian learning by three factors, with an eligibility trace of its own.
 *
 *     w += rate M e;   e = decay e + (A pre post + B pre + C post + D)
 *
 * M is the modulator of the postsynaptic neuron, the reward of the step, or their product. `order` says
 * whether e takes the activity of the step in before it acts, so that it is paid for at once, or after
 * (retroactive modulation as in Miconi et al.). The trace has the general Hebbian terms of Soltoggio et al.,
 * evolved for each synapse.
 *
 * Fremaux & Gerstner, "Neuromodulated spike-timing-dependent plasticity, and theory of three-factor learning
 * rules", Frontiers in Neural Circuits 9:85, 2016 (dw = M e); Miconi, Rawal, Clune & Stanley,
 * "Backpropamine", ICLR 2019 (the order); Soltoggio et al., ALife XI, 2008 (the terms).
 */
#include <hebb/clone.h>
#include <hebb/rule.h>

enum factor { FACTOR_MODULATOR, FACTOR_REWARD, FACTOR_PRODUCT };
enum order { ORDER_TRACE_FIRST, ORDER_WEIGHT_FIRST };

typedef struct config {
  int32_t factor, order;
  double rate, decay;
} config;

static const hebb_param params[] = {
  HEBB_CHOICE(config, factor, "modulator|reward|product",
              "M: the modulator of [modulation], the reward of the step, or their product."),
  HEBB_CHOICE(config, order, "trace_first|weight_first",
              "What is changed first; weight_first: the activity of this step is paid for later."),
  HEBB_PARAM(config, rate, 0.1, 0, 1e3, "1", "Learning rate, of all synapses."),
  HEBB_PARAM(config, decay, 0.9, 0, 1, "1", "What remains of the trace after a step."),
  { 0 },
};

static const char *const coef_name[] = { "A", "B", "C", "D" };

static int shape(const void *cfg, const hebb_host *host, hebb_rule_shape *out)
{
  const config *c = cfg;
  (void)host;
  out->n_coef = 4;
  out->coef_name = coef_name;
  out->n_trace = 1;
  out->needs = (c->factor != FACTOR_REWARD ? HEBB_NEEDS_MODULATOR : 0u) |
               (c->factor != FACTOR_MODULATOR ? HEBB_NEEDS_REWARD | HEBB_NEEDS_LAST : 0u);
  return HEBB_OK;
}

/* One presynaptic neuron: trace [n_post], weight [n_post]; modulator NULL: 1. coef: its row of plane A,
   the other planes `plane` further on. */
static HEBB_INLINE void change_inline(int64_t n_post, int64_t plane, int order, float decay,
                                      float rate, float pre, const float *restrict post,
                                      const float *restrict modulator, const float *restrict coef,
                                      float *restrict trace, float *restrict weight)
{
  for (int64_t j = 0; j < n_post; j++) {
    const float hebbian = coef[j] * pre * post[j] + coef[plane + j] * pre +
                          coef[2 * plane + j] * post[j] + coef[3 * plane + j];
    const float old = trace[j], now = decay * old + hebbian;
    trace[j] = now;
    weight[j] +=
        rate * (modulator ? modulator[j] : 1.0f) * (order == ORDER_TRACE_FIRST ? now : old);
  }
}
HEBB_CLONES(change,
            (int64_t n_post, int64_t plane, int order, float decay, float rate, float pre,
             const float *restrict post, const float *restrict modulator,
             const float *restrict coef, float *restrict trace, float *restrict weight),
            (n_post, plane, order, decay, rate, pre, post, modulator, coef, trace, weight))

static void update(const void *cfg, const hebb_layer *l)
{
  const config *c = cfg;
  const int64_t n_pre = l->n_pre, n_post = l->n_post, n = n_pre * n_post;

  for (int64_t lane = 0; lane < l->n_lane; lane++) {
    if (l->live && !l->live[lane])
      continue;
    const float rate = (float)c->rate * (l->reward ? l->reward[lane] : 1.0f);
    const float *modulator = l->modulator ? l->modulator + lane * n_post : NULL;
    for (int64_t i = 0; i < n_pre; i++) {
      const int64_t k = lane * n + i * n_post;
      change(n_post, n, c->order, (float)c->decay, rate, l->pre[lane * n_pre + i],
             l->post + lane * n_post, modulator, l->coef + i * n_post, l->trace + k, l->weight + k);
    }
  }
}

static const hebb_rule neuromodulated = {
  .base = {
    HEBB_HEAD(HEBB_RULE, hebb_rule, config),
    .name = "neuromodulated",
    .version = "1.0",
    .brief = "Three factors: modulator or reward times a trace of Hebbian terms",
    .cite = "Fremaux & Gerstner, Frontiers in Neural Circuits 9:85, 2016; Miconi et al., ICLR "
            "2019, arXiv:2002.10585; Soltoggio et al., ALife XI, 2008",
    .params = params,
  },
  .shape = shape,
  .update = update,
};

const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &neuromodulated.base : NULL;
}
