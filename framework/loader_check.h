/* loader_check.h - what can be known of a plugin's file before it is opened, and of a descriptor
 * before it is used. */
#ifndef HEBB_LOADER_CHECK_H
#define HEBB_LOADER_CHECK_H

#include "error.h"
#include "hebb/plugin.h"

/* Whether a file may be given to dlopen: a truncated library would kill the program in there. */
int loader_check_file(const char *path, error *err);

/* Whether a descriptor has the members that those of its kind have: now it can be copied. */
int loader_check_head(const hebb_plugin *plugin, const char *path, error *err);

/* Bytes of a descriptor as this host knows it. */
size_t loader_host_size(uint32_t kind);

/* A descriptor of the host's size: what an older plugin lacks is NULL, what a newer one has beyond
   is left out. NULL: no memory. */
hebb_plugin *loader_copy_descriptor(const hebb_plugin *plugin, size_t host_size);

/* Whether a descriptor of the host's size says all that the host needs. */
int loader_check_descriptor(const hebb_plugin *plugin, const char *path, error *err);

/* [a-z][a-z0-9_-]{0,63} */
bool loader_good_name(const char *name);

#endif
