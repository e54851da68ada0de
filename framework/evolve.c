/* evolve.c - one generation after another, and the file they leave. */
#include "evolve.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "evolution.h"
#include "run_folder.h"

static int keep_genome(evolution *ev, bool provisional, error *err)
{
  history *h = &ev->history;
  const size_t n_gene = (size_t)h->n_gene;
  if (history_keep(h, ev->generation, provisional, err) != EXIT_FINE)
    return err->status;
  const int32_t row = h->n_kept - 1;
  evolution_centre(ev, 0, h->centre + (size_t)row * n_gene);
  memcpy(h->best + (size_t)row * n_gene, ev->best_genome, n_gene * sizeof(float));
  h->best_fitness[row] = ev->best_fitness;
  h->best_generation[row] = ev->best_generation;
  return EXIT_FINE;
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
  if (h->n_kept == 0 || h->kept_generation[h->n_kept - 1] != h->n_generation - 1) {
    const int32_t present = ev->generation;
    ev->generation = h->n_generation - 1;
    const int kept = keep_genome(ev, true, err);
    ev->generation = present;
    if (kept != EXIT_FINE)
      return kept;
  }
  plan_layers(ev->plan, layer);
  const int written = store_run(ev->options->folder, status, ev->options->provenance, e,
                                &ev->plan->genome.shape, layer, ev->plan->network.n_layer,
                                &ev->plan->network.convolution, h, &ev->learning, &c, err);
  if (written != EXIT_FINE || ev->published)
    return written;
  ev->published = true;
  return run_folder_store_experiment(ev->options->folder, e, err);
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
                  "task '%s': mean return of the last %d episodes %.4g, of the worst life %.4g",
                  task, window, s.final_mean, s.final_low);
  }
}

static int run_generations(evolution *ev, error *err)
{
  const experiment *e = ev->e;
  double last_publish = 0, publish_cost = 0;
  int status = EXIT_FINE;

  for (; ev->generation < e->run.generations; ev->generation++) {
    status = evolution_generation(ev, err);
    if (status != EXIT_FINE)
      break;
    show(ev);
    const int64_t every = e->record.genome_every;
    if (every > 0 && (ev->generation + 1) % every == 0 &&
        (status = keep_genome(ev, false, err)) != EXIT_FINE)
      break;

    // at most a fiftieth of the time goes into files
    const double now = clock_seconds(), pause = 50 * publish_cost > 1 ? 50 * publish_cost : 1;
    if (now - last_publish > pause) {
      if ((status = publish(ev, RUN_RUNNING, err)) != EXIT_FINE)
        return status;
      last_publish = clock_seconds();
      publish_cost = last_publish - now;
    }
  }

  progress_end(&ev->progress);
  tell_of_learning(ev);
  const enum run_status how = status == EXIT_FINE          ? RUN_COMPLETE
                              : status == EXIT_INTERRUPTED ? RUN_INTERRUPTED
                                                           : RUN_FAILED;
  const int published = publish(ev, how, err);
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

  *result = (evolve_result){ 0 };
  if (status == EXIT_FINE) {
    progress_begin(&ev.progress, ev.generation, e->run.generations);
    status = run_generations(&ev, err);
    summarise(&ev, result);
    result->seconds = clock_seconds() - begun;
    result->published = ev.published;
  }
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
