/* cma_es.c - covariance matrix adaptation (Hansen & Ostermeier, Evolutionary Computation 9, 2001; Hansen, "The CMA
 * evolution strategy: a tutorial", 2016, arXiv:1604.00772, of which the equations are: 38 to 58).
 *
 *     candidate k = mean + sigma y_k, y_k = B D z_k      z_k ~ N(0, 1); B D^2 B^T the covariance C
 *     mean   += sigma y_w                                y_w = sum w_k y_k over the better half
 *     path_s  = (1 - c_s) path_s + root(c_s (2 - c_s) mu_eff) B z_w
 *     path_c  = (1 - c_c) path_c + h root(c_c (2 - c_c) mu_eff) y_w
 *     C       = (1 - c_1 - c_mu sum w + ...) C + c_1 path_c path_c^T + c_mu sum w_k y_k y_k^T
 *     sigma  *= exp(c_s / d_s (|path_s| / E|N(0, 1)| - 1))
 *
 * active: the worse half takes part in C with negative weights (equations 46 and 53). B and D follow C
 * every 1 / (10 n (c_1 + c_mu)) generations. n genes take 16 n^2 bytes and, for each individual, 2 n^2
 * operations in ask and again in tell: for some thousand genes at most. z is never stored. Segments'
 * factors: sigma on a gene's deviation, rate on its mean's step. Where all fitnesses are equal, nothing
 * moves.
 */
#include "cma_constants.h"
#include "cma_eigen.h"

typedef struct config {
  double sigma, memory;
  bool active;
} config;

static const hebb_param params[] = {
  HEBB_PARAM(config, sigma, 0.1, 1e-9, 1e3, "1", "Standard deviation of the first candidates."),
  HEBB_PARAM(config, active, true, 0, 1, "",
             "Whether the worse half narrows the covariance, as the better half widens it."),
  HEBB_PARAM(config, memory, 64, 0, 1e6, "MB",
             "Largest state; 16 bytes times the squared number of genes."),
  { 0 },
};

enum {
  PURPOSE = 0x636d,
  BATCH = 16 /* individuals whose y_k are in memory at a time */
};

/* One block of memory; the arrays follow, at offsets in bytes. */
typedef struct state {
  es es;
  cma cma;
  double sigma, update_norm;
  double keep;       /* of the covariance, in the generation being told       */
  int32_t gap;       /* generations between two decompositions                */
  int32_t n_batch;   /* individuals in the batch at hand                      */
  int64_t later;     /* not 0: not the first batch                            */
  size_t mean;       /* double [n_gene]                                       */
  size_t path_sigma; /* double [n_gene]                                       */
  size_t path_c;     /* double [n_gene]                                       */
  size_t axis;       /* double [n_gene]: D, lengths of the axes               */
  size_t z, y;       /* double [n_gene]: z_w and y_w, scratch of tell         */
  size_t work;       /* double [n_gene x 4]: scratch of the decomposition     */
  size_t rotation;   /* eigen_rotation [EIGEN_SWEEPS x n_gene]: likewise      */
  size_t covariance; /* double [n_gene x n_gene]: its upper half is in use    */
  size_t basis;      /* double [n_gene x n_gene]: row k is axis k             */
  size_t batch;      /* double [BATCH x n_gene]: y_k                          */
  size_t of_batch;   /* double [BATCH]: weights of y_k y_k^T                  */
  size_t who;        /* int32_t [BATCH]: individuals                          */
  size_t weight;     /* double [population], best first                       */
} state;

static size_t layout(state *s, const hebb_genome_shape *shape, int32_t population)
{
  if (!es_possible(shape, population, 2, false))
    return 0;
  const int64_t n = shape->n_gene;
  es_layout(&s->es, sizeof *s, shape, population);
  size_t *const vector[] = { &s->mean, &s->path_sigma, &s->path_c, &s->axis, &s->z, &s->y };
  for (size_t k = 0; k < sizeof vector / sizeof vector[0]; k++)
    *vector[k] = es_take(&s->es, n, sizeof(double));
  s->work = es_take(&s->es, n * 4, sizeof(double));
  s->rotation = es_take(&s->es, n * EIGEN_SWEEPS, sizeof(eigen_rotation));
  s->covariance = es_take(&s->es, n * n, sizeof(double));
  s->basis = es_take(&s->es, n * n, sizeof(double));
  s->batch = es_take(&s->es, n * BATCH, sizeof(double));
  s->of_batch = es_take(&s->es, BATCH, sizeof(double));
  s->who = es_take(&s->es, BATCH, sizeof(int32_t));
  s->weight = es_take(&s->es, population, sizeof(double));
  return es_bytes(&s->es);
}

static size_t state_size(const void *cfg, const hebb_genome_shape *shape, int32_t population)
{
  state s;
  const size_t bytes = layout(&s, shape, population);
  return (double)bytes > ((const config *)cfg)->memory * 1048576 ? 0 : bytes;
}

static int init(void *vs, const void *cfg, const hebb_genome_shape *shape, int32_t population,
                uint64_t seed, const hebb_host *host)
{
  const config *c = cfg;
  state *s = vs, fits;
  const size_t bytes = layout(&fits, shape, population);
  if (bytes && !state_size(cfg, shape, population))
    return host->fail(host, HEBB_ENOMEM,
                      "a covariance of %lld genes takes %.0f MB, memory = %g: raise it, or take "
                      "sep_cma_es or lm_ma_es, which are linear in the number of genes",
                      (long long)shape->n_gene, (double)bytes / 1048576, c->memory);
  if (!bytes)
    return es_refuse(shape, population, 2, false, host);
  layout(s, shape, population);
  if (es_init(&s->es, shape, seed, PURPOSE, host) != HEBB_OK)
    return HEBB_EINVAL;

  const int64_t n = s->es.n_gene;
  double *axis = es_at(s, s->axis), *basis = es_at(s, s->basis);
  double *covariance = es_at(s, s->covariance);
  s->sigma = c->sigma;
  cma_constants(&s->cma, (double)n, population, 1, c->active, es_at(s, s->weight));
  s->gap = (int32_t)fmax(1, 1 / (10 * (double)n * (s->cma.c_1 + s->cma.c_mu)));
  es_start(&s->es, shape, es_at(s, s->mean));
  for (int64_t g = 0; g < n; g++)
    axis[g] = basis[g * n + g] = covariance[g * n + g] = 1;
  return HEBB_OK;
}

/* y[g - first] = (B D z)[g] for the genes first .. end - 1, one tile, of an individual's z. */
static void deviate(const state *s, int32_t i, int64_t first, int64_t end, double *y)
{
  const int64_t n = s->es.n_gene;
  const double *axis = es_at(s, s->axis), *basis = es_at(s, s->basis);
  float noise[ES_BLOCK];
  memset(y, 0, (size_t)(end - first) * sizeof *y);
  for (int64_t from = 0; from < n; from += ES_BLOCK) {
    const int64_t to = es_smaller(from + ES_BLOCK, n);
    es_draw(&s->es, i, from, to, noise);
    for (int64_t k = from; k < to; k++)
      es_axpy(end - first, axis[k] * (double)noise[k - from], basis + k * n + first, y);
  }
}

static void ask(const void *vs, int32_t i, float *genome)
{
  const state *s = vs;
  const double *mean = es_at(s, s->mean);
  double y[ES_BLOCK], factor[ES_BLOCK] = { 0 };
  for (int64_t first = 0; first < s->es.n_gene; first += ES_BLOCK) {
    const int64_t end = es_smaller(first + ES_BLOCK, s->es.n_gene);
    deviate(s, i, first, end, y);
    es_factors(&s->es, first, end, factor, NULL);
    for (int64_t g = first; g < end; g++)
      genome[g] = (float)(mean[g] + s->sigma * factor[g - first] * y[g - first]);
  }
}

static void centre(const void *vs, float *genome)
{
  const state *s = vs;
  es_round(&s->es, es_at(s, s->mean), genome);
}

/* ---- tell ---- */

/* z_w of blocks first .. end - 1 of the genome */
static void recombine(void *arg, int64_t first_block, int64_t end_block)
{
  state *s = arg;
  const int32_t *order = es_at(s, s->es.order);
  const double *weight = es_at(s, s->weight);
  for (int64_t block = first_block; block < end_block; block++) {
    const int64_t first = block * ES_BLOCK, end = es_smaller(first + ES_BLOCK, s->es.n_gene);
    double *z = (double *)es_at(s, s->z) + first;
    memset(z, 0, (size_t)(end - first) * sizeof *z);
    for (int32_t k = 0; k < s->es.population && weight[k] > 0; k++)
      es_add_noise(&s->es, order[k], first, end, weight[k], z);
  }
}

/* y_w, the step size's path and the mean, tile by tile */
static void move(void *arg, int64_t first_tile, int64_t end_tile)
{
  state *s = arg;
  const cma *c = &s->cma;
  const int64_t n = s->es.n_gene;
  const double push = sqrt(c->c_sigma * (2 - c->c_sigma) * c->mu_eff);
  const double *z = es_at(s, s->z), *axis = es_at(s, s->axis), *basis = es_at(s, s->basis);
  double *y = es_at(s, s->y), *path = es_at(s, s->path_sigma), *mean = es_at(s, s->mean);
  double white[EIGEN_TILE], factor[EIGEN_TILE] = { 0 }, rate[EIGEN_TILE] = { 0 };

  for (int64_t tile = first_tile; tile < end_tile; tile++) {
    const int64_t first = tile * EIGEN_TILE, end = es_smaller(first + EIGEN_TILE, n);
    memset(white, 0, sizeof white);
    memset(y + first, 0, (size_t)(end - first) * sizeof *y);
    for (int64_t k = 0; k < n; k++) {
      es_axpy(end - first, z[k], basis + k * n + first, white);
      es_axpy(end - first, axis[k] * z[k], basis + k * n + first, y + first);
    }
    es_factors(&s->es, first, end, factor, rate);
    for (int64_t g = first; g < end; g++) {
      path[g] = (1 - c->c_sigma) * path[g] + push * white[g - first];
      mean[g] += rate[g - first] * s->sigma * factor[g - first] * y[g];
    }
  }
}

static void fill_batch(void *arg, int64_t first_tile, int64_t end_tile)
{
  state *s = arg;
  const int32_t *who = es_at(s, s->who);
  for (int64_t tile = first_tile; tile < end_tile; tile++) {
    const int64_t first = tile * EIGEN_TILE, end = es_smaller(first + EIGEN_TILE, s->es.n_gene);
    for (int32_t k = 0; k < s->n_batch; k++)
      deviate(s, who[k], first, end, (double *)es_at(s, s->batch) + k * s->es.n_gene + first);
  }
}

/* The batch's part of the covariance's upper half, row by row. */
static void add_batch(void *arg, int64_t first, int64_t end)
{
  state *s = arg;
  const int64_t n = s->es.n_gene;
  const double *y = es_at(s, s->batch), *weight = es_at(s, s->of_batch);
  const double *path = es_at(s, s->path_c);
  for (int64_t r = first; r < end; r++) {
    double *row = (double *)es_at(s, s->covariance) + r * n + r;
    if (!s->later) {
      for (int64_t g = 0; g < n - r; g++)
        row[g] *= s->keep;
      es_axpy(n - r, s->cma.c_1 * path[r], path + r, row);
    }
    for (int32_t k = 0; k < s->n_batch; k++)
      es_axpy(n - r, weight[k] * y[k * n + r], y + k * n + r, row);
  }
}

/* |z|^2 of an individual */
static double length_of(const state *s, int32_t i)
{
  float noise[ES_BLOCK];
  double sum = 0;
  for (int64_t first = 0; first < s->es.n_gene; first += ES_BLOCK) {
    const int64_t end = es_smaller(first + ES_BLOCK, s->es.n_gene);
    es_draw(&s->es, i, first, end, noise);
    for (int64_t g = first; g < end; g++)
      sum += (double)noise[g - first] * (double)noise[g - first];
  }
  return sum;
}

static void adapt(state *s, double trust, const hebb_pool *pool)
{
  const cma *c = &s->cma;
  const double n = (double)s->es.n_gene, *weight = es_at(s, s->weight), *y = es_at(s, s->y);
  const double push = trust * sqrt(c->c_c * (2 - c->c_c) * c->mu_eff);
  const int64_t n_tile = (s->es.n_gene + EIGEN_TILE - 1) / EIGEN_TILE;
  const int32_t *order = es_at(s, s->es.order);
  int32_t *who = es_at(s, s->who);
  double *of_batch = es_at(s, s->of_batch), *path = es_at(s, s->path_c), sum = 0;

  for (int64_t g = 0; g < s->es.n_gene; g++)
    path[g] = (1 - c->c_c) * path[g] + push * y[g];
  for (int32_t k = 0; k < s->es.population; k++)
    sum += weight[k];
  s->keep = 1 - c->c_1 - c->c_mu * sum + c->c_1 * (1 - trust) * c->c_c * (2 - c->c_c);
  s->later = 0;

  for (int32_t k = 0; k < s->es.population;) {
    for (s->n_batch = 0; k < s->es.population && s->n_batch < BATCH; k++)
      if (weight[k] != 0) {
        who[s->n_batch] = order[k];
        of_batch[s->n_batch++] =
            c->c_mu * weight[k] * (weight[k] > 0 ? 1 : n / length_of(s, order[k]));
      }
    pool->run(pool, n_tile, fill_batch, s);
    pool->run(pool, s->es.n_gene, add_batch, s);
    s->later = 1;
  }
}

/* Axes and their lengths from the covariance; lengths differ by a factor of 10^7 at most. */
static void decompose(state *s, const hebb_pool *pool)
{
  const int64_t n = s->es.n_gene;
  const double *covariance = es_at(s, s->covariance);
  double *work = es_at(s, s->work), *basis = es_at(s, s->basis), *axis = es_at(s, s->axis);
  double most = 0;
  eigen e = { .n = n,
              .a = basis,
              .value = axis,
              .off = work,
              .vector = work + n,
              .product = work + 2 * n,
              .beta = work + 3 * n,
              .rotation = es_at(s, s->rotation) };
  for (int64_t r = 0; r < n; r++)
    for (int64_t g = r; g < n; g++)
      basis[r * n + g] = basis[g * n + r] = covariance[r * n + g];
  eigen_solve(&e, pool);
  for (int64_t k = 0; k < n; k++)
    most = axis[k] > most ? axis[k] : most;
  for (int64_t k = 0; k < n; k++)
    axis[k] = sqrt(axis[k] > 1e-14 * most ? axis[k] : 1e-14 * most);
}

static void learn(state *s, const float *fitness, const hebb_pool *pool)
{
  const int64_t n = s->es.n_gene, n_tile = (n + EIGEN_TILE - 1) / EIGEN_TILE;
  const double *path = es_at(s, s->path_sigma), *y = es_at(s, s->y);
  double square = 0, updates = 0;

  es_order(&s->es, fitness);
  pool->run(pool, s->es.n_block, recombine, s);
  pool->run(pool, n_tile, move, s);
  for (int64_t g = 0; g < n; g++) {
    square += path[g] * path[g];
    updates += y[g] * y[g];
  }
  s->update_norm = s->sigma * sqrt(updates);
  adapt(s, cma_trust(&s->cma, (double)n, sqrt(square), s->es.generation + 1), pool);
  s->sigma *= cma_growth(&s->cma, sqrt(square));
}

static void tell(void *vs, const float *fitness, const hebb_pool *pool)
{
  state *s = vs;
  s->update_norm = 0;
  if (!es_all_equal(fitness, s->es.population)) {
    learn(s, fitness, pool);
    if ((s->es.generation + 1) % s->gap == 0)
      decompose(s, pool);
  }
  s->es.generation++;
}

static hebb_array matrix(const state *s, const char *name, size_t offset, const char *doc)
{
  hebb_array a = es_vector(&s->es, name, offset, doc);
  a.rank = 2;
  a.dims = "gene gene";
  a.extent[1] = a.extent[0];
  return a;
}

static int array(const void *vs, int32_t k, hebb_array *out)
{
  const state *s = vs;
  hebb_array part[] = {
    es_scalar("sigma", HEBB_F64, offsetof(state, sigma), "Step size of the next generation."),
    es_scalar("update_norm", HEBB_F64, offsetof(state, update_norm),
              "Euclidean norm of the mean's last change, before the segments' factors."),
    es_scalar("generation", HEBB_I32, offsetof(state, es.generation), "Updates made."),
    es_vector(&s->es, "mean", s->mean, "Centre of the candidates."),
    es_vector(&s->es, "path_sigma", s->path_sigma, "Evolution path of the step size."),
    es_vector(&s->es, "path_c", s->path_c, "Evolution path of the covariance."),
    es_vector(&s->es, "axis_length", s->axis, "Lengths of the axes in use, without sigma."),
    matrix(s, "covariance", s->covariance, "Covariance without sigma; the upper half counts."),
    matrix(s, "axes", s->basis, "Axes in use: one a row."),
  };
  part[8].dims = "axis gene";
  part[6].dims = "axis";
  return es_part(part, 9, k, out);
}

static const hebb_optimizer cma_es = {
  .base = {
    HEBB_HEAD(HEBB_OPTIMIZER, hebb_optimizer, config),
    .name = "cma_es",
    .version = "1.0",
    .brief = "Covariance matrix adaptation, for some thousand genes at most",
    .cite = "Hansen & Ostermeier, Evolutionary Computation 9, 2001; Hansen, 2016, arXiv:1604.00772",
    .params = params,
  },
  .state_size = state_size,
  .init = init,
  .ask = ask,
  .tell = tell,
  .centre = centre,
  .array = array,
};

const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &cma_es.base : NULL;
}
