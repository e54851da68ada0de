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

/* Tables of Student's t, two-sided 95 %; the last one is nearly normal. */
static void student(void)
{
  static const struct {
    int64_t freedom;
    double t;
  } known[] = { { 1, 12.706204736 },   { 2, 4.302652730 },    { 3, 3.182446305 },
                { 9, 2.262157163 },    { 10, 2.228138852 },   { 99, 1.984216952 },
                { 1000, 1.962339081 }, { 999999, 1.95996636 } };
  for (size_t k = 0; k < sizeof known / sizeof *known; k++)
    CU_ASSERT_DOUBLE_EQUAL(stats_student(0.95, known[k].freedom), known[k].t, 2e-8);
  CU_ASSERT_DOUBLE_EQUAL(stats_student(0.99, 5), 4.032142984, 1e-8);
  CU_ASSERT(isnan(stats_student(0.95, 0)));
  CU_ASSERT(isnan(stats_student(1, 3)));
}

static void intervals(void)
{
  const double sorted[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
  interval i = stats_mean_interval(5, 2, 16); // t of 15: 2.131450
  CU_ASSERT_DOUBLE_EQUAL(i.low, 5 - 2.131449546 / 2, 1e-8);
  CU_ASSERT_DOUBLE_EQUAL(i.high, 5 + 2.131449546 / 2, 1e-8);
  CU_ASSERT(isnan(stats_mean_interval(5, 0, 1).low));
  // Wilson: 0 of 10 and 5 of 8
  i = stats_share_interval(0, 10);
  CU_ASSERT_DOUBLE_EQUAL(i.low, 0, 0);
  CU_ASSERT_DOUBLE_EQUAL(i.high, 0.277532799862889, 1e-12);
  i = stats_share_interval(5, 8);
  CU_ASSERT_DOUBLE_EQUAL(i.low, 0.305742394602627, 1e-12);
  CU_ASSERT_DOUBLE_EQUAL(i.high, 0.863155714176403, 1e-12);
  CU_ASSERT_DOUBLE_EQUAL(stats_share_interval(7, 7).high, 1, 0);
  CU_ASSERT(isnan(stats_share_interval(0, 0).low));
  // of 10 values the second and the ninth: fewer than two below the median in 11 of 1024
  i = stats_median_interval(sorted, 10);
  CU_ASSERT_DOUBLE_EQUAL(i.low, 2, 0);
  CU_ASSERT_DOUBLE_EQUAL(i.high, 9, 0);
  i = stats_median_interval(sorted, 6);
  CU_ASSERT_DOUBLE_EQUAL(i.low, 1, 0);
  CU_ASSERT_DOUBLE_EQUAL(i.high, 6, 0);
  CU_ASSERT(isnan(stats_median_interval(sorted, 5).low));
}

static void overlaps(void)
{
  const interval a = { 1, 2 }, b = { 2, 3 }, c = { 2.5, 4 }, none = { NAN, NAN };
  CU_ASSERT_EQUAL(stats_overlap(a, b), 1);
  CU_ASSERT_EQUAL(stats_overlap(a, c), 0);
  CU_ASSERT_EQUAL(stats_overlap(c, a), 0);
  CU_ASSERT_EQUAL(stats_overlap(a, none), -1);
}

int main(void)
{
  static const check_test tests[] = { { "a known sample, NaN left out", known_sample },
                                      { "quantiles are interpolated", interpolated },
                                      { "samples of none and one", small_samples },
                                      { "Student's t", student },
                                      { "95 % intervals", intervals },
                                      { "intervals overlap", overlaps } };
  return check_run("stats", tests, sizeof tests / sizeof tests[0]);
}
