/* vet_rule.c - a synaptic rule held against hebb/rule.h: several layers, lanes and option words. */
#include <math.h>
#include <string.h>

#include "hebb/rng.h"
#include "vet.h"

enum { N_LANE = 3, N_STEP = 3, MOST_PLANES = 64 };

/* One layer with all that a rule may read, for N_STEP steps and N_LANE lanes. */
typedef struct problem {
  const hebb_rule *rule;
  const void *config;
  hebb_rule_shape shape;
  int32_t n_pre, n_post;
  vet_room *room;
  float *coef;               /* [coef x pre x post]                    */
  float *weight;             /* [lane x pre x post] at the beginning   */
  float *pre, *post, *drive; /* [step x lane x pre], ... x post]       */
  float *pre_before, *post_before, *noise, *modulator, *reward;
} problem;

/* What a rule changes. */
typedef struct life {
  float *weight, *trace, *pre_state, *post_state;
} life;

void vet_fill(float *x, size_t n, uint32_t lane, uint32_t stream, bool normal)
{
  const hebb_address a = { .seed = 20200706, .purpose = stream, .individual = lane };
  for (size_t k = 0; k < n; k++)
    x[k] = normal ? hebb_normal(&a, (uint32_t)k) : 2 * hebb_uniform(&a, (uint32_t)k) - 1;
}

/* [step x lane x n], frozen; NULL where it is not needed. */
static float *input(const problem *p, bool needed, int32_t n, uint32_t stream, bool normal)
{
  if (!needed)
    return NULL;
  float *x = vet_take(p->room, (size_t)n * N_STEP * N_LANE, sizeof *x);
  for (uint32_t step = 0; step < N_STEP; step++)
    for (uint32_t lane = 0; lane < N_LANE; lane++)
      vet_fill(x + (step * N_LANE + lane) * (uint32_t)n, (size_t)n, lane, stream + 100 * step,
               normal);
  vet_freeze(p->room, x);
  return x;
}

static void make_problem(problem *p)
{
  const uint32_t needs = p->shape.needs;
  const size_t n = (size_t)p->n_pre * (size_t)p->n_post;

  vet_room_clear(p->room);
  p->coef = vet_take(p->room, (size_t)p->shape.n_coef * n, sizeof(float));
  vet_fill(p->coef, (size_t)p->shape.n_coef * n, 0, 1, true);
  vet_freeze(p->room, p->coef);
  p->weight = vet_take(p->room, N_LANE * n, sizeof(float));
  for (uint32_t lane = 0; lane < N_LANE; lane++)
    vet_fill(p->weight + lane * n, n, lane, 2, false);
  vet_freeze(p->room, p->weight);

  p->pre = input(p, true, p->n_pre, 3, true);
  p->post = input(p, true, p->n_post, 4, false);
  p->drive = input(p, true, p->n_post, 5, true);
  p->pre_before = input(p, needs & HEBB_NEEDS_PREVIOUS, p->n_pre, 6, true);
  p->post_before = input(p, needs & HEBB_NEEDS_PREVIOUS, p->n_post, 7, false);
  p->noise = input(p, needs & HEBB_NEEDS_NOISE, p->n_post, 8, true);
  p->modulator = input(p, needs & HEBB_NEEDS_MODULATOR, p->n_post, 9, false);
  p->reward = input(p, needs & HEBB_NEEDS_REWARD, 1, 10, true);
}

static size_t synapses(const problem *p)
{
  return (size_t)p->n_pre * (size_t)p->n_post;
}

static const float *lane_of(const float *x, int32_t step, int32_t lane, int32_t n)
{
  return x ? x + (step * N_LANE + lane) * n : NULL;
}

/* The layer of a life as the rule sees it, for lanes first .. first + n_lane - 1 of the problem. */
static hebb_layer layer_of(const problem *p, const life *l, int32_t step, int32_t first,
                           int32_t n_lane, const uint8_t *live)
{
  return (hebb_layer){ .size = sizeof(hebb_layer),
                       .step = step,
                       .n_lane = n_lane,
                       .n_pre = p->n_pre,
                       .n_post = p->n_post,
                       .live = live,
                       .pre = lane_of(p->pre, step, first, p->n_pre),
                       .post = lane_of(p->post, step, first, p->n_post),
                       .drive = lane_of(p->drive, step, first, p->n_post),
                       .pre_before = lane_of(p->pre_before, step, first, p->n_pre),
                       .post_before = lane_of(p->post_before, step, first, p->n_post),
                       .noise = lane_of(p->noise, step, first, p->n_post),
                       .modulator = lane_of(p->modulator, step, first, p->n_post),
                       .reward = lane_of(p->reward, step, first, 1),
                       .coef = p->coef,
                       .weight = l->weight,
                       .trace = l->trace,
                       .pre_state = l->pre_state,
                       .post_state = l->post_state };
}

static float *state_of(const problem *p, int32_t n_lane, int32_t n_state, size_t n)
{
  const size_t length = (size_t)n_lane * (size_t)n_state * n;
  return n_state > 0 ? vet_take(p->room, length, sizeof(float)) : NULL;
}

/* Lives N_STEP steps with some of the problem's lanes. */
static life live_through(const problem *p, int32_t first, int32_t n_lane, const uint8_t *live)
{
  const size_t n = synapses(p);
  const life l = { .weight = vet_take(p->room, (size_t)n_lane * n, sizeof(float)),
                   .trace = state_of(p, n_lane, p->shape.n_trace, n),
                   .pre_state = state_of(p, n_lane, p->shape.n_pre_state, (size_t)p->n_pre),
                   .post_state = state_of(p, n_lane, p->shape.n_post_state, (size_t)p->n_post) };
  memcpy(l.weight, p->weight + (size_t)first * n, (size_t)n_lane * n * sizeof(float));
  for (int32_t step = 0; step < N_STEP; step++) {
    const hebb_layer layer = layer_of(p, &l, step, first, n_lane, live);
    p->rule->update(p->config, &layer);
  }
  return l;
}

/* Whether two lanes have the same bits; a rule without such a state has no array. */
static bool equal(const float *a, int32_t lane_a, const float *b, int32_t lane_b, size_t n)
{
  return !a || !b || memcmp(a + (size_t)lane_a * n, b + (size_t)lane_b * n, n * sizeof(float)) == 0;
}

/* Whether lane `lane_a` of one life came out as lane `lane_b` of another, bit for bit. */
static bool same_lane(const problem *p, const life *a, int32_t lane_a, const life *b,
                      int32_t lane_b)
{
  const hebb_rule_shape *s = &p->shape;
  return equal(a->weight, lane_a, b->weight, lane_b, synapses(p)) &&
         equal(a->trace, lane_a, b->trace, lane_b, (size_t)s->n_trace * synapses(p)) &&
         equal(a->pre_state, lane_a, b->pre_state, lane_b,
               (size_t)s->n_pre_state * (size_t)p->n_pre) &&
         equal(a->post_state, lane_a, b->post_state, lane_b,
               (size_t)s->n_post_state * (size_t)p->n_post);
}

static bool all_finite(const float *x, size_t n)
{
  for (size_t k = 0; x && k < n; k++)
    if (!isfinite(x[k]))
      return false;
  return true;
}

static bool all_zero(const float *x, size_t n)
{
  for (size_t k = 0; x && k < n; k++)
    if (x[k] != 0)
      return false;
  return true;
}

/* An input with other numbers in lane 0. */
static float *with_other_lane(const problem *p, const float *x, int32_t n)
{
  if (!x)
    return NULL;
  float *other = vet_take(p->room, (size_t)n * N_STEP * N_LANE, sizeof *other);
  memcpy(other, x, (size_t)n * N_STEP * N_LANE * sizeof *other);
  for (uint32_t step = 0; step < N_STEP; step++)
    vet_fill(other + step * N_LANE * (uint32_t)n, (size_t)n, N_LANE, 50 + step, true);
  vet_freeze(p->room, other);
  return other;
}

/* The same problem but for what lane 0 sees. */
static problem with_other_neighbour(const problem *p)
{
  problem q = *p;
  q.pre = with_other_lane(p, p->pre, p->n_pre);
  q.post = with_other_lane(p, p->post, p->n_post);
  q.drive = with_other_lane(p, p->drive, p->n_post);
  q.pre_before = with_other_lane(p, p->pre_before, p->n_pre);
  q.post_before = with_other_lane(p, p->post_before, p->n_post);
  q.noise = with_other_lane(p, p->noise, p->n_post);
  q.modulator = with_other_lane(p, p->modulator, p->n_post);
  q.reward = with_other_lane(p, p->reward, 1);
  return q;
}

/* ---- the checks ---- */

static void check_lanes(vet *v, const problem *p, const life *all)
{
  static const char mix[] = "lanes do not mix";
  const size_t n = synapses(p);

  for (int32_t lane = 0; lane < N_LANE; lane++) {
    const life alone = live_through(p, lane, 1, NULL);
    vet_expect(v, "one lane alone gives the bits of three together",
               same_lane(p, all, lane, &alone, 0), "lane %d differs", lane);
  }

  // lane 1 is over: its weights rest, the others do not notice
  uint8_t *live = vet_take(p->room, N_LANE, 1);
  live[0] = live[2] = 1;
  vet_freeze(p->room, live);
  const life two = live_through(p, 0, N_LANE, live);
  const size_t n_trace = (size_t)p->shape.n_trace * n;
  const size_t n_pre_state = (size_t)p->shape.n_pre_state * (size_t)p->n_pre;
  const size_t n_post_state = (size_t)p->shape.n_post_state * (size_t)p->n_post;
  vet_expect(v, "a lane that is over is left alone",
             equal(two.weight, 1, p->weight, 1, n) &&
                 all_zero(two.trace ? two.trace + n_trace : NULL, n_trace) &&
                 all_zero(two.pre_state ? two.pre_state + n_pre_state : NULL, n_pre_state) &&
                 all_zero(two.post_state ? two.post_state + n_post_state : NULL, n_post_state),
             "live[1] is 0, but lane 1 changed");
  vet_expect(v, mix, same_lane(p, all, 0, &two, 0) && same_lane(p, all, 2, &two, 2),
             "lane 0 or 2 differs when lane 1 is over");

  const problem neighbour = with_other_neighbour(p);
  const life beside = live_through(&neighbour, 0, N_LANE, NULL);
  vet_expect(v, mix, same_lane(p, all, 1, &beside, 1) && same_lane(p, all, 2, &beside, 2),
             "lane 1 or 2 differs when lane 0 sees something else");
}

static void check_effective(vet *v, const problem *p, const life *l)
{
  static const char check[] = "the effective weight is finite, deterministic, and only read off";
  const size_t n = N_LANE * synapses(p);
  float *first = vet_take(p->room, n, sizeof(float)), *second = vet_take(p->room, n, sizeof(float));
  const hebb_layer layer = layer_of(p, l, 0, 0, N_LANE, NULL);
  const uint64_t before = vet_hash(0, l->weight, n * sizeof(float));

  p->rule->effective(p->config, &layer, first);
  p->rule->effective(p->config, &layer, second);
  vet_expect(v, check, all_finite(first, n), "it is not finite");
  vet_expect(v, check, memcmp(first, second, n * sizeof(float)) == 0, "twice gives two results");
  vet_expect(v, check, vet_hash(0, l->weight, n * sizeof(float)) == before, "weights changed");
}

static void check_layer(vet *v, problem *p)
{
  const size_t n = synapses(p);
  snprintf(v->stage, sizeof v->stage, "layer of %d x %d, %d lanes", p->n_pre, p->n_post, N_LANE);
  make_problem(p);

  const bool watched = vet_calls_watch(p->rule->base.name);
  vet_calls_begin();
  const life all = live_through(p, 0, N_LANE, NULL);
  const int64_t n_call = vet_calls_end();
  if (watched)
    vet_expect(v, "no memory is allocated in hot calls", n_call == 0,
               "%lld calls of malloc or free in %d updates", (long long)n_call, N_STEP);

  vet_expect(v, "finite on random input",
             all_finite(all.weight, N_LANE * n) &&
                 all_finite(all.trace, N_LANE * (size_t)p->shape.n_trace * n),
             "weights or traces are not finite after %d updates", N_STEP);

  const life again = live_through(p, 0, N_LANE, NULL);
  bool same = true;
  for (int32_t lane = 0; lane < N_LANE; lane++)
    same &= same_lane(p, &all, lane, &again, lane);
  vet_expect(v, "deterministic", same, "the same input gave two results");
  check_lanes(v, p, &all);
  if (p->rule->effective)
    check_effective(v, p, &all);

  const char *damage = vet_damage(p->room);
  vet_expect(v, "writes weights, traces and states only", !damage, "%s", damage);

  if (p->shape.n_coef > 0) {
    float *zero = vet_take(p->room, (size_t)p->shape.n_coef * n, sizeof(float));
    problem quiet = *p;
    quiet.coef = zero;
    const life still = live_through(&quiet, 0, N_LANE, NULL);
    vet_note(v, "coefficients of zero leave weights alone?",
             memcmp(still.weight, p->weight, N_LANE * n * sizeof(float)) == 0);
  }
}

static bool sane_shape(vet *v, const hebb_rule_shape *s)
{
  static const char check[] = "the shape makes sense";
  const int32_t count[] = { s->n_coef, s->n_trace, s->n_pre_state, s->n_post_state, s->n_plane };

  for (int k = 0; k < 5; k++)
    if (count[k] < 0 || count[k] > MOST_PLANES) {
      vet_expect(v, check, false, "a count is %d; 0 to %d makes sense", count[k], MOST_PLANES);
      return false;
    }
  for (int32_t k = 0; k < s->n_coef; k++) {
    if (!s->coef_name || !s->coef_name[k] || !s->coef_name[k][0]) {
      vet_expect(v, check, false, "coefficient %d has no name", k);
      return false;
    }
    for (int32_t other = 0; other < k; other++)
      vet_expect(v, check, strcmp(s->coef_name[k], s->coef_name[other]) != 0,
                 "two coefficients are called %s", s->coef_name[k]);
    vet_expect(v, check, !s->coef_span || (s->coef_span[k] >= 1 && s->coef_span[k] <= 4),
               "coefficient %s has no known span", s->coef_name[k]);
  }
  vet_expect(v, check, true, "fine");
  return true;
}

void vet_rule(vet *v, const hebb_rule *rule, const void *config)
{
  static const int32_t size[][2] = { { 1, 1 }, { 3, 5 }, { 28, 128 }, { 128, 64 }, { 64, 8 } };
  error why = { 0 };
  host_services services;
  host_services_init(&services, rule->base.name, &why);
  problem p = { .rule = rule, .config = config, .shape = { .size = sizeof p.shape } };

  if (!rule->shape) {
    vet_learner(v, rule, config);
    return;
  }
  if ((rule->check && rule->check(config, &services.host) != HEBB_OK) ||
      rule->shape(config, &services.host, &p.shape) != HEBB_OK) {
    vet_refused(v, &why);
    return;
  }
  if (!sane_shape(v, &p.shape) || !rule->update)
    return;
  if (!(p.room = vet_room_new())) {
    vet_expect(v, "memory", false, "none for a layer");
    return;
  }
  for (size_t k = 0; k < sizeof size / sizeof size[0]; k++) {
    p.n_pre = size[k][0];
    p.n_post = size[k][1];
    check_layer(v, &p);
    if (rule->sweep && p.shape.n_plane > 0)
      vet_sweep(v, rule, config, &p.shape, p.n_pre, p.n_post, p.room);
  }
  vet_room_free(p.room);
}
