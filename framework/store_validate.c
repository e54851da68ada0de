/* store_validate.c - a file held against the schema: everything that differs is named. */
#include "store_hdf5.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct validation {
  hid_t file;
  const char *path;
  uint32_t kind;
  FILE *out;
  int n; /* differences */
} validation;

static void differ(validation *v, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void differ(validation *v, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  fprintf(v->out, "%s: ", v->path);
  vfprintf(v->out, format, arguments);
  fputc('\n', v->out);
  va_end(arguments);
  v->n++;
}

/* ---- attributes ---- */

/* Type and length of an attribute: STORE_ANY where it is none of ours or fixed-length text. */
static store_type attribute_type(hid_t object, const char *name, int64_t *n)
{
  store_type type = STORE_ANY;
  *n = -1;
  const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
  if (attribute < 0)
    return type;
  const hid_t stored = H5Aget_type(attribute), space = H5Aget_space(attribute);
  type = store_type_in_file(stored);
  if (type == STORE_TEXT && H5Tis_variable_str(stored) <= 0)
    type = STORE_ANY;
  *n = H5Sget_simple_extent_type(space) == H5S_SCALAR ? 0 : H5Sget_simple_extent_npoints(space);
  H5Sclose(space);
  H5Tclose(stored);
  H5Aclose(attribute);
  return type;
}

static void check_attribute(validation *v, hid_t group, const char *path, const store_variable *row)
{
  int64_t n;
  if (H5Aexists(group, row->name) <= 0) {
    if (!(row->flags & STORE_OPTIONAL))
      differ(v, "%s: attribute %s is missing", path, row->name);
    return;
  }
  const store_type type = attribute_type(group, row->name, &n);
  if (type != row->type)
    differ(v, "%s: attribute %s is not %s", path, row->name,
           row->type == STORE_TEXT ? "text of variable length" : store_type_name(row->type));
  if (n != atoi(row->dims))
    differ(v, "%s: attribute %s has the wrong number of values", path, row->name);
}

static void check_unknown_attributes(validation *v, hid_t group, const char *path)
{
  const int n = H5Aget_num_attrs(group);
  for (int i = 0; i < n; i++) {
    char name[STORE_MAX_NAME] = "", stem[STORE_MAX_NAME];
    const hid_t attribute = H5Aopen_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, (hsize_t)i,
                                           H5P_DEFAULT, H5P_DEFAULT);
    if (attribute >= 0) {
      H5Aget_name(attribute, sizeof name, name);
      H5Aclose(attribute);
    }
    if (!store_schema_next(NULL, v->kind, path, name, true, stem))
      differ(v, "%s: attribute %s is not in the schema", path, name);
  }
}

/* ---- data sets ---- */

/* A float's missing value is NaN, of the data's own type: netCDF refuses another. */
static void check_fill(validation *v, hid_t data, const char *path, store_type type)
{
  int64_t n;
  double fill = 0;
  if ((type == STORE_F32 || type == STORE_F64) &&
      (attribute_type(data, "_FillValue", &n) != type || n != 0 ||
       !store_number_attribute(data, "_FillValue", &fill) || !isnan(fill)))
    differ(v, "%s: attribute _FillValue is not NaN of type %s", path, store_type_name(type));
}

static void check_notes(validation *v, hid_t data, const char *path, const store_variable *row,
                        store_type type)
{
  int64_t n;
  static const char *const needed[] = { "units", "long_name" };
  for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
    if (attribute_type(data, needed[i], &n) != STORE_TEXT || n != 0)
      differ(v, "%s: attribute %s is missing or no text", path, needed[i]);
  check_fill(v, data, path, type);
  if (row->meanings && (attribute_type(data, "flag_values", &n) != STORE_U8 ||
                        attribute_type(data, "flag_meanings", &n) != STORE_TEXT))
    differ(v, "%s: flags without flag_values and flag_meanings", path);
}

/* Every dimension has a scale in the same group, of the name that the schema gives. */
static void check_dimensions(validation *v, hid_t data, const char *group, const char *path,
                             const store_variable *row, const char *stem)
{
  char dims[4 * STORE_MAX_NAME], found[3 * STORE_MAX_NAME];
  const hid_t space = H5Dget_space(data);
  const int rank = H5Sget_simple_extent_ndims(space);
  H5Sclose(space);
  const bool is_scale = H5DSis_scale(data) > 0;
  if (row->type != STORE_ANY && is_scale != ((row->flags & STORE_SCALE) != 0))
    differ(v, "%s: is %s dimension scale", path, is_scale ? "a" : "no");
  if (is_scale)
    return;
  store_schema_expand(row->dims ? row->dims : "", stem, dims, sizeof dims);
  const char *dim = dims;
  for (int k = 0; k < rank; k++) {
    store_scale_of(data, (unsigned)k, found, sizeof found);
    const size_t length = strcspn(dim, " "), in_group = strlen(group);
    const char *name = found + in_group + 1;
    if (!found[0])
      differ(v, "%s: dimension %d has no scale", path, k);
    else if (strncmp(found, group, in_group) != 0 || found[in_group] != '/' || strchr(name, '/'))
      differ(v, "%s: the scale of dimension %d lies in another group", path, k);
    else if (row->dims && (strncmp(name, dim, length) != 0 || name[length]))
      differ(v, "%s: dimension %d is %s, not %.*s", path, k, name, (int)length, dim);
    dim += length + (dim[length] == ' ');
  }
  if (row->dims && (*dim || (rank > 0 && !dims[0])))
    differ(v, "%s: has %d dimensions; the schema wants [%s]", path, rank, dims);
}

static void check_storage(validation *v, hid_t data, const char *path)
{
  const hid_t list = H5Dget_create_plist(data);
  unsigned order = 0;
  H5Pget_attr_creation_order(list, &order);
  if (!(order & H5P_CRT_ORDER_TRACKED))
    differ(v, "%s: the order of its attributes is not tracked", path);
  if (v->kind != STORE_EVALUATION && H5Pget_layout(list) != H5D_CONTIGUOUS)
    differ(v, "%s: is not stored contiguously", path);
  H5Pclose(list);
}

/* The row whose type is the data set's; else the first one that its name fits. */
static const store_variable *row_of(const validation *v, const char *group, const char *name,
                                    store_type type, char *stem)
{
  const store_variable *row = NULL;
  while ((row = store_schema_next(row, v->kind, group, name, false, stem)))
    if (row->type == type || row->type == STORE_ANY)
      return row;
  return store_schema_next(NULL, v->kind, group, name, false, stem);
}

typedef struct group_walk {
  validation *v;
  const char *path;
} group_walk;

static int check_data(hid_t group, const char *name, void *arg)
{
  const group_walk *walk = arg;
  validation *v = walk->v;
  char path[3 * STORE_MAX_NAME], stem[STORE_MAX_NAME];
  const hid_t data = H5Oopen(group, name, H5P_DEFAULT);
  if (data < 0)
    return EXIT_IO;
  if (H5Iget_type(data) == H5I_DATASET) {
    const hid_t stored = H5Dget_type(data);
    const store_type type = store_type_in_file(stored);
    const bool fixed = type == STORE_TEXT && H5Tis_variable_str(stored) <= 0;
    H5Tclose(stored);
    snprintf(path, sizeof path, "%s/%s", walk->path, name);
    const store_variable *row = row_of(v, walk->path, name, type, stem);
    if (!row) {
      differ(v, "%s: is not in the schema", path);
    } else {
      if (type == STORE_ANY || fixed || (row->type != STORE_ANY && row->type != type))
        differ(v, "%s: is not of type %s", path,
               row->type == STORE_TEXT || fixed ? "text of variable length"
                                                : store_type_name(row->type));
      check_dimensions(v, data, walk->path, path, row, stem);
      check_notes(v, data, path, row, type);
      check_storage(v, data, path);
    }
  }
  H5Oclose(data);
  return EXIT_FINE;
}

/* ---- groups ---- */

static int check_group(hid_t group, const char *path, void *arg)
{
  validation *v = arg;
  group_walk walk = { v, path };
  bool known = strcmp(path, "/plugins") == 0 || strcmp(path, "/lifetimes") == 0;
  for (const store_variable *row = store_schema; row->name; row++) {
    if (!store_schema_in_group(row, v->kind, path))
      continue;
    known = true;
    if (row->flags & STORE_ATTRIBUTE)
      check_attribute(v, group, path, row);
    else if (!(row->flags & STORE_OPTIONAL) && H5Lexists(group, row->name, H5P_DEFAULT) <= 0)
      differ(v, "%s: %s is missing", path, row->name);
  }
  if (!known) {
    differ(v, "%s: this group is not in the schema", path);
    return EXIT_FINE;
  }
  check_unknown_attributes(v, group, path);
  return store_each_link(group, check_data, &walk);
}

/* Groups that only some runs have: curves of lives of several episodes; no network where the rule owns the
   agent, and then no genome either where nothing of it evolves. */
static bool may_be_missing(const validation *v, const char *group)
{
  const bool learner = H5Lexists(v->file, "/network", H5P_DEFAULT) <= 0;
  return strcmp(group, "/learning") == 0 || strcmp(group, "/network") == 0 ||
         (learner && (strcmp(group, "/genomes") == 0 || strcmp(group, "/genome_layout") == 0));
}

static void check_groups_there(validation *v)
{
  static const char *const learnt[] = { "/plugins/environment", "/plugins/rule",
                                        "/plugins/optimizer" };
  const size_t n_plugin = v->kind == STORE_PLAY ? 1 : v->kind == STORE_GENOME ? 0 : 3;
  const char *last = "/";
  if (n_plugin && H5Lexists(v->file, "/plugins", H5P_DEFAULT) <= 0)
    differ(v, "/plugins is missing");
  else
    for (size_t i = 0; i < n_plugin; i++)
      if (H5Lexists(v->file, learnt[i], H5P_DEFAULT) <= 0)
        differ(v, "%s is missing", learnt[i]);
  for (const store_variable *row = store_schema; row->name; row++)
    if ((row->kinds & v->kind) && !strchr(row->group, '*') && strcmp(row->group, last) != 0) {
      last = row->group;
      if (strcmp(last, "/") != 0 && !may_be_missing(v, last) &&
          H5Lexists(v->file, last, H5P_DEFAULT) <= 0)
        differ(v, "%s is missing", last);
    }
}

int store_validate(const char *path, FILE *out, error *err)
{
  validation v = { .path = path, .out = out };
  if (store_open_input(path, &v.file, err) != EXIT_FINE)
    return err->status;
  v.kind =
      store_input_kind(v.file, path, STORE_RUN | STORE_EVALUATION | STORE_PLAY | STORE_GENOME, err);
  int status = v.kind ? EXIT_FINE : err->status;
  if (v.kind) {
    check_groups_there(&v);
    if (store_each_group(v.file, "/", check_group, &v) != EXIT_FINE)
      status = store_error(err, path, "is damaged");
    else if (v.n > 0)
      status = error_add(err, EXIT_MISMATCH, "%s: %d difference%s from schema %d.%d", path, v.n,
                         v.n == 1 ? "" : "s", STORE_SCHEMA_MAJOR, STORE_SCHEMA_MINOR);
  }
  H5Fclose(v.file);
  return status;
}
