/* optimizer.c - a (1 + lambda) strategy, and on request one thing that no optimizer may do. */
#include <hebb/optimizer.h>
#include <hebb/rng.h>

#include <stdlib.h>
#include <string.h>

#ifndef FLAGS
#define FLAGS 0 /* of the descriptor */
#endif

enum fault {
  NONE,
  IMPURE,
  POINTER,
  ALLOCATES,
  INFINITE,
  SAME,
  SPLIT,
  REMEMBERS,
  AFTER,
  DESCENDS,
  SEEDLESS,
  PART,
  EMPTY,
  FORGETS,
  ZEROS
};

typedef struct config {
  int32_t fault;
} config;

static const hebb_param params[] = {
  HEBB_CHOICE(config, fault,
              "none|impure|pointer|allocates|infinite|same|split|remembers|after|descends|seedless|"
              "part|empty|forgets|zeros",
              "What it does wrong."),
  { 0 },
};

typedef struct state {
  int32_t fault, n_gene, population, generation;
  uint64_t seed;
  struct state *self;
  double ranges;
  float best_fitness, mean[];
} state;

static size_t state_size(const void *cfg, const hebb_genome_shape *shape, int32_t population)
{
  (void)population;
  return ((const config *)cfg)->fault == EMPTY
             ? 0
             : sizeof(state) + (size_t)shape->n_gene * sizeof(float);
}

static int init(void *vs, const void *cfg, const hebb_genome_shape *shape, int32_t population,
                uint64_t seed, const hebb_host *host)
{
  state *s = vs;
  s->fault = ((const config *)cfg)->fault;
  if (s->fault == EMPTY)
    return host->fail(host, HEBB_EINVAL, "this cannot be evolved");
  s->n_gene = (int32_t)shape->n_gene;
  s->population = population;
  s->seed = s->fault == SEEDLESS ? 0 : seed;
  s->self = s;
  s->best_fitness = -1e30f;
  memcpy(s->mean, shape->start, (size_t)s->n_gene * sizeof(float));
  return HEBB_OK;
}

static void ask(const void *vs, int32_t i, float *genome)
{
  state *s = (state *)vs;
  const hebb_address a = { .seed = s->seed,
                           .generation = (uint32_t)s->generation,
                           .individual = s->fault == SAME ? 0 : (uint32_t)i };
  const float *mean = s->fault == POINTER ? s->self->mean : s->mean;
  for (int32_t g = 0; g < s->n_gene; g++)
    genome[g] = mean[g] + 0.1f * hebb_normal(&a, (uint32_t)g);
  if (s->fault == IMPURE)
    s->mean[0] += 1e-3f;
  if (s->fault == AFTER)
    genome[s->n_gene] = 0;
  if (s->fault == INFINITE)
    genome[0] = 1 / (genome[0] - genome[0]);
}

static void count(void *arg, int64_t first, int64_t end)
{
  *(double *)arg += 1 / (double)(end - first);
}

static void tell(void *vs, const float *fitness, const hebb_pool *pool)
{
  static int32_t calls;
  state *s = vs;
  const float sign = s->fault == DESCENDS ? -1 : 1;
  int32_t best = 0;
  for (int32_t i = 1; i < s->population; i++)
    if (sign * fitness[i] > sign * fitness[best])
      best = i;
  if (sign * fitness[best] > s->best_fitness) {
    s->best_fitness = sign * fitness[best];
    const hebb_address a = { .seed = s->seed,
                             .generation = (uint32_t)s->generation,
                             .individual = (uint32_t)best };
    for (int32_t g = 0; g < s->n_gene; g++)
      s->mean[g] += 0.1f * hebb_normal(&a, (uint32_t)g);
  }
  s->ranges = 0;
  pool->run(pool, s->n_gene, count, &s->ranges);
  if (s->fault == SPLIT)
    s->mean[0] += (float)s->ranges;
  if (s->fault == REMEMBERS)
    s->mean[0] += 1e-3f * (float)++calls;
  void *volatile block; // volatile: so that no compiler leaves the call out
  if (s->fault == ALLOCATES)
    free(block = malloc(8));
  s->generation++;
}

static void centre(const void *vs, float *genome)
{
  const state *s = vs;
  memcpy(genome, s->mean, (size_t)s->n_gene * sizeof(float));
}

static int array(const void *vs, int32_t k, hebb_array *out)
{
  const state *s = vs;
  *out = (hebb_array){ .name = "mean",
                       .unit = "1",
                       .doc = "Centre.",
                       .dims = "gene",
                       .dtype = HEBB_F32,
                       .rank = 1,
                       .extent = { s->n_gene },
                       .offset = offsetof(state, mean) + (s->fault == PART ? 8 : 0) };
  return k == 0;
}

static int reshape(void *vs, const hebb_genome_shape *from, const hebb_genome_shape *to,
                   const int64_t *map, const hebb_host *host)
{
  state *s = vs;
  (void)from, (void)map, (void)host;
  s->n_gene = (int32_t)to->n_gene;
  for (int32_t g = 0; g < s->n_gene && s->fault != FORGETS; g++)
    s->mean[g] = s->fault == ZEROS ? 0 : to->start[g];
  return HEBB_OK;
}

static const hebb_optimizer optimizer = {
  .base = { HEBB_HEAD(HEBB_OPTIMIZER, hebb_optimizer, config), .name = "faulty_optimizer",
            .version = "1", .brief = "for a test", .cite = "", .params = params, .flags = FLAGS },
  .state_size = state_size,
  .init = init,
  .ask = ask,
  .tell = tell,
  .centre = centre,
  .array = array,
  .reshape = reshape,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &optimizer.base : NULL;
}
