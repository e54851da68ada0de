/* loader.h - finds and opens plugins; what it refuses it refuses in a sentence. Never unloads. */
#ifndef HEBB_LOADER_H
#define HEBB_LOADER_H

#include "error.h"
#include "hebb/env.h"
#include "hebb/optimizer.h"
#include "hebb/plugin.h"
#include "hebb/rule.h"

/* An open plugin. The strings live as long as the program. */
typedef struct loaded {
  const hebb_plugin *plugin; /* the host's copy of the descriptor, as long as the host expects */
  const char *path;   /* absolute path of the file */
  const char *sha256; /* of the file, 64 hexadecimal digits */
} loaded;

/* Adds a folder in front of the search path (--plugin-dir). */
void loader_add_folder(const char *folder);

/* Opens a plugin by name ("abcd"), family member ("family:abc") or path (with a '/', relative to
   `base`, a folder; NULL: the current one; "./x.so:abc" is a member of it). Search order:
   --plugin-dir, HEBB_PLUGIN_PATH, the installed folder; in each rules/, envs/ or plugins/ by kind.
   Without a member the file's only plugin of the kind is taken, or the one named like the file.
   A path may be opened with kind 0: any kind. Status EXIT_PLUGIN on refusal. */
int loader_open(const char *name, uint32_t kind, const char *base, loaded *out, error *err);

/* Whether the search path has a file of this name; calls nothing in it. */
bool loader_has(const char *name, uint32_t kind);

/* The name on the search path that is nearest to a mistyped one, or NULL; lives as long as the
   program. */
const char *loader_nearest(const char *name, uint32_t kind);

/* Every plugin on the search path, for `hebb list`; refusals go to err and do not stop the scan. */
int loader_scan(uint32_t kind, void (*each)(const loaded *, void *arg), void *arg, error *err);

/* The kind's name, "rule", and its folder, "rules". */
const char *loader_kind_name(uint32_t kind);
const char *loader_kind_folder(uint32_t kind);

/* The index-th folder that holds data: those of $HEBB_DATA_PATH, then the installed one; NULL
   past the last. In each, experiments/ holds the installed experiments. */
const char *loader_data_folder(int32_t index);

/* A data file: as given where it has a '/', else in $HEBB_DATA_PATH or the installed data folder.
   Returns a path that lives as long as the program, or NULL. */
const char *loader_find_data(const char *name);

/* Services for a plugin's cold calls; what it says through fail lands in err after `where`. */
typedef struct host_services {
  hebb_host host;
  const char *where;
  error *err;
} host_services;
void host_services_init(host_services *services, const char *where, error *err);

#endif
