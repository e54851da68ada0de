/* update.h - how parameters follow a gradient.
 *
 *   sgd       theta += rate g
 *   momentum  m = mu m + g; theta += rate m
 *   adam      Kingma & Ba 2015, with the corrections of the first steps
 * each with a rate for every layer (that of the links into it and of its biases), and weight decay as part of
 * the gradient: g - decay theta.
 */
#ifndef EP_UPDATE_H
#define EP_UPDATE_H

#include "network.h"

enum ep_method { EP_SGD, EP_MOMENTUM, EP_ADAM };
#define EP_METHODS "sgd|momentum|adam"

typedef struct ep_optimizer {
  int32_t method;
  double rate[EP_MOST_LAYER]; /* of layer l = 1 .. */
  double bias_factor;         /* biases have rate x this */
  double decay, momentum, beta1, beta2, epsilon;
} ep_optimizer;

typedef struct ep_progress {
  int64_t steps;
  double power1, power2; /* beta1, beta2 to the number of steps; 1 at first */
} ep_progress;

/* Vectors as long as theta that moment needs: 0, 1, 2. */
static inline int32_t ep_moments(int32_t method)
{
  return method;
}

/* One step along gradient; theta and moment [moments x theta] in place. */
void ep_update(const ep_network *, const ep_optimizer *, ep_progress *, const double *gradient,
               double *theta, double *moment);

/* The same for a plain vector with one rate, such as a critic's. */
void ep_update_vector(const ep_optimizer *, ep_progress *, double rate, int64_t n,
                      const double *gradient, double *theta, double *moment);

#endif
