/* test_digits_files.c - files that are truncated, wrong or hostile are refused with a sentence that says the
 * place, and nothing else happens. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "../envs/dataset.h"
#include "check.h"
#include "hebb/rng.h"
#include "loader.h"
#include "said.h"
#include "scratch.h"
#include "stage.h"

static const char *with(const char *key, const char *name)
{
  static char word[8][1100];
  static int turn;
  char *out = word[turn = (turn + 1) % 8];
  snprintf(out, sizeof word[0], "env.%s=%s", key, name[0] == '/' ? name : scratch_path(name));
  return out;
}

static void refused(const char *const *set, const char *why)
{
  static error err;
  memset(&err, 0, sizeof err);
  stage *s = stage_open("digits", 1, set, &err);
  CU_ASSERT_PTR_NULL(s);
  SAYS(&err, why);
}

/* ---- CSV ---- */

static void text(const char *bytes, const char *why)
{
  scratch_write(scratch_path("a.csv"), bytes, strlen(bytes));
  refused(SET(with("path", "a.csv")), why);
}

static void csv(void)
{
  text("", "is empty");
  text("\n\n \n", "line 4: the file ends without an example");
  text("a,b,c\n", "line 2: the file ends without an example");
  text("1\n2\n", "line 1: a single column; an example is 1 to 524288 numbers and a label");
  text("1,2,0\n1,2,3,1\n", "line 2: 4 columns where the lines before have 3; correct it");
  text("1,2,0\n1,2\n", "line 2: 2 columns");
  text("1,2,0\n\n1,x,1\n", "line 3, column 2: 'x' is no number; correct it");
  text("1,2,0\n1,,1\n", "line 2, column 2: '' is no number");
  text("1,2,0\n1,2,\n3,4,1\n", "line 2, column 3: '' is no number");
  text("1,2,0\n1,\v\n3,4,1\n", "line 2: 2 columns");
  text("1,2,0\n1,2,\f\n0,4,1\n", "line 2, column 3: '?' is no number");
  text("1,2,0\n1,2 3,1\n", "line 2, column 2: '2 3' is no number");
  text("1,2,0\n1,\x1b[31mred\x1b[0m,1\n", "line 2, column 2: '?[31mred?[0m' is no number");
  text("1,2,0\n1,nan,1\n", "line 2, column 2: 'nan' is no number of single precision");
  text("1,2,0\n1,1e39,1\n", "line 2, column 2: '1e39' is no number of single precision");
  text("1,2,0\n1,2,0.5\n", "line 2, column 3: '0.5' is no class: a whole number from 0 to 4095");
  text("1,2,0\n1,2,-1\n", "line 2, column 3: '-1' is no class");
  text("1,2,0\n1,2,4096\n", "line 2, column 3: '4096' is no class");
  text("1,2,0\n1,2,nan\n", "line 2, column 3: 'nan' is no class");
  text("1,2,0\n1,2,inf\n", "line 2, column 3: 'inf' is no class");
  text("1,2,0\n", "n_train: 0 for training and 1 to test are not to be had from the 1 examples");

  scratch_write(scratch_path("a.csv"), "1,2,0\n1,\0,1\n", 12);
  refused(SET(with("path", "a.csv")), "a.csv: byte 8 is 0: neither text nor IDX");

  // a line of 600,000 columns
  char *wide = malloc(1200001);
  CU_ASSERT_PTR_NOT_NULL_FATAL(wide);
  for (int k = 0; k < 600000; k++)
    memcpy(wide + 2 * k, "1,", 2);
  wide[1200000] = '1';
  scratch_write(scratch_path("a.csv"), wide, 1200001);
  refused(SET(with("path", "a.csv")), "line 1: too long");
  free(wide);
}

/* ---- IDX ---- */

static const uint8_t images[] = { 0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4 };
static const uint8_t labels[] = { 0, 0, 8, 1, 0, 0, 0, 2, 0, 1 };

/* The images with byte `at` changed (-1: none), cut to n bytes. */
static void image(int at, uint8_t value, size_t n, const char *why)
{
  char bytes[sizeof images];
  memcpy(bytes, images, sizeof bytes);
  if (at >= 0)
    bytes[at] = (char)value;
  scratch_write(scratch_path("images"), bytes, n);
  scratch_write(scratch_path("labels"), (const char *)labels, sizeof labels);
  refused(SET(with("path", "images"), with("labels", "labels")), why);
}

static void label(int at, uint8_t value, size_t n, const char *why)
{
  char bytes[sizeof labels];
  memcpy(bytes, labels, sizeof bytes);
  if (at >= 0)
    bytes[at] = (char)value;
  scratch_write(scratch_path("images"), (const char *)images, sizeof images);
  scratch_write(scratch_path("labels"), bytes, n);
  refused(SET(with("path", "images"), with("labels", "labels")), why);
}

static void idx(void)
{
  const size_t all = sizeof images, most = sizeof labels;
  image(-1, 0, 2, "images: byte 0: no IDX file");
  image(-1, 0, 7, "images: byte 7: the file ends within its 3 dimensions");
  image(-1, 0, 15, "images: byte 15: the file ends within its 3 dimensions");
  image(-1, 0, 16, "images: byte 16: 0 numbers follow, not the 4 that its dimensions say");
  image(-1, 0, all - 1, "images: byte 16: 3 numbers follow, not the 4");
  image(7, 1, all, "images: byte 16: 4 numbers follow, not the 2");
  image(2, 13, all, "images: byte 2: its numbers are of type 0x0d; only unsigned bytes");
  image(3, 1, all, "images: byte 3: 1 dimensions, but examples have 2 to 4");
  image(3, 255, all, "images: byte 3: 255 dimensions");
  image(7, 0, all, "images: byte 4: dimension 1 is 0");
  image(4, 255, all, "images: byte 4: dimension 1 is 4278190082");
  image(8, 255, all, "images: byte 8: dimension 2 is 4278190081");
  image(13, 255, all, "images: byte 12: dimension 3 is 16711682");
  image(5, 255, all, "images: byte 16: 4 numbers follow, not the 33423364");

  label(-1, 0, 4, "labels: byte 4: the file ends within its 1 dimensions");
  label(-1, 0, most - 1, "labels: byte 8: 1 numbers follow, not the 2");
  label(0, 1, most, "labels: byte 0: no IDX file");
  label(3, 3, most, "labels: byte 3: 3 dimensions, but labels have 1");
  label(7, 1, most - 1, "labels: byte 4: 1 labels for the 2 examples of");

  refused(SET(with("path", "images")), "images: an IDX file has no labels");
  scratch_write(scratch_path("a.csv"), "1,2,0\n2,3,1\n", 12);
  refused(SET(with("path", "a.csv"), with("labels", "labels")), "no IDX file, yet");
  label(-1, 0, 0, "labels: is empty");
  scratch_write(scratch_path("labels"), (const char *)labels, sizeof labels);
  refused(SET(with("path", "images"), with("labels", "labels"), with("test_path", "a.csv")),
          "give files of one kind");
}

/* ---- what is no file, and what gzip packed badly ---- */

static void no_file(void)
{
  refused(SET(with("path", "nowhere")), "nowhere: cannot be read (No such file or directory)");
  refused(SET(with("path", "")), "is no file; give the path of an IDX or CSV file");
  refused(SET(with("path", "/dev/zero")), "/dev/zero: is no file");
  CU_ASSERT_EQUAL(mkfifo(scratch_path("pipe"), 0600), 0);
  refused(SET(with("path", "pipe")), "pipe: is no file"); // and does not wait for a writer
}

static void packed(void)
{
  char text_[4000];
  size_t n = 0, size = 0;
  for (int k = 0; k < 400; k++) {
    const hebb_address a = { .seed = 1 };
    n += (size_t)snprintf(text_ + n, sizeof text_ - n, "%d,%d\n",
                          (int)(1000 * hebb_uniform(&a, (uint32_t)k)), k % 2);
  }
  gzFile out = gzopen(scratch_path("a.gz"), "wb");
  CU_ASSERT_PTR_NOT_NULL_FATAL(out);
  gzwrite(out, text_, (unsigned)n);
  gzclose(out);
  char *whole = scratch_read(scratch_path("a.gz"), &size);
  CU_ASSERT_PTR_NOT_NULL_FATAL(whole);
  stage *s = stage_open("digits", 1, SET(with("path", "a.gz")), NULL);
  CU_ASSERT_EQUAL(s->shape.max_steps, 400);
  stage_close(s);

  scratch_write(scratch_path("b.gz"), whole, size / 2);
  refused(SET(with("path", "b.gz")), "it ends too early");
  scratch_write(scratch_path("b.gz"), whole, size - 3);
  refused(SET(with("path", "b.gz")), "it ends too early");
  for (size_t at = 2; at < size; at += 7) { // no byte of it may bring the program down
    static error err;
    memset(&err, 0, sizeof err);
    whole[at] = (char)(whole[at] ^ 0x55);
    scratch_write(scratch_path("b.gz"), whole, size);
    s = stage_open("digits", 1, SET(with("path", "b.gz")), &err);
    CU_ASSERT(s || err.count > 0);
    if (s)
      stage_close(s);
    whole[at] = (char)(whole[at] ^ 0x55);
  }
  free(whole);
}

/* A file that unpacks to more than may be. */
static void bomb(void)
{
  static char zeros[1 << 20];
  static error err;
  host_services services;
  dataset_file file;
  gzFile out = gzopen(scratch_path("bomb.gz"), "wb");
  CU_ASSERT_PTR_NOT_NULL_FATAL(out);
  for (int k = 0; k < 8; k++)
    gzwrite(out, zeros, sizeof zeros);
  gzclose(out);
  host_services_init(&services, "digits", &err);
  CU_ASSERT_EQUAL(dataset_read(scratch_path("bomb.gz"), 1000, &services.host, &file), HEBB_EINVAL);
  SAYS(&err, "bomb.gz: more than 1000 bytes when unpacked; make it smaller");
  CU_ASSERT_EQUAL(dataset_read(scratch_path("bomb.gz"), (8 << 20) - 1, &services.host, &file),
                  HEBB_EINVAL);
  CU_ASSERT_EQUAL(dataset_read(scratch_path("bomb.gz"), 8 << 20, &services.host, &file), HEBB_OK);
  CU_ASSERT_EQUAL(file.n, 8 << 20);
  free(file.byte);
}

/* Random bytes and random texts of what a CSV is made of: refused or read, never more. */
static void noise(void)
{
  static const char alphabet[] = "0123456789,,,,;\t\n\n\r .-+exna\"";
  for (uint32_t k = 0; k < 600; k++) {
    static error err;
    char bytes[200];
    const hebb_address a = { .seed = 2, .episode = k };
    const size_t n = 1 + (size_t)(199 * hebb_uniform(&a, 0));
    for (uint32_t i = 0; i < n; i++) {
      const float u = hebb_uniform(&a, i + 1);
      bytes[i] = k % 2 ? alphabet[(size_t)(u * (sizeof alphabet - 1))] : (char)(u * 256);
    }
    if (k % 4 == 0) // behind a header of IDX
      memcpy(bytes, images, n < 8 ? n : 8);
    memset(&err, 0, sizeof err);
    scratch_write(scratch_path("noise"), bytes, n);
    scratch_write(scratch_path("labels"), (const char *)labels, sizeof labels);
    stage *s = stage_open("digits", 1,
                          k % 4 ? SET(with("path", "noise"))
                                : SET(with("path", "noise"), with("labels", "labels")),
                          &err);
    CU_ASSERT(s || err.count > 0);
    if (s)
      stage_close(s);
  }
}

/* ---- parameters ---- */

static void parameters(void)
{
  const char text_[] = "1,2,3,0\n2,3,4,1\n3,4,5,0\n";
  scratch_write(scratch_path("a.csv"), text_, sizeof text_ - 1);
  scratch_write(scratch_path("b.csv"), "1,2,0\n2,3,1\n", 12);
  refused(SET(with("labels", "labels")), "path: left out, but labels or test files are given");
  refused(SET(with("path", "a.csv"), with("test_labels", "labels")), "test_path: left out");
  refused(SET(with("path", "a.csv"), "env.n_train=3"), "n_train: 3 for training and 0 to test");
  refused(SET(with("path", "a.csv"), "env.n_train=2", "env.n_test=2"), "n_train: 2");
  refused(SET(with("path", "a.csv"), with("test_path", "a.csv"), "env.n_test=4"),
          "those of test_path");
  refused(SET(with("path", "a.csv"), with("test_path", "b.csv")), "examples of 2 numbers");
  refused(SET(with("path", "a.csv"), "env.picture=true"), "picture: the 3 numbers of an example");
  refused(SET(with("path", "a.csv"), "env.scale=1e-39"), "makes an infinity of the number");
  refused(SET(with("path", "a.csv"), "env.scale=1e-300"), "scale: ");
}

int main(void)
{
  static const check_test tests[] = {
    { "CSV that is wrong", csv },
    { "IDX that is wrong", idx },
    { "paths of what is no file", no_file },
    { "gzip that is broken", packed },
    { "more than may be unpacked", bomb },
    { "noise", noise },
    { "parameters that do not fit the file", parameters },
  };
  scratch_open(NULL);
  const int status = check_run("files of digits", tests, sizeof tests / sizeof tests[0]);
  scratch_remove();
  return status;
}
