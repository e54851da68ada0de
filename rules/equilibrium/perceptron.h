/* perceptron.h - one hidden layer of rectified linear units, trained by backpropagation: the critic beside an actor
 * that learns by equilibrium propagation, and the actor-critic that such an actor is compared with.
 *
 *   h = max(0, x W1 + b1), y = h W2 + b2
 *
 * theta: W1 [in x hidden], b1, W2 [hidden x out], b2.
 */
#ifndef EP_PERCEPTRON_H
#define EP_PERCEPTRON_H

#include <hebb/rng.h>

typedef struct ep_perceptron {
  int32_t n_in, n_hidden, n_out;
} ep_perceptron;

int64_t ep_perceptron_size(const ep_perceptron *);

/* Weights and biases uniform within +-1 / sqrt(from). */
void ep_perceptron_draw(const ep_perceptron *, const hebb_address *, double *theta);

/* h [hidden] and y [out] of x [in] */
void ep_perceptron_forward(const ep_perceptron *, const double *theta, const double *x, double *h,
                           double *y);

/* gradient [theta] += (dy/dtheta) pull, pull [out]; room [hidden] */
void ep_perceptron_backward(const ep_perceptron *, const double *theta, const double *x,
                            const double *h, const double *pull, double *gradient, double *room);

#endif
