/* bench_learner.c - what a step of a learner's life costs, in microseconds: the world's step, the action, and its
 * share of the updates, averaged over a life of CartPole-v1.
 *
 * policy_ep with 64 hidden units and clip (facts of the issue: at most 5), and what it is beside: the same with
 * tanh, the actor-critic by backpropagation with as many units, and the linear policy of reinforce.
 */
#include "bench.h"
#include "life.h"

enum { ROUNDS = 5, EPISODES = 300, MOST = 4 };

#define POLE(rule)                                                                                   \
  "schema = 1\n[run]\nname = \"bench\"\nseeds = 1\n[env]\nplugin = \"cartpole\"\nversion = \"v1\"\n" \
  "[rule]\n" rule                                                                                    \
  "[optimizer]\nplugin = \"none\"\n[lifetime]\nepisodes = 300\nkeep_weights = true\n"

static const struct {
  const char *name, *toml;
} subject[MOST] = {
  { "learner_policy_ep", POLE("plugin = \"policy_ep\"\nhidden = 64\nactivation = \"clip\"\n") },
  { "learner_policy_ep_tanh",
    POLE("plugin = \"policy_ep\"\nhidden = 64\nactivation = \"tanh\"\n") },
  { "learner_actor_critic", POLE("plugin = \"actor_critic\"\nhidden = 64\n") },
  { "learner_reinforce", POLE("plugin = \"reinforce\"\n") },
};

/* Microseconds a step of one life. */
static double live(life *l, int round)
{
  const rollout_seeds seeds = { .seed = 1, .individual = (uint32_t)round };
  const double begun = bench_thread_seconds();
  rollout_life(l->r, 0, l->p->genome.shape.start, &seeds, NULL);
  const double seconds = bench_thread_seconds() - begun;
  int64_t steps = 0;
  for (int32_t k = 0; k < EPISODES; k++)
    steps += l->r->episode_length[k];
  return 1e6 * seconds / (double)steps;
}

int main(void)
{
  static double value[MOST][ROUNDS];
  life l[MOST];
  bench_machine("bench_learner", NULL);
  bench_pin();
  for (int k = 0; k < MOST; k++)
    life_open(&l[k], subject[k].toml, NULL, 0);
  for (int round = 0; round < ROUNDS; round++)
    for (int k = 0; k < MOST; k++)
      value[k][round] = live(&l[k], round);
  for (int k = 0; k < MOST; k++) {
    bench_report(subject[k].name, "us", value[k], ROUNDS, k ? subject[0].name : NULL,
                 k ? value[0] : NULL);
    life_close(&l[k]);
  }
  return 0;
}
