/* toy_life.h - an experiment on the toy world, its plan, one worker's room and the genome at the start: what tests of
 * lives begin with. CUnit's, so that a test stops where it cannot begin. */
#ifndef HEBB_TOY_LIFE_H
#define HEBB_TOY_LIFE_H

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "rollout.h"
#include "toy.h"

typedef struct toy_life {
  experiment e;
  experiment_task task[2];
  toy_config config[2];
  plan *plan;
  rollout *room;
  float *genome; /* [gene] where evolution begins */
} toy_life;

/* Once the experiment is as the test wants it. */
static inline void toy_life_open(toy_life *s, int32_t n_lane)
{
  static error err; // too large for the stack
  memset(&err, 0, sizeof err);
  const int status = plan_open(&s->e, &s->plan, &err);
  if (status != EXIT_FINE)
    error_print(&err);
  CU_ASSERT_FATAL(status == EXIT_FINE);
  CU_ASSERT_FATAL(rollout_new(s->plan, n_lane, &s->room, &err) == EXIT_FINE);
  const size_t n = (size_t)s->plan->genome.shape.n_gene;
  s->genome = calloc(n + 1, sizeof *s->genome);
  memcpy(s->genome, s->plan->genome.shape.start, n * sizeof *s->genome);
}

static inline void toy_life_close(toy_life *s)
{
  free(s->genome);
  rollout_free(s->room);
  plan_close(s->plan);
}

#endif
