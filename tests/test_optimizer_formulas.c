/* test_optimizer_formulas.c - pgpe, snes, ars, random_search and none against plain formulas: the noise
 * is taken from the candidates, the update computed again in double, the labelled parts compared.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "stand.h"

enum { GENE = 6, POPULATION = 10, PAIR = POPULATION / 2, GENERATIONS = 5 };

static const double tolerance = 1e-6; /* candidates are floats */

static double factor_of(int g)
{
  return g < GENE / 2 ? 1 : 0.5;
}
static double rate_of(int g)
{
  return g < GENE / 2 ? 1 : 2;
}

/* One generation of a stand: candidates, what they deviate from the mean by, and their fitness. */
typedef struct lived {
  float x[POPULATION][GENE], fitness[POPULATION];
  double off[POPULATION][GENE];
  int rank[POPULATION]; /* 0: the best; equal ones by index */
} lived;

static void begin(stand *s, const char *name, const char *const *set)
{
  error err = { 0 };
  stand_shape(s, GENE, POPULATION, 0.25f, 0.5f, 2);
  CU_ASSERT_EQUAL_FATAL(stand_open(s, name, set, &err), HEBB_OK);
}

static void live(const stand *s, const double *mean, lived *l)
{
  for (int i = 0; i < POPULATION; i++) {
    double sum = 0;
    s->o->ask(s->state, i, l->x[i]);
    for (int g = 0; g < GENE; g++) {
      l->off[i][g] = (double)l->x[i][g] - mean[g];
      sum -= (g + 1) * pow((double)l->x[i][g] - 0.6, 2) - 0.3 * (double)l->x[i][0];
    }
    l->fitness[i] = (float)sum;
  }
  l->fitness[3] = l->fitness[7]; // a tie
  for (int i = 0; i < POPULATION; i++) {
    l->rank[i] = 0;
    for (int k = 0; k < POPULATION; k++)
      l->rank[i] += l->fitness[k] > l->fitness[i] || (l->fitness[k] == l->fitness[i] && k < i);
  }
}

static void compare(const stand *s, const char *part, const double *expected)
{
  const double *found = stand_part(s, part);
  for (int g = 0; g < GENE; g++)
    CU_ASSERT_DOUBLE_EQUAL(found[g], expected[g], tolerance * (1 + fabs(expected[g])));
}

static void compare_scalar(const stand *s, const char *part, double expected)
{
  CU_ASSERT_DOUBLE_EQUAL(*(const double *)stand_part(s, part), expected,
                         tolerance * (1 + fabs(expected)));
}

static double norm_of(const double *v)
{
  double sum = 0;
  for (int g = 0; g < GENE; g++)
    sum += v[g] * v[g];
  return sqrt(sum);
}

/* ---- pgpe ---- */

typedef struct plain_pgpe {
  double mean[GENE], sigma[GENE], v[GENE], second[GENE];
  double rate; /* of the mean */
  char step;   /* c, a, s */
} plain_pgpe;

static void pgpe_generation(plain_pgpe *p, const lived *l, const double *value, int t)
{
  double gradient[GENE] = { 0 }, h[GENE] = { 0 }, baseline = 0;
  for (int i = 0; i < POPULATION; i++)
    baseline += value[i] / POPULATION;
  for (int k = 0; k < PAIR; k++)
    for (int g = 0; g < GENE; g++) {
      const double eps = ((double)l->x[2 * k][g] - (double)l->x[2 * k + 1][g]) / 2;
      const double plus = value[2 * k], minus = value[2 * k + 1], s = p->sigma[g];
      gradient[g] += (plus - minus) / 2 * eps / PAIR;
      h[g] += ((plus + minus) / 2 - baseline) * (eps * eps - s * s) / s / PAIR;
    }
  const double length = norm_of(gradient);
  double step[GENE];
  for (int g = 0; g < GENE; g++) {
    p->sigma[g] += fmax(-0.2 * p->sigma[g], fmin(0.2 * p->sigma[g], 0.3 * rate_of(g) * h[g]));
    if (p->step == 's')
      step[g] = p->rate * gradient[g];
    else if (p->step == 'c')
      step[g] = p->v[g] = 0.9 * p->v[g] + p->rate * gradient[g] / length;
    else {
      p->v[g] = 0.9 * p->v[g] + 0.1 * gradient[g];
      p->second[g] = 0.999 * p->second[g] + 0.001 * gradient[g] * gradient[g];
      step[g] = p->rate * sqrt(1 - pow(0.999, t)) / (1 - pow(0.9, t)) * p->v[g] /
                (sqrt(p->second[g]) + 1e-8);
    }
  }
  const double speed = norm_of(step);
  for (int g = 0; g < GENE; g++) {
    if (p->step == 'c' && speed > 2 * p->rate)
      step[g] = p->v[g] = step[g] * 2 * p->rate / speed;
    p->mean[g] += rate_of(g) * step[g];
  }
}

static void pgpe_as(char step, bool ranks, const char *const *set)
{
  plain_pgpe p = { .step = step, .rate = 0.05 };
  stand s;
  lived l;
  begin(&s, "pgpe", set);
  for (int g = 0; g < GENE; g++)
    p.mean[g] = 0.25, p.sigma[g] = 0.8 * factor_of(g);
  for (int t = 1; t <= GENERATIONS; t++) {
    double value[POPULATION];
    live(&s, p.mean, &l);
    for (int i = 0; i < POPULATION; i++) { // ranks from below: of equal ones the first is lower
      int below = 0;
      for (int k = 0; k < POPULATION; k++)
        below += l.fitness[k] < l.fitness[i] || (l.fitness[k] == l.fitness[i] && k < i);
      value[i] = ranks ? below / (POPULATION - 1.0) - 0.5 : (double)l.fitness[i];
    }
    pgpe_generation(&p, &l, value, t);
    s.o->tell(s.state, l.fitness, &stand_here);
    compare(&s, "mean", p.mean);
    compare(&s, "gene_sigma", p.sigma);
    compare_scalar(&s, "sigma", norm_of(p.sigma) / sqrt(GENE));
    if (step != 's')
      compare(&s, step == 'c' ? "velocity" : "first_moment", p.v);
  }
  stand_close(&s);
}

static void pgpe(void)
{
#define COMMON                                                                                     \
  "optimizer.sigma=0.8", "optimizer.sigma_learning_rate=0.3", "optimizer.learning_rate=0.05"
  const char *const clipup[] = { COMMON, NULL };
  const char *const adam[] = { COMMON, "optimizer.step=\"adam\"", NULL };
  const char *const sgd[] = { COMMON, "optimizer.step=\"sgd\"", "optimizer.shaping=\"none\"",
                              NULL };
  pgpe_as('c', true, clipup);
  pgpe_as('a', true, adam);
  pgpe_as('s', false, sgd);
  // left out, the rate is a thirtieth of the radius
  stand s;
  begin(&s, "pgpe", NULL);
  compare_scalar(&s, "learning_rate", 0.1 * sqrt(3 + 3 * 0.25) / 30);
  stand_close(&s);
}

/* ---- snes ---- */

static void snes(void)
{
  const char *const set[] = { "optimizer.sigma=0.8", NULL };
  double mean[GENE], sigma[GENE];
  stand s;
  lived l;
  begin(&s, "snes", set);
  for (int g = 0; g < GENE; g++)
    mean[g] = 0.25, sigma[g] = 0.8 * factor_of(g);
  for (int t = 0; t < GENERATIONS; t++) {
    double top = 0;
    live(&s, mean, &l);
    for (int k = 1; k <= POPULATION; k++)
      top += fmax(0, log(POPULATION / 2.0 + 1) - log(k));
    for (int g = 0; g < GENE; g++) {
      double first = 0, second = 0;
      for (int i = 0; i < POPULATION; i++) {
        const double z = l.off[i][g] / sigma[g];
        const double u =
            fmax(0, log(POPULATION / 2.0 + 1) - log(l.rank[i] + 1)) / top - 1.0 / POPULATION;
        first += u * z;
        second += u * (z * z - 1);
      }
      mean[g] += rate_of(g) * sigma[g] * first;
      sigma[g] *= exp((3 + log(GENE)) / (5 * sqrt(GENE)) * rate_of(g) / 2 * second);
    }
    s.o->tell(s.state, l.fitness, &stand_here);
    compare(&s, "mean", mean);
    compare(&s, "gene_sigma", sigma);
  }
  stand_close(&s);
}

/* ---- ars ---- */

static void ars_with(int n_top, const char *const *set)
{
  double mean[GENE];
  stand s;
  lived l;
  begin(&s, "ars", set);
  for (int g = 0; g < GENE; g++)
    mean[g] = 0.25;
  for (int t = 0; t < GENERATIONS; t++) {
    bool counts[PAIR];
    double sum = 0, squares = 0, step[GENE] = { 0 };
    live(&s, mean, &l);
    for (int k = 0; k < PAIR; k++) {
      int better = 0;
      const float own = fmaxf(l.fitness[2 * k], l.fitness[2 * k + 1]);
      for (int j = 0; j < PAIR; j++) {
        const float other = fmaxf(l.fitness[2 * j], l.fitness[2 * j + 1]);
        better += other > own || (other == own && j < k);
      }
      counts[k] = better < n_top;
    }
    for (int i = 0; i < POPULATION; i++)
      sum += counts[i / 2] ? (double)l.fitness[i] / (2 * n_top) : 0;
    for (int i = 0; i < POPULATION; i++)
      squares += counts[i / 2] ? pow((double)l.fitness[i] - sum, 2) / (2 * n_top) : 0;
    for (int k = 0; k < PAIR; k++)
      for (int g = 0; g < GENE; g++) {
        const double delta = ((double)l.x[2 * k][g] - (double)l.x[2 * k + 1][g]) / 2 / 0.8;
        if (counts[k]) // delta has its segment's factor in it
          step[g] += ((double)l.fitness[2 * k] - (double)l.fitness[2 * k + 1]) * delta;
      }
    for (int g = 0; g < GENE; g++)
      mean[g] += rate_of(g) * 0.02 / (n_top * sqrt(squares)) * step[g];
    s.o->tell(s.state, l.fitness, &stand_here);
    compare(&s, "mean", mean);
  }
  stand_close(&s);
}

static void ars(void)
{
  const char *const v1[] = { "optimizer.sigma=0.8", NULL };
  const char *const v1_t[] = { "optimizer.sigma=0.8", "optimizer.top=0.5", NULL };
  ars_with(PAIR, v1);
  ars_with(2, v1_t);
}

/* ---- random search, none ---- */

static void random_search(void)
{
  double best[GENE], fitness = -INFINITY, squares = 0;
  stand s;
  lived l;
  begin(&s, "random_search", NULL);
  for (int g = 0; g < GENE; g++)
    best[g] = 0.25;
  for (int t = 0; t < 40; t++) {
    live(&s, best, &l);
    for (int g = 0; t == 0 && g < GENE; g++)
      CU_ASSERT_EQUAL(l.x[0][g], 0.25f); // the first of all is the start
    for (int i = t == 0; i < POPULATION; i++)
      for (int g = 0; g < GENE; g++)
        squares += pow(l.off[i][g] / (0.1 * factor_of(g)), 2);
    for (int i = 0; i < POPULATION; i++)
      if (l.rank[i] == 0 && (double)l.fitness[i] > fitness) {
        fitness = (double)l.fitness[i];
        for (int g = 0; g < GENE; g++)
          best[g] += l.off[i][g];
      }
    s.o->tell(s.state, l.fitness, &stand_here);
    compare(&s, "best", best);
    compare_scalar(&s, "best_fitness", fitness);
  }
  CU_ASSERT_DOUBLE_EQUAL(squares / (399 * GENE), 1, 0.15); // 2394 deviates: 5 standard errors
  stand_close(&s);
}

static void none(void)
{
  stand s;
  lived l;
  error err = { 0 };
  const double start[GENE] = { 0.25, 0.25, 0.25, 0.25, 0.25, 0.25 };
  begin(&s, "none", NULL);
  for (int t = 0; t < 3; t++) {
    live(&s, start, &l);
    for (int i = 0; i < POPULATION; i++)
      CU_ASSERT_EQUAL(memcmp(l.x[i], s.start, sizeof l.x[i]), 0);
    s.o->tell(s.state, l.fitness, &stand_here);
  }
  stand_close(&s);
  stand_shape(&s, GENE, 1, 0, 1, 1);
  CU_ASSERT_EQUAL(stand_open(&s, "none", NULL, &err), HEBB_OK); // one individual is enough
  stand_close(&s);
}

/* ---- refusals ---- */

static void refuses(const char *name, const char *const *set, int64_t n_gene, int32_t population,
                    const char *sentence)
{
  error err = { 0 };
  stand s;
  stand_shape(&s, 2, 8, 0, 1, 1);
  s.shape.n_gene = n_gene;
  s.population = population;
  CU_ASSERT_NOT_EQUAL(stand_open(&s, name, set, &err), HEBB_OK);
  CU_ASSERT_EQUAL(s.size, 0);
  if (!strstr(err.text, sentence))
    printf(" %s: '%s' ", name, err.text);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, sentence));
  stand_close(&s);
}

static void refused(void)
{
  static const char *const any[] = { "snes", "sep_cma_es", "cma_es", "lm_ma_es", "ga" };
  static const char *const paired[] = { "pgpe", "ars" };
  const char *const elites[] = { "optimizer.elites=8", NULL };
  for (size_t k = 0; k < sizeof any / sizeof any[0]; k++) {
    refuses(any[k], NULL, 2, 1, "population = 1: give a number from 2 to");
    refuses(any[k], NULL, 0, 8, "a genome of 0 genes cannot be evolved");
  }
  for (size_t k = 0; k < sizeof paired / sizeof paired[0]; k++)
    refuses(paired[k], NULL, 2, 7, "candidates come in mirrored pairs, give an even number");
  refuses("random_search", NULL, 2, 0, "population = 0: give a number from 1 to");
  refuses("none", NULL, 2, 0, "population = 0: give a number from 1 to");
  refuses("ga", elites, 2, 8, "elites = 8 of a population of 8 leave no place for anything new");
  refuses("cma_es", NULL, 2500, 8,
          "a covariance of 2500 genes takes 98 MB, memory = 64: raise it, or take sep_cma_es or "
          "lm_ma_es");

  // segments with a gap between them
  error err = { 0 };
  stand s;
  stand_shape(&s, 10, 8, 0, 1, 1);
  s.segment[1].offset++;
  CU_ASSERT_NOT_EQUAL(stand_open(&s, "snes", NULL, &err), HEBB_OK);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "the segments do not cover the genome"));
  stand_close(&s);
}

int main(void)
{
  static const check_test tests[] = {
    { "pgpe", pgpe }, { "snes", snes },        { "ars", ars }, { "random_search", random_search },
    { "none", none }, { "refusals", refused },
  };
  return check_run("optimizer_formulas", tests, sizeof tests / sizeof tests[0]);
}
