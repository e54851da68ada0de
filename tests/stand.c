#include "stand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiment.h"
#include "loader.h"

static void run_here(const hebb_pool *self, int64_t n, void (*work)(void *, int64_t, int64_t),
                     void *arg)
{
  (void)self;
  work(arg, 0, n);
}
const hebb_pool stand_here = { NULL, run_here };

void stand_shape(stand *s, int64_t n_gene, int32_t population, float start, float sigma, float rate)
{
  memset(s, 0, sizeof *s);
  s->n_gene = n_gene;
  s->population = population;
  s->start = malloc((size_t)n_gene * sizeof *s->start);
  for (int64_t g = 0; g < n_gene; g++)
    s->start[g] = start;
  for (int k = 0; k < 2; k++) {
    const int64_t first = k ? n_gene / 2 : 0, end = k ? n_gene : n_gene / 2;
    s->segment[k] = (hebb_segment){ .name = "half",
                                    .coefficient = "A",
                                    .role = HEBB_ROLE_COEFFICIENT,
                                    .share = HEBB_SHARE_EACH,
                                    .rows = (int32_t)(end - first),
                                    .cols = 1,
                                    .offset = first,
                                    .count = end - first,
                                    .sigma = k ? sigma : 1,
                                    .rate = k ? rate : 1 };
  }
  s->shape = (hebb_genome_shape){ .size = sizeof s->shape,
                                  .n_segment = 2,
                                  .n_gene = n_gene,
                                  .start = s->start,
                                  .segment = s->segment };
}

int stand_open_loaded(stand *s, const hebb_plugin *plugin, const char *const *set, error *err)
{
  int32_t n_set = 0;
  host_services services;
  host_services_init(&services, plugin->name, err);
  while (set && set[n_set])
    n_set++;
  s->o = (const hebb_optimizer *)plugin;
  if (experiment_plugin_config(plugin, "optimizer", set, n_set, &s->settings, err) != EXIT_FINE) {
    fprintf(stderr, "stand: %s\n", err->text);
    exit(2);
  }
  s->size = s->o->state_size(s->settings, &s->shape, s->population);
  s->state = calloc(1, s->size + 1);
  return s->o->init(s->state, s->settings, &s->shape, s->population, 3, &services.host);
}

int stand_open(stand *s, const char *name, const char *const *set, error *err)
{
  loaded l;
  if (loader_open(name, HEBB_OPTIMIZER, NULL, &l, err) != EXIT_FINE) {
    fprintf(stderr, "stand: %s\n", err->text);
    exit(2);
  }
  return stand_open_loaded(s, l.plugin, set, err);
}

void stand_close(stand *s)
{
  free(s->start);
  free(s->settings);
  free(s->state);
}

const void *stand_part(const stand *s, const char *name)
{
  hebb_array a;
  for (int32_t k = 0; s->o->array && s->o->array(s->state, k, &a); k++)
    if (strcmp(a.name, name) == 0)
      return (const char *)s->state + a.offset;
  fprintf(stderr, "stand: %s has no part %s\n", s->o->base.name, name);
  exit(2);
}
