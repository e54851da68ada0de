/* cost.h - what the output is nudged towards.
 *
 *   squared        C = 1/2 |y - d|^2            -dC/dy = d - y
 *   cross_entropy  C = -sum d log softmax(y)    -dC/dy = d - softmax(y)
 *
 * Scellier's and Tecot's codes have no 1/2: double beta. The others are these two with another target:
 *   policy gradient      C = -log pi(a): cross-entropy with d = onehot(a); the contrast times the advantage
 *                        (`weight`), so that |beta| stays what it is. With softmax units as output, and the
 *                        nudge outside: squared with the same d (Kubo et al. 2022; there the advantage is in
 *                        the nudge: `strength`)
 *   temporal difference  C = 1/2 (r + gamma V(s') - V(s))^2, the target held fixed: squared; for the value of
 *                        an action, `care` is 1 there and 0 at the other outputs
 */
#ifndef EP_COST_H
#define EP_COST_H

#include "network.h"

enum ep_cost { EP_SQUARED, EP_CROSS_ENTROPY };
#define EP_COSTS "squared|cross_entropy"

/* What n_example examples want. */
typedef struct ep_goal {
  int32_t cost;
  const double *target;   /* [example x out]                                            */
  const double *care;     /* [example x out] factor of each output's squared error; NULL: 1 */
  const double *strength; /* [example] factor of the nudge; NULL: 1                     */
  const double *weight;   /* [example] factor of the contrast; NULL: 1                  */
} ep_goal;

/* Cost of one example at output y [n]. */
double ep_cost(const ep_goal *, int64_t n, int64_t example, const double *y);

/* nudge [n] = -dC/dy of one example; of complex outputs with both parts. */
void ep_nudge(const ep_goal *, int64_t n, int64_t example, const double *y, double *nudge);
void ep_nudge_complex(const ep_goal *, int64_t n, int64_t example, const double *y,
                      const double *y_imaginary, double *nudge, double *nudge_imaginary);

/* Targets of reinforcement learning for one example. care may be NULL where the only output is the value. */
void ep_target_action(int64_t n, int64_t action, double *target);
void ep_target_value(int64_t n, int64_t action, double reward, double gamma, bool over,
                     double next_value, double *target, double *care);

#endif
