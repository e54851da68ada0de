/* ant.c - a quadruped that learns to walk along x, on libmujoco.
 *
 * Two tasks (what is seen and rewarded) times two physics (how the body moves):
 *   antbullet    28 numbers; the score is the progress towards (1000, 0), in steps of 0.0165 s per
 *                second; burn-in and early stop as in Najarro & Risi, NeurIPS 2020 (ant_task.c)
 *   ant_v4       27 numbers (111 with contact forces), gym's reward (ant_v4.c)
 *   bullet_like  masses, gears, friction and joint limits close to AntBulletEnv's
 *   gym          those of gym's ant.xml
 * A model is compiled in open and shared; every lane has its own mjData.
 */
#include "ant_config.h"
#include "ant_picture.h"
#include "ant_shapes.h"
#include "mujoco_engine.h"

#include <hebb/env.h>
#include <hebb/rng.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum draws { DRAW_POSITION, DRAW_VELOCITY }; // purposes of random numbers

enum array {
  ARRAY_PARTS_MEAN, // antbullet only, up to ARRAY_FEET_COLLISION
  ARRAY_TARGET_DISTANCE,
  ARRAY_ALIVE,
  ARRAY_PROGRESS,
  ARRAY_ELECTRICITY,
  ARRAY_JOINTS_AT_LIMIT,
  ARRAY_FEET_COLLISION,
  ARRAY_TORSO_POSITION, // both tasks
  ARRAY_TORSO_QUATERNION,
  ARRAY_TORSO_VELOCITY,
  ARRAY_TORSO_ANGULAR_VELOCITY,
  ARRAY_JOINT_ANGLE,
  ARRAY_JOINT_RATE,
  ARRAY_CONTACT_COUNT,
  ARRAY_QPOS,
  ARRAY_FORWARD_REWARD, // ant_v4 only
  ARRAY_HEALTHY_REWARD,
  ARRAY_CTRL_COST,
  ARRAY_CONTACT_COST,
  N_ARRAY
};

// clang-format off
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
  { .name = "contact_count", .unit = "1", .doc = "Contact points with the floor.",
    .dims = "", .dtype = HEBB_I32 },
  VECTOR("qpos", "", "coordinate", ANT_N_QPOS, "MuJoCo's position vector: x y z, w x y z, joints."),
  SCALAR("forward_reward", "1", "Reward term: velocity along x."),
  SCALAR("healthy_reward", "1", "Reward term for a healthy height."),
  SCALAR("ctrl_cost", "1", "Cost of the actions, subtracted."),
  SCALAR("contact_cost", "1", "Cost of contact forces, subtracted."),
};
// clang-format on

typedef struct model {
  const config *c;
  mjModel *m;
  int substeps;
  int32_t n_obs;
  ant_rules rules;
  ant_v4_rules v4;
} model;

typedef struct ant {
  const model *m; /* the sim's, or another after retarget */
  mjData *d;
  ant_pose pose; /* antbullet */
  ant_life life; /* antbullet; of ant_v4 the step count   */
  ant_v4_rewards v4;
} ant;

typedef struct sim {
  const model *m;
  int32_t n_lane;
  ant lane[];
} sim;

/* ---- cold ---- */

static void close(void *model_)
{
  model *m = model_;
  if (m->m)
    mj_deleteModel(m->m);
  free(m);
}

static void fill_shape(const model *m, hebb_env_shape *shape)
{
  static const float low[ANT_N_JOINT] = { -1, -1, -1, -1, -1, -1, -1, -1 };
  static const float high[ANT_N_JOINT] = { 1, 1, 1, 1, 1, 1, 1, 1 };
  static const uint32_t tanh_map[ANT_N_JOINT] = {
    HEBB_ACTION_TANH, HEBB_ACTION_TANH, HEBB_ACTION_TANH, HEBB_ACTION_TANH,
    HEBB_ACTION_TANH, HEBB_ACTION_TANH, HEBB_ACTION_TANH, HEBB_ACTION_TANH,
  };
  const bool bullet = m->c->task == TASK_ANTBULLET;
  shape->act_low = low;
  shape->act_high = high;
  shape->act_map = bullet ? tanh_map : NULL;
  shape->obs_name = bullet ? ant_obs_name : NULL;
  shape->act_name = bullet ? ant_joint_name : ant_v4_action_name;
  shape->max_steps = (int32_t)m->rules.max_steps;
  shape->has_score = bullet;
  shape->step_seconds = m->rules.step_seconds;
  shape->solved = bullet ? 100 : 6000;
  shape->array = bullet ? arrays : arrays + ARRAY_TORSO_POSITION;
  shape->n_array = bullet ? ARRAY_FORWARD_REWARD : N_ARRAY - ARRAY_TORSO_POSITION;
}

static int open(const void *config_, const hebb_host *host, hebb_env_shape *shape, void **out)
{
  const config *c = config_;
  model *m = calloc(1, sizeof *m);
  if (!m)
    return host->fail(host, HEBB_ENOMEM, "no memory for the model");
  m->c = c;
  m->substeps = ant_config_substeps(c);
  m->v4 = ant_config_v4(c);
  m->n_obs = c->task == TASK_ANTBULLET ? ANT_N_OBS : ant_v4_n_obs(&m->v4);
  shape->n_obs = m->n_obs; // known even of an ant that is refused
  shape->n_act = ANT_N_JOINT;

  ant_body body;
  char text[16384], why[512];
  int status = ant_config_body(c, host, &body);
  const int rules = ant_config_rules(c, host, &m->rules); // it may have something to say as well
  if (status == HEBB_OK)
    status = rules;
  if (status == HEBB_OK && !ant_model_text(&body, text, sizeof text))
    status = host->fail(host, HEBB_EINVAL, "the model's text is too long");
  if (status == HEBB_OK && !(m->m = engine_model(text, why, sizeof why)))
    status = host->fail(host, HEBB_EIO, "MuJoCo does not compile the ant: %s", why);
  if (status != HEBB_OK) {
    close(m);
    return status;
  }
  fill_shape(m, shape);
  *out = m;
  return HEBB_OK;
}

static void drop(void *sim_)
{
  sim *s = sim_;
  for (int32_t lane = 0; lane < s->n_lane; lane++)
    if (s->lane[lane].d)
      mj_deleteData(s->lane[lane].d);
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
    s->lane[lane].d = engine_data(s->m->m);
    if (!s->lane[lane].d) {
      drop(s);
      return host->fail(host, HEBB_ENOMEM, "no memory for %d ants", (int)n_lane);
    }
  }
  *out = s;
  return HEBB_OK;
}

/* ---- hot: antbullet ---- */

/* After a step MuJoCo's body positions are those at the start of the last physics step, and so are
   the ones that AntBulletEnv averages; the torso is where it is now. */
static void mean_parts(const ant *a, bool stepped, double mean[2])
{
  const mjData *d = a->d;
  const int32_t which = a->m->c->parts_mean;
  for (int i = 0; i < 2; i++) {
    double sum = d->qpos[i];
    for (int leg = 0; leg < ANT_N_LEG; leg++) {
      const mjtNum *at = d->xpos + 3 * (ANT_BODY_LEG + 3 * leg) + i;
      const mjtNum *centre = d->xipos + 3 * (ANT_BODY_LEG + 3 * leg) + i;
      sum += centre[0] + at[3] + centre[3] + at[6] + centre[6]; // leg, hip, aux, ankle, foot
    }
    const int n = which == PARTS_PYBULLET22 && stepped ? ANT_N_PART + 1 : ANT_N_PART;
    mean[i] = which == PARTS_TORSO ? d->qpos[i] : sum / n;
  }
}

static void take_pose(ant *a, bool stepped)
{
  const mjData *d = a->d;
  ant_pose *p = &a->pose;
  memcpy(p->position, d->qpos, sizeof p->position);
  memcpy(p->quaternion, d->qpos + 4, 3 * sizeof(double));
  p->quaternion[3] = d->qpos[3];
  memcpy(p->velocity, d->qvel, sizeof p->velocity);
  memcpy(p->angle, d->qpos + 7, sizeof p->angle);
  memcpy(p->rate, d->qvel + 6, sizeof p->rate);
  mean_parts(a, stepped, p->parts_mean);
  memset(p->contact, 0, sizeof p->contact);
  for (int i = 0; i < d->ncon; i++) {
    const int geom = d->contact[i].geom2 - ANT_GEOM_LEG; // geom1 is the floor
    if (geom >= 0 && geom % 3 == 2)
      p->contact[geom / 3] = 1;
  }
}

static const char *burn_in(ant *a, float obs[ANT_N_OBS])
{
  static const double zero[ANT_N_JOINT];
  float seen[ANT_N_OBS];
  for (int64_t i = 0; i < a->m->c->burn_in; i++) {
    const char *why = engine_step(a->m->m, a->d, a->m->substeps);
    if (why)
      return why;
    take_pose(a, true);
    ant_follow(&a->life, &a->m->rules, &a->pose, zero, seen);
    if (a->m->c->first_obs == FIRST_OBS_BURNIN)
      memcpy(obs, seen, sizeof seen);
  }
  a->life.reward = (ant_rewards){ 0 };
  return NULL;
}

static const char *begin_bullet(ant *a, uint64_t seed, float *obs)
{
  const hebb_address address = { .seed = seed, .purpose = DRAW_POSITION };
  for (uint32_t k = 0; k < ANT_N_JOINT; k++) {
    const double given = a->m->c->initial_angles[k];
    a->d->qpos[7 + k] = isnan(given) ? 0.2 * hebb_uniform_double(&address, k) - 0.1 : given;
  }
  mj_kinematics(a->m->m, a->d);
  take_pose(a, false);
  ant_begin(&a->life, &a->m->rules, &a->pose, obs);
  return burn_in(a, obs);
}

/* ---- hot: ant_v4 ---- */

static const char *begin_v4(ant *a, uint64_t seed, float *obs)
{
  const hebb_address position = { .seed = seed, .purpose = DRAW_POSITION };
  const hebb_address velocity = { .seed = seed, .purpose = DRAW_VELOCITY };
  const double scale = a->m->c->reset_noise_scale;
  for (uint32_t i = 0; i < ANT_N_QPOS; i++) {
    const double given = i < 7 ? NAN : a->m->c->initial_angles[i - 7];
    a->d->qpos[i] =
        isnan(given) ? a->d->qpos[i] + scale * (2 * hebb_uniform_double(&position, i) - 1) : given;
  }
  for (uint32_t i = 0; i < ANT_N_QVEL; i++)
    a->d->qvel[i] = scale * (double)hebb_normal(&velocity, i);
  mj_kinematics(a->m->m, a->d); // normalises the quaternion
  memset(&a->life, 0, sizeof a->life);
  a->v4 = (ant_v4_rewards){ 0 };
  ant_v4_observe(&a->m->v4, a->d->qpos, a->d->qvel, a->d->cfrc_ext, obs);
  return NULL;
}

/* ---- hot: both ---- */

static void fail_lane(const hebb_lanes *io, int32_t lane, const char *why)
{
  io->done[lane] = HEBB_FAILED;
  io->why[lane] = why;
}

static void reset(void *sim_, const uint64_t *seed, const hebb_lanes *io)
{
  sim *s = sim_;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->select && !io->select[lane])
      continue;
    ant *a = &s->lane[lane];
    float *obs = io->obs + (size_t)lane * (size_t)s->m->n_obs;
    a->m = s->m;
    mj_resetData(a->m->m, a->d);
    io->done[lane] = HEBB_RUNNING;
    const char *why = a->m->c->task == TASK_ANTBULLET ? begin_bullet(a, seed[lane], obs)
                                                      : begin_v4(a, seed[lane], obs);
    if (why)
      fail_lane(io, lane, why);
  }
}

/* Action -> torques -> n physics steps; NULL or why not. */
static const char *move(ant *a, const double act[ANT_N_JOINT])
{
  for (int k = 0; k < ANT_N_JOINT; k++) {
    if (!isfinite(act[k]))
      return "the action is not finite";
    a->d->ctrl[k] = fmax(-1, fmin(1, act[k]));
  }
  const char *why = engine_step(a->m->m, a->d, a->m->substeps);
  if (why)
    return why;
  double sum = 0; // the last physics step's results are checked by nobody else
  for (int i = 0; i < ANT_N_QPOS; i++)
    sum += a->d->qpos[i];
  for (int i = 0; i < ANT_N_QVEL; i++)
    sum += a->d->qvel[i];
  return isfinite(sum) ? NULL : "the simulation broke: the state is not finite";
}

static void step_bullet(ant *a, const double *act, const hebb_lanes *io, int32_t lane)
{
  take_pose(a, true);
  ant_follow(&a->life, &a->m->rules, &a->pose, act, io->obs + lane * ANT_N_OBS);
  const ant_rewards *r = &a->life.reward;
  io->reward[lane] =
      r->alive + r->progress + r->electricity + r->joints_at_limit + r->feet_collision;
  io->score[lane] = r->progress;
  io->done[lane] = (uint8_t)ant_count(&a->life, &a->m->rules);
}

static void step_v4(ant *a, double x_before, const double *act, const hebb_lanes *io, int32_t lane)
{
  const ant_v4_rules *rules = &a->m->v4;
  const mjData *d = a->d;
  if (rules->with_contact_forces)
    mj_rnePostConstraint(a->m->m, a->d);
  a->v4 = ant_v4_judge(rules, x_before, d->xpos[3 * ANT_BODY_TORSO], act, d->qpos, d->cfrc_ext);
  ant_v4_observe(rules, d->qpos, d->qvel, d->cfrc_ext,
                 io->obs + (size_t)lane * (size_t)a->m->n_obs);
  io->reward[lane] = a->v4.forward + a->v4.healthy - a->v4.ctrl_cost - a->v4.contact_cost;
  a->life.step++;
  if (rules->ends_unhealthy && !ant_v4_healthy(rules, d->qpos))
    io->done[lane] = HEBB_TERMINATED;
  else if (a->life.step >= a->m->rules.max_steps)
    io->done[lane] = HEBB_TRUNCATED;
}

static void step(void *sim_, const hebb_lanes *io)
{
  sim *s = sim_;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->done[lane])
      continue;
    ant *a = &s->lane[lane];
    const double *act = io->act + lane * ANT_N_JOINT;
    const double x_before = a->d->xpos[3 * ANT_BODY_TORSO];
    const char *why = move(a, act);
    if (why)
      fail_lane(io, lane, why);
    else if (a->m->c->task == TASK_ANTBULLET)
      step_bullet(a, act, io, lane);
    else
      step_v4(a, x_before, act, io, lane);
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
  const mjData *d = a->d;
  const ant_rewards *r = &a->life.reward;
  double angular[3];
  const int32_t count = d->ncon;
  if (a->m->c->task == TASK_ANT_V4)
    array += ARRAY_TORSO_POSITION;
  switch (array) {
  case ARRAY_PARTS_MEAN: copy(out, a->pose.parts_mean, 2); break;
  case ARRAY_TARGET_DISTANCE: copy(out, &a->life.target_distance, 1); break;
  case ARRAY_ALIVE: copy(out, &r->alive, 1); break;
  case ARRAY_PROGRESS: copy(out, &r->progress, 1); break;
  case ARRAY_ELECTRICITY: copy(out, &r->electricity, 1); break;
  case ARRAY_JOINTS_AT_LIMIT: copy(out, &r->joints_at_limit, 1); break;
  case ARRAY_FEET_COLLISION: copy(out, &r->feet_collision, 1); break;
  case ARRAY_TORSO_POSITION: copy(out, d->qpos, 3); break;
  case ARRAY_TORSO_QUATERNION:
    copy(out, (const double[4]){ d->qpos[4], d->qpos[5], d->qpos[6], d->qpos[3] }, 4);
    break;
  case ARRAY_TORSO_VELOCITY: copy(out, d->qvel, 3); break;
  case ARRAY_TORSO_ANGULAR_VELOCITY: // MuJoCo's is in the body's frame
    mju_rotVecQuat(angular, d->qvel + 3, d->qpos + 3);
    copy(out, angular, 3);
    break;
  case ARRAY_JOINT_ANGLE: copy(out, d->qpos + 7, ANT_N_JOINT); break;
  case ARRAY_JOINT_RATE: copy(out, d->qvel + 6, ANT_N_JOINT); break;
  case ARRAY_CONTACT_COUNT: memcpy(out, &count, sizeof count); break;
  case ARRAY_QPOS: copy(out, d->qpos, ANT_N_QPOS); break;
  case ARRAY_FORWARD_REWARD: copy(out, &a->v4.forward, 1); break;
  case ARRAY_HEALTHY_REWARD: copy(out, &a->v4.healthy, 1); break;
  case ARRAY_CTRL_COST: copy(out, &a->v4.ctrl_cost, 1); break;
  case ARRAY_CONTACT_COST: copy(out, &a->v4.contact_cost, 1); break;
  default: break;
  }
}

static int draw(void *sim_, int32_t lane, int32_t width, int32_t height, uint8_t *rgb)
{
  const ant *a = &((const sim *)sim_)->lane[lane];
  ant_shape shape[ANT_N_SHAPE];
  ant_shapes(a->m->m, a->d->qpos, shape);
  ant_picture(shape, width, height, rgb);
  return HEBB_OK;
}

/* All ants have the same joints, so that one's data serve another's model; reset goes back. */
static int retarget(void *sim_, int32_t lane, void *model_)
{
  sim *s = sim_;
  const model *m = model_;
  if (m->c->task != s->m->c->task || m->n_obs != s->m->n_obs)
    return HEBB_EINVAL;
  s->lane[lane].m = m;
  return HEBB_OK;
}

static const hebb_env ant_env = {
  .base = {
    HEBB_HEAD(HEBB_ENV, hebb_env, config),
    .name = "ant", .version = "1.0",
    .brief = "A quadruped on MuJoCo: AntBulletEnv's task or gym's Ant-v4, healthy or injured.",
    .cite = "Najarro & Risi, NeurIPS 2020, arXiv:2007.02686; Palm, Najarro & Risi 2021; "
            "Schulman et al. 2016",
    .params = ant_rows,
  },
  .open = open, .close = close, .make = make, .drop = drop,
  .reset = reset, .step = step, .read = read, .draw = draw, .retarget = retarget,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &ant_env.base : NULL;
}
