/* loader_check.h - what can be known of a plugin's file before it is opened, and of a descriptor
 * before it is used. */
#ifndef HEBB_LOADER_CHECK_H
#define HEBB_LOADER_CHECK_H

#include "error.h"
#include "hebb/plugin.h"

/* Whether a file may be given to dlopen: a truncated library would kill the program in there. */
int loader_check_file(const char *path, error *err);

/* Whether a descriptor says all that the host needs. */
int loader_check_descriptor(const hebb_plugin *plugin, const char *path, error *err);

/* [a-z][a-z0-9_-]{0,63} */
bool loader_good_name(const char *name);

#endif
