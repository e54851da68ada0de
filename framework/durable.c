/* durable.c - our own write loop, fsync and rename. */
#include "durable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int system_error(error *err, const char *what, const char *path)
{
  return error_add(err, EXIT_IO, "%s %s: %s", what, path, strerror(errno));
}

int durable_write(const char *path, const void *bytes, size_t size, error *err)
{
  const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0)
    return system_error(err, "cannot create", path);
  for (size_t done = 0; done < size;) {
    const ssize_t n = write(fd, (const char *)bytes + done, size - done);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      if (n == 0)
        errno = ENOSPC;
      system_error(err, "cannot write", path);
      close(fd);
      return EXIT_IO;
    }
    done += (size_t)n;
  }
  // a failed fsync is final: the kernel may have dropped the pages, a second one would lie
  if (fsync(fd) != 0) {
    system_error(err, "cannot sync", path);
    close(fd);
    return EXIT_IO;
  }
  if (close(fd) != 0)
    return system_error(err, "cannot close", path);
  return EXIT_FINE;
}

char *durable_folder_of(const char *path)
{
  const char *slash = strrchr(path, '/');
  return !slash ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

int durable_sync_folder(const char *path, error *err)
{
  char *folder = durable_folder_of(path);
  if (!folder)
    return error_add(err, EXIT_RUN_FAILED, "%s: no memory for its folder's name", path);
  int status = EXIT_FINE;
  const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  // some file systems cannot sync a folder and say so with EINVAL
  if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL))
    status = system_error(err, "cannot sync folder", folder);
  if (fd >= 0)
    close(fd);
  free(folder);
  return status;
}

int durable_replace(const char *path, const void *bytes, size_t size, error *err)
{
  char beside[4200];
  if (snprintf(beside, sizeof beside, "%s.tmp", path) >= (int)sizeof beside)
    return error_add(err, EXIT_IO, "%.60s...: the path is too long", path);
  int status = durable_write(beside, bytes, size, err);
  if (status == EXIT_FINE && rename(beside, path) != 0)
    status = system_error(err, "cannot rename to", path);
  if (status != EXIT_FINE) {
    unlink(beside);
    return status;
  }
  return durable_sync_folder(path, err);
}
