/* policy.h - choosing among actions, and observations of one size. */
#ifndef ACTOR_POLICY_H
#define ACTOR_POLICY_H

#include <hebb/rng.h>

enum { POLICY_MOST_CHOICES = 256 };

/* One of n by its probability p [n], u uniform in (0, 1). */
int32_t policy_draw(int64_t n, const double *p, double u);

/* -sum p log p */
double policy_entropy(int64_t n, const double *p);

/* Running mean squares of observations: x is divided by their roots. New ones are counted in at updates only, so
   that all steps of an update have one measure. */
typedef struct policy_scale {
  int32_t n;
  double count;
} policy_scale;

void policy_measure(policy_scale *, double *square, const float *obs); /* counts one in; square [n] */
void policy_factors(const policy_scale *, const double *square, double *factor); /* 1 / root, [n] */

#endif
