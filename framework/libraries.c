/* libraries.c - asks the dynamic loader which shared libraries there are.
 *
 * A version is what the file's name says after ".so.": there is no other mark that all libraries have.
 */
#include "libraries.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct path_list {
  char **path;
  int32_t n, capacity;
  bool refused; /* no memory */
} path_list;

static int add_path(struct dl_phdr_info *object, size_t size, void *arg)
{
  path_list *list = arg;
  (void)size;
  // the program itself has no name; what the kernel maps (vdso) has no file
  if (!object->dlpi_name || !strchr(object->dlpi_name, '/'))
    return 0;
  if (list->n == list->capacity) {
    const int32_t capacity = list->capacity ? 2 * list->capacity : 64;
    char **grown = realloc(list->path, (size_t)capacity * sizeof *grown);
    if (!grown) {
      list->refused = true;
      return 1;
    }
    list->path = grown;
    list->capacity = capacity;
  }
  list->path[list->n] = strdup(object->dlpi_name);
  list->refused = !list->path[list->n];
  list->n += !list->refused;
  return list->refused;
}

static bool is_plugin(const char *path)
{
  void *object = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
  const bool plugin = object && dlsym(object, "hebb_plugin_at");
  if (object)
    dlclose(object);
  return plugin;
}

bool library_of_file(const char *path, library *out)
{
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  const char *end = strstr(name, ".so");
  if (!end || end == name || (end[3] && end[3] != '.'))
    return false;
  if (strncmp(name, "lib", 3) == 0 && end > name + 3)
    name += 3;
  snprintf(out->name, sizeof out->name, "%.*s", (int)(end - name), name);
  snprintf(out->version, sizeof out->version, "%s", end[3] ? end + 4 : "");
  return true;
}

static bool of_libc(const library *l)
{
  return strcmp(l->name, "c") == 0 || strncmp(l->name, "ld-", 3) == 0 || strcmp(l->name, "ld") == 0;
}

static int by_name(const void *a, const void *b)
{
  const library *left = a, *right = b;
  const int order = strcmp(left->name, right->name);
  return order ? order : strcmp(left->version, right->version);
}

bool libraries_loaded(library_list *list)
{
  path_list loaded = { 0 };
  *list = (library_list){ 0 };
  dl_iterate_phdr(add_path, &loaded);
  if (!loaded.refused)
    list->item = calloc((size_t)loaded.n + 1, sizeof *list->item);
  for (int32_t i = 0; list->item && i < loaded.n; i++) {
    // it is loaded as libx.so.2; the file behind that link tells the whole version
    char *file = realpath(loaded.path[i], NULL);
    library *l = &list->item[list->n];
    if (library_of_file(file ? file : loaded.path[i], l) && !of_libc(l) &&
        !is_plugin(loaded.path[i]))
      list->n++;
    free(file);
  }
  for (int32_t i = 0; i < loaded.n; i++)
    free(loaded.path[i]);
  free(loaded.path);
  if (list->item)
    qsort(list->item, (size_t)list->n, sizeof *list->item, by_name);
  return list->item != NULL;
}

void libraries_done(library_list *list)
{
  free(list->item);
  *list = (library_list){ 0 };
}
