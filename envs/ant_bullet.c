/* ant_bullet.c - a quadruped that learns to walk along x: AntBulletEnv-v0 itself, on libbullet.
 *
 * The authors' task (ant_task.c) on the authors' physics (bullet_shim.cc): equal actions from equal
 * joint angles give pybullet's numbers, position and score to the last bit. Slower than `ant`, which
 * has Bullet's masses on MuJoCo; with merge_fixed faster, and no longer bit for bit.
 */
#include "ant_morphology.h"
#include "ant_picture.h"
#include "ant_task.h"
#include "bullet_shim.h"

#include <hebb/env.h>
#include <hebb/rng.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum draws { DRAW_POSITION }; // purposes of random numbers

typedef struct config {
  int32_t morphology;
  double foot_length[ANT_N_LEG], foot_scale[ANT_N_LEG];
  double initial_angles[ANT_N_JOINT], gain[ANT_N_JOINT];
  double friction, gravity, torso_mass_scale;
  bool merge_fixed;

  int64_t max_steps, burn_in;
  int32_t first_obs, stop, parts_mean;
  int64_t neg_limit, neg_after, contact_flags_delay;
} config;

// clang-format off
static const hebb_param rows[] = {
  HEBB_CHOICE(config, morphology, ANT_MORPHOLOGIES,
              "Which feet are short (0.1 m) or long (0.6 m): as published, or said by place."),
  HEBB_OPTIONAL(config, foot_length, 0.01, 2, "m",
                "End of the foot capsule along x and along y, legs 1 (front left), 2 (rear left), "
                "3 (rear right), 4 (front right), instead of the morphology's."),
  HEBB_PARAM(config, foot_scale, 1, 0.05, 5, "1", "Factors on the four feet, after all else."),
  HEBB_OPTIONAL(config, initial_angles, -3, 3, "rad",
                "Joint angles at reset (hip_1 ankle_1 ... hip_4 ankle_4) instead of the draws from "
                "U(-0.1, 0.1)."),
  HEBB_PARAM(config, gain, 1, 0, 10, "1",
             "Factors on the torques of hip_1 ankle_1 ... hip_4 ankle_4, 250 N m at action 1; 0: a "
             "limp joint."),
  HEBB_OPTIONAL(config, friction, 0, 10, "1",
                "Sliding friction between ant and floor, instead of the published 1.5 x 0.8."),
  HEBB_PARAM(config, gravity, 9.8, 0, 100, "m s-2", "Downward."),
  HEBB_PARAM(config, torso_mass_scale, 1, 0.05, 20, "1", "Factor on the torso's mass and inertia."),
  HEBB_PARAM(config, merge_fixed, 0, 0, 1, "",
             "Bodies that are fixed to each other become one: faster, no longer bit for bit."),

  HEBB_PARAM(config, max_steps, 1000, 1, 1e9, "1", "Decisions in an episode, burn-in included."),
  HEBB_PARAM(config, burn_in, 40, 0, 1e6, "1",
             "Decisions with action 0 that reset makes before the first own one."),
  HEBB_CHOICE(config, first_obs, "reset|burnin",
              "What the first decision sees: the state before the burn-in (Najarro & Risi) or after "
              "it (Palm et al.)."),
  HEBB_CHOICE(config, stop, "authors|none",
              "The authors' early stop by progress and height, or the step limit only."),
  HEBB_PARAM(config, neg_limit, 30, 0, 1e9, "1",
             "The episode stops when progress was negative in more decisions on end."),
  HEBB_PARAM(config, neg_after, 200, 0, 1e9, "1",
             "The last decision, from 0, at which the early stop is not looked at."),
  HEBB_CHOICE(config, parts_mean, "pybullet22|parts21|torso",
              "Where the ant is: mean of 21 parts and, in steps, the floor (as published); of the "
              "parts; the torso."),
  HEBB_PARAM(config, contact_flags_delay, 1, 0, 1, "1",
             "Decisions by which the observed foot contacts are late; 1 as published."),
  { 0 },
};

enum array {
  ARRAY_PARTS_MEAN,
  ARRAY_TARGET_DISTANCE,
  ARRAY_ALIVE,
  ARRAY_PROGRESS,
  ARRAY_ELECTRICITY,
  ARRAY_JOINTS_AT_LIMIT,
  ARRAY_FEET_COLLISION,
  ARRAY_TORSO_POSITION,
  ARRAY_TORSO_QUATERNION,
  ARRAY_TORSO_VELOCITY,
  ARRAY_TORSO_ANGULAR_VELOCITY,
  ARRAY_JOINT_ANGLE,
  ARRAY_JOINT_RATE,
  ARRAY_CONTACT_COUNT,
  N_ARRAY
};
#define SCALAR(name_, unit_, doc_)                                                                 \
  { .name = name_, .unit = unit_, .doc = doc_, .dims = "", .dtype = HEBB_F64 }
#define VECTOR(name_, unit_, dims_, n_, doc_)                                                      \
  { .name = name_, .unit = unit_, .doc = doc_, .dims = dims_, .dtype = HEBB_F64, .rank = 1,        \
    .extent = { n_ } }
static const hebb_array arrays[N_ARRAY] = {
  VECTOR("parts_mean", "m", "xy", 2, "Mean x, y of the body parts: where the ant is."),
  SCALAR("target_distance", "m", "From the parts mean to (1000, 0)."),
  SCALAR("alive", "1", "Reward term: +1 above 0.26 m, else -1."),
  SCALAR("progress", "1", "Reward term and score: decrease of target_distance over the seconds."),
  SCALAR("electricity", "1", "Reward term: cost of power and torque."),
  SCALAR("joints_at_limit", "1", "Reward term: -0.1 for each joint at a limit."),
  SCALAR("feet_collision", "1", "Reward term: always 0."),
  VECTOR("torso_position", "m", "xyz", 3, "Torso centre."),
  VECTOR("torso_quaternion", "1", "xyzw", 4, "Torso orientation, x y z w."),
  VECTOR("torso_velocity", "m/s", "xyz", 3, "Velocity of the torso centre, world."),
  VECTOR("torso_angular_velocity", "rad/s", "xyz", 3, "Angular velocity of the torso, world."),
  VECTOR("joint_angle", "rad", "joint", ANT_N_JOINT,
         "hip_1 ankle_1 hip_2 ankle_2 hip_3 ankle_3 hip_4 ankle_4."),
  VECTOR("joint_rate", "rad/s", "joint", ANT_N_JOINT, "Rates of joint_angle."),
  { .name = "contact_count", .unit = "1", .doc = "Contact points with the floor, near ones included.",
    .dims = "", .dtype = HEBB_I32 },
};
// clang-format on

typedef struct model {
  const config *c;
  bullet_body body;
  ant_rules rules;
} model;

typedef struct ant {
  const model *m; /* the sim's, or another after retarget */
  bullet_ant *body;
  ant_pose pose;
  ant_life life;
} ant;

typedef struct sim {
  const model *m;
  int32_t n_lane;
  ant lane[];
} sim;

/* ---- cold ---- */

static void fill_shape(const model *m, hebb_env_shape *shape)
{
  static const float low[ANT_N_JOINT] = { -1, -1, -1, -1, -1, -1, -1, -1 };
  static const float high[ANT_N_JOINT] = { 1, 1, 1, 1, 1, 1, 1, 1 };
  static const uint32_t map[ANT_N_JOINT] = {
    HEBB_ACTION_TANH, HEBB_ACTION_TANH, HEBB_ACTION_TANH, HEBB_ACTION_TANH,
    HEBB_ACTION_TANH, HEBB_ACTION_TANH, HEBB_ACTION_TANH, HEBB_ACTION_TANH,
  };
  shape->act_low = low;
  shape->act_high = high;
  shape->act_map = map;
  shape->obs_name = ant_obs_name;
  shape->act_name = ant_joint_name;
  shape->max_steps = (int32_t)m->rules.max_steps;
  shape->has_score = true;
  shape->step_seconds = m->rules.step_seconds;
  shape->solved = 100;
  shape->array = arrays;
  shape->n_array = N_ARRAY;
}

static int open(const void *config_, const hebb_host *host, hebb_env_shape *shape, void **out)
{
  const config *c = config_;
  shape->n_obs = ANT_N_OBS;
  shape->n_act = ANT_N_JOINT;
  if (c->burn_in >= c->max_steps)
    return host->fail(host, HEBB_EINVAL,
                      "burn_in = %lld leaves no decision of max_steps = %lld: make one of them fit",
                      (long long)c->burn_in, (long long)c->max_steps);
  model *m = calloc(1, sizeof *m);
  if (!m)
    return host->fail(host, HEBB_ENOMEM, "no memory for the model");
  m->c = c;
  m->body = (bullet_body){
    .friction = isnan(c->friction) ? 1.5 : c->friction,
    .floor_friction = isnan(c->friction) ? 0.8 : 1,
    .gravity = c->gravity,
    .torso_mass_scale = c->torso_mass_scale,
    .merge_fixed = c->merge_fixed,
  };
  ant_feet(c->morphology, c->foot_length, c->foot_scale, m->body.foot);
  m->rules = (ant_rules){
    .step_seconds = 0.0165,
    .late_contacts = c->contact_flags_delay == 1,
    .stop_early = c->stop == STOP_AUTHORS,
    .negative_limit = c->neg_limit,
    .negative_after = c->neg_after,
    .max_steps = c->max_steps - c->burn_in,
  };
  fill_shape(m, shape);
  *out = m;
  return HEBB_OK;
}

static void drop(void *sim_)
{
  sim *s = sim_;
  for (int32_t lane = 0; lane < s->n_lane; lane++)
    bullet_destroy(s->lane[lane].body);
  free(s);
}

static int make(void *model_, int32_t n_lane, const hebb_host *host, void **out)
{
  sim *s = calloc(1, sizeof *s + (size_t)n_lane * sizeof s->lane[0]);
  if (!s)
    return host->fail(host, HEBB_ENOMEM, "no memory for %d ants", (int)n_lane);
  s->m = model_;
  s->n_lane = n_lane;
  for (int32_t lane = 0; lane < n_lane; lane++) {
    s->lane[lane].m = s->m;
    s->lane[lane].body = bullet_create();
    if (!s->lane[lane].body) {
      drop(s);
      return host->fail(host, HEBB_ENOMEM, "no memory for %d ants", (int)n_lane);
    }
  }
  *out = s;
  return HEBB_OK;
}

/* ---- hot ---- */

/* The floor is one of the original's parts in every step, not yet in the first reset. */
static void take_pose(ant *a, bool stepped)
{
  const int32_t which = a->m->c->parts_mean;
  const int n = which == PARTS_PYBULLET22 && stepped ? ANT_N_PART + 1 : ANT_N_PART;
  double sum[2];
  bullet_pose(a->body, &a->pose);
  bullet_parts(a->body, sum);
  for (int i = 0; i < 2; i++)
    a->pose.parts_mean[i] = which == PARTS_TORSO ? a->pose.position[i] : sum[i] / n;
}

/* Action -> torques -> physics; NULL or why not. */
static const char *move(ant *a, const double act[ANT_N_JOINT])
{
  double torque[ANT_N_JOINT];
  for (int k = 0; k < ANT_N_JOINT; k++) {
    if (!isfinite(act[k]))
      return "the action is not finite";
    torque[k] = 250 * a->m->c->gain[k] * fmax(-1, fmin(1, act[k]));
  }
  if (!bullet_step(a->body, torque))
    return "the simulation broke: the state is not finite";
  take_pose(a, true);
  return NULL;
}

static const char *burn_in(ant *a, float obs[ANT_N_OBS])
{
  static const double zero[ANT_N_JOINT];
  float seen[ANT_N_OBS];
  for (int64_t i = 0; i < a->m->c->burn_in; i++) {
    const char *why = move(a, zero);
    if (why)
      return why;
    ant_follow(&a->life, &a->m->rules, &a->pose, zero, seen);
    if (a->m->c->first_obs == FIRST_OBS_BURNIN)
      memcpy(obs, seen, sizeof seen);
  }
  a->life.reward = (ant_rewards){ 0 };
  return NULL;
}

static const char *begin(ant *a, uint64_t seed, float obs[ANT_N_OBS])
{
  const hebb_address address = { .seed = seed, .purpose = DRAW_POSITION };
  double angle[ANT_N_JOINT];
  for (uint32_t k = 0; k < ANT_N_JOINT; k++) {
    const double given = a->m->c->initial_angles[k];
    angle[k] = isnan(given) ? 0.2 * hebb_uniform_double(&address, k) - 0.1 : given;
  }
  if (!bullet_reset(a->body, &a->m->body, angle))
    return "no memory for a fresh world";
  take_pose(a, false);
  ant_begin(&a->life, &a->m->rules, &a->pose, obs);
  return burn_in(a, obs);
}

static void reset(void *sim_, const uint64_t *seed, const hebb_lanes *io)
{
  sim *s = sim_;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->select && !io->select[lane])
      continue;
    ant *a = &s->lane[lane];
    a->m = s->m;
    io->done[lane] = HEBB_RUNNING;
    const char *why = begin(a, seed[lane], io->obs + lane * ANT_N_OBS);
    if (why) {
      io->done[lane] = HEBB_FAILED;
      io->why[lane] = why;
    }
  }
}

static void step(void *sim_, const hebb_lanes *io)
{
  sim *s = sim_;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->done[lane])
      continue;
    ant *a = &s->lane[lane];
    const double *act = io->act + lane * ANT_N_JOINT;
    const char *why = move(a, act);
    if (why) {
      io->done[lane] = HEBB_FAILED;
      io->why[lane] = why;
      continue;
    }
    ant_follow(&a->life, &a->m->rules, &a->pose, act, io->obs + lane * ANT_N_OBS);
    const ant_rewards *r = &a->life.reward;
    io->reward[lane] =
        r->alive + r->progress + r->electricity + r->joints_at_limit + r->feet_collision;
    io->score[lane] = r->progress;
    io->done[lane] = (uint8_t)ant_count(&a->life, &a->m->rules);
  }
}

static void copy(void *out, const double *value, size_t n)
{
  memcpy(out, value, n * sizeof *value);
}

static void read(void *sim_, int32_t lane, int32_t array, void *out)
{
  const sim *s = sim_;
  const ant *a = &s->lane[lane];
  const ant_pose *p = &a->pose;
  const ant_rewards *r = &a->life.reward;
  double angular[3];
  int32_t count;
  switch (array) {
  case ARRAY_PARTS_MEAN: copy(out, p->parts_mean, 2); break;
  case ARRAY_TARGET_DISTANCE: copy(out, &a->life.target_distance, 1); break;
  case ARRAY_ALIVE: copy(out, &r->alive, 1); break;
  case ARRAY_PROGRESS: copy(out, &r->progress, 1); break;
  case ARRAY_ELECTRICITY: copy(out, &r->electricity, 1); break;
  case ARRAY_JOINTS_AT_LIMIT: copy(out, &r->joints_at_limit, 1); break;
  case ARRAY_FEET_COLLISION: copy(out, &r->feet_collision, 1); break;
  case ARRAY_TORSO_POSITION: copy(out, p->position, 3); break;
  case ARRAY_TORSO_QUATERNION: copy(out, p->quaternion, 4); break;
  case ARRAY_TORSO_VELOCITY: copy(out, p->velocity, 3); break;
  case ARRAY_TORSO_ANGULAR_VELOCITY:
    bullet_angular_velocity(a->body, angular);
    copy(out, angular, 3);
    break;
  case ARRAY_JOINT_ANGLE: copy(out, p->angle, ANT_N_JOINT); break;
  case ARRAY_JOINT_RATE: copy(out, p->rate, ANT_N_JOINT); break;
  case ARRAY_CONTACT_COUNT:
    count = bullet_contacts(a->body);
    memcpy(out, &count, sizeof count);
    break;
  default: break;
  }
}

static int draw(void *sim_, int32_t lane, int32_t width, int32_t height, uint8_t *rgb)
{
  const sim *s = sim_;
  ant_shape shape[ANT_N_SHAPE] = { 0 };
  bullet_shapes(s->lane[lane].body, shape);
  ant_picture(shape, width, height, rgb);
  return HEBB_OK;
}

static bool same_body(const bullet_body *a, const bullet_body *b)
{
  for (int leg = 0; leg < ANT_N_LEG; leg++)
    if (a->foot[leg] != b->foot[leg])
      return false;
  return a->friction == b->friction && a->floor_friction == b->floor_friction &&
         a->gravity == b->gravity && a->torso_mass_scale == b->torso_mass_scale &&
         a->merge_fixed == b->merge_fixed;
}

/* The new body stands as the old one did, in a fresh world; reset goes back. */
static int retarget(void *sim_, int32_t lane, void *model_)
{
  sim *s = sim_;
  ant *a = &s->lane[lane];
  const model *m = model_;
  if (!same_body(&m->body, &a->m->body) && !bullet_exchange(a->body, &m->body))
    return HEBB_ENOMEM;
  a->m = m;
  return HEBB_OK;
}

static const hebb_env ant_bullet = {
  .base = {
    HEBB_HEAD(HEBB_ENV, hebb_env, config),
    .name = "ant_bullet", .version = "1.0",
    .brief = "AntBulletEnv-v0 on Bullet, bit for bit: the quadruped of the papers, healthy or injured.",
    .cite = "Najarro & Risi, NeurIPS 2020, arXiv:2007.02686; Palm, Najarro & Risi 2021; "
            "Coumans & Bai, PyBullet, 2016-2021",
    .params = rows,
  },
  .open = open, .close = free, .make = make, .drop = drop,
  .reset = reset, .step = step, .read = read, .draw = draw, .retarget = retarget,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &ant_bullet.base : NULL;
}
