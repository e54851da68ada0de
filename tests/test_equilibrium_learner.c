/* test_equilibrium_learner.c - the learner `equilibrium` as a host calls it: it learns what its targets say, its
 * named arrays are what they are called, and what cannot be is refused in a sentence. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "hebb/rng.h"
#include "loader.h"
#include "param.h"

enum { N_OBS = 2, N_SET = 16 };

/* A life of the learner in a world of choices, one target for each. */
typedef struct life {
  const hebb_rule *rule;
  void *config, *state, *scratch;
  hebb_env_shape world;
  hebb_learner_shape shape;
} life;

static error why;
static host_services services;

/* Parameters by KEY, value pairs; NULL ends them. false: refused. */
static bool begin(life *l, int32_t n_choice, int32_t n_act, int32_t n_target,
                  const char *const *set)
{
  static const float low[] = { -1, -1, -1 }, high[] = { 1, 1, 1 };
  loaded found;
  why = (error){ 0 };
  host_services_init(&services, "equilibrium", &why);
  CU_ASSERT_FATAL(loader_open("equilibrium", HEBB_RULE, NULL, &found, &why) == 0);
  *l = (life){ .rule = (const hebb_rule *)found.plugin, .shape = { .size = sizeof l->shape } };
  l->config = calloc(1, found.plugin->config_size);
  param_defaults(found.plugin->params, l->config);
  for (; set && set[0]; set += 2) {
    const hebb_param *row = param_find(found.plugin->params, set[0]);
    CU_ASSERT_PTR_NOT_NULL_FATAL(row);
    const int status =
        row->type == HEBB_TYPE_CHOICE    ? param_set_text(row, l->config, set[1], "", &why)
        : row->type == HEBB_TYPE_BOOLEAN ? param_set_boolean(row, l->config, true, "", &why)
        : row->type == HEBB_TYPE_INTEGER
            ? param_set_integer(row, l->config, 0, strtol(set[1], NULL, 10), "", &why)
            : param_set_real(row, l->config, 0, strtod(set[1], NULL), "", &why);
    CU_ASSERT_FATAL(status == 0);
  }
  l->world = (hebb_env_shape){ .size = sizeof l->world,
                               .n_obs = N_OBS,
                               .n_act = n_act,
                               .n_choice = n_choice,
                               .n_target = n_target,
                               .act_low = low,
                               .act_high = high,
                               .max_steps = 100 };
  if (l->rule->learner(l->config, &l->world, &services.host, &l->shape) != HEBB_OK) {
    free(l->config);
    return false;
  }
  l->state = calloc(1, l->shape.state_size);
  l->scratch = calloc(1, l->shape.scratch_size);
  l->rule->begin(l->state, l->config, &l->world, NULL, 11);
  return true;
}

static void finish(life *l)
{
  free(l->scratch);
  free(l->state);
  free(l->config);
}

static const double *array(const life *l, const char *name)
{
  for (int32_t k = 0; k < l->shape.n_array; k++)
    if (strcmp(l->shape.array[k].name, name) == 0)
      return (const double *)((const char *)l->state + l->shape.array[k].offset);
  return NULL;
}

/* One example: what it answered. */
static double show(life *l, const float *obs, const float *target, double *act)
{
  const hebb_outcome outcome = {
    .size = sizeof outcome, .obs = obs, .target = target, .context = -1
  };
  l->rule->act(l->state, l->scratch, obs, act);
  l->rule->learn(l->state, l->scratch, &outcome);
  return act[0];
}

/* Learns exclusive or, as a choice; how many of the four are right in the end. */
static int exclusive_or(const char *const *set)
{
  life l;
  int right = 0;
  const bool fine = begin(&l, 2, 1, 2, set);
  if (!fine)
    printf(" %s ", why.text);
  CU_ASSERT_FATAL(fine);
  for (int k = 0; k < 8000; k++) {
    const hebb_address address = { .seed = 2, .purpose = 1 };
    const int which = (int)(4 * hebb_uniform(&address, (uint32_t)k));
    const float obs[] = { (float)(which & 1), (float)(which >> 1) };
    const int wanted = (which & 1) ^ which >> 1;
    const float target[] = { (float)!wanted, (float)wanted };
    double act;
    show(&l, obs, target, &act);
  }
  l.rule->end(l.state, l.scratch);
  for (int which = 0; which < 4; which++) {
    const float obs[] = { (float)(which & 1), (float)(which >> 1) };
    double act;
    right += show(&l, obs, NULL, &act) == ((which & 1) ^ which >> 1);
    CU_ASSERT(isnan(*array(&l, "cost")));
  }
  finish(&l);
  return right;
}

static void learns_exclusive_or(void)
{
  static const char *const sets[][N_SET] = {
    { "batch", "4", "hidden", "16" },
    { "batch", "1", "hidden", "16", "rate", "0.02", "estimator", "one_sided", "beta", "0.1" },
    { "batch", "4", "hidden", "16", "dynamics", "euler", "estimator", "random_sign" },
    { "batch", "4", "hidden", "16", "dynamics", "leaky", "nudge", "outside", "free_steps", "60" },
    { "batch", "4", "hidden", "16", "activation", "tanh", "method", "adam", "rate", "0.005",
      "dynamics", "fixed_point" },
    { "batch", "4", "hidden", "16", "activation", "tanh", "output", "readout", "cost",
      "cross_entropy", "rate", "0.2" },
    { "batch", "4", "hidden", "12", "layers", "2", "activation", "tanh", "output", "linear",
      "start", "last" },
    { "batch", "4", "hidden", "16", "activation", "tanh", "output", "linear", "estimator",
      "holomorphic", "beta", "0.1" },
    { "batch", "4", "hidden", "16", "feedback", "separate", "output", "linear" },
    { "batch", "4", "hidden", "16", "lateral", "", "method", "momentum", "rate", "0.01" },
    { "batch", "4", "hidden", "16", "continual", "", "dynamics", "leaky", "estimator",
      "one_sided" },
  };
  for (size_t k = 0; k < sizeof sets / sizeof sets[0]; k++) {
    const int right = exclusive_or(sets[k]);
    if (right != 4)
      printf(" set %d: %d right ", (int)k, right);
    CU_ASSERT_EQUAL(right, 4);
  }
}

/* Numbers, not choices: a smooth function of two, to a small error. */
static void learns_numbers(void)
{
  life l;
  double error_at_first = 0, error_at_last = 0;
  CU_ASSERT_FATAL(begin(&l, 0, 2, 2,
                        (const char *const[]){ "activation", "tanh", "output", "linear", "batch",
                                               "10", "method", "adam", "rate", "0.003", NULL }));
  for (uint32_t k = 0; k < 6000; k++) {
    const hebb_address address = { .seed = 3, .purpose = 1 };
    const float x = hebb_uniform(&address, 2 * k) * 2 - 1,
                y = hebb_uniform(&address, 2 * k + 1) * 2 - 1;
    const float obs[] = { x, y }, target[] = { x * y, 0.5F * (x - y) };
    double act[2];
    show(&l, obs, target, act);
    const double square = pow(act[0] - (double)target[0], 2) + pow(act[1] - (double)target[1], 2);
    CU_ASSERT_DOUBLE_EQUAL(*array(&l, "cost"), square / 2, 1e-12);
    error_at_first += k < 500 ? square : 0;
    error_at_last += k >= 5500 ? square : 0;
  }
  if (!(error_at_last < 0.1 * error_at_first))
    printf(" from %g to %g ", error_at_first, error_at_last);
  CU_ASSERT(error_at_last < 0.1 * error_at_first);
  finish(&l);
}

/* The arrays are the network: computing by hand what a readout without feedback answers. */
static void named_arrays(void)
{
  life l;
  double act[2];
  const float obs[] = { 0.3F, -0.7F }, target[] = { 0, 1 };
  CU_ASSERT_FATAL(begin(&l, 0, 2, 2,
                        (const char *const[]){ "activation", "tanh", "output", "readout", "hidden",
                                               "5", "batch", "1", NULL }));
  show(&l, obs, target, act);
  const double *w1 = array(&l, "weight1"), *w2 = array(&l, "weight2"), *b1 = array(&l, "bias1"),
               *b2 = array(&l, "bias2");
  CU_ASSERT_FATAL(w1 && w2 && b1 && b2);
  const double before = w2[3];
  show(&l, obs, target, act);
  CU_ASSERT(w2[3] != before); // it has learnt
  double z[2] = { b2[0], b2[1] };
  for (int i = 0; i < 5; i++) {
    const double h = tanh((double)obs[0] * w1[i] + (double)obs[1] * w1[5 + i] + b1[i]);
    z[0] += h * w2[2 * i], z[1] += h * w2[2 * i + 1];
  }
  l.rule->act(l.state, l.scratch, obs, act);
  CU_ASSERT_DOUBLE_EQUAL(act[0], z[0], 1e-12);
  CU_ASSERT_DOUBLE_EQUAL(act[1], z[1], 1e-12);
  CU_ASSERT_EQUAL(*array(&l, "free_steps"), 2); // one to get there, one to see it
  CU_ASSERT(*array(&l, "residual") < 1e-12);
  CU_ASSERT(*array(&l, "nudged_steps") >= 1);
  CU_ASSERT(isfinite(*array(&l, "energy")));
  finish(&l);
}

static void refused(int32_t n_choice, int32_t n_act, int32_t n_target, const char *const *set,
                    const char *expected)
{
  life l;
  const bool fine = begin(&l, n_choice, n_act, n_target, set);
  CU_ASSERT(!fine && strstr(why.text, expected) != NULL);
  if (fine)
    finish(&l);
}

static void refusals(void)
{
  refused(2, 1, 0, NULL, "this world has none");
  refused(3, 1, 2, NULL, "2 targets for 3");
  refused(0, 1, 2, NULL, "number to act");
  refused(2, 1, 2, (const char *const[]){ "estimator", "holomorphic", NULL }, "smooth activation");
  refused(2, 1, 2, (const char *const[]){ "cost", "cross_entropy", NULL }, "readout");
  refused(2, 1, 2, (const char *const[]){ "nudge", "outside", NULL }, "leaky or fixed_point");
  refused(2, 1, 2, (const char *const[]){ "layers", "0", "output", "readout", NULL },
          "hidden layer");
}

int main(void)
{
  static const check_test tests[] = {
    { "exclusive or, in every way", learns_exclusive_or },
    { "numbers", learns_numbers },
    { "named arrays", named_arrays },
    { "refusals", refusals },
  };
  return check_run("learner equilibrium", tests, sizeof tests / sizeof tests[0]);
}
