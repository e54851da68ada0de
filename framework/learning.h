/* learning.h - learning curves: what every episode of every life of one generation was worth. For lives of
 * several episodes that keep their weights. */
#ifndef HEBB_LEARNING_H
#define HEBB_LEARNING_H

#include "experiment.h"

typedef struct learning {
  int32_t n_individual, n_task, n_episode; /* n_episode 0: lives have one episode, nothing is kept */
  int32_t window;          /* episodes whose mean return is compared with `solved` */
  double *solved;          /* [n_task] return from which a task counts as solved; NaN: none */
  double *episode_return;  /* (individual x task x episode) NaN: not lived, the life has failed */
  int32_t *episode_length; /* (individual x task x episode) decisions */
  int32_t generation;      /* that they are of; -1: none is whole yet */
  double *next_return;     /* of the generation being lived */
  int32_t *next_length;
} learning;

/* solved: [n_task]. The count of episodes and the window are the experiment's. */
int learning_init(learning *l, const experiment *e, int32_t n_individual, int32_t n_task,
                  const double *solved, error *err);
void learning_done(learning *l);
double learning_bytes(const experiment *e, int32_t n_individual, int32_t n_task);

/* [any worker] A life is over: its episodes. */
void learning_put(learning *l, int32_t individual, int32_t task, const double *episode_return,
                  const int32_t *episode_length);
/* [main] All lives of a generation are over. */
void learning_commit(learning *l, int32_t generation);

/* When lives of one task were solved, and whether they were at their end. */
typedef struct learning_summary {
  int32_t n, n_solved, n_still;        /* lives; that ever reached it; whose last window still does */
  int32_t n_failed;                    /* before their end: they are in no mean */
  double median, first, last;          /* episode at which those were solved, counted from 1 */
  double final_mean, final_low;        /* mean over lives, and lowest, of the last window's mean return */
} learning_summary;
learning_summary learning_summarise(const learning *l, int32_t task);

/* Episode, counted from 1, that ends the first window of one life whose mean is at least `solved`; 0: none.
   *last: mean return of the last window. */
int32_t learning_solved(const learning *l, int32_t individual, int32_t task, double *last);

#endif
