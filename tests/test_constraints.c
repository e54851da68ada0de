/* test_constraints.c - what is done to weights after an update, against loops in double written from the
 * formulas: norms over layer, row and column, bounds, Dale's law; rates that are not negative. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "loader.h"
#include "network.h"
#include "param.h"
#include "recorder.h"
#include "toy.h"

enum { MOST = 70 * 70 };

static void draw(int64_t n, uint64_t seed, float *weight)
{
  const hebb_address address = { .seed = seed };
  hebb_normals(&address, 0, n, weight);
  for (int64_t k = 0; k < n; k++)
    weight[k] = 0.3f + weight[k]; // the mean matters
}

/* One group of n weights, `step` apart, by the formula. */
static void by_hand(int32_t after, int64_t n, int64_t step, const float *from, double *to)
{
  double mean = 0, square = 0, most = 0;
  for (int64_t k = 0; k < n; k++)
    mean += (double)from[k * step] / (double)n;
  for (int64_t k = 0; k < n; k++) {
    const double w = (double)from[k * step];
    square += after == AFTER_UPDATE_VARIANCE ? (w - mean) * (w - mean) : w * w;
    most = fmax(most, fabs(w));
  }
  for (int64_t k = 0; k < n; k++) {
    const double w = (double)from[k * step];
    to[k * step] = after == AFTER_UPDATE_VARIANCE  ? (w - mean) / sqrt(square / (double)n + 1e-5)
                   : after == AFTER_UPDATE_MAX_ABS ? w / most
                                                   : w / sqrt(square);
  }
}

static void norms(void)
{
  static const int32_t size[][2] = { { 1, 1 },   { 3, 5 },   { 5, 3 },
                                     { 28, 32 }, { 33, 70 }, { 70, 64 } };
  static const int32_t norm[] = { AFTER_UPDATE_MAX_ABS, AFTER_UPDATE_VARIANCE,
                                  AFTER_UPDATE_UNIT_NORM };
  static float weight[MOST];
  static double expected[MOST];
  for (size_t s = 0; s < sizeof size / sizeof size[0]; s++)
    for (size_t k = 0; k < 3; k++)
      for (int32_t scope = SCOPE_LAYER; scope <= SCOPE_COLUMN; scope++) {
        const int32_t n_pre = size[s][0], n_post = size[s][1];
        const weights_config w = { .after_update = norm[k], .scope = scope };
        double most = 0;
        draw((int64_t)n_pre * n_post, 7, weight);
        if (scope == SCOPE_LAYER)
          by_hand(norm[k], (int64_t)n_pre * n_post, 1, weight, expected);
        for (int32_t i = 0; scope == SCOPE_ROW && i < n_pre; i++)
          by_hand(norm[k], n_post, 1, weight + i * n_post, expected + i * n_post);
        for (int32_t j = 0; scope == SCOPE_COLUMN && j < n_post; j++)
          by_hand(norm[k], n_pre, n_post, weight + j, expected + j);
        network_after_update(&w, NULL, n_pre, n_post, NULL, weight);
        for (int32_t i = 0; i < n_pre * n_post; i++)
          most = fmax(most, fabs((double)weight[i] - expected[i]));
        CU_ASSERT(most < 1e-5);
        // weights that are all zero stay, and a NaN is not hidden
        memset(weight, 0, sizeof weight);
        network_after_update(&w, NULL, n_pre, n_post, NULL, weight);
        for (int32_t i = 0; i < n_pre * n_post; i++)
          CU_ASSERT_EQUAL(weight[i], 0);
        weight[0] = NAN;
        network_after_update(&w, NULL, n_pre, n_post, NULL, weight);
        CU_ASSERT(isnan(weight[0]));
      }
}

static void bounds(void)
{
  const weights_config clip = { .after_update = AFTER_UPDATE_CLIP, .limit = 0.4 };
  float w[] = { 1, -4, 0.1f, NAN };
  network_after_update(&clip, NULL, 2, 2, NULL, w);
  CU_ASSERT(w[0] == 0.4f && w[1] == -0.4f && w[2] == 0.1f && isnan(w[3]));

  // before + max(d, 0) (limit - before) + min(d, 0) (before + limit)
  const weights_config soft = { .after_update = AFTER_UPDATE_SOFT_BOUND, .limit = 2 };
  const float before[] = { 1, 1, -1, 0, 2, 1.5f };
  float after[] = { 1.5f, 0.75f, -0.5f, 0, 3, 40 };
  network_after_update(&soft, NULL, 3, 2, before, after);
  CU_ASSERT(after[0] == 1 + 0.5f * 1);
  CU_ASSERT(after[1] == 1 - 0.25f * 3);
  CU_ASSERT(after[2] == -1 + 0.5f * 3);
  CU_ASSERT(after[3] == 0);
  CU_ASSERT(after[4] == 2); // at the bound it moves no further
  CU_ASSERT(after[5] == 2); // and no jump passes it

  // with Dale's law one of the bounds is zero
  const float sign[] = { 1, -1 };
  const float from[] = { 0.5f, 1, -0.5f, -1 };
  float to[] = { 0, 1.5f, 0, -1.5f };
  network_after_update(&soft, sign, 2, 2, from, to);
  CU_ASSERT(to[0] == 0.5f - 0.5f * 0.5f);
  CU_ASSERT(to[1] == 1 + 0.5f * 1);
  CU_ASSERT(to[2] == -0.5f + 0.5f * 0.5f);
  CU_ASSERT(to[3] == -1 - 0.5f * 1);
}

static void signs(void)
{
  const network_config config = { .layer = { 50 }, .n_layer = 1 };
  const hebb_env_shape shape = { .n_obs = 20, .n_act = 3 };
  weights_config weights = { .init = WEIGHT_UNIFORM, .low = -1, .high = 1, .inhibitory = 0.2 };
  const hebb_address life = { .seed = 3 };
  float kept[50] = { 0 }, start[20 * 50];
  error err = { 0 };
  network net;

  // without the law there are none
  CU_ASSERT_FATAL(network_build(&net, &config, &weights, &shape, &err) == EXIT_FINE);
  CU_ASSERT_FATAL(network_draw_signs(&net, 1, &err) == EXIT_FINE);
  CU_ASSERT_PTR_NULL(net.sign[0]);
  network_done(&net);

  weights.dale = DALE_RANDOM;
  for (uint64_t seed = 1; seed <= 2; seed++) {
    CU_ASSERT_FATAL(network_build(&net, &config, &weights, &shape, &err) == EXIT_FINE);
    CU_ASSERT_FATAL(network_draw_signs(&net, seed, &err) == EXIT_FINE);
    int n[2] = { 0 };
    for (int l = 0; l < 2; l++)
      for (int i = 0; i < net.layer[l].n_pre; i++) {
        CU_ASSERT(fabsf(net.sign[l][i]) == 1);
        n[l] += net.sign[l][i] < 0;
      }
    CU_ASSERT(n[0] == 4 && n[1] == 10); // a fifth, whatever the seed
    int other = 0;
    for (int i = 0; i < 50; i++) {
      other += kept[i] != net.sign[1][i];
      kept[i] = net.sign[1][i];
    }
    CU_ASSERT(other > 0); // at first of zeros, then of another seed's

    // a life starts with them: what was drawn with the other sign is zero
    network_start_weights(&net, 0, &life, NULL, start);
    int zero = 0;
    for (int k = 0; k < 20 * 50; k++) {
      CU_ASSERT(start[k] * net.sign[0][k / 50] >= 0);
      zero += start[k] == 0;
    }
    CU_ASSERT(zero > 400 && zero < 600);
    network_done(&net);
  }

  weights.dale = DALE_ALTERNATING;
  weights.inhibitory = 0.5;
  CU_ASSERT_FATAL(network_build(&net, &config, &weights, &shape, &err) == EXIT_FINE);
  CU_ASSERT_FATAL(network_draw_signs(&net, 1, &err) == EXIT_FINE);
  for (int i = 0; i < 20; i++)
    CU_ASSERT_EQUAL(net.sign[0][i], i % 2 ? -1 : 1);
  network_done(&net);
  weights.inhibitory = 0.2;
  CU_ASSERT_FATAL(network_build(&net, &config, &weights, &shape, &err) == EXIT_FINE);
  CU_ASSERT_FATAL(network_draw_signs(&net, 1, &err) == EXIT_FINE);
  for (int i = 0; i < 50; i++)
    CU_ASSERT_EQUAL(net.sign[1][i], i % 5 == 4 ? -1 : 1);
  network_done(&net);

  // what crosses zero stays there, then the rest is normalised
  const weights_config max_abs = { .after_update = AFTER_UPDATE_MAX_ABS };
  const float sign[] = { 1, -1 };
  float w[] = { 2, -8, -4, 1 };
  network_after_update(&max_abs, sign, 2, 2, NULL, w);
  CU_ASSERT(w[0] == 0.5f && w[1] == 0 && w[2] == -1 && w[3] == 0);
}

static void rates(void)
{
  const weights_config weights = { .init = WEIGHT_ZEROS };
  const hebb_env_shape shape = { .n_obs = 1, .n_act = 3 };
  const float drive[] = { -1, 0, 0.5f };
  float post[3], plain[3];
  for (int32_t activation = ACTIVATION_TANH; activation <= ACTIVATION_LINEAR; activation++) {
    network_config config = { .layer = { 3 }, .n_layer = 1, .activation = activation };
    error err = { 0 };
    network net;
    CU_ASSERT_FATAL(network_build(&net, &config, &weights, &shape, &err) == EXIT_FINE);
    network_activate(&net, 0, drive, plain);
    network_done(&net);
    config.non_negative = true;
    CU_ASSERT_FATAL(network_build(&net, &config, &weights, &shape, &err) == EXIT_FINE);
    network_activate(&net, 0, drive, post);
    for (int j = 0; j < 3; j++)
      CU_ASSERT_EQUAL(post[j], plain[j] < 0 ? 0 : plain[j]);
    network_activate(&net, 1, drive, post); // actions have both signs
    CU_ASSERT(post[0] < 0);
    network_done(&net);
  }
}

/* ---- in lives ---- */

typedef struct subject {
  experiment e;
  experiment_task task[2];
  toy_config world[2];
  plan *plan;
  rollout *room;
  recorder rec;
} subject;

static void live(subject *s, const weights_config *weights, int32_t update, int32_t kernel)
{
  static error err;
  const rollout_seeds seeds = { .seed = 5 };
  toy_experiment(&s->e, s->task, s->world, 2);
  CU_ASSERT_FATAL(loader_open("abcd", HEBB_RULE, NULL, &s->e.rule, &err) == EXIT_FINE);
  s->e.rule_plugin = (const hebb_rule *)s->e.rule.plugin;
  s->e.rule_config = calloc(1, s->e.rule.plugin->config_size);
  param_defaults(s->e.rule.plugin->params, s->e.rule_config);
  s->e.rule_host.update = update;
  s->e.rule_host.kernel = kernel;
  const weights_config fresh = s->e.weights;
  s->e.weights = *weights;
  s->e.weights.init = fresh.init, s->e.weights.low = -0.5, s->e.weights.high = 0.5;
  CU_ASSERT_FATAL(plan_open(&s->e, &s->plan, &err) == EXIT_FINE);
  CU_ASSERT_FATAL(rollout_new(s->plan, 1, &s->room, &err) == EXIT_FINE);
  CU_ASSERT_FATAL(recorder_init(&s->rec, s->plan, 0, &err) == EXIT_FINE);
  const rollout_observer watch = recorder_observer(&s->rec);
  rollout_life(s->room, 0, s->plan->genome.shape.start, &seeds, &watch);
  CU_ASSERT(s->rec.life.n_weight_step > 5);
}

static void done(subject *s)
{
  free(s->e.rule_config);
  recorder_done(&s->rec);
  rollout_free(s->room);
  plan_close(s->plan);
}

/* The largest of |norm of a group - 1| and of violations of sign and limit, over a life. */
static double violation(const subject *s)
{
  const weights_config *w = &s->e.weights;
  double most = 0;
  for (int32_t l = 0; l < s->plan->network.n_layer; l++) {
    const int32_t n_pre = s->plan->network.layer[l].n_pre;
    const int32_t n_post = s->plan->network.layer[l].n_post;
    for (int32_t row = 1; row < s->rec.life.n_weight_step;
         row++) { // of row 0 only the signs are known
      const float *weight = s->rec.life.weight[l] + (int64_t)row * n_pre * n_post;
      double square[64] = { 0 };
      for (int32_t k = 0; k < n_pre * n_post; k++) {
        const double x = (double)weight[k];
        const int32_t group = w->scope == SCOPE_LAYER ? 0
                              : w->scope == SCOPE_ROW ? k / n_post
                                                      : k % n_post;
        if (s->plan->network.sign[l])
          most = fmax(most, -x * (double)s->plan->network.sign[l][k / n_post]);
        if (w->after_update == AFTER_UPDATE_SOFT_BOUND || w->after_update == AFTER_UPDATE_CLIP)
          most = fmax(most, fabs(x) - w->limit);
        square[group] += x * x;
      }
      const int32_t n = w->scope == SCOPE_LAYER ? 1 : w->scope == SCOPE_ROW ? n_pre : n_post;
      for (int32_t g = 0; w->after_update == AFTER_UPDATE_UNIT_NORM && g < n; g++)
        if (square[g] > 0) // a neuron whose weights all crossed zero has none
          most = fmax(most, fabs(square[g] - 1));
    }
  }
  return most;
}

static void in_lives(void)
{
  for (int32_t after = AFTER_UPDATE_NONE; after <= AFTER_UPDATE_SOFT_BOUND; after++)
    for (int32_t scope = SCOPE_LAYER; scope <= SCOPE_COLUMN; scope++)
      for (int32_t dale = DALE_NONE; dale <= DALE_ALTERNATING; dale++)
        for (int32_t update = UPDATE_AFTER_STEP; update <= UPDATE_IN_FORWARD; update++) {
          const weights_config w = {
            .after_update = after, .scope = scope, .dale = dale, .inhibitory = 0.5, .limit = 0.6
          };
          if (after == AFTER_UPDATE_VARIANCE && dale != DALE_NONE)
            continue; // refused
          subject s = { 0 };
          live(&s, &w, update, KERNEL_AUTO);
          CU_ASSERT(violation(&s) < 1e-5);
          // one sweep only where it does the same
          const bool sweeps = dale == DALE_NONE && update == UPDATE_AFTER_STEP &&
                              (after == AFTER_UPDATE_NONE ||
                               (after == AFTER_UPDATE_MAX_ABS && scope == SCOPE_LAYER));
          CU_ASSERT_EQUAL(s.plan->fused, sweeps);
          if (sweeps) {
            subject plain = { 0 };
            live(&plain, &w, update, KERNEL_PLAIN);
            CU_ASSERT_DOUBLE_EQUAL(plain.room->total[0], s.room->total[0], 1e-5);
            done(&plain);
          }
          done(&s);
        }
}

/* Soft bounds see the weights before each update: a recorded life obeys the formula step by step. */
static void soft_bound_in_a_life(void)
{
  const weights_config soft = { .after_update = AFTER_UPDATE_SOFT_BOUND, .limit = 0.6 };
  const weights_config none = { .after_update = AFTER_UPDATE_NONE };
  subject bound = { 0 }, alone = { 0 };
  live(&bound, &soft, UPDATE_AFTER_STEP, KERNEL_PLAIN);
  live(&alone, &none, UPDATE_AFTER_STEP, KERNEL_PLAIN);
  // the first update has the same d in both
  const float *b = bound.rec.life.weight[0], *f = alone.rec.life.weight[0];
  const int32_t n = bound.room->layer[0].n_pre * bound.room->layer[0].n_post;
  for (int32_t k = 0; k < n; k++) {
    const double w = (double)b[k], d = (double)f[n + k] - w;
    const double to = w + d * (d > 0 ? 0.6 - w : w + 0.6);
    CU_ASSERT(b[k] == f[k]);
    CU_ASSERT_DOUBLE_EQUAL((double)b[n + k], fmin(0.6, fmax(-0.6, to)), 1e-6);
  }
  done(&bound);
  done(&alone);
}

int main(void)
{
  static const check_test tests[] = { { "norms over layer, row and column", norms },
                                      { "bounds", bounds },
                                      { "Dale's law", signs },
                                      { "rates", rates },
                                      { "in lives", in_lives },
                                      { "soft bounds in a life", soft_bound_in_a_life } };
  return check_run("constraints", tests, sizeof tests / sizeof tests[0]);
}
