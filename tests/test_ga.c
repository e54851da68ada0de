/* test_ga.c - the genetic algorithm: who becomes a parent, how often, and what offspring are made of, counted
 * in a crowd.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "stand.h"

enum { GENE = 6, CROWD = 4000, PARENT = 8 };

/* One generation of a crowd; fitness falls with the first gene's distance from 1. */
static void live_crowd(const stand *s, float (*x)[GENE], float *fitness)
{
  for (int i = 0; i < s->population; i++) {
    s->o->ask(s->state, i, x[i]);
    fitness[i] = -fabsf(x[i][0] - 1);
  }
  s->o->tell(s->state, fitness, &stand_here);
}

/* The parents are the best, bit for bit and in order; the best of them is the centre. */
static void parents_are_the_best(void)
{
  enum { POPULATION = 10, FEW = 4 };
  const char *const set[] = { "optimizer.sigma=0.5", "optimizer.parents=0.4", "optimizer.elites=2",
                              NULL };
  float x[POPULATION][GENE], fitness[POPULATION], before[FEW][GENE], centre[GENE];
  error err = { 0 };
  stand s;
  stand_shape(&s, GENE, POPULATION, 0.25f, 0.5f, 2);
  CU_ASSERT_EQUAL_FATAL(stand_open(&s, "ga", set, &err), HEBB_OK);
  for (int t = 0; t < 5; t++) {
    memcpy(before, stand_part(&s, "parents"), sizeof before);
    for (int i = 0; i < POPULATION; i++) {
      s.o->ask(s.state, i, x[i]);
      fitness[i] = -fabsf(x[i][0] - 1);
    }
    fitness[3] = fitness[7];                                // a tie goes by index
    CU_ASSERT_EQUAL(memcmp(x, before, 2 * sizeof x[0]), 0); // elites
    s.o->tell(s.state, fitness, &stand_here);
    const float *parent = stand_part(&s, "parents");
    for (int i = 0; i < POPULATION; i++) {
      int rank = 0;
      for (int k = 0; k < POPULATION; k++)
        rank += fitness[k] > fitness[i] || (fitness[k] == fitness[i] && k < i);
      if (rank < FEW)
        CU_ASSERT_EQUAL(memcmp(parent + rank * GENE, x[i], sizeof x[i]), 0);
    }
    s.o->centre(s.state, centre);
    CU_ASSERT_EQUAL(memcmp(centre, parent, sizeof centre), 0);
  }
  stand_close(&s);
}

/* How often each of the first PARENT parents has offspring, where nothing mutates. */
static void offspring(const char *const *set, int n_parent, int tournament)
{
  static float x[CROWD][GENE], fitness[CROWD], parent[CROWD][GENE];
  int count[PARENT] = { 0 };
  error err = { 0 };
  stand s;
  stand_shape(&s, GENE, CROWD, 0, 0.5f, 2);
  CU_ASSERT_EQUAL_FATAL(stand_open(&s, "ga", set, &err), HEBB_OK);
  live_crowd(&s, x, fitness); // one generation makes them differ
  memcpy(parent, stand_part(&s, "parents"), (size_t)n_parent * sizeof parent[0]);
  for (int i = 0; i < CROWD; i++) {
    s.o->ask(s.state, i, x[i]);
    for (int p = 0; p < n_parent; p++)
      if (fabsf(x[i][0] - parent[p][0]) < 1e-7f && fabsf(x[i][5] - parent[p][5]) < 1e-7f) {
        count[p * PARENT / n_parent]++;
        break;
      }
  }
  for (int k = 0; k < PARENT; k++) { // by eighths of the parents
    const double above = pow((double)(PARENT - k) / PARENT, tournament);
    const double share = above - pow((double)(PARENT - k - 1) / PARENT, tournament);
    CU_ASSERT_DOUBLE_EQUAL(count[k], CROWD * share, 5 * sqrt(CROWD * share));
  }
  stand_close(&s);
}

static void selection(void)
{
  const char *const truncation[] = { "optimizer.parents=0.002",    "optimizer.elites=0",
                                     "optimizer.sigma=1",          "optimizer.sigma_decay=0.0",
                                     "optimizer.sigma_floor=1e-9", NULL };
  const char *const tournament[] = { "optimizer.selection=\"tournament\"",
                                     "optimizer.tournament=3",
                                     "optimizer.elites=0",
                                     "optimizer.sigma=1",
                                     "optimizer.sigma_decay=0.0",
                                     "optimizer.sigma_floor=1e-9",
                                     NULL };
  offspring(truncation, PARENT, 1);
  offspring(tournament, CROWD, 3);
}

/* Makes parents of two candidates that differ in every gene. */
static void tell_two(const stand *s, float (*x)[GENE], float *fitness)
{
  for (int i = 0; i < s->population; i++) {
    s->o->ask(s->state, i, x[i]);
    fitness[i] = 0;
  }
  for (int i = 0; i < s->population; i++)
    for (int k = 0; k < i; k++) {
      int differ = 0;
      for (int g = 0; g < GENE; g++)
        differ += x[i][g] != x[k][g];
      if (differ == GENE) {
        fitness[i] = 2;
        fitness[k] = 1;
        s->o->tell(s->state, fitness, &stand_here);
        return;
      }
    }
  CU_FAIL("no two candidates differ in every gene");
}

/* Half of the genes of half of the candidates are a second parent's; a quarter of all mutate. */
static void crossover_and_mutation(void)
{
  const char *const set[] = {
    "optimizer.parents=0.0005", "optimizer.elites=2",           "optimizer.sigma=1",
    "optimizer.crossover=0.5",  "optimizer.mutation_rate=0.25", NULL
  };
  static float x[CROWD][GENE], fitness[CROWD];
  error err = { 0 };
  stand s;
  stand_shape(&s, GENE, CROWD, 0, 0.5f, 2);
  CU_ASSERT_EQUAL_FATAL(stand_open(&s, "ga", set, &err), HEBB_OK);
  tell_two(&s, x, fitness);
  const float *parent = stand_part(&s, "parents");
  int mutated = 0, mixed = 0, pure = 0;
  double squares = 0;
  for (int i = 2; i < CROWD; i++) {
    int of[2] = { 0 }, new_ones = 0;
    s.o->ask(s.state, i, x[i]);
    for (int g = 0; g < GENE; g++)
      if (x[i][g] != parent[g] && x[i][g] != parent[GENE + g])
        new_ones++;
      else if (parent[g] != parent[GENE + g])
        of[x[i][g] == parent[GENE + g]]++;
    mutated += new_ones;
    mixed += of[0] > 0 && of[1] > 0;
    pure += new_ones == 0 && (of[0] == 0 || of[1] == 0);
    for (int g = 3; g < GENE; g++) // deviates of half the size, about one of two values
      if (x[i][g] != parent[g] && x[i][g] != parent[GENE + g])
        squares += fmin(pow((double)x[i][g] - (double)parent[g], 2),
                        pow((double)x[i][g] - (double)parent[GENE + g], 2));
  }
  const int n = CROWD - 2;
  CU_ASSERT_DOUBLE_EQUAL(mutated, 0.25 * n * GENE, 5 * sqrt(0.1875 * n * GENE));
  // two different parents in half of the crossed: a quarter of all can be mixed
  CU_ASSERT(mixed > 0.08 * n && mixed < 0.25 * n);
  CU_ASSERT(pure > 0);
  CU_ASSERT(squares > 0 && squares < 0.25 * 1.2 * mutated / 2);
  stand_close(&s);
}

int main(void)
{
  static const check_test tests[] = {
    { "the parents are the best", parents_are_the_best },
    { "selection", selection },
    { "crossover and mutation", crossover_and_mutation },
  };
  return check_run("ga", tests, sizeof tests / sizeof tests[0]);
}
