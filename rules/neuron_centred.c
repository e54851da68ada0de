/* neuron_centred.c - ABCD with coefficients of neurons instead of synapses (Ferigo et al., 2024).
 *
 *     dw_ij = (eta_i + eta_j) / 2 (a_i pre_i + b_j post_j + (c_i pre_i) (c_j post_j) + d_i d_j)
 *
 * Genes grow with the neurons, not with the synapses. Each layer has its own: a hidden neuron has
 * c, d and eta once as the postsynaptic neuron of its layer, and once as the presynaptic one of the
 * next, where the paper has them once.
 * Ferigo, Cunegatti & Iacca, Neuron-centric Hebbian learning, GECCO 2024.
 */
#include <hebb/clone.h>
#include <hebb/rule.h>

static const char *const coef_name[] = { "a", "c_pre",  "d_pre",  "eta_pre",
                                         "b", "c_post", "d_post", "eta_post" };
static const uint8_t coef_span[] = { HEBB_SHARE_PRE,  HEBB_SHARE_PRE,  HEBB_SHARE_PRE,
                                     HEBB_SHARE_PRE,  HEBB_SHARE_POST, HEBB_SHARE_POST,
                                     HEBB_SHARE_POST, HEBB_SHARE_POST };

static int shape(const void *cfg, const hebb_host *host, hebb_rule_shape *out)
{
  (void)cfg, (void)host;
  out->n_coef = 8;
  out->coef_name = coef_name;
  out->coef_span = coef_span;
  return HEBB_OK;
}

#define PARAMETERS                                                                                 \
  (int64_t n_pre, int64_t n_post, const float *restrict pre, const float *restrict post,           \
   const float *restrict coef, float *restrict weight)
#define ARGUMENTS n_pre, n_post, pre, post, coef, weight

/* What is one neuron's stands everywhere in its row or column of the plane: the first row and the first
   column are read. */
static HEBB_INLINE void change_inline PARAMETERS
{
  const int64_t n = n_pre * n_post;
  const float *restrict b = coef + 4 * n, *restrict c = b + n, *restrict d = c + n,
                        *restrict eta = d + n;
  for (int64_t i = 0; i < n_pre; i++) {
    const float *first = coef + i * n_post, a_x = first[0] * pre[i], c_x = first[n] * pre[i];
    const float d_pre = first[2 * n], eta_pre = first[3 * n];
    float *restrict w = weight + i * n_post;
    for (int64_t j = 0; j < n_post; j++) {
      const float sum = a_x + (b[j] + c_x * c[j]) * post[j] + d_pre * d[j];
      w[j] += 0.5f * (eta_pre + eta[j]) * sum;
    }
  }
}
HEBB_CLONES(change, PARAMETERS, (ARGUMENTS))

static void update(const void *cfg, const hebb_layer *l)
{
  const int64_t n_pre = l->n_pre, n_post = l->n_post;
  (void)cfg;
  for (int64_t lane = 0; lane < l->n_lane; lane++)
    if (!l->live || l->live[lane])
      change(n_pre, n_post, l->pre + lane * n_pre, l->post + lane * n_post, l->coef,
             l->weight + lane * n_pre * n_post);
}

static const hebb_rule neuron_centred = {
  .base = {
    .abi = HEBB_ABI,
    .size = sizeof(hebb_rule),
    .kind = HEBB_RULE,
    .name = "neuron_centred",
    .version = "1.0",
    .brief = "ABCD rule with coefficients of neurons instead of synapses",
    .cite = "Ferigo, Cunegatti & Iacca, GECCO 2024",
  },
  .shape = shape,
  .update = update,
};

const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &neuron_centred.base : NULL;
}
