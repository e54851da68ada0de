/* test_rollout.c - a life step by step against plain loops; lanes; failures; equal bits for any number
 * of workers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "evolution.h"
#include "hebb/math.h"
#include "recorder.h"
#include "rollout.h"
#include "said.h"
#include "toy_life.h"

typedef toy_life setup;

/* The same life with nothing of the host's but the draws: 3 -> 4 -> 2. */
static double plain_life(const setup *s, const rollout_seeds *seeds, bool in_forward,
                         float last_weight[20])
{
  const uint64_t seed = seeds_world(seeds, seeds->first_episode);
  const hebb_address draw = { .seed = seed };
  float w0[12], w1[8], *planes = s->genome, obs[3];
  int32_t end = 5 + (int32_t)(hebb_uniform(&draw, 3) * 20);
  double total = 0;

  for (uint32_t k = 0; k < 20; k++) {
    hebb_address a = { .seed = seeds->seed,
                       .purpose = PURPOSE_WEIGHTS + (k >= 12),
                       .generation = seeds->generation,
                       .individual = seeds->individual,
                       .task = seeds->task,
                       .episode = seeds->first_episode };
    *(k < 12 ? &w0[k] : &w1[k - 12]) =
        -0.1f + (float)(0.1 - -0.1) * hebb_uniform(&a, k < 12 ? k : k - 12);
  }
  end = end < TOY_MOST_STEPS ? end : TOY_MOST_STEPS;
  for (int32_t step = 0; step < end; step++) {
    float hidden[4], raw[2], out[2];
    for (uint32_t k = 0; k < 3; k++)
      obs[k] = hebb_uniform(&draw, k) + 0.01f * (float)step;
    for (int j = 0; j < 4; j++) {
      float sum = 0;
      for (int i = 0; i < 3; i++)
        sum += obs[i] * w0[i * 4 + j];
      hidden[j] = hebb_tanh(sum);
    }
    const bool update = in_forward || step < end - 1;
    for (int i = 0; in_forward && i < 3; i++)
      for (int j = 0; j < 4; j++)
        w0[i * 4 + j] += planes[i * 4 + j] * obs[i] * hidden[j];
    for (int j = 0; j < 2; j++) {
      raw[j] = 0;
      for (int i = 0; i < 4; i++)
        raw[j] += hidden[i] * w1[i * 2 + j];
    }
    out[0] = hebb_tanh(raw[0]);
    out[1] = fminf(fmaxf(raw[1], -1), 1);
    total += (double)out[0] * (double)hebb_uniform(&draw, 0);
    for (int i = 0; !in_forward && update && i < 3; i++)
      for (int j = 0; j < 4; j++)
        w0[i * 4 + j] += planes[i * 4 + j] * obs[i] * hidden[j];
    for (int i = 0; update && i < 4; i++)
      for (int j = 0; j < 2; j++)
        w1[i * 2 + j] += planes[12 + i * 2 + j] * hidden[i] * out[j];
  }
  memcpy(last_weight, w0, sizeof w0);
  memcpy(last_weight + 12, w1, sizeof w1);
  return total;
}

static void one_life(void)
{
  for (int timing = UPDATE_AFTER_STEP; timing <= UPDATE_IN_FORWARD; timing++) {
    setup s = { 0 };
    float expected[20];
    const rollout_seeds seeds = {
      .seed = 11, .generation = 2, .individual = 3, .task = 1, .first_episode = 4
    };
    toy_experiment(&s.e, s.task, s.config, 2);
    s.e.rule_host.update = timing;
    toy_life_open(&s, 1);
    rollout_life(s.room, 1, s.genome, &seeds, NULL);
    const double total = plain_life(&s, &seeds, timing == UPDATE_IN_FORWARD, expected);
    CU_ASSERT_EQUAL(s.room->total[0], total);
    CU_ASSERT(memcmp(s.room->weight[0], expected, 12 * sizeof(float)) == 0);
    CU_ASSERT(memcmp(s.room->weight[1], expected + 12, 8 * sizeof(float)) == 0);
    toy_life_close(&s);
  }
}

/* A life of genes that stand for their cubes is the life of those cubes. */
static void expressed_genes(void)
{
  setup cubic = { 0 }, plain = { 0 };
  toy_experiment(&cubic.e, cubic.task, cubic.config, 2);
  toy_experiment(&plain.e, plain.task, plain.config, 2);
  cubic.e.genome.expression = EXPRESSION_CUBIC;
  cubic.e.genome.expression_gain = 10;
  cubic.e.genome.expression_cut = 0.1;
  toy_life_open(&cubic, 1);
  toy_life_open(&plain, 1);
  const int64_t n = plain.plan->genome.shape.n_gene;
  for (int64_t k = 0; k < n; k++)
    cubic.genome[k] = 0.1f + 0.03f * (float)(k % 10);
  for (int64_t k = 0; k < n; k++) {
    const float cube = 10 * (cubic.genome[k] * cubic.genome[k] * cubic.genome[k]);
    plain.genome[k] = cube < 0.1f ? 0 : cube;
  }

  const rollout_seeds seeds = { .seed = 1 };
  rollout_life(cubic.room, 0, cubic.genome, &seeds, NULL);
  rollout_life(plain.room, 0, plain.genome, &seeds, NULL);
  CU_ASSERT_EQUAL(cubic.room->total[0], plain.room->total[0]);
  CU_ASSERT(memcmp(cubic.room->weight[0], plain.room->weight[0], 12 * sizeof(float)) == 0);
  rollout_life(plain.room, 0, cubic.genome, &seeds, NULL);
  CU_ASSERT(memcmp(cubic.room->weight[0], plain.room->weight[0], 12 * sizeof(float)) != 0);
  toy_life_close(&cubic);
  toy_life_close(&plain);
}

static void lanes_are_lives(void)
{
  setup many = { 0 }, single = { 0 };
  toy_experiment(&many.e, many.task, many.config, 2);
  toy_experiment(&single.e, single.task, single.config, 2);
  toy_life_open(&many, 5);
  toy_life_open(&single, 1);

  rollout_seeds seeds = { .seed = 1 };
  rollout_life(many.room, 0, many.genome, &seeds, NULL);
  int different_lengths = 0;
  for (int32_t lane = 0; lane < 5; lane++) {
    seeds.first_episode = (uint32_t)lane;
    rollout_life(single.room, 0, single.genome, &seeds, NULL);
    CU_ASSERT_EQUAL(many.room->total[lane], single.room->total[0]);
    CU_ASSERT_EQUAL(many.room->length[lane], single.room->length[0]);
    CU_ASSERT_EQUAL(many.room->done[lane], single.room->done[0]);
    CU_ASSERT(memcmp(many.room->weight[0] + lane * 12, single.room->weight[0], 48) == 0);
    different_lengths += many.room->length[lane] != many.room->length[0];
  }
  CU_ASSERT(different_lengths > 0); // some lanes were over while others lived
  toy_life_close(&many);
  toy_life_close(&single);
}

/* Weights go on from episode to episode; the world's seed does not. */
static void kept_weights(void)
{
  setup kept = { 0 }, fresh = { 0 };
  rollout_seeds seeds = { .seed = 1 };
  toy_experiment(&kept.e, kept.task, kept.config, 2);
  toy_experiment(&fresh.e, fresh.task, fresh.config, 2);
  kept.e.lifetime.episodes = 3;
  kept.e.lifetime.keep_weights = true;
  toy_life_open(&kept, 1);
  toy_life_open(&fresh, 1);
  rollout_life(kept.room, 0, kept.genome, &seeds, NULL);

  int32_t length = 0;
  double total = 0;
  for (uint32_t episode = 0; episode < 3; episode++) {
    seeds.first_episode = episode;
    rollout_life(fresh.room, 0, fresh.genome, &seeds, NULL);
    length += fresh.room->length[0];
    total += fresh.room->total[0];
  }
  CU_ASSERT_EQUAL(kept.room->length[0], length); // the same three worlds
  CU_ASSERT(kept.room->total[0] != total / 3);   // but the later ones met other weights
  CU_ASSERT(memcmp(kept.room->weight[0], fresh.room->weight[0], 48) != 0);
  toy_life_close(&kept);
  toy_life_close(&fresh);
}

static void time_limit(void)
{
  setup s = { 0 };
  const rollout_seeds seeds = { .seed = 1 };
  toy_experiment(&s.e, s.task, s.config, 2);
  s.e.limits.rollout_seconds = 1e-9;
  toy_life_open(&s, 1);
  rollout_life(s.room, 0, s.genome, &seeds, NULL);
  CU_ASSERT_EQUAL(s.room->failure[0], FAILURE_TIMEOUT);
  CU_ASSERT_EQUAL(s.room->length[0], 1);
  toy_life_close(&s);
}

static void failures(void)
{
  setup s = { 0 };
  const rollout_seeds seeds = { .seed = 1 };
  toy_experiment(&s.e, s.task, s.config, 2);
  s.config[0].fail_at = 3;
  s.config[1].nan_at = 2;
  toy_life_open(&s, 2);

  rollout_life(s.room, 0, s.genome, &seeds, NULL);
  CU_ASSERT_EQUAL(s.room->failure[1], FAILURE_SIMULATOR);
  CU_ASSERT_STRING_EQUAL(s.room->why[1], "the toy broke");
  CU_ASSERT_EQUAL(s.room->length[1], 4);

  rollout_life(s.room, 1, s.genome, &seeds, NULL);
  CU_ASSERT_EQUAL(s.room->failure[0], FAILURE_NONFINITE);
  CU_ASSERT_STRING_EQUAL(s.room->why[0], "the reward is not finite");

  s.genome[3] = NAN; // a coefficient: the weight it makes reaches the output a step later
  s.config[1].nan_at = -1;
  rollout_life(s.room, 1, s.genome, &seeds, NULL);
  CU_ASSERT_EQUAL(s.room->failure[0], FAILURE_NONFINITE);
  CU_ASSERT_STRING_EQUAL(s.room->why[0], "the network's output is not finite");
  CU_ASSERT_EQUAL(s.room->length[0], 1);
  toy_life_close(&s);
}

static void recorded_life(void)
{
  setup s = { 0 };
  recorder rec;
  error err = { 0 };
  const rollout_seeds seeds = { .seed = 9 };
  toy_experiment(&s.e, s.task, s.config, 2);
  s.e.record.weight_every = 2;
  toy_life_open(&s, 1);
  CU_ASSERT_FATAL(recorder_init(&rec, s.plan, 0, &err) == EXIT_FINE);
  const rollout_observer observer = recorder_observer(&rec);
  rollout_life(s.room, 0, s.genome, &seeds, &observer);

  const lifetime *life = &rec.life;
  CU_ASSERT_EQUAL(life->n_step, s.room->length[0]);
  CU_ASSERT_EQUAL(life->n_weight_step, (life->n_step + 1) / 2 + 1);
  CU_ASSERT_EQUAL(life->weight_step[1], 2);
  CU_ASSERT_EQUAL(life->weight_step[life->n_weight_step - 1], life->n_step);
  // the last row is what the life ended with
  CU_ASSERT(memcmp(life->weight[0] + (life->n_weight_step - 1) * 12, s.room->weight[0], 48) == 0);
  // row s is what the forward pass of step s used: recompute the first hidden activity of step 2
  float sum = 0;
  for (int i = 0; i < 3; i++)
    sum += life->observation[2 * 3 + i] * life->weight[0][12 + i * 4];
  CU_ASSERT_EQUAL(life->activation[0][2 * 4], hebb_tanh(sum));
  double total = 0;
  for (int32_t k = 0; k < life->n_step; k++)
    total += (double)life->reward[k];
  CU_ASSERT_DOUBLE_EQUAL(total, s.room->total[0], 1e-6);
  recorder_done(&rec);
  toy_life_close(&s);
}

/* Four generations; returns fitness of all and the last centre. */
static void evolved(int32_t n_worker, float *fitness, float *centre)
{
  setup s = { 0 };
  error err = { 0 };
  const evolve_options options = { .n_worker = n_worker };
  toy_experiment(&s.e, s.task, s.config, 6);
  s.e.lifetime.episodes = 2;
  s.e.record.centre_every = 2;
  evolution ev = { .e = &s.e, .options = &options };
  CU_ASSERT_FATAL(evolution_begin(&ev, &err) == EXIT_FINE);
  for (; ev.generation < 4; ev.generation++)
    CU_ASSERT(evolution_generation(&ev, &err) == EXIT_FINE);
  memcpy(fitness, ev.history.fitness, 24 * sizeof *fitness);
  toy_optimizer.centre(ev.state, centre);
  CU_ASSERT(isnan(ev.history.series[SERIES_CENTRE_FITNESS][0]));
  CU_ASSERT(isfinite(ev.history.series[SERIES_CENTRE_FITNESS][3]));
  CU_ASSERT(isfinite(ev.history.scalar[0][3]));
  evolution_end(&ev);
}

static void any_number_of_workers(void)
{
  float fitness[24], centre[20], again[24], again_centre[20];
  evolved(1, fitness, centre);
  static const int32_t workers[] = { 2, 3, 7 };
  for (int k = 0; k < 3; k++) {
    evolved(workers[k], again, again_centre);
    CU_ASSERT(memcmp(fitness, again, sizeof fitness) == 0);
    CU_ASSERT(memcmp(centre, again_centre, sizeof centre) == 0);
  }
}

static void failed_individuals_rank_last(void)
{
  setup s = { 0 };
  error err = { 0 };
  const evolve_options options = { .n_worker = 2 };
  toy_experiment(&s.e, s.task, s.config, 4);
  s.config[1].fail_at = 9; // lives that last longer than nine steps fail
  evolution ev = { .e = &s.e, .options = &options };
  CU_ASSERT_FATAL(evolution_begin(&ev, &err) == EXIT_FINE);
  int n_failed = 0, n_fine = 0;
  for (; ev.generation < 6 && !(n_failed && n_fine); ev.generation++) {
    if (evolution_generation(&ev, &err) != EXIT_FINE)
      break;
    n_failed = n_fine = 0;
    float least = INFINITY;
    for (int i = 0; i < 4; i++)
      if (isfinite(ev.history.fitness[ev.generation * 4 + i]))
        least = fminf(least, ev.told[i]), n_fine++;
    for (int i = 0; i < 4; i++)
      if (isnan(ev.history.fitness[ev.generation * 4 + i])) {
        CU_ASSERT(isfinite(ev.told[i]) && ev.told[i] < least);
        CU_ASSERT_EQUAL(ev.history.failure_kind[ev.generation * 4 + i], FAILURE_SIMULATOR);
        n_failed++;
      }
  }
  CU_ASSERT(n_failed > 0 && n_fine > 0);
  evolution_end(&ev);

  // or with the first failure, where the experiment says so
  error first = { 0 };
  s.e.run.on_failure = ON_FAILURE_STOP;
  evolution strict = { .e = &s.e, .options = &options };
  CU_ASSERT_FATAL(evolution_begin(&strict, &first) == EXIT_FINE);
  int status = EXIT_FINE;
  for (; strict.generation < 6 && status == EXIT_FINE; strict.generation++)
    status = evolution_generation(&strict, &first);
  CU_ASSERT_EQUAL(status, EXIT_RUN_FAILED);
  CU_ASSERT_PTR_NOT_NULL(strstr(first.text, "run.on_failure"));
  evolution_end(&strict);
  s.e.run.on_failure = ON_FAILURE_CONTINUE;

  // where everybody fails the run ends with a sentence
  error all = { 0 };
  s.config[1].fail_at = 0;
  evolution hopeless = { .e = &s.e, .options = &options };
  CU_ASSERT_FATAL(evolution_begin(&hopeless, &all) == EXIT_FINE);
  CU_ASSERT_EQUAL(evolution_generation(&hopeless, &all), EXIT_RUN_FAILED);
  CU_ASSERT_PTR_NOT_NULL(strstr(all.text, "no individual has a finite fitness"));
  CU_ASSERT_PTR_NOT_NULL(strstr(all.text, "the toy broke"));
  evolution_end(&hopeless);
}

/* Returns that no float holds are failures, not infinities for the optimizer. */
static void enormous_returns(void)
{
  setup s = { 0 };
  error err = { 0 };
  const evolve_options options = { .n_worker = 2 };
  toy_experiment(&s.e, s.task, s.config, 4);
  s.config[1].reward_scale = 1e60;
  evolution ev = { .e = &s.e, .options = &options };
  CU_ASSERT_FATAL(evolution_begin(&ev, &err) == EXIT_FINE);
  CU_ASSERT_EQUAL(evolution_generation(&ev, &err), EXIT_RUN_FAILED);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "beyond 1e37"));
  evolution_end(&ev);

  // where numbers are large, last is still below all others
  error fine = { 0 };
  s.config[1].reward_scale = 1e9;
  s.config[1].fail_at = 9;
  evolution large = { .e = &s.e, .options = &options };
  CU_ASSERT_FATAL(evolution_begin(&large, &fine) == EXIT_FINE);
  for (; large.generation < 6; large.generation++) {
    if (evolution_generation(&large, &fine) != EXIT_FINE)
      break;
    for (int i = 0; i < 4; i++)
      for (int k = 0; k < 4; k++)
        if (isnan(large.history.fitness[large.generation * 4 + i]) &&
            !isnan(large.history.fitness[large.generation * 4 + k]))
          CU_ASSERT(isfinite(large.told[i]) && large.told[i] < large.told[k]);
  }
  evolution_end(&large);
}

static void memory_is_counted(void)
{
  setup s = { 0 };
  error err = { 0 };
  const evolve_options options = { .n_worker = 1 };
  toy_experiment(&s.e, s.task, s.config, 4);
  s.e.limits.memory = 1;
  s.e.run.generations = 10000000;
  evolution ev = { .e = &s.e, .options = &options };
  CU_ASSERT_EQUAL(evolution_begin(&ev, &err), EXIT_CONFIGURATION);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "limits.memory"));
  evolution_end(&ev);
}

static int open_wider(const void *config, const hebb_host *host, hebb_env_shape *shape,
                      void **model)
{
  const int status = toy_env.open(config, host, shape, model);
  shape->n_obs += ((const toy_config *)config)->fail_at > 0;
  return status;
}

static int open_absurd(const void *config, const hebb_host *host, hebb_env_shape *shape,
                       void **model)
{
  const int status = toy_env.open(config, host, shape, model);
  shape->n_obs = 0;
  return status;
}

static void shapes_must_fit(void)
{
  setup s = { 0 };
  error err = { 0 };
  hebb_env wider = toy_env;
  wider.open = open_wider;
  toy_experiment(&s.e, s.task, s.config, 2);
  s.e.env_plugin = &wider;
  s.config[1].fail_at = 5;
  CU_ASSERT_EQUAL(plan_open(&s.e, &s.plan, &err), EXIT_CONFIGURATION);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "task 'second': toy: 4 observations"));

  error absurd = { 0 };
  wider.open = open_absurd;
  CU_ASSERT_EQUAL(plan_open(&s.e, &s.plan, &absurd), EXIT_PLUGIN);
  CU_ASSERT_PTR_NOT_NULL(strstr(absurd.text, "declares 0 observations"));
}

static int open_refusing(const void *config, const hebb_host *host, hebb_env_shape *shape,
                         void **model)
{
  (void)config, (void)model;
  shape->n_obs = TOY_OBS;
  shape->n_act = TOY_ACT;
  shape->act_map = (const uint32_t *)(uintptr_t)8; // what it points to is nobody's any more
  return host->fail(host, HEBB_EINVAL, "the toy is out of stock");
}

static int init_refusing(void *state, const void *config, const hebb_genome_shape *shape,
                         int32_t population, uint64_t seed, const hebb_host *host)
{
  (void)state, (void)config, (void)seed;
  return host->fail(host, HEBB_EINVAL, "%d toys for %d genes", population, (int)shape->n_gene);
}

/* Worlds, network and optimizer are all asked, and no place is named where there is no file. */
static void all_refusals_at_once(void)
{
  setup s = { 0 };
  error err = { 0 };
  evolve_outline outline;
  hebb_env refusing = toy_env;
  hebb_optimizer choosy = toy_optimizer;
  refusing.open = open_refusing;
  choosy.init = init_refusing;
  toy_experiment(&s.e, s.task, s.config, 5);
  s.e.env_plugin = &refusing;
  s.e.optimizer_plugin = &choosy;
  s.e.network.action = NETWORK_ACTION_FIRST + HEBB_ACTION_ARGMAX;
  CU_ASSERT_EQUAL(evolve_check(&s.e, 1, &outline, &err), EXIT_CONFIGURATION);
  SAYS(&err, "task 'first': toy: the toy is out of stock\n"
             "task 'second': toy: the toy is out of stock\n"
             "network.action: argmax and sample need a world with discrete actions");
  SAYS(&err, "\ntoy: 5 toys for 20 genes\n");
  CU_ASSERT_EQUAL(err.count, 4);

  // what a world that is not known would need is not guessed at
  error unknown = { 0 };
  refusing.open = open_absurd;
  CU_ASSERT_EQUAL(evolve_check(&s.e, 1, &outline, &unknown), EXIT_PLUGIN);
  CU_ASSERT_EQUAL(unknown.count, 2);

  error fine = { 0 };
  toy_experiment(&s.e, s.task, s.config, 5);
  CU_ASSERT_EQUAL(evolve_check(&s.e, 2, &outline, &fine), EXIT_FINE);
  SILENT(&fine);
  CU_ASSERT(outline.n_layer == 2 && outline.size[0] == TOY_OBS && outline.size[1] == 4 &&
            outline.size[2] == TOY_ACT);
  CU_ASSERT_EQUAL(outline.n_gene, 20);
}

static int shape_without_coefficients(const void *config, const hebb_host *host,
                                      hebb_rule_shape *shape)
{
  (void)config, (void)host, (void)shape;
  return HEBB_OK;
}

/* Genomes that are refused by count, before a byte of them is taken. */
static void genomes_must_fit(void)
{
  setup s = { 0 };
  error large = { 0 }, nothing = { 0 };
  toy_experiment(&s.e, s.task, s.config, 2);
  s.e.network.n_layer = 2;
  s.e.network.layer[0] = s.e.network.layer[1] = 65536;
  CU_ASSERT_EQUAL(plan_open(&s.e, &s.plan, &large), EXIT_CONFIGURATION);
  SAYS(&large, "network.layers: 4295294976 synapses with 1 numbers each take 16385 MB");
  SAYS(&large, "turn down network.layers, or raise limits.memory");

  toy_experiment(&s.e, s.task, s.config, 2);
  hebb_rule bare = toy_rule;
  bare.shape = shape_without_coefficients;
  s.e.rule_plugin = &bare;
  CU_ASSERT_EQUAL(plan_open(&s.e, &s.plan, &nothing), EXIT_CONFIGURATION);
  SAYS(&nothing, "genome: nothing would evolve: rule 'toy' has no coefficients; set "
                 "network.weights.init = \"evolved\"");
  CU_ASSERT_EQUAL(nothing.count, 1);
}

int main(void)
{
  static const check_test tests[] = {
    { "one life against plain loops, both timings", one_life },
    { "genes that stand for their cubes", expressed_genes },
    { "lanes are lives", lanes_are_lives },
    { "weights kept over episodes", kept_weights },
    { "a time limit cuts a life", time_limit },
    { "failures and their reasons", failures },
    { "a recorded life", recorded_life },
    { "1, 2, 3 and 7 workers give the same bits", any_number_of_workers },
    { "failed individuals rank last", failed_individuals_rank_last },
    { "enormous returns", enormous_returns },
    { "memory is counted before it is taken", memory_is_counted },
    { "tasks of different shape are refused", shapes_must_fit },
    { "all that is refused is said at once", all_refusals_at_once },
    { "genomes too large or empty are refused", genomes_must_fit },
  };
  return check_run("rollout", tests, sizeof tests / sizeof tests[0]);
}
