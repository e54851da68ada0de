/* dqn_ep.c - deep Q-learning by equilibrium propagation: as Tecot (2018) programmed it, and in a form that learns.
 *
 *   td            Q(x, .) is the output of a network that relaxes with x clamped; nudged at +-beta towards
 *                 r + gamma max Qold(x', .) at the action taken; replay, a target network, epsilon that falls
 *                 (value/loop.h, value/td_value.h)
 *   tecot         the report's commit c1fca92: one transition a step, one step of relaxation, no division by
 *                 beta, 0.9 greedy; faults included: the observation never reaches the energy, and the values of
 *                 the two actions are one variable, so that the greedy action is always 0 (value/tecot_dqn.h)
 *   tecot_replay  an earlier commit, af02bd4: replay, three steps, beta of either sign, Adam; the energy sees the
 *                 observation, the values still are one variable
 */
#include <hebb/rule.h>

#include "value/arrays.h"
#include "value/loop.h"
#include "value/td_value.h"
#include "value/tecot_dqn.h"

enum variant { VARIANT_TD, VARIANT_TECOT, VARIANT_TECOT_REPLAY };
enum fault { FAULT_KEPT, FAULT_MENDED };

typedef struct config {
  value_wish wish;
  int64_t hidden, layers, free_steps, nudged_steps;
  int32_t variant, activation, output, lost_input, shared_output;
  bool double_q;
  double rate, rate_steps, beta, tolerance, gain, huber, state_rate;
} config;
_Static_assert(offsetof(config, wish) == 0,
               "rows of value_wish count from the start of the config");

/* clang-format off */
static const hebb_param params[] = {
  HEBB_CHOICE(config, variant, "td|tecot|tecot_replay",
              "A form that learns; the report's program (c1fca92), no better than chance: one step of relaxation, states never reset, a contrast not divided by beta; that of an earlier commit with replay (af02bd4)."),
  HEBB_PARAM(config, hidden, 64, 1, 65536, "1", "Units of each hidden layer."),
  HEBB_PARAM(config, layers, 1, 1, 10, "1", "Hidden layers of td; of the others one."),
  HEBB_CHOICE(config, activation, "tanh|clip|sigmoid4|sigmoid|half_clip|centred_clip", "Hidden units of td; of the others clip."),
  HEBB_CHOICE(config, output, "readout|linear", "Outputs of td: read from the last hidden layer, or units that take part in the dynamics."),
  HEBB_PARAM(value_wish, gamma, 0.99, 0, 1, "1", "Discount of a reward one step later."),
  HEBB_PARAM(value_wish, replay, 0, 0, 10000000, "1", "Transitions that are remembered; 0: td 10000, tecot none, tecot_replay 256."),
  HEBB_PARAM(value_wish, batch, 0, 0, 4096, "1", "Transitions of an update, where they are remembered; 0: 16."),
  HEBB_PARAM(value_wish, start, 0, 0, 10000000, "1", "Updates begin after so many steps; 0: td 200, tecot at once, tecot_replay 256."),
  HEBB_PARAM(value_wish, period, 0, 0, 10000000, "1", "Updates after which the target network is renewed; 0: td 200, tecot 10."),
  HEBB_PARAM(value_wish, every, 1, 1, 10000, "1", "Steps from update to update."),
  HEBB_OPTIONAL(value_wish, epsilon_first, 0, 1, "1", "Probability of any action at first; left out: td 1, tecot 0.1."),
  HEBB_OPTIONAL(value_wish, epsilon_last, 0, 1, "1", "The same in the end; left out: td 0, tecot 0.1."),
  HEBB_PARAM(value_wish, epsilon_steps, 0, 0, 1000000000, "1", "Steps over which it falls; 0: td 2000."),
  HEBB_OPTIONAL(config, rate, 0, 1e6, "1", "Learning rate; left out: td 0.002 (Adam), tecot 0.01 (plain), tecot_replay 0.01 (Adam)."),
  HEBB_PARAM(config, rate_steps, 10000, 0, 1e12, "1", "td: the rate is halved after so many updates, rate / (1 + updates / rate_steps); 0: it stays."),
  HEBB_OPTIONAL(config, beta, 1e-6, 10, "1", "Strength of the nudge; left out: td 0.1, tecot 0.5, whose cost has no 1/2."),
  HEBB_PARAM(config, free_steps, 0, 0, 1000000, "1", "Steps of a free phase at most; 0: td 20, tecot 1, tecot_replay 3."),
  HEBB_PARAM(config, nudged_steps, 0, 0, 1000000, "1", "Steps of a nudged phase at most; 0: td 4, tecot 1."),
  HEBB_PARAM(config, tolerance, 1e-4, 0, 1, "1", "td: a phase ends early when no unit changes by more."),
  HEBB_PARAM(config, gain, 1, 0, 100, "1", "td: factor of the initial weights, uniform within gain / sqrt(from)."),
  HEBB_PARAM(config, huber, 1, 0, 1e12, "1", "td: errors count as no larger; 0: as they are."),
  HEBB_PARAM(config, double_q, true, 0, 1, "", "td: the target network values the action that the network itself would take."),
  HEBB_PARAM(config, state_rate, 0.1, 0, 1e3, "1", "tecot: rate of the Adam that relaxes states, whose moments are never cleared."),
  HEBB_CHOICE(config, lost_input, "kept|mended", "Fault of tecot: the energy sees zeros in place of observation and action."),
  HEBB_CHOICE(config, shared_output, "kept|mended", "Fault of tecot and tecot_replay: the values of all actions are one variable, so that greedy is always action 0."),
  { 0 },
};
/* clang-format on */

/* One block without pointers; doubles follow: memory of the loop, memory of the network. */
typedef struct state {
  value_loop loop;
  td_value td;
  tecot_dqn tecot;
  int32_t variant;
  double rate, rate_steps;
  double number[];
} state;

static double either(double asked, double otherwise)
{
  return isnan(asked) ? otherwise : asked;
}

static int32_t steps(int64_t asked, int32_t otherwise)
{
  return asked > 0 ? (int32_t)asked : otherwise;
}

static const char *build_td(const config *c, const hebb_env_shape *world, state *s)
{
  static const int32_t activation[] = { EP_TANH,    EP_CLIP,      EP_SIGMOID4,
                                        EP_SIGMOID, EP_HALF_CLIP, EP_CENTRED_CLIP };
  int32_t n[EP_MOST_LAYER];
  const int32_t n_layer = (int32_t)c->layers + 2;
  for (int32_t l = 0; l < n_layer; l++)
    n[l] = l == 0 ? world->n_obs : l < n_layer - 1 ? (int32_t)c->hidden : world->n_choice;
  ep_machine *m = &s->td.m;
  const char *why = ep_chain(&m->network, n_layer, n, activation[c->activation], EP_LINEAR,
                             c->output == 0, false, 0);
  if (why)
    return why;
  m->dynamics.kind = EP_ASYNCHRONOUS;
  m->dynamics.tolerance = c->tolerance;
  m->nudging.estimator = EP_SYMMETRIC;
  m->nudging.beta = either(c->beta, 0.1);
  m->optimizer = (ep_optimizer){
    .method = EP_ADAM, .bias_factor = 1, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8
  };
  for (int32_t l = 1; l < n_layer; l++)
    m->optimizer.rate[l] = s->rate;
  m->cost = EP_SQUARED;
  m->initial = EP_FAN_IN;
  m->gain = c->gain;
  m->n_example = (int32_t)s->loop.batch;
  m->free_steps = steps(c->free_steps, 20);
  m->nudged_steps = steps(c->nudged_steps, 4);
  s->td.huber = c->huber;
  return td_value_plan(&s->td);
}

static void build_tecot(const config *c, const hebb_env_shape *world, state *s)
{
  const bool replay = c->variant == VARIANT_TECOT_REPLAY;
  s->tecot = (tecot_dqn){
    .net = { .n_in = world->n_obs + 1,
             .n_hidden = (int32_t)c->hidden,
             .n_row = (int32_t)s->loop.batch,
             .state_rate = c->state_rate },
    .n_obs = world->n_obs,
    .n_choice = world->n_choice,
    .free = steps(c->free_steps, replay ? 3 : 1),
    .nudged = steps(c->nudged_steps, 1),
    .beta = either(c->beta, 0.5),
    .rate = s->rate,
    .lost_input = !replay && c->lost_input == FAULT_KEPT,
    .shared_output = c->shared_output == FAULT_KEPT,
    .reset = replay,
    .replay = replay,
  };
  tecot_dqn_plan(&s->tecot);
}

/* What a config asks for; a sentence where it cannot be. s is zeroed. */
static const char *build(const config *c, const hebb_env_shape *world, state *s)
{
  static const value_loop of_variant[] = {
    [VARIANT_TD] = { .capacity = 10000,
                     .batch = 16,
                     .begin = 200,
                     .period = 200,
                     .fall = 2000,
                     .first = 1,
                     .last = 0 },
    [VARIANT_TECOT] = { .period = 10, .first = 0.1, .last = 0.1, .cut_ends = true },
    [VARIANT_TECOT_REPLAY] = { .capacity = 256,
                               .batch = 16,
                               .begin = 256,
                               .period = 10,
                               .first = 0.1,
                               .last = 0.1,
                               .cut_ends = true },
  };
  s->variant = c->variant;
  s->loop = of_variant[c->variant];
  s->loop.n_obs = world->n_obs;
  s->loop.n_choice = world->n_choice;
  s->loop.double_q = c->variant == VARIANT_TD && c->double_q;
  value_ask(&s->loop, &c->wish);
  if (c->variant == VARIANT_TECOT)
    s->loop.capacity = 0; // it remembers nothing
  value_plan(&s->loop);
  s->rate = either(c->rate, c->variant == VARIANT_TD ? 0.002 : 0.01);
  s->rate_steps = c->rate_steps;
  if (c->variant == VARIANT_TD)
    return build_td(c, world, s);
  build_tecot(c, world, s);
  return NULL;
}

static int64_t n_number(const state *s)
{
  return s->loop.n_memory + (s->variant == VARIANT_TD ? s->td.n_memory : s->tecot.n_memory);
}

static int64_t n_scratch(const state *s)
{
  return s->loop.n_scratch + (s->variant == VARIANT_TD ? s->td.n_scratch : s->tecot.n_scratch);
}

static int learner(const void *cfg, const hebb_env_shape *world, const hebb_host *host,
                   hebb_learner_shape *shape)
{
  state s = { 0 };
  value_arrays to;
  if (world->n_choice < 2)
    return host->fail(host, HEBB_EINVAL,
                      "dqn_ep: values each of several actions, and this world's are continuous; "
                      "take a world of discrete actions");
  const char *why = build(cfg, world, &s);
  if (why)
    return host->fail(host, HEBB_EINVAL, "dqn_ep: %s", why);
  if (value_arrays_begin(&to, host, offsetof(state, loop), offsetof(state, number)) != HEBB_OK)
    return HEBB_ENOMEM;
  const int64_t first = s.loop.n_memory;
  if (s.variant == VARIANT_TD) {
    const ep_network *net = &s.td.m.network;
    for (int32_t l = 1; l < net->n_layer; l++) {
      value_arrays_add(&to, l, net->layer[l - 1].n, net->layer[l].n,
                       first + s.td.m.theta + net->link[l - 1].weight);
      value_arrays_add(&to, l, 0, net->layer[l].n, first + s.td.m.theta + net->layer[l].bias);
    }
  } else {
    const tecot_value *net = &s.tecot.net;
    const int64_t weights = (int64_t)net->n_in * net->n_hidden, theta = first + s.tecot.theta;
    value_arrays_add(&to, 1, net->n_in, net->n_hidden, theta);
    value_arrays_add(&to, 1, 0, net->n_hidden, theta + weights);
    value_arrays_add(&to, 2, net->n_hidden, 1, theta + weights + net->n_hidden);
    value_arrays_add(&to, 2, 0, 1, theta + weights + 2 * (int64_t)net->n_hidden);
  }
  shape->state_size = sizeof(state) + (size_t)n_number(&s) * sizeof(double);
  shape->scratch_size = (size_t)n_scratch(&s) * sizeof(double);
  shape->array = to.array;
  shape->n_array = to.n;
  return HEBB_OK;
}

static double *mind(state *s)
{
  return s->number + s->loop.n_memory;
}

static void begin(void *vs, const void *cfg, const hebb_env_shape *world, const float *genome,
                  uint64_t seed)
{
  state *s = vs;
  (void)genome;
  build(cfg, world, s); // refused before if it can be
  value_begin(&s->loop, s->number, seed);
  if (s->variant == VARIANT_TD)
    td_value_begin(&s->td, mind(s), seed);
  else
    tecot_dqn_begin(&s->tecot, mind(s), seed);
}

/* ---- the function Q, for the loop ---- */

static void answer(void *vs, void *scratch, int64_t n, const double *x, bool old, double *q)
{
  state *s = vs;
  double *room = (double *)scratch + s->loop.n_scratch;
  if (s->variant == VARIANT_TD)
    td_value_answer(&s->td, mind(s), room, n, x, old, q);
  else
    tecot_dqn_answer(&s->tecot, mind(s), room, n, x, old, q);
}

static double improve(void *vs, void *scratch, int64_t n, const double *x, const double *action,
                      const double *wanted)
{
  state *s = vs;
  double *room = (double *)scratch + s->loop.n_scratch;
  if (s->variant != VARIANT_TD)
    return tecot_dqn_improve(&s->tecot, mind(s), room, n, x, action, wanted);
  for (int32_t l = 1; s->rate_steps > 0 && l < s->td.m.network.n_layer; l++)
    s->td.m.optimizer.rate[l] = s->rate / (1 + (double)s->loop.n_update / s->rate_steps);
  return td_value_improve(&s->td, mind(s), room, n, x, action, wanted);
}

static void renew(void *vs)
{
  state *s = vs;
  if (s->variant == VARIANT_TD)
    td_value_renew(&s->td, mind(s));
  else
    tecot_dqn_renew(&s->tecot, mind(s));
}

static const value_net net = { answer, improve, renew };

static void act(void *vs, void *scratch, const float *obs, double *out)
{
  state *s = vs;
  value_act(&s->loop, &net, s, s->number, scratch, scratch, obs, out);
}

static void learn(void *vs, void *scratch, const hebb_outcome *o)
{
  state *s = vs;
  value_learn(&s->loop, &net, s, s->number, scratch, scratch, o);
}

static const hebb_rule dqn_ep = {
  .base = {
    HEBB_HEAD(HEBB_RULE, hebb_rule, config),
    .name = "dqn_ep",
    .version = "1.0",
    .brief = "Q-learning by equilibrium propagation: a form that learns, and Tecot's, faults included, which does not",
    .cite = "Tecot 2018, Hebbian Plasticity Energy-Based Models, UCLA CS 199; code ltecot/emergence_properties c1fca92",
    .params = params,
  },
  .learner = learner,
  .begin = begin,
  .act = act,
  .learn = learn,
};

const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &dqn_ep.base : NULL;
}
