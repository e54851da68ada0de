/* scratch.c - a folder for one test program's files. */
#include "scratch.h"

#include <stdio.h>
#include <stdlib.h>

static char where[512];

void scratch_open(const char *folder)
{
  const char *temporary = getenv("TMPDIR");
  if (folder)
    snprintf(where, sizeof where, "%s", folder);
  else
    snprintf(where, sizeof where, "%s/hebb-test-XXXXXX", temporary ? temporary : "/tmp");
  if (!folder && !mkdtemp(where)) {
    perror(where);
    exit(2);
  }
}

void scratch_remove(void)
{
  char command[600];
  snprintf(command, sizeof command, "rm -rf '%s'", where);
  if (system(command) != 0)
    perror(where);
}

const char *scratch_path(const char *name)
{
  static char path[8][1024];
  static int turn;
  char *text = path[turn = (turn + 1) % 8];
  snprintf(text, sizeof path[0], "%s%s%s", where, name[0] ? "/" : "", name);
  return text;
}

char *scratch_read(const char *path, size_t *n)
{
  FILE *in = fopen(path, "rb");
  char *bytes = NULL;
  *n = 0;
  if (in && fseek(in, 0, SEEK_END) == 0) {
    *n = (size_t)ftell(in);
    rewind(in);
    bytes = calloc(*n + 1, 1);
    if (!bytes || fread(bytes, 1, *n, in) != *n)
      abort();
  }
  if (in)
    fclose(in);
  return bytes;
}

void scratch_write(const char *path, const char *bytes, size_t n)
{
  FILE *out = fopen(path, "wb");
  if (!out || fwrite(bytes, 1, n, out) != n || fclose(out) != 0)
    abort();
}
