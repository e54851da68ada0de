/* tecot_value.h - the network of Tecot's DQN-EP (2018) as its program has it: the value of (observation, action).
 *
 *   E = 1/2 (|x|^2 + |h|^2 + q^2) - rho(x) W1 rho(h) - rho(h) W2 rho(q) - b1 rho(h) - b2 rho(q), rho = clip(., 0, 1)
 *   F = E + beta (q - d)^2, without a 1/2; the answer is the state q itself
 *
 * Relaxation is not a descent: Adam on the states h and q, a few steps, with moments that are never cleared, not
 * even between observations and phases. W2 is [hidden]; a bias of the input cancels and is left out.
 * theta: W1 [in x hidden], b1, W2, b2.
 */
#ifndef VALUE_TECOT_VALUE_H
#define VALUE_TECOT_VALUE_H

#include "../equilibrium/update.h"

typedef struct tecot_value {
  int32_t n_in, n_hidden, n_row; /* rows: observations that are relaxed at once */
  double state_rate;             /* of the states' Adam                         */
} tecot_value;

int64_t tecot_value_size(const tecot_value *);     /* of theta */
int64_t tecot_value_mind_size(const tecot_value *); /* of what lasts: states [row x (hidden, q)], two moments of each */
void tecot_value_draw(const tecot_value *, const hebb_address *, double *theta);

/* Steps of the first n rows; the rest feels no force, but its momentum. drive [n x hidden]: b1 + rho(x) W1 of
   tecot_value_drive; wanted [n]; beta 0: free. room [mind_size / 3] */
void tecot_value_drive(const tecot_value *, const double *theta, int64_t n, const double *x,
                       double *drive);
void tecot_value_relax(const tecot_value *, const double *theta, int64_t steps, int64_t n,
                       const double *drive, double beta, const double *wanted, ep_progress *,
                       double *mind, double *room);

/* gradient [theta] += factor times the sum over n rows of the correlations rho rho; x [n x in] */
void tecot_value_correlate(const tecot_value *, int64_t n, const double *x, const double *mind,
                           double factor, double *gradient);

/* q of a row */
static inline double tecot_value_of(const tecot_value *t, const double *mind, int64_t row)
{
  return mind[row * (t->n_hidden + 1) + t->n_hidden];
}

#endif
