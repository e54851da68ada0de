/* tecot.h - the energy actor of Tecot (2018), "Hebbian Plasticity Energy-Based Models", as its program has it.
 *
 *   h = clip(x W1 + b1, 0, 1), o = h W2 + b2, pi = softmax(o): forward only, nothing relaxes
 *   Phi = -E = b0 rho(x) + b1 rho(h) + b2 rho(o) + rho(x) W1 rho(h) + rho(h) W2 rho(o), rho = clip(., 0, 1)
 *
 * It minimises sum_t Phi_t loss_t, loss_t = -log pi(a_t) advantage_t held constant, over all parameters: the
 * Hebbian terms and, as in the program, the paths through h and o; `hebbian` leaves those out, as the paper
 * writes it. theta: W1 [in x hidden], W2 [hidden x out], b0, b1, b2.
 */
#ifndef EP_TECOT_H
#define EP_TECOT_H

#include <stdbool.h>
#include <stdint.h>

typedef struct ep_tecot {
  int32_t n_in, n_hidden, n_out;
} ep_tecot;

int64_t ep_tecot_size(const ep_tecot *);

/* drive [hidden] before the clip, h [hidden], o [out] of x [in] */
void ep_tecot_forward(const ep_tecot *, const double *theta, const double *x, double *drive,
                      double *h, double *o);

/* E of what forward gave; room [out] */
double ep_tecot_energy(const ep_tecot *, const double *theta, const double *x, const double *h,
                       const double *o, double *room);

/* gradient [theta] += loss dPhi/dtheta; room [in + 2 hidden + 2 out] */
void ep_tecot_gradient(const ep_tecot *, const double *theta, const double *x, const double *drive,
                       const double *h, const double *o, double loss, bool hebbian,
                       double *gradient, double *room);

#endif
