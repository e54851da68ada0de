/* arena.c - one aligned block of memory. */
#include "arena.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64 };

void *arena_take(arena *a, size_t n, size_t element)
{
  char *taken = a->base ? a->base + a->used : NULL;
  a->used += (n * element + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  return taken;
}

int arena_allocate(arena *a)
{
  a->base = aligned_alloc(ALIGNMENT, a->used ? a->used : ALIGNMENT);
  if (!a->base)
    return -1;
  memset(a->base, 0, a->used);
  a->used = 0;
  return 0;
}

void arena_free(arena *a)
{
  free(a->base);
  *a = (arena){ 0 };
}
