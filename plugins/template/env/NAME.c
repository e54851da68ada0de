/* NAME.c - a mass on a line is pushed to a target.
 *
 *     x'' = force u - friction x',   |u| <= 1
 *
 * by Euler's method with the new velocity. The agent sees how far the target is and how fast it
 * moves; the reward of a step is minus the distance. Say here what your world is, and whose.
 */
#include <hebb/env.h>
#include <hebb/rng.h>

#include <math.h>
#include <stdlib.h>

enum { N_OBS = 2, N_ACT = 1 };
static const double step_seconds = 0.05;

/* What the experiment's [env] table may set; each field has one row below. */
typedef struct config {
  double force, friction;
  int64_t max_steps;
} config;

static const hebb_param params[] = {
  HEBB_PARAM(config, force, 2, 0, 100, "m/s^2", "Acceleration at full push."),
  HEBB_PARAM(config, friction, 0.5, 0, 10, "1/s", "Velocity lost in a second."),
  HEBB_PARAM(config, max_steps, 200, 1, 1e6, "1", "Steps in an episode."),
  { 0 },
};

static const float act_low[N_ACT] = { -1 }, act_high[N_ACT] = { 1 };
static const char *const obs_name[N_OBS] = { "distance", "velocity" };
static const char *const act_name[N_ACT] = { "push" };

/* The state of one lane, and of all lanes of a worker. */
typedef struct mass {
  double x, velocity, target;
  int64_t step;
} mass;

typedef struct sim {
  const config *config;
  mass lane[];
} sim;

/* The model is what a task's workers share; here its config is all of it. */
static int open(const void *cfg, const hebb_host *host, hebb_env_shape *shape, void **model)
{
  (void)host;
  shape->n_obs = N_OBS;
  shape->n_act = N_ACT;
  shape->act_low = act_low;
  shape->act_high = act_high;
  shape->obs_name = obs_name;
  shape->act_name = act_name;
  shape->max_steps = (int32_t)((const config *)cfg)->max_steps;
  shape->step_seconds = step_seconds;
  shape->solved = NAN;
  *model = (void *)cfg;
  return HEBB_OK;
}

static int make(void *model, int32_t n_lane, const hebb_host *host, void **out)
{
  sim *s = calloc(1, sizeof *s + (size_t)n_lane * sizeof s->lane[0]);
  if (!s)
    return host->fail(host, HEBB_ENOMEM, "no memory for %d lanes", (int)n_lane);
  s->config = model;
  *out = s;
  return HEBB_OK;
}

static void drop(void *s)
{
  free(s);
}

static void observe(const mass *m, float *obs)
{
  obs[0] = (float)(m->target - m->x);
  obs[1] = (float)m->velocity;
}

static void reset(void *s_, const uint64_t *seed, const hebb_lanes *io)
{
  sim *s = s_;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->select && !io->select[lane])
      continue;
    const hebb_address address = { .seed = seed[lane] };
    s->lane[lane] = (mass){ .target = 2 * hebb_uniform_double(&address, 0) - 1 };
    io->done[lane] = HEBB_RUNNING;
    observe(&s->lane[lane], &io->obs[lane * N_OBS]);
  }
}

static void step(void *s_, const hebb_lanes *io)
{
  sim *s = s_;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->done[lane])
      continue;
    mass *m = &s->lane[lane];
    const double push = fmin(fmax(io->act[lane], -1), 1);
    m->velocity += step_seconds * (s->config->force * push - s->config->friction * m->velocity);
    m->x += step_seconds * m->velocity;
    m->step++;
    io->reward[lane] = -fabs(m->target - m->x);
    if (m->step >= s->config->max_steps)
      io->done[lane] = HEBB_TRUNCATED;
    observe(m, &io->obs[lane * N_OBS]);
  }
}

static const hebb_env env = {
  .base = {
    HEBB_HEAD(HEBB_ENV, hebb_env, config),
    .name = "NAME",
    .version = "0.1.0",
    .brief = "A mass on a line is pushed to a target",
    .cite = "",
    .params = params,
  },
  .open = open,
  .make = make,
  .drop = drop,
  .reset = reset,
  .step = step,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &env.base : NULL;
}
