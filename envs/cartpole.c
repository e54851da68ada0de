/* cartpole.c - a pole balanced on a cart by pushing the cart left or right.
 *
 *   temp  = (F + m_p l thd^2 sin th) / (m_c + m_p)
 *   thdd  = (g sin th - cos th temp) / (l (4/3 - m_p cos^2 th / (m_c + m_p)))
 *   xdd   = temp - m_p l thdd cos th / (m_c + m_p)
 *
 * by explicit Euler with the old velocities. State and observation: x (m), xd, th (rad), thd.
 * +1 for every decision, the last one too; it ends where |x| > 2.4 or |th| > 12 degrees.
 *
 * Barto, Sutton & Anderson, "Neuronlike adaptive elements that can solve difficult learning control
 * problems", IEEE Trans. SMC 13, 1983; constants and limits of gym's CartPole-v0 and -v1. Sine and
 * cosine are libm's, as there: the last bit of either changes a life within some hundred steps.
 */
#include "draw.h"

#include <hebb/env.h>
#include <hebb/rng.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_STATE = 4 };

static const double gravity = 9.8, mass_pole = 0.1, total_mass = 1.1; // with the cart's 1 kg
static const double half_length = 0.5, force = 10.0, step_seconds = 0.02;
static const double x_limit = 2.4, angle_limit = 12 * 2 * 3.14159265358979323846 / 360;

typedef struct config {
  int32_t version;
  int64_t max_steps;
  double initial_state[N_STATE];
} config;

enum version { VERSION_1, VERSION_0 };

static const hebb_param rows[] = {
  HEBB_CHOICE(config, version, "v1|v0",
              "Step limit and solved return: 500 and 475, or 200 and 195."),
  HEBB_PARAM(config, max_steps, 0, 0, 1e9, "1",
             "Decisions in an episode; 0: as the version has it."),
  HEBB_OPTIONAL(config, initial_state, -1e3, 1e3, "",
                "Position (m), velocity, pole angle (rad) and its rate at reset, instead of the "
                "draws from U(-0.05, 0.05)."),
  { 0 },
};

static const char *const state_name[] = { "position", "velocity", "angle", "angular_velocity" };
static const char *const action_name[] = { "push" };
static const hebb_array arrays[] = {
  { .name = "state",
    .unit = "",
    .doc = "Cart position (m) and velocity (m/s), pole angle (rad) and its rate (rad/s).",
    .dims = "state",
    .dtype = HEBB_F64,
    .rank = 1,
    .extent = { N_STATE } },
};

/* The model is the config and the step limit that follows from it. */
typedef struct model {
  const config *c;
  int32_t max_steps;
} model;

typedef struct pole {
  double state[N_STATE];
  int32_t step;
} pole;

typedef struct sim {
  const model *m;
  pole lane[];
} sim;

static int open(const void *config_, const hebb_host *host, hebb_env_shape *shape, void **out)
{
  const config *c = config_;
  model *m = malloc(sizeof *m);
  if (!m)
    return host->fail(host, HEBB_ENOMEM, "no memory for the model");
  m->c = c;
  m->max_steps = c->max_steps ? (int32_t)c->max_steps : c->version == VERSION_1 ? 500 : 200;

  shape->n_obs = N_STATE;
  shape->n_act = 1;
  shape->n_choice = 2;
  shape->obs_name = state_name;
  shape->act_name = action_name;
  shape->max_steps = m->max_steps;
  shape->step_seconds = step_seconds;
  shape->solved = c->version == VERSION_1 ? 475 : 195;
  shape->array = arrays;
  shape->n_array = 1;
  *out = m;
  return HEBB_OK;
}

static void close(void *model_)
{
  free(model_);
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

static void observe(const pole *p, float *obs)
{
  for (int i = 0; i < N_STATE; i++)
    obs[i] = (float)p->state[i];
}

static void reset(void *sim_, const uint64_t *seed, const hebb_lanes *io)
{
  sim *s = sim_;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->select && !io->select[lane])
      continue;
    pole *p = &s->lane[lane];
    const hebb_address address = { .seed = seed[lane] };
    for (uint32_t i = 0; i < N_STATE; i++) {
      const double given = s->m->c->initial_state[i];
      p->state[i] = isnan(given) ? 0.1 * hebb_uniform_double(&address, i) - 0.05 : given;
    }
    p->step = 0;
    io->done[lane] = HEBB_RUNNING;
    observe(p, &io->obs[lane * N_STATE]);
  }
}

/* The order of operations is gym's: m_p times the square of the cosine, not the other way round. */
static void advance(double state[N_STATE], double push)
{
  const double xd = state[1], thd = state[3];
  const double cosine = cos(state[2]), sine = sin(state[2]);
  const double mass_length = mass_pole * half_length;
  const double temp = (push + mass_length * (thd * thd) * sine) / total_mass;
  const double thdd = (gravity * sine - cosine * temp) /
                      (half_length * (4.0 / 3.0 - mass_pole * (cosine * cosine) / total_mass));
  const double xdd = temp - mass_length * thdd * cosine / total_mass;
  state[0] += step_seconds * xd;
  state[1] += step_seconds * xdd;
  state[2] += step_seconds * thd;
  state[3] += step_seconds * thdd;
}

static void step(void *sim_, const hebb_lanes *io)
{
  sim *s = sim_;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->done[lane])
      continue;
    pole *p = &s->lane[lane];
    advance(p->state, io->act[lane] >= 0.5 ? force : -force);
    p->step++;
    io->reward[lane] = 1;
    if (fabs(p->state[0]) > x_limit || fabs(p->state[2]) > angle_limit)
      io->done[lane] = HEBB_TERMINATED;
    else if (p->step >= s->m->max_steps)
      io->done[lane] = HEBB_TRUNCATED;
    observe(p, &io->obs[lane * N_STATE]);
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
  const double x = s->lane[lane].state[0], angle = s->lane[lane].state[2];
  const double axle = 0.15, length = 2 * half_length;
  const draw_canvas c = draw_begin(rgb, width, height, -2.7, 2.7, -1, 2);
  draw_line(&c, -2 * x_limit, 0, 2 * x_limit, 0, 0.02, draw_ground);
  for (int side = -1; side <= 1; side += 2)
    draw_line(&c, side * x_limit, -0.1, side * x_limit, 0.1, 0.02, draw_accent);
  draw_box(&c, x - 0.25, x + 0.25, 0, 2 * axle, draw_ink);
  draw_line(&c, x, axle, x + length * sin(angle), axle + length * cos(angle), 0.1, draw_body);
  draw_disc(&c, x, axle, 0.04, draw_accent);
  return HEBB_OK;
}

static const hebb_env cartpole = {
  .base = {
    HEBB_HEAD(HEBB_ENV, hebb_env, config),
    .name = "cartpole", .version = "1.0",
    .brief = "A pole balanced on a cart: gym's CartPole-v1 and -v0.",
    .cite = "Barto, Sutton & Anderson 1983",
    .params = rows,
  },
  .open = open, .close = close, .make = make, .drop = drop,
  .reset = reset, .step = step, .read = read, .draw = draw,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &cartpole.base : NULL;
}
