/* evolution.h - what one evolution holds; shared by evolve.c and evolve_*.c. */
#ifndef HEBB_EVOLUTION_H
#define HEBB_EVOLUTION_H

#include "evolve.h"
#include "journal.h"
#include "learning.h"
#include "merge.h"
#include "pool.h"
#include "progress.h"
#include "rollout.h"

typedef struct executor executor;

/* What one life was worth. */
typedef struct outcome {
  double total, length, mean_square;
  uint8_t failure;
  const char *why;
} outcome;

typedef struct evolution {
  const experiment *e;
  const evolve_options *options;
  plan *plan;
  pool *pool;
  history history;
  progress progress;

  void *state;          /* the optimizer's block */
  size_t state_size, state_room; /* bytes of it now; that there are */
  merge *merge;         /* of rules, or NULL */
  float *asked;         /* (worker x gene) room for the optimizer's genome where rules are merged */
  int32_t n, n_task;    /* individuals; training tasks */
  int32_t *task;        /* [n_task] their place among all tasks */
  int32_t *turn;        /* [n_task] order in which they are lived: the longest lives first */
  rollout **room;       /* [worker] */

  int32_t generation;
  bool of_centre;       /* the centre is evaluated, not the population */
  double *total;        /* (individual x task) return, NaN where it failed; the centre's come last */
  double *length;       /* (individual x task) decisions, mean over lanes */
  uint8_t *failure;     /* (individual x task) enum failure_kind */
  const char **why;     /* (individual x task) */
  double *mean_square;  /* [individual] of the coefficients, for the penalty */
  float *told;          /* [individual] what the optimizer gets */
  double *sample, *sorted; /* [individual or more] */
  double *task_steps;   /* [n_task] decisions of the last generation's lives */

  learning learning;    /* curves of the last generation, where lives have several episodes */

  float *best_genome;   /* [gene] */
  double best_fitness;
  int32_t best_generation;
  int64_t evaluations;  /* rollouts, of the population */
  executor *executor;   /* worker processes, where lives are lived in them */
  bool published;
  journal journal;
  bool redoing;         /* a generation of the journal: its lives are known */
} evolution;

/* evolve_setup.c: everything that is allocated, before the first life. All that is wrong with the
   experiment goes into err; to be ended in any case. */
int evolution_begin(evolution *ev, error *err);
void evolution_end(evolution *ev);
int32_t evolution_lanes(const experiment *e); /* lives that advance together in one rollout */
double evolution_bytes(const evolution *ev);  /* that it takes to its end, beside worlds and files being written */

/* evolve_merge.c: evolution_merge does what is due between two generations. The whole genome of candidate
   i, and of the centre, in any worker. */
int evolution_merge_begin(evolution *ev, error *err);
void evolution_merge_end(evolution *ev);
size_t evolution_merge_bytes(const evolution *ev);
int evolution_merge(evolution *ev, error *err);
int evolution_merge_resume(evolution *ev, const stored_run *run, error *err); /* before its state is taken */
void evolution_ask(const evolution *ev, int32_t worker, int32_t i, float *vector);
void evolution_centre(const evolution *ev, int32_t worker, float *vector);

/* evolve_generation.c: one whole generation; EXIT_INTERRUPTED leaves no trace of it. */
int evolution_generation(evolution *ev, error *err);
/* The same, of lives whose results are in place already. */
int evolution_redo(evolution *ev, double wall_time, error *err);
/* [any worker, any order] The life of one cell of the round; false: not lived, the generation will be
   dropped. Its results, and those of its episodes (or NULL), go where they belong. Its place among
   `total`, and its random numbers. */
bool evolution_life(evolution *ev, int32_t worker, int64_t cell, outcome *o);
void evolution_put(evolution *ev, int64_t cell, const outcome *o, const double *episode_return,
                   const int32_t *episode_length);
int64_t evolution_place(const evolution *ev, int64_t cell);
rollout_seeds evolution_seeds(const evolution *ev, int64_t cell);

/* evolve_process.c: a round of lives in worker processes. */
int evolution_executor_run(evolution *ev, int64_t n_cell, error *err);
void evolution_executor_end(evolution *ev);
size_t evolution_executor_bytes(const evolution *ev);

/* evolve.c: keeps the genome where that is due; the next generation follows. */
int evolution_advance(evolution *ev, error *err);

/* evolve_resume.c: what a folder holds of the run: nothing yet, or generations that are done. */
int evolution_open(evolution *ev, error *err);
int evolution_journal(evolution *ev, error *err); /* the generation that was just done */

#endif
