/* gmm_mixture.h - one synapse whose rule comes from a mixture of Gaussians: k ~ softmax(logit), h ~ N(mean_k,
 * sigma^2). Means are [coef x rule], so that loops run over rules. */
#ifndef HEBB_GMM_MIXTURE_H
#define HEBB_GMM_MIXTURE_H

#include <stdint.h>

typedef struct mixture {
  int64_t n_rule, n_coef;
  double sigma;
  const double *mean; /* [coef x rule] */
} mixture;

/* p [rule] = softmax(logit); returns log sum exp(logit). */
double mixture_softmax(int64_t n_rule, const double *logit, double *p);

/* r [rule]: how much each rule answers for h [coef], softmax(logit - |h - mean|^2 / (2 sigma^2)); returns the
   logarithm of what it was divided by. */
double mixture_responsibility(const mixture *m, const double *logit, const double *h, double *r);

/* Adds weight times the gradient of log p(h) to what is climbed:
     d log p / d mean_k = r_k (h - mean_k) / sigma^2        mean [coef x rule]
     d log p / d logit_k = r_k - p_k                        logit [rule]: of this the first half alone,
                                                            p_k is the same in every candidate */
void mixture_add_gradient(const mixture *m, double weight, const double *h, const double *r,
                          double *mean, double *logit);

/* How parameters [n] follow a gradient; first, second [n]: Adam's moments, NULL: plain ascent. */
typedef struct mixture_step {
  double learning_rate, beta1, beta2, epsilon;
  double power1, power2; /* beta1, beta2 to the number of this step */
} mixture_step;
void mixture_climb(const mixture_step *step, int64_t n, const double *gradient, double *parameter,
                   double *first, double *second);

#endif
