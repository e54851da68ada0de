/* kernels.h - the hot loops of the network, compiled for several instruction sets (hebb/clone.h). */
#ifndef HEBB_KERNELS_H
#define HEBB_KERNELS_H

#include <stdint.h>

/* drive [n_post] = sum over pre of pre [n_pre] x weight [n_pre x n_post], in the order of pre. */
void kernel_dense(int64_t n_pre, int64_t n_post, const float *pre, const float *weight, float *drive);

/* The same added to what drive holds. */
void kernel_dense_add(int64_t n_pre, int64_t n_post, const float *pre, const float *weight, float *drive);

/* post [n] = tanh or sigmoid of drive [n]. */
void kernel_tanh(int64_t n, const float *drive, float *post);
void kernel_sigmoid(int64_t n, const float *drive, float *post);

/* weight [n] / its largest magnitude; all zero stays. */
void kernel_max_abs(int64_t n, float *weight);

#endif
