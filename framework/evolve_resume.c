/* evolve_resume.c - a run that goes on.
 *
 *     run.h5        generations 0 .. n - 1, and the optimizer's state after them
 *     run.journal   generation n, n + 1, ...: the results of their lives as the workers left them
 *
 * Candidates are a pure function of the state, and tell and the history are one of the lives' results:
 * a generation of the journal is done again without a life, with the same bits. A checksum of the
 * state, taken when it was done first, proves it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "evolution.h"
#include "run_folder.h"

/* What a record of the journal begins with. */
typedef struct front {
  double wall_time;
  uint64_t state_crc; /* after tell */
} front;

typedef struct part {
  void *at;
  size_t size;
} part;

enum { N_PART = 6 };

/* The results of a generation's lives, the centre's included; learning curves are committed when it is
   done. */
static size_t parts_of(const evolution *ev, bool done, part list[N_PART])
{
  const learning *l = &ev->learning;
  const size_t episodes = (size_t)l->n_individual * (size_t)l->n_task * (size_t)l->n_episode;
  const size_t n = (size_t)ev->n, cells = (n + 1) * (size_t)ev->n_task;
  size_t size = sizeof(front);
  list[0] = (part){ ev->total, cells * sizeof *ev->total };
  list[1] = (part){ ev->length, cells * sizeof *ev->length };
  list[2] = (part){ ev->mean_square, n * sizeof *ev->mean_square };
  list[3] = (part){ ev->failure, cells * sizeof *ev->failure };
  list[4] = (part){ done ? l->episode_return : l->next_return, episodes * sizeof(double) };
  list[5] = (part){ done ? l->episode_length : l->next_length, episodes * sizeof(int32_t) };
  for (int k = 0; k < N_PART; k++)
    size += list[k].size;
  return size;
}

static uint64_t state_crc(const evolution *ev)
{
  return crc32_z(crc32_z(0, NULL, 0), ev->state, ev->state_size);
}

int evolution_journal(evolution *ev, error *err)
{
  part list[N_PART];
  const front f = {
    .wall_time = ev->history.series[SERIES_WALL_TIME][ev->history.n_generation - 1],
    .state_crc = state_crc(ev),
  };
  char *to = journal_payload(&ev->journal);
  parts_of(ev, true, list);
  memcpy(to, &f, sizeof f);
  to += sizeof f;
  for (int k = 0; k < N_PART; k++) {
    if (list[k].size > 0)
      memcpy(to, list[k].at, list[k].size);
    to += list[k].size;
  }
  return journal_append(&ev->journal, ev->generation, err);
}

/* The generation whose record was read last. */
static int redo(evolution *ev, error *err)
{
  part list[N_PART];
  front f;
  const char *from = journal_payload(&ev->journal);
  parts_of(ev, false, list);
  memcpy(&f, from, sizeof f);
  from += sizeof f;
  for (int k = 0; k < N_PART; k++) {
    if (list[k].size > 0)
      memcpy(list[k].at, from, list[k].size);
    from += list[k].size;
  }
  if (evolution_redo(ev, f.wall_time, err) != EXIT_FINE)
    return err->status;
  if (state_crc(ev) != f.state_crc) {
    provenance *p = ev->options->provenance;
    p->start_changed[p->n_start - 1] = 1;
    if (!ev->options->force)
      return error_add(err, EXIT_MISMATCH,
                       "%s: generation %" PRId32 ", told again, leaves another state of the "
                       "optimizer than it did: this processor or this build computes otherwise; "
                       "resume it where it began, or go on from here with --force",
                       ev->journal.path, ev->generation);
  }
  return evolution_advance(ev, err);
}

static void say_what_came_back(evolution *ev, int32_t first, bool gap, bool torn)
{
  progress *p = &ev->progress;
  if (ev->generation > first)
    progress_note(p,
                  "run.journal gives back %" PRId32
                  " generation%s, of which nothing is lived again",
                  ev->generation - first, ev->generation - first == 1 ? "" : "s");
  if (torn)
    progress_note(p,
                  "run.journal ends within a record, which is dropped: the generation in flight");
  if (gap)
    progress_note(p,
                  "run.journal goes on after a gap, which is lived again from generation %" PRId32,
                  ev->generation);
}

/* Does again what the journal has beyond the published file, and leaves it ready for what follows. */
static int redo_journal(evolution *ev, error *err)
{
  journal *j = &ev->journal;
  const int32_t first = ev->generation;
  bool gap = false, torn = false;
  int64_t generation;
  int64_t good = j->first;

  while (!gap && ev->generation < ev->e->run.generations && journal_next(j, &generation, &torn)) {
    gap = generation > ev->generation;
    if (generation == ev->generation && redo(ev, err) != EXIT_FINE)
      return err->status;
    if (!gap)
      good = j->end;
  }
  say_what_came_back(ev, first, gap, torn);
  return journal_cut(j, good, err);
}

static journal_owner owner_of(const evolution *ev)
{
  const experiment *e = ev->e;
  const provenance *p = ev->options->provenance;
  const char *const sha256[3] = { e->env.sha256, e->rule.sha256, e->optimizer.sha256 };
  journal_owner owner = { 0 };
  memcpy(owner.run_id, p->run_id, sizeof owner.run_id);
  memcpy(owner.created, p->created, sizeof owner.created);
  memcpy(owner.config_sha256, e->sha256, sizeof owner.config_sha256);
  for (int k = 0; k < 3; k++)
    memcpy(owner.plugin_sha256[k], sha256[k], sizeof owner.plugin_sha256[k]);
  return owner;
}

static int new_journal(evolution *ev, error *err)
{
  part list[N_PART];
  const journal_owner owner = owner_of(ev);
  return journal_create(&ev->journal, ev->options->folder, &owner, parts_of(ev, false, list), err);
}

/* What the file must agree with. */
static int check_fit(const evolution *ev, const stored_run *run, error *err)
{
  const history *h = &run->history;
  const learning *l = &ev->learning;
  const size_t n_learnt = (size_t)l->n_individual * (size_t)l->n_task * (size_t)l->n_episode;
  const int32_t n_kept = h->n_kept;
  const char *optimizer = ev->e->optimizer.plugin->name;
  if (strcmp(run->optimizer, optimizer) != 0 || run->state_size != ev->state_size)
    return error_add(err, EXIT_MISMATCH,
                     "%s: its checkpoint is %zu bytes of optimizer %s, and %s wants %zu bytes",
                     ev->options->published, run->state_size, run->optimizer, optimizer,
                     ev->state_size);
  // where nothing evolves no genome is kept
  const bool keeps = ev->history.n_gene > 0;
  if (h->n_individual != ev->n || h->n_task != ev->n_task || run->generation < 1 ||
      h->n_gene != ev->history.n_gene || run->n_learnt != n_learnt || keeps != (n_kept > 0) ||
      (keeps && h->kept_generation[n_kept - 1] != run->generation - 1))
    return error_add(err, EXIT_MISMATCH, "%s: its history is not one of its own experiment",
                     ev->options->published);
  return EXIT_FINE;
}

/* The best individual so far is that of the last kept row; without genomes, by the history. */
static void take_best(evolution *ev)
{
  const history *h = &ev->history;
  const int32_t last = h->n_kept - 1;
  const size_t n_gene = (size_t)h->n_gene;
  if (last >= 0) {
    memcpy(ev->best_genome, h->best + (size_t)last * n_gene, n_gene * sizeof *ev->best_genome);
    ev->best_fitness = h->best_fitness[last];
    ev->best_generation = h->best_generation[last];
    return;
  }
  for (int32_t g = 0; g < h->n_generation; g++)
    if (h->series[SERIES_FITNESS_MAX][g] > ev->best_fitness) {
      ev->best_fitness = h->series[SERIES_FITNESS_MAX][g];
      ev->best_generation = g;
    }
}

/* Moves a published run into the evolution. */
static void take(evolution *ev, stored_run *run)
{
  history *h = &ev->history, *from = &run->history;
  const int64_t every = ev->e->record.genome_every;

  from->task_name = h->task_name;
  *h = *from;
  *from = (history){ 0 };
  h->last_is_provisional =
      h->n_kept > 0 && (every <= 0 || (h->kept_generation[h->n_kept - 1] + 1) % every != 0);
  take_best(ev);
  if (run->n_learnt > 0) {
    memcpy(ev->learning.next_return, run->episode_return, run->n_learnt * sizeof(double));
    memcpy(ev->learning.next_length, run->episode_length, run->n_learnt * sizeof(int32_t));
    learning_commit(&ev->learning, run->generation - 1);
  }
  memcpy(ev->state, run->state, ev->state_size);
  ev->evaluations = run->evaluations;
  ev->generation = run->generation;
  ev->published = true;
}

static int take_published(evolution *ev, error *err)
{
  stored_run run;
  const history *h = &ev->history;
  int status = store_read_run(ev->options->published, h->scalar_info, h->n_scalar, &run, err);
  if (status != EXIT_FINE)
    return status;
  status = evolution_merge_resume(ev, &run, err);
  if (status == EXIT_FINE)
    status = check_fit(ev, &run, err);
  if (status == EXIT_FINE)
    take(ev, &run);
  stored_run_free(&run);
  return status;
}

int evolution_open(evolution *ev, error *err)
{
  const evolve_options *o = ev->options;
  provenance *p = o->provenance;
  part list[N_PART];
  journal_owner owner;

  if (!o->resume)
    return run_folder_begin(o->folder, ev->e, err) == EXIT_FINE ? new_journal(ev, err)
                                                                : err->status;
  if (o->published && take_published(ev, err) != EXIT_FINE)
    return err->status;
  const bool own = journal_read_owner(o->folder, &owner) && strcmp(owner.run_id, p->run_id) == 0;
  int status = own ? journal_open(&ev->journal, o->folder, parts_of(ev, false, list), err)
                   : new_journal(ev, err);
  if (status == EXIT_FINE && own)
    status = redo_journal(ev, err);
  p->start_generation[p->n_start - 1] = ev->generation;
  return status;
}
