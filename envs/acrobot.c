/* acrobot.c - two links hanging from a pivot, swung up by a torque between them.
 *
 *   d1   = m1 lc1^2 + m2 (l1^2 + lc2^2 + 2 l1 lc2 cos th2) + I1 + I2
 *   d2   = m2 (lc2^2 + l1 lc2 cos th2) + I2
 *   phi2 = m2 lc2 g cos(th1 + th2 - pi/2)
 *   phi1 = -m2 l1 lc2 thd2^2 sin th2 - 2 m2 l1 lc2 thd2 thd1 sin th2
 *          + (m1 lc1 + m2 l1) g cos(th1 - pi/2) + phi2
 *   thdd2 = (u + d2/d1 phi1 - m2 l1 lc2 thd1^2 sin th2 - phi2) / (m2 lc2^2 + I2 - d2^2/d1)
 *   thdd1 = -(d2 thdd2 + phi1) / d1
 *
 * by one Runge-Kutta step of 0.2 s with the torque held; then angles are wrapped to [-pi, pi] and
 * rates clipped to +-4 pi and +-9 pi. The three actions are -1, 0 and +1 N m. th1 is 0 where the
 * first link hangs down, th2 is relative to it. -1 for every decision but the one that ends it: the
 * tip one link above the pivot, -cos th1 - cos(th1 + th2) > 1.
 *
 * Sutton, "Generalization in reinforcement learning", NIPS 8, 1996, with the dynamics of Sutton &
 * Barto's book; gym's Acrobot-v1: 500 decisions, solved at -100. Sine and cosine are libm's.
 */
#include "draw.h"

#include <hebb/env.h>
#include <hebb/rng.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_STATE = 4, N_OBS = 6, N_CHOICE = 3 };

static const double pi = 3.14159265358979323846;
static const double gravity = 9.8, step_seconds = 0.2;
static const double l1 = 1, l2 = 1, m1 = 1, m2 = 1; // lengths (m), masses (kg)
static const double lc1 = 0.5, lc2 = 0.5;           // from a link's joint to its centre of mass (m)
static const double i1 = 1, i2 = 1;                 // moments of inertia (kg m2)
static const double max_rate_1 = 4 * 3.14159265358979323846,
                    max_rate_2 = 9 * 3.14159265358979323846;

typedef struct config {
  int64_t max_steps;
  double initial_state[N_STATE];
} config;

static const hebb_param rows[] = {
  HEBB_PARAM(config, max_steps, 500, 1, 1e9, "1", "Decisions in an episode."),
  HEBB_OPTIONAL(config, initial_state, -1e3, 1e3, "",
                "Angles of both links (rad) and their rates (rad/s) at reset, instead of the "
                "draws from U(-0.1, 0.1)."),
  { 0 },
};

static const char *const obs_name[] = { "cos_angle_1", "sin_angle_1",        "cos_angle_2",
                                        "sin_angle_2", "angular_velocity_1", "angular_velocity_2" };
static const char *const action_name[] = { "torque" };
static const hebb_array arrays[] = {
  { .name = "state",
    .unit = "",
    .doc = "Angles (rad; 0 hangs down, 0 is stretched) and their rates (rad/s).",
    .dims = "state",
    .dtype = HEBB_F64,
    .rank = 1,
    .extent = { N_STATE } },
};

typedef struct acrobot {
  double state[N_STATE];
  int64_t step;
} acrobot;

typedef struct sim {
  const config *c;
  acrobot lane[];
} sim;

/* The model is the config itself. */
static int open(const void *config_, const hebb_host *host, hebb_env_shape *shape, void **out)
{
  const config *c = config_;
  const double *start = c->initial_state; // NaN: not given
  if (fabs(start[2]) > max_rate_1 || fabs(start[3]) > max_rate_2)
    return host->fail(host, HEBB_EINVAL,
                      "initial_state: rates of %g and %g rad/s are beyond the links' limits, "
                      "4 pi and 9 pi",
                      start[2], start[3]);
  shape->n_obs = N_OBS;
  shape->n_act = 1;
  shape->n_choice = N_CHOICE;
  shape->obs_name = obs_name;
  shape->act_name = action_name;
  shape->max_steps = (int32_t)c->max_steps;
  shape->step_seconds = step_seconds;
  shape->solved = -100;
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

static void observe(const acrobot *p, float *obs)
{
  for (int i = 0; i < 2; i++) {
    obs[2 * i] = (float)cos(p->state[i]);
    obs[2 * i + 1] = (float)sin(p->state[i]);
    obs[4 + i] = (float)p->state[2 + i];
  }
}

static void reset(void *sim_, const uint64_t *seed, const hebb_lanes *io)
{
  sim *s = sim_;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->select && !io->select[lane])
      continue;
    acrobot *p = &s->lane[lane];
    const hebb_address address = { .seed = seed[lane] };
    for (uint32_t i = 0; i < N_STATE; i++) {
      const double given = s->c->initial_state[i];
      p->state[i] = isnan(given) ? 0.2 * hebb_uniform_double(&address, i) - 0.1 : given;
    }
    p->step = 0;
    io->done[lane] = HEBB_RUNNING;
    observe(p, &io->obs[lane * N_OBS]);
  }
}

/* The derivative of the state under a torque. */
static void derive(const double y[N_STATE], double torque, double dy[N_STATE])
{
  const double th1 = y[0], th2 = y[1], thd1 = y[2], thd2 = y[3];
  const double cosine = cos(th2), sine = sin(th2);
  const double d1 = m1 * (lc1 * lc1) + m2 * (l1 * l1 + lc2 * lc2 + 2 * l1 * lc2 * cosine) + i1 + i2;
  const double d2 = m2 * (lc2 * lc2 + l1 * lc2 * cosine) + i2;
  const double phi2 = m2 * lc2 * gravity * cos(th1 + th2 - pi / 2);
  const double phi1 = -m2 * l1 * lc2 * (thd2 * thd2) * sine -
                      2 * m2 * l1 * lc2 * thd2 * thd1 * sine +
                      (m1 * lc1 + m2 * l1) * gravity * cos(th1 - pi / 2) + phi2;
  const double thdd2 = (torque + d2 / d1 * phi1 - m2 * l1 * lc2 * (thd1 * thd1) * sine - phi2) /
                       (m2 * (lc2 * lc2) + i2 - d2 * d2 / d1);
  dy[0] = thd1;
  dy[1] = thd2;
  dy[2] = -(d2 * thdd2 + phi1) / d1;
  dy[3] = thdd2;
}

/* to = from + h slope */
static void move(const double from[N_STATE], double h, const double slope[N_STATE],
                 double to[N_STATE])
{
  for (int i = 0; i < N_STATE; i++)
    to[i] = from[i] + h * slope[i];
}

/* To [-pi, pi] by whole turns, one after the other as in gym. */
static double wrap(double angle)
{
  while (angle > pi)
    angle -= 2 * pi;
  while (angle < -pi)
    angle += 2 * pi;
  return angle;
}

/* One step by the classic Runge-Kutta method of fourth order. */
static void advance(double y[N_STATE], double torque)
{
  const double h = step_seconds;
  double k1[N_STATE], k2[N_STATE], k3[N_STATE], k4[N_STATE], at[N_STATE];
  derive(y, torque, k1);
  move(y, h / 2, k1, at);
  derive(at, torque, k2);
  move(y, h / 2, k2, at);
  derive(at, torque, k3);
  move(y, h, k3, at);
  derive(at, torque, k4);
  for (int i = 0; i < N_STATE; i++)
    y[i] += h / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
  y[0] = wrap(y[0]);
  y[1] = wrap(y[1]);
  y[2] = fmax(-max_rate_1, fmin(max_rate_1, y[2]));
  y[3] = fmax(-max_rate_2, fmin(max_rate_2, y[3]));
}

static void step(void *sim_, const hebb_lanes *io)
{
  sim *s = sim_;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->done[lane])
      continue;
    acrobot *p = &s->lane[lane];
    const double act = io->act[lane];
    if (!isfinite(act)) {
      io->done[lane] = HEBB_FAILED;
      io->why[lane] = "the action is not finite";
      continue;
    }
    advance(p->state, act < 0.5 ? -1 : act < 1.5 ? 0 : 1);
    p->step++;
    const bool up = -cos(p->state[0]) - cos(p->state[0] + p->state[1]) > 1;
    io->reward[lane] = up ? 0 : -1;
    if (up)
      io->done[lane] = HEBB_TERMINATED;
    else if (p->step >= s->c->max_steps)
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
  const double *state = s->lane[lane].state;
  const double x1 = l1 * sin(state[0]), y1 = -l1 * cos(state[0]);
  const double x2 = x1 + l2 * sin(state[0] + state[1]), y2 = y1 - l2 * cos(state[0] + state[1]);
  const draw_canvas c = draw_begin(rgb, width, height, -2.2, 2.2, -2.2, 2.2);
  draw_line(&c, -2.2, 1, 2.2, 1, 0.02, draw_ground); // to be reached by the tip
  draw_line(&c, 0, 0, x1, y1, 0.2, draw_body);
  draw_line(&c, x1, y1, x2, y2, 0.2, draw_body);
  draw_disc(&c, 0, 0, 0.1, draw_ink);
  draw_disc(&c, x1, y1, 0.1, draw_ink);
  draw_disc(&c, x2, y2, 0.06, draw_accent);
  return HEBB_OK;
}

static const hebb_env acrobot_env = {
  .base = {
    HEBB_HEAD(HEBB_ENV, hebb_env, config),
    .name = "acrobot", .version = "1.0",
    .brief = "Two links swung up by a torque between them: gym's Acrobot-v1.",
    .cite = "Sutton 1996",
    .params = rows,
  },
  .open = open, .make = make, .drop = drop, .reset = reset, .step = step, .read = read, .draw = draw,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &acrobot_env.base : NULL;
}
