/* error.c - sentences collected on their way to main. */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int error_add(error *err, int status, const char *format, ...)
{
  const size_t room = sizeof err->text - err->length;
  va_list arguments;

  if (err->status == EXIT_FINE)
    err->status = status;
  err->count++;

  va_start(arguments, format);
  const int written = vsnprintf(err->text + err->length, room, format, arguments);
  va_end(arguments);

  // one sentence is one line, whatever a file or a stranger's plugin put into it
  for (char *c = err->text + err->length; *c; c++)
    if ((unsigned char)*c < 0x20 || *c == 0x7f)
      *c = ' ';

  // a sentence that does not fit is dropped whole and counted, so that none is printed cut
  if (written >= 0 && (size_t)written + 1 < room) {
    err->length += (size_t)written;
    err->text[err->length++] = '\n';
  }
  err->text[err->length] = '\0';
  return status;
}

void error_print(const error *err)
{
  int printed = 0;
  for (const char *line = err->text; *line; printed++) {
    const char *end = strchr(line, '\n');
    fprintf(stderr, "hebb: %.*s\n", (int)(end - line), line);
    line = end + 1;
  }
  if (err->count > printed)
    fprintf(stderr, "hebb: and %d more\n", err->count - printed);
}
