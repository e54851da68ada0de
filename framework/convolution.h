/* convolution.h - convolutions with max pooling between a picture and the first dense layer.
 *
 *     sum[o][y][x] = sum over c, ky, kx of weight[o][c][ky][kx] in[c][stride y + ky][stride x + kx]
 *     out[o][y][x] = activation(max over the pool x pool square of sums at (pool y, pool x))
 *
 * No padding, no bias; what a pool does not fill is dropped. Every sum is one running float, from 0 on, in
 * the order c, ky, kx, without fused multiply-add: the same bits with every instruction set. All
 * activation functions are monotone, so that pooling before them gives what pooling after them would.
 * Weights are those of a genome and do not change in life; order and shapes are those of torch.
 */
#ifndef HEBB_CONVOLUTION_H
#define HEBB_CONVOLUTION_H

#include <stddef.h>

#include "experiment.h"

typedef struct convolution_layer {
  int32_t n_in, n_out;             /* channels                                                       */
  int32_t kernel, stride, pool;
  int32_t in_height, in_width;
  int32_t height, width;           /* of the sums that pools use: pool x out                         */
  int32_t out_height, out_width;   /* after pooling                                                  */
  int32_t plane_height, plane_width; /* of a phase plane of the input: one of every stride-th row and column */
  int32_t n_tap;                   /* weights of an output: n_in x kernel x kernel                   */
  int32_t strip;                   /* rows of sums that are made at a time                           */
} convolution_layer;

typedef struct convolution {
  int32_t n_layer, activation;     /* enum convolution_activation */
  convolution_layer layer[EXPERIMENT_MAX_CONVOLUTION];
  int64_t n_feature;               /* out channels x height x width of the last layer */
} convolution;

/* Shapes for a picture [height x width x channel]. EXPERIMENT_MAX_CONVOLUTION where all fits; else the layer
   whose kernel or pool is larger than what is left, or with which there is too much to be counted. */
int32_t convolution_shape(convolution *c, const convolution_config *config, const hebb_env_shape *shape);

static inline int64_t convolution_layer_weights(const convolution_layer *l)
{
  return (int64_t)l->n_out * l->n_tap;
}

int64_t convolution_weights(const convolution *c); /* of all layers */

/* Bytes of the room, aligned to 64, that these two work in; zeroed before the first use. */
size_t convolution_room(const convolution *c);

/* Takes the weights of a life: [layer] of [out x in x ky x kx]. */
void convolution_begin(const convolution *c, const float *const *weight, void *room);

/* picture [height x width x channel] -> feature [out x y x x] of the last layer. */
void convolution_forward(const convolution *c, void *room, const float *picture, float *feature);

#endif
