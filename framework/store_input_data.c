/* store_input_data.c - data sets of a file that may be anybody's: type, extents, storage, filters
 * and links are checked before a value is read. */
#include "store_hdf5.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No data set of ours, and none that is worth reading, has more values. */
static const uint64_t most_values = (uint64_t)1 << 31;

/* Every step of the path is a hard link: nothing is read from another file. */
static bool linked_here(hid_t file, const char *name)
{
  char part[512];
  const size_t length = strlen(name);
  if (length >= sizeof part)
    return false;
  for (size_t i = 1; i <= length; i++)
    if (name[i] == '/' || name[i] == '\0') {
      H5L_info_t link;
      memcpy(part, name, i);
      part[i] = '\0';
      if (H5Lexists(file, part, H5P_DEFAULT) <= 0 ||
          H5Lget_info(file, part, &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_HARD)
        return false;
    }
  return true;
}

/* Ordinary storage in this very file, with filters that every HDF5 library has. */
static bool stored_plainly(hid_t data)
{
  const hid_t list = H5Dget_create_plist(data);
  bool plain = list >= 0;
  if (plain) {
    const H5D_layout_t layout = H5Pget_layout(list);
    plain = (layout == H5D_CONTIGUOUS || layout == H5D_CHUNKED || layout == H5D_COMPACT) &&
            H5Pget_external_count(list) == 0;
    const int n_filter = layout == H5D_CHUNKED ? H5Pget_nfilters(list) : 0;
    for (int i = 0; plain && i < n_filter; i++) {
      unsigned flags, config;
      size_t n = 0;
      const H5Z_filter_t filter =
          H5Pget_filter2(list, (unsigned)i, &flags, &n, NULL, 0, NULL, &config);
      plain = filter == H5Z_FILTER_DEFLATE || filter == H5Z_FILTER_SHUFFLE ||
              filter == H5Z_FILTER_FLETCHER32;
    }
    H5Pclose(list);
  }
  return plain;
}

/* What is wrong with an open data set; NULL: nothing. */
static const char *data_fault(hid_t data, store_type type, int rank, hsize_t *dims)
{
  const char *fault = NULL;
  const hid_t space = H5Dget_space(data), stored = H5Dget_type(data);
  uint64_t n = 1;
  const store_type found = stored >= 0 ? store_type_in_file(stored) : STORE_ANY;
  const int found_rank = space >= 0 ? H5Sget_simple_extent_ndims(space) : -1;
  if (type != STORE_ANY && found != type)
    fault = "has another type";
  else if (found_rank != rank || rank > STORE_MAX_RANK)
    fault = "has another number of dimensions";
  else if (!stored_plainly(data))
    fault = "is stored in a way that is not read: external, virtual or with a foreign filter";
  else if (rank > 0 && H5Sget_simple_extent_dims(space, dims, NULL) != rank)
    fault = "has no plain extents";
  for (int i = 0; !fault && i < rank; i++)
    if (__builtin_mul_overflow(n, (uint64_t)dims[i], &n) || n > most_values)
      fault = "is too large";
  if (stored >= 0)
    H5Tclose(stored);
  if (space >= 0)
    H5Sclose(space);
  return fault;
}

int store_open_data(hid_t file, const char *path, const char *name, store_type type, int rank,
                    hid_t *id, hsize_t *dims, error *err)
{
  *id = H5I_INVALID_HID;
  if (!linked_here(file, name))
    return error_add(err, EXIT_IO, "%s: has no %s", path, name);
  const hid_t object = H5Oopen(file, name, H5P_DEFAULT);
  if (object < 0)
    return store_error(err, path, "is damaged");
  const char *fault =
      H5Iget_type(object) == H5I_DATASET ? data_fault(object, type, rank, dims) : "is no data set";
  if (fault) {
    H5Oclose(object);
    return error_add(err, EXIT_IO, "%s: %s %s; wanted: %s with %d dimensions", path, name, fault,
                     store_type_name(type), rank);
  }
  *id = object;
  return EXIT_FINE;
}

void *store_load(hid_t file, const char *path, const char *name, store_type type, int rank,
                 hsize_t *dims, error *err)
{
  hid_t data;
  size_t n = 1;
  if (store_open_data(file, path, name, type, rank, &data, dims, err) != EXIT_FINE)
    return NULL;
  for (int i = 0; i < rank; i++)
    n *= (size_t)dims[i];
  void *value = malloc(n * store_type_size(type) + 1);
  if (!value) {
    error_add(err, EXIT_RUN_FAILED, "%s: no memory for %s", path, name);
  } else if (H5Dread(data, store_memory_type(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, value) < 0) {
    store_error(err, path, name);
    free(value);
    value = NULL;
  }
  H5Dclose(data);
  return value;
}

int store_load_text(hid_t file, const char *path, const char *name, char **text, error *err)
{
  hid_t data;
  hsize_t dims[STORE_MAX_RANK];
  char *raw = NULL;
  *text = NULL;
  if (store_open_data(file, path, name, STORE_TEXT, 0, &data, dims, err) != EXIT_FINE)
    return EXIT_IO;
  const hid_t stored = H5Dget_type(data), wanted = store_new_text_type();
  int status = EXIT_FINE;
  if (H5Tis_variable_str(stored) <= 0)
    status = error_add(err, EXIT_IO, "%s: %s is not text of variable length", path, name);
  else if (H5Dread(data, wanted, H5S_ALL, H5S_ALL, H5P_DEFAULT, &raw) < 0)
    status = store_error(err, path, name);
  else if (!(*text = strdup(raw ? raw : "")))
    status = error_add(err, EXIT_RUN_FAILED, "%s: no memory for %s", path, name);
  H5free_memory(raw);
  H5Tclose(wanted);
  H5Tclose(stored);
  H5Dclose(data);
  return status;
}

char **store_load_words(hid_t file, const char *path, const char *name, hsize_t *n, error *err)
{
  hid_t data;
  if (store_open_data(file, path, name, STORE_TEXT, 1, &data, n, err) != EXIT_FINE)
    return NULL;
  const hid_t stored = H5Dget_type(data), wanted = store_new_text_type();
  const bool variable = H5Tis_variable_str(stored) > 0;
  char **raw = calloc((size_t)*n + 1, sizeof *raw), **word = calloc((size_t)*n + 1, sizeof *word);
  bool whole =
      raw && word && variable && H5Dread(data, wanted, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw) >= 0;
  for (hsize_t i = 0; whole && i < *n; i++)
    whole = (word[i] = strdup(raw[i] ? raw[i] : "")) != NULL;
  for (hsize_t i = 0; raw && i < *n; i++)
    H5free_memory(raw[i]);
  free(raw);
  if (!whole) {
    error_add(err, EXIT_IO, "%s: %s cannot be read as text of variable length", path, name);
    store_free_words(word);
    word = NULL;
  }
  H5Tclose(wanted);
  H5Tclose(stored);
  H5Dclose(data);
  return word;
}

typedef struct scale_path {
  char *path;
  size_t size;
} scale_path;

static herr_t keep_path(hid_t data, unsigned k, hid_t scale, void *arg)
{
  (void)data;
  (void)k;
  const scale_path *out = arg;
  return H5Iget_name(scale, out->path, out->size) > 0; // the first one ends the search
}

void store_scale_of(hid_t data, unsigned k, char *path, size_t size)
{
  scale_path out = { path, size };
  path[0] = '\0';
  H5DSiterate_scales(data, k, NULL, keep_path, &out);
}
