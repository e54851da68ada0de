/* test_cma_formulas.c - sep_cma_es, cma_es and lm_ma_es against plain formulas: deviations are taken from the
 * candidates, the update computed again in double with other linear algebra (Jacobi's rotations,
 * elimination), the labelled parts compared. The eigenvectors of cma_eigen.h against their definition.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../plugins/cma_eigen.h"
#include "check.h"
#include "stand.h"

enum { GENE = 6, POPULATION = 9, GENERATIONS = 8, PARENTS = 4 };

static const double tolerance =
    4e-6; /* candidates are floats, and errors go on from each generation */

static double factor_of(int g)
{
  return g < GENE / 2 ? 1 : 0.5;
}
static double rate_of(int g)
{
  return g < GENE / 2 ? 1 : 2;
}

/* What all three have in common, in double. */
typedef struct plain {
  double mean[GENE], sigma, path_sigma[GENE], path_c[GENE];
  double covariance[GENE][GENE];
  double weight[POPULATION], mu_eff, c_sigma, d_sigma, c_c, c_1, c_mu, length;
  float fitness[POPULATION];
  double y[POPULATION][GENE]; /* best first: (x - mean) / sigma, without the segments' factors */
  bool slope;                 /* fitness without a top                                          */
  int stalls;                 /* generations in which the path was too long for C's             */
} plain;

static void begin(stand *s, plain *p, const char *name, const char *const *set)
{
  error err = { 0 };
  memset(p, 0, sizeof *p);
  stand_shape(s, GENE, POPULATION, 0.25f, 0.5f, 2);
  CU_ASSERT_EQUAL_FATAL(stand_open(s, name, set, &err), HEBB_OK);
  p->sigma = 0.8;
  for (int g = 0; g < GENE; g++)
    p->mean[g] = 0.25, p->covariance[g][g] = 1;
}

/* Asks for a generation and puts it in order. */
static void live(const stand *s, plain *p)
{
  double y[POPULATION][GENE];
  for (int i = 0; i < POPULATION; i++) {
    float x[GENE];
    double sum = 0;
    s->o->ask(s->state, i, x);
    for (int g = 0; g < GENE; g++) {
      y[i][g] = ((double)x[g] - p->mean[g]) / (p->sigma * factor_of(g));
      sum -= pow(3, g) * pow((double)x[g] - 0.6 + 0.7 * (double)x[(g + 1) % GENE], 2);
    }
    p->fitness[i] = p->slope ? x[0] + x[4] : (float)sum;
  }
  p->fitness[3] = p->fitness[7]; // a tie
  for (int i = 0; i < POPULATION; i++) {
    int rank = 0;
    for (int k = 0; k < POPULATION; k++)
      rank += p->fitness[k] > p->fitness[i] || (p->fitness[k] == p->fitness[i] && k < i);
    memcpy(p->y[rank], y[i], sizeof y[i]);
  }
}

static void compare(const stand *s, const char *part, const double *expected)
{
  const double *found = stand_part(s, part);
  for (int g = 0; g < GENE; g++)
    CU_ASSERT_DOUBLE_EQUAL(found[g], expected[g], tolerance * (1 + fabs(expected[g])));
}

static double dot_of(const double *a, const double *b)
{
  double sum = 0;
  for (int g = 0; g < GENE; g++)
    sum += a[g] * b[g];
  return sum;
}

/* Table 1 of the tutorial. */
static void constants(plain *p, double factor, bool active)
{
  double raw[POPULATION], high = 0, high2 = 0, low = 0, low2 = 0;
  const double n = GENE;
  for (int i = 0; i < POPULATION; i++) {
    raw[i] = log((POPULATION + 1) / 2.0) - log(i + 1);
    *(raw[i] > 0 ? &high : &low) += fabs(raw[i]);
    *(raw[i] > 0 ? &high2 : &low2) += raw[i] * raw[i];
  }
  const double mu = p->mu_eff = high * high / high2, mu_low = low * low / low2;
  p->c_sigma = (mu + 2) / (n + mu + 5);
  p->d_sigma = 1 + 2 * fmax(0, sqrt((mu - 1) / (n + 1)) - 1) + p->c_sigma;
  p->c_c = (4 + mu / n) / (n + 4 + 2 * mu / n);
  p->c_1 = factor * 2 / (pow(n + 1.3, 2) + mu);
  p->c_mu = fmin(1 - p->c_1, factor * 2 * (0.25 + mu + 1 / mu - 2) / (pow(n + 2, 2) + mu));
  p->length = sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
  const double share = !active ? 0
                               : fmin(fmin(1 + p->c_1 / p->c_mu, 1 + 2 * mu_low / (mu + 2)),
                                      (1 - p->c_1 - p->c_mu) / (n * p->c_mu));
  for (int i = 0; i < POPULATION; i++)
    p->weight[i] = raw[i] > 0 ? raw[i] / high : raw[i] * share / low;
}

/* Root of the inverse of a symmetric matrix, by Jacobi's rotations. */
static void inverse_root(double matrix[GENE][GENE], double out[GENE][GENE])
{
  double a[GENE][GENE], v[GENE][GENE] = { { 0 } };
  memcpy(a, matrix, sizeof a);
  for (int g = 0; g < GENE; g++)
    v[g][g] = 1;
  for (int sweep = 0; sweep < 30; sweep++)
    for (int p = 0; p < GENE; p++)
      for (int q = p + 1; q < GENE; q++) {
        const double angle = 0.5 * atan2(2 * a[p][q], a[q][q] - a[p][p]);
        const double c = cos(angle), s = sin(angle);
        for (int k = 0; k < GENE; k++) {
          const double kp = a[k][p], kq = a[k][q], vp = v[k][p], vq = v[k][q];
          a[k][p] = c * kp - s * kq, a[k][q] = s * kp + c * kq;
          v[k][p] = c * vp - s * vq, v[k][q] = s * vp + c * vq;
        }
        for (int k = 0; k < GENE; k++) {
          const double pk = a[p][k], qk = a[q][k];
          a[p][k] = c * pk - s * qk, a[q][k] = s * pk + c * qk;
        }
      }
  for (int r = 0; r < GENE; r++)
    for (int c = 0; c < GENE; c++) {
      out[r][c] = 0;
      for (int k = 0; k < GENE; k++)
        out[r][c] += v[r][k] * v[c][k] / sqrt(a[k][k]);
    }
}

/* One generation by the tutorial; diagonal: all but the diagonal of C stays 0. */
static void cma_generation(plain *p, int t, bool diagonal)
{
  double root[GENE][GENE], y_w[GENE] = { 0 }, white[GENE], sum = 0;
  inverse_root(p->covariance, root);
  for (int k = 0; k < POPULATION; k++) {
    sum += p->weight[k];
    for (int g = 0; g < GENE; g++)
      y_w[g] += p->weight[k] > 0 ? p->weight[k] * p->y[k][g] : 0;
  }
  for (int g = 0; g < GENE; g++) {
    white[g] = dot_of(root[g], y_w);
    p->mean[g] += rate_of(g) * p->sigma * factor_of(g) * y_w[g];
    p->path_sigma[g] = (1 - p->c_sigma) * p->path_sigma[g] +
                       sqrt(p->c_sigma * (2 - p->c_sigma) * p->mu_eff) * white[g];
  }
  const double length = sqrt(dot_of(p->path_sigma, p->path_sigma));
  const double known = sqrt(1 - pow(1 - p->c_sigma, 2 * t));
  const double h = length / known < (1.4 + 2.0 / (GENE + 1)) * p->length;
  p->stalls += h == 0;
  for (int g = 0; g < GENE; g++)
    p->path_c[g] =
        (1 - p->c_c) * p->path_c[g] + h * sqrt(p->c_c * (2 - p->c_c) * p->mu_eff) * y_w[g];

  double weight[POPULATION];
  for (int k = 0; k < POPULATION; k++) {
    double square = 0;
    for (int g = 0; g < GENE; g++)
      square += pow(dot_of(root[g], p->y[k]), 2);
    weight[k] = p->weight[k] * (p->weight[k] < 0 ? GENE / square : 1);
  }
  const double keep = 1 + p->c_1 * (1 - h) * p->c_c * (2 - p->c_c) - p->c_1 - p->c_mu * sum;
  for (int r = 0; r < GENE; r++)
    for (int c = 0; c < GENE; c++) {
      double *entry = &p->covariance[r][c];
      *entry = keep * *entry + p->c_1 * p->path_c[r] * p->path_c[c];
      for (int k = 0; k < POPULATION; k++)
        *entry += p->c_mu * weight[k] * p->y[k][r] * p->y[k][c];
      if (diagonal && r != c)
        *entry = 0;
    }
  p->sigma *= exp(fmin(1, p->c_sigma / p->d_sigma * (length / p->length - 1)));
}

static void against_the_tutorial(const char *name, bool active, bool diagonal, bool slope,
                                 const char *const *set)
{
  stand s;
  plain p;
  begin(&s, &p, name, set);
  p.slope = slope;
  constants(&p, diagonal ? (GENE + 2) / 3.0 : 1, active);
  for (int t = 1; t <= GENERATIONS; t++) {
    live(&s, &p);
    cma_generation(&p, t, diagonal);
    s.o->tell(s.state, p.fitness, &stand_here);
    compare(&s, "mean", p.mean);
    compare(&s, "path_sigma", p.path_sigma);
    compare(&s, "path_c", p.path_c);
    CU_ASSERT_DOUBLE_EQUAL(*(const double *)stand_part(&s, "sigma"), p.sigma, tolerance);
    const double *found = stand_part(&s, diagonal ? "variance" : "covariance");
    for (int r = 0; r < GENE; r++)
      for (int c = r; c < (diagonal ? r + 1 : GENE); c++)
        CU_ASSERT_DOUBLE_EQUAL(found[diagonal ? r : r * GENE + c], p.covariance[r][c],
                               tolerance * (1 + fabs(p.covariance[r][c])));
  }
  CU_ASSERT_EQUAL(p.stalls > 0, slope);
  stand_close(&s);
}

static void cma_es(void)
{
  const char *const active[] = { "optimizer.sigma=0.8", NULL };
  const char *const passive[] = { "optimizer.sigma=0.8", "optimizer.active=false", NULL };
  against_the_tutorial("cma_es", true, false, false, active);
  against_the_tutorial("cma_es", true, false, true, active);
  against_the_tutorial("cma_es", false, false, false, passive);
}

static void sep_cma_es(void)
{
  const char *const set[] = { "optimizer.sigma=0.8", NULL };
  against_the_tutorial("sep_cma_es", false, true, false, set);
  against_the_tutorial("sep_cma_es", false, true, true, set);
}

/* ---- limited memory ---- */

enum { VECTORS = 3 };

/* z with matrix z = d, by elimination; matrix is destroyed. */
static void solve(double matrix[GENE][GENE], const double *d, double *z)
{
  memcpy(z, d, GENE * sizeof *z);
  for (int k = 0; k < GENE; k++) {
    int pivot = k;
    for (int r = k; r < GENE; r++)
      pivot = fabs(matrix[r][k]) > fabs(matrix[pivot][k]) ? r : pivot;
    for (int c = 0; c < GENE; c++) {
      const double swap = matrix[k][c];
      matrix[k][c] = matrix[pivot][c], matrix[pivot][c] = swap;
    }
    const double swap = z[k];
    z[k] = z[pivot], z[pivot] = swap;
    for (int r = 0; r < GENE; r++) {
      const double share = r == k ? 0 : matrix[r][k] / matrix[k][k];
      for (int c = k; c < GENE; c++)
        matrix[r][c] -= share * matrix[k][c];
      z[r] -= share * z[k];
    }
  }
  for (int k = 0; k < GENE; k++)
    z[k] /= matrix[k][k];
}

/* The matrix that takes z to d, from the first n vectors. */
static void transform(const double m[VECTORS][GENE], const double *c_d, int n, double t[GENE][GENE])
{
  for (int column = 0; column < GENE; column++) {
    double d[GENE] = { 0 };
    d[column] = 1;
    for (int j = 0; j < n; j++) {
      const double along = dot_of(m[j], d);
      for (int g = 0; g < GENE; g++)
        d[g] = (1 - c_d[j]) * d[g] + c_d[j] * m[j][g] * along;
    }
    for (int g = 0; g < GENE; g++)
      t[g][column] = d[g];
  }
}

static void lm_ma_es(void)
{
  const char *const set[] = { "optimizer.sigma=0.8", "optimizer.vectors=3", NULL };
  double m[VECTORS][GENE] = { { 0 } }, c_d[VECTORS], c_c[VECTORS], weight[PARENTS], sum = 0;
  double squares = 0;
  stand s;
  plain p;
  begin(&s, &p, "lm_ma_es", set);
  for (int j = 0; j < VECTORS; j++) {
    c_d[j] = 1 / (pow(1.5, j) * GENE);
    c_c[j] = fmin(1, POPULATION / (pow(4, j) * GENE));
  }
  for (int k = 0; k < PARENTS; k++)
    sum += weight[k] = log(PARENTS + 0.5) - log(k + 1);
  for (int k = 0; k < PARENTS; k++)
    weight[k] /= sum, squares += weight[k] * weight[k];
  const double c_s = fmin(1, 2.0 * POPULATION / GENE), mu_w = 1 / squares;

  for (int t = 0; t < GENERATIONS; t++) {
    double z_w[GENE] = { 0 };
    live(&s, &p);
    for (int k = 0; k < PARENTS; k++) {
      double matrix[GENE][GENE], z[GENE];
      transform((const double(*)[GENE])m, c_d, t < VECTORS ? t : VECTORS, matrix);
      solve(matrix, p.y[k], z);
      for (int g = 0; g < GENE; g++) {
        z_w[g] += weight[k] * z[g];
        p.mean[g] += rate_of(g) * p.sigma * factor_of(g) * weight[k] * p.y[k][g];
      }
    }
    for (int g = 0; g < GENE; g++) {
      p.path_sigma[g] = (1 - c_s) * p.path_sigma[g] + sqrt(mu_w * c_s * (2 - c_s)) * z_w[g];
      for (int j = 0; j < VECTORS; j++)
        m[j][g] = (1 - c_c[j]) * m[j][g] + sqrt(mu_w * c_c[j] * (2 - c_c[j])) * z_w[g];
    }
    p.sigma *= exp(fmin(1, c_s / 2 * (dot_of(p.path_sigma, p.path_sigma) / GENE - 1)));
    s.o->tell(s.state, p.fitness, &stand_here);
    compare(&s, "mean", p.mean);
    compare(&s, "path_sigma", p.path_sigma);
    CU_ASSERT_DOUBLE_EQUAL(*(const double *)stand_part(&s, "sigma"), p.sigma, tolerance);
    const float *direction = stand_part(&s, "directions");
    for (int j = 0; j < VECTORS; j++)
      for (int g = 0; g < GENE; g++)
        CU_ASSERT_DOUBLE_EQUAL((double)direction[j * GENE + g], m[j][g], 10 * tolerance);
  }
  stand_close(&s);
}

/* ---- eigenvectors ---- */

static void run_backwards(const hebb_pool *self, int64_t n, void (*work)(void *, int64_t, int64_t),
                          void *arg)
{
  (void)self;
  for (int64_t k = n; k-- > 0;)
    work(arg, k, k + 1);
}

enum kind { RANDOM, DIAGONAL, EQUAL, RANK_ONE, ZERO, STIFF, N_KIND };

static void fill(enum kind kind, int n, double *a)
{
  for (uint32_t r = 0; r < (uint32_t)n; r++)
    for (uint32_t c = 0; c <= r; c++) {
      const hebb_address at = { .seed = 9, .individual = r, .task = c };
      const double u = (double)hebb_normal(&at, 0), line = (r + 1.0) * (c + 1.0);
      const double size = exp(-0.1 * (r + c)); // graded, as covariances of badly scaled genes are
      const double entry[N_KIND] = {
        u, r == c ? u : 0, r == c, line, 0, (r == c ? 1 + r : u) * size
      };
      a[(int)r * n + (int)c] = a[(int)c * n + (int)r] = entry[kind];
    }
}

static void eigenvectors(void)
{
  static const int size[] = { 1, 2, 3, 10, 63, 130, 150 };
  const hebb_pool backwards = { NULL, run_backwards };
  for (size_t q = 0; q < sizeof size / sizeof size[0]; q++)
    for (int kind = 0; kind < N_KIND; kind++) {
      const int n = size[q];
      const size_t square = (size_t)(n * n) * sizeof(double);
      double *a = malloc(square), *once = NULL, *work = calloc((size_t)n * 5, sizeof *work);
      eigen_rotation *rotation = calloc((size_t)n * EIGEN_SWEEPS, sizeof *rotation);
      fill((enum kind)kind, n, a);
      for (int turn = 0; turn < 2; turn++) {
        eigen e = { .n = n,
                    .a = malloc(square),
                    .value = work,
                    .off = work + n,
                    .vector = work + 2 * n,
                    .product = work + 3 * n,
                    .beta = work + 4 * n,
                    .rotation = rotation };
        memcpy(e.a, a, square);
        eigen_solve(&e, turn ? &backwards : &stand_here);
        if (!turn) {
          once = e.a;
          continue;
        }
        CU_ASSERT_EQUAL(memcmp(once, e.a, square), 0);
        double scale = 0, worst = 0, skew = 0;
        for (int k = 0; k < n * n; k++)
          scale = fmax(scale, fabs(a[k]));
        for (int i = 0; i < n; i++)
          for (int r = 0; r < n; r++) {
            double product = 0, inner = 0;
            for (int c = 0; c < n; c++) {
              product += a[r * n + c] * e.a[i * n + c];
              inner += e.a[i * n + c] * e.a[r * n + c];
            }
            worst = fmax(worst, fabs(product - e.value[i] * e.a[i * n + r]));
            skew = fmax(skew, fabs(inner - (i == r)));
          }
        CU_ASSERT(worst <= 1e-13 * n * scale);
        CU_ASSERT(skew <= 1e-13 * n);
        free(e.a);
      }
      free(a), free(once), free(work), free(rotation);
    }
}

int main(void)
{
  static const check_test tests[] = {
    { "eigenvectors", eigenvectors },
    { "sep_cma_es", sep_cma_es },
    { "cma_es", cma_es },
    { "lm_ma_es", lm_ma_es },
  };
  return check_run("cma_formulas", tests, sizeof tests / sizeof tests[0]);
}
