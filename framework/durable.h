/* durable.h - files that are whole and on the disk before anybody relies on them. */
#ifndef HEBB_DURABLE_H
#define HEBB_DURABLE_H

#include "error.h"

/* Writes a file of that name whole and syncs it; status EXIT_IO and a sentence. */
int durable_write(const char *path, const void *bytes, size_t size, error *err);
/* A rename in a file's folder becomes durable with the folder. */
int durable_sync_folder(const char *path, error *err);
/* Both: written beside its place as PATH.tmp, renamed, the folder synced. */
int durable_replace(const char *path, const void *bytes, size_t size, error *err);
/* The folder of a path, malloc'ed; NULL: no memory. */
char *durable_folder_of(const char *path);

#endif
