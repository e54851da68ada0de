/* cma_eigen.h - eigenvectors of a symmetric matrix: Householder's reduction to three diagonals, then the QL
 * iteration with implicit shifts (Golub & Van Loan, "Matrix computations", 8.3). All sums run in one
 * order, whoever computes them: columns and rows are split among the pool, never a sum.
 */
#ifndef CMA_EIGEN_H
#define CMA_EIGEN_H

#include "evolution_strategy.h"

enum {
  EIGEN_TILE = 64,  /* columns of a piece of work                             */
  EIGEN_SWEEPS = 32 /* of QL, whose rotations are applied to a tile at a time */
};

/* Rows `row` and row + 1 are turned into c, -s and s, c times themselves. */
typedef struct eigen_rotation {
  double c, s;
  int64_t row;
} eigen_rotation;

typedef struct eigen {
  int64_t n;
  double *a;                /* [n x n] the matrix; after it, eigenvector k is row k       */
  double *value;            /* [n] eigenvalues, in no order                               */
  double *off;              /* [n] scratch                                                */
  double *vector, *product; /* [n] scratch                                                */
  double *beta;             /* [n] scratch                                                */
  eigen_rotation *rotation; /* [EIGEN_SWEEPS x n] scratch                                 */
  int64_t n_rotation, k;    /* k: the step at hand                                        */
} eigen;

/* Small matrices are not worth waking others. */
static inline void eigen_run(eigen *e, const hebb_pool *pool, void (*work)(void *, int64_t, int64_t))
{
  const int64_t n_tile = (e->n + EIGEN_TILE - 1) / EIGEN_TILE;
  if (n_tile <= 2)
    work(e, 0, n_tile);
  else
    pool->run(pool, n_tile, work, e);
}

/* product = a vector below and right of step k, tile by tile; by rows, as a is symmetric */
static inline void eigen_multiply(void *arg, int64_t first_tile, int64_t end_tile)
{
  const eigen *e = arg;
  const int64_t first = es_larger(first_tile * EIGEN_TILE, e->k + 1);
  const int64_t end = es_smaller(end_tile * EIGEN_TILE, e->n);
  for (int64_t c = first; c < end; c++)
    e->product[c] = 0;
  for (int64_t r = e->k + 1; r < e->n && first < end; r++)
    es_axpy(end - first, e->vector[r], e->a + r * e->n + first, e->product + first);
}

/* a -= vector product^T + product vector^T, in row tiles */
static inline void eigen_reduce(void *arg, int64_t first_tile, int64_t end_tile)
{
  const eigen *e = arg;
  const int64_t end = es_smaller(end_tile * EIGEN_TILE, e->n), from = e->k + 1;
  for (int64_t r = es_larger(first_tile * EIGEN_TILE, from); r < end; r++) {
    es_axpy(e->n - from, -e->vector[r], e->product + from, e->a + r * e->n + from);
    es_axpy(e->n - from, -e->product[r], e->vector + from, e->a + r * e->n + from);
  }
}

/* Reflector k (1 - beta vector vector^T) times the columns of a tile. */
static inline void eigen_reflect(void *arg, int64_t first_tile, int64_t end_tile)
{
  const eigen *e = arg;
  const int64_t first = es_larger(first_tile * EIGEN_TILE, e->k + 1);
  const int64_t end = es_smaller(end_tile * EIGEN_TILE, e->n);
  eigen_multiply(arg, first_tile, end_tile);
  for (int64_t r = e->k + 1; r < e->n && first < end; r++)
    es_axpy(end - first, -e->beta[e->k] * e->vector[r], e->product + first,
            e->a + r * e->n + first);
}

static HEBB_INLINE void eigen_turn_inline(int64_t n, double c, double s, double *restrict low,
                                          double *restrict high)
{
  for (int64_t g = 0; g < n; g++) {
    const double old = high[g];
    high[g] = s * low[g] + c * old;
    low[g] = c * low[g] - s * old;
  }
}
HEBB_CLONES(eigen_turn,
            (int64_t n, double c, double s, double *restrict low, double *restrict high),
            (n, c, s, low, high))

/* All rotations on the columns of a tile, which stays in the cache meanwhile. */
static inline void eigen_rotate(void *arg, int64_t first_tile, int64_t end_tile)
{
  const eigen *e = arg;
  for (int64_t tile = first_tile; tile < end_tile; tile++) {
    const int64_t first = tile * EIGEN_TILE, n = es_smaller(EIGEN_TILE, e->n - first);
    for (int64_t k = 0; k < e->n_rotation; k++) {
      double *low = e->a + e->rotation[k].row * e->n + first;
      eigen_turn(n, e->rotation[k].c, e->rotation[k].s, low, low + e->n);
    }
  }
}

/* a -> orthogonal Q with Q^T a Q of three diagonals: value, and off beside it */
static inline void eigen_tridiagonal(eigen *e, const hebb_pool *pool)
{
  const int64_t n = e->n;
  double *a = e->a, *v = e->vector, *p = e->product;

  for (int64_t k = 0; k + 2 < n; k++) {
    double norm = 0, dot = 0;
    e->k = k;
    for (int64_t r = k + 1; r < n; r++) {
      v[r] = a[k * n + r];
      norm += v[r] * v[r];
    }
    const double length = v[k + 1] > 0 ? -sqrt(norm) : sqrt(norm);
    const double square = 2 * (norm - v[k + 1] * length); // of v - length e
    v[k + 1] -= length;
    e->value[k] = a[k * n + k];
    e->off[k] = length;
    e->beta[k] = square > 0 ? 2 / square : 0;
    memcpy(a + k * n + k + 1, v + k + 1, (size_t)(n - k - 1) * sizeof *v);
    if (e->beta[k] == 0)
      continue;
    eigen_run(e, pool, eigen_multiply);
    for (int64_t r = k + 1; r < n; r++) {
      p[r] *= e->beta[k];
      dot += p[r] * v[r];
    }
    for (int64_t r = k + 1; r < n; r++)
      p[r] -= e->beta[k] / 2 * dot * v[r];
    eigen_run(e, pool, eigen_reduce);
  }
  for (int64_t k = n > 1 ? n - 2 : 0; k < n; k++) {
    e->value[k] = a[k * n + k];
    e->off[k] = k + 1 < n ? a[k * n + k + 1] : 0;
  }

  // the product of the reflectors, from the last; row k gives up its reflector when its turn comes
  for (int64_t k = n - 1; k >= 0; k--) {
    if (k + 2 < n && e->beta[k] != 0) {
      e->k = k;
      memcpy(v + k + 1, a + k * n + k + 1, (size_t)(n - k - 1) * sizeof *v);
      eigen_run(e, pool, eigen_reflect);
    }
    for (int64_t r = k + 1; r < n; r++)
      a[k * n + r] = a[r * n + k] = 0;
    a[k * n + k] = 1;
  }
}

/* One QL sweep of rows l .. m, which hang together; its rotations go into the list. */
static inline void eigen_sweep(eigen *e, int64_t l, int64_t m)
{
  double *d = e->value, *off = e->off;
  const double half = (d[l + 1] - d[l]) / (2 * off[l]);
  const double root = sqrt(half * half + 1);
  double g = d[m] - d[l] + off[l] / (half + (half < 0 ? -root : root)); // Wilkinson's shift
  double s = 1, c = 1, p = 0;

  for (int64_t i = m - 1; i >= l; i--) {
    const double f = s * off[i], b = c * off[i], r = sqrt(f * f + g * g);
    off[i + 1] = r;
    if (r == 0) { // the matrix has come apart
      d[i + 1] -= p;
      off[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1] - p;
    const double t = (d[i] - g) * s + 2 * c * b;
    p = s * t;
    d[i + 1] = g + p;
    g = c * t - b;
    e->rotation[e->n_rotation++] = (eigen_rotation){ .c = c, .s = s, .row = i };
  }
  d[l] -= p;
  off[l] = g;
  off[m] = 0;
}

static inline void eigen_flush(eigen *e, const hebb_pool *pool)
{
  eigen_run(e, pool, eigen_rotate);
  e->n_rotation = 0;
}

/* Eigenvalues and eigenvectors of a. */
static inline void eigen_solve(eigen *e, const hebb_pool *pool)
{
  enum { MOST_SWEEPS = 60 }; /* for one eigenvalue; 2 are usual */
  const int64_t n = e->n;
  eigen_tridiagonal(e, pool);
  for (int64_t r = 0; r < n; r++) // the rotations go over rows
    for (int64_t c = 0; c < r; c++) {
      const double swap = e->a[r * n + c];
      e->a[r * n + c] = e->a[c * n + r];
      e->a[c * n + r] = swap;
    }
  for (int64_t l = 0; l < n; l++)
    for (int sweep = 0; sweep < MOST_SWEEPS; sweep++) {
      int64_t m = l;
      while (m + 1 < n && fabs(e->off[m]) > 0x1p-53 * (fabs(e->value[m]) + fabs(e->value[m + 1])))
        m++;
      if (m == l)
        break;
      if (e->n_rotation + n > EIGEN_SWEEPS * n)
        eigen_flush(e, pool);
      eigen_sweep(e, l, m);
    }
  eigen_flush(e, pool);
}

#endif
