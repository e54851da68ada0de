/* store.c - a file that is being built in memory, and its groups.
 *
 * HDF5 has no file on a disk open for writing: the image is taken from memory and published by
 * store_file.c. The version bounds (EARLIEST, V18) are the ones whose images can be opened again;
 * object headers carry checksums all the same, because creation order is tracked.
 */
#include "store_hdf5.h"

#include <stdio.h>
#include <string.h>

enum { CORE_INCREMENT = 4 << 20 };

void store_start(void)
{
  H5dont_atexit(); // fails from the second time on, which does no harm
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

static herr_t keep_innermost(unsigned n, const H5E_error2_t *entry, void *reason)
{
  if (n == 0 && entry->desc)
    snprintf(reason, 200, "%s", entry->desc);
  return 0;
}

int store_error(error *err, const char *path, const char *what)
{
  char reason[200] = "no reason given";
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, reason);
  return error_add(err, EXIT_IO, "%s: %s (HDF5: %s)", path, what, reason);
}

void store_fail(store_writer *writer, const char *what, const char *name)
{
  char sentence[400];
  if (writer->status != EXIT_FINE)
    return;
  snprintf(sentence, sizeof sentence, "%s %s", what, name);
  writer->status = store_error(writer->err, writer->path, sentence);
}

bool store_good(const store_writer *writer)
{
  return writer->status == EXIT_FINE;
}

bool store_check(store_writer *writer, int64_t result, const char *what, const char *name)
{
  if (result < 0)
    store_fail(writer, what, name);
  return writer->status == EXIT_FINE;
}

void store_begin(store_writer *writer, enum store_kind kind, const char *path, error *err)
{
  const unsigned order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
  store_start();
  *writer = (store_writer){
    .file = H5I_INVALID_HID, .kind = kind, .path = path, .keepbits = 23, .err = err
  };
  writer->text_type = store_new_text_type();
  writer->group_list = H5Pcreate(H5P_GROUP_CREATE);
  writer->data_list = H5Pcreate(H5P_DATASET_CREATE);
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS), creation = H5Pcreate(H5P_FILE_CREATE);

  // no times in the headers: equal contents are equal bytes
  if (writer->text_type < 0 || H5Pset_link_creation_order(writer->group_list, order) < 0 ||
      H5Pset_attr_creation_order(writer->group_list, order) < 0 ||
      H5Pset_obj_track_times(writer->group_list, false) < 0 ||
      H5Pset_attr_creation_order(writer->data_list, order) < 0 ||
      H5Pset_obj_track_times(writer->data_list, false) < 0 ||
      H5Pset_link_creation_order(creation, order) < 0 ||
      H5Pset_attr_creation_order(creation, order) < 0 ||
      H5Pset_obj_track_times(creation, false) < 0 ||
      H5Pset_fapl_core(access, CORE_INCREMENT, false) < 0 ||
      H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) < 0 ||
      H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18) < 0)
    store_fail(writer, "HDF5 cannot be set up for", path);
  if (store_good(writer)) {
    // a name that no file can have: the library would read one that is there, to throw it away
    writer->file = H5Fcreate("/dev/null/in memory", H5F_ACC_TRUNC, creation, access);
    store_check(writer, writer->file, "cannot begin", path);
  }
  H5Pclose(access);
  H5Pclose(creation);
}

store_group store_open_group(store_writer *writer, const char *path)
{
  store_group group = { writer, H5I_INVALID_HID, "" };
  snprintf(group.path, sizeof group.path, "%s", path);
  if (!store_good(writer))
    return group;
  const bool there = strcmp(path, "/") == 0 || H5Lexists(writer->file, path, H5P_DEFAULT) > 0;
  group.id = there ? H5Gopen2(writer->file, path, H5P_DEFAULT)
                   : H5Gcreate2(writer->file, path, H5P_DEFAULT, writer->group_list, H5P_DEFAULT);
  store_check(writer, group.id, "cannot make group", path);
  return group;
}

void store_close_group(store_group *group)
{
  if (group->id >= 0)
    H5Gclose(group->id);
  group->id = H5I_INVALID_HID;
}

bool store_has(const store_group *group, const char *name)
{
  return store_good(group->writer) && H5Lexists(group->id, name, H5P_DEFAULT) > 0;
}

const store_variable *store_find_row(const store_group *group, const char *name, bool attribute,
                                     char *stem)
{
  store_writer *writer = group->writer;
  const store_variable *row =
      store_schema_next(NULL, writer->kind, group->path, name, attribute, stem);
  if (!row && store_good(writer))
    writer->status = error_add(writer->err, EXIT_RUN_FAILED,
                               "%s: %s in %s is not in the schema: this is a fault of hebb",
                               writer->path, name, group->path);
  return row;
}

void store_no_memory(store_writer *writer, const char *name)
{
  if (store_good(writer))
    writer->status =
        error_add(writer->err, EXIT_RUN_FAILED, "%s: no memory for %s", writer->path, name);
}
