/* product.h - the two products that everything consists of, vectorised over the last index; each number is a
 * sum in an order that only the sizes decide, the same on every processor. */
#ifndef EP_PRODUCT_H
#define EP_PRODUCT_H

#include <stdint.h>

/* out [row x n_out] += in [row x n_in] w [n_in x n_out]; rows are a stride apart. */
void ep_product(int64_t n_row, int64_t n_in, int64_t n_out, const double *in, int64_t in_stride,
                const double *w, double *out, int64_t out_stride);

/* The same with w also given as transposed [n_out x n_in] or NULL: faster where n_out is small. */
void ep_product_both(int64_t n_row, int64_t n_in, int64_t n_out, const double *in, int64_t in_stride,
                     const double *w, const double *transposed, double *out, int64_t out_stride);

/* g [n_in x n_out] += sum over rows of a [row x n_in] b [row x n_out] */
void ep_outer(int64_t n_row, int64_t n_in, int64_t n_out, const double *a, int64_t a_stride,
              const double *b, int64_t b_stride, double *g);

#endif
