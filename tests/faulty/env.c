/* env.c - a walk on a line, and on request one thing that no environment may do. */
#include <hebb/env.h>
#include <hebb/rng.h>

#include <stdlib.h>
#include <string.h>

enum fault {
  NONE,
  SEEDLESS,
  KEEPS,
  MIXES,
  TOUCHES,
  ALLOCATES,
  INFINITE,
  ENDLESS,
  EARLY,
  AFTER,
  ACTION,
  SELECTS,
  WILD,
  HALF,
  BOUNDS,
  REFUSES
};

typedef struct config {
  int32_t fault;
} config;

static const hebb_param params[] = {
  HEBB_CHOICE(config, fault,
              "none|seedless|keeps|mixes|touches|allocates|infinite|endless|early|after|action|"
              "selects|wild|half|bounds|refuses",
              "What it does wrong."),
  { 0 },
};

enum { MAX_STEPS = 50, MAX_LANE = 8 };

typedef struct sim {
  int32_t fault, step[MAX_LANE];
  double x[MAX_LANE];
} sim;

static int open(const void *cfg, const hebb_host *host, hebb_env_shape *shape, void **model)
{
  static const float low[] = { -1 }, high[] = { 1 };
  static const hebb_array arrays[] = {
    { .name = "place",
      .unit = "m",
      .doc = "Where it is.",
      .dims = "twice",
      .dtype = HEBB_F64,
      .rank = 1,
      .extent = { 2 } },
  };
  const config *c = cfg;
  if (c->fault == REFUSES)
    return host->fail(host, HEBB_EINVAL, "this cannot be opened");
  shape->n_obs = 2;
  shape->n_act = 1;
  shape->act_low = low;
  shape->act_high = c->fault == BOUNDS ? low : high;
  shape->max_steps = MAX_STEPS;
  shape->array = arrays;
  shape->n_array = 1;
  *model = (void *)c;
  return HEBB_OK;
}

static int make(void *model, int32_t n_lane, const hebb_host *host, void **out)
{
  sim *s = calloc(1, sizeof *s);
  if (!s || n_lane > MAX_LANE)
    return host->fail(host, HEBB_ENOMEM, "no memory");
  s->fault = ((const config *)model)->fault;
  *out = s;
  return HEBB_OK;
}

static void drop(void *s)
{
  free(s);
}

static void observe(const sim *s, int32_t lane, float *obs)
{
  obs[0] = (float)s->x[lane];
  obs[1] = (float)(s->fault == MIXES ? s->x[0] : s->x[lane] * s->x[lane]);
}

static void reset(void *vs, const uint64_t *seed, const hebb_lanes *io)
{
  static uint64_t calls;
  sim *s = vs;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->select && !io->select[lane] && s->fault != SELECTS)
      continue;
    const hebb_address a = { .seed = s->fault == SEEDLESS ? ++calls : seed[lane] };
    s->x[lane] = hebb_uniform_double(&a, 0) + (s->fault == KEEPS ? s->x[lane] : 0);
    s->step[lane] = 0;
    io->done[lane] = HEBB_RUNNING;
    observe(s, lane, io->obs + 2 * lane);
  }
}

static void step(void *vs, const hebb_lanes *io)
{
  sim *s = vs;
  double *act = (double *)io->act;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->done[lane] && s->fault != TOUCHES)
      continue;
    double a = act[lane];
    if (s->fault != WILD)
      a = a > 1 ? 1 : a < -1 ? -1 : a == a ? a : 0;
    s->x[lane] += 0.01 * a;
    io->reward[lane] = s->fault == INFINITE ? 1 / (s->x[lane] - s->x[lane]) : a;
    const int32_t limit = s->fault == EARLY ? MAX_STEPS / 2 : MAX_STEPS;
    if (++s->step[lane] >= limit && s->fault != ENDLESS)
      io->done[lane] = HEBB_TRUNCATED;
    observe(s, lane, io->obs + 2 * lane);
  }
  void *volatile block; // volatile: so that no compiler leaves the call out
  if (s->fault == ALLOCATES)
    free(block = calloc(1, 8));
  if (s->fault == AFTER)
    io->reward[io->n_lane] = 1;
  if (s->fault == ACTION)
    act[0] = 0.5;
}

static void read_array(void *vs, int32_t lane, int32_t array, void *out)
{
  const sim *s = vs;
  const double place[2] = { s->x[lane], s->x[lane] };
  (void)array;
  memcpy(out, place, s->fault == HALF ? sizeof place / 2 : sizeof place);
}

static const hebb_env env = {
  .base = { HEBB_HEAD(HEBB_ENV, hebb_env, config), .name = "faulty_env", .version = "1",
            .brief = "for a test", .cite = "", .params = params },
  .open = open,
  .make = make,
  .drop = drop,
  .reset = reset,
  .step = step,
  .read = read_array,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &env.base : NULL;
}
