/* libraries.h - the shared libraries that this process has loaded: the program's, and those that its
 * plugins brought. Results depend on them. */
#ifndef HEBB_LIBRARIES_H
#define HEBB_LIBRARIES_H

#include <stdbool.h>
#include <stdint.h>

typedef struct library {
  char name[64];    /* "mujoco", of libmujoco.so.2.2.2        */
  char version[32]; /* "2.2.2"; "" where its file bears none  */
} library;

typedef struct library_list {
  library *item; /* [n], sorted by name */
  int32_t n;
} library_list;

/* Plugins, libc and the loader itself are left out. False: no memory. */
bool libraries_loaded(library_list *list);
void libraries_done(library_list *list);

/* Name and version of a library's file; false: its name is not that of a shared library. */
bool library_of_file(const char *path, library *out);

#endif
