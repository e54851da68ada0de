/* store_file.c - how a file takes its place: image, write, fsync, open again and compare, rename.
 *
 * At every moment what bears the name is a complete file, the old one or the new one, also after a
 * kill, a full disk or a power cut. HDF5 itself never syncs, and after a failed write its flush and
 * close report success; therefore the bytes go through our own loop.
 */
#include "store_hdf5.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "durable.h"

static int system_error(error *err, const char *what, const char *path)
{
  return error_add(err, EXIT_IO, "%s %s: %s", what, path, strerror(errno));
}

/* The bytes of the file in memory; NULL: the writer has failed. */
static void *take_image(store_writer *writer, size_t *size)
{
  void *image = NULL;
  if (!store_check(writer, H5Fflush(writer->file, H5F_SCOPE_GLOBAL), "cannot complete",
                   writer->path))
    return NULL;
  const ssize_t length = H5Fget_file_image(writer->file, NULL, 0);
  if (!store_check(writer, length, "cannot measure", writer->path))
    return NULL;
  *size = (size_t)length;
  image = malloc(*size);
  if (!image) {
    store_no_memory(writer, "the file's image");
    return NULL;
  }
  if (!store_check(writer, H5Fget_file_image(writer->file, image, *size), "cannot copy",
                   writer->path)) {
    free(image);
    return NULL;
  }
  return image;
}

/* One data set of the file on disk against what was written. buffer grows as needed. */
static bool same_data(hid_t file, const store_written *w, void **buffer, size_t *room)
{
  hsize_t dims[STORE_MAX_RANK];
  bool same = false;
  const hid_t data = H5Dopen2(file, w->path, H5P_DEFAULT);
  const hid_t space = data >= 0 ? H5Dget_space(data) : H5I_INVALID_HID;
  if (space >= 0 && H5Sget_simple_extent_ndims(space) == w->rank &&
      H5Sget_simple_extent_dims(space, dims, NULL) == w->rank &&
      (w->rank == 0 || memcmp(dims, w->dims, (size_t)w->rank * sizeof *dims) == 0)) {
    size_t size = store_type_size(w->type);
    for (int i = 0; i < w->rank; i++)
      size *= (size_t)dims[i];
    if (w->type == STORE_TEXT) {
      same = true;
    } else {
      if (size > *room) {
        free(*buffer);
        *buffer = malloc(size);
        *room = *buffer ? size : 0;
      }
      same =
          *buffer &&
          H5Dread(data, store_memory_type(w->type), H5S_ALL, H5S_ALL, H5P_DEFAULT, *buffer) >= 0 &&
          crc32_z(crc32_z(0, NULL, 0), *buffer, size) == w->crc;
    }
  }
  if (space >= 0)
    H5Sclose(space);
  if (data >= 0)
    H5Dclose(data);
  return same;
}

static int verify(const store_writer *writer, const char *path, error *err)
{
  void *buffer = NULL;
  size_t room = 0;
  int status = EXIT_FINE;
  const hid_t access = store_read_access();
  const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, access);
  if (file < 0)
    status = store_error(err, path, "cannot be opened again after writing");
  H5Pclose(access);
  for (int32_t i = 0; status == EXIT_FINE && i < writer->n_written; i++)
    if (!same_data(file, &writer->written[i], &buffer, &room))
      status = error_add(err, EXIT_IO,
                         "%s: %s does not read back as it was written: the disk or "
                         "the memory is at fault",
                         path, writer->written[i].path);
  free(buffer);
  if (file >= 0)
    H5Fclose(file);
  return status;
}

static void release(store_writer *writer)
{
  for (int32_t i = 0; i < writer->n_written; i++)
    free(writer->written[i].path);
  free(writer->written);
  writer->written = NULL;
  writer->n_written = 0;
}

int store_can_write(const char *path, error *err)
{
  struct stat there;
  const char *name = strrchr(path, '/');
  int status = EXIT_FINE;
  char *folder = durable_folder_of(path);
  if (!folder)
    return error_add(err, EXIT_RUN_FAILED, "%s: no memory for its folder's name", path);
  if (!(name ? name[1] : path[0]))
    status = error_add(err, EXIT_IO, "%s: is no name of a file", path);
  else if (stat(folder, &there) == 0 && !S_ISDIR(there.st_mode))
    status = error_add(err, EXIT_IO, "%s: %s is no folder", path, folder);
  else if (access(folder, W_OK | X_OK) != 0)
    status = error_add(err, EXIT_IO, "%s: cannot be written in the folder %s: %s", path, folder,
                       strerror(errno));
  // a rename would replace a device or a pipe by a file of the same name
  else if (stat(path, &there) == 0 && !S_ISREG(there.st_mode))
    status =
        error_add(err, EXIT_IO, "%s: is there and is not an ordinary file; name another", path);
  free(folder);
  return status;
}

int store_publish(store_writer *writer)
{
  size_t size = 0;
  char *image = store_good(writer) ? take_image(writer, &size) : NULL;
  if (writer->file >= 0 && H5Fclose(writer->file) < 0)
    store_fail(writer, "cannot close", writer->path);
  H5Tclose(writer->text_type);
  H5Pclose(writer->group_list);
  H5Pclose(writer->data_list);

  char beside[4200];
  if (store_good(writer) &&
      snprintf(beside, sizeof beside, "%s.tmp", writer->path) >= (int)sizeof beside)
    writer->status =
        error_add(writer->err, EXIT_IO, "%.60s...: the path is too long", writer->path);
  if (store_good(writer))
    writer->status = store_can_write(writer->path, writer->err);
  if (store_good(writer)) {
    writer->status = durable_write(beside, image, size, writer->err);
    free(image);
    image = NULL;
    if (store_good(writer))
      writer->status = verify(writer, beside, writer->err);
    if (store_good(writer) && rename(beside, writer->path) != 0)
      writer->status = system_error(writer->err, "cannot rename to", writer->path);
    if (!store_good(writer))
      unlink(beside);
    else
      writer->status = durable_sync_folder(writer->path, writer->err);
  }
  free(image);
  release(writer);
  return writer->status;
}
