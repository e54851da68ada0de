/* param_rows.c - parameter rows as people read them, and whether a plugin's rows make sense. */
#include <ctype.h>
#include <math.h>
#include <stdalign.h>
#include <string.h>

#include "param.h"

/* ---- for people ---- */

const char *param_default_text(const hebb_param *row, char *buffer, size_t size)
{
  char number[PARAM_NUMBER_SIZE], word[64];

  if (row->flags & PARAM_LIST)
    snprintf(buffer, size, "[%s]", row->choices);
  else if (row->flags & HEBB_PARAM_OPTIONAL)
    snprintf(buffer, size, "%s", "");
  else if (row->type == HEBB_TYPE_TEXT)
    snprintf(buffer, size, "\"%s\"", row->choices);
  else if (row->type == HEBB_TYPE_CHOICE)
    snprintf(buffer, size, "\"%s\"", param_choice(row, 0, word, sizeof word));
  else if (row->type == HEBB_TYPE_BOOLEAN)
    snprintf(buffer, size, "%s", row->def != 0 ? "true" : "false");
  else
    snprintf(buffer, size, "%s", param_number(row->def, row->type == HEBB_TYPE_REAL, number));
  return buffer;
}

const char *param_allowed_text(const hebb_param *row, char *buffer, size_t size)
{
  char low[PARAM_NUMBER_SIZE], high[PARAM_NUMBER_SIZE];

  if (row->type == HEBB_TYPE_BOOLEAN)
    snprintf(buffer, size, "true|false");
  else if (row->type == HEBB_TYPE_TEXT)
    snprintf(buffer, size, "text");
  else if (row->type == HEBB_TYPE_CHOICE)
    snprintf(buffer, size, "%s", row->choices);
  else
    snprintf(buffer, size, "%s..%s", param_number(row->min, false, low),
             param_number(row->max, false, high));
  return buffer;
}

void param_write_folded(const char *text, int indent, FILE *out)
{
  enum { WIDTH = 96 };
  int column = 0;

  for (const char *word = text + strspn(text, " "); *word; word += strspn(word, " ")) {
    const int length = (int)strcspn(word, " ");
    if (column && column + 1 + length > WIDTH) {
      fputc('\n', out);
      column = 0;
    }
    column += fprintf(out, "%*s%.*s", column ? 1 : indent, "", length, word);
    word += length;
  }
  fputc('\n', out);
}

enum { WIDEST = 40 }; /* of a column; a longer list of choices stands in the sentence instead */

static size_t longest(size_t so_far, const char *text)
{
  const size_t length = strlen(text);
  return length > so_far && length <= WIDEST ? length : so_far;
}

/* "foot_length[4]" */
static const char *label(const hebb_param *row, char *buffer, size_t size)
{
  if (row->flags & PARAM_LIST)
    snprintf(buffer, size, "%s[0..%u]", row->key, row->count);
  else if (row->count > 1)
    snprintf(buffer, size, "%s[%u]", row->key, row->count);
  else
    snprintf(buffer, size, "%s", row->key);
  return buffer;
}

static void describe_row(const hebb_param *row, const size_t width[3], FILE *out)
{
  char name[96], def[512], allowed[512], sentence[2048];
  const bool has_unit = row->unit[0] != '\0';

  label(row, name, sizeof name);
  param_default_text(row, def, sizeof def);
  param_allowed_text(row, allowed, sizeof allowed);
  const bool wide = strlen(allowed) > WIDEST;
  if (wide)
    snprintf(sentence, sizeof sentence, "%s One of %s.", row->doc, allowed);
  else
    snprintf(sentence, sizeof sentence, "%s", row->doc);
  for (char *c = sentence + strlen(row->doc); wide && *c; c++)
    if (*c == '|')
      *c = ' ';

  fprintf(out, "  %-*s  %-*s  %-*s%s%s\n", (int)width[0], name, (int)width[1], def[0] ? def : "-",
          has_unit ? (int)width[2] : 0, wide ? "one of several" : allowed, has_unit ? "  " : "",
          row->unit);
  param_write_folded(sentence, 6, out);
}

void param_describe(const hebb_param *rows, FILE *out)
{
  static const char head[3][10] = { "parameter", "default", "allowed" };
  char text[3][512];
  size_t width[3] = { 0 };

  if (!rows || !rows->key) {
    fputs("  no parameters\n", out);
    return;
  }
  for (int i = 0; i < 3; i++)
    width[i] = strlen(head[i]);
  for (const hebb_param *row = rows; row->key; row++) {
    width[0] = longest(width[0], label(row, text[0], sizeof text[0]));
    width[1] = longest(width[1], param_default_text(row, text[1], sizeof text[1]));
    width[2] = longest(width[2], param_allowed_text(row, text[2], sizeof text[2]));
  }

  fprintf(out, "  %-*s  %-*s  %-*s  unit\n", (int)width[0], head[0], (int)width[1], head[1],
          (int)width[2], head[2]);
  for (const hebb_param *row = rows; row->key; row++)
    describe_row(row, width, out);
}

/* ---- whether rows make sense ---- */

static bool good_key(const char *key)
{
  if (!islower((unsigned char)key[0]) || strlen(key) > 63)
    return false;
  for (const char *c = key; *c; c++)
    if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '_')
      return false;
  return true;
}

static const char *choices_fault(const char *choices)
{
  if (!choices || !choices[0])
    return "is a choice without words";
  for (const char *word = choices; word;) {
    const size_t length = strcspn(word, "|");
    if (length == 0 || length > 47)
      return "has a word of no or of more than 47 characters among its choices";
    const char *rest = word[length] ? word + length + 1 : NULL;
    for (const char *other = rest; other;) {
      const size_t other_length = strcspn(other, "|");
      if (other_length == length && strncmp(word, other, length) == 0)
        return "has a word twice among its choices";
      other = other[other_length] ? other + other_length + 1 : NULL;
    }
    word = rest;
  }
  return NULL;
}

static const char *range_fault(const hebb_param *row)
{
  if (isnan(row->min) || isnan(row->max))
    return "has a range that is not a number";
  if (row->min > row->max)
    return "has a range whose minimum is above its maximum";
  if (row->flags & (HEBB_PARAM_OPTIONAL | PARAM_LIST))
    return NULL;
  if (!isfinite(row->def))
    return "has a default that is not a finite number";
  if (row->def < row->min || row->def > row->max)
    return "has a default outside its own range";
  if (row->type == HEBB_TYPE_INTEGER && row->def != floor(row->def))
    return "is a whole number with a fraction as its default";
  return NULL;
}

static const char *place_fault(const hebb_param *row, size_t config_size)
{
  static const size_t size[] = {
    0, sizeof(double), sizeof(int64_t), sizeof(bool), sizeof(int32_t), sizeof(const char *)
  };
  const size_t room = row->flags & PARAM_LIST ? sizeof(int32_t) : 0;

  if (row->count < 1)
    return "has no element (count 0)";
  if (row->count > 1 && row->type != HEBB_TYPE_REAL && row->type != HEBB_TYPE_INTEGER)
    return "is an array of something else than numbers";
  if (row->count > 4096)
    return "has more than 4096 elements";
  if (row->offset + size[row->type] * row->count + room > config_size)
    return "lies outside its config (config_size is too small, or the row belongs to another "
           "struct)";
  if (row->offset % size[row->type])
    return "does not begin where its type can begin";
  return NULL;
}

static const char *row_fault(const hebb_param *row, size_t config_size)
{
  const char *fault = NULL;

  if (!good_key(row->key))
    return "is no key: small letters, digits and _ only, a letter first";
  if (row->type < HEBB_TYPE_REAL || row->type > HEBB_TYPE_TEXT)
    return "has an unknown type";
  if (row->flags & ~(uint32_t)(HEBB_PARAM_OPTIONAL | PARAM_LIST))
    return "has an unknown flag";
  if (row->flags & HEBB_PARAM_OPTIONAL && row->type != HEBB_TYPE_REAL &&
      row->type != HEBB_TYPE_TEXT)
    return "is optional, which only reals and texts can be";
  if ((fault = place_fault(row, config_size)))
    return fault;
  if (row->type == HEBB_TYPE_CHOICE && (fault = choices_fault(row->choices)))
    return fault;
  if (row->type == HEBB_TYPE_TEXT && !row->choices && !(row->flags & HEBB_PARAM_OPTIONAL))
    return "is a text without a default";
  if ((row->type == HEBB_TYPE_REAL || row->type == HEBB_TYPE_INTEGER) && (fault = range_fault(row)))
    return fault;
  if (!row->unit)
    return "has no unit (\"\" where it has no meaning)";
  if (!row->doc || !row->doc[0])
    return "has no sentence that says what it is (doc)";
  return NULL;
}

int param_check_rows(const hebb_param *rows, size_t config_size, const char *where, error *err)
{
  enum { MOST = 512 }; // a table that does not end within these lacks its {0}
  int status = EXIT_FINE, n = 0;

  for (const hebb_param *row = rows; row && row->key; row++)
    if (++n > MOST)
      return error_add(err, EXIT_PLUGIN,
                       "%s: more than %d parameters; does the table end with {0}?", where, MOST);
  for (const hebb_param *row = rows; row && row->key; row++) {
    const char *fault = row_fault(row, config_size);
    if (!fault && param_find(rows, row->key) != row)
      fault = "stands there twice";
    if (fault)
      status = error_add(err, EXIT_PLUGIN, "%s: parameter '%.63s' %s", where, row->key, fault);
  }
  return status;
}

/* ---- the nearest key ---- */

static int smaller(int a, int b)
{
  return a < b ? a : b;
}

/* Edits between two words: insert, delete, replace, swap of neighbours (optimal string
   alignment). */
static int distance(const char *a, const char *b)
{
  enum { MOST = 64 };
  int row[3][MOST + 1];
  const size_t n = strlen(a), m = strlen(b);

  if (n > MOST || m > MOST)
    return MOST;
  for (size_t j = 0; j <= m; j++)
    row[0][j] = (int)j;
  for (size_t i = 1; i <= n; i++) {
    int *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
    now[0] = (int)i;
    for (size_t j = 1; j <= m; j++) {
      now[j] = smaller(smaller(last[j], now[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        now[j] = smaller(now[j], before[j - 2] + 1);
    }
  }
  return row[n % 3][m];
}

const char *param_nearest(const char *key, const char *const *known, size_t n)
{
  const size_t length = strlen(key);
  int best = length < 3 ? 2 : length < 9 ? 3 : 4; // one more than what counts as near
  const char *nearest = NULL;

  for (size_t i = 0; i < n; i++) {
    const int d = distance(key, known[i]);
    if (d < best) {
      best = d;
      nearest = known[i];
    }
  }
  return nearest;
}
