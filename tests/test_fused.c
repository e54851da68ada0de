/* test_fused.c - a life with update and forward pass in one sweep against the same life with one after
 * the other: actions, recorded weights, both kinds of weight post-processing, kept episodes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "loader.h"
#include "param.h"
#include "recorder.h"
#include "toy.h"

typedef struct side {
  experiment e;
  experiment_task task[2];
  toy_config world[2];
  plan *plan;
  rollout *room;
  recorder rec;
} side;

static void *default_config(const hebb_plugin *plugin)
{
  void *config = calloc(1, plugin->config_size);
  param_defaults(plugin->params, config);
  return config;
}

static void set_up(side *s, int32_t kernel, int32_t after_update, int32_t episodes)
{
  static error err;
  toy_experiment(&s->e, s->task, s->world, 2);
  CU_ASSERT_FATAL(loader_open("abcd", HEBB_RULE, NULL, &s->e.rule, &err) == EXIT_FINE);
  s->e.rule_plugin = (const hebb_rule *)s->e.rule.plugin;
  s->e.rule_config = default_config(s->e.rule.plugin);
  s->e.rule_host.kernel = kernel;
  s->e.weights.after_update = after_update;
  s->e.lifetime.episodes = episodes;
  s->e.lifetime.keep_weights = episodes > 1;
  CU_ASSERT_FATAL(plan_open(&s->e, &s->plan, &err) == EXIT_FINE);
  CU_ASSERT_FATAL(rollout_new(s->plan, 1, &s->room, &err) == EXIT_FINE);
  CU_ASSERT_FATAL(recorder_init(&s->rec, s->plan, 0, &err) == EXIT_FINE);
}

static void tear_down(side *s)
{
  free(s->e.rule_config);
  recorder_done(&s->rec);
  rollout_free(s->room);
  plan_close(s->plan);
}

static double difference(const float *a, const float *b, int64_t n)
{
  double most = 0;
  for (int64_t k = 0; k < n; k++)
    most = fmax(most, fabs((double)a[k] - (double)b[k]));
  return most;
}

static void compare(int32_t after_update, int32_t episodes)
{
  side plain = { 0 }, fused = { 0 };
  const rollout_seeds seeds = { .seed = 5 };
  set_up(&plain, KERNEL_PLAIN, after_update, episodes);
  set_up(&fused, KERNEL_AUTO, after_update, episodes);
  CU_ASSERT(fused.plan->fused && !plain.plan->fused);

  const float *vector = plain.plan->genome.shape.start;
  const rollout_observer watch_plain = recorder_observer(&plain.rec);
  const rollout_observer watch_fused = recorder_observer(&fused.rec);
  rollout_life(plain.room, 0, vector, &seeds, &watch_plain);
  rollout_life(fused.room, 0, vector, &seeds, &watch_fused);
  const double watched = fused.room->total[0];
  CU_ASSERT_EQUAL(plain.room->length[0], fused.room->length[0]);
  CU_ASSERT_DOUBLE_EQUAL(plain.room->total[0], watched, 1e-5);
  CU_ASSERT(plain.room->total[0] != 0);

  // every recorded weight, the last row included
  CU_ASSERT_EQUAL(plain.rec.life.n_weight_step, fused.rec.life.n_weight_step);
  CU_ASSERT(plain.rec.life.n_weight_step > 5);
  for (int32_t l = 0; l < 2; l++) {
    const int64_t n = plain.room->layer[l].n_pre * plain.room->layer[l].n_post;
    CU_ASSERT(difference(plain.rec.life.weight[l], fused.rec.life.weight[l],
                         n * plain.rec.life.n_weight_step) < 1e-5);
    CU_ASSERT(difference(plain.rec.life.weight[l],
                         plain.rec.life.weight[l] + n * (plain.rec.life.n_weight_step - 1),
                         n) > 1e-3); // they did change
  }

  // a life that nobody watches is the same to the last bit
  rollout_life(fused.room, 0, vector, &seeds, NULL);
  CU_ASSERT_EQUAL(fused.room->total[0], watched);
  tear_down(&plain);
  tear_down(&fused);
}

static void free_weights(void)
{
  compare(AFTER_UPDATE_NONE, 1);
}

static void normalised_weights(void)
{
  compare(AFTER_UPDATE_MAX_ABS, 1);
}

static void kept_episodes(void)
{
  compare(AFTER_UPDATE_NONE, 3);
  compare(AFTER_UPDATE_MAX_ABS, 3);
}

int main(void)
{
  static const check_test tests[] = { { "weights left as they are", free_weights },
                                      { "weights divided by their maximum", normalised_weights },
                                      { "weights kept over episodes", kept_episodes } };
  return check_run("fused sweep", tests, sizeof tests / sizeof tests[0]);
}
