/* spirals.c - two spirals wound into each other: on which of them is the point?
 *
 *   r = 0.05 + 0.95 sqrt(u),  x = r cos(2 pi (turns r + c / 2)) + noise,  y = r sin(...) + noise
 *
 * with u uniform and the class c 0 and 1 by turns. Training and test points are draws of the same kind. The
 * order of an epoch, targets and scores are those of supervised.h.
 *
 * The task is Wieland's: Lang & Witbrock, "Learning to tell two spirals apart", Connectionist Models Summer
 * School, 1988, there with 3 turns, 194 points and no noise. Points are drawn here, not spaced evenly.
 */
#include "supervised.h"

#include <math.h>

enum purpose { DRAW_PLACE = 1, DRAW_NOISE };

typedef struct config {
  double turns, noise;
  int64_t n_train, n_test, seed;
} config;

static const hebb_param rows[] = {
  HEBB_PARAM(config, turns, 1.5, 0, 10, "1",
             "Turns of each spiral from the middle to the radius 1."),
  HEBB_PARAM(config, noise, 0, 0, 1, "1", "Standard deviation of each coordinate's noise."),
  HEBB_PARAM(config, n_train, 194, 2, 1e6, "1", "Training points, of both spirals together."),
  HEBB_PARAM(config, n_test, 194, 2, 1e6, "1", "Test points, of both spirals together."),
  HEBB_PARAM(config, seed, 1, 0, 1e9, "1", "Of the points."),
  { 0 },
};

static const char *const obs_name[] = { "x", "y" };

static int open(const void *config_, const hebb_host *host, hebb_env_shape *shape, void **out)
{
  const config *c = config_;
  supervised *d = supervised_new(2, 2, (int32_t)c->n_train, (int32_t)c->n_test, true, host);
  if (!d)
    return HEBB_ENOMEM;
  for (int32_t k = 0; k < d->n_train + d->n_test; k++) {
    // test points are numbered by themselves, so that they stay when n_train changes
    const bool test = k >= d->n_train;
    const uint32_t i = (uint32_t)(test ? k - d->n_train : k);
    hebb_address a = { .seed = (uint64_t)c->seed, .purpose = DRAW_PLACE, .task = test };
    const double r = 0.05 + 0.95 * sqrt(hebb_uniform_double(&a, i));
    const double turn = c->turns * r + (i % 2 ? 0.5 : 0);
    double sine, cosine;
    hebb_sincos_turn(turn - floor(turn), &sine, &cosine);
    a.purpose = DRAW_NOISE;
    d->number[2 * k] = (float)(r * cosine + c->noise * (double)hebb_normal(&a, 2 * i));
    d->number[2 * k + 1] = (float)(r * sine + c->noise * (double)hebb_normal(&a, 2 * i + 1));
    d->label[k] = (int32_t)(i % 2);
  }
  supervised_shape(d, shape);
  shape->obs_name = obs_name;
  shape->solved = 0.95;
  *out = d;
  return HEBB_OK;
}

static const hebb_env spirals = {
  .base = {
    HEBB_HEAD(HEBB_ENV, hebb_env, config),
    .name = "spirals", .version = "1.0",
    .brief = "Two spirals wound into each other: on which of them is the point?",
    .cite = "Lang & Witbrock 1988",
    .params = rows,
  },
  .open = open, SUPERVISED_MEMBERS,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &spirals.base : NULL;
}
