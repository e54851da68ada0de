/* stats.h - what is said of a sample of numbers. NaN are left out. */
#ifndef HEBB_STATS_H
#define HEBB_STATS_H

#include <stddef.h>

typedef struct summary {
  size_t n; /* finite values */
  double mean, std; /* std with n - 1; 0 where n < 2 */
  double min, q25, median, q75, max; /* quantiles by linear interpolation (R's type 7) */
} summary;

/* room [n]: working memory. Of no finite value all is NaN. */
summary stats_of(const double *value, size_t n, double *room);

#endif
