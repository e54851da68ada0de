/* critic.h - V(s), what an actor may expect: a perceptron by backpropagation, or a network by equilibrium
 * propagation (tanh, readout, symmetric nudging) drawn to the same values. */
#ifndef ACTOR_CRITIC_H
#define ACTOR_CRITIC_H

#include "../equilibrium/machine.h"
#include "../equilibrium/perceptron.h"

enum critic_kind { CRITIC_BACKPROPAGATION, CRITIC_EQUILIBRIUM };
#define CRITIC_KINDS "backpropagation|equilibrium"

/* Plain data; `memory` and `scratch` are the learner's, as with an ep_machine. */
typedef struct critic {
  int32_t kind, passes; /* passes over the steps at an update                */
  bool smooth;          /* backpropagation: the smooth absolute error instead */
  double rate;
  ep_perceptron net;
  ep_machine machine;
  ep_optimizer optimizer;
  ep_progress progress;
  int64_t n_memory, n_scratch; /* doubles */
} critic;

/* Cold. kind, passes, rate, net and optimizer are filled in; most: steps of an update. NULL, or a sentence. */
const char *critic_plan(critic *, int32_t most);

void critic_begin(critic *, double *memory, uint64_t seed);

/* value [n] of x [n x in] */
void critic_values(critic *, double *memory, double *scratch, int32_t n, const double *x,
                         double *value);

/* Squared error to wanted [n], its mean over the steps, `passes` times; the rate times `pace`. */
void critic_learn(critic *, double *memory, double *scratch, int32_t n, const double *x,
                        const double *wanted, double pace);

#endif
