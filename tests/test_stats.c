/* test_stats.c - means and quantiles against numbers computed by hand. */
#include <math.h>

#include "check.h"
#include "stats.h"

static void known_sample(void)
{
  const double value[] = { 4, NAN, 1, 3, 2, INFINITY, 10 };
  double room[7];
  const summary s = stats_of(value, 7, room);
  CU_ASSERT_EQUAL(s.n, 5);
  CU_ASSERT_DOUBLE_EQUAL(s.mean, 4, 1e-15);
  CU_ASSERT_DOUBLE_EQUAL(s.std, sqrt(50.0 / 4), 1e-15);
  CU_ASSERT_DOUBLE_EQUAL(s.min, 1, 0);
  CU_ASSERT_DOUBLE_EQUAL(s.q25, 2, 0);
  CU_ASSERT_DOUBLE_EQUAL(s.median, 3, 0);
  CU_ASSERT_DOUBLE_EQUAL(s.q75, 4, 0);
  CU_ASSERT_DOUBLE_EQUAL(s.max, 10, 0);
}

static void interpolated(void)
{
  const double value[] = { 0, 1, 2, 3 };
  double room[4];
  const summary s = stats_of(value, 4, room);
  CU_ASSERT_DOUBLE_EQUAL(s.q25, 0.75, 1e-15);
  CU_ASSERT_DOUBLE_EQUAL(s.median, 1.5, 1e-15);
}

static void small_samples(void)
{
  const double value[] = { NAN, 5 };
  double room[2];
  CU_ASSERT(isnan(stats_of(value, 1, room).mean));
  const summary s = stats_of(value, 2, room);
  CU_ASSERT_DOUBLE_EQUAL(s.std, 0, 0);
  CU_ASSERT_DOUBLE_EQUAL(s.q75, 5, 0);
}

int main(void)
{
  static const check_test tests[] = { { "a known sample, NaN left out", known_sample },
                                      { "quantiles are interpolated", interpolated },
                                      { "samples of none and one", small_samples } };
  return check_run("stats", tests, sizeof tests / sizeof tests[0]);
}
