/* bench_layer.h - dense layers that learn by the ABCD rule, in one block of memory as a worker has them. */
#ifndef HEBB_BENCH_LAYER_H
#define HEBB_BENCH_LAYER_H

#include <hebb/rule.h>

#include "bench.h"
#include "loader.h"
#include "param.h"

/* The rule abcd with its defaults: all four terms, a learning rate. */
typedef struct bench_rule {
  const hebb_rule *rule;
  void *config;
} bench_rule;

typedef struct bench_layer {
  int32_t n_pre, n_post;
  float *coef, *plane, *weight, *pre, *post, *drive;
  float scale;
} bench_layer;

/* Memory that is handed out piece by piece; there is enough. */
typedef struct bench_block {
  char *next;
} bench_block;

static inline float *bench_take(bench_block *block, size_t n)
{
  float *taken = (float *)(void *)block->next;
  block->next += (n * sizeof(float) + 63) / 64 * 64;
  return taken;
}

/* n numbers within +-size, no two neighbours alike */
static inline float *bench_numbers(bench_block *block, size_t n, float size)
{
  float *x = bench_take(block, n);
  for (size_t k = 0; k < n; k++)
    x[k] = size * (float)((int)(k * 7919 % 2001) - 1000) / 1000;
  return x;
}

/* 0, or 1 after saying why the rule cannot be had */
static inline int bench_rule_open(bench_rule *r)
{
  static error err;
  loaded abcd;
  if (loader_open("abcd", HEBB_RULE, NULL, &abcd, &err) != EXIT_FINE) {
    error_print(&err);
    return 1;
  }
  r->rule = (const hebb_rule *)abcd.plugin;
  r->config = calloc(1, abcd.plugin->config_size);
  if (!r->config)
    return 1;
  param_defaults(abcd.plugin->params, r->config);
  return 0;
}

/* Coefficients are so small that weights stay as they are, however often they change. */
static inline bench_layer bench_layer_new(bench_block *block, const bench_rule *r, int32_t n_pre,
                                          int32_t n_post)
{
  const size_t n = (size_t)n_pre * (size_t)n_post;
  bench_layer l = { .n_pre = n_pre, .n_post = n_post, .scale = 1 };
  l.plane = bench_take(block, 4 * n);
  l.weight = bench_numbers(block, n, 0.1f);
  l.pre = bench_numbers(block, (size_t)n_pre, 1);
  l.post = bench_numbers(block, (size_t)n_post, 1);
  l.drive = bench_take(block, (size_t)n_post);
  l.coef = bench_numbers(block, 5 * n, 1e-4f);
  r->rule->prepare(r->config, n_pre, n_post, l.coef, l.plane);
  return l;
}

static inline hebb_sweep bench_layer_sweep(bench_layer *l, uint32_t max_abs)
{
  return (hebb_sweep){ .size = sizeof(hebb_sweep),
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
}

static inline void bench_layer_step(const bench_rule *r, bench_layer *l, uint32_t max_abs)
{
  const hebb_sweep sweep = bench_layer_sweep(l, max_abs);
  r->rule->sweep(r->config, &sweep);
}

#endif
