/* test_ant_body.c - the MuJoCo ant's bodies: masses, limits, morphologies and other parameters. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../envs/ant_config.h"
#include "../envs/ant_shapes.h"
#include "../envs/mujoco_engine.h"
#include "check.h"
#include "golden_read.h"
#include "loader.h"
#include "stage.h"

static const char file[] = "ant.h5";

static golden part(const char *group, const char *dataset)
{
  char path[128];
  snprintf(path, sizeof path, "%s/%s", group, dataset);
  return golden_read(file, path);
}

/* The compiled model of a plugin's parameters, and the numbers it was made from. */
static mjModel *compile(const char *const *set, ant_body *body)
{
  static error err;
  stage *s = stage_open("ant", 1, set, NULL);
  host_services services;
  char text[16384], why[256];
  host_services_init(&services, "ant", &err);
  CU_ASSERT_EQUAL_FATAL(ant_config_body(s->config, &services.host, body), HEBB_OK);
  CU_ASSERT_FATAL(ant_model_text(body, text, sizeof text));
  mjModel *m = engine_model(text, why, sizeof why);
  CU_ASSERT_PTR_NOT_NULL_FATAL(m);
  stage_close(s);
  return m;
}

static double total_mass(const mjModel *m)
{
  double sum = 0;
  for (int i = 0; i < m->nbody; i++)
    sum += m->body_mass[i];
  return sum;
}

static void check_bodies(const char *morphology)
{
  char set[64], group[64];
  ant_body body;
  snprintf(set, sizeof set, "env.morphology=%s", morphology);
  snprintf(group, sizeof group, "model/%s", morphology);
  mjModel *m = compile(SET(set), &body);
  golden mass = part(group, "mass"), inertia = part(group, "inertia");
  golden centre = part(group, "com_in_link"), limit = part(group, "joint_limit");
  double worst = 0;
  for (int row = 0; row < 21; row++) {
    // the recorded tree has a massless link for each hinge: torso, then leg, hip, aux, ankle, foot
    static const int part_of_leg[5] = { 0, -1, 1, -1, 2 };
    const int part_index = row == 0 ? 0 : part_of_leg[(row - 1) % 5];
    if (part_index < 0)
      continue;
    const int leg = (row - 1) / 5;
    const int i = row == 0 ? ANT_BODY_TORSO : ANT_BODY_LEG + 3 * leg + part_index;
    worst = fmax(worst, fabs(m->body_mass[i] - mass.value[row]));
    for (int k = 0; k < 3; k++) {
      worst = fmax(worst, fabs(m->body_inertia[3 * i + k] - inertia.value[3 * row + k]));
      worst = fmax(worst, fabs(m->body_ipos[3 * i + k] - centre.value[3 * row + k]));
    }
  }
  CU_ASSERT(worst < 1e-6);
  for (int k = 0; k < ANT_N_JOINT; k++) {
    const int row = 5 * (k / 2) + (k % 2 ? 4 : 2);
    for (int end = 0; end < 2; end++) {
      CU_ASSERT_DOUBLE_EQUAL(m->jnt_range[2 * (k + 1) + end], limit.value[2 * row + end], 1e-6);
      CU_ASSERT_DOUBLE_EQUAL(ant_joint_limit[k][end], limit.value[2 * row + end], 1e-6);
    }
  }
  mj_deleteModel(m);
  free(mass.value);
  free(inertia.value);
  free(centre.value);
  free(limit.value);
}

static void bullet_bodies(void)
{
  check_bodies("normal");
  check_bodies("najarro_right");
  check_bodies("long_back");
  check_bodies("long_front");
}

static void gym_bodies(void)
{
  ant_body body;
  mjModel *m = compile(SET("env.task=ant_v4", "env.physics=gym"), &body);
  CU_ASSERT(m->nq == 15 && m->nv == 14 && m->nu == 8 && m->nbody == 14);
  CU_ASSERT_DOUBLE_EQUAL(total_mass(m), 0.9109, 5e-5);
  CU_ASSERT_DOUBLE_EQUAL(m->body_mass[ANT_BODY_TORSO], 0.32725, 5e-6);
  CU_ASSERT_DOUBLE_EQUAL(m->body_mass[ANT_BODY_LEG], 0.03916, 5e-6);
  CU_ASSERT_DOUBLE_EQUAL(m->body_mass[ANT_BODY_LEG + 2], 0.06759, 5e-6);
  CU_ASSERT_EQUAL(m->opt.integrator, mjINT_RK4);
  CU_ASSERT_EQUAL(m->opt.timestep, 0.01);
  CU_ASSERT_EQUAL(m->opt.gravity[2], -9.81);
  CU_ASSERT(m->dof_armature[0] == 0 && m->dof_armature[6] == 1 && m->dof_damping[6] == 1);
  // leg 4 first
  CU_ASSERT_EQUAL(m->actuator_trnid[0], 1 + 6);
  CU_ASSERT_EQUAL(m->actuator_trnid[2], 1 + 7);
  CU_ASSERT_EQUAL(m->actuator_trnid[4], 1 + 0);
  CU_ASSERT_EQUAL(m->actuator_gear[0], 150);
  CU_ASSERT_DOUBLE_EQUAL(m->jnt_range[2 * 2], 30 * 3.14159265358979 / 180, 1e-9);
  CU_ASSERT_DOUBLE_EQUAL(m->jnt_range[2 * 4], -70 * 3.14159265358979 / 180, 1e-9);
  mj_deleteModel(m);
}

/* Feet by leg: 1 front left, 2 rear left, 3 rear right, 4 front right. */
static void morphologies(void)
{
  static const struct {
    const char *name;
    double foot[ANT_N_LEG];
  } known[] = {
    { "normal", { 0.4, 0.4, 0.4, 0.4 } },
    { "najarro_left", { 0.1, 0.4, 0.4, 0.4 } },
    { "najarro_right", { 0.4, 0.4, 0.4, 0.1 } },
    { "palm_left", { 0.1, 0.4, 0.4, 0.4 } },
    { "palm_right", { 0.4, 0.1, 0.4, 0.4 } },
    { "long_back", { 0.4, 0.4, 0.6, 0.6 } },
    { "long_front", { 0.6, 0.6, 0.4, 0.4 } },
    { "front_left_damaged", { 0.1, 0.4, 0.4, 0.4 } },
    { "front_right_damaged", { 0.4, 0.4, 0.4, 0.1 } },
    { "rear_left_damaged", { 0.4, 0.1, 0.4, 0.4 } },
    { "rear_right_damaged", { 0.4, 0.4, 0.1, 0.4 } },
    { "long_front_geometric", { 0.6, 0.4, 0.4, 0.6 } },
    { "long_rear_geometric", { 0.4, 0.6, 0.6, 0.4 } },
    { "long_left_geometric", { 0.6, 0.6, 0.4, 0.4 } },
    { "long_right_geometric", { 0.4, 0.4, 0.6, 0.6 } },
    { "damaged_left_front", { 0.1, 0.4, 0.4, 0.4 } },
    { "damaged_right_front", { 0.4, 0.4, 0.4, 0.1 } },
  };
  ant_body body;
  char set[64];
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    snprintf(set, sizeof set, "env.morphology=%s", known[i].name);
    mj_deleteModel(compile(SET(set), &body));
    for (int leg = 0; leg < ANT_N_LEG; leg++)
      CU_ASSERT_EQUAL(body.foot[leg], known[i].foot[leg]);
  }
  mj_deleteModel(compile(SET("env.morphology=palm_right", "env.foot_length=[0.2, 0.3, 0.4, 0.5]",
                             "env.foot_scale=[1, 2, 1, 0.5]"),
                         &body));
  CU_ASSERT(body.foot[0] == 0.2 && body.foot[1] == 0.6 && body.foot[2] == 0.4 &&
            body.foot[3] == 0.25);
}

static void knobs(void)
{
  ant_body body;
  mjModel *plain = compile(NULL, &body);
  CU_ASSERT_EQUAL(body.timestep, 0.0165 / 4);
  CU_ASSERT_DOUBLE_EQUAL(body.limit_solref[1], -0.8 / body.timestep, 1e-9);
  CU_ASSERT_EQUAL(body.contact_solref[0], 2 * body.timestep);
  CU_ASSERT(body.gear[0] == 250 && body.gear[1] == 176.8);
  CU_ASSERT_EQUAL(body.friction, 1.2);
  mjModel *m = compile(SET("env.torso_mass_scale=2", "env.gain=[1, 0.5, 1, 1, 1, 1, 0, 1]",
                           "env.friction=0.7", "env.accuracy=cheap", "env.gravity=1.6"),
                       &body);
  CU_ASSERT_DOUBLE_EQUAL(total_mass(m) - total_mass(plain), 65.449847, 1e-5);
  CU_ASSERT_DOUBLE_EQUAL(m->actuator_gear[6 * 1], 88.4, 1e-9);
  CU_ASSERT_EQUAL(m->actuator_gear[6 * 6], 0);
  CU_ASSERT_EQUAL(m->geom_friction[0], 0.7);
  CU_ASSERT_EQUAL(m->opt.timestep, 0.00825);
  CU_ASSERT_EQUAL(m->opt.gravity[2], -1.6);
  mj_deleteModel(m);
  mj_deleteModel(plain);
}

/* The parts to be drawn are where MuJoCo has its geometries. */
static void drawn(void)
{
  ant_body body;
  mjModel *m = compile(SET("env.morphology=palm_right"), &body);
  mjData *d = engine_data(m);
  ant_shape shape[ANT_N_SHAPE];
  CU_ASSERT_PTR_NOT_NULL_FATAL(d);
  for (int i = 0; i < m->nq; i++)
    d->qpos[i] = sin(1 + 2.0 * i);
  ant_shapes(m, d->qpos, shape); // of a quaternion that is not yet normalised
  mj_kinematics(m, d);
  CU_ASSERT_EQUAL_FATAL(m->ngeom, 1 + ANT_N_SHAPE);
  double worst = 0;
  for (int k = 0; k < ANT_N_SHAPE; k++) {
    const mjtNum *centre = d->geom_xpos + (ptrdiff_t)3 * (k + 1);
    const mjtNum *turn = d->geom_xmat + (ptrdiff_t)9 * (k + 1),
                 *size = m->geom_size + (ptrdiff_t)3 * (k + 1);
    const double half = k == 0 ? 0 : size[1], along = k == 0 ? 0 : shape[k].to[2] - centre[2];
    const double sign = along * turn[8] < 0 ? -1 : 1; // a capsule has no first end
    for (int i = 0; i < 3; i++) {
      worst = fmax(worst, fabs(shape[k].to[i] - centre[i] - sign * half * turn[3 * i + 2]));
      worst = fmax(worst, fabs(shape[k].from[i] - centre[i] + sign * half * turn[3 * i + 2]));
    }
    CU_ASSERT_EQUAL(shape[k].radius, size[0]);
  }
  printf("%.1g m ", worst);
  CU_ASSERT(worst < 1e-14);
  mj_deleteData(d);
  mj_deleteModel(m);
}

int main(void)
{
  static const check_test tests[] = {
    { "bullet_like bodies have Bullet's masses", bullet_bodies },
    { "gym bodies have Ant-v4's", gym_bodies },
    { "morphologies", morphologies },
    { "gears, gains, masses, friction, steps", knobs },
    { "where the parts are", drawn },
  };
  return check_run("ant's body", tests, sizeof tests / sizeof tests[0]);
}
