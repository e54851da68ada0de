/* store_sample.c - small files of every kind, made by hand. */
#include "store_sample.h"

#include "failure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- plugins with one parameter of every type ---- */

typedef struct sample_config {
  double rate, angle[3], optional;
  int64_t count;
  bool flag;
  int32_t choice;
  const char *text, *nothing;
} sample_config;

static const hebb_param rows[] = {
  HEBB_PARAM(sample_config, rate, 0.5, 0, 1, "1", "A rate."),
  HEBB_PARAM(sample_config, angle, 0.25, -1, 1, "rad", "Three angles."),
  HEBB_OPTIONAL(sample_config, optional, 0, 1, "m", "A length that may be left out."),
  HEBB_PARAM(sample_config, count, 3, 0, 100, "1", "A count."),
  HEBB_PARAM(sample_config, flag, 1, 0, 1, "", "A flag."),
  HEBB_CHOICE(sample_config, choice, "first|second", "A choice."),
  HEBB_TEXT(sample_config, text, "x", "A text."),
  HEBB_TEXT(sample_config, nothing, NULL, "A text that may be left out."),
  { 0 }
};

static sample_config config = { .rate = 0.75,
                                .angle = { 0.1, 0.2, 0.3 },
                                .optional = NAN,
                                .count = 12,
                                .flag = true,
                                .choice = 1,
                                .text = "caf\xc3\xa9" };

const hebb_plugin sample_rule_head = { HEBB_HEAD(HEBB_RULE, hebb_rule, sample_config),
                                       .name = "rule",
                                       .version = "1.0",
                                       .brief = "a rule",
                                       .cite = "A, B 2020",
                                       .params = rows };
static const hebb_plugin env_head = { HEBB_HEAD(HEBB_ENV, hebb_env, sample_config),
                                      .name = "world",
                                      .version = "1.2",
                                      .brief = "a world",
                                      .cite = "C 1999; A, B 2020",
                                      .params = rows };

sample_state sample_optimizer_state;

/* Declares parts of every rank, one of them with a name that the schema uses itself. */
static int parts(const void *state, int32_t k, hebb_array *out)
{
  static const hebb_array part[] = { { .name = "sigma",
                                       .unit = "1",
                                       .doc = "step size",
                                       .dims = "",
                                       .dtype = HEBB_F64,
                                       .offset = offsetof(sample_state, sigma) },
                                     { .name = "generation",
                                       .unit = "1",
                                       .doc = "a scalar of its own",
                                       .dims = "",
                                       .dtype = HEBB_F64,
                                       .offset = offsetof(sample_state, own_scalar) },
                                     { .name = "mean",
                                       .unit = "1",
                                       .doc = "centre of the search",
                                       .dims = "gene",
                                       .dtype = HEBB_F32,
                                       .rank = 1,
                                       .extent = { SAMPLE_GENE },
                                       .offset = offsetof(sample_state, mean) },
                                     { .name = "tries",
                                       .unit = "1",
                                       .doc = "a table",
                                       .dims = "post gene",
                                       .dtype = HEBB_I32,
                                       .rank = 2,
                                       .extent = { SAMPLE_POST, SAMPLE_PRE },
                                       .offset = offsetof(sample_state, tries) } };
  (void)state;
  if (k < 0 || k >= (int32_t)(sizeof part / sizeof *part))
    return 0;
  *out = part[k];
  return 1;
}

static const hebb_optimizer optimizer = {
  .base = { HEBB_HEAD(HEBB_OPTIMIZER, hebb_optimizer, sample_config), .name = "search",
            .version = "0.9", .brief = "a search", .cite = "C 1999", .params = rows },
  .array = parts
};

const experiment *sample_experiment(void)
{
  static experiment_task task[SAMPLE_TASK] = { { "tested only", false, &config },
                                               { "trained", true, &config } };
  static char first[] = "run.seed=7", second[] = "run.title=Gr\xc3\xbc\xc3\x9f"
                                                 "e \xff";
  static char *override[] = { first, second };
  static char toml[] = "[run]\nname = \"sample\"\n", source[] = "# sample.toml\n[run]\n";
  static experiment e;
  e = (experiment){ .run = { .name = "sample", .title = "A sample", .seed = 7, .generations = 10 },
                    .env = { &env_head, "/x/world.so", "00" },
                    .rule = { &sample_rule_head, "/x/rule.so", "11" },
                    .optimizer = { &optimizer.base, "/x/search.so", "22" },
                    .optimizer_plugin = &optimizer,
                    .rule_config = &config,
                    .optimizer_config = &config,
                    .task = task,
                    .n_task = SAMPLE_TASK,
                    .resolved = toml,
                    .source = source,
                    .override = override,
                    .n_override = 2,
                    .sha256 = "ab" };
  return &e;
}

const provenance *sample_provenance(void)
{
  static const provenance p = { .run_id = "00000000-1111-4222-8333-444444444444",
                                .created = "2024-05-06T07:08:09Z",
                                .command_line = "hebb run sample.toml",
                                .n_threads = 2,
                                .n_start = 2,
                                .start_time = { 1.7e9, 1.7e9 + 60 },
                                .start_generation = { 0, 4 } };
  return &p;
}

/* ---- a run ---- */

float sample_gene(int kind, int32_t row, int64_t gene)
{
  return (float)(kind * 100 + row * 10) + 0.125f * (float)gene;
}

learning *sample_learning(void)
{
  enum { EPISODE = 5 };
  static double curve[SAMPLE_INDIVIDUAL][SAMPLE_TASK][EPISODE], solved[SAMPLE_TASK];
  static int32_t length[SAMPLE_INDIVIDUAL][SAMPLE_TASK][EPISODE];
  static learning l;
  solved[0] = 3;
  solved[1] = (double)NAN;
  for (int32_t i = 0; i < SAMPLE_INDIVIDUAL; i++)
    for (int32_t t = 0; t < SAMPLE_TASK; t++)
      for (int32_t k = 0; k < EPISODE; k++) {
        curve[i][t][k] = k + i; // windows of two: 0.5 + i, 1.5 + i, 2.5 + i, 3.5 + i
        length[i][t][k] = 10 * k;
      }
  l = (learning){ .n_individual = SAMPLE_INDIVIDUAL,
                  .n_task = SAMPLE_TASK,
                  .n_episode = EPISODE,
                  .window = 2,
                  .solved = solved,
                  .episode_return = curve[0][0],
                  .episode_length = length[0][0],
                  .generation = SAMPLE_GENERATION - 1 };
  return &l;
}

history *sample_history(void)
{
  static float fitness[SAMPLE_GENERATION][SAMPLE_INDIVIDUAL], gene[2][SAMPLE_KEPT][SAMPLE_GENE];
  static uint8_t failure[SAMPLE_GENERATION][SAMPLE_INDIVIDUAL];
  static double task_return[SAMPLE_GENERATION][SAMPLE_TASK], series[N_SERIES][SAMPLE_GENERATION];
  static double scalar[2][SAMPLE_GENERATION], best_fitness[SAMPLE_KEPT] = { 1, 2, 3 };
  static int32_t kept[SAMPLE_KEPT] = { 1, 3, 6 }, best_generation[SAMPLE_KEPT] = { 0, 3, 5 };
  static const char *const task_name[SAMPLE_TASK] = { "trained", "also trained" };
  static history h;
  for (int32_t g = 0; g < SAMPLE_GENERATION; g++) {
    for (int32_t i = 0; i < SAMPLE_INDIVIDUAL; i++) {
      fitness[g][i] = (float)(g + i);
      failure[g][i] = FAILURE_NONE;
    }
    for (int32_t t = 0; t < SAMPLE_TASK; t++)
      task_return[g][t] = g * 10 + t;
    for (int k = 0; k < N_SERIES; k++)
      series[k][g] = k + g / 8.0;
    scalar[0][g] = 0.1 / (g + 1);
    scalar[1][g] = -g;
  }
  fitness[2][1] = NAN;
  failure[2][1] = FAILURE_NONFINITE;
  series[SERIES_CENTRE_FITNESS][0] = (double)NAN;
  for (int kind = 0; kind < 2; kind++)
    for (int32_t k = 0; k < SAMPLE_KEPT; k++)
      for (int64_t n = 0; n < SAMPLE_GENE; n++)
        gene[kind][k][n] = sample_gene(kind, k, n);

  h = (history){ .n_individual = SAMPLE_INDIVIDUAL,
                 .n_task = SAMPLE_TASK,
                 .task_name = task_name,
                 .n_generation = SAMPLE_GENERATION,
                 .capacity = SAMPLE_GENERATION,
                 .fitness = fitness[0],
                 .failure_kind = failure[0],
                 .task_return_mean = task_return[0],
                 .n_scalar = 2,
                 .n_gene = SAMPLE_GENE,
                 .n_kept = SAMPLE_KEPT,
                 .kept_capacity = SAMPLE_KEPT,
                 .kept_generation = kept,
                 .centre = gene[0][0],
                 .best = gene[1][0],
                 .best_fitness = best_fitness,
                 .best_generation = best_generation };
  for (int k = 0; k < N_SERIES; k++)
    h.series[k] = series[k];
  for (int k = 0; k < 2; k++) {
    parts(NULL, k, &h.scalar_info[k]);
    h.scalar[k] = scalar[k];
  }
  return &h;
}

checkpoint sample_checkpoint(void)
{
  sample_state *s = &sample_optimizer_state;
  s->sigma = 0.1;
  s->own_scalar = 42;
  for (int k = 0; k < SAMPLE_GENE; k++)
    s->mean[k] = (float)k;
  for (int k = 0; k < SAMPLE_POST * SAMPLE_PRE; k++)
    s->tries[k / SAMPLE_PRE][k % SAMPLE_PRE] = k;
  return (checkpoint){
    .generation = SAMPLE_GENERATION, .evaluations = 28, .state = s, .state_size = sizeof *s
  };
}

/* Of the last two, which are in the run alone: outputs that become actions in other ways. */
static const uint32_t mixed[] = { HEBB_ACTION_TANH, HEBB_ACTION_SIGMOID, HEBB_ACTION_SIGMOID };

static const layer_info layer[] = {
  { .name = "layer0",
    .kind = "dense",
    .activation = "tanh",
    .n_pre = SAMPLE_PRE,
    .n_post = SAMPLE_POST,
    .plastic = true },
  { .name = "layer1", .kind = "dense", .activation = "linear", .n_pre = SAMPLE_POST, .n_post = 1 },
  { .name = "layer2", .kind = "dense", .action_map = mixed, .n_pre = 1, .n_post = 3 },
  { .name = "layer3", .kind = "dense", .action_map = mixed + 1, .n_pre = 3, .n_post = 2 }
};

int sample_write_run(const char *folder, error *err)
{
  static const int32_t table[SAMPLE_PRE * SAMPLE_POST] = { 0, 1, 0, 1, 2, 2 };
  static const hebb_segment segment[] = { { .name = "layer0_A",
                                            .coefficient = "A",
                                            .role = HEBB_ROLE_COEFFICIENT,
                                            .share = HEBB_SHARE_EACH,
                                            .rows = SAMPLE_PRE,
                                            .cols = SAMPLE_POST,
                                            .count = 6 },
                                          { .name = "layer0_eta",
                                            .coefficient = "eta",
                                            .role = HEBB_ROLE_COEFFICIENT,
                                            .share = HEBB_SHARE_TABLE,
                                            .layer = -1,
                                            .rows = SAMPLE_PRE * SAMPLE_POST,
                                            .cols = 1,
                                            .offset = 6,
                                            .count = 12,
                                            .rule = table } };
  const hebb_genome_shape shape = {
    .size = sizeof shape, .n_segment = 2, .n_gene = SAMPLE_GENE, .segment = segment
  };
  const checkpoint c = sample_checkpoint();
  static const convolution before = {
    .n_layer = 2,
    .layer = { { .n_in = 3,
                 .n_out = 6,
                 .kernel = 3,
                 .stride = 1,
                 .pool = 2,
                 .out_height = 41,
                 .out_width = 41 },
               { .n_in = 6,
                 .n_out = 8,
                 .kernel = 5,
                 .stride = 2,
                 .pool = 2,
                 .out_height = 9,
                 .out_width = 9 } },
  };
  return store_run(folder, RUN_COMPLETE, sample_provenance(), sample_experiment(), &shape, layer, 4,
                   &before, sample_history(), sample_learning(), &c, err);
}

/* ---- an environment: names that clash with the schema's and with each other's ---- */

static const hebb_array quantity[] = {
  { .name = "position",
    .unit = "m",
    .doc = "where it is",
    .dims = "xyz",
    .dtype = HEBB_F64,
    .rank = 1,
    .extent = { 3 } },
  { .name = "joint",
    .unit = "rad",
    .doc = "named as its dimension",
    .dims = "joint",
    .dtype = HEBB_F32,
    .rank = 1,
    .extent = { 2 } },
  { .name = "reward", .unit = "1", .doc = "named as the schema's", .dims = "", .dtype = HEBB_I32 },
  { .name = "track",
    .unit = "m",
    .doc = "fixed for the episode",
    .dims = "tile xyz",
    .dtype = HEBB_F32,
    .rank = 2,
    .extent = { 4, 2 },
    .flags = HEBB_ARRAY_PER_EPISODE },
  { .name = "pixel",
    .unit = "1",
    .doc = "without names of dimensions",
    .dims = "",
    .dtype = HEBB_U8,
    .rank = 2,
    .extent = { 2, 2 } }
};
enum { N_QUANTITY = sizeof quantity / sizeof *quantity };

static const char *const obs_name[SAMPLE_PRE] = { "x", "y", "\xce\xb8" };
static const hebb_env_shape shape = { .size = sizeof shape,
                                      .n_obs = SAMPLE_PRE,
                                      .n_act = 1,
                                      .max_steps = SAMPLE_STEP,
                                      .has_score = 1,
                                      .step_seconds = 0.02,
                                      .obs_name = obs_name,
                                      .array = quantity,
                                      .n_array = N_QUANTITY };

int sample_write_evaluation(const char *path, int32_t keepbits, error *err)
{
  static const char *const condition[] = { "Intact ant", "intact_ant" };
  static char toml[] = "[env]\n";
  static char *const condition_toml[] = { toml, toml };
  static double total[6] = { 1, 2, 3, 4, 5, 6 };
  static int32_t length[6], weight_step[SAMPLE_WEIGHT_ROW];
  static int64_t seed[6] = { 1, 2, 3, 4, 5, (int64_t)1 << 52 };
  static uint8_t terminated[6] = { 1 }, failed[6] = { 0, 1 };
  static float weight0[SAMPLE_WEIGHT_ROW * SAMPLE_PRE * SAMPLE_POST];
  static float weight1[SAMPLE_WEIGHT_ROW * SAMPLE_POST];
  static float active0[SAMPLE_STEP][SAMPLE_POST], active1[SAMPLE_STEP][1];
  static float observation[SAMPLE_STEP][SAMPLE_PRE], action[SAMPLE_STEP][1], reward[SAMPLE_STEP];
  static float value[N_QUANTITY][SAMPLE_STEP * 8];
  static float *weight[] = { weight0, weight1 }, *activation[] = { active0[0], active1[0] };
  static lifetime_array array[N_QUANTITY];
  lifetime life[2];

  for (int k = 0; k < SAMPLE_WEIGHT_ROW; k++)
    weight_step[k] = 2 * k;
  for (int k = 0; k < SAMPLE_WEIGHT_ROW * SAMPLE_PRE * SAMPLE_POST; k++)
    weight[0][k] = 1.0f / (float)(k + 3);
  for (int k = 0; k < SAMPLE_STEP; k++)
    observation[k][0] = (float)k;
  for (int k = 0; k < N_QUANTITY; k++) {
    array[k] = (lifetime_array){ &quantity[k], value[k] };
    for (int i = 0; i < SAMPLE_STEP * 8; i++)
      value[k][i] = (float)(k * 1000 + i);
  }
  for (int k = 0; k < 2; k++)
    life[k] = (lifetime){ .condition = k,
                          .seed = 3,
                          .total_return = 1,
                          .step_seconds = 0.02,
                          .n_step = SAMPLE_STEP,
                          .weight_stride = 2,
                          .n_weight_step = SAMPLE_WEIGHT_ROW,
                          .weight_step = weight_step,
                          .weight = weight,
                          .activation = activation,
                          .observation = observation[0],
                          .action = action[0],
                          .reward = reward,
                          .score = reward,
                          .n_layer = 2,
                          .n_obs = SAMPLE_PRE,
                          .n_act = 1,
                          .n_array = N_QUANTITY,
                          .array = array };
  const evaluation v = { .n_condition = 2,
                         .n_rollout = 3,
                         .condition = condition,
                         .condition_toml = condition_toml,
                         .total_return = total,
                         .length = length,
                         .seed = seed,
                         .terminated = terminated,
                         .failed = failed,
                         .genome_source = "run.h5:/genomes/centre@6",
                         .genome_sha256 = "cd",
                         .root_seed = 5,
                         .keepbits = keepbits,
                         .lifetime = life,
                         .n_lifetime = 2 };
  return store_evaluation(path, sample_provenance(), sample_experiment(), layer, 2, NULL, &shape,
                          &v, err);
}

int sample_write_play(const char *path, error *err)
{
  static double action[SAMPLE_ROW], reward[SAMPLE_ROW], position[SAMPLE_ROW][3];
  static float observation[SAMPLE_ROW][SAMPLE_PRE], joint[SAMPLE_ROW][2], track[4][2];
  static int32_t own_reward[SAMPLE_ROW];
  static uint8_t done[SAMPLE_ROW], pixel[SAMPLE_ROW][2][2];
  static void *array[] = { position, joint, own_reward, track, pixel };
  const loaded env = { &env_head, "/x/world.so", "00" };
  for (int k = 0; k < SAMPLE_ROW; k++)
    action[k] = k / 4.0;
  done[SAMPLE_ROW - 2] = HEBB_TRUNCATED;
  done[SAMPLE_ROW - 1] = HEBB_TERMINATED;
  const play played = { .env = &env,
                        .env_config = &config,
                        .shape = &shape,
                        .seed = 11,
                        .n_row = SAMPLE_ROW,
                        .action = action,
                        .observation = observation[0],
                        .reward = reward,
                        .score = reward,
                        .done = done,
                        .array = array };
  return store_play(path, sample_provenance(), &played, err);
}
