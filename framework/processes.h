/* processes.h - worker processes: what pool.h does with threads, for work that may not survive. A task that
 * crashes, ends its process or takes too long costs its process, which is replaced, and nothing else. */
#ifndef HEBB_PROCESSES_H
#define HEBB_PROCESSES_H

#include <stdbool.h>

#include "culprit.h"
#include "error.h"

/* How a task was lost. */
typedef struct processes_loss {
  int64_t task;
  culprit culprit;
  bool too_long;  /* it was stopped after `seconds` */
  int status;     /* of waitpid */
} processes_loss;

typedef struct processes_job {
  void *arg;
  bool (*enter)(void *arg);                  /* [child] once: its own rooms; false: there is no room */
  void (*begin)(void *arg, int32_t worker);  /* [child] before its first task of a round */
  void (*work)(void *arg, int64_t task);     /* [child] */
  void (*lost)(void *arg, const processes_loss *); /* [parent] */
  bool (*stop)(void *arg);                   /* [parent] asked ten times a second */
  const char *const *file; /* [n_file] shared libraries that may be at fault */
  int32_t n_file;
  double seconds;          /* that a task may take; 0: any time */
  double memory;           /* bytes that a process may take beyond those it begins with */
} processes_job;

typedef struct processes processes;

/* None is started before the first round. */
int processes_new(int32_t n_worker, const processes_job *job, processes **out, error *err);
void processes_free(processes *p); /* ends them all */

/* Lives task 0 .. n - 1, as pool_run does. What a process is to know beyond what this one knew when it was
   forked, and what it leaves, lies in shared memory. Where job->stop says so all are ended, and the rest of
   the round is not done. */
int processes_run(processes *p, int64_t n, error *err);
void processes_end(processes *p); /* the next round forks anew */

/* Memory shared with processes that are forked later; zeros. NULL: there is none. */
void *processes_share(size_t size);
void processes_unshare(void *memory, size_t size);

#endif
