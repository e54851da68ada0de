/* bench.h - thread CPU time and medians. */
#ifndef HEBB_BENCH_H
#define HEBB_BENCH_H

#include <stdlib.h>
#include <time.h>

static inline double bench_thread_seconds(void)
{
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline int bench_ascending(const void *a, const void *b)
{
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Sorts value [n]. */
static inline double bench_median(double *value, int n)
{
  qsort(value, (size_t)n, sizeof *value, bench_ascending);
  return value[n / 2];
}

#endif
