/* bench_conv_naive.c - convolutions as one would write them: one output at a time. */
#include "bench_conv.h"

#include <math.h>

/* One layer: in [n_in x side x side] -> out [n_out x pooled x pooled], pool 2. */
static void layer(int n_in, int side, int n_out, int kernel, int stride, int activate_all,
                  const float *restrict in, const float *restrict weight, float *restrict sum,
                  float *restrict out)
{
  const int across = (side - kernel) / stride + 1, pooled = across / 2;
  for (int o = 0; o < n_out; o++)
    for (int y = 0; y < across; y++)
      for (int x = 0; x < across; x++) {
        float total = 0;
        for (int c = 0; c < n_in; c++)
          for (int ky = 0; ky < kernel; ky++)
            for (int kx = 0; kx < kernel; kx++)
              total += weight[((o * n_in + c) * kernel + ky) * kernel + kx] *
                       in[(c * side + y * stride + ky) * side + x * stride + kx];
        sum[(o * across + y) * across + x] = activate_all ? tanhf(total) : total;
      }
  for (int o = 0; o < n_out; o++)
    for (int y = 0; y < pooled; y++)
      for (int x = 0; x < pooled; x++) {
        const float *square = sum + (o * across + 2 * y) * across + 2 * x;
        const float upper = square[0] > square[1] ? square[0] : square[1];
        const float lower =
            square[across] > square[across + 1] ? square[across] : square[across + 1];
        const float most = upper > lower ? upper : lower;
        out[(o * pooled + y) * pooled + x] = activate_all ? most : tanhf(most);
      }
}

static void both(int activate_all, const float *picture, const float *weight, float *feature)
{
  static float in[3 * CONV_SIDE * CONV_SIDE], sum[6 * 82 * 82], between[6 * 41 * 41];
  for (int c = 0; c < 3; c++)
    for (int k = 0; k < CONV_SIDE * CONV_SIDE; k++)
      in[c * CONV_SIDE * CONV_SIDE + k] = picture[3 * k + c];
  layer(3, CONV_SIDE, 6, 3, 1, activate_all, in, weight, sum, between);
  layer(6, 41, 8, 5, 2, activate_all, between, weight + 162, sum, feature);
}

void conv_naive(const float *picture, const float *weight, float *feature)
{
  both(0, picture, weight, feature);
}

void conv_naive_pool_last(const float *picture, const float *weight, float *feature)
{
  both(1, picture, weight, feature);
}
