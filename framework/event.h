/* event.h - what is done to an agent in mid-life: a rule frozen, weights zeroed, a body exchanged.
 *
 * Events are applied before the decision `at`, in the order of their list, after all updates of the steps
 * before: freeze_rule at k leaves k updates. Lives with events have one lane. Knows neither TOML nor HDF5.
 *
 *     freeze_rule           at <= step < until: the rule is not called; weights, traces and states stand still
 *     saturate_output       at <= step < until: every output is `value`: drive, activity and, where actions are
 *                           numbers, the action itself
 *     zero_weights          of a layer's n weights round(fraction n), drawn without replacement, become 0
 *     reset_weights         fresh weights; traces and states of the rule are 0, as when a life begins
 *     set_env, swap_task    the world goes on as another of the same plugin (retarget)
 *     shuffle_coefficients  a permutation of synapses in each layer (of neurons or rules where these share
 *                           coefficients); all coefficients of one move together
 *     random_coefficients   drawn anew from where evolution began
 *
 * Najarro & Risi 2020, figures 3 to 5: freeze after k updates, outputs at 1.0 for t = 300 .. 399, a third of the
 * weights zeroed, random coefficients.
 */
#ifndef HEBB_EVENT_H
#define HEBB_EVENT_H

#include "experiment.h"
#include "seeds.h"

struct rollout;

typedef struct event {
  int32_t kind;      /* enum event_kind                                       */
  int32_t at, until; /* decisions of the life; until: exclusive, INT32_MAX: to the end */
  int32_t layer;     /* -1: all                                               */
  double fraction;
  float value;
  void *model;       /* of set_env and swap_task: the other world             */
} event;

/* Whether it lasts from at to until, rather than happening once. */
static inline bool event_lasts(int32_t kind)
{
  return kind == EVENT_FREEZE_RULE || kind == EVENT_SATURATE_OUTPUT;
}

/* One life's events, in its rollout. */
typedef struct life_events {
  const event *list;     /* [n] */
  int32_t n;
  const float *vector;   /* the genome whose coefficients hold now       */
  uint32_t frozen;       /* bit l: layer l's rule rests in this step     */
  const event *saturate; /* that holds in this step, or NULL             */
  const event *world;    /* that last changed the world, or NULL         */
} life_events;

static inline bool event_frozen(const life_events *e, int32_t layer)
{
  return e->frozen >> layer & 1;
}

/* Whether something happens before this step: pending updates are to be made first. */
bool event_due(const life_events *e, int32_t step);

/* All that holds in this step and all that happens before it. NULL, or why the life cannot go on. */
const char *event_apply(struct rollout *r, const rollout_seeds *seeds, int32_t step);

/* The saturated output, after the forward pass of the last layer; after its outputs became an action. */
void event_saturate(struct rollout *r);
void event_saturate_action(struct rollout *r);

/* A new episode's world, changed as the last one was. */
void event_keep_world(struct rollout *r);

#endif
