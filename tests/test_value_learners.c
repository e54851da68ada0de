/* test_value_learners.c - learners of the value of actions in the form that learns: the contrast against the slope by
 * differences, what is learnt towards, the values of a corridor, refusals. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../rules/value/td_value.h"
#include "check.h"
#include "learner_life.h"

enum { OBS = 3, HIDDEN = 5 };

/* One step along the contrast against the slope of 1/2 (Q(x, a) - d)^2 by differences of Q. */
static void contrast_is_the_slope(void)
{
  static const int32_t n[] = { OBS, HIDDEN, 4, 2 };
  for (int layers = 3; layers <= 4; layers++) {
    td_value t = { .huber = 1 };
    const char *refused =
        ep_chain(&t.m.network, layers, layers == 3 ? (int32_t[]){ OBS, HIDDEN, 2 } : n, EP_TANH,
                 EP_LINEAR, layers == 3, false, 0);
    CU_ASSERT_PTR_NULL_FATAL(refused);
    t.m.dynamics = (ep_dynamics){ .kind = EP_ASYNCHRONOUS, .tolerance = 1e-14 };
    t.m.nudging = (ep_nudging){ .estimator = EP_SYMMETRIC, .beta = 1e-3 };
    t.m.optimizer = (ep_optimizer){ .method = EP_SGD, .bias_factor = 1, .rate = { 1, 1, 1, 1 } };
    t.m.gain = 0.5;
    t.m.n_example = 2;
    t.m.free_steps = t.m.nudged_steps = 3000;
    CU_ASSERT_PTR_NULL_FATAL(td_value_plan(&t));
    double *memory = calloc((size_t)t.n_memory, sizeof *memory);
    double *scratch = calloc((size_t)t.n_scratch, sizeof *scratch);
    const double x[2 * OBS] = { 0.3, -0.8, 0.5, -0.2, 0.1, 0.9 }, action[2] = { 1, 0 };
    double q[4], later[4];
    td_value_begin(&t, memory, 21);
    td_value_answer(&t, memory, scratch, 2, x, false, q);
    const double wanted[2] = { q[1] + 0.4, q[2] - 30 }; // the second error counts as 1
    double *theta = memory + t.m.theta;
    const int64_t n_theta = t.m.network.n_parameter;
    double slope[64], before[64];
    CU_ASSERT_FATAL(n_theta <= 64);
    memcpy(before, theta, (size_t)n_theta * sizeof *theta);
    for (int64_t k = 0; k < n_theta; k++) { // ascent on -C, mean of two
      slope[k] = 0;
      for (int side = -1; side <= 1; side += 2) {
        theta[k] = before[k] + side * 1e-5;
        ep_changed(&t.m, memory);
        td_value_answer(&t, memory, scratch, 2, x, false, later);
        slope[k] += side * (0.4 * later[1] - 1 * later[2]) / 2 / 2e-5;
      }
      theta[k] = before[k];
    }
    ep_changed(&t.m, memory);
    const double cost = td_value_improve(&t, memory, scratch, 2, x, action, wanted);
    CU_ASSERT_DOUBLE_EQUAL(cost, (0.16 + 900) / 2, 1e-9);
    double square = 0, off = 0;
    for (int64_t k = 0; k < n_theta; k++) {
      square += slope[k] * slope[k];
      off += pow(theta[k] - before[k] - slope[k], 2);
    }
    if (!(sqrt(off / square) < 1e-4))
      printf(" %d layers: off by %g ", layers, sqrt(off / square));
    CU_ASSERT(square > 0 && sqrt(off / square) < 1e-4);
    // the older copy is as it was
    td_value_answer(&t, memory, scratch, 2, x, true, later);
    CU_ASSERT_DOUBLE_EQUAL(later[1], q[1], 1e-12);
    td_value_renew(&t, memory);
    td_value_answer(&t, memory, scratch, 2, x, true, later);
    CU_ASSERT(fabs(later[1] - q[1]) > 1e-3);
    free(scratch);
    free(memory);
  }
}

/* What is learnt towards, seen in the first update's cost: the value that follows, none after the end, and the
   same as ever where the time limit cut in; as programs of 2018 have it, none there either. */
static double first_cost(const char *name, const char *variant, int32_t done)
{
  const float obs[] = { 0.2F, -0.4F, 0.6F }, next[] = { 0.5F, 0.1F, -0.3F };
  learner_life l;
  CU_ASSERT_FATAL(
      learner_life_begin(&l, name, OBS, 2, 8,
                         (const char *const[]){ "variant", variant, "hidden", "5", "epsilon_first",
                                                "0", "epsilon_last", "0", "replay", "1", "batch",
                                                "1", "start", "1", NULL }));
  learner_life_act(&l, obs);
  learner_life_learn(&l, next, 5, HEBB_RUNNING);
  CU_ASSERT_EQUAL(*learner_life_array(&l, "cost"), 0); // no update yet
  learner_life_act(&l, obs);
  learner_life_learn(&l, next, 5, done);
  const double cost = *learner_life_array(&l, "cost");
  learner_life_end(&l);
  return cost;
}

static void what_is_wanted(void)
{
  static const char *const name[] = { "dqn_ep", "dqn" };
  for (int k = 0; k < 2; k++) {
    const double on = first_cost(name[k], "td", HEBB_RUNNING);
    CU_ASSERT(fabs(on - first_cost(name[k], "td", HEBB_TERMINATED)) > 1e-3);
    CU_ASSERT_EQUAL(on, first_cost(name[k], "td", HEBB_TRUNCATED));
  }
  CU_ASSERT_EQUAL(first_cost("dqn", "tecot", HEBB_TERMINATED),
                  first_cost("dqn", "tecot", HEBB_TRUNCATED));
}

/* A corridor of four places. Right of the last one is 1 and the end; the value of going there from s is
   0.8^(3 - s), that of going left 0.8 times the value of the place to the left. */
static void corridor(const char *name, const char *const *set)
{
  enum { PLACES = 4 };
  learner_life l;
  int place = 0, wrong = 0, worse = 0;
  const bool fine = learner_life_begin(&l, name, PLACES, 2, 12, set);
  CU_ASSERT_FATAL(fine);
  for (int t = 0, of_episode = 0; t < 4000; t++) {
    float obs[PLACES] = { 0 }, next[PLACES] = { 0 };
    obs[place] = 1;
    const int a = learner_life_act(&l, obs);
    if (t >= 3000)
      wrong += a == 0;
    const bool over = a == 1 && place == PLACES - 1, cut = ++of_episode == 30;
    place += over ? 0 : a == 1 ? 1 : place > 0 ? -1 : 0;
    next[place] = 1;
    learner_life_learn(&l, next, over,
                       over  ? HEBB_TERMINATED
                       : cut ? HEBB_TRUNCATED
                             : HEBB_RUNNING);
    if (over || cut)
      place = of_episode = 0;
  }
  // a network by its named arrays: a place's value is what one observation gives
  const double *w1 = learner_life_array(&l, "weight1"), *b1 = learner_life_array(&l, "bias1"),
               *w2 = learner_life_array(&l, "weight2"), *b2 = learner_life_array(&l, "bias2");
  for (int s = 0; s < PLACES; s++) {
    double right = b2[1];
    for (int i = 0; i < 16; i++) {
      const double u = w1[s * 16 + i] + b1[i];
      right += w2[2 * i + 1] * (strcmp(name, "dqn") == 0 ? fmax(u, 0) : tanh(u));
    }
    if (fabs(right - pow(0.8, PLACES - 1 - s)) > 0.05)
      worse++, printf(" %s: %g at %d ", name, right, s);
  }
  CU_ASSERT_EQUAL(worse, 0);
  CU_ASSERT(wrong < 50);
  learner_life_end(&l);
}

static void learns(void)
{
  const char *const set[] = { "variant", "td",  "hidden",        "16",    "gamma",  "0.8",
                              "replay",  "500", "epsilon_steps", "2000",  "period", "50",
                              "start",   "50",  "rate",          "0.005", NULL };
  corridor("dqn_ep", set);
  corridor("dqn", set);
}

static void refusals(void)
{
  static const char *const name[] = { "dqn_ep", "dqn", "reward_ep" };
  for (int k = 0; k < 3; k++) {
    learner_life l;
    const bool fine = learner_life_begin(&l, name[k], OBS, 0, 1, NULL);
    CU_ASSERT(!fine && strstr(learner_life_why(), "discrete actions") != NULL);
  }
}

int main(void)
{
  static const check_test tests[] = {
    { "the contrast is the slope", contrast_is_the_slope },
    { "what is wanted", what_is_wanted },
    { "values of a corridor", learns },
    { "refusals", refusals },
  };
  return check_run("learners of value", tests, sizeof tests / sizeof tests[0]);
}
