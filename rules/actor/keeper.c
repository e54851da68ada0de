/* keeper.c - a window over returns. */
#include "keeper.h"

enum keeper_advice keeper_count(keeper *k, double *recent, double episode_return)
{
  recent[k->n++ % k->window] = episode_return;
  const int32_t n = k->n < k->window ? k->n : k->window;
  k->mean = 0;
  for (int32_t i = 0; i < n; i++)
    k->mean += recent[i] / n;
  if (k->n < k->window)
    return KEEPER_GO_ON;
  if (!k->any || k->mean < k->worst)
    k->worst = k->mean;
  if (!k->any || k->mean >= k->best) {
    k->best = k->mean;
    k->any = true;
    return KEEPER_SAVE;
  }
  if (k->fall > 0 && k->mean < k->best - k->fall * (k->best - k->worst)) {
    k->n = 0;
    return KEEPER_RESTORE;
  }
  return KEEPER_GO_ON;
}
