/* task_lives.c - see task_lives.h. */
#include "task_lives.h"

#include <math.h>
#include <stdlib.h>

estimate task_lives(const char *env, const char *const *set, int32_t n_life, policy act,
                    const void *how, void (*end)(stage *s, int32_t lane, void *mind, double total))
{
  stage *s = stage_open(env, n_life, set, NULL);
  const size_t n = (size_t)n_life;
  uint64_t *seed = calloc(n, sizeof *seed);
  double *total = calloc(n, sizeof *total);
  max_align_t *mind = calloc(n, MOST_MIND);
  if (!seed || !total || !mind)
    exit(99);
  for (int32_t lane = 0; lane < n_life; lane++)
    seed[lane] = (uint64_t)lane + 1;
  stage_reset(s, seed);

  int32_t n_running = n_life;
  for (int32_t t = 0; n_running > 0 && t < s->shape.max_steps; t++) {
    for (int32_t lane = 0; lane < n_life; lane++)
      if (!s->done[lane])
        act(s, lane, (char *)mind + (size_t)lane * MOST_MIND, how);
    for (int32_t lane = 0; lane < n_life; lane++)
      if (s->done[lane])
        s->reward[lane] = 0; // step leaves it alone, with its last reward
    stage_step(s);
    n_running = 0;
    for (int32_t lane = 0; lane < n_life; lane++) {
      total[lane] += s->reward[lane];
      n_running += s->done[lane] == HEBB_RUNNING;
    }
  }

  estimate e = { .least = INFINITY, .most = -INFINITY };
  double squares = 0;
  for (int32_t lane = 0; lane < n_life; lane++) {
    e.mean += total[lane] / n_life;
    e.least = fmin(e.least, total[lane]);
    e.most = fmax(e.most, total[lane]);
    if (end)
      end(s, lane, (char *)mind + (size_t)lane * MOST_MIND, total[lane]);
  }
  for (int32_t lane = 0; lane < n_life; lane++)
    squares += (total[lane] - e.mean) * (total[lane] - e.mean);
  e.error = n_life > 1 ? sqrt(squares / (n_life - 1.0) / n_life) : 0;
  free(seed);
  free(total);
  free(mind);
  stage_close(s);
  return e;
}

bool task_near(const estimate *e, double value)
{
  return fabs(e->mean - value) <= 4 * e->error + 1e-9 * (1 + fabs(value));
}
