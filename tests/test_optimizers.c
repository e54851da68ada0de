/* test_optimizers.c - every optimizer of the tree against its header and on known landscapes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "experiment.h"
#include "hebb/rng.h"
#include "pool.h"
#include "stand.h"
#include "vet.h"

static void conforms(const loaded *l, void *arg)
{
  error err = { 0 };
  void *settings = NULL;
  vet *v = calloc(1, sizeof *v);
  CU_ASSERT_EQUAL_FATAL(experiment_plugin_config(l->plugin, "optimizer", NULL, 0, &settings, &err),
                        EXIT_FINE);
  vet_plugin(v, l, settings, NULL, 0);
  if (vet_failed(v) > 0)
    vet_print(v, l->plugin->name, stdout);
  CU_ASSERT_EQUAL(vet_failed(v), 0);
  ++*(int *)arg;
  free(settings);
  free(v);
}

static void every_optimizer_conforms(void)
{
  error err = { 0 };
  int n = 0;
  CU_ASSERT_EQUAL(loader_scan(HEBB_OPTIMIZER, conforms, &n, &err), EXIT_FINE);
  CU_ASSERT(n >= 1);
}

/* ---- known landscapes ---- */

enum { DIMENSION = 20, SEARCHERS = 40, BUDGET = 800 };

enum landscape { SPHERE, ELLIPSOID, ROTATED, NOISY, N_LANDSCAPE };
static const char *const landscape_name[] = { "sphere", "ellipsoid", "rotated ellipsoid",
                                              "noisy sphere" };

/* What is left of the way down after BUDGET generations of SEARCHERS, at most: value at the centre over
   that at the start, with the defaults but for what `set` says. */
typedef struct expected {
  const char *name, *set;
  double left[N_LANDSCAPE];
} expected;

static const expected table[] = {
  { "openai_es", NULL, { 1e-4, 5e-3, 1e-2, 3e-2 } },
  { "ars", NULL, { 1e-12, 1e-3, 1e-3, 2e-2 } },
  { "ars", "optimizer.top=0.5", { 1e-3, 2e-3, 1e-3, 2e-2 } },
  { "cma_es", NULL, { 1e-12, 1e-12, 1e-12, 3e-2 } },
  { "cma_es", "optimizer.active=false", { 1e-12, 1e-12, 1e-12, 3e-2 } },
  { "ga", NULL, { 5e-3, 5e-3, 5e-3, 0.1 } },
  { "ga", "optimizer.selection=\"tournament\"", { 5e-3, 5e-3, 5e-3, 0.1 } },
  { "ga", "optimizer.crossover=0.5", { 5e-3, 5e-3, 5e-3, 0.1 } },
  { "lm_ma_es", NULL, { 1e-12, 1e-9, 1e-9, 3e-2 } },
  { "none", NULL, { 1, 1, 1, 1 } },
  { "pgpe", NULL, { 5e-3, 1e-3, 1e-3, 5e-2 } },
  { "pgpe", "optimizer.step=\"adam\"", { 1e-8, 1e-8, 1e-6, 2e-2 } },
  { "pgpe", "optimizer.step=\"sgd\"", { 1e-9, 1e-9, 2e-3, 2e-2 } },
  { "random_search", NULL, { 0.1, 0.1, 0.1, 0.2 } },
  { "sep_cma_es", NULL, { 1e-12, 1e-12, 1e-4, 3e-2 } },
  { "snes", NULL, { 1e-12, 1e-12, 1e-3, 3e-2 } },
};

/* Seven reflections turn the axes into each other. */
static void turn(double y[DIMENSION])
{
  for (uint32_t r = 0; r < 7; r++) {
    const hebb_address a = { .seed = 5, .individual = r };
    double v[DIMENSION], square = 0, along = 0;
    for (uint32_t k = 0; k < DIMENSION; k++) {
      v[k] = (double)hebb_normal(&a, k);
      square += v[k] * v[k];
      along += v[k] * y[k];
    }
    for (int k = 0; k < DIMENSION; k++)
      y[k] -= 2 * along / square * v[k];
  }
}

/* A square bowl around (0.5, 0.5, ...), the squares of whose axes differ by 1000, or a sphere. */
static double bowl(enum landscape which, const float *x)
{
  double sum = 0, y[DIMENSION];
  for (int k = 0; k < DIMENSION; k++)
    y[k] = (double)x[k] - 0.5;
  if (which == ROTATED)
    turn(y);
  for (int k = 0; k < DIMENSION; k++)
    sum += (which == ELLIPSOID || which == ROTATED ? pow(1e3, k / (DIMENSION - 1.0)) : 1) * y[k] *
           y[k];
  return sum;
}

static void begin(stand *s, const hebb_plugin *plugin, const char *set, int64_t n_gene,
                  int32_t population)
{
  error err = { 0 };
  const char *const settings[] = { set, NULL };
  stand_shape(s, n_gene, population, 0, 1, 1);
  CU_ASSERT_EQUAL_FATAL(stand_open_loaded(s, plugin, settings, &err), HEBB_OK);
}

static double left_after(const hebb_plugin *plugin, const char *set, enum landscape which)
{
  stand s;
  float fitness[SEARCHERS], x[DIMENSION];
  begin(&s, plugin, set, DIMENSION, SEARCHERS);
  const double before = bowl(which, s.start);
  for (uint32_t g = 0; g < BUDGET; g++) {
    for (int32_t i = 0; i < SEARCHERS; i++) {
      const hebb_address luck = { .seed = 77, .generation = g, .individual = (uint32_t)i };
      s.o->ask(s.state, i, x);
      fitness[i] = (float)-bowl(which, x) + (which == NOISY ? 0.1f * hebb_normal(&luck, 0) : 0);
    }
    s.o->tell(s.state, fitness, &stand_here);
  }
  s.o->centre(s.state, x);
  stand_close(&s);
  return bowl(which, x) / before;
}

static void descends_as(const hebb_plugin *plugin, const char *set, const double *most)
{
  printf("\n    %s %s:", plugin->name, set ? set : "");
  for (int which = 0; which < N_LANDSCAPE; which++) {
    const double left = left_after(plugin, set, (enum landscape)which);
    printf(" %s %.1e", landscape_name[which], left);
    CU_ASSERT(left <= most[which]);
  }
}

static void descends(const loaded *l, void *arg)
{
  static const double some[N_LANDSCAPE] = { 0.5, 0.5, 0.5, 0.5 };
  bool known = false;
  (void)arg;
  for (size_t k = 0; k < sizeof table / sizeof table[0]; k++)
    if (strcmp(table[k].name, l->plugin->name) == 0) {
      descends_as(l->plugin, table[k].set, table[k].left);
      known = true;
    }
  if (!known)
    descends_as(l->plugin, NULL, some);
}

static void every_optimizer_descends(void)
{
  error err = { 0 };
  CU_ASSERT_EQUAL(loader_scan(HEBB_OPTIMIZER, descends, NULL, &err), EXIT_FINE);
}

/* ---- the same bits ---- */

enum { GENE = 2100, INDIVIDUALS = 12, MOST_OPTIMIZERS = 64, N_LIVED = 5 };

/* Three blocks of genes, the last not full; fewer where the optimizer refuses so many. */
static void begin_large(stand *s, const hebb_plugin *plugin)
{
  error err = { 0 };
  stand_shape(s, GENE, INDIVIDUALS, 0, 1, 1);
  if (stand_open_loaded(s, plugin, NULL, &err) != HEBB_OK) {
    stand_close(s);
    begin(s, plugin, NULL, 300, INDIVIDUALS);
  }
}

/* Generations first .. end - 1 on a slope with a bend; the same fitness for some. */
static void live(const stand *t, void *state, int first, int end, const hebb_pool *workers)
{
  float *x = malloc((size_t)t->n_gene * sizeof *x), fitness[INDIVIDUALS];
  for (int g = first; g < end; g++) {
    for (int32_t i = 0; i < INDIVIDUALS; i++) {
      double sum = 0;
      t->o->ask(state, i, x);
      for (int64_t k = 0; k < t->n_gene; k++)
        sum += (double)x[k] * (double)(k % 3) - (double)x[k] * (double)x[k];
      fitness[i] = i < 3 ? 1 : (float)sum;
    }
    t->o->tell(state, fitness, workers);
  }
  free(x);
}

static uint64_t hash_of(const stand *t, const void *state)
{
  float *x = malloc((size_t)t->n_gene * sizeof *x);
  uint64_t hash = vet_hash(0, state, t->size);
  for (int32_t i = -1; i < INDIVIDUALS; i++) {
    if (i < 0)
      t->o->centre(state, x);
    else
      t->o->ask(state, i, x);
    hash = vet_hash(hash, x, (size_t)t->n_gene * sizeof *x);
  }
  free(x);
  return hash;
}

static void with_workers(const loaded *l, void *arg)
{
  static const int32_t workers[] = { 1, 2, 3, 8 };
  uint64_t first = 0;
  (void)arg;
  for (int k = 0; k < 4; k++) {
    pool *p = NULL;
    error err = { 0 };
    stand t;
    CU_ASSERT_EQUAL_FATAL(pool_new(workers[k], &p, &err), EXIT_FINE);
    begin_large(&t, l->plugin);
    live(&t, t.state, 0, N_LIVED, pool_lend(p));
    const uint64_t hash = hash_of(&t, t.state);
    first = k == 0 ? hash : first;
    if (hash != first)
      printf(" %s with %d workers ", l->plugin->name, workers[k]);
    CU_ASSERT_EQUAL(hash, first);
    stand_close(&t);
    pool_free(p);
  }
}

static void any_number_of_workers(void)
{
  error err = { 0 };
  CU_ASSERT_EQUAL(loader_scan(HEBB_OPTIMIZER, with_workers, NULL, &err), EXIT_FINE);
}

/* A state copied after some generations goes on as the original does. */
static void from_bytes(const loaded *l, void *arg)
{
  stand t;
  (void)arg;
  begin_large(&t, l->plugin);
  live(&t, t.state, 0, N_LIVED, &stand_here);
  void *copy = malloc(t.size);
  memcpy(copy, t.state, t.size);
  live(&t, t.state, N_LIVED, 2 * N_LIVED, &stand_here);
  const uint64_t whole = hash_of(&t, t.state);
  memset(t.state, 0xA5, t.size);
  live(&t, copy, N_LIVED, 2 * N_LIVED, &stand_here);
  if (hash_of(&t, copy) != whole)
    printf(" %s ", l->plugin->name);
  CU_ASSERT_EQUAL(hash_of(&t, copy), whole);
  free(copy);
  stand_close(&t);
}

static void every_state_is_its_bytes(void)
{
  error err = { 0 };
  CU_ASSERT_EQUAL(loader_scan(HEBB_OPTIMIZER, from_bytes, NULL, &err), EXIT_FINE);
}

/* Where all fitnesses are equal the centre stays, in the first generation and later. */
static void on_a_plain(const loaded *l, void *arg)
{
  static float before[GENE], after[GENE];
  float fitness[INDIVIDUALS];
  const char *const still =
      strcmp(l->plugin->name, "openai_es") == 0 ? "optimizer.step=\"sgd\"" : NULL;
  stand t;
  (void)arg;
  begin(&t, l->plugin, still, 100, INDIVIDUALS);
  for (int32_t i = 0; i < INDIVIDUALS; i++)
    fitness[i] = 3;
  for (int time = 0; time < 2; time++) {
    t.o->centre(t.state, before);
    t.o->tell(t.state, fitness, &stand_here);
    t.o->centre(t.state, after);
    CU_ASSERT_EQUAL(memcmp(before, after, 100 * sizeof *after), 0);
    live(&t, t.state, 0, N_LIVED, &stand_here);
  }
  stand_close(&t);
}

static void equal_fitness_moves_nothing(void)
{
  error err = { 0 };
  CU_ASSERT_EQUAL(loader_scan(HEBB_OPTIMIZER, on_a_plain, NULL, &err), EXIT_FINE);
}

typedef struct hashes {
  int n;
  uint64_t of[MOST_OPTIMIZERS];
} hashes;

static void add_hash(const loaded *l, void *arg)
{
  hashes *h = arg;
  stand t;
  begin_large(&t, l->plugin);
  live(&t, t.state, 0, N_LIVED, &stand_here);
  if (h->n < MOST_OPTIMIZERS)
    h->of[h->n++] = hash_of(&t, t.state);
  stand_close(&t);
}

/* All optimizers with the clones of one instruction set, in a process of its own: a plugin chooses once. */
static void hashes_with(const char *clone, hashes *h)
{
  int end[2];
  CU_ASSERT_EQUAL_FATAL(pipe(end), 0);
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    error err = { 0 };
    hashes own = { 0 };
    setenv("HEBB_CLONE", clone, 1);
    loader_scan(HEBB_OPTIMIZER, add_hash, &own, &err);
    _exit(write(end[1], &own, sizeof own) != sizeof own);
  }
  int status = 1;
  CU_ASSERT_EQUAL(read(end[0], h, sizeof *h), sizeof *h);
  CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
  CU_ASSERT_EQUAL(status, 0);
  close(end[0]), close(end[1]);
}

/* Before any other test: here no plugin may have chosen. */
static void every_instruction_set(void)
{
  static const char *const clone[] = { "default", "v3", "v4" };
  hashes first = { 0 }, h = { 0 };
  hashes_with(clone[0], &first);
  CU_ASSERT(first.n >= 1);
  for (int k = 1; k < 3; k++) {
    hashes_with(clone[k], &h);
    CU_ASSERT_EQUAL(memcmp(&h, &first, sizeof h), 0);
  }
}

int main(void)
{
  static const check_test tests[] = {
    { "the same bits with every instruction set", every_instruction_set },
    { "every optimizer of the tree conforms", every_optimizer_conforms },
    { "every optimizer of the tree descends", every_optimizer_descends },
    { "any number of workers", any_number_of_workers },
    { "a state goes on from its bytes", every_state_is_its_bytes },
    { "equal fitness moves nothing", equal_fitness_moves_nothing },
  };
  return check_run("optimizers", tests, sizeof tests / sizeof tests[0]);
}
