/* test_gmm.c - the mixture of rules against evostrat's recorded gradients and steps, in double. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../plugins/gmm_mixture.h"
#include "check.h"
#include "golden_read.h"

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

/* Adds weight times the gradient of one sample h [synapse x coef]. */
static double add(const recorded *c, double weight, const double *h, double *mean, double *logit)
{
  const mixture m = { c->n_rule, c->n_coef, c->sigma, c->mean };
  const double variance = c->sigma * c->sigma;
  double log_p = 0, r[MOST], p[MOST];
  for (int64_t i = 0; i < c->n_synapse; i++) {
    const double *own = c->logit + i * c->n_rule;
    const double all = mixture_softmax(c->n_rule, own, p);
    log_p += mixture_responsibility(&m, own, h + i * c->n_coef, r) - all -
             (double)c->n_coef / 2 * log(2 * acos(-1) * variance);
    mixture_add_gradient(&m, weight, h + i * c->n_coef, r, mean, logit + i * c->n_rule);
    for (int64_t k = 0; k < c->n_rule; k++)
      logit[i * c->n_rule + k] -= weight * p[k];
  }
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
    double first[2][MOST] = { 0 }, second[2][MOST] = { 0 };
    memcpy(moved, c.mean, sizeof moved);
    mixture_climb(&step, n_mean, adam ? down_mean : mean, moved, adam ? first[0] : NULL,
                  adam ? second[0] : NULL);
    read_means(name, adam ? "adam_lr1.0_mu_after" : "sgd_lr0.2_mu_after", &n_rule, &n_coef,
               expected);
    same(moved, expected, n_mean, 1);
    memcpy(moved, c.logit, sizeof moved);
    mixture_climb(&step, n_logit, adam ? down_logit : logit, moved, adam ? first[1] : NULL,
                  adam ? second[1] : NULL);
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

int main(void)
{
  static const check_test tests[] = { { "gradient of each sample", gradient_of_each_sample },
                                      { "steps of a generation", steps_of_a_generation } };
  return check_run("mixture of rules", tests, sizeof tests / sizeof tests[0]);
}
