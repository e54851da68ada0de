/* test_tecot_learners.c - Tecot's learners of reward as a host calls them, against plain formulas step by step: DQN-EP of both
 * commits with each fault kept and mended, the DQN beside it, Reward-EP. */
#include <math.h>
#include <string.h>

#include "../rules/value/loop.h"
#include "check.h"
#include "hebb/rng.h"
#include "learner_life.h"

enum { OBS = 3, HIDDEN = 5, IN = OBS + 1, STEPS = 40 };

/* Observations, some of them negative, and rewards of a world that does not care. */
static void observe(int step, float obs[OBS])
{
  const hebb_address at = { .seed = 77, .purpose = 1 };
  for (uint32_t i = 0; i < OBS; i++)
    obs[i] = 3 * hebb_uniform(&at, (uint32_t)step * OBS + i) - 1;
}

static double reward_of(int step)
{
  return step % 3 == 0 ? 0.25 : 1;
}

static int32_t done_of(int step)
{
  return step % 11 == 10 ? HEBB_TERMINATED : step % 7 == 6 ? HEBB_TRUNCATED : HEBB_RUNNING;
}

static void same(const char *what, int step, int n, const double *ours, const double *plain)
{
  double most = 0;
  for (int k = 0; k < n; k++)
    most = fmax(most, fabs(ours[k] - plain[k]));
  if (!(most <= 1e-12))
    printf(" step %d: %s off by %g ", step, what, most);
  CU_ASSERT(most <= 1e-12);
}

static double rho(double u)
{
  return fmin(fmax(u, 0), 1);
}

/* ---- Adam, as everybody writes it ---- */

typedef struct adam {
  double m[64], v[64];
  int t;
} adam;

static void adam_step(adam *a, double rate, int n, const double *descent, double *theta)
{
  a->t++;
  for (int k = 0; k < n; k++) {
    a->m[k] = 0.9 * a->m[k] + 0.1 * descent[k];
    a->v[k] = 0.999 * a->v[k] + 0.001 * descent[k] * descent[k];
    const double m = a->m[k] / (1 - pow(0.9, a->t)), v = a->v[k] / (1 - pow(0.999, a->t));
    theta[k] -= rate * m / (sqrt(v) + 1e-8);
  }
}

/* ---- Tecot's DQN-EP ---- */

typedef struct weights {
  double w1[IN][HIDDEN], b1[HIDDEN], w2[HIDDEN], b2;
} weights;

typedef struct plain {
  weights w;
  double s[HIDDEN + 1]; /* h, q */
  adam a;               /* of the states */
} plain;

static void read_weights(const learner_life *l, weights *w)
{
  memcpy(w->w1, learner_life_array(l, "weight1"), sizeof w->w1);
  memcpy(w->b1, learner_life_array(l, "bias1"), sizeof w->b1);
  memcpy(w->w2, learner_life_array(l, "weight2"), sizeof w->w2);
  w->b2 = *learner_life_array(l, "bias2");
}

/* dF/ds of F = E + beta (q - d)^2, in the states in turn, from the definition of E */
static void relax(plain *p, const double *x, int steps, double beta, double d)
{
  while (steps-- > 0) {
    double slope[HIDDEN + 1];
    double *h = p->s, q = p->s[HIDDEN], into_q = p->w.b2;
    for (int i = 0; i < HIDDEN; i++) {
      double drive = p->w.b1[i] + p->w.w2[i] * rho(q);
      for (int k = 0; k < IN; k++)
        drive += rho(x[k]) * p->w.w1[k][i];
      slope[i] = h[i] - (h[i] >= 0 && h[i] <= 1 ? drive : 0);
      into_q += rho(h[i]) * p->w.w2[i];
    }
    slope[HIDDEN] = q - (q >= 0 && q <= 1 ? into_q : 0) + 2 * beta * (q - d);
    adam_step(&p->a, 0.1, HIDDEN + 1, slope, p->s);
  }
}

static void correlations(const plain *p, const double *x, double sign, weights *c)
{
  for (int i = 0; i < HIDDEN; i++) {
    for (int k = 0; k < IN; k++)
      c->w1[k][i] += sign * rho(x[k]) * rho(p->s[i]);
    c->b1[i] += sign * rho(p->s[i]);
    c->w2[i] += sign * rho(p->s[i]) * rho(p->s[HIDDEN]);
  }
  c->b2 += sign * rho(p->s[HIDDEN]);
}

static void input(const float *obs, int action, bool lost, double *x)
{
  for (int i = 0; i < OBS; i++)
    x[i] = lost ? 0 : (double)obs[i];
  x[OBS] = lost ? 0 : action;
}

static void values(plain *p, const float *obs, bool lost, bool shared, bool reset, int steps,
                   double q[2])
{
  double x[IN];
  for (int a = 0; a < 2; a++) {
    input(obs, a, lost, x);
    if (reset)
      memset(p->s, 0, sizeof p->s);
    relax(p, x, steps, 0, 0);
    q[a] = p->s[HIDDEN];
  }
  if (shared)
    q[0] = q[1];
}

/* A life beside one by plain formulas. Every decision is greedy. */
static int tecot_life(bool replay, bool lost, bool shared)
{
  learner_life l;
  plain p = { 0 }, target = { 0 };
  adam on_weights = { 0 };
  int ones = 0;
  const uint64_t seed = 5;
  const int free_steps = replay ? 3 : 1;
  CU_ASSERT_FATAL(
      learner_life_begin(&l, "dqn_ep", OBS, 2, seed,
                         (const char *const[]){
                             "variant", replay ? "tecot_replay" : "tecot", "hidden", "5",
                             "epsilon_first", "0", "epsilon_last", "0", "lost_input",
                             lost ? "kept" : "mended", "shared_output", shared ? "kept" : "mended",
                             // of replay: a memory of one, so that what is drawn is what was seen
                             "replay", "1", "batch", "1", "start", replay ? "3" : "0", NULL }));
  read_weights(&l, &p.w);
  for (int t = 0, updates = 0; t < STEPS; t++) {
    float obs[OBS], next[OBS];
    double q[2], x[IN];
    observe(t, obs);
    observe(t + 1, next);
    values(&p, obs, lost, shared, replay, free_steps, q);
    const int wanted = q[1] > q[0], a = learner_life_act(&l, obs);
    CU_ASSERT_EQUAL(a, wanted);
    ones += a;
    learner_life_learn(&l, next, reward_of(t), done_of(t));
    if (replay && t < 3)
      continue;
    if (updates++ % 10 == 0) { // weights and states; not the moments of the states
      target.w = p.w;
      memcpy(target.s, p.s, sizeof p.s);
    }
    values(&target, next, lost, shared, replay, free_steps, q);
    const double d = reward_of(t) + (done_of(t) ? 0 : 0.99 * fmax(q[0], q[1]));
    const hebb_address coin = { .seed = seed, .purpose = VALUE_PURPOSE_WEIGHT + 3 };
    const double beta = replay && hebb_uniform(&coin, (uint32_t)updates - 1) < 0.5F ? -0.5 : 0.5;
    weights c = { 0 };
    input(obs, a, lost, x);
    if (replay)
      memset(p.s, 0, sizeof p.s);
    relax(&p, x, free_steps, 0, 0);
    correlations(&p, x, replay ? 1 / beta : -1, &c);
    CU_ASSERT_DOUBLE_EQUAL(*learner_life_array(&l, "cost"), pow(p.s[HIDDEN] - d, 2), 1e-12);
    relax(&p, x, 1, beta, d);
    correlations(&p, x, replay ? -1 / beta : 1, &c);
    if (replay) // c descends on (F^beta - F^0) / beta
      adam_step(&on_weights, 0.01, sizeof c / sizeof(double), &c.w1[0][0], &p.w.w1[0][0]);
    for (size_t k = 0; !replay && k < sizeof c / sizeof(double); k++)
      (&p.w.w1[0][0])[k] += 0.01 * (&c.w1[0][0])[k];
    same("weight1", t, IN * HIDDEN, learner_life_array(&l, "weight1"), p.w.w1[0]);
    same("bias1", t, HIDDEN, learner_life_array(&l, "bias1"), p.w.b1);
    same("weight2", t, HIDDEN, learner_life_array(&l, "weight2"), p.w.w2);
    same("bias2", t, 1, learner_life_array(&l, "bias2"), &p.w.b2);
  }
  learner_life_end(&l);
  return ones;
}

static void tecot_online(void)
{
  CU_ASSERT_EQUAL(tecot_life(false, true, true), 0); // two values that are one variable
  tecot_life(false, true, false);
  CU_ASSERT_EQUAL(tecot_life(false, false, true), 0);
  const int ones = tecot_life(false, false, false);
  CU_ASSERT(ones > 0 && ones < STEPS);
}

static void tecot_replay(void)
{
  CU_ASSERT_EQUAL(tecot_life(true, false, true), 0);
  CU_ASSERT(tecot_life(true, false, false) > 0);
}

/* The observation does not reach the energy: other observations, the same weights. */
static void tecot_is_blind(void)
{
  for (int mended = 0; mended < 2; mended++) {
    learner_life l[2];
    for (int k = 0; k < 2; k++) {
      CU_ASSERT_FATAL(learner_life_begin(&l[k], "dqn_ep", OBS, 2, 9,
                                         (const char *const[]){
                                             "variant", "tecot", "hidden", "5", "epsilon_first",
                                             "0", "epsilon_last", "0", "shared_output", "kept",
                                             "lost_input", mended ? "mended" : "kept", NULL }));
      for (int t = 0; t < STEPS; t++) {
        float obs[OBS];
        observe(k ? 1000 + t : t, obs);
        learner_life_act(&l[k], obs);
        observe(k ? 1001 + t : t + 1, obs);
        learner_life_learn(&l[k], obs, 1, HEBB_RUNNING);
      }
    }
    const double *w[] = { learner_life_array(&l[0], "weight2"),
                          learner_life_array(&l[1], "weight2") };
    int different = 0;
    for (int i = 0; i < HIDDEN; i++)
      different += w[0][i] != w[1][i];
    CU_ASSERT_EQUAL(different > 0, mended);
    learner_life_end(&l[0]);
    learner_life_end(&l[1]);
  }
}

/* ---- the DQN of 2018 ---- */

static double forward(const weights *w, const float *obs, int action, double *h)
{
  double x[IN], q = w->b2;
  input(obs, action, false, x);
  for (int i = 0; i < HIDDEN; i++) {
    h[i] = w->b1[i];
    for (int k = 0; k < IN; k++)
      h[i] += x[k] * w->w1[k][i];
    h[i] = fmax(h[i], 0);
    q += h[i] * w->w2[i];
  }
  return q;
}

static void backpropagation_of_2018(void)
{
  learner_life l;
  weights w, old = { 0 };
  adam a = { 0 };
  double h[HIDDEN];
  CU_ASSERT_FATAL(
      learner_life_begin(&l, "dqn", OBS, 2, 3,
                         (const char *const[]){ "variant", "tecot", "hidden", "5", "epsilon_first",
                                                "0", "epsilon_last", "0", "replay", "1", "batch",
                                                "1", "start", "4", NULL }));
  read_weights(&l, &w);
  for (int i = 0; i < HIDDEN; i++)
    CU_ASSERT(w.w2[i] != 0 && fabs(w.w2[i]) < 0.07);
  for (int t = 0, updates = 0; t < STEPS; t++) {
    float obs[OBS], next[OBS];
    weights g = { 0 };
    double x[IN];
    observe(t, obs);
    observe(t + 1, next);
    const int action = learner_life_act(&l, obs);
    CU_ASSERT_EQUAL(action, forward(&w, obs, 1, h) > forward(&w, obs, 0, h));
    learner_life_learn(&l, next, reward_of(t), done_of(t));
    if (t < 4)
      continue;
    if (updates++ % 10 == 0)
      old = w;
    const double most = fmax(forward(&old, next, 0, h), forward(&old, next, 1, h));
    const double d = reward_of(t) + (done_of(t) ? 0 : 0.99 * most);
    const double pull = 2 * (forward(&w, obs, action, h) - d);
    CU_ASSERT_DOUBLE_EQUAL(*learner_life_array(&l, "cost"), pull * pull / 4, 1e-12);
    input(obs, action, false, x);
    g.b2 = pull;
    for (int i = 0; i < HIDDEN; i++) {
      g.w2[i] = pull * h[i];
      g.b1[i] = h[i] > 0 ? pull * w.w2[i] : 0;
      for (int k = 0; k < IN; k++)
        g.w1[k][i] = g.b1[i] * x[k];
    }
    adam_step(&a, 0.01, sizeof g / sizeof(double), &g.w1[0][0], &w.w1[0][0]);
    same("weight1", t, IN * HIDDEN, learner_life_array(&l, "weight1"), w.w1[0]);
    same("bias1", t, HIDDEN, learner_life_array(&l, "bias1"), w.b1);
    same("weight2", t, HIDDEN, learner_life_array(&l, "weight2"), w.w2);
    same("bias2", t, 1, learner_life_array(&l, "bias2"), &w.b2);
  }
  learner_life_end(&l);
}

/* ---- Reward-EP ---- */

typedef struct policy {
  double w1[OBS][HIDDEN], w2[HIDDEN][2], b0[OBS], b1[HIDDEN], b2[2];
} policy;
enum { N_WEIGHT = OBS * HIDDEN + HIDDEN * 2, N_POLICY = sizeof(policy) / sizeof(double) };

static void reward_life(bool negated)
{
  learner_life l;
  policy theta, run = { 0 }, average = { 0 };
  double n = 0, mean = 0;
  const double eta = 0.99, kappa = negated ? 0.99 : 0.9, alpha = 0.05;
  CU_ASSERT_FATAL(
      learner_life_begin(&l, "reward_ep", OBS, 2, 4,
                         (const char *const[]){ "hidden", "5", "alpha", "0.05", "bias",
                                                negated ? "negated" : "like_weights",
                                                negated ? NULL : "average", "0.9", NULL }));
  memcpy(theta.w1, learner_life_array(&l, "weight1"), sizeof theta.w1);
  memcpy(theta.w2, learner_life_array(&l, "weight2"), sizeof theta.w2);
  memset(theta.b0, 0, sizeof theta.b0 + sizeof theta.b1 + sizeof theta.b2);
  for (int t = 0; t < STEPS; t++) {
    float obs[OBS], next[OBS];
    policy c = { 0 };
    double h[HIDDEN], o[2] = { theta.b2[0], theta.b2[1] };
    observe(t, obs);
    observe(t + 1, next);
    if (t % 13 == 0) {
      l.rule->start(l.state, obs, (uint64_t)t);
      memset(&run, 0, sizeof run);
      n = 0;
    }
    for (int i = 0; i < HIDDEN; i++) {
      h[i] = theta.b1[i];
      for (int k = 0; k < OBS; k++)
        h[i] += (double)obs[k] * theta.w1[k][i];
      h[i] = rho(h[i]);
      o[0] += h[i] * theta.w2[i][0];
      o[1] += h[i] * theta.w2[i][1];
    }
    const hebb_address draw = { .seed = (uint64_t)(t - t % 13) };
    const double p0 = 1 / (1 + exp(o[1] - o[0]));
    CU_ASSERT_EQUAL(learner_life_act(&l, obs),
                    (double)hebb_uniform(&draw, (uint32_t)(t % 13)) >= p0);
    learner_life_learn(&l, next, reward_of(t), HEBB_RUNNING);

    for (int i = 0; i < HIDDEN; i++) {
      for (int k = 0; k < OBS; k++)
        c.w1[k][i] = rho((double)obs[k]) * h[i];
      for (int j = 0; j < 2; j++)
        c.w2[i][j] = h[i] * rho(o[j]);
      c.b1[i] = h[i];
    }
    for (int k = 0; k < OBS; k++)
      c.b0[k] = rho((double)obs[k]);
    for (int j = 0; j < 2; j++)
      c.b2[j] = rho(o[j]);
    n = eta * n + 1;
    const double r = reward_of(t);
    mean = kappa * mean + (1 - kappa) * r;
    for (int k = 0; k < N_POLICY; k++) {
      double *of = &theta.w1[0][0] + k, *ran = &run.w1[0][0] + k, *avg = &average.w1[0][0] + k;
      *ran = eta * *ran + (&c.w1[0][0])[k];
      *avg = kappa * *avg + (1 - kappa) * (&c.w1[0][0])[k];
      *of += k >= N_WEIGHT && negated ? alpha * (-r * *ran + n * mean * *avg)
                                      : alpha * (r * *ran - mean * *avg);
    }
    same("weight1", t, OBS * HIDDEN, learner_life_array(&l, "weight1"), theta.w1[0]);
    same("weight2", t, HIDDEN * 2, learner_life_array(&l, "weight2"), theta.w2[0]);
    same("bias0", t, OBS, learner_life_array(&l, "bias0"), theta.b0);
    same("bias1", t, HIDDEN, learner_life_array(&l, "bias1"), theta.b1);
    same("bias2", t, 2, learner_life_array(&l, "bias2"), theta.b2);
    same("mean reward", t, 1, learner_life_array(&l, "mean_reward"), &mean);
  }
  learner_life_end(&l);
}

static void reward_ep(void)
{
  reward_life(true);
  reward_life(false);
}

int main(void)
{
  static const check_test tests[] = {
    { "DQN-EP online, c1fca92", tecot_online },
    { "DQN-EP with replay, af02bd4", tecot_replay },
    { "DQN-EP is blind, and mended is not", tecot_is_blind },
    { "DQN of 2018", backpropagation_of_2018 },
    { "Reward-EP", reward_ep },
  };
  return check_run("Tecot's learners", tests, sizeof tests / sizeof tests[0]);
}
