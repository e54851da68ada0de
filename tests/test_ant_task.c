/* test_ant_task.c - AntBulletEnv's observation, rewards and stop rule against recorded lives. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../envs/ant_task.h"
#include "check.h"
#include "golden_read.h"
#include "hebb/env.h"

static const char file[] = "ant.h5";

enum {
  COLUMN_POSITION,
  COLUMN_QUATERNION,
  COLUMN_VELOCITY,
  COLUMN_ANGLE,
  COLUMN_RATE,
  COLUMN_MEAN,
  COLUMN_OBSERVATION,
  COLUMN_ACTION,
  COLUMN_DISTANCE,
  COLUMN_ALIVE,
  COLUMN_PROGRESS,
  COLUMN_ELECTRICITY,
  COLUMN_AT_LIMIT,
  COLUMN_COLLISION,
  N_COLUMN
};
static const char *const column_name[N_COLUMN] = {
  "torso_position", "torso_quaternion", "torso_velocity",  "joint_angle",     "joint_rate",
  "parts_mean",     "observation",      "action",          "target_distance", "alive",
  "progress",       "electricity",      "joints_at_limit", "feet_collision",
};

typedef struct recorded {
  golden column[N_COLUMN];
} recorded;

static recorded read_life(const char *name)
{
  recorded r;
  char path[128];
  for (int k = 0; k < N_COLUMN; k++) {
    snprintf(path, sizeof path, "%s/%s", name, column_name[k]);
    r.column[k] = golden_read(file, path);
  }
  return r;
}

static void free_life(recorded *r)
{
  for (int k = 0; k < N_COLUMN; k++)
    free(r->column[k].value);
}

static const double *row(const recorded *r, int column, int64_t t)
{
  const golden *g = &r->column[column];
  return g->value + t * (g->n / g->extent[0]);
}

/* The flags of row t + 1 are the contacts after step t. */
static ant_pose pose_of(const recorded *r, int64_t t, int64_t n)
{
  ant_pose p = { 0 };
  memcpy(p.position, row(r, COLUMN_POSITION, t), sizeof p.position);
  memcpy(p.quaternion, row(r, COLUMN_QUATERNION, t), sizeof p.quaternion);
  memcpy(p.velocity, row(r, COLUMN_VELOCITY, t), sizeof p.velocity);
  memcpy(p.angle, row(r, COLUMN_ANGLE, t), sizeof p.angle);
  memcpy(p.rate, row(r, COLUMN_RATE, t), sizeof p.rate);
  memcpy(p.parts_mean, row(r, COLUMN_MEAN, t), sizeof p.parts_mean);
  for (int k = 0; t + 1 < n && k < ANT_N_LEG; k++)
    p.contact[k] = row(r, COLUMN_OBSERVATION, t + 1)[24 + k] != 0;
  return p;
}

static void follows(const char *name)
{
  recorded r = read_life(name);
  const int64_t n = r.column[COLUMN_POSITION].extent[0];
  const ant_rules rules = { .step_seconds = 0.0165, .late_contacts = true, .max_steps = 1000 };
  ant_life life;
  double worst = 0, electricity = 0, sum = 0;
  int different = 0;
  CU_ASSERT_EQUAL_FATAL(n, 301);
  for (int64_t t = 0; t < n; t++) {
    const ant_pose pose = pose_of(&r, t, n);
    float obs[ANT_N_OBS];
    if (t == 0)
      ant_begin(&life, &rules, &pose, obs);
    else
      ant_follow(&life, &rules, &pose, row(&r, COLUMN_ACTION, t), obs);
    for (int i = 0; i < ANT_N_OBS; i++) {
      const double d = fabs((double)obs[i] - row(&r, COLUMN_OBSERVATION, t)[i]);
      worst = fmax(worst, d);
      different += i >= 24 && d != 0;
    }
    different += life.target_distance != *row(&r, COLUMN_DISTANCE, t);
    different += life.reward.alive != *row(&r, COLUMN_ALIVE, t);
    different += life.reward.progress != *row(&r, COLUMN_PROGRESS, t);
    different += life.reward.joints_at_limit != *row(&r, COLUMN_AT_LIMIT, t);
    different += life.reward.feet_collision != *row(&r, COLUMN_COLLISION, t);
    electricity =
        fmax(electricity, fabs(life.reward.electricity - *row(&r, COLUMN_ELECTRICITY, t)));
    sum += life.reward.progress;
  }
  printf("observation %.2g, electricity %.2g ", worst, electricity);
  CU_ASSERT(worst <= 1e-6);
  CU_ASSERT(electricity <= 5e-16);
  CU_ASSERT_EQUAL(different, 0);
  CU_ASSERT(fabs(sum - (*row(&r, COLUMN_DISTANCE, 0) - life.target_distance) / 0.0165) < 1e-9);
  free_life(&r);
}

static void intact(void)
{
  follows("normal__init_rand__act_sine");
}

static void injured(void)
{
  follows("najarro_right__init_zero__act_rand");
}

/* ---- the stop rule ---- */

static const double still[ANT_N_JOINT];

/* A life whose ant is at height z(t) and goes to x(t); returns the decisions it lasts. */
static int64_t lasts(ant_rules rules, double (*z)(int64_t), double (*x)(int64_t), int *done)
{
  ant_pose pose = { .position = { 0, 0, 0.75 }, .quaternion = { 0, 0, 0, 1 } };
  ant_life life;
  float obs[ANT_N_OBS];
  rules.step_seconds = 0.0165;
  rules.max_steps = 960;
  ant_begin(&life, &rules, &pose, obs);
  for (int64_t t = 0;; t++) {
    pose.position[2] = z(t);
    pose.parts_mean[0] = x(t);
    ant_follow(&life, &rules, &pose, still, obs);
    *done = ant_count(&life, &rules);
    if (*done || t > 2000)
      return life.step;
  }
}

static double high(int64_t t)
{
  return t < 0 ? 0 : 0.5;
}

static double low_at_first(int64_t t)
{
  return t <= 200 ? 0.1 : 0.5;
}

static double low_from_500(int64_t t)
{
  return t < 500 ? 0.5 : 0.26;
}

static double low_from_50(int64_t t)
{
  return t < 50 ? 0.5 : 0.1;
}

static double forwards(int64_t t)
{
  return 0.01 * (double)t;
}

static double backwards(int64_t t)
{
  return -0.01 * (double)t;
}

static double backwards_from_400(int64_t t)
{
  return t < 400 ? 0.01 * (double)t : 4 - 0.01 * (double)(t - 400);
}

/* 30 back, one forth */
static double to_and_fro(int64_t t)
{
  return -0.01 * (double)(t - 2 * (t / 31));
}

static void stops(void)
{
  const ant_rules authors = { .stop_early = true, .negative_limit = 30, .negative_after = 200 };
  const ant_rules never = { .stop_early = false };
  int done;
  CU_ASSERT_EQUAL(lasts(authors, high, forwards, &done), 960);
  CU_ASSERT_EQUAL(done, HEBB_TRUNCATED);
  CU_ASSERT_EQUAL(lasts(authors, low_at_first, forwards, &done), 960);
  // looked at from t = 201 on, and 31 in a row are too many
  CU_ASSERT_EQUAL(lasts(authors, high, backwards, &done), 201 + 31);
  CU_ASSERT_EQUAL(done, HEBB_TERMINATED);
  CU_ASSERT_EQUAL(lasts(authors, high, backwards_from_400, &done), 401 + 31);
  CU_ASSERT_EQUAL(lasts(authors, high, to_and_fro, &done), 960);
  CU_ASSERT_EQUAL(done, HEBB_TRUNCATED);
  // one step at 0.26 m or below is enough, but not before t = 201
  CU_ASSERT_EQUAL(lasts(authors, low_from_500, forwards, &done), 501);
  CU_ASSERT_EQUAL(done, HEBB_TERMINATED);
  CU_ASSERT_EQUAL(lasts(authors, low_from_50, forwards, &done), 202);
  CU_ASSERT_EQUAL(lasts(never, low_from_50, backwards, &done), 960);
  CU_ASSERT_EQUAL(done, HEBB_TRUNCATED);
}

static void contacts(void)
{
  ant_pose pose = { .position = { 0, 0, 0.75 }, .quaternion = { 0, 0, 0, 1 } };
  ant_life life;
  float obs[ANT_N_OBS];
  for (int late = 0; late < 2; late++) {
    const ant_rules rules = { .step_seconds = 0.0165, .late_contacts = late, .max_steps = 9 };
    memset(pose.contact, 0, sizeof pose.contact);
    ant_begin(&life, &rules, &pose, obs);
    pose.contact[2] = 1;
    ant_follow(&life, &rules, &pose, still, obs);
    CU_ASSERT_EQUAL(obs[26], late ? 0 : 1);
    pose.contact[2] = 0;
    ant_follow(&life, &rules, &pose, still, obs);
    CU_ASSERT_EQUAL(obs[26], late ? 1 : 0);
    CU_ASSERT_EQUAL(obs[25], 0);
  }
}

/* roll, pitch and yaw where the formula has its poles, and clipping. */
static void extremes(void)
{
  const ant_rules rules = { .step_seconds = 0.0165, .max_steps = 9 };
  const double half = sqrt(0.5);
  ant_life life;
  float obs[ANT_N_OBS];
  ant_pose pose = { .position = { 0, 0, 0.75 }, .quaternion = { 0, half, 0, half } };
  pose.rate[0] = 100;
  pose.velocity[2] = -100;
  ant_begin(&life, &rules, &pose, obs);
  CU_ASSERT_DOUBLE_EQUAL((double)obs[7], 1.5707963, 1e-6); // nose down
  CU_ASSERT_EQUAL(obs[6], 0);
  CU_ASSERT_EQUAL(obs[9], 5);
  CU_ASSERT_EQUAL(obs[5], -5);
  pose.quaternion[1] = -half;
  ant_begin(&life, &rules, &pose, obs);
  CU_ASSERT_DOUBLE_EQUAL((double)obs[7], -1.5707963, 1e-6);
  // the yaw at the poles
  for (int up = 0; up < 2; up++) {
    const double yaw = 0.7, sign = up ? -1 : 1;
    pose = (ant_pose){ .position = { 0, 0, 0.75 },
                       .quaternion = { -sign * half * sin(yaw / 2), sign * half * cos(yaw / 2),
                                       half * sin(yaw / 2), half * cos(yaw / 2) } };
    ant_begin(&life, &rules, &pose, obs);
    CU_ASSERT_DOUBLE_EQUAL((double)obs[7], sign * 1.5707963, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL((double)obs[1], -sin(yaw), 1e-6);
  }
  // a quarter turn to the left: the target is to the right
  pose = (ant_pose){ .position = { 0, 0, 0.75 }, .quaternion = { 0, 0, half, half } };
  ant_begin(&life, &rules, &pose, obs);
  CU_ASSERT_DOUBLE_EQUAL((double)obs[1], -1, 1e-6);
  CU_ASSERT_DOUBLE_EQUAL((double)obs[2], 0, 1e-6);
}

int main(void)
{
  static const check_test tests[] = {
    { "as recorded: the intact ant", intact },
    { "as recorded: the front-right foot damaged", injured },
    { "the authors' early stop", stops },
    { "foot contacts, late or not", contacts },
    { "poles of the angles, clipping", extremes },
  };
  return check_run("ant task", tests, sizeof tests / sizeof tests[0]);
}
