/* table_sample.c - a table's numbers from samples: means, shares and medians with 95 % intervals. */
#include <math.h>
#include <stdlib.h>

#include "table.h"

const char *table_quantity_name(int quantity)
{
  static const char *const name[] = { "return", "solved", "solved_episode", "final_return",
                                      "best_return" };
  return name[quantity];
}

const char *table_quantity_label(int quantity)
{
  static const char *const label[] = { "mean return", "solved", "episode of solving (median)",
                                       "mean return at the end", "best mean return" };
  return label[quantity];
}

const char *table_over_name(const table_number *number)
{
  static const char *const name[] = { "", "rollouts", "seeds", "lives" };
  return name[number->known ? number->over : TABLE_OVER_NOTHING];
}

static int ascending(const void *a, const void *b)
{
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Moves what is finite to the front, ascending. */
static size_t finite_ones(double *sample, size_t n)
{
  size_t kept = 0;
  for (size_t k = 0; k < n; k++)
    if (isfinite(sample[k]))
      sample[kept++] = sample[k];
  if (kept > 0)
    qsort(sample, kept, sizeof *sample, ascending);
  return kept;
}

void table_put_mean(table_cell *cell, double *sample, size_t n, int over)
{
  table_number *ours = &cell->ours;
  double sum = 0, squares = 0;
  n = finite_ones(sample, n);
  *ours = (table_number){ .known = n > 0, .n = (int64_t)n, .over = over };
  for (size_t k = 0; k < n; k++)
    sum += sample[k];
  ours->value = n > 0 ? sum / (double)n : NAN;
  for (size_t k = 0; k < n; k++)
    squares += (sample[k] - ours->value) * (sample[k] - ours->value);
  ours->sd = n > 1 ? sqrt(squares / (double)(n - 1)) : NAN;
  ours->bounds = stats_mean_interval(ours->value, ours->sd, ours->n);
}

static void put_share(table_cell *cell, const double *sample, size_t n)
{
  table_number *ours = &cell->ours;
  *ours = (table_number){ .known = n > 0, .sd = NAN, .n = (int64_t)n, .over = TABLE_OVER_LIVES };
  for (size_t k = 0; k < n; k++)
    ours->count += sample[k] > 0;
  ours->value = n > 0 ? (double)ours->count / (double)n : NAN;
  ours->bounds = stats_share_interval(ours->count, ours->n);
}

static void put_median(table_cell *cell, double *sample, size_t n)
{
  table_number *ours = &cell->ours;
  n = finite_ones(sample, n);
  *ours = (table_number){ .known = n > 0, .sd = NAN, .n = (int64_t)n, .over = TABLE_OVER_LIVES };
  ours->value = n > 0 ? 0.5 * (sample[(n - 1) / 2] + sample[n / 2]) : NAN;
  ours->bounds = stats_median_interval(sample, n);
}

void table_put_lives(table_cell *cell, double *sample, size_t n)
{
  switch (cell->quantity) {
  case TABLE_SOLVED: put_share(cell, sample, n); break;
  case TABLE_SOLVED_EPISODE: put_median(cell, sample, n); break;
  default: table_put_mean(cell, sample, n, TABLE_OVER_LIVES); break;
  }
}
