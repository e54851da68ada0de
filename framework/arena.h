/* arena.h - one aligned block of memory, cut into arrays once, before the first life. */
#ifndef HEBB_ARENA_H
#define HEBB_ARENA_H

#include <stddef.h>

/* Laid out twice by the same code: with base NULL it only measures, then it hands out. */
typedef struct arena {
  char *base;
  size_t used;
} arena;

/* n elements, zeroed, aligned to a cache line; NULL while measuring. */
void *arena_take(arena *a, size_t n, size_t element);

/* Allocates what was measured and starts over; 0, or -1 where memory is refused. */
int arena_allocate(arena *a);
void arena_free(arena *a);

#endif
