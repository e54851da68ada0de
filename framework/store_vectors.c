/* store_vectors.c - numbers made elsewhere, for `hebb vet --vectors`: every group that holds pre,
 * post, coef and weight is a case, its attributes are the rule's parameters. */
#include "store_hdf5.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct vectors { /* what is being collected */
  hid_t file;
  const char *path;
  vector_case *cases;
  int32_t n, capacity;
  const char *group; /* where we are; "" at the root */
  error *err;
} vectors;

/* Loads one array as float32. dims: its extents, where -1 takes what the file has. Missing is fine
   where it is not required: *value is then NULL. */
static int load(vectors *v, const char *name, bool required, int rank, int32_t *dims, float **value)
{
  char full[1200];
  hid_t data;
  hsize_t found[STORE_MAX_RANK];
  size_t n = 1;
  *value = NULL;
  snprintf(full, sizeof full, "%s/%s", v->group, name);
  if (!required && H5Lexists(v->file, full, H5P_DEFAULT) <= 0)
    return EXIT_FINE;
  if (store_open_data(v->file, v->path, full, STORE_ANY, rank, &data, found, v->err) != EXIT_FINE)
    return EXIT_IO;

  int status = EXIT_FINE;
  const hid_t type = H5Dget_type(data);
  if (H5Tget_class(type) != H5T_FLOAT)
    status = error_add(v->err, EXIT_IO, "%s: %s holds no real numbers", v->path, full);
  for (int i = 0; status == EXIT_FINE && i < rank; i++) {
    n *= (size_t)found[i];
    if (dims[i] < 0)
      dims[i] = (int32_t)found[i];
    if (found[i] == 0 || (hsize_t)dims[i] != found[i])
      status = error_add(v->err, EXIT_IO,
                         "%s: %s has %" PRIu64 " values along dimension %d where "
                         "the other arrays of the group want %" PRId32,
                         v->path, full, (uint64_t)found[i], i, dims[i]);
  }
  float *number = calloc(n + 1, sizeof *number);
  if (status == EXIT_FINE && !number)
    status = error_add(v->err, EXIT_RUN_FAILED, "%s: no memory for %s", v->path, full);
  if (status == EXIT_FINE &&
      H5Dread(data, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, number) < 0)
    status = store_error(v->err, v->path, full);
  for (size_t i = 0; number && status == EXIT_FINE && i < n; i++)
    if (!isfinite(number[i]))
      status =
          error_add(v->err, EXIT_IO, "%s: %s holds a number that is not finite", v->path, full);
  *value = number; // freed with the case
  H5Tclose(type);
  H5Dclose(data);
  return status;
}

/* A number of a step: rank 0, or one element. */
static int load_reward(vectors *v, vector_case *c)
{
  char full[1200];
  int32_t one = 1;
  snprintf(full, sizeof full, "%s/reward", v->group);
  const hid_t data = H5Lexists(v->file, full, H5P_DEFAULT) > 0
                         ? H5Dopen2(v->file, full, H5P_DEFAULT)
                         : H5I_INVALID_HID;
  const hid_t space = data >= 0 ? H5Dget_space(data) : H5I_INVALID_HID;
  const int rank = space >= 0 ? H5Sget_simple_extent_ndims(space) : 0;
  if (space >= 0)
    H5Sclose(space);
  if (data >= 0)
    H5Dclose(data);
  return load(v, "reward", false, rank == 1, &one, &c->reward);
}

/* ---- attributes as parameters ---- */

enum { MOST_NUMBERS = 256 };

/* Numbers of an attribute; h5py writes a bool as an enumeration of one byte. */
static bool read_numbers(hid_t attribute, hid_t type, size_t n, double *value)
{
  const H5T_class_t class = H5Tget_class(type);
  if (n == 0 || n > MOST_NUMBERS)
    return false;
  if (class == H5T_INTEGER || class == H5T_FLOAT)
    return H5Aread(attribute, H5T_NATIVE_DOUBLE, value) >= 0;
  signed char byte[MOST_NUMBERS];
  if (class != H5T_ENUM || H5Tget_size(type) != 1 || H5Aread(attribute, type, byte) < 0)
    return false;
  for (size_t i = 0; i < n; i++)
    value[i] = byte[i];
  return true;
}

/* An attribute's numbers as TOML; one byte of 0 or 1 is a flag. False: it holds none. */
static bool numbers_as_toml(hid_t attribute, char *text, size_t size)
{
  double value[MOST_NUMBERS];
  const hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
  const hssize_t found = H5Sget_simple_extent_npoints(space);
  const size_t n = found > 0 ? (size_t)found : 0;
  const bool read = read_numbers(attribute, type, n, value), byte = H5Tget_size(type) == 1;
  size_t length = 0;
  for (size_t i = 0; read && i < n && length < size; i++) {
    char number[32];
    snprintf(number, sizeof number, "%.17g", value[i]);
    length += (size_t)snprintf(text + length, size - length, "%s%s%s", n > 1 ? i ? ", " : "[" : "",
                               byte && value[i] == 0   ? "false"
                               : byte && value[i] == 1 ? "true"
                                                       : number,
                               n > 1 && i + 1 == n ? "]" : "");
  }
  H5Sclose(space);
  H5Tclose(type);
  return read && length < size;
}

/* Attributes that say something about a case and are no parameters. */
static bool is_remark(const char *name)
{
  static const char *const remark[] = { "rule", "coef_name", "source",   "title",
                                        "note", "meaning",   "tolerance" };
  for (size_t i = 0; i < sizeof remark / sizeof *remark; i++)
    if (strcmp(name, remark[i]) == 0)
      return true;
  return name[0] == '_';
}

static int add_parameter(vector_case *c, const char *key, const char *value)
{
  const size_t length = strlen(key) + strlen(value) + 2;
  char **grown = realloc(c->parameter, (size_t)(c->n_parameter + 1) * sizeof *grown);
  if (!grown)
    return -1;
  c->parameter = grown;
  char *text = malloc(length);
  if (!text)
    return -1;
  snprintf(text, length, "%s=%s", key, value);
  c->parameter[c->n_parameter++] = text;
  return 0;
}

static int read_parameters(vectors *v, hid_t group, vector_case *c)
{
  const int n = H5Aget_num_attrs(group);
  for (int i = 0; i < n; i++) {
    char key[STORE_MAX_NAME], toml[MOST_NUMBERS * 28], *text = NULL;
    const hid_t attribute = H5Aopen_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, (hsize_t)i,
                                           H5P_DEFAULT, H5P_DEFAULT);
    int status = 0;
    if (attribute < 0)
      return store_error(v->err, v->path, "an attribute cannot be read");
    const ssize_t length = H5Aget_name(attribute, sizeof key, key);
    if (length > 0 && (size_t)length < sizeof key && !is_remark(key)) {
      if (store_text_attribute(group, key, &text))
        status = add_parameter(c, key, text);
      else if (numbers_as_toml(attribute, toml, sizeof toml))
        status = add_parameter(c, key, toml);
    }
    free(text);
    H5Aclose(attribute);
    if (status != 0)
      return error_add(v->err, EXIT_RUN_FAILED, "%s: no memory for parameters", v->path);
  }
  return EXIT_FINE;
}

static void read_names(hid_t group, vector_case *c)
{
  char *rule = NULL;
  size_t n = 0;
  if (store_text_attribute(group, "rule", &rule))
    snprintf(c->rule, sizeof c->rule, "%s", rule);
  free(rule);
  char **word = store_words_attribute(group, "coef_name", &n);
  for (size_t i = 0; word && i < n && i < sizeof c->coef_name / sizeof *c->coef_name; i++) {
    snprintf(c->coef_name[i], sizeof c->coef_name[i], "%s", word[i]);
    c->n_coef_name = (int32_t)i + 1;
  }
  store_free_words(word);
}

/* ---- groups ---- */

static int read_arrays(vectors *v, vector_case *c)
{
  int32_t pre = -1, post = -1;
  if (load(v, "pre", true, 1, &pre, &c->pre) || load(v, "post", true, 1, &post, &c->post))
    return v->err->status;
  int32_t coef[3] = { -1, pre, post }, synapse[2] = { pre, post }, trace[3] = { -1, pre, post };
  if (load(v, "coef", true, 3, coef, &c->coef) || load(v, "weight", true, 2, synapse, &c->weight) ||
      load(v, "weight_after", false, 2, synapse, &c->weight_after) ||
      load(v, "drive", false, 1, &post, &c->drive) ||
      load(v, "modulator", false, 1, &post, &c->modulator) || load_reward(v, c) ||
      load(v, "trace", false, 3, trace, &c->trace) ||
      load(v, "trace_after", false, 3, trace, &c->trace_after))
    return v->err->status;
  c->n_pre = pre;
  c->n_post = post;
  c->n_coef = coef[0];
  c->n_trace = c->trace || c->trace_after ? trace[0] : 0;
  return EXIT_FINE;
}

static int read_case(vectors *v, hid_t group)
{
  if (v->n == v->capacity) {
    const int32_t capacity = v->capacity ? 2 * v->capacity : 16;
    vector_case *grown = realloc(v->cases, (size_t)capacity * sizeof *grown);
    if (!grown)
      return error_add(v->err, EXIT_RUN_FAILED, "%s: no memory for its cases", v->path);
    v->cases = grown;
    v->capacity = capacity;
  }
  vector_case *c = &v->cases[v->n++];
  *c = (vector_case){ 0 };
  snprintf(c->name, sizeof c->name, "%s", v->group[0] ? v->group + 1 : "/");
  read_names(group, c);
  if (read_parameters(v, group, c) != EXIT_FINE)
    return v->err->status;
  return read_arrays(v, c);
}

static int visit_group(hid_t group, const char *path, void *arg)
{
  static const char *const needed[] = { "pre", "post", "coef", "weight" };
  vectors *v = arg;
  size_t there = 0;
  for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
    there += H5Lexists(group, needed[i], H5P_DEFAULT) > 0;
  v->group = strcmp(path, "/") == 0 ? "" : path;
  return there == sizeof needed / sizeof *needed ? read_case(v, group) : EXIT_FINE;
}

int store_read_vectors(const char *path, vector_case **out, int32_t *n, error *err)
{
  vectors v = { .path = path, .err = err };
  *out = NULL;
  *n = 0;
  if (store_open_input(path, &v.file, err) != EXIT_FINE)
    return err->status;
  int status = store_each_group(v.file, "/", visit_group, &v);
  if (status != EXIT_FINE && err->status == EXIT_FINE)
    status = store_error(err, path, "is damaged");
  H5Fclose(v.file);
  if (status == EXIT_FINE && v.n == 0)
    status = error_add(err, EXIT_IO, "%s: no group holds pre, post, coef and weight", path);
  if (status != EXIT_FINE) {
    vector_cases_free(v.cases, v.n);
    return status;
  }
  *out = v.cases;
  *n = v.n;
  return EXIT_FINE;
}

void vector_cases_free(vector_case *cases, int32_t n)
{
  for (int32_t i = 0; cases && i < n; i++) {
    vector_case *c = &cases[i];
    float *const array[] = { c->pre,  c->post,   c->drive, c->modulator,    c->reward,
                             c->coef, c->weight, c->trace, c->weight_after, c->trace_after };
    for (size_t k = 0; k < sizeof array / sizeof *array; k++)
      free(array[k]);
    for (int32_t k = 0; k < c->n_parameter; k++)
      free(c->parameter[k]);
    free(c->parameter);
  }
  free(cases);
}
