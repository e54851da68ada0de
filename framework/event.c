/* event.c - what is done to an agent in mid-life. */
#include "event.h"

#include <math.h>
#include <string.h>

#include "rollout.h"

bool event_due(const life_events *e, int32_t step)
{
  for (int32_t k = 0; k < e->n; k++)
    if (e->list[k].at == step)
      return true;
  return false;
}

static bool reaches(const event *ev, int32_t layer)
{
  return ev->layer < 0 || ev->layer == layer;
}

/* Where an event's random numbers come from: they do not depend on the step, so that the conditions of a
   sweep draw alike. */
static hebb_address address_of(const rollout_seeds *seeds, int32_t number, int32_t part)
{
  const uint32_t purpose = PURPOSE_EVENT + 0x10000u * (uint32_t)number + (uint32_t)part;
  return seeds_address(seeds, purpose, seeds_episode(seeds, 0, 0));
}

/* ---- weights ---- */

static void zero_weights(rollout *r, const event *ev, int32_t l, const hebb_address *address)
{
  const int64_t n = (int64_t)r->layer[l].n_pre * r->layer[l].n_post;
  int64_t wanted = llround(ev->fraction * (double)n);
  for (int64_t k = 0; k < n && wanted > 0; k++)
    if (hebb_uniform_double(address, (uint32_t)k) * (double)(n - k) < (double)wanted) {
      r->weight[l][k] = 0;
      wanted--;
    }
}

static void clear(float *values, int64_t n)
{
  if (values)
    memset(values, 0, (size_t)n * sizeof *values);
}

static void reset_weights(rollout *r, int32_t l, const hebb_address *address)
{
  const plan *p = r->plan;
  const hebb_layer *layer = &r->layer[l];
  const int64_t n = (int64_t)layer->n_pre * layer->n_post;

  network_start_weights(&p->network, l, address, genome_weights(&p->genome, r->events.vector, l),
                        r->weight[l]);
  if (r->scale[l])
    r->scale[l][0] = 1;
  clear(layer->trace, p->rule.n_trace * n);
  clear(layer->pre_state, (int64_t)p->rule.n_pre_state * layer->n_pre);
  clear(layer->post_state, (int64_t)p->rule.n_post_state * layer->n_post);
  clear(r->modulation.trace[l], n);
}

/* ---- coefficients ---- */

/* Fisher & Yates. */
static void shuffle(float *gene, int64_t n, const hebb_address *address)
{
  for (int64_t i = n - 1; i > 0; i--) {
    const int64_t j = hebb_below(address, (uint32_t)i, i + 1);
    const float moved = gene[i];
    gene[i] = gene[j];
    gene[j] = moved;
  }
}

/* The genome with other coefficients, in the rollout's own room; then what follows from it. */
static void change_coefficients(rollout *r, const event *ev, const rollout_seeds *seeds,
                                int32_t number)
{
  const plan *p = r->plan;
  const experiment *e = p->experiment;
  const hebb_genome_shape *shape = &p->genome.shape;

  if (r->events.vector != r->genome)
    memcpy(r->genome, r->events.vector, (size_t)shape->n_gene * sizeof *r->genome);
  r->events.vector = r->genome;
  for (int32_t k = 0; k < shape->n_segment; k++) {
    const hebb_segment *s = &shape->segment[k];
    if (s->role != HEBB_ROLE_COEFFICIENT || !reaches(ev, s->layer))
      continue;
    // one permutation for all coefficients of a layer
    const bool random = ev->kind == EVENT_RANDOM_COEFFICIENTS;
    const hebb_address address = address_of(seeds, number, random ? k : s->layer + 1);
    float *value = r->genome + s->offset;
    if (!random) {
      shuffle(value, s->count, &address);
      continue;
    }
    genome_draw_coefficients(&e->genome, s, &address, value);
    if (r->expressed)
      genome_express(&e->genome, s->count, value, value);
  }
  for (int32_t l = 0; l < p->network.n_layer; l++) {
    hebb_layer *layer = &r->layer[l];
    layer->coef = genome_planes(&p->genome, &p->network, r->genome, l, r->room[l]);
    if (p->fused)
      e->rule_plugin->prepare(e->rule_config, layer->n_pre, layer->n_post, layer->coef,
                              r->plane[l]);
  }
}

/* ---- the world ---- */

static bool retarget(rollout *r, const event *ev)
{
  return r->plan->experiment->env_plugin->retarget(r->sim[r->task], 0, ev->model) == HEBB_OK;
}

void event_keep_world(rollout *r)
{
  retarget(r, r->events.world); // what was possible in the episode before is so in this one
}

/* ---- one step ---- */

/* What happens once; false: the world refuses. */
static bool happen(rollout *r, const event *ev, const rollout_seeds *seeds, int32_t number)
{
  switch (ev->kind) {
  case EVENT_ZERO_WEIGHTS:
  case EVENT_RESET_WEIGHTS:
    for (int32_t l = 0; l < r->plan->network.n_layer; l++) {
      const bool zero = ev->kind == EVENT_ZERO_WEIGHTS;
      // fresh weights add the layer themselves
      const hebb_address address = address_of(seeds, number, zero ? l : 0);
      if (!reaches(ev, l))
        continue;
      if (zero)
        zero_weights(r, ev, l, &address);
      else
        reset_weights(r, l, &address);
    }
    return true;
  case EVENT_SET_ENV:
  case EVENT_SWAP_TASK: r->events.world = ev; return retarget(r, ev);
  default: change_coefficients(r, ev, seeds, number); return true;
  }
}

const char *event_apply(rollout *r, const rollout_seeds *seeds, int32_t step)
{
  life_events *e = &r->events;
  e->frozen = 0;
  e->saturate = NULL;
  for (int32_t k = 0; k < e->n; k++) {
    const event *ev = &e->list[k];
    if (event_lasts(ev->kind)) {
      const bool holds = ev->at <= step && step < ev->until;
      if (holds && ev->kind == EVENT_FREEZE_RULE)
        e->frozen |= ev->layer < 0 ? UINT32_MAX : 1u << ev->layer;
      else if (holds)
        e->saturate = ev;
    } else if (ev->at == step && !happen(r, ev, seeds, k)) {
      return "the world cannot be changed into the other one in mid-life";
    }
  }
  return NULL;
}

void event_saturate(rollout *r)
{
  const int32_t last = r->plan->network.n_layer - 1;
  for (int32_t k = 0; k < r->layer[last].n_post; k++)
    r->drive[last][k] = r->activity[last + 1][k] = r->events.saturate->value;
}

void event_saturate_action(rollout *r)
{
  const network *net = &r->plan->network;
  for (int32_t k = 0; net->n_choice == 0 && k < net->n_act; k++)
    r->act[k] = (double)r->events.saturate->value;
}
