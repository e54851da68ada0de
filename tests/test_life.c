/* test_life.c - what a life grants on request: an update after the last step, recorded quantities;
 * and the rules and workers that a plan refuses. */
#include <stdlib.h>

#include "evaluate.h"
#include "evolution.h"
#include "recorder.h"
#include "said.h"
#include "toy.h"

typedef struct setup {
  experiment e;
  experiment_task task[2];
  toy_config config[2];
  hebb_env env;
  hebb_rule rule;
  hebb_optimizer optimizer;
  plan *plan;
  rollout *room;
} setup;

static void prepare(setup *s)
{
  *s = (setup){ .env = toy_env, .rule = toy_rule, .optimizer = toy_optimizer };
  toy_experiment(&s->e, s->task, s->config, 2);
  s->e.env_plugin = &s->env;
  s->e.rule_plugin = &s->rule;
  s->e.optimizer_plugin = &s->optimizer;
}

static void set_up(setup *s, int32_t n_lane)
{
  error err = { 0 };
  CU_ASSERT_FATAL(plan_open(&s->e, &s->plan, &err) == EXIT_FINE);
  CU_ASSERT_FATAL(rollout_new(s->plan, n_lane, &s->room, &err) == EXIT_FINE);
}

static void tear_down(setup *s)
{
  rollout_free(s->room);
  plan_close(s->plan);
}

/* ---- updates ---- */

/* Counts its calls in the first state of a postsynaptic neuron, keeps the reward in the second. */
static int shape_counting(const void *config, const hebb_host *host, hebb_rule_shape *shape)
{
  const int status = toy_rule.shape(config, host, shape);
  shape->n_post_state = 2;
  shape->needs = HEBB_NEEDS_REWARD;
  return status;
}

static int shape_last(const void *config, const hebb_host *host, hebb_rule_shape *shape)
{
  const int status = shape_counting(config, host, shape);
  shape->needs |= HEBB_NEEDS_LAST;
  return status;
}

static void update_counting(const void *config, const hebb_layer *l)
{
  toy_rule.update(config, l);
  for (int32_t lane = 0; lane < l->n_lane; lane++)
    if (l->live[lane]) {
      l->post_state[lane * 2 * l->n_post] += 1;
      l->post_state[(lane * 2 + 1) * l->n_post] = l->reward[lane];
    }
}

static const float *state_of(const setup *s, int32_t layer, int32_t lane, int32_t k)
{
  const hebb_layer *l = &s->room->layer[layer];
  return l->post_state + (lane * 2 + k) * l->n_post;
}

static void last_update(void)
{
  for (int needed = 0; needed < 2; needed++)
    for (int timing = UPDATE_AFTER_STEP; timing <= UPDATE_IN_FORWARD; timing++) {
      setup s;
      const rollout_seeds seeds = { .seed = 1 };
      int n_failed = 0, n_shorter = 0;
      prepare(&s);
      s.rule.shape = needed ? shape_last : shape_counting;
      s.rule.update = update_counting;
      s.e.rule_host.update = timing;
      s.config[0].fail_at = 10; // some lanes are over before that
      set_up(&s, 8);
      rollout_life(s.room, 0, s.plan->genome.shape.start, &seeds, NULL);
      for (int32_t lane = 0; lane < 8; lane++) {
        const bool failed = s.room->failure[lane] != FAILURE_NONE;
        const bool all = timing == UPDATE_IN_FORWARD || (needed && !failed);
        for (int32_t layer = 0; layer < 2; layer++) {
          CU_ASSERT_EQUAL(*state_of(&s, layer, lane, 0), (float)(s.room->length[lane] - !all));
          if (needed && all && timing == UPDATE_AFTER_STEP) // it has seen what came last
            CU_ASSERT_EQUAL(*state_of(&s, layer, lane, 1), (float)s.room->io.reward[lane]);
        }
        n_failed += failed;
        n_shorter += s.room->length[lane] < 10;
      }
      CU_ASSERT(n_failed > 0 && n_shorter > 0);
      tear_down(&s);
    }
}

/* Each episode has its last step. */
static void last_update_of_each_episode(void)
{
  setup s;
  const rollout_seeds seeds = { .seed = 1 };
  prepare(&s);
  s.rule.shape = shape_last;
  s.rule.update = update_counting;
  s.e.lifetime.episodes = 3;
  s.e.lifetime.keep_weights = true;
  set_up(&s, 1);
  rollout_life(s.room, 0, s.plan->genome.shape.start, &seeds, NULL);
  CU_ASSERT_EQUAL(*state_of(&s, 0, 0, 0), (float)s.room->length[0]);
  tear_down(&s);
}

/* Nothing of the life before is left: in the first forward pass reward and mark are zero. */
static void update_first(const void *config, const hebb_layer *l)
{
  (void)config;
  for (int32_t lane = 0; lane < l->n_lane; lane++)
    if (l->step == 0)
      l->post_state[lane * 2 * l->n_post] = l->reward[lane] == 0 && l->mark[lane] == 0;
}

static void step_marking(void *sim, const hebb_lanes *io)
{
  toy_env.step(sim, io);
  for (int32_t lane = 0; lane < io->n_lane; lane++)
    io->mark[lane] = HEBB_EVENT;
}

static void lives_begin_anew(void)
{
  setup s;
  const rollout_seeds seeds = { .seed = 1 };
  prepare(&s);
  s.rule.shape = shape_counting;
  s.rule.update = update_first;
  s.env.step = step_marking;
  s.e.rule_host.update = UPDATE_IN_FORWARD;
  set_up(&s, 3);
  for (int life = 0; life < 2; life++) {
    rollout_life(s.room, 0, s.plan->genome.shape.start, &seeds, NULL);
    for (int32_t lane = 0; lane < 3; lane++)
      CU_ASSERT_EQUAL(*state_of(&s, 0, lane, 0), 1);
  }
  tear_down(&s);
}

/* ---- recorded quantities ---- */

static int n_read[2];

static int open_named(const void *config, const hebb_host *host, hebb_env_shape *shape,
                      void **model)
{
  static const hebb_array array[] = {
    { .name = "track",
      .unit = "m",
      .doc = "Fixed.",
      .dims = "tile",
      .dtype = HEBB_F64,
      .rank = 1,
      .extent = { 3 },
      .flags = HEBB_ARRAY_PER_EPISODE },
    { .name = "place", .unit = "m", .doc = "Varies.", .dims = "", .dtype = HEBB_I32 },
  };
  const int status = toy_env.open(config, host, shape, model);
  shape->array = array;
  shape->n_array = 2;
  return status;
}

static void read_named(void *sim, int32_t lane, int32_t array, void *out)
{
  (void)sim, (void)lane;
  n_read[array]++;
  for (int k = 0; array == 0 && k < 3; k++)
    ((double *)out)[k] = 10 * n_read[0] + k;
  if (array == 1)
    *(int32_t *)out = 100 + n_read[1];
}

static void fixed_quantities(void)
{
  setup s;
  recorder rec;
  error err = { 0 };
  const rollout_seeds seeds = { .seed = 9 };
  prepare(&s);
  s.env.open = open_named;
  s.env.read = read_named;
  s.e.lifetime.episodes = 2;
  s.e.lifetime.keep_weights = true;
  set_up(&s, 1);
  CU_ASSERT_FATAL(recorder_init(&rec, s.plan, 0, &err) == EXIT_FINE);
  const rollout_observer observer = recorder_observer(&rec);
  n_read[0] = n_read[1] = 0;
  rollout_life(s.room, 0, s.plan->genome.shape.start, &seeds, &observer);

  const lifetime *life = &rec.life;
  CU_ASSERT_EQUAL_FATAL(life->n_array, 2);
  CU_ASSERT_EQUAL(n_read[0], 1);
  CU_ASSERT_STRING_EQUAL(life->array[0].info->name, "track");
  for (int k = 0; k < 3; k++)
    CU_ASSERT_EQUAL(life->array[0].value[k], (float)(10 + k));
  CU_ASSERT_EQUAL(n_read[1], life->n_step);
  for (int32_t step = 0; step < life->n_step; step++)
    CU_ASSERT_EQUAL(life->array[1].value[step], (float)(101 + step));
  recorder_done(&rec);

  // one row is counted, not one a step
  const size_t bytes = recorder_bytes(s.plan, 0);
  s.plan->world[0].shape.n_array = 0;
  CU_ASSERT_EQUAL(bytes - recorder_bytes(s.plan, 0), (3 + 2 * TOY_MOST_STEPS) * sizeof(float));
  tear_down(&s);
}

/* ---- rules that make no sense ---- */

static hebb_rule_shape wrong;

static int shape_wrong(const void *config, const hebb_host *host, hebb_rule_shape *shape)
{
  (void)config, (void)host;
  const uint32_t size = shape->size;
  *shape = wrong;
  shape->size = size;
  return HEBB_OK;
}

static void rule_shapes(void)
{
  static const char *const names[] = { "A", "B" }, *const hole[] = { "A", NULL };
  static const uint8_t spans[] = { HEBB_SHARE_PRE, HEBB_SHARE_NETWORK };
  static const uint8_t zero[] = { HEBB_SHARE_EACH, 0 };
  static const struct {
    hebb_rule_shape shape;
    const char *says;
  } cases[] = {
    { { .n_coef = 65, .coef_name = names }, "declares 65 coefficients; 0 to 64" },
    { { .n_coef = -1, .coef_name = names }, "declares -1 coefficients" },
    { { .n_coef = 2 }, "coefficient 0 has no name" },
    { { .n_coef = 2, .coef_name = hole }, "coefficient 1 has no name" },
    { { .n_coef = 2, .coef_name = names, .coef_span = spans }, "coef_span of B is 5" },
    { { .n_coef = 2, .coef_name = names, .coef_span = zero }, "coef_span of B is 0" },
    { { .n_coef = 1, .coef_name = names, .n_trace = 65 }, "declares 65 traces" },
    { { .n_coef = 1, .coef_name = names, .n_pre_state = -1 }, "-1 states of a presynaptic" },
    { { .n_coef = 1, .coef_name = names, .n_post_state = 1000000 }, "states of a postsynaptic" },
    { { .n_coef = 1, .coef_name = names, .n_plane = 65 }, "declares 65 planes" },
  };
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    setup s;
    error err = { 0 };
    prepare(&s);
    s.rule.shape = shape_wrong;
    wrong = cases[k].shape;
    CU_ASSERT_EQUAL(plan_open(&s.e, &s.plan, &err), EXIT_PLUGIN);
    SAYS(&err, cases[k].says);
  }
}

/* ---- plugins that are not thread-safe ---- */

static void workers(void)
{
  setup s;
  const struct {
    hebb_plugin *plugin;
    const char *says;
  } cases[] = { { &s.env.base, "environment 'toy' is not thread-safe" },
                { &s.rule.base, "rule 'toy' is not thread-safe" },
                { &s.optimizer.base, "optimizer 'toy' is not thread-safe" } };
  for (int k = 0; k < 3; k++)
    for (int32_t n_worker = 1; n_worker < 3; n_worker++) {
      error err = { 0 };
      const evolve_options options = { .n_worker = n_worker };
      prepare(&s);
      cases[k].plugin->flags = HEBB_NEEDS_PROCESS;
      evolution ev = { .e = &s.e, .options = &options };
      CU_ASSERT_EQUAL(evolution_begin(&ev, &err), n_worker > 1 ? EXIT_CONFIGURATION : EXIT_FINE);
      if (n_worker > 1) {
        SAYS(&err, cases[k].says);
        SAYS(&err, "--workers 1");
      }

      evolution_end(&ev);
    }
}

static void workers_of_an_evaluation(void)
{
  setup s;
  error err = { 0 };
  evaluation result;
  prepare(&s);
  s.env.base.flags = HEBB_NEEDS_PROCESS;
  CU_ASSERT_FATAL(plan_open(&s.e, &s.plan, &err) == EXIT_FINE);
  const evaluate_options how = { .genome = s.plan->genome.shape.start,
                                 .n_rollout = 2,
                                 .n_worker = 2 };
  CU_ASSERT_EQUAL(evaluate(s.plan, &how, &result, &err), EXIT_CONFIGURATION);
  SAYS(&err, "environment 'toy' is not thread-safe, and 2 workers would share it: --workers 1\n");
  plan_close(s.plan);
}

int main(void)
{
  static const check_test tests[] = {
    { "an update after the last step", last_update },
    { "an update after the last step of each episode", last_update_of_each_episode },
    { "a life begins without reward and mark", lives_begin_anew },
    { "quantities fixed for an episode are recorded once", fixed_quantities },
    { "rule shapes that make no sense", rule_shapes },
    { "plugins that are not thread-safe", workers },
    { "the same in an evaluation", workers_of_an_evaluation },
  };
  return check_run("life", tests, sizeof tests / sizeof tests[0]);
}
