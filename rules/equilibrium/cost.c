/* cost.c - costs, their nudges, targets of reinforcement learning. */
#include "cost.h"

#include <string.h>

static double care_of(const ep_goal *g, int64_t n, int64_t example, int64_t i)
{
  return g->care && g->cost == EP_SQUARED ? g->care[example * n + i] : 1;
}

double ep_cost(const ep_goal *g, int64_t n, int64_t example, const double *y)
{
  const double *d = g->target + example * n;
  double sum = 0, most = y[0], parts = 0;
  if (g->cost == EP_SQUARED) {
    for (int64_t i = 0; i < n; i++)
      sum += 0.5 * care_of(g, n, example, i) * (y[i] - d[i]) * (y[i] - d[i]);
    return sum;
  }
  for (int64_t i = 1; i < n; i++)
    most = y[i] > most ? y[i] : most;
  for (int64_t i = 0; i < n; i++)
    parts += hebb_exp(y[i] - most);
  for (int64_t i = 0; i < n; i++)
    sum += d[i] * (most + hebb_log(parts) - y[i]);
  return sum;
}

void ep_nudge(const ep_goal *g, int64_t n, int64_t example, const double *y, double *nudge)
{
  const double *d = g->target + example * n;
  if (g->cost == EP_CROSS_ENTROPY) {
    ep_softmax(n, y, nudge);
    y = nudge;
  }
  for (int64_t i = 0; i < n; i++)
    nudge[i] = care_of(g, n, example, i) * (d[i] - y[i]);
}

void ep_nudge_complex(const ep_goal *g, int64_t n, int64_t example, const double *y,
                      const double *y_imaginary, double *nudge, double *nudge_imaginary)
{
  const double *d = g->target + example * n;
  if (g->cost == EP_CROSS_ENTROPY) {
    ep_softmax_complex(n, y, y_imaginary, nudge, nudge_imaginary);
    y = nudge, y_imaginary = nudge_imaginary;
  }
  for (int64_t i = 0; i < n; i++) {
    nudge[i] = care_of(g, n, example, i) * (d[i] - y[i]);
    nudge_imaginary[i] = -care_of(g, n, example, i) * y_imaginary[i];
  }
}

void ep_target_action(int64_t n, int64_t action, double *target)
{
  memset(target, 0, (size_t)n * sizeof *target);
  target[action] = 1;
}

void ep_target_value(int64_t n, int64_t action, double reward, double gamma, bool over,
                     double next_value, double *target, double *care)
{
  memset(target, 0, (size_t)n * sizeof *target);
  target[action] = reward + (over ? 0 : gamma * next_value);
  if (!care)
    return;
  memset(care, 0, (size_t)n * sizeof *care);
  care[action] = 1;
}
