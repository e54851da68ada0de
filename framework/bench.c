/* bench.c - what an experiment costs here.
 *
 *     generation = lives x seconds of one / workers + tell
 *     share of x = lives x seconds of x / (workers x generation)
 *
 * The seconds of a life, with its ask, are those of the real workers; how they divide into environment,
 * network, beginning and ask is measured on one thread (bench_life.c). A life of full length costs more
 * environment and network, but no more beginning; where all have it, workers live in rounds, and the last
 * round takes as long as the others however few lives are left for it.
 */
#include "bench.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "bench_life.h"
#include "clock.h"
#include "evolution.h"
#include "interrupt.h"

typedef struct cell { /* one (individual, training task) */
  bool lived, failed;
  const char *why;
  double seconds; /* ask and life */
  double steps;   /* decisions of all lanes */
  double total;   /* return */
} cell;

typedef struct measuring {
  evolution ev;
  cell *cell; /* [n x n_task] */
  int64_t n_cell;
  double deadline; /* on the clock: after it no life begins */

  // of all that were lived
  double seconds, steps;
  double cpu;  /* processor time of all workers */
  double wall; /* of whole generations */
  int32_t n_whole;
  double tell;
  life_cost cost; /* on one thread */
} measuring;

static rollout_seeds seeds_of(const measuring *m, int64_t k)
{
  const experiment *e = m->ev.e;
  return (rollout_seeds){ .seed = (uint64_t)e->run.seed,
                          .individual = (uint32_t)(k / m->ev.n_task),
                          .task = (uint32_t)m->ev.task[k % m->ev.n_task],
                          .common_worlds = e->fitness.common_seeds };
}

/* One life as evolution has it: any worker, any order. An individual's tasks stand side by side, so that
   a part of a generation has lives in all of them. */
static void live(void *arg, int32_t worker, int64_t k)
{
  measuring *m = arg;
  evolution *ev = &m->ev;
  cell *c = &m->cell[k];
  rollout *r = ev->room[worker];
  const rollout_seeds seeds = seeds_of(m, k);
  const double begun = clock_seconds();

  *c = (cell){ .lived = false };
  // everybody lives once, however long that takes
  if (interrupt_requested() || (k >= ev->options->n_worker && begun > m->deadline))
    return;
  ev->e->optimizer_plugin->ask(ev->state, (int32_t)seeds.individual, r->genome);
  rollout_life(r, (int32_t)seeds.task, r->genome, &seeds, NULL);
  c->seconds = clock_seconds() - begun;
  c->lived = true;
  for (int32_t lane = 0; lane < r->n_lane; lane++) {
    c->steps += r->length[lane];
    c->total += r->total[lane];
    if (r->failure[lane] != FAILURE_NONE && !c->failed) {
      c->failed = true;
      c->why = r->why[lane];
    }
  }
}

static double cpu_seconds(void)
{
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The first generation, again and again or in part. */
static int live_generations(measuring *m, bench_result *result, error *err)
{
  bool whole = true;
  while (whole && (m->n_whole == 0 || clock_seconds() < m->deadline)) {
    const double begun = clock_seconds(), cpu_begun = cpu_seconds();
    pool_run(m->ev.pool, m->n_cell, live, m);
    const double wall = clock_seconds() - begun, cpu = cpu_seconds() - cpu_begun;
    if (interrupt_requested())
      return error_add(err, EXIT_INTERRUPTED, "bench: interrupted");

    for (int64_t k = 0; k < m->n_cell; k++)
      whole = whole && m->cell[k].lived;
    if (!whole && m->n_whole > 0)
      break; // a part has other lives than the whole: it would shift the means
    for (int64_t k = 0; k < m->n_cell; k++) {
      const cell *c = &m->cell[k];
      result->n_life += c->lived;
      result->n_failed += c->failed;
      result->why = result->why ? result->why : c->why;
      m->seconds += c->seconds;
      m->steps += c->steps;
    }
    m->cpu += cpu;
    if (whole) {
      m->wall += wall;
      m->n_whole++;
    }
  }
  if (result->n_failed == result->n_life)
    return error_add(err, EXIT_RUN_FAILED,
                     "bench: every life of the first generation fails, the first of them: %s; hebb "
                     "vet tells whether a plugin is at fault",
                     result->why);
  return EXIT_FINE;
}

/* tell changes the state, so that a copy is told. */
static int time_tell(measuring *m, double until, error *err)
{
  evolution *ev = &m->ev;
  void *copy = malloc(ev->state_size + 1);
  if (!copy)
    return error_add(err, EXIT_RUN_FAILED, "bench: no memory for another state of the optimizer");
  for (int32_t i = 0; i < ev->n; i++) {
    const cell *c = &m->cell[(int64_t)i * ev->n_task];
    ev->told[i] = c->lived && fabs(c->total) < 1e30 ? (float)c->total : (float)i;
  }
  m->tell = INFINITY;
  for (int k = 0; k < 3 && (k == 0 || clock_seconds() < until); k++) {
    memcpy(copy, ev->state, ev->state_size);
    const double begun = clock_seconds();
    ev->e->optimizer_plugin->tell(copy, ev->told, pool_lend(ev->pool));
    m->tell = fmin(m->tell, clock_seconds() - begun);
  }
  free(copy);
  return EXIT_FINE;
}

static int64_t common_divisor(int64_t a, int64_t b)
{
  while (b > 0) {
    const int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/* Lives from all over the generation, until the time is over. */
static int take_lives_apart(measuring *m, double until, error *err)
{
  evolution *ev = &m->ev;
  life_meter meter;
  int64_t stride = 1 + (int64_t)(0.618 * (double)m->n_cell);
  while (common_divisor(stride, m->n_cell) > 1)
    stride++;

  if (life_meter_begin(&meter, ev->room[0], err) != EXIT_FINE)
    return err->status;
  for (int64_t k = 0, at = 0; k < m->n_cell && !interrupt_requested(); k++) {
    if (m->cost.n_life > 0 && clock_seconds() > until)
      break;
    const rollout_seeds seeds = seeds_of(m, at);
    if (m->cell[at].lived && !m->cell[at].failed)
      life_meter_add(&meter, ev->state, (int32_t)seeds.individual, (int32_t)seeds.task, &seeds,
                     until, &m->cost);
    at = (at + stride) % m->n_cell;
  }
  life_meter_end(&meter);
  if (interrupt_requested())
    return error_add(err, EXIT_INTERRUPTED, "bench: interrupted");
  if (m->cost.n_life == 0)
    return error_add(err, EXIT_RUN_FAILED,
                     "bench: no life could be lived a second time; hebb vet tells whether a plugin "
                     "is at fault");
  return EXIT_FINE;
}

static void predict(const measuring *m, bench_result *result)
{
  const evolution *ev = &m->ev;
  const experiment *e = ev->e;
  const int32_t n_worker = ev->options->n_worker, n_lane = evolution_lanes(e);
  const double episodes = e->lifetime.keep_weights ? (double)e->lifetime.episodes : 1;
  const double n_cell = (double)m->n_cell;
  for (int32_t t = 0; t < ev->n_task; t++)
    result->most += episodes * ev->plan->world[ev->task[t]].shape.max_steps / ev->n_task;

  // of one thread: a life like those of the first generation, and one of full length
  const life_cost *c = &m->cost;
  const double n = (double)c->n_life;
  const double env = c->env / c->steps, rest = fmax(0, c->network) / c->steps; // of one step
  const double steps = m->steps / (double)result->n_life, most = result->most * n_lane;
  const double fixed = (c->ask + c->begin + c->reset) / n;
  const double alone = fixed + steps * (env + rest), longest = fixed + most * (env + rest);

  // of the workers
  const double life = m->seconds / (double)result->n_life;
  const double busy = n_cell * life / n_worker;
  const double lives = m->n_whole > 0 ? fmax(busy, m->wall / m->n_whole) : busy;
  const double wait = lives - busy;
  const double even = ceil(n_cell / n_worker) * life; // all lives are equally long
  result->whole = m->n_whole > 0;
  result->processor = fmin(1, m->cpu / m->seconds);
  result->length = steps / n_lane;
  result->generation = lives + m->tell;
  result->longest_generation = even * longest / alone + fmax(0, lives - even) + m->tell;
  result->steps_per_second = n_cell * steps / result->generation;

  const double all = result->generation, part = busy / alone / all;
  result->share[BENCH_ENV] = part * (c->reset / n + steps * env);
  result->share[BENCH_NETWORK] = part * steps * rest;
  result->share[BENCH_BEGIN] = part * c->begin / n;
  result->share[BENCH_ASK] = part * c->ask / n;
  result->share[BENCH_TELL] = m->tell / all;
  result->share[BENCH_REST] = wait / all;

  // where the centre is evaluated too, that is another life in every task
  const double generations = (double)e->run.generations;
  const int32_t rounds = (ev->n_task + n_worker - 1) / n_worker;
  const double of_centre =
      e->record.centre_every > 0 ? rounds * life / (double)e->record.centre_every : 0;
  result->run = generations * (result->generation + of_centre);
  result->longest_run = generations * (result->longest_generation + of_centre * longest / alone);
}

static void describe(const evolution *ev, bench_result *result)
{
  const network *net = &ev->plan->network;
  result->n_layer = network_sizes(net, result->size);
  result->first = ev->e->network.first;
  result->convolution = net->convolution;
  result->n_gene = ev->plan->genome.shape.n_gene;
  result->n_train = ev->n_task;
  result->fused = ev->plan->fused;
  result->run_bytes = evolution_bytes(ev);
}

static int measure(measuring *m, double seconds, bench_result *result, error *err)
{
  const double begun = clock_seconds();

  describe(&m->ev, result);
  m->n_cell = (int64_t)m->ev.n * m->ev.n_task;
  m->cell = calloc((size_t)m->n_cell, sizeof *m->cell);
  if (!m->cell)
    return error_add(err, EXIT_RUN_FAILED, "bench: no memory");
  m->deadline = begun + 0.6 * seconds;
  if (live_generations(m, result, err) != EXIT_FINE ||
      time_tell(m, begun + 0.7 * seconds, err) != EXIT_FINE ||
      take_lives_apart(m, begun + seconds, err) != EXIT_FINE)
    return err->status;
  predict(m, result);
  result->seconds = clock_seconds() - begun;

  struct rusage used;
  if (getrusage(RUSAGE_SELF, &used) == 0)
    result->peak_bytes = 1024 * (int64_t)used.ru_maxrss;
  return EXIT_FINE;
}

int bench(const experiment *e, const bench_options *options, bench_result *result, error *err)
{
  const evolve_options how = { .n_worker = options->n_worker };
  measuring m = { .ev = { .e = e, .options = &how } };

  *result = (bench_result){ 0 };
  int status = evolution_begin(&m.ev, err);
  if (status == EXIT_FINE)
    status = measure(&m, options->seconds, result, err);
  free(m.cell);
  evolution_end(&m.ev);
  return status;
}
