/* replay.h - one life of a genome, lived again for its pictures. */
#ifndef HEBB_REPLAY_H
#define HEBB_REPLAY_H

#include "plan.h"

enum { REPLAY_SHEET = 36 }; /* pictures on a sheet, where `every` is left open */
#define REPLAY_SECONDS 0.04 /* from picture to picture of animations and films, to the nearest decision */

typedef struct replay_options {
  const char *path;      /* .gif, .png, .mp4 */
  const float *genome;   /* [plan->genome.shape.n_gene] */
  const condition *condition; /* one of plan->conditions: a task, perhaps with events */
  uint64_t seed;
  uint32_t rollout;      /* the same life as rollout k of `hebb evaluate` with this seed */
  int32_t width, height; /* of a picture */
  int64_t every;         /* decisions from picture to picture; 0: as said above */
} replay_options;

typedef struct replay_life {
  int32_t n_step;
  int64_t every, n_picture;
  double total_return;
  const char *why; /* it failed; or NULL */
} replay_life;

/* Pictures show the state in which decisions 0, every, 2 every, ... are taken, and the last state. */
int replay(const plan *p, const replay_options *options, replay_life *life, error *err);

#endif
