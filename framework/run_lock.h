/* run_lock.h - one program at a time writes into a run's folder. */
#ifndef HEBB_RUN_LOCK_H
#define HEBB_RUN_LOCK_H

#include <stdbool.h>

#include "error.h"

typedef struct run_lock {
  char path[4096 + 16];
  int fd;      /* -1: none */
} run_lock;

/* FOLDER/run.lock, which names the process; EXIT_CONFIGURATION where another one holds it. A lock ends
   with its process, however that ends; the file of a killed one is taken over. */
int run_lock_take(run_lock *lock, const char *folder, error *err);
void run_lock_release(run_lock *lock);
bool run_lock_was_left(const char *folder); /* by a run that was killed */

#endif
