/* contrast.h - gradients from states: the difference of correlations between nudged and free states.
 *
 * All are ASCENT on -C: theta += rate x gradient. With correlations dPhi/dtheta = s_from s_to (of rho(s) with
 * euler), averaged over the examples:
 *   one_sided    (dPhi(s^beta) - dPhi(s^0)) / beta                          error of order beta
 *   random_sign  the same with +-beta, a coin for each batch
 *   symmetric    (dPhi(s^beta) - dPhi(s^-beta)) / (2 beta)                  order beta^2
 *   holomorphic  1/N sum_t dPhi(s^beta_t) / beta_t, beta_t = beta exp(2 pi i t / N)      order beta^N
 * All nudged states start from the free one. A readout's weights follow -dC/dW at the nudged states. With
 * separate feedback weights: s_pre at the free state times the difference of s_post (vector field).
 *
 * Scellier & Bengio 2017; Laborieux et al. 2021; Laborieux & Zenke 2022; Ernoult et al. 2020.
 */
#ifndef EP_CONTRAST_H
#define EP_CONTRAST_H

#include "relax.h"

enum ep_estimator { EP_SYMMETRIC, EP_ONE_SIDED, EP_RANDOM_SIGN, EP_HOLOMORPHIC };
#define EP_ESTIMATORS "symmetric|one_sided|random_sign|holomorphic"

typedef struct ep_nudging {
  int32_t estimator, points; /* points: N of holomorphic, up to 32 */
  double beta;
  bool same_feedback;        /* separate weights that both take the mean of their updates */
} ep_nudging;

/* Fills in copies, betas and complex_states of a nudged phase; sign: +1 or -1, of random_sign. */
void ep_copies(const ep_nudging *, double sign, ep_phase *);

int64_t ep_contrast_room(const ep_network *, int64_t n_row);

/* gradient [theta] += sum over the examples of weight x contrast / n_example, from free [example x unit] and
   nudged [row x unit] states. */
void ep_contrast(const ep_network *, const ep_dynamics *, const ep_nudging *, const ep_phase *,
                 const double *free_states, const double *nudged, double *gradient, double *room);

#endif
