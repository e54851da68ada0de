/* golden_read.c - reference numbers from the HDF5 files in tests/golden. */
#include "golden_read.h"

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void golden_path(const char *file, char *out, size_t size)
{
  const char *source = getenv("top_srcdir"); // set for the tests by the build
  snprintf(out, size, "%s/tests/golden/%s", source ? source : ".", file);
}

static hid_t need(hid_t id, const char *file, const char *what)
{
  if (id < 0) {
    fprintf(stderr, "golden: %s: %s cannot be read\n", file, what);
    exit(99);
  }
  return id;
}

static hid_t open_file(const char *file)
{
  char path[4096];
  golden_path(file, path, sizeof path);
  return need(H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT), path, "the file");
}

static golden shape_of(hid_t space, const char *file, const char *what)
{
  golden g = { .n = 1 };
  hsize_t extent[4] = { 0 };
  const int rank = H5Sget_simple_extent_ndims(space);
  if (rank > 4)
    need(-1, file, what);
  H5Sget_simple_extent_dims(space, extent, NULL);
  g.rank = rank;
  for (int i = 0; i < rank; i++) {
    g.extent[i] = (int64_t)extent[i];
    g.n *= g.extent[i];
  }
  g.value = malloc((size_t)g.n * sizeof *g.value + 1);
  if (!g.value)
    need(-1, file, what);
  return g;
}

golden golden_read(const char *file, const char *dataset)
{
  const hid_t f = open_file(file);
  const hid_t d = need(H5Dopen2(f, dataset, H5P_DEFAULT), file, dataset);
  const hid_t space = H5Dget_space(d);
  golden g = shape_of(space, file, dataset);
  need(H5Dread(d, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, g.value), file, dataset);
  H5Sclose(space);
  H5Dclose(d);
  H5Fclose(f);
  return g;
}

golden golden_attribute(const char *file, const char *object, const char *attribute)
{
  const hid_t f = open_file(file);
  const hid_t a =
      need(H5Aopen_by_name(f, object, attribute, H5P_DEFAULT, H5P_DEFAULT), file, attribute);
  const hid_t space = H5Aget_space(a);
  golden g = shape_of(space, file, attribute);
  need(H5Aread(a, H5T_NATIVE_DOUBLE, g.value), file, attribute);
  H5Sclose(space);
  H5Aclose(a);
  H5Fclose(f);
  return g;
}

void golden_text(const char *file, const char *object, const char *attribute, char *out,
                 size_t size)
{
  const hid_t f = open_file(file);
  const hid_t a =
      need(H5Aopen_by_name(f, object, attribute, H5P_DEFAULT, H5P_DEFAULT), file, attribute);
  const hid_t type = H5Aget_type(a);
  char text[4096] = { 0 };
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) ||
      H5Tget_size(type) >= sizeof text)
    need(-1, file, attribute);
  need(H5Aread(a, type, text), file, attribute);
  snprintf(out, size, "%s", text);
  H5Tclose(type);
  H5Aclose(a);
  H5Fclose(f);
}

int golden_has(const char *file, const char *object)
{
  const hid_t f = open_file(file);
  const int found = H5Lexists(f, object, H5P_DEFAULT) > 0;
  H5Fclose(f);
  return found;
}

void golden_names(const char *file, const char *group, void (*each)(const char *name, void *arg),
                  void *arg)
{
  const hid_t f = open_file(file);
  H5G_info_t info;
  need(H5Gget_info_by_name(f, group, &info, H5P_DEFAULT), file, group);
  for (hsize_t i = 0; i < info.nlinks; i++) {
    char name[256];
    if (H5Lget_name_by_idx(f, group, H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name,
                           H5P_DEFAULT) < 0)
      need(-1, file, group);
    each(name, arg);
  }
  H5Fclose(f);
}
