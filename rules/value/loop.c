/* loop.c - what is remembered, what is explored, what is learnt towards. */
#include "loop.h"

#include <string.h>

#include <hebb/rng.h>

/* Purposes of random numbers, after that of weights. */
enum { PURPOSE_CHOOSE = VALUE_PURPOSE_WEIGHT + 1, PURPOSE_PICK = VALUE_PURPOSE_WEIGHT + 2 };

/* A transition: x [obs], x' [obs], a, r, 1 where the episode was over. */
static int64_t row_size(const value_loop *l)
{
  return 2 * (int64_t)l->n_obs + 3;
}

void value_ask(value_loop *l, const value_wish *w)
{
  l->capacity = w->replay > 0 ? w->replay : l->capacity;
  l->batch = w->batch > 0 ? w->batch : l->batch;
  l->begin = w->start > 0 ? w->start : l->begin;
  l->period = w->period > 0 ? w->period : l->period;
  l->fall = w->epsilon_steps > 0 ? w->epsilon_steps : l->fall;
  l->first = isnan(w->epsilon_first) ? l->first : w->epsilon_first;
  l->last = isnan(w->epsilon_last) ? l->last : w->epsilon_last;
  l->every = w->every;
  l->gamma = w->gamma;
}

void value_plan(value_loop *l)
{
  const int64_t rows = l->capacity > 0 ? l->capacity : 1;
  l->batch = l->capacity > 0 ? l->batch : 1;
  l->ring = 0;
  l->seen = rows * row_size(l);
  l->n_memory = l->seen + l->n_obs;
  l->x = 0;
  l->q = l->batch * l->n_obs;
  l->wanted = l->q + l->batch * l->n_choice;
  l->action = l->wanted + l->batch;
  l->n_scratch = l->action + l->batch;
}

void value_begin(value_loop *l, double *memory, uint64_t seed)
{
  memset(memory, 0, (size_t)l->n_memory * sizeof *memory);
  l->seed = seed;
  l->n_step = l->n_update = l->n_put = 0;
  l->n_choose = l->n_pick = 0;
  l->epsilon = l->first;
  l->cost = 0;
}

static int32_t largest(int32_t n, const double *q)
{
  int32_t best = 0;
  for (int32_t a = 1; a < n; a++)
    best = q[a] > q[best] ? a : best;
  return best;
}

void value_act(value_loop *l, const value_net *net, void *self, double *memory, double *mine,
               void *scratch, const float *obs, double *act)
{
  const hebb_address at = { .seed = l->seed, .purpose = PURPOSE_CHOOSE };
  const double part = l->n_step < l->fall ? (double)l->n_step / (double)l->fall : 1;
  double *seen = memory + l->seen;
  for (int32_t i = 0; i < l->n_obs; i++)
    seen[i] = (double)obs[i];
  l->epsilon = l->first + part * (l->last - l->first);
  const double explore = (double)hebb_uniform(&at, l->n_choose++);
  const double which = (double)hebb_uniform(&at, l->n_choose++);
  l->taken = (int32_t)(which * l->n_choice);
  if (explore >= l->epsilon) {
    net->answer(self, scratch, 1, seen, false, mine + l->q);
    l->taken = largest(l->n_choice, mine + l->q);
  }
  *act = l->taken;
}

static void remember(value_loop *l, double *memory, const hebb_outcome *o)
{
  const int64_t place = l->capacity > 0 ? l->n_put % l->capacity : 0;
  double *row = memory + l->ring + place * row_size(l);
  memcpy(row, memory + l->seen, (size_t)l->n_obs * sizeof *row);
  for (int32_t i = 0; i < l->n_obs; i++)
    row[l->n_obs + i] = (double)o->obs[i];
  row[2 * l->n_obs] = l->taken;
  row[2 * l->n_obs + 1] = o->reward;
  row[2 * l->n_obs + 2] =
      o->done != HEBB_RUNNING && (l->cut_ends || o->done != HEBB_TRUNCATED) ? 1 : 0;
  l->n_put++;
}

/* One of what is remembered, drawn with replacement. */
static const double *pick(value_loop *l, const double *memory)
{
  const hebb_address at = { .seed = l->seed, .purpose = PURPOSE_PICK };
  const int64_t n = l->n_put < l->capacity ? l->n_put : l->capacity;
  const int64_t place = n > 0 ? hebb_below(&at, l->n_pick++, n) : 0;
  return memory + l->ring + place * row_size(l);
}

static void update(value_loop *l, const value_net *net, void *self, const double *memory,
                   double *mine, void *scratch)
{
  double *x = mine + l->x, *q = mine + l->q, *wanted = mine + l->wanted, *action = mine + l->action;
  const uint32_t first = l->n_pick;
  for (int64_t e = 0; e < l->batch; e++)
    memcpy(x + e * l->n_obs, pick(l, memory) + l->n_obs, (size_t)l->n_obs * sizeof *x);
  if (l->double_q) {
    net->answer(self, scratch, l->batch, x, false, q);
    for (int64_t e = 0; e < l->batch; e++)
      action[e] = largest(l->n_choice, q + e * l->n_choice);
  }
  net->answer(self, scratch, l->batch, x, true, q);
  l->n_pick = first; // the same rows again
  for (int64_t e = 0; e < l->batch; e++) {
    const double *row = pick(l, memory), *of = q + e * l->n_choice;
    const double next = of[l->double_q ? (int32_t)action[e] : largest(l->n_choice, of)];
    memcpy(x + e * l->n_obs, row, (size_t)l->n_obs * sizeof *x);
    action[e] = row[2 * l->n_obs];
    wanted[e] = row[2 * l->n_obs + 1] + (row[2 * l->n_obs + 2] > 0 ? 0 : l->gamma * next);
  }
  l->cost = net->improve(self, scratch, l->batch, x, action, wanted);
}

void value_learn(value_loop *l, const value_net *net, void *self, double *memory, double *mine,
                 void *scratch, const hebb_outcome *o)
{
  remember(l, memory, o);
  l->n_step++;
  if (l->n_put <= l->begin || l->n_step % l->every != 0)
    return;
  if (l->n_update++ % l->period == 0)
    net->renew(self);
  update(l, net, self, memory, mine, scratch);
}
