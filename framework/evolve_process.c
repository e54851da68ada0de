/* evolve_process.c - lives in worker processes (processes.h): what the workers must know of each generation,
 * what they leave, and what is said of a life that cost its process.
 *
 * A worker is a copy of the run as it was when it was forked, with a rollout of its own. Each round it is
 * given the optimizer's state and the order of the tasks in shared memory, which it may only write to
 * while no plugin is at work. After rules were merged the workers are forked anew.
 */
#include <math.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "evolution.h"
#include "interrupt.h"
#include "processes.h"

enum { TEXT_SIZE = 256, MOST_TOLD = 8 };

/* The lowest failed life of a worker, in words. */
typedef struct note {
  int64_t at; /* in evolution's arrays; -1: none */
  char text[TEXT_SIZE];
} note;

typedef struct order { /* what a round is about */
  int32_t generation;
  bool of_centre;
} order;

struct executor {
  evolution *ev;
  processes *workers;
  int32_t self; /* [worker] its number */

  // as the present workers know it
  size_t state_size;
  int64_t n_rule;

  arena shared; /* whole pages */
  order *order;
  int32_t *turn;           /* [n_task] */
  char *state;             /* the optimizer's */
  outcome *outcome;        /* [cell] */
  double *episode_return;  /* (cell x episode), or NULL */
  int32_t *episode_length; /* (cell x episode) */
  note *note;              /* [worker] */

  note lost[MOST_TOLD]; /* those of lowest place, in their order */
  int32_t n_lost;
  const char *file[3];
};

static void lay_out(executor *x, arena *a)
{
  const evolution *ev = x->ev;
  const size_t cells = (size_t)ev->n * (size_t)ev->n_task;
  const size_t n_episode = (size_t)ev->learning.n_episode;
  x->order = arena_take(a, 1, sizeof *x->order);
  x->turn = arena_take(a, (size_t)ev->n_task, sizeof *x->turn);
  x->state = arena_take(a, ev->state_size, 1);
  x->outcome = arena_take(a, cells, sizeof *x->outcome);
  x->note = arena_take(a, (size_t)ev->options->n_worker, sizeof *x->note);
  if (n_episode > 0) {
    x->episode_return = arena_take(a, cells * n_episode, sizeof *x->episode_return);
    x->episode_length = arena_take(a, cells * n_episode, sizeof *x->episode_length);
  }
}

size_t evolution_executor_bytes(const evolution *ev)
{
  executor measured = { .ev = (evolution *)(uintptr_t)ev };
  arena a = { 0 };
  lay_out(&measured, &a);
  return a.used;
}

/* ---- in a worker ---- */

static void allow_writing(const executor *x, bool allowed)
{
  mprotect(x->shared.base, x->shared.used, allowed ? PROT_READ | PROT_WRITE : PROT_READ);
}

static bool enter(void *arg)
{
  executor *x = arg;
  evolution *ev = x->ev;
  error err = { 0 };
  ev->state = x->state;
  return rollout_new(ev->plan, evolution_lanes(ev->e), &ev->room[0], &err) == EXIT_FINE;
}

static void begin(void *arg, int32_t worker)
{
  executor *x = arg;
  evolution *ev = x->ev;
  x->self = worker;
  ev->generation = x->order->generation;
  ev->of_centre = x->order->of_centre;
  memcpy(ev->turn, x->turn, (size_t)ev->n_task * sizeof *ev->turn);
}

static void work(void *arg, int64_t cell)
{
  executor *x = arg;
  evolution *ev = x->ev;
  const rollout *r = ev->room[0];
  const size_t n_episode = (size_t)ev->learning.n_episode;
  const int64_t first = cell * (int64_t)n_episode, at = evolution_place(ev, cell);
  note *own = &x->note[x->self];
  outcome o = { 0 };

  allow_writing(x, false);
  evolution_life(ev, 0, cell, &o);
  allow_writing(x, true);
  x->outcome[cell] = o;
  if (r->episode_return && !ev->of_centre) {
    memcpy(x->episode_return + first, r->episode_return, n_episode * sizeof *r->episode_return);
    memcpy(x->episode_length + first, r->episode_length, n_episode * sizeof *r->episode_length);
  }
  if (o.failure != FAILURE_NONE && (own->at < 0 || at < own->at)) {
    own->at = at;
    snprintf(own->text, sizeof own->text, "%s", o.why);
  }
}

/* ---- in the parent ---- */

/* Who did what, in words. */
static void describe(const executor *x, const processes_loss *l, char text[TEXT_SIZE])
{
  const experiment *e = x->ev->e;
  const culprit *c = &l->culprit;
  const hebb_plugin *plugin[] = { &e->env_plugin->base, &e->rule_plugin->base,
                                  &e->optimizer_plugin->base };
  static const char *const kind[] = { "environment", "rule", "optimizer" };
  const rollout_seeds seeds = evolution_seeds(x->ev, l->task);
  const int number = c->signal ? c->signal : WIFSIGNALED(l->status) ? WTERMSIG(l->status) : 0;
  const char *name = number ? sigabbrev_np(number) : NULL;
  char who[100] = "its worker process", what[100];

  if (c->file != CULPRIT_UNKNOWN)
    snprintf(who, sizeof who, "%s '%s'", kind[c->file], plugin[c->file]->name);
  if (l->too_long)
    snprintf(what, sizeof what, "takes longer than limits.rollout_seconds = %g",
             e->limits.rollout_seconds);
  else if (c->memory)
    snprintf(what, sizeof what, "died of SIG%s without memory, limits.memory = %g MB",
             name ? name : "?", e->limits.memory);
  else if (c->exited)
    snprintf(what, sizeof what, "ended the process with status %d", c->status);
  else if (number)
    snprintf(what, sizeof what, "crashed with SIG%s", name ? name : "?");
  else
    snprintf(what, sizeof what, "ended with status %d", WEXITSTATUS(l->status));
  snprintf(text, TEXT_SIZE, "%s %s; world seed %llu", who, what,
           (unsigned long long)seeds_world(&seeds, seeds.first_episode));
}

static void keep(executor *x, const note *new)
{
  int32_t k = x->n_lost < MOST_TOLD ? x->n_lost++ : MOST_TOLD - 1;
  if (k == MOST_TOLD - 1 && x->lost[k].at >= 0 && x->lost[k].at < new->at)
    return;
  for (; k > 0 && x->lost[k - 1].at > new->at; k--)
    x->lost[k] = x->lost[k - 1];
  x->lost[k] = *new;
}

static void lost(void *arg, const processes_loss *l)
{
  executor *x = arg;
  note new = { .at = evolution_place(x->ev, l->task) };
  x->outcome[l->task] = (outcome){ .total = NAN,
                                   .failure = l->too_long         ? FAILURE_TIMEOUT
                                              : l->culprit.memory ? FAILURE_MEMORY
                                                                  : FAILURE_CRASH };
  for (int32_t k = 0; k < x->ev->learning.n_episode && !x->ev->of_centre; k++) {
    x->episode_return[l->task * x->ev->learning.n_episode + k] = NAN;
    x->episode_length[l->task * x->ev->learning.n_episode + k] = 0;
  }
  describe(x, l, new.text);
  keep(x, &new);
}

/* The centre's lives belong to a generation that is done. */
static bool stop(void *arg)
{
  const executor *x = arg;
  return interrupt_requested() && !x->ev->of_centre;
}

static int share(executor *x, error *err)
{
  arena *a = &x->shared;
  processes_end(x->workers);
  processes_unshare(a->base, a->used);
  *a = (arena){ 0 };
  lay_out(x, a);
  a->used = (a->used + 4095) / 4096 * 4096;
  const size_t size = a->used;
  a->base = processes_share(size);
  if (!a->base) {
    a->used = 0;
    return error_add(err, EXIT_RUN_FAILED, "workers: no memory to share: %zu bytes", size);
  }
  a->used = 0;
  lay_out(x, a);
  a->used = size;
  x->state_size = x->ev->state_size;
  x->n_rule = x->ev->merge ? x->ev->merge->n_rule : 0;
  return EXIT_FINE;
}

static int open_executor(evolution *ev, error *err)
{
  const experiment *e = ev->e;
  executor *x = ev->executor = calloc(1, sizeof *x);
  if (!x)
    return error_add(err, EXIT_RUN_FAILED, "workers: no memory");
  x->ev = ev;
  x->file[0] = e->env.path;
  x->file[1] = e->rule.path;
  x->file[2] = e->optimizer.path;
  const processes_job job = { .arg = x,
                              .enter = enter,
                              .begin = begin,
                              .work = work,
                              .lost = lost,
                              .stop = stop,
                              .file = x->file,
                              .n_file = 3,
                              .seconds = e->limits.rollout_seconds,
                              .memory = e->limits.memory * 1048576 };
  return processes_new(ev->options->n_worker, &job, &x->workers, err);
}

/* Moves what the workers left into the evolution. */
static void take(executor *x, int64_t n_cell)
{
  evolution *ev = x->ev;
  const int64_t n_episode = ev->of_centre ? 0 : ev->learning.n_episode;
  int64_t first = -1;
  for (int64_t cell = 0; cell < n_cell; cell++) {
    outcome *o = &x->outcome[cell];
    const int64_t at = evolution_place(ev, cell);
    o->why = "failed";
    evolution_put(ev, cell, o, n_episode > 0 ? x->episode_return + cell * n_episode : NULL,
                  n_episode > 0 ? x->episode_length + cell * n_episode : NULL);
    if (o->failure != FAILURE_NONE && (first < 0 || at < first))
      first = at;
  }
  for (int32_t w = 0; w < ev->options->n_worker; w++)
    if (x->note[w].at >= 0)
      ev->why[x->note[w].at] = x->note[w].text;
  for (int32_t k = 0; k < x->n_lost; k++) {
    const int64_t at = x->lost[k].at;
    ev->why[at] = x->lost[k].text;
    const char *task = ev->e->task[ev->task[at % ev->n_task]].name;
    if (ev->of_centre)
      progress_note(&ev->progress, "generation %d: the centre failed in task '%s': %s",
                    ev->generation, task, x->lost[k].text);
    else if (at != first) // which is told of by whoever counts them
      progress_note(&ev->progress, "generation %d: individual %d failed in task '%s': %s",
                    ev->generation, (int)(at / ev->n_task), task, x->lost[k].text);
  }
}

int evolution_executor_run(evolution *ev, int64_t n_cell, error *err)
{
  if (!ev->executor && open_executor(ev, err) != EXIT_FINE)
    return err->status;
  executor *x = ev->executor;
  const int64_t n_rule = ev->merge ? ev->merge->n_rule : 0;
  if ((!x->shared.base || x->state_size != ev->state_size || x->n_rule != n_rule) &&
      share(x, err) != EXIT_FINE)
    return err->status;

  *x->order = (order){ .generation = ev->generation, .of_centre = ev->of_centre };
  memcpy(x->turn, ev->turn, (size_t)ev->n_task * sizeof *x->turn);
  memcpy(x->state, ev->state, ev->state_size);
  for (int64_t cell = 0; cell < n_cell; cell++)
    x->outcome[cell] = (outcome){ .total = NAN, .failure = FAILURE_CRASH }; // until it is lived
  for (int32_t w = 0; w < ev->options->n_worker; w++)
    x->note[w].at = -1;
  for (int32_t k = 0; k < MOST_TOLD; k++)
    x->lost[k].at = -1;
  x->n_lost = 0;
  const int status = processes_run(x->workers, n_cell, err);
  if (status == EXIT_FINE && !stop(x))
    take(x, n_cell);
  return status;
}

void evolution_executor_end(evolution *ev)
{
  executor *x = ev->executor;
  if (!x)
    return;
  processes_free(x->workers);
  processes_unshare(x->shared.base, x->shared.used);
  free(x);
}
