/* multiplicative.c - changes in proportion to the weight: the logarithm of a weight is what learns.
 *
 *     dz = A pre post + B pre + C post + D, cut off at +-limit
 *     form = "exponential":  w <- w exp(dz)
 *     form = "linear":       w <- w + w dz
 *
 * A weight keeps its sign, and zero stays zero: signs and zeros come from where a life begins. Sums of
 * many changes of the logarithm spread weights log-normally, as synapses are found to be (Buzsaki &
 * Mizuseki, Nature Reviews Neuroscience 15, 2014; asked for by Burns, 2021). It is exponentiated gradient
 * with dz in the place of the gradient: Kivinen & Warmuth, Information and Computation 132, 1997.
 */
#include <hebb/clone.h>
#include <hebb/rule.h>

enum form { EXPONENTIAL, LINEAR };

typedef struct config {
  int32_t form;
  double limit;
} config;

static const hebb_param params[] = {
  HEBB_CHOICE(config, form, "exponential|linear", "w exp(dz), or to first order w (1 + dz)."),
  HEBB_PARAM(
      config, limit, 0.5, 0, 0.999, "1",
      "Largest change of the logarithm of a weight in a step; below 1, so that no sign changes."),
  { 0 },
};

static const char *const coef_name[] = { "A", "B", "C", "D" };

static int shape(const void *cfg, const hebb_host *host, hebb_rule_shape *out)
{
  (void)cfg, (void)host;
  out->n_coef = 4;
  out->coef_name = coef_name;
  return HEBB_OK;
}

/* exp(z) for |z| <= 1 within 6e-7 of itself: Taylor's series of z / 4 to the sixth power, squared twice. */
static HEBB_INLINE float exp_of_small(float z)
{
  const float q = 0.25f * z;
  float p = 1.0f / 720 * q + 1.0f / 120;
  p = p * q + 1.0f / 24;
  p = p * q + 1.0f / 6;
  p = p * q + 0.5f;
  p = p * q + 1;
  p = p * q + 1;
  return (p * p) * (p * p);
}

#define PARAMETERS                                                                                 \
  (int64_t n_pre, int64_t n_post, const float *restrict pre, const float *restrict post,           \
   const float *restrict coef, float limit, float *restrict weight)
#define ARGUMENTS n_pre, n_post, pre, post, coef, limit, weight

/* `form` is a constant wherever it is called, so every call is a loop of its own. */
static HEBB_INLINE void change(int64_t n_pre, int64_t n_post, const float *restrict pre,
                               const float *restrict post, const float *restrict coef, float limit,
                               float *restrict weight, const enum form form)
{
  const int64_t n = n_pre * n_post;
  for (int64_t i = 0; i < n_pre; i++) {
    const float x = pre[i], *restrict c = coef + i * n_post;
    float *restrict w = weight + i * n_post;
    for (int64_t j = 0; j < n_post; j++) {
      float z = c[j] * x * post[j] + c[n + j] * x + c[2 * n + j] * post[j] + c[3 * n + j];
      z = z > limit ? limit : z;
      z = z < -limit ? -limit : z;
      w[j] *= form == EXPONENTIAL ? exp_of_small(z) : 1 + z;
    }
  }
}

static HEBB_INLINE void exponential_inline PARAMETERS
{
  change(ARGUMENTS, EXPONENTIAL);
}
HEBB_CLONES(exponential, PARAMETERS, (ARGUMENTS))

static HEBB_INLINE void linear_inline PARAMETERS
{
  change(ARGUMENTS, LINEAR);
}
HEBB_CLONES(linear, PARAMETERS, (ARGUMENTS))

static void update(const void *cfg, const hebb_layer *l)
{
  const config *c = cfg;
  const int64_t n_pre = l->n_pre, n_post = l->n_post;

  for (int64_t lane = 0; lane < l->n_lane; lane++)
    if (!l->live || l->live[lane])
      (c->form == LINEAR ? linear : exponential)(n_pre, n_post, l->pre + lane * n_pre,
                                                 l->post + lane * n_post, l->coef, (float)c->limit,
                                                 l->weight + lane * n_pre * n_post);
}

static const hebb_rule multiplicative = {
  .base = {
    HEBB_HEAD(HEBB_RULE, hebb_rule, config),
    .name = "multiplicative",
    .version = "1.0",
    .brief = "Changes in proportion to the weight: log-normal spread, signs are kept",
    .cite = "Buzsaki & Mizuseki, Nature Reviews Neuroscience 15:264-278, 2014",
    .params = params,
  },
  .shape = shape,
  .update = update,
};

const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &multiplicative.base : NULL;
}
