/* store_csv.c - a group as a table, for spreadsheets and scripts: its series side by side; of an
 * evaluation a row for each rollout of each condition. */
#include "store_hdf5.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 256 };

/* Which index of the table's rows a column's value belongs to. */
enum along { ALONG_ROW, ALONG_CONDITION, ALONG_ROLLOUT };

typedef struct column {
  char name[STORE_MAX_NAME];
  store_type type;
  enum along along;
  void *value;
  char **word;
} column;

typedef struct sheet {
  hid_t file;
  const char *path, *group;
  char dimension[1200]; /* path of the scale that the rows run along; "": not yet chosen */
  hsize_t n_row;
  hsize_t n_rollout; /* of an evaluation: rows run along condition, and within it along rollout */
  column *column;
  int n;
  error *err;
} sheet;

/* The scale that a one-dimensional data set runs along; "" where it is no series. */
static void dimension_of(hid_t data, char *path, size_t size)
{
  path[0] = '\0';
  const hid_t space = H5Dget_space(data);
  if (H5Sget_simple_extent_ndims(space) == 1) {
    if (H5DSis_scale(data) > 0)
      H5Iget_name(data, path, size);
    else
      store_scale_of(data, 0, path, size);
  }
  H5Sclose(space);
}

/* Loads a data set as the next column; n: its extents. */
static int load_column(sheet *s, const char *name, store_type type, int rank, enum along along,
                       hsize_t *n)
{
  char path[1200];
  column *c = &s->column[s->n];
  snprintf(c->name, sizeof c->name, "%s", name);
  snprintf(path, sizeof path, "%s/%s", s->group, name);
  c->type = type;
  c->along = along;
  if (type == STORE_TEXT)
    c->word = store_load_words(s->file, s->path, path, n, s->err);
  else
    c->value = store_load(s->file, s->path, path, type, rank, n, s->err);
  if (!c->word && !c->value)
    return s->err->status;
  s->n++;
  return EXIT_FINE;
}

/* The first series of the group decides which dimension the rows run along. */
static int add_column(hid_t group, const char *name, void *arg)
{
  sheet *s = arg;
  char along[1200] = "";
  store_type type = STORE_ANY;
  hsize_t n = 0;
  const hid_t data = H5Oopen(group, name, H5P_DEFAULT);
  if (data < 0)
    return store_error(s->err, s->path, "is damaged");
  if (H5Iget_type(data) == H5I_DATASET) {
    const hid_t stored = H5Dget_type(data);
    type = store_type_in_file(stored);
    H5Tclose(stored);
    dimension_of(data, along, sizeof along);
  }
  H5Oclose(data);
  if (!along[0] || type == STORE_ANY || s->n == MOST_COLUMNS)
    return EXIT_FINE;
  if (!s->dimension[0])
    snprintf(s->dimension, sizeof s->dimension, "%s", along);
  if (strcmp(along, s->dimension) != 0)
    return EXIT_FINE;

  if (load_column(s, name, type, 1, ALONG_ROW, &n) != EXIT_FINE)
    return s->err->status;
  if (s->n == 1)
    s->n_row = n;
  return n == s->n_row ? EXIT_FINE
                       : error_add(s->err, EXIT_IO, "%s: %s/%s is of another length than %s",
                                   s->path, s->group, name, s->column[0].name);
}

/* The columns of an evaluation, in the schema's order. */
static int add_rollouts(sheet *s)
{
  hsize_t n_condition = 0, n_rollout = 0;
  if (load_column(s, "condition", STORE_TEXT, 1, ALONG_CONDITION, &n_condition) != EXIT_FINE ||
      load_column(s, "rollout", STORE_I32, 1, ALONG_ROLLOUT, &n_rollout) != EXIT_FINE)
    return s->err->status;
  s->n_rollout = n_rollout;
  s->n_row = n_condition * n_rollout;
  for (const store_variable *row = store_schema; row->name; row++) {
    hsize_t n[2] = { 0, 0 };
    if (!row->dims || strcmp(row->group, "/evaluation") != 0 ||
        strcmp(row->dims, "condition rollout") != 0)
      continue;
    if (load_column(s, row->name, row->type, 2, ALONG_ROW, n) != EXIT_FINE)
      return s->err->status;
    if (n[0] != n_condition || n[1] != n_rollout)
      return error_add(s->err, EXIT_IO, "%s: %s/%s has not one value for each rollout", s->path,
                       s->group, row->name);
  }
  return EXIT_FINE;
}

static void print_text(const char *text, FILE *out)
{
  if (!strpbrk(text, ",\"\n\r")) {
    fputs(text, out);
    return;
  }
  fputc('"', out);
  for (const char *c = text; *c; c++) {
    if (*c == '"')
      fputc('"', out);
    fputc(*c, out);
  }
  fputc('"', out);
}

/* The fewest digits that read back as the same number. */
static void print_number(double value, bool is_float, FILE *out)
{
  char text[40];
  const int most = is_float ? 9 : 17;
  for (int digits = is_float ? 6 : 15; digits <= most; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, value);
    if (is_float ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value)
      break;
  }
  fputs(text, out);
}

static hsize_t index_of(const sheet *s, const column *c, hsize_t row)
{
  switch (c->along) {
  case ALONG_CONDITION: return row / s->n_rollout;
  case ALONG_ROLLOUT: return row % s->n_rollout;
  default: return row;
  }
}

static void print_cell(const column *c, hsize_t row, FILE *out)
{
  switch (c->type) {
  case STORE_F32: print_number((double)((const float *)c->value)[row], true, out); break;
  case STORE_F64: print_number(((const double *)c->value)[row], false, out); break;
  case STORE_I32: fprintf(out, "%" PRId32, ((const int32_t *)c->value)[row]); break;
  case STORE_I64: fprintf(out, "%" PRId64, ((const int64_t *)c->value)[row]); break;
  case STORE_U8: fprintf(out, "%u", ((const uint8_t *)c->value)[row]); break;
  default: print_text(c->word[row], out); break;
  }
}

static int no_group(const sheet *s)
{
  char there[600] = "";
  size_t n = 0;
  for (const store_variable *row = store_schema; row->name; row++)
    if (strchr(row->group, '*') == NULL && n < sizeof there &&
        (row == store_schema || strcmp(row->group, row[-1].group) != 0) &&
        strcmp(row->group, "/") != 0 && H5Lexists(s->file, row->group, H5P_DEFAULT) > 0)
      n += (size_t)snprintf(there + n, sizeof there - n, " %s", row->group + 1);
  return error_add(s->err, EXIT_CONFIGURATION, "%s: has no group %s%s%s", s->path, s->group,
                   n ? "; it has:" : "", there);
}

int store_inspect_csv(const char *path, const char *group, FILE *out, error *err)
{
  char full[1024];
  sheet s = { .path = path, .group = full, .err = err };
  if (snprintf(full, sizeof full, "%s%s", group[0] == '/' ? "" : "/", group) >= (int)sizeof full)
    return error_add(err, EXIT_CONFIGURATION, "inspect: the group's name is too long");
  if (store_open_input(path, &s.file, err) != EXIT_FINE)
    return err->status;
  if (store_check_version(s.file, path, err) != EXIT_FINE) {
    H5Fclose(s.file);
    return err->status;
  }
  s.column = calloc(MOST_COLUMNS, sizeof *s.column);
  const column *shown = s.column;
  const hid_t id = H5Gopen2(s.file, full, H5P_DEFAULT);
  int status = EXIT_FINE;
  if (!s.column)
    status = error_add(err, EXIT_RUN_FAILED, "%s: no memory for a table", path);
  else if (id < 0)
    status = no_group(&s);
  else if (store_kind_of_file(s.file) == STORE_EVALUATION && strcmp(full, "/evaluation") == 0)
    status = add_rollouts(&s);
  else if ((status = store_each_link(id, add_column, &s)) == EXIT_FINE && s.n == 0)
    status =
        error_add(err, EXIT_CONFIGURATION, "%s: %s has no series of one dimension", path, full);

  if (shown && status == EXIT_FINE) {
    for (int k = 0; k < s.n; k++)
      fprintf(out, "%s%s", k ? "," : "", shown[k].name);
    fputc('\n', out);
    for (hsize_t row = 0; row < s.n_row; row++) {
      for (int k = 0; k < s.n; k++) {
        if (k)
          fputc(',', out);
        print_cell(&shown[k], index_of(&s, &shown[k], row), out);
      }
      fputc('\n', out);
    }
  }
  for (int k = 0; s.column && k < MOST_COLUMNS; k++) {
    free(s.column[k].value);
    store_free_words(s.column[k].word);
  }
  free(s.column);
  if (id >= 0)
    H5Gclose(id);
  H5Fclose(s.file);
  return status;
}
