/* test_gmm.c - the mixture of rules against evostrat's recorded gradients and steps, in double; the search for
 * the rules that answer against a plain loop over all; a generation of gmm_es against plain formulas, and
 * the rules that it draws against their probabilities.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../plugins/gmm_mixture.h"
#include "check.h"
#include "golden_read.h"
#include "hebb/rng.h"
#include "stand.h"

enum { SAMPLES = 6, MOST = 64 };

/* One recorded case: synapses of groups a and b (or a alone), one after the other. */
typedef struct recorded {
  const char *name;
  int64_t n_synapse, n_rule, n_coef;
  double sigma, logit[MOST], mean[MOST];
} recorded;

/* A dataset of both groups, "PREFIX_a SUFFIX" and where there is one "PREFIX_b SUFFIX". */
static int64_t read_both(const char *name, const char *before, const char *after, double *out)
{
  int64_t n = 0;
  for (const char *which = "ab"; *which; which++) {
    char path[120];
    snprintf(path, sizeof path, "%s/%s%c%s", name, before, *which, after);
    if (!golden_has("rules.h5", path))
      continue;
    const golden g = golden_read("rules.h5", path);
    memcpy(out + n, g.value, (size_t)g.n * sizeof *out);
    n += g.n;
    free(g.value);
  }
  return n;
}

/* Rule-major in the file, coefficient-major here. */
static void read_means(const char *name, const char *dataset, int64_t *n_rule, int64_t *n_coef,
                       double *out)
{
  char path[120];
  snprintf(path, sizeof path, "%s/%s", name, dataset);
  const golden g = golden_read("rules.h5", path);
  *n_rule = g.extent[0], *n_coef = g.extent[1];
  for (int64_t k = 0; k < *n_rule; k++)
    for (int64_t c = 0; c < *n_coef; c++)
      out[c * *n_rule + k] = g.value[k * *n_coef + c];
  free(g.value);
}

static recorded read_case(const char *name)
{
  recorded r = { .name = name };
  const golden std = golden_attribute("rules.h5", name, "std");
  r.sigma = std.value[0];
  free(std.value);
  read_means(name, "means_mu", &r.n_rule, &r.n_coef, r.mean);
  r.n_synapse = read_both(name, "logits_", "", r.logit) / r.n_rule;
  return r;
}

static void same(const double *a, const double *b, int64_t n, double scale)
{
  double most = 0;
  for (int64_t k = 0; k < n; k++)
    most = fmax(most, fabs(a[k] - b[k]) / fmax(scale, fabs(b[k])));
  if (most > 1e-12)
    printf(" off by %g ", most);
  CU_ASSERT(most <= 1e-12);
}

/* ---- a mixture with its arrays, and the plain formula for it ---- */

typedef struct built {
  mixture m;
  mixture_room room;
  double *row, *plane;
} built;

/* mean [coef x rule]; factor [coef], NULL: 1 */
static built build(int64_t n_rule, int64_t n_coef, double sigma, const double *mean,
                   const double *factor)
{
  const int64_t n_row = mixture_row(n_coef), most = mixture_most_near(n_rule);
  const size_t n_room = (size_t)mixture_room_size(n_rule), real = sizeof(double);
  built b = { .m = { .n_rule = n_rule, .n_coef = n_coef, .sigma = sigma } };
  b.row = calloc((size_t)(n_rule * n_row), real);
  b.plane = calloc((size_t)(n_rule * n_coef), real);
  for (int64_t k = 0; k < n_rule; k++)
    for (int64_t c = 0; c < n_coef; c++)
      b.row[k * n_row + c] = b.plane[c * n_rule + k] = mean[c * n_rule + k];
  for (int64_t c = 0; c < n_coef; c++)
    b.m.inverse[c] = factor ? 1 / factor[c] : 1;
  b.m.row = b.row;
  b.m.plane = b.plane;
  b.m.near = (mixture_near){ .most = most,
                             .reach = calloc((size_t)n_rule, real),
                             .place = calloc((size_t)(n_rule * most * (1 + n_coef)), sizeof(float)),
                             .rule = calloc((size_t)(n_rule * most), sizeof(uint16_t)) };
  b.room =
      (mixture_room){ calloc(n_room + (size_t)n_rule, real), calloc(n_room, sizeof(uint32_t)) };
  mixture_find_near(&b.m, 0, n_rule / 2);
  mixture_find_near(&b.m, n_rule / 2, n_rule);
  return b;
}

static void drop(built *b)
{
  free(b->row);
  free(b->plane);
  free(b->m.near.reach);
  free(b->m.near.place);
  free(b->m.near.rule);
  free(b->room.score);
  free(b->room.answer);
}

/* log p(h) of one synapse without its constant, and weight times its gradient, of logits as mixture_add has
   it; h with a stride of MIXTURE_STRIP, to_mean [rule x row] */
static double plain(const mixture *m, const double *h, const double *logit, double weight,
                    double *to_mean, double *to_logit)
{
  double *score = malloc((size_t)m->n_rule * sizeof *score), top = -INFINITY, sum = 0, all = 0;
  for (int64_t k = 0; k < m->n_rule; k++) {
    double square = 0;
    for (int64_t c = 0; c < m->n_coef; c++)
      square += pow((h[c * MIXTURE_STRIP] - m->plane[c * m->n_rule + k]) * m->inverse[c], 2);
    score[k] = logit[k] - square / (2 * m->sigma * m->sigma);
    top = fmax(top, score[k]);
  }
  for (int64_t k = 0; k < m->n_rule; k++) {
    sum += exp(score[k] - top);
    all += exp(logit[k]);
  }
  for (int64_t k = 0; k < m->n_rule; k++) {
    const double r = exp(score[k] - top) / sum;
    to_logit[k] += weight * r;
    for (int64_t c = 0; c < m->n_coef; c++)
      to_mean[k * mixture_row(m->n_coef) + c] +=
          weight * r * (h[c * MIXTURE_STRIP] - m->plane[c * m->n_rule + k]) *
          pow(m->inverse[c] / m->sigma, 2);
  }
  free(score);
  return top + log(sum) - log(all);
}

/* Adds weight times the gradient of one sample h [synapse x coef]; returns log p(h). Whatever rule is said to
   have been drawn, the gradient is the same. */
static double add(const recorded *c, double weight, const double *h, double *mean, double *logit)
{
  built b = build(c->n_rule, c->n_coef, c->sigma, c->mean, NULL);
  const int64_t n_row = mixture_row(c->n_coef), n_logit = c->n_synapse * c->n_rule;
  double plane[MIXTURE_MOST_COEF * MIXTURE_STRIP], largest[MIXTURE_STRIP], p[MOST], log_p = 0;
  double to_mean[MOST * MIXTURE_WIDE] = { 0 }, spare[MOST * MIXTURE_WIDE] = { 0 };
  double to_logit[MOST] = { 0 };
  uint16_t rule[MIXTURE_STRIP];
  for (int64_t i = 0; i < c->n_synapse; i++) {
    rule[i] = (uint16_t)(i % c->n_rule);
    largest[i] = mixture_largest(c->n_rule, c->logit + i * c->n_rule);
    for (int64_t k = 0; k < c->n_coef; k++)
      plane[k * MIXTURE_STRIP + i] = h[i * c->n_coef + k];
  }
  mixture_add(&b.m, c->n_synapse, rule, plane, c->logit, largest, weight, to_mean, to_logit,
              &b.room);
  for (int64_t k = 0; k < c->n_rule; k++)
    for (int64_t q = 0; q < c->n_coef; q++)
      mean[q * c->n_rule + k] += to_mean[k * n_row + q];
  for (int64_t k = 0; k < n_logit; k++)
    logit[k] += to_logit[k];
  for (int64_t i = 0; i < c->n_synapse; i++) {
    double of_one[MOST] = { 0 };
    log_p += plain(&b.m, plane + i, c->logit + i * c->n_rule, weight, spare, of_one) -
             (double)c->n_coef / 2 * log(2 * acos(-1) * c->sigma * c->sigma);
    mixture_softmax(c->n_rule, c->logit + i * c->n_rule, p);
    for (int64_t k = 0; k < c->n_rule; k++)
      logit[i * c->n_rule + k] -= weight * p[k];
  }
  drop(&b);
  return log_p;
}

static void gradients(const char *name)
{
  const recorded c = read_case(name);
  char path[120];
  snprintf(path, sizeof path, "%s/log_p", name);
  const golden log_p = golden_read("rules.h5", path);
  for (int s = 0; s < SAMPLES; s++) {
    double h[MOST], mean[MOST] = { 0 }, logit[MOST] = { 0 }, expected[MOST];
    char suffix[16], dataset[40];
    int64_t n_rule, n_coef;
    snprintf(suffix, sizeof suffix, "_ind%d", s);
    CU_ASSERT_EQUAL_FATAL(read_both(name, "h_", suffix, h), c.n_synapse * c.n_coef);
    const double own = add(&c, 1, h, mean, logit);
    same(&own, &log_p.value[s], 1, 1);
    CU_ASSERT_EQUAL_FATAL(read_both(name, "dlogp_dlogits_", suffix, expected),
                          c.n_synapse * c.n_rule);
    same(logit, expected, c.n_synapse * c.n_rule, 1);
    snprintf(dataset, sizeof dataset, "dlogp_dmu_ind%d", s);
    read_means(name, dataset, &n_rule, &n_coef, expected);
    same(mean, expected, n_rule * n_coef, 1 / c.sigma);
  }
  free(log_p.value);
}

static void steps(const char *name)
{
  const recorded c = read_case(name);
  const int64_t n_mean = c.n_rule * c.n_coef, n_logit = c.n_synapse * c.n_rule;
  double mean[MOST] = { 0 }, logit[MOST] = { 0 }, expected[MOST], moved[MOST];
  int64_t n_rule, n_coef;
  char path[120];
  snprintf(path, sizeof path, "%s/fg_shaped", name);
  const golden shaped = golden_read("rules.h5", path);
  for (int s = 0; s < SAMPLES; s++) {
    double h[MOST];
    char suffix[16];
    snprintf(suffix, sizeof suffix, "_ind%d", s);
    CU_ASSERT_EQUAL_FATAL(read_both(name, "fg_h_", suffix, h), c.n_synapse * c.n_coef);
    add(&c, shaped.value[s] / SAMPLES, h, mean, logit);
  }
  // theirs is the way down
  double down_mean[MOST], down_logit[MOST];
  read_means(name, "fg_grad_mu", &n_rule, &n_coef, down_mean);
  read_both(name, "fg_grad_logits_", "", down_logit);
  for (int64_t k = 0; k < n_mean; k++)
    down_mean[k] = -down_mean[k];
  for (int64_t k = 0; k < n_logit; k++)
    down_logit[k] = -down_logit[k];
  same(mean, down_mean, n_mean, 1 / c.sigma);
  same(logit, down_logit, n_logit, 1);

  // plain steps along our gradient. Adam divides a gradient by its own size, rounding errors about zero too,
  // so it goes along the recorded one
  for (int adam = 0; adam <= 1; adam++) {
    const mixture_step step = { .learning_rate = adam ? 1 : 0.2,
                                .beta1 = 0.9,
                                .beta2 = 0.999,
                                .epsilon = 1e-8,
                                .power1 = 0.9,
                                .power2 = 0.999 };
    double first[2][MOST] = { 0 }, second[2][MOST] = { 0 }, squares[2] = { 0 }, moves = 0;
    memcpy(moved, c.mean, sizeof moved);
    mixture_climb(&step, n_mean, adam ? down_mean : mean, moved, adam ? first[0] : NULL,
                  adam ? second[0] : NULL, squares);
    for (int64_t k = 0; k < n_mean; k++)
      moves += pow(moved[k] - c.mean[k], 2);
    same(&squares[1], &moves, 1, 1);
    read_means(name, adam ? "adam_lr1.0_mu_after" : "sgd_lr0.2_mu_after", &n_rule, &n_coef,
               expected);
    same(moved, expected, n_mean, 1);
    memcpy(moved, c.logit, sizeof moved);
    mixture_climb(&step, n_logit, adam ? down_logit : logit, moved, adam ? first[1] : NULL,
                  adam ? second[1] : NULL, squares);
    read_both(name, adam ? "adam_lr1.0_logits_" : "sgd_lr0.2_logits_", "_after", expected);
    same(moved, expected, n_logit, 1);
  }
  free(shaped.value);
}

static void gradient_of_each_sample(void)
{
  gradients("gmm_f64_std0.1");
  gradients("gmm_f64_one_rule");
}

static void steps_of_a_generation(void)
{
  steps("gmm_f64_std0.1");
  steps("gmm_f64_one_rule");
}

/* ---- the search for the rules that answer ---- */

static double normal_of(uint32_t what, int64_t n)
{
  const hebb_address a = { .seed = 17, .purpose = what };
  return (double)hebb_normal(&a, (uint32_t)n);
}

enum { SYNAPSES = MIXTURE_STRIP - 3, DRAWS = 20 };

/* Synapses of logits with the given spread that drew their rules; a few of them are said to have drawn
   another. */
static void search(int64_t n_rule, int64_t n_coef, double sigma, double spread,
                   const double *factor)
{
  const int64_t n_row = mixture_row(n_coef), n_mean = n_rule * n_row, n_logit = n_rule * SYNAPSES;
  double *mean = malloc((size_t)(n_rule * n_coef) * sizeof *mean);
  double *logit = malloc((size_t)n_logit * sizeof *logit), largest[SYNAPSES];
  double *of_mean = calloc((size_t)n_mean, sizeof *of_mean),
         *plain_mean = calloc((size_t)n_mean, 8);
  double *of_logit = calloc((size_t)n_logit, 8), *plain_logit = calloc((size_t)n_logit, 8);
  double *one_mean = malloc((size_t)n_mean * 8), *one_logit = malloc((size_t)n_rule * 8);
  double h[MIXTURE_MOST_COEF * MIXTURE_STRIP], size_mean = 0, size_logit = 0;
  uint16_t rule[SYNAPSES];

  for (int64_t k = 0; k < n_rule * n_coef; k++)
    mean[k] = normal_of(1, k);
  for (int64_t k = 0; k < n_logit; k++)
    logit[k] = spread * normal_of(2, k);
  built b = build(n_rule, n_coef, sigma, mean, factor);
  for (int64_t i = 0; i < SYNAPSES; i++)
    largest[i] = mixture_largest(n_rule, logit + i * n_rule);
  for (int64_t j = 0; j < DRAWS; j++) {
    const double weight = normal_of(3, j);
    for (int64_t i = 0; i < SYNAPSES; i++) {
      const int64_t drawn = (i * 7 + j * 13) % n_rule;
      for (int64_t c = 0; c < n_coef; c++)
        h[c * MIXTURE_STRIP + i] =
            mean[c * n_rule + drawn] +
            sigma * (factor ? factor[c] : 1) * normal_of(4, (j * SYNAPSES + i) * n_coef + c);
      rule[i] = (uint16_t)(i % 9 == 8 ? (drawn + 1) % n_rule : drawn);
      plain(&b.m, h + i, logit + i * n_rule, weight, plain_mean, plain_logit + i * n_rule);
    }
    mixture_add(&b.m, SYNAPSES, rule, h, logit, largest, weight, of_mean, of_logit, &b.room);
  }
  for (int64_t k = 0; k < n_mean; k++)
    size_mean = fmax(size_mean, fabs(plain_mean[k]));
  for (int64_t k = 0; k < n_logit; k++)
    size_logit = fmax(size_logit, fabs(plain_logit[k]));
  same(of_mean, plain_mean, n_mean, size_mean);
  same(of_logit, plain_logit, n_logit, size_logit);

  drop(&b);
  free(mean), free(logit), free(of_mean), free(of_logit), free(plain_mean), free(plain_logit);
  free(one_mean), free(one_logit);
}

static void every_answer_is_found(void)
{
  static const double factor[] = { 1, 0.5, 3, 1, 0.1 };
  static const double sigma[] = { 1e-3, 0.1, 0.5, 2 };
  for (int k = 0; k < 4; k++) {
    search(480, 5, sigma[k], 0, NULL);
    search(480, 5, sigma[k], 6, NULL); // the most probable rule is 1e16 times another
    search(480, 5, sigma[k], 1, factor);
    search(100, 3, sigma[k], 1, NULL);
    search(90, 9, sigma[k], 1, NULL);
    search(2, 1, sigma[k], 1, NULL);
    search(1, 5, sigma[k], 1, NULL);
  }
  search(1500, 5, 0.1, 2, NULL);
  search(1500, 5, 1e-7, 2, NULL);
}

/* ---- a generation of the plugin, of the two coefficients of a stand ---- */

static void begin(stand *s, int64_t n_gene, int32_t population, const char *const *set)
{
  error err = { 0 };
  stand_shape(s, n_gene, population, 0, 0.5f, 2);
  for (int64_t g = 0; g < n_gene; g++)
    s->start[g] = (float)(0.2 * normal_of(5, g));
  CU_ASSERT_EQUAL_FATAL(stand_open(s, "gmm_es", set, &err), HEBB_OK);
}

/* Candidates, their fitness and what is made of it. */
typedef struct lived {
  float *x; /* [candidate x gene] */
  double *shaped;
} lived;

static lived live(const stand *s)
{
  const int32_t n = s->population;
  lived l = { malloc((size_t)(n * s->n_gene) * sizeof(float)), malloc((size_t)n * 8) };
  float *fitness = malloc((size_t)n * sizeof *fitness);
  double squares = 0;
  for (int32_t j = 0; j < n; j++) {
    float *x = l.x + j * s->n_gene;
    s->o->ask(s->state, j, x);
    fitness[j] = 0;
    for (int64_t g = 0; g < s->n_gene; g++)
      fitness[j] -= (float)(g % 5 + 1) * (x[g] - 0.3f) * (x[g] - 0.3f);
  }
  for (int32_t j = 0; j < n; j++) {
    int32_t below = 0;
    for (int32_t i = 0; i < n; i++)
      below += fitness[i] < fitness[j] || (fitness[i] == fitness[j] && i < j);
    l.shaped[j] = (double)((float)below / (float)(n - 1) - 0.5f);
    squares += l.shaped[j] * l.shaped[j];
  }
  for (int32_t j = 0; j < n; j++)
    l.shaped[j] /= sqrt(squares / (n - 1));
  s->o->tell(s->state, fitness, &stand_here);
  free(fitness);
  return l;
}

static double *copy_part(const stand *s, const char *name, int64_t n)
{
  double *copy = malloc((size_t)n * sizeof *copy);
  memcpy(copy, stand_part(s, name), (size_t)n * sizeof *copy);
  return copy;
}

static void near_enough(const double *before, const double *after, double rate, int64_t stride,
                        const double *gradient, int64_t n)
{
  double most = 0, size = 0;
  for (int64_t k = 0; k < n; k++) {
    const double step = rate * (stride == 2 && k % 2 ? 2 : 1) * gradient[k];
    most = fmax(most, fabs(after[k] - before[k] - step));
    size = fmax(size, fabs(step));
  }
  if (!(most <= 1e-6 * size))
    printf(" off by %g of %g ", most, size);
  CU_ASSERT(size > 0 && most <= 1e-6 * size); // shaped fitness is in single precision
}

/* The second coefficient has half the sigma and twice the rate. */
static void generation_of(bool fixed)
{
  enum { GENE = 2 * 150, SYNAPSE = GENE / 2, RULE = 70, POPULATION = 40 };
  static const double factor[] = { 1, 0.5 };
  stand s;
  begin(&s, GENE, POPULATION,
        (const char *[]){
            "optimizer.rules=70", "optimizer.learning_rate=30",
            fixed ? "optimizer.assignment=\"fixed\"" : "optimizer.assignment=\"evolved\"", NULL });
  double sigma = 0.1, rate = 30;
  for (int g = 0; g < 3; g++, sigma *= 0.999, rate *= 0.995) {
    double *mean = copy_part(&s, "rule_mean", RULE * 2), plane[2 * RULE];
    double *logit = fixed ? NULL : copy_part(&s, "rule_logit", SYNAPSE * RULE);
    double *to_mean = calloc(RULE * MIXTURE_WIDE, 8), *to_logit = calloc(SYNAPSE * RULE, 8);
    for (int64_t k = 0; k < RULE; k++)
      plane[k] = mean[2 * k], plane[RULE + k] = mean[2 * k + 1];
    built b = build(RULE, 2, sigma, plane, factor);
    const lived l = live(&s);
    for (int32_t j = 0; j < POPULATION; j++)
      for (int64_t i = 0; i < SYNAPSE; i++) {
        double h[2 * MIXTURE_STRIP], known[RULE], p[RULE];
        const double weight = l.shaped[j] / POPULATION;
        h[0] = (double)l.x[j * GENE + i], h[MIXTURE_STRIP] = (double)l.x[j * GENE + SYNAPSE + i];
        if (fixed)
          for (int64_t k = 0; k < RULE; k++)
            known[k] = k == ((const int32_t *)stand_part(&s, "synapse_rule"))[i] ? 0 : -1e6;
        plain(&b.m, h, fixed ? known : logit + i * RULE, weight, to_mean, to_logit + i * RULE);
        if (!fixed)
          mixture_softmax(RULE, logit + i * RULE, p);
        for (int64_t k = 0; k < RULE && !fixed; k++)
          to_logit[i * RULE + k] -= weight * p[k];
      }
    for (int64_t k = 0; k < RULE; k++)
      to_mean[2 * k] = to_mean[k * MIXTURE_WIDE],
                  to_mean[2 * k + 1] = to_mean[k * MIXTURE_WIDE + 1];
    near_enough(mean, stand_part(&s, "rule_mean"), rate, 2, to_mean, RULE * 2);
    if (!fixed)
      near_enough(logit, stand_part(&s, "rule_logit"), rate, 1, to_logit, SYNAPSE * RULE);
    drop(&b);
    free(mean), free(logit), free(to_mean), free(to_logit), free(l.x), free(l.shaped);
  }
  stand_close(&s);
}

static void generation_by_plain_formulas(void)
{
  generation_of(false);
  generation_of(true);
}

/* ---- which rules are drawn ---- */

/* Rules that no sigma confuses: the rule of a synapse is that of its first coefficient. */
static int64_t rule_of(const double *mean, int64_t n_rule, float x)
{
  int64_t best = 0;
  for (int64_t k = 1; k < n_rule; k++)
    if (fabs(mean[2 * k] - (double)x) < fabs(mean[2 * best] - (double)x))
      best = k;
  return best;
}

/* Chi-square of counts [n] of `all` draws, in standard deviations of what it should be. */
static double surprise(const int32_t *count, const double *p, int64_t n, double all)
{
  double sum = 0, rest = 0, counted = 0;
  int64_t cells = 0;
  for (int64_t k = 0; k < n; k++) {
    if (p[k] * all < 5) { // too rare for a cell of its own
      rest += p[k] * all, counted += count[k];
      continue;
    }
    sum += pow(count[k] - p[k] * all, 2) / (p[k] * all);
    cells++;
  }
  if (rest >= 5) {
    sum += pow(counted - rest, 2) / rest;
    cells++;
  }
  return cells < 2 ? 0 : (sum - (double)(cells - 1)) / sqrt(2 * (double)(cells - 1));
}

static void rules_follow_their_probabilities(void)
{
  enum { SYNAPSE = 70, GENE = 2 * SYNAPSE, RULE = 37, POPULATION = 4000 };
  stand s;
  begin(&s, GENE, POPULATION,
        (const char *[]){ "optimizer.rules=37", "optimizer.sigma=1e-5",
                          "optimizer.learning_rate=0.4", "optimizer.sigma_floor=1e-9",
                          "optimizer.step=\"adam\"", NULL });
  float *x = malloc(GENE * sizeof *x);
  double most_entropy = log(RULE);
  for (int g = 0; g < 7; g++) {
    double sum = 0, squares = 0, p[RULE], *mean = copy_part(&s, "rule_mean", RULE * 2);
    double entropy = 0;
    int32_t(*count)[RULE] = calloc(SYNAPSE, sizeof *count);
    for (int32_t j = 0; j < POPULATION; j++) {
      s.o->ask(s.state, j, x);
      for (int64_t i = 0; i < SYNAPSE; i++)
        count[i][rule_of(mean, RULE, x[i])]++;
    }
    for (int64_t i = 0; i < SYNAPSE; i++) {
      entropy += mixture_softmax(RULE, (const double *)stand_part(&s, "rule_logit") + i * RULE, p);
      const double z = surprise(count[i], p, RULE, POPULATION);
      sum += z, squares += z * z;
    }
    // means of 70 numbers of mean 0 and variance 1
    CU_ASSERT(fabs(sum / sqrt(SYNAPSE)) < 4);
    CU_ASSERT(squares / SYNAPSE < 2);
    entropy /= SYNAPSE;
    CU_ASSERT(fabs(*(const double *)stand_part(&s, "entropy") - entropy) < 1e-9);
    CU_ASSERT(entropy <= most_entropy + 1e-9);
    most_entropy = entropy;
    free(count), free(mean);
    const lived l = live(&s);
    free(l.x), free(l.shaped);
  }
  CU_ASSERT(most_entropy < 3); // of log 37 = 3.6 at first
  free(x);
  stand_close(&s);
}

static void fixed_rules_are_drawn_evenly_and_once(void)
{
  enum { SYNAPSE = 6000, GENE = 2 * SYNAPSE, RULE = 40, POPULATION = 4 };
  stand s;
  begin(&s, GENE, POPULATION,
        (const char *[]){ "optimizer.rules=40", "optimizer.sigma=1e-5",
                          "optimizer.assignment=\"fixed\"", NULL });
  float *x = malloc(GENE * sizeof *x);
  const int32_t *rule = stand_part(&s, "synapse_rule");
  int32_t count[RULE] = { 0 }, wrong = 0;
  double p[RULE];
  for (int64_t i = 0; i < SYNAPSE; i++)
    count[rule[i]]++;
  for (int64_t k = 0; k < RULE; k++)
    p[k] = 1.0 / RULE;
  CU_ASSERT(fabs(surprise(count, p, RULE, SYNAPSE)) < 4);
  for (int g = 0; g < 2; g++) {
    double *mean = copy_part(&s, "rule_mean", RULE * 2);
    for (int32_t j = 0; j < POPULATION; j++) {
      s.o->ask(s.state, j, x);
      for (int64_t i = 0; i < SYNAPSE; i++)
        wrong += rule_of(mean, RULE, x[i]) != rule[i];
    }
    s.o->centre(s.state, x);
    for (int64_t i = 0; i < SYNAPSE; i++)
      wrong += x[i] != (float)mean[2 * rule[i]] || x[SYNAPSE + i] != (float)mean[2 * rule[i] + 1];
    free(mean);
    const lived l = live(&s);
    free(l.x), free(l.shaped);
  }
  CU_ASSERT_EQUAL(wrong, 0);
  free(x);
  stand_close(&s);
}

int main(void)
{
  static const check_test tests[] = {
    { "gradient of each sample", gradient_of_each_sample },
    { "steps of a generation", steps_of_a_generation },
    { "every rule that answers is found", every_answer_is_found },
    { "a generation by plain formulas", generation_by_plain_formulas },
    { "rules follow their probabilities", rules_follow_their_probabilities },
    { "fixed rules are drawn evenly and once", fixed_rules_are_drawn_evenly_and_once },
  };
  return check_run("mixture of rules", tests, sizeof tests / sizeof tests[0]);
}
