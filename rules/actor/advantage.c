/* advantage.c - generalised advantages and their size. */
#include "advantage.h"

#include <math.h>

#include "../equilibrium/episode.h"

void advantage_find(const advantage_steps *s, double gamma, double lambda, double *advantage,
                    double *wanted)
{
  double next = 0;
  for (int64_t t = s->n - 1; t >= 0; t--) {
    const bool ends = s->ends[t] != 0 || t == s->n - 1;
    const double after = ends ? s->after[t] : s->value[t + 1];
    const double delta = s->reward[t] + gamma * after - s->value[t];
    next = delta + (ends ? 0 : gamma * lambda * next);
    advantage[t] = next;
    wanted[t] = next + s->value[t];
  }
}

void advantage_normalise(int32_t norm, double memory, advantage_size *size, int64_t n,
                         double *advantage)
{
  double square = 0;
  if (norm == ADVANTAGE_BATCH)
    ep_normalise(n, advantage);
  if (norm == ADVANTAGE_RUNNING) {
    for (int64_t t = 0; t < n; t++)
      square += advantage[t] * advantage[t] / (double)n;
    size->square = memory * size->square + (1 - memory) * square;
    size->weight = memory * size->weight + (1 - memory);
    const double root = sqrt(size->square / size->weight) + 1e-12;
    for (int64_t t = 0; t < n; t++)
      advantage[t] /= root;
  }
}
