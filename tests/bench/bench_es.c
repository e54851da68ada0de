/* bench_es.c - what evolution strategies cost beside the lives: openai_es at the sizes of the ant
 * (population 500, 61,440 genes) and the car (200, 458,002).
 *
 * `ask` draws one individual, `tell` makes the update of a generation. Then a whole generation's share:
 * every individual is asked once for each training task (the ant has two), and told once, against the
 * lives as they were measured in the same rounds. The car's share is given twice: of a generation of
 * dense layers alone, and with the world, its picture included (its convolution is in neither).
 */
#include "bench.h"
#include "clock.h"
#include "life.h"
#include "pool.h"
#include "stage.h"

enum { ROUNDS = 9, ASKED = 24 };

typedef struct search {
  const char *name;
  int32_t population, n_task;
  hebb_genome_shape shape;
  hebb_segment segment;
  const hebb_optimizer *optimizer;
  void *state;
  float *genome[2];                                     /* [worker] */
  float *fitness;                                       /* [population] */
  double ask[ROUNDS], tell[ROUNDS], generation[ROUNDS]; /* s */
} search;

static void *memory(size_t n, size_t size)
{
  void *m = calloc(n, size);
  if (!m)
    exit(1);
  return m;
}

static void open_search(search *s, const experiment *e, const char *name, int32_t population,
                        int32_t n_task, int64_t n_gene)
{
  static error err;
  host_services services;
  *s = (search){ .name = name,
                 .population = population,
                 .n_task = n_task,
                 .segment = { .name = "layer0_A",
                              .coefficient = "A",
                              .role = HEBB_ROLE_COEFFICIENT,
                              .share = HEBB_SHARE_EACH,
                              .rows = (int32_t)n_gene,
                              .cols = 1,
                              .count = n_gene,
                              .sigma = 1,
                              .rate = 1 },
                 .optimizer = e->optimizer_plugin };
  s->shape = (hebb_genome_shape){ .size = sizeof s->shape,
                                  .n_segment = 1,
                                  .n_gene = n_gene,
                                  .start = memory((size_t)n_gene, sizeof(float)),
                                  .segment = &s->segment };
  s->state = memory(1, s->optimizer->state_size(e->optimizer_config, &s->shape, population));
  s->fitness = memory((size_t)population, sizeof *s->fitness);
  for (int32_t i = 0; i < population; i++)
    s->fitness[i] = (float)(i * 7919 % population);
  for (int k = 0; k < 2; k++)
    s->genome[k] = memory((size_t)n_gene, sizeof(float));
  host_services_init(&services, "bench", &err);
  if (s->optimizer->init(s->state, e->optimizer_config, &s->shape, population, 1, &services.host) !=
      HEBB_OK) {
    error_print(&err);
    exit(1);
  }
}

static void close_search(search *s)
{
  free((float *)(uintptr_t)s->shape.start);
  free(s->state);
  free(s->fitness);
  free(s->genome[0]);
  free(s->genome[1]);
}

static void measure(search *s, int round, pool *one)
{
  const double begun = bench_thread_seconds();
  for (int32_t i = 0; i < ASKED; i++)
    s->optimizer->ask(s->state, (round * ASKED + i) % s->population, s->genome[0]);
  const double between = bench_thread_seconds();
  s->optimizer->tell(s->state, s->fitness, pool_lend(one));
  s->ask[round] = (between - begun) / ASKED;
  s->tell[round] = bench_thread_seconds() - between;
  s->generation[round] = s->population * s->n_task * s->ask[round] + s->tell[round];
}

static void ask_one(void *arg, int32_t worker, int64_t cell)
{
  const search *s = arg;
  s->optimizer->ask(s->state, (int32_t)(cell / s->n_task), s->genome[worker]);
}

/* All asks and the tell of a generation on a pool. */
static void generation(search *s, pool *workers, double *cpu, double *wall)
{
  const double begun = bench_process_seconds(), clock = clock_seconds();
  pool_run(workers, (int64_t)s->population * s->n_task, ask_one, s);
  s->optimizer->tell(s->state, s->fitness, pool_lend(workers));
  *cpu = bench_process_seconds() - begun;
  *wall = clock_seconds() - clock;
}

static void report_scaled(const char *what, const char *name, const double *value,
                          const char *reference, const double *reference_value)
{
  char label[64];
  double ms[ROUNDS];
  snprintf(label, sizeof label, "es_%s_%s", what, name);
  for (int k = 0; k < ROUNDS; k++)
    ms[k] = 1e3 * value[k];
  double reference_ms[ROUNDS];
  for (int k = 0; reference_value && k < ROUNDS; k++)
    reference_ms[k] = 1e3 * reference_value[k];
  bench_report(label, "ms", ms, ROUNDS, reference, reference_value ? reference_ms : NULL);
}

static void report_workers(search *s, pool *one, pool *two)
{
  double cpu[2][ROUNDS], wall[2][ROUNDS];
  for (int round = 0; round < ROUNDS; round++) {
    generation(s, one, &cpu[0][round], &wall[0][round]);
    generation(s, two, &cpu[1][round], &wall[1][round]);
  }
  report_scaled("two_workers_cpu", s->name, cpu[1], "one worker", cpu[0]);
  report_scaled("two_workers_wall", s->name, wall[1], "one worker", wall[0]);
}

/* A life of the round-th individual, in seconds. */
static double live(life *l, int round)
{
  const rollout_seeds seeds = { .seed = 1, .individual = (uint32_t)round };
  const double begun = bench_thread_seconds();
  rollout_life(l->r, 0, l->p->genome.shape.start, &seeds, NULL);
  return bench_thread_seconds() - begun;
}

/* So many decisions of the car with its picture, in seconds; gentle gas straight ahead. */
static double drive(stage *car, int32_t n_step)
{
  stage_reset_all(car, 1);
  car->act[0] = car->act[2] = 0;
  car->act[1] = 0.1;
  const double begun = bench_thread_seconds();
  for (int32_t step = 0; step < n_step && !car->done[0]; step++)
    stage_step(car);
  return bench_thread_seconds() - begun;
}

/* road: a world that advances beside the life, or NULL. */
static void measure_share(const search *s, const char *name, const char *toml,
                          const char *const *set, int32_t n_set, stage *road)
{
  enum { WORLD_STEPS = 200 };
  life l;
  double whole[ROUNDS];
  life_open(&l, toml, set, n_set);
  live(&l, 0);
  for (int round = 0; round < ROUNDS; round++) {
    double seconds = live(&l, round);
    if (road)
      seconds += drive(road, WORLD_STEPS) / WORLD_STEPS * l.r->length[0];
    whole[round] = s->population * s->n_task * seconds + s->generation[round];
  }
  report_scaled("share", name, s->generation, "whole generation", whole);
  life_close(&l);
}

int main(void)
{
  static error err;
  search ant, car;
  pool *one, *two;
  life l;

  bench_machine("bench_es", NULL);
  if (pool_new(1, &one, &err) != EXIT_FINE || pool_new(2, &two, &err) != EXIT_FINE) {
    error_print(&err);
    return 1;
  }
  life_open(&l, LIFE_CAR, NULL, 0);
  open_search(&ant, l.e, "ant", 500, 2, 61440);
  open_search(&car, l.e, "car", 200, 1, 458002);
  for (int round = 0; round < ROUNDS; round++) {
    measure(&ant, round, one);
    measure(&car, round, one);
  }
  report_scaled("ask", "ant", ant.ask, NULL, NULL);
  report_scaled("tell", "ant", ant.tell, NULL, NULL);
  report_scaled("ask", "car", car.ask, NULL, NULL);
  report_scaled("tell", "car", car.tell, NULL, NULL);
  report_workers(&ant, one, two);
  report_workers(&car, one, two);

  if (loader_has("ant", HEBB_ENV)) {
    measure_share(&ant, "ant_rk4", LIFE_ANT, (const char *[]){ LIFE_RK4 }, 4, NULL);
    measure_share(&ant, "ant_bullet_like", LIFE_ANT, NULL, 0, NULL);
  }
  measure_share(&car, "car_network_only", LIFE_CAR, NULL, 0, NULL);
  if (loader_has("racing", HEBB_ENV)) {
    stage *road = stage_open("racing", 1, (const char *[]){ "env.picture=\"84x84\"", NULL }, NULL);
    measure_share(&car, "car", LIFE_CAR, NULL, 0, road);
    stage_close(road);
  }
  close_search(&ant);
  close_search(&car);
  life_close(&l);
  pool_free(one);
  pool_free(two);
  return 0;
}
