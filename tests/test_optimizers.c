/* test_optimizers.c - every optimizer of the tree against its header and on known landscapes. */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "experiment.h"
#include "hebb/rng.h"
#include "vet.h"

static void run_here(const hebb_pool *self, int64_t n, void (*work)(void *, int64_t, int64_t),
                     void *arg)
{
  (void)self;
  work(arg, 0, n);
}
static const hebb_pool here = { NULL, run_here };

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

enum { DIMENSION = 8, SEARCHERS = 40, BUDGET = 3000 };

/* Minus an ellipsoid whose axes differ by 10, straight or turned; or a sphere under noise. */
static float landscape(int which, const float *x, uint32_t draw)
{
  const hebb_address a = { .seed = 77, .individual = draw };
  double sum = 0, y[DIMENSION];
  for (int k = 0; k < DIMENSION; k++)
    y[k] = (double)x[k] - 0.5;
  for (int k = 0; which == 1 && k < DIMENSION; k += 2) { // turned by 45 degrees, pair by pair
    const double sine = (y[k] + y[k + 1]) / sqrt(2), cosine = (y[k] - y[k + 1]) / sqrt(2);
    y[k] = sine, y[k + 1] = cosine;
  }
  for (int k = 0; k < DIMENSION; k++)
    sum += (which == 2 ? 1 : pow(10, k / (DIMENSION - 1.0))) * y[k] * y[k];
  return (float)(-sum + (which == 2 ? 0.01 * (double)hebb_normal(&a, 0) : 0));
}

static void climbs(const loaded *l, void *arg)
{
  (void)arg;
  static const char *const name[] = { "ellipsoid", "turned ellipsoid", "noisy sphere" };
  const hebb_optimizer *o = (const hebb_optimizer *)l->plugin;
  static const float start[DIMENSION];
  const hebb_segment whole = { .name = "all",
                               .coefficient = "A",
                               .role = HEBB_ROLE_COEFFICIENT,
                               .share = HEBB_SHARE_EACH,
                               .rows = DIMENSION,
                               .cols = 1,
                               .count = DIMENSION,
                               .sigma = 1,
                               .rate = 1 };
  const hebb_genome_shape shape = {
    .size = sizeof shape, .n_segment = 1, .n_gene = DIMENSION, .start = start, .segment = &whole
  };
  error err = { 0 };
  host_services services;
  host_services_init(&services, o->base.name, &err);
  void *settings = NULL;
  experiment_plugin_config(&o->base, "optimizer", NULL, 0, &settings, &err);

  for (int which = 0; which < 3; which++) {
    void *s = calloc(1, o->state_size(settings, &shape, SEARCHERS));
    float fitness[SEARCHERS], x[DIMENSION];
    CU_ASSERT_EQUAL(o->init(s, settings, &shape, SEARCHERS, 3, &services.host), HEBB_OK);
    for (uint32_t g = 0; g < BUDGET; g++) {
      for (int32_t i = 0; i < SEARCHERS; i++) {
        o->ask(s, i, x);
        fitness[i] = landscape(which, x, g * SEARCHERS + (uint32_t)i);
      }
      o->tell(s, fitness, &here);
    }
    double off = 0;
    o->centre(s, x);
    for (int k = 0; k < DIMENSION; k++)
      off += ((double)x[k] - 0.5) * ((double)x[k] - 0.5);
    if (off > 0.02)
      printf(" %s on the %s: %g from the top ", o->base.name, name[which], sqrt(off));
    CU_ASSERT(off <= 0.02); // of 2 at first
    free(s);
  }
  free(settings);
}

static void every_optimizer_climbs(void)
{
  error err = { 0 };
  CU_ASSERT_EQUAL(loader_scan(HEBB_OPTIMIZER, climbs, NULL, &err), EXIT_FINE);
}

int main(void)
{
  static const check_test tests[] = {
    { "every optimizer of the tree conforms", every_optimizer_conforms },
    { "every optimizer of the tree climbs", every_optimizer_climbs },
  };
  return check_run("optimizers", tests, sizeof tests / sizeof tests[0]);
}
