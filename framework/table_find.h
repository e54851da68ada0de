/* table_find.h - where tables, and what their rows name, are found. */
#ifndef HEBB_TABLE_FIND_H
#define HEBB_TABLE_FIND_H

#include <limits.h>

#include "error.h"

/* The file of a table: a path, or a name in the installed tables/. */
int table_find(const char *name, char path[PATH_MAX], error *err);

/* What a row names, below the table's folder or installed; path "" where there is none. */
void table_find_experiment(const char *name, const char *folder, char path[PATH_MAX]);
void table_find_genome(const char *name, const char *folder, char path[PATH_MAX]);

#endif
