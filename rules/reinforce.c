/* reinforce.c - REINFORCE with a linear policy: the smallest learner (Williams 1992, Machine Learning 8).
 *
 *     policy       pi(a | x) = softmax(W x + b)
 *     in a step    e += d log pi(a | x) / d(W, b)
 *     at the end   (W, b) += rate (R - Rbar) / spread  e
 *                  Rbar, spread^2: running mean and variance of the episodes' returns R
 *
 * A learner owns the whole agent: this one is its weights, the sum e of an episode, and three numbers.
 * It is what a learner looks like; of what it learns expect no more than of a linear policy.
 */
#include <math.h>
#include <string.h>

#include <hebb/math.h>
#include <hebb/rng.h>
#include <hebb/rule.h>

typedef struct config {
  double rate, memory;
} config;

static const hebb_param params[] = {
  HEBB_PARAM(config, rate, 2, 0, 1e6, "1", "Learning rate, once an episode."),
  HEBB_PARAM(config, memory, 0.9, 0, 1, "1",
             "How much of the running mean and variance of returns stays after an episode."),
  { 0 },
};

/* One block without pointers: the host may move it. W and e follow: [input x choice], the last input is 1. */
typedef struct state {
  double rate, memory;
  int32_t n_obs, n_choice, n_episode;
  uint32_t n_step; /* of the episode: position of the next random number */
  uint64_t seed;
  double total, mean, variance; /* R, Rbar, spread^2 */
  float number[];
} state;

enum { MOST_CHOICES = 64 };

static size_t n_weight(const hebb_env_shape *world)
{
  return (size_t)(world->n_obs + 1) * (size_t)world->n_choice;
}

static int learner(const void *cfg, const hebb_env_shape *world, const hebb_host *host,
                   hebb_learner_shape *shape)
{
  (void)cfg;
  if (world->n_choice < 2 || world->n_choice > MOST_CHOICES)
    return host
        ->fail(host, HEBB_EINVAL,
               "reinforce: chooses among 2 to %d actions, this world has %s; take a world of "
               "discrete actions",
               MOST_CHOICES, world->n_choice ? "another number" : "continuous ones");
  hebb_array *array = host->keep(host, 2 * sizeof *array);
  if (!array)
    return host->fail(host, HEBB_ENOMEM, "reinforce: no memory");
  shape->state_size = sizeof(state) + 2 * n_weight(world) * sizeof(float);
  array[0] = (hebb_array){ .name = "policy",
                           .unit = "1",
                           .doc = "weights of the policy; the last input is always 1",
                           .dims = "policy_input choice",
                           .dtype = HEBB_F32,
                           .rank = 2,
                           .extent = { world->n_obs + 1, world->n_choice },
                           .offset = offsetof(state, number) };
  array[1] = (hebb_array){ .name = "mean_return",
                           .unit = "1",
                           .doc = "running mean of the episodes' returns",
                           .dims = "",
                           .dtype = HEBB_F64,
                           .offset = offsetof(state, mean) };
  shape->array = array;
  shape->n_array = 2;
  return HEBB_OK;
}

static void begin(void *vs, const void *cfg, const hebb_env_shape *world, const float *genome,
                  uint64_t seed)
{
  const config *c = cfg;
  state *s = vs;
  (void)genome, (void)seed; // the policy begins at chance
  s->rate = c->rate;
  s->memory = c->memory;
  s->n_obs = world->n_obs;
  s->n_choice = world->n_choice;
}

static float *weights(state *s)
{
  return s->number;
}

static float *eligibility(state *s)
{
  return s->number + (s->n_obs + 1) * s->n_choice;
}

static void start(void *vs, const float *obs, uint64_t seed)
{
  state *s = vs;
  (void)obs;
  s->seed = seed;
  s->n_step = 0;
  s->total = 0;
  memset(eligibility(s), 0, (size_t)((s->n_obs + 1) * s->n_choice) * sizeof(float));
}

/* pi(. | obs); returns what is drawn from it. */
static int32_t draw(state *s, const float *obs, float pi[MOST_CHOICES])
{
  const float *w = weights(s);
  const hebb_address at = { .seed = s->seed };
  const float u = hebb_uniform(&at, s->n_step++);
  float largest = -INFINITY, sum = 0, below = 0;
  for (int32_t a = 0; a < s->n_choice; a++) {
    pi[a] = w[s->n_obs * s->n_choice + a];
    for (int32_t i = 0; i < s->n_obs; i++)
      pi[a] += obs[i] * w[i * s->n_choice + a];
    largest = pi[a] > largest ? pi[a] : largest;
  }
  for (int32_t a = 0; a < s->n_choice; a++) {
    pi[a] = (float)hebb_exp((double)(pi[a] - largest));
    sum += pi[a];
  }
  int32_t choice = 0;
  for (int32_t a = 0; a < s->n_choice; a++) {
    pi[a] /= sum;
    choice = below <= u ? a : choice;
    below += pi[a];
  }
  return choice;
}

static void act(void *vs, void *scratch, const float *obs, double *out)
{
  state *s = vs;
  float pi[MOST_CHOICES], *e = eligibility(s);
  const int32_t choice = draw(s, obs, pi);
  (void)scratch;
  for (int32_t i = 0; i <= s->n_obs; i++)
    for (int32_t a = 0; a < s->n_choice; a++)
      e[i * s->n_choice + a] += (i < s->n_obs ? obs[i] : 1) * ((float)(a == choice) - pi[a]);
  *out = choice;
}

static void learn(void *vs, void *scratch, const hebb_outcome *o)
{
  (void)scratch;
  ((state *)vs)->total += o->reward;
}

static void end(void *vs, void *scratch)
{
  state *s = vs;
  (void)scratch;
  if (s->n_episode++ == 0)
    s->mean = s->total; // the first episode is the yardstick of the second
  const double d = s->total - s->mean;
  const float step = (float)(s->rate * d / sqrt(s->variance + d * d + 1e-12));
  for (int32_t k = 0; k < (s->n_obs + 1) * s->n_choice; k++)
    weights(s)[k] += step * eligibility(s)[k] / (float)(s->n_step ? s->n_step : 1);
  s->mean += (1 - s->memory) * d;
  s->variance = s->memory * s->variance + (1 - s->memory) * d * d;
}

static const hebb_rule reinforce = {
  .base = {
    .abi = HEBB_ABI,
    .size = sizeof(hebb_rule),
    .kind = HEBB_RULE,
    .config_size = sizeof(config),
    .name = "reinforce",
    .version = "1.0",
    .brief = "REINFORCE with a linear policy, the smallest learner",
    .cite = "Williams 1992, Machine Learning 8:229-256",
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
  return index == 0 ? &reinforce.base : NULL;
}
