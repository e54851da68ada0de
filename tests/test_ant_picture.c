/* test_ant_picture.c - both ants draw themselves: what is seen, and that drawing changes nothing. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../envs/ant_picture.h"
#include "check.h"
#include "stage.h"

enum { WIDTH = 100, HEIGHT = 80, N_JOINT = 8 };

typedef uint8_t picture[HEIGHT][WIDTH][3];

static const char *const engine[2] = { "ant", "ant_bullet" };

/* One ant of this build; NULL: configured without its engine. */
static stage *ant(int which, const char *const *set)
{
  static error err;
  err = (error){ 0 };
  stage *s = stage_open(engine[which], 1, set, &err);
  if (!s)
    printf("%s: %s ", engine[which], err.text);
  return s;
}

static void step(stage *s, int t)
{
  for (int k = 0; k < N_JOINT; k++)
    s->act[k] = sin(0.3 * t + k);
  stage_step(s);
}

static void draw(stage *s, picture out)
{
  memset(out, 7, sizeof(picture));
  CU_ASSERT_EQUAL(s->env->draw(s->sim, 0, WIDTH, HEIGHT, &out[0][0][0]), HEBB_OK);
}

/* Pixels that are far more red than blue: front legs; or the other way: rear legs. */
static int count(picture p, int more, int less)
{
  int n = 0;
  for (int i = 0; i < HEIGHT; i++)
    for (int j = 0; j < WIDTH; j++)
      n += p[i][j][more] > p[i][j][less] + 40;
  return n;
}

static void seen(void)
{
  static picture first, again, later;
  for (int which = 0; which < 2; which++) {
    stage *s = ant(which, SET("env.burn_in=0"));
    if (!s)
      continue;
    stage_reset_all(s, 1);
    draw(s, first);
    draw(s, again);
    CU_ASSERT_EQUAL(memcmp(first, again, sizeof first), 0);
    CU_ASSERT(count(first, 0, 2) > 100 && count(first, 2, 0) > 100);
    for (int t = 0; t < 30; t++)
      step(s, t);
    draw(s, later);
    CU_ASSERT_NOT_EQUAL(memcmp(first, later, sizeof first), 0);
    stage_reset_all(s, 1);
    draw(s, again);
    CU_ASSERT_EQUAL(memcmp(first, again, sizeof first), 0);
    stage_close(s);
  }
}

/* A short foot covers less; a leg lost in mid-life is gone at once. */
static void damaged(void)
{
  static picture whole, injured, lost;
  for (int which = 0; which < 2; which++) {
    stage *s = ant(which, SET("env.burn_in=0"));
    stage *short_foot = ant(which, SET("env.burn_in=0", "env.morphology=front_right_damaged"));
    if (!s || !short_foot)
      continue;
    stage_reset_all(s, 1);
    stage_reset_all(short_foot, 1);
    draw(s, whole);
    draw(short_foot, injured);
    CU_ASSERT(count(injured, 0, 2) < 0.8 * count(whole, 0, 2));
    CU_ASSERT(abs(count(injured, 2, 0) - count(whole, 2, 0)) <= 5);
    CU_ASSERT_EQUAL(s->env->retarget(s->sim, 0, short_foot->model), HEBB_OK);
    draw(s, lost);
    CU_ASSERT(abs(count(lost, 0, 2) - count(injured, 0, 2)) <= 5);
    stage_close(s);
    stage_close(short_foot);
  }
}

/* A life that is watched is the same to the last bit. */
static void watched(void)
{
  static picture p;
  for (int which = 0; which < 2; which++)
    for (int task = 0; task < (which == 0 ? 2 : 1); task++) {
      const char *const *set = which ? NULL : task ? SET("env.task=ant_v4") : SET("env.burn_in=5");
      stage *s = ant(which, set), *alone = ant(which, set);
      if (!s || !alone)
        continue;
      int differ = 0;
      stage_reset_all(s, 2);
      stage_reset_all(alone, 2);
      for (int t = 0; t < 100; t++) {
        draw(s, p);
        step(s, t);
        step(alone, t);
        differ += memcmp(s->obs, alone->obs, sizeof(float) * (size_t)s->shape.n_obs) != 0;
        differ += memcmp(s->reward, alone->reward, sizeof(double)) != 0;
      }
      CU_ASSERT_EQUAL(differ, 0);
      stage_close(s);
      stage_close(alone);
    }
}

/* The camera goes with the torso: two squares further on everything looks the same; half a square
   further the floor has moved and the ant has not. What is lost is drawn as well. */
static void followed(void)
{
  static picture here, there, between;
  ant_shape shape[ANT_N_SHAPE] = { 0 };
  for (int k = 0; k < ANT_N_SHAPE; k++) {
    const double x = k > 6 ? 0.4 : -0.4, y = k % 2 ? 0.5 : -0.5;
    shape[k] = (ant_shape){ { 0, 0, 0.5 }, { k ? x : 0, k ? y : 0, 0.5 }, k ? 0.08 : 0.25 };
  }
  ant_picture(shape, WIDTH, HEIGHT, &here[0][0][0]);
  for (int k = 0; k < ANT_N_SHAPE; k++)
    shape[k].from[0] += 0.5, shape[k].to[0] += 0.5;
  ant_picture(shape, WIDTH, HEIGHT, &between[0][0][0]);
  for (int k = 0; k < ANT_N_SHAPE; k++)
    shape[k].from[0] += 1.5, shape[k].to[0] += 1.5;
  ant_picture(shape, WIDTH, HEIGHT, &there[0][0][0]);
  int moved = 0, floor_moved = 0;
  for (int i = 0; i < HEIGHT; i++)
    for (int j = 0; j < WIDTH; j++) {
      moved += abs(here[i][j][0] - there[i][j][0]) > 3;
      floor_moved += abs(here[i][j][0] - between[i][j][0]) > 3;
    }
  CU_ASSERT(moved <= 10);
  CU_ASSERT(floor_moved > 500);
  CU_ASSERT(abs(count(here, 0, 2) - count(between, 0, 2)) <= 2);
  shape[0].from[0] = NAN, shape[0].from[1] = 1e300, shape[4].to[2] = INFINITY;
  ant_picture(shape, WIDTH, HEIGHT, &there[0][0][0]);
}

int main(void)
{
  static const check_test tests[] = {
    { "an ant is seen, and moves", seen },
    { "damage is seen", damaged },
    { "watched lives are the same", watched },
    { "the camera follows", followed },
  };
  return check_run("pictures of ants", tests, sizeof tests / sizeof tests[0]);
}
