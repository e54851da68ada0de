/* test_picture.c - files of pictures, decoded again by decoders of our own; shapes of envs/draw.c. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "../envs/draw.h"
#include "check.h"
#include "hebb/rng.h"
#include "picture.h"
#include "said.h"
#include "scratch.h"

static error err;

static uint8_t *file_bytes(const char *path, size_t *size)
{
  FILE *file = fopen(path, "rb");
  CU_ASSERT_PTR_NOT_NULL_FATAL(file);
  uint8_t *bytes = malloc(1 << 24);
  *size = bytes ? fread(bytes, 1, 1 << 24, file) : 0;
  fclose(file);
  return bytes;
}

static void write_pictures(const char *path, int32_t width, int32_t height, int n,
                           const uint8_t *rgb)
{
  const picture_job job = { path, width, height, n, 0.033 };
  picture *p = NULL;
  memset(&err, 0, sizeof err);
  CU_ASSERT_EQUAL_FATAL(picture_open(&job, &p, &err), EXIT_FINE);
  for (int k = 0; k < n; k++)
    CU_ASSERT_EQUAL(picture_add(p, rgb + (ptrdiff_t)k * 3 * width * height, &err), EXIT_FINE);
  CU_ASSERT_NOT_EQUAL(access(path, F_OK), 0); // not before it is whole
  CU_ASSERT_EQUAL(picture_close(p, true, &err), EXIT_FINE);
}

/* ---- GIF ---- */

typedef struct reader {
  const uint8_t *at;
  uint32_t bit, n_bit, block; /* bytes left in the block */
} reader;

static uint32_t code(reader *r, uint32_t length)
{
  while (r->n_bit < length) {
    if (r->block == 0)
      r->block = *r->at++;
    r->bit |= (uint32_t)*r->at++ << r->n_bit;
    r->n_bit += 8;
    r->block--;
  }
  const uint32_t value = r->bit & ((1u << length) - 1);
  r->bit >>= length;
  r->n_bit -= length;
  return value;
}

/* One picture's indices; what follows its blocks. Strings are kept as prefix, last index, length. */
static const uint8_t *unpack(const uint8_t *at, uint8_t *index, int64_t n)
{
  static uint16_t prefix[4096], size[4096];
  static uint8_t last[4096], first[4096];
  const uint32_t depth = *at++, clear = 1u << depth;
  reader r = { .at = at };
  uint32_t length = depth + 1, next = clear + 2, before = clear;
  int64_t done = 0;
  for (uint32_t k = 0; k < clear; k++)
    size[k] = 1, last[k] = first[k] = (uint8_t)k;
  CU_ASSERT_EQUAL(code(&r, length), clear);
  for (uint32_t c; (c = code(&r, length)) != clear + 1;) {
    if (c == clear) {
      length = depth + 1, next = clear + 2, before = clear;
      continue;
    }
    CU_ASSERT_FATAL(c < next || (c == next && before != clear));
    if (before != clear && next < 4096) {
      prefix[next] = (uint16_t)before;
      size[next] = (uint16_t)(size[before] + 1);
      first[next] = first[before];
      last[next] = c == next ? first[before] : first[c];
      if (++next == 1u << length && length < 12)
        length++;
    }
    CU_ASSERT_FATAL(done + size[c] <= n);
    uint32_t from = c;
    for (int64_t k = size[c]; k-- > 0; from = prefix[from])
      index[done + k] = last[from];
    done += size[c];
    before = c;
  }
  CU_ASSERT_EQUAL(done, n);
  CU_ASSERT(r.n_bit < 16 && r.block == 0);
  CU_ASSERT_EQUAL(*r.at, 0);
  return r.at + 1;
}

/* Holds every picture of the file against the ones that were written: at most `apart` a channel. */
static void check_gif(const char *path, int32_t width, int32_t height, int n, const uint8_t *rgb,
                      int apart)
{
  size_t size;
  uint8_t *bytes = file_bytes(path, &size), *index = malloc((size_t)(width * height));
  CU_ASSERT_FATAL(bytes && index && memcmp(bytes, "GIF89a", 6) == 0);
  CU_ASSERT_EQUAL(bytes[6] | bytes[7] << 8, width);
  CU_ASSERT_EQUAL(bytes[8] | bytes[9] << 8, height);
  const uint8_t *at = bytes + 13;
  CU_ASSERT_FATAL(memcmp(at, "\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0", 19) == 0);
  at += 19;
  int hundredths = 0, worst = 0;
  for (int k = 0; k < n; k++) {
    CU_ASSERT_FATAL(memcmp(at, "\x21\xf9\x04", 3) == 0);
    hundredths += at[4] | at[5] << 8;
    at += 8;
    CU_ASSERT_FATAL(at[0] == 0x2c && (at[9] & 0x80));
    CU_ASSERT_EQUAL(at[5] | at[6] << 8, width);
    const uint8_t *table = at + 10;
    at = unpack(table + 3 * (2 << (at[9] & 7)), index, (int64_t)width * height);
    for (int i = 0; i < 3 * width * height; i++) {
      const int off = abs(table[3 * index[i / 3] + i % 3] - *rgb++);
      worst = off > worst ? off : worst;
    }
  }
  CU_ASSERT_EQUAL(hundredths, (int)round(3.3 * (n - 1)) + 100); // the last one stays
  CU_ASSERT(worst <= apart);
  CU_ASSERT_EQUAL(*at, 0x3b);
  CU_ASSERT_EQUAL(at + 1 - bytes, (ptrdiff_t)size);
  free(index);
  free(bytes);
}

/* Random pixels of n_colour colours; 0: of all that there are. */
static uint8_t *noise(int64_t n_pixel, uint32_t n_colour)
{
  const hebb_address a = { .seed = 5 };
  uint8_t *rgb = malloc((size_t)(3 * n_pixel));
  for (int64_t i = 0; rgb && i < n_pixel; i++) {
    uint32_t word[4];
    hebb_words(&a, (uint32_t)i, word);
    const uint32_t c = n_colour ? word[0] % n_colour * 2654435761u : word[0];
    rgb[3 * i] = (uint8_t)(c >> 24), rgb[3 * i + 1] = (uint8_t)(c >> 16),
            rgb[3 * i + 2] = (uint8_t)(c >> 8);
  }
  CU_ASSERT_PTR_NOT_NULL_FATAL(rgb);
  return rgb;
}

static void gif(void)
{
  // one colour, the sizes of tables, a dictionary that fills many times, more colours than a table has
  static const struct {
    uint32_t n_colour;
    int apart;
  } cases[] = {
    { 1, 0 }, { 2, 0 }, { 3, 0 }, { 5, 0 }, { 16, 0 }, { 17, 0 }, { 256, 0 }, { 0, 26 }
  };
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    uint8_t *rgb = noise(3 * 200 * 150, cases[k].n_colour);
    unlink("a.gif");
    write_pictures("a.gif", 200, 150, 3, rgb);
    check_gif("a.gif", 200, 150, 3, rgb, cases[k].apart);
    free(rgb);
  }
}

/* Whatever the number of pixels: the ends of the stream of codes fall everywhere. */
static void gif_ends(void)
{
  uint8_t *rgb = noise(16 * 600, 4);
  for (int32_t height = 16; height < 600; height += 1 + height / 8) {
    unlink("b.gif");
    write_pictures("b.gif", 16, height, 1, rgb);
    check_gif("b.gif", 16, height, 1, rgb, 0);
  }
  free(rgb);
}

/* ---- PNG ---- */

static uint32_t word(const uint8_t *at)
{
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* A chunk with its name and check sum; what follows it. */
static const uint8_t *chunk(const uint8_t *at, const char *name, uint32_t *size)
{
  *size = word(at);
  CU_ASSERT_FATAL(memcmp(at + 4, name, 4) == 0);
  CU_ASSERT_EQUAL(word(at + 8 + *size), crc32(0, at + 4, *size + 4));
  return at + 12 + *size;
}

static void check_sheet(const char *path, int width, int height, int n, int columns,
                        const uint8_t *rgb)
{
  const int margin = n > 1 ? 2 : 0, rows = (n + columns - 1) / columns;
  const uint32_t w = (uint32_t)(columns * (width + margin) + margin);
  const uint32_t h = (uint32_t)(rows * (height + margin) + margin);
  size_t size;
  uint32_t length;
  uint8_t *bytes = file_bytes(path, &size);
  CU_ASSERT_FATAL(memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0);
  const uint8_t *data = chunk(bytes + 8, "IHDR", &length);
  CU_ASSERT_EQUAL(length, 13);
  CU_ASSERT_EQUAL_FATAL(word(bytes + 16), w);
  CU_ASSERT_EQUAL_FATAL(word(bytes + 20), h);
  const uint8_t *last = chunk(data, "IDAT", &length);
  uLongf n_byte = h * (1 + 3 * w);
  uint8_t *pixels = malloc(n_byte);
  CU_ASSERT_EQUAL_FATAL(uncompress(pixels, &n_byte, data + 8, length), Z_OK);
  CU_ASSERT_EQUAL(n_byte, h * (1 + 3 * w));
  CU_ASSERT_EQUAL(chunk(last, "IEND", &length) - bytes, (ptrdiff_t)size);

  int wrong = 0;
  for (int k = 0; k < n; k++)
    for (int row = 0; row < height; row++) {
      const int y = margin + k / columns * (height + margin) + row;
      const int x = margin + k % columns * (width + margin);
      wrong += memcmp(pixels + y * (1 + 3 * (int)w) + 1 + 3 * x,
                      rgb + (k * height + row) * 3 * width, 3 * (size_t)width) != 0;
    }
  CU_ASSERT_EQUAL(wrong, 0);
  if (margin)
    CU_ASSERT_EQUAL(pixels[1], 128);
  free(pixels);
  free(bytes);
}

static void png(void)
{
  uint8_t *rgb = noise(7 * 40 * 30, 0);
  write_pictures("seven.png", 40, 30, 7, rgb);
  check_sheet("seven.png", 40, 30, 7, 3, rgb);
  write_pictures("one.png", 40, 30, 1, rgb);
  check_sheet("one.png", 40, 30, 1, 1, rgb);
  free(rgb);
}

/* ---- what goes wrong ---- */

static void refused(const picture_job *job, int status, const char *why)
{
  picture *p = NULL;
  memset(&err, 0, sizeof err);
  CU_ASSERT_EQUAL(picture_open(job, &p, &err), status);
  SAYS(&err, why);
}

static void refusals(void)
{
  refused(&(picture_job){ "life.jpg", 40, 30, 1, 1 }, EXIT_CONFIGURATION, "which kind of picture?");
  refused(&(picture_job){ "gif", 40, 30, 1, 1 }, EXIT_CONFIGURATION, "which kind of picture?");
  refused(&(picture_job){ "a.mp4", 41, 30, 1, 1 }, EXIT_CONFIGURATION, "even --width and --height");
  refused(&(picture_job){ "a.png", 4000, 4000, 1000, 1 }, EXIT_CONFIGURATION, "a larger --every");
  refused(&(picture_job){ "no/a.gif", 40, 30, 1, 1 }, EXIT_IO, "cannot create no/a.gif.tmp");
  CU_ASSERT_EQUAL(picture_close(NULL, true, &err), EXIT_FINE);
}

/* A file that is given up leaves nothing, and an older one as it was. */
static void given_up(void)
{
  static const char *const path[] = { "c.gif", "c.png" };
  uint8_t *rgb = noise(40 * 30, 0);
  for (int k = 0; k < 2; k++) {
    struct stat old, now;
    write_pictures(path[k], 40, 30, 1, rgb);
    CU_ASSERT_EQUAL(stat(path[k], &old), 0);
    picture *p = NULL;
    CU_ASSERT_EQUAL_FATAL(picture_open(&(picture_job){ path[k], 40, 30, 2, 1 }, &p, &err),
                          EXIT_FINE);
    CU_ASSERT_EQUAL(picture_add(p, rgb, &err), EXIT_FINE);
    CU_ASSERT_EQUAL(picture_close(p, false, &err), EXIT_FINE);
    CU_ASSERT_EQUAL(stat(path[k], &now), 0);
    CU_ASSERT(old.st_ino == now.st_ino && old.st_size == now.st_size);
  }
  CU_ASSERT_NOT_EQUAL(access("c.gif.tmp", F_OK), 0);
  CU_ASSERT_NOT_EQUAL(access("c.png.tmp", F_OK), 0);
  free(rgb);
}

/* ---- shapes ---- */

static int count(const uint8_t *rgb, int n, draw_colour c)
{
  int found = 0;
  for (int i = 0; i < n; i++)
    found += rgb[3 * i] == c.red && rgb[3 * i + 1] == c.green && rgb[3 * i + 2] == c.blue;
  return found;
}

static void shapes(void)
{
  enum { W = 100, H = 50, N = W * H };
  static uint8_t rgb[3 * N];
  draw_canvas c = draw_begin(rgb, W, H, -10, 10, -1, 1); // a pixel is 0.2, y reaches +-5
  CU_ASSERT_EQUAL(count(rgb, N, draw_paper), N);
  draw_box(&c, 0, 2, 0, 1, draw_ink);
  CU_ASSERT_EQUAL(count(rgb, N, draw_ink), 10 * 5);
  CU_ASSERT_EQUAL(rgb[3 * (24 * W + 50)], draw_ink.red);
  CU_ASSERT_EQUAL(rgb[3 * (25 * W + 50)], draw_paper.red);
  CU_ASSERT_EQUAL(rgb[3 * (24 * W + 49)], draw_paper.red);

  c = draw_begin(rgb, W, H, -10, 10, -1, 1);
  draw_disc(&c, -3, 1, 3, draw_body);
  const double area = count(rgb, N, draw_body) * c.pixel * c.pixel;
  CU_ASSERT(fabs(area - 3.14159 * 9) < 0.5);

  c = draw_begin(rgb, W, H, -10, 10, -1, 1);
  draw_line(&c, -100, 0.1, 100, 0.1, 0,
            draw_accent); // as thin as a pixel, through the whole picture
  CU_ASSERT_EQUAL(count(rgb, N, draw_accent), W);
  draw_disc(&c, 1e30, -1e30, 1, draw_ink);
  draw_line(&c, -1e9, -1e9, -1e9, 1e9, 1, draw_ink);
  draw_box(&c, 11, 12, 0, 1, draw_ink);
  CU_ASSERT_EQUAL(count(rgb, N, draw_ink), 0);
  draw_box(&c, -1e12, 1e12, -1e12, 1e12, draw_ground);
  CU_ASSERT_EQUAL(count(rgb, N, draw_ground), N);
}

int main(void)
{
  static const check_test tests[] = {
    { "GIF: colours, delays, codes", gif },  { "GIF: pictures of every length", gif_ends },
    { "PNG: a sheet, one picture", png },    { "what cannot be written", refusals },
    { "a file that is given up", given_up }, { "boxes, lines and discs", shapes },
  };
  scratch_open(NULL);
  if (chdir(scratch_path("")) != 0)
    return 99;
  const int status = check_run("pictures", tests, sizeof tests / sizeof tests[0]);
  scratch_remove();
  return status;
}
