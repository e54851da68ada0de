/* test_digits_installed.c - digits on the files of Debian's packages, where they are installed: UCI's digits
 * of python3-sklearn and dataset-fashion-mnist. UCI_DIGITS=digits.csv.gz names a copy elsewhere.
 *
 * A scripted learner gets observations and targets alone and keeps each class's mean: what it then says of
 * test examples must be right as often as nearest means are, and no more often than by chance when it has
 * the targets of others.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "hebb/rng.h"
#include "stage.h"

enum { N_CLASS = 10, MOST_INPUTS = 784 };

typedef struct learner {
  double sum[N_CLASS][MOST_INPUTS];
  int32_t n[N_CLASS];
} learner;

static int32_t nearest(const learner *l, const float *obs, int32_t n_in)
{
  int32_t best = 0;
  double least = INFINITY;
  for (int32_t c = 0; c < N_CLASS; c++) {
    double distance = 0;
    for (int32_t k = 0; k < n_in; k++) {
      const double d = (double)obs[k] - l->sum[c][k] / (l->n[c] ? l->n[c] : 1);
      distance += d * d;
    }
    if (distance < least) {
      least = distance;
      best = c;
    }
  }
  return best;
}

/* The return of an epoch. shift: the learner is told the class so many after the right one. */
static double epoch(stage *s, uint64_t seed, int32_t shift)
{
  static learner l;
  double total = 0;
  memset(&l, 0, sizeof l);
  stage_reset_all(s, seed);
  while (!s->done[0]) {
    s->act[0] = nearest(&l, s->obs, s->shape.n_obs);
    for (int32_t c = 0; c < N_CLASS && !isnan(s->target[0]); c++)
      if (s->target[c] > 0) {
        const int32_t told = (c + shift) % N_CLASS;
        l.n[told]++;
        for (int32_t k = 0; k < s->shape.n_obs; k++)
          l.sum[told][k] += (double)s->obs[k];
      }
    stage_step(s);
    total += s->score[0];
  }
  return total;
}

static const char *uci_path(void)
{
  static char word[1100];
  const char *elsewhere = getenv("UCI_DIGITS");
  snprintf(word, sizeof word, "env.path=%s", elsewhere ? elsewhere : "");
  return elsewhere ? word : "env.picture=false";
}

/* NULL: not installed. */
static stage *open_set(const char *set, const char *more)
{
  static error err;
  memset(&err, 0, sizeof err);
  stage *s = strcmp(set, "uci") == 0
                 ? stage_open("digits", 1, SET("env.dataset=uci", uci_path(), more), &err)
                 : stage_open("digits", 1, SET("env.dataset=fashion", more), &err);
  if (!s)
    printf("%s", err.text);
  if (!s && !strstr(err.text, "is not installed"))
    exit(1); // there, but refused
  return s;
}

static void uci(void)
{
  stage *s = open_set("uci", "env.scale=1");
  if (!s)
    return;
  CU_ASSERT_EQUAL_FATAL(s->shape.n_obs, 64);
  CU_ASSERT_EQUAL_FATAL(s->shape.n_choice, N_CLASS);
  CU_ASSERT_EQUAL(s->shape.max_steps, 1797);
  int32_t n_test = 0, class, count[N_CLASS] = { 0 };
  double sum = 0;
  stage_reset_all(s, 1);
  while (!s->done[0]) {
    for (int k = 0; k < 64; k++)
      sum += (double)s->obs[k];
    n_test += isnan(s->target[0]);
    stage_read(s, 0, "class", &class);
    count[class]++;
    stage_step(s);
  }
  // of the file, counted by awk
  static const int32_t want[N_CLASS] = { 178, 182, 177, 183, 181, 182, 181, 179, 174, 180 };
  CU_ASSERT_EQUAL(n_test, 360);
  CU_ASSERT_EQUAL(sum, 561718);
  CU_ASSERT(memcmp(count, want, sizeof want) == 0);
  const double right = epoch(s, 1, 0), wrong = epoch(s, 1, 3);
  printf("\n    nearest means %.3f, told others %.3f ", right, wrong);
  CU_ASSERT(right > 0.85 && right < 0.95);
  CU_ASSERT(wrong < 0.05);
  stage_close(s);
}

static void fashion(void)
{
  stage *s = open_set("fashion", "env.n_train=3000");
  if (!s)
    return;
  CU_ASSERT_EQUAL_FATAL(s->shape.n_obs, 784);
  CU_ASSERT_EQUAL_FATAL(s->shape.n_choice, N_CLASS);
  CU_ASSERT_EQUAL(s->shape.max_steps, 13000);
  const double right = epoch(s, 1, 0);
  printf("\n    nearest means %.3f ", right);
  CU_ASSERT(right > 0.6 && right < 0.75);
  stage_close(s);
}

int main(void)
{
  static const check_test tests[] = {
    { "UCI's digits", uci },
    { "Fashion-MNIST", fashion },
  };
  stage *s[2] = { open_set("uci", "env.scale=0"), open_set("fashion", "env.n_train=1") };
  if (!s[0] && !s[1])
    return 77;
  for (int k = 0; k < 2; k++)
    if (s[k])
      stage_close(s[k]);
  return check_run("installed data sets", tests, sizeof tests / sizeof tests[0]);
}
