/* store_arrays.c - quantities that plugins declare: parameters, parts of a state, poses, joints.
 *
 * A plugin's names meet those of the schema and of each other in one group; where two would clash,
 * the later one is given another name.
 */
#include "store_hdf5.h"

#include <stdio.h>
#include <string.h>

#include "env_shape.h"

store_type store_type_of(uint32_t dtype)
{
  switch (dtype) {
  case HEBB_F32: return STORE_F32;
  case HEBB_F64: return STORE_F64;
  case HEBB_I32: return STORE_I32;
  default: return STORE_U8;
  }
}

size_t store_type_size(store_type type)
{
  switch (type) {
  case STORE_U8: return 1;
  case STORE_F32:
  case STORE_I32: return 4;
  case STORE_F64:
  case STORE_I64: return 8;
  default: return sizeof(char *);
  }
}

/* Whether a dimension may be called `name`: no other array bears it. */
static bool name_is_free(const char *name, const hebb_array *all, int32_t n_all)
{
  for (int32_t i = 0; i < n_all; i++)
    if (strcmp(all[i].name, name) == 0)
      return false;
  return true;
}

/* The extent of a scale that is in the group; -1: there is none of that name. */
static int64_t scale_extent(store_group *group, const char *name)
{
  hsize_t extent[STORE_MAX_RANK];
  int64_t n = -1;
  if (!store_has(group, name))
    return -1;
  const hid_t data = H5Dopen2(group->id, name, H5P_DEFAULT);
  const hid_t space = data >= 0 ? H5Dget_space(data) : H5I_INVALID_HID;
  if (space >= 0 && H5DSis_scale(data) > 0 && H5Sget_simple_extent_ndims(space) == 1 &&
      H5Sget_simple_extent_dims(space, extent, NULL) == 1)
    n = (int64_t)extent[0];
  if (space >= 0)
    H5Sclose(space);
  if (data >= 0)
    H5Dclose(data);
  return n;
}

/* Whether a word stands in a list by spaces: no array has one dimension twice. */
static bool has_word(const char *list, const char *word)
{
  const size_t length = strlen(word);
  for (; *list; list += strcspn(list, " "), list += strspn(list, " "))
    if (strncmp(list, word, length) == 0 && (list[length] == ' ' || !list[length]))
      return true;
  return false;
}

/* Names the dimension `dim` of an array ("" : unnamed) and makes its scale unless it is there.
   before: the names of the dimensions in front of it. */
static void name_dimension(store_group *group, const char *array, const char *dim, int32_t k,
                           int32_t extent, const char *before, const hebb_array *all, int32_t n_all,
                           char *name)
{
  const size_t size = STORE_MAX_NAME;
  const bool usable = dim[0] && name_is_free(dim, all, n_all);
  for (int attempt = usable ? 0 : 1; attempt < 3; attempt++) {
    if (attempt == 0)
      snprintf(name, size, "%s", dim);
    else if (attempt == 1)
      snprintf(name, size, "%.60s_%.60s", array, usable ? dim : "index");
    else
      snprintf(name, size, "%.100s_%d", array, k);
    if (!name_is_free(name, all, n_all) || has_word(before, name))
      continue;
    if (scale_extent(group, name) == extent)
      return;
    if (!store_has(group, name)) {
      store_scale(group, name, extent);
      return;
    }
  }
  store_fail(group->writer, "no name is left for a dimension of", array);
}

void store_put_named(store_group *group, const hebb_array *array, const char *leading,
                     store_type type, const hebb_array *all, int32_t n_all, const void *value)
{
  char name[STORE_MAX_NAME], dims[(STORE_MAX_RANK + 1) * STORE_MAX_NAME] = "";
  size_t length = 0;
  if (!store_good(group->writer) || env_array_count(array) == 0)
    return;

  snprintf(name, sizeof name, "%.100s", array->name);
  if (store_has(group, name))
    snprintf(name, sizeof name, "own_%.100s", array->name);
  if (leading)
    length += (size_t)snprintf(dims, sizeof dims, "%s", leading);
  const char *word = array->dims ? array->dims : "";
  for (uint32_t i = 0; i < array->rank; i++) {
    char dim[STORE_MAX_NAME], scale[STORE_MAX_NAME];
    word += strspn(word, " ");
    const size_t n = strcspn(word, " ");
    snprintf(dim, sizeof dim, "%.*s", n < 60 ? (int)n : 60, word);
    word += n;
    name_dimension(group, name, dim, (int32_t)i, array->extent[i], dims, all, n_all, scale);
    length +=
        (size_t)snprintf(dims + length, sizeof dims - length, "%s%s", length ? " " : "", scale);
  }
  const store_variable variable = { .name = name,
                                    .type = type,
                                    .dims = dims,
                                    .unit = array->unit,
                                    .doc = array->doc ? array->doc : "" };
  store_put_declared(group, &variable, value);
}
