/* test_ant.c - the MuJoCo ant in AntBulletEnv's task: first observations, lives, their ends. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../envs/ant_v4.h"
#include "check.h"
#include "golden_read.h"
#include "stage.h"

static const char file[] = "ant.h5", life_name[] = "normal__init_rand__act_sine";
/* as recorded: no burn-in, no early stop, that life's initial angles */
#define AS_RECORDED                                                                                \
  "env.burn_in=0", "env.stop=none",                                                                \
      "env.initial_angles=[0.083, -0.047, 0.012, 0.066, -0.091, 0.035, -0.028, -0.074]"
#define LEVEL "env.initial_angles=[0, 0, 0, 0, 0, 0, 0, 0]"

static golden part(const char *group, const char *dataset)
{
  char path[128];
  snprintf(path, sizeof path, "%s/%s", group, dataset);
  return golden_read(file, path);
}

static void first_observation(void)
{
  stage *s = stage_open("ant", 1, SET(AS_RECORDED), NULL);
  golden want = part(life_name, "observation"), mean = part(life_name, "parts_mean");
  double got[2], worst = 0;
  stage_reset_all(s, 1);
  for (int i = 0; i < ANT_N_OBS; i++)
    worst = fmax(worst, fabs((double)s->obs[i] - want.value[i]));
  CU_ASSERT(worst < 1e-6);
  stage_read(s, 0, "parts_mean", got);
  CU_ASSERT_DOUBLE_EQUAL(got[0], mean.value[0], 1e-7);
  CU_ASSERT_DOUBLE_EQUAL(got[1], mean.value[1], 1e-7);
  free(want.value);
  free(mean.value);
  stage_close(s);
}

/* With no torque the ant ends flat on its torso, as Bullet's does: z 0.25, ankles +-0.305. */
static void burns_in(void)
{
  for (int cheap = 0; cheap < 2; cheap++) {
    stage *s = stage_open("ant", 1,
                          SET(LEVEL, "env.first_obs=burnin",
                              cheap ? "env.accuracy=cheap" : "env.accuracy=authors"),
                          NULL);
    double angle[ANT_N_JOINT], position[3], alive;
    stage_reset_all(s, 1);
    stage_read(s, 0, "joint_angle", angle);
    stage_read(s, 0, "torso_position", position);
    stage_read(s, 0, "alive", &alive);
    CU_ASSERT_DOUBLE_EQUAL(position[2], 0.25, 0.015);
    CU_ASSERT_DOUBLE_EQUAL(position[0], 0, 0.01);
    for (int k = 0; k < ANT_N_JOINT; k++)
      CU_ASSERT_DOUBLE_EQUAL(angle[k], k % 2 == 0 ? 0 : k == 1 || k == 7 ? 0.305 : -0.305, 0.03);
    for (int foot = 0; foot < ANT_N_LEG; foot++)
      CU_ASSERT_EQUAL(s->obs[24 + foot], 1);
    CU_ASSERT_EQUAL(alive, 0); // rewards are those of decisions
    CU_ASSERT_EQUAL(s->shape.max_steps, 960);
    stage_close(s);
  }
  // the authors' first decision sees the state before the burn-in
  stage *s = stage_open("ant", 1, SET(LEVEL), NULL);
  stage_reset_all(s, 1);
  CU_ASSERT_EQUAL(s->obs[0], 0);
  CU_ASSERT_EQUAL(s->obs[24], 0);
  stage_close(s);
}

/* Contacts are chaotic: the life stays like the recorded one, never equal to it. */
static void resembles_bullet(void)
{
  golden action = part(life_name, "action"), height = part(life_name, "torso_position");
  golden rate = part(life_name, "joint_rate"), count = part(life_name, "contact_count");
  stage *s = stage_open("ant", 1, SET(AS_RECORDED), NULL);
  double z[2] = { 0 }, speed[2] = { 0 }, contacts[2] = { 0 }, sum = 0, d[2], position[3], qd[8];
  int32_t touching;
  stage_reset_all(s, 1);
  stage_read(s, 0, "target_distance", &d[0]);
  for (int t = 1; t <= 300; t++) {
    memcpy(s->act, action.value + 8 * t, 8 * sizeof(double));
    stage_step(s);
    CU_ASSERT_EQUAL_FATAL(s->done[0], HEBB_RUNNING);
    stage_read(s, 0, "torso_position", position);
    stage_read(s, 0, "joint_rate", qd);
    stage_read(s, 0, "contact_count", &touching);
    z[0] += position[2] / 300;
    z[1] += height.value[3 * t + 2] / 300;
    contacts[0] += touching / 300.0;
    contacts[1] += count.value[t] / 300;
    for (int k = 0; k < 8; k++) {
      speed[0] += fabs(qd[k]) / 2400;
      speed[1] += fabs(rate.value[8 * t + k]) / 2400;
    }
    sum += s->score[0];
    if (t < 12) // still falling
      CU_ASSERT_DOUBLE_EQUAL(position[2], height.value[3 * t + 2], 0.02);
  }
  stage_read(s, 0, "target_distance", &d[1]);
  printf("height %.3f (Bullet %.3f), joint speed %.2f (%.2f), contacts %.1f (%.1f) ", z[0], z[1],
         speed[0], speed[1], contacts[0], contacts[1]);
  CU_ASSERT_DOUBLE_EQUAL(z[0], z[1], 0.2);
  CU_ASSERT_DOUBLE_EQUAL(speed[0], speed[1], 1.3);
  CU_ASSERT_DOUBLE_EQUAL(contacts[0], contacts[1], 1.5);
  CU_ASSERT_DOUBLE_EQUAL(sum, (d[0] - d[1]) / 0.0165, 1e-8);
  stage_close(s);
  free(action.value);
  free(height.value);
  free(rate.value);
  free(count.value);
}

static int32_t decisions(const char *const *set, uint8_t *done)
{
  stage *s = stage_open("ant", 1, set, NULL);
  int32_t n = 0;
  for (stage_reset_all(s, 3); !s->done[0] && n < 3000; n++)
    stage_step(s);
  *done = s->done[0];
  stage_close(s);
  return n;
}

static void stops(void)
{
  uint8_t done;
  // an ant that lies there is stopped when the authors look: at t = 201
  CU_ASSERT_EQUAL(decisions(NULL, &done), 202);
  CU_ASSERT_EQUAL(done, HEBB_TERMINATED);
  CU_ASSERT_EQUAL(decisions(SET("env.stop=none"), &done), 960);
  CU_ASSERT_EQUAL(done, HEBB_TRUNCATED);
  CU_ASSERT_EQUAL(decisions(SET("env.stop=none", "env.max_steps=70"), &done), 30);
  CU_ASSERT_EQUAL(decisions(SET("env.neg_after=20"), &done), 22);
}

/* Left and right are alike: the mirrored ant with mirrored actions goes the mirrored way, until the
   rounding of contacts has grown. */
static void mirrored(void)
{
  static const int twin[ANT_N_JOINT] = { 6, 7, 4, 5, 2, 3, 0, 1 };
  stage *s[2] = {
    stage_open("ant", 1, SET(AS_RECORDED, "env.foot_length=[0.4, 0.5, 0.3, 0.2]"), NULL),
    stage_open(
        "ant", 1,
        SET("env.burn_in=0", "env.stop=none", "env.foot_length=[0.2, 0.3, 0.5, 0.4]",
            "env.initial_angles=[0.028, -0.074, 0.091, 0.035, -0.012, 0.066, -0.083, -0.047]"),
        NULL),
  };
  golden action = part(life_name, "action");
  double worst = 0, side = 0;
  stage_reset_all(s[0], 1);
  stage_reset_all(s[1], 1);
  for (int t = 1; t <= 35; t++) {
    double p[2][3];
    for (int k = 0; k < ANT_N_JOINT; k++) {
      s[0]->act[k] = action.value[8 * t + k];
      s[1]->act[twin[k]] = k % 2 ? action.value[8 * t + k] : -action.value[8 * t + k];
    }
    for (int i = 0; i < 2; i++) {
      stage_step(s[i]);
      stage_read(s[i], 0, "torso_position", p[i]);
    }
    worst = fmax(worst, fabs(p[0][0] - p[1][0]));
    worst = fmax(worst, fabs(p[0][1] + p[1][1]));
    worst = fmax(worst, fabs(p[0][2] - p[1][2]));
    side = fmax(side, fabs(p[0][1]));
  }
  printf("%.2g, to the side %.2g ", worst, side);
  CU_ASSERT(worst < 1e-6);
  CU_ASSERT(side > 1e-3);
  free(action.value);
  stage_close(s[0]);
  stage_close(s[1]);
}

/* Actions beyond the bounds are clipped; a joint with gain 0 does not care for its action. */
static void acts(void)
{
  stage *a = stage_open("ant", 1, SET(AS_RECORDED), NULL);
  stage *b = stage_open("ant", 1, SET(AS_RECORDED, "env.gain=[1, 1, 1, 1, 1, 0, 1, 1]"), NULL);
  double at[3][ANT_N_QPOS], cost[2];
  for (int k = 0; k < ANT_N_JOINT; k++)
    a->act[k] = b->act[k] = 1;
  stage_reset_all(a, 1);
  for (int t = 0; t < 25; t++)
    stage_step(a);
  stage_read(a, 0, "qpos", at[0]);
  stage_read(a, 0, "electricity", &cost[0]);
  a->act[0] = 7e30;
  stage_reset_all(a, 1);
  for (int t = 0; t < 25; t++)
    stage_step(a);
  stage_read(a, 0, "qpos", at[1]);
  stage_read(a, 0, "electricity", &cost[1]);
  CU_ASSERT_EQUAL(a->done[0], HEBB_RUNNING);
  CU_ASSERT(memcmp(at[0], at[1], sizeof at[0]) == 0);
  CU_ASSERT(cost[1] < cost[0] - 0.1 * 48 / 8 + 1e-9); // paid for the action as given

  for (int i = 0; i < 2; i++) {
    b->act[5] = i ? -1 : 1;
    stage_reset_all(b, 1);
    for (int t = 0; t < 25; t++)
      stage_step(b);
    stage_read(b, 0, "qpos", at[i]);
  }
  CU_ASSERT(memcmp(at[0], at[1], sizeof at[0]) == 0);
  stage_read(a, 0, "qpos", at[2]);
  CU_ASSERT(memcmp(at[0], at[2], sizeof at[0]) != 0);
  stage_close(a);
  stage_close(b);
}

/* The angular velocity is the world's: it turns the quaternion from one step to the next. */
static void turns(void)
{
  golden action = part(life_name, "action");
  stage *s = stage_open("ant", 1, SET(AS_RECORDED, "env.foot_length=[0.4, 0.1, 0.4, 0.4]"), NULL);
  double q[2][4], w[2][3], wrong = 0, turned = 0;
  stage_reset_all(s, 1);
  for (int t = 1; t <= 200; t++) {
    memcpy(s->act, action.value + 8 * t, 8 * sizeof(double));
    memcpy(q[0], q[1], sizeof q[0]);
    memcpy(w[0], w[1], sizeof w[0]);
    stage_step(s);
    stage_read(s, 0, "torso_quaternion", q[1]);
    stage_read(s, 0, "torso_angular_velocity", w[1]);
    if (t < 2)
      continue;
    // the vector part of q[1] times the inverse of q[0] is half the turn, for small ones
    const double *a = q[1], *b = q[0];
    const double half[3] = { -a[3] * b[0] + a[0] * b[3] - a[1] * b[2] + a[2] * b[1],
                             -a[3] * b[1] + a[1] * b[3] - a[2] * b[0] + a[0] * b[2],
                             -a[3] * b[2] + a[2] * b[3] - a[0] * b[1] + a[1] * b[0] };
    for (int i = 0; i < 3; i++) {
      wrong += fabs(2 * half[i] / 0.0165 - 0.5 * (w[0][i] + w[1][i])) / 600;
      turned += fabs(w[1][i]) / 600;
    }
  }
  printf("%.2g of %.2g rad/s ", wrong, turned);
  CU_ASSERT(wrong < 0.2 * turned);
  free(action.value);
  stage_close(s);
}

static void draws(void)
{
  enum { N = 300 };
  stage *s = stage_open("ant", 1, SET("env.burn_in=0"), NULL);
  double low = 1, high = -1, mean = 0, angle[ANT_N_JOINT];
  for (uint64_t seed = 0; seed < N; seed++) {
    stage_reset_all(s, seed);
    stage_read(s, 0, "joint_angle", angle);
    for (int k = 0; k < ANT_N_JOINT; k++) {
      low = fmin(low, angle[k]);
      high = fmax(high, angle[k]);
      mean += angle[k] / (N * ANT_N_JOINT);
    }
  }
  CU_ASSERT(low >= -0.1 && low < -0.098 && high <= 0.1 && high > 0.098);
  CU_ASSERT(fabs(mean) < 4 * 0.2 / sqrt(12.0 * N * ANT_N_JOINT));
  stage_close(s);
}

static void where_it_is(void)
{
  stage *s = stage_open("ant", 1, SET(AS_RECORDED, "env.parts_mean=torso"), NULL);
  double position[3], mean[2], distance;
  for (int k = 0; k < ANT_N_JOINT; k++)
    s->act[k] = 0.5;
  stage_reset_all(s, 1);
  for (int t = 0; t < 30; t++)
    stage_step(s);
  stage_read(s, 0, "torso_position", position);
  stage_read(s, 0, "parts_mean", mean);
  stage_read(s, 0, "target_distance", &distance);
  CU_ASSERT(mean[0] == position[0] && mean[1] == position[1]);
  CU_ASSERT_DOUBLE_EQUAL(distance, hypot(1000 - position[0], position[1]), 1e-9);
  stage_close(s);

  stage *all[2] = { stage_open("ant", 1, SET(AS_RECORDED), NULL),
                    stage_open("ant", 1, SET(AS_RECORDED, "env.parts_mean=parts21"), NULL) };
  double of[2][2];
  for (int i = 0; i < 2; i++) {
    stage_reset_all(all[i], 1);
    stage_step(all[i]);
    stage_read(all[i], 0, "parts_mean", of[i]);
    stage_close(all[i]);
  }
  CU_ASSERT_DOUBLE_EQUAL(of[0][0] * 22, of[1][0] * 21, 1e-12);
}

static void refuses(void)
{
  static const struct {
    const char *set, *sentence;
  } bad[] = {
    { "env.burn_in=1000", "leaves no decision" },
    { "env.limit_damping=500", "blows up" },
    { "env.morphology=headless", "headless" },
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    static error err;
    memset(&err, 0, sizeof err);
    CU_ASSERT_PTR_NULL(stage_open("ant", 1, SET(bad[i].set), &err));
    CU_ASSERT_EQUAL(err.status, EXIT_CONFIGURATION);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, bad[i].sentence));
  }
}

static void fails(void)
{
  stage *s = stage_open("ant", 2, SET(AS_RECORDED), NULL);
  stage_reset_all(s, 1);
  s->act[3] = NAN;
  stage_step(s);
  CU_ASSERT_EQUAL(s->done[0], HEBB_FAILED);
  CU_ASSERT_STRING_EQUAL(s->why[0], "the action is not finite");
  CU_ASSERT_EQUAL(s->done[1], HEBB_RUNNING);
  stage_close(s);

  // steps far too long for such torques
  s = stage_open("ant", 1,
                 SET(AS_RECORDED, "env.timestep=0.05", "env.hip_gear=10000", "env.ankle_gear=10000",
                     "env.limit_damping=20", "env.gain=[10, 10, 10, 10, 10, 10, 10, 10]"),
                 NULL);
  int32_t n = 0;
  for (stage_reset_all(s, 1); !s->done[0] && n < 500; n++) {
    for (int k = 0; k < ANT_N_JOINT; k++)
      s->act[k] = n % 2 ? 1 : -1;
    stage_step(s);
    for (int i = 0; i < ANT_N_OBS; i++)
      CU_ASSERT(isfinite(s->obs[i]));
  }
  printf("%s ", s->done[0] == HEBB_FAILED ? s->why[0] : "lived on");
  CU_ASSERT_EQUAL(s->done[0], HEBB_FAILED);
  stage_reset_all(s, 1); // and begins anew
  CU_ASSERT_EQUAL(s->done[0], HEBB_RUNNING);
  stage_close(s);
}

/* A leg is lost in mid-life; the next reset gives it back. */
static void loses_a_leg(void)
{
  stage *whole = stage_open("ant", 1, SET(AS_RECORDED), NULL);
  stage *injured = stage_open("ant", 1, SET(AS_RECORDED, "env.morphology=najarro_left"), NULL);
  stage *other = stage_open("ant", 1, SET("env.task=ant_v4"), NULL);
  double at[3][ANT_N_QPOS];
  for (int life = 0; life < 3; life++) {
    stage_reset_all(whole, 1);
    for (int t = 0; t < 60; t++) {
      for (int k = 0; k < ANT_N_JOINT; k++)
        whole->act[k] = sin(0.3 * t + k);
      if (life == 1 && t == 30)
        CU_ASSERT_EQUAL(whole->env->retarget(whole->sim, 0, injured->model), HEBB_OK);
      stage_step(whole);
    }
    CU_ASSERT_EQUAL(whole->done[0], HEBB_RUNNING);
    stage_read(whole, 0, "qpos", at[life]);
  }
  CU_ASSERT(memcmp(at[0], at[1], sizeof at[0]) != 0);
  CU_ASSERT(memcmp(at[0], at[2], sizeof at[0]) == 0);
  CU_ASSERT_NOT_EQUAL(whole->env->retarget(whole->sim, 0, other->model), HEBB_OK);
  stage_close(whole);
  stage_close(injured);
  stage_close(other);
}

int main(void)
{
  static const check_test tests[] = {
    { "the first observation is Bullet's", first_observation },
    { "burn-in", burns_in },
    { "a life resembles Bullet's", resembles_bullet },
    { "early stop and step limit", stops },
    { "left and right are alike", mirrored },
    { "actions", acts },
    { "angular velocity", turns },
    { "initial angles are U(-0.1, 0.1)", draws },
    { "where the ant is", where_it_is },
    { "refusals", refuses },
    { "failures", fails },
    { "a leg lost in mid-life", loses_a_leg },
  };
  return check_run("ant", tests, sizeof tests / sizeof tests[0]);
}
