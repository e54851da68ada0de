/* kernels_weights.h - what is done to weights after an update, compiled for several instruction sets
 * (hebb/clone.h). Weights are (pre x post): a row is a presynaptic neuron's, a column a postsynaptic one's. */
#ifndef HEBB_KERNELS_WEIGHTS_H
#define HEBB_KERNELS_WEIGHTS_H

#include <stdint.h>

/* What weights are divided by; those that all are zero stay. */
enum kernel_norm {
  KERNEL_NORM_MAX_ABS,  /* w / max |w|                                             */
  KERNEL_NORM_VARIANCE, /* (w - mean) / sqrt(variance + 1e-5), of the population   */
  KERNEL_NORM_UNIT      /* w / sqrt(sum of w^2)                                    */
};

/* n weights side by side, together. */
void kernel_normalise(enum kernel_norm norm, int64_t n, float *weight);

/* Each column on its own. */
void kernel_normalise_columns(enum kernel_norm norm, int64_t n_pre, int64_t n_post, float *weight);

/* Whatever has another sign than its presynaptic neuron, sign [n_pre] +-1, becomes zero. */
void kernel_sign(int64_t n_pre, int64_t n_post, const float *sign, float *weight);

/* Nothing beyond +-limit. */
void kernel_clip(int64_t n, float limit, float *weight);

/* The change from before [n] to weight [n] shrinks with the distance to the bound it goes to:
   before + max(d, 0) (high - before) + min(d, 0) (before - low), and never beyond low or high. */
void kernel_soft_bound(int64_t n, float low, float high, const float *before, float *weight);

#endif
