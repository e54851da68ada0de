/* bench_plain.c - the step as one would first write it: in plain C with the coefficients of a synapse
 * side by side, and on OpenBLAS. */
#include "bench_plain.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

void plain_interleaved(const plain_layer *l)
{
  const int64_t n_pre = l->n_pre, n_post = l->n_post;
  const float *restrict pre = l->pre, *restrict post = l->post, *restrict coef = l->coef;
  float *restrict drive = l->drive, *restrict weight = l->weight;

  for (int64_t j = 0; j < n_post; j++)
    drive[j] = 0;
  for (int64_t i = 0; i < n_pre; i++)
    for (int64_t j = 0; j < n_post; j++)
      drive[j] += weight[i * n_post + j] * pre[i];

  for (int64_t i = 0; i < n_pre; i++)
    for (int64_t j = 0; j < n_post; j++) {
      const float *c = coef + (i * n_post + j) * 5;
      weight[i * n_post + j] +=
          c[4] * (c[0] * pre[i] * post[j] + c[1] * pre[i] + c[2] * post[j] + c[3]);
    }
}

/* ---- OpenBLAS, loaded when it is there; the numbers are those of cblas.h ---- */

enum { ROW_MAJOR = 101, TRANSPOSED = 112 };

static void (*sgemv)(int order, int transposed, int m, int n, float alpha, const float *a, int lda,
                     const float *x, int x_step, float beta, float *y, int y_step);
static void (*sger)(int order, int m, int n, float alpha, const float *x, int x_step,
                    const float *y, int y_step, float *a, int lda);

const char *plain_blas_open(void)
{
  char *(*corename)(void);
  setenv("OPENBLAS_NUM_THREADS", "1", 1);
  void *blas = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!blas)
    return NULL;
  *(void **)&sgemv = dlsym(blas, "cblas_sgemv");
  *(void **)&sger = dlsym(blas, "cblas_sger");
  *(void **)&corename = dlsym(blas, "openblas_get_corename");
  return sgemv && sger && corename ? corename() : NULL;
}

void plain_blas(const plain_layer *l)
{
  const int64_t n_pre = l->n_pre, n_post = l->n_post, n = n_pre * n_post;
  const float *restrict a = l->coef, *restrict b = a + n, *restrict c = b + n, *restrict d = c + n,
                        *restrict eta = d + n;
  const float *restrict pre = l->pre, *restrict post = l->post;
  float *restrict weight = l->weight, *restrict product = l->product;

  sgemv(ROW_MAJOR, TRANSPOSED, (int)n_pre, (int)n_post, 1, weight, (int)n_post, pre, 1, 0, l->drive,
        1);

  memset(product, 0, (size_t)n * sizeof *product);
  sger(ROW_MAJOR, (int)n_pre, (int)n_post, 1, pre, 1, post, 1, product, (int)n_post);
  for (int64_t i = 0; i < n_pre; i++)
    for (int64_t j = 0; j < n_post; j++) {
      const int64_t k = i * n_post + j;
      weight[k] += eta[k] * (a[k] * product[k] + b[k] * pre[i] + c[k] * post[j] + d[k]);
    }
}
