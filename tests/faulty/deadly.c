/* deadly.c - a walk on a line whose world dies in one life of `every`, as its seed says. */
#include <hebb/env.h>
#include <hebb/rng.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum fault { NONE, FAILS, CRASHES, ABORTS, OVERFLOWS, EXITS, VANISHES, KILLED, LOOPS, EATS, FORKS };

typedef struct config {
  int32_t fault;
  int64_t every, slow;
} config;

static const hebb_param params[] = {
  HEBB_CHOICE(config, fault,
              "none|fails|crashes|aborts|overflows|exits|vanishes|killed|loops|eats|forks",
              "How it dies."),
  HEBB_PARAM(config, every, 4, 1, 1000000, "1", "One life of so many."),
  HEBB_PARAM(config, slow, 0, 0, 1000, "ms", "What a reset takes."),
  { 0 },
};

typedef struct sim {
  const config *c;
  int32_t step;
  double x;
} sim;

static int open(const void *cfg, const hebb_host *host, hebb_env_shape *shape, void **model)
{
  static const float low[] = { -1 }, high[] = { 1 };
  (void)host;
  shape->n_obs = 2;
  shape->n_act = 1;
  shape->act_low = low;
  shape->act_high = high;
  shape->max_steps = 20;
  *model = (void *)cfg;
  return HEBB_OK;
}

static int make(void *model, int32_t n_lane, const hebb_host *host, void **out)
{
  sim *s = calloc(1, sizeof *s);
  if (!s || n_lane != 1)
    return host->fail(host, HEBB_ENOMEM, "one lane, please");
  s->c = model;
  *out = s;
  return HEBB_OK;
}

static void drop(void *s)
{
  free(s);
}

static int recurse(volatile const char *above)
{
  volatile char room[4096];
  room[0] = above ? above[0] : 0;
  return recurse(room) + room[0];
}

static void die(int32_t fault, const hebb_lanes *io)
{
  volatile int *volatile nowhere = NULL;
  void *volatile eaten;
  volatile int goes_on = 1;
  switch (fault) {
  case FAILS:
    io->done[0] = HEBB_FAILED;
    io->why[0] = "as it was asked to";
    break;
  case CRASHES: *nowhere = 1; break;
  case ABORTS: abort();
  case OVERFLOWS: recurse(NULL); break;
  case EXITS: exit(3);
  case VANISHES: _exit(0);
  case KILLED: raise(SIGKILL); break;
  case LOOPS:
    while (goes_on)
      ;
    break;
  case EATS:
    for (;;)
      if ((eaten = malloc(1 << 20)))
        memset(eaten, 1, 1 << 20);
      else
        *nowhere = 1;
  case FORKS: // what it leaves holds the worker's socket
    if (fork() == 0) {
      sleep(3);
      _exit(0);
    }
    abort();
  default: break;
  }
}

static void observe(const sim *s, float *obs)
{
  obs[0] = (float)s->x;
  obs[1] = (float)(s->x * s->x);
}

static void reset(void *vs, const uint64_t *seed, const hebb_lanes *io)
{
  sim *s = vs;
  const hebb_address a = { .seed = seed[0] };
  s->x = hebb_uniform_double(&a, 0);
  s->step = 0;
  io->done[0] = HEBB_RUNNING;
  observe(s, io->obs);
  if (s->c->slow > 0)
    nanosleep(&(struct timespec){ .tv_nsec = s->c->slow * 1000000L }, NULL);
  if (seed[0] % (uint64_t)s->c->every == 0)
    die(s->c->fault, io);
}

static void step(void *vs, const hebb_lanes *io)
{
  sim *s = vs;
  s->x += 0.1 * io->act[0];
  io->reward[0] = s->x;
  if (++s->step == 20)
    io->done[0] = HEBB_TRUNCATED;
  observe(s, io->obs);
}

static const hebb_env env = {
  .base = { HEBB_HEAD(HEBB_ENV, hebb_env, config), .name = "deadly", .version = "1",
            .brief = "for a test", .cite = "", .params = params },
  .open = open,
  .make = make,
  .drop = drop,
  .reset = reset,
  .step = step,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &env.base : NULL;
}
