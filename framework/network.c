/* network.c - dense layers: shapes, initial weights, the one forward pass, actions. */
#include "network.h"

#include <math.h>
#include <stdlib.h>

#include "hebb/math.h"
#include "inputs.h"
#include "kernels.h"
#include "kernels_weights.h"

/* The action map that TOML asks for, or the environment's own. */
static uint32_t map_of_output(const network_config *config, const hebb_env_shape *shape, int32_t k)
{
  if (config->action != NETWORK_ACTION_ENVIRONMENT) {
    static const uint32_t chosen[] = { HEBB_ACTION_CLIP, HEBB_ACTION_TANH, HEBB_ACTION_SIGMOID,
                                       HEBB_ACTION_ARGMAX, HEBB_ACTION_SAMPLE };
    return chosen[config->action - NETWORK_ACTION_FIRST];
  }
  if (shape->n_choice > 0)
    return shape->act_map ? shape->act_map[0] : HEBB_ACTION_ARGMAX;
  return shape->act_map ? shape->act_map[k] : HEBB_ACTION_CLIP;
}

static int32_t last_activation(const network_config *config)
{
  if (config->output == OUTPUT_RAW)
    return ACTIVATION_LINEAR;
  if (config->last_activation == LAST_ACTIVATION_ACTION)
    return NETWORK_PER_OUTPUT;
  return config->last_activation - LAST_ACTIVATION_FIRST;
}

int network_build(network *net, const network_config *config, const weights_config *weights,
                  const hebb_env_shape *shape, error *err)
{
  *net = (network){ .n_obs = shape->n_obs + inputs_count(config, shape),
                    .n_act = shape->n_act,
                    .n_choice = shape->n_choice,
                    .n_out = shape->n_choice > 0 ? shape->n_choice : shape->n_act,
                    .weights = *weights,
                    .non_negative = config->non_negative };

  int32_t n_pre = net->n_obs;
  if (config->convolution.n_channel > 0) {
    if (convolution_shape(&net->convolution, &config->convolution, shape) !=
        EXPERIMENT_MAX_CONVOLUTION)
      return error_add(err, EXIT_CONFIGURATION, "network: the convolutions do not fit");
    n_pre = (int32_t)net->convolution.n_feature;
  }
  const int32_t first = config->n_layer > 0 ? config->first : FIRST_DENSE;
  if (first == FIRST_LSTM) {
    net->lstm = (lstm){ n_pre, (int32_t)config->layer[0] };
    n_pre = net->lstm.n_hidden;
  } else if (first == FIRST_RECURRENT) {
    net->n_recurrent = (int32_t)config->layer[0];
    n_pre += net->n_recurrent;
  }
  for (int32_t k = first == FIRST_LSTM; k <= config->n_layer; k++) {
    const bool last = k == config->n_layer;
    const int32_t n_post = last ? net->n_out : (int32_t)config->layer[k];
    net->layer[net->n_layer++] =
        (network_layer){ n_pre, n_post, last ? last_activation(config) : config->activation, 0 };
    n_pre = n_post;
  }

  const size_t n_out = (size_t)net->n_out;
  net->action_map = calloc(n_out, sizeof *net->action_map);
  net->low = calloc(n_out, sizeof *net->low);
  net->high = calloc(n_out, sizeof *net->high);
  if (!net->action_map || !net->low || !net->high) {
    network_done(net);
    return error_add(err, EXIT_RUN_FAILED, "network: no memory for %d outputs", net->n_out);
  }
  for (int32_t k = 0; k < net->n_out; k++) {
    const bool bounded = shape->n_choice == 0;
    net->action_map[k] = map_of_output(config, shape, k);
    net->low[k] = bounded && shape->act_low ? shape->act_low[k] : -INFINITY;
    net->high[k] = bounded && shape->act_high ? shape->act_high[k] : INFINITY;
  }
  return EXIT_FINE;
}

int network_check(const network *net, const char *where, error *err)
{
  for (int32_t k = 0; k < net->n_out; k++) {
    const bool discrete_map = net->action_map[k] >= HEBB_ACTION_ARGMAX;
    if (discrete_map != (net->n_choice > 0))
      return error_add(err, EXIT_CONFIGURATION, "%s: %s; leave it at \"environment\", or take %s",
                       where,
                       discrete_map ? "argmax and sample need a world with discrete actions"
                                    : "this world's actions are discrete",
                       discrete_map ? "clip, tanh or sigmoid" : "argmax or sample");
  }
  return EXIT_FINE;
}

void network_done(network *net)
{
  free(net->action_map);
  free(net->low);
  free(net->high);
  free(net->sign[0]);
  *net = (network){ 0 };
}

int64_t network_synapses(const network *net)
{
  int64_t n = 0;
  for (int32_t l = 0; l < net->n_layer; l++)
    n += (int64_t)net->layer[l].n_pre * net->layer[l].n_post;
  return n;
}

int32_t network_sizes(const network *net, int32_t size[NETWORK_MAX_LAYER + 1])
{
  int32_t n = 0;
  size[n++] = net->n_layer > 0 ? net->layer[0].n_pre - net->n_recurrent : net->n_obs;
  if (net->lstm.n_hidden > 0) {
    size[0] = net->lstm.n_in;
    size[n++] = net->lstm.n_hidden;
  }
  for (int32_t l = 0; l < net->n_layer; l++)
    size[n++] = net->layer[l].n_post;
  return n - 1;
}

static void draw_uniform(const hebb_address *address, int64_t n, double bound_low,
                         double bound_high, float *weight)
{
  const float low = (float)bound_low, span = (float)(bound_high - bound_low);
  hebb_uniforms(address, 0, n, weight);
  for (int64_t k = 0; k < n; k++)
    weight[k] = low + span * weight[k];
}

static void draw_normal(const hebb_address *address, int64_t n, double mean, double std,
                        float *weight)
{
  hebb_normals(address, 0, n, weight);
  for (int64_t k = 0; k < n; k++)
    weight[k] = (float)mean + (float)std * weight[k];
}

/* Of each presynaptic neuron's weights the share `sparsity`, rounded up, is zero: chosen without
   replacement, one uniform for each synapse. */
static void draw_sparse(const weights_config *w, int32_t n_pre, int32_t n_post,
                        const hebb_address *address, float *weight)
{
  hebb_address choice = *address;
  choice.purpose |= 0x80000000u;
  draw_normal(address, (int64_t)n_pre * n_post, 0, w->std, weight);
  for (int32_t i = 0; i < n_pre; i++) {
    int32_t wanted = (int32_t)ceil(w->sparsity * n_post);
    for (int32_t j = 0; j < n_post; j++) {
      const int64_t k = (int64_t)i * n_post + j;
      if (hebb_uniform(&choice, (uint32_t)k) * (float)(n_post - j) < (float)wanted) {
        weight[k] = 0;
        wanted--;
      }
    }
  }
}

void network_draw(const weights_config *w, int32_t n_pre, int32_t n_post,
                  const hebb_address *address, float *weight)
{
  const int64_t n = (int64_t)n_pre * n_post;
  double bound = 0;

  switch (w->init) {
  case WEIGHT_UNIFORM: draw_uniform(address, n, w->low, w->high, weight); return;
  case WEIGHT_NORMAL: draw_normal(address, n, w->mean, w->std, weight); return;
  case WEIGHT_SPARSE: draw_sparse(w, n_pre, n_post, address, weight); return;
  case WEIGHT_XAVIER_UNIFORM: bound = w->gain * sqrt(6.0 / (n_pre + n_post)); break;
  case WEIGHT_KAIMING_UNIFORM: bound = sqrt(6.0 / ((1 + w->slope * w->slope) * n_pre)); break;
  case WEIGHT_FAN_IN_UNIFORM: bound = 1 / sqrt((double)n_pre); break;
  default:
    for (int64_t k = 0; k < n; k++)
      weight[k] = w->init == WEIGHT_ONES ? 1 : 0;
    return;
  }
  draw_uniform(address, n, -bound, bound, weight);
}

void network_start_weights(const network *net, int32_t layer, const hebb_address *life,
                           const float *evolved, float *weight)
{
  const network_layer *l = &net->layer[layer];
  if (net->weights.init == WEIGHT_EVOLVED) {
    for (int64_t k = 0; k < (int64_t)l->n_pre * l->n_post; k++)
      weight[k] = evolved[k];
  } else {
    hebb_address address = *life;
    address.purpose += (uint32_t)layer;
    network_draw(&net->weights, l->n_pre, l->n_post, &address, weight);
  }
  if (net->sign[layer])
    kernel_sign(l->n_pre, l->n_post, net->sign[layer], weight);
}

static float mapped(const network *net, int32_t k, float x)
{
  switch (net->action_map[k]) {
  case HEBB_ACTION_TANH: return hebb_tanh(x);
  case HEBB_ACTION_SIGMOID: return hebb_sigmoid(x);
  case HEBB_ACTION_CLIP: return x < net->low[k] ? net->low[k] : x > net->high[k] ? net->high[k] : x;
  default: return x;
  }
}

void network_activate(const network *net, int32_t layer, const float *drive, float *post)
{
  const network_layer *l = &net->layer[layer];
  const int32_t n_post = l->n_post;

  switch (l->activation) {
  case ACTIVATION_TANH: kernel_tanh(n_post, drive, post); break;
  case ACTIVATION_SIGMOID: kernel_sigmoid(n_post, drive, post); break;
  case ACTIVATION_RELU:
    for (int32_t j = 0; j < n_post; j++)
      post[j] = drive[j] < 0 ? 0 : drive[j]; // NaN passes
    break;
  case ACTIVATION_LINEAR:
    for (int32_t j = 0; j < n_post; j++)
      post[j] = drive[j];
    break;
  default:
    for (int32_t j = 0; j < n_post; j++)
      post[j] = mapped(net, j, drive[j]);
  }
  for (int32_t j = 0; net->non_negative && layer < net->n_layer - 1 && j < n_post; j++)
    post[j] = post[j] < 0 ? 0 : post[j];
}

void network_forward(const network *net, int32_t layer, const float *pre, const float *weight,
                     float *drive, float *post)
{
  const network_layer *l = &net->layer[layer];
  kernel_dense(l->n_pre - l->n_modulatory, l->n_post, pre, weight, drive);
  network_activate(net, layer, drive, post);
}

/* The first of the largest. */
static int32_t argmax(const float *x, int32_t n)
{
  int32_t best = 0;
  for (int32_t k = 1; k < n; k++)
    if (x[k] > x[best])
      best = k;
  return best;
}

/* A draw from softmax(x): u in (0, 1). */
static int32_t sample(const float *x, int32_t n, float u)
{
  const double top = x[argmax(x, n)];
  double total = 0, sum = 0;
  for (int32_t k = 0; k < n; k++)
    total += hebb_exp(x[k] - top);
  for (int32_t k = 0; k < n - 1; k++) {
    sum += hebb_exp(x[k] - top);
    if (u * total < sum)
      return k;
  }
  return n - 1;
}

void network_act(const network *net, const float *drive, float u, double *act)
{
  if (net->n_choice > 0) {
    act[0] = net->action_map[0] == HEBB_ACTION_SAMPLE ? sample(drive, net->n_choice, u)
                                                      : argmax(drive, net->n_choice);
    return;
  }
  for (int32_t k = 0; k < net->n_act; k++)
    act[k] = (double)mapped(net, k, drive[k]);
}
