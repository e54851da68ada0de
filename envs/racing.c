/* racing.c - a car on a random closed track, seen from above: CarRacing-v0 of OpenAI Gym 0.17.2.
 *
 * Tracks are Gym's to the last bit, the car moves on Box2D 2.4.1, pictures are drawn in memory.
 *   racing_config.c   parameters
 *   racing_random.c   seeds and random numbers       racing_track.c   tracks
 *   racing_box2d.cc   rigid bodies                   racing_car.c     engine, tyres, steering
 *   racing_race.c     a race and its reward          racing_picture.c, racing_resize.c   what is seen
 * Here: the plugin. A reset destroys the world and builds another: Box2D takes its memory from malloc in
 * hot calls; reset gives back all that the life before took.
 */
#include "racing_config.h"
#include "racing_picture.h"
#include "racing_race.h"
#include "racing_resize.h"

#include <hebb/env.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_CHANNEL = 3, N_INDICATOR = 7, FRAME = 96, SMALL = 84 };

enum array {
  ARRAY_HULL_X,
  ARRAY_HULL_Y,
  ARRAY_HULL_ANGLE,
  ARRAY_HULL_VX,
  ARRAY_HULL_VY,
  ARRAY_HULL_W,
  ARRAY_WHEEL_X,
  ARRAY_WHEEL_Y,
  ARRAY_WHEEL_ANGLE,
  ARRAY_WHEEL_VX,
  ARRAY_WHEEL_VY,
  ARRAY_WHEEL_W,
  ARRAY_WHEEL_OMEGA,
  ARRAY_WHEEL_GAS,
  ARRAY_WHEEL_BRAKE,
  ARRAY_WHEEL_STEER,
  ARRAY_WHEEL_PHASE,
  ARRAY_WHEEL_JOINT_ANGLE,
  ARRAY_WHEEL_NTILES,
  ARRAY_TILES_VISITED,
  ARRAY_REWARD_SUM,
  ARRAY_T,
  ARRAY_TRACK,
  ARRAY_N_TILES,
  N_ARRAY
};

// clang-format off
#define SCALAR(name_, unit_, doc_)                                                                 \
  { .name = name_, .unit = unit_, .doc = doc_, .dims = "", .dtype = HEBB_F64 }
#define COUNT(name_, doc_)                                                                         \
  { .name = name_, .unit = "1", .doc = doc_, .dims = "", .dtype = HEBB_I32 }
#define WHEELS(name_, unit_, doc_)                                                                 \
  { .name = name_, .unit = unit_, .doc = doc_, .dims = "wheel", .dtype = HEBB_F64, .rank = 1,      \
    .extent = { RACING_N_WHEEL } }
static const hebb_array arrays[N_ARRAY] = {
  [ARRAY_HULL_X] = SCALAR("hull_x", "m", "Origin of the hull's body, east."),
  [ARRAY_HULL_Y] = SCALAR("hull_y", "m", "Origin of the hull's body, north."),
  [ARRAY_HULL_ANGLE] = SCALAR("hull_angle", "rad", "Of the hull, from north to the left."),
  [ARRAY_HULL_VX] = SCALAR("hull_vx", "m/s", "Velocity of the hull's centre of mass, east."),
  [ARRAY_HULL_VY] = SCALAR("hull_vy", "m/s", "Velocity of the hull's centre of mass, north."),
  [ARRAY_HULL_W] = SCALAR("hull_w", "rad/s", "Angular velocity of the hull."),
  [ARRAY_WHEEL_X] = WHEELS("wheel_x", "m", "Wheels front left, front right, rear left, rear right, east."),
  [ARRAY_WHEEL_Y] = WHEELS("wheel_y", "m", "Of the wheels, north."),
  [ARRAY_WHEEL_ANGLE] = WHEELS("wheel_angle", "rad", "Of the wheels, from north to the left."),
  [ARRAY_WHEEL_VX] = WHEELS("wheel_vx", "m/s", "Velocity of the wheels, east."),
  [ARRAY_WHEEL_VY] = WHEELS("wheel_vy", "m/s", "Velocity of the wheels, north."),
  [ARRAY_WHEEL_W] = WHEELS("wheel_w", "rad/s", "Angular velocity of the wheels seen from above."),
  [ARRAY_WHEEL_OMEGA] = WHEELS("wheel_omega", "rad/s", "Spin of the wheels about their axles."),
  [ARRAY_WHEEL_GAS] = WHEELS("wheel_gas", "1", "Gas that has reached the wheels, 0 to 1."),
  [ARRAY_WHEEL_BRAKE] = WHEELS("wheel_brake", "1", "Brake; from 0.9 on the wheels are locked."),
  [ARRAY_WHEEL_STEER] = WHEELS("wheel_steer", "rad", "Angle that the steering servo aims at."),
  [ARRAY_WHEEL_PHASE] = WHEELS("wheel_phase", "rad", "Angle by which the wheels have turned."),
  [ARRAY_WHEEL_JOINT_ANGLE] = WHEELS("wheel_joint_angle", "rad", "Angle between wheel and hull."),
  [ARRAY_WHEEL_NTILES] = { .name = "wheel_ntiles", .unit = "1", .doc = "Tiles under the wheels.",
    .dims = "wheel", .dtype = HEBB_I32, .rank = 1, .extent = { RACING_N_WHEEL } },
  [ARRAY_TILES_VISITED] = COUNT("tiles_visited", "Tiles that a wheel has touched."),
  [ARRAY_REWARD_SUM] = SCALAR("reward_sum", "1", "Running reward, without the -100 for leaving the field."),
  [ARRAY_T] = SCALAR("t", "s", "Time; reset takes 0.02 s."),
  [ARRAY_TRACK] = { .name = "track", .unit = "", .dims = "tile track",
    .doc = "Of each tile alpha, beta (rad), x, y (m) and whether it has a kerb (0 or 1).",
    .dtype = HEBB_F64, .rank = 2, .extent = { RACING_MOST_TILES, 5 },
    .flags = HEBB_ARRAY_PER_EPISODE | HEBB_ARRAY_VARIES },
  [ARRAY_N_TILES] = { .name = "n_tiles", .unit = "1", .doc = "Tiles of the track.", .dims = "",
    .dtype = HEBB_I32, .flags = HEBB_ARRAY_PER_EPISODE },
};
// clang-format on

static const char *const action_name[] = { "steer", "gas", "brake" };
static const char *const indicator_name[] = {
  "speed",    "omega_front_left", "omega_front_right", "omega_rear_left", "omega_rear_right",
  "steering", "turning"
};

typedef struct model {
  const config *c;
  racing_rules rules;
  int32_t n_obs, stop_after; /* decisions on end with negative reward; 0: never */
  float level[256];          /* what a byte of the picture becomes */
} model;

typedef struct lane {
  racing_race race;
  const racing_rules *rules; /* the sim's, or another's after retarget */
  int32_t n_step, n_negative;
} lane;

typedef struct sim {
  const model *m;
  int32_t n_lane;
  racing_random random; /* from here on: used within one call */
  racing_point walk[RACING_MOST_STEPS];
  uint8_t frame[FRAME * FRAME * N_CHANNEL], small[SMALL * SMALL * N_CHANNEL];
  lane lane[];
} sim;

/* ---- cold ---- */

static void fill_shape(const model *m, hebb_env_shape *shape)
{
  // gas is clipped to its bounds; steering and brake do beyond theirs what they do at them
  static const float low[RACING_N_ACTION] = { -1, 0, 0 }, high[RACING_N_ACTION] = { 1, 1, 1 };
  static const uint32_t map[RACING_N_ACTION] = { HEBB_ACTION_TANH, HEBB_ACTION_SIGMOID,
                                                 HEBB_ACTION_SIGMOID };
  shape->n_obs = m->n_obs;
  if (m->c->picture == PICTURE_NONE) {
    shape->obs_name = indicator_name;
  } else if (m->c->axes == AXES_ROW_COLUMN_CHANNEL) {
    shape->height = shape->width = m->c->picture == PICTURE_96 ? FRAME : SMALL;
    shape->channel = N_CHANNEL;
  }
  shape->n_act = RACING_N_ACTION;
  shape->act_low = low;
  shape->act_high = high;
  shape->act_map = map;
  shape->act_name = action_name;
  shape->max_steps = (int32_t)m->c->max_steps;
  shape->step_seconds = 1.0 / 50;
  shape->solved = 900;
  shape->array = arrays;
  shape->n_array = N_ARRAY;
}

static int open(const void *config_, const hebb_host *host, hebb_env_shape *shape, void **out)
{
  static const int32_t stop_after[] = { [STOP_NONE] = 0, [STOP_NAJARRO] = 21, [STOP_PALM] = 20 };
  static const int32_t n_obs[] = { [PICTURE_96] = FRAME * FRAME * N_CHANNEL,
                                   [PICTURE_84] = SMALL * SMALL * N_CHANNEL,
                                   [PICTURE_NONE] = N_INDICATOR };
  const config *c = config_;
  model *m = malloc(sizeof *m);
  if (!m)
    return host->fail(host, HEBB_ENOMEM, "no memory for the model");
  *m = (model){ .c = c,
                .rules = { .friction = c->friction,
                           .side_force = c->side_force,
                           .push = { c->push[0], c->push[1] },
                           .gym_limit = c->joint_limit == JOINT_LIMIT_GYM },
                .n_obs = n_obs[c->picture],
                .stop_after = stop_after[c->stop] };
  for (int k = 0; k < 256; k++)
    m->level[k] = (float)k / (c->scale == SCALE_UNIT ? 255.0f : 1.0f);
  fill_shape(m, shape);
  racing_physics_warm();
  *out = m;
  return HEBB_OK;
}

static void close(void *model_)
{
  free(model_);
}

static void drop(void *sim_)
{
  sim *s = sim_;
  for (int32_t k = 0; k < s->n_lane; k++)
    racing_physics_delete(s->lane[k].race.physics);
  free(s);
}

static int make(void *model_, int32_t n_lane, const hebb_host *host, void **out)
{
  sim *s = calloc(1, sizeof *s + (size_t)n_lane * sizeof s->lane[0]);
  if (!s)
    return host->fail(host, HEBB_ENOMEM, "no memory for %d lanes", (int)n_lane);
  s->m = model_;
  for (; s->n_lane < n_lane; s->n_lane++) {
    s->lane[s->n_lane].race.physics = racing_physics_new();
    if (!s->lane[s->n_lane].race.physics) {
      drop(s);
      return host->fail(host, HEBB_ENOMEM, "no memory for %d worlds", (int)n_lane);
    }
  }
  *out = s;
  return HEBB_OK;
}

/* ---- what is seen ---- */

static racing_scene scene_of(const sim *s, const lane *l)
{
  const config *c = s->m->c;
  return racing_race_scene(&l->race, c->camera == CAMERA_VELOCITY, c->score_label);
}

/* Without a picture: the indicator bar's numbers as they are, unscaled. */
static void observe_numbers(const racing_scene *scene, float obs[N_INDICATOR])
{
  obs[0] = (float)hypot(scene->hull_vx, scene->hull_vy);
  for (int k = 0; k < RACING_N_WHEEL; k++)
    obs[1 + k] = (float)scene->wheel[k].omega;
  obs[5] = (float)scene->wheel[0].joint_angle;
  obs[6] = (float)scene->hull_w;
}

/* Writes pixels [n x n x 3] in the order and the scale that the experiment wants. */
static void put_picture(const model *m, const uint8_t *pixel, int32_t n, float *obs)
{
  const int32_t axes = m->c->axes, row_step = n * N_CHANNEL;
  if (axes == AXES_ROW_COLUMN_CHANNEL) {
    for (int32_t k = 0; k < n * row_step; k++)
      obs[k] = m->level[pixel[k]];
    return;
  }
  const int32_t outer = axes == AXES_CHANNEL_ROW_COLUMN ? row_step : N_CHANNEL;
  const int32_t inner = axes == AXES_CHANNEL_ROW_COLUMN ? N_CHANNEL : row_step;
  for (int32_t channel = 0; channel < N_CHANNEL; channel++)
    for (int32_t a = 0; a < n; a++)
      for (int32_t b = 0; b < n; b++)
        *obs++ = m->level[pixel[a * outer + b * inner + channel]];
}

static void observe(sim *s, int32_t k, const hebb_lanes *io)
{
  const config *c = s->m->c;
  const racing_scene scene = scene_of(s, &s->lane[k]);
  float *obs = io->obs + (size_t)k * (size_t)s->m->n_obs;
  if (c->picture == PICTURE_NONE) {
    observe_numbers(&scene, obs);
    return;
  }
  racing_picture(&scene, FRAME, FRAME, s->frame);
  if (c->picture == PICTURE_96) {
    put_picture(s->m, s->frame, FRAME, obs);
  } else {
    racing_resize(s->frame, s->small);
    put_picture(s->m, s->small, SMALL, obs);
  }
}

/* ---- hot ---- */

static void fail_lane(const hebb_lanes *io, int32_t k, const char *why)
{
  io->done[k] = HEBB_FAILED;
  io->why[k] = why;
}

static void reset(void *sim_, const uint64_t *seed, const hebb_lanes *io)
{
  sim *s = sim_;
  const config *c = s->m->c;
  for (int32_t k = 0; k < io->n_lane; k++) {
    if (io->select && !io->select[k])
      continue;
    lane *l = &s->lane[k];
    const uint64_t hash = c->seed_hash == SEED_HASH_GYM ? racing_random_hash(seed[k]) : seed[k];
    l->rules = &s->m->rules;
    l->n_step = l->n_negative = 0;
    io->done[k] = HEBB_RUNNING;
    if (racing_race_begin(&l->race, l->rules, hash, c->seed_episode, &s->random, s->walk))
      observe(s, k, io);
    else
      fail_lane(io, k, "no track came out of 1000 attempts: take another seed");
  }
}

static void step_lane(sim *s, int32_t k, const hebb_lanes *io)
{
  lane *l = &s->lane[k];
  const double *act = io->act + (size_t)k * RACING_N_ACTION;
  if (!isfinite(act[0]) || !isfinite(act[1]) || !isfinite(act[2])) {
    fail_lane(io, k, "an action is not a finite number");
    return;
  }
  const racing_step step = racing_race_step(&l->race, l->rules, act);
  if (step.broken) {
    fail_lane(io, k, "Box2D has lost the car: its position or velocity is not finite");
    return;
  }
  io->reward[k] = step.reward;
  l->n_step++;
  l->n_negative = step.reward < 0 ? l->n_negative + 1 : 0;
  const bool stopped = s->m->stop_after && l->n_negative >= s->m->stop_after;
  if (step.all_visited || step.left_field || stopped)
    io->done[k] = HEBB_TERMINATED;
  else if (l->n_step >= s->m->c->max_steps)
    io->done[k] = HEBB_TRUNCATED;
  observe(s, k, io);
}

static void step(void *sim_, const hebb_lanes *io)
{
  for (int32_t k = 0; k < io->n_lane; k++)
    if (!io->done[k])
      step_lane(sim_, k, io);
}

static double of_body(const racing_body *b, int32_t which)
{
  return (const double[]){ b->x, b->y, b->angle, b->vx, b->vy, b->w }[which];
}

static double of_tyre(const racing_tyre *t, int32_t which)
{
  return (const double[]){ t->omega, t->gas, t->brake, t->steer, t->phase }[which];
}

static void read_track(const racing_track *track, double out[RACING_MOST_TILES][5])
{
  for (int32_t i = 0; i < RACING_MOST_TILES; i++) {
    const racing_point *p = &track->point[i];
    const bool used = i < track->n;
    out[i][0] = used ? p->alpha : (double)NAN;
    out[i][1] = used ? p->beta : (double)NAN;
    out[i][2] = used ? p->x : (double)NAN;
    out[i][3] = used ? p->y : (double)NAN;
    out[i][4] = used ? (double)track->border[i] : (double)NAN;
  }
}

static void read(void *sim_, int32_t k, int32_t array, void *out)
{
  const sim *s = sim_;
  const racing_race *race = &s->lane[k].race;
  double *real = out;
  int32_t *count = out;

  if (array <= ARRAY_HULL_W) {
    const racing_body hull = racing_physics_hull(race->physics);
    *real = of_body(&hull, array - ARRAY_HULL_X);
  } else if (array <= ARRAY_WHEEL_NTILES) {
    for (int w = 0; w < RACING_N_WHEEL; w++) {
      const racing_body body = racing_physics_wheel(race->physics, w);
      if (array <= ARRAY_WHEEL_W)
        real[w] = of_body(&body, array - ARRAY_WHEEL_X);
      else if (array <= ARRAY_WHEEL_PHASE)
        real[w] = of_tyre(&race->tyre[w], array - ARRAY_WHEEL_OMEGA);
      else if (array == ARRAY_WHEEL_JOINT_ANGLE)
        real[w] = racing_physics_joint_angle(race->physics, w);
      else
        count[w] = racing_physics_tiles(race->physics, w);
    }
  } else if (array == ARRAY_TILES_VISITED) {
    *count = race->n_visited;
  } else if (array == ARRAY_REWARD_SUM) {
    *real = race->earned;
  } else if (array == ARRAY_T) {
    *real = race->time;
  } else if (array == ARRAY_TRACK) {
    read_track(&race->track, out);
  } else {
    *count = race->track.n;
  }
}

static int draw(void *sim_, int32_t k, int32_t width, int32_t height, uint8_t *rgb)
{
  const sim *s = sim_;
  const racing_scene scene = scene_of(s, &s->lane[k]);
  racing_picture(&scene, width, height, rgb);
  return HEBB_OK;
}

/* Friction, side force, push and joint limit change in mid-life; reset goes back. */
static int retarget(void *sim_, int32_t k, void *model_)
{
  sim *s = sim_;
  const model *m = model_;
  if (m->n_obs != s->m->n_obs)
    return HEBB_EINVAL;
  s->lane[k].rules = &m->rules;
  return HEBB_OK;
}

static const hebb_env racing = {
  .base = {
    HEBB_HEAD(HEBB_ENV, hebb_env, config),
    .name = "racing", .version = "1.0",
    .brief = "A car on a random track, seen from above: gym's CarRacing-v0 on Box2D.",
    .cite = "Klimov 2016, OpenAI Gym; Najarro & Risi, NeurIPS 2020, arXiv:2007.02686; "
            "Palm, Najarro & Risi 2021",
    .params = racing_rows,
  },
  .open = open, .close = close, .make = make, .drop = drop,
  .reset = reset, .step = step, .read = read, .draw = draw, .retarget = retarget,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &racing.base : NULL;
}
