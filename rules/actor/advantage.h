/* advantage.h - how much better an action was than expected.
 *
 *   delta_t = r_t + gamma V(s_t+1) - V(s_t)
 *   A_t     = delta_t + gamma lambda A_t+1                        Schulman et al. 2016, arXiv:1506.02438
 *   wanted  = A_t + V(s_t)                                        what V is drawn towards
 *
 * V(s_t+1) is 0 where the task ended the episode, and the critic's where time did: an episode that was cut says
 * nothing against its last actions. That difference decides whether a policy that has solved CartPole stays
 * solved. lambda = 1 is the return of the whole episode, lambda = 0 the temporal difference.
 */
#ifndef ACTOR_ADVANTAGE_H
#define ACTOR_ADVANTAGE_H

#include <stdbool.h>
#include <stdint.h>

/* Steps one after the other, of one or more episodes. */
typedef struct advantage_steps {
  int64_t n;
  const double *reward, *value; /* [step]                                                     */
  const double *ends;           /* [step] not 0: the next step belongs to another episode     */
  const double *after;          /* [step] V(s_t+1) where it ends                              */
} advantage_steps;

void advantage_find(const advantage_steps *, double gamma, double lambda, double *advantage,
                      double *wanted);

/* How advantages [n] are brought to one size: divided by the root of their running mean square, made mean 0 and
   deviation 1 among themselves, or left alone. */
enum advantage_norm { ADVANTAGE_RUNNING, ADVANTAGE_BATCH, ADVANTAGE_PLAIN };
#define ADVANTAGE_NORMS "running|batch|none"

typedef struct advantage_size {
  double square, weight; /* running sum of mean squares, and of what they weigh */
} advantage_size;

void advantage_normalise(int32_t norm, double memory, advantage_size *, int64_t n,
                         double *advantage);

#endif
