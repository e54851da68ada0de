/* test_learner.c - a learner's life: when it begins, starts, acts, learns and ends, what it is shown, its
 * named arrays, its genome; learning curves. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "evolution.h"
#include "learning.h"
#include "recorder.h"
#include "rollout.h"
#include "said.h"
#include "toy_life.h"

/* A learner that writes down what happens to it; its action is a gene times the first observation. */
typedef struct witness {
  int32_t n_begin, n_start, n_act, n_learn, n_end;
  int32_t n_terminated, n_truncated, n_target, n_out_of_order;
  double gain, reward;
  uint64_t life_seed, episode_seed[4];
  float seen; /* first observation that was acted on */
  float last[2];
} witness;

static bool with_genes = true;
static const hebb_segment segments[] = { { .name = "gain", .rows = 1, .cols = 1 },
                                         { .name = "unused", .rows = 2, .cols = 3 } };
static const hebb_array arrays[] = {
  { .name = "reward_so_far",
    .unit = "1",
    .doc = "Sum.",
    .dims = "",
    .dtype = HEBB_F64,
    .offset = offsetof(witness, reward) },
  { .name = "last",
    .unit = "1",
    .doc = "Last two.",
    .dims = "place",
    .dtype = HEBB_F32,
    .rank = 1,
    .extent = { 2 },
    .offset = offsetof(witness, last) },
};

static int learner_of(const void *config, const hebb_env_shape *place, const hebb_host *host,
                      hebb_learner_shape *shape)
{
  (void)config, (void)host, (void)place;
  shape->state_size = sizeof(witness);
  shape->scratch_size = 16;
  shape->segment = segments;
  shape->n_segment = with_genes ? 2 : 0;
  shape->array = arrays;
  shape->n_array = 2;
  return HEBB_OK;
}

static void begin(void *state, const void *config, const hebb_env_shape *place, const float *gene,
                  uint64_t seed)
{
  witness *w = state;
  (void)config, (void)place;
  w->n_begin++;
  w->gain = with_genes ? (double)gene[0] : 1;
  w->life_seed = seed;
}

static void start(void *state, const float *obs, uint64_t seed)
{
  witness *w = state;
  w->episode_seed[w->n_start % 4] = seed;
  w->n_start++;
  w->n_out_of_order += w->n_end != w->n_start - 1;
  if (w->n_start == 1)
    w->seen = obs[0];
}

static void act(void *state, void *scratch, const float *obs, double *out)
{
  witness *w = state;
  (void)scratch;
  w->n_act++;
  w->last[0] = w->last[1];
  w->last[1] = obs[0];
  out[0] = w->gain * (double)obs[0];
  out[1] = 0;
}

static void learn(void *state, void *scratch, const hebb_outcome *o)
{
  witness *w = state;
  (void)scratch;
  w->n_learn++;
  w->n_out_of_order += w->n_learn != w->n_act;
  w->reward += o->reward;
  w->n_terminated += o->done == HEBB_TERMINATED;
  w->n_truncated += o->done == HEBB_TRUNCATED;
  w->n_target += o->target != NULL;
}

static void end(void *state, void *scratch)
{
  (void)scratch;
  ((witness *)state)->n_end++;
}

static const hebb_rule witness_rule = {
  .base = { .abi = HEBB_ABI,
            .size = sizeof(hebb_rule),
            .kind = HEBB_RULE,
            .name = "witness",
            .version = "1",
            .brief = "witness",
            .cite = "" },
  .learner = learner_of,
  .begin = begin,
  .start = start,
  .act = act,
  .learn = learn,
  .end = end,
};

typedef toy_life setup;

static void make(setup *s, int64_t episodes, bool keep)
{
  toy_experiment(&s->e, s->task, s->config, 6);
  s->e.rule_plugin = &witness_rule;
  s->e.rule.plugin = &witness_rule.base;
  s->e.lifetime =
      (lifetime_config){ .episodes = episodes, .keep_weights = keep, .solved_window = 2 };
}

static void set_up(setup *s, int64_t episodes, bool keep)
{
  make(s, episodes, keep);
  toy_life_open(s, keep ? 1 : (int32_t)episodes);
}

static const witness *state_of(const rollout *r, int32_t lane)
{
  return (const witness *)(const void *)(r->learner.state + (size_t)lane * r->learner.stride);
}

static void test_life(void)
{
  setup s;
  set_up(&s, 3, true);
  CU_ASSERT_EQUAL(s.plan->genome.shape.n_gene, 7);
  CU_ASSERT_STRING_EQUAL(s.plan->genome.shape.segment[1].name, "unused");
  CU_ASSERT_EQUAL(s.plan->genome.shape.segment[1].offset, 1);
  CU_ASSERT_EQUAL(s.plan->genome.shape.segment[1].role, HEBB_ROLE_LEARNER);

  const rollout_seeds seeds = { .seed = 5 };
  const float gene[7] = { 0.5f };
  rollout_life(s.room, 0, gene, &seeds, NULL);
  const witness *w = state_of(s.room, 0);
  CU_ASSERT_EQUAL(w->n_begin, 1);
  CU_ASSERT_EQUAL(w->n_start, 3);
  CU_ASSERT_EQUAL(w->n_end, 3);
  CU_ASSERT_EQUAL(w->n_act, w->n_learn);
  CU_ASSERT_EQUAL(w->n_act, s.room->length[0]);
  CU_ASSERT_EQUAL(w->n_out_of_order, 0);
  CU_ASSERT_EQUAL(w->n_terminated + w->n_truncated,
                  3); // the last step of an episode is learnt from
  CU_ASSERT_EQUAL(w->n_target, 0);
  CU_ASSERT_EQUAL(s.room->failure[0], FAILURE_NONE);
  CU_ASSERT_DOUBLE_EQUAL(w->reward / 3, s.room->total[0], 1e-12);
  CU_ASSERT_NOT_EQUAL(w->episode_seed[0], w->episode_seed[1]);

  // the curve adds up to the life
  double sum = 0;
  int32_t steps = 0;
  for (int k = 0; k < 3; k++) {
    sum += s.room->episode_return[k];
    steps += s.room->episode_length[k];
  }
  CU_ASSERT_DOUBLE_EQUAL(sum, w->reward, 1e-12);
  CU_ASSERT_EQUAL(steps, s.room->length[0]);

  // a second life begins from nothing
  const witness first = *w;
  rollout_life(s.room, 0, gene, &seeds, NULL);
  CU_ASSERT_EQUAL(memcmp(&first, w, sizeof first), 0);
  toy_life_close(&s);
}

static void test_lanes(void)
{
  setup s;
  set_up(&s, 4, false); // four lives of one episode each
  const rollout_seeds seeds = { .seed = 5 };
  const float gene[7] = { 0.5f };
  rollout_life(s.room, 0, gene, &seeds, NULL);
  CU_ASSERT_PTR_NULL(s.room->episode_return);
  for (int32_t lane = 0; lane < 4; lane++) {
    const witness *w = state_of(s.room, lane);
    CU_ASSERT_EQUAL(w->n_begin, 1);
    CU_ASSERT_EQUAL(w->n_start, 1);
    CU_ASSERT_EQUAL(w->n_end, 1);
    CU_ASSERT_EQUAL(w->n_act, s.room->length[lane]);
    CU_ASSERT(lane == 0 || w->life_seed != state_of(s.room, lane - 1)->life_seed);
  }
  toy_life_close(&s);
}

/* What makes no sense as an action is a failed life, not a fault of the world. */
static void test_bad_action(void)
{
  setup s;
  set_up(&s, 2, true);
  const rollout_seeds seeds = { .seed = 5 };
  const float gene[7] = { NAN };
  rollout_life(s.room, 0, gene, &seeds, NULL);
  CU_ASSERT_EQUAL(s.room->failure[0], FAILURE_NONFINITE);
  CU_ASSERT_STRING_EQUAL(s.room->why[0], "the learner's action is not finite");
  CU_ASSERT(isnan(s.room->episode_return[0]) && isnan(s.room->episode_return[1]));
  CU_ASSERT_EQUAL(state_of(s.room, 0)->n_act, 1);
  CU_ASSERT_EQUAL(state_of(s.room, 0)->n_learn, 0);
  toy_life_close(&s);
}

static void test_recorded(void)
{
  static error err;
  setup s;
  recorder rec;
  set_up(&s, 2, true);
  s.e.record.weight_every = 1;
  CU_ASSERT_FATAL(recorder_init(&rec, s.plan, 0, &err) == EXIT_FINE);
  const rollout_seeds seeds = { .seed = 5 };
  const float gene[7] = { 0.5f };
  const rollout_observer observer = recorder_observer(&rec);
  rollout_life(s.room, 0, gene, &seeds, &observer);
  const lifetime *life = &rec.life;
  CU_ASSERT_EQUAL(life->n_part, 2);
  CU_ASSERT_EQUAL(life->n_weight_step, life->n_step + 1);
  CU_ASSERT_EQUAL(life->part[0].value[0], 0); // as the first step begins
  double sum = 0;
  for (int32_t k = 0; k < life->n_step; k++) {
    sum += (double)life->reward[k];
    CU_ASSERT_DOUBLE_EQUAL((double)life->part[0].value[k + 1], sum, 1e-5);
    CU_ASSERT_EQUAL(life->part[1].value[2 * (k + 1) + 1], life->observation[k * TOY_OBS]);
    CU_ASSERT_EQUAL(life->episode[k], k >= s.room->episode_length[0]);
  }
  recorder_done(&rec);
  toy_life_close(&s);
}

static void test_refusals(void)
{
  static error err;
  setup s;
  make(&s, 1, false);
  s.e.modulation.source = MODULATION_REWARD;
  CU_ASSERT_EQUAL(plan_open(&s.e, &s.plan, &err), EXIT_CONFIGURATION);
  SAYS(&err, "owns the whole agent");

  hebb_learner_shape shape = {
    .size = sizeof shape, .state_size = 8, .array = arrays, .n_array = 1
  };
  error other = { 0 };
  CU_ASSERT_EQUAL(learner_check_shape(&shape, "witness", &other), EXIT_PLUGIN);
  SAYS(&other, "lies outside its state");
  const hebb_segment empty = { .name = "empty", .rows = 0, .cols = 3 };
  shape = (hebb_learner_shape){ .size = sizeof shape, .segment = &empty, .n_segment = 1 };
  error third = { 0 };
  CU_ASSERT_EQUAL(learner_check_shape(&shape, "witness", &third), EXIT_PLUGIN);
  SAYS(&third, "'empty' is 0 x 3");
}

/* Windows of two: means 1.5, 2.5, 3.5, 2.5 against 3 -> solved after four episodes, no longer at the end. */
static void test_curves(void)
{
  static error err;
  setup s;
  learning l;
  make(&s, 5, true);
  const double solved[2] = { 3, NAN };
  CU_ASSERT_FATAL(learning_init(&l, &s.e, 3, 2, solved, &err) == EXIT_FINE);
  const double curve[3][5] = { { 1, 2, 3, 4, 1 }, { 5, 5, 5, 5, 5 }, { 0, 0, 0, 0, NAN } };
  const int32_t length[5] = { 1, 2, 3, 4, 5 };
  for (int32_t i = 0; i < 3; i++)
    for (int32_t t = 0; t < 2; t++)
      learning_put(&l, i, t, curve[i], length);
  CU_ASSERT_EQUAL(l.generation, -1);
  learning_commit(&l, 7);
  double last;
  CU_ASSERT_EQUAL(learning_solved(&l, 0, 0, &last), 4);
  CU_ASSERT_EQUAL(last, 2.5);
  CU_ASSERT_EQUAL(learning_solved(&l, 1, 0, &last), 2);
  CU_ASSERT_EQUAL(learning_solved(&l, 2, 0, &last), 0);
  CU_ASSERT(isnan(last));
  CU_ASSERT_EQUAL(learning_solved(&l, 0, 1, &last), 0); // the world does not say from where
  const learning_summary sum = learning_summarise(&l, 0);
  CU_ASSERT_EQUAL(sum.n, 3);
  CU_ASSERT_EQUAL(sum.n_solved, 2);
  CU_ASSERT_EQUAL(sum.n_still, 1);
  CU_ASSERT_EQUAL(sum.n_failed, 1);
  CU_ASSERT_EQUAL(sum.final_mean, 3.75); // of the two that did not fail
  CU_ASSERT_EQUAL(sum.final_low, 2.5);
  CU_ASSERT_EQUAL(sum.median, 3);
  CU_ASSERT_EQUAL(sum.first, 2);
  CU_ASSERT_EQUAL(sum.last, 4);
  learning_done(&l);
}

/* Evolution over lives of several episodes, and a learner of which nothing evolves. */
static void test_generations(void)
{
  for (int genes = 0; genes < 2; genes++) {
    double *curve[2] = { NULL, NULL };
    size_t n = 0;
    with_genes = genes == 1;
    for (int k = 0; k < 2; k++) {
      static error err;
      setup s;
      make(&s, 3, true);
      const evolve_options options = { .n_worker = k == 0 ? 1 : 3 };
      evolution ev = { .e = &s.e, .options = &options };
      CU_ASSERT_FATAL(evolution_begin(&ev, &err) == EXIT_FINE);
      CU_ASSERT_EQUAL(ev.plan->genome.shape.n_gene, genes ? 7 : 0);
      CU_ASSERT_FATAL(evolution_generation(&ev, &err) == EXIT_FINE);
      CU_ASSERT_EQUAL(ev.learning.generation, 0);
      n = (size_t)ev.learning.n_individual * (size_t)ev.learning.n_task * 3;
      curve[k] = calloc(n, sizeof(double));
      memcpy(curve[k], ev.learning.episode_return, n * sizeof(double));
      evolution_end(&ev);
    }
    CU_ASSERT_EQUAL(n, 6 * 2 * 3);
    CU_ASSERT_EQUAL(memcmp(curve[0], curve[1], n * sizeof(double)), 0);
    CU_ASSERT_NOT_EQUAL(curve[0][0], curve[0][6]); // two individuals have worlds of their own
    free(curve[0]);
    free(curve[1]);
  }
  with_genes = true;
}

int main(void)
{
  static const check_test tests[] = {
    { "a life of several episodes, call by call", test_life },
    { "lives side by side", test_lanes },
    { "an action that makes no sense", test_bad_action },
    { "its named arrays and episodes are recorded", test_recorded },
    { "what is refused", test_refusals },
    { "when curves are solved", test_curves },
    { "generations, any number of workers", test_generations },
  };
  return check_run("learners", tests, sizeof tests / sizeof tests[0]);
}
