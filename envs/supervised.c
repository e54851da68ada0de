/* supervised.c - see supervised.h. */
#include "supervised.h"

#include "draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum purpose { DRAW_ORDER = 1 };

static const char *const class_name[] = { "class" };

/* The first three are of the example that is seen, the others of the decisions made. */
enum array { EXAMPLE, TEST, CLASS, CHOICE, TRAIN, TESTED, N_CLASS_ARRAY };

/* clang-format off */
static const hebb_array class_arrays[] = {
  [EXAMPLE] = { .name = "example", .unit = "1", .dims = "", .dtype = HEBB_I32,
    .doc = "Number of the example, those of training first." },
  [TEST] = { .name = "test", .unit = "1", .dims = "", .dtype = HEBB_U8,
    .doc = "Whether it is a test example." },
  [CLASS] = { .name = "class", .unit = "1", .dims = "", .dtype = HEBB_I32,
    .doc = "Its true class." },
  [CHOICE] = { .name = "choice", .unit = "1", .dims = "", .dtype = HEBB_I32,
    .doc = "The last decision's class, -1 before the first." },
  [TRAIN] = { .name = "train_accuracy", .unit = "1", .dims = "", .dtype = HEBB_F64,
    .doc = "Share of right decisions on this epoch's training examples so far." },
  [TESTED] = { .name = "test_accuracy", .unit = "1", .dims = "", .dtype = HEBB_F64,
    .doc = "Share of right decisions on this epoch's test examples so far." },
};

static const enum array number_array[] = { EXAMPLE, TEST, TRAIN, TESTED };
static const hebb_array number_arrays[] = {
  { .name = "example", .unit = "1", .dims = "", .dtype = HEBB_I32,
    .doc = "Number of the example, those of training first." },
  { .name = "test", .unit = "1", .dims = "", .dtype = HEBB_U8,
    .doc = "Whether it is a test example." },
  { .name = "train_error", .unit = "1", .dims = "", .dtype = HEBB_F64,
    .doc = "Mean of half the squared distance over this epoch's training examples so far." },
  { .name = "test_error", .unit = "1", .dims = "", .dtype = HEBB_F64,
    .doc = "Mean of half the squared distance over this epoch's test examples so far." },
};
/* clang-format on */

typedef struct pupil {
  int32_t *order; // [n_train]
  int32_t at;     // decisions made
  int32_t choice;
  double sum[2]; // of the rewards in training and in tests
} pupil;

typedef struct sim {
  const supervised *d;
  pupil lane[]; // and the orders behind them
} sim;

/* ---- the model ---- */

supervised *supervised_new(int32_t n_in, int32_t n_out, int32_t n_train, int32_t n_test,
                           bool classes, const hebb_host *host)
{
  const size_t n = (size_t)n_train + (size_t)n_test;
  supervised *d = calloc(1, sizeof *d);
  if (d) {
    *d = (supervised){
      .n_in = n_in, .n_out = n_out, .n_train = n_train, .n_test = n_test, .scale = 1
    };
    d->number = calloc(n * (size_t)n_in, sizeof *d->number);
    if (classes)
      d->label = calloc(n, sizeof *d->label);
    else
      d->wanted = calloc(n * (size_t)n_out, sizeof *d->wanted);
  }
  if (d && d->number && (d->label || d->wanted))
    return d;
  supervised_close(d);
  host->fail(host, HEBB_ENOMEM, "no memory for %zu examples of %d numbers; ask for fewer", n,
             (int)n_in);
  return NULL;
}

void supervised_close(void *model)
{
  supervised *d = model;
  if (!d)
    return;
  free(d->byte);
  free(d->number);
  free(d->centre);
  free(d->label);
  free(d->wanted);
  free(d);
}

void supervised_shape(const supervised *d, hebb_env_shape *shape)
{
  shape->n_obs = d->n_in;
  if (d->picture) {
    shape->height = d->height;
    shape->width = d->width;
    shape->channel = d->channel;
  }
  shape->n_act = d->label ? 1 : d->n_out;
  shape->n_choice = d->label ? d->n_out : 0;
  shape->act_low = d->label ? NULL : d->act_low;
  shape->act_high = d->label ? NULL : d->act_high;
  shape->act_name = d->label ? class_name : NULL;
  shape->n_target = d->n_out;
  shape->max_steps = d->n_train + d->n_test;
  shape->has_score = 1;
  shape->array = d->label ? class_arrays : number_arrays;
  shape->n_array =
      d->label ? (int32_t)N_CLASS_ARRAY : (int32_t)(sizeof number_arrays / sizeof number_arrays[0]);
}

void supervised_shuffle(const hebb_address *address, int32_t n, int32_t *order)
{
  uint32_t word[4] = { 0 };
  for (int32_t i = 0; i < n; i++)
    order[i] = i;
  for (int32_t i = 0; i < n - 1; i++) {
    if (i % 4 == 0)
      hebb_words(address, (uint32_t)i / 4, word);
    const int32_t other = i + (int32_t)((uint64_t)word[i % 4] * (uint64_t)(n - i) >> 32);
    const int32_t kept = order[i];
    order[i] = order[other];
    order[other] = kept;
  }
}

/* ---- lives ---- */

int supervised_make(void *model, int32_t n_lane, const hebb_host *host, void **out)
{
  const supervised *d = model;
  const size_t lanes = (size_t)n_lane, n = (size_t)d->n_train;
  sim *s = calloc(1, sizeof *s + lanes * (sizeof s->lane[0] + n * sizeof(int32_t)));
  if (!s)
    return host->fail(host, HEBB_ENOMEM, "no memory for %d lanes", (int)n_lane);
  s->d = d;
  for (size_t lane = 0; lane < lanes; lane++)
    s->lane[lane].order = (int32_t *)(void *)&s->lane[lanes] + lane * n;
  *out = s;
  return HEBB_OK;
}

void supervised_drop(void *sim_)
{
  free(sim_);
}

/* The example that is seen; after the last decision still the last one. */
static int32_t example_of(const supervised *d, const pupil *p)
{
  const int32_t last = d->n_train + d->n_test - 1;
  return p->at < d->n_train ? p->order[p->at] : p->at < last ? p->at : last;
}

static void observe(const supervised *d, const pupil *p, const hebb_lanes *io, int32_t lane)
{
  const int32_t n = d->n_in, example = example_of(d, p);
  const size_t first = (size_t)example * (size_t)n;
  float *obs = io->obs + (size_t)lane * (size_t)n;
  float *target = io->target + (size_t)lane * (size_t)d->n_out;
  for (int32_t k = 0; k < n; k++)
    obs[k] = d->byte ? (float)d->byte[first + (size_t)k] : d->number[first + (size_t)k];
  for (int32_t k = 0; d->centre && k < n; k++)
    obs[k] -= d->centre[k];
  for (int32_t k = 0; k < n; k++)
    obs[k] /= d->scale;

  memset(target, 0, (size_t)d->n_out * sizeof *target);
  if (p->at >= d->n_train)
    target[0] = NAN;
  else if (d->label)
    target[d->label[example]] = 1;
  else
    memcpy(target, d->wanted + (size_t)example * (size_t)d->n_out,
           (size_t)d->n_out * sizeof *target);
}

void supervised_reset(void *sim_, const uint64_t *seed, const hebb_lanes *io)
{
  sim *s = sim_;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->select && !io->select[lane])
      continue;
    pupil *p = &s->lane[lane];
    const hebb_address address = { .seed = seed[lane], .purpose = DRAW_ORDER };
    supervised_shuffle(&address, s->d->n_train, p->order);
    p->at = 0;
    p->choice = -1;
    p->sum[0] = p->sum[1] = 0;
    io->done[lane] = HEBB_RUNNING;
    observe(s->d, p, io, lane);
  }
}

static bool all_finite(const double *act, int32_t n)
{
  for (int32_t k = 0; k < n; k++)
    if (!isfinite(act[k]))
      return false;
  return true;
}

/* How right the action was. */
static double judge(const supervised *d, pupil *p, const double *act)
{
  const int32_t example = example_of(d, p);
  if (d->label) {
    p->choice = (int32_t)floor(fmin(fmax(act[0], 0), d->n_out - 1) + 0.5);
    return p->choice == d->label[example] ? 1 : 0;
  }
  const float *wanted = d->wanted + (size_t)example * (size_t)d->n_out;
  double sum = 0;
  for (int32_t k = 0; k < d->n_out; k++) {
    const double given = fmin(fmax(act[k], (double)d->act_low[k]), (double)d->act_high[k]);
    sum += (given - (double)wanted[k]) * (given - (double)wanted[k]);
  }
  return -0.5 * sum;
}

void supervised_step(void *sim_, const hebb_lanes *io)
{
  sim *s = sim_;
  const supervised *d = s->d;
  const int32_t n_act = d->label ? 1 : d->n_out;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->done[lane])
      continue;
    pupil *p = &s->lane[lane];
    const double *act = io->act + (size_t)lane * (size_t)n_act;
    io->reward[lane] = io->score[lane] = 0;
    if (!all_finite(act, n_act)) {
      io->done[lane] = HEBB_FAILED;
      io->why[lane] = "the action is not finite";
      continue;
    }
    const bool test = p->at >= d->n_train;
    const double reward = judge(d, p, act);
    io->reward[lane] = reward;
    io->score[lane] = test ? reward / d->n_test : 0;
    io->mark[lane] = HEBB_TRIAL_BEGIN | HEBB_TRIAL_END;
    if (p->at == d->n_train)
      io->mark[lane] |= HEBB_EVENT;
    p->sum[test] += reward;
    if (++p->at == d->n_train + d->n_test)
      io->done[lane] = HEBB_TERMINATED;
    observe(d, p, io, lane);
  }
}

/* ---- what is read and drawn ---- */

/* Mean reward so far, in training or in tests. */
static double mean_of(const supervised *d, const pupil *p, bool test)
{
  const int32_t n = !test && p->at > d->n_train ? d->n_train : test ? p->at - d->n_train : p->at;
  return n > 0 ? p->sum[test] / n : 0;
}

void supervised_read(void *sim_, int32_t lane, int32_t array, void *out)
{
  const sim *s = sim_;
  const supervised *d = s->d;
  const pupil *p = &s->lane[lane];
  const int32_t example = example_of(d, p);
  const int32_t class = d->label ? d->label[example] : -1;
  const uint8_t test = p->at >= d->n_train;
  const enum array which = d->label ? (enum array)array : number_array[array];
  const double mean = mean_of(d, p, which == TESTED);
  const double error = 0 - mean;
  switch (which) {
  case EXAMPLE: memcpy(out, &example, sizeof example); break;
  case TEST: memcpy(out, &test, sizeof test); break;
  case CLASS: memcpy(out, &class, sizeof class); break;
  case CHOICE: memcpy(out, &p->choice, sizeof p->choice); break;
  default: memcpy(out, d->label ? &mean : &error, sizeof mean);
  }
}

static draw_colour grey(double v)
{
  const uint8_t level = (uint8_t)(255 - 255 * fmin(1, fmax(0, v)));
  return (draw_colour){ level, level, level };
}

/* The example, large numbers dark; below it a box for each class, the true one dark, and the last choice. */
int supervised_draw(void *sim_, int32_t lane, int32_t width, int32_t height, uint8_t *rgb)
{
  const sim *s = sim_;
  const supervised *d = s->d;
  const pupil *p = &s->lane[lane];
  const int32_t example = example_of(d, p);
  const int32_t rows = d->height ? d->height : 1, columns = d->n_in / rows;
  const size_t first = (size_t)example * (size_t)d->n_in;
  const double side = d->height ? rows : columns / 4.0, label = side / 8;
  const draw_canvas c = draw_begin(rgb, width, height, 0, columns, -3 * label, side);
  double low = INFINITY, high = -INFINITY;
  for (size_t k = first; k < first + (size_t)d->n_in; k++) {
    const double v = d->byte ? d->byte[k] : (double)d->number[k];
    low = fmin(low, v);
    high = fmax(high, v);
  }
  for (int32_t k = 0; k < rows * columns; k++) {
    const size_t at = first + (size_t)k;
    const double v = d->byte ? d->byte[at] : (double)d->number[at];
    const int32_t row = k / columns;
    const double top = side - row * (side / rows);
    draw_box(&c, k % columns, k % columns + 1, top - side / rows, top,
             grey(high > low ? (v - low) / (high - low) : 0));
  }
  const double step = (double)columns / d->n_out;
  for (int32_t k = 0; d->label && k < d->n_out; k++) {
    draw_box(&c, step * (k + 0.1), step * (k + 0.9), -1.4 * label, -0.4 * label,
             d->label[example] == k ? draw_ink : draw_ground);
    if (p->choice == k)
      draw_box(&c, step * (k + 0.1), step * (k + 0.9), -2.6 * label, -1.6 * label, draw_accent);
  }
  return HEBB_OK;
}
