/* policy.c - a draw, an entropy, a measure. */
#include "policy.h"

int32_t policy_draw(int64_t n, const double *p, double u)
{
  int32_t choice = 0;
  double below = 0;
  for (int64_t a = 0; a < n; a++) {
    choice = below <= u ? (int32_t)a : choice;
    below += p[a];
  }
  return choice;
}

double policy_entropy(int64_t n, const double *p)
{
  double sum = 0;
  for (int64_t a = 0; a < n; a++)
    sum -= p[a] > 1e-300 ? p[a] * hebb_log(p[a]) : 0;
  return sum;
}

void policy_measure(policy_scale *s, double *square, const float *obs)
{
  s->count++;
  for (int32_t i = 0; i < s->n; i++)
    square[i] += ((double)obs[i] * (double)obs[i] - square[i]) / s->count;
}

void policy_factors(const policy_scale *s, const double *square, double *factor)
{
  for (int32_t i = 0; i < s->n; i++)
    factor[i] = square[i] > 1e-12 ? 1 / sqrt(square[i]) : 1;
}
