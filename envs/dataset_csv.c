/* dataset_csv.c - one example a line: numbers between commas, semicolons or tabs, one of them its label. */
#include "dataset.h"

#include "supervised.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 24 };

typedef struct reader {
  const dataset_file *file;
  const hebb_host *host;
  const char *at, *end; // what is left of the text
  char separator;
  bool label_first;
  int64_t line, column;
  int32_t n_column; // 0: not known yet
} reader;

static const char *line_end(const reader *r)
{
  const char *newline = memchr(r->at, '\n', (size_t)(r->end - r->at));
  return newline ? newline : r->end;
}

static const char *field_end(const reader *r, const char *from, const char *end)
{
  const char *separator = memchr(from, r->separator, (size_t)(end - from));
  return separator ? separator : end;
}

static bool blank(char c)
{
  return c == ' ' || c == '\t' || c == '\r';
}

/* The number between from and to, and nothing else there. */
static bool number(const char *from, const char *to, double *value)
{
  while (from < to && blank(*from))
    from++;
  if (from == to || *from == '\n')
    return false;
  char *stop;
  *value = strtod(from, &stop); // ends at the separator, the newline or the zero behind the text
  const char *rest = stop;
  while (rest < to && blank(*rest))
    rest++;
  return stop > from && rest == to;
}

static int refuse_field(const reader *r, const char *from, const char *to, const char *what)
{
  char shown[SHOWN + 1];
  size_t n = 0;
  for (; from < to && n < SHOWN; from++)
    shown[n++] = (char)(*from >= ' ' && *from < 127 ? *from : '?');
  shown[n] = 0;
  return r->host->fail(r->host, HEBB_EINVAL, "%s: line %lld, column %lld: '%s' is %s; correct it",
                       r->file->path, (long long)r->line, (long long)r->column, shown, what);
}

static bool has_words(const reader *r, const char *end)
{
  double value;
  for (const char *from = r->at;; from++) {
    const char *to = field_end(r, from, end);
    if (!number(from, to, &value))
      return true;
    if (to == end)
      return false;
    from = to;
  }
}

static bool is_blank(const char *from, const char *to)
{
  while (from < to && blank(*from))
    from++;
  return from == to;
}

static int32_t count_columns(const reader *r, const char *end)
{
  int32_t n = 1;
  for (const char *c = r->at; c < end && n <= SUPERVISED_MOST_INPUTS + 1; c++)
    n += *c == r->separator;
  return n;
}

/* One field to its place. */
static int take_field(const reader *r, const char *from, const char *to, dataset *out)
{
  double value;
  if (!number(from, to, &value))
    return refuse_field(r, from, to, "no number");
  if (r->column == (r->label_first ? 1 : r->n_column)) {
    if (!(value >= 0 && value < DATASET_MOST_CLASSES && value == floor(value)))
      return refuse_field(r, from, to, "no class: a whole number from 0 to 4095");
    out->label[out->n] = (int32_t)value;
    return HEBB_OK;
  }
  if (!(fabs(value) <= (double)FLT_MAX))
    return refuse_field(r, from, to, "no number of single precision");
  const int64_t place = r->column - (r->label_first ? 2 : 1);
  out->number[(size_t)out->n * (size_t)out->n_in + (size_t)place] = (float)value;
  return HEBB_OK;
}

static int take_line(reader *r, const char *end, dataset *out)
{
  const int32_t n = count_columns(r, end);
  if (r->n_column == 0) {
    if (n < 2 || n > SUPERVISED_MOST_INPUTS + 1)
      return r->host->fail(r->host, HEBB_EINVAL,
                           "%s: line %lld: %s; an example is 1 to %d numbers and a label, between "
                           "commas, semicolons or tabs",
                           r->file->path, (long long)r->line,
                           n < 2 ? "a single column" : "too long", SUPERVISED_MOST_INPUTS);
    r->n_column = n;
    out->n_in = n - 1;
  }
  if (n != r->n_column)
    return r->host->fail(r->host, HEBB_EINVAL,
                         "%s: line %lld: %d columns where the lines before have %d; correct it",
                         r->file->path, (long long)r->line, (int)n, (int)r->n_column);
  const char *from = r->at;
  for (r->column = 1; r->column <= n; r->column++) {
    const char *to = field_end(r, from, end);
    const int status = take_field(r, from, to, out);
    if (status != HEBB_OK)
      return status;
    from = to + 1;
  }
  out->n++;
  return HEBB_OK;
}

static int take_lines(reader *r, dataset *out)
{
  for (r->line = 1; r->at < r->end; r->line++) {
    const char *end = line_end(r);
    for (const char *c = r->at; c < end && !r->separator; c++)
      r->separator = (char)(*c == ',' || *c == ';' || *c == '\t' ? *c : 0);
    if (!is_blank(r->at, end) && !(r->line == 1 && has_words(r, end))) {
      const int status = take_line(r, end, out);
      if (status != HEBB_OK)
        return status;
    }
    r->at = end < r->end ? end + 1 : end;
  }
  if (out->n == 0)
    return r->host->fail(r->host, HEBB_EINVAL, "%s: line %lld: the file ends without an example",
                         r->file->path, (long long)r->line);
  return HEBB_OK;
}

int dataset_csv(const dataset_file *file, bool label_first, const hebb_host *host, dataset *out)
{
  const char *text = (const char *)file->byte, *zero = memchr(text, 0, file->n);
  *out = (dataset){ 0 };
  if (zero)
    return host->fail(host, HEBB_EINVAL,
                      "%s: byte %zu is 0: neither text nor IDX; give a CSV or an IDX file",
                      file->path, (size_t)(zero - text));
  const size_t mark = file->n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  reader r = { .file = file, .host = host, .at = text + mark, .end = text + file->n };
  r.label_first = label_first;

  // a number and what parts it from the next take two bytes, an example's label another two
  out->number = malloc((file->n / 2 + 1) * sizeof *out->number);
  out->label = malloc((file->n / 4 + 1) * sizeof *out->label);
  const int status = out->number && out->label
                         ? take_lines(&r, out)
                         : host->fail(host, HEBB_ENOMEM, "%s: no memory for it", file->path);
  if (status != HEBB_OK)
    dataset_free(out);
  return status;
}
