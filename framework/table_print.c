/* table_print.c - a filled table as text, Markdown or LaTeX. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

enum column {
  COLUMN_ROW,
  COLUMN_CELL,
  COLUMN_CLAIM,
  COLUMN_PUBLISHED,
  COLUMN_PUBLISHED_BOUNDS,
  COLUMN_OURS,
  COLUMN_SD,
  COLUMN_BOUNDS,
  COLUMN_OVER,
  COLUMN_SEEDS,
  COLUMN_ROLLOUTS,
  COLUMN_DIFFERENCE,
  COLUMN_OVERLAP,
  N_COLUMN
};
enum { CELL_SIZE = 400 };

typedef struct sheet {
  const table *t;
  const char *heading[N_COLUMN];
  bool shown[N_COLUMN], numeric[N_COLUMN];
  int width[N_COLUMN];
  char *note; /* a line each */
  FILE *out;
  int format;
} sheet;

/* ---- what stands in a cell ---- */

/* Enough decimals for numbers of the size of `scale`. */
static int decimals(double scale)
{
  const double size = fabs(scale);
  return size >= 1000 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
}

static void put_bounds(char *text, const table_number *p)
{
  const int d = decimals(p->value);
  if (p->known && !isnan(p->bounds.low) && !isnan(p->bounds.high))
    snprintf(text, CELL_SIZE, "%.*f to %.*f", d, p->bounds.low, d, p->bounds.high);
}

static void put_published(char *text, const table_cell *cell)
{
  const table_number *p = &cell->published;
  if (!p->known)
    return;
  if (cell->quantity == TABLE_SOLVED)
    snprintf(text, CELL_SIZE, "%lld of %lld", (long long)p->count, (long long)p->n);
  else if (isnan(p->sd))
    snprintf(text, CELL_SIZE, "%.10g", p->value);
  else
    snprintf(text, CELL_SIZE, "%.10g ± %.10g", p->value, p->sd);
}

static void put_ours(char *text, const table_row *row, const table_cell *cell)
{
  const table_number *p = &cell->ours;
  if (!p->known)
    snprintf(text, CELL_SIZE, "%s%s", row->n_found > 0 ? "" : "not run: ", cell->missing);
  else if (cell->quantity == TABLE_SOLVED)
    snprintf(text, CELL_SIZE, "%lld of %lld", (long long)p->count, (long long)p->n);
  else
    snprintf(text, CELL_SIZE, "%.*f", decimals(p->value), p->value);
}

static void put_seeds(char *text, const table_row *row, const table_cell *cell)
{
  if (row->what == TABLE_LEARNING && cell->ours.known)
    snprintf(text, CELL_SIZE, "%lld", (long long)cell->ours.n);
  else if (row->n_found == 0 || row->n_found == row->n_seed)
    snprintf(text, CELL_SIZE, "%d", row->n_found);
  else
    snprintf(text, CELL_SIZE, "%d of %d", row->n_found, row->n_seed);
}

static void put_cell(char text[CELL_SIZE], const table_row *row, const table_cell *cell, int column)
{
  const table_number *ours = &cell->ours, *published = &cell->published;
  const int overlap = stats_overlap(ours->bounds, published->bounds);
  const bool both = ours->known && published->known;
  text[0] = '\0';
  switch (column) {
  case COLUMN_ROW: snprintf(text, CELL_SIZE, "%s", row->name); break;
  case COLUMN_CELL: snprintf(text, CELL_SIZE, "%s", cell->label); break;
  case COLUMN_CLAIM: snprintf(text, CELL_SIZE, "%s", cell->claim ? cell->claim : ""); break;
  case COLUMN_PUBLISHED: put_published(text, cell); break;
  case COLUMN_PUBLISHED_BOUNDS: put_bounds(text, published); break;
  case COLUMN_OURS: put_ours(text, row, cell); break;
  case COLUMN_SD:
    if (ours->known && !isnan(ours->sd))
      snprintf(text, CELL_SIZE, "%.*f", decimals(ours->value), ours->sd);
    break;
  case COLUMN_BOUNDS: put_bounds(text, ours); break;
  case COLUMN_OVER: snprintf(text, CELL_SIZE, "%s", table_over_name(ours)); break;
  case COLUMN_SEEDS: put_seeds(text, row, cell); break;
  case COLUMN_ROLLOUTS:
    if (ours->known && row->n_rollout > 0)
      snprintf(text, CELL_SIZE, "%d", row->n_rollout);
    break;
  case COLUMN_DIFFERENCE:
    if (both)
      snprintf(text, CELL_SIZE, "%+.*f", decimals(ours->value), ours->value - published->value);
    break;
  default:
    if (both && overlap >= 0)
      snprintf(text, CELL_SIZE, "%s", overlap ? "yes" : "no");
    break;
  }
}

/* ---- notes ---- */

static void note_row(FILE *out, const table_row *row)
{
  if (row->note)
    fprintf(out, "%s: %s\n", row->name, row->note);
  if (!row->path[0])
    fprintf(out, "%s: there is no experiment '%s'\n", row->name, row->experiment);
  if (row->files) {
    fprintf(out, "%s: %s", row->name, row->experiment);
    for (int32_t k = 0; k < row->n_set; k++)
      fprintf(out, "%s%s", k > 0 ? ", " : " with ", row->set[k]);
    fprintf(out, ", from %s\n", row->files);
  }
  if (row->n_failed > 0)
    fprintf(out, "%s: %lld rollouts failed and are not counted\n", row->name,
            (long long)row->n_failed);
  if (row->n_found > 0 && row->n_found < row->n_seed && row->what == TABLE_LEARNING)
    fprintf(out, "%s: %d of %d runs\n", row->name, row->n_found, row->n_seed);
  for (const char *line = row->remark; line && *line;) {
    const size_t length = strcspn(line, "\n");
    fprintf(out, "%.*s\n", (int)length, line);
    line += length + (line[length] == '\n');
  }
}

static void note_intervals(FILE *out, const table *t)
{
  static const char *const sentence[] = {
    [TABLE_OVER_ROLLOUTS] =
        "over rollouts: one seed was trained, sd and interval are of its rollouts "
        "and say nothing of other seeds",
    [TABLE_OVER_SEEDS] = "over seeds: sd and interval are of the seeds' means",
    [TABLE_OVER_LIVES] =
        "over lives: each is a seed of its own; a share has Wilson's interval, a median one "
        "between two values",
  };
  bool used[4] = { false };
  for (int32_t r = 0; r < t->n_row; r++)
    for (int32_t c = 0; t->row[r].wanted && c < t->row[r].n_cell; c++)
      if (t->row[r].cell[c].ours.known)
        used[t->row[r].cell[c].ours.over] = true;
  for (int k = TABLE_OVER_ROLLOUTS; k <= TABLE_OVER_LIVES; k++)
    if (used[k])
      fprintf(out, "%s\n", sentence[k]);
}

/* Whether anything is missing that training would bring. */
static bool lacks_run(const table *t)
{
  for (int32_t r = 0; r < t->n_row; r++) {
    const table_row *row = &t->row[r];
    if (row->wanted && row->path[0] && row->n_found < (row->genome_path[0] ? 1 : row->n_seed))
      return true;
  }
  return false;
}

static char *make_notes(const table *t, const char *command)
{
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  if (!out)
    return NULL;
  if (t->note)
    fprintf(out, "%s\n", t->note);
  for (int32_t r = 0; r < t->n_row; r++)
    if (t->row[r].wanted)
      note_row(out, &t->row[r]);
  note_intervals(out, t);
  if (lacks_run(t))
    fprintf(out, "Not run: the command below with --run trains it\n");
  fprintf(out, "Made by: %s\n", command);
  if (fclose(out) == 0)
    return text;
  free(text);
  return NULL;
}

/* ---- escaping ---- */

static void put_latex(const char *text, FILE *out)
{
  for (const char *c = text; *c; c++) {
    if (strncmp(c, "±", 2) == 0) {
      fputs("$\\pm$", out);
      c++;
    } else if (strchr("&%$#_{}", *c))
      fprintf(out, "\\%c", *c);
    else if (*c == '\\')
      fputs("\\textbackslash{}", out);
    else if (*c == '~')
      fputs("\\textasciitilde{}", out);
    else if (*c == '^')
      fputs("\\textasciicircum{}", out);
    else if (*c == '<' || *c == '>' || *c == '|')
      fprintf(out, "$%c$", *c);
    else
      fputc(*c, out);
  }
}

static void put_markdown(const char *text, FILE *out)
{
  for (; *text; text++) {
    if (strchr("|\\*_`<[]", *text))
      fputc('\\', out);
    fputc(*text, out);
  }
}

static void escape(const sheet *s, const char *text, FILE *out)
{
  if (s->format == TABLE_LATEX)
    put_latex(text, out);
  else if (s->format == TABLE_MARKDOWN)
    put_markdown(text, out);
  else
    fputs(text, out);
}

/* A text as the format writes it; "" stands as "-" among others. */
static void escaped(const sheet *s, const char *text, char out[2 * CELL_SIZE])
{
  out[0] = '\0';
  FILE *f = fmemopen(out, 2 * CELL_SIZE, "w");
  if (!f)
    return;
  escape(s, text[0] ? text : "-", f);
  fclose(f);
}

/* ---- aligned formats ---- */

/* Characters, not bytes, of UTF-8. */
static int characters(const char *text)
{
  int n = 0;
  for (; *text; text++)
    n += ((unsigned char)*text & 0xc0) != 0x80;
  return n;
}

typedef void (*visit)(sheet *s, const table_row *row, const table_cell *cell);

static void each_cell(sheet *s, visit call)
{
  for (int32_t r = 0; r < s->t->n_row; r++)
    for (int32_t c = 0; s->t->row[r].wanted && c < s->t->row[r].n_cell; c++)
      call(s, &s->t->row[r], &s->t->row[r].cell[c]);
}

static void measure(sheet *s, const table_row *row, const table_cell *cell)
{
  char text[CELL_SIZE], shown[2 * CELL_SIZE];
  for (int k = 0; k < N_COLUMN; k++) {
    put_cell(text, row, cell, k);
    s->shown[k] = s->shown[k] || text[0];
    escaped(s, text, shown);
    const int n = characters(shown);
    s->width[k] = n > s->width[k] ? n : s->width[k];
  }
}

static void put_padded(const sheet *s, const char *text, int column, bool last)
{
  const int blanks = s->width[column] - characters(text);
  if (s->numeric[column])
    fprintf(s->out, "%*s", blanks > 0 ? blanks : 0, "");
  fputs(text, s->out);
  if (!s->numeric[column] && (!last || s->format != TABLE_TEXT))
    fprintf(s->out, "%*s", blanks > 0 ? blanks : 0, "");
}

static int last_column(const sheet *s)
{
  int last = 0;
  for (int k = 0; k < N_COLUMN; k++)
    last = s->shown[k] ? k : last;
  return last;
}

/* A line of the table: texts [N_COLUMN], escaped. */
static void put_line(const sheet *s, char (*text)[2 * CELL_SIZE])
{
  static const char *const between[] = { "  ", " | ", " & " };
  static const char *const before[] = { "", "| ", "" }, *const after[] = { "", " |", " \\\\" };
  const int last = last_column(s);
  fputs(before[s->format], s->out);
  for (int k = 0; k <= last; k++)
    if (s->shown[k]) {
      put_padded(s, text[k], k, k == last);
      fputs(k == last ? after[s->format] : between[s->format], s->out);
    }
  fputc('\n', s->out);
}

static void put_cells(sheet *s, const table_row *row, const table_cell *cell)
{
  char text[CELL_SIZE], line[N_COLUMN][2 * CELL_SIZE];
  for (int k = 0; k < N_COLUMN; k++) {
    put_cell(text, row, cell, k);
    escaped(s, text, line[k]);
  }
  put_line(s, line);
}

static void put_heading(sheet *s)
{
  char line[N_COLUMN][2 * CELL_SIZE];
  for (int k = 0; k < N_COLUMN; k++) {
    escaped(s, s->heading[k], line[k]);
    const int n = characters(line[k]);
    s->width[k] = n > s->width[k] ? n : s->width[k];
  }
  if (s->format == TABLE_LATEX) {
    fputs("\\begin{tabular}{", s->out);
    for (int k = 0; k < N_COLUMN; k++)
      if (s->shown[k])
        fputc(s->numeric[k] ? 'r' : 'l', s->out);
    fputs("}\n\\hline\n", s->out);
  }
  put_line(s, line);
  if (s->format == TABLE_LATEX) {
    fputs("\\hline\n", s->out);
    return;
  }
  if (s->format == TABLE_TEXT)
    return;
  fputc('|', s->out);
  for (int k = 0; k < N_COLUMN; k++)
    if (s->shown[k]) {
      for (int i = 0; i < s->width[k] + 1; i++)
        fputc('-', s->out);
      fputs(s->numeric[k] ? ":|" : "-|", s->out);
    }
  fputc('\n', s->out);
}

static void put_notes(const sheet *s)
{
  static const char *const mark[] = { "", "- ", "% " };
  if (s->format != TABLE_LATEX)
    fputc('\n', s->out);
  for (const char *line = s->note; *line;) {
    char text[8192];
    const size_t length = strcspn(line, "\n");
    snprintf(text, sizeof text, "%.*s", (int)(length < 8000 ? length : 8000), line);
    fputs(mark[s->format], s->out);
    if (s->format == TABLE_MARKDOWN)
      put_markdown(text, s->out);
    else
      fputs(text, s->out); // in LaTeX a comment
    fputc('\n', s->out);
    line += length + (line[length] == '\n');
  }
}

static void print_aligned(sheet *s)
{
  const table *t = s->t;
  each_cell(s, measure);
  if (s->format == TABLE_LATEX)
    fputs("\\begin{table}\n\\caption{", s->out);
  else if (s->format == TABLE_MARKDOWN)
    fputs("**", s->out);
  escape(s, t->title, s->out);
  if (s->format == TABLE_MARKDOWN)
    fputs("**", s->out);
  if (t->paper) {
    fputs(s->format == TABLE_LATEX ? ". " : s->format == TABLE_TEXT ? "\n" : "\n\n", s->out);
    escape(s, t->paper, s->out);
  }
  fputs(s->format == TABLE_LATEX ? "}\n" : "\n\n", s->out);
  put_heading(s);
  each_cell(s, put_cells);
  if (s->format == TABLE_LATEX)
    fputs("\\hline\n\\end{tabular}\n\\end{table}\n", s->out);
  put_notes(s);
}

/* What the cells of a table are called. */
static const char *cell_heading(const table *t)
{
  int n_learning = 0;
  for (int32_t r = 0; r < t->n_row; r++)
    n_learning += t->row[r].what == TABLE_LEARNING;
  return n_learning == 0 ? "condition" : n_learning == t->n_row ? "quantity" : "of";
}

int table_print(const table *t, int format, const char *command, FILE *out, error *err)
{
  if (format == TABLE_CSV) {
    table_print_csv(t, command, out);
    return err->status;
  }
  sheet s = {
    .t = t,
    .heading = { "row", cell_heading(t), "claimed", t->reference, "its 95 %", "ours", "sd",
                 "our 95 %", "over", "seeds", "rollouts", "difference", "overlap" },
    .numeric = { [COLUMN_PUBLISHED] = true,
                 [COLUMN_PUBLISHED_BOUNDS] = true,
                 [COLUMN_OURS] = true,
                 [COLUMN_SD] = true,
                 [COLUMN_BOUNDS] = true,
                 [COLUMN_SEEDS] = true,
                 [COLUMN_ROLLOUTS] = true,
                 [COLUMN_DIFFERENCE] = true },
    .note = make_notes(t, command),
    .out = out,
    .format = format,
  };
  if (!s.note)
    return error_add(err, EXIT_RUN_FAILED, "table: no memory");
  print_aligned(&s);
  free(s.note);
  return err->status;
}
