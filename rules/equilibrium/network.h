/* network.h - layers of units and the links between them: where everything lies.
 *
 * Layer 0 is the input, clamped; the last layer is the output. A link joins two layers, or, laterally, the
 * units of one (then without self-connections). Its weights [from x to] serve both directions; with
 * `separate`, what comes back has weights of its own [to x from] (a vector field instead of an energy:
 * Ernoult et al. 2020). A layer of a single lateral link is an arbitrary symmetric graph.
 *
 * With `readout` the last layer does not take part in the dynamics: z = s_top W + b is read, and the cost of z
 * nudges the layer below through W (Laborieux et al. 2021; with cross-entropy: softmax readout).
 *
 * Parameters are one vector theta, a gradient is another of the same layout. States of one example are a
 * row [unit], the input first. `back` [n_back] is a working copy of the weights for the way back, [to x from],
 * which ep_mirror refreshes after every change of theta.
 */
#ifndef EP_NETWORK_H
#define EP_NETWORK_H

#include <hebb/rng.h>

#include "activation.h"

enum { EP_MOST_LAYER = 12, EP_MOST_LINK = 32 };

typedef struct ep_layer {
  int32_t n, activation;
  int64_t unit; /* its first in a row of states      */
  int64_t bias; /* [n] in theta; -1: the input       */
} ep_layer;

typedef struct ep_link {
  int32_t from, to;
  int64_t weight;   /* [from x to] in theta                                                          */
  int64_t feedback; /* [to x from] in theta; -1: that of weight                                      */
  int64_t back;     /* [to x from] in back; -1: none is needed (from the input; lateral)             */
} ep_link;

typedef struct ep_network {
  int32_t n_layer, n_link;
  bool readout, separate;
  bool input_rho; /* the input acts through the activation of layer 1, as in Scellier & Bengio 2017  */
  int64_t n_unit, n_parameter, n_back;
  ep_layer layer[EP_MOST_LAYER];
  ep_link link[EP_MOST_LINK];
} ep_network;

/* Cold. A chain of layers n [n_layer], hidden and output activations, with a lateral link in every layer that
   has its bit in `lateral` (bit l: layer l). Or any graph: give n and activation of each layer, then the links.
   NULL, or a sentence that says what cannot be. */
const char *ep_chain(ep_network *, int32_t n_layer, const int32_t *n, int32_t hidden, int32_t output,
                     bool readout, bool separate, uint32_t lateral);
const char *ep_graph(ep_network *, int32_t n_layer, const int32_t *n, const int32_t *activation,
                     int32_t n_link, const int32_t (*from_to)[2], bool readout, bool separate);

static inline int32_t ep_n_in(const ep_network *net)
{
  return net->layer[0].n;
}
static inline int32_t ep_n_out(const ep_network *net)
{
  return net->layer[net->n_layer - 1].n;
}
/* The layer that the cost acts on: the output, or what is below the readout. */
static inline int32_t ep_top(const ep_network *net)
{
  return net->n_layer - (net->readout ? 2 : 1);
}

/* Hot. Weights uniform within +-gain / sqrt(from), biases too; or weights within
   +-gain sqrt(6 / (from + to)) (Glorot & Bengio 2010): with many more units than outputs that has several
   equilibria from the start. Lateral ones symmetric. */
enum ep_initial { EP_FAN_IN, EP_GLOROT };
void ep_draw(const ep_network *, int32_t initial, double gain, const hebb_address *, double *theta);

/* Hot. back from theta. */
void ep_mirror(const ep_network *, const double *theta, double *back);

#endif
