/* history.h - what a run remembers of its generations; rows are appended, never changed. */
#ifndef HEBB_HISTORY_H
#define HEBB_HISTORY_H

#include "store.h"

int history_init(history *h, int32_t n_individual, int32_t n_task, int64_t n_gene,
                 const char *const *task_name, error *err);
void history_done(history *h);

/* Room for one more generation; its row is then n_generation - 1, all NaN. */
int history_append(history *h, error *err);

/* Keeps the genome of a generation: a row to fill at n_kept - 1. A row kept only because a file was
   published (provisional) gives way to the next. */
int history_keep(history *h, int32_t generation, bool provisional, error *err);

#endif
