/* actor_critic.c - the actor-critic by plain backpropagation that learners of another kind are compared with.
 *
 *     h = max(0, W1 x + b1), pi = softmax(Wp h + bp), V = wv h + bv: one trunk, two heads
 *     an episode     minimise sum_t -log pi(a_t) (G_t - V(s_t)) + smooth |V(s_t) - G_t|, the advantage held constant
 *     G_t            r_t + gamma G_t+1, normalised within the episode: mean 0, deviation 1
 *
 * One Adam update an episode. It is the baseline of Tecot (2018) with its numbers as defaults, and PyTorch's
 * well-known example: fragile at this rate, some lives forget what they had learnt.
 */
#include <string.h>

#include <hebb/rule.h>

#include "actor/policy.h"
#include "equilibrium/activation.h"
#include "equilibrium/episode.h"
#include "equilibrium/perceptron.h"
#include "equilibrium/update.h"

typedef struct config {
  int64_t hidden;
  double rate, gamma, beta1, beta2, epsilon;
} config;

static const hebb_param params[] = {
  HEBB_PARAM(config, hidden, 128, 1, 65536, "1", "Hidden units of the trunk."),
  HEBB_PARAM(config, rate, 0.03, 0, 1e3, "1", "Learning rate of adam, once an episode."),
  HEBB_PARAM(config, gamma, 0.99, 0, 1, "1", "What a reward one step later is worth."),
  HEBB_PARAM(config, beta1, 0.9, 0, 0.999999, "1", "Memory of adam's mean."),
  HEBB_PARAM(config, beta2, 0.999, 0, 0.999999999, "1", "Memory of adam's mean square."),
  HEBB_PARAM(config, epsilon, 1e-8, 0, 1, "1", "Added to adam's root."),
  { 0 },
};

/* Offsets of doubles behind the state: theta, gradient, two moments; of an episode's steps x [step x obs],
   h [step x hidden], y [step x (choice + 1)]: logits and value, reward [step]; working memory. */
typedef struct places {
  int64_t theta, gradient, moment, x, h, y, reward, pull, pi, room, end;
} places;

typedef struct state {
  ep_perceptron net;
  ep_optimizer optimizer;
  ep_progress progress;
  places at;
  double rate, gamma, value;
  uint64_t seed;
  int32_t n_choice, n;
  double number[];
} state;

enum { PURPOSE_WEIGHT = 0x6163320, MOST_STEPS = 1000000 };

static int64_t take(int64_t *end, int64_t n)
{
  const int64_t at = *end;
  *end += n;
  return at;
}

/* Actions taken, [step] int32, follow the doubles. */
static void lay_out(const config *c, const hebb_env_shape *world, ep_perceptron *net, places *p)
{
  const int64_t most = world->max_steps, out = world->n_choice + 1;
  *net = (ep_perceptron){ world->n_obs, (int32_t)c->hidden, (int32_t)out };
  const int64_t size = ep_perceptron_size(net);
  p->end = 0;
  p->theta = take(&p->end, size);
  p->gradient = take(&p->end, size);
  p->moment = take(&p->end, 2 * size);
  p->x = take(&p->end, most * world->n_obs);
  p->h = take(&p->end, most * c->hidden);
  p->y = take(&p->end, most * out);
  p->reward = take(&p->end, most);
  p->pull = take(&p->end, out);
  p->pi = take(&p->end, out);
  p->room = take(&p->end, c->hidden);
}

static int32_t *actions(state *s)
{
  return (int32_t *)(void *)(s->number + s->at.end);
}

/* A named array of rows x cols, of rows (cols 0), or one number (rows 0). */
static hebb_array part(const char *name, const char *doc, const char *dims, int32_t rows,
                       int32_t cols, size_t offset)
{
  return (hebb_array){ .name = name,
                       .unit = "1",
                       .doc = doc,
                       .dims = dims,
                       .dtype = HEBB_F64,
                       .rank = rows ? cols ? 2 : 1 : 0,
                       .extent = { rows, cols },
                       .offset = offset };
}

static int learner(const void *cfg, const hebb_env_shape *world, const hebb_host *host,
                   hebb_learner_shape *shape)
{
  ep_perceptron net;
  places p;
  if (world->n_choice < 2 || world->n_choice > POLICY_MOST_CHOICES)
    return host
        ->fail(host, HEBB_EINVAL,
               "actor_critic: chooses among 2 to %d actions, this world has %s; take a world "
               "of discrete actions",
               POLICY_MOST_CHOICES, world->n_choice ? "another number" : "continuous ones");
  if (world->max_steps > MOST_STEPS)
    return host->fail(host, HEBB_EINVAL,
                      "actor_critic: keeps whole episodes, of up to %d steps; this world's have %d",
                      MOST_STEPS, (int)world->max_steps);
  lay_out(cfg, world, &net, &p);
  hebb_array *array = host->keep(host, 5 * sizeof *array);
  if (!array)
    return host->fail(host, HEBB_ENOMEM, "actor_critic: no memory");
  shape->state_size =
      sizeof(state) + (size_t)p.end * sizeof(double) + (size_t)world->max_steps * sizeof(int32_t);
  const size_t theta = offsetof(state, number) + (size_t)p.theta * sizeof(double);
  const size_t in = (size_t)net.n_in, hidden = (size_t)net.n_hidden, out = (size_t)net.n_out;
  const size_t b1 = theta + in * hidden * sizeof(double), w2 = b1 + hidden * sizeof(double);
  const size_t b2 = w2 + hidden * out * sizeof(double);
  array[0] = part("weight1", "weights of the trunk", "obs hidden", net.n_in, net.n_hidden, theta);
  array[1] = part("bias1", "biases of the trunk", "hidden", net.n_hidden, 0, b1);
  array[2] = part("weight2", "weights of the heads: logits, then the value", "hidden head",
                  net.n_hidden, net.n_out, w2);
  array[3] = part("bias2", "biases of the heads", "head", net.n_out, 0, b2);
  array[4] = part("value", "what is expected of the state", "", 0, 0, offsetof(state, value));
  shape->array = array;
  shape->n_array = 5;
  return HEBB_OK;
}

static void begin(void *vs, const void *cfg, const hebb_env_shape *world, const float *genome,
                  uint64_t seed)
{
  state *s = vs;
  const config *c = cfg;
  const hebb_address address = { .seed = seed, .purpose = PURPOSE_WEIGHT };
  (void)genome;
  lay_out(c, world, &s->net, &s->at);
  s->optimizer = (ep_optimizer){
    .method = EP_ADAM, .beta1 = c->beta1, .beta2 = c->beta2, .epsilon = c->epsilon
  };
  s->rate = c->rate;
  s->gamma = c->gamma;
  s->n_choice = world->n_choice;
  ep_perceptron_draw(&s->net, &address, s->number + s->at.theta);
}

static void start(void *vs, const float *obs, uint64_t seed)
{
  state *s = vs;
  (void)obs;
  s->seed = seed;
  s->n = 0;
}

static void act(void *vs, void *scratch, const float *obs, double *out)
{
  state *s = vs;
  const hebb_address at = { .seed = s->seed };
  const int64_t n = s->n;
  double *x = s->number + s->at.x + n * s->net.n_in, *pi = s->number + s->at.pi;
  double *y = s->number + s->at.y + n * s->net.n_out;
  (void)scratch;
  for (int32_t i = 0; i < s->net.n_in; i++)
    x[i] = (double)obs[i];
  ep_perceptron_forward(&s->net, s->number + s->at.theta, x,
                        s->number + s->at.h + n * s->net.n_hidden, y);
  ep_softmax(s->n_choice, y, pi);
  s->value = y[s->n_choice];
  actions(s)[n] = policy_draw(s->n_choice, pi, (double)hebb_uniform(&at, (uint32_t)n));
  *out = actions(s)[n];
}

static void learn(void *vs, void *scratch, const hebb_outcome *o)
{
  state *s = vs;
  (void)scratch;
  s->number[s->at.reward + s->n] = o->reward;
  s->n++;
}

static void end(void *vs, void *scratch)
{
  state *s = vs;
  double *number = s->number, *wanted = number + s->at.reward, *pull = number + s->at.pull;
  const int64_t size = ep_perceptron_size(&s->net);
  (void)scratch;
  ep_returns(s->n, s->gamma, wanted, wanted);
  ep_normalise(s->n, wanted);
  for (int32_t t = 0; t < s->n; t++) {
    const double *y = number + s->at.y + (int64_t)t * s->net.n_out;
    const double advantage = wanted[t] - y[s->n_choice];
    ep_softmax(s->n_choice, y, pull);
    for (int32_t a = 0; a < s->n_choice; a++)
      pull[a] = advantage * ((a == actions(s)[t] ? 1 : 0) - pull[a]);
    pull[s->n_choice] = ep_smooth_slope(advantage);
    ep_perceptron_backward(&s->net, number + s->at.theta,
                           number + s->at.x + (int64_t)t * s->net.n_in,
                           number + s->at.h + (int64_t)t * s->net.n_hidden, pull,
                           number + s->at.gradient, number + s->at.room);
  }
  ep_update_vector(&s->optimizer, &s->progress, s->rate, size, number + s->at.gradient,
                   number + s->at.theta, number + s->at.moment);
  memset(number + s->at.gradient, 0, (size_t)size * sizeof *number);
}

static const hebb_rule actor_critic = {
  .base = {
    .abi = HEBB_ABI,
    .size = sizeof(hebb_rule),
    .kind = HEBB_RULE,
    .config_size = sizeof(config),
    .name = "actor_critic",
    .version = "1.0",
    .brief = "Actor and critic by backpropagation, one update an episode: the baseline",
    .cite = "Konda & Tsitsiklis 2000, NIPS 12:1008-1014; numbers of Tecot 2018",
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
  return index == 0 ? &actor_critic.base : NULL;
}
