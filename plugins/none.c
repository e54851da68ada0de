/* none.c - no evolution: every candidate is the genome that evolution begins with, for ever. For rules
 * that learn by themselves, and to see what lives are worth when nothing evolves.
 */
#include "evolution_strategy.h"

/* One block of memory; the genome follows. */
typedef struct state {
  int64_t n_gene;
  float genome[];
} state;

static size_t state_size(const void *cfg, const hebb_genome_shape *shape, int32_t population)
{
  (void)cfg;
  if (population < 1 || population > ES_MAX_POPULATION || shape->n_gene > INT32_MAX)
    return 0;
  return sizeof(state) + (size_t)shape->n_gene * sizeof(float);
}

static int init(void *vs, const void *cfg, const hebb_genome_shape *shape, int32_t population,
                uint64_t seed, const hebb_host *host)
{
  (void)seed;
  if (!state_size(cfg, shape, population))
    return es_refuse(shape, population, 1, false, host);
  state *s = vs;
  s->n_gene = shape->n_gene; // 0 for a rule of which nothing can evolve
  if (s->n_gene > 0)
    memcpy(s->genome, shape->start, (size_t)s->n_gene * sizeof(float));
  return HEBB_OK;
}

static void centre(const void *vs, float *genome)
{
  const state *s = vs;
  memcpy(genome, s->genome, (size_t)s->n_gene * sizeof(float));
}

static void ask(const void *vs, int32_t i, float *genome)
{
  (void)i;
  centre(vs, genome);
}

static void tell(void *vs, const float *fitness, const hebb_pool *pool)
{
  (void)vs, (void)fitness, (void)pool;
}

static const hebb_optimizer none = {
  .base = {
    .abi = HEBB_ABI,
    .size = sizeof(hebb_optimizer),
    .kind = HEBB_OPTIMIZER,
    .flags = HEBB_LEAVES_GENOME,
    .name = "none",
    .version = "1.0",
    .brief = "No evolution: all candidates are the genome at the start",
    .cite = "",
  },
  .state_size = state_size,
  .init = init,
  .ask = ask,
  .tell = tell,
  .centre = centre,
};

const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &none.base : NULL;
}
