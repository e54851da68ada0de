/* tecot_actor.c - policy_ep, variant "tecot": the energy actor of Tecot (2018) as its program has it.
 *
 *     act      o = h W2 + b2, h = clip(x W1 + b1, 0, 1), once forward; a from softmax(o)
 *     end      Gn: discounted returns normalised within the episode; advantage_t = Gn_t - V(s_t);
 *              loss_t = -log pi(a_t) advantage_t, held constant; Adam on sum_t Phi_t loss_t, Phi = -E
 *              (rules/equilibrium/tecot.h); the critic towards Gn by the smooth absolute error
 *
 * It is here to be compared with. On CartPole it stays where chance is, as the program does when run again.
 */
#include <math.h>
#include <string.h>

#include "../equilibrium/activation.h"
#include "../equilibrium/episode.h"
#include "../equilibrium/tecot.h"
#include "critic.h"
#include "policy.h"
#include "policy_config.h"

enum { PURPOSE_WEIGHT = 0x6163330, MOST_STEPS = 1000000 };

/* Offsets of doubles behind the state: of the actor and the critic, then x [step x obs], log pi(a), reward, V, Gn
   [step], and working memory. */
typedef struct places {
  int64_t theta, gradient, moment, critic, x, log_pi, reward, value, wanted;
  int64_t drive, h, o, pi, room, end;
} places;

typedef struct state {
  int32_t variant, most, n;
  bool hebbian;
  ep_tecot net;
  critic v;
  ep_progress progress;
  places at;
  double rate, gamma, energy;
  uint64_t seed;
  double number[];
} state;

static int64_t take(int64_t *end, int64_t n)
{
  const int64_t at = *end;
  *end += n;
  return at;
}

static void lay_out(const config *c, const hebb_env_shape *world, state *s)
{
  places *p = &s->at;
  s->most = world->max_steps;
  s->net = (ep_tecot){ world->n_obs, (int32_t)c->hidden, world->n_choice };
  s->v.kind = CRITIC_BACKPROPAGATION;
  s->v.passes = 1;
  s->v.smooth = true;
  s->v.rate = c->critic_rate;
  s->v.net = (ep_perceptron){ world->n_obs, (int32_t)c->critic_hidden, 1 };
  s->v.optimizer = (ep_optimizer){
    .method = EP_ADAM, .beta1 = c->beta1, .beta2 = c->beta2, .epsilon = c->epsilon
  };
  critic_plan(&s->v, s->most); // of this kind it cannot fail
  const int64_t size = ep_tecot_size(&s->net), most = s->most;
  const int64_t n_room = s->net.n_in + 2 * (int64_t)s->net.n_hidden + 2 * (int64_t)s->net.n_out;
  p->end = 0;
  p->theta = take(&p->end, size);
  p->gradient = take(&p->end, size);
  p->moment = take(&p->end, 2 * size);
  p->critic = take(&p->end, s->v.n_memory);
  p->x = take(&p->end, most * s->net.n_in);
  p->log_pi = take(&p->end, most);
  p->reward = take(&p->end, most);
  p->value = take(&p->end, most);
  p->wanted = take(&p->end, most);
  p->drive = take(&p->end, s->net.n_hidden);
  p->h = take(&p->end, s->net.n_hidden);
  p->o = take(&p->end, s->net.n_out);
  p->pi = take(&p->end, s->net.n_out);
  p->room = take(&p->end, n_room);
}

int tecot_learner(const config *c, const hebb_env_shape *world, const hebb_host *host,
                  hebb_learner_shape *shape)
{
  state s = { 0 };
  if (world->max_steps > MOST_STEPS)
    return host->fail(host, HEBB_EINVAL,
                      "policy_ep: variant tecot keeps whole episodes, of up to %d steps; this "
                      "world's have %d",
                      MOST_STEPS, (int)world->max_steps);
  lay_out(c, world, &s);
  hebb_array *array = host->keep(host, 3 * sizeof *array);
  if (!array)
    return host->fail(host, HEBB_ENOMEM, "policy_ep: no memory");
  const size_t theta = offsetof(state, number) + (size_t)s.at.theta * sizeof(double);
  array[0] = (hebb_array){ .name = "weight1",
                           .unit = "1",
                           .doc = "weights from the observation",
                           .dims = "layer0 layer1",
                           .dtype = HEBB_F64,
                           .rank = 2,
                           .extent = { s.net.n_in, s.net.n_hidden },
                           .offset = theta };
  array[1] = (hebb_array){ .name = "weight2",
                           .unit = "1",
                           .doc = "weights to the logits",
                           .dims = "layer1 layer2",
                           .dtype = HEBB_F64,
                           .rank = 2,
                           .extent = { s.net.n_hidden, s.net.n_out },
                           .offset = theta +
                                     (size_t)s.net.n_in * (size_t)s.net.n_hidden * sizeof(double) };
  array[2] = (hebb_array){ .name = "energy",
                           .unit = "1",
                           .doc = "energy of observation, hidden and output units",
                           .dims = "",
                           .dtype = HEBB_F64,
                           .offset = offsetof(state, energy) };
  shape->state_size = sizeof(state) + (size_t)s.at.end * sizeof(double);
  shape->scratch_size = (size_t)s.v.n_scratch * sizeof(double);
  shape->array = array;
  shape->n_array = 3;
  return HEBB_OK;
}

/* Glorot's uniform weights; biases 0. */
static void draw_weights(const state *s, uint64_t seed, double *theta)
{
  const hebb_address address = { .seed = seed, .purpose = PURPOSE_WEIGHT };
  const int64_t n1 = (int64_t)s->net.n_in * s->net.n_hidden;
  const int64_t n = n1 + (int64_t)s->net.n_hidden * s->net.n_out;
  for (int64_t k = 0; k < n; k++) {
    const int32_t other = k < n1 ? s->net.n_in : s->net.n_out;
    const double bound = sqrt(6.0 / (s->net.n_hidden + other));
    theta[k] = bound * (2 * hebb_uniform_double(&address, (uint32_t)k) - 1);
  }
}

void tecot_begin(void *vs, const config *c, const hebb_env_shape *world, uint64_t seed)
{
  state *s = vs;
  lay_out(c, world, s);
  s->hebbian = c->hebbian;
  s->rate = c->rate;
  s->gamma = c->gamma;
  draw_weights(s, seed, s->number + s->at.theta);
  critic_begin(&s->v, s->number + s->at.critic, seed);
}

void tecot_start(void *vs, uint64_t seed)
{
  state *s = vs;
  s->seed = seed;
  s->n = 0;
}

void tecot_act(void *vs, void *scratch, const float *obs, double *out)
{
  state *s = vs;
  const places *p = &s->at;
  const hebb_address at = { .seed = s->seed };
  double *x = s->number + p->x + (int64_t)s->n * s->net.n_in, *theta = s->number + p->theta;
  double *h = s->number + p->h, *o = s->number + p->o, *pi = s->number + p->pi;
  (void)scratch;
  for (int32_t i = 0; i < s->net.n_in; i++)
    x[i] = (double)obs[i];
  ep_tecot_forward(&s->net, theta, x, s->number + p->drive, h, o);
  s->energy = ep_tecot_energy(&s->net, theta, x, h, o, s->number + p->room);
  ep_softmax(s->net.n_out, o, pi);
  const int32_t a = policy_draw(s->net.n_out, pi, (double)hebb_uniform(&at, (uint32_t)s->n));
  s->number[p->log_pi + s->n] = hebb_log(fmax(pi[a], 1e-300));
  *out = a;
}

void tecot_learn(void *vs, void *scratch, const hebb_outcome *o)
{
  state *s = vs;
  (void)scratch;
  s->number[s->at.reward + s->n++] = o->reward;
}

void tecot_end(void *vs, void *scratch)
{
  state *s = vs;
  const places *p = &s->at;
  double *number = s->number, *wanted = number + p->wanted, *theta = number + p->theta;
  double *drive = number + p->drive, *h = number + p->h, *o = number + p->o;
  const int64_t size = ep_tecot_size(&s->net);
  ep_returns(s->n, s->gamma, number + p->reward, wanted);
  ep_normalise(s->n, wanted);
  critic_values(&s->v, number + p->critic, scratch, s->n, number + p->x, number + p->value);
  for (int32_t t = 0; t < s->n; t++) {
    const double *x = number + p->x + (int64_t)t * s->net.n_in;
    const double loss = -number[p->log_pi + t] * (wanted[t] - number[p->value + t]);
    ep_tecot_forward(&s->net, theta, x, drive, h, o);
    // the update climbs, and Phi loss is to fall
    ep_tecot_gradient(&s->net, theta, x, drive, h, o, -loss, s->hebbian, number + p->gradient,
                      number + p->room);
  }
  ep_update_vector(&s->v.optimizer, &s->progress, s->rate, size, number + p->gradient, theta,
                   number + p->moment);
  memset(number + p->gradient, 0, (size_t)size * sizeof *number);
  critic_learn(&s->v, number + p->critic, scratch, s->n, number + p->x, wanted, 1);
}
