/* teacher_student.c - learn the outputs of a fixed random network, the teacher, from examples.
 *
 *   h = f(gain (V x / sqrt(n_in) + b / 2)),  y = (U h - shift) / scale,  target = y + noise (in training only)
 *
 * x, V, U and b are standard normal, drawn by the seed. Shift and scale make the training
 * targets' mean 0 in each output and their mean squared length 1, before noise: a constant 0, the best
 * constant, has the error 0.5, and a student with a linear output layer and at least n_hidden units of
 * the same kind can reach 0. The order of an epoch, targets and scores are those of supervised.h.
 *
 * Gardner & Derrida, "Three unfinished works on the optimal storage capacity of networks", J. Phys. A 22,
 * 1989; Saad & Solla, "On-line learning in soft committee machines", Phys. Rev. E 52, 1995.
 */
#include "supervised.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_OUTPUTS = 64 };
enum purpose { DRAW_HIDDEN = 1, DRAW_BIAS, DRAW_OUTPUT, DRAW_INPUT, DRAW_NOISE };

typedef struct config {
  int64_t n_in, n_hidden, n_out, n_train, n_test, seed;
  int32_t activation;
  double gain, noise;
} config;

enum activation { TANH, SIGMOID, RELU, LINEAR };

static const hebb_param rows[] = {
  HEBB_PARAM(config, n_in, 8, 1, 1024, "1", "Inputs."),
  HEBB_PARAM(config, n_hidden, 8, 1, 1024, "1", "Hidden units of the teacher."),
  HEBB_PARAM(config, n_out, 2, 1, MOST_OUTPUTS, "1", "Outputs."),
  HEBB_CHOICE(config, activation, "tanh|sigmoid|relu|linear", "Of the teacher's hidden units."),
  HEBB_PARAM(config, gain, 2, 0.001, 100, "1",
             "Of what the hidden units sum: at 1 tanh is nearly linear, at 10 nearly a sign."),
  HEBB_PARAM(config, noise, 0, 0, 10, "1",
             "Standard deviation of each training target's noise; test targets have none."),
  HEBB_PARAM(config, n_train, 200, 2, 1e6, "1", "Training examples."),
  HEBB_PARAM(config, n_test, 100, 1, 1e6, "1", "Test examples."),
  HEBB_PARAM(config, seed, 1, 0, 1e9, "1", "Of the teacher and the examples."),
  { 0 },
};

/* Beyond any target there will be: these are sums of many normal numbers with a variance below 1. */
#define BOUND_1 10.0f
#define BOUND_4 BOUND_1, BOUND_1, BOUND_1, BOUND_1
#define BOUND_16 BOUND_4, BOUND_4, BOUND_4, BOUND_4
#define LOW_4 -BOUND_1, -BOUND_1, -BOUND_1, -BOUND_1
#define LOW_16 LOW_4, LOW_4, LOW_4, LOW_4
static const float act_high[MOST_OUTPUTS] = { BOUND_16, BOUND_16, BOUND_16, BOUND_16 };
static const float act_low[MOST_OUTPUTS] = { LOW_16, LOW_16, LOW_16, LOW_16 };

typedef struct teacher {
  int32_t n_in, n_hidden, n_out, activation;
  double gain;
  float *hidden, *bias, *output; // (n_hidden x n_in) (n_hidden) (n_out x n_hidden)
  double *unit, *mean;           // (n_hidden) (n_out)
} teacher;

static void dismiss(teacher *t)
{
  free(t->hidden);
  free(t->bias);
  free(t->output);
  free(t->unit);
  free(t->mean);
}

static bool hire(const config *c, teacher *t)
{
  const size_t n_in = (size_t)c->n_in, n_hidden = (size_t)c->n_hidden, n_out = (size_t)c->n_out;
  hebb_address a = { .seed = (uint64_t)c->seed };
  *t = (teacher){ .n_in = (int32_t)n_in,
                  .n_hidden = (int32_t)n_hidden,
                  .n_out = (int32_t)n_out,
                  .activation = c->activation,
                  .gain = c->gain };
  t->hidden = malloc(n_hidden * n_in * sizeof *t->hidden);
  t->bias = malloc(n_hidden * sizeof *t->bias);
  t->output = malloc(n_out * n_hidden * sizeof *t->output);
  t->unit = malloc(n_hidden * sizeof *t->unit);
  t->mean = calloc(n_out, sizeof *t->mean);
  if (!t->hidden || !t->bias || !t->output || !t->unit || !t->mean)
    return false;
  a.purpose = DRAW_HIDDEN;
  hebb_normals(&a, 0, (int64_t)(n_hidden * n_in), t->hidden);
  a.purpose = DRAW_BIAS;
  hebb_normals(&a, 0, (int64_t)n_hidden, t->bias);
  a.purpose = DRAW_OUTPUT;
  hebb_normals(&a, 0, (int64_t)(n_out * n_hidden), t->output);
  return true;
}

static double activate(int32_t activation, double v)
{
  switch ((enum activation)activation) {
  case TANH: return (double)hebb_tanh((float)v);
  case SIGMOID: return (double)hebb_sigmoid((float)v);
  case RELU: return v > 0 ? v : 0;
  default: return v;
  }
}

/* What the teacher says of x, before shift and scale. */
static void teach(teacher *t, const float *x, float *y)
{
  const double norm = 1 / sqrt((double)t->n_in);
  for (int32_t j = 0; j < t->n_hidden; j++) {
    double sum = 0;
    for (int32_t i = 0; i < t->n_in; i++)
      sum += (double)t->hidden[j * t->n_in + i] * (double)x[i];
    t->unit[j] = activate(t->activation, t->gain * (norm * sum + 0.5 * (double)t->bias[j]));
  }
  for (int32_t k = 0; k < t->n_out; k++) {
    double sum = 0;
    for (int32_t j = 0; j < t->n_hidden; j++)
      sum += (double)t->output[k * t->n_hidden + j] * t->unit[j];
    y[k] = (float)sum;
  }
}

/* Shifts and scales all targets by what the training ones are. */
static void standardise(const teacher *t, supervised *d)
{
  const size_t n_out = (size_t)d->n_out, n_train = (size_t)d->n_train * n_out;
  const size_t n = n_train + (size_t)d->n_test * n_out;
  double square = 0;
  for (size_t k = 0; k < n_train; k++)
    t->mean[k % n_out] += (double)d->wanted[k] / d->n_train;
  for (size_t k = 0; k < n_train; k++) {
    const double v = (double)d->wanted[k] - t->mean[k % n_out];
    square += v * v / d->n_train;
  }
  const double factor = square > 0 ? 1 / sqrt(square) : 1;
  for (size_t k = 0; k < n; k++)
    d->wanted[k] = (float)(factor * ((double)d->wanted[k] - t->mean[k % n_out]));
}

static int open(const void *config_, const hebb_host *host, hebb_env_shape *shape, void **out)
{
  const config *c = config_;
  teacher t;
  supervised *d = supervised_new((int32_t)c->n_in, (int32_t)c->n_out, (int32_t)c->n_train,
                                 (int32_t)c->n_test, false, host);
  if (!d)
    return HEBB_ENOMEM;
  if (!hire(c, &t)) {
    dismiss(&t);
    supervised_close(d);
    return host->fail(host, HEBB_ENOMEM, "no memory for the teacher");
  }
  const size_t n_in = (size_t)d->n_in, n_out = (size_t)d->n_out;
  hebb_address a = { .seed = (uint64_t)c->seed, .purpose = DRAW_INPUT };
  for (int32_t k = 0; k < d->n_train + d->n_test; k++) {
    // test examples are numbered by themselves, so that they stay when n_train changes
    a.task = k >= d->n_train;
    a.episode = (uint32_t)(a.task ? k - d->n_train : k);
    hebb_normals(&a, 0, d->n_in, d->number + (size_t)k * n_in);
    teach(&t, d->number + (size_t)k * n_in, d->wanted + (size_t)k * n_out);
  }
  standardise(&t, d);
  a = (hebb_address){ .seed = (uint64_t)c->seed, .purpose = DRAW_NOISE };
  for (size_t k = 0; k < (size_t)d->n_train * n_out; k++)
    d->wanted[k] += (float)c->noise * hebb_normal(&a, (uint32_t)k);
  dismiss(&t);

  d->act_low = act_low;
  d->act_high = act_high;
  supervised_shape(d, shape);
  shape->solved = -0.02; // a twenty-fifth of the best constant's error
  *out = d;
  return HEBB_OK;
}

static const hebb_env teacher_student = {
  .base = {
    HEBB_HEAD(HEBB_ENV, hebb_env, config),
    .name = "teacher_student", .version = "1.0",
    .brief = "Learn the outputs of a fixed random network from examples.",
    .cite = "Saad & Solla 1995",
    .params = rows,
  },
  .open = open, SUPERVISED_MEMBERS,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &teacher_student.base : NULL;
}
