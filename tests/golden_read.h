/* golden_read.h - reference numbers from the HDF5 files in tests/golden, for the tests. */
#ifndef GOLDEN_READ_H
#define GOLDEN_READ_H

#include <stddef.h>
#include <stdint.h>

/* A dataset or a numeric attribute, whatever its type in the file (float32 and int64 below 2^53 keep
   their exact values). value is malloc'ed. */
typedef struct golden {
  int rank;
  int64_t extent[4];
  int64_t n; /* product of the extents; 1 where scalar */
  double *value;
} golden;

/* A missing file or object is a broken test tree: these print which and exit with 99. */
golden golden_read(const char *file, const char *dataset);
golden golden_attribute(const char *file, const char *object, const char *attribute);
void golden_text(const char *file, const char *object, const char *attribute, char *out,
                 size_t size);
int golden_has(const char *file, const char *object); /* whether it is there */

/* Calls each with the names in a group, in alphabetical order. */
void golden_names(const char *file, const char *group, void (*each)(const char *name, void *arg),
                  void *arg);

/* $srcdir/tests/golden/FILE */
void golden_path(const char *file, char *out, size_t size);

#endif
