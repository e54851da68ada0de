/* modulation_life.c - the modulator through a life: from reward and marks, or from neurons, to the weights. */
#include <hebb/math.h>

#include <string.h>

#include "kernels.h"
#include "rollout.h"

static void clear(float *values, size_t n)
{
  if (values)
    memset(values, 0, n * sizeof *values);
}

static size_t synapses_of(const rollout *r, int32_t layer)
{
  return (size_t)r->layer[layer].n_pre * (size_t)r->layer[layer].n_post;
}

/* Contexts of the world, of which there is always one. */
static int32_t n_context(const plan *p)
{
  return p->world[0].shape.n_context > 0 ? p->world[0].shape.n_context : 1;
}

void modulation_lay_out(modulation_room *room, const plan *p, int32_t n_lane, arena *a)
{
  const network *net = &p->network;
  const size_t n = (size_t)n_lane;
  size_t largest = 0;

  for (int32_t l = 0; p->modulation.on && l < net->n_layer; l++) {
    const size_t n_post = (size_t)net->layer[l].n_post;
    const size_t synapses = (size_t)net->layer[l].n_pre * n_post;
    room->value[l] = arena_take(a, n * n_post, sizeof(float));
    if (p->experiment->modulation.trace != MODULATION_TRACE_NONE)
      room->trace[l] = arena_take(a, n * synapses, sizeof(float));
    largest = synapses > largest ? synapses : largest;
  }
  if (!p->modulation.on)
    return;
  room->before = arena_take(a, n * largest, sizeof(float));
  room->baseline = arena_take(a, n * (size_t)n_context(p), sizeof(float));
  room->context = arena_take(a, n, sizeof(int32_t));
  room->reward = arena_take(a, n, sizeof(float));
}

static void clear_traces(rollout *r)
{
  for (int32_t l = 0; l < r->plan->network.n_layer; l++)
    clear(r->modulation.trace[l], (size_t)r->n_lane * synapses_of(r, l));
}

void modulation_begin(rollout *r, const float *vector)
{
  const plan *p = r->plan;
  const modulation_config *c = &p->experiment->modulation;
  modulation_room *room = &r->modulation;
  const size_t n_lane = (size_t)r->n_lane;
  if (!p->modulation.on)
    return;

  room->vector = vector;
  memset(room->context, 0, n_lane * sizeof *room->context);
  clear(room->reward, n_lane);
  clear(room->baseline, n_lane * (size_t)n_context(p));
  clear_traces(r);
  for (int32_t l = 0; l < p->network.n_layer; l++)
    clear(room->value[l], n_lane * (size_t)r->layer[l].n_post);
  // what no modulatory neuron reaches stays as it begins
  if (c->source == MODULATION_HIDDEN_NEURONS && c->first_layer == MODULATION_FIRST_PLASTIC)
    for (size_t k = 0; k < n_lane * (size_t)r->layer[0].n_post; k++)
      room->value[0][k] = 1;
}

void modulation_begin_episode(rollout *r)
{
  if (r->plan->experiment->modulation.trace_reset == MODULATION_RESET_EPISODE)
    clear_traces(r);
}

void modulation_act(rollout *r)
{
  const int32_t n = n_context(r->plan);
  for (int32_t lane = 0; r->modulation.context && r->io.context && lane < r->n_lane; lane++) {
    const int32_t context = r->io.context[lane];
    r->modulation.context[lane] = context >= 0 && context < n ? context : 0;
  }
}

void modulation_answer(rollout *r)
{
  for (int32_t lane = 0; r->modulation.reward && lane < r->n_lane; lane++)
    if (r->live[lane])
      r->modulation.reward[lane] = (float)r->io.reward[lane];
}

/* Whether this step's marks are those that modulation waits for. */
static bool is_time(const rollout *r, int32_t lane)
{
  static const uint8_t mark[] = {
    [MODULATION_WHEN_EVENT] = HEBB_EVENT, [MODULATION_WHEN_TRIAL_END] = HEBB_TRIAL_END
  };
  const int32_t when = r->plan->experiment->modulation.when;
  return when == MODULATION_WHEN_ALWAYS || (r->io.mark[lane] & mark[when]);
}

void modulation_from_world(rollout *r)
{
  const modulation_config *c = &r->plan->experiment->modulation;
  const int32_t n = n_context(r->plan);
  const float gain = (float)c->gain, rate = (float)c->baseline_rate;
  if (c->source != MODULATION_REWARD)
    return;

  for (int32_t lane = 0; lane < r->n_lane; lane++) {
    if (!r->live[lane])
      continue;
    float m = 0;
    if (is_time(r, lane)) {
      float *mean = &r->modulation.baseline[lane * n + r->modulation.context[lane]];
      const float surprise = r->modulation.reward[lane] - *mean;
      m = gain * surprise;
      *mean += rate * surprise;
    }
    for (int32_t l = 0; l < r->plan->network.n_layer; l++) {
      const int32_t n_post = r->layer[l].n_post;
      for (int32_t j = 0; j < n_post; j++)
        r->modulation.value[l][lane * n_post + j] = m;
    }
  }
}

/* m_j = tanh(1/2 sum over the modulatory inputs): the last rows of the layer's weights. */
static void from_hidden(const rollout *r, int32_t l, int32_t lane, float *value)
{
  const network_layer *layer = &r->plan->network.layer[l];
  const int64_t n_post = layer->n_post, first = layer->n_pre - layer->n_modulatory;
  kernel_dense(layer->n_modulatory, n_post, r->activity[l] + (int64_t)lane * layer->n_pre + first,
               r->effective[l] + ((int64_t)lane * layer->n_pre + first) * n_post, value);
  for (int64_t j = 0; j < n_post; j++)
    value[j] = hebb_tanh(0.5f * value[j]);
}

static void from_neuron(const rollout *r, int32_t l, int32_t lane, float *value)
{
  const plan *p = r->plan;
  const modulation_config *c = &p->experiment->modulation;
  const modulation_genes *own = &p->modulation.layer[l];
  const float *gene = r->modulation.vector;
  const int32_t read = c->source == MODULATION_NETWORK_NEURON ? p->network.n_layer - 1
                       : c->reads == MODULATION_READS_PRE     ? l
                                                              : l + 1;
  modulation_neuron(own->n_read, r->activity[read] + (int64_t)lane * own->n_read,
                    gene + own->weight, gene[own->bias], r->layer[l].n_post,
                    own->fan_out < 0 ? NULL : gene + own->fan_out,
                    own->fan_out < 0 ? NULL : gene + own->fan_out_bias, value);
}

void modulation_from_neurons(rollout *r, int32_t l)
{
  const modulation_config *c = &r->plan->experiment->modulation;
  const int32_t n_post = r->layer[l].n_post;
  const bool hidden = c->source == MODULATION_HIDDEN_NEURONS;
  if (c->source == MODULATION_NONE || c->source == MODULATION_REWARD || (hidden && l == 0))
    return;

  for (int32_t lane = 0; lane < r->n_lane; lane++) {
    float *value = r->modulation.value[l] + (int64_t)lane * n_post;
    if (!r->live[lane])
      continue;
    if (!is_time(r, lane))
      clear(value, (size_t)n_post);
    else if (hidden)
      from_hidden(r, l, lane, value);
    else
      from_neuron(r, l, lane, value);
  }
}

/* Of a lane's weights [n] those that no rule changes: synapses from modulatory neurons, the last. */
static size_t fixed_of(const rollout *r, int32_t l)
{
  return (size_t)r->plan->network.layer[l].n_modulatory * (size_t)r->layer[l].n_post;
}

void modulation_before_update(rollout *r, int32_t l)
{
  const size_t n = synapses_of(r, l), fixed = fixed_of(r, l);
  const size_t first = r->plan->modulation.gate ? 0 : n - fixed;
  for (size_t lane = 0; r->plan->modulation.on && lane < (size_t)r->n_lane; lane++)
    if (r->live[lane])
      memcpy(r->modulation.before + lane * n + first, r->weight[l] + lane * n + first,
             (n - first) * sizeof(float));
}

void modulation_after_update(rollout *r, int32_t l)
{
  const plan *p = r->plan;
  const modulation_config *c = &p->experiment->modulation;
  modulation_room *room = &r->modulation;
  const network_layer *layer = &p->network.layer[l];
  const size_t n = synapses_of(r, l), fixed = fixed_of(r, l);

  for (size_t lane = 0; p->modulation.on && lane < (size_t)r->n_lane; lane++) {
    float *weight = r->weight[l] + lane * n, *before = room->before + lane * n;
    float *trace = room->trace[l] ? room->trace[l] + lane * n : NULL;
    if (!r->live[lane])
      continue;
    if (p->modulation.gate)
      modulation_gate(c, layer->n_pre - layer->n_modulatory, layer->n_post,
                      room->value[l] + lane * (size_t)layer->n_post, before, trace, weight);
    memcpy(weight + n - fixed, before + n - fixed, fixed * sizeof(float));
    if (trace && c->trace_reset == MODULATION_RESET_TRIAL && (r->io.mark[lane] & HEBB_TRIAL_END))
      clear(trace, n);
  }
}
