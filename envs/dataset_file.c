/* dataset_file.c - a file in memory, unpacked where gzip packed it. */
#include "dataset.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* Opens what is a file and nothing else: a pipe would wait, a device never end. */
static gzFile open_file(const char *path, const hebb_host *host)
{
  struct stat what;
  const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0 || fstat(file, &what) != 0) {
    host->fail(host, HEBB_EIO, "%s: cannot be read (%s); check the path", path, strerror(errno));
    if (file >= 0)
      close(file);
    return NULL;
  }
  gzFile in = S_ISREG(what.st_mode) ? gzdopen(file, "rb") : NULL;
  if (!in) {
    close(file);
    host->fail(host, HEBB_EIO, "%s: %s", path,
               S_ISREG(what.st_mode) ? "no memory to unpack it"
                                     : "is no file; give the path of an IDX or CSV file");
  }
  return in;
}

/* Reads on into a growing block; false: memory is refused. */
static bool read_all(gzFile in, size_t most, dataset_file *out)
{
  size_t room = 0;
  for (;;) {
    if (out->n + 1 >= room) {
      room = room ? 2 * room : (size_t)1 << 16;
      uint8_t *larger = realloc(out->byte, room);
      if (!larger)
        return false;
      out->byte = larger;
    }
    const size_t free_room = room - out->n - 1;
    const unsigned want = free_room < 1u << 24 ? (unsigned)free_room : 1u << 24;
    const int got = gzread(in, out->byte + out->n, want);
    if (got > 0)
      out->n += (size_t)got;
    out->byte[out->n] = 0;
    if (got <= 0 || out->n > most)
      return true;
  }
}

int dataset_read(const char *path, size_t most, const hebb_host *host, dataset_file *out)
{
  *out = (dataset_file){ .path = path };
  gzFile in = open_file(path, host);
  if (!in)
    return HEBB_EIO;

  const bool enough = read_all(in, most, out);
  int code = Z_OK, status = HEBB_OK;
  const char *why = gzerror(in, &code);
  if (!enough)
    status = host->fail(host, HEBB_ENOMEM, "%s: no memory for it", path);
  else if (out->n > most)
    status = host->fail(host, HEBB_EINVAL, "%s: more than %zu bytes when unpacked; make it smaller",
                        path, most);
  else if (code != Z_OK && code != Z_STREAM_END)
    status = host->fail(host, HEBB_EIO, "%s: broken behind byte %zu (%s); get the file anew", path,
                        out->n, code == Z_BUF_ERROR ? "it ends too early" : why);
  else if (out->n == 0)
    status = host->fail(host, HEBB_EINVAL, "%s: is empty; get the file anew", path);
  gzclose_r(in);
  if (status != HEBB_OK) {
    free(out->byte);
    out->byte = NULL;
  }
  return status;
}

void dataset_free(dataset *d)
{
  free(d->byte);
  free(d->number);
  free(d->label);
  *d = (dataset){ 0 };
}
