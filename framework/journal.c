/* journal.c - an append-only file of records:
 *
 *     head: magic, CRC-32, bytes of the payload, generation;  payload
 *
 * The first record (generation -1) names the owner. The checksum covers all that follows it, so that a
 * record that was being written when the machine or the program stopped is seen and dropped. Numbers
 * stand in the byte order of the machine.
 */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "clock.h"
#include "durable.h"

typedef struct head {
  uint32_t magic, crc;
  uint64_t size;
  int64_t generation;
} head;

enum { MAGIC = 0x314a4248, HEAD_SIZE = sizeof(head), CHECKED = offsetof(head, size) };

static void path_of(const char *folder, char path[4096 + 16])
{
  snprintf(path, 4096 + 16, "%.4095s/run.journal", folder);
}

static int failed(const journal *j, const char *what, error *err)
{
  return error_add(err, EXIT_IO, "%s: cannot %s: %s", j->path, what, strerror(errno));
}

void *journal_payload(journal *j)
{
  return j->record + HEAD_SIZE;
}

static uint32_t checksum(const unsigned char *record, size_t size)
{
  return (uint32_t)crc32_z(crc32_z(0, NULL, 0), record + CHECKED, HEAD_SIZE - CHECKED + size);
}

/* Completes a record whose payload is in place. */
static void seal(unsigned char *record, size_t size, int64_t generation)
{
  head h = { .magic = MAGIC, .size = size, .generation = generation };
  memcpy(record, &h, sizeof h);
  h.crc = checksum(record, size);
  memcpy(record, &h, sizeof h);
}

/* Whether n bytes of a record of this size were a whole one. */
static bool whole(const unsigned char *record, size_t n, size_t size, int64_t *generation)
{
  head h;
  if (n != HEAD_SIZE + size)
    return false;
  memcpy(&h, record, sizeof h);
  *generation = h.generation;
  return h.magic == MAGIC && h.size == size && h.crc == checksum(record, size);
}

static int take_room(journal *j, size_t size, error *err)
{
  j->size = size;
  j->record = calloc(1, HEAD_SIZE + size);
  return j->record ? EXIT_FINE
                   : error_add(err, EXIT_RUN_FAILED, "%s: no memory for its records", j->path);
}

int journal_create(journal *j, const char *folder, const journal_owner *owner, size_t size,
                   error *err)
{
  unsigned char first[HEAD_SIZE + sizeof *owner];
  *j = (journal){ .fd = -1, .first = sizeof first, .end = sizeof first };
  path_of(folder, j->path);
  memcpy(first + HEAD_SIZE, owner, sizeof *owner);
  seal(first, sizeof *owner, -1);
  if (durable_replace(j->path, first, sizeof first, err) != EXIT_FINE ||
      take_room(j, size, err) != EXIT_FINE)
    return err->status;
  j->fd = open(j->path, O_RDWR | O_CLOEXEC);
  return j->fd >= 0 ? EXIT_FINE : failed(j, "be opened", err);
}

bool journal_read_owner(const char *folder, journal_owner *owner)
{
  unsigned char first[HEAD_SIZE + sizeof *owner];
  char path[4096 + 16];
  int64_t generation = 0;
  path_of(folder, path);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return false;
  const ssize_t n = pread(fd, first, sizeof first, 0);
  close(fd);
  if (n < 0 || !whole(first, (size_t)n, sizeof *owner, &generation) || generation != -1)
    return false;
  memcpy(owner, first + HEAD_SIZE, sizeof *owner);
  owner->run_id[sizeof owner->run_id - 1] = owner->created[sizeof owner->created - 1] = '\0';
  return true;
}

int journal_open(journal *j, const char *folder, size_t size, error *err)
{
  *j = (journal){ .first = HEAD_SIZE + (int64_t)sizeof(journal_owner) };
  j->end = j->first;
  path_of(folder, j->path);
  j->fd = open(j->path, O_RDWR | O_CLOEXEC);
  return j->fd >= 0 ? take_room(j, size, err) : failed(j, "be opened", err);
}

bool journal_next(journal *j, int64_t *generation, bool *torn)
{
  const size_t room = HEAD_SIZE + j->size;
  size_t n = 0;
  while (n < room) {
    const ssize_t got = pread(j->fd, j->record + n, room - n, j->end + (int64_t)n);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      break;
    n += (size_t)got;
  }
  const bool good = whole(j->record, n, j->size, generation);
  *torn = !good && n > 0;
  if (good)
    j->end += (int64_t)room;
  return good;
}

int journal_cut(journal *j, int64_t end, error *err)
{
  j->end = end;
  if (ftruncate(j->fd, end) != 0 || fdatasync(j->fd) != 0)
    return failed(j, "be cut", err);
  return EXIT_FINE;
}

int journal_append(journal *j, int64_t generation, error *err)
{
  const size_t room = HEAD_SIZE + j->size;
  seal(j->record, j->size, generation);
  for (size_t done = 0; done < room;) {
    const ssize_t n = pwrite(j->fd, j->record + done, room - done, j->end + (int64_t)done);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      if (n == 0)
        errno = ENOSPC;
      return failed(j, "be written", err);
    }
    done += (size_t)n;
  }
  j->end += (int64_t)room;
  const double now = clock_seconds();
  if (now - j->synced < 20 * j->sync_cost)
    return EXIT_FINE;
  if (fdatasync(j->fd) != 0)
    return failed(j, "be synced", err);
  j->synced = clock_seconds();
  j->sync_cost = j->synced - now;
  return EXIT_FINE;
}

int journal_restart(journal *j, error *err)
{
  // not synced: records that run.h5 has are skipped where they come back
  j->end = j->first;
  return ftruncate(j->fd, j->first) == 0 ? EXIT_FINE : failed(j, "be cut", err);
}

void journal_close(journal *j)
{
  if (j->record && j->fd >= 0)
    close(j->fd);
  free(j->record);
  *j = (journal){ .fd = -1 };
}

void journal_remove(const char *folder)
{
  char path[4096 + 16];
  path_of(folder, path);
  unlink(path);
}
