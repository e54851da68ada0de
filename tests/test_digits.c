/* test_digits.c - the environment digits on small files that are written here: what is read, in which order,
 * what is paid. Files that are wrong are in test_digits_files.c, those of Debian's packages in
 * test_digits_installed.c. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "check.h"
#include "experiment.h"
#include "hebb/rng.h"
#include "loader.h"
#include "scratch.h"
#include "stage.h"
#include "vet.h"

enum { N_TRAIN = 60, N_TEST = 30, N_IN = 12, N_CLASS = 3, MOST_TEXT = 16384 };

/* Example k of the training (or test) set: 3 x 4 bytes that tell which it is. */
static uint8_t pixel(int k, bool test, int i)
{
  return (uint8_t)(i == 0 ? k : i == 1 ? 100 * test : (37 * k + 11 * i) % 201);
}

static int class_of(int k, bool test)
{
  return (k / 2 + test) % N_CLASS;
}

static void pack(const char *name, const void *bytes, size_t n)
{
  gzFile out = gzopen(scratch_path(name), "wb");
  if (!out || gzwrite(out, bytes, (unsigned)n) != (int)n || gzclose(out) != Z_OK)
    exit(99);
}

static void write_idx(bool test, bool packed)
{
  const int n = test ? N_TEST : N_TRAIN;
  uint8_t images[16 + N_TRAIN * N_IN] = { 0, 0, 8, 3, 0, 0, 0, (uint8_t)n, 0, 0, 0, 3, 0, 0, 0, 4 };
  uint8_t labels[8 + N_TRAIN] = { 0, 0, 8, 1, 0, 0, 0, (uint8_t)n };
  for (int k = 0; k < n; k++) {
    for (int i = 0; i < N_IN; i++)
      images[16 + k * N_IN + i] = pixel(k, test, i);
    labels[8 + k] = (uint8_t)class_of(k, test);
  }
  if (packed) {
    pack(test ? "test-images.gz" : "images.gz", images, (size_t)(16 + n * N_IN));
    pack(test ? "test-labels.gz" : "labels.gz", labels, (size_t)(8 + n));
  } else {
    scratch_write(scratch_path(test ? "test-images" : "images"), (char *)images,
                  (size_t)(16 + n * N_IN));
    scratch_write(scratch_path(test ? "test-labels" : "labels"), (char *)labels, (size_t)(8 + n));
  }
}

/* The same examples as text. */
static size_t write_text(char text[MOST_TEXT], bool test, const char *head, char separator,
                         const char *newline, bool label_first)
{
  size_t n = (size_t)snprintf(text, MOST_TEXT, "%s", head);
  for (int k = 0; k < (test ? N_TEST : N_TRAIN); k++)
    for (int i = 0; i <= N_IN; i++) {
      const bool label = i == (label_first ? 0 : N_IN);
      const int value = label ? class_of(k, test) : pixel(k, test, i - label_first);
      n += (size_t)snprintf(text + n, MOST_TEXT - n, "%d", value);
      if (i < N_IN)
        text[n++] = separator;
      else
        n += (size_t)snprintf(text + n, MOST_TEXT - n, "%s", newline);
    }
  return n;
}

static void write_files(void)
{
  char text[MOST_TEXT];
  for (int test = 0; test < 2; test++) {
    write_idx(test, false);
    write_idx(test, true);
  }
  size_t n = write_text(text, false, "", ',', "\n", false);
  scratch_write(scratch_path("plain.csv"), text, n);
  pack("packed.csv.gz", text, n);
  n = write_text(text, true, "", ',', "\n", false);
  scratch_write(scratch_path("test.csv"), text, n);
  n = write_text(text, false, "\xEF\xBB\xBFlabel\ta\tb\n", '\t', "\r\n\r\n", true);
  scratch_write(scratch_path("other.csv"), text, n - 4); // the last line has no end
  n = write_text(text, true, "60;12;nought;one;two\n", ';', "\n", true);
  scratch_write(scratch_path("other-test.csv"), text, n);
}

/* "env.KEY=" and a file's path; valid for eight calls. */
static const char *with(const char *key, const char *name)
{
  static char word[8][1100];
  static int turn;
  char *out = word[turn = (turn + 1) % 8];
  snprintf(out, sizeof word[0], "env.%s=%s", key, scratch_path(name));
  return out;
}

#define IDX                                                                                        \
  with("path", "images"), with("labels", "labels"), with("test_path", "test-images"),              \
      with("test_labels", "test-labels")

/* ---- what is read ---- */

/* One epoch: every training example once, then every test example in the file's order. */
static void epoch(const char *const *set, float scale)
{
  stage *s = stage_open("digits", 1, set, NULL);
  CU_ASSERT_EQUAL_FATAL(s->shape.n_obs, N_IN);
  CU_ASSERT_EQUAL_FATAL(s->shape.n_target, N_CLASS);
  CU_ASSERT_EQUAL(s->shape.n_choice, N_CLASS);
  CU_ASSERT_EQUAL_FATAL(s->shape.max_steps, N_TRAIN + N_TEST);
  int seen[N_TRAIN] = { 0 }, wrong = 0, moved = 0;
  stage_reset_all(s, 3);
  for (int t = 0; t < N_TRAIN + N_TEST; t++) {
    const bool test = t >= N_TRAIN;
    const int k = test ? t - N_TRAIN : (int)lroundf(s->obs[0] * scale);
    CU_ASSERT_FATAL(k >= 0 && k < N_TRAIN);
    seen[k] += !test;
    moved += k != t;
    for (int i = 0; i < N_IN; i++)
      wrong += s->obs[i] != (float)pixel(k, test, i) / scale;
    for (int c = 0; c < N_CLASS; c++)
      wrong += test ? c == 0 && !isnan(s->target[c])
                    : s->target[c] != (c == class_of(k, test) ? 1.0f : 0.0f);
    int32_t class = -1, example = -1;
    uint8_t in_test = 9;
    stage_read(s, 0, "class", &class);
    stage_read(s, 0, "example", &example);
    stage_read(s, 0, "test", &in_test);
    wrong += class != class_of(k, test) || example != (test ? N_TRAIN + k : k) || in_test != test;
    CU_ASSERT_EQUAL(s->done[0], HEBB_RUNNING);
    s->act[0] = t % N_CLASS;
    stage_step(s);
    wrong += s->reward[0] != (t % N_CLASS == class_of(k, test) ? 1 : 0);
    wrong += s->score[0] != (test ? s->reward[0] / N_TEST : 0);
    wrong += s->mark[0] != (HEBB_TRIAL_BEGIN | HEBB_TRIAL_END | (t == N_TRAIN ? HEBB_EVENT : 0));
  }
  CU_ASSERT_EQUAL(s->done[0], HEBB_TERMINATED);
  CU_ASSERT(moved > N_TRAIN / 2 + N_TEST); // test examples are N_TRAIN further by themselves
  for (int k = 0; k < N_TRAIN; k++)
    wrong += seen[k] != 1;
  CU_ASSERT_EQUAL(wrong, 0);
  stage_close(s);
}

static void formats(void)
{
  epoch(SET(IDX), 200);
  epoch(SET(IDX, "env.scale=50", "env.split_seed=9"), 50);
  epoch(SET(with("path", "images.gz"), with("labels", "labels.gz"),
            with("test_path", "test-images.gz"), with("test_labels", "test-labels.gz")),
        200);
  epoch(SET(with("path", "plain.csv"), with("test_path", "test.csv")), 200);
  epoch(SET(with("path", "packed.csv.gz"), with("test_path", "test.csv")), 200);
  epoch(SET(with("path", "other.csv"), with("test_path", "other-test.csv"),
            "env.label_column=first"),
        200);
}

static void shapes(void)
{
  stage *s = stage_open("digits", 1, SET(IDX, "env.picture=true", "env.solved=0.7"), NULL);
  CU_ASSERT(s->shape.height == 3 && s->shape.width == 4 && s->shape.channel == 1);
  CU_ASSERT_EQUAL(s->shape.solved, 0.7);
  stage_close(s);
  s = stage_open("digits", 1, SET(IDX), NULL);
  CU_ASSERT_EQUAL(s->shape.height, 0);
  stage_close(s);
  scratch_write(scratch_path("square.csv"), "1,2,3,4,0\n5,6,7,8,1\n", 20);
  s = stage_open("digits", 1, SET(with("path", "square.csv"), "env.picture=true"), NULL);
  CU_ASSERT(s->shape.height == 2 && s->shape.width == 2 && s->shape.channel == 1);
  stage_close(s);
}

static void centred(void)
{
  const char text[] = "-1,10,0\n5,30,1\n1e3,0,1\n";
  scratch_write(scratch_path("centre.csv"), text, sizeof text - 1);
  stage *s = stage_open("digits", 1,
                        SET(with("path", "centre.csv"), "env.centre=true", "env.split_seed=0",
                            "env.n_test=1"),
                        NULL);
  stage_reset_all(s, 1);
  const int first = s->obs[0] < 0 ? 0 : 1; // means 2 and 20, largest 30
  for (int t = 0; t < 2; t++) {
    const float sign = (t ? 1 - first : first) ? 1.0f : -1.0f;
    CU_ASSERT_EQUAL(s->obs[0], sign * 3 / 30);
    CU_ASSERT_EQUAL(s->obs[1], sign * 10 / 30);
    stage_step(s);
  }
  CU_ASSERT_EQUAL(s->obs[0], 998.0f / 30);
  CU_ASSERT_EQUAL(s->obs[1], -20.0f / 30);
  stage_close(s);
}

/* ---- order and split ---- */

/* The numbers of the examples in the order of an epoch; how many there are. */
static int order_of(const char *const *set, uint64_t seed, int order[N_TRAIN])
{
  stage *s = stage_open("digits", 1, set, NULL);
  const int n = s->shape.max_steps;
  CU_ASSERT_FATAL(n <= N_TRAIN);
  stage_reset_all(s, seed);
  for (int t = 0; t < n; t++) {
    order[t] = (int)lroundf(s->obs[0]);
    stage_step(s);
  }
  stage_close(s);
  return n;
}

/* In a split of the only file every example is in one part; which depends on split_seed alone. */
static void split(void)
{
  int a[N_TRAIN], b[N_TRAIN], c[N_TRAIN], same = 0, other = 0, in_order = 0, seen[N_TRAIN] = { 0 };
  CU_ASSERT_EQUAL(order_of(SET(with("path", "plain.csv"), "env.scale=1"), 1, a), N_TRAIN);
  order_of(SET(with("path", "plain.csv"), "env.scale=1"), 2, b);
  order_of(SET(with("path", "plain.csv"), "env.scale=1", "env.split_seed=2"), 1, c);
  for (int t = 0; t < N_TRAIN; t++) {
    seen[a[t]]++;
    same += a[t] == b[t];
  }
  for (int k = 0; k < N_TRAIN; k++)
    CU_ASSERT_EQUAL(seen[k], 1);
  CU_ASSERT(same >= 12 && same < 24); // the tests, a fifth, and what chance leaves
  for (int t = 48; t < N_TRAIN; t++) {
    CU_ASSERT_EQUAL(a[t], b[t]);
    other += a[t] != c[t];
    in_order += a[t] == t;
  }
  CU_ASSERT(other > 6 && in_order < 6);

  order_of(SET(with("path", "plain.csv"), "env.scale=1", "env.split_seed=0"), 1, a);
  for (int t = 48; t < N_TRAIN; t++)
    CU_ASSERT_EQUAL(a[t], t);
  CU_ASSERT_EQUAL(order_of(SET(with("path", "plain.csv"), "env.n_train=20"), 1, a), N_TRAIN);
  CU_ASSERT_EQUAL(order_of(SET(with("path", "plain.csv"), "env.n_test=20"), 1, a), N_TRAIN);
  CU_ASSERT_EQUAL(order_of(SET(with("path", "plain.csv"), "env.n_train=20", "env.n_test=7"), 1, a),
                  27);
  CU_ASSERT_EQUAL(order_of(SET(IDX, "env.n_train=4", "env.n_test=3"), 1, a), 7);
}

/* Equal seeds, equal orders; each example as often at each place. */
static void orders(void)
{
  enum { N_LIFE = 6000 };
  static int count[N_TRAIN][N_TRAIN];
  stage *s = stage_open("digits", N_LIFE, SET(IDX, "env.n_train=5", "env.scale=1"), NULL);
  uint64_t *seed = calloc(N_LIFE, sizeof *seed);
  CU_ASSERT_PTR_NOT_NULL_FATAL(seed);
  for (int lane = 0; lane < N_LIFE; lane++)
    seed[lane] = (uint64_t)(lane / 2);
  stage_reset(s, seed);
  int differ = 0;
  for (int t = 0; t < 5; t++) {
    for (int lane = 0; lane < N_LIFE; lane++) {
      const int k = (int)lroundf(s->obs[lane * N_IN]);
      CU_ASSERT_FATAL(k >= 0 && k < 5);
      count[t][k] += lane % 2;
      differ += lane % 2 && k != (int)lroundf(s->obs[(lane - 1) * N_IN]);
    }
    stage_step(s);
  }
  CU_ASSERT_EQUAL(differ, 0);
  for (int t = 0; t < 5; t++)
    for (int k = 0; k < 5; k++)
      CU_ASSERT(abs(count[t][k] - 600) < 4.5 * sqrt(600.0 * 0.8));
  free(seed);
  stage_close(s);
}

/* ---- what is paid ---- */

enum { PERFECT, RANDOM, CONSTANT };

static void live(int kind, double *mean, double *deviation, double *train)
{
  enum { N_LIFE = 400 };
  stage *s = stage_open("digits", N_LIFE, SET(IDX), NULL);
  uint64_t seed[N_LIFE];
  double total[N_LIFE] = { 0 }, sum = 0, squares = 0;
  for (int lane = 0; lane < N_LIFE; lane++)
    seed[lane] = (uint64_t)lane;
  stage_reset(s, seed);
  for (int t = 0; t < s->shape.max_steps; t++) {
    for (int lane = 0; lane < N_LIFE; lane++) {
      int32_t class;
      const hebb_address a = { .seed = 8, .individual = (uint32_t)lane };
      stage_read(s, lane, "class", &class);
      s->act[lane] = kind == PERFECT  ? class
                     : kind == RANDOM ? floor(3 * hebb_uniform_double(&a, (uint32_t)t))
                                      : 2;
    }
    stage_step(s);
    for (int lane = 0; lane < N_LIFE; lane++)
      total[lane] += s->score[lane];
  }
  *train = 0;
  for (int lane = 0; lane < N_LIFE; lane++) {
    double accuracy[2];
    stage_read(s, lane, "train_accuracy", &accuracy[0]);
    stage_read(s, lane, "test_accuracy", &accuracy[1]);
    CU_ASSERT(fabs(accuracy[1] - total[lane]) < 1e-12);
    *train += accuracy[0] / N_LIFE;
    sum += total[lane];
  }
  *mean = sum / N_LIFE;
  for (int lane = 0; lane < N_LIFE; lane++)
    squares += (total[lane] - *mean) * (total[lane] - *mean);
  *deviation = sqrt(squares / (N_LIFE - 1.0) / N_LIFE);
  stage_close(s);
}

static void accuracies(void)
{
  double mean, deviation, train;
  live(PERFECT, &mean, &deviation, &train);
  CU_ASSERT(fabs(mean - 1) < 1e-12 && fabs(train - 1) < 1e-12);
  live(CONSTANT, &mean, &deviation, &train);
  CU_ASSERT(fabs(mean - 1.0 / 3) < 1e-12 && fabs(train - 1.0 / 3) < 1e-12);
  live(RANDOM, &mean, &deviation, &train);
  CU_ASSERT(fabs(mean - 1.0 / 3) < 4 * deviation && fabs(train - 1.0 / 3) < 4 * deviation);
}

static void actions(void)
{
  stage *s = stage_open("digits", 4, SET(IDX), NULL);
  stage_reset_all(s, 1);
  s->act[0] = NAN, s->act[1] = 1e30, s->act[2] = -1e30, s->act[3] = 1;
  stage_step(s);
  CU_ASSERT_EQUAL(s->done[0], HEBB_FAILED);
  CU_ASSERT_STRING_EQUAL(s->why[0], "the action is not finite");
  for (int lane = 1; lane < 4; lane++) {
    int32_t choice = -1;
    stage_read(s, lane, "choice", &choice);
    CU_ASSERT_EQUAL(choice, lane == 1 ? 2 : lane == 2 ? 0 : 1);
    CU_ASSERT_EQUAL(s->done[lane], HEBB_RUNNING);
  }
  stage_close(s);
}

/* Everything that hebb vet asks, with each combination of options. */
static void vetted(void)
{
  static error err;
  static vet v;
  loaded digits;
  void *config = NULL;
  const char *const set[] = { IDX };
  CU_ASSERT_EQUAL_FATAL(loader_open("digits", HEBB_ENV, NULL, &digits, &err), EXIT_FINE);
  CU_ASSERT_EQUAL_FATAL(experiment_plugin_config(digits.plugin, "env", set, 4, &config, &err),
                        EXIT_FINE);
  vet_plugin(&v, &digits, config, set, 4);
  CU_ASSERT(v.n_check >= 10);
  CU_ASSERT_EQUAL(vet_failed(&v), 0);
  CU_ASSERT_EQUAL(v.n_refused, 0);
  if (vet_failed(&v))
    vet_print(&v, "digits", stderr);
  free(config);
}

int main(void)
{
  static const check_test tests[] = {
    { "IDX and CSV, plain and packed, give the same epoch", formats },
    { "vectors and pictures", shapes },
    { "centre and scale", centred },
    { "tests drawn from the only file", split },
    { "orders are permutations, each as likely", orders },
    { "the return is the test accuracy", accuracies },
    { "actions beyond the classes", actions },
    { "hebb/env.h is kept to", vetted },
  };
  scratch_open(NULL);
  write_files();
  const int status = check_run("digits", tests, sizeof tests / sizeof tests[0]);
  scratch_remove();
  return status;
}
