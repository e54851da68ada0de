/* bench_scale.c - does a second worker cost anything, and does twice the population cost twice as much?
 *
 * Whole generations (ask, lives, tell) of equal experiments, in alternating rounds; CPU time of all
 * threads, because another program's load falls on the wall clock. Equal experiments live equal lives
 * in equal generations, however many workers there are.
 */
#include "bench.h"
#include "clock.h"
#include "evolution.h"
#include "life.h"

enum { ROUNDS = 15 };

typedef struct measured {
  double cpu[ROUNDS], wall[ROUNDS]; /* us a step */
  double whole[ROUNDS];             /* ms a generation, CPU */
} measured;

typedef struct trial {
  experiment *e;
  evolve_options options;
  evolution ev;
} trial;

static void next_generation(trial *t)
{
  static error err;
  if (evolution_generation(&t->ev, &err) != EXIT_FINE) {
    error_print(&err);
    exit(1);
  }
  t->ev.generation++;
}

static void begin(trial *t, const char *toml, const char *steps, int32_t population,
                  int32_t n_worker)
{
  static error err;
  char individuals[64];
  snprintf(individuals, sizeof individuals, "optimizer.population=%d", population);
  const char *const set[] = { individuals, steps, "record.genome_every=0",
                              "fitness.common_seeds=true" };
  *t = (trial){ .options = { .n_worker = n_worker } };
  t->ev.options = &t->options;
  if (experiment_load_text(toml, "bench", NULL, set, 4, &t->e, &err) != EXIT_FINE ||
      (t->ev.e = t->e, evolution_begin(&t->ev, &err)) != EXIT_FINE) {
    error_print(&err);
    exit(1);
  }
  next_generation(t);
}

static void end(trial *t)
{
  evolution_end(&t->ev);
  experiment_free(t->e);
}

static void measure(trial *t, measured *m, int round)
{
  const double cpu = bench_process_seconds(), wall = clock_seconds();
  next_generation(t);
  const double cpu_spent = bench_process_seconds() - cpu, wall_spent = clock_seconds() - wall;
  const double steps = t->ev.history.series[SERIES_ENV_STEPS][t->ev.history.n_generation - 1];
  m->cpu[round] = 1e6 * cpu_spent / steps;
  m->wall[round] = 1e6 * wall_spent / steps;
  m->whole[round] = 1e3 * cpu_spent;
}

static void compare(const char *name, const char *toml, const char *steps, int32_t population)
{
  trial one, two, twice;
  static measured of_one, of_two, of_twice;
  char label[64];

  begin(&one, toml, steps, population, 1);
  begin(&two, toml, steps, population, 2);
  begin(&twice, toml, steps, 2 * population, 1);
  for (int round = 0; round < ROUNDS; round++) {
    measure(&one, &of_one, round);
    measure(&two, &of_two, round);
    measure(&twice, &of_twice, round);
  }
  snprintf(label, sizeof label, "two_workers_cpu_%s", name);
  bench_report(label, "us/step", of_two.cpu, ROUNDS, "one worker", of_one.cpu);
  snprintf(label, sizeof label, "two_workers_wall_%s", name);
  bench_report(label, "us/step", of_two.wall, ROUNDS, "one worker", of_one.wall);
  snprintf(label, sizeof label, "twice_the_population_%s", name);
  bench_report(label, "ms", of_twice.whole, ROUNDS, "once", of_one.whole);
  end(&one);
  end(&two);
  end(&twice);
}

int main(void)
{
  bench_machine("bench_scale", NULL);
  if (loader_has("ant", HEBB_ENV))
    compare("ant", LIFE_ANT, "env.max_steps=240", 16);
  compare("car", LIFE_CAR, "env.max_steps=250", 16);
  return 0;
}
