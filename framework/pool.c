/* pool.c - worker threads over a shared counter. */
#include "pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct pool {
  int32_t n_worker, n_started; /* threads started: n_worker - 1 where all went well */
  pthread_t *thread;
  pthread_mutex_t lock;
  pthread_cond_t begin, end;

  // guarded by lock
  uint64_t round; /* counts calls of pool_run */
  int32_t n_busy;
  bool closing;
  int32_t n_numbered; /* workers that have taken their number */

  // of the present round: set before it begins
  void (*work)(void *arg, int32_t worker, int64_t task);
  void *arg;
  int64_t n;
  atomic_int_least64_t next;

  hebb_pool lent;
};

static void take_tasks(pool *p, int32_t worker)
{
  int64_t task;
  while ((task = atomic_fetch_add(&p->next, 1)) < p->n)
    p->work(p->arg, worker, task);
}

static void *worker_main(void *arg)
{
  pool *p = arg;
  uint64_t seen = 0;

  pthread_mutex_lock(&p->lock);
  const int32_t worker = ++p->n_numbered;
  for (;;) {
    while (p->round == seen && !p->closing)
      pthread_cond_wait(&p->begin, &p->lock);
    if (p->closing)
      break;
    seen = p->round;
    pthread_mutex_unlock(&p->lock);
    take_tasks(p, worker);
    pthread_mutex_lock(&p->lock);
    if (--p->n_busy == 0)
      pthread_cond_signal(&p->end);
  }
  pthread_mutex_unlock(&p->lock);
  return NULL;
}

void pool_run(pool *p, int64_t n, void (*work)(void *arg, int32_t worker, int64_t task), void *arg)
{
  pthread_mutex_lock(&p->lock);
  p->work = work;
  p->arg = arg;
  p->n = n;
  atomic_store(&p->next, 0);
  p->n_busy = p->n_started;
  p->round++;
  pthread_cond_broadcast(&p->begin);
  pthread_mutex_unlock(&p->lock);

  take_tasks(p, 0);

  pthread_mutex_lock(&p->lock);
  while (p->n_busy > 0)
    pthread_cond_wait(&p->end, &p->lock);
  pthread_mutex_unlock(&p->lock);
}

/* ---- the pool that plugins are lent: ranges instead of single tasks ---- */

typedef struct range_work {
  void (*work)(void *arg, int64_t first, int64_t end);
  void *arg;
  int64_t n, n_range;
} range_work;

static void do_range(void *arg, int32_t worker, int64_t range)
{
  const range_work *r = arg;
  (void)worker;
  r->work(r->arg, r->n * range / r->n_range, r->n * (range + 1) / r->n_range);
}

static void run_ranges(const hebb_pool *lent, int64_t n,
                       void (*work)(void *arg, int64_t first, int64_t end), void *arg)
{
  pool *p = lent->self;
  const int64_t n_range = n < p->n_worker ? n : p->n_worker;
  if (n_range > 0)
    pool_run(p, n_range, do_range, &(range_work){ work, arg, n, n_range });
}

int pool_new(int32_t n_worker, pool **out, error *err)
{
  pool *p = calloc(1, sizeof *p);
  if (p)
    p->thread = calloc((size_t)n_worker, sizeof *p->thread);
  if (!p || !p->thread) {
    free(p);
    return error_add(err, EXIT_RUN_FAILED, "workers: no memory for %d of them", n_worker);
  }
  p->n_worker = n_worker;
  p->lent = (hebb_pool){ .self = p, .run = run_ranges };
  pthread_mutex_init(&p->lock, NULL);
  pthread_cond_init(&p->begin, NULL);
  pthread_cond_init(&p->end, NULL);
  while (p->n_started < n_worker - 1) {
    if (pthread_create(&p->thread[p->n_started], NULL, worker_main, p) != 0) {
      const int32_t n = p->n_started + 1;
      pool_free(p);
      return error_add(err, EXIT_RUN_FAILED,
                       "workers: the system gave only %d of %d threads; try --workers %d", n,
                       n_worker, n);
    }
    p->n_started++;
  }
  *out = p;
  return EXIT_FINE;
}

void pool_free(pool *p)
{
  if (!p)
    return;
  pthread_mutex_lock(&p->lock);
  p->closing = true;
  pthread_cond_broadcast(&p->begin);
  pthread_mutex_unlock(&p->lock);
  for (int32_t k = 0; k < p->n_started; k++)
    pthread_join(p->thread[k], NULL);
  pthread_cond_destroy(&p->end);
  pthread_cond_destroy(&p->begin);
  pthread_mutex_destroy(&p->lock);
  free(p->thread);
  free(p);
}

const hebb_pool *pool_lend(pool *p)
{
  return &p->lent;
}
