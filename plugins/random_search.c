/* random_search.c - random search (Matyas, "Random optimization", Automation and Remote Control 26, 1965):
 * what any other optimizer must beat.
 *
 *     candidate = best + sigma z, z ~ N(0, 1);    best = the best candidate ever seen
 *
 * Fitness is taken at its word: a lucky life stays the best. Candidates are never stored; the very first
 * is the start itself. Segments' factors: sigma. What only equals the best changes nothing, nor does a
 * generation in which all fitnesses are equal.
 */
#include "evolution_strategy.h"

typedef struct config {
  double sigma;
} config;

static const hebb_param params[] = {
  HEBB_PARAM(config, sigma, 0.1, 1e-9, 1e3, "1", "Standard deviation of the candidates."),
  { 0 },
};

/* One block of memory; the arrays follow, at offsets in bytes. */
typedef struct state {
  es es;
  double sigma, update_norm, best_fitness;
  size_t best; /* double [n_gene] */
} state;

enum { PURPOSE = 0x7273 };

static size_t layout(state *s, const hebb_genome_shape *shape, int32_t population)
{
  if (!es_possible(shape, population, 1, false))
    return 0;
  es_layout(&s->es, sizeof *s, shape, population);
  s->best = es_take(&s->es, shape->n_gene, sizeof(double));
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
  const config *c = cfg;
  if (!state_size(cfg, shape, population))
    return es_refuse(shape, population, 1, false, host);
  state *s = vs;
  layout(s, shape, population);
  s->sigma = c->sigma;
  s->best_fitness = -(double)INFINITY;
  es_start(&s->es, shape, es_at(s, s->best));
  return es_init(&s->es, shape, seed, PURPOSE, host);
}

/* Genes first .. end - 1 of candidate i, one block. */
static void candidate(const state *s, int32_t i, int64_t first, int64_t end, double *gene)
{
  const double *best = es_at(s, s->best);
  double factor[ES_BLOCK] = { 0 };
  float noise[ES_BLOCK];
  es_draw(&s->es, i, first, end, noise);
  es_factors(&s->es, first, end, factor, NULL);
  const double sigma = s->es.generation == 0 && i == 0 ? 0 : s->sigma;
  for (int64_t g = first; g < end; g++)
    gene[g - first] = best[g] + sigma * factor[g - first] * (double)noise[g - first];
}

static void ask(const void *vs, int32_t i, float *genome)
{
  const state *s = vs;
  double gene[ES_BLOCK];
  for (int64_t first = 0; first < s->es.n_gene; first += ES_BLOCK) {
    const int64_t end = es_smaller(first + ES_BLOCK, s->es.n_gene);
    candidate(s, i, first, end, gene);
    for (int64_t g = first; g < end; g++)
      genome[g] = (float)gene[g - first];
  }
}

static void centre(const void *vs, float *genome)
{
  const state *s = vs;
  es_round(&s->es, es_at(s, s->best), genome);
}

/* One draw a generation at most: not worth a pool. */
static void tell(void *vs, const float *fitness, const hebb_pool *pool)
{
  state *s = vs;
  double *best = es_at(s, s->best), gene[ES_BLOCK], updates = 0;
  const bool equal = s->es.population > 1 && es_all_equal(fitness, s->es.population);
  int32_t winner = 0;
  (void)pool;

  for (int32_t i = 1; i < s->es.population; i++)
    if (fitness[i] > fitness[winner])
      winner = i;
  if (!equal && (double)fitness[winner] > s->best_fitness) {
    s->best_fitness = (double)fitness[winner];
    for (int64_t first = 0; first < s->es.n_gene; first += ES_BLOCK) {
      const int64_t end = es_smaller(first + ES_BLOCK, s->es.n_gene);
      candidate(s, winner, first, end, gene);
      for (int64_t g = first; g < end; g++) {
        const double change = gene[g - first] - best[g];
        best[g] = gene[g - first];
        updates += change * change;
      }
    }
  }
  s->update_norm = sqrt(updates);
  s->es.generation++;
}

/* A genome of other values has not been seen yet. */
static int reshape(void *vs, const hebb_genome_shape *from, const hebb_genome_shape *to,
                   const int64_t *map, const hebb_host *host)
{
  state *s = vs;
  (void)from;
  state *old = es_leave(&s->es, to, 1, false, host);
  if (!old)
    return HEBB_EINVAL;
  layout(s, to, old->es.population);
  const int status = es_enter(&s->es, to, host);
  if (!es_restart(&s->es, to, map, es_at(old, old->best), es_at(s, s->best)))
    s->best_fitness = -(double)INFINITY;
  free(old);
  return status;
}

static int array(const void *vs, int32_t k, hebb_array *out)
{
  const state *s = vs;
  const hebb_array part[] = {
    es_scalar("sigma", HEBB_F64, offsetof(state, sigma), "Standard deviation of the candidates."),
    es_scalar("update_norm", HEBB_F64, offsetof(state, update_norm),
              "Euclidean norm of the best genome's last change."),
    es_scalar("best_fitness", HEBB_F64, offsetof(state, best_fitness),
              "Highest fitness that was seen."),
    es_scalar("generation", HEBB_I32, offsetof(state, es.generation), "Updates made."),
    es_vector(&s->es, "best", s->best, "The genome of the highest fitness."),
  };
  return es_part(part, 5, k, out);
}

static const hebb_optimizer random_search = {
  .base = {
    HEBB_HEAD(HEBB_OPTIMIZER, hebb_optimizer, config),
    .name = "random_search",
    .version = "1.0",
    .brief = "Random search around the best candidate so far",
    .cite = "Matyas, Automation and Remote Control 26, 1965",
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
  return index == 0 ? &random_search.base : NULL;
}
