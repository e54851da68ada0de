/* run_folder.h - where a run's files go, and who made them. */
#ifndef HEBB_RUN_FOLDER_H
#define HEBB_RUN_FOLDER_H

#include "store.h"

/* A fresh identity: run id, time, command line; one row of the start table. */
int provenance_begin(provenance *p, int argc, char **argv, int32_t n_worker, error *err);
void provenance_end(provenance *p);

typedef struct run_folder {
  char path[4096];
  bool created; /* by us, so ours to remove while it is empty */
} run_folder;

/* chosen: a folder that the user names, or NULL: runs/NAME/DATE-SEED-ID in the current folder. A folder
   that already holds a run is refused without force. Stores the resolved experiment beside. */
int run_folder_make(const char *chosen, bool force, const experiment *experiment,
                    const provenance *p, run_folder *out, error *err);

/* Takes back a folder in which nothing was published. */
void run_folder_abandon(const run_folder *folder);

#endif
