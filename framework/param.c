/* param.c - parameter rows: one row is default, range, check, help and record of a parameter.
 *
 * Fields are reached by offset and memcpy, so that a row whose offset is odd is no undefined
 * behaviour before param_check_rows has refused it.
 */
#include "param.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static char *field(const hebb_param *row, const void *config, uint32_t index)
{
  const size_t size = row->type == HEBB_TYPE_REAL ? sizeof(double) : sizeof(int64_t);
  return (char *)config + row->offset + index * size;
}

/* Where the length of a PARAM_LIST stands: behind its elements. */
static char *length_field(const hebb_param *row, const void *config)
{
  return field(row, config, row->count);
}

/* How many elements a row has in this config. */
static uint32_t length_of(const hebb_param *row, const void *config)
{
  if (!(row->flags & PARAM_LIST))
    return row->count;
  int32_t length;
  memcpy(&length, length_field(row, config), sizeof length);
  return (uint32_t)length;
}

const hebb_param *param_find(const hebb_param *rows, const char *key)
{
  for (const hebb_param *row = rows; row && row->key; row++)
    if (strcmp(row->key, key) == 0)
      return row;
  return NULL;
}

/* ---- defaults ---- */

static void store_number(const hebb_param *row, void *config, uint32_t index, double value)
{
  if (row->type == HEBB_TYPE_REAL) {
    memcpy(field(row, config, index), &value, sizeof value);
  } else {
    const int64_t integer = (int64_t)value;
    memcpy(field(row, config, index), &integer, sizeof integer);
  }
}

static void default_list(const hebb_param *row, void *config)
{
  int32_t n = 0;
  for (const char *at = row->choices; *at && (uint32_t)n < row->count; n++) {
    char *end;
    store_number(row, config, (uint32_t)n, strtod(at, &end));
    at = end + strspn(end, ", ");
  }
  memcpy(length_field(row, config), &n, sizeof n);
}

void param_defaults(const hebb_param *rows, void *config)
{
  for (const hebb_param *row = rows; row && row->key; row++) {
    const bool flag = row->def != 0;
    const int32_t first = 0;
    const bool left_out = row->flags & HEBB_PARAM_OPTIONAL;

    if (row->flags & PARAM_LIST)
      default_list(row, config);
    else if (row->type == HEBB_TYPE_BOOLEAN)
      memcpy(field(row, config, 0), &flag, sizeof flag);
    else if (row->type == HEBB_TYPE_CHOICE)
      memcpy(field(row, config, 0), &first, sizeof first);
    else if (row->type == HEBB_TYPE_TEXT)
      memcpy(field(row, config, 0), &row->choices, sizeof row->choices);
    else
      for (uint32_t i = 0; i < row->count; i++)
        store_number(row, config, i, left_out ? NAN : row->def);
  }
}

/* ---- setting ---- */

const char *param_shown(const char *text, char buffer[PARAM_SHOWN_SIZE])
{
  if (snprintf(buffer, PARAM_SHOWN_SIZE, "%s", text) >= PARAM_SHOWN_SIZE)
    strcpy(buffer + PARAM_SHOWN_SIZE - 4, "...");
  for (char *c = buffer; *c; c++)
    if ((unsigned char)*c < 0x20 || *c == 0x7f)
      *c = '?';
  return buffer;
}

int param_refuse(const hebb_param *row, const char *found, const char *where, error *err)
{
  char wants[96] = "", words[512];
  const char *what = row->type == HEBB_TYPE_INTEGER ? "whole number" : "number";

  if (row->type == HEBB_TYPE_BOOLEAN)
    snprintf(wants, sizeof wants, "true or false");
  else if (row->type == HEBB_TYPE_TEXT)
    snprintf(wants, sizeof wants, "a text in quotes");
  else if (row->type == HEBB_TYPE_CHOICE)
    return error_add(err, EXIT_CONFIGURATION, "%s: wants one of %s, not %s", where,
                     param_allowed_text(row, words, sizeof words), found);
  else if (row->flags & PARAM_LIST)
    snprintf(wants, sizeof wants, "an array of 0 to %u %ss", row->count, what);
  else if (row->count > 1)
    snprintf(wants, sizeof wants, "a %s or an array of %u", what, row->count);
  else
    snprintf(wants, sizeof wants, "a %s", what);
  return error_add(err, EXIT_CONFIGURATION, "%s: wants %s, not %s", where, wants, found);
}

static int refuse_range(const hebb_param *row, const char *value, const char *where, error *err)
{
  char range[80];
  return error_add(err, EXIT_CONFIGURATION, "%s: %s is out of range %s%s%s", where, value,
                   param_allowed_text(row, range, sizeof range),
                   row->unit[0] && strcmp(row->unit, "1") != 0 ? " " : "",
                   strcmp(row->unit, "1") != 0 ? row->unit : "");
}

int param_set_real(const hebb_param *row, void *config, uint32_t index, double value,
                   const char *where, error *err)
{
  char number[PARAM_NUMBER_SIZE];

  if (row->type != HEBB_TYPE_REAL)
    return param_refuse(row, param_number(value, true, number), where, err);
  if (!isfinite(value))
    return error_add(err, EXIT_CONFIGURATION, "%s: %s is not a finite number", where,
                     isnan(value) ? "nan"
                     : value > 0  ? "inf"
                                  : "-inf");
  if (value < row->min || value > row->max)
    return refuse_range(row, param_number(value, true, number), where, err);
  memcpy(field(row, config, index), &value, sizeof value);
  return EXIT_FINE;
}

int param_set_integer(const hebb_param *row, void *config, uint32_t index, int64_t value,
                      const char *where, error *err)
{
  char number[PARAM_NUMBER_SIZE];
  snprintf(number, sizeof number, "%lld", (long long)value);

  if (row->type != HEBB_TYPE_INTEGER && row->type != HEBB_TYPE_REAL)
    return param_refuse(row, number, where, err);
  if ((double)value < row->min || (double)value > row->max)
    return refuse_range(row, number, where, err);
  if (row->type == HEBB_TYPE_REAL)
    store_number(row, config, index, (double)value);
  else
    memcpy(field(row, config, index), &value, sizeof value);
  return EXIT_FINE;
}

int param_set_length(const hebb_param *row, void *config, uint32_t length, const char *where,
                     error *err)
{
  char found[32];
  const int32_t n = (int32_t)length;

  if (length > row->count) {
    snprintf(found, sizeof found, "%u", length);
    return param_refuse(row, found, where, err);
  }
  memcpy(length_field(row, config), &n, sizeof n);
  return EXIT_FINE;
}

int param_set_boolean(const hebb_param *row, void *config, bool value, const char *where,
                      error *err)
{
  if (row->type != HEBB_TYPE_BOOLEAN)
    return param_refuse(row, value ? "true" : "false", where, err);
  memcpy(field(row, config, 0), &value, sizeof value);
  return EXIT_FINE;
}

static int set_choice(const hebb_param *row, void *config, const char *value, const char *where,
                      error *err)
{
  enum { MOST = 64 };
  char word[MOST][48], allowed[512], shown[PARAM_SHOWN_SIZE];
  const char *known[MOST];
  int32_t n = 0;

  for (; n < MOST && param_choice(row, n, word[n], sizeof word[n])[0]; n++) {
    if (strcmp(word[n], value) == 0) {
      memcpy(field(row, config, 0), &n, sizeof n);
      return EXIT_FINE;
    }
    known[n] = word[n];
  }
  const char *near = param_nearest(value, known, (size_t)n);
  return error_add(err, EXIT_CONFIGURATION, "%s: '%s' is not one of %s%s%s%s", where,
                   param_shown(value, shown), param_allowed_text(row, allowed, sizeof allowed),
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

int param_set_text(const hebb_param *row, void *config, const char *value, const char *where,
                   error *err)
{
  if (row->type == HEBB_TYPE_CHOICE)
    return set_choice(row, config, value, where, err);
  if (row->type == HEBB_TYPE_TEXT) {
    memcpy(field(row, config, 0), &value, sizeof value);
    return EXIT_FINE;
  }
  char found[PARAM_SHOWN_SIZE + 16], shown[PARAM_SHOWN_SIZE];
  snprintf(found, sizeof found, "the text '%s'", param_shown(value, shown));
  return param_refuse(row, found, where, err);
}

/* ---- reading back ---- */

double param_real(const hebb_param *row, const void *config, uint32_t index)
{
  int64_t integer;
  double real = 0;
  int32_t choice;
  bool flag;

  switch (row->type) {
  case HEBB_TYPE_REAL: memcpy(&real, field(row, config, index), sizeof real); return real;
  case HEBB_TYPE_INTEGER:
    memcpy(&integer, field(row, config, index), sizeof integer);
    return (double)integer;
  case HEBB_TYPE_BOOLEAN: memcpy(&flag, field(row, config, 0), sizeof flag); return flag;
  case HEBB_TYPE_CHOICE: memcpy(&choice, field(row, config, 0), sizeof choice); return choice;
  default: return real;
  }
}

const char *param_text(const hebb_param *row, const void *config)
{
  const char *text = NULL;
  if (row->type == HEBB_TYPE_TEXT)
    memcpy(&text, field(row, config, 0), sizeof text);
  return text;
}

const char *param_choice(const hebb_param *row, int32_t index, char *buffer, size_t size)
{
  const char *word = row->choices;
  for (; index > 0 && word; index--) {
    word = strchr(word, '|');
    word = word ? word + 1 : NULL;
  }
  snprintf(buffer, size, "%.*s", word ? (int)strcspn(word, "|") : 0, word ? word : "");
  return buffer;
}

bool param_is_set(const hebb_param *row, const void *config)
{
  if (!(row->flags & HEBB_PARAM_OPTIONAL))
    return true;
  return row->type == HEBB_TYPE_TEXT ? param_text(row, config) != NULL
                                     : !isnan(param_real(row, config, 0));
}

/* ---- as TOML ---- */

const char *param_number(double value, bool real, char buffer[PARAM_NUMBER_SIZE])
{
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(buffer, PARAM_NUMBER_SIZE, "%.*g", digits, value);
    if (strtod(buffer, NULL) == value)
      break;
  }
  if (real && !strpbrk(buffer, ".en")) // "n" of nan and inf
    strcat(buffer, ".0");
  return buffer;
}

void param_write_string(const char *text, FILE *out)
{
  fputc('"', out);
  for (const char *c = text; *c; c++) {
    const unsigned char byte = (unsigned char)*c;
    if (byte == '"' || byte == '\\')
      fprintf(out, "\\%c", byte);
    else if (byte < 0x20 || byte == 0x7f)
      fprintf(out, "\\u%04X", byte);
    else
      fputc(byte, out);
  }
  fputc('"', out);
}

static void write_value(const hebb_param *row, const void *config, FILE *out)
{
  char buffer[PARAM_NUMBER_SIZE], word[64];
  const uint32_t n = length_of(row, config);
  const bool array = row->count > 1;

  if (row->type == HEBB_TYPE_BOOLEAN) {
    fputs(param_real(row, config, 0) != 0 ? "true" : "false", out);
  } else if (row->type == HEBB_TYPE_CHOICE) {
    const int32_t index = (int32_t)param_real(row, config, 0);
    param_write_string(param_choice(row, index, word, sizeof word), out);
  } else if (row->type == HEBB_TYPE_TEXT) {
    param_write_string(param_text(row, config), out);
  } else {
    fputs(array ? "[" : "", out);
    for (uint32_t i = 0; i < n; i++)
      fprintf(out, "%s%s", i ? ", " : "",
              param_number(param_real(row, config, i), row->type == HEBB_TYPE_REAL, buffer));
    fputs(array ? "]" : "", out);
  }
}

void param_write_toml(const hebb_param *row, const void *config, FILE *out)
{
  if (!param_is_set(row, config)) {
    fprintf(out, "# %s =", row->key);
    return;
  }
  fprintf(out, "%s = ", row->key);
  write_value(row, config, out);
}
