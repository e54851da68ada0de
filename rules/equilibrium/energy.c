/* energy.c - E of one example: E = sum G(s) - sum b s - sum s W s, each link once; of euler with rho(s). */
#include "product.h"
#include "relax.h"

double ep_energy(const ep_network *net, const ep_dynamics *how, const double *theta,
                 const double *fixed, const double *states, double *room)
{
  double energy = 0;
  double *drive = room + net->n_unit;
  const double *signal = ep_signal(net, how, 1, states, room);
  const int32_t top = ep_top(net);
  for (int32_t l = 1; l <= top; l++) {
    const ep_layer *layer = &net->layer[l];
    energy += ep_own_energy(how->kind == EP_EULER ? EP_LINEAR : layer->activation, layer->n,
                            states + layer->unit);
    for (int64_t i = 0; i < layer->n; i++)
      energy -= fixed[layer->unit + i] * signal[layer->unit + i];
  }
  for (int32_t k = 0; k < net->n_link; k++) {
    const ep_link *link = &net->link[k];
    const ep_layer *from = &net->layer[link->from], *to = &net->layer[link->to];
    if (link->from == 0 || link->to > top)
      continue;
    for (int64_t j = 0; j < to->n; j++)
      drive[j] = 0;
    ep_product(1, from->n, to->n, signal + from->unit, 0, theta + link->weight, drive, 0);
    double sum = 0;
    for (int64_t j = 0; j < to->n; j++)
      sum += drive[j] * signal[to->unit + j];
    energy -= link->from == link->to ? 0.5 * sum : sum;
  }
  return energy;
}
