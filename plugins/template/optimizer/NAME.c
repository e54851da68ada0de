/* NAME.c - an evolution strategy in its plainest form.
 *
 *     candidate_i = mean + sigma z_i,   mean <- mean + sigma (mean of z over the best mu)
 *
 * Rechenberg, "Evolutionsstrategie", 1973 (mu/mu, lambda): say here what your optimizer is, and
 * whose. The candidates are never stored: their noise has an address and is drawn again.
 */
#include <hebb/optimizer.h>
#include <hebb/rng.h>

#include <string.h>

/* What the experiment's [optimizer] table may set; each field has one row below. */
typedef struct config {
  double sigma, elite;
} config;

static const hebb_param params[] = {
  HEBB_PARAM(config, sigma, 0.1, 1e-6, 1e3, "1", "Standard deviation of the candidates."),
  HEBB_PARAM(config, elite, 0.25, 0.01, 1, "1", "Part of the population that makes the next mean"),
  { 0 },
};

/* One block without pointers: a checkpoint is its bytes. */
typedef struct state {
  uint64_t seed;
  int64_t n_gene;
  double sigma;
  int32_t population, n_elite;
  uint32_t generation;
  float mean[];
} state;

static size_t state_size(const void *cfg, const hebb_genome_shape *shape, int32_t population)
{
  (void)cfg, (void)population;
  return sizeof(state) + (size_t)shape->n_gene * sizeof(float);
}

static int init(void *s_, const void *cfg, const hebb_genome_shape *shape, int32_t population,
                uint64_t seed, const hebb_host *host)
{
  const config *c = cfg;
  state *s = s_;
  if (population < 2)
    return host->fail(host, HEBB_EINVAL, "population = %d is too small: 2 at least", population);
  s->seed = seed;
  s->n_gene = shape->n_gene;
  s->sigma = c->sigma;
  s->population = population;
  s->n_elite = (int32_t)(c->elite * population) > 1 ? (int32_t)(c->elite * population) : 1;
  memcpy(s->mean, shape->start, (size_t)shape->n_gene * sizeof(float));
  return HEBB_OK;
}

/* out[g] += factor z_i[g], the noise of candidate i. */
static void add_noise(const state *s, int32_t i, float factor, float *out)
{
  enum { STRIP = 64 };
  const hebb_address address = { .seed = s->seed,
                                 .generation = s->generation,
                                 .individual = (uint32_t)i };
  for (int64_t first = 0; first < s->n_gene; first += STRIP) {
    const int64_t n = s->n_gene - first < STRIP ? s->n_gene - first : STRIP;
    float z[STRIP];
    hebb_normals(&address, (uint32_t)first, n, z);
    for (int64_t g = 0; g < n; g++)
      out[first + g] += factor * z[g];
  }
}

static void centre(const void *s_, float *genome)
{
  const state *s = s_;
  memcpy(genome, s->mean, (size_t)s->n_gene * sizeof(float));
}

static void ask(const void *s_, int32_t i, float *genome)
{
  const state *s = s_;
  centre(s, genome);
  add_noise(s, i, (float)s->sigma, genome);
}

/* Whether i is among the best n; of equal ones the first are. */
static int is_elite(const float *fitness, int32_t population, int32_t n, int32_t i)
{
  int32_t better = 0;
  for (int32_t k = 0; k < population; k++)
    better += fitness[k] > fitness[i] || (fitness[k] == fitness[i] && k < i);
  return better < n;
}

static void tell(void *s_, const float *fitness, const hebb_pool *pool)
{
  state *s = s_;
  (void)pool; // for what is worth splitting by gene range
  for (int32_t i = 0; i < s->population; i++)
    if (is_elite(fitness, s->population, s->n_elite, i))
      add_noise(s, i, (float)(s->sigma / s->n_elite), s->mean);
  s->generation++;
}

static const hebb_optimizer optimizer = {
  .base = {
    HEBB_HEAD(HEBB_OPTIMIZER, hebb_optimizer, config),
    .name = "NAME",
    .version = "0.1.0",
    .brief = "An evolution strategy: the mean of the best is the next mean",
    .cite = "",
    .params = params,
  },
  .state_size = state_size,
  .init = init,
  .ask = ask,
  .tell = tell,
  .centre = centre,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &optimizer.base : NULL;
}
