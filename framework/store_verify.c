/* store_verify.c - whether a file of ours is whole: it reads, agrees with the schema, its checksums are right, and
 * its numbers are ones: nothing infinite but in a recorded life that failed, genomes finite, NaN for a fitness only
 * where a life failed. */
#include "store_hdf5.h"

#include <math.h>
#include <sha2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct check {
  hid_t file;
  const char *path;
  FILE *out;
  int n; /* faults */
} check;

static void fault(check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void fault(check *c, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  fprintf(c->out, "%s: ", c->path);
  vfprintf(c->out, format, arguments);
  fputc('\n', c->out);
  va_end(arguments);
  c->n++;
}

/* Whether NaN would be wrong there: in what evolves. */
static bool wants_finite(const char *group)
{
  return strcmp(group, "/genomes") == 0;
}

/* One data set of real numbers, read whole: what a disk has damaged may show itself only then. */
static void check_reals(check *c, hid_t data, const char *group, const char *name, bool narrow,
                        bool failed)
{
  const hid_t space = H5Dget_space(data);
  const hssize_t n = space >= 0 ? H5Sget_simple_extent_npoints(space) : -1;
  double *value = n >= 0 ? malloc((size_t)n * sizeof *value + 1) : NULL;
  if (space >= 0)
    H5Sclose(space);
  if (!value || H5Dread(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) < 0) {
    fault(c, "%s/%s cannot be read", group, name);
    free(value);
    return;
  }
  // no individual has succeeded yet: there is none that is best
  const bool open = strcmp(name, "best_fitness") == 0;
  hssize_t n_bad = 0, first = -1;
  for (hssize_t i = 0; i < n; i++)
    if (wants_finite(group) ? !isfinite(value[i]) && !open : isinf(value[i]) && !failed) {
      n_bad++;
      first = first < 0 ? i : first;
    }
  if (n_bad > 0)
    fault(c, "%s/%s: %lld of its %lld numbers (%s) are %s, the first is number %lld", group, name,
          (long long)n_bad, (long long)n, narrow ? "f32" : "f64",
          wants_finite(group) ? "not finite" : "infinite", (long long)first);
  free(value);
}

/* Whole numbers: that they can be read. */
static void check_bytes(check *c, hid_t data, hid_t type, const char *group, const char *name)
{
  const hid_t space = H5Dget_space(data);
  const hssize_t n = space >= 0 ? H5Sget_simple_extent_npoints(space) : -1;
  void *value = n >= 0 ? malloc((size_t)n * H5Tget_size(type) + 1) : NULL;
  if (!value || H5Dread(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) < 0)
    fault(c, "%s/%s cannot be read", group, name);
  free(value);
  if (space >= 0)
    H5Sclose(space);
}

typedef struct walk {
  check *c;
  const char *group;
  bool failed; /* a recorded life that ended where its numbers did */
} walk;

static int check_data(hid_t group, const char *name, void *arg)
{
  const walk *w = arg;
  const hid_t data = H5Oopen(group, name, H5P_DEFAULT);
  if (data < 0) {
    fault(w->c, "%s/%s cannot be opened", w->group, name);
    return EXIT_FINE;
  }
  if (H5Iget_type(data) == H5I_DATASET) {
    const hid_t type = H5Dget_type(data);
    const store_type is = store_type_in_file(type);
    if (is == STORE_F32 || is == STORE_F64)
      check_reals(w->c, data, w->group, name, is == STORE_F32, w->failed);
    else if (is == STORE_I32 || is == STORE_I64 || is == STORE_U8)
      check_bytes(w->c, data, type, w->group, name);
    H5Tclose(type);
  }
  H5Oclose(data);
  return EXIT_FINE;
}

static int check_group(hid_t group, const char *path, void *arg)
{
  walk w = { .c = arg, .group = strcmp(path, "/") == 0 ? "" : path };
  double total;
  w.failed = strncmp(path, "/lifetimes/", 11) == 0 &&
             store_number_attribute(group, "return", &total) && isnan(total);
  return store_each_link(group, check_data, &w);
}

/* The text of the experiment against its own hash. */
static void check_config(check *c, error *err)
{
  char *text = NULL, *wanted = NULL, found[65];
  const hid_t group = H5Oopen(c->file, "/provenance", H5P_DEFAULT);
  if (group >= 0 && H5Lexists(group, "config_toml", H5P_DEFAULT) > 0 &&
      store_text_attribute(group, "config_sha256", &wanted) &&
      store_load_text(c->file, c->path, "/provenance/config_toml", &text, err) == EXIT_FINE) {
    SHA256Data((const uint8_t *)text, strlen(text), found);
    if (strcmp(found, wanted) != 0)
      fault(c, "/provenance/config_toml is not the experiment of config_sha256");
  }
  free(text);
  free(wanted);
  if (group >= 0)
    H5Oclose(group);
}

/* The checkpoint is read as a resume reads it; NaN stands where a life failed, and only there. */
static void check_run(check *c)
{
  static error why; // too large for the stack
  stored_run run;
  why = (error){ 0 };
  if (store_read_run(c->path, NULL, 0, &run, &why) != EXIT_FINE) {
    fputs(why.text, c->out);
    c->n++;
    return;
  }
  const history *h = &run.history;
  const int64_t cells = (int64_t)h->n_generation * h->n_individual;
  int64_t n_wrong = 0;
  for (int64_t i = 0; i < cells; i++)
    n_wrong += (isnan(h->fitness[i]) != 0) != (h->failure_kind[i] != 0);
  if (n_wrong > 0)
    fault(c, "/generations: %lld values of fitness do not fit failure_kind", (long long)n_wrong);
  stored_run_free(&run);
}

int store_verify(const char *path, FILE *out, error *err)
{
  check c = { .path = path, .out = out };
  const int valid = store_validate(path, out, err);
  if (valid != EXIT_FINE && valid != EXIT_MISMATCH)
    return valid;
  if (store_open_input(path, &c.file, err) != EXIT_FINE)
    return err->status;
  if (store_each_group(c.file, "/", check_group, &c) != EXIT_FINE)
    fault(&c, "is damaged");
  check_config(&c, err);
  const bool run = store_kind_of_file(c.file) == STORE_RUN;
  H5Fclose(c.file);
  if (run)
    check_run(&c);
  if (c.n > 0)
    return error_add(err, EXIT_MISMATCH, "%s: %d fault%s", path, c.n, c.n == 1 ? "" : "s");
  return err->status;
}
