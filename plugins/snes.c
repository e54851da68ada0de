/* snes.c - separable natural evolution strategy (Schaul, Glasmachers & Schmidhuber, "High dimensions and
 * heavy tails for natural evolution strategies", GECCO 2011; Wierstra et al., JMLR 15, 2014, algorithm 6).
 *
 *     candidate k = mean + sigma . z_k                        z_k ~ N(0, 1), sigma: one for each gene
 *     mean  += learning_rate sigma . sum_k u_k z_k
 *     sigma *= exp(sigma_learning_rate / 2 sum_k u_k (z_k^2 - 1))
 *     u_k = max(0, ln(lambda/2 + 1) - ln rank_k) / (sum of these) - 1/lambda       rank 1: the best
 *
 * lambda is the population; learning_rate 1 and sigma_learning_rate (3 + ln n) / (5 sqrt n) for n genes
 * are the paper's table 1. z is never stored: it is drawn again from its address. Segments' factors:
 * sigma on a gene's first deviation, rate on both learning rates. Where all fitnesses are equal, nothing
 * moves.
 */
#include "evolution_strategy.h"

typedef struct config {
  double sigma, learning_rate, sigma_learning_rate;
} config;

static const hebb_param params[] = {
  HEBB_PARAM(config, sigma, 0.1, 1e-9, 1e3, "1", "Standard deviation of the first candidates."),
  HEBB_PARAM(config, learning_rate, 1, 0, 1e3, "1",
             "Length of a step of the mean along its natural gradient."),
  HEBB_OPTIONAL(config, sigma_learning_rate, 0, 10, "1",
                "That of the standard deviations; left out: (3 + ln n) / (5 sqrt n) for n genes."),
  { 0 },
};

/* One block of memory; the arrays follow, at offsets in bytes. */
typedef struct state {
  es es;
  double sigma, learning_rate, sigma_learning_rate, gradient_norm, update_norm;
  size_t mean;    /* double [n_gene]                                              */
  size_t sigmas;  /* double [n_gene]                                              */
  size_t utility; /* double [population], of ranks: the best first                */
  size_t square;  /* double [n_block x 3]: squared gradient, update and deviation */
} state;

enum { PURPOSE = 0x736e };

static size_t layout(state *s, const hebb_genome_shape *shape, int32_t population)
{
  if (!es_possible(shape, population, 2, false))
    return 0;
  es_layout(&s->es, sizeof *s, shape, population);
  s->mean = es_take(&s->es, shape->n_gene, sizeof(double));
  s->sigmas = es_take(&s->es, shape->n_gene, sizeof(double));
  s->utility = es_take(&s->es, population, sizeof(double));
  s->square = es_take(&s->es, s->es.n_block * 3, sizeof(double));
  return es_bytes(&s->es);
}

static size_t state_size(const void *cfg, const hebb_genome_shape *shape, int32_t population)
{
  state s;
  (void)cfg;
  return layout(&s, shape, population);
}

static double default_rate(double n_gene)
{
  return (3 + hebb_log(n_gene)) / (5 * sqrt(n_gene));
}

static void make_utilities(const state *s, double *utility)
{
  const int32_t n = s->es.population;
  const double top = hebb_log(n / 2.0 + 1);
  double sum = 0;
  for (int32_t k = 0; k < n; k++) {
    const double u = top - hebb_log(k + 1);
    utility[k] = u > 0 ? u : 0;
    sum += utility[k];
  }
  for (int32_t k = 0; k < n; k++)
    utility[k] = utility[k] / sum - 1.0 / n;
}

static int init(void *vs, const void *cfg, const hebb_genome_shape *shape, int32_t population,
                uint64_t seed, const hebb_host *host)
{
  const config *c = cfg;
  if (!state_size(cfg, shape, population))
    return es_refuse(shape, population, 2, false, host);
  state *s = vs;
  layout(s, shape, population);
  if (es_init(&s->es, shape, seed, PURPOSE, host) != HEBB_OK)
    return HEBB_EINVAL;

  const double n = (double)s->es.n_gene;
  s->learning_rate = c->learning_rate;
  s->sigma_learning_rate = isnan(c->sigma_learning_rate) ? default_rate(n) : c->sigma_learning_rate;
  es_start(&s->es, shape, es_at(s, s->mean));
  make_utilities(s, es_at(s, s->utility));
  s->sigma = es_first_sigmas(&s->es, c->sigma, es_at(s, s->sigmas));
  return HEBB_OK;
}

static void ask(const void *vs, int32_t i, float *genome)
{
  const state *s = vs;
  es_ask(&s->es, i, 1, es_at(s, s->mean), es_at(s, s->sigmas), genome);
}

static void centre(const void *vs, float *genome)
{
  const state *s = vs;
  es_round(&s->es, es_at(s, s->mean), genome);
}

/* first[g] += u z, second[g] += u (z^2 - 1) */
static HEBB_INLINE void moments_inline(int64_t n, double u, const float *restrict noise,
                                       double *restrict first, double *restrict second)
{
  for (int64_t g = 0; g < n; g++) {
    const double z = (double)noise[g];
    first[g] += u * z;
    second[g] += u * (z * z - 1);
  }
}
HEBB_CLONES(moments,
            (int64_t n, double u, const float *restrict noise, double *restrict first,
             double *restrict second),
            (n, u, noise, first, second))

/* The update of blocks first .. end - 1 of the genome. */
static void update(void *arg, int64_t first_block, int64_t end_block)
{
  state *s = arg;
  const int32_t *order = es_at(s, s->es.order);
  const double *utility = es_at(s, s->utility);
  double *mean = es_at(s, s->mean), *sigma = es_at(s, s->sigmas), *square = es_at(s, s->square);
  double moment1[ES_BLOCK], moment2[ES_BLOCK], rate[ES_BLOCK] = { 0 };
  float noise[ES_BLOCK];

  for (int64_t block = first_block; block < end_block; block++) {
    const int64_t first = block * ES_BLOCK, end = es_smaller(first + ES_BLOCK, s->es.n_gene);
    memset(moment1, 0, sizeof moment1);
    memset(moment2, 0, sizeof moment2);
    es_factors(&s->es, first, end, NULL, rate);
    for (int32_t k = 0; k < s->es.population; k++) {
      es_draw(&s->es, order[k], first, end, noise);
      moments(end - first, utility[k], noise, moment1, moment2);
    }
    double gradients = 0, updates = 0, deviations = 0;
    for (int64_t g = first; g < end; g++) {
      const double gradient = sigma[g] * moment1[g - first];
      const double change = s->learning_rate * rate[g - first] * gradient;
      mean[g] += change;
      sigma[g] *= hebb_exp(s->sigma_learning_rate * rate[g - first] / 2 * moment2[g - first]);
      gradients += gradient * gradient;
      updates += change * change;
      deviations += sigma[g] * sigma[g];
    }
    square[3 * block] = gradients;
    square[3 * block + 1] = updates;
    square[3 * block + 2] = deviations;
  }
}

static void tell(void *vs, const float *fitness, const hebb_pool *pool)
{
  state *s = vs;
  s->gradient_norm = s->update_norm = 0;
  if (!es_all_equal(fitness, s->es.population)) {
    es_order(&s->es, fitness);
    pool->run(pool, s->es.n_block, update, s);
    const double *square = es_at(s, s->square);
    s->gradient_norm = sqrt(es_total(&s->es, square, 3, 0));
    s->update_norm = sqrt(es_total(&s->es, square, 3, 1));
    s->sigma = sqrt(es_total(&s->es, square, 3, 2) / (double)s->es.n_gene);
  }
  s->es.generation++;
}

static int reshape(void *vs, const hebb_genome_shape *from, const hebb_genome_shape *to,
                   const int64_t *map, const hebb_host *host)
{
  state *s = vs;
  state *old = es_leave(&s->es, to, 2, false, host);
  if (!old)
    return HEBB_EINVAL;
  layout(s, to, old->es.population);
  const int status = es_enter(&s->es, to, host);
  double *sigma = es_at(s, s->sigmas), squares = 0;
  es_restart(&s->es, to, map, es_at(old, old->mean), es_at(s, s->mean));
  make_utilities(s, es_at(s, s->utility));
  es_first_sigmas(&s->es, old->sigma, sigma);
  es_inherit(&s->es, map, es_at(old, old->sigmas), sigma);
  free(old);

  for (int64_t g = 0; g < s->es.n_gene; g++)
    squares += sigma[g] * sigma[g];
  s->sigma = sqrt(squares / (double)s->es.n_gene);
  // the default follows from the number of genes
  if (s->sigma_learning_rate == default_rate((double)from->n_gene))
    s->sigma_learning_rate = default_rate((double)to->n_gene);
  return status;
}

static int array(const void *vs, int32_t k, hebb_array *out)
{
  const state *s = vs;
  const hebb_array part[] = {
    es_scalar("sigma", HEBB_F64, offsetof(state, sigma),
              "Root mean square of the next candidates' standard deviations."),
    es_scalar("learning_rate", HEBB_F64, offsetof(state, learning_rate),
              "Learning rate of the mean."),
    es_scalar("gradient_norm", HEBB_F64, offsetof(state, gradient_norm),
              "Euclidean norm of the mean's last natural gradient."),
    es_scalar("update_norm", HEBB_F64, offsetof(state, update_norm),
              "Euclidean norm of the mean's last change."),
    es_scalar("generation", HEBB_I32, offsetof(state, es.generation), "Updates made."),
    es_vector(&s->es, "mean", s->mean, "Centre of the candidates."),
    es_vector(&s->es, "gene_sigma", s->sigmas, "Standard deviation of each gene."),
  };
  return es_part(part, 7, k, out);
}

static const hebb_optimizer snes = {
  .base = {
    HEBB_HEAD(HEBB_OPTIMIZER, hebb_optimizer, config),
    .name = "snes",
    .version = "1.0",
    .brief = "Separable natural evolution strategy: a standard deviation for each gene",
    .cite = "Schaul, Glasmachers & Schmidhuber, GECCO 2011; Wierstra et al., JMLR 15, 2014",
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
  return index == 0 ? &snes.base : NULL;
}
