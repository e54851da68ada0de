/* test_tecot.c - Tecot's policy by an energy, and the actor-critic it is compared with: one recorded episode of
 * CartPole, every quantity on the way from observations to the parameters after Adam's first step. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../rules/equilibrium/activation.h"
#include "../rules/equilibrium/episode.h"
#include "../rules/equilibrium/perceptron.h"
#include "../rules/equilibrium/tecot.h"
#include "../rules/equilibrium/update.h"
#include "check.h"
#include "golden_read.h"

enum { STEPS = 8, IN = 4, HIDDEN = 6, OUT = 2, MOST = 64 };

/* With Adam as both programs have it; ours climbs, theirs descends. */
static const ep_optimizer adam = {
  .method = EP_ADAM, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8
};

static golden read_of(const char *name, const char *dataset)
{
  char path[120];
  snprintf(path, sizeof path, "%s/%s", name, dataset);
  return golden_read("equilibrium.h5", path);
}

/* A dataset to out; transposed where the file has [out][in] and we [in][out]. */
static int64_t read_into(const char *name, const char *dataset, bool transposed, double *out)
{
  const golden g = read_of(name, dataset);
  const int64_t rows = g.extent[0], cols = g.rank == 2 ? g.extent[1] : 1, n = g.n;
  for (int64_t i = 0; i < rows; i++)
    for (int64_t j = 0; j < cols; j++)
      out[transposed ? j * rows + i : i * cols + j] = g.value[i * cols + j];
  free(g.value);
  return n;
}

static void same(const char *name, const char *dataset, bool transposed, const double *ours,
                 double tolerance)
{
  double theirs[MOST], most = 0;
  const int64_t n = read_into(name, dataset, transposed, theirs);
  for (int64_t k = 0; k < n; k++)
    most = ours[k] == theirs[k] ? most : fmax(most, fabs(ours[k] - theirs[k]));
  if (!(most <= tolerance))
    printf(" %s off by %g ", dataset, most);
  CU_ASSERT(most <= tolerance);
}

static void descend(int64_t n, double *gradient, double *theta)
{
  ep_progress progress = { 0 };
  double moment[4 * MOST] = { 0 };
  for (int64_t k = 0; k < n; k++)
    gradient[k] = -gradient[k];
  ep_update_vector(&adam, &progress, 0.03, n, gradient, theta, moment);
}

static void energy_actor(void)
{
  static const char *const name = "tecot_policy_ep_episode";
  static const char *const part[] = { "W1", "W2", "b0", "b1", "b2" };
  const ep_tecot actor = { IN, HIDDEN, OUT };
  const ep_perceptron critic = { IN, HIDDEN, 1 };
  double x[STEPS * IN], action[STEPS], theta[MOST], value_theta[MOST], room[MOST];
  double reward[STEPS], g[STEPS], drive[HIDDEN], hidden[STEPS * HIDDEN], output[STEPS * OUT];
  double p[STEPS * OUT], logp[STEPS], energy[STEPS], value[STEPS], advantage[STEPS], loss[STEPS];
  double gradient[MOST] = { 0 }, hebbian[MOST] = { 0 }, value_gradient[MOST] = { 0 }, h[HIDDEN];
  read_into(name, "S", false, x);
  read_into(name, "actions", false, action);
  int64_t at[6] = { 0 };
  for (int k = 0; k < 5; k++)
    at[k + 1] = at[k] + read_into(name, part[k], false, theta + at[k]);
  CU_ASSERT_EQUAL_FATAL(at[5], ep_tecot_size(&actor));
  int64_t end = read_into(name, "V1", true, value_theta);
  end += read_into(name, "v1", false, value_theta + end);
  end += read_into(name, "V2", true, value_theta + end);
  end += read_into(name, "v2", false, value_theta + end);
  CU_ASSERT_EQUAL_FATAL(end, ep_perceptron_size(&critic));

  for (int t = 0; t < STEPS; t++)
    reward[t] = 1;
  ep_returns(STEPS, 0.99, reward, g);
  same(name, "returns", false, g, 1e-12);
  ep_normalise(STEPS, g);
  same(name, "returns_norm", false, g, 1e-12);
  for (int t = 0; t < STEPS; t++) {
    const double *at_t = x + t * IN;
    double *o = output + t * OUT;
    ep_tecot_forward(&actor, theta, at_t, drive, hidden + t * HIDDEN, o);
    energy[t] = ep_tecot_energy(&actor, theta, at_t, hidden + t * HIDDEN, o, room);
    ep_softmax(OUT, o, p + t * OUT);
    logp[t] = log(p[t * OUT + (int)action[t]]);
    ep_perceptron_forward(&critic, value_theta, at_t, h, &value[t]);
    advantage[t] = g[t] - value[t];
    loss[t] = -logp[t] * advantage[t];
    ep_tecot_gradient(&actor, theta, at_t, drive, hidden + t * HIDDEN, o, loss[t], false, gradient,
                      room);
    ep_tecot_gradient(&actor, theta, at_t, drive, hidden + t * HIDDEN, o, loss[t], true, hebbian,
                      room);
    const double pull = ep_smooth_slope(value[t] - g[t]);
    ep_perceptron_backward(&critic, value_theta, at_t, h, &pull, value_gradient, room);
  }
  same(name, "hidden", false, hidden, 1e-12);
  same(name, "output", false, output, 1e-12);
  same(name, "energy", false, energy, 1e-12);
  same(name, "probs", false, p, 1e-12);
  same(name, "logp", false, logp, 1e-12);
  same(name, "values", false, value, 1e-12);
  same(name, "adv", false, advantage, 1e-12);
  same(name, "loss", false, loss, 1e-12);
  same(name, "hebb_W1", false, hebbian, 1e-12);
  same(name, "hebb_W2", false, hebbian + at[1], 1e-12);
  for (int k = 0; k < 5; k++) {
    char dataset[10];
    snprintf(dataset, sizeof dataset, "g_%s", part[k]);
    same(name, dataset, false, gradient + at[k], 1e-12);
  }
  descend(at[5], gradient, theta);
  for (int k = 0; k < 5; k++) {
    char dataset[10];
    snprintf(dataset, sizeof dataset, "%s_new", part[k]);
    same(name, dataset, false, theta + at[k], 1e-9);
  }
  descend(end, value_gradient, value_theta);
  same(name, "V1_new", true, value_theta, 1e-9);
  same(name, "v1_new", false, value_theta + IN * HIDDEN, 1e-9);
  same(name, "V2_new", true, value_theta + IN * HIDDEN + HIDDEN, 1e-9);
  same(name, "v2_new", false, value_theta + IN * HIDDEN + 2 * HIDDEN, 1e-9);
}

/* Policy and value are the outputs of one perceptron: 0 and 1, and 2. */
static void actor_critic(void)
{
  static const char *const name = "tecot_actor_critic_episode";
  static const char *const part[] = { "affine1_weight", "affine1_bias", "head_weight",
                                      "head_bias" };
  const ep_perceptron net = { IN, HIDDEN, OUT + 1 };
  const int64_t at[] = { 0, IN * HIDDEN, IN * HIDDEN + HIDDEN, IN * HIDDEN + HIDDEN + 3 * HIDDEN };
  double x[STEPS * IN], action[STEPS], theta[MOST], gradient[MOST] = { 0 }, g[STEPS], logp[STEPS];
  double value[STEPS], h[HIDDEN], y[OUT + 1], p[OUT], room[HIDDEN];
  read_into(name, "S", false, x);
  read_into(name, "actions", false, action);
  read_into(name, "pre_affine1_weight", true, theta);
  read_into(name, "pre_affine1_bias", false, theta + at[1]);
  for (int head = 0; head < 2; head++)
    for (int k = 2; k < 4; k++) {
      char dataset[40];
      double of_head[MOST];
      snprintf(dataset, sizeof dataset, "pre_%s_%s", head ? "value" : "action", part[k]);
      const int64_t n = read_into(name, dataset, k == 2, of_head), out = head ? 1 : OUT;
      for (int64_t i = 0; i < n; i++)
        theta[at[k] + i / out * (OUT + 1) + (head ? OUT : i % out)] = of_head[i];
    }
  for (int t = 0; t < STEPS; t++)
    g[t] = 1;
  ep_returns(STEPS, 0.99, g, g);
  ep_normalise(STEPS, g);
  for (int t = 0; t < STEPS; t++) {
    const int a = (int)action[t];
    double pull[OUT + 1];
    ep_perceptron_forward(&net, theta, x + t * IN, h, y);
    ep_softmax(OUT, y, p);
    logp[t] = log(p[a]);
    value[t] = y[OUT];
    for (int j = 0; j < OUT; j++)
      pull[j] = (p[j] - (j == a)) * (g[t] - value[t]);
    pull[OUT] = ep_smooth_slope(value[t] - g[t]);
    ep_perceptron_backward(&net, theta, x + t * IN, h, pull, gradient, room);
  }
  same(name, "logp", false, logp, 1e-12);
  same(name, "values", false, value, 1e-12);
  for (int after = 0; after < 2; after++) {
    const double *ours = after ? theta : gradient;
    const double tolerance = after ? 1e-9 : 1e-12;
    if (after)
      descend(ep_perceptron_size(&net), gradient, theta);
    for (int k = 0; k < 4; k++)
      for (int head = 0; head < (k < 2 ? 1 : 2); head++) {
        char dataset[60];
        double of_head[MOST];
        const int64_t out = head ? 1 : OUT, n = k == 2 ? HIDDEN * out : out;
        snprintf(dataset, sizeof dataset, "%s_%s%s", after ? "new" : "grad",
                 k < 2  ? ""
                 : head ? "value_"
                        : "action_",
                 part[k]);
        for (int64_t i = 0; k > 1 && i < n; i++)
          of_head[i] = ours[at[k] + i / out * (OUT + 1) + (head ? OUT : i % out)];
        same(name, dataset, k % 2 == 0, k > 1 ? of_head : ours + at[k], tolerance);
      }
  }
}

int main(void)
{
  static const check_test tests[] = {
    { "policy by an energy", energy_actor },
    { "actor-critic by backpropagation", actor_critic },
  };
  return check_run("an episode of Tecot 2018", tests, sizeof tests / sizeof tests[0]);
}
