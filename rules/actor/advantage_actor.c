/* advantage_actor.c - policy_ep, variant "advantage": the contrast of nudged phases, times the advantage.
 *
 * Steps are kept, with the free states they were taken from, until their update. An output by readout is nudged
 * through cross-entropy (Laborieux et al. 2021); softmax units within the dynamics are nudged outside their
 * activation (Kubo et al. 2022), to the same end.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "advantage.h"
#include "critic.h"
#include "keeper.h"
#include "policy.h"
#include "policy_config.h"

/* Offsets of doubles behind the state. most: steps of an update. */
typedef struct places {
  int64_t actor, critic, best; // memory of the two; the actor's best weights
  int64_t x, target, pi;       // [most x obs], [most x choice] twice
  int64_t reward, value, ends, after, advantage, wanted; // [most]
  int64_t next, square, factor; // [obs] an observation; its scale: policy.h
  int64_t recent;               // [window]
  int64_t end;
} places;

typedef struct state {
  int32_t variant;
  int32_t n_obs, n_choice, most;
  int32_t n, waiting; // steps and whole episodes that wait for their update
  int32_t n_episode;
  ep_machine m;
  critic v;
  keeper keep;
  policy_scale scale;
  advantage_size size;
  places at;
  config c;
  uint32_t n_step;
  uint64_t seed;
  double total, mean_return, best_return, entropy, residual, free_steps, rate;
  double number[];
} state;

static const char *build(const config *c, const hebb_env_shape *world, state *s)
{
  static const int32_t activation[] = { EP_CLIP,    EP_TANH,      EP_SIGMOID4,
                                        EP_SIGMOID, EP_HALF_CLIP, EP_CENTRED_CLIP };
  int32_t n[EP_MOST_LAYER];
  ep_machine *m = &s->m;
  const int32_t n_layer = (int32_t)c->layers + 2;
  const bool readout = c->output == OUTPUT_READOUT;
  const int64_t steps = c->episodes * world->max_steps;
  s->most = (int32_t)(steps < c->horizon ? steps : c->horizon);
  for (int32_t l = 0; l < n_layer; l++)
    n[l] = l == 0 ? world->n_obs : l < n_layer - 1 ? (int32_t)c->hidden : world->n_choice;
  const char *why = ep_chain(&m->network, n_layer, n, activation[c->activation],
                             readout ? EP_LINEAR : EP_SOFTMAX, readout, false, 0);
  if (why)
    return why;
  m->dynamics.kind = c->dynamics != DYNAMICS_AUTOMATIC ? c->dynamics - DYNAMICS_FIRST
                     : readout                         ? EP_ASYNCHRONOUS
                                                       : EP_LEAKY;
  m->dynamics.nudge_outside = !readout;
  m->dynamics.dt = c->dt;
  m->dynamics.tolerance = c->tolerance;
  m->nudging.estimator = c->estimator;
  m->nudging.beta = c->beta;
  m->optimizer = (ep_optimizer){
    .method = EP_ADAM, .bias_factor = 1, .beta1 = c->beta1, .beta2 = c->beta2, .epsilon = c->epsilon
  };
  m->cost = readout ? EP_CROSS_ENTROPY : EP_SQUARED;
  m->initial = c->initial;
  m->gain = c->gain;
  m->n_example = s->most;
  m->free_steps = (int32_t)c->free_steps;
  m->nudged_steps = (int32_t)c->nudged_steps;
  s->v.kind = c->critic;
  s->v.passes = (int32_t)c->critic_passes;
  s->v.rate = c->critic_rate;
  s->v.net = (ep_perceptron){ world->n_obs, (int32_t)c->critic_hidden, 1 };
  s->v.optimizer = m->optimizer;
  s->v.optimizer.epsilon = 1e-8;
  why = ep_plan(m);
  return why ? why : critic_plan(&s->v, s->most);
}

static int64_t take(int64_t *end, int64_t n)
{
  const int64_t at = *end;
  *end += n;
  return at;
}

static void lay_out(const config *c, const hebb_env_shape *world, state *s)
{
  places *p = &s->at;
  const int64_t most = s->most, obs = world->n_obs, choice = world->n_choice;
  p->end = 0;
  p->actor = take(&p->end, s->m.n_memory);
  p->critic = take(&p->end, s->v.n_memory);
  p->best = take(&p->end, s->m.network.n_parameter);
  p->x = take(&p->end, most * obs);
  p->next = take(&p->end, obs);
  p->square = take(&p->end, obs);
  p->factor = take(&p->end, obs);
  p->target = take(&p->end, most * choice);
  p->pi = take(&p->end, most * choice);
  p->reward = take(&p->end, most);
  p->value = take(&p->end, most);
  p->ends = take(&p->end, most);
  p->after = take(&p->end, most);
  p->advantage = take(&p->end, most);
  p->wanted = take(&p->end, most);
  p->recent = take(&p->end, c->window);
}

/* ---- named arrays ---- */

enum { N_SCALAR = 6, NAME_SIZE = 24 };
static const hebb_array scalars[N_SCALAR] = {
  { .name = "mean_return",
    .unit = "1",
    .doc = "mean return of the last episodes, as many as `window`",
    .dims = "",
    .dtype = HEBB_F64,
    .offset = offsetof(state, mean_return) },
  { .name = "best_return",
    .unit = "1",
    .doc = "the best of these means so far",
    .dims = "",
    .dtype = HEBB_F64,
    .offset = offsetof(state, best_return) },
  { .name = "entropy",
    .unit = "1",
    .doc = "mean entropy of the policy in the steps of the last update",
    .dims = "",
    .dtype = HEBB_F64,
    .offset = offsetof(state, entropy) },
  { .name = "rate",
    .unit = "1",
    .doc = "learning rate of the last update",
    .dims = "",
    .dtype = HEBB_F64,
    .offset = offsetof(state, rate) },
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
};

/* Weights and biases of every layer beside the scalars. */
static int list_arrays(const state *s, const hebb_host *host, hebb_learner_shape *shape)
{
  const ep_network *net = &s->m.network;
  const size_t head = offsetof(state, number) + (size_t)(s->at.actor + s->m.theta) * sizeof(double);
  const size_t most = N_SCALAR + 2 * EP_MOST_LAYER;
  hebb_array *array = host->keep(host, most * sizeof *array);
  char(*name)[NAME_SIZE] = host->keep(host, 2 * most * sizeof *name);
  int32_t n = N_SCALAR;
  if (!array || !name)
    return host->fail(host, HEBB_ENOMEM, "policy_ep: no memory");
  memcpy(array, scalars, sizeof scalars);
  for (int32_t k = 0; k < net->n_link; k++) {
    const ep_link *link = &net->link[k];
    snprintf(name[2 * n], NAME_SIZE, "weight%d", link->to);
    snprintf(name[2 * n + 1], NAME_SIZE, "layer%d layer%d", link->from, link->to);
    array[n] = (hebb_array){ .name = name[2 * n],
                             .unit = "1",
                             .doc = "weights from the layer below",
                             .dims = name[2 * n + 1],
                             .dtype = HEBB_F64,
                             .rank = 2,
                             .extent = { net->layer[link->from].n, net->layer[link->to].n },
                             .offset = head + (size_t)link->weight * sizeof(double) };
    n++;
  }
  for (int32_t l = 1; l < net->n_layer; l++) {
    snprintf(name[2 * n], NAME_SIZE, "bias%d", l);
    snprintf(name[2 * n + 1], NAME_SIZE, "layer%d", l);
    array[n] = (hebb_array){ .name = name[2 * n],
                             .unit = "1",
                             .doc = "biases of the layer",
                             .dims = name[2 * n + 1],
                             .dtype = HEBB_F64,
                             .rank = 1,
                             .extent = { net->layer[l].n },
                             .offset = head + (size_t)net->layer[l].bias * sizeof(double) };
    n++;
  }
  shape->array = array;
  shape->n_array = n;
  return HEBB_OK;
}

int advantage_learner(const config *cfg, const hebb_env_shape *world, const hebb_host *host,
                      hebb_learner_shape *shape)
{
  state s = { 0 };
  const char *why = build(cfg, world, &s);
  if (why)
    return host->fail(host, HEBB_EINVAL, "policy_ep: %s", why);
  lay_out(cfg, world, &s);
  shape->state_size = sizeof(state) + (size_t)s.at.end * sizeof(double);
  shape->scratch_size =
      (size_t)(s.m.n_scratch > s.v.n_scratch ? s.m.n_scratch : s.v.n_scratch) * sizeof(double);
  return list_arrays(&s, host, shape);
}

void advantage_begin(void *vs, const config *cfg, const hebb_env_shape *world, uint64_t seed)
{
  state *s = vs;
  s->c = *cfg;
  build(cfg, world, s); // refused before if it can be
  lay_out(cfg, world, s);
  s->n_obs = world->n_obs;
  s->n_choice = world->n_choice;
  s->keep.window = (int32_t)s->c.window;
  s->keep.fall = s->c.fall;
  s->scale.n = s->n_obs;
  for (int32_t i = 0; i < s->n_obs; i++)
    s->number[s->at.factor + i] = 1;
  ep_begin(&s->m, s->number + s->at.actor, seed);
  critic_begin(&s->v, s->number + s->at.critic, seed);
}

void advantage_start(void *vs, uint64_t seed)
{
  state *s = vs;
  s->seed = seed;
  s->n_step = 0;
  s->total = 0;
}

static void see(const state *s, const float *obs, double *x)
{
  for (int32_t i = 0; i < s->n_obs; i++)
    x[i] = (double)obs[i] * s->number[s->at.factor + i];
}

void advantage_act(void *vs, void *scratch, const float *obs, double *out)
{
  state *s = vs;
  const places *p = &s->at;
  const hebb_address at = { .seed = s->seed };
  double *x = s->number + p->x + (int64_t)s->n * s->n_obs, *memory = s->number + p->actor;
  double *pi = s->number + p->pi + (int64_t)s->n * s->n_choice;
  double *target = s->number + p->target + (int64_t)s->n * s->n_choice;
  see(s, obs, x);
  if (s->c.scale == SCALE_RUNNING)
    policy_measure(&s->scale, s->number + p->square, obs);
  ep_free(&s->m, memory, scratch, s->n, 1, x, NULL, false);
  s->residual = s->m.free_settled.residual;
  s->free_steps = (double)s->m.free_settled.steps;
  const double *answer = ep_answer(&s->m, memory, s->n);
  if (s->m.cost == EP_CROSS_ENTROPY)
    ep_softmax(s->n_choice, answer, pi);
  else
    memcpy(pi, answer, (size_t)s->n_choice * sizeof *pi);
  const int32_t choice = policy_draw(s->n_choice, pi, (double)hebb_uniform(&at, s->n_step++));
  ep_target_action(s->n_choice, choice, target);
  *out = choice;
}

/* Where entropy counts: what the output is drawn to, with a weight, so that weight (target - pi) is the gradient of
   A log pi(a) + entropy H by the logits. */
static void add_entropy(const state *s, int32_t t, double *target, double *weight)
{
  const double *pi = s->number + s->at.pi + (int64_t)t * s->n_choice;
  const double h = policy_entropy(s->n_choice, pi);
  double largest = 0;
  for (int32_t a = 0; a < s->n_choice; a++) {
    const double log_pi = pi[a] > 1e-300 ? hebb_log(pi[a]) : -690;
    target[a] = *weight * (target[a] - pi[a]) - s->c.entropy * pi[a] * (log_pi + h);
    largest = fmax(largest, fabs(target[a]));
  }
  *weight = fmax(largest, 1e-12);
  for (int32_t a = 0; a < s->n_choice; a++)
    target[a] = pi[a] + target[a] / *weight;
}

static void update(state *s, double *scratch)
{
  const places *p = &s->at;
  double *number = s->number, *advantage = number + p->advantage;
  const config *c = &s->c;
  const advantage_steps steps = { s->n, number + p->reward, number + p->value, number + p->ends,
                                  number + p->after };
  double pace = 1;
  if (s->n == 0)
    return;
  if (c->anneal > 0)
    pace = fmax(c->floor, 1 - (double)s->n_episode / (double)c->anneal);
  critic_values(&s->v, number + p->critic, scratch, s->n, number + p->x, number + p->value);
  advantage_find(&steps, c->gamma, c->lambda, advantage, number + p->wanted);
  advantage_normalise(c->norm, c->norm_memory, &s->size, s->n, advantage);
  if (c->entropy > 0)
    for (int32_t t = 0; t < s->n; t++)
      add_entropy(s, t, number + p->target + (int64_t)t * s->n_choice, advantage + t);
  const ep_goal goal = { .cost = s->m.cost, .target = number + p->target, .weight = advantage };
  s->rate = c->rate * pace;
  s->entropy = 0;
  for (int32_t t = 0; t < s->n; t++)
    s->entropy += policy_entropy(s->n_choice, number + p->pi + (int64_t)t * s->n_choice) / s->n;
  for (int32_t l = 1; l < s->m.network.n_layer; l++)
    s->m.optimizer.rate[l] = s->rate;
  ep_nudged(&s->m, number + p->actor, scratch, s->n, &goal);
  ep_learn(&s->m, number + p->actor);
  critic_learn(&s->v, number + p->critic, scratch, s->n, number + p->x, number + p->wanted, pace);
  if (c->scale == SCALE_RUNNING)
    policy_factors(&s->scale, number + p->square, number + p->factor);
  s->n = 0;
  s->waiting = 0;
}

void advantage_learn(void *vs, void *scratch, const hebb_outcome *o)
{
  state *s = vs;
  const places *p = &s->at;
  const bool full = s->n + 1 == s->most;
  double *after = s->number + p->after + s->n;
  const double unit = s->c.gamma < 1 ? 1 - s->c.gamma : 1; // values are means of rewards to come
  s->number[p->reward + s->n] = unit * o->reward;
  s->number[p->ends + s->n] = o->done != HEBB_RUNNING;
  *after = 0;
  if ((o->done == HEBB_TRUNCATED && s->c.timeout == TIMEOUT_BOOTSTRAP) ||
      (o->done == HEBB_RUNNING && full)) {
    see(s, o->obs, s->number + p->next);
    critic_values(&s->v, s->number + p->critic, scratch, 1, s->number + p->next, after);
  }
  s->total += o->reward;
  s->n++;
  if (full && o->done == HEBB_RUNNING)
    update(s, scratch);
}

void advantage_end(void *vs, void *scratch)
{
  state *s = vs;
  double *theta = s->number + s->at.actor + s->m.theta, *best = s->number + s->at.best;
  const size_t n = (size_t)s->m.network.n_parameter * sizeof *theta;
  s->n_episode++;
  const enum keeper_advice advice = keeper_count(&s->keep, s->number + s->at.recent, s->total);
  s->mean_return = s->keep.mean;
  s->best_return = s->keep.best;
  if (advice == KEEPER_SAVE)
    memcpy(best, theta, n);
  if (advice == KEEPER_RESTORE) {
    memcpy(theta, best, n);
    memset(s->number + s->at.actor + s->m.moment, 0, 2 * n);
    s->m.progress = (ep_progress){ 0 };
    ep_changed(&s->m, s->number + s->at.actor);
    s->n = 0;
    s->waiting = 0;
    return;
  }
  if (++s->waiting >= s->c.episodes || s->n == s->most)
    update(s, scratch);
}
