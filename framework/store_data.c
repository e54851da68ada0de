/* store_data.c - dimension scales and data sets, typed and described by the schema.
 *
 * Every dimension has a scale in the data set's own group, because xarray finds it only there. A
 * data set is written whole, by one H5Dwrite, so that a compressed chunk is filled once.
 */
#include "store_hdf5.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { CHUNK_VALUES = 65536, COMPRESS_ABOVE = 4096 };

hid_t store_file_type(const store_writer *writer, store_type type)
{
  switch (type) {
  case STORE_F32: return H5T_IEEE_F32LE;
  case STORE_F64: return H5T_IEEE_F64LE;
  case STORE_I32: return H5T_STD_I32LE;
  case STORE_I64: return H5T_STD_I64LE;
  case STORE_U8: return H5T_STD_U8LE;
  default: return writer->text_type;
  }
}

/* Few synapses over a whole life, so that the series of one synapse is read fast. */
static void choose_chunk(int rank, const hsize_t *dims, hsize_t *chunk)
{
  hsize_t row = 1;
  for (int i = 0; i < rank; i++)
    chunk[i] = dims[i];
  for (int i = 1; i < rank; i++)
    row *= dims[i];
  if (rank == 3) {
    const hsize_t columns = 256 / dims[2] ? 256 / dims[2] : 1;
    chunk[0] = dims[0] < 256 ? dims[0] : 256;
    chunk[1] = columns < dims[1] ? columns : dims[1];
  } else {
    const hsize_t rows = CHUNK_VALUES / row ? CHUNK_VALUES / row : 1;
    chunk[0] = rows < dims[0] ? rows : dims[0];
  }
}

static hid_t creation_list(store_writer *writer, const store_variable *v, int rank,
                           const hsize_t *dims)
{
  hsize_t chunk[STORE_MAX_RANK], n = 1;
  const hid_t list = H5Pcopy(writer->data_list);
  for (int i = 0; i < rank; i++)
    n *= dims[i];
  // what is written whole is not filled before; text needs its fill value
  if (list >= 0 && v->type != STORE_TEXT && !(v->flags & STORE_BARE))
    H5Pset_fill_time(list, H5D_FILL_TIME_NEVER);
  if (list < 0 || !writer->compress || rank == 0 || v->type == STORE_TEXT ||
      (v->flags & STORE_SCALE) || n * store_type_size(v->type) < COMPRESS_ABOVE)
    return list;
  choose_chunk(rank, dims, chunk);
  if (H5Pset_chunk(list, rank, chunk) < 0 || H5Pset_shuffle(list) < 0 ||
      H5Pset_deflate(list, 4) < 0 || H5Pset_fletcher32(list) < 0)
    store_fail(writer, "cannot set up compression of", v->name);
  return list;
}

/* Notes what was written, for the comparison before the file takes its place. */
static void remember(store_group *group, const char *name, store_type type, int rank,
                     const hsize_t *dims, const void *value)
{
  store_writer *writer = group->writer;
  if (writer->n_written == writer->written_capacity) {
    const int32_t capacity = writer->written_capacity ? 2 * writer->written_capacity : 64;
    store_written *grown = realloc(writer->written, (size_t)capacity * sizeof *grown);
    if (!grown) {
      store_no_memory(writer, name);
      return;
    }
    writer->written = grown;
    writer->written_capacity = capacity;
  }
  const size_t length = strlen(group->path) + strlen(name) + 2;
  store_written *w = &writer->written[writer->n_written];
  *w = (store_written){ .rank = rank, .type = value ? type : STORE_TEXT, .path = malloc(length) };
  if (!w->path) {
    store_no_memory(writer, name);
    return;
  }
  writer->n_written++;
  snprintf(w->path, length, "%s/%s", group->path, name);
  size_t size = store_type_size(type);
  for (int i = 0; i < rank; i++) {
    w->dims[i] = dims[i];
    size *= (size_t)dims[i];
  }
  if (w->type != STORE_TEXT)
    w->crc = crc32_z(crc32_z(0, NULL, 0), value, size);
}

/* Makes and fills a data set whose extents are known, with its description; to be closed. */
static hid_t put_values(store_group *group, const char *name, const store_variable *v,
                        const char *stem, int rank, const hsize_t *dims, const void *value)
{
  store_writer *writer = group->writer;
  const hid_t space = rank ? H5Screate_simple(rank, dims, NULL) : H5Screate(H5S_SCALAR);
  const hid_t list = creation_list(writer, v, rank, dims);
  hid_t data = H5I_INVALID_HID;
  if (store_check(writer, space, "cannot describe", name) &&
      store_check(writer, list, "cannot lay out", name)) {
    data = H5Dcreate2(group->id, name, store_file_type(writer, v->type), space, H5P_DEFAULT, list,
                      H5P_DEFAULT);
    if (store_check(writer, data, "cannot make", name) && value)
      store_check(writer,
                  H5Dwrite(data,
                           v->type == STORE_TEXT ? writer->text_type : store_memory_type(v->type),
                           H5S_ALL, H5S_ALL, H5P_DEFAULT, value),
                  "cannot write", name);
    if (store_good(writer))
      remember(group, name, v->type, rank, dims, value);
    if (store_good(writer))
      store_describe(writer, data, v, stem);
  }
  if (list >= 0)
    H5Pclose(list);
  if (space >= 0)
    H5Sclose(space);
  return data;
}

/* ---- scales ---- */

static void put_scale(store_group *group, const char *name, int64_t n, const void *value)
{
  char stem[STORE_MAX_NAME], label[STORE_MAX_NAME];
  const store_variable *row = store_find_row(group, name, false, stem);
  const store_variable declared = { .name = name,
                                    .type = STORE_I32,
                                    .flags = STORE_SCALE,
                                    .unit = "1",
                                    .doc = "number along this dimension, from 0" };
  if (!row || !store_good(group->writer))
    return;
  if (row->type == STORE_ANY)
    row = &declared;
  const hsize_t extent = (hsize_t)n;
  const hid_t data = put_values(group, name, row, stem, 1, &extent, value);
  // netCDF knows a dimension without values by this phrase
  if (row->flags & STORE_BARE)
    snprintf(label, sizeof label, "This is a netCDF dimension but not a netCDF variable.%10lld",
             (long long)n);
  else
    snprintf(label, sizeof label, "%s", name);
  if (store_good(group->writer))
    store_check(group->writer, H5DSset_scale(data, label), "cannot make the scale", name);
  if (data >= 0)
    H5Dclose(data);
}

void store_scale_values(store_group *group, const char *name, int64_t n, const int32_t *value)
{
  put_scale(group, name, n, value);
}

void store_scale_length(store_group *group, const char *name, int64_t n)
{
  put_scale(group, name, n, NULL);
}

void store_scale_words(store_group *group, const char *name, int64_t n, const char *const *word)
{
  char **clean = store_clean_words(group->writer, n, word);
  if (clean)
    put_scale(group, name, n, clean);
  store_free_words(clean);
}

void store_scale(store_group *group, const char *name, int64_t n)
{
  int32_t *number = malloc((size_t)n * sizeof *number);
  for (int32_t i = 0; number && i < n; i++)
    number[i] = i;
  if (number)
    put_scale(group, name, n, number);
  else
    store_no_memory(group->writer, name);
  free(number);
}

/* ---- data sets ---- */

/* Opens the scale of a dimension; its extent goes to *extent. */
static hid_t open_scale(store_group *group, const char *dim, size_t length, hsize_t *extent)
{
  char name[STORE_MAX_NAME];
  snprintf(name, sizeof name, "%.*s", (int)length, dim);
  *extent = 0;
  const hid_t scale = H5Dopen2(group->id, name, H5P_DEFAULT);
  if (!store_check(group->writer, scale, "there is no dimension scale", name))
    return scale;
  const hid_t space = H5Dget_space(scale);
  if (store_check(group->writer, space, "cannot measure", name)) {
    store_check(group->writer, H5Sget_simple_extent_dims(space, extent, NULL), "cannot measure",
                name);
    H5Sclose(space);
  }
  return scale;
}

static void put_variable(store_group *group, const char *name, const store_variable *v,
                         const char *stem, const void *value)
{
  char dims_text[4 * STORE_MAX_NAME];
  hid_t scale[STORE_MAX_RANK], data = H5I_INVALID_HID;
  hsize_t dims[STORE_MAX_RANK];
  char **word = NULL;
  int rank = 0;

  if (!store_good(group->writer))
    return;
  store_schema_expand(v->dims, stem, dims_text, sizeof dims_text);
  for (const char *dim = dims_text; *dim && rank < STORE_MAX_RANK; rank++) {
    const size_t length = strcspn(dim, " ");
    scale[rank] = open_scale(group, dim, length, &dims[rank]);
    dim += length + (dim[length] == ' ');
  }
  if (v->type == STORE_TEXT) {
    int64_t n = 1;
    for (int i = 0; i < rank; i++)
      n *= (int64_t)dims[i];
    word = store_clean_words(group->writer, n, value);
  }
  if (store_good(group->writer))
    data = put_values(group, name, v, stem, rank, dims, word ? (const void *)word : value);
  for (int i = 0; i < rank; i++) {
    if (store_good(group->writer))
      store_check(group->writer, H5DSattach_scale(data, scale[i], (unsigned)i), "cannot label",
                  name);
    if (scale[i] >= 0)
      H5Dclose(scale[i]);
  }
  if (data >= 0)
    H5Dclose(data);
  store_free_words(word);
}

void store_put(store_group *group, const char *name, const void *value)
{
  char stem[STORE_MAX_NAME];
  const store_variable *row = store_find_row(group, name, false, stem);
  if (row)
    put_variable(group, name, row, stem, value);
}

void store_put_text(store_group *group, const char *name, const char *text)
{
  store_put(group, name, &text);
}

void store_put_declared(store_group *group, const store_variable *variable, const void *value)
{
  put_variable(group, variable->name, variable, "", value);
}

/* Keeps the first `keep` of 23 mantissa bits, to the nearest, ties to even. */
static float round_bits(float value, int keep)
{
  const uint32_t drop = (uint32_t)(23 - keep);
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  if ((bits & 0x7f800000u) == 0x7f800000u)
    return value; // not finite
  bits += (1u << (drop - 1)) - 1 + ((bits >> drop) & 1u);
  bits &= ~((1u << drop) - 1);
  memcpy(&value, &bits, sizeof bits);
  return value;
}

void store_put_rounded(store_group *group, const char *name, int64_t n, const float *value)
{
  const int keep = group->writer->keepbits;
  if (keep >= 23 || !store_good(group->writer)) {
    store_put(group, name, value);
    return;
  }
  float *rounded = malloc((size_t)n * sizeof *rounded);
  if (!rounded) {
    store_no_memory(group->writer, name);
    return;
  }
  for (int64_t i = 0; i < n; i++)
    rounded[i] = round_bits(value[i], keep);
  store_put(group, name, rounded);
  free(rounded);
}
