/* test_rollout_picture.c - lives behind convolutions: against a life made step by step from their parts, lane
 * by lane, fused and plain; what is recorded; the numbers of the car's network. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "hebb/math.h"
#include "recorder.h"
#include "rollout.h"
#include "toy.h"

enum { HEIGHT = 9, WIDTH = 8, CHANNEL = 2, N_OBS = HEIGHT * WIDTH * CHANNEL, STEPS = 6 };

/* 9 x 8 x 2 -> 3 channels of 8 x 7, pooled to 4 x 3 -> 2 channels of 3 x 2: 12 features */
enum { N_FEATURE = 12, N_CONV = 3 * 2 * 4 + 2 * 3 * 4, N_HIDDEN = 4, N_OUT = 2 };

typedef struct picture_sim {
  int32_t n_lane;
  uint64_t *seed;
  int32_t *step;
} picture_sim;

static int open_world(const void *config, const hebb_host *host, hebb_env_shape *shape,
                      void **model)
{
  const int status = toy_env.open(config, host, shape, model);
  shape->n_obs = N_OBS;
  shape->height = HEIGHT;
  shape->width = WIDTH;
  shape->channel = CHANNEL;
  shape->max_steps = STEPS;
  return status;
}

static int make(void *model, int32_t n_lane, const hebb_host *host, void **out)
{
  picture_sim *s = calloc(1, sizeof *s);
  (void)model, (void)host;
  s->n_lane = n_lane;
  s->seed = calloc((size_t)n_lane, sizeof *s->seed);
  s->step = calloc((size_t)n_lane, sizeof *s->step);
  *out = s;
  return HEBB_OK;
}

static void drop(void *sim)
{
  picture_sim *s = sim;
  free(s->seed);
  free(s->step);
  free(s);
}

static void picture_at(uint64_t seed, int32_t step, float picture[N_OBS])
{
  const hebb_address a = { .seed = seed, .episode = (uint32_t)step };
  hebb_uniforms(&a, 0, N_OBS, picture);
}

static void reset(void *sim, const uint64_t *seed, const hebb_lanes *io)
{
  picture_sim *s = sim;
  for (int32_t lane = 0; lane < s->n_lane; lane++) {
    s->seed[lane] = seed[lane];
    s->step[lane] = 0;
    io->done[lane] = HEBB_RUNNING;
    picture_at(seed[lane], 0, io->obs + lane * N_OBS);
  }
}

static void step(void *sim, const hebb_lanes *io)
{
  picture_sim *s = sim;
  for (int32_t lane = 0; lane < s->n_lane; lane++) {
    if (io->done[lane])
      continue;
    io->reward[lane] = io->act[lane * TOY_ACT] + 0.5 * io->act[lane * TOY_ACT + 1];
    s->step[lane]++;
    if (s->step[lane] == STEPS - (int32_t)(s->seed[lane] % 3))
      io->done[lane] = HEBB_TERMINATED;
    picture_at(s->seed[lane], s->step[lane], io->obs + lane * N_OBS);
  }
}

typedef struct setup {
  experiment e;
  experiment_task task[2];
  toy_config config[2];
  hebb_env env;
  plan *plan;
  rollout *room;
} setup;

static void prepare(setup *s)
{
  toy_experiment(&s->e, s->task, s->config, 2);
  s->env = toy_env;
  s->env.open = open_world;
  s->env.make = make;
  s->env.drop = drop;
  s->env.reset = reset;
  s->env.step = step;
  s->e.env_plugin = &s->env;
  s->e.env.plugin = &s->env.base;
  s->e.network.convolution = (convolution_config){ .channel = { 3, 2 },
                                                   .n_channel = 2,
                                                   .kernel = { 2, 2 },
                                                   .n_kernel = 2,
                                                   .stride = { 1, 1 },
                                                   .n_stride = 2,
                                                   .pool = { 2, 1 },
                                                   .n_pool = 2 };
}

static void set_up(setup *s, int32_t n_lane)
{
  static error err;
  CU_ASSERT_FATAL(plan_open(&s->e, &s->plan, &err) == EXIT_FINE);
  CU_ASSERT_FATAL(rollout_new(s->plan, n_lane, &s->room, &err) == EXIT_FINE);
}

static void tear_down(setup *s)
{
  rollout_free(s->room);
  plan_close(s->plan);
}

/* What the convolutions make of a picture, in their documented order. */
static void features(const float *picture, const float *weight, float *feature)
{
  float between[3][4][3];
  for (int o = 0; o < 3; o++)
    for (int y = 0; y < 4; y++)
      for (int x = 0; x < 3; x++) {
        float most = -INFINITY;
        for (int k = 0; k < 4; k++) {
          float sum = 0;
          for (int c = 0; c < CHANNEL; c++)
            for (int t = 0; t < 4; t++)
              sum +=
                  weight[(o * CHANNEL + c) * 4 + t] *
                  picture[((2 * y + k / 2 + t / 2) * WIDTH + 2 * x + k % 2 + t % 2) * CHANNEL + c];
          most = fmaxf(most, hebb_tanh(sum));
        }
        between[o][y][x] = most;
      }
  for (int o = 0; o < 2; o++)
    for (int y = 0; y < 3; y++)
      for (int x = 0; x < 2; x++) {
        float sum = 0;
        for (int c = 0; c < 3; c++)
          for (int t = 0; t < 4; t++)
            sum += weight[24 + (o * 3 + c) * 4 + t] * between[c][y + t / 2][x + t % 2];
        feature[(o * 3 + y) * 2 + x] = hebb_tanh(sum);
      }
}

/* The same life with nothing of the host's but the draws of its weights. */
static double plain_life(const setup *s, const rollout_seeds *seeds, float w0[N_FEATURE * N_HIDDEN],
                         float w1[N_HIDDEN * N_OUT])
{
  const float *start = s->plan->genome.shape.start, *gain = start + N_CONV;
  const uint64_t seed = seeds_world(seeds, seeds->first_episode);
  const hebb_address life = seeds_address(seeds, PURPOSE_WEIGHTS, seeds->first_episode);
  const int32_t end = STEPS - (int32_t)(seed % 3);
  double total = 0;

  network_start_weights(&s->plan->network, 0, &life, NULL, w0);
  network_start_weights(&s->plan->network, 1, &life, NULL, w1);
  for (int32_t t = 0; t < end; t++) {
    float picture[N_OBS], x[N_FEATURE], hidden[N_HIDDEN], out[N_OUT] = { 0 };
    picture_at(seed, t, picture);
    features(picture, start, x);
    for (int j = 0; j < N_HIDDEN; j++) {
      float sum = 0;
      for (int i = 0; i < N_FEATURE; i++)
        sum += x[i] * w0[i * N_HIDDEN + j];
      hidden[j] = hebb_tanh(sum);
    }
    for (int j = 0; j < N_OUT; j++)
      for (int i = 0; i < N_HIDDEN; i++)
        out[j] += hidden[i] * w1[i * N_OUT + j];
    out[0] = hebb_tanh(out[0]);
    out[1] = fminf(fmaxf(out[1], -1), 1);
    total += (double)out[0] + 0.5 * (double)out[1];
    for (int i = 0; t < end - 1 && i < N_FEATURE; i++)
      for (int j = 0; j < N_HIDDEN; j++)
        w0[i * N_HIDDEN + j] += gain[i * N_HIDDEN + j] * x[i] * hidden[j];
    for (int i = 0; t < end - 1 && i < N_HIDDEN; i++)
      for (int j = 0; j < N_OUT; j++)
        w1[i * N_OUT + j] += gain[N_FEATURE * N_HIDDEN + i * N_OUT + j] * hidden[i] * out[j];
  }
  return total;
}

static void one_life(void)
{
  setup s = { 0 };
  float w0[N_FEATURE * N_HIDDEN], w1[N_HIDDEN * N_OUT];
  const rollout_seeds seeds = {
    .seed = 11, .generation = 2, .individual = 3, .task = 1, .first_episode = 4
  };
  prepare(&s);
  set_up(&s, 1);
  CU_ASSERT_EQUAL_FATAL(s.plan->network.layer[0].n_pre, N_FEATURE);
  CU_ASSERT_EQUAL_FATAL(s.plan->genome.shape.n_gene,
                        N_CONV + N_FEATURE * N_HIDDEN + N_HIDDEN * N_OUT);
  rollout_life(s.room, 1, s.plan->genome.shape.start, &seeds, NULL);
  CU_ASSERT_EQUAL(s.room->total[0], plain_life(&s, &seeds, w0, w1));
  CU_ASSERT(memcmp(s.room->weight[0], w0, sizeof w0) == 0);
  CU_ASSERT(memcmp(s.room->weight[1], w1, sizeof w1) == 0);
  tear_down(&s);
}

static void lanes_are_lives(void)
{
  setup many = { 0 }, single = { 0 };
  prepare(&many);
  prepare(&single);
  set_up(&many, 5);
  set_up(&single, 1);
  const float *start = many.plan->genome.shape.start;

  rollout_seeds seeds = { .seed = 1 };
  rollout_life(many.room, 0, start, &seeds, NULL);
  int different_lengths = 0;
  for (int32_t lane = 0; lane < 5; lane++) {
    seeds.first_episode = (uint32_t)lane;
    rollout_life(single.room, 0, start, &seeds, NULL);
    CU_ASSERT_EQUAL(many.room->total[lane], single.room->total[0]);
    CU_ASSERT_EQUAL(many.room->length[lane], single.room->length[0]);
    different_lengths += many.room->length[lane] != many.room->length[0];
  }
  CU_ASSERT(different_lengths > 0);
  tear_down(&many);
  tear_down(&single);
}

static void what_is_recorded(void)
{
  setup s = { 0 };
  recorder r;
  static error err;
  const rollout_seeds seeds = { .seed = 5 };
  const uint64_t seed = seeds_world(&seeds, 0);
  float picture[N_OBS], feature[N_FEATURE];
  prepare(&s);
  set_up(&s, 1);
  CU_ASSERT_FATAL(recorder_init(&r, s.plan, 0, &err) == EXIT_FINE);
  const rollout_observer observer = recorder_observer(&r);
  rollout_life(s.room, 0, s.plan->genome.shape.start, &seeds, &observer);
  const double watched = s.room->total[0];
  CU_ASSERT_EQUAL(r.life.n_obs, N_OBS);
  CU_ASSERT_EQUAL(r.life.n_step, STEPS - (int32_t)(seed % 3));
  for (int32_t t = 0; t < r.life.n_step; t++) {
    picture_at(seed, t, picture);
    CU_ASSERT(memcmp(r.life.observation + (size_t)t * N_OBS, picture, sizeof picture) == 0);
  }
  // the first layer's activity follows from the picture and the recorded weights
  picture_at(seed, 2, picture);
  features(picture, s.plan->genome.shape.start, feature);
  float sum = 0;
  for (int i = 0; i < N_FEATURE; i++)
    sum += feature[i] * r.life.weight[0][(2 * N_FEATURE + i) * N_HIDDEN + 1];
  CU_ASSERT_EQUAL(r.life.activation[0][2 * N_HIDDEN + 1], hebb_tanh(sum));
  rollout_life(s.room, 0, s.plan->genome.shape.start, &seeds, NULL);
  CU_ASSERT_EQUAL(s.room->total[0], watched);
  recorder_done(&r);
  tear_down(&s);
}

/* The pending update of a fused sweep pairs the features of the step before. */
static void fused_as_plain(void)
{
  double total[2];
  float weight[2][N_FEATURE * N_HIDDEN], *last;
  static error err;
  loaded rule;
  void *config;
  const rollout_seeds seeds = { .seed = 9 };
  CU_ASSERT_FATAL(loader_open("abcd", HEBB_RULE, NULL, &rule, &err) == EXIT_FINE);
  CU_ASSERT_FATAL(experiment_plugin_config(rule.plugin, "rule", NULL, 0, &config, &err) ==
                  EXIT_FINE);
  for (int kernel = KERNEL_AUTO; kernel <= KERNEL_PLAIN; kernel++) {
    setup s = { 0 };
    prepare(&s);
    s.e.rule = rule;
    s.e.rule_plugin = (const hebb_rule *)rule.plugin;
    s.e.rule_config = config;
    s.e.rule_host.kernel = kernel;
    s.e.weights.after_update = AFTER_UPDATE_MAX_ABS;
    set_up(&s, 1);
    CU_ASSERT_EQUAL(s.plan->fused, kernel == KERNEL_AUTO);
    recorder r; // asks for the weights after the last step
    CU_ASSERT_FATAL(recorder_init(&r, s.plan, 0, &err) == EXIT_FINE);
    const rollout_observer observer = recorder_observer(&r);
    rollout_life(s.room, 0, s.plan->genome.shape.start, &seeds, &observer);
    total[kernel] = s.room->total[0];
    last = r.life.weight[0] + (size_t)(r.life.n_step - 1) * N_FEATURE * N_HIDDEN;
    memcpy(weight[kernel], last, sizeof weight[kernel]);
    recorder_done(&r);
    tear_down(&s);
  }
  CU_ASSERT_DOUBLE_EQUAL(total[0], total[1], 1e-5);
  for (int k = 0; k < N_FEATURE * N_HIDDEN; k++)
    CU_ASSERT_DOUBLE_EQUAL((double)weight[0][k], (double)weight[1][k], 1e-5);
  free(config);
}

int main(void)
{
  static const check_test tests[] = { { "one life", one_life },
                                      { "lanes are lives", lanes_are_lives },
                                      { "what is recorded", what_is_recorded },
                                      { "fused as plain", fused_as_plain } };
  return check_run("rollout_picture", tests, sizeof tests / sizeof tests[0]);
}
