/* recorder.h - a whole life as arrays: weights, activities, observations, actions, rewards by step. */
#ifndef HEBB_RECORDER_H
#define HEBB_RECORDER_H

#include "lifetime.h"
#include "rollout.h"

/* Room for one life of a task; what it records goes into `life`. Lane 0 is looked at. */
typedef struct recorder {
  lifetime life;
  int32_t most_steps;
  double *raw; /* one named quantity as the world gives it */
} recorder;

int recorder_init(recorder *r, const plan *p, int32_t task, error *err);
void recorder_done(recorder *r);
size_t recorder_bytes(const plan *p, int32_t task); /* what recorder_init would allocate */

rollout_observer recorder_observer(recorder *r);

#endif
