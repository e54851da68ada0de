/* vet_sweep.c - the fused form of a rule held against its plain one: a layer lives N_STEP steps
 * with forward pass and update, and once more with sweeps that do both.
 *
 * Activities are given, not fed back, so that the two may only differ by rounding; that grows with
 * the steps.
 */
#include <math.h>
#include <string.h>

#include "network.h"
#include "vet.h"

enum { N_LANE = 3, N_STEP = 10 };

static const double tolerance = 1e-5; /* of the largest, for each step */
static const char agrees[] = "sweep agrees with update";

typedef struct problem {
  const hebb_rule *rule;
  const void *config;
  int32_t n_pre, n_post;
  vet_room *room;
  bool max_abs;
  float *coef, *plane; /* [coef x pre x post], [plane x pre x post] */
  float *weight;       /* [lane x pre x post] at the beginning      */
  float *pre, *post;   /* [step x lane x pre], ... x post]          */
} problem;

/* What becomes of some of a problem's lanes. */
typedef struct life {
  int32_t n_lane;
  float *weight; /* [lane x pre x post] at the end */
  float *scale;  /* [lane] likewise; NULL: all 1   */
  float *drive;  /* [step x lane x post], and a row that nothing is written to */
} life;

static size_t synapses(const problem *p)
{
  return (size_t)p->n_pre * (size_t)p->n_post;
}

/* [step x lane x n], frozen */
static float *activities(const problem *p, int32_t n, uint32_t stream, bool normal)
{
  float *x = vet_take(p->room, (size_t)n * N_STEP * N_LANE, sizeof *x);
  for (uint32_t step = 0; step < N_STEP; step++)
    for (uint32_t lane = 0; lane < N_LANE; lane++)
      vet_fill(x + (step * N_LANE + lane) * (uint32_t)n, (size_t)n, lane, stream + 100 * step,
               normal);
  vet_freeze(p->room, x);
  return x;
}

static void make_problem(problem *p, const hebb_rule_shape *shape, vet *v)
{
  const size_t n = synapses(p), n_plane = (size_t)shape->n_plane * n;

  vet_room_clear(p->room);
  p->coef = vet_take(p->room, (size_t)shape->n_coef * n, sizeof(float));
  vet_fill(p->coef, (size_t)shape->n_coef * n, 0, 1, true);
  vet_freeze(p->room, p->coef);
  p->weight = vet_take(p->room, N_LANE * n, sizeof(float));
  for (uint32_t lane = 0; lane < N_LANE; lane++)
    vet_fill(p->weight + lane * n, n, lane, 2, false);
  vet_freeze(p->room, p->weight);
  p->pre = activities(p, p->n_pre, 3, true);
  p->post = activities(p, p->n_post, 4, false);

  p->plane = vet_take(p->room, n_plane, sizeof(float));
  float *again = vet_take(p->room, n_plane, sizeof(float));
  memset(again, 0x5a, n_plane * sizeof(float));
  p->rule->prepare(p->config, p->n_pre, p->n_post, p->coef, p->plane);
  p->rule->prepare(p->config, p->n_pre, p->n_post, p->coef, again);
  vet_expect(v, "prepare writes all planes, from the coefficients alone",
             memcmp(p->plane, again, n_plane * sizeof(float)) == 0, "twice gives two results");
  vet_freeze(p->room, p->plane);
}

static life begin(const problem *p, int32_t first, int32_t n_lane, bool scaled)
{
  const size_t n = (size_t)n_lane * synapses(p);
  life l = { .n_lane = n_lane,
             .weight = vet_take(p->room, n, sizeof(float)),
             .scale = scaled ? vet_take(p->room, (size_t)n_lane, sizeof(float)) : NULL,
             .drive = vet_take(p->room, (N_STEP + 1) * (size_t)n_lane * (size_t)p->n_post,
                               sizeof(float)) };
  memcpy(l.weight, p->weight + (size_t)first * synapses(p), n * sizeof(float));
  for (int32_t lane = 0; scaled && lane < n_lane; lane++)
    l.scale[lane] = 1;
  return l;
}

static const float *row_of(const float *x, int32_t step, int32_t first, int32_t n)
{
  return x + (step * N_LANE + first) * n;
}

/* Forward, update, forward, update, ... of all lanes. */
static life live_plainly(const problem *p)
{
  const weights_config after = { .after_update =
                                     p->max_abs ? AFTER_UPDATE_MAX_ABS : AFTER_UPDATE_NONE };
  const life l = begin(p, 0, N_LANE, false);
  const size_t n = synapses(p);

  for (int32_t step = 0; step < N_STEP; step++) {
    const hebb_layer layer = { .size = sizeof layer,
                               .step = step,
                               .n_lane = N_LANE,
                               .n_pre = p->n_pre,
                               .n_post = p->n_post,
                               .pre = row_of(p->pre, step, 0, p->n_pre),
                               .post = row_of(p->post, step, 0, p->n_post),
                               .drive = l.drive + step * N_LANE * p->n_post,
                               .coef = p->coef,
                               .weight = l.weight };
    for (int32_t lane = 0; lane < N_LANE; lane++)
      for (int32_t j = 0; j < p->n_post; j++) {
        double sum = 0;
        for (int32_t i = 0; i < p->n_pre; i++)
          sum += (double)layer.pre[lane * p->n_pre + i] *
                 (double)l.weight[(size_t)lane * n + (size_t)(i * p->n_post + j)];
        l.drive[(step * N_LANE + lane) * p->n_post + j] = (float)sum;
      }
    p->rule->update(p->config, &layer);
    for (size_t lane = 0; lane < N_LANE; lane++)
      network_after_update(&after, NULL, p->n_pre, p->n_post, NULL, l.weight + lane * n);
  }
  return l;
}

/* The same in sweeps, of lanes first .. first + n_lane - 1; the last one has but an update to make
   up for. */
static life live_swept(const problem *p, int32_t first, int32_t n_lane, const uint8_t *live)
{
  const life l = begin(p, first, n_lane, true);
  for (int32_t step = 0; step <= N_STEP; step++) {
    const bool pending = step > 0, forward = step < N_STEP;
    const hebb_sweep sweep = {
      .size = sizeof sweep,
      .step = step,
      .n_lane = n_lane,
      .n_pre = p->n_pre,
      .n_post = p->n_post,
      .max_abs = p->max_abs,
      .live = live,
      .plane = p->plane,
      .pre_pending = pending ? row_of(p->pre, step - 1, first, p->n_pre) : NULL,
      .post_pending = pending ? row_of(p->post, step - 1, first, p->n_post) : NULL,
      .pre = forward ? row_of(p->pre, step, first, p->n_pre) : NULL,
      .drive = l.drive + step * n_lane * p->n_post,
      .weight = l.weight,
      .scale = l.scale,
    };
    p->rule->sweep(p->config, &sweep);
  }
  return l;
}

/* ---- the comparison ---- */

/* A lane's n numbers, times factor, against the expected ones. The tolerance is a part of the
   largest of these, or of `magnitude`, where terms may cancel. */
static void compare(vet *v, const char *what, int32_t lane, int32_t step, const float *found,
                    double factor, const float *expected, size_t n, double magnitude)
{
  double worst = 0, largest = magnitude;
  size_t at = 0;
  bool finite = true;

  for (size_t k = 0; k < n; k++) {
    const double off = fabs((double)found[k] * factor - (double)expected[k]);
    finite = finite && isfinite(off);
    largest = fmax(largest, fabs((double)expected[k]));
    if (off > worst) {
      worst = off;
      at = k;
    }
  }
  vet_expect(v, agrees, finite && worst <= tolerance * (step + 1) * largest,
             "%s %zu of lane %d at step %d is %g, with update it is %g", what, at, lane, step,
             (double)found[at] * factor, (double)expected[at]);
}

static void compare_lives(vet *v, const problem *p, const life *plain, const life *swept)
{
  const size_t n = synapses(p);
  for (int32_t step = 0; step < N_STEP; step++)
    for (int32_t lane = 0; lane < N_LANE; lane++) {
      const float *pre = row_of(p->pre, step, lane, p->n_pre);
      const int32_t at = (step * N_LANE + lane) * p->n_post;
      double sum = 0;
      for (int32_t i = 0; i < p->n_pre; i++)
        sum += fabs((double)pre[i]);
      compare(v, "drive", lane, step, swept->drive + at, 1, plain->drive + at, (size_t)p->n_post,
              sum);
    }
  for (int32_t lane = 0; lane < N_LANE; lane++)
    compare(v, "weight", lane, N_STEP, swept->weight + (size_t)lane * n, (double)swept->scale[lane],
            plain->weight + (size_t)lane * n, n, 1);
}

static bool same_lane(const problem *p, const life *a, int32_t lane_a, const life *b,
                      int32_t lane_b)
{
  const size_t n = synapses(p), n_post = (size_t)p->n_post;
  bool same = memcmp(a->weight + (size_t)lane_a * n, b->weight + (size_t)lane_b * n,
                     n * sizeof(float)) == 0 &&
              a->scale[lane_a] == b->scale[lane_b];
  for (int32_t step = 0; step < N_STEP; step++)
    same = same &&
           memcmp(a->drive + (step * a->n_lane + lane_a) * p->n_post,
                  b->drive + (step * b->n_lane + lane_b) * p->n_post, n_post * sizeof(float)) == 0;
  return same;
}

static void check_lanes(vet *v, const problem *p, const life *all)
{
  for (int32_t lane = 0; lane < N_LANE; lane++) {
    const life alone = live_swept(p, lane, 1, NULL);
    vet_expect(v, "sweep: one lane alone gives the bits of three",
               same_lane(p, all, lane, &alone, 0), "lane %d differs", lane);
  }

  uint8_t *live = vet_take(p->room, N_LANE, 1);
  live[0] = live[2] = 1;
  vet_freeze(p->room, live);
  const life two = live_swept(p, 0, N_LANE, live), untouched = begin(p, 0, N_LANE, true);
  vet_expect(v, "sweep: a lane that is over is left alone", same_lane(p, &two, 1, &untouched, 1),
             "live[1] is 0, but weights, scale or drive of lane 1 changed");
  vet_expect(v, "sweep: one lane alone gives the bits of three",
             same_lane(p, all, 0, &two, 0) && same_lane(p, all, 2, &two, 2),
             "lane 0 or 2 differs when lane 1 is over");
}

void vet_sweep(vet *v, const hebb_rule *rule, const void *config, const hebb_rule_shape *shape,
               int32_t n_pre, int32_t n_post, vet_room *room)
{
  // a sweep is given neither states nor anything else that an update may need
  const bool plain = (shape->needs & ~(uint32_t)HEBB_NEEDS_LAST) == 0 && shape->n_trace == 0 &&
                     shape->n_pre_state == 0 && shape->n_post_state == 0;
  vet_expect(v, "sweep is offered where update needs no more than it", plain,
             "n_plane is %d, yet the shape names needs, traces or states", shape->n_plane);
  for (int max_abs = 0; plain && max_abs < 2; max_abs++) {
    problem p = { .rule = rule,
                  .config = config,
                  .n_pre = n_pre,
                  .n_post = n_post,
                  .room = room,
                  .max_abs = max_abs };
    snprintf(v->stage, sizeof v->stage, "sweeps of a layer of %d x %d, %d lanes%s", n_pre, n_post,
             N_LANE, max_abs ? ", max_abs" : "");
    make_problem(&p, shape, v);
    const life expected = live_plainly(&p);

    const bool watched = vet_calls_watch(rule->base.name);
    vet_calls_begin();
    const life all = live_swept(&p, 0, N_LANE, NULL);
    const int64_t n_call = vet_calls_end();
    if (watched)
      vet_expect(v, "no memory is allocated in hot calls", n_call == 0,
                 "%lld calls of malloc or free in %d sweeps", (long long)n_call, N_STEP + 1);
    compare_lives(v, &p, &expected, &all);
    const float *spare = all.drive + N_STEP * N_LANE * n_post;
    for (int32_t k = 0; k < N_LANE * n_post; k++)
      vet_expect(v, "sweep: without pre nothing is driven", spare[k] == 0, "drive was written");
    check_lanes(v, &p, &all);
    const char *damage = vet_damage(room);
    vet_expect(v, "sweep writes weights, scale and drive only", !damage, "%s", damage);
  }
}
