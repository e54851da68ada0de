/* test_mujoco.c - libmujoco's errors and warnings become sentences, and nothing else. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../envs/mujoco_engine.h"
#include "check.h"

static bool says(const char *why, const char *word)
{
  return why && strstr(why, word);
}

/* MuJoCo's errors come back as sentences; it prints nothing and leaves no file. */
static void reports(void)
{
  static const char too_small[] =
      "<mujoco><size nstack='150' njmax='60' nconmax='20'/><worldbody>"
      "<geom type='plane' size='1 1 1'/><body pos='0 0 5'><freejoint/>"
      "<geom type='box' size='0.1 0.1 0.1'/></body></worldbody></mujoco>";
  static const char few_contacts[] =
      "<mujoco><size nstack='30000' njmax='60' nconmax='1'/><worldbody>"
      "<geom type='plane' size='1 1 1'/><body pos='0 0 0.05'><freejoint/>"
      "<geom type='box' size='0.1 0.1 0.1'/></body></worldbody></mujoco>";
  char why[256] = "";
  remove("MUJOCO_LOG.TXT");
  CU_ASSERT_PTR_NULL(engine_model("<mujoco><body/></mujoco>", why, sizeof why));
  CU_ASSERT(why[0] != '\0');

  mjModel *m = engine_model(too_small, why, sizeof why);
  CU_ASSERT_PTR_NOT_NULL_FATAL(m);
  mjData *d = engine_data(m);
  CU_ASSERT_PTR_NOT_NULL_FATAL(d);
  CU_ASSERT_PTR_NULL(engine_step(m, d, 1));
  d->qpos[2] = 0.05; // contacts need more of the stack
  CU_ASSERT(says(engine_step(m, d, 1), "MuJoCo raised an error in a step"));
  mj_resetData(m, d);
  CU_ASSERT_PTR_NULL(engine_step(m, d, 1));
  mj_deleteData(d);
  mj_deleteModel(m);

  m = engine_model(few_contacts, why, sizeof why);
  CU_ASSERT_PTR_NOT_NULL_FATAL(m);
  d = engine_data(m);
  CU_ASSERT_PTR_NOT_NULL_FATAL(d);
  CU_ASSERT(says(engine_step(m, d, 1), "contacts"));
  mj_resetData(m, d);
  d->qpos[2] = 5;
  CU_ASSERT_PTR_NULL(engine_step(m, d, 3));
  d->qvel[0] = NAN;
  CU_ASSERT(says(engine_step(m, d, 1), "velocity"));
  mj_resetData(m, d);
  d->qpos[0] = NAN;
  CU_ASSERT(says(engine_step(m, d, 1), "position"));
  mj_deleteData(d);
  mj_deleteModel(m);
  CU_ASSERT(access("MUJOCO_LOG.TXT", F_OK) != 0);
}

int main(void)
{
  static const check_test tests[] = {
    { "errors and warnings", reports },
  };
  return check_run("mujoco", tests, sizeof tests / sizeof tests[0]);
}
