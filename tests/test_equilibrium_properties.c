/* test_equilibrium_properties.c - what equilibrium propagation promises: the energy falls, the contrast is the
 * gradient, and how its error falls with beta; on networks of any depth, with lateral links, as a graph, with a
 * readout. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../rules/equilibrium/machine.h"
#include "check.h"

static uint32_t drawn;

static double uniform(double low, double high)
{
  const hebb_address address = { .seed = 17, .purpose = 5 };
  return low + (high - low) * hebb_uniform_double(&address, drawn++);
}

/* A machine with its memory, inputs and targets of a batch. */
enum { MOST_BATCH = 4, MOST_SIDE = 24 };
typedef struct subject {
  ep_machine m;
  ep_goal goal;
  double *memory, *scratch;
  double x[MOST_BATCH * MOST_SIDE], target[MOST_BATCH * MOST_SIDE];
} subject;

static ep_machine settings(int32_t estimator, double beta, int32_t cost)
{
  return (
      ep_machine){ .dynamics = { .kind = EP_ASYNCHRONOUS, .dt = 1, .high = 1, .tolerance = 1e-14 },
                   .nudging = { .estimator = estimator, .beta = beta, .points = 8 },
                   .optimizer = { .method = EP_SGD, .bias_factor = 1 },
                   .cost = cost,
                   .gain = 1,
                   .n_example = 2,
                   .free_steps = 5000,
                   .nudged_steps = 5000 };
}

static void set_up(subject *s, const char *why)
{
  if (!why)
    why = ep_plan(&s->m);
  if (why)
    printf(" %s ", why);
  CU_ASSERT_FATAL(!why);
  s->memory = malloc((size_t)s->m.n_memory * sizeof *s->memory);
  s->scratch = malloc((size_t)s->m.n_scratch * sizeof *s->scratch);
  CU_ASSERT_FATAL(s->memory && s->scratch);
  ep_begin(&s->m, s->memory, 3);
  double *theta = s->memory + s->m.theta;
  for (int32_t l = 1; l < s->m.network.n_layer; l++)
    for (int32_t i = 0; i < s->m.network.layer[l].n; i++)
      theta[s->m.network.layer[l].bias + i] = uniform(-0.2, 0.2);
  for (int i = 0; i < s->m.n_example * ep_n_in(&s->m.network); i++)
    s->x[i] = uniform(0, 1);
  memset(s->target, 0, sizeof s->target);
  for (int e = 0; e < s->m.n_example; e++)
    s->target[e * ep_n_out(&s->m.network) + e % ep_n_out(&s->m.network)] = 1;
  s->goal = (ep_goal){ .cost = s->m.cost, .target = s->target };
}

static void put_away(subject *s)
{
  free(s->memory);
  free(s->scratch);
}

/* Mean cost at the free equilibrium. */
static double cost_at(subject *s)
{
  double sum = 0;
  ep_changed(&s->m, s->memory);
  ep_free(&s->m, s->memory, s->scratch, 0, s->m.n_example, s->x, NULL, false);
  for (int e = 0; e < s->m.n_example; e++)
    sum += ep_cost(&s->goal, ep_n_out(&s->m.network), e, ep_answer(&s->m, s->memory, e)) *
           (s->goal.weight ? s->goal.weight[e] : 1);
  return sum / s->m.n_example;
}

/* Minus the gradient of the cost by central differences; the two halves of a lateral link move together. */
static void by_differences(subject *s, double *gradient)
{
  const double h = 1e-5;
  double *theta = s->memory + s->m.theta;
  for (int64_t k = 0; k < s->m.network.n_parameter; k++) {
    int64_t twin = k;
    bool is_self = false;
    for (int32_t j = 0; j < s->m.network.n_link; j++) {
      const ep_link *link = &s->m.network.link[j];
      const int64_t n = s->m.network.layer[link->from].n, at = k - link->weight;
      if (link->from != link->to || at < 0 || at >= n * n)
        continue;
      is_self = at / n == at % n;
      twin = link->weight + at % n * n + at / n;
    }
    const double before = theta[k];
    theta[k] = theta[twin] = before + h;
    const double above = cost_at(s);
    theta[k] = theta[twin] = before - h;
    const double below = cost_at(s);
    theta[k] = theta[twin] = before;
    gradient[k] = is_self ? 0 : -(above - below) / (2 * h);
  }
}

static void by_nudging(subject *s, double *gradient)
{
  const size_t bytes = (size_t)s->m.network.n_parameter * sizeof *gradient;
  memset(s->memory + s->m.gradient, 0, bytes);
  ep_changed(&s->m, s->memory);
  ep_free(&s->m, s->memory, s->scratch, 0, s->m.n_example, s->x, NULL, false);
  ep_nudged(&s->m, s->memory, s->scratch, s->m.n_example, &s->goal);
  memcpy(gradient, s->memory + s->m.gradient, bytes);
}

/* |a - b| / |b| */
static double relative(const double *a, const double *b, int64_t n)
{
  double difference = 0, size = 0;
  for (int64_t k = 0; k < n; k++)
    difference += (a[k] - b[k]) * (a[k] - b[k]), size += b[k] * b[k];
  return sqrt(difference / size);
}

enum { MOST_PARAMETER = 1000 };

static double error_of(subject *s, const double *exact, int32_t estimator, double beta,
                       int32_t points)
{
  double gradient[MOST_PARAMETER];
  s->m.nudging = (ep_nudging){ .estimator = estimator, .beta = beta, .points = points };
  by_nudging(s, gradient);
  return relative(gradient, exact, s->m.network.n_parameter);
}

/* Symmetric and holomorphic nudging against finite differences and each other. The bound of the former allows for
   the differences' own error. */
static void gradient_of(subject *s, double symmetric, double holomorphic)
{
  double exact[MOST_PARAMETER], differences[MOST_PARAMETER];
  s->m.nudging = (ep_nudging){ .estimator = EP_HOLOMORPHIC, .beta = 0.02, .points = 12 };
  by_nudging(s, exact);
  by_differences(s, differences);
  const double e0 = relative(exact, differences, s->m.network.n_parameter);
  const double e1 = error_of(s, exact, EP_SYMMETRIC, 0.01, 0);
  const double e2 = error_of(s, exact, EP_HOLOMORPHIC, 0.05, 8);
  if (e0 > 1e-8 || e1 > symmetric || e2 > holomorphic)
    printf(" %d layers: %g, symmetric %g, holomorphic %g ", s->m.network.n_layer, e0, e1, e2);
  CU_ASSERT(e0 <= 1e-8);
  CU_ASSERT(e1 <= symmetric);
  CU_ASSERT(e2 <= holomorphic);
}

/* A net of the plan's dimensions; room for the holomorphic copies. */
static void make_chain(subject *s, int32_t n_layer, const int32_t *n, int32_t activation,
                       int32_t output, bool readout, uint32_t lateral, int32_t cost)
{
  *s = (subject){ .m = settings(EP_HOLOMORPHIC, 0.05, cost) };
  s->m.nudging.points = 12;
  set_up(s, ep_chain(&s->m.network, n_layer, n, activation, output, readout, false, lateral));
}

static const int32_t toy[] = { 4, 6, 3 }, deep[] = { 4, 6, 5, 5, 3 };

static void gradients(void)
{
  subject s;
  make_chain(&s, 3, toy, EP_SIGMOID4, EP_SIGMOID4, false, 0, EP_SQUARED);
  gradient_of(&s, 3e-4, 1e-7);
  put_away(&s);
  make_chain(&s, 3, toy, EP_TANH, EP_TANH, false, 0, EP_SQUARED);
  gradient_of(&s, 3e-4, 1e-7);
  put_away(&s);
  make_chain(&s, 5, deep, EP_SIGMOID, EP_LINEAR, false, 0, EP_SQUARED);
  gradient_of(&s, 3e-4, 1e-7);
  put_away(&s);
  make_chain(&s, 4, deep, EP_TANH, EP_LINEAR, false, 0, EP_CROSS_ENTROPY); // logits are units
  gradient_of(&s, 3e-4, 1e-7);
  put_away(&s);
}

static void gradients_with_readout(void)
{
  static const double weight[] = { 0.7, -1.3 };
  subject s;
  make_chain(&s, 3, toy, EP_TANH, 0, true, 0, EP_CROSS_ENTROPY);
  gradient_of(&s, 3e-4, 1e-7);
  put_away(&s);
  make_chain(&s, 4, deep, EP_SIGMOID, 0, true, 0, EP_CROSS_ENTROPY);
  s.goal.weight = weight; // of a policy: advantages, of either sign
  gradient_of(&s, 3e-4, 1e-7);
  put_away(&s);
  make_chain(&s, 4, deep, EP_SIGMOID, 0, true, 0, EP_SQUARED);
  gradient_of(&s, 3e-4, 1e-7);
  put_away(&s);
}

static void gradients_of_graphs(void)
{
  subject s;
  make_chain(&s, 4, deep, EP_TANH, EP_TANH, false, 6, EP_SQUARED); // lateral in layers 1 and 2
  gradient_of(&s, 3e-4, 1e-7);
  put_away(&s);

  // links that jump over layers, and one within the output
  static const int32_t activation[] = { EP_LINEAR, EP_SIGMOID, EP_TANH, EP_SIGMOID };
  static const int32_t links[][2] = { { 0, 1 }, { 1, 2 }, { 0, 3 }, { 2, 3 }, { 1, 3 }, { 3, 3 } };
  s = (subject){ .m = settings(EP_HOLOMORPHIC, 0.05, EP_SQUARED) };
  s.m.nudging.points = 12;
  set_up(&s, ep_graph(&s.m.network, 4, deep, activation, 6, links, false, false));
  gradient_of(&s, 3e-4, 1e-7);
  put_away(&s);
}

/* Error of order beta, beta^2, beta^N. */
static void orders(void)
{
  subject s;
  make_chain(&s, 3, toy, EP_SIGMOID4, EP_SIGMOID4, false, 0, EP_SQUARED);
  double exact[MOST_PARAMETER];
  s.m.nudging = (ep_nudging){ .estimator = EP_HOLOMORPHIC, .beta = 0.02, .points = 12 };
  by_nudging(&s, exact);
  const double one =
      error_of(&s, exact, EP_ONE_SIDED, 0.004, 0) / error_of(&s, exact, EP_ONE_SIDED, 0.002, 0);
  const double two =
      error_of(&s, exact, EP_SYMMETRIC, 0.02, 0) / error_of(&s, exact, EP_SYMMETRIC, 0.01, 0);
  CU_ASSERT(one > 1.8 && one < 2.2);
  CU_ASSERT(two > 3.6 && two < 4.4);
  CU_ASSERT(error_of(&s, exact, EP_ONE_SIDED, 0.001, 0) < 5e-3);
  for (int32_t points = 1; points < 8;
       points++) { // geometric in the number of points, and of order r^N
    const double wide = error_of(&s, exact, EP_HOLOMORPHIC, 0.05, points);
    const double narrow = error_of(&s, exact, EP_HOLOMORPHIC, 0.025, points);
    const double more = error_of(&s, exact, EP_HOLOMORPHIC, 0.05, points + 2);
    if (!(more < 0.1 * wide) || fabs(log2(wide / narrow) - points) > 0.35)
      printf(" %d points: %g, half as wide %g, two more %g ", points, wide, narrow, more);
    CU_ASSERT(more < 0.1 * wide);
    CU_ASSERT(fabs(log2(wide / narrow) - points) < 0.35);
  }
  put_away(&s);
}

/* ---- energy ---- */

/* F of one example of a phase. */
static double total_energy(const subject *s, const ep_phase *phase, const double *states)
{
  const ep_network *net = &s->m.network;
  const double e = ep_energy(net, &s->m.dynamics, s->memory + s->m.theta, phase->fixed, states,
                             s->scratch + s->m.room);
  const double *y = states + net->layer[net->n_layer - 1].unit;
  return phase->goal ? e + phase->beta[0][0] * ep_cost(phase->goal, ep_n_out(net), 0, y) : e;
}

/* Of 20 networks, how many have a step of `kind` that raises the energy. */
static int rises(int32_t kind, double dt, int32_t activation, double scale, uint32_t lateral,
                 double beta)
{
  static const int32_t n[] = { 4, 20, 20, 3 };
  int networks = 0;
  for (int k = 0; k < 20; k++) {
    subject s = { .m = settings(EP_SYMMETRIC, 0.5, EP_SQUARED) };
    s.m.dynamics.kind = kind;
    s.m.dynamics.dt = dt;
    s.m.gain = scale;
    s.m.n_example = 1;
    set_up(&s, ep_chain(&s.m.network, 4, n, activation, activation, false, false, lateral));
    ep_begin(&s.m, s.memory, (uint64_t)k);
    double *states = s.memory + s.m.states, *fixed = s.memory + s.m.fixed;
    for (int64_t i = 4; i < s.m.network.n_unit; i++)
      states[i] = activation == EP_TANH ? uniform(-0.9, 0.9) : uniform(0.1, 0.9);
    ep_load(&s.m.network, 1, s.x, states);
    ep_fix(&s.m.network, s.memory + s.m.theta, 1, states, fixed);
    const ep_phase phase = { .n_example = 1,
                             .n_copy = 1,
                             .steps = 1,
                             .beta = { { beta, 0 } },
                             .goal = beta != 0 ? &s.goal : NULL,
                             .fixed = fixed };
    bool rose = false;
    double energy = total_energy(&s, &phase, states);
    for (int t = 0; t < 200; t++) {
      ep_relax(&s.m.network, &s.m.dynamics, s.memory + s.m.theta, s.memory + s.m.back, &phase,
               states, s.scratch + s.m.room);
      const double now = total_energy(&s, &phase, states);
      rose |= now > energy + 1e-12 * fmax(1, fabs(energy));
      energy = now;
    }
    networks += rose;
    put_away(&s);
  }
  return networks;
}

static void energy_falls(void)
{
  static const double scales[] = { 0.5, 1, 2, 4 };
  static const int32_t activations[] = { EP_CLIP, EP_SIGMOID4, EP_TANH, EP_CENTRED_CLIP };
  for (int k = 0; k < 4; k++) {
    CU_ASSERT_EQUAL(rises(EP_EULER, 0.1, EP_CLIP, scales[k], 0, 0), 0);
    for (int a = 0; a < 4; a++) {
      CU_ASSERT_EQUAL(rises(EP_ASYNCHRONOUS, 1, activations[a], scales[k], 0, 0), 0);
      CU_ASSERT_EQUAL(rises(EP_ASYNCHRONOUS, 1, activations[a], scales[k], 0, 0.5), 0);
    }
    CU_ASSERT_EQUAL(rises(EP_ASYNCHRONOUS, 1, EP_CLIP, scales[k], 0, -0.5), 0);
    CU_ASSERT_EQUAL(rises(EP_ASYNCHRONOUS, 1, EP_CLIP, scales[k], 14, 0), 0); // with lateral links
    CU_ASSERT_EQUAL(rises(EP_ASYNCHRONOUS, 1, EP_TANH, scales[k], 6, 0.5), 0);
  }
  CU_ASSERT(rises(EP_FIXED_POINT, 1, EP_CLIP, 2, 0, 0) > 5); // all at once: they oscillate
}

/* d F* / d beta = C: the energy is that of the dynamics, the nudge that of the cost. */
static void envelope(void)
{
  static const int32_t output[] = { EP_SIGMOID4, EP_TANH, EP_LINEAR };
  for (int k = 0; k < 3; k++)
    for (int32_t cost = EP_SQUARED; cost <= EP_CROSS_ENTROPY; cost++) {
      subject s;
      make_chain(&s, 4, deep, k == 1 ? EP_TANH : EP_SIGMOID4, output[k], false, 4, cost);
      double energy[3] = { 0 }, slope = 0;
      const double h = 1e-4;
      s.m.n_example = 1;
      ep_free(&s.m, s.memory, s.scratch, 0, 1, s.x, NULL, false);
      for (int side = -1; side <= 1; side++) {
        const ep_phase phase = { .n_example = 1,
                                 .n_copy = 1,
                                 .steps = 5000,
                                 .beta = { { 0.05 + side * h, 0 } },
                                 .goal = &s.goal,
                                 .fixed = s.memory + s.m.fixed };
        double *states = s.memory + s.m.states;
        ep_relax(&s.m.network, &s.m.dynamics, s.memory + s.m.theta, s.memory + s.m.back, &phase,
                 states, s.scratch + s.m.room);
        energy[side + 1] = total_energy(&s, &phase, states);
        if (side == 0)
          slope = ep_cost(&s.goal, ep_n_out(&s.m.network), 0, ep_answer(&s.m, s.memory, 0));
      }
      const double e = fabs((energy[2] - energy[0]) / (2 * h) / slope - 1);
      if (!(e < 1e-6))
        printf(" %g ", e);
      CU_ASSERT(e < 1e-6);
      put_away(&s);
    }
}

/* ---- symmetries ---- */

static void symmetries(void)
{
  subject s;
  make_chain(&s, 4, deep, EP_SIGMOID4, EP_SIGMOID4, false, 2, EP_SQUARED);
  double plus[MOST_PARAMETER], other[MOST_PARAMETER], mean[MOST_PARAMETER] = { 0 };
  const int64_t n = s.m.network.n_parameter;

  // the sides exchanged; two points on the circle
  s.m.nudging = (ep_nudging){ .estimator = EP_SYMMETRIC, .beta = 0.05 };
  by_nudging(&s, plus);
  s.m.nudging.beta = -0.05;
  by_nudging(&s, other);
  CU_ASSERT(relative(other, plus, n) < 1e-12);
  s.m.nudging = (ep_nudging){ .estimator = EP_HOLOMORPHIC, .beta = 0.05, .points = 2 };
  by_nudging(&s, other);
  CU_ASSERT(relative(other, plus, n) < 1e-12);

  // a batch is the mean of its examples
  for (int e = 0; e < 2; e++) {
    subject one = s;
    one.m.n_example = 1;
    one.m.nudging = (ep_nudging){ .estimator = EP_SYMMETRIC, .beta = 0.05 };
    memcpy(one.x, s.x + e * 4, 4 * sizeof *one.x);
    memcpy(one.target, s.target + e * ep_n_out(&s.m.network), 5 * sizeof *one.x);
    one.goal.target = one.target;
    by_nudging(&one, other);
    for (int64_t k = 0; k < n; k++)
      mean[k] += other[k] / 2;
  }
  CU_ASSERT(relative(mean, plus, n) < 1e-12);

  // so are free phases one example after the other
  memset(s.memory + s.m.gradient, 0, (size_t)n * sizeof *mean);
  s.m.nudging = (ep_nudging){ .estimator = EP_SYMMETRIC, .beta = 0.05 };
  for (int e = 0; e < 2; e++)
    ep_free(&s.m, s.memory, s.scratch, e, 1, s.x + e * 4, NULL, false);
  ep_nudged(&s.m, s.memory, s.scratch, 2, &s.goal);
  CU_ASSERT(relative(s.memory + s.m.gradient, plus, n) < 1e-12);

  // downwards: one nudged step reaches the lowest layer
  const int32_t nudged_steps = s.m.nudged_steps;
  s.m.nudged_steps = 1;
  by_nudging(&s, other);
  CU_ASSERT(fabs(other[s.m.network.layer[1].bias]) > 1e-6);
  s.m.nudged_steps = nudged_steps;

  // nothing to learn
  ep_free(&s.m, s.memory, s.scratch, 0, 2, s.x, NULL, false);
  for (int e = 0; e < 2; e++)
    memcpy(s.target + e * ep_n_out(&s.m.network), ep_answer(&s.m, s.memory, e),
           (size_t)ep_n_out(&s.m.network) * sizeof *s.target);
  s.m.nudging = (ep_nudging){ .estimator = EP_SYMMETRIC, .beta = 0.05 };
  by_nudging(&s, other);
  for (int64_t k = 0; k < n; k++)
    CU_ASSERT(fabs(other[k]) < 1e-12);
  put_away(&s);
}

/* Changes of the weights after so many nudged steps at once or step by step. */
static void change_of(bool continual, int32_t estimator, bool readout, bool separate,
                      double *change)
{
  subject s = { .m = settings(estimator, 0.1, readout ? EP_CROSS_ENTROPY : EP_SQUARED) };
  const double rate = 1e-7;
  s.m.dynamics.kind = EP_FIXED_POINT;
  s.m.nudged_steps = continual && estimator == EP_SYMMETRIC ? 2000 : 12;
  for (int l = 0; l < EP_MOST_LAYER; l++)
    s.m.optimizer.rate[l] = rate;
  drawn = 0;
  set_up(&s, ep_chain(&s.m.network, 4, deep, EP_SIGMOID4, EP_SIGMOID4, readout, separate, 0));
  double before[MOST_PARAMETER];
  const int64_t n = s.m.network.n_parameter;
  memcpy(before, s.memory + s.m.theta, (size_t)n * sizeof *before);
  ep_changed(&s.m, s.memory);
  ep_free(&s.m, s.memory, s.scratch, 0, 2, s.x, NULL, false);
  if (continual) {
    ep_continual(&s.m, s.memory, s.scratch, 2, &s.goal);
  } else {
    s.m.nudged_steps = estimator == EP_SYMMETRIC ? 2000 : 12;
    ep_nudged(&s.m, s.memory, s.scratch, 2, &s.goal);
    ep_learn(&s.m, s.memory);
  }
  for (int64_t k = 0; k < n; k++)
    change[k] = (s.memory[s.m.theta + k] - before[k]) / rate;
  put_away(&s);
}

static void continual_when_slow(void)
{
  for (int readout = 0; readout < 2; readout++)
    for (int32_t estimator = EP_SYMMETRIC; estimator <= EP_RANDOM_SIGN; estimator++) {
      double at_once[MOST_PARAMETER], steps[MOST_PARAMETER];
      const int64_t n = 4 * 6 + 6 * 5 + 5 * 5 + 16;
      change_of(false, estimator, readout, false, at_once);
      change_of(true, estimator, readout, false, steps);
      const double e = relative(steps, at_once, n);
      if (e > 1e-5)
        printf(" readout %d, estimator %d: %g ", readout, estimator, e);
      CU_ASSERT(e <= 1e-5);
    }
}

/* ---- separate feedback ---- */

/* Feedback that happens to be the transpose follows the same gradient. */
static void vector_field(void)
{
  subject s = { .m = settings(EP_SYMMETRIC, 1e-3, EP_SQUARED) };
  subject twin = { .m = s.m };
  double ours[MOST_PARAMETER], exact[MOST_PARAMETER];
  drawn = 0;
  set_up(&s, ep_chain(&s.m.network, 4, deep, EP_TANH, EP_TANH, false, true, 0));
  drawn = 0;
  set_up(&twin, ep_chain(&twin.m.network, 4, deep, EP_TANH, EP_TANH, false, false, 0));
  const int64_t n = twin.m.network.n_parameter;
  memcpy(s.memory + s.m.theta, twin.memory + twin.m.theta, (size_t)n * sizeof *ours);
  for (int32_t k = 0; k < s.m.network.n_link; k++) {
    const ep_link *link = &s.m.network.link[k];
    const int32_t from = s.m.network.layer[link->from].n, to = s.m.network.layer[link->to].n;
    for (int32_t i = 0; link->feedback >= 0 && i < from; i++)
      for (int32_t j = 0; j < to; j++)
        s.memory[s.m.theta + link->feedback + j * from + i] =
            s.memory[s.m.theta + link->weight + i * to + j];
  }
  memcpy(s.x, twin.x, sizeof s.x);
  by_nudging(&s, ours);
  by_nudging(&twin, exact);
  CU_ASSERT(s.m.network.n_parameter > n);
  for (int32_t k = 0; k < s.m.network.n_link;
       k++) { // the two directions add up to the shared weight's
    const ep_link *link = &s.m.network.link[k];
    const int32_t from = s.m.network.layer[link->from].n, to = s.m.network.layer[link->to].n;
    for (int32_t i = 0; link->feedback >= 0 && i < from; i++)
      for (int32_t j = 0; j < to; j++)
        ours[link->weight + i * to + j] += ours[link->feedback + j * from + i];
  }
  CU_ASSERT(relative(ours, exact, n) < 1e-5);

  // with the same update for both, they stay each other's transpose
  s.m.nudging.same_feedback = true;
  by_nudging(&s, ours);
  const ep_link *link = &s.m.network.link[1];
  CU_ASSERT_EQUAL(ours[link->weight + 1], ours[link->feedback + s.m.network.layer[1].n]);
  put_away(&s);
  put_away(&twin);
}

/* ---- what a learner sees ---- */

/* The particle of an example starts where it was; an update moves the weights as the method says. */
static void particles_and_methods(void)
{
  for (int32_t method = EP_SGD; method <= EP_ADAM; method++) {
    subject s = { .m = settings(EP_RANDOM_SIGN, 0.1, EP_SQUARED) };
    s.m.n_particle = 5;
    s.m.dynamics.tolerance = 1e-8;
    s.m.optimizer = (ep_optimizer){ .method = method,
                                    .bias_factor = 0.5,
                                    .momentum = 0.9,
                                    .beta1 = 0.9,
                                    .beta2 = 0.999,
                                    .epsilon = 1e-8,
                                    .decay = 0.1 };
    s.m.optimizer.rate[1] = 0.01, s.m.optimizer.rate[2] = 0.002;
    set_up(&s, ep_chain(&s.m.network, 3, toy, EP_SIGMOID4, EP_SIGMOID4, false, false, 0));
    static const int32_t particle[] = { 4, 1 };
    ep_free(&s.m, s.memory, s.scratch, 0, 2, s.x, particle, false);
    CU_ASSERT(s.m.free_settled.steps > 3);
    ep_free(&s.m, s.memory, s.scratch, 0, 2, s.x, particle, false);
    CU_ASSERT_EQUAL(s.m.free_settled.steps, 1);
    CU_ASSERT(s.m.free_settled.residual < 1e-8);

    const int64_t w = s.m.network.link[0].weight + 2, b = s.m.network.layer[2].bias + 1;
    double theta[2] = { s.memory[s.m.theta + w], s.memory[s.m.theta + b] }, first[2] = { 0 },
           second[2] = { 0 };
    for (int step = 1; step <= 3; step++) {
      ep_free(&s.m, s.memory, s.scratch, 0, 2, s.x, particle, false);
      ep_nudged(&s.m, s.memory, s.scratch, 2, &s.goal);
      for (int k = 0; k < 2; k++) {
        const double rate = k ? 0.5 * 0.002 : 0.01;
        const double g = s.memory[s.m.gradient + (k ? b : w)] - 0.1 * theta[k];
        first[k] = method == EP_ADAM ? 0.9 * first[k] + 0.1 * g : 0.9 * first[k] + g;
        second[k] = 0.999 * second[k] + 0.001 * g * g;
        theta[k] += rate * (method == EP_SGD ? g
                            : method == EP_MOMENTUM
                                ? first[k]
                                : first[k] / (1 - pow(0.9, step)) /
                                      (sqrt(second[k] / (1 - pow(0.999, step))) + 1e-8));
      }
      ep_learn(&s.m, s.memory);
      CU_ASSERT_DOUBLE_EQUAL(s.memory[s.m.theta + w], theta[0], 1e-12);
      CU_ASSERT_DOUBLE_EQUAL(s.memory[s.m.theta + b], theta[1], 1e-12);
      CU_ASSERT_EQUAL(s.memory[s.m.gradient + w], 0);
    }
    put_away(&s);
  }
}

/* Targets of reinforcement learning, and what a plan refuses. */
static void targets_and_refusals(void)
{
  double target[3], care[3], nudge[3];
  ep_target_action(3, 1, target);
  CU_ASSERT(target[0] == 0 && target[1] == 1 && target[2] == 0);
  ep_target_value(3, 2, 1, 0.9, false, 10, target, care);
  CU_ASSERT(target[2] == 10 && care[0] == 0 && care[2] == 1);
  ep_target_value(3, 2, 1, 0.9, true, 10, target, care);
  CU_ASSERT(target[2] == 1);
  const ep_goal goal = { .cost = EP_SQUARED, .target = target, .care = care };
  ep_nudge(&goal, 3, 0, (const double[]){ 5, 6, 0.5 }, nudge);
  CU_ASSERT(nudge[0] == 0 && nudge[2] == 0.5);

  ep_machine m = settings(EP_HOLOMORPHIC, 0.05, EP_SQUARED);
  CU_ASSERT(!ep_chain(&m.network, 3, toy, EP_CLIP, EP_CLIP, false, false, 0));
  CU_ASSERT(ep_plan(&m) != NULL); // not holomorphic
  m.nudging.estimator = EP_SYMMETRIC;
  CU_ASSERT(ep_plan(&m) == NULL);
  m.nudging.beta = 0;
  CU_ASSERT(ep_plan(&m) != NULL);
  CU_ASSERT(ep_chain(&m.network, 3, toy, EP_SOFTMAX, EP_CLIP, false, false, 0) != NULL);
  static const int32_t downwards[][2] = { { 2, 1 } };
  static const int32_t activation[3] = { 0 };
  CU_ASSERT(ep_graph(&m.network, 3, toy, activation, 1, downwards, false, false) != NULL);
}

int main(void)
{
  static const check_test tests[] = {
    { "the contrast is the gradient", gradients },
    { "the same with a readout", gradients_with_readout },
    { "the same with lateral links and links across layers", gradients_of_graphs },
    { "order of the error", orders },
    { "energy never rises", energy_falls },
    { "envelope", envelope },
    { "symmetries", symmetries },
    { "continual updates at a small rate", continual_when_slow },
    { "feedback weights of their own", vector_field },
    { "particles, sgd, momentum and adam", particles_and_methods },
    { "targets of reinforcement learning, refusals", targets_and_refusals },
  };
  return check_run("properties of equilibrium propagation", tests, sizeof tests / sizeof tests[0]);
}
