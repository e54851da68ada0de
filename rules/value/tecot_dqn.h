/* tecot_dqn.h - the agent around tecot_value: Tecot's DQN-EP (2018) with its faults, each to be mended alone.
 *
 *   answer    for a = 0, 1, ..: `free` steps at (x, a); q of each is the state of the one output unit
 *   improve   free steps at (x, a), correlations c0; `nudged` steps towards d, correlations c
 *                online (c1fca92):   theta += rate (c - c0), not divided by beta
 *                replay (af02bd4):   Adam along (c - c0) / beta, beta of either sign by a coin
 *
 *   lost_input    the energy sees zeros in place of x and a: the program gives the observation to a variable that
 *                 the energy does not read (c1fca92; not in the versions with replay)
 *   shared_output the q of all actions are one variable: compared, they are equal, and the first action is greedy
 *   reset         states start from zero at each observation (versions with replay); else where they were
 *
 * The program's target network stops it with an error when it is asked for the first time; here it relaxes like
 * the other, from the states that were copied with the weights.
 */
#ifndef VALUE_TECOT_DQN_H
#define VALUE_TECOT_DQN_H

#include "tecot_value.h"

typedef struct tecot_dqn {
  tecot_value net;
  int32_t n_obs, n_choice;
  int64_t free, nudged;
  double beta, rate;
  bool lost_input, shared_output, reset, replay;

  /* of tecot_dqn_plan: offsets in doubles */
  int64_t theta, old_theta, mind, old_mind, gradient, moment; /* memory */
  int64_t x, drive, room;                                      /* scratch */
  int64_t n_memory, n_scratch;

  uint64_t seed;
  uint32_t n_coin;
  ep_progress relaxed, old_relaxed, updated;
} tecot_dqn;

void tecot_dqn_plan(tecot_dqn *);
void tecot_dqn_begin(tecot_dqn *, double *memory, uint64_t seed);
void tecot_dqn_answer(tecot_dqn *, double *memory, double *scratch, int64_t n, const double *x, bool old,
                      double *q);
double tecot_dqn_improve(tecot_dqn *, double *memory, double *scratch, int64_t n, const double *x,
                         const double *action, const double *wanted);
void tecot_dqn_renew(tecot_dqn *, double *memory);

#endif
