/* bench_life.c - takes lives apart.
 *
 *     life = begin + reset + decisions x (environment + network)
 *
 * A life is deterministic, so it can be lived again: once as it is, which gives its time; once with an
 * observer, who keeps its actions and sees when the first forward pass begins; and then these actions go
 * through the environment alone. What is left over is the network's, so that no clock ticks inside a step.
 * Each part is the best of a few repetitions: only interruptions make it longer.
 */
#include "bench_life.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

enum { MOST_REPETITIONS = 3 };
static const int64_t most_bytes = 1 << 26; /* of a longer life only the beginning is replayed */

typedef struct parts { /* of one life: seconds */
  double ask, life, begin, first_reset, later_resets, env;
} parts;

int life_meter_begin(life_meter *m, rollout *r, error *err)
{
  const experiment *e = r->plan->experiment;
  const int64_t episodes = e->lifetime.keep_weights ? e->lifetime.episodes : 1;

  *m = (life_meter){ .r = r };
  m->row = (int64_t)r->n_lane * r->plan->network.n_act;
  for (int32_t t = 0; t < e->n_task; t++) {
    const int64_t longest = episodes * r->plan->world[t].shape.max_steps;
    m->room = longest > m->room ? longest : m->room;
  }
  const int64_t most = 1 + most_bytes / (m->row * (int64_t)sizeof *m->act);
  m->room = m->room < most ? m->room : most;
  m->act = calloc((size_t)(m->room * m->row), sizeof *m->act);
  return m->act ? EXIT_FINE
                : error_add(err, EXIT_RUN_FAILED, "bench: no memory for the actions of a life");
}

void life_meter_end(life_meter *m)
{
  free(m->act);
  m->act = NULL;
}

static void before(void *self, const rollout *r, int32_t step)
{
  life_meter *m = self;
  (void)r;
  if (step == 0)
    m->first = clock_seconds();
}

static void after(void *self, const rollout *r, int32_t step)
{
  life_meter *m = self;
  if (step < m->room)
    memcpy(m->act + step * m->row, r->act, (size_t)m->row * sizeof *m->act);
}

static void end(void *self, const rollout *r, int32_t n_step)
{
  life_meter *m = self;
  (void)r;
  m->n_step = n_step;
}

static bool failed(const rollout *r)
{
  for (int32_t lane = 0; lane < r->n_lane; lane++)
    if (r->failure[lane] != FAILURE_NONE)
      return true;
  return false;
}

static bool running(const rollout *r)
{
  return memchr(r->io.done, HEBB_RUNNING, (size_t)r->n_lane) != NULL;
}

/* The recorded actions through the environment alone: the loop of rollout.c without network and books. */
static void replay(const life_meter *m, const rollout_seeds *seeds, parts *now)
{
  rollout *r = m->r;
  const experiment *e = r->plan->experiment;
  const size_t n_lane = (size_t)r->n_lane;
  const int32_t episodes = e->lifetime.keep_weights ? (int32_t)e->lifetime.episodes : 1;
  const int32_t max_steps = r->plan->world[r->task].shape.max_steps;
  const int32_t n_kept = m->n_step < m->room ? m->n_step : (int32_t)m->room;
  int32_t step = 0;

  now->first_reset = now->later_resets = now->env = 0;
  memset(r->live, 1, n_lane);
  for (int32_t episode = 0; episode < episodes && step < n_kept; episode++) {
    for (int32_t lane = 0; lane < r->n_lane; lane++)
      r->world_seed[lane] = seeds_world(seeds, seeds_episode(seeds, lane, episode));
    r->io.select = r->live;
    r->io.obs = r->observation;
    const double begun = clock_seconds();
    e->env_plugin->reset(r->sim[r->task], r->world_seed, &r->io);
    const double reset = clock_seconds();

    r->io.obs = r->next_obs;
    for (int32_t k = 0; k < max_steps && step < n_kept && running(r); k++, step++) {
      r->io.act = m->act + step * m->row;
      memset(r->io.mark, 0, n_lane);
      e->env_plugin->step(r->sim[r->task], &r->io);
    }
    now->env += clock_seconds() - reset;
    if (episode == 0)
      now->first_reset = reset - begun;
    else
      now->later_resets += reset - begun;
  }
  r->io.act = r->act;
  if (step > 0)
    now->env *= (double)m->n_step / step;
}

static void keep_least(parts *best, const parts *now)
{
  best->ask = fmin(best->ask, now->ask);
  best->life = fmin(best->life, now->life);
  best->begin = fmin(best->begin, now->begin);
  best->first_reset = fmin(best->first_reset, now->first_reset);
  best->later_resets = fmin(best->later_resets, now->later_resets);
  best->env = fmin(best->env, now->env);
}

void life_meter_add(life_meter *m, const void *state, int32_t individual, int32_t task,
                    const rollout_seeds *seeds, double until, life_cost *sum)
{
  rollout *r = m->r;
  const rollout_observer watch = { .self = m, .before = before, .after = after, .end = end };
  parts best = { INFINITY, INFINITY, INFINITY, INFINITY, INFINITY, INFINITY };

  for (int k = 0; k < MOST_REPETITIONS && (k == 0 || clock_seconds() < until); k++) {
    parts now;
    const double asked = clock_seconds();
    r->plan->experiment->optimizer_plugin->ask(state, individual, r->genome);
    const double born = clock_seconds();
    rollout_life(r, task, r->genome, seeds, NULL);
    const double dead = clock_seconds();
    rollout_life(r, task, r->genome, seeds, &watch);
    if (failed(r) || m->n_step == 0)
      return;
    now.ask = born - asked;
    now.life = dead - born;
    now.begin = m->first - dead;
    replay(m, seeds, &now);
    keep_least(&best, &now);
  }

  sum->n_life++;
  for (int32_t lane = 0; lane < r->n_lane; lane++)
    sum->steps += r->length[lane];
  sum->ask += best.ask;
  sum->begin += fmax(0, best.begin - best.first_reset);
  sum->reset += best.first_reset + best.later_resets;
  sum->env += best.env;
  sum->network += best.life - best.begin - best.later_resets - best.env;
}
