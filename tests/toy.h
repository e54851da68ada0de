/* toy.h - a world, a rule and an optimizer small enough to be computed by hand, for tests of the host.
 *
 * World: three numbers drawn from the seed; a lane ends after 5 + (first draw) steps; the reward is the
 * first action times the first observation. Rule: dw = gain x pre x post. Optimizer: candidate i is the
 * centre plus addressed noise; tell moves the centre to the best candidate. */
#ifndef HEBB_TOY_H
#define HEBB_TOY_H

#include "experiment.h"

extern const hebb_env toy_env;
extern const hebb_rule toy_rule;
extern const hebb_optimizer toy_optimizer;

enum { TOY_OBS = 3, TOY_ACT = 2, TOY_MOST_STEPS = 12 };

typedef struct toy_config { /* of the world */
  int32_t fail_at;  /* step at which a lane fails; -1: never */
  int32_t nan_at;   /* step at which the reward is NaN; -1: never */
  double reward_scale;
} toy_config;

/* An experiment of two tasks (both for training) with one hidden layer of 4; population individuals.
   config: [2], owned by the caller. Nothing in it needs freeing. */
void toy_experiment(experiment *e, experiment_task task[2], toy_config config[2],
                    int64_t population);

#endif
