/* arena.c - one aligned block of memory. */
#include "arena.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* A block from which memory is worth it lies on huge pages: one entry of the processor's page table
   cache instead of hundreds, and neighbouring addresses that do not collide in its caches. */
enum { ALIGNMENT = 64, HUGE_PAGE = 2 << 20, LARGE = HUGE_PAGE / 8 };

void *arena_take(arena *a, size_t n, size_t element)
{
  char *taken = a->base ? a->base + a->used : NULL;
  a->used += (n * element + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  return taken;
}

int arena_allocate(arena *a)
{
  const size_t alignment = a->used >= LARGE ? HUGE_PAGE : ALIGNMENT;
  const size_t size = (a->used / alignment + 1) * alignment;
  a->base = size > a->used ? aligned_alloc(alignment, size) : NULL;
  if (!a->base)
    return -1;
  if (alignment == HUGE_PAGE)
    madvise(a->base, size, MADV_HUGEPAGE); // where the system has none, small pages do
  memset(a->base, 0, a->used);
  a->used = 0;
  return 0;
}

void arena_free(arena *a)
{
  free(a->base);
  *a = (arena){ 0 };
}
