/* learning.c - keeps learning curves, and says when lives were solved.
 *
 * Solved: the mean return of `window` episodes in a row is at least the task's `solved` (gym's criterion for
 * CartPole: 195 over 100 episodes).
 */
#include "learning.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t cells_of(const learning *l)
{
  return (size_t)l->n_individual * (size_t)l->n_task * (size_t)l->n_episode;
}

double learning_bytes(const experiment *e, int32_t n_individual, int32_t n_task)
{
  const bool several = e->lifetime.keep_weights && e->lifetime.episodes > 1;
  return several ? 2.0 * (sizeof(double) + sizeof(int32_t)) * n_individual * n_task *
                       (double)e->lifetime.episodes
                 : 0;
}

int learning_init(learning *l, const experiment *e, int32_t n_individual, int32_t n_task,
                  const double *solved, error *err)
{
  const lifetime_config *life = &e->lifetime;
  *l = (learning){ .n_individual = n_individual,
                   .n_task = n_task,
                   .window = (int32_t)life->solved_window,
                   .generation = -1 };
  if (!life->keep_weights || life->episodes < 2)
    return EXIT_FINE;
  l->n_episode = (int32_t)life->episodes;
  const size_t n = cells_of(l);
  l->solved = calloc((size_t)n_task, sizeof *l->solved);
  l->episode_return = calloc(n, sizeof *l->episode_return);
  l->episode_length = calloc(n, sizeof *l->episode_length);
  l->next_return = calloc(n, sizeof *l->next_return);
  l->next_length = calloc(n, sizeof *l->next_length);
  if (!l->solved || !l->episode_return || !l->episode_length || !l->next_return || !l->next_length)
    return error_add(err, EXIT_RUN_FAILED, "learning curves: no memory for %zu episodes", n);
  memcpy(l->solved, solved, (size_t)n_task * sizeof *solved);
  return EXIT_FINE;
}

void learning_done(learning *l)
{
  free(l->solved);
  free(l->episode_return);
  free(l->episode_length);
  free(l->next_return);
  free(l->next_length);
  *l = (learning){ 0 };
}

static int64_t place(const learning *l, int32_t individual, int32_t task)
{
  return ((int64_t)individual * l->n_task + task) * l->n_episode;
}

void learning_put(learning *l, int32_t individual, int32_t task, const double *episode_return,
                  const int32_t *episode_length)
{
  const int64_t at = place(l, individual, task);
  memcpy(l->next_return + at, episode_return, (size_t)l->n_episode * sizeof *episode_return);
  memcpy(l->next_length + at, episode_length, (size_t)l->n_episode * sizeof *episode_length);
}

void learning_commit(learning *l, int32_t generation)
{
  double *const spare_return = l->episode_return;
  int32_t *const spare_length = l->episode_length;
  l->episode_return = l->next_return;
  l->episode_length = l->next_length;
  l->next_return = spare_return;
  l->next_length = spare_length;
  l->generation = generation;
}

int32_t learning_solved(const learning *l, int32_t individual, int32_t task, double *last)
{
  const double *curve = l->episode_return + place(l, individual, task);
  const int32_t window = l->window < l->n_episode ? l->window : l->n_episode;
  int32_t when = 0;

  *last = NAN;
  for (int32_t k = window; k <= l->n_episode; k++) {
    double sum = 0; // anew for each window: a running sum would keep what it has rounded
    for (int32_t i = k - window; i < k; i++)
      sum += curve[i];
    *last = sum / window;
    if (!when && *last >= l->solved[task])
      when = k;
  }
  return when;
}

static int ascending(const void *a, const void *b)
{
  const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
  return (x > y) - (x < y);
}

learning_summary learning_summarise(const learning *l, int32_t task)
{
  learning_summary s = { .n = l->n_individual, .final_low = INFINITY };
  int32_t *when = calloc((size_t)l->n_individual, sizeof *when);
  for (int32_t i = 0; when && i < l->n_individual; i++) {
    double last;
    const int32_t k = learning_solved(l, i, task, &last);
    if (k > 0)
      when[s.n_solved++] = k;
    s.n_still += last >= l->solved[task];
    if (isnan(last)) {
      s.n_failed++;
      continue;
    }
    s.final_mean += last;
    s.final_low = last < s.final_low ? last : s.final_low;
  }
  s.final_mean /= s.n - s.n_failed; // NaN where all have failed
  if (when && s.n_solved > 0) {
    const size_t n = (size_t)s.n_solved;
    qsort(when, n, sizeof *when, ascending);
    const size_t below = (n - 1) / 2, above = n / 2;
    s.median = 0.5 * (when[below] + when[above]);
    s.first = when[0];
    s.last = when[n - 1];
  }
  free(when);
  return s;
}
