/* picture_gif.c - an animated GIF (GIF89a, CompuServe 1990; looped by Netscape's extension).
 *
 * Every picture has a table of its own colours where they are at most 256, which holds for what flat
 * drawings show; else a cube of 6 x 6 x 6 colours and 40 greys. Codes are LZW (Welch 1984) of growing
 * length, at most 12 bits.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "picture.h"

enum {
  N_COLOUR = 256,
  CUBE = 216,
  LAST_HOLDS = 100, /* hundredths of a second that the last picture stays */
  MOST_BITS = 12,
  N_SLOT = 16384 /* of both hash tables: a power of two, well above their 4096 and 257 entries */
};

typedef struct gif {
  FILE *file;
  char *path;
  int32_t width, height;
  double seconds;
  int64_t n_picture, n_added;
  uint8_t table[3 * N_COLOUR];
  int32_t n_colour;
  uint8_t *index;                     /* (height x width) */
  int32_t key[N_SLOT], value[N_SLOT]; /* key -1: free */

  // the stream of codes
  uint8_t block[256]; /* length, bytes */
  uint32_t bit, n_bit;
} gif;

static void put16(gif *g, uint32_t x)
{
  fputc((int)(x & 255), g->file);
  fputc((int)(x >> 8 & 255), g->file);
}

static int spoiled(const gif *g, error *err)
{
  return error_add(err, EXIT_IO, "cannot write %s: %s", g->path,
                   errno ? strerror(errno) : "not everything could be written");
}

/* ---- colours ---- */

static void forget(gif *g)
{
  memset(g->key, -1, sizeof g->key);
}

/* The slot of a key, or the free one where it would stand. */
static uint32_t slot_of(const gif *g, int32_t key)
{
  uint32_t slot = (uint32_t)key * 2654435761u >> 18;
  while (g->key[slot] >= 0 && g->key[slot] != key)
    slot = (slot + 1) % N_SLOT;
  return slot;
}

/* The picture's own colours in the order in which they come; false: more than 256. */
static bool own_colours(gif *g, const uint8_t *rgb)
{
  forget(g);
  g->n_colour = 0;
  for (int64_t i = 0; i < (int64_t)g->width * g->height; i++) {
    const uint8_t *at = rgb + 3 * i;
    const int32_t colour = at[0] << 16 | at[1] << 8 | at[2];
    const uint32_t slot = slot_of(g, colour);
    if (g->key[slot] < 0) {
      if (g->n_colour == N_COLOUR)
        return false;
      memcpy(&g->table[3 * g->n_colour], at, 3);
      g->key[slot] = colour;
      g->value[slot] = g->n_colour++;
    }
    g->index[i] = (uint8_t)g->value[slot];
  }
  return true;
}

/* Steps of 51, and greys between black and white. */
static void common_colours(gif *g, const uint8_t *rgb)
{
  for (int32_t k = 0; k < CUBE; k++) {
    g->table[3 * k] = (uint8_t)(k / 36 * 51);
    g->table[3 * k + 1] = (uint8_t)(k / 6 % 6 * 51);
    g->table[3 * k + 2] = (uint8_t)(k % 6 * 51);
  }
  for (int32_t k = CUBE; k < N_COLOUR; k++)
    memset(&g->table[3 * k], (k - CUBE + 1) * 255 / (N_COLOUR - CUBE + 1), 3);
  g->n_colour = N_COLOUR;
  for (int64_t i = 0; i < (int64_t)g->width * g->height; i++) {
    const int32_t red = rgb[3 * i], green = rgb[3 * i + 1], blue = rgb[3 * i + 2];
    const int32_t cube = (red + 25) / 51 * 36 + (green + 25) / 51 * 6 + (blue + 25) / 51;
    const int32_t grey = CUBE - 1 + ((red + green + blue) / 3 * (N_COLOUR - CUBE + 1) + 127) / 255;
    const bool is_grey =
        abs(red - green) < 8 && abs(green - blue) < 8 && grey >= CUBE && grey < N_COLOUR;
    g->index[i] = (uint8_t)(is_grey ? grey : cube);
  }
}

/* ---- codes ---- */

static void flush_block(gif *g)
{
  if (g->block[0])
    fwrite(g->block, 1, 1u + g->block[0], g->file);
  g->block[0] = 0;
}

static void put_code(gif *g, uint32_t code, uint32_t length)
{
  g->bit |= code << g->n_bit;
  for (g->n_bit += length; g->n_bit >= 8; g->n_bit -= 8) {
    g->block[++g->block[0]] = (uint8_t)g->bit;
    g->bit >>= 8;
    if (g->block[0] == 255)
      flush_block(g);
  }
}

static void put_codes(gif *g, uint32_t depth)
{
  const uint32_t clear = 1u << depth, end = clear + 1;
  const int64_t n = (int64_t)g->width * g->height;
  uint32_t length = depth + 1, next = end + 1, prefix = g->index[0];

  fputc((int)depth, g->file);
  g->bit = g->n_bit = g->block[0] = 0;
  forget(g);
  put_code(g, clear, length);
  for (int64_t i = 1; i < n; i++) {
    const int32_t key = (int32_t)(prefix << 8 | g->index[i]);
    const uint32_t slot = slot_of(g, key);
    if (g->key[slot] >= 0) {
      prefix = (uint32_t)g->value[slot];
      continue;
    }
    put_code(g, prefix, length);
    prefix = g->index[i];
    if (next == 1u << MOST_BITS) { // the dictionary is full
      put_code(g, clear, length);
      forget(g);
      length = depth + 1;
      next = end + 1;
      continue;
    }
    if (next == 1u << length)
      length++;
    g->key[slot] = key;
    g->value[slot] = (int32_t)next++;
  }
  put_code(g, prefix, length);
  // the reader has made an entry of it, and may by now read longer codes
  if (next == 1u << length && length < MOST_BITS)
    length++;
  put_code(g, end, length);
  put_code(g, 0, 7); // what is left of the last byte
  flush_block(g);
  fputc(0, g->file);
}

/* ---- the file ---- */

static int end(void *writer, bool whole, error *err)
{
  gif *g = writer;
  int status = EXIT_FINE;
  errno = 0;
  if (whole)
    fputc(0x3b, g->file);
  const bool good = fflush(g->file) == 0 && !ferror(g->file);
  if (whole && !good)
    status = spoiled(g, err);
  if (fclose(g->file) != 0 && whole && good)
    status = spoiled(g, err);
  free(g->index);
  free(g->path);
  free(g);
  return status;
}

static int begin(const picture_job *job, const char *path, void **out, error *err)
{
  gif *g = calloc(1, sizeof *g);
  if (g) {
    g->path = strdup(path);
    g->index = malloc((size_t)job->width * (size_t)job->height);
  }
  if (!g || !g->path || !g->index) {
    if (g) {
      free(g->path);
      free(g->index);
    }
    free(g);
    return error_add(err, EXIT_RUN_FAILED, "%s: no memory", path);
  }
  g->file = fopen(path, "wbe");
  if (!g->file) {
    error_add(err, EXIT_IO, "cannot create %s: %s", path, strerror(errno));
    free(g->index);
    free(g->path);
    free(g);
    return err->status;
  }
  g->width = job->width;
  g->height = job->height;
  g->seconds = job->seconds;
  g->n_picture = job->n_picture;

  fputs("GIF89a", g->file);
  put16(g, (uint32_t)g->width);
  put16(g, (uint32_t)g->height);
  fwrite("\x70\0\0", 1, 3, g->file); // no common table
  fwrite("\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0", 1, 19, g->file);
  *out = g;
  return EXIT_FINE;
}

/* In hundredths of a second, so that errors of rounding do not add up; browsers take 0 and 1 for 10. */
static uint32_t delay_of(const gif *g)
{
  if (g->n_added + 1 >= g->n_picture)
    return LAST_HOLDS;
  const double from = round(100 * g->seconds * (double)g->n_added);
  const double to = round(100 * g->seconds * (double)(g->n_added + 1));
  return (uint32_t)fmax(2, fmin(65535, to - from));
}

static int add(void *writer, const uint8_t *rgb, error *err)
{
  gif *g = writer;
  uint32_t depth = 2;
  errno = 0;
  if (!own_colours(g, rgb))
    common_colours(g, rgb);
  while (1 << depth < g->n_colour)
    depth++;
  memset(&g->table[3 * g->n_colour], 0, sizeof g->table - 3 * (size_t)g->n_colour);

  fwrite("\x21\xf9\x04\x04", 1, 4, g->file); // the picture stays until the next one
  put16(g, delay_of(g));
  fwrite("\0\0\x2c\0\0\0\0", 1, 7, g->file);
  put16(g, (uint32_t)g->width);
  put16(g, (uint32_t)g->height);
  fputc((int)(0x80 | (depth - 1)), g->file);
  fwrite(g->table, 3, 1u << depth, g->file);
  put_codes(g, depth);
  g->n_added++;
  return ferror(g->file) ? spoiled(g, err) : EXIT_FINE;
}

const picture_format picture_gif = { ".gif", begin, add, end };
