/* wide.c - a world of any size that costs next to nothing, for benchmarks.
 *
 * The observation is uniform noise in -1 .. 1, drawn from (seed, step); the reward is minus the mean
 * squared action. With 648 numbers and 3 actions it takes the place of the car's world behind its
 * convolution.
 */
#include <hebb/env.h>
#include <hebb/rng.h>

#include <stdlib.h>

typedef struct config {
  int64_t n_obs, n_act, max_steps;
} config;

static const hebb_param rows[] = {
  HEBB_PARAM(config, n_obs, 648, 1, 1e6, "1", "Length of an observation."),
  HEBB_PARAM(config, n_act, 3, 1, 1000, "1", "Numbers in an action."),
  HEBB_PARAM(config, max_steps, 1000, 1, 1e9, "1", "Decisions in an episode."),
  { 0 },
};

typedef struct model {
  const config *c;
  float *low, *high; /* [n_act] */
  uint32_t *map;     /* [n_act] */
} model;

typedef struct place {
  uint64_t seed;
  int32_t step;
} place;

typedef struct sim {
  const model *m;
  place lane[];
} sim;

static void close(void *model_)
{
  model *m = model_;
  free(m->low);
  free(m->high);
  free(m->map);
  free(m);
}

static int open(const void *config_, const hebb_host *host, hebb_env_shape *shape, void **out)
{
  const config *c = config_;
  const size_t n_act = (size_t)c->n_act;
  model *m = calloc(1, sizeof *m);
  if (!m)
    return host->fail(host, HEBB_ENOMEM, "no memory for the model");
  m->c = c;
  m->low = calloc(n_act, sizeof *m->low);
  m->high = calloc(n_act, sizeof *m->high);
  m->map = calloc(n_act, sizeof *m->map);
  if (!m->low || !m->high || !m->map) {
    close(m);
    return host->fail(host, HEBB_ENOMEM, "no memory for %d actions", (int)c->n_act);
  }
  for (size_t k = 0; k < n_act; k++) {
    m->low[k] = -1;
    m->high[k] = 1;
    m->map[k] = HEBB_ACTION_TANH;
  }
  shape->n_obs = (int32_t)c->n_obs;
  shape->n_act = (int32_t)c->n_act;
  shape->act_low = m->low;
  shape->act_high = m->high;
  shape->act_map = m->map;
  shape->max_steps = (int32_t)c->max_steps;
  *out = m;
  return HEBB_OK;
}

static int make(void *model_, int32_t n_lane, const hebb_host *host, void **out)
{
  sim *s = calloc(1, sizeof *s + (size_t)n_lane * sizeof s->lane[0]);
  if (!s)
    return host->fail(host, HEBB_ENOMEM, "no memory for %d lanes", (int)n_lane);
  s->m = model_;
  *out = s;
  return HEBB_OK;
}

static void drop(void *sim_)
{
  free(sim_);
}

static void observe(const sim *s, int32_t lane, float *obs)
{
  const int64_t n = s->m->c->n_obs;
  const hebb_address address = { .seed = s->lane[lane].seed,
                                 .generation = (uint32_t)s->lane[lane].step };
  obs += lane * n;
  hebb_uniforms(&address, 0, n, obs);
  for (int64_t k = 0; k < n; k++)
    obs[k] = 2 * obs[k] - 1;
}

static void reset(void *sim_, const uint64_t *seed, const hebb_lanes *io)
{
  sim *s = sim_;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->select && !io->select[lane])
      continue;
    s->lane[lane] = (place){ .seed = seed[lane] };
    io->done[lane] = HEBB_RUNNING;
    observe(s, lane, io->obs);
  }
}

static void step(void *sim_, const hebb_lanes *io)
{
  sim *s = sim_;
  const int64_t n_act = s->m->c->n_act;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->done[lane])
      continue;
    double sum = 0;
    for (int64_t k = lane * n_act; k < (lane + 1) * n_act; k++)
      sum += io->act[k] * io->act[k];
    io->reward[lane] = -sum / (double)n_act;
    if (++s->lane[lane].step >= s->m->c->max_steps)
      io->done[lane] = HEBB_TRUNCATED;
    observe(s, lane, io->obs);
  }
}

static const hebb_env wide = {
  .base = {
    HEBB_HEAD(HEBB_ENV, hebb_env, config),
    .name = "wide", .version = "1.0",
    .brief = "Noise of any width, for benchmarks",
    .cite = "",
    .params = rows,
  },
  .open = open, .close = close, .make = make, .drop = drop,
  .reset = reset, .step = step,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &wide.base : NULL;
}
