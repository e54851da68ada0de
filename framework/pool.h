/* pool.h - worker threads. Work is handed out by one shared counter; results are written by index, so
 * nothing depends on who did what. */
#ifndef HEBB_POOL_H
#define HEBB_POOL_H

#include <stdbool.h>

#include "error.h"
#include "hebb/plugin.h"

typedef struct pool pool;

/* n_worker >= 1 threads, the caller's included: it works too while it waits. */
int pool_new(int32_t n_worker, pool **out, error *err);
void pool_free(pool *p);

/* Calls work(arg, worker, task) for task 0 .. n - 1; worker is 0 .. n_worker - 1, at most one call at
   a time for each worker. Returns when all are done. */
void pool_run(pool *p, int64_t n, void (*work)(void *arg, int32_t worker, int64_t task), void *arg);

/* The same workers as plugins see them. */
const hebb_pool *pool_lend(pool *p);

#endif
