/* machine.h - a network that learns by equilibrium propagation, as a learner uses it.
 *
 *   ep_plan      cold: where everything lies; sizes of the two blocks
 *   ep_begin     weights
 *   ep_free      free phase of a batch of inputs, or of some of them: the answer is ep_answer
 *   ep_nudged    nudged phases of the first n of the batch towards a goal; the contrast is added to the gradient
 *   ep_learn     one update along the gradient, which is cleared
 *   ep_continual nudged phase that changes the weights at every step (Ernoult et al. 2020), instead of the last two
 *
 * An ep_machine is plain data: it may lie at the head of a learner's state, which `memory` follows. What is in
 * `memory` lasts (weights, moments, gradient, free states); what is in `scratch` does not.
 */
#ifndef EP_MACHINE_H
#define EP_MACHINE_H

#include "contrast.h"
#include "update.h"

typedef struct ep_machine {
  /* what is asked for: to be filled in before ep_plan */
  ep_network network;
  ep_dynamics dynamics;
  ep_nudging nudging;
  ep_optimizer optimizer;
  int32_t cost, initial;        /* ep_cost, ep_initial                                            */
  double gain;                  /* of the initial weights                                         */
  int32_t n_example;            /* most examples of a batch                                       */
  int32_t n_particle;           /* examples whose free state is kept for their next turn; 0: none */
  int32_t free_steps, nudged_steps;

  /* of ep_plan: offsets in doubles */
  int64_t theta, back, moment, gradient, states, fixed, particle; /* in memory */
  int64_t nudged, room;                                            /* in scratch */
  int64_t n_memory, n_scratch;                                     /* doubles of each */

  /* what the last calls saw; the mean over the examples */
  ep_progress progress;
  uint64_t seed;
  uint32_t n_coin;
  ep_settled free_settled, nudged_settled;
} ep_machine;

/* Cold. NULL, or a sentence that says what cannot be. */
const char *ep_plan(ep_machine *);

/* Hot. memory [n_memory] need not be cleared before. */
void ep_begin(ep_machine *, double *memory, uint64_t seed);

/* After theta was changed from outside (a genome, an event): the working copy follows. */
void ep_changed(const ep_machine *, double *memory);

/* x [n_example x in] of examples first .. first + n_example - 1 of the batch. Starts from zero, or with
   `particle` [n_example] (numbers below n_particle, -1: none) from the free state where that example was last
   time; with `warm` from where the states are. */
void ep_free(ep_machine *, double *memory, double *scratch, int32_t first, int32_t n_example,
             const double *x, const int32_t *particle, bool warm);

/* Output of one example after ep_free [out]: states of the output units; of a readout z, with cross-entropy
   not yet its softmax. */
static inline const double *ep_answer(const ep_machine *m, const double *memory, int32_t example)
{
  return memory + m->states + example * m->network.n_unit +
         m->network.layer[m->network.n_layer - 1].unit;
}

void ep_nudged(ep_machine *, double *memory, double *scratch, int32_t n_example, const ep_goal *);
void ep_learn(ep_machine *, double *memory);
void ep_continual(ep_machine *, double *memory, double *scratch, int32_t n_example, const ep_goal *);

/* For the record: E and C of the free state of one example. */
double ep_machine_energy(const ep_machine *, const double *memory, double *scratch, int32_t example);

#endif
