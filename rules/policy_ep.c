/* policy_ep.c - a policy that learns by equilibrium propagation, beside a critic.
 *
 *     act      free phase: the network relaxes with the observation clamped; pi = softmax of what it settles to;
 *              the action is drawn from pi
 *     update   nudged phases of all steps since the last one, the output drawn by +-beta towards the action that
 *              was taken; theta += rate  sum_t A_t (dPhi/dtheta at +beta - the same at -beta) / (2 beta)
 *
 * That is the policy gradient, sum_t A_t d log pi(a_t) / dtheta, up to O(beta^2): the advantage A_t multiplies the
 * contrast and not the nudge, so that beta stays what it is. rules/equilibrium/ relaxes, rules/actor/ has the
 * critic, the advantages and the best weights.
 */
#include "actor/policy.h"
#include "actor/policy_config.h"

/* clang-format off */
static const hebb_param params[] = {
  HEBB_CHOICE(config, variant, "advantage|tecot",
              "advantage: nudged contrasts times the advantage. tecot: the published program, which does not solve CartPole: nothing relaxes or is nudged, "
              "the action taken enters only as log pi(a), so that no action gets credit of its own, negative observations correlate with nothing, and a positive "
              "advantage weakens what was active; of what follows it uses hidden, gamma, rate, critic_hidden, critic_rate and adam's numbers (128, 0.99, 0.03, 128, 0.03)."),
  HEBB_PARAM(config, hebbian, false, 0, 1, "", "tecot: correlations alone, as the paper writes it; the program's gradient also runs through hidden and output units."),
  HEBB_PARAM(config, layers, 1, 1, 10, "1", "Hidden layers."),
  HEBB_PARAM(config, hidden, 64, 1, 65536, "1", "Units of each hidden layer."),
  HEBB_CHOICE(config, activation, "clip|tanh|sigmoid4|sigmoid|half_clip|centred_clip", "Activation of hidden units."),
  HEBB_CHOICE(config, output, "readout|softmax", "Softmax readout, which takes no part in the dynamics, or softmax units within them."),
  HEBB_CHOICE(config, initial, "glorot|fan_in", "Initial weights: uniform within gain sqrt(6 / (from + to)), or within gain / sqrt(from), biases too."),
  HEBB_PARAM(config, gain, 1, 0, 100, "1", "Factor of the initial weights."),
  HEBB_CHOICE(config, dynamics, "automatic|asynchronous|fixed_point|leaky", "How states relax; automatic: asynchronous, leaky with softmax units."),
  HEBB_PARAM(config, dt, 0.5, 1e-6, 1, "1", "Step of leaky dynamics."),
  HEBB_PARAM(config, tolerance, 1e-4, 0, 1, "1", "A phase ends early when no unit changes by more."),
  HEBB_PARAM(config, free_steps, 20, 1, 1000000, "1", "Steps of the free phase at most."),
  HEBB_PARAM(config, nudged_steps, 8, 1, 1000000, "1", "Steps of a nudged phase at most."),
  HEBB_CHOICE(config, estimator, "symmetric|one_sided|random_sign", "Nudged states compared: +-beta, beta and free, the same with a coin for the sign."),
  HEBB_PARAM(config, beta, 0.1, 1e-6, 10, "1", "Strength of the nudge."),
  HEBB_CHOICE(config, scale, "running|none", "Observations divided by the root of their running mean square, or as they are."),
  HEBB_PARAM(config, gamma, 0.99, 0, 1, "1", "What a reward one step later is worth."),
  HEBB_PARAM(config, lambda, 0.95, 0, 1, "1", "Advantages: 0 from the next value, 1 from the return of the whole episode."),
  HEBB_CHOICE(config, timeout, "bootstrap|end", "An episode cut by time goes on with the critic's value, or with none."),
  HEBB_CHOICE(config, norm, "running|batch|none", "Advantages divided by their running size; made mean 0 and deviation 1 in each update; as they are."),
  HEBB_PARAM(config, norm_memory, 0.99, 0, 1, "1", "What stays of the running size of advantages in an update."),
  HEBB_PARAM(config, entropy, 0, 0, 1e3, "1", "Weight of the policy's entropy beside the advantages."),
  HEBB_PARAM(config, episodes, 1, 1, 1000, "1", "Episodes of one update."),
  HEBB_PARAM(config, horizon, 2048, 1, 1048576, "1", "Steps of one update at most."),
  HEBB_PARAM(config, rate, 0.003, 0, 1e3, "1", "Learning rate of the policy."),
  HEBB_PARAM(config, beta1, 0.9, 0, 0.999999, "1", "Memory of adam's mean."),
  HEBB_PARAM(config, beta2, 0.999, 0, 0.999999999, "1", "Memory of adam's mean square."),
  HEBB_PARAM(config, epsilon, 1e-8, 0, 1, "1", "Added to adam's root."),
  HEBB_CHOICE(config, critic, "backpropagation|equilibrium", "How the critic learns."),
  HEBB_PARAM(config, critic_hidden, 64, 1, 65536, "1", "Hidden units of the critic."),
  HEBB_PARAM(config, critic_rate, 0.01, 0, 1e3, "1", "Learning rate of the critic."),
  HEBB_PARAM(config, critic_passes, 1, 1, 1000, "1", "Passes of the critic over the steps of an update."),
  HEBB_PARAM(config, anneal, 0, 0, 1e9, "1", "Rates fall linearly to `floor` of themselves in so many episodes; 0: they stay."),
  HEBB_PARAM(config, floor, 0, 0, 1, "1", "What is left of the rates at the end of anneal."),
  HEBB_PARAM(config, window, 20, 1, 100000, "1", "Episodes whose mean return decides which weights are the best."),
  HEBB_PARAM(config, fall, 0, 0, 1, "1", "Back to the best weights when the mean return has lost so much of what was gained; 0: never."),
  { 0 },
};
/* clang-format on */

static int learner(const void *cfg, const hebb_env_shape *world, const hebb_host *host,
                   hebb_learner_shape *shape)
{
  const config *c = cfg;
  if (world->n_choice < 2 || world->n_choice > POLICY_MOST_CHOICES)
    return host
        ->fail(host, HEBB_EINVAL,
               "policy_ep: chooses among 2 to %d actions, this world has %s; take a world of "
               "discrete actions",
               POLICY_MOST_CHOICES, world->n_choice ? "another number" : "continuous ones");
  return c->variant == VARIANT_TECOT ? tecot_learner(c, world, host, shape)
                                     : advantage_learner(c, world, host, shape);
}

static void begin(void *state, const void *cfg, const hebb_env_shape *world, const float *genome,
                  uint64_t seed)
{
  const config *c = cfg;
  (void)genome;
  *(int32_t *)state = c->variant;
  if (c->variant == VARIANT_TECOT)
    tecot_begin(state, c, world, seed);
  else
    advantage_begin(state, c, world, seed);
}

static bool is_tecot(const void *state)
{
  return *(const int32_t *)state == VARIANT_TECOT;
}

static void start(void *state, const float *obs, uint64_t seed)
{
  (void)obs;
  is_tecot(state) ? tecot_start(state, seed) : advantage_start(state, seed);
}

static void act(void *state, void *scratch, const float *obs, double *out)
{
  is_tecot(state) ? tecot_act(state, scratch, obs, out) : advantage_act(state, scratch, obs, out);
}

static void learn(void *state, void *scratch, const hebb_outcome *o)
{
  is_tecot(state) ? tecot_learn(state, scratch, o) : advantage_learn(state, scratch, o);
}

static void end(void *state, void *scratch)
{
  is_tecot(state) ? tecot_end(state, scratch) : advantage_end(state, scratch);
}

static const hebb_rule policy_ep = {
  .base = {
    .abi = HEBB_ABI,
    .size = sizeof(hebb_rule),
    .kind = HEBB_RULE,
    .config_size = sizeof(config),
    .name = "policy_ep",
    .version = "1.0",
    .brief = "A policy by equilibrium propagation, times the advantage of a critic",
    .cite = "Scellier & Bengio 2017, Frontiers in Computational Neuroscience 11:24; Tecot 2018",
    .params = params,
  },
  .learner = learner,
  .begin = begin,
  .start = start,
  .act = act,
  .learn = learn,
  .end = end,
};

const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &policy_ep.base : NULL;
}
