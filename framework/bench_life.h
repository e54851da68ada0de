/* bench_life.h - takes lives apart: which seconds of them are the environment's. */
#ifndef HEBB_BENCH_LIFE_H
#define HEBB_BENCH_LIFE_H

#include "rollout.h"

/* What lives cost one thread: seconds, summed over n_life rollouts. */
typedef struct life_cost {
  int64_t n_life;
  double steps;   /* decisions of all lanes */
  double ask;     /* the optimizer draws the genome */
  double begin;   /* genome -> planes of coefficients, first weights */
  double reset;   /* of the environment, all episodes */
  double env;     /* the environment's steps */
  double network; /* what else a step costs: forward pass, rule, the loop itself */
} life_cost;

typedef struct life_meter {
  rollout *r;        /* not owned */
  double *act;       /* (decision x lane x n_act) of the life that was recorded */
  int64_t row, room; /* numbers in a decision; decisions that fit */
  int32_t n_step;    /* decisions of that life */
  double first;      /* on the clock, when its first forward pass began */
} life_meter;

int life_meter_begin(life_meter *m, rollout *r, error *err);
void life_meter_end(life_meter *m);

/* Lives one life several times, until the clock shows `until` but at least once: as it is, watched, and its
   actions through the environment alone. Adds what it costs at best; nothing where it fails. */
void life_meter_add(life_meter *m, const void *state, int32_t individual, int32_t task,
                    const rollout_seeds *seeds, double until, life_cost *sum);

#endif
