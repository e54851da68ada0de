/* network_weights.c - what is done to a layer's weights after every update, in this order:
 *
 *     update by the rule;  soft bound, or Dale's law (what would cross zero stays there);  clip or normalise
 *
 * Dale's law gives every presynaptic neuron, the inputs included, one sign for the whole run.
 */
#include <math.h>
#include <stdlib.h>

#include "kernels_weights.h"
#include "network.h"
#include "seeds.h"

/* Of n neurons so many inhibit that the fraction is met to half a neuron: chosen without replacement. */
static void draw_signs(double fraction, int32_t n, const hebb_address *address, float *sign)
{
  int32_t wanted = (int32_t)lround(fraction * n);
  for (int32_t i = 0; i < n; i++) {
    const bool inhibits = hebb_uniform_double(address, (uint32_t)i) * (n - i) < wanted;
    sign[i] = inhibits ? -1 : 1;
    wanted -= inhibits;
  }
}

/* Evenly spread: every second one at 0.5, every fifth at 0.2. */
static void alternate_signs(double fraction, int32_t n, float *sign)
{
  for (int32_t i = 0; i < n; i++)
    sign[i] = floor((i + 1) * fraction + 1e-9) > floor(i * fraction + 1e-9) ? -1 : 1;
}

int network_draw_signs(network *net, uint64_t seed, error *err)
{
  const weights_config *w = &net->weights;
  size_t n = 0;
  if (w->dale == DALE_NONE)
    return EXIT_FINE;
  for (int32_t l = 0; l < net->n_layer; l++)
    n += (size_t)net->layer[l].n_pre;
  net->sign[0] = calloc(n + 1, sizeof *net->sign[0]);
  if (!net->sign[0])
    return error_add(err, EXIT_RUN_FAILED, "network: no memory for the signs of %zu neurons", n);
  for (int32_t l = 0; l < net->n_layer; l++) {
    const hebb_address address = { .seed = seed,
                                   .purpose = PURPOSE_SIGNS,
                                   .individual = (uint32_t)l };
    if (l > 0)
      net->sign[l] = net->sign[l - 1] + net->layer[l - 1].n_pre;
    const int32_t n_own = net->layer[l].n_pre - (l == 0 ? net->n_recurrent : 0);
    if (w->dale == DALE_RANDOM)
      draw_signs(w->inhibitory, n_own, &address, net->sign[l]);
    else
      alternate_signs(w->inhibitory, n_own, net->sign[l]);
  }
  // the neurons of a recurrent layer are presynaptic twice
  for (int32_t j = 0; j < net->n_recurrent; j++)
    net->sign[0][net->layer[0].n_pre - net->n_recurrent + j] = net->sign[1][j];
  return EXIT_FINE;
}

bool network_can_sweep(const weights_config *w)
{
  return w->dale == DALE_NONE &&
         (w->after_update == AFTER_UPDATE_NONE ||
          (w->after_update == AFTER_UPDATE_MAX_ABS && w->scope == SCOPE_LAYER));
}

static void bound(float limit, const float *sign, int64_t n_pre, int64_t n_post,
                  const float *before, float *weight)
{
  if (!sign) {
    kernel_soft_bound(n_pre * n_post, -limit, limit, before, weight);
    return;
  }
  for (int64_t i = 0; i < n_pre; i++)
    kernel_soft_bound(n_post, sign[i] > 0 ? 0 : -limit, sign[i] > 0 ? limit : 0,
                      before + i * n_post, weight + i * n_post);
}

static void normalise(enum kernel_norm norm, int32_t scope, int64_t n_pre, int64_t n_post,
                      float *weight)
{
  if (scope == SCOPE_LAYER)
    kernel_normalise(norm, n_pre * n_post, weight);
  else if (scope == SCOPE_COLUMN)
    kernel_normalise_columns(norm, n_pre, n_post, weight);
  else
    for (int64_t i = 0; i < n_pre; i++)
      kernel_normalise(norm, n_post, weight + i * n_post);
}

void network_after_update(const weights_config *weights, const float *sign, int32_t n_pre,
                          int32_t n_post, const float *before, float *weight)
{
  const float limit = (float)weights->limit;
  if (weights->after_update == AFTER_UPDATE_SOFT_BOUND)
    bound(limit, sign, n_pre, n_post, before, weight);
  else if (sign)
    kernel_sign(n_pre, n_post, sign, weight);

  switch (weights->after_update) {
  case AFTER_UPDATE_CLIP: kernel_clip((int64_t)n_pre * n_post, limit, weight); break;
  case AFTER_UPDATE_MAX_ABS:
    normalise(KERNEL_NORM_MAX_ABS, weights->scope, n_pre, n_post, weight);
    break;
  case AFTER_UPDATE_VARIANCE:
    normalise(KERNEL_NORM_VARIANCE, weights->scope, n_pre, n_post, weight);
    break;
  case AFTER_UPDATE_UNIT_NORM:
    normalise(KERNEL_NORM_UNIT, weights->scope, n_pre, n_post, weight);
    break;
  default: break;
  }
}
