/* experiment_find.c - where experiments are: paths, and the experiments/ folders of the data
   path. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "experiment_tree.h"
#include "param.h"

static bool is_folder(const char *path)
{
  struct stat info;
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool is_there(const char *path)
{
  return access(path, F_OK) == 0 && !is_folder(path);
}

/* ---- scanning ---- */

typedef struct scan {
  void (*each)(const char *name, const char *path, void *arg);
  void *arg;
} scan;

static int compare_entries(const struct dirent **a, const struct dirent **b)
{
  return strcmp((*a)->d_name, (*b)->d_name);
}

/* Everything below folder/below, `below` being "" or "najarro-2020/". */
static void scan_folder(const scan *s, const char *folder, const char *below, int depth)
{
  struct dirent **entry;
  char path[PATH_MAX];

  snprintf(path, sizeof path, "%s/%s", folder, below);
  const int n = scandir(path, &entry, NULL, compare_entries);
  for (int i = 0; i < n; i++) {
    char name[NAME_MAX + PATH_MAX];
    const char *file = entry[i]->d_name;
    const size_t length = strlen(file);
    snprintf(name, sizeof name, "%s%s", below, file);
    if (file[0] != '.' && snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path) {
      if (is_folder(path) && depth < 4) {
        strcat(name, "/");
        scan_folder(s, folder, name, depth + 1);
      } else if (length > 5 && strcmp(file + length - 5, ".toml") == 0) {
        name[strlen(name) - 5] = '\0';
        s->each(name, path, s->arg);
      }
    }
    free(entry[i]);
  }
  if (n >= 0)
    free(entry);
}

void experiment_scan(void (*each)(const char *name, const char *path, void *arg), void *arg)
{
  const scan s = { each, arg };
  const char *folder;
  for (int32_t i = 0; (folder = loader_data_folder(i)); i++) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/experiments", folder) < (int)sizeof path)
      scan_folder(&s, path, "", 0);
  }
}

/* ---- finding one ---- */

typedef struct nearest {
  const char *wanted;
  char found[NAME_MAX];
} nearest;

static void compare_name(const char *name, const char *path, void *arg)
{
  nearest *n = arg;
  const char *last = strrchr(name, '/'), *known[2] = { name, last ? last + 1 : name };
  (void)path;
  if (!n->found[0] && param_nearest(n->wanted, known, 2))
    snprintf(n->found, sizeof n->found, "%s", name);
}

static int refuse_missing(const char *name, const char *path, const char *where, error *err)
{
  char stem[PATH_MAX], shown[PARAM_SHOWN_SIZE];
  nearest n = { .wanted = stem };
  const char *const space = where[0] ? ": " : "";

  snprintf(stem, sizeof stem, "%s", name);
  const size_t length = strlen(stem);
  if (length > 5 && strcmp(stem + length - 5, ".toml") == 0)
    stem[length - 5] = '\0';
  experiment_scan(compare_name, &n);
  if (is_folder(path))
    return error_add(err, EXIT_CONFIGURATION, "%s%s'%s' is a folder; name a TOML file", where,
                     space, param_shown(name, shown));
  return error_add(err, EXIT_CONFIGURATION,
                   "%s%sno experiment '%s': neither a file nor installed%s%s%s", where, space,
                   param_shown(name, shown), n.found[0] ? "; did you mean '" : "; see 'hebb list'",
                   n.found, n.found[0] ? "'?" : "");
}

int experiment_find(const char *name, const char *base, const char *where, char path[PATH_MAX],
                    error *err)
{
  const char *folder;
  char given[PATH_MAX];
  const bool from_base = base && name[0] != '/' && strcmp(base, ".") != 0;

  if (snprintf(given, PATH_MAX, "%s%s%s", from_base ? base : "", from_base ? "/" : "", name) >=
      PATH_MAX)
    return error_add(err, EXIT_CONFIGURATION, "%s%sthe path is too long", where,
                     where[0] ? ": " : "");
  strcpy(path, given);
  if (is_there(path))
    return EXIT_FINE;

  if (name[0] && name[0] != '/' && name[0] != '.')
    for (int32_t i = 0; (folder = loader_data_folder(i)); i++)
      for (int with = 0; with < 2; with++)
        if (snprintf(path, PATH_MAX, "%s/experiments/%s%s", folder, name, with ? ".toml" : "") <
                PATH_MAX &&
            is_there(path))
          return EXIT_FINE;
  return refuse_missing(name, given, where, err);
}
