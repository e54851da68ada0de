/* stats.c - mean, standard deviation and quantiles of a sample. */
#include "stats.h"

#include <math.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Linear interpolation between order statistics. */
static double quantile(const double *sorted, size_t n, double q)
{
  const double place = q * (double)(n - 1);
  const size_t below = (size_t)place;
  if (below + 1 >= n)
    return sorted[n - 1];
  return sorted[below] + (place - (double)below) * (sorted[below + 1] - sorted[below]);
}

summary stats_of(const double *value, size_t n, double *room)
{
  summary s = { 0, NAN, NAN, NAN, NAN, NAN, NAN, NAN };
  double sum = 0, squares = 0;

  for (size_t k = 0; k < n; k++)
    if (isfinite(value[k])) {
      room[s.n++] = value[k];
      sum += value[k];
    }
  if (s.n == 0)
    return s;
  s.mean = sum / (double)s.n;
  for (size_t k = 0; k < s.n; k++)
    squares += (room[k] - s.mean) * (room[k] - s.mean);
  s.std = s.n > 1 ? sqrt(squares / (double)(s.n - 1)) : 0;

  qsort(room, s.n, sizeof *room, ascending);
  s.min = room[0];
  s.q25 = quantile(room, s.n, 0.25);
  s.median = quantile(room, s.n, 0.5);
  s.q75 = quantile(room, s.n, 0.75);
  s.max = room[s.n - 1];
  return s;
}

int stats_decimals(double largest)
{
  return fabs(largest) < 10 ? 3 : 1;
}
