/* history.c - rows of a run's generations, and the genomes that are kept. */
#include "history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"

int history_init(history *h, int32_t n_individual, int32_t n_task, int64_t n_gene,
                 const char *const *task_name, error *err)
{
  *h = (history){ .n_individual = n_individual, .n_task = n_task, .n_gene = n_gene };
  const char **name = calloc((size_t)n_task, sizeof *name);
  if (!name)
    return error_add(err, EXIT_RUN_FAILED, "history: no memory");
  memcpy(name, task_name, (size_t)n_task * sizeof *name);
  h->task_name = name;
  return EXIT_FINE;
}

void history_done(history *h)
{
  free((void *)(uintptr_t)h->task_name);
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
  *h = (history){ 0 };
}

/* Grows one array to `rows` rows of `width` elements. */
static int grow(void *array, size_t rows, size_t width, size_t element)
{
  void *old, *grown;
  memcpy(&old, array, sizeof old);
  grown = realloc(old, rows * width * element + 1);
  if (!grown)
    return -1;
  memcpy(array, &grown, sizeof grown);
  return 0;
}

int history_append(history *h, error *err)
{
  if (h->n_generation == h->capacity) {
    const size_t rows = h->capacity ? 2 * (size_t)h->capacity : 64;
    const size_t n = (size_t)h->n_individual;
    int refused = grow(&h->fitness, rows, n, sizeof *h->fitness) |
                  grow(&h->failure_kind, rows, n, sizeof *h->failure_kind) |
                  grow(&h->task_return_mean, rows, (size_t)h->n_task, sizeof(double));
    for (int k = 0; k < N_SERIES; k++)
      refused |= grow(&h->series[k], rows, 1, sizeof(double));
    for (int k = 0; k < h->n_scalar; k++)
      refused |= grow(&h->scalar[k], rows, 1, sizeof(double));
    if (refused)
      return error_add(err, EXIT_RUN_FAILED, "history: no memory for %zu generations", rows);
    h->capacity = (int32_t)rows;
  }

  const int32_t g = h->n_generation++;
  for (int32_t i = 0; i < h->n_individual; i++) {
    h->fitness[(int64_t)g * h->n_individual + i] = NAN;
    h->failure_kind[(int64_t)g * h->n_individual + i] = FAILURE_NONE;
  }
  for (int32_t t = 0; t < h->n_task; t++)
    h->task_return_mean[(int64_t)g * h->n_task + t] = NAN;
  for (int k = 0; k < N_SERIES; k++)
    h->series[k][g] = NAN;
  for (int k = 0; k < h->n_scalar; k++)
    h->scalar[k][g] = NAN;
  return EXIT_FINE;
}

int history_keep(history *h, int32_t generation, bool provisional, error *err)
{
  const bool replace = h->last_is_provisional;
  h->last_is_provisional = provisional;
  if (replace) {
    h->kept_generation[h->n_kept - 1] = generation;
    return EXIT_FINE;
  }
  if (h->n_kept == h->kept_capacity) {
    const size_t rows = (size_t)h->kept_capacity + (h->kept_capacity < 16 ? 4 : 16);
    const size_t n = (size_t)h->n_gene;
    if (grow(&h->kept_generation, rows, 1, sizeof(int32_t)) |
        grow(&h->centre, rows, n, sizeof(float)) | grow(&h->best, rows, n, sizeof(float)) |
        grow(&h->best_fitness, rows, 1, sizeof(double)) |
        grow(&h->best_generation, rows, 1, sizeof(int32_t)))
      return error_add(err, EXIT_RUN_FAILED, "history: no memory for %zu genomes", rows);
    h->kept_capacity = (int32_t)rows;
  }
  h->kept_generation[h->n_kept++] = generation;
  return EXIT_FINE;
}
