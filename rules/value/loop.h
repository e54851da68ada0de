/* loop.h - deep Q-learning around any function Q (Mnih et al. 2015, Nature 518:529).
 *
 *     act      with probability epsilon any action, else the one of the largest Q(x, .)
 *     learn    the transition (x, a, r, x') is remembered; a batch of what is remembered, or the transition
 *              itself (capacity 0), is learnt from:
 *                  d = r + gamma max_a' Qold(x', a')          Qold: a copy of Q, renewed every `period` updates
 *              with `double_q` Qold at the action that Q takes in x' (van Hasselt, Guez & Silver 2016)
 *
 * After the last step of an episode d = r; one that was only cut short by the time limit goes on, unless `cut_ends`,
 * as in programs that do not tell the two apart. epsilon falls in a straight line over the first `fall` steps.
 *
 * A value_loop is plain data. Its `memory` [n_memory] lasts, its `scratch` [n_scratch] does not.
 */
#ifndef VALUE_LOOP_H
#define VALUE_LOOP_H

#include <hebb/rule.h>

enum { VALUE_PURPOSE_WEIGHT = 0x71a10 }; /* of random numbers; the loop has the next two */

/* What users may say of it: the first member of a learner's config. 0, or left out (NaN): as the variant has it. */
typedef struct value_wish {
  int64_t replay, batch, start, period, every, epsilon_steps;
  double gamma, epsilon_first, epsilon_last;
} value_wish;

typedef struct value_loop {
  /* what is asked for: to be filled in before value_plan */
  int32_t n_obs, n_choice;
  int64_t capacity, batch, begin, period, every, fall;
  double gamma, first, last; /* epsilon from first to last */
  bool cut_ends, double_q;

  /* of value_plan: offsets in doubles */
  int64_t ring, seen;           /* memory: [capacity x row], [obs] that was acted on */
  int64_t x, q, wanted, action; /* scratch: [batch x obs], [batch x choice], [batch] each */
  int64_t n_memory, n_scratch;

  /* what has come to pass */
  uint64_t seed;
  int64_t n_step, n_update, n_put;
  uint32_t n_choose, n_pick; /* positions of random numbers */
  int32_t taken;
  double epsilon, cost;
} value_loop;

/* The function Q. `self` is the learner's state. */
typedef struct value_net {
  /* q [n x choice] of x [n x obs], by Q or by Qold */
  void (*answer)(void *self, void *scratch, int64_t n, const double *x, bool old, double *q);
  /* Q(x, action) closer to wanted, each [n]; Q's mean cost before */
  double (*improve)(void *self, void *scratch, int64_t n, const double *x, const double *action,
                    const double *wanted);
  /* Qold becomes Q */
  void (*renew)(void *self);
} value_net;

void value_ask(value_loop *, const value_wish *);
void value_plan(value_loop *);

/* `memory` and `mine` are the loop's parts of the learner's state and scratch. */
void value_begin(value_loop *, double *memory, uint64_t seed);
void value_act(value_loop *, const value_net *, void *self, double *memory, double *mine,
               void *scratch, const float *obs, double *act);
void value_learn(value_loop *, const value_net *, void *self, double *memory, double *mine,
                 void *scratch, const hebb_outcome *);

#endif
