/* cma_constants.h - weights and rates of covariance matrix adaptation (Hansen, "The CMA evolution strategy: a
 * tutorial", 2016, arXiv:1604.00772, table 1 and equations 49 to 58), for cma_es and sep_cma_es.
 */
#ifndef CMA_CONSTANTS_H
#define CMA_CONSTANTS_H

#include "evolution_strategy.h"

typedef struct cma {
  double mu_eff;           /* variance effective selection mass                */
  double c_sigma, d_sigma; /* decay and damping of the step size's path        */
  double c_c, c_1, c_mu;   /* of the covariance's path, rank-one, rank-mu      */
  double length;           /* of a standard normal vector, expected            */
} cma;

/* Rates for n genes; factor is that on c_1 and c_mu (1, or more for a diagonal covariance).
   weight [population], best first: those of the better half sum to 1; the others are negative, or 0
   where they are not wanted. */
static inline void cma_constants(cma *c, double n, int32_t population, double factor, bool negative,
                                 double *weight)
{
  double sum = 0, squares = 0, low = 0, low_squares = 0;
  for (int32_t i = 0; i < population; i++) {
    const double w = hebb_log((population + 1) / 2.0) - hebb_log(i + 1);
    weight[i] = w;
    if (w > 0)
      sum += w, squares += w * w;
    else
      low -= w, low_squares += w * w;
  }
  const double mu = c->mu_eff = sum * sum / squares;
  c->c_c = (4 + mu / n) / (n + 4 + 2 * mu / n);
  c->c_1 = fmin(1, factor * 2 / ((n + 1.3) * (n + 1.3) + mu));
  c->c_mu = fmin(1 - c->c_1, factor * 2 * (0.25 + mu + 1 / mu - 2) / ((n + 2) * (n + 2) + mu));
  c->c_sigma = (mu + 2) / (n + mu + 5);
  c->d_sigma = 1 + 2 * fmax(0, sqrt((mu - 1) / (n + 1)) - 1) + c->c_sigma;
  c->length = sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));

  double share = 0; // of all negative weights together
  if (negative && low > 0 && c->c_mu > 0)
    share = fmin(1 + c->c_1 / c->c_mu, fmin(1 + 2 * (low * low / low_squares) / (mu + 2),
                                            (1 - c->c_1 - c->c_mu) / (n * c->c_mu)));
  for (int32_t i = 0; i < population; i++)
    weight[i] = weight[i] > 0 ? weight[i] / sum : share > 0 ? weight[i] * share / low : 0;
}

/* 0 while the path of the step size is too long for the covariance's to be trusted (h_sigma), else 1. */
static inline double cma_trust(const cma *c, double n, double path, int32_t updates)
{
  const double known = 1 - hebb_exp(2.0 * updates * hebb_log(1 - c->c_sigma));
  return path / sqrt(known) < (1.4 + 2 / (n + 1)) * c->length ? 1 : 0;
}

/* The factor on sigma after a generation. */
static inline double cma_growth(const cma *c, double path)
{
  return hebb_exp(fmin(1, c->c_sigma / c->d_sigma * (path / c->length - 1)));
}

#endif
