/* vet_room.c - memory with guard zones, which tells what was written where nothing may be. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "vet.h"

enum { GUARD = 256, ALIGNMENT = 64, MOST_PIECES = 512 };
#define ROOM_SIZE ((size_t)512 << 20) /* address space; memory only as far as it is used */

typedef struct piece {
  size_t offset, size;
  bool frozen;
  uint64_t hash;
} piece;

struct vet_room {
  unsigned char *base;
  size_t used;
  piece piece[MOST_PIECES];
  int32_t n_piece;
};

vet_room *vet_room_new(void)
{
  vet_room *room = calloc(1, sizeof *room);
  if (!room)
    return NULL;
  room->base = mmap(NULL, ROOM_SIZE, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room->base == MAP_FAILED) {
    free(room);
    return NULL;
  }
  return room;
}

void vet_room_free(vet_room *room)
{
  if (room)
    munmap(room->base, ROOM_SIZE);
  free(room);
}

void vet_room_clear(vet_room *room)
{
  room->used = 0;
  room->n_piece = 0;
}

/* What a guard holds: varied bytes, so that neither zeros nor a copied piece pass for it. */
static unsigned char guard_byte(size_t at)
{
  return (unsigned char)(0xA5u ^ (at * 29u));
}

void *vet_take(vet_room *room, size_t n, size_t element)
{
  const size_t size = n * element, offset = room->used + GUARD;
  const size_t end = (offset + size + GUARD + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;

  // vet_*.c bound all sizes that plugins name
  assert(room->n_piece < MOST_PIECES && end <= ROOM_SIZE);
  for (size_t at = room->used; at < offset; at++)
    room->base[at] = guard_byte(at);
  for (size_t at = offset + size; at < end; at++)
    room->base[at] = guard_byte(at);
  memset(room->base + offset, 0, size);
  room->piece[room->n_piece++] = (piece){ .offset = offset, .size = size };
  room->used = end;
  return room->base + offset;
}

void vet_freeze(vet_room *room, const void *start)
{
  for (int32_t k = 0; k < room->n_piece; k++) {
    piece *p = &room->piece[k];
    if (room->base + p->offset == start) {
      p->frozen = true;
      p->hash = vet_hash(0, start, p->size);
    }
  }
}

const char *vet_damage(const vet_room *room)
{
  size_t at = 0;
  for (int32_t k = 0; k < room->n_piece; k++) {
    const piece *p = &room->piece[k];
    for (; at < p->offset; at++)
      if (room->base[at] != guard_byte(at))
        return k == 0 || p->offset - at <= GUARD ? "bytes before an array were written"
                                                 : "bytes after an array were written";
    if (p->frozen && vet_hash(0, room->base + p->offset, p->size) != p->hash)
      return "an input was changed";
    at = p->offset + p->size;
  }
  for (; at < room->used; at++)
    if (room->base[at] != guard_byte(at))
      return "bytes after an array were written";
  return NULL;
}

uint64_t vet_hash(uint64_t hash, const void *bytes, size_t n)
{
  const unsigned char *b = bytes;
  hash ^= 0xcbf29ce484222325u;
  for (size_t k = 0; k < n; k++)
    hash = (hash ^ b[k]) * 0x100000001b3u;
  return hash;
}
