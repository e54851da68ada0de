/* product.c - products of states and weights. Four terms at a time, so that a sum is loaded and stored once for
 * four multiplications. */
#include "product.h"

#include <hebb/clone.h>

/* out [n] += x[0] w_0 [n] + x[1] w_1 [n] + ..., x a stride apart, w_k a stride apart */
static HEBB_INLINE void add_rows(int64_t n_term, int64_t n, const double *restrict x,
                                 int64_t x_stride, const double *restrict w, int64_t w_stride,
                                 double *restrict out)
{
  int64_t k = 0;
  for (; k + 4 <= n_term; k += 4, w += 4 * w_stride) {
    const double x0 = x[k * x_stride], x1 = x[(k + 1) * x_stride], x2 = x[(k + 2) * x_stride],
                 x3 = x[(k + 3) * x_stride];
    const double *w1 = w + w_stride, *w2 = w1 + w_stride, *w3 = w2 + w_stride;
    for (int64_t j = 0; j < n; j++)
      out[j] = (((out[j] + x0 * w[j]) + x1 * w1[j]) + x2 * w2[j]) + x3 * w3[j];
  }
  for (; k < n_term; k++, w += w_stride) {
    const double x0 = x[k * x_stride];
    for (int64_t j = 0; j < n; j++)
      out[j] += x0 * w[j];
  }
}

static HEBB_INLINE void product_inline(int64_t n_row, int64_t n_in, int64_t n_out,
                                       const double *restrict in, int64_t in_stride,
                                       const double *restrict w, double *restrict out,
                                       int64_t out_stride)
{
  for (int64_t r = 0; r < n_row; r++)
    add_rows(n_in, n_out, in + r * in_stride, 1, w, n_out, out + r * out_stride);
}
HEBB_CLONES(product,
            (int64_t n_row, int64_t n_in, int64_t n_out, const double *restrict in,
             int64_t in_stride, const double *restrict w, double *restrict out, int64_t out_stride),
            (n_row, n_in, n_out, in, in_stride, w, out, out_stride))

void ep_product(int64_t n_row, int64_t n_in, int64_t n_out, const double *in, int64_t in_stride,
                const double *w, double *out, int64_t out_stride)
{
  product(n_row, n_in, n_out, in, in_stride, w, out, out_stride);
}

static HEBB_INLINE void outer_inline(int64_t n_row, int64_t n_in, int64_t n_out,
                                     const double *restrict a, int64_t a_stride,
                                     const double *restrict b, int64_t b_stride, double *restrict g)
{
  for (int64_t i = 0; i < n_in; i++)
    add_rows(n_row, n_out, a + i, a_stride, b, b_stride, g + i * n_out);
}
HEBB_CLONES(outer,
            (int64_t n_row, int64_t n_in, int64_t n_out, const double *restrict a, int64_t a_stride,
             const double *restrict b, int64_t b_stride, double *restrict g),
            (n_row, n_in, n_out, a, a_stride, b, b_stride, g))

void ep_outer(int64_t n_row, int64_t n_in, int64_t n_out, const double *a, int64_t a_stride,
              const double *b, int64_t b_stride, double *g)
{
  outer(n_row, n_in, n_out, a, a_stride, b, b_stride, g);
}

/* Sums of products in 4 parts, term i in part i mod 4; the compiler makes of a vector of four what the
   instruction set has. */
typedef double four __attribute__((vector_size(32)));
enum { ABREAST = 4 }; /* sums at once */

/* out [n], n <= ABREAST and a constant: += in [n_in] . w_j [n_in] */
static HEBB_INLINE void dots_of(int n, int64_t n_in, const double *in, const double *w, double *out)
{
  four sum[ABREAST] = { { 0 } }, x, y;
  int64_t i = 0;
  for (; i + 4 <= n_in; i += 4) {
    memcpy(&x, in + i, sizeof x);
    for (int j = 0; j < n; j++) {
      memcpy(&y, w + j * n_in + i, sizeof y);
      sum[j] += x * y;
    }
  }
  for (int j = 0; j < n; j++) {
    double part[4];
    memcpy(part, &sum[j], sizeof part);
    for (int64_t k = i; k < n_in; k++)
      part[k - i] += in[k] * w[j * n_in + k];
    out[j] += (part[0] + part[2]) + (part[1] + part[3]);
  }
}

static HEBB_INLINE void dots_inline(int64_t n_row, int64_t n_in, int64_t n_out, const double *in,
                                    int64_t in_stride, const double *w, double *out,
                                    int64_t out_stride)
{
  for (int64_t r = 0; r < n_row; r++, in += in_stride, out += out_stride) {
    int64_t j = 0;
    for (; j + 4 <= n_out; j += 4)
      dots_of(4, n_in, in, w + j * n_in, out + j);
    for (; j + 2 <= n_out; j += 2)
      dots_of(2, n_in, in, w + j * n_in, out + j);
    if (j < n_out)
      dots_of(1, n_in, in, w + j * n_in, out + j);
  }
}
HEBB_CLONES(dots,
            (int64_t n_row, int64_t n_in, int64_t n_out, const double *in, int64_t in_stride,
             const double *w, double *out, int64_t out_stride),
            (n_row, n_in, n_out, in, in_stride, w, out, out_stride))

void ep_product_both(int64_t n_row, int64_t n_in, int64_t n_out, const double *in,
                     int64_t in_stride, const double *w, const double *transposed, double *out,
                     int64_t out_stride)
{
  if (transposed && n_out < 16 && n_in >= 16)
    dots(n_row, n_in, n_out, in, in_stride, transposed, out, out_stride);
  else
    product(n_row, n_in, n_out, in, in_stride, w, out, out_stride);
}
