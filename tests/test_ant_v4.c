/* test_ant_v4.c - the MuJoCo ant in gym's task. */
#include <math.h>

#include "../envs/ant_v4.h"
#include "check.h"
#include "stage.h"

static void observes(void)
{
  static const struct {
    const char *set;
    int32_t n_obs;
  } sizes[] = { { "env.use_contact_forces=false", 27 },
                { "env.use_contact_forces=true", 111 },
                { "env.exclude_current_positions_from_observation=false", 29 } };
  for (size_t i = 0; i < 3; i++) {
    stage *s = stage_open("ant", 1, SET("env.task=ant_v4", "env.physics=gym", sizes[i].set), NULL);
    double q[ANT_N_QPOS], velocity[3], rate[ANT_N_JOINT];
    CU_ASSERT_EQUAL(s->shape.n_obs, sizes[i].n_obs);
    CU_ASSERT_EQUAL(s->shape.has_score, 0);
    CU_ASSERT_DOUBLE_EQUAL(s->shape.step_seconds, 0.05, 1e-15);
    CU_ASSERT_EQUAL(s->shape.max_steps, 1000);
    stage_reset_all(s, 5);
    for (int t = 0; t < 30 && !s->done[0]; t++)
      stage_step(s);
    stage_read(s, 0, "qpos", q);
    stage_read(s, 0, "torso_velocity", velocity);
    stage_read(s, 0, "joint_rate", rate);
    const int skip = sizes[i].n_obs == 29 ? 0 : 2;
    for (int k = skip; k < ANT_N_QPOS; k++)
      CU_ASSERT_EQUAL(s->obs[k - skip], (float)q[k]);
    for (int k = 0; k < 3; k++)
      CU_ASSERT_EQUAL(s->obs[ANT_N_QPOS - skip + k], (float)velocity[k]);
    for (int k = 0; k < ANT_N_JOINT; k++)
      CU_ASSERT_EQUAL(s->obs[ANT_N_QPOS - skip + 6 + k], (float)rate[k]);
    if (sizes[i].n_obs == 111) {
      double cost, squares = 0;
      float largest = 0;
      for (int k = 27; k < 111; k++) {
        largest = fmaxf(largest, fabsf(s->obs[k]));
        squares += (double)s->obs[k] * (double)s->obs[k];
      }
      stage_read(s, 0, "contact_cost", &cost);
      CU_ASSERT(largest > 0 && largest <= 1);
      CU_ASSERT(cost > 0);
      CU_ASSERT_DOUBLE_EQUAL(cost, 5e-4 * squares, 1e-9);
    }
    stage_close(s);
  }
}

static void rewards(void)
{
  stage *s = stage_open("ant", 1, SET("env.task=ant_v4", "env.physics=gym"), NULL);
  double forward, healthy, cost, before[3], after[3], sum = 0, start[3];
  stage_reset_all(s, 2);
  stage_read(s, 0, "torso_position", start);
  int32_t n = 0;
  for (; !s->done[0] && n < 300; n++) {
    for (int k = 0; k < ANT_N_JOINT; k++)
      s->act[k] = 0.25 * (k % 3 - 1);
    stage_read(s, 0, "torso_position", before);
    stage_step(s);
    stage_read(s, 0, "torso_position", after);
    stage_read(s, 0, "forward_reward", &forward);
    stage_read(s, 0, "healthy_reward", &healthy);
    stage_read(s, 0, "ctrl_cost", &cost);
    CU_ASSERT_EQUAL(healthy, 1);
    CU_ASSERT_DOUBLE_EQUAL(cost, 0.5 * 5 * 0.0625, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(s->reward[0], forward + healthy - cost, 1e-12);
    sum += forward * 0.05;
  }
  CU_ASSERT_DOUBLE_EQUAL(sum, after[0] - start[0], 0.02); // MuJoCo's xpos is that of the last stage
  stage_close(s);
}

static void ends(void)
{
  stage *s = stage_open("ant", 1,
                        SET("env.task=ant_v4", "env.physics=gym", "env.healthy_z_min=0.6"), NULL);
  double position[3] = { 0, 0, 1 };
  int32_t n = 0;
  for (stage_reset_all(s, 2); !s->done[0] && n < 2000; n++) {
    CU_ASSERT(position[2] >= 0.6);
    stage_step(s);
    stage_read(s, 0, "torso_position", position);
  }
  CU_ASSERT_EQUAL(s->done[0], HEBB_TERMINATED);
  CU_ASSERT(position[2] < 0.6);
  double healthy;
  stage_read(s, 0, "healthy_reward", &healthy);
  CU_ASSERT_EQUAL(healthy, 1); // gym pays for the last decision too, where that ends it
  stage_close(s);
  s = stage_open("ant", 1,
                 SET("env.task=ant_v4", "env.physics=gym", "env.healthy_z_min=0.9",
                     "env.terminate_when_unhealthy=false"),
                 NULL);
  stage_reset_all(s, 2);
  stage_step(s);
  stage_read(s, 0, "healthy_reward", &healthy);
  CU_ASSERT_EQUAL(healthy, 0);
  CU_ASSERT_EQUAL(s->done[0], HEBB_RUNNING);
  stage_close(s);

  s = stage_open("ant", 1,
                 SET("env.task=ant_v4", "env.physics=gym", "env.accuracy=cheap",
                     "env.healthy_z_min=0.6", "env.terminate_when_unhealthy=false"),
                 NULL);
  for (stage_reset_all(s, 3), n = 0; !s->done[0] && n < 2000; n++)
    stage_step(s);
  CU_ASSERT_EQUAL(n, 1000);
  CU_ASSERT_EQUAL(s->done[0], HEBB_TRUNCATED);
  stage_close(s);
}

int main(void)
{
  static const check_test tests[] = {
    { "observes", observes },
    { "rewards", rewards },
    { "ends", ends },
  };
  return check_run("ant_v4", tests, sizeof tests / sizeof tests[0]);
}
