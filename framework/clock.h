/* clock.h - monotonic seconds, for limits and for what is told to people; never for results. */
#ifndef HEBB_CLOCK_H
#define HEBB_CLOCK_H

#include <time.h>

static inline double clock_seconds(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif
