/* test_openai_es.c - the evolution strategy against the authors' numbers: shaping, generations,
 * Adam, options. Its own source is compiled in here, its noise replaced by that of the golden file.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "golden_read.h"
#include "hebb/rng.h"
#include "loader.h"

static void given_normals(const hebb_address *a, uint32_t first, int64_t n, float *out);
#define hebb_normals given_normals
#include "../plugins/openai_es.c"
#undef hebb_normals
#include "pool.h"

/* The noise of the generation at hand: [pair x gene]; NULL: the generator's own. */
static const float *given_noise;
static int64_t given_genes;

static void given_normals(const hebb_address *a, uint32_t first, int64_t n, float *out)
{
  if (given_noise)
    memcpy(out, given_noise + a->individual * given_genes + first, (size_t)n * sizeof *out);
  else
    hebb_normals(a, first, n, out);
}

static void run_here(const hebb_pool *self, int64_t n, void (*work)(void *, int64_t, int64_t),
                     void *arg)
{
  (void)self;
  work(arg, 0, n);
}
static const hebb_pool here = { NULL, run_here };

/* ---- the strategy under test ---- */

static config defaults(void)
{
  config c = { 0 };
  for (const hebb_param *row = params; row->key; row++) {
    char *field = (char *)&c + row->offset;
    if (row->type == HEBB_TYPE_REAL)
      *(double *)field = row->def;
    else if (row->type == HEBB_TYPE_BOOLEAN)
      *(bool *)field = row->def != 0;
  }
  return c;
}

static state *begin(const config *c, const hebb_genome_shape *shape, int32_t population,
                    uint64_t seed)
{
  error err = { 0 };
  host_services services;
  host_services_init(&services, "openai_es", &err);
  state *s = calloc(1, state_size(c, shape, population));
  CU_ASSERT_EQUAL_FATAL(init(s, c, shape, population, seed, &services.host), HEBB_OK);
  return s;
}

static const double *mean_of(const state *s)
{
  return (const double *)((const char *)s + s->mean);
}

/* ---- shaping ---- */

static golden read_of(const char *group, const char *name, int32_t k)
{
  char path[128];
  snprintf(path, sizeof path, k < 0 ? "%s/%s" : "%s/%s%d", group, name, k);
  return golden_read("rules.h5", path);
}

static void shaping_of(const char *suffix, bool z)
{
  char name[64];
  snprintf(name, sizeof name, "x%s", suffix);
  golden x = read_of("es_ranks", name, -1);
  snprintf(name, sizeof name, "ranks%s", suffix);
  golden ranks = read_of("es_ranks", name, -1);
  snprintf(name, sizeof name, "centered%s", suffix);
  golden centred = read_of("es_ranks", name, -1);

  const int32_t n = (int32_t)x.n;
  float *fitness = malloc((size_t)n * sizeof *fitness),
        *shaped = malloc((size_t)n * sizeof *shaped);
  int32_t *order = malloc((size_t)n * 2 * sizeof *order);
  for (int32_t i = 0; i < n; i++)
    fitness[i] = (float)x.value[i];

  es_centred_ranks(fitness, n, order, order + n, shaped);
  for (int32_t i = 0; i < n; i++) {
    CU_ASSERT_EQUAL(lrint(((double)shaped[i] + 0.5) * (n - 1)), (long)ranks.value[i]);
    CU_ASSERT_EQUAL((double)shaped[i], centred.value[i]);
  }
  if (z) {
    snprintf(name, sizeof name, "z%s", suffix);
    golden expected = read_of("es_ranks", name, -1);
    z_score(shaped, n);
    for (int32_t i = 0; i < n; i++)
      CU_ASSERT_DOUBLE_EQUAL((double)shaped[i], expected.value[i], 1e-6);
    free(expected.value);
  }
  free(order), free(shaped), free(fitness), free(x.value), free(ranks.value), free(centred.value);
}

static void shaping(void)
{
  static const char *const size[] = { "2", "3", "6", "10", "20", "200" };
  for (size_t k = 0; k < sizeof size / sizeof size[0]; k++)
    shaping_of(size[k], true);
  shaping_of("_ties", false);
}

/* ---- whole generations of the authors' strategy ---- */

static float *as_float(golden g)
{
  float *x = malloc((size_t)g.n * sizeof *x);
  for (int64_t k = 0; k < g.n; k++)
    x[k] = (float)g.value[k];
  free(g.value);
  return x;
}

/* Every second row of the noise of all individuals, which is that of the pairs. */
static float *pairs_of(const float *eps, int32_t population, int64_t n_gene)
{
  float *pair = malloc((size_t)(population / 2 * n_gene) * sizeof *pair);
  for (int32_t i = 0; i < population; i += 2)
    for (int64_t g = 0; g < n_gene; g++) {
      pair[i / 2 * n_gene + g] = eps[i * n_gene + g];
      CU_ASSERT_EQUAL(eps[(i + 1) * n_gene + g], -eps[i * n_gene + g]);
    }
  return pair;
}

static void authors_generations(const char *group, int32_t n_generation, double sigma,
                                double learning_rate)
{
  golden first = read_of(group, "coeffs0", -1);
  golden sigma_after = golden_attribute("rules.h5", group, "generations_sigma_after");
  golden rate_after = golden_attribute("rules.h5", group, "generations_lr_after");
  const int64_t n_gene = first.n;
  float *start = as_float(first), *genome = malloc((size_t)n_gene * sizeof *genome);
  const hebb_genome_shape shape = { .size = sizeof shape, .n_gene = n_gene, .start = start };
  config c = defaults();
  c.sigma = sigma;
  c.learning_rate = learning_rate;
  golden population = golden_attribute("rules.h5", group, "pop");
  const int32_t n = (int32_t)population.value[0];
  state *s = begin(&c, &shape, n, 1);

  for (int32_t g = 0; g < n_generation; g++) {
    float *eps = as_float(read_of(group, "eps_g", g)), *pair = pairs_of(eps, n, n_gene);
    float *candidate = as_float(read_of(group, "cand_g", g));
    float *fitness = as_float(read_of(group, "rewards_g", g));
    float *after = as_float(read_of(group, "coeffs_g", g + 1));
    given_noise = pair;
    given_genes = n_gene;
    for (int32_t i = 0; i < n; i++) {
      ask(s, i, genome);
      for (int64_t k = 0; k < n_gene; k++)
        CU_ASSERT_DOUBLE_EQUAL((double)genome[k], (double)candidate[i * n_gene + k], 1e-6);
    }
    tell(s, fitness, &here);
    centre(s, genome);
    for (int64_t k = 0; k < n_gene; k++)
      CU_ASSERT_DOUBLE_EQUAL((double)genome[k], (double)after[k], 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(s->sigma, sigma_after.value[g], 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(s->learning_rate, rate_after.value[g], 1e-15);
    free(eps), free(pair), free(candidate), free(fitness), free(after);
  }
  given_noise = NULL;
  free(s), free(start), free(genome);
  free(sigma_after.value), free(rate_after.value), free(population.value);
}

static void authors_updates(void)
{
  authors_generations("es_update_plain", 5, 0.1, 0.2);
  authors_generations("es_update_floors", 3, 0.010004, 0.001002);
}

/* ---- estool's strategy with Adam ---- */

typedef struct plain_adam {
  double mean[8], m[8], v[8], sigma, rate;
  int t;
} plain_adam;

/* One generation in double, from the paper's formulas; z: shaped fitness of +eps, -eps, ... */
static void plain_generation(plain_adam *a, int n_gene, int n_pair, const double *eps,
                             const float *z)
{
  a->t++;
  const double step = a->rate * sqrt(1 - pow(0.999, (double)a->t)) / (1 - pow(0.99, (double)a->t));
  for (int g = 0; g < n_gene; g++) {
    double sum = 0;
    for (int k = 0; k < n_pair; k++)
      sum += ((double)z[2 * k] - (double)z[2 * k + 1]) * eps[k * n_gene + g];
    const double gradient = sum / (2 * n_pair * a->sigma);
    a->m[g] = 0.99 * a->m[g] + 0.01 * gradient;
    a->v[g] = 0.999 * a->v[g] + 0.001 * gradient * gradient;
    a->mean[g] += step * a->m[g] / (sqrt(a->v[g]) + 1e-8);
  }
  a->sigma *= 0.999;
  a->rate *= 0.9999;
}

/* Fitness in the file's order (all +eps, then all -eps) -> shaped in ours (+eps, -eps, ...). The
   sums of a z-score are taken in the order of the individuals, and the last bit shows. */
static void shape_as_file(const golden *fit, float *z)
{
  float fitness[8], shaped[8];
  int32_t order[16];
  for (int k = 0; k < 8; k++)
    fitness[k] = (float)fit->value[k];
  es_centred_ranks(fitness, 8, order, order + 8, shaped);
  z_score(shaped, 8);
  for (int k = 0; k < 8; k++)
    z[k % 4 * 2 + k / 4] = shaped[k];
}

/* The file's noise is double, ours float. So a plain formula is held against the file with the
   file's noise, and the strategy against the plain formula with the same float noise. */
static void adam(void)
{
  enum { N = 8, PAIR = 4, GENE = 6 };
  static const char group[] = "estool_openes_adam";
  golden first = read_of(group, "mu0", -1);
  plain_adam exact = { .sigma = 0.1, .rate = 0.01 }, rounded = exact;
  for (int g = 0; g < GENE; g++)
    exact.mean[g] = first.value[g], rounded.mean[g] = (double)(float)first.value[g];
  float *start = as_float(first);
  const hebb_genome_shape shape = { .size = sizeof shape, .n_gene = GENE, .start = start };
  config c = defaults();
  c.step = STEP_ADAM;
  c.beta1 = 0.99;
  c.learning_rate = 0.01;
  c.learning_rate_decay = 0.9999;
  state *s = begin(&c, &shape, N, 1);

  for (int32_t t = 0; t < 4; t++) {
    // the file's order is all +eps, then all -eps
    golden eps = read_of(group, "eps_g", t), fit = read_of(group, "fit_g", t);
    golden after = read_of(group, "mu_g", t + 1);
    float fitness[N], noise[PAIR * GENE], z_of_file[N];
    double noise_again[PAIR * GENE];
    for (int k = 0; k < N; k++)
      fitness[k % PAIR * 2 + k / PAIR] = (float)fit.value[k];
    for (int k = 0; k < PAIR * GENE; k++)
      noise[k] = (float)eps.value[k], noise_again[k] = (double)noise[k];
    given_noise = noise;
    given_genes = GENE;
    tell(s, fitness, &here);
    const float *z = (const float *)((const char *)s + s->shaped);
    shape_as_file(&fit, z_of_file);
    plain_generation(&exact, GENE, PAIR, eps.value, z_of_file);
    plain_generation(&rounded, GENE, PAIR, noise_again, z);
    for (int g = 0; g < GENE; g++) {
      CU_ASSERT_DOUBLE_EQUAL(exact.mean[g], after.value[g], 1e-10);
      CU_ASSERT_DOUBLE_EQUAL(mean_of(s)[g], rounded.mean[g], 1e-14);
      CU_ASSERT_DOUBLE_EQUAL(mean_of(s)[g], after.value[g], 1e-7);
    }
    free(eps.value), free(fit.value), free(after.value);
  }
  given_noise = NULL;
  free(s), free(start);
}

/* ---- options ---- */

enum { GENE = 2100, POPULATION = 8 }; /* three blocks of genes, the last not full */

static float zeros[GENE];
static const float fitness_of_8[POPULATION] = { 3, 1, 4, 1, 5, 9, 2, 6 };

static hebb_segment part(uint32_t role, int64_t offset, int64_t count, float sigma, float rate)
{
  return (hebb_segment){ .name = "part",
                         .coefficient = "A",
                         .role = role,
                         .share = HEBB_SHARE_EACH,
                         .rows = (int32_t)count,
                         .cols = 1,
                         .offset = offset,
                         .count = count,
                         .sigma = sigma,
                         .rate = rate };
}

/* The mean after one generation from zero. */
static void one_generation(const config *c, const hebb_segment *segment, int32_t n,
                           double mean[GENE])
{
  const hebb_genome_shape shape = {
    .size = sizeof shape, .n_segment = n, .n_gene = GENE, .start = zeros, .segment = segment
  };
  state *s = begin(c, &shape, POPULATION, 5);
  tell(s, fitness_of_8, &here);
  memcpy(mean, mean_of(s), GENE * sizeof *mean);
  free(s);
}

static void factors_of_segments(void)
{
  const hebb_segment plain = part(HEBB_ROLE_COEFFICIENT, 0, GENE, 1, 1);
  const hebb_segment mixed[] = { part(HEBB_ROLE_COEFFICIENT, 0, 1000, 1, 1),
                                 part(HEBB_ROLE_COEFFICIENT, 1000, 100, 2, 1),
                                 part(HEBB_ROLE_COEFFICIENT, 1100, 900, 1, 3),
                                 part(HEBB_ROLE_COEFFICIENT, 2000, 100, 0, 1) };
  static double expected[GENE], found[GENE];
  const config c = defaults();
  one_generation(&c, &plain, 1, expected);
  one_generation(&c, mixed, 4, found);
  for (int g = 0; g < GENE; g++) {
    CU_ASSERT(expected[g] != 0);
    const double factor = g < 1000 ? 1 : g < 1100 ? 0.5 : g < 2000 ? 3 : 0;
    CU_ASSERT_DOUBLE_EQUAL(found[g], factor * expected[g], 1e-14);
  }
}

/* Weights beside coefficients step with the decayed values; weights alone do not. */
static void late_weights(void)
{
  const hebb_segment both[] = { part(HEBB_ROLE_COEFFICIENT, 0, 1000, 1, 1),
                                part(HEBB_ROLE_START, 1000, 600, 1, 1),
                                part(HEBB_ROLE_WEIGHT, 1600, 500, 1, 1) };
  const hebb_segment alone = part(HEBB_ROLE_WEIGHT, 0, GENE, 1, 1);
  static double plain[GENE], late[GENE], together[GENE];
  config c = defaults();
  one_generation(&c, both, 3, late);
  one_generation(&c, &alone, 1, plain);
  c.weights_after_decay = false;
  one_generation(&c, both, 3, together);
  for (int g = 0; g < GENE; g++) {
    CU_ASSERT_EQUAL(together[g], plain[g]);
    CU_ASSERT_DOUBLE_EQUAL(late[g], plain[g] * (g < 1000 ? 1 : 0.995 / 0.999), 1e-15);
  }
}

static void momentum_and_decay(void)
{
  const float one[1] = { 1 }, equal[2] = { 5, 5 }, better[2] = { 2, 1 }, noise[1] = { 0.5f };
  const hebb_genome_shape shape = { .size = sizeof shape, .n_gene = 1, .start = one };
  config c = defaults();
  c.step = STEP_MOMENTUM;
  c.momentum = 0.75;
  c.learning_rate = 0.1;
  c.learning_rate_decay = 1;
  c.sigma_decay = 1;
  state *s = begin(&c, &shape, 2, 1);
  given_noise = noise;
  given_genes = 1;
  // two candidates: z is +1, -1; gradient (1 x 0.5 + -1 x -0.5) / (2 x 0.1) = 5
  tell(s, better, &here);
  CU_ASSERT_DOUBLE_EQUAL(*mean_of(s), 1 + 0.1 * 0.25 * 5, 1e-14);
  CU_ASSERT_DOUBLE_EQUAL(s->gradient_norm, 5, 1e-14);
  CU_ASSERT_DOUBLE_EQUAL(s->update_norm, 0.125, 1e-14);
  tell(s, equal, &here);
  CU_ASSERT_DOUBLE_EQUAL(*mean_of(s), 1.125 + 0.1 * 0.75 * 1.25, 1e-14);
  CU_ASSERT_EQUAL(s->gradient_norm, 0);
  CU_ASSERT_EQUAL(s->es.generation, 2);
  free(s);

  c.step = STEP_SGD;
  c.weight_decay = 0.5;
  s = begin(&c, &shape, 2, 1);
  tell(s, equal, &here);
  CU_ASSERT_DOUBLE_EQUAL(*mean_of(s), 1 - 0.1 * 0.5, 1e-14);
  free(s);

  c.weight_decay = 0;
  s = begin(&c, &shape, 2, 1);
  tell(s, equal, &here);
  CU_ASSERT_EQUAL(*mean_of(s), 1);
  free(s);

  // raw fitness: gradient (2 x 0.5 - 1 x 0.5) / (2 x 0.1); centred ranks: +-0.5
  c.shaping = SHAPING_NONE;
  s = begin(&c, &shape, 2, 1);
  tell(s, better, &here);
  CU_ASSERT_DOUBLE_EQUAL(*mean_of(s), 1 + 0.1 * 2.5, 1e-14);
  free(s);
  c.shaping = SHAPING_CENTRED_RANKS;
  s = begin(&c, &shape, 2, 1);
  tell(s, better, &here);
  CU_ASSERT_DOUBLE_EQUAL(*mean_of(s), 1 + 0.1 * 2.5, 1e-14);
  free(s);
  given_noise = NULL;
}

static void refused(void)
{
  const config c = defaults();
  const hebb_genome_shape shape = { .size = sizeof shape, .n_gene = 10, .start = zeros };
  const hebb_genome_shape empty = { .size = sizeof empty, .start = zeros };
  static const int32_t population[] = { -4, 0, 1, 7, 2147483646 };
  for (size_t k = 0; k < sizeof population / sizeof population[0]; k++) {
    error err = { 0 };
    host_services services;
    host_services_init(&services, "openai_es", &err);
    CU_ASSERT_EQUAL(state_size(&c, &shape, population[k]), 0);
    CU_ASSERT_NOT_EQUAL(init(NULL, &c, &shape, population[k], 1, &services.host), HEBB_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "an even number"));
  }
  error err = { 0 };
  host_services services;
  host_services_init(&services, "openai_es", &err);
  const hebb_segment gap[] = { part(HEBB_ROLE_COEFFICIENT, 0, 4, 1, 1),
                               part(HEBB_ROLE_COEFFICIENT, 5, 5, 1, 1) };
  const hebb_genome_shape gaping = {
    .size = sizeof gaping, .n_gene = 10, .start = zeros, .n_segment = 2, .segment = gap
  };
  void *s = calloc(1, state_size(&c, &gaping, 8));
  CU_ASSERT_NOT_EQUAL(init(s, &c, &gaping, 8, 1, &services.host), HEBB_OK);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "do not cover the genome"));
  free(s);
  CU_ASSERT_EQUAL(state_size(&c, &empty, 8), 0);
  CU_ASSERT_NOT_EQUAL(init(NULL, &c, &empty, 8, 1, &services.host), HEBB_OK);
}

/* ---- real threads ---- */

static void any_number_of_workers(void)
{
  static const int32_t workers[] = { 1, 2, 3, 7 };
  static double mean[4][GENE];
  const hebb_genome_shape shape = { .size = sizeof shape, .n_gene = GENE, .start = zeros };
  config c = defaults();
  c.step = STEP_ADAM;
  for (int k = 0; k < 4; k++) {
    pool *p = NULL;
    error err = { 0 };
    CU_ASSERT_EQUAL_FATAL(pool_new(workers[k], &p, &err), EXIT_FINE);
    state *s = begin(&c, &shape, POPULATION, 9);
    for (int g = 0; g < 10; g++)
      tell(s, fitness_of_8, pool_lend(p));
    memcpy(mean[k], mean_of(s), sizeof mean[k]);
    CU_ASSERT_EQUAL(memcmp(mean[k], mean[0], sizeof mean[0]), 0);
    free(s);
    pool_free(p);
  }
}

int main(void)
{
  static const check_test tests[] = {
    { "ranks and z-scores", shaping },
    { "the authors' generations, floors included", authors_updates },
    { "Adam", adam },
    { "factors of segments", factors_of_segments },
    { "weights beside coefficients step late", late_weights },
    { "momentum, decay, equal and raw fitness", momentum_and_decay },
    { "refused sizes", refused },
    { "any number of workers", any_number_of_workers },
  };
  return check_run("openai_es", tests, sizeof tests / sizeof tests[0]);
}
