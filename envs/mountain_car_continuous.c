/* mountain_car_continuous.c - the mountain car with a throttle, and a price on using it.
 *
 * The action a accelerates by 0.0015 clip(a, +-1) (mountain.h has the motion). The reward is
 * -0.1 a^2 with the action as it was given, and 100 more at the goal: position 0.45 with a velocity
 * of 0 or more. State and observation: position, velocity.
 *
 * Moore, "Efficient memory-based learning for robot control", thesis, Cambridge, 1990; gym's
 * MountainCarContinuous-v0: 999 decisions, solved at 90. As there, the state is kept in single
 * precision between decisions, and moved in double.
 */
#include "mountain.h"

#include <math.h>
#include <stdlib.h>

enum { N_STATE = 2 };

static const double power = 0.0015, goal = 0.45, price = 0.1;

typedef struct config {
  int64_t max_steps;
  double initial_state[N_STATE];
} config;

static const hebb_param rows[] = {
  HEBB_PARAM(config, max_steps, 999, 1, 1e9, "1", "Decisions in an episode."),
  HEBB_OPTIONAL(config, initial_state, MOUNTAIN_LEFT, MOUNTAIN_RIGHT, "1",
                "Position and velocity at reset, instead of U(-0.6, -0.4) and 0."),
  { 0 },
};

static const char *const action_name[] = { "throttle" };
static const float low[] = { -1 }, high[] = { 1 };
static const hebb_array arrays[] = {
  { .name = "state",
    .unit = "1",
    .doc = "Position and velocity of the car as they are kept.",
    .dims = "state",
    .dtype = HEBB_F64,
    .rank = 1,
    .extent = { N_STATE } },
};

typedef struct car {
  float state[N_STATE];
  int64_t step;
} car;

typedef struct sim {
  const config *c;
  car lane[];
} sim;

/* The model is the config itself. */
static int open(const void *config_, const hebb_host *host, hebb_env_shape *shape, void **out)
{
  const config *c = config_;
  shape->n_obs = N_STATE;
  shape->n_act = 1;
  shape->act_low = low;
  shape->act_high = high;
  shape->obs_name = mountain_state_name;
  shape->act_name = action_name;
  shape->max_steps = (int32_t)c->max_steps;
  shape->solved = 90;
  shape->array = arrays;
  shape->n_array = 1;
  *out = (void *)c;
  return mountain_check(c->initial_state, host);
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

/* The state in single precision from here on. (Rounding in place, (double)(float)x in a loop, is what
 * gcc 12 leaves out when it vectorises.) */
static void keep(car *p, const double state[N_STATE])
{
  for (int i = 0; i < N_STATE; i++)
    p->state[i] = (float)state[i];
}

static void observe(const car *p, float *obs)
{
  for (int i = 0; i < N_STATE; i++)
    obs[i] = p->state[i];
}

static void reset(void *sim_, const uint64_t *seed, const hebb_lanes *io)
{
  sim *s = sim_;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->select && !io->select[lane])
      continue;
    car *p = &s->lane[lane];
    double start[N_STATE];
    mountain_begin(s->c->initial_state, seed[lane], start);
    keep(p, start);
    p->step = 0;
    io->done[lane] = HEBB_RUNNING;
    observe(p, &io->obs[lane * N_STATE]);
  }
}

static void step(void *sim_, const hebb_lanes *io)
{
  sim *s = sim_;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->done[lane])
      continue;
    car *p = &s->lane[lane];
    const double act = io->act[lane];
    if (!isfinite(act)) {
      io->done[lane] = HEBB_FAILED;
      io->why[lane] = "the action is not finite";
      continue;
    }
    double state[N_STATE] = { (double)p->state[0], (double)p->state[1] };
    mountain_advance(state, fmax(-1, fmin(1, act)) * power);
    keep(p, state);
    p->step++;
    io->reward[lane] = -price * (act * act);
    if ((double)p->state[0] >= goal && p->state[1] >= 0) {
      io->reward[lane] += 100;
      io->done[lane] = HEBB_TERMINATED;
    } else if (p->step >= s->c->max_steps)
      io->done[lane] = HEBB_TRUNCATED;
    observe(p, &io->obs[lane * N_STATE]);
  }
}

static void read(void *sim_, int32_t lane, int32_t array, void *out)
{
  const sim *s = sim_;
  (void)array; // there is one
  double *state = out;
  for (int i = 0; i < N_STATE; i++)
    state[i] = (double)s->lane[lane].state[i];
}

static int draw(void *sim_, int32_t lane, int32_t width, int32_t height, uint8_t *rgb)
{
  const sim *s = sim_;
  mountain_draw((double)s->lane[lane].state[0], goal, width, height, rgb);
  return HEBB_OK;
}

static const hebb_env mountain_car_continuous = {
  .base = {
    HEBB_HEAD(HEBB_ENV, hebb_env, config),
    .name = "mountain_car_continuous", .version = "1.0",
    .brief = "A weak car in a valley, with a throttle: gym's MountainCarContinuous-v0.",
    .cite = "Moore 1990",
    .params = rows,
  },
  .open = open, .make = make, .drop = drop, .reset = reset, .step = step, .read = read, .draw = draw,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &mountain_car_continuous.base : NULL;
}
