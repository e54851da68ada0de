/* episode.c - discounted returns, normalised. */
#include "episode.h"

#include <math.h>

void ep_returns(int64_t n, double gamma, const double *reward, double *g)
{
  double next = 0;
  for (int64_t t = n - 1; t >= 0; t--)
    g[t] = next = reward[t] + gamma * next;
}

void ep_normalise(int64_t n, double *g)
{
  double mean = 0, square = 0;
  for (int64_t t = 0; t < n; t++)
    mean += g[t] / (double)n;
  for (int64_t t = 0; t < n; t++)
    square += (g[t] - mean) * (g[t] - mean);
  const double deviation = n > 1 ? sqrt(square / (double)(n - 1)) : 0;
  for (int64_t t = 0; t < n; t++)
    g[t] = (g[t] - mean) / (deviation + 0x1p-23); // float's epsilon
}
