/* evolve_generation.c - one generation:
 *
 *     individual i:  genome = optimizer.ask(i);  a life in every training task
 *     fitness[i] = mean return over tasks;  optimizer.tell(fitness);  one row of history
 *
 * A task of the pool is one (individual, training task); results are written by index, so neither
 * the number of workers nor their order can change them. The training task whose lives were longest in
 * the generation before begins, so that no worker waits long for the last one. (How long the lives of
 * individual i were says nothing: it is drawn anew.)
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "clock.h"
#include "evolution.h"
#include "interrupt.h"
#include "stats.h"

/* A return beyond it is a failure: with penalty and ranks it must stay a finite float. */
static const double largest_fitness = 1e37;

static int32_t individual_of(const evolution *ev, int64_t cell)
{
  return (int32_t)(cell % (ev->of_centre ? 1 : ev->n));
}

static int32_t task_of(const evolution *ev, int64_t cell)
{
  return ev->turn[cell / (ev->of_centre ? 1 : ev->n)];
}

int64_t evolution_place(const evolution *ev, int64_t cell)
{
  const int64_t i = ev->of_centre ? ev->n : individual_of(ev, cell);
  return i * ev->n_task + task_of(ev, cell);
}

rollout_seeds evolution_seeds(const evolution *ev, int64_t cell)
{
  return (rollout_seeds){
    .seed = (uint64_t)ev->e->run.seed,
    .generation = (uint32_t)ev->generation,
    .individual = ev->of_centre ? SEEDS_CENTRE : (uint32_t)individual_of(ev, cell),
    .task = (uint32_t)ev->task[task_of(ev, cell)],
    .common_worlds = ev->e->fitness.common_seeds,
  };
}

bool evolution_life(evolution *ev, int32_t worker, int64_t cell, outcome *o)
{
  const int32_t t = task_of(ev, cell);
  rollout *r = ev->room[worker];
  float *vector = r->genome;

  if (interrupt_requested() && !ev->of_centre)
    return false;
  if (ev->of_centre)
    evolution_centre(ev, worker, vector);
  else
    evolution_ask(ev, worker, individual_of(ev, cell), vector);
  *o = (outcome){ .failure = FAILURE_NONE };
  if (t == 0 && !ev->of_centre && ev->e->fitness.l2 > 0)
    o->mean_square = genome_mean_square(&ev->plan->genome, vector);

  const rollout_seeds seeds = evolution_seeds(ev, cell);
  rollout_life(r, ev->task[t], vector, &seeds, NULL);

  for (int32_t lane = 0; lane < r->n_lane; lane++) {
    o->total += r->total[lane] / r->n_lane;
    o->length += (double)r->length[lane] / r->n_lane;
    if (r->failure[lane] != FAILURE_NONE && o->failure == FAILURE_NONE) {
      o->failure = r->failure[lane];
      o->why = r->why[lane];
    }
  }
  if (o->failure == FAILURE_NONE && !(fabs(o->total) <= largest_fitness)) {
    o->failure = FAILURE_NONFINITE;
    o->why = "the return lies beyond 1e37";
  }
  if (o->failure != FAILURE_NONE)
    o->total = NAN;
  return true;
}

void evolution_put(evolution *ev, int64_t cell, const outcome *o, const double *episode_return,
                   const int32_t *episode_length)
{
  const int64_t at = evolution_place(ev, cell);
  const int32_t i = individual_of(ev, cell), t = task_of(ev, cell);
  if (episode_return && !ev->of_centre)
    learning_put(&ev->learning, i, t, episode_return, episode_length);
  if (t == 0 && !ev->of_centre)
    ev->mean_square[i] = o->mean_square;
  ev->total[at] = o->total;
  ev->length[at] = o->length;
  ev->failure[at] = o->failure;
  if (o->failure != FAILURE_NONE)
    ev->why[at] = o->why;
}

/* One (individual, training task), by a thread. */
static void live(void *arg, int32_t worker, int64_t cell)
{
  evolution *ev = arg;
  const rollout *r = ev->room[worker];
  outcome o;
  if (evolution_life(ev, worker, cell, &o))
    evolution_put(ev, cell, &o, r->episode_return, r->episode_length);
}

static int live_all(evolution *ev, int64_t n_cell, error *err)
{
  if (ev->e->run.executor == EXECUTOR_PROCESS)
    return evolution_executor_run(ev, n_cell, err);
  pool_run(ev->pool, n_cell, live, ev);
  return EXIT_FINE;
}

/* Fitness of individual i: mean over training tasks; NaN and the reason where one failed. */
static double fitness_of(const evolution *ev, int32_t i, uint8_t *failure)
{
  double sum = 0;
  *failure = FAILURE_NONE;
  for (int32_t t = 0; t < ev->n_task; t++) {
    const int64_t at = (int64_t)i * ev->n_task + t;
    sum += ev->total[at];
    if (*failure == FAILURE_NONE)
      *failure = ev->failure[at];
  }
  return sum / ev->n_task;
}

/* The first failure of the generation in words; the run goes on or not, as the experiment says. */
static int report_failures(evolution *ev, int32_t n_failed, error *err)
{
  int64_t at = 0;
  while (ev->failure[at] == FAILURE_NONE)
    at++;
  const int32_t i = (int32_t)(at / ev->n_task);
  const char *task = ev->e->task[ev->task[at % ev->n_task]].name;

  if (n_failed == ev->n)
    return error_add(
        err, EXIT_RUN_FAILED,
        "generation %d: no individual has a finite fitness; the first, 0, failed in "
        "task '%s': %s; where weights grow without end, network.weights.after_update = "
        "\"max_abs\" helps; hebb vet tells whether a plugin is at fault",
        ev->generation, task, ev->why[at]);
  if (ev->e->run.on_failure == ON_FAILURE_STOP)
    return error_add(err, EXIT_RUN_FAILED,
                     "generation %d: individual %d failed in task '%s': %s (run.on_failure = "
                     "\"stop\")",
                     ev->generation, i, task, ev->why[at]);
  progress_note(&ev->progress,
                "generation %d: %d of %d individuals failed and rank last; the first, %d, in task "
                "'%s': %s",
                ev->generation, n_failed, ev->n, i, task, ev->why[at]);
  return EXIT_FINE;
}

/* What the optimizer is told: the raw fitness less the penalty; those that failed rank below all others.
   Returns how many failed. */
static int32_t told_of(evolution *ev, const double *raw)
{
  double low = INFINITY, high = -INFINITY;
  int32_t n_failed = 0;

  for (int32_t i = 0; i < ev->n; i++) {
    const double penalised = raw[i] - ev->e->fitness.l2 * ev->mean_square[i];
    n_failed += !isfinite(raw[i]);
    ev->told[i] = NAN;
    if (!(fabs(penalised) <= largest_fitness))
      continue;
    ev->told[i] = (float)penalised;
    low = penalised < low ? penalised : low;
    high = penalised > high ? penalised : high;
  }
  // one range below the lowest, and below it as a float too where the numbers are large
  const float under = fminf((float)(low - (high - low + 1)), nextafterf((float)low, -FLT_MAX));
  for (int32_t i = 0; i < ev->n; i++)
    if (isnan(ev->told[i]))
      ev->told[i] = under;
  return n_failed;
}

static void keep_best(evolution *ev, const double *raw)
{
  int32_t best = -1;
  for (int32_t i = 0; i < ev->n; i++)
    if (isfinite(raw[i]) && (best < 0 || raw[i] > raw[best]))
      best = i;
  if (best >= 0 && raw[best] > ev->best_fitness) {
    ev->best_fitness = raw[best];
    ev->best_generation = ev->generation;
    evolution_ask(ev, 0, best, ev->best_genome);
  }
}

/* Training tasks by the length of their lives, longest first; those of equal length in their order. */
static void take_turns(evolution *ev, const double *steps)
{
  for (int32_t k = 0; k < ev->n_task; k++) {
    int32_t place = k;
    for (; place > 0 && steps[ev->turn[place - 1]] < steps[k]; place--)
      ev->turn[place] = ev->turn[place - 1];
    ev->turn[place] = k;
  }
}

/* Means over individuals of what their lives were, task by task. */
static void log_tasks(evolution *ev, int32_t g)
{
  history *h = &ev->history;
  const lifetime_config *life = &ev->e->lifetime;
  double steps = 0, *const task_steps = ev->task_steps;

  for (int32_t t = 0; t < ev->n_task; t++) {
    task_steps[t] = 0;
    for (int32_t i = 0; i < ev->n; i++) {
      ev->sample[i] = ev->total[(int64_t)i * ev->n_task + t];
      task_steps[t] += ev->length[(int64_t)i * ev->n_task + t];
    }
    steps += task_steps[t];
    h->task_return_mean[(int64_t)g * ev->n_task + t] =
        stats_of(ev->sample, (size_t)ev->n, ev->sorted).mean;
  }
  const double lives = (double)ev->n * ev->n_task;
  h->series[SERIES_EPISODE_LENGTH_MEAN][g] =
      steps / lives / (life->keep_weights ? (double)life->episodes : 1);
  h->series[SERIES_ENV_STEPS][g] = steps * evolution_lanes(ev->e);
  ev->evaluations += (int64_t)lives;
  take_turns(ev, task_steps);
}

/* Row of fitness and its statistics; what the optimizer will be told. */
static int account(evolution *ev, error *err)
{
  history *h = &ev->history;
  const int32_t g = h->n_generation - 1;
  float *fitness = h->fitness + (int64_t)g * ev->n;

  for (int32_t i = 0; i < ev->n; i++) {
    ev->sample[i] = fitness_of(ev, i, &h->failure_kind[(int64_t)g * ev->n + i]);
    fitness[i] = (float)ev->sample[i];
  }
  const int32_t n_failed = told_of(ev, ev->sample);
  if (n_failed > 0 && !ev->redoing && report_failures(ev, n_failed, err) != EXIT_FINE)
    return err->status;
  keep_best(ev, ev->sample);

  const summary s = stats_of(ev->sample, (size_t)ev->n, ev->sorted);
  h->series[SERIES_FITNESS_MEAN][g] = s.mean;
  h->series[SERIES_FITNESS_STD][g] = s.std;
  h->series[SERIES_FITNESS_MIN][g] = s.min;
  h->series[SERIES_FITNESS_Q25][g] = s.q25;
  h->series[SERIES_FITNESS_MEDIAN][g] = s.median;
  h->series[SERIES_FITNESS_Q75][g] = s.q75;
  h->series[SERIES_FITNESS_MAX][g] = s.max;
  h->series[SERIES_N_FAILED][g] = n_failed;
  if (ev->merge)
    h->series[SERIES_RULES][g] = (double)ev->merge->n_rule;
  log_tasks(ev, g);
  return EXIT_FINE;
}

/* The value of a scalar part of the optimizer's state. */
static double scalar_of(const void *state, const hebb_array *a)
{
  const char *at = (const char *)state + a->offset;
  float f32;
  double f64;
  int32_t i32;
  switch (a->dtype) {
  case HEBB_F32: memcpy(&f32, at, sizeof f32); return (double)f32;
  case HEBB_F64: memcpy(&f64, at, sizeof f64); return f64;
  case HEBB_I32: memcpy(&i32, at, sizeof i32); return i32;
  default: return (double)*(const uint8_t *)at;
  }
}

/* Step size and learning rate are those that this generation used, so they are read before tell;
   what tell measures is read after it. */
static void log_scalars(evolution *ev, bool before_tell)
{
  history *h = &ev->history;
  for (int32_t k = 0; k < h->n_scalar; k++) {
    const hebb_array *a = &h->scalar_info[k];
    const bool setting = strcmp(a->name, "sigma") == 0 || strcmp(a->name, "learning_rate") == 0;
    if (setting == before_tell)
      h->scalar[k][h->n_generation - 1] = scalar_of(ev->state, a);
  }
}

static int log_centre(evolution *ev, error *err)
{
  history *h = &ev->history;
  const int32_t g = h->n_generation - 1;
  const int64_t every = ev->e->record.centre_every, n_gene = ev->plan->genome.shape.n_gene;
  double norm = 0, sum = 0;

  float *const centre = ev->room[0]->genome;
  evolution_centre(ev, 0, centre);
  for (int64_t k = 0; k < n_gene; k++)
    norm += (double)centre[k] * (double)centre[k];
  h->series[SERIES_GENOME_NORM][g] = sqrt(norm);

  if (every > 0 && (ev->generation + 1) % every == 0) {
    ev->of_centre = true;
    const int status = ev->redoing ? EXIT_FINE : live_all(ev, ev->n_task, err);
    ev->of_centre = false;
    if (status != EXIT_FINE)
      return status;
    for (int32_t t = 0; t < ev->n_task; t++)
      sum += ev->total[(int64_t)ev->n * ev->n_task + t];
    h->series[SERIES_CENTRE_FITNESS][g] = sum / ev->n_task;
  }
  return EXIT_FINE;
}

int evolution_generation(evolution *ev, error *err)
{
  const double begun = clock_seconds();

  if (evolution_merge(ev, err) != EXIT_FINE)
    return err->status;
  if (!ev->redoing && live_all(ev, (int64_t)ev->n * ev->n_task, err) != EXIT_FINE)
    return err->status;
  if (!ev->redoing && interrupt_requested())
    return EXIT_INTERRUPTED;
  if (history_append(&ev->history, err) != EXIT_FINE)
    return err->status;
  if (account(ev, err) != EXIT_FINE) {
    ev->history.n_generation--; // half a row is no row
    return err->status;
  }
  learning_commit(&ev->learning, ev->generation);
  log_scalars(ev, true);
  ev->e->optimizer_plugin->tell(ev->state, ev->told, pool_lend(ev->pool));
  log_scalars(ev, false);
  const int status = log_centre(ev, err);
  ev->history.series[SERIES_WALL_TIME][ev->history.n_generation - 1] = clock_seconds() - begun;
  return status;
}

int evolution_redo(evolution *ev, double wall_time, error *err)
{
  ev->redoing = true;
  const int status = evolution_generation(ev, err);
  ev->redoing = false;
  if (status == EXIT_FINE)
    ev->history.series[SERIES_WALL_TIME][ev->history.n_generation - 1] = wall_time;
  return status;
}
