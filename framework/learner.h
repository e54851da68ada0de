/* learner.h - a rule that owns the whole agent: what it declares, its genome, and its part of a life.
 *
 * Where a synaptic rule has the host's network, a learner has one block of memory without pointers. The
 * host draws nothing for it but seeds, and shows it observations, rewards and targets.
 */
#ifndef HEBB_LEARNER_H
#define HEBB_LEARNER_H

#include "genome.h"

struct rollout;
struct rollout_seeds;

typedef struct learner {
  bool on;                  /* the rule is a learner */
  hebb_learner_shape shape; /* tables are the plugin's */
  hebb_env_shape world;     /* as it sees it: with the inputs that the experiment appends */
} learner;

/* Asks the plugin for its sizes. world: the shape that all tasks share. */
int learner_open(learner *l, const experiment *e, const hebb_env_shape *world, error *err);

/* Whether what it declares makes sense: sizes, segments, arrays within the state. */
int learner_check_shape(const hebb_learner_shape *shape, const char *where, error *err);

/* Its genome: the segments that it declares, or none. */
int learner_genome(const learner *l, const experiment *e, genome *g, error *err);

/* ---- a life (learner_life.c): every running lane ---- */

void learner_begin(struct rollout *r, const float *vector, const struct rollout_seeds *seeds);
void learner_start(struct rollout *r, const struct rollout_seeds *seeds, int32_t episode);
/* Observation -> action; a lane whose action makes no sense fails. */
void learner_act(struct rollout *r);
/* The world has answered; last: no further step follows in this episode, whatever the world says. */
void learner_learn(struct rollout *r, bool last);
void learner_end(struct rollout *r);

#endif
