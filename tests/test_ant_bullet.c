/* test_ant_bullet.c - the ant on Bullet: recorded lives of the original, threads, memory, failures. */
#include <malloc.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../envs/ant_task.h"
#include "check.h"
#include "golden_read.h"
#include "stage.h"

static const char file[] = "ant.h5";
#define BARE "env.burn_in=0", "env.stop=none"
#define LEVEL "env.initial_angles=[0, 0, 0, 0, 0, 0, 0, 0]"

/* Columns of a recorded life, and how far an equal life may be from them. */
static const struct column {
  const char *name;
  int n;
  double tolerance;
  bool is_count;    /* int32 */
  bool from_step_1; /* the record's row 0 means nothing */
} columns[] = {
  { "torso_position", 3, 0, false, false },
  { "torso_velocity", 3, 0, false, false },
  { "torso_angular_velocity", 3, 0, false, false },
  { "joint_angle", 8, 0, false, false },
  { "joint_rate", 8, 0, false, false },
  { "target_distance", 1, 0, false, false },
  { "alive", 1, 0, false, false },
  { "progress", 1, 0, false, false },
  { "joints_at_limit", 1, 0, false, false },
  { "feet_collision", 1, 0, false, false },
  { "contact_count", 1, 0, true, true },
  { "torso_quaternion", 4, 1e-15, false, false }, // other orders of the same sums
  { "parts_mean", 2, 1e-15, false, false },
  { "electricity", 1, 5e-16, false, false },
};
enum { N_COLUMN = sizeof columns / sizeof columns[0], N_ROW = 301 };

static golden part(const char *group, const char *dataset)
{
  char path[128];
  snprintf(path, sizeof path, "%s/%s", group, dataset);
  return golden_read(file, path);
}

/* key = the numbers of an attribute, as a --set */
static void set_numbers(char *out, size_t size, const char *key, const char *life, const char *name)
{
  golden g = golden_attribute(file, life, name);
  size_t at = (size_t)snprintf(out, size, "env.%s=[", key);
  for (int64_t i = 0; i < g.n && at < size; i++)
    at += (size_t)snprintf(out + at, size - at, "%s%.17g", i ? ", " : "", g.value[i]);
  if (at < size)
    snprintf(out + at, size - at, "]");
  free(g.value);
}

static double difference(stage *s, const struct column *c, const golden *want, int64_t t)
{
  double got[8] = { 0 }, worst = 0;
  int32_t count = 0;
  stage_read(s, 0, c->name, c->is_count ? (void *)&count : (void *)got);
  if (c->is_count)
    got[0] = count;
  for (int i = 0; i < c->n; i++)
    worst = fmax(worst, fabs(got[i] - want->value[t * c->n + i]));
  return worst;
}

static void follow(const char *life, void *n_life)
{
  char feet[256], angles[256];
  golden want[N_COLUMN], action, observation;
  double seen = 0;
  if (!golden_has(file, life) || strcmp(life, "model") == 0)
    return;
  ++*(int *)n_life;
  set_numbers(feet, sizeof feet, "foot_length", life, "foot_length_per_axis");
  set_numbers(angles, sizeof angles, "initial_angles", life, "initial_joint_angle");
  stage *s = stage_open("ant_bullet", 1, SET(BARE, feet, angles), NULL);
  action = part(life, "action");
  observation = part(life, "observation");
  for (int i = 0; i < N_COLUMN; i++)
    want[i] = part(life, columns[i].name);
  CU_ASSERT_EQUAL_FATAL(action.extent[0], N_ROW);
  stage_reset_all(s, 1);
  for (int64_t t = 0; t < N_ROW; t++) {
    if (t > 0) {
      memcpy(s->act, action.value + 8 * t, 8 * sizeof(double));
      stage_step(s);
    }
    for (int i = 0; i < N_COLUMN; i++) {
      const bool means_something = t > 0 || !columns[i].from_step_1;
      const double d = means_something ? difference(s, &columns[i], &want[i], t) : 0;
      if (!(d <= columns[i].tolerance)) {
        printf("%s: %s differs by %g in row %d ", life, columns[i].name, d, (int)t);
        CU_FAIL_FATAL("not the recorded life");
      }
    }
    for (int i = 0; i < ANT_N_OBS; i++)
      seen = fmax(seen, fabs((double)s->obs[i] - observation.value[t * ANT_N_OBS + i]));
  }
  CU_ASSERT(seen <= 1e-7);
  CU_ASSERT_EQUAL(s->done[0], HEBB_RUNNING);
  for (int i = 0; i < N_COLUMN; i++)
    free(want[i].value);
  free(action.value);
  free(observation.value);
  stage_close(s);
}

static void as_recorded(void)
{
  int n = 0;
  golden_names(file, "/", follow, &n);
  printf("%d lives ", n);
  CU_ASSERT(n >= 2);
}

/* The preset of a recorded body is that body. */
static void preset(void)
{
  golden position = part("najarro_right__init_zero__act_rand", "torso_position");
  golden action = part("najarro_right__init_zero__act_rand", "action");
  stage *s = stage_open("ant_bullet", 1, SET(BARE, LEVEL, "env.morphology=najarro_right"), NULL);
  double got[3];
  stage_reset_all(s, 1);
  for (int t = 1; t < N_ROW; t++) {
    memcpy(s->act, action.value + 8 * t, 8 * sizeof(double));
    stage_step(s);
  }
  stage_read(s, 0, "torso_position", got);
  CU_ASSERT(memcmp(got, position.value + 3 * (N_ROW - 1), sizeof got) == 0);
  free(position.value);
  free(action.value);
  stage_close(s);
}

/* With no torque the ant ends flat on its torso. */
static void burns_in(void)
{
  for (int merged = 0; merged < 2; merged++) {
    stage *s = stage_open("ant_bullet", 1,
                          SET(LEVEL, "env.first_obs=burnin",
                              merged ? "env.merge_fixed=true" : "env.merge_fixed=false"),
                          NULL);
    double angle[ANT_N_JOINT], position[3], alive;
    stage_reset_all(s, 1);
    stage_read(s, 0, "joint_angle", angle);
    stage_read(s, 0, "torso_position", position);
    stage_read(s, 0, "alive", &alive);
    CU_ASSERT_DOUBLE_EQUAL(position[2], 0.24999, 1e-5);
    for (int k = 0; k < ANT_N_JOINT; k++)
      CU_ASSERT_DOUBLE_EQUAL(angle[k], k % 2 == 0 ? 0 : k == 1 || k == 7 ? 0.305 : -0.305, 1e-3);
    for (int foot = 0; foot < ANT_N_LEG; foot++)
      CU_ASSERT_EQUAL(s->obs[24 + foot], 1);
    CU_ASSERT_EQUAL(alive, 0); // rewards are those of decisions
    CU_ASSERT_EQUAL(s->shape.max_steps, 960);
    stage_close(s);
  }
  // the authors' first decision sees the state before the burn-in
  stage *s = stage_open("ant_bullet", 1, SET(LEVEL), NULL);
  stage_reset_all(s, 1);
  CU_ASSERT_EQUAL(s->obs[0], 0);
  CU_ASSERT_EQUAL(s->obs[24], 0);
  stage_close(s);
}

/* Merged bodies move like the separate ones while nothing is chaotic: an ant that falls and lies. */
static void merges(void)
{
  stage *s[2] = { stage_open("ant_bullet", 1, SET(BARE, "env.morphology=long_back"), NULL),
                  stage_open("ant_bullet", 1,
                             SET(BARE, "env.morphology=long_back", "env.merge_fixed=true"), NULL) };
  double at[2][3], mean[2][2], angle[2][8], worst = 0;
  int32_t count[2];
  for (int i = 0; i < 2; i++)
    stage_reset_all(s[i], 7);
  for (int t = 0; t < 200; t++) {
    for (int i = 0; i < 2; i++) {
      stage_step(s[i]);
      stage_read(s[i], 0, "torso_position", at[i]);
      stage_read(s[i], 0, "parts_mean", mean[i]);
      stage_read(s[i], 0, "joint_angle", angle[i]);
      stage_read(s[i], 0, "contact_count", &count[i]);
    }
    for (int i = 0; i < 3; i++)
      worst = fmax(worst, fabs(at[0][i] - at[1][i]));
    for (int i = 0; i < 2; i++)
      worst = fmax(worst, fabs(mean[0][i] - mean[1][i]));
    for (int k = 0; k < 8; k++)
      worst = fmax(worst, fabs(angle[0][k] - angle[1][k]));
    CU_ASSERT_EQUAL(count[0], count[1]);
  }
  printf("%.2g ", worst);
  CU_ASSERT(worst > 0 && worst < 1e-4);
  stage_close(s[0]);
  stage_close(s[1]);
}

static int32_t decisions(const char *const *set, uint8_t *done)
{
  stage *s = stage_open("ant_bullet", 1, set, NULL);
  int32_t n = 0;
  for (stage_reset_all(s, 3); !s->done[0] && n < 3000; n++)
    stage_step(s);
  *done = s->done[0];
  stage_close(s);
  return n;
}

static void stops(void)
{
  uint8_t done;
  CU_ASSERT_EQUAL(decisions(NULL, &done), 202); // it lies there when the authors look
  CU_ASSERT_EQUAL(done, HEBB_TERMINATED);
  CU_ASSERT_EQUAL(decisions(SET("env.stop=none", "env.max_steps=70"), &done), 30);
  CU_ASSERT_EQUAL(done, HEBB_TRUNCATED);
  CU_ASSERT_EQUAL(decisions(SET("env.neg_after=20"), &done), 22);
}

/* Where the torso is after some decisions with all actions at `act`, one of them other. */
static void ends_at(const char *const *set, double act, int other, double its, double at[3])
{
  stage *s = stage_open("ant_bullet", 1, set, NULL);
  stage_reset_all(s, 5);
  for (int k = 0; k < ANT_N_JOINT; k++)
    s->act[k] = k == other ? its : act;
  for (int t = 0; t < 40; t++)
    stage_step(s);
  CU_ASSERT_EQUAL(s->done[0], HEBB_RUNNING);
  stage_read(s, 0, "torso_position", at);
  stage_close(s);
}

static void parameters(void)
{
  static const char *const gain[] = { "env.gain=[1, 1, 1, 1, 1, 0, 1, 1]", BARE, NULL };
  static const char *const bare[] = { BARE, NULL };
  static const char *const other[] = { "env.friction=0.1",
                                       "env.gravity=5",
                                       "env.torso_mass_scale=2",
                                       "env.foot_scale=[1, 1, 1, 0.5]",
                                       "env.gain=[1, 1, 1, 1, 1, 1, 1, 0.9]",
                                       "env.morphology=palm_right" };
  double at[2][3];
  ends_at(bare, 0.5, 0, 1, at[0]);
  ends_at(bare, 0.5, 0, 7e30, at[1]); // clipped
  CU_ASSERT(memcmp(at[0], at[1], sizeof at[0]) == 0);
  for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
    ends_at(SET(BARE, other[i]), 0.5, 0, 1, at[1]);
    CU_ASSERT(memcmp(at[0], at[1], sizeof at[0]) != 0);
  }
  ends_at(gain, 0.5, 5, 1, at[0]); // limp
  ends_at(gain, 0.5, 5, -1, at[1]);
  CU_ASSERT(memcmp(at[0], at[1], sizeof at[0]) == 0);
}

static void refuses(void)
{
  static error err;
  CU_ASSERT_PTR_NULL(stage_open("ant_bullet", 1, SET("env.burn_in=1000"), &err));
  CU_ASSERT_EQUAL(err.status, EXIT_CONFIGURATION);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "leaves no decision"));
}

static void fails(void)
{
  static const double bad[] = { NAN, INFINITY, -INFINITY };
  stage *s = stage_open("ant_bullet", 2, SET(BARE), NULL);
  for (int i = 0; i < 3; i++) {
    stage_reset_all(s, 1);
    CU_ASSERT_EQUAL(s->done[0], HEBB_RUNNING);
    s->act[3] = bad[i];
    stage_step(s);
    CU_ASSERT_EQUAL(s->done[0], HEBB_FAILED);
    CU_ASSERT_STRING_EQUAL(s->why[0], "the action is not finite");
    CU_ASSERT_EQUAL(s->done[1], HEBB_RUNNING);
  }
  stage_close(s);

  // a light torso on unlike feet, thrown about by forty times the weight it was made for
  s = stage_open("ant_bullet", 1,
                 SET(BARE, "env.gain=[10, 10, 10, 10, 10, 10, 10, 10]", "env.gravity=100",
                     "env.torso_mass_scale=0.05", "env.foot_length=[0.01, 2, 0.01, 2]"),
                 NULL);
  stage_reset_all(s, 1);
  for (int t = 0; t < 600 && !s->done[0]; t++) {
    for (int k = 0; k < ANT_N_JOINT; k++)
      s->act[k] = t % 2 ? 1 : -1;
    stage_step(s);
    for (int i = 0; i < ANT_N_OBS; i++)
      CU_ASSERT(isfinite(s->obs[i]));
  }
  printf("%s ", s->done[0] == HEBB_FAILED ? s->why[0] : "lived on");
  stage_close(s);
}

/* A leg is lost in mid-life; the next reset gives it back. */
static void loses_a_leg(void)
{
  stage *whole = stage_open("ant_bullet", 1, SET(BARE), NULL);
  stage *injured = stage_open("ant_bullet", 1, SET(BARE, "env.morphology=najarro_left"), NULL);
  stage *limp = stage_open("ant_bullet", 1, SET(BARE, "env.gain=[1, 1, 1, 1, 1, 1, 1, 1]"), NULL);
  double at[4][3], before[8], after[8];
  for (int life = 0; life < 4; life++) {
    stage_reset_all(whole, 1);
    for (int t = 0; t < 60; t++) {
      for (int k = 0; k < ANT_N_JOINT; k++)
        whole->act[k] = sin(0.3 * t + k);
      if (t == 30 && (life == 1 || life == 2)) {
        const stage *to = life == 1 ? injured : limp;
        CU_ASSERT_EQUAL(whole->env->retarget(whole->sim, 0, to->model), HEBB_OK);
      }
      stage_read(whole, 0, "joint_angle", before);
      stage_step(whole);
      stage_read(whole, 0, "joint_angle", after);
      for (int k = 0; life == 1 && t == 30 && k < 8; k++) // the state was kept
        CU_ASSERT_DOUBLE_EQUAL(before[k], after[k], 0.2);
    }
    CU_ASSERT_EQUAL(whole->done[0], HEBB_RUNNING);
    stage_read(whole, 0, "torso_position", at[life]);
  }
  CU_ASSERT(memcmp(at[0], at[1], sizeof at[0]) != 0);
  CU_ASSERT(memcmp(at[0], at[2], sizeof at[0]) == 0); // an equal body is not exchanged
  CU_ASSERT(memcmp(at[0], at[3], sizeof at[0]) == 0);
  stage_close(whole);
  stage_close(injured);
  stage_close(limp);
}

/* ---- many lives, several threads ---- */

typedef struct trace {
  stage *s;
  double sum[20]; /* of a life: of all it saw */
} trace;

static void *live(void *arg)
{
  trace *l = arg;
  for (int life = 0; life < 20; life++) {
    double sum = 0, at[3];
    stage_reset_all(l->s, (uint64_t)life);
    for (int t = 0; t < 120; t++) {
      for (int k = 0; k < ANT_N_JOINT; k++)
        l->s->act[k] = sin(0.4 * t + k + life);
      stage_step(l->s);
      stage_read(l->s, 0, "torso_position", at);
      sum += l->s->score[0] + at[0] + at[1] + at[2];
    }
    l->sum[life] = sum;
  }
  return NULL;
}

static void threads(void)
{
  enum { N = 3 }; // the last one alone, afterwards
  static trace l[N];
  pthread_t thread[N - 1];
  for (int i = 0; i < N; i++)
    l[i].s = stage_open("ant_bullet", 1, SET(BARE), NULL);
  for (int i = 0; i < N - 1; i++)
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread[i], NULL, live, &l[i]), 0);
  for (int i = 0; i < N - 1; i++)
    pthread_join(thread[i], NULL);
  live(&l[N - 1]);
  for (int i = 0; i < N; i++) {
    CU_ASSERT(memcmp(l[i].sum, l[0].sum, sizeof l[0].sum) == 0);
    stage_close(l[i].s);
  }
  CU_ASSERT(l[0].sum[0] != l[0].sum[1]);
}

/* Many lives, failed and exchanged ones among them. malloc counts its caches, which fill up by some
   kB, as used; the smallest block lost in each of 1,260 resets would be 40 kB. */
static void memory(void)
{
  stage *s = stage_open("ant_bullet", 2, SET(BARE), NULL);
  stage *injured = stage_open("ant_bullet", 1, SET(BARE, "env.morphology=najarro_left"), NULL);
  size_t used[2] = { 0 };
  for (int life = 0; life < 800; life++) {
    stage_reset_all(s, (uint64_t)(life % 7));
    for (int t = 0; t < 25; t++) {
      for (int k = 0; k < 2 * ANT_N_JOINT; k++)
        s->act[k] = sin(0.4 * t + k);
      s->act[0] = life % 5 == 1 && t == 20 ? NAN : s->act[0];
      if (t == 10 && life % 3 == 0)
        CU_ASSERT_EQUAL(s->env->retarget(s->sim, 1, injured->model), HEBB_OK);
      stage_step(s);
    }
    if (life % 105 == 104) // the same life each time
      used[life > 105] = mallinfo2().uordblks;
  }
  printf("%zu kB, %+ld ", used[0] / 1024, (long)used[1] - (long)used[0]);
  CU_ASSERT(used[1] < used[0] + 16384);
  stage_close(s);
  stage_close(injured);
}

int main(void)
{
  static const check_test tests[] = {
    { "as recorded", as_recorded },
    { "a preset is the recorded body", preset },
    { "burn-in", burns_in },
    { "merged bodies", merges },
    { "early stop and step limit", stops },
    { "parameters", parameters },
    { "refusals", refuses },
    { "failures", fails },
    { "a leg lost in mid-life", loses_a_leg },
    { "equal bits in every thread", threads },
    { "memory does not grow", memory },
  };
  return check_run("ant_bullet", tests, sizeof tests / sizeof tests[0]);
}
