/* bench_plain.h - other ways to do the same step, to hold the fused sweep against. All are compiled for
 * this very processor (-march=native), which is more than the program itself gets. */
#ifndef HEBB_BENCH_PLAIN_H
#define HEBB_BENCH_PLAIN_H

#include <stdint.h>

#include <hebb/rule.h>

/* One dense layer: forward pass, then
   weight += eta (A pre post + B pre + C post + D); weight is (pre x post). */
typedef struct plain_layer {
  int64_t n_pre, n_post;
  const float *pre, *post;
  float *drive, *weight;
  const float *coef; /* (5 x pre x post): A, B, C, D, eta; or (pre x post x 5) where interleaved */
  float *product;    /* (pre x post), for OpenBLAS */
} plain_layer;

/* Plain C, five coefficients of a synapse side by side, two passes. */
void plain_interleaved(const plain_layer *l);

/* rules/abcd_sweep.c as it is, compiled for this processor. */
void abcd_sweep_native(unsigned form, const hebb_sweep *s);

/* OpenBLAS for the products, a loop for the rest. plain_blas_open returns the core that it chose, or
   NULL where there is no OpenBLAS. */
const char *plain_blas_open(void);
void plain_blas(const plain_layer *l);

#endif
