/* dqn.c - deep Q-learning by backpropagation (Mnih et al. 2015, Nature 518:529): the yardstick of dqn_ep.
 *
 *   h = max(0, x W1 + b1), Q = h W2 + b2; Adam down the squared error of r + gamma max Qold - Q (value/loop.h)
 *
 *   td     Q(x, .) has an output for each action; double Q-learning, errors bounded
 *   tecot  as Tecot's program of 2018 has it: Q(x, a), the action one more input; weights N(0, 0.01^2), replay of
 *          256, batches of 16, target network of 10 updates, 0.9 greedy, an episode cut short counts as failed
 */
#include <hebb/rng.h>
#include <hebb/rule.h>
#include <string.h>

#include "equilibrium/perceptron.h"
#include "equilibrium/update.h"
#include "value/arrays.h"
#include "value/loop.h"

enum variant { VARIANT_TD, VARIANT_TECOT };
enum { PURPOSE_NORMAL = VALUE_PURPOSE_WEIGHT + 4 };

typedef struct config {
  value_wish wish;
  int64_t hidden;
  int32_t variant;
  bool double_q;
  double rate, rate_steps, huber;
} config;
_Static_assert(offsetof(config, wish) == 0,
               "rows of value_wish count from the start of the config");

/* clang-format off */
static const hebb_param params[] = {
  HEBB_CHOICE(config, variant, "td|tecot", "A form that learns well; that of Tecot's program, 2018."),
  HEBB_PARAM(config, hidden, 64, 1, 65536, "1", "Hidden units."),
  HEBB_PARAM(value_wish, gamma, 0.99, 0, 1, "1", "Discount of a reward one step later."),
  HEBB_PARAM(value_wish, replay, 0, 0, 10000000, "1", "Transitions that are remembered; 0: td 10000, tecot 256."),
  HEBB_PARAM(value_wish, batch, 0, 0, 4096, "1", "Transitions of an update; 0: 16."),
  HEBB_PARAM(value_wish, start, 0, 0, 10000000, "1", "Updates begin after so many steps; 0: td 200, tecot 256."),
  HEBB_PARAM(value_wish, period, 0, 0, 10000000, "1", "Updates after which the target network is renewed; 0: td 200, tecot 10."),
  HEBB_PARAM(value_wish, every, 1, 1, 10000, "1", "Steps from update to update."),
  HEBB_OPTIONAL(value_wish, epsilon_first, 0, 1, "1", "Probability of any action at first; left out: td 1, tecot 0.1."),
  HEBB_OPTIONAL(value_wish, epsilon_last, 0, 1, "1", "The same in the end; left out: td 0, tecot 0.1."),
  HEBB_PARAM(value_wish, epsilon_steps, 0, 0, 1000000000, "1", "Steps over which it falls; 0: td 2000."),
  HEBB_OPTIONAL(config, rate, 0, 1e6, "1", "Learning rate of Adam; left out: td 0.002, tecot 0.01."),
  HEBB_PARAM(config, rate_steps, 10000, 0, 1e12, "1", "td: the rate is halved after so many updates, rate / (1 + updates / rate_steps); 0: it stays."),
  HEBB_PARAM(config, huber, 1, 0, 1e12, "1", "td: errors count as no larger; 0: as they are."),
  HEBB_PARAM(config, double_q, true, 0, 1, "", "td: the target network values the action that the network itself would take."),
  { 0 },
};
/* clang-format on */

/* One block without pointers; doubles follow: memory of the loop, theta, old theta, gradient, two moments. */
typedef struct state {
  value_loop loop;
  ep_perceptron net;
  ep_progress updated;
  int32_t variant;
  double rate, rate_steps, huber;
  int64_t n_theta;
  double number[];
} state;

static void build(const config *c, const hebb_env_shape *world, state *s)
{
  static const value_loop of_variant[] = {
    [VARIANT_TD] = { .capacity = 10000,
                     .batch = 16,
                     .begin = 200,
                     .period = 200,
                     .fall = 2000,
                     .first = 1,
                     .last = 0 },
    [VARIANT_TECOT] = { .capacity = 256,
                        .batch = 16,
                        .begin = 256,
                        .period = 10,
                        .first = 0.1,
                        .last = 0.1,
                        .cut_ends = true },
  };
  const bool td = c->variant == VARIANT_TD;
  s->variant = c->variant;
  s->loop = of_variant[c->variant];
  s->loop.n_obs = world->n_obs;
  s->loop.n_choice = world->n_choice;
  s->loop.double_q = td && c->double_q;
  value_ask(&s->loop, &c->wish);
  value_plan(&s->loop);
  s->net.n_in = world->n_obs + (td ? 0 : 1);
  s->net.n_hidden = (int32_t)c->hidden;
  s->net.n_out = td ? world->n_choice : 1;
  s->n_theta = ep_perceptron_size(&s->net);
  s->rate = isnan(c->rate) ? (td ? 0.002 : 0.01) : c->rate;
  s->rate_steps = td ? c->rate_steps : 0;
  s->huber = td ? c->huber : 0;
}

static int learner(const void *cfg, const hebb_env_shape *world, const hebb_host *host,
                   hebb_learner_shape *shape)
{
  state s = { 0 };
  value_arrays to;
  if (world->n_choice < 2)
    return host->fail(host, HEBB_EINVAL,
                      "dqn: values each of several actions, and this world's are continuous; "
                      "take a world of discrete actions");
  build(cfg, world, &s);
  if (value_arrays_begin(&to, host, offsetof(state, loop), offsetof(state, number)) != HEBB_OK)
    return HEBB_ENOMEM;
  const ep_perceptron *net = &s.net;
  int64_t at = s.loop.n_memory;
  value_arrays_add(&to, 1, net->n_in, net->n_hidden, at);
  value_arrays_add(&to, 1, 0, net->n_hidden, at += (int64_t)net->n_in * net->n_hidden);
  value_arrays_add(&to, 2, net->n_hidden, net->n_out, at += net->n_hidden);
  value_arrays_add(&to, 2, 0, net->n_out, at + (int64_t)net->n_hidden * net->n_out);
  shape->state_size = sizeof(state) + (size_t)(s.loop.n_memory + 5 * s.n_theta) * sizeof(double);
  shape->scratch_size =
      (size_t)(s.loop.n_scratch + net->n_in + 2 * net->n_hidden + 2 * net->n_out) * sizeof(double);
  shape->array = to.array;
  shape->n_array = to.n;
  return HEBB_OK;
}

static double *theta_of(state *s, bool old)
{
  return s->number + s->loop.n_memory + (old ? s->n_theta : 0);
}

/* What one example needs in scratch. */
typedef struct room {
  double *in, *h, *y, *pull, *back;
} room;

static room room_of(const state *s, void *scratch)
{
  double *in = (double *)scratch + s->loop.n_scratch, *h = in + s->net.n_in;
  double *y = h + s->net.n_hidden, *pull = y + s->net.n_out;
  return (room){ in, h, y, pull, pull + s->net.n_out };
}

static void forward(const state *s, const double *theta, const double *x, double action,
                    const room *r)
{
  memcpy(r->in, x, (size_t)s->loop.n_obs * sizeof *x);
  if (s->variant == VARIANT_TECOT)
    r->in[s->loop.n_obs] = action;
  ep_perceptron_forward(&s->net, theta, r->in, r->h, r->y);
}

static void answer(void *vs, void *scratch, int64_t n, const double *x, bool old, double *q)
{
  state *s = vs;
  const double *theta = theta_of(s, old);
  const room r = room_of(s, scratch);
  const int32_t n_obs = s->loop.n_obs, n_choice = s->loop.n_choice;
  for (int64_t e = 0; e < n; e++)
    for (int32_t a = 0; a < n_choice; a++) {
      if (a == 0 || s->variant == VARIANT_TECOT)
        forward(s, theta, x + e * n_obs, a, &r);
      q[e * n_choice + a] = r.y[s->variant == VARIANT_TECOT ? 0 : a];
    }
}

static double improve(void *vs, void *scratch, int64_t n, const double *x, const double *action,
                      const double *wanted)
{
  static const ep_optimizer adam = {
    .method = EP_ADAM, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8
  };
  state *s = vs;
  double *theta = theta_of(s, false), *gradient = theta + 2 * s->n_theta, cost = 0;
  const room r = room_of(s, scratch);
  memset(gradient, 0, (size_t)s->n_theta * sizeof *gradient);
  for (int64_t e = 0; e < n; e++) {
    const int32_t a = s->variant == VARIANT_TECOT ? 0 : (int32_t)action[e];
    forward(s, theta, x + e * s->loop.n_obs, action[e], &r);
    double miss = wanted[e] - r.y[a];
    cost += miss * miss / (double)n;
    if (s->huber > 0)
      miss = miss > s->huber ? s->huber : miss < -s->huber ? -s->huber : miss;
    memset(r.pull, 0, (size_t)s->net.n_out * sizeof *r.pull);
    r.pull[a] = 2 * miss / (double)n;
    ep_perceptron_backward(&s->net, theta, r.in, r.h, r.pull, gradient, r.back);
  }
  const double rate =
      s->rate_steps > 0 ? s->rate / (1 + (double)s->loop.n_update / s->rate_steps) : s->rate;
  ep_update_vector(&adam, &s->updated, rate, s->n_theta, gradient, theta, theta + 3 * s->n_theta);
  return cost;
}

static void renew(void *vs)
{
  state *s = vs;
  memcpy(theta_of(s, true), theta_of(s, false), (size_t)s->n_theta * sizeof(double));
}

static const value_net net = { answer, improve, renew };

static void begin(void *vs, const void *cfg, const hebb_env_shape *world, const float *genome,
                  uint64_t seed)
{
  state *s = vs;
  const hebb_address weight = { .seed = seed, .purpose = VALUE_PURPOSE_WEIGHT };
  const hebb_address normal = { .seed = seed, .purpose = PURPOSE_NORMAL };
  (void)genome;
  build(cfg, world, s);
  value_begin(&s->loop, s->number, seed);
  memset(theta_of(s, false), 0, (size_t)(5 * s->n_theta) * sizeof(double));
  s->updated = (ep_progress){ 0 };
  double *theta = theta_of(s, false);
  ep_perceptron_draw(&s->net, &weight, theta);
  if (s->variant == VARIANT_TECOT) {
    const int64_t b1 = (int64_t)s->net.n_in * s->net.n_hidden, w2 = b1 + s->net.n_hidden;
    for (int64_t k = 0; k < w2 + s->net.n_hidden; k++)
      if (k < b1 || k >= w2)
        theta[k] = 0.01 * (double)hebb_normal(&normal, (uint32_t)k);
  }
  renew(s);
}

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

static const hebb_rule dqn = {
  .base = {
    HEBB_HEAD(HEBB_RULE, hebb_rule, config),
    .name = "dqn",
    .version = "1.0",
    .brief = "Deep Q-learning by backpropagation, the baseline of dqn_ep",
    .cite = "Mnih et al. 2015, Nature 518:529-533; Tecot 2018",
    .params = params,
  },
  .learner = learner,
  .begin = begin,
  .act = act,
  .learn = learn,
};

const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &dqn.base : NULL;
}
