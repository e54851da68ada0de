/* evolve.c - one generation after another, and the file they leave. */
#include "evolve.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "evolution.h"
#include "run_folder.h"

static int keep_genome(evolution *ev, int32_t generation, bool provisional, error *err)
{
  history *h = &ev->history;
  const size_t n_gene = (size_t)h->n_gene;
  if (history_keep(h, generation, provisional, err) != EXIT_FINE)
    return err->status;
  const int32_t row = h->n_kept - 1;
  evolution_centre(ev, 0, h->centre + (size_t)row * n_gene);
  memcpy(h->best + (size_t)row * n_gene, ev->best_genome, n_gene * sizeof(float));
  h->best_fitness[row] = ev->best_fitness;
  h->best_generation[row] = ev->best_generation;
  return EXIT_FINE;
}

/* The published file gets a second name, should the disk damage the next one. */
static void keep_previous(const char *folder)
{
  char file[4096 + 16], previous[4096 + 16];
  snprintf(file, sizeof file, "%.4095s/run.h5", folder);
  snprintf(previous, sizeof previous, "%.4095s/run.prev.h5", folder);
  unlink(previous);
  // a file system without links has one chance only
  if (link(file, previous) != 0)
    errno = 0;
}

static int publish(evolution *ev, enum run_status status, error *err)
{
  const experiment *e = ev->e;
  history *h = &ev->history;
  layer_info layer[NETWORK_MAX_LAYER];
  const checkpoint c = { .generation = h->n_generation,
                         .evaluations = ev->evaluations,
                         .state = ev->state,
                         .state_size = ev->state_size,
                         .synapse_rule = ev->merge ? ev->merge->rule : NULL,
                         .n_synapse = ev->merge ? ev->merge->n_synapse : 0 };

  if (h->n_generation == 0)
    return EXIT_FINE;
  if ((h->n_kept == 0 || h->kept_generation[h->n_kept - 1] != h->n_generation - 1) &&
      keep_genome(ev, h->n_generation - 1, true, err) != EXIT_FINE)
    return err->status;
  plan_layers(ev->plan, layer);
  if (ev->published)
    keep_previous(ev->options->folder);
  const int written = store_run(ev->options->folder, status, ev->options->provenance, e,
                                &ev->plan->genome.shape, layer, ev->plan->network.n_layer,
                                &ev->plan->network.convolution, h, &ev->learning, &c, err);
  if (written != EXIT_FINE)
    return written;
  ev->published = true;
  return journal_restart(&ev->journal, err);
}

static void show(evolution *ev)
{
  const history *h = &ev->history;
  const int32_t g = h->n_generation - 1;
  progress_generation(&ev->progress, ev->generation, h->series[SERIES_FITNESS_MAX][g],
                      h->series[SERIES_FITNESS_MEAN][g], h->series[SERIES_ENV_STEPS][g],
                      h->series[SERIES_WALL_TIME][g]);
}

/* What the lives of the last generation have learnt. */
static void tell_of_learning(evolution *ev)
{
  const learning *l = &ev->learning;
  for (int32_t t = 0; l->generation >= 0 && t < l->n_task && l->n_episode > 0; t++) {
    const char *task = ev->e->task[ev->task[t]].name;
    const learning_summary s = learning_summarise(l, t);
    const int32_t window = l->window < l->n_episode ? l->window : l->n_episode;
    char when[80] = "";
    if (s.n_solved > 0)
      snprintf(when, sizeof when, ", at episode %g (median; %g to %g)", s.median, s.first, s.last);
    if (!isnan(l->solved[t]))
      progress_note(
          &ev->progress,
          "task '%s': %d of %d lives reached a mean return of %g over %d episodes%s; %d of "
          "them are there at episode %d",
          task, s.n_solved, s.n, l->solved[t], window, when, s.n_still, l->n_episode);
    progress_note(&ev->progress,
                  "task '%s': mean return of the last %d episodes %.4g, of the worst life %.4g%s",
                  task, window, s.final_mean, s.final_low,
                  s.n_failed > 0 ? "; lives that failed are not in it" : "");
  }
}

int evolution_advance(evolution *ev, error *err)
{
  const int64_t every = ev->e->record.genome_every;
  const int32_t done = ev->generation++;
  return every > 0 && (done + 1) % every == 0 ? keep_genome(ev, done, false, err) : EXIT_FINE;
}

/* At most a fiftieth of the time goes into files. */
static double pause_after(double publish_cost)
{
  const char *wanted = getenv("HEBB_PUBLISH_SECONDS");
  if (wanted && wanted[0])
    return strtod(wanted, NULL);
  return 50 * publish_cost > 1 ? 50 * publish_cost : 1;
}

/* Nothing more can follow: what the file says makes the journal superfluous. */
static int publish_last(evolution *ev, int status, error *err)
{
  const char *folder = ev->options->folder;
  const int published = publish(ev,
                                status == EXIT_FINE          ? RUN_COMPLETE
                                : status == EXIT_INTERRUPTED ? RUN_INTERRUPTED
                                                             : RUN_FAILED,
                                err);
  if (published != EXIT_FINE || !ev->published)
    return published;
  if (status == EXIT_FINE)
    run_folder_finish(folder);
  else
    journal_remove(folder);
  return EXIT_FINE;
}

static int run_generations(evolution *ev, error *err)
{
  double last_publish = 0, pause = 0;
  int status = EXIT_FINE;

  while (ev->generation < ev->e->run.generations) {
    status = evolution_generation(ev, err);
    if (status != EXIT_FINE)
      break;
    // where the disk fails nothing more is written: what it has is good
    if ((status = evolution_journal(ev, err)) != EXIT_FINE) {
      ev->history.n_generation--;
      return status;
    }
    show(ev); // what was shown is never lost
    if ((status = evolution_advance(ev, err)) != EXIT_FINE)
      break;

    const double now = clock_seconds();
    if (now - last_publish >= pause) {
      if ((status = publish(ev, RUN_RUNNING, err)) != EXIT_FINE)
        return status;
      last_publish = clock_seconds();
      pause = pause_after(last_publish - now);
    }
  }

  progress_end(&ev->progress);
  tell_of_learning(ev);
  const int published = publish_last(ev, status, err);
  return published != EXIT_FINE ? published : status;
}

static void summarise(const evolution *ev, evolve_result *result)
{
  const history *h = &ev->history;
  *result = (evolve_result){ .n_generation = h->n_generation,
                             .best_fitness = ev->best_fitness,
                             .best_generation = ev->best_generation };
  if (h->n_generation > 0) {
    result->first_mean = h->series[SERIES_FITNESS_MEAN][0];
    result->last_mean = h->series[SERIES_FITNESS_MEAN][h->n_generation - 1];
  }
}

int evolve(const experiment *e, const evolve_options *options, evolve_result *result, error *err)
{
  evolution ev = { .e = e, .options = options };
  const double begun = clock_seconds();
  int status = evolution_begin(&ev, err);

  options->provenance->executor = e->run.executor == EXECUTOR_PROCESS ? "process" : "threads";
  *result = (evolve_result){ 0 };
  const bool begun_here = status == EXIT_FINE && !options->resume;
  if (status == EXIT_FINE)
    status = evolution_open(&ev, err);
  if (status == EXIT_FINE) {
    const int32_t before = ev.generation;
    progress_begin(&ev.progress, ev.generation, e->run.generations);
    status = run_generations(&ev, err);
    progress_end(&ev.progress);
    summarise(&ev, result);
    result->n_before = before;
    result->seconds = clock_seconds() - begun;
    result->published = ev.published;
  }
  const bool kept = ev.published || status == EXIT_INTERRUPTED ||
                    (status == EXIT_IO && ev.history.n_generation > 0);
  if (begun_here && !kept)
    run_folder_forget(options->folder);
  evolution_end(&ev);
  return status;
}

int evolve_check(const experiment *e, int32_t n_worker, evolve_outline *outline, error *err)
{
  const evolve_options options = { .n_worker = n_worker };
  evolution ev = { .e = e, .options = &options };
  const int status = evolution_begin(&ev, err);

  *outline = (evolve_outline){ 0 };
  if (status == EXIT_FINE) {
    const network *net = &ev.plan->network;
    outline->n_layer = network_sizes(net, outline->size);
    outline->first = e->network.first;
    outline->convolution = net->convolution;
    outline->n_gene = ev.plan->genome.shape.n_gene;
  }
  evolution_end(&ev);
  return status;
}
