/* test_equilibrium.c - equilibrium propagation against the recorded runs of the authors' programs, in double: every
 * state of every step, gradients, updates at each step, and backpropagation through time written plainly. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../rules/equilibrium/machine.h"
#include "check.h"
#include "golden_read.h"

/* The network of all cases: 4 inputs, 6 hidden, 3 outputs, 2 examples. */
enum { IN = 4, HIDDEN = 6, OUT = 3, UNITS = 13, EXAMPLES = 2, PARAMETERS = 51, MOST_ROOM = 4096 };
#define FILE_NAME "equilibrium.h5"

typedef struct problem {
  ep_network net;
  ep_dynamics how;
  ep_goal goal;
  double theta[PARAMETERS], back[HIDDEN * OUT], x[EXAMPLES * IN], target[EXAMPLES * OUT];
  double states[EXAMPLES * UNITS], fixed[EXAMPLES * UNITS];
} problem;

static double room[MOST_ROOM];

static golden read_of(const char *name, const char *dataset)
{
  char path[120];
  snprintf(path, sizeof path, "%s/%s", name, dataset);
  return golden_read(FILE_NAME, path);
}

static void read_into(const char *name, const char *dataset, int64_t n, double *out)
{
  const golden g = read_of(name, dataset);
  CU_ASSERT_EQUAL_FATAL(g.n, n);
  memcpy(out, g.value, (size_t)n * sizeof *out);
  free(g.value);
}

static double number(const char *name, const char *attribute)
{
  const golden g = golden_attribute(FILE_NAME, name, attribute);
  const double value = g.value[0];
  free(g.value);
  return value;
}

static void close_to(const double *a, const double *b, int64_t n, double tolerance)
{
  double most = 0;
  for (int64_t k = 0; k < n; k++)
    most = a[k] == b[k] ? most : fmax(most, fabs(a[k] - b[k]));
  if (!(most <= tolerance))
    printf(" off by %g ", most);
  CU_ASSERT(most <= tolerance);
}

static void start(problem *p)
{
  memset(p->states, 0, sizeof p->states);
  ep_mirror(&p->net, p->theta, p->back);
  ep_load(&p->net, EXAMPLES, p->x, p->states);
  ep_fix(&p->net, p->theta, EXAMPLES, p->states, p->fixed);
}

static problem read_problem(const char *name, int32_t activation, int32_t kind)
{
  static const int32_t n[] = { IN, HIDDEN, OUT };
  problem p = { .how = { .kind = kind, .dt = 1 } };
  CU_ASSERT_FATAL(!ep_chain(&p.net, 3, n, activation, activation, false, false, 0));
  CU_ASSERT_EQUAL_FATAL(p.net.n_parameter, PARAMETERS);
  read_into(name, "W1", IN * HIDDEN, p.theta + p.net.link[0].weight);
  read_into(name, "W2", HIDDEN * OUT, p.theta + p.net.link[1].weight);
  read_into(name, "b1", HIDDEN, p.theta + p.net.layer[1].bias);
  read_into(name, "b2", OUT, p.theta + p.net.layer[2].bias);
  read_into(name, "X", EXAMPLES * IN, p.x);
  read_into(name, "Y", EXAMPLES * OUT, p.target);
  return p;
}

static ep_phase phase_of(problem *p, double beta, int32_t steps)
{
  p->goal = (ep_goal){ .cost = EP_SQUARED, .target = p->target };
  return (ep_phase){ .n_example = EXAMPLES,
                     .n_copy = 1,
                     .steps = steps,
                     .beta = { { beta, 0 } },
                     .goal = beta == 0 ? NULL : &p->goal,
                     .fixed = p->fixed };
}

/* Relaxes step by step along the recorded states [step x example x (hidden, output)]. */
static void follow(problem *p, const char *name, const char *dataset, double beta)
{
  const golden g = read_of(name, dataset);
  const ep_phase one = phase_of(p, beta, 1);
  for (int64_t t = 0; t < g.extent[0]; t++) {
    ep_relax(&p->net, &p->how, p->theta, p->back, &one, p->states, room);
    for (int64_t e = 0; e < EXAMPLES; e++)
      close_to(p->states + e * UNITS + IN, g.value + (t * EXAMPLES + e) * (HIDDEN + OUT),
               HIDDEN + OUT, 1e-12);
  }
  free(g.value);
}

/* Gradient of theta against recorded parts PREFIXW1SUFFIX .., times sign. */
static void same_gradient(const problem *p, const char *name, const char *prefix,
                          const char *suffix, double sign, const double *gradient, double tolerance)
{
  static const char *const part[] = { "W1", "W2", "b1", "b2" };
  const int64_t at[] = { p->net.link[0].weight, p->net.link[1].weight, p->net.layer[1].bias,
                         p->net.layer[2].bias };
  for (int k = 0; k < 4; k++) {
    char dataset[40];
    double scaled[PARAMETERS];
    snprintf(dataset, sizeof dataset, "%s%s%s", prefix, part[k], suffix);
    const golden g = read_of(name, dataset);
    for (int64_t i = 0; i < g.n; i++)
      scaled[i] = sign * gradient[at[k] + i];
    close_to(scaled, g.value, g.n, tolerance);
    free(g.value);
  }
}

/* ---- Ernoult et al. 2019 ---- */

static void ernoult(const char *name, int32_t activation, int32_t kind)
{
  problem p = read_problem(name, activation, kind);
  double gradient[PARAMETERS] = { 0 }, free_states[EXAMPLES * UNITS];
  const double beta = number(name, "beta");
  const ep_nudging nudging = { .estimator = EP_ONE_SIDED, .beta = beta };
  p.how.dt = number(name, "dt");
  p.how.nudge_outside = kind == EP_LEAKY;
  p.how.bare_output = p.net.input_rho = kind == EP_EULER;
  p.how.high = 1;
  start(&p);
  follow(&p, name, "traj_free", 0);
  memcpy(free_states, p.states, sizeof free_states);
  follow(&p, name, "traj_nudged", beta);
  const ep_phase phase = phase_of(&p, beta, 1);
  ep_contrast(&p.net, &p.how, &nudging, &phase, free_states, p.states, gradient, room);
  same_gradient(&p, name, "d", "", 1, gradient, 1e-12);
}

static void energy_based(void)
{
  ernoult("ern_epcont_hardsigm_dt05", EP_CLIP, EP_EULER);
  ernoult("ern_epcont_sigm", EP_SIGMOID4, EP_EULER);
}

static void discrete(void)
{
  ernoult("ern_epdisc_sigm_dt02", EP_SIGMOID4, EP_LEAKY);
  ernoult("ern_epdisc_tanh_dt1", EP_TANH, EP_LEAKY);
}

/* ---- Laborieux et al. 2021 ---- */

static void same_states(const problem *p, const char *name, const char *which, double tolerance)
{
  char dataset[20];
  for (int part = 0; part < 2; part++) {
    snprintf(dataset, sizeof dataset, "%c_%s", "hy"[part], which);
    const int64_t n = part ? OUT : HIDDEN, first = part ? IN + HIDDEN : IN;
    const golden g = read_of(name, dataset);
    for (int64_t e = 0; e < EXAMPLES; e++)
      close_to(p->states + e * UNITS + first, g.value + e * n, n, tolerance);
    free(g.value);
  }
}

static void laborieux(const char *name, int32_t activation)
{
  problem p = read_problem(name, activation, EP_FIXED_POINT);
  double at_rest[EXAMPLES * UNITS], nudged[2 * EXAMPLES * UNITS];
  const double beta = number(name, "beta");
  const int32_t t1 = (int32_t)number(name, "T1"), t2 = (int32_t)number(name, "T2");
  const double tolerance = t1 > 1000 ? 1e-10 : 1e-12;
  ep_phase phase = phase_of(&p, 0, t1);
  start(&p);
  ep_relax(&p.net, &p.how, p.theta, p.back, &phase, p.states, room);
  same_states(&p, name, "free", tolerance);
  memcpy(at_rest, p.states, sizeof at_rest);

  for (int side = 0; side < 2; side++) {
    double gradient[PARAMETERS] = { 0 };
    const ep_nudging one = { .estimator = EP_ONE_SIDED, .beta = side ? -beta : beta };
    memcpy(p.states, at_rest, sizeof at_rest);
    phase = phase_of(&p, one.beta, t2);
    ep_relax(&p.net, &p.how, p.theta, p.back, &phase, p.states, room);
    same_states(&p, name, side ? "neg" : "pos", tolerance);
    memcpy(nudged + side * EXAMPLES * UNITS, p.states, sizeof at_rest);
    ep_contrast(&p.net, &p.how, &one, &phase, at_rest, p.states, gradient, room);
    same_gradient(&p, name, "g", side ? "_neg" : "_pos", -1, gradient, tolerance);
  }

  // both sides at once
  double together[2 * EXAMPLES * UNITS], gradient[PARAMETERS] = { 0 };
  const ep_nudging both = { .estimator = EP_SYMMETRIC, .beta = beta };
  memcpy(together, at_rest, sizeof at_rest);
  memcpy(together + EXAMPLES * UNITS, at_rest, sizeof at_rest);
  ep_copies(&both, 1, &phase);
  ep_relax(&p.net, &p.how, p.theta, p.back, &phase, together, room);
  close_to(together, nudged, 2 * EXAMPLES * UNITS, 0);
  ep_contrast(&p.net, &p.how, &both, &phase, at_rest, together, gradient, room);
  same_gradient(&p, name, "g", "_sym", -1, gradient, tolerance);
}

static void prototypical(void)
{
  laborieux("lab_pmlp_mysig_short", EP_SIGMOID4);
  laborieux("lab_pmlp_hard_sigmoid_short", EP_CLIP);
  laborieux("lab_pmlp_tanh_short", EP_TANH);
}

static void prototypical_settled(void)
{
  laborieux("lab_pmlp_mysig_conv", EP_SIGMOID4);
  laborieux("lab_pmlp_mysig_conv001", EP_SIGMOID4);
  laborieux("lab_pmlp_hard_sigmoid_conv", EP_CLIP);
  laborieux("lab_pmlp_hard_sigmoid_conv001", EP_CLIP);
  laborieux("lab_pmlp_tanh_conv001", EP_TANH);
}

/* ---- update by update: equilibrium propagation and backpropagation through time ---- */

/* Step t of recorded synapses, weights [out][in], against a gradient of ours; the largest difference. */
static double synapse_difference(const problem *p, const char *name, const char *kind, int64_t t,
                                 const double *gradient)
{
  double most = 0;
  for (int l = 0; l < 2; l++)
    for (int bias = 0; bias < 2; bias++) {
      char dataset[60];
      snprintf(dataset, sizeof dataset, "%s_synapses_%d_%s", kind, l, bias ? "bias" : "weight");
      const golden g = read_of(name, dataset);
      const int64_t n = p->net.layer[l].n, m = p->net.layer[l + 1].n;
      const double *ours = gradient + (bias ? p->net.layer[l + 1].bias : p->net.link[l].weight);
      for (int64_t i = 0; i < (bias ? 1 : n); i++)
        for (int64_t j = 0; j < m; j++) {
          const double theirs = bias ? g.value[t * m + j] : g.value[(t * m + j) * n + i];
          most = fmax(most, fabs(-ours[i * m + j] - theirs));
        }
      free(g.value);
    }
  return most;
}

/* Backpropagation through one step s' = rho(u(s)) of the settled network: pull [example x unit] becomes that on
   the states before; gradient += the step's share. */
static void back_one_step(const problem *p, double *pull, double *gradient)
{
  const double *w2 = p->theta + p->net.link[1].weight;
  for (int e = 0; e < EXAMPLES; e++) {
    const double *s = p->states + e * UNITS, *h = s + IN, *y = h + HIDDEN;
    double *q = pull + e * UNITS + IN, u[HIDDEN + OUT], slope[HIDDEN + OUT], before[HIDDEN + OUT];
    for (int j = 0; j < HIDDEN + OUT; j++)
      u[j] = p->fixed[e * UNITS + IN + j], before[j] = 0;
    for (int j = 0; j < HIDDEN; j++)
      for (int k = 0; k < OUT; k++) {
        u[j] += w2[j * OUT + k] * y[k];
        u[HIDDEN + k] += w2[j * OUT + k] * h[j];
      }
    ep_derivative(p->net.layer[1].activation, HIDDEN + OUT, u, slope);
    for (int j = 0; j < HIDDEN + OUT; j++)
      slope[j] *= q[j];
    for (int j = 0; j < HIDDEN; j++) {
      for (int i = 0; i < IN; i++)
        gradient[p->net.link[0].weight + i * HIDDEN + j] += s[i] * slope[j];
      gradient[p->net.layer[1].bias + j] += slope[j];
      for (int k = 0; k < OUT; k++) {
        gradient[p->net.link[1].weight + j * OUT + k] += h[j] * slope[HIDDEN + k];
        gradient[p->net.link[1].weight + j * OUT + k] += slope[j] * y[k];
        before[j] += w2[j * OUT + k] * slope[HIDDEN + k];
        before[HIDDEN + k] += w2[j * OUT + k] * slope[j];
      }
    }
    for (int k = 0; k < OUT; k++)
      gradient[p->net.layer[2].bias + k] += slope[HIDDEN + k];
    memcpy(q, before, sizeof before);
  }
}

static void update_by_update(const char *name, int32_t activation)
{
  problem p = read_problem(name, activation, EP_FIXED_POINT);
  const double beta = number(name, "beta");
  const int32_t t1 = (int32_t)number(name, "T1"), t2 = (int32_t)number(name, "T2");
  const ep_nudging nudging = { .estimator = EP_ONE_SIDED, .beta = beta };
  ep_phase phase = phase_of(&p, 0, t1);
  double pull[EXAMPLES * UNITS] = { 0 }, most = 0, most_back = 0;
  start(&p);
  ep_relax(&p.net, &p.how, p.theta, p.back, &phase, p.states, room);

  problem nudged = p;
  for (int e = 0; e < EXAMPLES; e++)
    for (int k = 0; k < OUT; k++)
      pull[e * UNITS + IN + HIDDEN + k] =
          (p.target[e * OUT + k] - p.states[e * UNITS + IN + HIDDEN + k]) / EXAMPLES;
  for (int32_t t = 0; t < t2; t++) {
    double gradient[PARAMETERS] = { 0 }, back[PARAMETERS] = { 0 }, before[EXAMPLES * UNITS];
    phase = phase_of(&nudged, beta, 1);
    memcpy(before, nudged.states, sizeof before);
    ep_relax(&p.net, &p.how, p.theta, p.back, &phase, nudged.states, room);
    ep_contrast(&p.net, &p.how, &nudging, &phase, before, nudged.states, gradient, room);
    most = fmax(most, synapse_difference(&p, name, "EP", t, gradient));
    back_one_step(&p, pull, back);
    most_back = fmax(most_back, synapse_difference(&p, name, "BPTT", t, back));
  }
  if (most > 1e-10 || most_back > 1e-10)
    printf(" %s: off by %g, %g ", name, most, most_back);
  CU_ASSERT(most <= 1e-10);
  CU_ASSERT(most_back <= 1e-10);
}

static void updates(void)
{
  update_by_update("lab_gdu_tanh_b0.1", EP_TANH);
  update_by_update("lab_gdu_tanh_b0.01", EP_TANH);
  update_by_update("lab_gdu_tanh_b0.001", EP_TANH);
  update_by_update("lab_gdu_mysig_b0.1", EP_SIGMOID4);
  update_by_update("lab_gdu_mysig_b0.01", EP_SIGMOID4);
  update_by_update("lab_gdu_mysig_b0.001", EP_SIGMOID4);
}

/* ---- continual: weights change at every step ---- */

static void continual(void)
{
  const char *name = "lab_cep_mysig";
  const problem p = read_problem(name, EP_SIGMOID4, EP_FIXED_POINT);
  const golden history = read_of(name, "hist");
  const int32_t t2 = (int32_t)number(name, "T2");
  const ep_goal goal = { .cost = EP_SQUARED, .target = p.target };
  for (int32_t steps = 1; steps <= t2; steps++) {
    ep_machine m = { .network = p.net,
                     .dynamics = p.how,
                     .nudging = { .estimator = EP_ONE_SIDED, .beta = number(name, "beta") },
                     .optimizer = { .method = EP_SGD, .bias_factor = 1 },
                     .n_example = EXAMPLES,
                     .free_steps = (int32_t)number(name, "T1"),
                     .nudged_steps = steps };
    m.optimizer.rate[1] = m.optimizer.rate[2] = number(name, "lr");
    CU_ASSERT_FATAL(!ep_plan(&m));
    double *memory = calloc((size_t)m.n_memory, sizeof *memory);
    double *scratch = calloc((size_t)m.n_scratch, sizeof *scratch);
    ep_begin(&m, memory, 1);
    memcpy(memory + m.theta, p.theta, sizeof p.theta);
    ep_changed(&m, memory);
    ep_free(&m, memory, scratch, 0, EXAMPLES, p.x, NULL, false);
    ep_continual(&m, memory, scratch, EXAMPLES, &goal);
    const double *row = history.value + (steps - 1) * history.extent[1];
    double expected[PARAMETERS], *to = expected;
    for (int l = 0; l < 2; l++) { // [out][in], then biases
      const int n = l ? HIDDEN : IN, out = l ? OUT : HIDDEN;
      to = expected + p.net.link[l].weight;
      for (int i = 0; i < n; i++)
        for (int j = 0; j < out; j++)
          to[i * out + j] = row[j * n + i];
      memcpy(expected + p.net.layer[l + 1].bias, row + n * out, (size_t)out * sizeof *to);
      row += n * out + out;
    }
    close_to(memory + m.theta, expected, PARAMETERS, 1e-12);
    if (steps == t2) {
      problem last = p;
      memcpy(last.states, scratch + m.nudged, sizeof last.states);
      same_states(&last, name, "end", 1e-12);
    }
    free(scratch);
    free(memory);
  }
  free(history.value);
}

int main(void)
{
  static const check_test tests[] = {
    { "energy-based dynamics, as Ernoult et al. 2019", energy_based },
    { "discrete dynamics, as Ernoult et al. 2019", discrete },
    { "prototypical networks, as Laborieux et al. 2021", prototypical },
    { "the same, settled", prototypical_settled },
    { "updates of every nudged step, and backpropagation through time", updates },
    { "continual updates", continual },
  };
  return check_run("equilibrium propagation", tests, sizeof tests / sizeof tests[0]);
}
