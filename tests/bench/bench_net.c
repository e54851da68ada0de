/* bench_net.c - a network step with plasticity against the memory it has to touch.
 *
 * Forward pass and ABCD update of the ant's network (28-128-64-8) and of dense layers as large as the
 * car's (648-128-64-3), fused, with and without max-abs normalisation. References of the same run:
 * `roof`, reading 24 bytes a synapse (four coefficients, the weight read and written) from the same cache
 * level, and `plain`, the rule's update after a forward pass. Thread CPU time, medians over alternating
 * rounds; a JSON line a case.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hebb/clone.h>

#include "bench.h"
#include "kernels.h"
#include "loader.h"
#include "param.h"

enum { ROUNDS = 15, STEPS = 300, LAYERS = 3 };

typedef struct layer {
  int32_t n_pre, n_post;
  float *coef, *plane, *weight, *pre, *post, *drive;
  float scale;
} layer;

/* Small pseudo-random numbers; tiny coefficients keep the weights from growing. */
static float *numbers(size_t n, float size)
{
  float *x = aligned_alloc(64, (n * sizeof *x + 63) / 64 * 64);
  for (size_t k = 0; x && k < n; k++)
    x[k] = size * (float)((int)(k * 7919 % 2001) - 1000) / 1000;
  return x;
}

static HEBB_INLINE void read_all_inline(int64_t n, const float *restrict from, float *restrict sum)
{
  for (int64_t k = 0; k < n; k += 64)
    for (int64_t j = 0; j < 64; j++)
      sum[j] += from[k + j];
}
HEBB_CLONES(read_all, (int64_t n, const float *restrict from, float *restrict sum), (n, from, sum))

static void fused_step(const hebb_rule *rule, const void *config, layer *l, uint32_t max_abs)
{
  const hebb_sweep sweep = { .size = sizeof sweep,
                             .n_lane = 1,
                             .n_pre = l->n_pre,
                             .n_post = l->n_post,
                             .max_abs = max_abs,
                             .plane = l->plane,
                             .pre_pending = l->pre,
                             .post_pending = l->post,
                             .pre = l->pre,
                             .drive = l->drive,
                             .weight = l->weight,
                             .scale = &l->scale };
  rule->sweep(config, &sweep);
}

static void plain_step(const hebb_rule *rule, const void *config, layer *l)
{
  const hebb_layer view = { .size = sizeof view,
                            .n_lane = 1,
                            .n_pre = l->n_pre,
                            .n_post = l->n_post,
                            .pre = l->pre,
                            .post = l->post,
                            .drive = l->drive,
                            .coef = l->coef,
                            .weight = l->weight };
  kernel_dense(l->n_pre, l->n_post, l->pre, l->weight, l->drive);
  rule->update(config, &view);
}

static void measure(const hebb_rule *rule, const void *config, const char *name,
                    const int32_t size[LAYERS + 1])
{
  layer l[LAYERS];
  size_t synapses = 0;
  double fused[ROUNDS], normalised[ROUNDS], plain[ROUNDS], roof[ROUNDS];
  float sum[64] = { 0 };

  for (int k = 0; k < LAYERS; k++) {
    const size_t n = (size_t)size[k] * (size_t)size[k + 1];
    synapses += n;
    l[k] = (layer){ size[k],
                    size[k + 1],
                    numbers(5 * n, 1e-4f),
                    numbers(4 * n, 0),
                    numbers(n, 0.1f),
                    numbers((size_t)size[k], 1),
                    numbers((size_t)size[k + 1], 1),
                    numbers((size_t)size[k + 1], 0),
                    1 };
    rule->prepare(config, l[k].n_pre, l[k].n_post, l[k].coef, l[k].plane);
  }
  const int64_t n_read = (int64_t)synapses * 6 / 64 * 64;
  float *memory = numbers((size_t)n_read, 1);

  for (int round = 0; round < ROUNDS; round++) {
    double t[5] = { bench_thread_seconds() };
    for (int step = 0; step < STEPS * LAYERS; step++)
      fused_step(rule, config, &l[step % LAYERS], 0);
    t[1] = bench_thread_seconds();
    for (int step = 0; step < STEPS * LAYERS; step++)
      fused_step(rule, config, &l[step % LAYERS], 1);
    t[2] = bench_thread_seconds();
    for (int step = 0; step < STEPS * LAYERS; step++)
      plain_step(rule, config, &l[step % LAYERS]);
    t[3] = bench_thread_seconds();
    for (int step = 0; step < STEPS; step++)
      read_all(n_read, memory, sum);
    t[4] = bench_thread_seconds();
    fused[round] = (t[1] - t[0]) / STEPS;
    normalised[round] = (t[2] - t[1]) / STEPS;
    plain[round] = (t[3] - t[2]) / STEPS;
    roof[round] = (t[4] - t[3]) / STEPS;
  }
  const double f = bench_median(fused, ROUNDS), m = bench_median(normalised, ROUNDS),
               p = bench_median(plain, ROUNDS), r = bench_median(roof, ROUNDS);
  printf("{\"name\": \"%s_step\", \"n\": %d, \"unit\": \"us\", \"median\": %.2f, \"roof\": %.2f, "
         "\"share_of_roof\": %.2f, \"plain_over_fused\": %.2f, \"max_abs_adds\": %.3f, "
         "\"clone\": %d, \"check\": %g}\n",
         name, ROUNDS, 1e6 * f, 1e6 * r, r / f, p / f, m / f - 1, hebb_clone(), (double)sum[0]);
  free(memory);
  for (int k = 0; k < LAYERS; k++) {
    free(l[k].coef);
    free(l[k].plane);
    free(l[k].weight);
    free(l[k].pre);
    free(l[k].post);
    free(l[k].drive);
  }
}

int main(void)
{
  static const int32_t ant[] = { 28, 128, 64, 8 }, car[] = { 648, 128, 64, 3 };
  static error err;
  loaded abcd;

  if (loader_open("abcd", HEBB_RULE, NULL, &abcd, &err) != EXIT_FINE) {
    error_print(&err);
    return 1;
  }
  void *config = calloc(1, abcd.plugin->config_size);
  param_defaults(abcd.plugin->params, config);
  measure((const hebb_rule *)abcd.plugin, config, "ant", ant);
  measure((const hebb_rule *)abcd.plugin, config, "car", car);
  free(config);
  return 0;
}
