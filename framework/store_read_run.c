/* store_read_run.c - a run read back so that it can go on: history, kept genomes, checkpoint. */
#include "store_hdf5.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

typedef struct source { /* what every step below reads from; after a failure nothing more is read */
  hid_t file;
  const char *path;
  error *err;
} source;

/* Loads a data set whose extents are known; where want[i] is 0 it takes what the file has. */
static void *load(const source *s, const char *name, store_type type, int rank, hsize_t *want)
{
  hsize_t dims[STORE_MAX_RANK] = { 0 };
  void *value = s->err->status == EXIT_FINE
                    ? store_load(s->file, s->path, name, type, rank, dims, s->err)
                    : NULL;
  for (int i = 0; value && i < rank; i++) {
    if (want[i] == 0)
      want[i] = dims[i];
    if (want[i] != dims[i] || dims[i] > INT32_MAX) {
      error_add(s->err, EXIT_IO, "%s: %s has %" PRIu64 " values along dimension %d, not %" PRIu64,
                s->path, name, (uint64_t)dims[i], i, (uint64_t)want[i]);
      free(value);
      value = NULL;
    }
  }
  return value;
}

/* A series that the file does not have. */
static double *no_series(const source *s, size_t n)
{
  double *value = malloc(n * sizeof *value + 1);
  if (!value)
    error_add(s->err, EXIT_RUN_FAILED, "%s: no memory for %zu generations", s->path, n);
  for (size_t g = 0; value && g < n; g++)
    value[g] = NAN;
  return value;
}

static void read_generations(const source *s, history *h)
{
  hsize_t n[2] = { 0, 0 }, by_task[2] = { 0, 0 };
  char path[STORE_MAX_NAME + 16], name[STORE_MAX_NAME];
  h->fitness = load(s, "/generations/fitness", STORE_F32, 2, n);
  h->failure_kind = load(s, "/generations/failure_kind", STORE_U8, 2, n);
  by_task[0] = n[0];
  h->task_return_mean = load(s, "/generations/task_return_mean", STORE_F64, 2, by_task);
  h->n_generation = h->capacity = (int32_t)n[0];
  h->n_individual = (int32_t)n[1];
  h->n_task = (int32_t)by_task[1];
  for (int k = 0; k < N_SERIES; k++) {
    snprintf(path, sizeof path, "/generations/%s", store_series_name(k));
    if (k == SERIES_RULES && H5Lexists(s->file, path, H5P_DEFAULT) <= 0)
      h->series[k] = no_series(s, (size_t)n[0]);
    else
      h->series[k] = load(s, path, STORE_F64, 1, n);
  }
  // scalars of the optimizer are found by the names that it declares now
  for (int32_t k = 0; k < h->n_scalar; k++) {
    store_scalar_name(&h->scalar_info[k], name);
    snprintf(path, sizeof path, "/generations/%s", name);
    h->scalar[k] = load(s, path, STORE_F64, 1, n);
  }
}

static void read_genomes(const source *s, history *h)
{
  hsize_t n[2] = { 0, 0 };
  if (H5Lexists(s->file, "/genomes", H5P_DEFAULT) <= 0)
    return;
  h->centre = load(s, "/genomes/centre", STORE_F32, 2, n);
  h->best = load(s, "/genomes/best", STORE_F32, 2, n);
  h->kept_generation = load(s, "/genomes/generation", STORE_I32, 1, n);
  h->best_fitness = load(s, "/genomes/best_fitness", STORE_F64, 1, n);
  h->best_generation = load(s, "/genomes/best_generation", STORE_I32, 1, n);
  h->n_kept = h->kept_capacity = (int32_t)n[0];
  h->n_gene = (int64_t)n[1];
}

static void read_learning(const source *s, stored_run *run)
{
  hsize_t n[3] = { 0, 0, 0 };
  if (H5Lexists(s->file, "/learning", H5P_DEFAULT) <= 0)
    return;
  run->episode_return = load(s, "/learning/return", STORE_F64, 3, n);
  run->episode_length = load(s, "/learning/length", STORE_I32, 3, n);
  run->n_learnt = (size_t)(n[0] * n[1] * n[2]);
}

/* What the state rests on: checksum, optimizer, and agreement with the history. */
static void check_state(const source *s, stored_run *run)
{
  double number = 0, crc = -1;
  char *optimizer = NULL;
  const hid_t group = H5Gopen2(s->file, "/checkpoint", H5P_DEFAULT);
  const hid_t state = H5Dopen2(s->file, "/checkpoint/state", H5P_DEFAULT);
  if (!store_text_attribute(group, "optimizer", &optimizer) ||
      !store_number_attribute(group, "evaluations", &number) ||
      !store_number_attribute(state, "crc32", &crc))
    error_add(s->err, EXIT_IO, "%s: its checkpoint lacks optimizer, evaluations or crc32", s->path);
  else if ((unsigned long)crc != crc32_z(crc32_z(0, NULL, 0), run->state, run->state_size))
    error_add(s->err, EXIT_IO,
              "%s: the optimizer's state in its checkpoint is damaged: the checksum "
              "is wrong",
              s->path);
  else if (run->generation != run->history.n_generation)
    error_add(s->err, EXIT_IO,
              "%s: its checkpoint is of generation %" PRId32 ", its history of %" PRId32, s->path,
              run->generation, run->history.n_generation);
  if (optimizer)
    snprintf(run->optimizer, sizeof run->optimizer, "%s", optimizer);
  run->evaluations = (int64_t)number;
  free(optimizer);
  H5Dclose(state);
  H5Gclose(group);
}

static void read_checkpoint(const source *s, stored_run *run)
{
  hsize_t n = 0;
  int32_t *generation = load(s, "/checkpoint/generation", STORE_I32, 0, NULL);
  if (generation)
    run->generation = *generation;
  free(generation);
  run->state = load(s, "/checkpoint/state", STORE_U8, 1, &n);
  run->state_size = (size_t)n;
  if (run->state)
    check_state(s, run);
}

static void read_synapse_rules(const source *s, stored_run *run)
{
  static const char name[] = "/genome_layout/synapse_rule";
  hsize_t n = 0;
  if (H5Lexists(s->file, "/genome_layout", H5P_DEFAULT) <= 0 ||
      H5Lexists(s->file, name, H5P_DEFAULT) <= 0)
    return;
  run->synapse_rule = load(s, name, STORE_I32, 1, &n);
  run->n_synapse = (int64_t)n;
}

int store_read_run(const char *path, const hebb_array *scalar, int32_t n_scalar, stored_run *run,
                   error *err)
{
  source s = { .path = path, .err = err };
  *run = (stored_run){ 0 };
  run->history.n_scalar = n_scalar < HISTORY_MAX_SCALAR ? n_scalar : HISTORY_MAX_SCALAR;
  for (int32_t k = 0; k < run->history.n_scalar; k++)
    run->history.scalar_info[k] = scalar[k];
  if (store_open_input(path, &s.file, err) != EXIT_FINE)
    return err->status;
  if (store_input_kind(s.file, path, STORE_RUN, err) &&
      store_load_text(s.file, path, "/provenance/config_toml", &run->config_toml, err) ==
          EXIT_FINE) {
    store_read_origin(s.file, path, run, err);
    read_generations(&s, &run->history);
    read_genomes(&s, &run->history);
    read_learning(&s, run);
    read_checkpoint(&s, run);
    read_synapse_rules(&s, run);
  }
  H5Fclose(s.file);
  if (err->status != EXIT_FINE)
    stored_run_free(run);
  return err->status;
}

void stored_run_free(stored_run *run)
{
  history *h = &run->history;
  free(h->fitness);
  free(h->failure_kind);
  free(h->task_return_mean);
  for (int k = 0; k < N_SERIES; k++)
    free(h->series[k]);
  for (int k = 0; k < HISTORY_MAX_SCALAR; k++)
    free(h->scalar[k]);
  free(h->kept_generation);
  free(h->centre);
  free(h->best);
  free(h->best_fitness);
  free(h->best_generation);
  free(run->config_toml);
  free(run->config_source);
  store_free_words(run->override);
  free(run->command_line);
  free(run->episode_return);
  free(run->episode_length);
  free(run->state);
  free(run->synapse_rule);
  *run = (stored_run){ 0 };
}
