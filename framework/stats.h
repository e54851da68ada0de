/* stats.h - what is said of a sample of numbers. NaN are left out. */
#ifndef HEBB_STATS_H
#define HEBB_STATS_H

#include <stddef.h>
#include <stdint.h>

typedef struct summary {
  size_t n; /* finite values */
  double mean, std; /* std with n - 1; 0 where n < 2 */
  double min, q25, median, q75, max; /* quantiles by linear interpolation (R's type 7) */
} summary;

/* Decimals that a table of such numbers wants: three below ten (accuracies), else one. */
int stats_decimals(double largest);

/* room [n]: working memory. Of no finite value all is NaN. */
summary stats_of(const double *value, size_t n, double *room);

/* ---- 95 % intervals (stats_interval.c); NaN where there are too few values for one ---- */

typedef struct interval {
  double low, high;
} interval;

/* The point that Student's t exceeds with probability (1 - p) / 2 on either side: p = 0.95 and 9
   degrees of freedom give 2.262. */
double stats_student(double p, int64_t freedom);

interval stats_mean_interval(double mean, double std, int64_t n);
/* Of a proportion, k of n (Wilson 1927): inside 0..1, and not of width 0 for k = 0. */
interval stats_share_interval(int64_t k, int64_t n);
/* Of a median, between two of the values, whatever they are distributed as. sorted: ascending; none
   for n < 6. */
interval stats_median_interval(const double *sorted, size_t n);

/* Whether they overlap: 1, 0; -1 where one of them is none. */
int stats_overlap(interval a, interval b);

#endif
