/* convolution_kernels.h - the hot loops of convolution.c, compiled for several instruction sets.
 *
 * A picture with `channels` channels lies in phase planes: plane (c, sy, sx) holds the pixels of rows sy,
 * sy + stride, ... and columns sx, sx + stride, ...; with stride 1 these are the channels. A tap (c, ky, kx)
 * of all outputs of a row is then one run of memory, whatever the stride.
 */
#ifndef HEBB_CONVOLUTION_KERNELS_H
#define HEBB_CONVOLUTION_KERNELS_H

#include <stdint.h>

typedef struct phase_planes {
  float *base;
  int64_t stride, height, width; /* height, width: of a plane */
} phase_planes;

/* Numbers that kernels may read behind planes and write behind sums. */
enum { CONVOLUTION_SLACK = 64 };

/* picture [height x width x channels] -> planes. */
void convolution_planes(int64_t height, int64_t width, int64_t channels, const float *picture,
                        const phase_planes *to);

/* sum [out][k] = sum over taps of weight [tap x out] x in[tap offset + k] for k < n; rows of sum are `pitch`
   apart, and up to CONVOLUTION_SLACK of what follows k = n is overwritten. */
void convolution_sums(int64_t n_tap, const int32_t *tap, int64_t n_out, const float *weight,
                      const float *in, int64_t n, float *sum, int64_t pitch);

/* The largest of each pool x pool square. sum: [channel] `pitch` apart, rows `width` apart; the result's
   rows first_row ... first_row + rows of `columns` columns go to the planes. line: room for pool x columns
   numbers and CONVOLUTION_SLACK. A NaN stays one. */
void convolution_pool(int64_t channels, int64_t rows, int64_t columns, int64_t pool, const float *sum,
                      int64_t pitch, int64_t width, float *line, const phase_planes *to,
                      int64_t first_row);

/* In place. */
void convolution_tanh(int64_t n, float *x);
void convolution_relu(int64_t n, float *x);

#endif
