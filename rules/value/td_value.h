/* td_value.h - Q(x, a) for every action a by equilibrium propagation, with an older copy of itself.
 *
 *   answer    free phase at x: Q(x, .) is the output
 *   improve   nudged phases at +-beta in which only the output of the action taken is drawn, towards
 *             d = Q + clip(wanted - Q, -huber, huber): C = 1/2 (Q(x, a) - d)^2, huber 0: towards wanted itself;
 *             Adam along the contrast
 */
#ifndef VALUE_TD_VALUE_H
#define VALUE_TD_VALUE_H

#include "../equilibrium/machine.h"

typedef struct td_value {
  ep_machine m; /* asked for before td_value_plan; n_example: the largest batch */
  double huber;

  /* of td_value_plan: offsets in doubles */
  int64_t old_theta, old_back;  /* memory, after the machine's */
  int64_t target, care;         /* scratch, after the machine's */
  int64_t n_memory, n_scratch;
} td_value;

const char *td_value_plan(td_value *);
void td_value_begin(td_value *, double *memory, uint64_t seed);
void td_value_answer(td_value *, double *memory, double *scratch, int64_t n, const double *x, bool old,
                     double *q);
double td_value_improve(td_value *, double *memory, double *scratch, int64_t n, const double *x,
                        const double *action, const double *wanted);
void td_value_renew(td_value *, double *memory);

#endif
