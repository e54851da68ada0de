/* store_inspect.c - a file for people: what it is, how the run went, and its tree. */
#include "store_hdf5.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct view {
  hid_t file;
  const char *path;
  FILE *out;
} view;

/* ---- one data set ---- */

/* "fitness[generation 300, individual 500]"; dimensions without a scale show their length alone. */
static void write_heading(hid_t data, const char *name, char *text, size_t size)
{
  hsize_t dims[STORE_MAX_RANK];
  const hid_t space = H5Dget_space(data);
  const int rank = H5Sget_simple_extent_ndims(space);
  size_t n = (size_t)snprintf(text, size, "%s", name);
  if (rank > 0 && rank <= STORE_MAX_RANK) {
    H5Sget_simple_extent_dims(space, dims, NULL);
    const bool is_scale = H5DSis_scale(data) > 0;
    for (int i = 0; i < rank && n < size; i++) {
      char scale[512] = "";
      if (!is_scale)
        store_scale_of(data, (unsigned)i, scale, sizeof scale);
      const char *slash = strrchr(scale, '/');
      n += (size_t)snprintf(text + n, size - n, "%s%s%s%" PRIu64 "%s", i ? ", " : "[",
                            slash ? slash + 1 : "", slash ? " " : "", (uint64_t)dims[i],
                            i + 1 == rank ? "]" : "");
    }
  }
  H5Sclose(space);
}

static void write_number(double value, char *text, size_t size)
{
  const bool whole = value == floor(value) && fabs(value) < 0x1p53; // a seed shows every digit
  snprintf(text, size, whole ? "%.0f" : "%.10g", value);
}

/* The value of a scalar: a number, or the first line of a text. */
static void write_value(const view *v, hid_t data, const char *path, store_type type, char *text,
                        size_t size)
{
  char *word = NULL, shown[40];
  double number = 0;
  error unheard = { 0 }; // what cannot be read is simply not shown
  text[0] = '\0';
  if (type == STORE_TEXT) {
    if (store_load_text(v->file, v->path, path, &word, &unheard) == EXIT_FINE) {
      const int line = (int)strcspn(word, "\n");
      snprintf(text, size, " = \"%.*s\"%s", line < 40 ? line : 40, word,
               strlen(word) > (size_t)(line < 40 ? line : 40) ? "..." : "");
    }
    free(word);
  } else if (type != STORE_ANY &&
             H5Dread(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, &number) >= 0) {
    write_number(number, shown, sizeof shown);
    snprintf(text, size, " = %s", shown);
  }
}

static int show_data(hid_t group, const char *name, void *arg)
{
  const view *v = arg;
  char heading[512], value[128] = "", path[1200], *unit = NULL, *doc = NULL;
  const hid_t data = H5Oopen(group, name, H5P_DEFAULT);
  if (data < 0)
    return EXIT_IO;
  if (H5Iget_type(data) == H5I_DATASET) {
    const hid_t type = H5Dget_type(data), space = H5Dget_space(data);
    const store_type kind = store_type_in_file(type);
    write_heading(data, name, heading, sizeof heading);
    if (H5Sget_simple_extent_type(space) == H5S_SCALAR && H5Iget_name(data, path, sizeof path) > 0)
      write_value(v, data, path, kind, value, sizeof value);
    strncat(heading, value, sizeof heading - strlen(heading) - 1);
    store_text_attribute(data, "units", &unit);
    store_text_attribute(data, "long_name", &doc);
    fprintf(v->out, "  %-46s %-5s%s%s%s%s%s\n", heading,
            kind == STORE_ANY ? "other" : store_type_name(kind),
            unit && strcmp(unit, "1") != 0 ? " [" : "", unit && strcmp(unit, "1") != 0 ? unit : "",
            unit && strcmp(unit, "1") != 0 ? "]" : "", doc ? " " : "", doc ? doc : "");
    H5Sclose(space);
    H5Tclose(type);
  }
  free(unit);
  free(doc);
  H5Oclose(data);
  return EXIT_FINE;
}

/* ---- one group ---- */

/* Attributes on one line: what a plugin or a lifetime is. */
static void show_attributes(hid_t group, FILE *out)
{
  const int n = H5Aget_num_attrs(group);
  for (int i = 0; i < n; i++) {
    char name[STORE_MAX_NAME], shown[40], *text = NULL;
    double number;
    const hid_t attribute = H5Aopen_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, (hsize_t)i,
                                           H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0)
      continue;
    H5Aget_name(attribute, sizeof name, name);
    H5Aclose(attribute);
    if (store_text_attribute(group, name, &text) && text[0])
      fprintf(out, "  @%s = \"%.*s\"%s\n", name, 60, text, strlen(text) > 60 ? "..." : "");
    else if (store_number_attribute(group, name, &number)) {
      write_number(number, shown, sizeof shown);
      fprintf(out, "  @%s = %s\n", name, shown);
    }
    free(text);
  }
}

static int show_group(hid_t group, const char *path, void *arg)
{
  const view *v = arg;
  if (strcmp(path, "/") != 0) {
    fprintf(v->out, "\n%s\n", path);
    show_attributes(group, v->out);
  }
  return store_each_link(group, show_data, arg);
}

/* ---- the beginning ---- */

static void show_text(const view *v, const char *label, const char *attribute)
{
  char *text = NULL;
  if (store_text_attribute(v->file, attribute, &text) && text[0])
    fprintf(v->out, "  %-12s%s\n", label, text);
  free(text);
}

static void show_identity(const view *v, uint32_t kind)
{
  static const char *const state[] = { "running", "complete", "interrupted", "failed" };
  char *title = NULL;
  double status = -1, seed;
  store_text_attribute(v->file, "title", &title);
  fprintf(v->out, "%s%s%s\n", v->path, title ? ": " : "", title ? title : "");
  free(title);
  if (!kind) {
    fprintf(v->out, "  an HDF5 file that hebb did not write\n");
    return;
  }
  store_number_attribute(v->file, "status", &status);
  fprintf(v->out, "  %-12s%s%s%s\n", "kind", store_kind_name(kind), kind == STORE_RUN ? ", " : "",
          kind == STORE_RUN && status >= 0 && status < 4 ? state[(int)status] : "");
  show_text(v, "experiment", "experiment");
  if (store_number_attribute(v->file, "seed", &seed))
    fprintf(v->out, "  %-12s%.0f\n", "seed", seed);
  show_text(v, "created", "created");
  show_text(v, "run id", "run_id");
  show_text(v, "of run", "parent_run_id");
  show_text(v, "hebb", "creator_version");
}

static void show_run(const view *v)
{
  hsize_t n = 0, m = 0;
  error unheard = { 0 }; // a run without generations has no summary
  double *mean =
      store_load(v->file, v->path, "/generations/fitness_mean", STORE_F64, 1, &n, &unheard);
  double *most =
      store_load(v->file, v->path, "/generations/fitness_max", STORE_F64, 1, &m, &unheard);
  if (mean && most && n > 0 && n == m) {
    hsize_t best = 0;
    for (hsize_t g = 1; g < n; g++)
      if (most[g] > most[best] || !isfinite(most[best]))
        best = g;
    fprintf(v->out,
            "  %-12s%" PRIu64 "; mean fitness %.6g at first, %.6g at last; best %.6g in "
            "generation %" PRIu64 "\n",
            "generations", (uint64_t)n, mean[0], mean[n - 1], most[best], (uint64_t)best);
  }
  free(mean);
  free(most);
}

static void show_evaluation(const view *v)
{
  hsize_t n = 0, dims[STORE_MAX_RANK] = { 0 };
  error unheard = { 0 };
  char **condition = store_load_words(v->file, v->path, "/evaluation/condition", &n, &unheard);
  double *value = store_load(v->file, v->path, "/evaluation/return", STORE_F64, 2, dims, &unheard);
  for (hsize_t c = 0; condition && value && c < n && n == dims[0]; c++) {
    double sum = 0, square = 0;
    int64_t kept = 0;
    for (hsize_t r = 0; r < dims[1]; r++)
      if (isfinite(value[c * dims[1] + r])) {
        sum += value[c * dims[1] + r];
        kept++;
      }
    const double mean = kept ? sum / (double)kept : (double)NAN;
    for (hsize_t r = 0; r < dims[1]; r++)
      if (isfinite(value[c * dims[1] + r]))
        square += pow(value[c * dims[1] + r] - mean, 2);
    fprintf(v->out, "  %-12s%s: mean return %.6g, standard deviation %.6g, %" PRId64 " rollouts\n",
            c ? "" : "conditions", condition[c], mean,
            kept > 1 ? sqrt(square / (double)(kept - 1)) : 0.0, kept);
  }
  store_free_words(condition);
  free(value);
}

int store_inspect(const char *path, FILE *out, error *err)
{
  view v = { .path = path, .out = out };
  if (store_open_input(path, &v.file, err) != EXIT_FINE)
    return err->status;
  const uint32_t kind = store_kind_of_file(v.file);
  if (store_check_version(v.file, path, err) != EXIT_FINE) {
    H5Fclose(v.file);
    return err->status;
  }
  show_identity(&v, kind);
  if (kind == STORE_RUN)
    show_run(&v);
  if (kind == STORE_EVALUATION)
    show_evaluation(&v);
  int status = store_each_group(v.file, "/", show_group, &v);
  if (status != EXIT_FINE)
    status = store_error(err, path, "is damaged");
  H5Fclose(v.file);
  return status;
}
