/* oja.c - Oja's rule: Hebbian growth with a decay that keeps the weights of a neuron bounded.
 *
 *     dw = eta post (pre - post w)                 decay = "tied"
 *     dw = eta post (pre - alpha post w)           decay = "own"
 *
 * A linear neuron's weights turn into the first principal component of its input, of length 1, or
 * 1 / sqrt(alpha); eta post^2 above 2 is too large and weights grow without bound, as they do with a
 * negative eta. Oja, Journal of Mathematical Biology 15, 1982.
 */
#include <hebb/clone.h>
#include <hebb/rule.h>

enum decay { TIED, OWN };

typedef struct config {
  int32_t decay;
} config;

static const hebb_param params[] = {
  HEBB_CHOICE(config, decay, "tied|own",
              "Factor of the decay post^2 w: eta alone, or eta times an evolved alpha."),
  { 0 },
};

static const char *const coef_name[] = { "eta", "alpha" };

static int shape(const void *cfg, const hebb_host *host, hebb_rule_shape *out)
{
  (void)host;
  out->n_coef = ((const config *)cfg)->decay == OWN ? 2 : 1;
  out->coef_name = coef_name;
  return HEBB_OK;
}

#define PARAMETERS                                                                                 \
  (int64_t n_pre, int64_t n_post, const float *restrict pre, const float *restrict post,           \
   const float *restrict eta, const float *restrict alpha, float *restrict weight)
#define ARGUMENTS n_pre, n_post, pre, post, eta, alpha, weight

/* `decay` is a constant wherever it is called, so every call is a loop of its own. */
static HEBB_INLINE void change(int64_t n_pre, int64_t n_post, const float *restrict pre,
                               const float *restrict post, const float *restrict eta,
                               const float *restrict alpha, float *restrict weight,
                               const enum decay decay)
{
  for (int64_t i = 0; i < n_pre; i++) {
    const float x = pre[i];
    for (int64_t j = 0, k = i * n_post; j < n_post; j++, k++) {
      const float pull = decay == OWN ? alpha[k] * (post[j] * weight[k]) : post[j] * weight[k];
      weight[k] += eta[k] * (post[j] * (x - pull));
    }
  }
}

static HEBB_INLINE void tied_inline PARAMETERS
{
  change(ARGUMENTS, TIED);
}
HEBB_CLONES(tied, PARAMETERS, (ARGUMENTS))

static HEBB_INLINE void own_inline PARAMETERS
{
  change(ARGUMENTS, OWN);
}
HEBB_CLONES(own, PARAMETERS, (ARGUMENTS))

static void update(const void *cfg, const hebb_layer *l)
{
  const int64_t n_pre = l->n_pre, n_post = l->n_post, n = n_pre * n_post;
  const bool has_alpha = ((const config *)cfg)->decay == OWN;

  for (int64_t lane = 0; lane < l->n_lane; lane++)
    if (!l->live || l->live[lane])
      (has_alpha ? own : tied)(n_pre, n_post, l->pre + lane * n_pre, l->post + lane * n_post,
                               l->coef, has_alpha ? l->coef + n : l->coef, l->weight + lane * n);
}

static const hebb_rule oja = {
  .base = {
    HEBB_HEAD(HEBB_RULE, hebb_rule, config),
    .name = "oja",
    .version = "1.0",
    .brief = "Oja's rule: Hebbian growth that bounds itself",
    .cite = "Oja, Journal of Mathematical Biology 15:267-273, 1982",
    .params = params,
  },
  .shape = shape,
  .update = update,
};

const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &oja.base : NULL;
}
