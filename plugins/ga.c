/* ga.c - genetic algorithm for real genomes: truncation, Gaussian mutation, elites and nothing else (Such et
 * al., 2017, arXiv:1712.06567, algorithm 1), or tournaments (Goldberg & Deb, FOGA 1, 1991) and uniform
 * crossover (Syswerda, ICGA 1989).
 *
 *     parents = the best of a generation, best first
 *     candidate i = parent i                                    i < elites
 *                 = parent p, each gene with chance mutation_rate + sigma z      z ~ N(0, 1)
 *     truncation:  p uniform over the parents        tournament:  p the best of so many uniform ones
 *     crossover:   with this chance each gene is of p or of a second such parent, at a toss of a coin
 *
 * The state holds the parents as float genomes, twice: the last ones and those in the making. With tournaments
 * all individuals are parents. Candidates are drawn again from their addresses; generation 0 mutates the
 * start, which is its first elite. Segments' factors: sigma. Where all fitnesses are equal, the parents
 * stay. Elites are evaluated again in every generation: with noisy fitness the lucky do not stay.
 */
#include "evolution_strategy.h"

enum selection { SELECTION_TRUNCATION, SELECTION_TOURNAMENT };

typedef struct config {
  double sigma, sigma_decay, sigma_floor, mutation_rate, crossover, parents;
  int64_t elites, tournament;
  int32_t selection;
} config;

static const hebb_param params[] = {
  HEBB_PARAM(config, sigma, 0.02, 1e-9, 1e3, "1", "Standard deviation of a mutation."),
  HEBB_PARAM(config, sigma_decay, 1, 0, 1, "1", "Factor on sigma after each generation."),
  HEBB_PARAM(config, sigma_floor, 0.001, 1e-9, 1e3, "1", "Sigma decays only while above this."),
  HEBB_PARAM(config, mutation_rate, 1, 0, 1, "1", "Chance of a gene to be mutated."),
  HEBB_PARAM(config, crossover, 0, 0, 1, "1", "Chance of a candidate to have two parents."),
  HEBB_CHOICE(
      config, selection, "truncation|tournament",
      "Parents are a part of the population with equal chances, or all of it in tournaments."),
  HEBB_PARAM(config, parents, 0.1, 0, 1, "1",
             "Of truncation: part of the population that has offspring, elites at least."),
  HEBB_PARAM(config, tournament, 3, 1, 1000, "1", "Of tournaments: how many take part."),
  HEBB_PARAM(config, elites, 1, 0, 1e6, "1",
             "How many of the best go on unchanged; fewer than the population."),
  { 0 },
};

/* One block of memory; the arrays follow, at offsets in bytes. */
typedef struct state {
  es es;
  config cfg;
  double sigma, update_norm;
  int32_t n_parent;
  int32_t side;     /* which of the two sets of parents is in use  */
  size_t parent[2]; /* float [n_parent x n_gene], best first       */
  size_t square;    /* double [n_block]: change of the best        */
} state;

enum { PURPOSE = 0x6761, PURPOSE_CHOICE, PURPOSE_CROSSOVER, PURPOSE_WHICH_GENES };

static size_t layout(state *s, const config *c, const hebb_genome_shape *shape, int32_t population)
{
  if (!es_possible(shape, population, 2, false) || c->elites >= population)
    return 0;
  const int64_t some = es_larger(es_larger(1, c->elites), (int64_t)(c->parents * population));
  s->cfg = *c;
  s->n_parent = c->selection == SELECTION_TOURNAMENT ? population : (int32_t)some;
  es_layout(&s->es, sizeof *s, shape, population);
  s->square = es_take(&s->es, s->es.n_block, sizeof(double));
  for (int side = 0; side < 2; side++)
    s->parent[side] = es_take(&s->es, s->n_parent * shape->n_gene, sizeof(float));
  return es_bytes(&s->es);
}

static size_t state_size(const void *cfg, const hebb_genome_shape *shape, int32_t population)
{
  state s;
  return layout(&s, cfg, shape, population);
}

static int init(void *vs, const void *cfg, const hebb_genome_shape *shape, int32_t population,
                uint64_t seed, const hebb_host *host)
{
  const config *c = cfg;
  if (es_possible(shape, population, 2, false) && c->elites >= population)
    return host->fail(host, HEBB_EINVAL,
                      "elites = %lld of a population of %d leave no place for anything new: give "
                      "fewer",
                      (long long)c->elites, population);
  if (!state_size(cfg, shape, population))
    return es_refuse(shape, population, 2, false, host);
  state *s = vs;
  layout(s, c, shape, population);
  s->sigma = c->sigma;
  for (int32_t p = 0; p < s->n_parent; p++)
    memcpy((float *)es_at(s, s->parent[0]) + p * s->es.n_gene, shape->start,
           (size_t)s->es.n_gene * sizeof(float));
  return es_init(&s->es, shape, seed, PURPOSE, host);
}

static hebb_address address_of(const state *s, uint32_t purpose, int32_t i)
{
  return (hebb_address){ .seed = s->es.seed,
                         .purpose = purpose,
                         .generation = (uint32_t)s->es.generation,
                         .individual = (uint32_t)i };
}

/* The best of so many parents drawn by uniform numbers first, first + 1, ... */
static int32_t choose(const state *s, const hebb_address *address, uint32_t first)
{
  const int64_t n = s->cfg.selection == SELECTION_TOURNAMENT ? s->cfg.tournament : 1;
  int32_t best = s->n_parent - 1;
  for (int64_t k = 0; k < n; k++) {
    const double u = hebb_uniform_double(address, first + (uint32_t)k);
    best = (int32_t)es_smaller(best, (int64_t)(u * s->n_parent));
  }
  return best;
}

/* Genes first .. end - 1 of candidate i, one block. */
static void candidate(const state *s, int32_t i, int64_t first, int64_t end, float *gene)
{
  const config *c = &s->cfg;
  const float *parents = es_at(s, s->parent[s->side]);
  const size_t bytes = (size_t)(end - first) * sizeof(float);
  if (i < c->elites) {
    memcpy(gene, parents + i * s->es.n_gene + first, bytes);
    return;
  }
  const hebb_address choice = address_of(s, PURPOSE_CHOICE, i);
  float noise[ES_BLOCK], chance[ES_BLOCK] = { 0 };
  double factor[ES_BLOCK] = { 0 };

  memcpy(gene, parents + choose(s, &choice, 1) * s->es.n_gene + first, bytes);
  if (hebb_uniform_double(&choice, 0) < c->crossover) {
    const float *other = parents + choose(s, &choice, 1 + (uint32_t)c->tournament) * s->es.n_gene;
    const hebb_address coin = address_of(s, PURPOSE_CROSSOVER, i);
    hebb_uniforms(&coin, (uint32_t)first, end - first, chance);
    for (int64_t g = first; g < end; g++)
      gene[g - first] = chance[g - first] < 0.5f ? gene[g - first] : other[g];
  }
  es_draw(&s->es, i, first, end, noise);
  es_factors(&s->es, first, end, factor, NULL);
  if (c->mutation_rate < 1) {
    const hebb_address which = address_of(s, PURPOSE_WHICH_GENES, i);
    hebb_uniforms(&which, (uint32_t)first, end - first, chance);
    for (int64_t g = 0; g < end - first; g++)
      factor[g] = (double)chance[g] < c->mutation_rate ? factor[g] : 0;
  }
  for (int64_t g = 0; g < end - first; g++)
    gene[g] = (float)((double)gene[g] + s->sigma * factor[g] * (double)noise[g]);
}

static void ask(const void *vs, int32_t i, float *genome)
{
  const state *s = vs;
  for (int64_t first = 0; first < s->es.n_gene; first += ES_BLOCK)
    candidate(s, i, first, es_smaller(first + ES_BLOCK, s->es.n_gene), genome + first);
}

static void centre(const void *vs, float *genome)
{
  const state *s = vs;
  memcpy(genome, es_at(s, s->parent[s->side]), (size_t)s->es.n_gene * sizeof(float));
}

/* Blocks first .. end - 1 of the next parents. */
static void inherit(void *arg, int64_t first_block, int64_t end_block)
{
  state *s = arg;
  const int32_t *order = es_at(s, s->es.order);
  const float *before = es_at(s, s->parent[s->side]);
  float *next = es_at(s, s->parent[!s->side]);
  double *square = es_at(s, s->square);

  for (int64_t block = first_block; block < end_block; block++) {
    const int64_t first = block * ES_BLOCK, end = es_smaller(first + ES_BLOCK, s->es.n_gene);
    for (int32_t p = 0; p < s->n_parent; p++)
      candidate(s, order[p], first, end, next + p * s->es.n_gene + first);
    square[block] = 0;
    for (int64_t g = first; g < end; g++) {
      const double change = (double)next[g] - (double)before[g];
      square[block] += change * change;
    }
  }
}

static void tell(void *vs, const float *fitness, const hebb_pool *pool)
{
  state *s = vs;
  s->update_norm = 0;
  if (!es_all_equal(fitness, s->es.population)) {
    es_order(&s->es, fitness);
    pool->run(pool, s->es.n_block, inherit, s);
    s->side = !s->side;
    s->update_norm = sqrt(es_total(&s->es, es_at(s, s->square), 1, 0));
  }
  if (s->sigma > s->cfg.sigma_floor)
    s->sigma *= s->cfg.sigma_decay;
  s->es.generation++;
}

/* The best parent becomes the new start; the others differ from it as they did. */
static int reshape(void *vs, const hebb_genome_shape *from, const hebb_genome_shape *to,
                   const int64_t *map, const hebb_host *host)
{
  state *s = vs;
  (void)from;
  state *old = es_leave(&s->es, to, 2, false, host);
  if (!old)
    return HEBB_EINVAL;
  layout(s, &old->cfg, to, old->es.population);
  const int status = es_enter(&s->es, to, host);
  const int64_t n = s->es.n_gene, n_old = old->es.n_gene;
  const float *before = es_at(old, old->parent[old->side]);
  float *parent = es_at(s, s->parent[s->side]);
  for (int32_t p = 0; p < s->n_parent; p++)
    for (int64_t g = 0; g < n; g++) {
      const float start = to->start[g];
      const float best = map[g] >= 0 ? before[map[g]] : start;
      const float own = map[g] >= 0 ? before[p * n_old + map[g]] : start;
      parent[p * n + g] = best == start ? own : start + (own - best);
    }
  free(old);
  return status;
}

static int array(const void *vs, int32_t k, hebb_array *out)
{
  const state *s = vs;
  const hebb_array part[] = {
    es_scalar("sigma", HEBB_F64, offsetof(state, sigma),
              "Standard deviation of the next generation's mutations."),
    es_scalar("update_norm", HEBB_F64, offsetof(state, update_norm),
              "Euclidean distance from the best genome to that of the generation before."),
    es_scalar("generation", HEBB_I32, offsetof(state, es.generation), "Updates made."),
    { .name = "parents",
      .unit = "1",
      .doc = "Genomes of the best, best first.",
      .dims = "parent gene",
      .dtype = HEBB_F32,
      .rank = 2,
      .extent = { s->n_parent, (int32_t)s->es.n_gene },
      .offset = s->parent[s->side] },
  };
  return es_part(part, 4, k, out);
}

static const hebb_optimizer ga = {
  .base = {
    HEBB_HEAD(HEBB_OPTIMIZER, hebb_optimizer, config),
    .name = "ga",
    .version = "1.0",
    .brief = "Genetic algorithm: elites, truncation or tournaments, mutation, crossover",
    .cite = "Such et al., 2017, arXiv:1712.06567; Goldberg & Deb, FOGA 1, 1991; Syswerda, ICGA 1989",
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
  return index == 0 ? &ga.base : NULL;
}
