/* front.c - what the first dense layer reads: made of the observation, step by step. */
#include "front.h"

#include <string.h>

#include "rollout.h"

static void refuse(const experiment *e, const char *key, const char *why, error *err)
{
  char where[EXPERIMENT_WHERE_SIZE];
  error_add(err, EXIT_CONFIGURATION, "%s: %s", experiment_where(e, key, key, where), why);
}

int front_check(const experiment *e, error *err)
{
  const network_config *c = &e->network;
  const int before = err->count;
  if (c->first != FIRST_DENSE && c->n_layer == 0)
    refuse(e, "network.first",
           "there is no hidden layer that it could be; write its width into network.layers, or "
           "leave it at \"dense\"",
           err);
  if (c->first == FIRST_RECURRENT && e->modulation.source == MODULATION_HIDDEN_NEURONS)
    refuse(e, "modulation.source",
           "hidden_neurons are for layers that pass forward: those of a recurrent layer would "
           "drive it as well; set network.first = \"dense\", or take layer_neuron",
           err);
  if (c->first == FIRST_LSTM && c->non_negative)
    refuse(e, "network.non_negative",
           "the output of an LSTM has both signs; leave it out, or take network.first = "
           "\"recurrent\"",
           err);
  return err->count > before ? err->status : EXIT_FINE;
}

void front_lay_out(rollout *r, arena *a)
{
  const network *net = &r->plan->network;
  const size_t n = (size_t)r->n_lane, n_hidden = (size_t)net->lstm.n_hidden;
  front_room *room = &r->front;

  r->activity[0] = r->observation;
  if (net->convolution.n_layer > 0 || net->n_recurrent > 0 || n_hidden > 0)
    r->activity[0] = arena_take(a, n * (size_t)net->layer[0].n_pre, sizeof(float));
  if (net->convolution.n_layer > 0)
    room->convolution = arena_take(a, convolution_room(&net->convolution), 1);
  if (n_hidden == 0)
    return;
  if (net->convolution.n_layer > 0)
    room->feature = arena_take(a, (size_t)net->lstm.n_in, sizeof(float));
  room->weight = arena_take(a, (size_t)lstm_weights(&net->lstm), sizeof(float));
  room->drive = arena_take(a, 4 * n_hidden, sizeof(float));
  room->cell = arena_take(a, n * n_hidden, sizeof(float));
}

void front_begin(rollout *r, const float *vector)
{
  const plan *p = r->plan;
  if (r->front.convolution) {
    const float *weight[EXPERIMENT_MAX_CONVOLUTION];
    for (int32_t k = 0; k < p->network.convolution.n_layer; k++)
      weight[k] = genome_convolution(&p->genome, vector, k);
    convolution_begin(&p->network.convolution, weight, r->front.convolution);
  }
  // a vector's rows may straddle cache lines, which every step would pay for
  if (r->front.weight)
    memcpy(r->front.weight, genome_lstm(&p->genome, vector),
           (size_t)lstm_weights(&p->network.lstm) * sizeof(float));
}

void front_begin_episode(rollout *r)
{
  const network *net = &r->plan->network;
  const size_t n = (size_t)r->n_lane * sizeof(float);
  if (net->n_recurrent > 0)
    memset(r->activity[1], 0, n * (size_t)net->n_recurrent);
  if (r->front.weight) {
    memset(r->activity[0], 0, n * (size_t)net->lstm.n_hidden);
    memset(r->front.cell, 0, n * (size_t)net->lstm.n_hidden);
  }
}

void front_forward(rollout *r)
{
  const network *net = &r->plan->network;
  const front_room *room = &r->front;
  const int64_t n_pre = net->layer[0].n_pre, n_recurrent = net->n_recurrent;

  for (int64_t lane = 0; r->activity[0] != r->observation && lane < r->n_lane; lane++) {
    const float *seen = r->observation + lane * net->n_obs;
    float *pre = r->activity[0] + lane * n_pre;
    if (!r->live[lane])
      continue;
    if (room->convolution) {
      float *feature = room->feature ? room->feature : pre;
      convolution_forward(&net->convolution, room->convolution, seen, feature);
      seen = feature;
    }
    if (room->weight) {
      lstm_step(&net->lstm, room->weight, seen, room->drive, room->cell + lane * n_pre, pre);
    } else if (n_recurrent > 0) {
      const int64_t n_in = n_pre - n_recurrent;
      if (!room->convolution)
        memcpy(pre, seen, (size_t)n_in * sizeof *pre);
      memcpy(pre + n_in, r->activity[1] + lane * n_recurrent, (size_t)n_recurrent * sizeof *pre);
    }
  }
}
