/* loader_path.c - where plugins and data are looked for.
 *
 * Texts that are handed out live as long as the program; they and the folders of --plugin-dir are
 * the only state here.
 */
#include "loader_path.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "param.h"

typedef struct kept_text {
  struct kept_text *next;
  char text[];
} kept_text;

static kept_text *kept_texts;
static const char *added_folder[16]; /* the last added first */
static int n_added_folder;

/* A text that lives as long as the program; the same for equal texts. NULL: no memory. */
static const char *keep(const char *text)
{
  for (const kept_text *k = kept_texts; k; k = k->next)
    if (strcmp(k->text, text) == 0)
      return k->text;
  kept_text *k = malloc(sizeof *k + strlen(text) + 1);
  if (!k)
    return NULL;
  strcpy(k->text, text);
  k->next = kept_texts;
  kept_texts = k;
  return k->text;
}

const char *loader_kind_name(uint32_t kind)
{
  static const char *const name[] = { "plugin", "rule", "environment", "optimizer", "executor" };
  return kind <= HEBB_EXECUTOR ? name[kind] : name[0];
}

const char *loader_kind_folder(uint32_t kind)
{
  return kind == HEBB_RULE ? "rules" : kind == HEBB_ENV ? "envs" : "plugins";
}

void loader_add_folder(const char *folder)
{
  if (n_added_folder < (int)(sizeof added_folder / sizeof added_folder[0]))
    added_folder[n_added_folder++] = folder;
}

/* The index-th part of a ':'-separated environment variable, or NULL; empty parts count for
   nothing. A program with more rights than its user believes no variable. */
static const char *path_part(const char *variable, int32_t *index)
{
  const char *at = getauxval(AT_SECURE) ? NULL : getenv(variable);
  while (at && *at) {
    const size_t length = strcspn(at, ":");
    if (length > 0 && length < PATH_MAX && (*index)-- == 0) {
      char part[PATH_MAX];
      snprintf(part, sizeof part, "%.*s", (int)length, at);
      return keep(part);
    }
    at += length + (at[length] == ':');
  }
  return NULL;
}

const char *loader_plugin_folder(int32_t index)
{
  if (index < n_added_folder)
    return added_folder[n_added_folder - 1 - index];
  index -= n_added_folder;
  const char *part = path_part("HEBB_PLUGIN_PATH", &index);
  return part ? part : index == 0 ? HEBB_PLUGIN_DIR : NULL;
}

const char *loader_data_folder(int32_t index)
{
  const char *part = path_part("HEBB_DATA_PATH", &index);
  return part ? part : index == 0 ? HEBB_DATA_DIR : NULL;
}

const char *loader_find_data(const char *name)
{
  char path[PATH_MAX];
  const char *folder;

  if (strchr(name, '/'))
    return access(name, R_OK) == 0 ? keep(name) : NULL;
  for (int32_t i = 0; (folder = loader_data_folder(i)); i++)
    if (snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path &&
        access(path, R_OK) == 0)
      return keep(path);
  return NULL;
}

bool loader_find_file(const char *name, uint32_t kind, char path[PATH_MAX])
{
  const char *folder;
  for (int32_t i = 0; (folder = loader_plugin_folder(i)); i++)
    if (snprintf(path, PATH_MAX, "%s/%s/%s.so", folder, loader_kind_folder(kind), name) <
            PATH_MAX &&
        access(path, F_OK) == 0)
      return true;
  return false;
}

static int compare_text(const void *a, const void *b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **loader_names_in(const char *folder, uint32_t kind, size_t *n)
{
  char path[PATH_MAX];
  const char **name = NULL;
  *n = 0;
  snprintf(path, sizeof path, "%s/%s", folder, loader_kind_folder(kind));
  DIR *stream = opendir(path);
  for (const struct dirent *entry; stream && (entry = readdir(stream));) {
    char stem[NAME_MAX + 1];
    const size_t length = strlen(entry->d_name);
    if (length < 4 || strcmp(entry->d_name + length - 3, ".so") != 0)
      continue;
    snprintf(stem, sizeof stem, "%.*s", (int)length - 3, entry->d_name);
    const char **grown = realloc(name, (*n + 1) * sizeof *name);
    if (!grown)
      break;
    name = grown;
    if ((name[*n] = keep(stem)))
      ++*n;
  }
  if (stream)
    closedir(stream);
  if (name)
    qsort(name, *n, sizeof *name, compare_text);
  return name;
}

const char *loader_nearest(const char *name, uint32_t kind)
{
  const char *folder, *nearest = NULL;
  for (int32_t i = 0; !nearest && (folder = loader_plugin_folder(i)); i++) {
    size_t n;
    const char **known = loader_names_in(folder, kind, &n);
    nearest = param_nearest(name, known, n);
    free(known);
  }
  return nearest;
}
