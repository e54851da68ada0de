/* test_classic_control.c - gym's classic control against gym's own numbers, limits, draws, refusals. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "golden_read.h"
#include "said.h"
#include "stage.h"

enum { MOST_STATE = 4, MOST_OBS = 6 };

static const char file[] = "classic_control.h5";

static const char *const others[] = { "acrobot", "mountain_car", "mountain_car_continuous",
                                      "pendulum" };
enum { N_OTHER = sizeof others / sizeof others[0] };

/* ---- the recorded lives ---- */

static golden part(const char *name, const char *dataset)
{
  char path[128];
  snprintf(path, sizeof path, "%s/%s", name, dataset);
  return golden_read(file, path);
}

static void start_of(const golden *initial, char *set, size_t size)
{
  size_t n = (size_t)snprintf(set, size, "env.initial_state=");
  for (int64_t i = 0; i < initial->n; i++)
    n += (size_t)snprintf(set + n, size - n, "%s%.17g", i ? ", " : "[", initial->value[i]);
  snprintf(set + n, size - n, "]");
}

static void follows(const char *env, const char *name)
{
  golden initial = part(name, "initial_state"), action = part(name, "action");
  golden state = part(name, "state"), observation = part(name, "observation");
  golden reward = part(name, "reward"), terminated = part(name, "terminated");
  const int64_t n_state = initial.n;
  char set[160];
  start_of(&initial, set, sizeof set);
  stage *s = stage_open(env, 1, SET(set, "env.max_steps=1000"), NULL);
  CU_ASSERT_EQUAL_FATAL(observation.n, action.n * s->shape.n_obs);
  stage_reset_all(s, 1);

  double worst = 0, worst_reward = 0;
  int wrong = 0;
  for (int64_t t = 0; t < action.n; t++) {
    double now[MOST_STATE];
    s->act[0] = action.value[t];
    stage_step(s);
    stage_read(s, 0, "state", now);
    for (int64_t i = 0; i < n_state; i++)
      worst = fmax(worst, fabs(now[i] - state.value[n_state * t + i]));
    for (int i = 0; i < s->shape.n_obs; i++) {
      const double want = observation.value[s->shape.n_obs * t + i];
      wrong += fabs((double)s->obs[i] - want) > 1.2e-7 * fabs(want);
    }
    worst_reward = fmax(worst_reward, fabs(s->reward[0] - reward.value[t]));
    wrong += s->done[0] != (terminated.value[t] != 0 ? HEBB_TERMINATED : HEBB_RUNNING);
  }
  printf("%s: %.2g, reward %.2g ", name, worst, worst_reward);
  CU_ASSERT(worst <= 1e-12);
  CU_ASSERT(worst_reward <= 1e-12);
  CU_ASSERT_EQUAL(wrong, 0);
  stage_close(s);
  golden *all[] = { &initial, &action, &state, &observation, &reward, &terminated };
  for (size_t k = 0; k < sizeof all / sizeof all[0]; k++)
    free(all[k]->value);
}

static void as_gym(void)
{
  follows("cartpole", "cartpole_right");
  follows("cartpole", "cartpole_balance500");
  follows("acrobot", "acrobot_pump");
  follows("mountain_car", "mountaincar_bangbang");
  follows("mountain_car_continuous", "mountaincar_cont_1");
  follows("pendulum", "pendulum_1");
}

/* ---- limits ---- */

/* Decisions of a life in which nothing is done. */
static int32_t idle(const char *env, double act, const char *const *set, hebb_env_shape *shape)
{
  stage *s = stage_open(env, 1, set, NULL);
  int32_t n = 0;
  *shape = s->shape;
  s->act[0] = act;
  for (stage_reset_all(s, 7); !s->done[0] && n < 2000; n++)
    stage_step(s);
  CU_ASSERT_EQUAL(s->done[0], HEBB_TRUNCATED);
  stage_close(s);
  return n;
}

static void limits(void)
{
  static const struct {
    int32_t steps;
    double solved, idle;
    int32_t n_choice;
  } want[N_OTHER] = {
    { 500, -100, 1, 3 }, { 200, -110, 1, 3 }, { 999, 90, 0, 0 }, { 200, NAN, 0, 0 }
  };
  for (int k = 0; k < N_OTHER; k++) {
    hebb_env_shape shape;
    CU_ASSERT_EQUAL(idle(others[k], want[k].idle, NULL, &shape), want[k].steps);
    CU_ASSERT_EQUAL(shape.max_steps, want[k].steps);
    CU_ASSERT_EQUAL(shape.n_choice, want[k].n_choice);
    CU_ASSERT_EQUAL(shape.has_score, 0);
    CU_ASSERT(isnan(want[k].solved) ? isnan(shape.solved) : shape.solved == want[k].solved);
    CU_ASSERT_EQUAL(idle(others[k], want[k].idle, SET("env.max_steps=3"), &shape), 3);
  }
}

/* The throttle that follows the velocity reaches the flag: the price of every decision, and 100. */
static void flag(void)
{
  stage *s = stage_open("mountain_car_continuous", 1, SET("env.initial_state=[-0.5, 0]"), NULL);
  int32_t n = 0;
  for (stage_reset_all(s, 1); !s->done[0] && n < 999; n++) {
    if (n > 0)
      CU_ASSERT_DOUBLE_EQUAL(s->reward[0], -0.4, 1e-12); // 0.1 x 2^2: the price is not clipped
    s->act[0] = s->obs[1] >= 0 ? 2 : -2;
    stage_step(s);
  }
  printf("%d decisions ", n);
  CU_ASSERT_EQUAL(s->done[0], HEBB_TERMINATED);
  CU_ASSERT_DOUBLE_EQUAL(s->reward[0], 99.6, 1e-12);
  CU_ASSERT((double)s->obs[0] >= 0.45);
  stage_close(s);
}

/* Beyond the bounds of the torque nothing changes, and a choice is the nearest there is. */
static void clips(void)
{
  static const double beyond[N_OTHER] = { 7, 7, 1e30, 1e30 }, bound[N_OTHER] = { 2, 2, 1, 2 };
  for (int k = 0; k < N_OTHER; k++) {
    stage *s = stage_open(others[k], 2, NULL, NULL);
    stage_reset_all(s, 3);
    for (int n = 0; n < 20; n++) {
      const double sign = k > 1 && n % 3 == 0 ? -1 : 1;
      s->act[0] = sign * beyond[k];
      s->act[1] = sign * bound[k];
      stage_step(s);
    }
    CU_ASSERT_EQUAL(memcmp(s->obs, s->obs + s->shape.n_obs, sizeof(float) * (size_t)s->shape.n_obs),
                    0);
    stage_close(s);
  }
}

/* ---- draws ---- */

static void spread(const char *env, int n_state, const double *low, const double *high)
{
  enum { N = 2000 };
  stage *s = stage_open(env, N, NULL, NULL);
  uint64_t *seed = calloc(N, sizeof *seed);
  CU_ASSERT_FATAL(seed != NULL);
  for (uint64_t k = 0; k < N; k++)
    seed[k] = k;
  stage_reset(s, seed);
  for (int i = 0; i < n_state; i++) {
    const double width = high[i] - low[i];
    double least = 1e3, most = -1e3, mean = 0;
    for (int k = 0; k < N; k++) {
      double state[MOST_STATE];
      stage_read(s, k, "state", state);
      least = fmin(least, state[i]);
      most = fmax(most, state[i]);
      mean += state[i] / N;
    }
    CU_ASSERT(least >= low[i] && least <= low[i] + 0.003 * width);
    CU_ASSERT(most <= high[i] && most >= high[i] - 0.003 * width);
    CU_ASSERT(fabs(mean - (low[i] + high[i]) / 2) <= 4 * width / sqrt(12.0 * N));
  }
  free(seed);
  stage_close(s);
}

static void draws(void)
{
  const double pi = 3.14159265358979323846;
  spread("acrobot", 4, (double[]){ -0.1, -0.1, -0.1, -0.1 }, (double[]){ 0.1, 0.1, 0.1, 0.1 });
  spread("mountain_car", 2, (double[]){ -0.6, 0 }, (double[]){ -0.4, 0 });
  spread("mountain_car_continuous", 2, (double[]){ -0.6, 0 }, (double[]){ -0.4, 0 });
  spread("pendulum", 2, (double[]){ -pi, -1 }, (double[]){ pi, 1 });
}

/* ---- what cannot be used ---- */

static void refused(const char *env, const char *set, const char *why)
{
  static error err;
  memset(&err, 0, sizeof err);
  CU_ASSERT_PTR_NULL(stage_open(env, 1, SET(set), &err));
  SAYS(&err, why);
}

static void bad_starts(void)
{
  refused("acrobot", "env.initial_state=[0, 0, 13, 0]", "4 pi and 9 pi");
  refused("acrobot", "env.initial_state=[0, 0, 0, -29]", "4 pi and 9 pi");
  refused("mountain_car", "env.initial_state=[-1.3, 0]", "initial_state");
  refused("mountain_car", "env.initial_state=[0, 0.08]", "velocity 0.08 is beyond");
  refused("mountain_car_continuous", "env.initial_state=[0, -0.08]", "velocity -0.08 is beyond");
  refused("pendulum", "env.initial_state=[0, 8.5]", "8.5 rad/s is beyond");
}

/* From the edge of what is allowed every number stays finite. */
static void far_starts(void)
{
  static const char *const start[N_OTHER] = { "env.initial_state=[1000, -1000, 12.566, -28.274]",
                                              "env.initial_state=[-1.2, -0.07]",
                                              "env.initial_state=[-1.2, -0.07]",
                                              "env.initial_state=[1000, -8]" };
  for (int k = 0; k < N_OTHER; k++) {
    stage *s = stage_open(others[k], 1, SET(start[k]), NULL);
    bool finite = true;
    int n = 0;
    for (stage_reset_all(s, 1); !s->done[0]; n++) {
      s->act[0] = n % 7 < 3 ? 2 : 0;
      stage_step(s);
      for (int i = 0; i < s->shape.n_obs; i++)
        finite = finite && isfinite(s->obs[i]) && fabsf(s->obs[i]) < 30;
    }
    CU_ASSERT(finite);
    CU_ASSERT_NOT_EQUAL(s->done[0], HEBB_FAILED);
    stage_close(s);
  }
}

/* Such an action ends the lane's life with a reason and leaves its neighbour alone. */
static void no_number(void)
{
  static const double bad[] = { (double)NAN, (double)INFINITY, -(double)INFINITY };
  for (int k = 0; k < N_OTHER; k++)
    for (size_t j = 0; j < sizeof bad / sizeof bad[0]; j++) {
      stage *s = stage_open(others[k], 2, NULL, NULL);
      stage_reset_all(s, 1);
      s->act[0] = bad[j];
      s->act[1] = 1;
      stage_step(s);
      CU_ASSERT_EQUAL(s->done[0], HEBB_FAILED);
      CU_ASSERT_PTR_NOT_NULL_FATAL(s->why[0]);
      CU_ASSERT_STRING_EQUAL(s->why[0], "the action is not finite");
      CU_ASSERT(isfinite(s->reward[0]));
      CU_ASSERT_EQUAL(s->done[1], HEBB_RUNNING);
      stage_close(s);
    }
}

int main(void)
{
  static const check_test tests[] = {
    { "as gym, from states set by hand", as_gym },
    { "step limits, solved returns, choices", limits },
    { "the flag of the continuous mountain car", flag },
    { "actions beyond the bounds are clipped", clips },
    { "states at reset are gym's draws", draws },
    { "starts that are no state are refused", bad_starts },
    { "starts at the edge stay finite", far_starts },
    { "an action that is no number ends the life as failed", no_number },
  };
  return check_run("classic control", tests, sizeof tests / sizeof tests[0]);
}
