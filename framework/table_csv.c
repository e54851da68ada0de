/* table_csv.c - a filled table as CSV (RFC 4180, lines ended by LF): every number in full, nothing left out. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "param.h"
#include "table.h"

static void put_csv(const char *text, FILE *out)
{
  if (!strpbrk(text, ",\"\n\r")) {
    fputs(text, out);
    return;
  }
  fputc('"', out);
  for (; *text; text++) {
    if (*text == '"')
      fputc('"', out);
    fputc(*text, out);
  }
  fputc('"', out);
}

static void put_csv_number(double value, FILE *out)
{
  char text[PARAM_NUMBER_SIZE];
  fputc(',', out);
  if (isfinite(value))
    fputs(param_number(value, false, text), out);
}

static void put_csv_sample(const table_number *p, FILE *out)
{
  put_csv_number(p->known ? p->value : NAN, out);
  put_csv_number(p->known ? p->sd : NAN, out);
  put_csv_number(p->known ? p->bounds.low : NAN, out);
  put_csv_number(p->known ? p->bounds.high : NAN, out);
  put_csv_number(p->known && p->n > 0 ? (double)p->n : NAN, out);
}

static void put_csv_line(const table *t, const table_row *row, const table_cell *cell,
                         const char *command, FILE *out)
{
  const table_number *ours = &cell->ours, *published = &cell->published;
  const bool both = ours->known && published->known;
  const int overlap = both ? stats_overlap(ours->bounds, published->bounds) : -1;
  const char *const word[] = { row->name, cell->name, table_quantity_name(cell->quantity),
                               cell->claim ? cell->claim : "" };
  put_csv(t->name, out);
  for (int k = 0; k < 4; k++) {
    fputc(',', out);
    put_csv(word[k], out);
  }
  put_csv_sample(published, out);
  put_csv_sample(ours, out);
  fprintf(out, ",%s,%d,%d", table_over_name(ours), row->n_found, row->n_seed);
  put_csv_number(ours->known && row->n_rollout > 0 ? (double)row->n_rollout : NAN, out);
  put_csv_number(both ? ours->value - published->value : NAN, out);
  fprintf(out, ",%s,", overlap < 0 ? "" : overlap ? "yes" : "no");
  put_csv(ours->known ? "" : cell->missing, out);
  fputc(',', out);
  put_csv(row->files ? row->files : "", out);
  fputc(',', out);
  put_csv(command, out);
  fputc('\n', out);
}

void table_print_csv(const table *t, const char *command, FILE *out)
{
  fputs(
      "table,row,cell,quantity,claim,published,published_sd,published_low,published_high,published_n,"
      "ours,sd,low,high,n,over,seeds,seeds_wanted,rollouts,difference,overlap,not_run,files,command\n",
      out);
  for (int32_t r = 0; r < t->n_row; r++)
    for (int32_t c = 0; t->row[r].wanted && c < t->row[r].n_cell; c++)
      put_csv_line(t, &t->row[r], &t->row[r].cell[c], command, out);
}
