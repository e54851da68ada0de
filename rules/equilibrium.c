/* equilibrium.c - equilibrium propagation for worlds that say what was wanted (Scellier & Bengio 2017).
 *
 *     act      free phase: the network relaxes with the observation clamped; what it settles to is the answer
 *     learn    nudged phases of a batch of observations, the output drawn towards their targets by beta; then
 *              theta += rate (dPhi/dtheta at the nudged equilibria - the same at the others) / beta
 *
 * What there is to choose: dynamics, estimator, cost, update; rules/equilibrium/ has each of them in a file, with
 * its equations. Computed in double throughout.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <hebb/rule.h>

#include "equilibrium/machine.h"

enum output { OUTPUT_SAME, OUTPUT_LINEAR, OUTPUT_SOFTMAX, OUTPUT_READOUT };
enum feedback { FEEDBACK_SYMMETRIC, FEEDBACK_SEPARATE, FEEDBACK_SAME_UPDATE };

typedef struct config {
  int64_t layers, hidden, free_steps, nudged_steps, points, batch;
  int32_t activation, output, cost, input, feedback, dynamics, nudge, start, estimator, method;
  int32_t initial;
  bool lateral, continual;
  double dt, tolerance, beta, gain, rate, rate_growth, bias_rate, decay, momentum, beta1, beta2;
  double epsilon;
} config;

/* clang-format off */
static const hebb_param params[] = {
  HEBB_PARAM(config, layers, 1, 0, 10, "1", "Hidden layers."),
  HEBB_PARAM(config, hidden, 64, 1, 65536, "1", "Units of each hidden layer."),
  HEBB_CHOICE(config, activation, "clip|sigmoid4|sigmoid|tanh|half_clip|centred_clip|linear",
              "Activation of hidden units: clip(u, 0, 1), 1/(1+exp(-4u+2)), 1/(1+exp(-u)), tanh, clip(u/2, 0, 1), clip(u, -1/2, 1/2), u."),
  HEBB_CHOICE(config, output, "same|linear|softmax|readout",
              "Output units: like hidden ones, linear, softmax, or a readout that takes no part in the dynamics."),
  HEBB_CHOICE(config, cost, EP_COSTS, "|y - d|^2 / 2, or that of softmax(y) with linear or readout output."),
  HEBB_CHOICE(config, input, "raw|bounded", "The observation as it is, or through the activation."),
  HEBB_PARAM(config, lateral, false, 0, 1, "", "Links within hidden layers too."),
  HEBB_CHOICE(config, feedback, "symmetric|separate|same_update",
              "One weight for both directions, two that learn apart, or two with the same change."),
  HEBB_CHOICE(config, initial, "fan_in|glorot", "Initial weights: uniform within gain / sqrt(from), biases too, or within gain sqrt(6 / (from + to))."),
  HEBB_PARAM(config, gain, 1, 0, 100, "1", "Factor of the initial weights."),
  HEBB_CHOICE(config, dynamics, EP_KINDS,
              "Layer by layer; all at once; all at once by dt; down the gradient of the Hopfield energy by dt."),
  HEBB_PARAM(config, dt, 0.5, 1e-6, 1, "1", "Step of leaky and euler dynamics."),
  HEBB_CHOICE(config, nudge, "inside|outside", "The nudge inside the activation, or (fixed_point, leaky) added outside."),
  HEBB_PARAM(config, tolerance, 1e-4, 0, 1, "1", "A phase ends early when no unit changes by more."),
  HEBB_PARAM(config, free_steps, 30, 1, 1000000, "1", "Steps of the free phase at most."),
  HEBB_PARAM(config, nudged_steps, 10, 1, 1000000, "1", "Steps of a nudged phase at most."),
  HEBB_CHOICE(config, start, "zero|last", "Where the free phase starts: at zero, or where the one before ended."),
  HEBB_CHOICE(config, estimator, EP_ESTIMATORS, "Nudged states compared: +-beta, beta and free, the same with a coin for the sign, or points on a circle."),
  HEBB_PARAM(config, beta, 0.5, 1e-6, 10, "1", "Strength of the nudge; radius of the circle."),
  HEBB_PARAM(config, points, 8, 1, 32, "1", "Points of holomorphic nudging."),
  HEBB_PARAM(config, continual, false, 0, 1, "", "Weights change at every step of the nudged phase."),
  HEBB_PARAM(config, batch, 20, 1, 65536, "1", "Observations of one update."),
  HEBB_CHOICE(config, method, EP_METHODS, "How weights follow the gradient."),
  HEBB_PARAM(config, rate, 0.04, 0, 1e6, "1", "Learning rate of the last layer."),
  HEBB_PARAM(config, rate_growth, 2, 0, 1e3, "1", "Factor of the rate from each layer to the one below."),
  HEBB_PARAM(config, bias_rate, 1, 0, 1e3, "1", "Factor of the rate for biases."),
  HEBB_PARAM(config, decay, 0, 0, 1, "1", "Weight decay, part of the gradient."),
  HEBB_PARAM(config, momentum, 0.9, 0, 1, "1", "What stays of the momentum in a step."),
  HEBB_PARAM(config, beta1, 0.9, 0, 0.999999, "1", "Memory of adam's mean."),
  HEBB_PARAM(config, beta2, 0.999, 0, 0.999999999, "1", "Memory of adam's mean square."),
  HEBB_PARAM(config, epsilon, 1e-8, 0, 1, "1", "Added to adam's root."),
  { 0 },
};
/* clang-format on */

/* One block without pointers; doubles follow: memory of the machine, x [in], targets [batch x out], answer [out]. */
typedef struct state {
  ep_machine m;
  int32_t n_obs, n_out, n_choice, pending; /* examples that wait for their batch to be full */
  bool continual, warm;
  double energy, cost, residual, free_steps, nudged_steps;
  int64_t x, target, answer;
  double number[];
} state;

/* The machine that a config asks for; a sentence where there is none. m is zeroed. */
static const char *build(const config *c, const hebb_env_shape *world, ep_machine *m)
{
  int32_t n[EP_MOST_LAYER];
  const int32_t n_layer = (int32_t)c->layers + 2;
  const int32_t output = c->output == OUTPUT_SAME     ? c->activation
                         : c->output == OUTPUT_LINEAR ? EP_LINEAR
                                                      : EP_SOFTMAX;
  for (int32_t l = 0; l < n_layer; l++)
    n[l] = l == 0 ? world->n_obs : l < n_layer - 1 ? (int32_t)c->hidden : world->n_target;
  uint32_t lateral = 0;
  for (int32_t l = 1; c->lateral && l < n_layer - 1; l++)
    lateral |= 1U << l;
  if (c->layers == 0 && c->output == OUTPUT_READOUT)
    return "a readout needs a hidden layer to read";
  if (c->cost == EP_CROSS_ENTROPY && c->output != OUTPUT_LINEAR && c->output != OUTPUT_READOUT)
    return "cross_entropy is of softmax(y); take output = \"readout\" or \"linear\"";
  const char *why =
      ep_chain(&m->network, n_layer, n, c->activation, output, c->output == OUTPUT_READOUT,
               c->feedback != FEEDBACK_SYMMETRIC, lateral);
  if (why)
    return why;
  m->network.input_rho = c->input == 1;
  m->dynamics.kind = c->dynamics;
  m->dynamics.nudge_outside = c->nudge == 1;
  m->dynamics.dt = c->dt;
  m->dynamics.tolerance = c->tolerance;
  ep_range(c->activation, &m->dynamics.low, &m->dynamics.high);
  m->nudging.estimator = c->estimator;
  m->nudging.points = (int32_t)c->points;
  m->nudging.beta = c->beta;
  m->nudging.same_feedback = c->feedback == FEEDBACK_SAME_UPDATE;
  m->optimizer.method = c->method;
  m->optimizer.bias_factor = c->bias_rate;
  m->optimizer.decay = c->decay;
  m->optimizer.momentum = c->momentum;
  m->optimizer.beta1 = c->beta1;
  m->optimizer.beta2 = c->beta2;
  m->optimizer.epsilon = c->epsilon;
  double rate = c->rate;
  for (int32_t l = n_layer - 1; l > 0; l--, rate *= c->rate_growth)
    m->optimizer.rate[l] = rate;
  m->cost = c->cost;
  m->initial = c->initial;
  m->gain = c->gain;
  m->n_example = (int32_t)c->batch;
  m->free_steps = (int32_t)c->free_steps;
  m->nudged_steps = (int32_t)c->nudged_steps;
  if (c->continual && c->estimator == EP_HOLOMORPHIC)
    return "continual updates go with one_sided, random_sign or symmetric nudging";
  return ep_plan(m);
}

/* ---- named arrays ---- */

enum { N_SCALAR = 5, NAME_SIZE = 24 };
static const hebb_array scalars[N_SCALAR] = {
  { .name = "energy",
    .unit = "1",
    .doc = "energy of the free equilibrium",
    .dims = "",
    .dtype = HEBB_F64,
    .offset = offsetof(state, energy) },
  { .name = "cost",
    .unit = "1",
    .doc = "cost of the free equilibrium, where there was a target",
    .dims = "",
    .dtype = HEBB_F64,
    .offset = offsetof(state, cost) },
  { .name = "residual",
    .unit = "1",
    .doc = "largest change of a unit in the last step of the free phase",
    .dims = "",
    .dtype = HEBB_F64,
    .offset = offsetof(state, residual) },
  { .name = "free_steps",
    .unit = "1",
    .doc = "steps of the last free phase",
    .dims = "",
    .dtype = HEBB_F64,
    .offset = offsetof(state, free_steps) },
  { .name = "nudged_steps",
    .unit = "1",
    .doc = "steps of the last nudged phase",
    .dims = "",
    .dtype = HEBB_F64,
    .offset = offsetof(state, nudged_steps) },
};

typedef struct list {
  hebb_array *array;
  char (*name)[NAME_SIZE];
  int32_t n, n_name;
} list;

static const char *name_of(list *to, const char *what, int32_t layer)
{
  char *name = to->name[to->n_name++];
  snprintf(name, NAME_SIZE, "%s%d", what, layer);
  return name;
}

static void add(list *to, const char *what, const char *doc, int32_t layer, int32_t rows,
                int32_t cols, int64_t offset)
{
  char *dims = to->name[to->n_name++];
  snprintf(dims, NAME_SIZE, cols ? "from%d to%d" : "unit%d", layer, layer);
  to->array[to->n++] =
      (hebb_array){ .name = name_of(to, what, layer),
                    .unit = "1",
                    .doc = doc,
                    .dims = dims,
                    .dtype = HEBB_F64,
                    .rank = cols ? 2 : 1,
                    .extent = { rows, cols },
                    .offset = offsetof(state, number) + (size_t)offset * sizeof(double) };
}

static int list_arrays(const ep_machine *m, const hebb_host *host, hebb_learner_shape *shape)
{
  const ep_network *net = &m->network;
  const size_t most = N_SCALAR + 2 * EP_MOST_LINK + EP_MOST_LAYER;
  list to = { .array = host->keep(host, most * sizeof *to.array),
              .name = host->keep(host, 2 * most * sizeof *to.name) };
  if (!to.array || !to.name)
    return host->fail(host, HEBB_ENOMEM, "equilibrium: no memory");
  memcpy(to.array, scalars, sizeof scalars);
  to.n = N_SCALAR;
  for (int32_t k = 0; k < net->n_link; k++) {
    const ep_link *link = &net->link[k];
    const int32_t from = net->layer[link->from].n, n = net->layer[link->to].n;
    add(&to, link->from == link->to ? "lateral" : "weight",
        link->from == link->to ? "weights within the layer, symmetric"
                               : "weights from the layer below",
        link->to, from, n, m->theta + link->weight);
    if (link->feedback >= 0)
      add(&to, "feedback", "weights back to the layer below", link->to, n, from,
          m->theta + link->feedback);
  }
  for (int32_t l = 1; l < net->n_layer; l++)
    add(&to, "bias", "biases of the layer", l, net->layer[l].n, 0, m->theta + net->layer[l].bias);
  shape->array = to.array;
  shape->n_array = to.n;
  return HEBB_OK;
}

/* ---- the learner ---- */

/* Offsets of what follows the machine's memory; their end. */
static int64_t lay_out(const ep_machine *m, int64_t *x, int64_t *target, int64_t *answer)
{
  *x = m->n_memory;
  *target = *x + ep_n_in(&m->network);
  *answer = *target + (int64_t)m->n_example * ep_n_out(&m->network);
  return *answer + ep_n_out(&m->network);
}

static int learner(const void *cfg, const hebb_env_shape *world, const hebb_host *host,
                   hebb_learner_shape *shape)
{
  ep_machine m = { 0 };
  int64_t x, target, answer;
  if (world->n_target < 1)
    return host->fail(host, HEBB_EINVAL,
                      "equilibrium: learns from targets, and this world has none; take a world "
                      "with targets, or a learner of rewards");
  if (world->n_choice > 0 ? world->n_choice != world->n_target : world->n_act != world->n_target)
    return host->fail(host, HEBB_EINVAL,
                      "equilibrium: one target for each %s of the world is needed, and it has %d "
                      "targets for %d",
                      world->n_choice > 0 ? "choice" : "number to act", (int)world->n_target,
                      (int)(world->n_choice > 0 ? world->n_choice : world->n_act));
  const char *why = build(cfg, world, &m);
  if (why)
    return host->fail(host, HEBB_EINVAL, "equilibrium: %s", why);
  shape->state_size = sizeof(state) + (size_t)lay_out(&m, &x, &target, &answer) * sizeof(double);
  shape->scratch_size = (size_t)m.n_scratch * sizeof(double);
  return list_arrays(&m, host, shape);
}

static void begin(void *vs, const void *cfg, const hebb_env_shape *world, const float *genome,
                  uint64_t seed)
{
  state *s = vs;
  const config *c = cfg;
  (void)genome;
  build(c, world, &s->m); // refused before if it can be
  lay_out(&s->m, &s->x, &s->target, &s->answer);
  s->n_obs = world->n_obs;
  s->n_out = world->n_target;
  s->n_choice = world->n_choice;
  s->continual = c->continual;
  s->warm = c->start == 1;
  ep_begin(&s->m, s->number, seed);
}

static void act(void *vs, void *scratch, const float *obs, double *out)
{
  state *s = vs;
  double *x = s->number + s->x, *answer = s->number + s->answer;
  for (int32_t i = 0; i < s->n_obs; i++)
    x[i] = (double)obs[i];
  if (s->warm && s->pending > 0) { // the example before has the states to start from
    double *states = s->number + s->m.states + s->pending * s->m.network.n_unit;
    memcpy(states, states - s->m.network.n_unit, (size_t)s->m.network.n_unit * sizeof *states);
  }
  ep_free(&s->m, s->number, scratch, s->pending, 1, x, NULL, s->warm);
  s->residual = s->m.free_settled.residual;
  s->free_steps = (double)s->m.free_settled.steps;
  memcpy(answer, ep_answer(&s->m, s->number, s->pending), (size_t)s->n_out * sizeof *answer);
  if (s->n_choice > 0) {
    int32_t best = 0;
    for (int32_t k = 1; k < s->n_out; k++)
      best = answer[k] > answer[best] ? k : best;
    *out = best;
    return;
  }
  if (s->m.cost == EP_CROSS_ENTROPY)
    ep_softmax(s->n_out, answer, answer);
  memcpy(out, answer, (size_t)s->n_out * sizeof *out);
}

/* An update from the examples that wait. */
static void update(state *s, void *scratch)
{
  const ep_goal goal = { .cost = s->m.cost, .target = s->number + s->target };
  const int64_t n_unit = s->m.network.n_unit;
  if (s->pending == 0)
    return;
  if (s->continual) {
    ep_continual(&s->m, s->number, scratch, s->pending, &goal);
  } else {
    ep_nudged(&s->m, s->number, scratch, s->pending, &goal);
    ep_learn(&s->m, s->number);
  }
  s->nudged_steps = (double)s->m.nudged_settled.steps;
  if (s->warm)
    memmove(s->number + s->m.states, s->number + s->m.states + (s->pending - 1) * n_unit,
            (size_t)n_unit * sizeof *s->number);
  s->pending = 0;
}

static void learn(void *vs, void *scratch, const hebb_outcome *o)
{
  state *s = vs;
  double *target = s->number + s->target + (int64_t)s->pending * s->n_out;
  s->energy = ep_machine_energy(&s->m, s->number, scratch, s->pending);
  s->cost = (double)NAN;
  if (!o->target)
    return;
  for (int32_t k = 0; k < s->n_out; k++)
    target[k] = (double)o->target[k];
  const ep_goal goal = { .cost = s->m.cost, .target = target };
  s->cost = ep_cost(&goal, s->n_out, 0, ep_answer(&s->m, s->number, s->pending));
  if (++s->pending == s->m.n_example)
    update(s, scratch);
}

static void end(void *vs, void *scratch)
{
  update(vs, scratch);
}

static const hebb_rule equilibrium = {
  .base = {
    HEBB_HEAD(HEBB_RULE, hebb_rule, config),
    .name = "equilibrium",
    .version = "1.0",
    .brief = "Equilibrium propagation towards targets: free and nudged phases of an energy-based network",
    .cite = "Scellier & Bengio 2017, Frontiers in Computational Neuroscience 11:24",
    .params = params,
  },
  .learner = learner,
  .begin = begin,
  .act = act,
  .learn = learn,
  .end = end,
};

const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &equilibrium.base : NULL;
}
