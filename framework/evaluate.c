/* evaluate.c - conditions x rollouts over the pool. */
#include "evaluate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "interrupt.h"
#include "pool.h"
#include "recorder.h"
#include "stats.h"

typedef struct examination {
  const plan *p;
  const evaluate_options *options;
  evaluation *result;
  rollout **room;     /* [worker] */
  recorder *recorder; /* (condition x record) */
} examination;

static int32_t n_row(const plan *p, const evaluate_options *o)
{
  return o->row ? o->n_row : p->experiment->n_task;
}

/* Row k of the result. The tasks are the first conditions. */
static const condition *row_of(const plan *p, const evaluate_options *o, int32_t k)
{
  return &p->conditions.row[o->row ? o->row[k] : k];
}

static void examine(void *arg, int32_t worker, int64_t cell)
{
  examination *x = arg;
  const evaluate_options *o = x->options;
  const lifetime_config *l = &x->p->experiment->lifetime;
  const int32_t row = (int32_t)(cell / o->n_rollout), k = (int32_t)(cell % o->n_rollout);
  const condition *c = row_of(x->p, o, row);
  const uint32_t episodes = l->keep_weights ? (uint32_t)l->episodes : 1;
  rollout *r = x->room[worker];

  if (interrupt_requested())
    return;
  const rollout_seeds seeds = seeds_of_evaluation(o->seed, (uint32_t)k, episodes);
  recorder *rec = k < o->n_record ? &x->recorder[row * o->n_record + k] : NULL;
  const rollout_observer observer = recorder_observer(rec);
  rollout_life_with(r, c->task, o->genome, &seeds, c->event, c->n_event, rec ? &observer : NULL);

  const bool failed = r->failure[0] != FAILURE_NONE;
  x->result->total_return[cell] = failed ? NAN : r->total[0];
  x->result->length[cell] = r->length[0];
  x->result->seed[cell] = (int64_t)seeds_world(&seeds, seeds.first_episode);
  x->result->terminated[cell] = r->done[0] == HEBB_TERMINATED;
  x->result->failed[cell] = failed;
  if (rec) {
    rec->life.condition = row;
    rec->life.rollout = k;
    rec->life.seed = x->result->seed[cell];
    rec->life.total_return = x->result->total_return[cell];
  }
}

static int check_memory(const plan *p, const evaluate_options *o, error *err)
{
  const experiment *e = p->experiment;
  char where[EXPERIMENT_WHERE_SIZE];
  if ((double)o->n_rollout * (double)e->lifetime.episodes > UINT32_MAX)
    return error_add(
        err, EXIT_CONFIGURATION,
        "evaluate: %d rollouts of %lld episodes are more than their seeds can count: at "
        "most %u episodes in all",
        o->n_rollout, (long long)e->lifetime.episodes, UINT32_MAX);
  double bytes = (double)o->n_worker * (double)rollout_bytes(p, 1);
  for (int32_t k = 0; k < n_row(p, o); k++)
    bytes += (double)o->n_record * (double)recorder_bytes(p, row_of(p, o, k)->task) +
             32.0 * o->n_rollout;
  if (bytes / 1048576 <= e->limits.memory)
    return EXIT_FINE;
  return error_add(err, EXIT_CONFIGURATION,
                   "%s: this evaluation needs about %.0f MB, %.0f MB are allowed; record fewer "
                   "lifetimes, or raise record.weight_every or limits.memory",
                   experiment_where(e, "limits.memory", "limits.memory", where), bytes / 1048576,
                   e->limits.memory);
}

static int take_arrays(examination *x, error *err)
{
  const experiment *e = x->p->experiment;
  const evaluate_options *o = x->options;
  evaluation *v = x->result;
  const size_t n_condition = (size_t)n_row(x->p, o), cells = n_condition * (size_t)o->n_rollout;
  const size_t n_life = n_condition * (size_t)o->n_record;
  const char **name = calloc(n_condition, sizeof *name);
  char **toml = calloc(n_condition, sizeof *toml);

  v->setting = calloc(n_condition, sizeof(condition *));
  v->condition = name;
  v->condition_toml = toml;
  v->total_return = calloc(cells, sizeof *v->total_return);
  v->length = calloc(cells, sizeof *v->length);
  v->seed = calloc(cells, sizeof *v->seed);
  v->terminated = calloc(cells, sizeof *v->terminated);
  v->failed = calloc(cells, sizeof *v->failed);
  v->lifetime = calloc(n_life + 1, sizeof *v->lifetime);
  x->room = calloc((size_t)o->n_worker, sizeof(rollout *));
  x->recorder = calloc(n_life + 1, sizeof *x->recorder);
  if (!name || !toml || !v->setting || !v->total_return || !v->length || !v->seed ||
      !v->terminated || !v->failed || !v->lifetime || !x->room || !x->recorder)
    return error_add(err, EXIT_RUN_FAILED, "evaluate: no memory");
  v->n_condition = (int32_t)n_condition;
  v->n_rollout = o->n_rollout;
  v->keepbits = (int32_t)e->record.keepbits;

  for (int32_t c = 0; c < v->n_condition; c++) {
    v->setting[c] = row_of(x->p, o, c);
    name[c] = v->setting[c]->name;
    toml[c] = condition_toml(e, v->setting[c]);
    if (!toml[c])
      return error_add(err, EXIT_RUN_FAILED, "evaluate: no memory");
    for (int32_t k = 0; k < o->n_record; k++)
      if (recorder_init(&x->recorder[c * o->n_record + k], x->p, v->setting[c]->task, err) !=
          EXIT_FINE)
        return err->status;
  }
  for (int32_t w = 0; w < o->n_worker; w++)
    if (rollout_new(x->p, 1, &x->room[w], err) != EXIT_FINE)
      return err->status;
  return EXIT_FINE;
}

int evaluate(const plan *p, const evaluate_options *options, evaluation *result, error *err)
{
  examination x = { .p = p, .options = options, .result = result };
  pool *workers = NULL;

  *result = (evaluation){ 0 };
  if (plan_check_workers(p->experiment, options->n_worker, err) == EXIT_FINE &&
      check_memory(p, options, err) == EXIT_FINE && take_arrays(&x, err) == EXIT_FINE &&
      pool_new(options->n_worker, &workers, err) == EXIT_FINE) {
    pool_run(workers, (int64_t)result->n_condition * options->n_rollout, examine, &x);
    if (interrupt_requested())
      error_add(err, EXIT_INTERRUPTED, "evaluate: interrupted; nothing was written");
  }
  pool_free(workers);

  // the recorded lives belong to the result from here on
  for (int32_t k = 0; x.recorder && result->lifetime && k < n_row(p, options) * options->n_record;
       k++) {
    free(x.recorder[k].raw);
    result->lifetime[result->n_lifetime++] = x.recorder[k].life;
  }
  for (int32_t w = 0; x.room && w < options->n_worker; w++)
    rollout_free(x.room[w]);
  free(x.room);
  free(x.recorder);
  if (err->status != EXIT_FINE)
    evaluation_done(result);
  return err->status;
}

void evaluation_done(evaluation *v)
{
  for (int32_t k = 0; v->condition_toml && k < v->n_condition; k++)
    free(v->condition_toml[k]);
  for (int32_t k = 0; v->lifetime && k < v->n_lifetime; k++) {
    recorder owner = { .life = v->lifetime[k] };
    recorder_done(&owner);
  }
  free((void *)(uintptr_t)v->condition);
  free((void *)(uintptr_t)v->condition_toml);
  free((void *)(uintptr_t)v->setting);
  free(v->total_return);
  free(v->length);
  free(v->seed);
  free(v->terminated);
  free(v->failed);
  free(v->lifetime);
  *v = (evaluation){ 0 };
}

void evaluation_print(const evaluation *v)
{
  double *room = calloc((size_t)v->n_rollout, sizeof *room);
  int width = (int)sizeof "condition";

  if (!room)
    return;
  for (int32_t c = 0; c < v->n_condition; c++) {
    const int n = snprintf(NULL, 0, "%s", v->condition[c]);
    width = n > width ? n : width;
  }
  printf("%-*s  rollouts      mean        sd    median       min       max  failed\n", width,
         "condition");
  for (int32_t c = 0; c < v->n_condition; c++) {
    const summary s =
        stats_of(v->total_return + (int64_t)c * v->n_rollout, (size_t)v->n_rollout, room);
    const int d = stats_decimals(fmax(fabs(s.min), fabs(s.max)));
    printf("%-*s  %8d  %8.*f  %8.*f  %8.*f  %8.*f  %8.*f  %6zu\n", width, v->condition[c],
           v->n_rollout, d, s.mean, d, s.std, d, s.median, d, s.min, d, s.max,
           (size_t)v->n_rollout - s.n);
  }
  free(room);
}
