/* critic.c - values, and one update towards better ones. */
#include "critic.h"

#include <string.h>

#include "../equilibrium/episode.h"

enum { PURPOSE_CRITIC = 0x6163310 }; /* of random numbers */

static const char *plan_machine(critic *c, int32_t most)
{
  ep_machine *m = &c->machine;
  const int32_t n[3] = { c->net.n_in, c->net.n_hidden, 1 };
  const char *why = ep_chain(&m->network, 3, n, EP_TANH, EP_LINEAR, true, false, 0);
  if (why)
    return why;
  m->dynamics.tolerance = 1e-6;
  m->nudging.beta = 0.1;
  m->optimizer = c->optimizer;
  m->optimizer.bias_factor = 1;
  m->cost = EP_SQUARED;
  m->initial = EP_FAN_IN;
  m->gain = 1;
  m->n_example = most;
  m->free_steps = 20;
  m->nudged_steps = 8;
  return ep_plan(m);
}

const char *critic_plan(critic *c, int32_t most)
{
  if (c->kind == CRITIC_EQUILIBRIUM) {
    const char *why = plan_machine(c, most);
    c->n_memory = c->machine.n_memory;
    c->n_scratch = c->machine.n_scratch;
    return why;
  }
  c->n_memory = 4 * ep_perceptron_size(&c->net); // theta, gradient, two moments
  c->n_scratch = 2 * c->net.n_hidden;
  return NULL;
}

void critic_begin(critic *c, double *memory, uint64_t seed)
{
  const hebb_address address = { .seed = seed, .purpose = PURPOSE_CRITIC };
  c->progress = (ep_progress){ 0 };
  if (c->kind == CRITIC_EQUILIBRIUM) {
    ep_begin(&c->machine, memory, hebb_seed(&address));
    return;
  }
  memset(memory, 0, (size_t)c->n_memory * sizeof *memory);
  ep_perceptron_draw(&c->net, &address, memory);
}

void critic_values(critic *c, double *memory, double *scratch, int32_t n, const double *x,
                   double *value)
{
  if (c->kind == CRITIC_EQUILIBRIUM) {
    ep_free(&c->machine, memory, scratch, 0, n, x, NULL, false);
    for (int32_t t = 0; t < n; t++)
      value[t] = *ep_answer(&c->machine, memory, t);
    return;
  }
  for (int32_t t = 0; t < n; t++)
    ep_perceptron_forward(&c->net, memory, x + (int64_t)t * c->net.n_in, scratch, value + t);
}

static void machine_learn(critic *c, double *memory, double *scratch, int32_t n, const double *x,
                          const double *wanted, double pace)
{
  const ep_goal goal = { .cost = EP_SQUARED, .target = wanted };
  for (int32_t l = 1; l < 3; l++)
    c->machine.optimizer.rate[l] = c->rate * pace;
  ep_free(&c->machine, memory, scratch, 0, n, x, NULL, false);
  ep_nudged(&c->machine, memory, scratch, n, &goal);
  ep_learn(&c->machine, memory);
}

static void perceptron_learn(critic *c, double *memory, double *scratch, int32_t n, const double *x,
                             const double *wanted, double pace)
{
  const int64_t size = ep_perceptron_size(&c->net);
  double *gradient = memory + size, *h = scratch, *room = h + c->net.n_hidden;
  for (int32_t t = 0; t < n; t++) {
    const double *x_t = x + (int64_t)t * c->net.n_in;
    double value;
    ep_perceptron_forward(&c->net, memory, x_t, h, &value);
    const double error = wanted[t] - value;
    const double pull = (c->smooth ? ep_smooth_slope(error) : error) / n;
    ep_perceptron_backward(&c->net, memory, x_t, h, &pull, gradient, room);
  }
  ep_update_vector(&c->optimizer, &c->progress, c->rate * pace, size, gradient, memory,
                   memory + 2 * size);
  memset(gradient, 0, (size_t)size * sizeof *gradient);
}

void critic_learn(critic *c, double *memory, double *scratch, int32_t n, const double *x,
                  const double *wanted, double pace)
{
  for (int32_t pass = 0; pass < c->passes; pass++)
    if (c->kind == CRITIC_EQUILIBRIUM)
      machine_learn(c, memory, scratch, n, x, wanted, pace);
    else
      perceptron_learn(c, memory, scratch, n, x, wanted, pace);
}
