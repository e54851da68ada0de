/* picture_png.c - all pictures on one sheet, row by row, with a thin margin (PNG, ISO 15948; deflate is
 * zlib's). One picture alone has no margin. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "picture.h"

enum { MARGIN = 2, MARGIN_GREY = 128, MOST_SIDE = 32767 };

typedef struct sheet {
  char *path;
  int32_t width, height; /* of a picture */
  int64_t columns, n_picture, n_added;
  int64_t row_bytes, n_row; /* of the sheet; a row begins with its filter, 0: none */
  uint8_t *pixels;          /* (n_row x row_bytes) */
} sheet;

static void release(sheet *s)
{
  free(s->pixels);
  free(s->path);
  free(s);
}

static int begin(const picture_job *job, const char *path, void **out, error *err)
{
  const int64_t columns = (int64_t)ceil(sqrt((double)job->n_picture));
  const int64_t rows = (job->n_picture + columns - 1) / columns;
  const int64_t margin = job->n_picture > 1 ? MARGIN : 0;
  const int64_t width = columns * (job->width + margin) + margin;
  const int64_t height = rows * (job->height + margin) + margin;
  if (width > MOST_SIDE || height > MOST_SIDE)
    return error_add(err, EXIT_CONFIGURATION,
                     "%lld pictures make a sheet of %lld x %lld pixels, at most %d a side are "
                     "drawn; a larger --every or smaller pictures help",
                     (long long)job->n_picture, (long long)width, (long long)height, MOST_SIDE);
  sheet *s = calloc(1, sizeof *s);
  if (s) {
    *s = (sheet){ .path = strdup(path),
                  .width = job->width,
                  .height = job->height,
                  .columns = columns,
                  .n_picture = job->n_picture,
                  .row_bytes = 1 + 3 * width,
                  .n_row = height };
    s->pixels = malloc((size_t)(s->row_bytes * s->n_row));
  }
  if (!s || !s->path || !s->pixels) {
    if (s)
      release(s);
    return error_add(err, EXIT_RUN_FAILED, "%s: no memory for a sheet of %lld x %lld pixels", path,
                     (long long)width, (long long)height);
  }
  memset(s->pixels, MARGIN_GREY, (size_t)(s->row_bytes * s->n_row));
  for (int64_t row = 0; row < s->n_row; row++)
    s->pixels[row * s->row_bytes] = 0;
  *out = s;
  return EXIT_FINE;
}

static int add(void *writer, const uint8_t *rgb, error *err)
{
  sheet *s = writer;
  (void)err;
  if (s->n_added == s->n_picture)
    return EXIT_FINE;
  const int64_t margin = s->n_picture > 1 ? MARGIN : 0;
  const int64_t left = margin + s->n_added % s->columns * (s->width + margin);
  const int64_t top = margin + s->n_added / s->columns * (s->height + margin);
  for (int64_t row = 0; row < s->height; row++)
    memcpy(s->pixels + (top + row) * s->row_bytes + 1 + 3 * left, rgb + row * 3 * s->width,
           3 * (size_t)s->width);
  s->n_added++;
  return EXIT_FINE;
}

static void put32(uint8_t *to, uint32_t x)
{
  for (int k = 0; k < 4; k++)
    to[k] = (uint8_t)(x >> (24 - 8 * k));
}

static void put_chunk(FILE *file, const char *name, const uint8_t *data, size_t size)
{
  uint8_t word[4];
  put32(word, (uint32_t)size);
  fwrite(word, 1, 4, file);
  fwrite(name, 1, 4, file);
  if (size)
    fwrite(data, 1, size, file);
  uLong crc = crc32_z(0, (const Bytef *)name, 4);
  if (size)
    crc = crc32_z(crc, data, size);
  put32(word, (uint32_t)crc);
  fwrite(word, 1, 4, file);
}

static int write_sheet(const sheet *s, error *err)
{
  uint8_t head[13] = { [8] = 8, [9] = 2 }; // 8 bits of red, green, blue
  const uLong bytes = (uLong)(s->row_bytes * s->n_row);
  uLongf size = compressBound(bytes);
  uint8_t *packed = malloc(size);
  if (!packed || compress2(packed, &size, s->pixels, bytes, 6) != Z_OK || size > INT32_MAX) {
    free(packed);
    return error_add(err, EXIT_RUN_FAILED, "%s: no memory to pack the sheet", s->path);
  }
  put32(head, (uint32_t)((s->row_bytes - 1) / 3));
  put32(head + 4, (uint32_t)s->n_row);

  errno = 0;
  FILE *file = fopen(s->path, "wbe");
  if (file) {
    fwrite("\x89PNG\r\n\x1a\n", 1, 8, file);
    put_chunk(file, "IHDR", head, sizeof head);
    put_chunk(file, "IDAT", packed, size);
    put_chunk(file, "IEND", NULL, 0);
  }
  free(packed);
  const bool good = file && fflush(file) == 0 && !ferror(file);
  if ((file && fclose(file) != 0) || !good)
    return error_add(err, EXIT_IO, "cannot write %s: %s", s->path,
                     errno ? strerror(errno) : "not everything could be written");
  return EXIT_FINE;
}

static int end(void *writer, bool whole, error *err)
{
  sheet *s = writer;
  const int status = whole ? write_sheet(s, err) : EXIT_FINE;
  release(s);
  return status;
}

const picture_format picture_png = { ".png", begin, add, end };
