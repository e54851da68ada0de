/* run_folder.h - where a run's files go, and who made them. */
#ifndef HEBB_RUN_FOLDER_H
#define HEBB_RUN_FOLDER_H

#include "run_lock.h"
#include "store.h"

/* A fresh identity: run id, time; one row of the start table. command_line is not copied; NULL: no memory. */
int provenance_begin(provenance *p, const char *command_line, int32_t n_worker, error *err);
/* One more row of the start table, for a run that goes on; evolve fills in its generation. */
void provenance_resume(provenance *p, int32_t n_worker, bool changed);

typedef struct run_folder {
  char path[4096];
  size_t made_from; /* length of the first folder on the path that did not exist; 0: all existed */
  run_lock lock;
} run_folder;

/* chosen: a folder that the user names, or NULL: runs/NAME/DATE-SEED-ID in the current folder. A folder
   that already holds a run or an experiment.toml is refused without force, and one that another process
   writes into is refused; source, the experiment's own file, is never replaced. */
int run_folder_make(const char *chosen, bool force, const char *source, const experiment *experiment,
                    const provenance *p, run_folder *out, error *err);

/* Takes the folder of a run that goes on, for this process alone. */
int run_folder_open(const char *path, run_folder *out, error *err);

/* Before the first generation: removes what an earlier run left there, and stores the resolved
   experiment. */
int run_folder_begin(const char *folder, const experiment *experiment, error *err);
/* Removes what only an unfinished run needs: the journal and the file before the last. */
void run_folder_finish(const char *folder);
/* Removes what a run leaves that ends before there is anything to keep. */
void run_folder_forget(const char *folder);

/* Whether two paths lead to one file that exists. */
bool run_folder_same_file(const char *a, const char *b);

/* Lets others write there; takes back the folders that were made, where they are empty. */
void run_folder_leave(run_folder *folder);

#endif
