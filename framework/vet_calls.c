/* vet_calls.c - counts calls of malloc and its kin that a plugin's own code makes.
 *
 * The dynamic linker keeps a slot with the address of every function that a library calls in
 * another; the slots of the allocators are pointed at counting ones here. Only that library's calls
 * are counted: what an engine below it (MuJoCo) allocates is the engine's affair. Works where
 * libraries are ELF and relocations carry addends (64-bit Linux).
 */
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vet.h"

#if __ELF_NATIVE_CLASS == 64
#define SYMBOL_OF ELF64_R_SYM
#else
#define SYMBOL_OF ELF32_R_SYM
#endif

// the counting functions take malloc's place and have no argument to be told of a state by
static atomic_bool counting;
static atomic_long n_call;

static void count(void)
{
  if (atomic_load_explicit(&counting, memory_order_relaxed))
    atomic_fetch_add_explicit(&n_call, 1, memory_order_relaxed);
}

static void *counting_malloc(size_t size)
{
  count();
  return malloc(size);
}

static void *counting_calloc(size_t n, size_t size)
{
  count();
  return calloc(n, size);
}

static void *counting_realloc(void *block, size_t size)
{
  count();
  return realloc(block, size);
}

static void *counting_aligned_alloc(size_t alignment, size_t size)
{
  count();
  return aligned_alloc(alignment, size);
}

static int counting_posix_memalign(void **block, size_t alignment, size_t size)
{
  count();
  return posix_memalign(block, alignment, size);
}

static char *counting_strdup(const char *text)
{
  count();
  return strdup(text);
}

static void counting_free(void *block)
{
  count();
  free(block);
}

static const struct {
  const char *name;
  void (*function)(void);
} counted[] = {
  { "malloc", (void (*)(void))counting_malloc },
  { "calloc", (void (*)(void))counting_calloc },
  { "realloc", (void (*)(void))counting_realloc },
  { "aligned_alloc", (void (*)(void))counting_aligned_alloc },
  { "posix_memalign", (void (*)(void))counting_posix_memalign },
  { "strdup", (void (*)(void))counting_strdup },
  { "free", (void (*)(void))counting_free },
};

/* The tables of a library that say which slot belongs to which function. */
typedef struct tables {
  ElfW(Addr) base;
  const ElfW(Sym) * symbol;
  const char *text;
  const ElfW(Rela) * relocation[2];
  size_t n[2];
} tables;

static tables read_tables(const struct link_map *map)
{
  tables t = { .base = map->l_addr };
  for (const ElfW(Dyn) *d = map->l_ld; d->d_tag != DT_NULL; d++)
    switch (d->d_tag) {
    case DT_SYMTAB: t.symbol = (const ElfW(Sym) *)d->d_un.d_ptr; break;
    case DT_STRTAB: t.text = (const char *)d->d_un.d_ptr; break;
    case DT_JMPREL: t.relocation[0] = (const ElfW(Rela) *)d->d_un.d_ptr; break;
    case DT_PLTRELSZ: t.n[0] = d->d_un.d_val / sizeof(ElfW(Rela)); break;
    case DT_RELA: t.relocation[1] = (const ElfW(Rela) *)d->d_un.d_ptr; break;
    case DT_RELASZ: t.n[1] = d->d_un.d_val / sizeof(ElfW(Rela)); break;
    default: break;
    }
  return t;
}

static bool point_slot(const tables *t, const ElfW(Rela) * r)
{
  const ElfW(Sym) *symbol = &t->symbol[SYMBOL_OF(r->r_info)];
  if (symbol->st_shndx != SHN_UNDEF || r->r_addend != 0)
    return true;
  for (size_t k = 0; k < sizeof counted / sizeof counted[0]; k++)
    if (strcmp(t->text + symbol->st_name, counted[k].name) == 0) {
      // the linker write-protects its slots once they are filled
      const uintptr_t slot = t->base + r->r_offset, page = (uintptr_t)sysconf(_SC_PAGESIZE);
      const uintptr_t first = slot / page * page, end = slot + sizeof slot;
      if (mprotect((void *)first, end - first, PROT_READ | PROT_WRITE) != 0)
        return false;
      memcpy((void *)slot, &counted[k].function, sizeof counted[k].function);
    }
  return true;
}

bool vet_calls_watch(const void *in_plugin)
{
  Dl_info info;
  struct link_map *map = NULL;
  if (!dladdr1(in_plugin, &info, (void **)&map, RTLD_DL_LINKMAP) || !map || !map->l_name[0])
    return false; // part of the program itself

  const tables t = read_tables(map);
  bool done = t.symbol && t.text;
  for (int k = 0; k < 2; k++)
    for (size_t i = 0; t.relocation[k] && i < t.n[k] && done; i++)
      done = point_slot(&t, &t.relocation[k][i]);
  return done;
}

void vet_calls_begin(void)
{
  atomic_store(&n_call, 0);
  atomic_store(&counting, true);
}

int64_t vet_calls_end(void)
{
  atomic_store(&counting, false);
  return atomic_load(&n_call);
}
