/* td_value.c - Q by free and nudged phases. */
#include "td_value.h"

#include <string.h>

const char *td_value_plan(td_value *t)
{
  const char *why = ep_plan(&t->m);
  const int64_t n = (int64_t)t->m.n_example * ep_n_out(&t->m.network);
  t->old_theta = t->m.n_memory;
  t->old_back = t->old_theta + t->m.network.n_parameter;
  t->n_memory = t->old_back + t->m.network.n_back;
  t->target = t->m.n_scratch;
  t->care = t->target + n;
  t->n_scratch = t->care + n;
  return why;
}

void td_value_begin(td_value *t, double *memory, uint64_t seed)
{
  ep_begin(&t->m, memory, seed);
  td_value_renew(t, memory);
}

void td_value_answer(td_value *t, double *memory, double *scratch, int64_t n, const double *x,
                     bool old, double *q)
{
  const int32_t n_out = ep_n_out(&t->m.network);
  ep_machine m = t->m;
  if (old) { // the same machine with other weights
    m.theta = t->old_theta;
    m.back = t->old_back;
  }
  ep_free(&m, memory, scratch, 0, (int32_t)n, x, NULL, false);
  t->m.free_settled = m.free_settled;
  for (int64_t e = 0; e < n; e++)
    memcpy(q + e * n_out, ep_answer(&m, memory, (int32_t)e), (size_t)n_out * sizeof *q);
}

static double within(double bound, double x)
{
  return bound <= 0 ? x : x < -bound ? -bound : x > bound ? bound : x;
}

double td_value_improve(td_value *t, double *memory, double *scratch, int64_t n, const double *x,
                        const double *action, const double *wanted)
{
  const int32_t n_out = ep_n_out(&t->m.network);
  double *target = scratch + t->target, *care = scratch + t->care, cost = 0;
  const ep_goal goal = { .cost = EP_SQUARED, .target = target, .care = care };
  ep_free(&t->m, memory, scratch, 0, (int32_t)n, x, NULL, false);
  memset(target, 0, (size_t)(n * n_out) * sizeof *target);
  memset(care, 0, (size_t)(n * n_out) * sizeof *care);
  for (int64_t e = 0; e < n; e++) {
    const int64_t a = (int64_t)action[e], at = e * n_out + a;
    const double q = ep_answer(&t->m, memory, (int32_t)e)[a], miss = wanted[e] - q;
    target[at] = q + within(t->huber, miss);
    care[at] = 1;
    cost += miss * miss / (double)n;
  }
  ep_nudged(&t->m, memory, scratch, (int32_t)n, &goal);
  ep_learn(&t->m, memory);
  return cost;
}

void td_value_renew(td_value *t, double *memory)
{
  memcpy(memory + t->old_theta, memory + t->m.theta,
         (size_t)t->m.network.n_parameter * sizeof *memory);
  memcpy(memory + t->old_back, memory + t->m.back, (size_t)t->m.network.n_back * sizeof *memory);
}
