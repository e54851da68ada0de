/* vet_env.c - an environment held against hebb/env.h: seeds, lanes, ends, guards, wild actions. */
#include <math.h>
#include <string.h>

#include "env_shape.h"
#include "hebb/rng.h"
#include "vet.h"

enum { N_LANE = 3, N_STEP = 40, LONGEST = 20000 };

typedef struct world {
  const hebb_env *env;
  hebb_env_shape shape;
  void *model;
  const hebb_host *host;
  vet_room *room;
  vet *v;
  bool watched;
} world;

/* A sim with its lanes: `first` is the number of its lane 0 among the N_LANE of all comparisons, so
   that a lane has the same seed and actions wherever it lives. */
typedef struct cast {
  const world *w;
  void *sim;
  hebb_lanes io;
  double *act;
  uint64_t *seed;
  int32_t first;
  int64_t n_call;
} cast;

typedef struct record { /* hash of all that a lane said, after reset and after each step */
  uint64_t hash[N_STEP + 1][N_LANE];
} record;

/* ---- a sim and its lanes ---- */

static bool raise_cast(const world *w, int32_t first, int32_t n_lane, cast *c)
{
  const hebb_env_shape *s = &w->shape;
  const size_t n = (size_t)n_lane;
  *c = (cast){ .w = w, .first = first };
  if (w->env->make(w->model, n_lane, w->host, &c->sim) != HEBB_OK) {
    vet_expect(w->v, "make gives a sim", false, "%d lanes are refused", n_lane);
    return false;
  }
  c->act = vet_take(w->room, n * (size_t)s->n_act, sizeof *c->act);
  c->seed = vet_take(w->room, n, sizeof *c->seed);
  c->io = (hebb_lanes){ .size = sizeof c->io,
                        .n_lane = n_lane,
                        .act = c->act,
                        .obs = vet_take(w->room, n * (size_t)s->n_obs, sizeof(float)),
                        .reward = vet_take(w->room, n, sizeof(double)),
                        .score = vet_take(w->room, n, sizeof(double)),
                        .done = vet_take(w->room, n, 1),
                        .mark = vet_take(w->room, n, 1),
                        .why = vet_take(w->room, n, sizeof(char *)) };
  if (s->n_target > 0)
    c->io.target = vet_take(w->room, n * (size_t)s->n_target, sizeof(float));
  if (s->n_context > 0)
    c->io.context = vet_take(w->room, n, sizeof(int32_t));
  return true;
}

static void drop_cast(cast *c)
{
  static const char check[] = "no memory is allocated in hot calls by the plugin's code";
  if (c->w->watched)
    vet_expect(c->w->v, check, c->n_call == 0, "%lld calls of malloc or free",
               (long long)c->n_call);
  if (c->w->env->drop)
    c->w->env->drop(c->sim);
}

static void reset_lanes(cast *c, const uint8_t *select)
{
  for (int32_t lane = 0; lane < c->io.n_lane; lane++)
    c->seed[lane] = 1000 + (uint64_t)(c->first + lane);
  c->io.select = select;
  vet_calls_begin();
  c->w->env->reset(c->sim, c->seed, &c->io);
  c->n_call += vet_calls_end();
  c->io.select = NULL;
}

/* A random action within the bounds, of a lane at a step. */
static void draw_action(const world *w, int32_t lane, int32_t step, double *act)
{
  const hebb_env_shape *s = &w->shape;
  const hebb_address a = { .seed = 7, .individual = (uint32_t)lane, .episode = (uint32_t)step };
  for (int32_t k = 0; k < s->n_act; k++) {
    const double u = hebb_uniform_double(&a, (uint32_t)k);
    if (s->n_choice > 0)
      act[k] = floor(u * s->n_choice);
    else if (isfinite(s->act_low[k]) && isfinite(s->act_high[k]))
      act[k] = (double)s->act_low[k] + u * ((double)s->act_high[k] - (double)s->act_low[k]);
    else
      act[k] = 2 * u - 1;
  }
}

static void step_lanes(cast *c)
{
  const size_t bytes = (size_t)(c->io.n_lane * c->w->shape.n_act) * sizeof(double);
  const uint64_t act = vet_hash(0, c->act, bytes);
  memset(c->io.mark, 0, (size_t)c->io.n_lane);
  vet_calls_begin();
  c->w->env->step(c->sim, &c->io);
  c->n_call += vet_calls_end();
  vet_expect(c->w->v, "actions are only read", vet_hash(0, c->act, bytes) == act,
             "step changed them");
}

static void step_randomly(cast *c, int32_t step)
{
  for (int32_t lane = 0; lane < c->io.n_lane; lane++)
    draw_action(c->w, c->first + lane, step, c->act + lane * c->w->shape.n_act);
  step_lanes(c);
}

static const float *obs_of(const cast *c, int32_t lane)
{
  return c->io.obs + (size_t)lane * (size_t)c->w->shape.n_obs;
}

/* Everything a lane says; reset says nothing of reward, score and mark. */
static uint64_t hash_lane(const cast *c, int32_t lane, bool stepped)
{
  const hebb_env_shape *s = &c->w->shape;
  uint64_t hash = vet_hash(0, obs_of(c, lane), (size_t)s->n_obs * sizeof(float));
  hash = vet_hash(hash, &c->io.done[lane], 1);
  if (s->n_target > 0)
    hash = vet_hash(hash, c->io.target + lane * s->n_target, (size_t)s->n_target * sizeof(float));
  if (s->n_context > 0)
    hash = vet_hash(hash, &c->io.context[lane], sizeof(int32_t));
  if (!stepped)
    return hash;
  hash = vet_hash(hash, &c->io.reward[lane], sizeof(double));
  hash = vet_hash(hash, &c->io.mark[lane], 1);
  return s->has_score ? vet_hash(hash, &c->io.score[lane], sizeof(double)) : hash;
}

static bool finite_lane(const cast *c, int32_t lane, bool stepped)
{
  const hebb_env_shape *s = &c->w->shape;
  for (int32_t k = 0; k < s->n_obs; k++)
    if (!isfinite(obs_of(c, lane)[k]))
      return false;
  for (int32_t k = 0; k < s->n_target; k++) {
    const float v = c->io.target[lane * s->n_target + k];
    if (!isfinite(v) && !(k == 0 && isnan(v))) // NaN there: no target
      return false;
  }
  return !stepped ||
         (isfinite(c->io.reward[lane]) && (!s->has_score || isfinite(c->io.score[lane])));
}

/* What holds of every lane after reset and each step of random actions within the bounds. */
static void check_words(const cast *c, bool stepped)
{
  static const char finite[] = "observations, rewards and scores are finite";
  static const char words[] = "done, why and context say what they may";
  const char *when = stepped ? "step" : "reset";
  for (int32_t lane = 0; lane < c->io.n_lane; lane++) {
    const uint8_t done = c->io.done[lane];
    vet_expect(c->w->v, finite, finite_lane(c, lane, stepped), "not so after %s", when);
    vet_expect(c->w->v, words, done <= HEBB_FAILED, "done is %d", done);
    vet_expect(c->w->v, words, stepped || done == HEBB_RUNNING, "done is %d after reset", done);
    vet_expect(c->w->v, words,
               c->w->shape.n_context <= 0 ||
                   (c->io.context[lane] >= 0 && c->io.context[lane] < c->w->shape.n_context),
               "context is out of range");
    vet_expect(c->w->v, "no life fails under random actions", done != HEBB_FAILED, "%s",
               c->io.why[lane] ? c->io.why[lane] : "FAILED without a reason");
  }
}

/* Resets and lives N_STEP steps, taking down every word. */
static void live_through(cast *c, record *r)
{
  reset_lanes(c, NULL);
  check_words(c, false);
  for (int32_t lane = 0; lane < c->io.n_lane; lane++)
    r->hash[0][lane] = hash_lane(c, lane, false);
  for (int32_t step = 0; step < N_STEP; step++) {
    step_randomly(c, step);
    check_words(c, true);
    for (int32_t lane = 0; lane < c->io.n_lane; lane++)
      r->hash[step + 1][lane] = hash_lane(c, lane, true);
  }
}

/* The first row in which lane_a of one record differs from lane_b of another; -1: none. */
static int32_t difference(const record *a, int32_t lane_a, const record *b, int32_t lane_b)
{
  for (int32_t step = 0; step <= N_STEP; step++)
    if (a->hash[step][lane_a] != b->hash[step][lane_b])
      return step;
  return -1;
}

/* ---- the checks ---- */

/* False: no sim can be made. */
static bool check_seeds(const world *w, record *all)
{
  cast c;
  record again;

  if (!raise_cast(w, 0, N_LANE, &c))
    return false;
  live_through(&c, all);
  for (int32_t step = 0; step < 3; step++) // leaves traces for the next reset to remove
    step_randomly(&c, 100 + step);
  live_through(&c, &again);
  drop_cast(&c);
  for (int32_t lane = 0; lane < N_LANE; lane++) {
    const int32_t at = difference(all, lane, &again, lane);
    vet_expect(w->v, "reset begins anew: nothing of the life before is left", at < 0,
               "lane %d differs after step %d", lane, at);
  }

  if (!raise_cast(w, 0, N_LANE, &c))
    return false;
  live_through(&c, &again);
  drop_cast(&c);
  for (int32_t lane = 0; lane < N_LANE; lane++) {
    const int32_t at = difference(all, lane, &again, lane);
    vet_expect(w->v, "equal seeds and actions give equal bits", at < 0,
               "lane %d differs after step %d", lane, at);
  }
  return true;
}

static void check_lanes(const world *w, const record *all)
{
  static const char mix[] = "lanes do not mix", rest[] = "a lane that is done is left alone";
  static const char begun[] = "reset begins only the selected lanes";
  cast c;
  record alone;

  for (int32_t lane = 0; lane < N_LANE && raise_cast(w, lane, 1, &c); lane++) {
    live_through(&c, &alone);
    drop_cast(&c);
    const int32_t at = difference(all, lane, &alone, 0);
    vet_expect(w->v, "one lane alone gives the bits of three together", at < 0,
               "lane %d differs after step %d", lane, at);
  }
  if (!raise_cast(w, 0, N_LANE, &c))
    return;

  // lane 1 ends after five steps, rests for five, and begins again while the others go on
  uint64_t resting = 0;
  uint8_t *select = vet_take(w->room, N_LANE, 1);
  select[1] = 1;
  vet_freeze(w->room, select);
  reset_lanes(&c, NULL);
  for (int32_t step = 0; step < 15; step++) {
    if (step == 5) {
      c.io.done[1] = HEBB_TERMINATED;
      c.io.mark[1] = 0;
      resting = hash_lane(&c, 1, true);
    }
    if (step == 10) {
      const uint64_t before[2] = { hash_lane(&c, 0, true), hash_lane(&c, 2, true) };
      reset_lanes(&c, select);
      vet_expect(w->v, begun,
                 hash_lane(&c, 0, true) == before[0] && hash_lane(&c, 2, true) == before[1],
                 "lane 0 or 2 was touched, only lane 1 was selected");
      vet_expect(w->v, begun, hash_lane(&c, 1, false) == all->hash[0][1],
                 "lane 1 begins otherwise than with the others");
    }
    step_randomly(&c, step);
    if (step >= 5 && step < 10)
      vet_expect(w->v, rest, hash_lane(&c, 1, true) == resting, "lane 1 was done, yet changed");
    vet_expect(w->v, mix,
               hash_lane(&c, 0, true) == all->hash[step + 1][0] &&
                   hash_lane(&c, 2, true) == all->hash[step + 1][2],
               "lane 0 or 2 differs after step %d, when lane 1 ends and begins again", step);
  }
  drop_cast(&c);
}

/* The episode's end comes at max_steps at the latest. */
static void check_end(const world *w)
{
  const int32_t limit = w->shape.max_steps;
  cast c;
  if (limit > LONGEST || !raise_cast(w, 0, 1, &c))
    return;
  reset_lanes(&c, NULL);
  int32_t n = 0;
  for (; n < limit && !c.io.done[0]; n++)
    step_randomly(&c, n);
  vet_expect(w->v, "an episode ends within max_steps", c.io.done[0] != HEBB_RUNNING,
             "still running after %d decisions", n);
  vet_expect(w->v, "an episode ends within max_steps", c.io.done[0] != HEBB_TRUNCATED || n == limit,
             "truncated after %d of %d decisions", n, limit);
  drop_cast(&c);
}

static void check_wild_actions(const world *w)
{
  const double wild[] = { 1e30, -1e30, (double)NAN, (double)INFINITY };
  cast c;
  if (!raise_cast(w, 0, N_LANE, &c))
    return;
  for (size_t k = 0; k < sizeof wild / sizeof wild[0]; k++) {
    reset_lanes(&c, NULL);
    for (int32_t step = 0; step < 3; step++) {
      for (int32_t i = 0; i < N_LANE * w->shape.n_act; i++)
        c.act[i] = wild[k];
      step_lanes(&c);
    }
    for (int32_t lane = 0; lane < N_LANE; lane++)
      vet_expect(w->v, "wild actions give finite numbers, or FAILED and why",
                 c.io.done[lane] == HEBB_FAILED ? c.io.why[lane] != NULL
                                                : finite_lane(&c, lane, true),
                 "not so with an action of %g", wild[k]);
  }
  drop_cast(&c);
}

static void check_readings(const world *w)
{
  cast c;
  if ((!w->env->read && !w->env->draw) || !raise_cast(w, 0, N_LANE, &c))
    return;
  reset_lanes(&c, NULL);
  step_randomly(&c, 0);
  for (int32_t k = 0; w->env->read && k < w->shape.n_array; k++) {
    const hebb_array *a = &w->shape.array[k];
    const size_t size = env_array_bytes(a);
    void *first = vet_take(w->room, size, 1), *second = vet_take(w->room, size, 1);
    w->env->read(c.sim, N_LANE - 1, k, first);
    memset(second, 0x5a, size);
    w->env->read(c.sim, N_LANE - 1, k, second);
    vet_expect(w->v, "named quantities are read whole", memcmp(first, second, size) == 0,
               "%s: read twice, it differs, or not all of it is written", a->name);
    for (size_t i = 0; a->dtype == HEBB_F64 && !(a->flags & HEBB_ARRAY_VARIES) && i < size / 8; i++)
      vet_expect(w->v, "named quantities are finite", isfinite(((double *)first)[i]), "%s is not",
                 a->name);
  }
  if (w->env->draw) {
    uint8_t *picture = vet_take(w->room, 32 * 24 * 3, 1);
    vet_expect(w->v, "a picture can be drawn", w->env->draw(c.sim, 0, 32, 24, picture) == HEBB_OK,
               "draw fails at 32 x 24");
  }
  drop_cast(&c);
}

/* ---- all of it ---- */

static void check_world(world *w)
{
  char fault[ENV_SENTENCE_SIZE] = "";
  const bool sound = env_shape_sound(w->env, &w->shape, fault);
  vet_expect(w->v, "the shape makes sense", sound, "%s", fault);
  if (!sound || !(w->room = vet_room_new()))
    return;

  record all;
  w->watched = vet_calls_watch(w->env->base.name);
  if (!(w->env->base.flags & HEBB_NONDETERMINISTIC) && check_seeds(w, &all))
    check_lanes(w, &all);
  if (!w->v->options[0])
    check_end(w);
  check_wild_actions(w);
  check_readings(w);
  const char *damage = vet_damage(w->room);
  vet_expect(w->v, "writes nothing outside its arrays", !damage, "%s", damage);
  vet_room_free(w->room);
}

void vet_env(vet *v, const hebb_env *env, const void *config)
{
  error why = { 0 };
  host_services services;
  host_services_init(&services, env->base.name, &why);
  world w = { .env = env, .host = &services.host, .v = v, .shape = env_shape_blank() };

  if (env->open(config, &services.host, &w.shape, &w.model) != HEBB_OK) {
    vet_refused(v, &why);
    return;
  }
  check_world(&w);
  if (env->close)
    env->close(w.model);
}
