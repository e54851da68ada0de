/* table_fill.c - a table's own numbers, from the files of its rows.
 *
 * Below the table's folder of runs, ROW/seed-S/run.h5 is a run and eval-table.h5 beside it the evaluation of
 * its last centre; where there is no run of a row, a genome file that the row names is evaluated into
 * ROW/genome/eval-table.h5.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store.h"
#include "table_make.h"

typedef struct samples {
  double *value;
  size_t n, capacity;
} samples;

typedef struct filling {
  table *t;
  table_row *row;
  const table_options *how;
  error *err;
  samples *mean,
      *rollout; /* [n_cell] a mean for each seed, rollouts of the first; or lives in rollout */
  FILE *remark;
  char seeds[512];     /* "1,2,3": those that were found */
  const char *missing; /* why the first one that was not found was not */
  bool genome, stopped;
} filling;

static void add(filling *f, samples *s, double value)
{
  if (s->n == s->capacity) {
    const size_t capacity = s->capacity ? 2 * s->capacity : 64;
    double *grown = realloc(s->value, capacity * sizeof *grown);
    if (!grown) {
      f->stopped = true;
      error_add(f->err, EXIT_RUN_FAILED, "table: no memory for %zu numbers", capacity);
      return;
    }
    s->value = grown;
    s->capacity = capacity;
  }
  s->value[s->n++] = value;
}

/* ---- what goes wrong ---- */

static void lacks(filling *f, const char *why)
{
  f->missing = f->missing ? f->missing : why;
}

static void remark(filling *f, const char *sentence)
{
  if (sentence[0] && f->remark)
    fprintf(f->remark, "%s\n", sentence);
}

/* A step failed: said at once, and the others go on, unless a signal asked to stop. */
static void failed(filling *f, const error *one)
{
  error_print(one);
  lacks(f, one->status == EXIT_INTERRUPTED ? "interrupted" : "failed");
  if (one->status == EXIT_INTERRUPTED) {
    f->stopped = true;
    error_add(f->err, EXIT_INTERRUPTED, "table: interrupted; the same command goes on");
  } else if (f->err->status == EXIT_FINE)
    error_add(f->err, one->status, "table: not everything could be had; what failed is said above");
}

static void progress(const filling *f, int64_t seed, const char *what)
{
  if (f->genome)
    fprintf(stderr, "hebb: table: %s: %s %s\n", f->row->name, what, f->row->genome_path);
  else
    fprintf(stderr, "hebb: table: %s, seed %lld: %s\n", f->row->name, (long long)seed, what);
}

/* ---- a run ---- */

static bool agrees(filling *f, int64_t seed, const char *config_toml, const char *file)
{
  char why[TABLE_WHY_SIZE];
  const bool same = table_same_experiment(f->row, seed, config_toml, file, f->genome, why);
  remark(f, why);
  if (!same)
    lacks(f, "other settings");
  return same;
}

/* Whether a run that was begun may go on. */
static bool is_own(filling *f, int64_t seed, const char *file)
{
  error one = { 0 };
  char *config = NULL;
  if (store_read_config(file, &config, &one) != EXIT_FINE)
    failed(f, &one);
  const bool own = config && agrees(f, seed, config, file);
  free(config);
  return own;
}

/* Whether a complete run is there, or is made. */
static bool have_run(filling *f, int64_t seed, const char *folder, const char *file)
{
  error one = { 0 };
  enum run_status status = RUN_FAILED;
  for (int attempt = 0; attempt < 2; attempt++) {
    const bool there = table_is_file(file);
    if (there && store_read_status(file, &status, &one) != EXIT_FINE) {
      failed(f, &one);
      return false;
    }
    if (there && status == RUN_COMPLETE)
      return true;
    if (!f->row->path[0] || !f->how->train || attempt > 0) {
      lacks(f, !f->row->path[0] ? "no such experiment" : there ? "unfinished" : "no run");
      return false;
    }
    if (there && !is_own(f, seed, file))
      return false;
    progress(f, seed, there ? "was begun, and goes on" : "begins");
    if (table_make_run(f->row, seed, folder, f->how->workers, &one) != EXIT_FINE) {
      failed(f, &one);
      return false;
    }
  }
  return false;
}

static void found(filling *f, int64_t seed)
{
  const size_t n = strlen(f->seeds);
  snprintf(f->seeds + n, sizeof f->seeds - n, "%s%lld", n ? "," : "", (long long)seed);
  f->row->n_found++;
}

/* ---- evaluations ---- */

static int32_t condition_of(const stored_evaluation *v, const char *name)
{
  for (int32_t c = 0; c < v->n_condition; c++)
    if (strcmp(v->condition[c], name) == 0)
      return c;
  return -1;
}

static void put_evaluation(filling *f, int64_t seed, const stored_evaluation *v)
{
  table_row *row = f->row;
  const bool first = row->n_found == 0;
  found(f, seed);
  if (first || v->n_rollout < row->n_rollout)
    row->n_rollout = v->n_rollout;
  for (int32_t k = 0; k < row->n_cell; k++) {
    const int32_t c = condition_of(v, row->cell[k].name);
    double sum = 0;
    int64_t n = 0;
    if (c < 0)
      continue;
    for (int32_t i = 0; i < v->n_rollout; i++) {
      const double value = v->total_return[(int64_t)c * v->n_rollout + i];
      if (first)
        add(f, &f->rollout[k], value);
      if (isfinite(value)) {
        sum += value;
        n++;
      } else
        row->n_failed++;
    }
    add(f, &f->mean[k], n > 0 ? sum / (double)n : NAN);
  }
}

/* Whether an evaluation has a condition, or the steps of a sweep of that name. */
static bool covers(const stored_evaluation *v, const char *base)
{
  const size_t n = strlen(base);
  for (int32_t c = 0; c < v->n_condition; c++)
    if (strncmp(v->condition[c], base, n) == 0 &&
        (v->condition[c][n] == '\0' || strncmp(v->condition[c] + n, " at ", 4) == 0))
      return true;
  return false;
}

/* Whether a stored evaluation is what is wanted: of this genome, in so many rollouts, of all conditions. */
static bool is_wanted(const filling *f, const stored_evaluation *v, const stored_genome *g,
                      const char *const *condition, int32_t n_condition)
{
  const int64_t rollouts = f->how->rollouts > 0 ? f->how->rollouts : f->row->rollouts;
  bool all = true;
  for (int32_t k = 0; k < n_condition; k++)
    all = all && covers(v, condition[k]);
  return all && strcmp(v->genome_sha256, g->sha256) == 0 &&
         (rollouts == 0 || rollouts == v->n_rollout);
}

/* Evaluates a genome again where what is stored of it is not what is wanted. */
static bool renew(filling *f, int64_t seed, const char *source, const char *folder,
                  const char *output, const stored_genome *genome, stored_evaluation *v, error *one)
{
  const char **condition = calloc((size_t)f->row->n_cell + 1, sizeof *condition);
  if (!condition) {
    error_add(one, EXIT_RUN_FAILED, "table: no memory");
    return false;
  }
  const int32_t n = table_conditions(f->row, genome->config_toml, source, condition);
  if (!v->config_toml || !is_wanted(f, v, genome, condition, n)) {
    stored_evaluation_free(v);
    progress(f, seed, f->genome ? "evaluates" : "is evaluated");
    if (table_make_evaluation(f->row, condition, n, source, folder, output, f->how, one) ==
        EXIT_FINE)
      store_read_evaluation(output, v, one);
  }
  free((void *)(uintptr_t)condition);
  return one->status == EXIT_FINE;
}

/* The evaluation in a folder, of source or, where that does not exist, as it is. */
static void evaluate_source(filling *f, int64_t seed, const char *source, const char *folder)
{
  error one = { 0 };
  stored_genome genome = { 0 };
  stored_evaluation v = { 0 };
  char output[TABLE_PATH_SIZE];
  bool fine = true;

  snprintf(output, sizeof output, "%.4180s/eval-table.h5", folder);
  if (table_is_file(source))
    fine = store_read_genome(source, GENOME_CENTRE, -1, &genome, &one) == EXIT_FINE;
  if (fine && table_is_file(output))
    fine = store_read_evaluation(output, &v, &one) == EXIT_FINE;
  const char *config = genome.config_toml ? genome.config_toml : v.config_toml;
  if (fine && config && agrees(f, seed, config, genome.config_toml ? source : output)) {
    if (genome.config_toml)
      fine = renew(f, seed, source, folder, output, &genome, &v, &one);
    if (fine)
      put_evaluation(f, seed, &v);
  }
  if (!fine)
    failed(f, &one);
  stored_evaluation_free(&v);
  stored_genome_free(&genome);
}

static void evaluate_row(filling *f, const char *folder)
{
  char at[TABLE_PATH_SIZE], run[TABLE_PATH_SIZE], output[TABLE_PATH_SIZE];
  table_row *row = f->row;
  bool any = false;

  for (int32_t k = 0; k < row->n_seed && !any; k++) {
    snprintf(run, sizeof run, "%.4150s/seed-%lld/run.h5", folder, (long long)row->seed[k]);
    snprintf(output, sizeof output, "%.4150s/seed-%lld/eval-table.h5", folder,
             (long long)row->seed[k]);
    any = table_is_file(run) || table_is_file(output);
  }
  f->genome = !any && row->genome_path[0];
  if (f->genome) {
    snprintf(at, sizeof at, "%.4150s/genome", folder);
    evaluate_source(f, row->seed[0], row->genome_path, at);
    return;
  }
  for (int32_t k = 0; k < row->n_seed && !f->stopped; k++) {
    snprintf(at, sizeof at, "%.4150s/seed-%lld", folder, (long long)row->seed[k]);
    snprintf(run, sizeof run, "%.4180s/run.h5", at);
    snprintf(output, sizeof output, "%.4180s/eval-table.h5", at);
    // an evaluation whose run was not kept says enough
    if ((!table_is_file(run) && table_is_file(output)) || have_run(f, row->seed[k], at, run))
      evaluate_source(f, row->seed[k], run, at);
  }
}

/* ---- learning ---- */

/* The best mean return of a window of episodes. */
static double best_window(const learning *l, int32_t individual)
{
  const double *curve = l->episode_return + (int64_t)individual * l->n_task * l->n_episode;
  const int32_t window = l->window < l->n_episode ? l->window : l->n_episode;
  double best = NAN;
  for (int32_t k = window; k <= l->n_episode; k++) {
    double sum = 0;
    for (int32_t i = k - window; i < k; i++)
      sum += curve[i];
    if (isnan(best) || sum / window > best)
      best = sum / window;
  }
  return best;
}

static void put_lives(filling *f, int64_t seed, const learning *l)
{
  table_row *row = f->row;
  found(f, seed);
  for (int32_t i = 0; i < l->n_individual; i++) {
    double last;
    const int32_t when = learning_solved(l, i, 0, &last); // of the first task
    const double of[] = { [TABLE_SOLVED] = when > 0,
                          [TABLE_SOLVED_EPISODE] = when > 0 ? (double)when : NAN,
                          [TABLE_FINAL_RETURN] = last,
                          [TABLE_BEST_RETURN] = best_window(l, i) };
    for (int32_t k = 0; k < row->n_cell; k++) {
      const int q = row->cell[k].quantity;
      if ((q == TABLE_SOLVED || q == TABLE_SOLVED_EPISODE) && isnan(l->solved[0]))
        continue; // the world does not say when
      add(f, &f->rollout[k], of[q]);
    }
  }
}

static void learn_row(filling *f, const char *folder)
{
  char at[TABLE_PATH_SIZE], run[TABLE_PATH_SIZE];
  table_row *row = f->row;
  for (int32_t k = 0; k < row->n_seed && !f->stopped; k++) {
    error one = { 0 };
    stored_genome origin = { 0 };
    learning curves = { 0 };
    snprintf(at, sizeof at, "%.4150s/seed-%lld", folder, (long long)row->seed[k]);
    snprintf(run, sizeof run, "%.4180s/run.h5", at);
    if (!have_run(f, row->seed[k], at, run))
      continue;
    if (store_read_genome(run, GENOME_CENTRE, -1, &origin, &one) != EXIT_FINE)
      failed(f, &one);
    else if (agrees(f, row->seed[k], origin.config_toml, run)) {
      if (store_read_learning(run, &curves, &one) == EXIT_FINE)
        put_lives(f, row->seed[k], &curves);
      else
        failed(f, &one);
    }
    learning_done(&curves);
    stored_genome_free(&origin);
  }
}

/* ---- a row ---- */

static void put_numbers(filling *f)
{
  table_row *row = f->row;
  for (int32_t k = 0; k < row->n_cell; k++) {
    table_cell *cell = &row->cell[k];
    samples *lives = &f->rollout[k], *means = &f->mean[k];
    if (row->what == TABLE_LEARNING)
      table_put_lives(cell, lives->value, lives->n);
    else if (row->n_found > 1)
      table_put_mean(cell, means->value, means->n, TABLE_OVER_SEEDS);
    else
      table_put_mean(cell, lives->value, lives->n, TABLE_OVER_ROLLOUTS);
    if (cell->ours.known)
      continue;
    const char *why = f->missing ? f->missing : "no run";
    if (row->n_found > 0 && row->what == TABLE_EVALUATE)
      why = lives->n > 0 ? "every rollout failed" : "no such condition";
    else if (row->n_found > 0)
      why = lives->n == 0 ? "the world does not say when" : "none did";
    snprintf(cell->missing, sizeof cell->missing, "%s", why);
  }
}

static void name_files(const filling *f, const char *folder)
{
  table_row *row = f->row;
  char text[TABLE_PATH_SIZE + sizeof f->seeds];
  const char *file = row->what == TABLE_LEARNING ? "run.h5" : "eval-table.h5";
  if (row->n_found == 0)
    return;
  if (f->genome)
    snprintf(text, sizeof text, "%s/genome/%s", folder, file);
  else
    snprintf(text, sizeof text, row->n_found > 1 ? "%s/seed-{%s}/%s" : "%s/seed-%s/%s", folder,
             f->seeds, file);
  row->files = strdup(text);
}

static void fill_row(filling *f)
{
  table_row *row = f->row;
  char folder[TABLE_PATH_SIZE];
  size_t size;

  snprintf(folder, sizeof folder, "%.4000s/%s", f->how->runs, row->folder);
  f->mean = calloc((size_t)row->n_cell, sizeof *f->mean);
  f->rollout = calloc((size_t)row->n_cell, sizeof *f->rollout);
  f->remark = open_memstream(&row->remark, &size);
  if (!f->mean || !f->rollout || !f->remark) {
    error_add(f->err, EXIT_RUN_FAILED, "table: no memory");
    f->stopped = true;
  } else {
    if (row->what == TABLE_LEARNING)
      learn_row(f, folder);
    else
      evaluate_row(f, folder);
    put_numbers(f);
    name_files(f, folder);
  }
  if (f->remark)
    fclose(f->remark);
  for (int32_t k = 0; k < row->n_cell; k++) {
    if (f->mean)
      free(f->mean[k].value);
    if (f->rollout)
      free(f->rollout[k].value);
  }
  free(f->mean);
  free(f->rollout);
}

int table_fill(table *t, const table_options *how, error *err)
{
  bool stopped = false;
  for (int32_t k = 0; k < t->n_row && !stopped; k++) {
    filling f = { .t = t, .row = &t->row[k], .how = how, .err = err };
    if (t->row[k].wanted)
      fill_row(&f);
    stopped = f.stopped;
  }
  return err->status;
}
