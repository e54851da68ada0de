/* table_find.c - the tables/ and genomes/ folders of the data path. */
#include "table_find.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "experiment_tree.h"
#include "param.h"
#include "table.h"

static bool is_file(const char *path)
{
  struct stat there;
  return stat(path, &there) == 0 && !S_ISDIR(there.st_mode);
}

static int compare_entries(const struct dirent **a, const struct dirent **b)
{
  return strcmp((*a)->d_name, (*b)->d_name);
}

void table_scan(void (*each)(const char *name, const char *path, void *arg), void *arg)
{
  const char *data;
  for (int32_t i = 0; (data = loader_data_folder(i)); i++) {
    struct dirent **entry;
    char folder[PATH_MAX], path[PATH_MAX + NAME_MAX + 2];
    if (snprintf(folder, sizeof folder, "%s/tables", data) >= (int)sizeof folder)
      continue;
    const int n = scandir(folder, &entry, NULL, compare_entries);
    for (int k = 0; k < n; k++) {
      char *file = entry[k]->d_name;
      const size_t length = strlen(file);
      snprintf(path, sizeof path, "%s/%s", folder, file);
      if (file[0] != '.' && length > 5 && strcmp(file + length - 5, ".toml") == 0 &&
          is_file(path)) {
        file[length - 5] = '\0';
        each(file, path, arg);
      }
      free(entry[k]);
    }
    if (n >= 0)
      free(entry);
  }
}

/* A name in a folder of the data path, with or without an ending. */
static bool find_installed(const char *kind, const char *name, const char *ending,
                           char path[PATH_MAX])
{
  const char *data;
  for (int32_t i = 0; name[0] && name[0] != '/' && name[0] != '.' && (data = loader_data_folder(i));
       i++)
    for (int with = 0; with < 2; with++)
      if (snprintf(path, PATH_MAX, "%s/%s/%s%s", data, kind, name, with ? ending : "") < PATH_MAX &&
          is_file(path))
        return true;
  return false;
}

typedef struct nearest {
  const char *wanted;
  char found[NAME_MAX];
} nearest;

static void compare_name(const char *name, const char *path, void *arg)
{
  nearest *n = arg;
  (void)path;
  if (!n->found[0] && param_nearest(n->wanted, &name, 1))
    snprintf(n->found, sizeof n->found, "%s", name);
}

int table_find(const char *name, char path[PATH_MAX], error *err)
{
  char shown[PARAM_SHOWN_SIZE], stem[NAME_MAX];
  nearest n = { .wanted = stem };

  if (snprintf(path, PATH_MAX, "%s", name) < PATH_MAX && is_file(path))
    return EXIT_FINE;
  if (find_installed("tables", name, ".toml", path))
    return EXIT_FINE;
  snprintf(stem, sizeof stem, "%s", name);
  const size_t length = strlen(stem);
  if (length > 5 && strcmp(stem + length - 5, ".toml") == 0)
    stem[length - 5] = '\0';
  table_scan(compare_name, &n);
  return error_add(err, EXIT_CONFIGURATION, "no table '%s': neither a file nor installed%s%s%s",
                   param_shown(name, shown),
                   n.found[0] ? "; did you mean '" : "; see 'hebb list tables'", n.found,
                   n.found[0] ? "'?" : "");
}

void table_find_experiment(const char *name, const char *folder, char path[PATH_MAX])
{
  error missing = { 0 };
  if (experiment_find(name, folder, "", path, &missing) != EXIT_FINE)
    path[0] = '\0';
}

void table_find_genome(const char *name, const char *folder, char path[PATH_MAX])
{
  const bool absolute = name[0] == '/';
  if (snprintf(path, PATH_MAX, "%s%s%s", absolute ? "" : folder, absolute ? "" : "/", name) <
          PATH_MAX &&
      is_file(path))
    return;
  if (!find_installed("genomes", name, ".h5", path))
    path[0] = '\0';
}
