/* test_condition.c - lives with events: what each kind does, in numbers, by both kernels. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "param.h"
#include "recorder.h"
#include "toy.h"

enum { N0 = TOY_OBS * 4, N1 = 4 * TOY_ACT, STEPS = TOY_MOST_STEPS };

/* The toy with rule abcd (or the toy's) and one condition of `n_event` events in its first task. */
typedef struct side {
  experiment e;
  experiment_task task[2];
  toy_config world[2], other;
  experiment_condition condition;
  plan *plan;
  rollout *room;
  recorder rec;
  float *vector;
} side;

static void use_abcd(side *s)
{
  static error err;
  CU_ASSERT_FATAL(loader_open("abcd", HEBB_RULE, NULL, &s->e.rule, &err) == EXIT_FINE);
  s->e.rule_plugin = (const hebb_rule *)s->e.rule.plugin;
  s->e.rule_config = calloc(1, s->e.rule.plugin->config_size);
  param_defaults(s->e.rule.plugin->params, s->e.rule_config);
}

static void prepare(side *s, experiment_event *list, int32_t n_event)
{
  *s = (side){ 0 };
  toy_experiment(&s->e, s->task, s->world, 2);
  s->other = (toy_config){ -1, -1, 3 };
  s->condition = (experiment_condition){ .name = "lesion", .event = list, .n_event = n_event };
  s->e.condition = &s->condition;
  s->e.n_condition = n_event > 0;
}

static void open_side(side *s)
{
  static error err;
  CU_ASSERT_FATAL(plan_open(&s->e, &s->plan, &err) == EXIT_FINE);
  CU_ASSERT_FATAL(rollout_new(s->plan, 1, &s->room, &err) == EXIT_FINE);
  CU_ASSERT_FATAL(recorder_init(&s->rec, s->plan, 0, &err) == EXIT_FINE);
  const size_t n = (size_t)s->plan->genome.shape.n_gene;
  s->vector = calloc(n, sizeof(float));
  memcpy(s->vector, s->plan->genome.shape.start, n * sizeof(float));
}

static void close_side(side *s)
{
  recorder_done(&s->rec);
  rollout_free(s->room);
  plan_close(s->plan);
  free(s->vector);
  free(s->e.rule_config);
}

/* A seed whose world lives for all its steps. */
static rollout_seeds long_life(void)
{
  rollout_seeds seeds = { .seed = 1 };
  for (hebb_address a = { .seed = seeds_world(&seeds, 0) }; hebb_uniform(&a, 3) < 0.5f;
       a.seed = seeds_world(&seeds, 0))
    seeds.seed++;
  return seeds;
}

static void live(side *s, const rollout_seeds *seeds)
{
  const rollout_observer watch = recorder_observer(&s->rec);
  const condition *c = &s->plan->conditions.row[s->plan->conditions.n - 1];
  s->rec.life.n_weight_step = 0;
  rollout_life_with(s->room, c->task, s->vector, seeds, c->event, c->n_event, &watch);
}

static void start(side *s, experiment_event *list, int32_t n_event, int32_t kernel)
{
  const rollout_seeds seeds = long_life();
  prepare(s, list, n_event);
  use_abcd(s);
  s->e.rule_host.kernel = kernel;
  open_side(s);
  CU_ASSERT_EQUAL(s->plan->fused, kernel == KERNEL_AUTO);
  live(s, &seeds);
  CU_ASSERT_EQUAL(s->room->length[0], STEPS);
}

static const float *row(const side *s, int32_t layer, int32_t step)
{
  return s->rec.life.weight[layer] + step * (layer ? N1 : N0);
}

static bool same_row(const side *a, const side *b, int32_t layer, int32_t step)
{
  return memcmp(row(a, layer, step), row(b, layer, step),
                (size_t)(layer ? N1 : N0) * sizeof(float)) == 0;
}

static bool moves(const side *s, int32_t layer, int32_t step)
{
  return memcmp(row(s, layer, step), row(s, layer, step + 1),
                (size_t)(layer ? N1 : N0) * sizeof(float)) != 0;
}

/* The same life by both kernels, within the tolerance of test_fused. */
static void agree(const side *plain, const side *fused)
{
  double most = 0;
  for (int32_t l = 0; l < 2; l++)
    for (int32_t k = 0; k < (l ? N1 : N0) * STEPS; k++)
      most = fmax(most, fabs((double)row(plain, l, 0)[k] - (double)row(fused, l, 0)[k]));
  CU_ASSERT(most < 1e-5);
  CU_ASSERT_DOUBLE_EQUAL(plain->room->total[0], fused->room->total[0], 1e-5);
}

static experiment_event event_of(int32_t kind, int64_t at)
{
  experiment_event ev = { 0 };
  param_defaults(experiment_event_rows, &ev);
  ev.kind = kind;
  ev.at[0] = at;
  ev.n_at = 1;
  return ev;
}

/* ---- the rule rests ---- */

static void freezing(void)
{
  for (int64_t layer = -1; layer < 2; layer++) {
    side undisturbed, side_of[2];
    experiment_event ev = event_of(EVENT_FREEZE_RULE, 3);
    ev.until = 7;
    ev.layer = layer;
    start(&undisturbed, NULL, 0, KERNEL_AUTO);
    for (int kernel = KERNEL_AUTO; kernel <= KERNEL_PLAIN; kernel++)
      start(&side_of[kernel], &ev, 1, kernel);
    const side *s = &side_of[KERNEL_AUTO];
    for (int32_t l = 0; l < 2; l++)
      for (int32_t step = 0; step < STEPS - 1; step++) {
        const bool rests = (layer < 0 || layer == l) && step >= 3 && step < 7;
        CU_ASSERT_EQUAL(moves(s, l, step), !rests);
        if (step <= 3)
          CU_ASSERT(same_row(s, &undisturbed, l, step)); // three updates as ever
      }
    agree(&side_of[KERNEL_PLAIN], s);
    close_side(&undisturbed);
    close_side(&side_of[0]);
    close_side(&side_of[1]);
  }
}

/* Within the forward pass the update of step k comes before its end. */
static void freezing_in_forward(void)
{
  side s;
  const rollout_seeds seeds = long_life();
  experiment_event ev = event_of(EVENT_FREEZE_RULE, 4);
  prepare(&s, &ev, 1);
  s.e.rule_host.update = UPDATE_IN_FORWARD;
  open_side(&s);
  live(&s, &seeds);
  for (int32_t step = 0; step < STEPS - 1; step++)
    CU_ASSERT_EQUAL(moves(&s, 0, step), step < 4);
  close_side(&s);
}

/* ---- weights ---- */

static int32_t zeros(const float *w, int32_t n)
{
  int32_t found = 0;
  for (int32_t k = 0; k < n; k++)
    found += w[k] == 0;
  return found;
}

static void zeroing(void)
{
  static const double fraction[] = { 0, 1.0 / 3, 0.5, 1 };
  side undisturbed;
  start(&undisturbed, NULL, 0, KERNEL_AUTO);
  for (int k = 0; k < 4; k++) {
    side side_of[2];
    experiment_event ev = event_of(EVENT_ZERO_WEIGHTS, 5);
    ev.fraction = fraction[k];
    for (int kernel = KERNEL_AUTO; kernel <= KERNEL_PLAIN; kernel++)
      start(&side_of[kernel], &ev, 1, kernel);
    const side *s = &side_of[KERNEL_AUTO];
    CU_ASSERT_EQUAL(zeros(row(s, 0, 5), N0), lround(fraction[k] * N0));
    CU_ASSERT_EQUAL(zeros(row(s, 1, 5), N1), lround(fraction[k] * N1));
    for (int32_t l = 0; l < 2; l++) {
      CU_ASSERT(same_row(s, &undisturbed, l, 4));
      for (int32_t i = 0; i < (l ? N1 : N0); i++) // what is not zero is as it was
        CU_ASSERT(row(s, l, 5)[i] == 0 || row(s, l, 5)[i] == row(&undisturbed, l, 5)[i]);
    }
    CU_ASSERT_EQUAL(zeros(row(s, 0, 4), N0), 0);
    agree(&side_of[KERNEL_PLAIN], s);

    // the same life again; another life loses others
    float first[N0];
    rollout_seeds seeds = long_life();
    memcpy(first, row(s, 0, 5), sizeof first);
    live(&side_of[KERNEL_AUTO], &seeds);
    CU_ASSERT(memcmp(first, row(s, 0, 5), sizeof first) == 0);
    seeds.first_episode = 1;
    live(&side_of[KERNEL_AUTO], &seeds);
    bool other = false;
    for (int32_t i = 0; i < N0; i++)
      other = other || (first[i] == 0) != (row(s, 0, 5)[i] == 0);
    CU_ASSERT_EQUAL(other, k == 1 || k == 2);
    close_side(&side_of[0]);
    close_side(&side_of[1]);
  }
  close_side(&undisturbed);
}

/* A normalised life keeps a scale apart in the fused sweep: zeros and fresh weights are true weights. */
static void normalised_weights(void)
{
  static const int32_t kind[] = { EVENT_ZERO_WEIGHTS, EVENT_RESET_WEIGHTS };
  for (int k = 0; k < 2; k++) {
    side s[2];
    const rollout_seeds seeds = long_life();
    experiment_event ev = event_of(kind[k], 5);
    ev.fraction = 0.5;
    ev.layer = 0;
    for (int kernel = KERNEL_AUTO; kernel <= KERNEL_PLAIN; kernel++) {
      prepare(&s[kernel], &ev, 1);
      use_abcd(&s[kernel]);
      s[kernel].e.rule_host.kernel = kernel;
      s[kernel].e.weights.after_update = AFTER_UPDATE_MAX_ABS;
      open_side(&s[kernel]);
      live(&s[kernel], &seeds);
    }
    CU_ASSERT(s[KERNEL_AUTO].plan->fused);
    CU_ASSERT_EQUAL(zeros(row(&s[KERNEL_AUTO], 0, 5), N0), k == 0 ? N0 / 2 : 0);
    CU_ASSERT_EQUAL(zeros(row(&s[KERNEL_AUTO], 1, 5), N1), 0); // layer = 0
    agree(&s[KERNEL_PLAIN], &s[KERNEL_AUTO]);
    close_side(&s[0]);
    close_side(&s[1]);
  }
}

/* A rule that remembers how often it was called. */
static int counting_shape(const void *config, const hebb_host *host, hebb_rule_shape *shape)
{
  static const char *const name[] = { "gain" };
  (void)config, (void)host;
  shape->n_coef = 1;
  shape->coef_name = name;
  shape->n_trace = shape->n_pre_state = shape->n_post_state = 1;
  return HEBB_OK;
}

static void counting_update(const void *config, const hebb_layer *l)
{
  (void)config;
  for (int32_t k = 0; k < l->n_pre * l->n_post; k++)
    l->trace[k]++, l->weight[k] += 0.5f;
  for (int32_t k = 0; k < l->n_pre; k++)
    l->pre_state[k]++;
  for (int32_t k = 0; k < l->n_post; k++)
    l->post_state[k]++;
}

static void see_memory(void *self, const rollout *r, int32_t step)
{
  const int32_t expected = step < 6 ? step : step - 6;
  const hebb_layer *l = &r->layer[1];
  int *wrong = self;
  for (int32_t k = 0; k < N1; k++) // fresh weights lie within +-0.1
    *wrong += l->trace[k] != (float)expected || lroundf(l->weight[k] * 2) != expected;
  *wrong += l->pre_state[3] != (float)expected || l->post_state[1] != (float)expected;
  *wrong += r->layer[0].trace[0] != (float)step; // layer = 1
}

static void ignore(void *self, const rollout *r, int32_t step)
{
  (void)self, (void)r, (void)step;
}

static void resetting(void)
{
  side s;
  int wrong = 0;
  hebb_rule rule = toy_rule;
  rule.shape = counting_shape;
  rule.update = counting_update;
  experiment_event ev = event_of(EVENT_RESET_WEIGHTS, 6);
  ev.layer = 1;
  prepare(&s, &ev, 1);
  s.e.rule.plugin = &rule.base;
  s.e.rule_plugin = &rule;
  open_side(&s);
  const rollout_seeds seeds = long_life();
  const rollout_observer eye = { &wrong, see_memory, ignore, ignore };
  const condition *c = &s.plan->conditions.row[2];
  rollout_life_with(s.room, 0, s.vector, &seeds, c->event, c->n_event, &eye);
  CU_ASSERT_EQUAL(s.room->length[0], STEPS);
  CU_ASSERT_EQUAL(wrong, 0);
  live(&s, &seeds);
  CU_ASSERT(memcmp(row(&s, 1, 0), row(&s, 1, 6), N1 * sizeof(float)) != 0); // not those of birth
  close_side(&s);
}

/* ---- the output ---- */

static void saturating(void)
{
  side side_of[2];
  experiment_event ev = event_of(EVENT_SATURATE_OUTPUT, 4);
  ev.until = 6;
  ev.value = 0.75;
  for (int kernel = KERNEL_AUTO; kernel <= KERNEL_PLAIN; kernel++)
    start(&side_of[kernel], &ev, 1, kernel);
  const lifetime *life = &side_of[KERNEL_AUTO].rec.life;
  for (int32_t step = 0; step < STEPS; step++)
    for (int32_t k = 0; k < TOY_ACT; k++) {
      const bool held = step >= 4 && step < 6;
      CU_ASSERT_EQUAL(life->action[step * TOY_ACT + k] == 0.75f, held);
      CU_ASSERT_EQUAL(life->activation[1][step * TOY_ACT + k] == 0.75f, held);
    }
  agree(&side_of[KERNEL_PLAIN], &side_of[KERNEL_AUTO]); // the rule saw the same output
  close_side(&side_of[0]);
  close_side(&side_of[1]);
}

/* ---- the world ---- */

static void changing_the_world(void)
{
  static const int32_t kind[] = { EVENT_SET_ENV, EVENT_SWAP_TASK };
  for (int k = 0; k < 2; k++) {
    side undisturbed, s;
    const rollout_seeds seeds = long_life();
    experiment_event ev = event_of(kind[k], 5);
    ev.other_task = 1;
    start(&undisturbed, NULL, 0, KERNEL_AUTO);
    prepare(&s, &ev, 1);
    use_abcd(&s);
    s.world[1].reward_scale = 3;
    ev.env_config = &s.other;
    s.e.lifetime = (lifetime_config){ .episodes = 2, .keep_weights = true };
    open_side(&s);
    for (int again = 0; again < 2; again++) { // the life after it begins in the task's own world
      live(&s, &seeds);
      for (int32_t step = 0; step < STEPS; step++)
        CU_ASSERT_DOUBLE_EQUAL(s.rec.life.reward[step],
                               (step < 5 ? 1 : 3) * undisturbed.rec.life.reward[step], 1e-6);
      for (int32_t step = STEPS; step < s.room->length[0]; step++) { // the next episode's too
        const float *life = s.rec.life.action;
        const double reward = (double)life[step * TOY_ACT] * 3;
        CU_ASSERT(fabs((double)s.rec.life.reward[step] / reward) < 1.0001);
        CU_ASSERT_DOUBLE_EQUAL((double)s.rec.life.reward[step] / reward,
                               (double)s.rec.life.observation[STEPS * TOY_OBS], 1e-5);
      }
      CU_ASSERT(s.room->length[0] > STEPS);
    }
    close_side(&undisturbed);
    close_side(&s);
  }
}

static int stubborn(void *sim, int32_t lane, void *model)
{
  (void)sim, (void)lane, (void)model;
  return HEBB_EINVAL;
}

static void a_world_that_refuses(void)
{
  side s;
  hebb_env env = toy_env;
  env.retarget = stubborn;
  const rollout_seeds seeds = long_life();
  experiment_event ev = event_of(EVENT_SWAP_TASK, 2);
  ev.other_task = 1;
  prepare(&s, &ev, 1);
  s.e.env.plugin = &env.base;
  s.e.env_plugin = &env;
  open_side(&s);
  live(&s, &seeds);
  CU_ASSERT_EQUAL(s.room->failure[0], FAILURE_SIMULATOR);
  CU_ASSERT_EQUAL(s.room->length[0], 2);
  CU_ASSERT_STRING_EQUAL(s.room->why[0],
                         "the world cannot be changed into the other one in mid-life");
  close_side(&s);
}

/* ---- coefficients ---- */

static int compare_rows(const void *a, const void *b)
{
  return memcmp(a, b, 5 * sizeof(float));
}

/* A layer's synapses with their five coefficients each, in an order of their own. */
static void sorted(const float *plane, int32_t n, float *out)
{
  for (int32_t i = 0; i < n; i++)
    for (int32_t c = 0; c < 5; c++)
      out[i * 5 + c] = plane[c * n + i];
  qsort(out, (size_t)n, 5 * sizeof(float), compare_rows);
}

static void shuffling(void)
{
  side undisturbed, side_of[2];
  experiment_event ev = event_of(EVENT_SHUFFLE_COEFFICIENTS, 3);
  start(&undisturbed, NULL, 0, KERNEL_AUTO);
  for (int kernel = KERNEL_AUTO; kernel <= KERNEL_PLAIN; kernel++)
    start(&side_of[kernel], &ev, 1, kernel);
  const side *s = &side_of[KERNEL_AUTO];
  for (int32_t l = 0; l < 2; l++) {
    const int32_t n = l ? N1 : N0;
    float before[N0 * 5], after[N0 * 5];
    const float *own = s->vector + (l ? 5 * N0 : 0), *now = s->room->layer[l].coef;
    sorted(own, n, before);
    sorted(now, n, after);
    CU_ASSERT(memcmp(before, after, (size_t)n * 5 * sizeof(float)) == 0);
    CU_ASSERT(memcmp(own, now, (size_t)n * 5 * sizeof(float)) != 0);
    CU_ASSERT(same_row(s, &undisturbed, l, 3));
    CU_ASSERT_FALSE(same_row(s, &undisturbed, l, 4));
  }
  CU_ASSERT(memcmp(s->vector, s->plan->genome.shape.start,
                   (size_t)s->plan->genome.shape.n_gene * sizeof(float)) == 0);
  agree(&side_of[KERNEL_PLAIN], s);
  close_side(&undisturbed);
  close_side(&side_of[0]);
  close_side(&side_of[1]);
}

static void drawing(void)
{
  side s;
  experiment_event ev = event_of(EVENT_RANDOM_COEFFICIENTS, 0);
  ev.layer = 0;
  const rollout_seeds seeds = long_life();
  prepare(&s, &ev, 1);
  use_abcd(&s);
  s.e.network.layer[0] = 64;
  s.e.genome = (genome_config){ .mean = 2, .std = 0.5 };
  open_side(&s);
  live(&s, &seeds);
  const int32_t n = 5 * TOY_OBS * 64;
  double sum = 0, square = 0;
  int same = 0;
  for (int32_t k = 0; k < n; k++) {
    const double x = (double)s.room->layer[0].coef[k];
    sum += x, square += x * x;
    same += s.room->layer[0].coef[k] == s.vector[k];
  }
  CU_ASSERT_DOUBLE_EQUAL(sum / n, 2, 0.06); // four standard errors
  CU_ASSERT_DOUBLE_EQUAL(sqrt(square / n - sum / n * sum / n), 0.5, 0.05);
  CU_ASSERT_EQUAL(same, 0);
  CU_ASSERT(memcmp(s.room->layer[1].coef, s.vector + n, 5 * 64 * TOY_ACT * sizeof(float)) == 0);
  close_side(&s);
}

int main(void)
{
  static const check_test tests[] = {
    { "freeze_rule: k updates, then none until it ends", freezing },
    { "freeze_rule of updates in the forward pass", freezing_in_forward },
    { "zero_weights: exactly the fraction", zeroing },
    { "zero_weights and reset_weights of normalised weights", normalised_weights },
    { "reset_weights: fresh weights, nothing remembered", resetting },
    { "saturate_output: for the world and for the rule", saturating },
    { "set_env and swap_task", changing_the_world },
    { "a world that refuses to change", a_world_that_refuses },
    { "shuffle_coefficients: a permutation of synapses", shuffling },
    { "random_coefficients: as evolution began", drawing },
  };
  return check_run("condition", tests, sizeof tests / sizeof tests[0]);
}
