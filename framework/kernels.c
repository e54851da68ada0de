/* kernels.c - dense forward pass, activation functions, max-abs normalisation. */
#include "kernels.h"

#include <hebb/clone.h>
#include <hebb/math.h>

/* Every sum runs over pre in its order, whatever the shape of the loops: the bits are the same. */
enum { ROWS = 4, COLUMNS = 64 };

// clang-format off
#define DENSE_PARAMETERS                                                                           \
  (int64_t n_pre, int64_t n_post, const float *restrict pre, const float *restrict weight,         \
   float *restrict drive)
// clang-format on

/* Of n columns; ROWS are taken together, so that a sum is loaded and stored once for all of them. */
static HEBB_INLINE void dense_columns(int64_t n_pre, int64_t n_post, int64_t n,
                                      const float *restrict pre, const float *restrict weight,
                                      float *restrict drive)
{
  int64_t i = 0;
  for (; i + ROWS <= n_pre; i += ROWS) {
    const float *restrict row = weight + i * n_post;
    const float a = pre[i], b = pre[i + 1], c = pre[i + 2], d = pre[i + 3];
    for (int64_t j = 0; j < n; j++) {
      float sum = drive[j];
      sum += a * row[j];
      sum += b * row[n_post + j];
      sum += c * row[2 * n_post + j];
      sum += d * row[3 * n_post + j];
      drive[j] = sum;
    }
  }
  for (; i < n_pre; i++) {
    const float x = pre[i];
    for (int64_t j = 0; j < n; j++)
      drive[j] += x * weight[i * n_post + j];
  }
}

static HEBB_INLINE void dense_rows DENSE_PARAMETERS
{
  dense_columns(n_pre, n_post, n_post, pre, weight, drive);
}

/* COLUMNS sums stay in registers, of which AVX-512 has enough; then what is left over. */
static HEBB_INLINE void dense_strips DENSE_PARAMETERS
{
  int64_t first = 0;
  for (; first + COLUMNS <= n_post; first += COLUMNS) {
    float sum[COLUMNS];
    for (int64_t j = 0; j < COLUMNS; j++)
      sum[j] = drive[first + j];
    for (int64_t i = 0; i < n_pre; i++) {
      const float x = pre[i];
      for (int64_t j = 0; j < COLUMNS; j++)
        sum[j] += x * weight[i * n_post + first + j];
    }
    for (int64_t j = 0; j < COLUMNS; j++)
      drive[first + j] = sum[j];
  }
  dense_columns(n_pre, n_post, n_post - first, pre, weight + first, drive + first);
}

HEBB_CLONES_OF(dense_add, dense_rows, dense_rows, dense_strips, DENSE_PARAMETERS,
               (n_pre, n_post, pre, weight, drive))

void kernel_dense_add(int64_t n_pre, int64_t n_post, const float *pre, const float *weight,
                      float *drive)
{
  dense_add(n_pre, n_post, pre, weight, drive);
}

void kernel_dense(int64_t n_pre, int64_t n_post, const float *pre, const float *weight,
                  float *drive)
{
  for (int64_t j = 0; j < n_post; j++)
    drive[j] = 0;
  dense_add(n_pre, n_post, pre, weight, drive);
}

static HEBB_INLINE void hyperbolic_inline(int64_t n, const float *restrict drive,
                                          float *restrict post)
{
  for (int64_t j = 0; j < n; j++)
    post[j] = hebb_tanh(drive[j]);
}
HEBB_CLONES(hyperbolic, (int64_t n, const float *restrict drive, float *restrict post),
            (n, drive, post))

void kernel_tanh(int64_t n, const float *drive, float *post)
{
  hyperbolic(n, drive, post);
}

static HEBB_INLINE void logistic_inline(int64_t n, const float *restrict drive,
                                        float *restrict post)
{
  for (int64_t j = 0; j < n; j++)
    post[j] = hebb_sigmoid(drive[j]);
}
HEBB_CLONES(logistic, (int64_t n, const float *restrict drive, float *restrict post),
            (n, drive, post))

void kernel_sigmoid(int64_t n, const float *drive, float *post)
{
  logistic(n, drive, post);
}

enum { STRIP = 64 }; /* running maxima side by side: a maximum has no order */

static HEBB_INLINE void largest_inline(int64_t n, const float *restrict weight,
                                       float *restrict most)
{
  for (int64_t k = 0; k + STRIP <= n; k += STRIP)
    for (int64_t j = 0; j < STRIP; j++) {
      const float size = fabsf(weight[k + j]);
      most[j] = size > most[j] ? size : most[j];
    }
  for (int64_t k = n - n % STRIP; k < n; k++) {
    const float size = fabsf(weight[k]);
    most[0] = size > most[0] ? size : most[0];
  }
}
HEBB_CLONES(largest, (int64_t n, const float *restrict weight, float *restrict most),
            (n, weight, most))

static HEBB_INLINE void divide_inline(int64_t n, float *restrict weight, float by)
{
  for (int64_t k = 0; k < n; k++)
    weight[k] /= by;
}
HEBB_CLONES(divide, (int64_t n, float *restrict weight, float by), (n, weight, by))

void kernel_max_abs(int64_t n, float *weight)
{
  float most[STRIP] = { 0 }, all = 0;
  largest(n, weight, most);
  for (int j = 0; j < STRIP; j++)
    all = most[j] > all ? most[j] : all;
  if (all > 0)
    divide(n, weight, all);
}
