/* actions.c - a file of actions: one row a decision, columns separated by commas. */
#include "actions.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct reader {
  const char *path;
  int line;
  const hebb_env_shape *shape;
  error *err;
} reader;

static int refuse(const reader *r, const char *sentence)
{
  return error_add(r->err, EXIT_CONFIGURATION, "%s:%d: %s", r->path, r->line, sentence);
}

static char *trim(char *text)
{
  static const char blank[] = " \t\r\n";
  text += strspn(text, blank);
  size_t length = strlen(text);
  while (length > 0 && strchr(blank, text[length - 1]))
    text[--length] = '\0';
  return text;
}

static bool is_number(const char *text, double *value)
{
  char *end;
  *value = strtod(text, &end);
  return end != text && *end == '\0';
}

static int32_t count_columns(const char *row)
{
  int32_t n = 1;
  for (; *row; row++)
    n += *row == ',';
  return n;
}

static int check_columns(const reader *r, const char *row)
{
  const int32_t n = count_columns(row), want = r->shape->n_act;
  if (n == want)
    return EXIT_FINE;
  char sentence[512];
  int used = snprintf(sentence, sizeof sentence, "%d column%s, but an action has %d", n,
                      n == 1 ? "" : "s", want);
  if (r->shape->act_name && want <= 16) {
    used += snprintf(sentence + used, sizeof sentence - (size_t)used, ":");
    for (int32_t k = 0; k < want && used < (int)sizeof sentence; k++)
      used += snprintf(sentence + used, sizeof sentence - (size_t)used, "%s%s", k ? ", " : " ",
                       r->shape->act_name[k]);
  }
  return refuse(r, sentence);
}

static int check_value(const reader *r, const char *field, int32_t column, bool number,
                       double value)
{
  char sentence[256];
  const int32_t n_choice = r->shape->n_choice;
  if (!number)
    snprintf(sentence, sizeof sentence, "column %d: '%.60s' is no number", column + 1, field);
  else if (!isfinite(value))
    snprintf(sentence, sizeof sentence, "column %d: an action is a finite number, not %.60s",
             column + 1, field);
  else if (n_choice > 0 && (value != floor(value) || value < 0 || value >= n_choice))
    snprintf(sentence, sizeof sentence, "an action here is a whole number from 0 to %d, not %.60s",
             n_choice - 1, field);
  else
    return EXIT_FINE;
  return refuse(r, sentence);
}

/* One row that is not empty -> n_act numbers. */
static int read_row(const reader *r, char *row, double *value)
{
  if (check_columns(r, row) != EXIT_FINE)
    return r->err->status;
  for (int32_t k = 0; k < r->shape->n_act; k++) {
    char *comma = strchr(row, ',');
    if (comma)
      *comma = '\0';
    const char *field = trim(row);
    const bool number = is_number(field, &value[k]);
    if (check_value(r, field, k, number, value[k]) != EXIT_FINE)
      return r->err->status;
    if (comma)
      row = comma + 1;
  }
  return EXIT_FINE;
}

/* A row of names: none of its fields is a number, so that a slip in the first row is not swallowed. */
static bool is_header(const char *row)
{
  for (;; row++) {
    char field[64];
    double value;
    const size_t n = strcspn(row, ",");
    snprintf(field, sizeof field, "%.*s", (int)n, row);
    if (is_number(trim(field), &value))
      return false;
    row += n;
    if (!*row)
      return true;
  }
}

static int add_row(reader *r, char *row, int32_t *capacity, actions *out)
{
  const size_t n_act = (size_t)r->shape->n_act;
  if (out->n_row == *capacity) {
    if (*capacity > INT32_MAX / 2)
      return refuse(r, "too many rows");
    *capacity = *capacity ? 2 * *capacity : 1024;
    double *grown = realloc(out->value, (size_t)*capacity * n_act * sizeof *grown);
    if (!grown)
      return error_add(r->err, EXIT_RUN_FAILED, "%s: no memory for its rows", r->path);
    out->value = grown;
  }
  if (read_row(r, row, out->value + (size_t)out->n_row * n_act) != EXIT_FINE)
    return r->err->status;
  out->n_row++;
  return EXIT_FINE;
}

static int read_rows(reader *r, FILE *file, actions *out)
{
  char *line = NULL;
  size_t size = 0;
  int32_t capacity = 0;
  bool first = true;
  int status = EXIT_FINE;
  while (status == EXIT_FINE && getline(&line, &size, file) >= 0) {
    static const char byte_order_mark[] = "\xef\xbb\xbf"; // spreadsheets begin a file with it
    const size_t skip =
        r->line++ == 0 && strncmp(line, byte_order_mark, 3) == 0 ? sizeof byte_order_mark - 1 : 0;
    char *row = trim(line + skip);
    if (!*row)
      continue;
    if (first && is_header(row))
      status = check_columns(r, row);
    else
      status = add_row(r, row, &capacity, out);
    first = false;
  }
  free(line);
  if (status == EXIT_FINE && ferror(file))
    status = error_add(r->err, EXIT_IO, "%s: %s", r->path, strerror(errno));
  if (status == EXIT_FINE && out->n_row == 0)
    status = error_add(r->err, EXIT_CONFIGURATION,
                       "%s: holds no action: write a row for each decision", r->path);
  return status;
}

int actions_read(const char *path, const hebb_env_shape *shape, actions *out, error *err)
{
  *out = (actions){ 0 };
  FILE *file = fopen(path, "r");
  if (!file)
    return error_add(err, EXIT_IO, "%s: %s", path, strerror(errno));
  reader r = { path, 0, shape, err };
  const int status = read_rows(&r, file, out);
  fclose(file);
  if (status != EXIT_FINE)
    actions_free(out);
  return status;
}

void actions_free(actions *a)
{
  free(a->value);
  *a = (actions){ 0 };
}
