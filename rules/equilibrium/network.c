/* network.c - layers and links: building, initial weights, the working copy for the way back. */
#include "network.h"

#include <math.h>
#include <string.h>

static const char *add_layers(ep_network *net, int32_t n_layer, const int32_t *n,
                              const int32_t *activation)
{
  if (n_layer < 2 || n_layer > EP_MOST_LAYER)
    return "a network has 2 to 12 layers, input and output among them";
  net->n_layer = n_layer;
  for (int32_t l = 0; l < n_layer; l++) {
    if (n[l] < 1 || n[l] > 1 << 20)
      return "a layer has at least one unit, and at most 2^20";
    if (l > 0 && activation[l] == EP_SOFTMAX && l < n_layer - 1)
      return "only the output can be softmax";
    net->layer[l] = (ep_layer){ n[l], l > 0 ? activation[l] : EP_LINEAR, net->n_unit, -1 };
    net->n_unit += n[l];
  }
  return NULL;
}

static int64_t take(int64_t *end, int64_t n)
{
  const int64_t offset = *end;
  *end += n;
  return offset;
}

static int64_t size_of(const ep_network *net, const ep_link *k)
{
  return (int64_t)net->layer[k->from].n * net->layer[k->to].n;
}

/* The links are there: offsets. Weights of all links, biases, then feedback. */
static const char *lay_out(ep_network *net)
{
  const int32_t last = net->n_layer - 1;
  for (int32_t k = 0; k < net->n_link; k++) {
    ep_link *link = &net->link[k];
    if (link->from < 0 || link->from > link->to || link->to > last || link->to == 0)
      return "a link goes from a layer to one of a higher number, or to itself, never to the input";
    if (net->readout && link->from == last)
      return "a readout has no lateral links";
    link->weight = take(&net->n_parameter, size_of(net, link));
  }
  for (int32_t l = 1; l < net->n_layer; l++)
    net->layer[l].bias = take(&net->n_parameter, net->layer[l].n);
  for (int32_t k = 0; k < net->n_link; k++) {
    ep_link *link = &net->link[k];
    const bool returns = link->from > 0 && link->from < link->to;
    link->back = returns ? take(&net->n_back, size_of(net, link)) : -1;
    link->feedback = returns && net->separate && !(net->readout && link->to == last)
                         ? take(&net->n_parameter, size_of(net, link))
                         : -1;
  }
  return net->n_parameter > INT32_MAX ? "the network has more than 2^31 weights" : NULL;
}

const char *ep_chain(ep_network *net, int32_t n_layer, const int32_t *n, int32_t hidden,
                     int32_t output, bool readout, bool separate, uint32_t lateral)
{
  int32_t activation[EP_MOST_LAYER];
  *net = (ep_network){ .readout = readout, .separate = separate };
  for (int32_t l = 0; l < EP_MOST_LAYER; l++)
    activation[l] = l < n_layer - 1 ? hidden : readout ? EP_LINEAR : output;
  const char *why = add_layers(net, n_layer, n, activation);
  for (int32_t l = 1; !why && l < n_layer; l++) {
    net->link[net->n_link++] = (ep_link){ .from = l - 1, .to = l };
    if (lateral >> l & 1)
      net->link[net->n_link++] = (ep_link){ .from = l, .to = l };
  }
  return why ? why : lay_out(net);
}

const char *ep_graph(ep_network *net, int32_t n_layer, const int32_t *n, const int32_t *activation,
                     int32_t n_link, const int32_t (*from_to)[2], bool readout, bool separate)
{
  *net = (ep_network){ .readout = readout, .separate = separate };
  const char *why = add_layers(net, n_layer, n, activation);
  if (!why && (n_link < 1 || n_link > EP_MOST_LINK))
    why = "a network has 1 to 32 links";
  for (int32_t k = 0; !why && k < n_link; k++)
    net->link[net->n_link++] = (ep_link){ .from = from_to[k][0], .to = from_to[k][1] };
  return why ? why : lay_out(net);
}

static void uniform(const hebb_address *address, uint32_t *next, double bound, int64_t n,
                    double *out)
{
  for (int64_t i = 0; i < n; i++)
    out[i] = bound * (2 * hebb_uniform_double(address, (*next)++) - 1);
}

void ep_draw(const ep_network *net, int32_t initial, double gain, const hebb_address *address,
             double *theta)
{
  uint32_t next = 0;
  double bias_bound[EP_MOST_LAYER] = { 0 };
  memset(theta, 0, (size_t)net->n_parameter * sizeof *theta);
  for (int32_t k = 0; k < net->n_link; k++) {
    const ep_link *link = &net->link[k];
    const int32_t from = net->layer[link->from].n, to = net->layer[link->to].n;
    const double bound = gain * sqrt(initial == EP_GLOROT ? 6.0 / (from + to) : 1.0 / from);
    double *w = theta + link->weight;
    uniform(address, &next, bound, size_of(net, link), w);
    if (link->feedback >= 0)
      uniform(address, &next, bound, size_of(net, link), theta + link->feedback);
    for (int32_t i = 0; link->from == link->to && i < from; i++) {
      w[(int64_t)i * from + i] = 0;
      for (int32_t j = 0; j < i; j++)
        w[(int64_t)i * from + j] = w[(int64_t)j * from + i];
    }
    if (initial == EP_FAN_IN && link->from < link->to)
      bias_bound[link->to] = bound;
  }
  for (int32_t l = 1; l < net->n_layer; l++)
    uniform(address, &next, bias_bound[l], net->layer[l].n, theta + net->layer[l].bias);
}

void ep_mirror(const ep_network *net, const double *theta, double *back)
{
  for (int32_t k = 0; k < net->n_link; k++) {
    const ep_link *link = &net->link[k];
    const int64_t from = net->layer[link->from].n, to = net->layer[link->to].n;
    if (link->back < 0)
      continue;
    double *b = back + link->back;
    if (link->feedback >= 0) {
      memcpy(b, theta + link->feedback, (size_t)(from * to) * sizeof *b);
      continue;
    }
    for (int64_t i = 0; i < from; i++)
      for (int64_t j = 0; j < to; j++)
        b[j * from + i] = theta[link->weight + i * to + j];
  }
}
