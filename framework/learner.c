/* learner.c - what a learner declares, checked before anything is made of it. */
#include "learner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "env_shape.h"
#include "inputs.h"
#include "loader.h"
#include "seeds.h"

enum { MOST_SEGMENTS = 4096, MOST_ARRAYS = 256, NAME_SIZE = 64 };
static const size_t most_bytes = (size_t)1 << 36;

static int check_segments(const hebb_learner_shape *s, const char *where, error *err)
{
  if (s->n_segment < 0 || s->n_segment > MOST_SEGMENTS || (s->n_segment > 0 && !s->segment))
    return error_add(err, EXIT_PLUGIN,
                     "%s: declares %d segments of its genome; 0 to %d are possible", where,
                     s->n_segment, MOST_SEGMENTS);
  for (int32_t k = 0; k < s->n_segment; k++) {
    const hebb_segment *g = &s->segment[k];
    if (!g->name || !g->name[0] || strlen(g->name) >= NAME_SIZE)
      return error_add(err, EXIT_PLUGIN,
                       "%s: segment %d of its genome has no name of 1 to %d letters", where, k,
                       NAME_SIZE - 1);
    if (g->rows < 1 || g->cols < 1 || (int64_t)g->rows * g->cols > INT32_MAX)
      return error_add(err, EXIT_PLUGIN,
                       "%s: segment '%s' is %d x %d; at least 1 x 1, at most %d genes", where,
                       g->name, g->rows, g->cols, INT32_MAX);
  }
  return EXIT_FINE;
}

static int check_arrays(const hebb_learner_shape *s, const char *where, error *err)
{
  if (s->n_array < 0 || s->n_array > MOST_ARRAYS || (s->n_array > 0 && !s->array))
    return error_add(err, EXIT_PLUGIN, "%s: declares %d named arrays; 0 to %d are possible", where,
                     s->n_array, MOST_ARRAYS);
  for (int32_t k = 0; k < s->n_array; k++) {
    const hebb_array *a = &s->array[k];
    const size_t size = env_array_bytes(a);
    if (!a->name || !a->name[0] || size == 0)
      return error_add(err, EXIT_PLUGIN,
                       "%s: named array %d has no name, or no size that makes sense", where, k);
    if (a->offset > s->state_size || size > s->state_size - a->offset)
      return error_add(err, EXIT_PLUGIN, "%s: array '%s' lies outside its state of %zu bytes",
                       where, a->name, s->state_size);
  }
  return EXIT_FINE;
}

int learner_check_shape(const hebb_learner_shape *s, const char *where, error *err)
{
  if (s->state_size > most_bytes || s->scratch_size > most_bytes)
    return error_add(err, EXIT_PLUGIN, "%s: wants a state of %zu bytes and %zu bytes to work in",
                     where, s->state_size, s->scratch_size);
  return check_segments(s, where, err) != EXIT_FINE ? err->status : check_arrays(s, where, err);
}

int learner_open(learner *l, const experiment *e, const hebb_env_shape *world, error *err)
{
  const hebb_rule *rule = e->rule_plugin;
  const int before = err->count;
  char what[100], where[EXPERIMENT_WHERE_SIZE], key[EXPERIMENT_WHERE_SIZE];
  host_services services;

  snprintf(what, sizeof what, "rule '%.64s'", rule->base.name);
  experiment_where(e, "rule.plugin", what, where);
  host_services_init(&services, where, err);
  *l = (learner){ .on = true, .shape = { .size = sizeof l->shape }, .world = *world };
  l->world.n_obs += inputs_count(&e->network, world);
  if (e->modulation.source != MODULATION_NONE)
    error_add(err, EXIT_CONFIGURATION,
              "%s: rule '%s' owns the whole agent, so that there are no synapses of the host's to "
              "modulate; take [modulation] out",
              experiment_where(e, "modulation.source", "modulation.source", key), rule->base.name);
  if (e->network.convolution.n_channel > 0)
    error_add(err, EXIT_CONFIGURATION,
              "%s: rule '%s' owns the whole agent and sees the picture itself; leave it empty",
              experiment_where(e, "network.convolution.channels", "network.convolution.channels",
                               key),
              rule->base.name);
  if (rule->learner(e->rule_config, &l->world, &services.host, &l->shape) != HEBB_OK)
    return err->count > before ? err->status
                               : error_add(err, EXIT_PLUGIN, "%s: refused without a reason", where);
  if (learner_check_shape(&l->shape, where, err) != EXIT_FINE)
    return err->status;
  return err->count > before ? err->status : EXIT_FINE;
}

int learner_genome(const learner *l, const experiment *e, genome *g, error *err)
{
  const hebb_learner_shape *s = &l->shape;
  const size_t n = (size_t)s->n_segment;
  hebb_segment *segment = calloc(n + 1, sizeof *segment);
  float *start = NULL;

  *g = (genome){ .shape = {
                     .size = sizeof g->shape, .n_segment = s->n_segment, .segment = segment } };
  g->names = calloc(n + 1, NAME_SIZE);
  for (size_t k = 0; segment && g->names && k < n; k++) {
    segment[k] = s->segment[k];
    snprintf(g->names + k * NAME_SIZE, NAME_SIZE, "%s", s->segment[k].name);
    segment[k].name = g->names + k * NAME_SIZE;
    segment[k].coefficient = s->segment[k].coefficient ? s->segment[k].coefficient : "";
    segment[k].role = HEBB_ROLE_LEARNER;
    segment[k].share = s->segment[k].share ? s->segment[k].share : HEBB_SHARE_EACH;
    segment[k].rule = NULL;
    segment[k].offset = g->shape.n_gene;
    segment[k].count = (int64_t)segment[k].rows * segment[k].cols;
    segment[k].sigma = segment[k].sigma > 0 ? segment[k].sigma : 1;
    segment[k].rate = segment[k].rate > 0 ? segment[k].rate : 1;
    g->shape.n_gene += segment[k].count;
  }
  g->shape.start = start = calloc((size_t)g->shape.n_gene + 1, sizeof *start);
  if (!segment || !g->names || !start) {
    genome_done(g);
    return error_add(err, EXIT_RUN_FAILED, "genome: no memory for what rule '%s' evolves",
                     e->rule_plugin->base.name);
  }
  const weights_config draw = { .init = e->genome.start == GENOME_NORMAL ? WEIGHT_NORMAL
                                                                         : WEIGHT_UNIFORM,
                                .low = e->genome.low,
                                .high = e->genome.high,
                                .mean = e->genome.mean,
                                .std = e->genome.std };
  for (size_t k = 0; k < n; k++) {
    const hebb_address address = { .seed = (uint64_t)e->run.seed,
                                   .purpose = PURPOSE_GENOME_START,
                                   .individual = (uint32_t)k };
    network_draw(&draw, segment[k].rows, segment[k].cols, &address, start + segment[k].offset);
  }
  return EXIT_FINE;
}
