/* tecot_dqn.c - Tecot's DQN-EP. */
#include "tecot_dqn.h"

#include <string.h>

#include "loop.h"

enum { PURPOSE_COIN = VALUE_PURPOSE_WEIGHT + 3 };

static int64_t take(int64_t *end, int64_t n)
{
  const int64_t offset = *end;
  *end += n;
  return offset;
}

void tecot_dqn_plan(tecot_dqn *t)
{
  const int64_t n = tecot_value_size(&t->net), mind = tecot_value_mind_size(&t->net);
  int64_t end = 0;
  t->theta = take(&end, n);
  t->old_theta = take(&end, n);
  t->mind = take(&end, mind);
  t->old_mind = take(&end, mind);
  t->gradient = take(&end, n);
  t->moment = take(&end, 2 * n);
  t->n_memory = end;
  end = 0;
  t->x = take(&end, (int64_t)t->net.n_row * t->net.n_in);
  t->drive = take(&end, (int64_t)t->net.n_row * t->net.n_hidden);
  t->room = take(&end, mind / 3);
  t->n_scratch = end;
}

void tecot_dqn_begin(tecot_dqn *t, double *memory, uint64_t seed)
{
  const hebb_address address = { .seed = seed, .purpose = VALUE_PURPOSE_WEIGHT };
  memset(memory, 0, (size_t)t->n_memory * sizeof *memory);
  tecot_value_draw(&t->net, &address, memory + t->theta);
  t->seed = seed;
  t->n_coin = 0;
  t->relaxed = t->old_relaxed = t->updated = (ep_progress){ 0 };
  tecot_dqn_renew(t, memory);
}

static void clear(const tecot_dqn *t, double *mind)
{
  if (t->reset)
    memset(mind, 0, (size_t)(tecot_value_mind_size(&t->net) / 3) * sizeof *mind);
}

/* Observations and actions side by side, as the energy sees them. */
static double *input(const tecot_dqn *t, double *scratch, int64_t n, const double *x,
                     const double *action, double same)
{
  const int64_t n_in = t->net.n_in;
  double *in = scratch + t->x;
  memset(in, 0, (size_t)(n * n_in) * sizeof *in);
  for (int64_t e = 0; !t->lost_input && e < n; e++) {
    memcpy(in + e * n_in, x + e * t->n_obs, (size_t)t->n_obs * sizeof *in);
    in[e * n_in + t->n_obs] = action ? action[e] : same;
  }
  return in;
}

void tecot_dqn_answer(tecot_dqn *t, double *memory, double *scratch, int64_t n, const double *x,
                      bool old, double *q)
{
  const double *theta = memory + (old ? t->old_theta : t->theta);
  double *mind = memory + (old ? t->old_mind : t->mind), *drive = scratch + t->drive;
  for (int32_t a = 0; a < t->n_choice; a++) {
    clear(t, mind);
    tecot_value_drive(&t->net, theta, n, input(t, scratch, n, x, NULL, a), drive);
    tecot_value_relax(&t->net, theta, t->free, n, drive, 0, NULL,
                      old ? &t->old_relaxed : &t->relaxed, mind, scratch + t->room);
    for (int64_t e = 0; e < n; e++)
      q[e * t->n_choice + a] = tecot_value_of(&t->net, mind, e);
  }
  for (int64_t e = 0; t->shared_output && e < n; e++)
    for (int32_t a = 0; a < t->n_choice; a++)
      q[e * t->n_choice + a] = q[(e + 1) * t->n_choice - 1];
}

double tecot_dqn_improve(tecot_dqn *t, double *memory, double *scratch, int64_t n, const double *x,
                         const double *action, const double *wanted)
{
  const int64_t n_theta = tecot_value_size(&t->net);
  const hebb_address coin = { .seed = t->seed, .purpose = PURPOSE_COIN };
  const double *in = input(t, scratch, n, x, action, 0);
  double *theta = memory + t->theta, *mind = memory + t->mind, *gradient = memory + t->gradient;
  double *drive = scratch + t->drive, *room = scratch + t->room, cost = 0;
  const double beta = t->replay && hebb_uniform(&coin, t->n_coin++) < 0.5F ? -t->beta : t->beta;
  const double factor = t->replay ? 1 / beta : 1;

  clear(t, mind);
  memset(gradient, 0, (size_t)n_theta * sizeof *gradient);
  tecot_value_drive(&t->net, theta, n, in, drive);
  tecot_value_relax(&t->net, theta, t->free, n, drive, 0, NULL, &t->relaxed, mind, room);
  tecot_value_correlate(&t->net, n, in, mind, -factor, gradient);
  for (int64_t e = 0; e < n; e++) {
    const double miss = tecot_value_of(&t->net, mind, e) - wanted[e];
    cost += miss * miss / (double)n;
  }
  tecot_value_relax(&t->net, theta, t->nudged, n, drive, beta, wanted, &t->relaxed, mind, room);
  tecot_value_correlate(&t->net, n, in, mind, factor, gradient);

  const ep_optimizer how = {
    .method = t->replay ? EP_ADAM : EP_SGD, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8
  };
  ep_update_vector(&how, &t->updated, t->rate, n_theta, gradient, theta, memory + t->moment);
  return cost;
}

/* The states go with the weights; the moments of their Adam stay its own. */
void tecot_dqn_renew(tecot_dqn *t, double *memory)
{
  memcpy(memory + t->old_theta, memory + t->theta,
         (size_t)tecot_value_size(&t->net) * sizeof *memory);
  memcpy(memory + t->old_mind, memory + t->mind,
         (size_t)(tecot_value_mind_size(&t->net) / 3) * sizeof *memory);
}
