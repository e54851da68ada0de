/* convolution_kernels.c - sums, pooling and activation of convolutions. */
#include "convolution_kernels.h"

#include <stddef.h>
#include <string.h>

#include <hebb/clone.h>
#include <hebb/math.h>

/* ---- sums ---- */

#define LANES 4
#define TILE_MOST 4
#define TILE_VECTORS 2
#define TILE_NAME(x) x##_4
#include "convolution_tile.h"
#undef LANES
#undef TILE_MOST
#undef TILE_VECTORS
#undef TILE_NAME

#define LANES 8
#define TILE_MOST 4
#define TILE_VECTORS 2
#define TILE_NAME(x) x##_8
#include "convolution_tile.h"
#undef LANES
#undef TILE_MOST
#undef TILE_VECTORS
#undef TILE_NAME

#define LANES 16
#define TILE_MOST 8
#define TILE_VECTORS 3
#define TILE_NAME(x) x##_16
#include "convolution_tile.h"
#undef LANES
#undef TILE_MOST
#undef TILE_VECTORS
#undef TILE_NAME

HEBB_CLONES_OF(sums, sums_4, sums_8, sums_16,
               (int64_t n_tap, const int32_t *restrict tap, int64_t n_out,
                const float *restrict weight, const float *restrict in, int64_t n,
                float *restrict sum, int64_t pitch),
               (n_tap, tap, n_out, weight, in, n, sum, pitch))

void convolution_sums(int64_t n_tap, const int32_t *tap, int64_t n_out, const float *weight,
                      const float *in, int64_t n, float *sum, int64_t pitch)
{
  sums(n_tap, tap, n_out, weight, in, n, sum, pitch);
}

/* ---- into planes ---- */

/* Every `step`-th number, the j-th to to[j]. */
static HEBB_INLINE void pick(int64_t n, const float *restrict from, int64_t step,
                             float *restrict to)
{
  for (int64_t j = 0; j < n; j++)
    to[j] = from[j * step];
}

static HEBB_INLINE void planes_inline(int64_t height, int64_t width, int64_t channels,
                                      const float *restrict picture, float *restrict to,
                                      int64_t stride, int64_t plane_height, int64_t plane_width)
{
  const int64_t plane = plane_height * plane_width;
  if (channels == 3 && stride == 1) {
    for (int64_t k = 0; k < plane; k++)
      for (int64_t c = 0; c < 3; c++)
        to[c * plane + k] = picture[3 * k + c];
    return;
  }
  for (int64_t c = 0; c < channels; c++)
    for (int64_t y = 0; y < height; y++)
      for (int64_t sx = 0; sx < stride; sx++)
        pick((width - sx + stride - 1) / stride, picture + (y * width + sx) * channels + c,
             stride * channels,
             to + ((c * stride + y % stride) * stride + sx) * plane + y / stride * plane_width);
}
HEBB_CLONES(planes,
            (int64_t height, int64_t width, int64_t channels, const float *restrict picture,
             float *restrict to, int64_t stride, int64_t plane_height, int64_t plane_width),
            (height, width, channels, picture, to, stride, plane_height, plane_width))

void convolution_planes(int64_t height, int64_t width, int64_t channels, const float *picture,
                        const phase_planes *to)
{
  planes(height, width, channels, picture, to->base, to->stride, to->height, to->width);
}

/* ---- pooling ---- */

/* The larger; NaN where one of them is. */
static HEBB_INLINE float larger(float a, float b)
{
  return b > a || b != b ? b : a;
}

/* One row of the result: the largest of `pool` rows, then of `pool` neighbours. pool and stride are
   constants where it is called for the usual ones. */
static HEBB_INLINE void pool_row(int64_t columns, const int64_t pool, const float *restrict sum,
                                 int64_t width, float *restrict line, float *restrict to,
                                 const int64_t stride, int64_t plane)
{
  for (int64_t k = 0; k < (pool * columns + 15) / 16 * 16; k++) { // no remainder; the rest is slack
    float most = sum[k];
    for (int64_t y = 1; y < pool; y++)
      most = larger(most, sum[y * width + k]);
    line[k] = most;
  }
  for (int64_t sx = 0; sx < stride; sx++)
    for (int64_t j = 0; j < (columns - sx + stride - 1) / stride; j++) {
      const float *square = line + (j * stride + sx) * pool;
      float most = square[0];
      for (int64_t x = 1; x < pool; x++)
        most = larger(most, square[x]);
      to[sx * plane + j] = most;
    }
}

static HEBB_INLINE void pool_inline(int64_t channels, int64_t rows, int64_t columns, int64_t pool,
                                    const float *restrict sum, int64_t pitch, int64_t width,
                                    float *restrict line, float *restrict to, int64_t stride,
                                    int64_t plane_height, int64_t plane_width, int64_t first_row)
{
  const int64_t plane = plane_height * plane_width;
  for (int64_t c = 0; c < channels; c++) {
    int64_t phase = first_row % stride, y = first_row / stride;
    for (int64_t k = 0; k < rows; k++) {
      const float *from = sum + c * pitch + k * pool * width;
      float *row = to + (c * stride + phase) * stride * plane + y * plane_width;
      if (pool == 2 && stride == 1)
        pool_row(columns, 2, from, width, line, row, 1, plane);
      else if (pool == 2 && stride == 2)
        pool_row(columns, 2, from, width, line, row, 2, plane);
      else
        pool_row(columns, pool, from, width, line, row, stride, plane);
      phase++;
      if (phase == stride) {
        phase = 0;
        y++;
      }
    }
  }
}
HEBB_CLONES(pool,
            (int64_t channels, int64_t rows, int64_t columns, int64_t pool,
             const float *restrict sum, int64_t pitch, int64_t width, float *restrict line,
             float *restrict to, int64_t stride, int64_t plane_height, int64_t plane_width,
             int64_t first_row),
            (channels, rows, columns, pool, sum, pitch, width, line, to, stride, plane_height,
             plane_width, first_row))

void convolution_pool(int64_t channels, int64_t rows, int64_t columns, int64_t size,
                      const float *sum, int64_t pitch, int64_t width, float *line,
                      const phase_planes *to, int64_t first_row)
{
  pool(channels, rows, columns, size, sum, pitch, width, line, to->base, to->stride, to->height,
       to->width, first_row);
}

/* ---- activation ---- */

static HEBB_INLINE void hyperbolic_inline(int64_t n, float *restrict x)
{
  for (int64_t k = 0; k < n; k++)
    x[k] = hebb_tanh(x[k]);
}
HEBB_CLONES(hyperbolic, (int64_t n, float *restrict x), (n, x))

void convolution_tanh(int64_t n, float *x)
{
  hyperbolic(n, x);
}

static HEBB_INLINE void rectify_inline(int64_t n, float *restrict x)
{
  for (int64_t k = 0; k < n; k++)
    x[k] = x[k] < 0 ? 0 : x[k]; // NaN passes
}
HEBB_CLONES(rectify, (int64_t n, float *restrict x), (n, x))

void convolution_relu(int64_t n, float *x)
{
  rectify(n, x);
}
