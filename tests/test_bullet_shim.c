/* test_bullet_shim.c - where the parts of Bullet's ant stand, and what a shim without a body says. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../envs/bullet_shim.h"
#include "check.h"

static const double level[ANT_N_JOINT];

static bullet_body intact(bool merged)
{
  return (bullet_body){ .foot = { 0.4, 0.4, 0.4, 0.4 },
                        .friction = 1.5,
                        .floor_friction = 0.8,
                        .gravity = 9.8,
                        .torso_mass_scale = 1,
                        .merge_fixed = merged };
}

static double distance(const double a[3], const double b[3])
{
  return sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) +
              (a[2] - b[2]) * (a[2] - b[2]));
}

/* Legs are chains that begin in the torso. */
static void check_chain(const bullet_ant *a, double foot)
{
  ant_shape s[ANT_N_SHAPE];
  ant_pose pose;
  bullet_shapes(a, s);
  bullet_pose(a, &pose);
  CU_ASSERT(distance(s[0].from, pose.position) == 0 && s[0].radius == 0.25);
  for (int leg = 0; leg < ANT_N_LEG; leg++) {
    const ant_shape *p = s + 1 + 3 * leg;
    CU_ASSERT(distance(p[0].from, s[0].from) < 1e-12);
    CU_ASSERT(distance(p[0].to, p[1].from) < 1e-12);
    CU_ASSERT(distance(p[1].to, p[2].from) < 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(distance(p[1].from, p[1].to), 0.2 * sqrt(2), 1e-7);
    CU_ASSERT_DOUBLE_EQUAL(distance(p[2].from, p[2].to), foot * sqrt(2), 1e-7);
  }
}

static void stands(void)
{
  for (int merged = 0; merged < 2; merged++) {
    const bullet_body body = intact(merged);
    bullet_ant *a = bullet_create();
    ant_shape s[ANT_N_SHAPE];
    double torque[ANT_N_JOINT], sum[2];
    CU_ASSERT_FATAL(a && bullet_reset(a, &body, level));
    bullet_shapes(a, s);
    for (int i = 0; i < 3; i++) {
      CU_ASSERT_DOUBLE_EQUAL(s[3].to[i], i < 2 ? 0.8 : 0.75, 1e-7); // foot 1, front left
      CU_ASSERT_DOUBLE_EQUAL(s[12].from[i], i < 2 ? 0.4 - 0.8 * i : 0.75, 1e-7); // foot 4
    }
    bullet_parts(a, sum);
    CU_ASSERT(fabs(sum[0]) < 1e-12 && fabs(sum[1]) < 1e-12);
    CU_ASSERT_EQUAL(bullet_contacts(a), 0);
    for (int t = 0; t < 100; t++) {
      for (int k = 0; k < ANT_N_JOINT; k++)
        torque[k] = 200 * sin(0.2 * t + k);
      CU_ASSERT(bullet_step(a, torque));
      check_chain(a, 0.4);
    }
    CU_ASSERT(bullet_contacts(a) > 0);

    // the other body has the state of this one
    bullet_body injured = intact(!merged);
    ant_pose before, after;
    for (int leg = 0; leg < ANT_N_LEG; leg++)
      injured.foot[leg] = 0.1;
    memset(&before, 0, sizeof before);
    memset(&after, 0, sizeof after);
    bullet_pose(a, &before);
    CU_ASSERT(bullet_exchange(a, &injured));
    bullet_pose(a, &after);
    memset(before.contact, 0, sizeof before.contact);
    CU_ASSERT(memcmp(&before, &after, sizeof before) == 0);
    check_chain(a, 0.1);
    bullet_destroy(a);
  }
}

static void has_no_body(void)
{
  const bullet_body body = intact(false);
  bullet_ant *a = bullet_create();
  double torque[ANT_N_JOINT] = { 0 }, w[3] = { 1, 1, 1 };
  CU_ASSERT_PTR_NOT_NULL_FATAL(a);
  CU_ASSERT(!bullet_step(a, torque));
  CU_ASSERT(!bullet_exchange(a, &body));
  CU_ASSERT_EQUAL(bullet_contacts(a), 0);
  bullet_angular_velocity(a, w);
  CU_ASSERT(w[0] == 0 && w[1] == 0 && w[2] == 0);
  bullet_destroy(a);
}

/* A torque that is no number does no more than break its own ant. */
static void breaks(void)
{
  const bullet_body body = intact(false);
  bullet_ant *a = bullet_create();
  double torque[ANT_N_JOINT] = { [2] = NAN };
  CU_ASSERT_FATAL(a && bullet_reset(a, &body, level));
  for (int t = 0; t < 10; t++)
    CU_ASSERT(!bullet_step(a, torque));
  CU_ASSERT(bullet_reset(a, &body, level));
  torque[2] = 0;
  CU_ASSERT(bullet_step(a, torque));
  bullet_destroy(a);
}

int main(void)
{
  static const check_test tests[] = {
    { "where the parts are", stands },
    { "without a body", has_no_body },
    { "a torque that is no number", breaks },
  };
  return check_run("bullet shim", tests, sizeof tests / sizeof tests[0]);
}
