/* machine.c - free phase, nudged phases, update; what is kept between them. */
#include "machine.h"

#include <string.h>

enum { PURPOSE_WEIGHT = 0x6570310, PURPOSE_SIGN = 0x6570311 }; /* of random numbers */

static int64_t take(int64_t *end, int64_t n)
{
  const int64_t offset = *end;
  *end += n;
  return offset;
}

static int64_t larger(int64_t a, int64_t b)
{
  return a > b ? a : b;
}

static const char *check(const ep_machine *m)
{
  const ep_network *net = &m->network;
  const bool complex_states = m->nudging.estimator == EP_HOLOMORPHIC;
  for (int32_t l = 1; l < net->n_layer; l++) {
    const int32_t activation = net->layer[l].activation;
    if (complex_states && !ep_holomorphic(activation))
      return "holomorphic nudging needs a smooth activation: sigmoid4, sigmoid, tanh or linear";
    if (m->dynamics.kind == EP_EULER && activation == EP_SOFTMAX)
      return "euler dynamics has no softmax units; take another dynamics, or a softmax readout";
  }
  if (complex_states && m->dynamics.kind == EP_EULER)
    return "holomorphic nudging needs asynchronous, fixed_point or leaky dynamics";
  if (complex_states && (m->nudging.points < 1 || m->nudging.points > 2 * (EP_MOST_COPY - 1)))
    return "holomorphic nudging takes 1 to 32 points";
  if (m->dynamics.nudge_outside && m->dynamics.kind == EP_ASYNCHRONOUS)
    return "a nudge outside the activation needs leaky or fixed_point dynamics";
  if (m->nudging.beta == 0)
    return "beta must not be 0: nothing would be nudged";
  if (net->separate && complex_states)
    return "holomorphic nudging needs symmetric weights";
  return NULL;
}

const char *ep_plan(ep_machine *m)
{
  const ep_network *net = &m->network;
  const char *why = check(m);
  if (why)
    return why;
  ep_phase phase = { .n_example = m->n_example };
  ep_copies(&m->nudging, 1, &phase);
  const int64_t rows = larger(ep_rows(&phase), m->n_example), states = m->n_example * net->n_unit;
  int64_t end = 0;
  m->theta = take(&end, net->n_parameter);
  m->moment = take(&end, ep_moments(m->optimizer.method) * net->n_parameter);
  m->gradient = take(&end, net->n_parameter);
  m->back = take(&end, net->n_back);
  m->states = take(&end, states);
  m->fixed = take(&end, states);
  m->particle = take(&end, (int64_t)m->n_particle * net->n_unit);
  m->n_memory = end;
  end = 0;
  m->nudged = take(&end, 2 * rows * net->n_unit);
  m->room = take(&end, larger(ep_relax_room(net, rows), ep_contrast_room(net, rows)));
  m->n_scratch = end;
  return NULL;
}

void ep_begin(ep_machine *m, double *memory, uint64_t seed)
{
  const hebb_address address = { .seed = seed, .purpose = PURPOSE_WEIGHT };
  memset(memory, 0, (size_t)m->n_memory * sizeof *memory);
  m->seed = seed;
  m->n_coin = 0;
  m->progress = (ep_progress){ 0 };
  m->free_settled = m->nudged_settled = (ep_settled){ 0 };
  ep_draw(&m->network, m->initial, m->gain, &address, memory + m->theta);
  ep_changed(m, memory);
}

void ep_changed(const ep_machine *m, double *memory)
{
  ep_mirror(&m->network, memory + m->theta, memory + m->back);
}

void ep_free(ep_machine *m, double *memory, double *scratch, int32_t first, int32_t n_example,
             const double *x, const int32_t *particle, bool warm)
{
  const ep_network *net = &m->network;
  const int64_t n_unit = net->n_unit;
  double *states = memory + m->states + first * n_unit, *kept = memory + m->particle;
  double *fixed = memory + m->fixed + first * n_unit;
  const ep_phase phase = {
    .n_example = n_example, .n_copy = 1, .steps = m->free_steps, .fixed = fixed
  };
  if (!warm)
    memset(states, 0, (size_t)(n_example * n_unit) * sizeof *states);
  for (int32_t e = 0; particle && e < n_example; e++)
    if (particle[e] >= 0)
      memcpy(states + e * n_unit, kept + particle[e] * n_unit, (size_t)n_unit * sizeof *states);
  ep_load(net, n_example, x, states);
  ep_fix(net, memory + m->theta, n_example, states, fixed);
  m->free_settled = ep_relax(net, &m->dynamics, memory + m->theta, memory + m->back, &phase, states,
                             scratch + m->room);
  if (net->readout)
    ep_read(net, &m->dynamics, memory + m->theta, memory + m->back, &phase, states,
            scratch + m->room);
  for (int32_t e = 0; particle && e < n_example; e++)
    if (particle[e] >= 0)
      memcpy(kept + particle[e] * n_unit, states + e * n_unit, (size_t)n_unit * sizeof *states);
}

/* A coin for each batch. */
static double toss(ep_machine *m)
{
  const hebb_address address = { .seed = m->seed, .purpose = PURPOSE_SIGN };
  return hebb_uniform(&address, m->n_coin++) < 0.5F ? -1 : 1;
}

static ep_phase nudged_phase(const ep_machine *m, const double *memory, int32_t n_example,
                             const ep_goal *goal)
{
  return (ep_phase){ .n_example = n_example,
                     .n_copy = 1,
                     .steps = m->nudged_steps,
                     .goal = goal,
                     .fixed = memory + m->fixed };
}

void ep_nudged(ep_machine *m, double *memory, double *scratch, int32_t n_example,
               const ep_goal *goal)
{
  const ep_network *net = &m->network;
  const double *theta = memory + m->theta, *states = memory + m->states;
  double *nudged = scratch + m->nudged, *room = scratch + m->room;
  const int64_t block = n_example * net->n_unit;
  ep_phase phase = nudged_phase(m, memory, n_example, goal);
  ep_copies(&m->nudging, m->nudging.estimator == EP_RANDOM_SIGN ? toss(m) : 1, &phase);
  for (int32_t c = 0; c < phase.n_copy; c++) {
    double *copy = nudged + (phase.complex_states ? 2 * c : c) * block;
    memcpy(copy, states, (size_t)block * sizeof *copy);
    if (phase.complex_states)
      memset(copy + block, 0, (size_t)block * sizeof *copy);
  }
  m->nudged_settled = ep_relax(net, &m->dynamics, theta, memory + m->back, &phase, nudged, room);
  if (net->readout)
    ep_read(net, &m->dynamics, theta, memory + m->back, &phase, nudged, room);
  ep_contrast(net, &m->dynamics, &m->nudging, &phase, states, nudged, memory + m->gradient, room);
}

void ep_learn(ep_machine *m, double *memory)
{
  double *gradient = memory + m->gradient;
  ep_update(&m->network, &m->optimizer, &m->progress, gradient, memory + m->theta,
            memory + m->moment);
  memset(gradient, 0, (size_t)m->network.n_parameter * sizeof *gradient);
  ep_changed(m, memory);
}

static void scale(double factor, int64_t n, double *x)
{
  for (int64_t i = 0; i < n; i++)
    x[i] *= factor;
}

static void scale_readout(const ep_network *net, double factor, double *gradient)
{
  const int32_t last = net->n_layer - 1;
  const int64_t n = net->layer[last].n;
  for (int32_t k = 0; k < net->n_link; k++)
    if (net->link[k].to == last)
      scale(factor, net->layer[net->link[k].from].n * n, gradient + net->link[k].weight);
  scale(factor, n, gradient + net->layer[last].bias);
}

/* One step of relaxation, then an update along what it changed, `share` of it; so many times. */
static void follow(ep_machine *m, double *memory, double *scratch, ep_phase phase, double share)
{
  const ep_network *net = &m->network;
  const int64_t block = phase.n_example * net->n_unit;
  const ep_nudging step = { .estimator = EP_ONE_SIDED,
                            .beta = phase.beta[0][0] / share,
                            .same_feedback = m->nudging.same_feedback };
  double *states = scratch + m->nudged, *before = states + block, *room = scratch + m->room;
  const int32_t steps = phase.steps;
  phase.steps = 1;
  for (int32_t t = 0; t < steps; t++) {
    memcpy(before, states, (size_t)block * sizeof *before);
    m->nudged_settled =
        ep_relax(net, &m->dynamics, memory + m->theta, memory + m->back, &phase, states, room);
    if (net->readout)
      ep_read(net, &m->dynamics, memory + m->theta, memory + m->back, &phase, states, room);
    ep_phase scaled = phase;
    scaled.beta[0][0] = step.beta;
    ep_contrast(net, &m->dynamics, &step, &scaled, before, states, memory + m->gradient, room);
    if (net->readout) // it learns from the last step alone
      scale_readout(net, t < steps - 1 ? 0 : share, memory + m->gradient);
    ep_learn(m, memory);
    ep_fix(net, memory + m->theta, phase.n_example, states, memory + m->fixed);
  }
  m->nudged_settled.steps = steps;
}

void ep_continual(ep_machine *m, double *memory, double *scratch, int32_t n_example,
                  const ep_goal *goal)
{
  const ep_network *net = &m->network;
  const bool both = m->nudging.estimator == EP_SYMMETRIC;
  const int64_t block = n_example * net->n_unit;
  double *states = scratch + m->nudged;
  ep_phase phase = nudged_phase(m, memory, n_example, goal);
  memcpy(states, memory + m->states, (size_t)block * sizeof *states);
  phase.beta[0][0] = m->nudging.beta * (m->nudging.estimator == EP_RANDOM_SIGN ? toss(m) : 1);
  follow(m, memory, scratch, phase, both ? 0.5 : 1);
  if (!both)
    return;
  // back to rest without a nudge, then the other side
  ep_phase rest = phase;
  rest.goal = NULL;
  ep_relax(net, &m->dynamics, memory + m->theta, memory + m->back, &rest, states,
           scratch + m->room);
  phase.beta[0][0] = -m->nudging.beta;
  follow(m, memory, scratch, phase, 0.5);
}

double ep_machine_energy(const ep_machine *m, const double *memory, double *scratch,
                         int32_t example)
{
  const int64_t row = example * m->network.n_unit;
  return ep_energy(&m->network, &m->dynamics, memory + m->theta, memory + m->fixed + row,
                   memory + m->states + row, scratch + m->room);
}
