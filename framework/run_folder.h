/* run_folder.h - where a run's files go, and who made them. */
#ifndef HEBB_RUN_FOLDER_H
#define HEBB_RUN_FOLDER_H

#include "store.h"

/* A fresh identity: run id, time; one row of the start table. command_line is not copied; NULL: no memory. */
int provenance_begin(provenance *p, const char *command_line, int32_t n_worker, error *err);

typedef struct run_folder {
  char path[4096];
  size_t made_from; /* length of the first folder on the path that did not exist; 0: all existed */
} run_folder;

/* chosen: a folder that the user names, or NULL: runs/NAME/DATE-SEED-ID in the current folder. A folder
   that already holds a run or an experiment.toml is refused without force; source, the experiment's own
   file, is never replaced. */
int run_folder_make(const char *chosen, bool force, const char *source, const experiment *experiment,
                    const provenance *p, run_folder *out, error *err);

/* Writes the resolved experiment beside a run.h5 that has just been published. */
int run_folder_store_experiment(const char *folder, const experiment *experiment, error *err);

/* Whether two paths lead to one file that exists. */
bool run_folder_same_file(const char *a, const char *b);

/* Takes back the folders that were made, where nothing was published. */
void run_folder_abandon(const run_folder *folder);

#endif
