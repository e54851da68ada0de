/* pendulum.c - a pendulum to be swung up and held upright by a torque too weak to lift it at once.
 *
 *   thd' = clip(thd + (3 g / (2 l) sin th + 3 u / (m l^2)) dt, +-8),  th' = th + thd' dt
 *   reward = -(th^2 + 0.1 thd^2 + 0.001 u^2), th wrapped to [-pi, pi), of the state before
 *
 * u is the action clipped to +-2 N m; th (rad) is 0 upright and not wrapped in the state; nothing
 * ends an episode before its limit. Observation: cos th, sin th, thd.
 *
 * gym's Pendulum-v1 (Brockman et al., "OpenAI Gym", arXiv:1606.01540, 2016): 200 decisions, no solved
 * return. Sine and cosine are libm's, as there.
 */
#include "draw.h"

#include <hebb/env.h>
#include <hebb/rng.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_STATE = 2, N_OBS = 3 };

static const double pi = 3.14159265358979323846;
static const double gravity = 10, mass = 1, length = 1, step_seconds = 0.05;
static const double max_speed = 8, max_torque = 2;

typedef struct config {
  int64_t max_steps;
  double initial_state[N_STATE];
} config;

static const hebb_param rows[] = {
  HEBB_PARAM(config, max_steps, 200, 1, 1e9, "1", "Decisions in an episode."),
  HEBB_OPTIONAL(config, initial_state, -1e3, 1e3, "",
                "Angle (rad, 0 is upright) and its rate (rad/s) at reset, instead of U(-pi, pi) "
                "and U(-1, 1)."),
  { 0 },
};

static const char *const obs_name[] = { "cos_angle", "sin_angle", "angular_velocity" };
static const char *const action_name[] = { "torque" };
static const float low[] = { -2 }, high[] = { 2 };
static const hebb_array arrays[] = {
  { .name = "state",
    .unit = "",
    .doc = "Angle (rad, 0 is upright, not wrapped) and its rate (rad/s).",
    .dims = "state",
    .dtype = HEBB_F64,
    .rank = 1,
    .extent = { N_STATE } },
};

typedef struct pendulum {
  double state[N_STATE];
  int64_t step;
} pendulum;

typedef struct sim {
  const config *c;
  pendulum lane[];
} sim;

/* The model is the config itself. */
static int open(const void *config_, const hebb_host *host, hebb_env_shape *shape, void **out)
{
  const config *c = config_;
  if (fabs(c->initial_state[1]) > max_speed)
    return host->fail(host, HEBB_EINVAL,
                      "initial_state: %g rad/s is beyond the pendulum's limits, -%g to %g",
                      c->initial_state[1], max_speed, max_speed);
  shape->n_obs = N_OBS;
  shape->n_act = 1;
  shape->act_low = low;
  shape->act_high = high;
  shape->obs_name = obs_name;
  shape->act_name = action_name;
  shape->max_steps = (int32_t)c->max_steps;
  shape->step_seconds = step_seconds;
  shape->solved = (double)NAN;
  shape->array = arrays;
  shape->n_array = 1;
  *out = (void *)c;
  return HEBB_OK;
}

static int make(void *model, int32_t n_lane, const hebb_host *host, void **out)
{
  sim *s = calloc(1, sizeof *s + (size_t)n_lane * sizeof s->lane[0]);
  if (!s)
    return host->fail(host, HEBB_ENOMEM, "no memory for %d lanes", (int)n_lane);
  s->c = model;
  *out = s;
  return HEBB_OK;
}

static void drop(void *sim_)
{
  free(sim_);
}

static void observe(const pendulum *p, float *obs)
{
  obs[0] = (float)cos(p->state[0]);
  obs[1] = (float)sin(p->state[0]);
  obs[2] = (float)p->state[1];
}

static void reset(void *sim_, const uint64_t *seed, const hebb_lanes *io)
{
  sim *s = sim_;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->select && !io->select[lane])
      continue;
    pendulum *p = &s->lane[lane];
    const hebb_address address = { .seed = seed[lane] };
    const double bound[N_STATE] = { pi, 1 };
    for (uint32_t i = 0; i < N_STATE; i++) {
      const double given = s->c->initial_state[i];
      p->state[i] = isnan(given) ? bound[i] * (2 * hebb_uniform_double(&address, i) - 1) : given;
    }
    p->step = 0;
    io->done[lane] = HEBB_RUNNING;
    observe(p, &io->obs[lane * N_OBS]);
  }
}

/* th modulo a turn, in [-pi, pi): the sign as in Python's %. */
static double wrap(double angle)
{
  const double turn = 2 * pi, rest = fmod(angle + pi, turn);
  return (rest < 0 ? rest + turn : rest) - pi;
}

/* One decision; returns its cost. */
static double advance(double state[N_STATE], double torque)
{
  const double angle = wrap(state[0]), rate = state[1];
  const double acceleration =
      3 * gravity / (2 * length) * sin(state[0]) + 3.0 / (mass * (length * length)) * torque;
  state[1] = fmax(-max_speed, fmin(max_speed, rate + acceleration * step_seconds));
  state[0] += state[1] * step_seconds;
  return angle * angle + 0.1 * (rate * rate) + 0.001 * (torque * torque);
}

static void step(void *sim_, const hebb_lanes *io)
{
  sim *s = sim_;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->done[lane])
      continue;
    pendulum *p = &s->lane[lane];
    const double act = io->act[lane];
    if (!isfinite(act)) {
      io->done[lane] = HEBB_FAILED;
      io->why[lane] = "the action is not finite";
      continue;
    }
    io->reward[lane] = -advance(p->state, fmax(-max_torque, fmin(max_torque, act)));
    if (++p->step >= s->c->max_steps)
      io->done[lane] = HEBB_TRUNCATED;
    observe(p, &io->obs[lane * N_OBS]);
  }
}

static void read(void *sim_, int32_t lane, int32_t array, void *out)
{
  const sim *s = sim_;
  (void)array; // there is one
  memcpy(out, s->lane[lane].state, sizeof s->lane[lane].state);
}

static int draw(void *sim_, int32_t lane, int32_t width, int32_t height, uint8_t *rgb)
{
  const sim *s = sim_;
  const double angle = s->lane[lane].state[0]; // positive is to the left, as gym draws it
  const draw_canvas c = draw_begin(rgb, width, height, -1.3, 1.3, -1.3, 1.3);
  draw_line(&c, 0, 0, -length * sin(angle), length * cos(angle), 0.2, draw_accent);
  draw_disc(&c, 0, 0, 0.05, draw_ink);
  return HEBB_OK;
}

static const hebb_env pendulum_env = {
  .base = {
    HEBB_HEAD(HEBB_ENV, hebb_env, config),
    .name = "pendulum", .version = "1.0",
    .brief = "A pendulum swung up and held by a weak torque: gym's Pendulum-v1.",
    .cite = "Brockman et al. 2016, arXiv:1606.01540",
    .params = rows,
  },
  .open = open, .make = make, .drop = drop, .reset = reset, .step = step, .read = read, .draw = draw,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &pendulum_env.base : NULL;
}
