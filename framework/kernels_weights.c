/* kernels_weights.c - normalisation of layers, rows and columns, signs, bounds.
 *
 * Sums run in LANE partial sums side by side, or down each column: their order is the same whatever
 * the width of a vector, and so are the bits. Sums are double.
 */
#include "kernels_weights.h"

#include <math.h>

#include <hebb/clone.h>

#include "kernels.h"

enum { LANE = 32 }; /* partial sums, and columns that are taken together */

static const double least_variance = 1e-5;

// clang-format off
#define STRIP_PARAMETERS                                                                           \
  (int64_t n_pre, int64_t stride, int64_t n, const double *restrict mean,                          \
   const float *restrict weight, double *restrict sum)
#define STRIP_ARGUMENTS (n_pre, stride, n, mean, weight, sum)
// clang-format on

/* sum [n] += the weights of n columns, row by row. */
static HEBB_INLINE void strip_sum_inline STRIP_PARAMETERS
{
  (void)mean;
  for (int64_t i = 0; i < n_pre; i++)
    for (int64_t j = 0; j < n; j++)
      sum[j] += (double)weight[i * stride + j];
}
HEBB_CLONES(strip_sum, STRIP_PARAMETERS, STRIP_ARGUMENTS)

/* The same of (weight - mean)^2. */
static HEBB_INLINE void strip_square_inline STRIP_PARAMETERS
{
  for (int64_t i = 0; i < n_pre; i++)
    for (int64_t j = 0; j < n; j++) {
      const double d = (double)weight[i * stride + j] - mean[j];
      sum[j] += d * d;
    }
}
HEBB_CLONES(strip_square, STRIP_PARAMETERS, STRIP_ARGUMENTS)

/* sum [n] = the largest magnitudes. */
static HEBB_INLINE void strip_largest_inline STRIP_PARAMETERS
{
  (void)mean;
  float most[LANE] = { 0 };
  for (int64_t i = 0; i < n_pre; i++)
    for (int64_t j = 0; j < n; j++) {
      const float size = fabsf(weight[i * stride + j]);
      most[j] = size > most[j] ? size : most[j];
    }
  for (int64_t j = 0; j < n; j++)
    sum[j] = (double)most[j];
}
HEBB_CLONES(strip_largest, STRIP_PARAMETERS, STRIP_ARGUMENTS)

static HEBB_INLINE void strip_divide_inline(int64_t n_pre, int64_t stride, int64_t n,
                                            const float *restrict mean, const float *restrict by,
                                            float *restrict weight)
{
  for (int64_t i = 0; i < n_pre; i++)
    for (int64_t j = 0; j < n; j++)
      weight[i * stride + j] = (weight[i * stride + j] - mean[j]) / by[j];
}
HEBB_CLONES(strip_divide,
            (int64_t n_pre, int64_t stride, int64_t n, const float *restrict mean,
             const float *restrict by, float *restrict weight),
            (n_pre, stride, n, mean, by, weight))

static HEBB_INLINE void divide_inline(int64_t n, float mean, float by, float *restrict weight)
{
  for (int64_t k = 0; k < n; k++)
    weight[k] = (weight[k] - mean) / by;
}
HEBB_CLONES(divide, (int64_t n, float mean, float by, float *restrict weight),
            (n, mean, by, weight))

/* What n weights are divided by, from the sum of their squares about the mean. */
static double divisor(enum kernel_norm norm, double square, int64_t n)
{
  const double by =
      norm == KERNEL_NORM_VARIANCE ? sqrt(square / (double)n + least_variance) : sqrt(square);
  return by > 0 ? by : 1;
}

/* One sum over n weights: LANE partial sums, then these in their order. */
static double sum_of(void run STRIP_PARAMETERS, int64_t n, double mean, const float *weight)
{
  double lane[LANE] = { 0 }, about[LANE], all = 0;
  const int64_t whole = n / LANE;
  for (int64_t j = 0; j < LANE; j++)
    about[j] = mean;
  run(whole, LANE, LANE, about, weight, lane);
  run(1, LANE, n % LANE, about, weight + whole * LANE, lane);
  for (int64_t j = 0; j < LANE; j++)
    all += lane[j];
  return all;
}

void kernel_normalise(enum kernel_norm norm, int64_t n, float *weight)
{
  if (norm == KERNEL_NORM_MAX_ABS) {
    kernel_max_abs(n, weight);
    return;
  }
  const double mean =
      norm == KERNEL_NORM_VARIANCE ? sum_of(strip_sum, n, 0, weight) / (double)n : 0;
  const double square = sum_of(strip_square, n, mean, weight);
  divide(n, (float)mean, (float)divisor(norm, square, n), weight);
}

void kernel_normalise_columns(enum kernel_norm norm, int64_t n_pre, int64_t n_post, float *weight)
{
  for (int64_t first = 0; first < n_post; first += LANE) {
    const int64_t n = n_post - first < LANE ? n_post - first : LANE;
    double mean[LANE] = { 0 }, sum[LANE] = { 0 };
    float about[LANE], by[LANE];
    if (norm == KERNEL_NORM_VARIANCE)
      strip_sum(n_pre, n_post, n, mean, weight + first, sum);
    for (int64_t j = 0; j < n; j++) {
      mean[j] = sum[j] / (double)n_pre;
      sum[j] = 0;
    }
    if (norm == KERNEL_NORM_MAX_ABS)
      strip_largest(n_pre, n_post, n, mean, weight + first, sum);
    else
      strip_square(n_pre, n_post, n, mean, weight + first, sum);
    for (int64_t j = 0; j < n; j++) {
      about[j] = (float)mean[j];
      by[j] = (float)(norm != KERNEL_NORM_MAX_ABS ? divisor(norm, sum[j], n_pre)
                      : sum[j] > 0                ? sum[j]
                                                  : 1);
    }
    strip_divide(n_pre, n_post, n, about, by, weight + first);
  }
}

static HEBB_INLINE void sign_inline(int64_t n_pre, int64_t n_post, const float *restrict sign,
                                    float *restrict weight)
{
  for (int64_t i = 0; i < n_pre; i++) {
    const float s = sign[i];
    for (int64_t j = 0; j < n_post; j++) {
      const float w = weight[i * n_post + j];
      weight[i * n_post + j] = s * w < 0 ? 0 : w; // NaN passes
    }
  }
}
HEBB_CLONES(sign,
            (int64_t n_pre, int64_t n_post, const float *restrict sign, float *restrict weight),
            (n_pre, n_post, sign, weight))

void kernel_sign(int64_t n_pre, int64_t n_post, const float *of, float *weight)
{
  sign(n_pre, n_post, of, weight);
}

static HEBB_INLINE void clip_inline(int64_t n, float limit, float *restrict weight)
{
  for (int64_t k = 0; k < n; k++) {
    const float w = weight[k] > limit ? limit : weight[k];
    weight[k] = w < -limit ? -limit : w;
  }
}
HEBB_CLONES(clip, (int64_t n, float limit, float *restrict weight), (n, limit, weight))

void kernel_clip(int64_t n, float limit, float *weight)
{
  clip(n, limit, weight);
}

static HEBB_INLINE void soft_bound_inline(int64_t n, float low, float high,
                                          const float *restrict before, float *restrict weight)
{
  for (int64_t k = 0; k < n; k++) {
    const float b = before[k], d = weight[k] - b;
    const float w = b + d * (d > 0 ? high - b : b - low);
    const float lower = w > high ? high : w;
    weight[k] = lower < low ? low : lower;
  }
}
HEBB_CLONES(soft_bound,
            (int64_t n, float low, float high, const float *restrict before,
             float *restrict weight),
            (n, low, high, before, weight))

void kernel_soft_bound(int64_t n, float low, float high, const float *before, float *weight)
{
  soft_bound(n, low, high, before, weight);
}
