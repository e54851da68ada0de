/* test_policy_ep.c - policies by equilibrium propagation: the update is the policy gradient, which finite
 * differences of log pi at the network's own equilibrium tell too; advantages; the best weights; CartPole. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../rules/actor/advantage.h"
#include "../rules/actor/keeper.h"
#include "check.h"
#include "loader.h"
#include "param.h"
#include "rollout.h"

enum { N_OBS = 3, N_CHOICE = 3, STEPS = 6, MOST_LAYER = 4, MOST_UNIT = 8, MOST_WEIGHT = 128 };

static error why;
static host_services services;

/* ---- a network of our own, to its equilibrium ---- */

/* Layers n[0 .. last]; the last is read (readout), or of softmax units within the dynamics. */
typedef struct net {
  int last, n[MOST_LAYER];
  bool readout;
  double w[MOST_LAYER][MOST_UNIT * MOST_UNIT],
      b[MOST_LAYER][MOST_UNIT]; /* [l] into layer l, [from x to] */
} net;

static void softmax(int n, double *z)
{
  double sum = 0;
  for (int j = 0; j < n; j++)
    sum += z[j] = exp(z[j]);
  for (int j = 0; j < n; j++)
    z[j] /= sum;
}

static double log_pi(const net *m, const float *obs, int action)
{
  double s[MOST_LAYER][MOST_UNIT] = { { 0 } };
  for (int i = 0; i < m->n[0]; i++)
    s[0][i] = (double)obs[i];
  for (int sweep = 0; sweep < 400; sweep++)
    for (int l = 1; l <= m->last; l++) {
      const bool last = l == m->last, back = !last && !(m->readout && l + 1 == m->last);
      double u[MOST_UNIT];
      for (int j = 0; j < m->n[l]; j++) {
        u[j] = m->b[l][j];
        for (int i = 0; i < m->n[l - 1]; i++)
          u[j] += s[l - 1][i] * m->w[l][i * m->n[l] + j];
        for (int k = 0; back && k < m->n[l + 1]; k++)
          u[j] += s[l + 1][k] * m->w[l + 1][j * m->n[l + 1] + k];
        u[j] = last ? u[j] : tanh(u[j]);
      }
      if (last)
        softmax(m->n[l], u);
      memcpy(s[l], u, sizeof u);
    }
  return log(s[m->last][action]);
}

/* ---- a life of six steps ---- */

typedef struct life {
  const hebb_rule *rule;
  void *config, *state, *scratch;
  hebb_learner_shape shape;
} life;

static void set(const life *l, const char *key, const char *text)
{
  const hebb_param *row = param_find(l->rule->base.params, key);
  CU_ASSERT_PTR_NOT_NULL_FATAL(row);
  const int status = row->type == HEBB_TYPE_CHOICE ? param_set_text(row, l->config, text, "", &why)
                     : row->type == HEBB_TYPE_INTEGER
                         ? param_set_integer(row, l->config, 0, strtol(text, NULL, 10), "", &why)
                         : param_set_real(row, l->config, 0, strtod(text, NULL), "", &why);
  CU_ASSERT_FATAL(status == 0);
}

static void begin(life *l, const char *const *settings)
{
  const hebb_env_shape place = {
    .size = sizeof place, .n_obs = N_OBS, .n_act = 1, .n_choice = N_CHOICE, .max_steps = STEPS
  };
  loaded found;
  why = (error){ 0 };
  host_services_init(&services, "policy_ep", &why);
  CU_ASSERT_FATAL(loader_open("policy_ep", HEBB_RULE, NULL, &found, &why) == 0);
  *l = (life){ .rule = (const hebb_rule *)found.plugin, .shape = { .size = sizeof l->shape } };
  l->config = calloc(1, found.plugin->config_size);
  param_defaults(found.plugin->params, l->config);
  for (; settings[0]; settings += 2)
    set(l, settings[0], settings[1]);
  CU_ASSERT_FATAL(l->rule->learner(l->config, &place, &services.host, &l->shape) == HEBB_OK);
  l->state = calloc(1, l->shape.state_size);
  l->scratch = calloc(1, l->shape.scratch_size);
  l->rule->begin(l->state, l->config, &place, NULL, 7);
}

static void finish(life *l)
{
  free(l->scratch);
  free(l->state);
  free(l->config);
}

static double *array(const life *l, const char *what, int layer, int *n)
{
  char name[16];
  snprintf(name, sizeof name, "%s%d", what, layer);
  for (int32_t k = 0; k < l->shape.n_array; k++) {
    const hebb_array *a = &l->shape.array[k];
    if (strcmp(a->name, name) == 0) {
      *n = a->extent[0] * (a->rank == 2 ? a->extent[1] : 1);
      return (double *)(void *)((char *)l->state + a->offset);
    }
  }
  return NULL;
}

/* All weights and biases in a row; how many. */
static int theta_of(const life *l, int last, double *theta)
{
  int count = 0, n = 0;
  for (int layer = 1; layer <= last; layer++)
    for (int bias = 0; bias < 2; bias++) {
      const double *a = array(l, bias ? "bias" : "weight", layer, &n);
      CU_ASSERT_FATAL(a && count + n <= MOST_WEIGHT);
      memcpy(theta + count, a, (size_t)n * sizeof *a);
      count += n;
    }
  return count;
}

static const float seen[STEPS + 1][N_OBS] = { { 0.5F, -0.3F, 0.8F }, { -0.9F, 0.4F, 0.1F },
                                              { 0.2F, 0.7F, -0.6F }, { -0.4F, -0.8F, 0.3F },
                                              { 0.9F, 0.1F, -0.2F }, { 0.3F, -0.5F, -0.7F },
                                              { 0.1F, 0.1F, 0.1F } };
static const double reward[STEPS] = { 0.3, -0.7, 1.1, 0.2, -0.5, 0.9 };

/* An episode; what was done in it. */
static void play(const life *l, bool rewarded, int *action)
{
  l->rule->start(l->state, seen[0], 3);
  for (int t = 0; t < STEPS; t++) {
    double act;
    const hebb_outcome o = { .size = sizeof o,
                             .reward = rewarded ? reward[t] : 0,
                             .obs = seen[t + 1],
                             .done = t == STEPS - 1 ? HEBB_TERMINATED : HEBB_RUNNING,
                             .context = -1 };
    l->rule->act(l->state, l->scratch, seen[t], &act);
    l->rule->learn(l->state, l->scratch, &o);
    action[t] = (int)act;
  }
  l->rule->end(l->state, l->scratch);
}

/* An episode; the change of theta by its update. Adam's first step with epsilon = 1, rate 1 is g / (|g| + 1). */
static int update_of(const char *const *settings, int last, bool rewarded, int *action,
                     double *before, double *gradient)
{
  life l;
  double after[MOST_WEIGHT];
  begin(&l, settings);
  const int n = theta_of(&l, last, before);
  play(&l, rewarded, action);
  theta_of(&l, last, after);
  for (int k = 0; k < n; k++) {
    const double d = after[k] - before[k];
    gradient[k] = d / (1 - fabs(d));
  }
  finish(&l);
  return n;
}

static void net_of(net *m, int last, bool readout, const double *theta)
{
  *m = (net){ .last = last,
              .readout = readout,
              .n = { N_OBS, 5, last == 2 ? N_CHOICE : 5, N_CHOICE } };
  for (int l = 1; l <= last; l++) {
    memcpy(m->w[l], theta, (size_t)(m->n[l - 1] * m->n[l]) * sizeof *theta);
    theta += m->n[l - 1] * m->n[l];
    memcpy(m->b[l], theta, (size_t)m->n[l] * sizeof *theta);
    theta += m->n[l];
  }
}

/* sum_t G_t d log pi(a_t) / d theta_k / STEPS, by central differences */
static double slope(int last, bool readout, const double *theta, int k, const int *action)
{
  const double h = 1e-5, gamma = 0.9;
  double moved[MOST_WEIGHT], sum = 0, g = 0;
  net m[2];
  memcpy(moved, theta, sizeof moved);
  for (int side = 0; side < 2; side++) {
    moved[k] = theta[k] + (side ? -h : h);
    net_of(&m[side], last, readout, moved);
  }
  for (int t = STEPS - 1; t >= 0; t--) {
    g = (1 - gamma) * reward[t] + gamma * g;
    sum += g * (log_pi(&m[0], seen[t], action[t]) - log_pi(&m[1], seen[t], action[t])) / (2 * h);
  }
  return sum / STEPS;
}

/* The update with rewards less that without, where the critic's part is the same, against finite differences.
   Returns the largest difference over the largest slope. */
static double compare(int last, bool readout, const char *output, const char *layers,
                      const char *estimator, const char *beta)
{
  const char *const settings[] = {
    "activation", "tanh",    "output", output, "layers",     layers, "hidden",       "5",
    "estimator",  estimator, "beta",   beta,   "gamma",      "0.9",  "lambda",       "1",
    "norm",       "none",    "scale",  "none", "rate",       "1",    "epsilon",      "1",
    "tolerance",  "1e-13",   "dt",     "0.5",  "free_steps", "2000", "nudged_steps", "2000",
    "initial",    "fan_in",  NULL
  };
  double theta[MOST_WEIGHT] = { 0 }, with[MOST_WEIGHT], without[MOST_WEIGHT], worst = 0, most = 0;
  int action[STEPS], again[STEPS];
  const int n = update_of(settings, last, true, action, theta, with);
  update_of(settings, last, false, again, theta, without);
  CU_ASSERT_EQUAL(memcmp(action, again, sizeof action), 0);
  for (int k = 0; k < n; k++) {
    const double wanted = slope(last, readout, theta, k, action);
    worst = fmax(worst, fabs(with[k] - without[k] - wanted));
    most = fmax(most, fabs(wanted));
  }
  return worst / most;
}

static void policy_gradient(void)
{
  const double one = compare(2, true, "readout", "1", "symmetric", "0.01");
  const double two = compare(3, true, "readout", "2", "symmetric", "0.01");
  const double soft = compare(2, false, "softmax", "1", "symmetric", "0.01");
  const double side = compare(2, true, "readout", "1", "one_sided", "0.001");
  const double coarse = compare(3, true, "readout", "2", "symmetric", "0.04");
  printf("\n  relative error: readout %.1e, two layers %.1e, softmax units %.1e, one-sided %.1e ",
         one, two, soft, side);
  CU_ASSERT(one < 3e-4);
  CU_ASSERT(two < 3e-4);
  CU_ASSERT(soft < 3e-4);
  CU_ASSERT(side < 5e-3);
  CU_ASSERT(coarse / two > 12 && coarse / two < 20); // of order beta^2
}

/* Two episodes fill what the horizon has room for: they are learnt from before the third overwrites what follows. */
static void full_horizon(void)
{
  const char *const settings[] = { "hidden", "5", "episodes", "4", "horizon", "12", NULL };
  life l;
  double before[MOST_WEIGHT] = { 0 }, after[MOST_WEIGHT] = { 0 };
  int action[STEPS];
  begin(&l, settings);
  theta_of(&l, 2, before);
  play(&l, true, action);
  theta_of(&l, 2, after);
  CU_ASSERT_EQUAL(memcmp(before, after, sizeof before), 0); // four episodes are waited for
  play(&l, true, action);
  theta_of(&l, 2, after);
  CU_ASSERT_NOT_EQUAL(memcmp(before, after, sizeof before), 0);
  play(&l, true, action);
  finish(&l);
}

static void advantages(void)
{
  const double r[] = { 1, 2, 3, 4 }, v[] = { 0.5, 1, -1, 2 };
  const double ends[] = { 0, 1, 0, 0 }, after[] = { 0, 0, 0, 10 };
  const advantage_steps steps = { 4, r, v, ends, after };
  double a[4], wanted[4];
  advantage_find(&steps, 0.5, 0.5, a, wanted);
  const double d[] = { 1 + 0.5 * 1 - 0.5, 2 - 1, 3 + 0.5 * 2 + 1, 4 + 0.5 * 10 - 2 };
  CU_ASSERT_DOUBLE_EQUAL(a[1], d[1], 1e-15); // ended by itself
  CU_ASSERT_DOUBLE_EQUAL(a[0], d[0] + 0.25 * d[1], 1e-15);
  CU_ASSERT_DOUBLE_EQUAL(a[3], d[3], 1e-15); // the critic goes on where time cut
  CU_ASSERT_DOUBLE_EQUAL(a[2], d[2] + 0.25 * d[3], 1e-15);
  CU_ASSERT_DOUBLE_EQUAL(wanted[2], a[2] + v[2], 1e-15);
  advantage_size size = { 0 };
  double b[] = { 3, -4 };
  advantage_normalise(ADVANTAGE_RUNNING, 0.9, &size, 2, b);
  CU_ASSERT_DOUBLE_EQUAL(b[0], 3 / sqrt(12.5), 1e-12);
}

static void best_weights(void)
{
  keeper k = { .window = 2, .fall = 0.5 };
  double recent[2];
  CU_ASSERT_EQUAL(keeper_count(&k, recent, 10), KEEPER_GO_ON);
  CU_ASSERT_EQUAL(keeper_count(&k, recent, 20), KEEPER_SAVE);
  CU_ASSERT_EQUAL(keeper_count(&k, recent, 100), KEEPER_SAVE); // 60
  CU_ASSERT_EQUAL(keeper_count(&k, recent, 0),
                  KEEPER_GO_ON); // 50: less than half of 60 - 15 is lost
  CU_ASSERT_EQUAL(keeper_count(&k, recent, 20), KEEPER_RESTORE); // 10
  CU_ASSERT_EQUAL(keeper_count(&k, recent, 20), KEEPER_GO_ON);   // the window begins anew
}

/* ---- CartPole ---- */

/* A life of 300 episodes of CartPole-v0: mean return of the first and last 50. */
static void balance(const char *rule, double *first, double *last)
{
  char toml[512];
  experiment *e;
  plan *p;
  rollout *r;
  snprintf(
      toml, sizeof toml,
      "schema = 1\n[run]\nname = \"t\"\nseeds = 1\n[env]\nplugin = \"cartpole\"\nversion = \"v0\"\n"
      "[rule]\n%s[optimizer]\nplugin = \"none\"\n[lifetime]\nepisodes = 300\nkeep_weights = true\n",
      rule);
  why = (error){ 0 };
  CU_ASSERT_FATAL(experiment_load_text(toml, "t", NULL, NULL, 0, &e, &why) == EXIT_FINE);
  CU_ASSERT_FATAL(plan_open(e, &p, &why) == EXIT_FINE);
  CU_ASSERT_FATAL(rollout_new(p, 1, &r, &why) == EXIT_FINE);
  const rollout_seeds seeds = { .seed = 5 };
  rollout_life(r, 0, p->genome.shape.start, &seeds, NULL);
  *first = *last = 0;
  for (int k = 0; k < 50; k++) {
    *first += r->episode_return[k] / 50;
    *last += r->episode_return[250 + k] / 50;
  }
  rollout_free(r);
  plan_close(p);
  experiment_free(e);
}

static void cartpole(void)
{
  double first, last;
  balance("plugin = \"policy_ep\"\n", &first, &last);
  CU_ASSERT(first < 60 && last > 180);
  balance("plugin = \"policy_ep\"\nhidden = 32\noutput = \"softmax\"\ncritic = \"equilibrium\"\n",
          &first, &last);
  printf("\n  softmax units, critic by equilibrium propagation: %.1f -> %.1f ", first, last);
  CU_ASSERT(last > 100);
  balance("plugin = \"actor_critic\"\nrate = 0.01\n", &first, &last);
  printf("\n  actor_critic: %.1f -> %.1f ", first, last);
  CU_ASSERT(last > 100);
  balance(
      "plugin = \"policy_ep\"\nvariant = \"tecot\"\nhidden = 128\nrate = 0.03\ncritic_rate = 0.03\n",
      &first, &last);
  printf("\n  the published actor: %.1f -> %.1f ", first, last);
  CU_ASSERT(last < 100);
}

int main(void)
{
  const check_test tests[] = {
    { "the update is the policy gradient", policy_gradient },
    { "a full horizon", full_horizon },
    { "advantages", advantages },
    { "the best weights", best_weights },
    { "CartPole", cartpole },
  };
  return check_run("policy_ep", tests, sizeof tests / sizeof tests[0]);
}
