/* gmm_mixture.c - responsibilities and gradients in closed form (Palm et al., 2021, arXiv:2011.06811). */
#include "gmm_mixture.h"

#include <math.h>
#include <string.h>

#include <hebb/clone.h>
#include <hebb/math.h>

/* Beside the largest, exp(-LEAST) is nothing in a double. */
static const double least = -50;

/* score [n] = logit - |h - mean|^2 / (2 sigma^2). */
static HEBB_INLINE void scores_inline(int64_t n, int64_t n_coef, const double *restrict mean,
                                      const double *restrict h, const double *restrict logit,
                                      double scale, double *restrict score)
{
  for (int64_t k = 0; k < n; k++)
    score[k] = 0;
  for (int64_t c = 0; c < n_coef; c++)
    for (int64_t k = 0; k < n; k++) {
      const double d = h[c] - mean[c * n + k];
      score[k] += d * d;
    }
  for (int64_t k = 0; k < n; k++)
    score[k] = logit[k] - score[k] * scale;
}
HEBB_CLONES(scores,
            (int64_t n, int64_t n_coef, const double *restrict mean, const double *restrict h,
             const double *restrict logit, double scale, double *restrict score),
            (n, n_coef, mean, h, logit, scale, score))

enum { STRIP = 16 }; /* running maxima side by side: a maximum has no order */

static HEBB_INLINE void largest_inline(int64_t n, const double *restrict score,
                                       double *restrict top)
{
  for (int64_t k = 0; k + STRIP <= n; k += STRIP)
    for (int64_t j = 0; j < STRIP; j++)
      top[j] = score[k + j] > top[j] ? score[k + j] : top[j];
  for (int64_t k = n - n % STRIP; k < n; k++)
    top[0] = score[k] > top[0] ? score[k] : top[0];
}
HEBB_CLONES(largest, (int64_t n, const double *restrict score, double *restrict top),
            (n, score, top))

/* score [n] becomes softmax(score); returns log sum exp(score). */
static double normalise(int64_t n, double *score)
{
  double strip[STRIP], top = score[0], sum = 0;
  for (int j = 0; j < STRIP; j++)
    strip[j] = score[0];
  largest(n, score, strip);
  for (int j = 0; j < STRIP; j++)
    top = strip[j] > top ? strip[j] : top;
  for (int64_t k = 0; k < n; k++) {
    score[k] = score[k] - top < least ? 0 : hebb_exp(score[k] - top);
    sum += score[k];
  }
  for (int64_t k = 0; k < n; k++)
    if (score[k] > 0)
      score[k] /= sum;
  return top + log(sum);
}

double mixture_softmax(int64_t n_rule, const double *logit, double *p)
{
  memcpy(p, logit, (size_t)n_rule * sizeof *p);
  return normalise(n_rule, p);
}

double mixture_responsibility(const mixture *m, const double *logit, const double *h, double *r)
{
  const double variance = m->sigma * m->sigma;
  scores(m->n_rule, m->n_coef, m->mean, h, logit, 1 / (2 * variance), r);
  return normalise(m->n_rule, r);
}

void mixture_add_gradient(const mixture *m, double weight, const double *h, const double *r,
                          double *mean, double *logit)
{
  const double scale = weight / (m->sigma * m->sigma);
  for (int64_t k = 0; k < m->n_rule; k++) {
    if (r[k] <= 0)
      continue;
    logit[k] += weight * r[k];
    for (int64_t c = 0; c < m->n_coef; c++) {
      const int64_t at = c * m->n_rule + k;
      mean[at] += scale * r[k] * (h[c] - m->mean[at]);
    }
  }
}

void mixture_climb(const mixture_step *step, int64_t n, const double *gradient, double *parameter,
                   double *first, double *second)
{
  for (int64_t k = 0; k < n; k++) {
    const double g = gradient[k];
    if (!first) {
      parameter[k] += step->learning_rate * g;
      continue;
    }
    first[k] = step->beta1 * first[k] + (1 - step->beta1) * g;
    second[k] = step->beta2 * second[k] + (1 - step->beta2) * (g * g);
    const double m = first[k] / (1 - step->power1), v = second[k] / (1 - step->power2);
    parameter[k] += step->learning_rate * m / (sqrt(v) + step->epsilon);
  }
}
