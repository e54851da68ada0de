/* loader_path.h - the search path, for loader.c. */
#ifndef HEBB_LOADER_PATH_H
#define HEBB_LOADER_PATH_H

#include <limits.h>

#include "loader.h"

/* The index-th folder of the search path, or NULL past the last. */
const char *loader_plugin_folder(int32_t index);

/* The file of a plain name on the search path; false: there is none. */
bool loader_find_file(const char *name, uint32_t kind, char path[PATH_MAX]);

/* Names (stems of .so files) of a kind in one folder, sorted; the caller frees the array, not
   the names. */
const char **loader_names_in(const char *folder, uint32_t kind, size_t *n);

#endif
