/* stats_interval.c - 95 % intervals of a mean, a proportion and a median.
 *
 * Student's t for a whole number of degrees of freedom in closed form (Abramowitz & Stegun 26.7.3 and
 * 26.7.4): with theta = atan(t / sqrt(f)), P(|T| < t) is a polynomial in cos(theta), which grows with
 * theta and is turned round by bisection.
 * A proportion: Wilson, J. Am. Stat. Assoc. 22, 1927. A median: the order statistics around it, counted
 * by the binomial distribution of 1/2 (Conover, Practical Nonparametric Statistics, 3.2).
 */
#include <math.h>

#include "stats.h"

static const double half_turn = 3.14159265358979323846;
static const double normal_95 = 1.959963984540054; /* what a normal variable exceeds with 2.5 % */
static const interval none = { NAN, NAN };

/* P(|T| < t) of t = sqrt(freedom) tan(theta). */
static double central(double theta, int64_t freedom)
{
  const double cosine = cos(theta), square = cosine * cosine;
  double sum = 0, term;
  if (freedom % 2 == 0) {
    term = 1;
    for (int64_t k = 2; k <= freedom; k += 2) {
      sum += term;
      term *= square * (double)(k - 1) / (double)k;
    }
    return sin(theta) * sum;
  }
  term = cosine;
  for (int64_t k = 3; k <= freedom; k += 2) {
    sum += term;
    term *= square * (double)(k - 1) / (double)k;
  }
  return 2 / half_turn * (theta + sin(theta) * sum);
}

double stats_student(double p, int64_t freedom)
{
  double low = 0, high = half_turn / 2;
  if (freedom < 1 || !(p > 0 && p < 1))
    return NAN;
  for (int k = 0; k < 64; k++) {
    const double middle = 0.5 * (low + high);
    if (central(middle, freedom) < p)
      low = middle;
    else
      high = middle;
  }
  return sqrt((double)freedom) * tan(0.5 * (low + high));
}

interval stats_mean_interval(double mean, double std, int64_t n)
{
  if (n < 2 || !isfinite(mean) || !isfinite(std))
    return none;
  const double half = stats_student(0.95, n - 1) * std / sqrt((double)n);
  return (interval){ mean - half, mean + half };
}

interval stats_share_interval(int64_t k, int64_t n)
{
  if (n < 1 || k < 0 || k > n)
    return none;
  const double z2 = normal_95 * normal_95, m = (double)n, share = (double)k / m;
  const double centre = (share + z2 / (2 * m)) / (1 + z2 / m);
  const double half = normal_95 / (1 + z2 / m) * sqrt(share * (1 - share) / m + z2 / (4 * m * m));
  // at the ends it is 0 and 1, which rounding may miss
  return (interval){ k == 0 ? 0 : centre - half, k == n ? 1 : centre + half };
}

interval stats_median_interval(const double *sorted, size_t n)
{
  // the largest r for which P(fewer than r of n below the median) stays at 2.5 % or less
  double logarithm = (double)n * log(0.5), tail = 0; // of P(exactly r below)
  size_t r = 0;
  while (2 * r < n && (tail += exp(logarithm)) <= 0.025) {
    logarithm += log((double)(n - r) / (double)(r + 1));
    r++;
  }
  return r == 0 ? none : (interval){ sorted[r - 1], sorted[n - r] };
}

int stats_overlap(interval a, interval b)
{
  if (isnan(a.low) || isnan(a.high) || isnan(b.low) || isnan(b.high))
    return -1;
  return a.low <= b.high && b.low <= a.high;
}
