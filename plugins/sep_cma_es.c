/* sep_cma_es.c - CMA-ES with a diagonal covariance (Ros & Hansen, "A simple modification in CMA-ES achieving
 * linear time and space complexity", PPSN 2008); constants of the tutorial of 2016, as cma_constants.h has them.
 *
 *     candidate k = mean + sigma D z_k        z_k ~ N(0, 1), D: the root of the covariance's diagonal
 *     mean    += sigma D z_w                  z_w = sum w_k z_k over the better half
 *     path_s   = (1 - c_s) path_s + root(c_s (2 - c_s) mu_eff) z_w
 *     path_c   = (1 - c_c) path_c + h root(c_c (2 - c_c) mu_eff) D z_w
 *     D^2      = (1 - c_1 - c_mu + ...) D^2 + c_1 path_c^2 + c_mu sum w_k (D z_k)^2
 *     sigma   *= exp(c_s / d_s (|path_s| / E|N(0, 1)| - 1))
 *
 * c_1 and c_mu are (n + 2) / 3 times those of the full covariance. z is never stored: it is drawn again
 * from its address. Segments' factors: sigma on a gene's deviation, rate on its mean's step. Where all
 * fitnesses are equal, nothing moves.
 */
#include "cma_constants.h"

typedef struct config {
  double sigma;
} config;

static const hebb_param params[] = {
  HEBB_PARAM(config, sigma, 0.1, 1e-9, 1e3, "1", "Standard deviation of the first candidates."),
  { 0 },
};

/* One block of memory; the arrays follow, at offsets in bytes. */
typedef struct state {
  es es;
  cma cma;
  double sigma, update_norm;
  double trust;      /* of the generation being told: 1, or 0                          */
  size_t mean;       /* double [n_gene]                                                 */
  size_t variance;   /* double [n_gene]: D^2                                            */
  size_t deviation;  /* double [n_gene]: D times the segments' factors                  */
  size_t path_sigma; /* double [n_gene]                                                 */
  size_t path_c;     /* double [n_gene]                                                 */
  size_t first;      /* double [n_gene]: sum w z, scratch of tell                       */
  size_t second;     /* double [n_gene]: sum w z^2, scratch of tell                     */
  size_t weight;     /* double [population], best first                                 */
  size_t square;     /* double [n_block x 2]: of path_sigma, of the mean's change       */
} state;

enum { PURPOSE = 0x7363 };

static size_t layout(state *s, const hebb_genome_shape *shape, int32_t population)
{
  if (!es_possible(shape, population, 2, false))
    return 0;
  es_layout(&s->es, sizeof *s, shape, population);
  size_t *const vector[] = { &s->mean,   &s->variance, &s->deviation, &s->path_sigma,
                             &s->path_c, &s->first,    &s->second };
  for (size_t k = 0; k < sizeof vector / sizeof vector[0]; k++)
    *vector[k] = es_take(&s->es, shape->n_gene, sizeof(double));
  s->weight = es_take(&s->es, population, sizeof(double));
  s->square = es_take(&s->es, s->es.n_block * 2, sizeof(double));
  return es_bytes(&s->es);
}

static size_t state_size(const void *cfg, const hebb_genome_shape *shape, int32_t population)
{
  state s;
  (void)cfg;
  return layout(&s, shape, population);
}

static int init(void *vs, const void *cfg, const hebb_genome_shape *shape, int32_t population,
                uint64_t seed, const hebb_host *host)
{
  if (!state_size(cfg, shape, population))
    return es_refuse(shape, population, 2, false, host);
  state *s = vs;
  layout(s, shape, population);
  if (es_init(&s->es, shape, seed, PURPOSE, host) != HEBB_OK)
    return HEBB_EINVAL;

  const double n = (double)s->es.n_gene;
  double *variance = es_at(s, s->variance);
  s->sigma = ((const config *)cfg)->sigma;
  cma_constants(&s->cma, n, population, (n + 2) / 3, false, es_at(s, s->weight));
  es_start(&s->es, shape, es_at(s, s->mean));
  es_first_sigmas(&s->es, 1, es_at(s, s->deviation));
  for (int64_t g = 0; g < s->es.n_gene; g++)
    variance[g] = 1;
  return HEBB_OK;
}

static void ask(const void *vs, int32_t i, float *genome)
{
  const state *s = vs;
  es_ask(&s->es, i, s->sigma, es_at(s, s->mean), es_at(s, s->deviation), genome);
}

static void centre(const void *vs, float *genome)
{
  const state *s = vs;
  es_round(&s->es, es_at(s, s->mean), genome);
}

/* first[g] += w z, second[g] += w z^2 */
static HEBB_INLINE void moments_inline(int64_t n, double w, const float *restrict noise,
                                       double *restrict first, double *restrict second)
{
  for (int64_t g = 0; g < n; g++) {
    const double z = (double)noise[g];
    first[g] += w * z;
    second[g] += w * (z * z);
  }
}
HEBB_CLONES(moments,
            (int64_t n, double w, const float *restrict noise, double *restrict first,
             double *restrict second),
            (n, w, noise, first, second))

/* The mean and the step size's path, of blocks first .. end - 1 of the genome. */
static void move(void *arg, int64_t first_block, int64_t end_block)
{
  state *s = arg;
  const cma *c = &s->cma;
  const int32_t *order = es_at(s, s->es.order);
  const double *weight = es_at(s, s->weight), *deviation = es_at(s, s->deviation);
  const double push = sqrt(c->c_sigma * (2 - c->c_sigma) * c->mu_eff);
  double *mean = es_at(s, s->mean), *path = es_at(s, s->path_sigma), *square = es_at(s, s->square);
  double *moment1 = es_at(s, s->first), *moment2 = es_at(s, s->second), rate[ES_BLOCK] = { 0 };
  float noise[ES_BLOCK];

  for (int64_t block = first_block; block < end_block; block++) {
    const int64_t first = block * ES_BLOCK, end = es_smaller(first + ES_BLOCK, s->es.n_gene);
    memset(moment1 + first, 0, (size_t)(end - first) * sizeof(double));
    memset(moment2 + first, 0, (size_t)(end - first) * sizeof(double));
    es_factors(&s->es, first, end, NULL, rate);
    for (int32_t k = 0; k < s->es.population && weight[k] > 0; k++) {
      es_draw(&s->es, order[k], first, end, noise);
      moments(end - first, weight[k], noise, moment1 + first, moment2 + first);
    }
    double paths = 0, updates = 0;
    for (int64_t g = first; g < end; g++) {
      const double change = rate[g - first] * s->sigma * deviation[g] * moment1[g];
      mean[g] += change;
      path[g] = (1 - c->c_sigma) * path[g] + push * moment1[g];
      paths += path[g] * path[g];
      updates += change * change;
    }
    square[2 * block] = paths;
    square[2 * block + 1] = updates;
  }
}

/* The covariance and its path, of blocks first .. end - 1 of the genome. */
static void adapt(void *arg, int64_t first_block, int64_t end_block)
{
  state *s = arg;
  const cma *c = &s->cma;
  const double push = s->trust * sqrt(c->c_c * (2 - c->c_c) * c->mu_eff);
  const double keep = 1 - c->c_1 - c->c_mu + c->c_1 * (1 - s->trust) * c->c_c * (2 - c->c_c);
  const double *moment1 = es_at(s, s->first), *moment2 = es_at(s, s->second);
  double *variance = es_at(s, s->variance), *deviation = es_at(s, s->deviation);
  double *path = es_at(s, s->path_c), factor[ES_BLOCK] = { 0 };

  for (int64_t block = first_block; block < end_block; block++) {
    const int64_t first = block * ES_BLOCK, end = es_smaller(first + ES_BLOCK, s->es.n_gene);
    es_factors(&s->es, first, end, factor, NULL);
    for (int64_t g = first; g < end; g++) {
      path[g] = (1 - c->c_c) * path[g] + push * sqrt(variance[g]) * moment1[g];
      variance[g] =
          keep * variance[g] + c->c_1 * path[g] * path[g] + c->c_mu * variance[g] * moment2[g];
      deviation[g] = factor[g - first] * sqrt(variance[g]);
    }
  }
}

static void tell(void *vs, const float *fitness, const hebb_pool *pool)
{
  state *s = vs;
  s->update_norm = 0;
  if (!es_all_equal(fitness, s->es.population)) {
    const double *square = es_at(s, s->square);
    es_order(&s->es, fitness);
    pool->run(pool, s->es.n_block, move, s);
    const double path = sqrt(es_total(&s->es, square, 2, 0));
    s->update_norm = sqrt(es_total(&s->es, square, 2, 1));
    s->trust = cma_trust(&s->cma, (double)s->es.n_gene, path, s->es.generation + 1);
    pool->run(pool, s->es.n_block, adapt, s);
    s->sigma *= cma_growth(&s->cma, path);
  }
  s->es.generation++;
}

/* The step size stays; its paths and the variances are inherited, the constants are those of the new genome. */
static int reshape(void *vs, const hebb_genome_shape *from, const hebb_genome_shape *to,
                   const int64_t *map, const hebb_host *host)
{
  state *s = vs;
  (void)from;
  state *old = es_leave(&s->es, to, 2, false, host);
  if (!old)
    return HEBB_EINVAL;
  layout(s, to, old->es.population);
  const int status = es_enter(&s->es, to, host);
  const double n = (double)s->es.n_gene;
  double *variance = es_at(s, s->variance), *deviation = es_at(s, s->deviation);
  cma_constants(&s->cma, n, s->es.population, (n + 2) / 3, false, es_at(s, s->weight));
  es_restart(&s->es, to, map, es_at(old, old->mean), es_at(s, s->mean));
  es_first_sigmas(&s->es, 1, deviation);
  for (int64_t g = 0; g < s->es.n_gene; g++)
    variance[g] = 1;
  es_inherit(&s->es, map, es_at(old, old->variance), variance);
  es_inherit(&s->es, map, es_at(old, old->path_sigma), es_at(s, s->path_sigma));
  es_inherit(&s->es, map, es_at(old, old->path_c), es_at(s, s->path_c));
  for (int64_t g = 0; g < s->es.n_gene; g++)
    deviation[g] *= sqrt(variance[g]);
  free(old);
  return status;
}

static int array(const void *vs, int32_t k, hebb_array *out)
{
  const state *s = vs;
  const hebb_array part[] = {
    es_scalar("sigma", HEBB_F64, offsetof(state, sigma), "Step size of the next generation."),
    es_scalar("update_norm", HEBB_F64, offsetof(state, update_norm),
              "Euclidean norm of the mean's last change."),
    es_scalar("generation", HEBB_I32, offsetof(state, es.generation), "Updates made."),
    es_vector(&s->es, "mean", s->mean, "Centre of the candidates."),
    es_vector(&s->es, "variance", s->variance, "Diagonal of the covariance, without sigma."),
    es_vector(&s->es, "path_sigma", s->path_sigma, "Evolution path of the step size."),
    es_vector(&s->es, "path_c", s->path_c, "Evolution path of the covariance."),
  };
  return es_part(part, 7, k, out);
}

static const hebb_optimizer sep_cma_es = {
  .base = {
    HEBB_HEAD(HEBB_OPTIMIZER, hebb_optimizer, config),
    .name = "sep_cma_es",
    .version = "1.0",
    .brief = "CMA-ES with a diagonal covariance, linear in the number of genes",
    .cite = "Ros & Hansen, PPSN 2008; Hansen, 2016, arXiv:1604.00772",
    .params = params,
  },
  .state_size = state_size,
  .init = init,
  .ask = ask,
  .tell = tell,
  .centre = centre,
  .array = array,
  .reshape = reshape,
};

const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &sep_cma_es.base : NULL;
}
