/* bench_conv.h - the car's convolutions in the plainest loops, compiled for this machine alone. */
#ifndef HEBB_BENCH_CONV_H
#define HEBB_BENCH_CONV_H

enum { CONV_SIDE = 84, CONV_FEATURES = 648 };

/* picture [84 x 84 x 3], weight: 162 and 1,200 as torch orders them -> feature [648]. */
void conv_naive(const float *picture, const float *weight, float *feature);

/* The same with tanh of every sum, before pooling. */
void conv_naive_pool_last(const float *picture, const float *weight, float *feature);

#endif
