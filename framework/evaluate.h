/* evaluate.h - one genome, tasks and conditions, many rollouts; every rollout is kept. */
#ifndef HEBB_EVALUATE_H
#define HEBB_EVALUATE_H

#include "plan.h"
#include "store.h"

typedef struct evaluate_options {
  const float *genome;  /* [plan->genome.shape.n_gene] */
  int32_t n_rollout;
  int32_t n_record;     /* lifetimes recorded for each condition: rollouts 0 .. n_record - 1 */
  uint64_t seed;
  int32_t n_worker;
  const int32_t *row;   /* [n_row] of plan->conditions; NULL: every task as it is */
  int32_t n_row;
} evaluate_options;

/* Rollout k draws the same world and the same first weights in every condition, so that conditions
   compare pair by pair. The result owns its arrays. */
int evaluate(const plan *p, const evaluate_options *options, evaluation *result, error *err);
void evaluation_done(evaluation *result);

/* The table for people: a line a condition. */
void evaluation_print(const evaluation *result);

#endif
