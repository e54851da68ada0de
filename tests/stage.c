/* stage.c - an environment plugin of this build with all its lanes' memory, for tests. */
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiment.h"
#include "loader.h"

static void *zeros(int32_t n_lane, int32_t n, size_t size)
{
  void *memory = calloc((size_t)n_lane * (size_t)(n > 0 ? n : 1), size);
  if (!memory)
    exit(99);
  return memory;
}

static int open_plugin(stage *s, const char *env, const char *const *set, error *err)
{
  int32_t n_set = 0;
  while (set && set[n_set])
    n_set++;
  loaded plugin;
  if (loader_open(env, HEBB_ENV, NULL, &plugin, err) != EXIT_FINE)
    return err->status;
  s->env = (const hebb_env *)plugin.plugin;
  if (experiment_plugin_config(plugin.plugin, "env", set, n_set, &s->config, err) != EXIT_FINE)
    return err->status;
  host_services services;
  host_services_init(&services, env, err);
  s->shape.size = sizeof s->shape;
  if (s->env->open(s->config, &services.host, &s->shape, &s->model) != HEBB_OK)
    return error_add(err, EXIT_CONFIGURATION, "%s: open fails", env);
  if (s->env->make(s->model, s->n_lane, &services.host, &s->sim) != HEBB_OK)
    return error_add(err, EXIT_CONFIGURATION, "%s: make fails", env);
  return EXIT_FINE;
}

stage *stage_open(const char *env, int32_t n_lane, const char *const *set, error *err)
{
  static error own;
  error *why = err ? err : &own;
  stage *s = zeros(1, 1, sizeof *s);
  s->n_lane = n_lane;
  if (open_plugin(s, env, set, why) != EXIT_FINE) {
    if (!err) {
      error_print(why);
      exit(99);
    }
    stage_close(s);
    return NULL;
  }
  s->act = zeros(n_lane, s->shape.n_act, sizeof *s->act);
  s->reward = zeros(n_lane, 1, sizeof *s->reward);
  s->score = zeros(n_lane, 1, sizeof *s->score);
  s->obs = zeros(n_lane, s->shape.n_obs, sizeof *s->obs);
  s->target = zeros(n_lane, s->shape.n_target, sizeof *s->target);
  s->context = zeros(n_lane, 1, sizeof *s->context);
  s->done = zeros(n_lane, 1, sizeof *s->done);
  s->mark = zeros(n_lane, 1, sizeof *s->mark);
  s->why = zeros(n_lane, 1, sizeof *s->why);
  return s;
}

void stage_close(stage *s)
{
  if (s->sim)
    s->env->drop(s->sim);
  if (s->model && s->env->close)
    s->env->close(s->model);
  free(s->config);
  free(s->act);
  free(s->reward);
  free(s->score);
  free(s->obs);
  free(s->target);
  free(s->context);
  free(s->done);
  free(s->mark);
  free(s->why);
  free(s);
}

hebb_lanes stage_lanes(stage *s)
{
  return (hebb_lanes){
    .size = sizeof(hebb_lanes),
    .n_lane = s->n_lane,
    .act = s->act,
    .obs = s->obs,
    .reward = s->reward,
    .score = s->score,
    .target = s->shape.n_target ? s->target : NULL,
    .context = s->shape.n_context ? s->context : NULL,
    .done = s->done,
    .mark = s->mark,
    .why = s->why,
  };
}

void stage_reset(stage *s, const uint64_t *seed)
{
  const hebb_lanes io = stage_lanes(s);
  s->env->reset(s->sim, seed, &io);
}

void stage_reset_all(stage *s, uint64_t seed)
{
  uint64_t *seeds = zeros(s->n_lane, 1, sizeof *seeds);
  for (int32_t lane = 0; lane < s->n_lane; lane++)
    seeds[lane] = seed;
  stage_reset(s, seeds);
  free(seeds);
}

void stage_step(stage *s)
{
  const hebb_lanes io = stage_lanes(s);
  memset(s->mark, 0, (size_t)s->n_lane);
  s->env->step(s->sim, &io);
}

int32_t stage_array(const stage *s, const char *name)
{
  for (int32_t k = 0; k < s->shape.n_array; k++)
    if (strcmp(s->shape.array[k].name, name) == 0)
      return k;
  fprintf(stderr, "no quantity %s\n", name);
  exit(99);
}

void stage_read(stage *s, int32_t lane, const char *name, void *out)
{
  s->env->read(s->sim, lane, stage_array(s, name), out);
}
