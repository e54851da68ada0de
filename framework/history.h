/* history.h - what a run remembers of its generations; rows are appended, never changed. */
#ifndef HEBB_HISTORY_H
#define HEBB_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "hebb/plugin.h"

/* What a run remembers of its generations. Rows are appended; arrays grow together. */
enum history_series {
  SERIES_FITNESS_MEAN, SERIES_FITNESS_STD, SERIES_FITNESS_MIN, SERIES_FITNESS_Q25,
  SERIES_FITNESS_MEDIAN, SERIES_FITNESS_Q75, SERIES_FITNESS_MAX, SERIES_EPISODE_LENGTH_MEAN,
  SERIES_CENTRE_FITNESS, SERIES_GENOME_NORM, SERIES_ENV_STEPS, SERIES_N_FAILED, SERIES_WALL_TIME,
  SERIES_RULES, /* where rules are merged; else NaN, and not in the file */
  N_SERIES
};
enum { HISTORY_MAX_SCALAR = 16 };
typedef struct history {
  int32_t n_individual, n_task;  /* training tasks */
  const char *const *task_name;  /* [n_task] */
  int32_t n_generation, capacity;
  float *fitness;                /* (generation x individual) raw; NaN where it failed */
  uint8_t *failure_kind;         /* (generation x individual) */
  double *task_return_mean;      /* (generation x task) */
  double *series[N_SERIES];      /* (generation) each */
  int32_t n_scalar;              /* scalars that the optimizer declares (rank 0 parts) */
  hebb_array scalar_info[HISTORY_MAX_SCALAR];
  double *scalar[HISTORY_MAX_SCALAR]; /* (generation) each */

  int64_t n_gene;
  int32_t n_kept, kept_capacity; /* generations whose genome is kept */
  bool last_is_provisional;      /* kept because it is the newest, not because it is due */
  int32_t *kept_generation;      /* (kept) */
  float *centre, *best;          /* (kept x gene): after the generation; the best so far */
  double *best_fitness;          /* (kept) */
  int32_t *best_generation;      /* (kept) */
} history;

int history_init(history *h, int32_t n_individual, int32_t n_task, int64_t n_gene,
                 const char *const *task_name, error *err);
void history_done(history *h);

/* Room for one more generation; its row is then n_generation - 1, all NaN. */
int history_append(history *h, error *err);

/* Keeps the genome of a generation: a row to fill at n_kept - 1. A row kept only because a file was
   published (provisional) gives way to the next. */
int history_keep(history *h, int32_t generation, bool provisional, error *err);

#endif
