/* evolve_merge.c - rules that are merged between generations: the optimizer's centre is clustered (merge.c), its
 * state carried over (reshape), and lives go on with the whole genome, expanded. Without merging, the
 * optimizer's genome is the whole one. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evolution.h"

static merge_schedule schedule_of(const evolution *ev)
{
  const rule_config *c = &ev->e->rule_host;
  return (merge_schedule){ .from = c->merge_from,
                           .every = c->merge_every,
                           .until = c->merge_until,
                           .n_first = ev->merge->n_synapse,
                           .n_last = c->table };
}

static int refuse(const experiment *e, const char *key, error *err, const char *sentence)
{
  char where[EXPERIMENT_WHERE_SIZE];
  return error_add(err, EXIT_CONFIGURATION, "%s: %s", experiment_where(e, key, key, where),
                   sentence);
}

/* Whether the rules can be merged as the experiment says. */
static int check(const evolution *ev, error *err)
{
  const experiment *e = ev->e;
  const rule_config *c = &e->rule_host;
  const int before = err->count;
  char where[EXPERIMENT_WHERE_SIZE];
  if (!e->optimizer_plugin->reshape)
    error_add(err, EXIT_CONFIGURATION,
              "%s: '%s' cannot take its state along when rules are merged; openai_es, pgpe, snes, "
              "sep_cma_es, ars, ga and random_search can",
              experiment_where(e, "optimizer.plugin", "optimizer.plugin", where),
              e->optimizer_plugin->base.name);
  if (ev->merge->n_coef == 0)
    error_add(err, EXIT_CONFIGURATION,
              "%s: rule '%s' has no coefficients of single synapses that could be merged; choose "
              "another share",
              experiment_where(e, "rule.assignment", "rule.assignment", where),
              e->rule_plugin->base.name);
  if (c->merge_until < c->merge_from)
    error_add(err, EXIT_CONFIGURATION,
              "%s: %lld generations lie before merge_from = %lld: no rules would be merged",
              experiment_where(e, "rule.merge_until", "rule.merge_until", where),
              (long long)c->merge_until, (long long)c->merge_from);
  if (c->merge_until >= e->run.generations)
    error_add(err, EXIT_CONFIGURATION,
              "%s: of %lld generations none would be left for the last rules after %lld; end "
              "merging earlier, or raise run.generations",
              experiment_where(e, "rule.merge_until", "rule.merge_until", where),
              (long long)e->run.generations, (long long)c->merge_until);
  return err->count > before ? EXIT_CONFIGURATION : EXIT_FINE;
}

int evolution_merge_begin(evolution *ev, error *err)
{
  const experiment *e = ev->e;
  const rule_config *c = &e->rule_host;
  if (c->share != RULE_SHARE_TABLE)
    return EXIT_FINE;
  if (c->assignment == ASSIGNMENT_EVOLVED)
    return refuse(e, "rule.assignment", err,
                  "which rule a synapse follows evolves with optimizer.plugin = \"gmm_es\", "
                  "optimizer.rules = how many, and share = \"synapse\"");
  if (c->assignment != ASSIGNMENT_MERGE)
    return EXIT_FINE;
  ev->merge = calloc(1, sizeof *ev->merge);
  if (!ev->merge)
    return error_add(err, EXIT_RUN_FAILED, "evolve: no memory");
  const genome *whole = &ev->plan->genome;
  if (merge_begin(ev->merge, whole, err) != EXIT_FINE || check(ev, err) != EXIT_FINE)
    return err->status;
  ev->asked = calloc((size_t)ev->options->n_worker * (size_t)whole->shape.n_gene, sizeof(float));
  return ev->asked ? EXIT_FINE : error_add(err, EXIT_RUN_FAILED, "evolve: no memory");
}

void evolution_merge_end(evolution *ev)
{
  if (ev->merge)
    merge_done(ev->merge);
  free(ev->merge);
  free(ev->asked);
}

size_t evolution_merge_bytes(const evolution *ev)
{
  const genome *whole = &ev->plan->genome;
  return ev->merge ? merge_bytes(whole) +
                         (size_t)ev->options->n_worker * (size_t)whole->shape.n_gene * sizeof(float)
                   : 0;
}

/* Room for the optimizer's genome, where that is not the whole one. */
static float *room_of(const evolution *ev, int32_t worker)
{
  return ev->asked + (int64_t)worker * ev->plan->genome.shape.n_gene;
}

void evolution_ask(const evolution *ev, int32_t worker, int32_t i, float *vector)
{
  float *own = ev->merge ? room_of(ev, worker) : vector;
  ev->e->optimizer_plugin->ask(ev->state, i, own);
  if (ev->merge)
    merge_expand(ev->merge, own, vector);
}

void evolution_centre(const evolution *ev, int32_t worker, float *vector)
{
  float *own = ev->merge ? room_of(ev, worker) : vector;
  ev->e->optimizer_plugin->centre(ev->state, own);
  if (ev->merge)
    merge_expand(ev->merge, own, vector);
}

/* Room for the optimizer's state of another genome. */
static int make_room(evolution *ev, size_t size, error *err)
{
  if (size <= ev->state_room)
    return EXIT_FINE;
  void *larger = realloc(ev->state, size + 1);
  if (!larger)
    return error_add(err, EXIT_RUN_FAILED, "evolve: no memory");
  memset((char *)larger + ev->state_room, 0, size - ev->state_room);
  ev->state = larger;
  ev->state_room = size;
  return EXIT_FINE;
}

/* The optimizer's state for another genome. */
static int reshape(evolution *ev, const merge *to, const int64_t *map, error *err)
{
  const experiment *e = ev->e;
  const hebb_optimizer *o = e->optimizer_plugin;
  const size_t size = o->state_size(e->optimizer_config, &to->shape, ev->n);
  char where[EXPERIMENT_WHERE_SIZE];
  host_services services;
  if (make_room(ev, size, err) != EXIT_FINE)
    return err->status;
  experiment_where(e, "optimizer.plugin", o->base.name, where);
  host_services_init(&services, where, err);
  const int before = err->count;
  if (o->reshape(ev->state, &ev->merge->shape, &to->shape, map, &services.host) != HEBB_OK)
    return err->count > before ? err->status
                               : error_add(err, EXIT_PLUGIN,
                                           "%s: refused the merged rules without a reason", where);
  ev->state_size = size;
  return EXIT_FINE;
}

int evolution_merge(evolution *ev, error *err)
{
  if (!ev->merge)
    return EXIT_FINE;
  const merge_schedule schedule = schedule_of(ev);
  const int64_t n_rule = merge_due(&schedule, ev->generation);
  if (n_rule == 0 || n_rule >= ev->merge->n_rule)
    return EXIT_FINE;

  const hebb_address address = { .seed = (uint64_t)ev->e->run.seed,
                                 .purpose = PURPOSE_MERGE,
                                 .generation = (uint32_t)ev->generation };
  merge to;
  int64_t *map;
  float *centre = room_of(ev, 0);
  ev->e->optimizer_plugin->centre(ev->state, centre);
  if (merge_try(ev->merge, n_rule, centre, &address, pool_lend(ev->pool), &to, &map, err) !=
      EXIT_FINE)
    return err->status;
  const int status = reshape(ev, &to, map, err);
  free(map);
  if (status != EXIT_FINE) {
    merge_done(&to);
    return status;
  }
  progress_note(&ev->progress, "generation %d: %lld rules merged into %lld", ev->generation,
                (long long)ev->merge->n_rule, (long long)n_rule);
  merge_done(ev->merge);
  *ev->merge = to;
  return EXIT_FINE;
}

/* How many rules the synapses follow; 0: it is no map of them. */
static int64_t rules_of(const merge *m, const stored_run *run)
{
  int64_t n = 0, n_followed = 0;
  if (!run->synapse_rule || run->n_synapse != m->n_synapse)
    return 0;
  uint8_t *followed = calloc((size_t)m->n_synapse, 1);
  for (int64_t i = 0; followed && i < m->n_synapse; i++) {
    const int32_t r = run->synapse_rule[i];
    if (r < 0 || r >= m->n_synapse) {
      n_followed = -1;
      break;
    }
    n = r >= n ? r + 1 : n;
    n_followed += !followed[r];
    followed[r] = 1;
  }
  free(followed);
  return n == n_followed ? n : 0;
}

int evolution_merge_resume(evolution *ev, const stored_run *run, error *err)
{
  const hebb_optimizer *o = ev->e->optimizer_plugin;
  if (!ev->merge)
    return EXIT_FINE;
  const int64_t n_rule = rules_of(ev->merge, run);
  if (n_rule == 0)
    return error_add(err, EXIT_MISMATCH,
                     "/genome_layout/synapse_rule does not say which rule each of %lld synapses "
                     "follows",
                     (long long)ev->merge->n_synapse);
  if (n_rule == ev->merge->n_synapse)
    return EXIT_FINE; // nothing has been merged yet
  if (merge_resume(ev->merge, run->synapse_rule, n_rule, err) != EXIT_FINE)
    return err->status;
  const size_t size = o->state_size(ev->e->optimizer_config, &ev->merge->shape, ev->n);
  if (make_room(ev, size, err) != EXIT_FINE)
    return err->status;
  ev->state_size = size;
  return EXIT_FINE;
}
