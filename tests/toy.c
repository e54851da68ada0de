/* toy.c - the smallest world, rule and optimizer. */
#include "toy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hebb/rng.h"

typedef struct lane_state {
  int32_t step, end;
  float obs[TOY_OBS];
} lane_state;

typedef struct toy_sim {
  const toy_config *config, *own; /* own: to which a reset goes back from a retarget */
  lane_state *lane;
} toy_sim;

static int toy_open(const void *config, const hebb_host *host, hebb_env_shape *shape, void **model)
{
  static const float low[TOY_ACT] = { -1, -1 }, high[TOY_ACT] = { 1, 1 };
  static const uint32_t map[TOY_ACT] = { HEBB_ACTION_TANH, HEBB_ACTION_CLIP };
  (void)host;
  shape->n_obs = TOY_OBS;
  shape->n_act = TOY_ACT;
  shape->act_low = low;
  shape->act_high = high;
  shape->act_map = map;
  shape->max_steps = TOY_MOST_STEPS;
  shape->solved = NAN;
  *model = (void *)(uintptr_t)config;
  return HEBB_OK;
}

static int toy_make(void *model, int32_t n_lane, const hebb_host *host, void **out)
{
  toy_sim *s = calloc(1, sizeof *s);
  (void)host;
  s->config = s->own = model;
  s->lane = calloc((size_t)n_lane, sizeof *s->lane);
  *out = s;
  return HEBB_OK;
}

static void toy_drop(void *sim)
{
  toy_sim *s = sim;
  free(s->lane);
  free(s);
}

static void observe(const lane_state *l, const hebb_lanes *io, int32_t lane)
{
  for (int32_t k = 0; k < TOY_OBS; k++)
    io->obs[lane * TOY_OBS + k] = l->obs[k] + 0.01f * (float)l->step;
}

static void toy_reset(void *sim, const uint64_t *seed, const hebb_lanes *io)
{
  toy_sim *s = sim;
  s->config = s->own;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->select && !io->select[lane])
      continue;
    const hebb_address a = { .seed = seed[lane] };
    lane_state *l = &s->lane[lane];
    for (uint32_t k = 0; k < TOY_OBS; k++)
      l->obs[k] = hebb_uniform(&a, k);
    l->step = 0;
    l->end = 5 + (int32_t)(hebb_uniform(&a, 3) * 20);
    io->done[lane] = HEBB_RUNNING;
    observe(l, io, lane);
  }
}

static void toy_step(void *sim, const hebb_lanes *io)
{
  toy_sim *s = sim;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->done[lane])
      continue;
    lane_state *l = &s->lane[lane];
    io->reward[lane] = s->config->reward_scale * io->act[lane * TOY_ACT] * (double)l->obs[0];
    if (l->step == s->config->nan_at)
      io->reward[lane] = NAN;
    if (l->step == s->config->fail_at) {
      io->done[lane] = HEBB_FAILED;
      io->why[lane] = "the toy broke";
    }
    l->step++;
    if (l->step == l->end)
      io->done[lane] = HEBB_TERMINATED;
    else if (l->step == TOY_MOST_STEPS && io->done[lane] == HEBB_RUNNING)
      io->done[lane] = HEBB_TRUNCATED;
    observe(l, io, lane);
  }
}

static int toy_retarget(void *sim, int32_t lane, void *model)
{
  (void)lane;
  ((toy_sim *)sim)->config = model;
  return HEBB_OK;
}

const hebb_env toy_env = {
  .base = { .abi = HEBB_ABI,
            .size = sizeof(hebb_env),
            .kind = HEBB_ENV,
            .name = "toy",
            .version = "1",
            .brief = "toy",
            .cite = "" },
  .open = toy_open,
  .make = toy_make,
  .drop = toy_drop,
  .reset = toy_reset,
  .step = toy_step,
  .retarget = toy_retarget,
};

static int toy_shape(const void *config, const hebb_host *host, hebb_rule_shape *shape)
{
  static const char *const name[] = { "gain" };
  (void)config, (void)host;
  shape->n_coef = 1;
  shape->coef_name = name;
  return HEBB_OK;
}

static void toy_update(const void *config, const hebb_layer *l)
{
  const int64_t n = (int64_t)l->n_pre * l->n_post;
  (void)config;
  for (int32_t lane = 0; lane < l->n_lane; lane++)
    for (int32_t i = 0; l->live[lane] && i < l->n_pre; i++)
      for (int32_t j = 0; j < l->n_post; j++)
        l->weight[lane * n + i * l->n_post + j] += l->coef[i * l->n_post + j] *
                                                   l->pre[lane * l->n_pre + i] *
                                                   l->post[lane * l->n_post + j];
}

const hebb_rule toy_rule = {
  .base = { .abi = HEBB_ABI,
            .size = sizeof(hebb_rule),
            .kind = HEBB_RULE,
            .name = "toy",
            .version = "1",
            .brief = "toy",
            .cite = "" },
  .shape = toy_shape,
  .update = toy_update,
};

typedef struct toy_state {
  uint64_t seed;
  int64_t n_gene;
  int32_t population, generation;
  double best;
  float centre[];
} toy_state;

static size_t toy_state_size(const void *config, const hebb_genome_shape *shape, int32_t population)
{
  (void)config, (void)population;
  return sizeof(toy_state) + (size_t)shape->n_gene * sizeof(float);
}

static int toy_init(void *state, const void *config, const hebb_genome_shape *shape,
                    int32_t population, uint64_t seed, const hebb_host *host)
{
  toy_state *s = state;
  (void)config, (void)host;
  s->seed = seed;
  s->n_gene = shape->n_gene;
  s->population = population;
  memcpy(s->centre, shape->start, (size_t)shape->n_gene * sizeof(float));
  return HEBB_OK;
}

static void toy_ask(const void *state, int32_t i, float *genome)
{
  const toy_state *s = state;
  const hebb_address a = { .seed = s->seed,
                           .generation = (uint32_t)s->generation,
                           .individual = (uint32_t)i };
  hebb_normals(&a, 0, s->n_gene, genome);
  for (int64_t k = 0; k < s->n_gene; k++)
    genome[k] = s->centre[k] + 0.1f * genome[k];
}

static void toy_tell(void *state, const float *fitness, const hebb_pool *pool)
{
  toy_state *s = state;
  int32_t best = 0;
  (void)pool;
  for (int32_t i = 1; i < s->population; i++)
    if (fitness[i] > fitness[best])
      best = i;
  const hebb_address a = { .seed = s->seed,
                           .generation = (uint32_t)s->generation,
                           .individual = (uint32_t)best };
  for (int64_t k = 0; k < s->n_gene; k++)
    s->centre[k] += 0.1f * hebb_normal(&a, (uint32_t)k);
  s->best = (double)fitness[best];
  s->generation++;
}

static void toy_centre(const void *state, float *genome)
{
  const toy_state *s = state;
  memcpy(genome, s->centre, (size_t)s->n_gene * sizeof(float));
}

static int toy_array(const void *state, int32_t k, hebb_array *a)
{
  (void)state;
  if (k > 0)
    return 0;
  *a = (hebb_array){ .name = "best",
                     .unit = "1",
                     .doc = "Best fitness told.",
                     .dims = "",
                     .dtype = HEBB_F64,
                     .offset = offsetof(toy_state, best) };
  return 1;
}

const hebb_optimizer toy_optimizer = {
  .base = { .abi = HEBB_ABI,
            .size = sizeof(hebb_optimizer),
            .kind = HEBB_OPTIMIZER,
            .name = "toy",
            .version = "1",
            .brief = "toy",
            .cite = "" },
  .state_size = toy_state_size,
  .init = toy_init,
  .ask = toy_ask,
  .tell = toy_tell,
  .centre = toy_centre,
  .array = toy_array,
};

void toy_experiment(experiment *e, experiment_task task[2], toy_config config[2],
                    int64_t population)
{
  static char resolved[] = "# toy\n", source[] = "# toy\n";
  *e = (experiment){
    .run = { .name = "toy", .title = "", .seed = 7, .generations = 4 },
    .network = { .layer = { 4 }, .n_layer = 1, .activation = ACTIVATION_TANH },
    .weights = { .init = WEIGHT_UNIFORM, .low = -0.1, .high = 0.1, .limit = 1 },
    .genome = { .std = 0.3 },
    .lifetime = { .episodes = 1 },
    .record = { .genome_every = 2, .rollouts = 1, .weight_every = 1, .keepbits = 23 },
    .limits = { .memory = 100 },
    .evaluate = { .rollouts = 5, .seed = 1 },
    .population = population,
    .env = { &toy_env.base, "", "" },
    .rule = { &toy_rule.base, "", "" },
    .optimizer = { &toy_optimizer.base, "", "" },
    .env_plugin = &toy_env,
    .rule_plugin = &toy_rule,
    .optimizer_plugin = &toy_optimizer,
    .task = task,
    .n_task = 2,
    .resolved = resolved,
    .source = source,
  };
  for (int k = 0; k < 2; k++) {
    config[k] = (toy_config){ -1, -1, 1 };
    task[k] = (experiment_task){ .name = k ? "second" : "first",
                                 .train = true,
                                 .env_config = &config[k] };
  }
}
