/* test_env_shape.c - what strangers' environments may say of themselves; which worlds are alike. */
#include "env_shape.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "said.h"

static const float low[] = { -1, -1 }, high[] = { 1, 2 }, beyond[] = { 1, 3 };
static const float nothing[] = { 0, NAN };
static const float free_low[] = { -INFINITY, 0 }, free_high[] = { 0, INFINITY };
static const uint32_t clip[] = { 0, 0 }, tanhs[] = { 0, 1 }, unknown[] = { 0, 5 };
static const char *const labels[] = { "a", NULL, "c", "d", "e", "f" };

static const hebb_array good_arrays[] = {
  { .name = "pose",
    .unit = "m",
    .doc = "Where.",
    .dims = "xyz",
    .dtype = HEBB_F64,
    .rank = 1,
    .extent = { 3 } },
  { .name = "count", .unit = "1", .doc = "How many.", .dims = "", .dtype = HEBB_U8 },
};

static void read_nothing(void *sim, int32_t lane, int32_t array, void *out)
{
  (void)sim, (void)lane, (void)array, (void)out;
}

static hebb_env_shape sound(void)
{
  hebb_env_shape s = env_shape_blank();
  s.n_obs = 6;
  s.n_act = 2;
  s.act_low = low;
  s.act_high = high;
  s.max_steps = 10;
  s.array = good_arrays;
  s.n_array = 2;
  return s;
}

static void expect(const hebb_env_shape *s, const char *says)
{
  const hebb_env env = { .read = read_nothing };
  error err = { 0 };
  char fault[ENV_SENTENCE_SIZE] = "";
  const bool holds = env_shape_sound(&env, s, fault);
  CU_ASSERT_EQUAL(holds, says == NULL);
  if (!says)
    return;
  error_add(&err, EXIT_PLUGIN, "%s", fault);
  SAYS(&err, says);
}

/* One member of a sound shape is given a value; the sentence is expected, or none. */
#define WITH(says, ...)                                                                            \
  do {                                                                                             \
    hebb_env_shape s = sound();                                                                    \
    __VA_ARGS__;                                                                                   \
    expect(&s, says);                                                                              \
  } while (0)

static void numbers(void)
{
  WITH(NULL, (void)0);
  WITH("declares 0 observations", s.n_obs = 0);
  WITH("declares 524289 observations", s.n_obs = ENV_MOST_NUMBERS + 1);
  WITH("0 actions", s.n_act = 0);
  WITH("-1 choices", s.n_choice = -1);
  WITH("one action, not 2", s.n_choice = 4);
  WITH(NULL, s.n_choice = 4, s.n_act = 1, s.act_low = s.act_high = NULL);
  WITH(NULL, s.height = 1, s.width = 2, s.channel = 3);
  WITH("a picture of 2 x 2 x 3 has not 6 numbers", s.height = 2, s.width = 2, s.channel = 3);
  WITH("a picture of -1 x -2 x 3", s.height = -1, s.width = -2, s.channel = 3);
  WITH("a picture of", s.height = s.width = s.channel = INT32_MAX); // whose product wraps
  WITH("targets of -1", s.n_target = -1);
  WITH("targets of 524289", s.n_target = ENV_MOST_NUMBERS + 1);
  WITH("-2 contexts", s.n_context = -2);
  WITH("max_steps = 0", s.max_steps = 0);
  WITH("seconds is no time", s.step_seconds = -0.01);
  WITH("seconds is no time", s.step_seconds = NAN);
  WITH("seconds is no time", s.step_seconds = INFINITY);
}

static void actions(void)
{
  WITH("no bounds", s.act_low = NULL);
  WITH("no bounds", s.act_high = NULL);
  WITH("the bounds of action 0, -1 and -1", s.act_high = low);
  WITH("the bounds of action 1", s.act_low = nothing, s.act_high = high);
  WITH(NULL, s.act_low = free_low, s.act_high = free_high);
  WITH("act_map holds 5 for action 1", s.act_map = unknown);
  WITH(NULL, s.act_map = tanhs);
  WITH("lacks the label of observation 1", s.obs_name = labels);
  WITH("lacks the label of action 1", s.act_name = labels);
}

static void expect_array(const hebb_array *a, const char *says)
{
  WITH(says, s.array = a, s.n_array = 1);
}

/* One member of a named quantity that makes sense is given a value. */
#define ARRAY(says, ...)                                                                           \
  do {                                                                                             \
    hebb_array a = good_arrays[0];                                                                 \
    __VA_ARGS__;                                                                                   \
    expect_array(&a, says);                                                                        \
  } while (0)

static void arrays(void)
{
  hebb_array many[ENV_MOST_ARRAYS + 1];
  char name[ENV_MOST_ARRAYS + 1][8];
  for (int k = 0; k <= ENV_MOST_ARRAYS; k++) {
    many[k] = good_arrays[0];
    snprintf(name[k], sizeof name[k], "a%d", k);
    many[k].name = name[k];
  }
  WITH(NULL, s.array = many, s.n_array = ENV_MOST_ARRAYS);
  WITH("65 named quantities are declared; 0 to 64", s.array = many, s.n_array = 65);
  WITH("-1 named quantities", s.n_array = -1);
  WITH("their table is NULL", s.array = NULL);
  many[1].name = "a0";
  WITH("two named quantities are called a0", s.array = many, s.n_array = 2);
  many[1].name = "a1";
  for (int k = 0; k < 9; k++)
    many[k].extent[0] = ENV_MOST_NUMBERS;
  WITH(NULL, s.array = many, s.n_array = 8);
  WITH("take 37748736 bytes together", s.array = many, s.n_array = 9);

  ARRAY(NULL, (void)0);
  ARRAY("lacks its name", a.name = NULL);
  ARRAY("lacks its name", a.name = "");
  ARRAY("(pose) lacks its name, unit, doc or dims", a.unit = NULL);
  ARRAY("(pose) lacks", a.doc = "");
  ARRAY("(pose) lacks", a.dims = NULL);
  ARRAY("unknown type", a.dtype = 0);
  ARRAY("unknown type", a.dtype = 5);
  ARRAY("unknown type", a.dtype = UINT32_MAX);
  ARRAY("more than 4 dimensions", a.rank = 5);
  ARRAY("an extent below 1", a.extent[0] = 0);
  ARRAY("an extent below 1", a.extent[0] = -3);
  ARRAY("has 524289 numbers", a.extent[0] = ENV_MOST_NUMBERS + 1);
  static const hebb_array huge = { .name = "huge",
                                   .unit = "1",
                                   .doc = "Too much.",
                                   .dims = "",
                                   .dtype = HEBB_U8,
                                   .rank = 4,
                                   .extent = { 1 << 16, 1 << 16, 1 << 16, 1 << 16 } };
  expect_array(&huge, "quantity huge"); // 2^64 numbers would wrap to none

  const hebb_env mute = { .read = NULL };
  const hebb_env_shape s = sound();
  char fault[ENV_SENTENCE_SIZE];
  CU_ASSERT_FALSE(env_shape_sound(&mute, &s, fault));
  CU_ASSERT_EQUAL(env_array_bytes(&good_arrays[0]), 24);
  CU_ASSERT_EQUAL(env_array_bytes(&good_arrays[1]), 1);
  CU_ASSERT_EQUAL(env_array_count(&good_arrays[1]), 1);
}

/* ---- alike ---- */

static void expect_difference(const hebb_env_shape *s, const char *says)
{
  const hebb_env_shape first = sound();
  error err = { 0 };
  char difference[ENV_SENTENCE_SIZE] = "";
  CU_ASSERT_EQUAL(env_shapes_alike(&first, s, difference), says == NULL);
  error_add(&err, EXIT_PLUGIN, "%s", difference);
  if (says)
    SAYS(&err, says);
}

#define UNLIKE(says, ...)                                                                          \
  do {                                                                                             \
    hebb_env_shape s = sound();                                                                    \
    __VA_ARGS__;                                                                                   \
    expect_difference(&s, says);                                                                   \
  } while (0)

static void alike(void)
{
  hebb_array other[2];
  UNLIKE(NULL, (void)0);
  UNLIKE(NULL, s.max_steps = 99, s.step_seconds = 1, s.solved = 3);
  UNLIKE("7 observations instead of 6", s.n_obs = 7);
  UNLIKE("1 actions instead of 2", s.n_act = 1);
  UNLIKE("3 choices instead of 0", s.n_choice = 3);
  UNLIKE("2 numbers in a target instead of 0", s.n_target = 2);
  UNLIKE("1 contexts instead of 0", s.n_context = 1);
  UNLIKE("a picture of 1 x 2 x 3 instead of 0", s.height = 1, s.width = 2, s.channel = 3);
  UNLIKE("a score instead of none", s.has_score = 1);
  UNLIKE("action 1 within -1 .. 3 instead of -1 .. 2", s.act_high = beyond);
  UNLIKE(NULL, s.act_map = clip); // which is the default
  UNLIKE("another act_map of action 1: 1 instead of 0", s.act_map = tanhs);
  UNLIKE("1 named quantities instead of 2", s.n_array = 1);
  memcpy(other, good_arrays, sizeof other);
  UNLIKE(NULL, s.array = other);
  other[1].name = "number";
  UNLIKE("a quantity number instead of count", s.array = other);
  other[1] = good_arrays[1];
  other[0].extent[0] = 4;
  UNLIKE("a quantity pose of another type or size", s.array = other);
  other[0].extent[0] = 3;
  other[0].dtype = HEBB_F32;
  UNLIKE("a quantity pose of another type or size", s.array = other);
}

/* ---- open ---- */

static int open_sound(const void *config, const hebb_host *host, hebb_env_shape *s, void **model)
{
  (void)host;
  CU_ASSERT_EQUAL(s->size, sizeof *s);
  CU_ASSERT(isnan(s->solved)); // where the plugin leaves it alone nothing counts as solved
  CU_ASSERT_EQUAL(s->n_obs, 0);
  *s = sound();
  s->n_obs = *(const int32_t *)config;
  *model = s;
  return HEBB_OK;
}

static int open_refusing(const void *config, const hebb_host *host, hebb_env_shape *s, void **model)
{
  open_sound(config, host, s, model);
  return host->fail(host, HEBB_EINVAL, "the pole is too long");
}

static int open_mute(const void *config, const hebb_host *host, hebb_env_shape *s, void **model)
{
  open_sound(config, host, s, model);
  return HEBB_EINVAL;
}

static void opening(void)
{
  const int32_t six = 6, none = 0;
  hebb_env env = { .open = open_sound, .read = read_nothing };
  hebb_env_shape s = { .n_obs = 99 };
  void *model;
  error err = { 0 };
  CU_ASSERT_EQUAL(env_open(&env, &six, "here", &s, &model, &err), EXIT_FINE);
  SILENT(&err);
  CU_ASSERT_EQUAL(s.n_obs, 6);
  CU_ASSERT_PTR_NOT_NULL(model);

  CU_ASSERT_EQUAL(env_open(&env, &none, "here", &s, &model, &err), EXIT_PLUGIN);
  SAYS(&err, "here: the environment declares 0 observations");
  CU_ASSERT_PTR_NOT_NULL(model); // to be closed
  CU_ASSERT_PTR_NULL(s.act_low);

  env.open = open_refusing;
  err = (error){ 0 };
  CU_ASSERT_EQUAL(env_open(&env, &six, "here", &s, &model, &err), EXIT_CONFIGURATION);
  SAYS(&err, "here: the pole is too long\n");
  CU_ASSERT_PTR_NULL(model);
  CU_ASSERT_EQUAL(s.n_obs, 6);
  CU_ASSERT_PTR_NULL(s.act_low);

  env.open = open_mute;
  err = (error){ 0 };
  CU_ASSERT_EQUAL(env_open(&env, &six, "here", &s, &model, &err), EXIT_PLUGIN);
  SAYS(&err, "here: could not be opened and gave no reason\n");
}

int main(void)
{
  static const check_test tests[] = { { "numbers", numbers },
                                      { "actions", actions },
                                      { "named quantities", arrays },
                                      { "alike", alike },
                                      { "opening", opening } };
  return check_run("env_shape", tests, sizeof tests / sizeof tests[0]);
}
