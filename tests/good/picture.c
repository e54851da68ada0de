/* picture.c - an environment with a picture of 12 x 10 x 3 and one action, for tests of convolutions: a bright
 * square moves over noise, and the reward of a step is the action times the side that it is on. */
#include <hebb/env.h>
#include <hebb/rng.h>

#include <math.h>
#include <stdlib.h>

enum { HEIGHT = 12, WIDTH = 10, CHANNEL = 3, N_OBS = HEIGHT * WIDTH * CHANNEL };

typedef struct config {
  int64_t max_steps;
} config;

static const hebb_param params[] = {
  HEBB_PARAM(config, max_steps, 8, 1, 1000, "1", "Decisions in an episode."),
  { 0 },
};

typedef struct lane_state {
  uint64_t seed;
  int64_t step;
} lane_state;

typedef struct sim {
  const config *config;
  lane_state lane[];
} sim;

static int open_world(const void *cfg, const hebb_host *host, hebb_env_shape *shape, void **model)
{
  static const float low[] = { -1 }, high[] = { 1 };
  (void)host;
  shape->n_obs = N_OBS;
  shape->height = HEIGHT;
  shape->width = WIDTH;
  shape->channel = CHANNEL;
  shape->n_act = 1;
  shape->act_low = low;
  shape->act_high = high;
  shape->max_steps = (int32_t)((const config *)cfg)->max_steps;
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

static int64_t column(const lane_state *l)
{
  const hebb_address a = { .seed = l->seed };
  return ((int64_t)(hebb_uniform(&a, 0) * WIDTH) + l->step) % WIDTH;
}

static void observe(const lane_state *l, float *obs)
{
  const hebb_address a = { .seed = l->seed, .episode = 1 + (uint32_t)l->step };
  hebb_uniforms(&a, 0, N_OBS, obs);
  for (int64_t k = 0; k < N_OBS; k++)
    if (k / CHANNEL % WIDTH / 2 == column(l) / 2)
      obs[k] += 1;
}

static void reset(void *vs, const uint64_t *seed, const hebb_lanes *io)
{
  sim *s = vs;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->select && !io->select[lane])
      continue;
    s->lane[lane] = (lane_state){ seed[lane], 0 };
    io->done[lane] = HEBB_RUNNING;
    observe(&s->lane[lane], io->obs + (int64_t)lane * N_OBS);
  }
}

static void step(void *vs, const hebb_lanes *io)
{
  sim *s = vs;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    lane_state *l = &s->lane[lane];
    if (io->done[lane])
      continue;
    io->reward[lane] = io->act[lane] * (column(l) < WIDTH / 2 ? -1 : 1);
    if (++l->step >= s->config->max_steps)
      io->done[lane] = HEBB_TRUNCATED;
    observe(l, io->obs + (int64_t)lane * N_OBS);
  }
}

static const hebb_env picture = {
  .base = { HEBB_HEAD(HEBB_ENV, hebb_env, config), .name = "picture", .version = "1.0",
            .brief = "A square that moves over noise", .cite = "", .params = params },
  .open = open_world,
  .make = make,
  .drop = free,
  .reset = reset,
  .step = step,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &picture.base : NULL;
}
