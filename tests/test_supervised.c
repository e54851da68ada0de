/* test_supervised.c - parity, spirals and teacher_student: examples are what the equations say, constant
 * policies get what chance gets, and one who knows the equations gets everything. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "said.h"
#include "stage.h"

/* One epoch with the answers of `say`; the return. */
typedef void (*answer)(stage *s, int32_t t, const void *how);

static double epoch(stage *s, uint64_t seed, answer say, const void *how)
{
  double total = 0;
  stage_reset_all(s, seed);
  for (int32_t t = 0; !s->done[0]; t++) {
    say(s, t, how);
    stage_step(s);
    total += s->score[0];
  }
  return total;
}

static void constant(stage *s, int32_t t, const void *how)
{
  (void)t;
  for (int32_t k = 0; k < s->shape.n_act; k++)
    s->act[k] = *(const double *)how;
}

/* ---- parity ---- */

static void odd(stage *s, int32_t t, const void *how)
{
  (void)t, (void)how;
  int n = 0;
  for (int32_t k = 0; k < s->shape.n_obs; k++)
    n += s->obs[k] > 0;
  s->act[0] = n % 2;
}

/* Which of all patterns are trained (bit 0) and tested (bit 1), and how often each. */
static void patterns(const char *const *set, int n_bit, int n_train, int n_test, bool apart)
{
  int trained[256] = { 0 }, tested[256] = { 0 }, wrong = 0, n_trained = 0;
  stage *s = stage_open("parity", 1, set, NULL);
  CU_ASSERT_EQUAL_FATAL(s->shape.n_obs, n_bit);
  CU_ASSERT_EQUAL_FATAL(s->shape.max_steps, n_train + n_test);
  stage_reset_all(s, 5);
  for (int t = 0; t < n_train + n_test; t++) {
    int pattern = 0, bits = 0;
    for (int b = 0; b < n_bit; b++) {
      pattern |= (s->obs[b] > 0) << b;
      bits += s->obs[b] > 0;
    }
    if (t < n_train)
      wrong += trained[pattern]++ || s->target[bits % 2] != 1 || s->target[1 - bits % 2] != 0;
    else
      wrong += tested[pattern]++ || !isnan(s->target[0]) || (apart && trained[pattern]);
    stage_step(s);
  }
  for (int p = 0; p < 256; p++)
    n_trained += trained[p];
  CU_ASSERT_EQUAL(wrong, 0);
  CU_ASSERT_EQUAL(n_trained, n_train);
  CU_ASSERT(fabs(epoch(s, 2, odd, NULL) - 1) < 1e-9);
  stage_close(s);
}

static void parity(void)
{
  patterns(NULL, 4, 16, 16, false);
  patterns(SET("env.n_bit=2", "env.coding=binary"), 2, 4, 4, false);
  patterns(SET("env.n_bit=8", "env.n_train=100"), 8, 100, 156, true);
  patterns(SET("env.n_bit=8", "env.n_train=100", "env.n_test=50", "env.seed=3"), 8, 100, 50, true);
  stage *s = stage_open("parity", 1, NULL, NULL);
  for (double class = 0; class < 2; class ++)
    CU_ASSERT_EQUAL(epoch(s, 1, constant, &class), 0.5);
  stage_close(s);
  s = stage_open("parity", 1, SET("env.coding=binary"), NULL);
  stage_reset_all(s, 1);
  for (int t = 0; t < 16; t++) {
    for (int k = 0; k < 4; k++)
      CU_ASSERT(s->obs[k] == 0 || s->obs[k] == 1);
    stage_step(s);
  }
  stage_close(s);
}

/* ---- spirals ---- */

/* The spiral whose phase at this radius is nearer. */
static void nearer(stage *s, int32_t t, const void *how)
{
  (void)t;
  const double x = (double)s->obs[0], y = (double)s->obs[1], turn = 6.283185307179586;
  const double phase = atan2(y, x) / turn - *(const double *)how * sqrt(x * x + y * y);
  s->act[0] = fabs(remainder(phase, 1)) > 0.25;
}

static void spirals(void)
{
  const double turns[] = { 1.5, 3 };
  const char *const set[] = { "env.turns=1.5", "env.turns=3" };
  for (int k = 0; k < 2; k++) {
    stage *s = stage_open("spirals", 1, SET(set[k], "env.n_test=1000"), NULL);
    CU_ASSERT(fabs(epoch(s, 1, nearer, &turns[k]) - 1) < 1e-9);
    CU_ASSERT(epoch(s, 1, nearer, &turns[1 - k]) < 0.9);
    for (double class = 0; class < 2; class ++)
      CU_ASSERT(fabs(epoch(s, 1, constant, &class) - 0.5) < 1e-9);
    double train = 0;
    stage_read(s, 0, "train_accuracy", &train);
    CU_ASSERT_EQUAL(train, 0.5);
    stage_close(s);
  }

  // noise: radii beyond 1, and no longer always right
  stage *s = stage_open("spirals", 1, SET("env.noise=0.1", "env.n_test=1000"), NULL);
  const double with_noise = epoch(s, 1, nearer, &turns[0]);
  CU_ASSERT(with_noise > 0.8 && with_noise < 0.99);
  stage_close(s);
}

/* Test examples stay the same when there are more to train on. */
static double trace(const char *env, const char *n_train, int32_t skip)
{
  double sum = 0;
  stage *s = stage_open(env, 1, SET(n_train, "env.n_test=20"), NULL);
  stage_reset_all(s, 4);
  for (int32_t t = 0; !s->done[0]; t++) {
    for (int32_t k = 0; t >= skip && k < s->shape.n_obs; k++)
      sum = 0.9 * sum + (double)s->obs[k];
    stage_step(s);
  }
  stage_close(s);
  return sum;
}

static void tests_stay(void)
{
  CU_ASSERT_EQUAL(trace("spirals", "env.n_train=30", 30), trace("spirals", "env.n_train=31", 31));
  CU_ASSERT_NOT_EQUAL(trace("spirals", "env.n_train=30", 0), trace("spirals", "env.n_train=31", 1));
  CU_ASSERT_EQUAL(trace("teacher_student", "env.n_train=30", 30),
                  trace("teacher_student", "env.n_train=31", 31));
}

/* ---- the teacher ---- */

enum { N_IN = 3, N_OUT = 2, N_COEF = N_IN + 1 };

typedef struct line {
  double coef[N_OUT][N_COEF];
} line;

/* Least squares of all training targets on inputs and 1. */
static line fit(stage *s)
{
  double a[N_COEF][N_COEF + N_OUT] = { { 0 } };
  stage_reset_all(s, 1);
  for (; !isnan(s->target[0]); stage_step(s)) {
    const double x[N_COEF] = { (double)s->obs[0], (double)s->obs[1], (double)s->obs[2], 1 };
    for (int i = 0; i < N_COEF; i++) {
      for (int j = 0; j < N_COEF; j++)
        a[i][j] += x[i] * x[j];
      for (int k = 0; k < N_OUT; k++)
        a[i][N_COEF + k] += x[i] * (double)s->target[k];
    }
  }
  for (int i = 0; i < N_COEF; i++) // Gauss and Jordan; the matrix is positive definite
    for (int row = 0; row < N_COEF; row++) {
      const double factor = row == i ? 0 : a[row][i] / a[i][i];
      for (int j = 0; j < N_COEF + N_OUT; j++)
        a[row][j] -= factor * a[i][j];
    }
  line l;
  for (int i = 0; i < N_COEF; i++)
    for (int k = 0; k < N_OUT; k++)
      l.coef[k][i] = a[i][N_COEF + k] / a[i][i];
  return l;
}

static void linear(stage *s, int32_t t, const void *how)
{
  const line *l = how;
  (void)t;
  for (int k = 0; k < N_OUT; k++) {
    s->act[k] = l->coef[k][N_IN];
    for (int i = 0; i < N_IN; i++)
      s->act[k] += l->coef[k][i] * (double)s->obs[i];
  }
}

static void teacher(void)
{
  const double zero = 0;
  stage *s = stage_open("teacher_student", 1,
                        SET("env.activation=linear", "env.n_in=3", "env.n_test=1000"), NULL);
  CU_ASSERT_EQUAL(s->shape.n_choice, 0);
  const line straight = fit(s);
  CU_ASSERT(fabs(epoch(s, 1, linear, &straight)) < 1e-10);
  stage_close(s);

  static const char *const kind[] = { "env.activation=tanh", "env.activation=sigmoid",
                                      "env.activation=relu", "env.activation=linear" };
  for (int k = 0; k < 4; k++) {
    s = stage_open("teacher_student", 1, SET(kind[k], "env.n_in=3", "env.n_test=2000"), NULL);
    const double chance = epoch(s, 1, constant, &zero);
    double train, test;
    stage_read(s, 0, "train_error", &train);
    stage_read(s, 0, "test_error", &test);
    CU_ASSERT(fabs(train - 0.5) < 1e-6);
    CU_ASSERT(fabs(chance + test) < 1e-9);
    CU_ASSERT(chance > -0.75 && chance < -0.3);
    const line l = fit(s);
    const double bent = epoch(s, 1, linear, &l);
    CU_ASSERT(k == 3 ? fabs(bent) < 1e-10 : bent < -1e-4 && bent > chance);
    for (double up = -0.2; up < 0.3; up += 0.4) { // a constant 0 is the best constant
      epoch(s, 1, constant, &up);
      stage_read(s, 0, "train_error", &train);
      CU_ASSERT(fabs(train - 0.54) < 1e-6);
    }
    printf("\n    %-24s chance %.3f, linear student %.4f", kind[k], chance, bent);
    stage_close(s);
  }
}

static void teacher_noise(void)
{
  const double zero = 0;
  stage *s = stage_open("teacher_student", 1,
                        SET("env.noise=0.5", "env.n_train=20000", "env.n_in=3"), NULL);
  stage *pure = stage_open("teacher_student", 1, SET("env.n_train=20000", "env.n_in=3"), NULL);
  CU_ASSERT_EQUAL(epoch(s, 1, constant, &zero), epoch(pure, 1, constant, &zero));
  double train = 0;
  stage_read(s, 0, "train_error", &train);
  CU_ASSERT(fabs(train - 0.5 - 0.25) < 0.02); // two outputs of variance 0.25, halved
  stage_close(s);
  stage_close(pure);
}

static void wild(void)
{
  stage *s = stage_open("teacher_student", 3, SET("env.n_out=64"), NULL);
  stage_reset_all(s, 1);
  for (int k = 0; k < 64; k++) {
    CU_ASSERT(s->shape.act_low[k] == -10 && s->shape.act_high[k] == 10);
    s->act[k] = 1e30;
    s->act[64 + k] = 10;
  }
  s->act[3 * 64 - 1] = -INFINITY;
  stage_step(s);
  CU_ASSERT_EQUAL(s->reward[0], s->reward[1]);
  CU_ASSERT(s->reward[0] < -1000);
  CU_ASSERT_EQUAL(s->done[2], HEBB_FAILED);
  CU_ASSERT_PTR_NOT_NULL(s->why[2]);
  stage_close(s);
}

static void refused(const char *env, const char *const *set, const char *why)
{
  static error err;
  memset(&err, 0, sizeof err);
  CU_ASSERT_PTR_NULL(stage_open(env, 1, set, &err));
  SAYS(&err, why);
}

static void refusals(void)
{
  refused("parity", SET("env.n_train=16"), "n_train: 16 patterns to train and 0 others");
  refused("parity", SET("env.n_train=10", "env.n_test=7"), "not to be had from the 16 of 4 bits");
  refused("parity", SET("env.n_test=4"), "give n_train with n_test");
  refused("parity", SET("env.n_bit=17"), "n_bit");
  refused("teacher_student", SET("env.n_out=65"), "n_out");
}

int main(void)
{
  static const check_test tests[] = {
    { "patterns and their parity", parity },
    { "two spirals", spirals },
    { "more training examples leave the tests alone", tests_stay },
    { "a teacher that is linear can be fitted, others not", teacher },
    { "noise is of training targets only", teacher_noise },
    { "wild actions", wild },
    { "what cannot be used is refused", refusals },
  };
  return check_run("examples without files", tests, sizeof tests / sizeof tests[0]);
}
