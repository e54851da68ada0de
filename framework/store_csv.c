/* store_csv.c - the one-dimensional series of a group side by side, for spreadsheets and scripts. */
#include "store_hdf5.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 256 };

typedef struct column {
  char name[STORE_MAX_NAME];
  store_type type;
  void *value;
  char **word;
} column;

typedef struct sheet {
  hid_t file;
  const char *path, *group;
  char dimension[1200]; /* path of the scale that the rows run along; "": not yet chosen */
  hsize_t n_row;
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

/* The first series of the group decides which dimension the rows run along. */
static int add_column(hid_t group, const char *name, void *arg)
{
  sheet *s = arg;
  char along[1200] = "", path[1200];
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

  column *c = &s->column[s->n];
  snprintf(c->name, sizeof c->name, "%s", name);
  snprintf(path, sizeof path, "%s/%s", s->group, name);
  c->type = type;
  if (type == STORE_TEXT)
    c->word = store_load_words(s->file, s->path, path, &n, s->err);
  else
    c->value = store_load(s->file, s->path, path, type, 1, &n, s->err);
  if (!c->word && !c->value)
    return s->err->status;
  if (s->n++ == 0)
    s->n_row = n;
  return n == s->n_row ? EXIT_FINE
                       : error_add(s->err, EXIT_IO, "%s: %s is of another length than %s", s->path,
                                   path, s->column[0].name);
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
  sheet s = {.path = path, .group = full, .err = err};
  if (snprintf(full, sizeof full, "%s%s", group[0] == '/' ? "" : "/", group) >= (int)sizeof full)
    return error_add(err, EXIT_CONFIGURATION, "inspect: the group's name is too long");
  if (store_open_input(path, &s.file, err) != EXIT_FINE)
    return err->status;
  s.column = calloc(MOST_COLUMNS, sizeof *s.column);
  const hid_t id = H5Gopen2(s.file, full, H5P_DEFAULT);
  int status = EXIT_FINE;
  if (!s.column)
    status = error_add(err, EXIT_RUN_FAILED, "%s: no memory for a table", path);
  else if (id < 0)
    status = no_group(&s);
  else if ((status = store_each_link(id, add_column, &s)) == EXIT_FINE && s.n == 0)
    status = error_add(err, EXIT_CONFIGURATION, "%s: %s has no series of one dimension", path, full);

  if (status == EXIT_FINE) {
    for (int k = 0; k < s.n; k++)
      fprintf(out, "%s%s", k ? "," : "", s.column[k].name);
    fputc('\n', out);
    for (hsize_t row = 0; row < s.n_row; row++) {
      for (int k = 0; k < s.n; k++) {
        if (k)
          fputc(',', out);
        print_cell(&s.column[k], row, out);
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
