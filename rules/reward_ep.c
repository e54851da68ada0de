/* reward_ep.c - Reward-EP of Tecot (2018): correlations of an energy follow the reward, without critic and action.
 *
 *     h = clip(x W1 + b1, 0, 1), o = h W2 + b2, a drawn from softmax(o); c = rho(pre) rho(post), of a bias rho(u)
 *     after every step with reward r, in this order:
 *       run = eta run + c, n = eta n + 1          zero at the end of an episode
 *       avg = kappa avg + (1 - kappa) c           never cleared
 *       rbar = kappa rbar + (1 - kappa) r
 *       W += alpha delta (r run - rbar avg)
 *       b += alpha delta (n rbar avg - r run)     negated, and only here the mean is multiplied by n
 *
 * As its program has it (c1fca92), kappa = eta; as the report prints it (equations 8 to 11), the mean has a gamma of
 * its own, here `average`, and biases are like weights. Known of it: the action taken appears nowhere, so
 * nothing says which action a reward was for; within a hundred episodes the policy is one constant action. The input
 * goes into correlations as clip(x, 0, 1): what is negative has none.
 */
#include <math.h>
#include <string.h>

#include <hebb/rng.h>
#include <hebb/rule.h>

#include "equilibrium/activation.h"
#include "equilibrium/tecot.h"

enum bias { BIAS_NEGATED, BIAS_LIKE_WEIGHTS };
enum { MOST_CHOICES = 64, PURPOSE_WEIGHT = 0x71a20 };

typedef struct config {
  int64_t hidden;
  int32_t bias;
  double alpha, eta, average, delta;
} config;

/* clang-format off */
static const hebb_param params[] = {
  HEBB_PARAM(config, hidden, 1024, 1, 65536, "1", "Hidden units."),
  HEBB_PARAM(config, alpha, 0.001, 0, 1e6, "1", "Learning rate, every step."),
  HEBB_PARAM(config, eta, 0.99, 0, 1, "1", "What stays of the running sum of correlations in a step."),
  HEBB_OPTIONAL(config, average, 0, 1, "1", "What stays of the means of correlations and reward; left out: eta, as in the program."),
  HEBB_PARAM(config, delta, 1, 0, 1e6, "1", "Factor of the reward."),
  HEBB_CHOICE(config, bias, "negated|like_weights", "Biases move against the rule, as in the program, or by it, as printed."),
  { 0 },
};
/* clang-format on */

/* One block without pointers; theta, run, avg follow, [theta] each: W1, W2, b0, b1, b2. */
typedef struct state {
  ep_tecot net;
  int64_t n_theta, n_weight;
  double alpha, eta, kappa, delta, bias_sign;
  bool count; /* the mean of biases is multiplied by n */
  double n, mean_reward;
  uint64_t seed;
  uint32_t n_draw;
  double number[];
} state;

static void build(const config *c, const hebb_env_shape *world, state *s)
{
  s->net = (ep_tecot){ world->n_obs, (int32_t)c->hidden, world->n_choice };
  s->n_theta = ep_tecot_size(&s->net);
  s->n_weight = (int64_t)s->net.n_hidden * (s->net.n_in + s->net.n_out);
  s->alpha = c->alpha;
  s->eta = c->eta;
  s->kappa = isnan(c->average) ? c->eta : c->average;
  s->delta = c->delta;
  s->count = c->bias == BIAS_NEGATED;
  s->bias_sign = s->count ? -1 : 1;
}

/* Scratch: x, drive, h, o, then c [theta] and room for it. What act leaves there is not kept, so that learn
   needs h and o of the state: they follow avg. */
static double *theta_of(state *s)
{
  return s->number;
}
static double *run_of(state *s)
{
  return s->number + s->n_theta;
}
static double *average_of(state *s)
{
  return s->number + 2 * s->n_theta;
}
static double *units_of(state *s) /* x [in], drive [hidden], h [hidden], o [out] */
{
  return s->number + 3 * s->n_theta;
}

static int64_t n_units(const ep_tecot *net)
{
  return (int64_t)net->n_in + 2 * (int64_t)net->n_hidden + net->n_out;
}

static int learner(const void *cfg, const hebb_env_shape *world, const hebb_host *host,
                   hebb_learner_shape *shape)
{
  static const struct {
    const char *name, *doc, *dims;
  } part[] = {
    { "weight1", "weights from the input", "observation hidden" },
    { "weight2", "weights to the output", "hidden choice" },
    { "bias0", "biases of the input, which act on nothing", "observation" },
    { "bias1", "biases of hidden units", "hidden" },
    { "bias2", "biases of the output", "choice" },
  };
  enum { N_PART = sizeof part / sizeof part[0] };
  state s = { 0 };
  if (world->n_choice < 2 || world->n_choice > MOST_CHOICES)
    return host->fail(host, HEBB_EINVAL,
                      "reward_ep: chooses among 2 to %d actions, and this world has %s; take a "
                      "world of discrete actions",
                      MOST_CHOICES, world->n_choice ? "another number" : "continuous ones");
  build(cfg, world, &s);
  hebb_array *array = host->keep(host, (N_PART + 1) * sizeof *array);
  if (!array)
    return host->fail(host, HEBB_ENOMEM, "reward_ep: no memory");
  const int32_t n[] = { s.net.n_in, s.net.n_hidden, s.net.n_out };
  int64_t at = 0;
  for (int k = 0; k < N_PART; k++) {
    const bool weight = k < 2;
    array[k] = (hebb_array){ .name = part[k].name,
                             .unit = "1",
                             .doc = part[k].doc,
                             .dims = part[k].dims,
                             .dtype = HEBB_F64,
                             .rank = weight ? 2 : 1,
                             .extent = { n[weight ? k : k - 2], weight ? n[k + 1] : 0 },
                             .offset = offsetof(state, number) + (size_t)at * sizeof(double) };
    at += weight ? (int64_t)n[k] * n[k + 1] : n[k - 2];
  }
  array[N_PART] = (hebb_array){ .name = "mean_reward",
                                .unit = "1",
                                .doc = "running mean of the reward",
                                .dims = "",
                                .dtype = HEBB_F64,
                                .offset = offsetof(state, mean_reward) };
  shape->state_size = sizeof(state) + (size_t)(3 * s.n_theta + n_units(&s.net)) * sizeof(double);
  shape->scratch_size = (size_t)(s.n_theta + n_units(&s.net) + s.net.n_out) * sizeof(double);
  shape->array = array;
  shape->n_array = N_PART + 1;
  return HEBB_OK;
}

/* Weights within sqrt(6 / (from + to)), biases 0. */
static void begin(void *vs, const void *cfg, const hebb_env_shape *world, const float *genome,
                  uint64_t seed)
{
  state *s = vs;
  const hebb_address at = { .seed = seed, .purpose = PURPOSE_WEIGHT };
  (void)genome;
  build(cfg, world, s);
  const ep_tecot *net = &s->net;
  const int64_t n_first = (int64_t)net->n_in * net->n_hidden;
  memset(s->number, 0, (size_t)(3 * s->n_theta + n_units(net)) * sizeof(double));
  for (int64_t k = 0; k < s->n_weight; k++) {
    const double bound = sqrt(6.0 / (net->n_hidden + (k < n_first ? net->n_in : net->n_out)));
    theta_of(s)[k] = bound * (2 * hebb_uniform_double(&at, (uint32_t)k) - 1);
  }
  s->n = s->mean_reward = 0;
}

static void start(void *vs, const float *obs, uint64_t seed)
{
  state *s = vs;
  (void)obs;
  s->seed = seed;
  s->n_draw = 0;
  s->n = 0;
  memset(run_of(s), 0, (size_t)s->n_theta * sizeof(double));
}

static void act(void *vs, void *scratch, const float *obs, double *out)
{
  state *s = vs;
  const ep_tecot *net = &s->net;
  const hebb_address at = { .seed = s->seed };
  const double u = (double)hebb_uniform(&at, s->n_draw++);
  double *x = units_of(s), *drive = x + net->n_in, *h = drive + net->n_hidden;
  double *o = h + net->n_hidden, *p = scratch, below = 0;
  for (int32_t i = 0; i < net->n_in; i++)
    x[i] = (double)obs[i];
  ep_tecot_forward(net, theta_of(s), x, drive, h, o);
  ep_softmax(net->n_out, o, p);
  *out = 0;
  for (int32_t a = 0; a < net->n_out; a++) {
    if (below <= u)
      *out = a;
    below += p[a];
  }
}

static void learn(void *vs, void *scratch, const hebb_outcome *outcome)
{
  state *s = vs;
  const ep_tecot *net = &s->net;
  const double *x = units_of(s), *drive = x + net->n_in, *h = drive + net->n_hidden;
  const double *o = h + net->n_hidden, r = outcome->reward, eta = s->eta, kappa = s->kappa;
  double *restrict c = scratch, *restrict theta = theta_of(s), *restrict run = run_of(s);
  double *restrict average = average_of(s);
  memset(c, 0, (size_t)s->n_theta * sizeof *c);
  ep_tecot_gradient(net, theta, x, drive, h, o, 1, true, c, c + s->n_theta); // c = dPhi/dtheta

  for (int64_t k = 0; k < s->n_theta; k++) {
    run[k] = eta * run[k] + c[k];
    average[k] = kappa * average[k] + (1 - kappa) * c[k];
  }
  s->n = eta * s->n + 1;
  s->mean_reward = kappa * s->mean_reward + (1 - kappa) * r;
  const double up = s->alpha * s->delta * r, down = s->alpha * s->delta * s->mean_reward;
  for (int64_t k = 0; k < s->n_weight; k++)
    theta[k] += up * run[k] - down * average[k];
  const double bias_down = s->count ? s->n * down : down;
  for (int64_t k = s->n_weight; k < s->n_theta; k++)
    theta[k] += s->bias_sign * (up * run[k] - bias_down * average[k]);
}

static const hebb_rule reward_ep = {
  .base = {
    HEBB_HEAD(HEBB_RULE, hebb_rule, config),
    .name = "reward_ep",
    .version = "1.0",
    .brief = "Tecot's Reward-EP as coded: correlations follow the reward, biases negated; no credit for the action taken",
    .cite = "Tecot 2018, Hebbian Plasticity Energy-Based Models, UCLA CS 199; code ltecot/emergence_properties c1fca92",
    .params = params,
  },
  .learner = learner,
  .begin = begin,
  .start = start,
  .act = act,
  .learn = learn,
};

const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &reward_ep.base : NULL;
}
