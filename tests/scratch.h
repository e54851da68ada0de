/* scratch.h - a folder for one test program's files. */
#ifndef HEBB_SCRATCH_H
#define HEBB_SCRATCH_H

#include <stddef.h>

/* Makes it below $TMPDIR, or takes `folder` where that is not NULL; ends the program on failure. */
void scratch_open(const char *folder);
void scratch_remove(void);

const char *scratch_path(const char *name); /* "" is the folder; valid for eight calls */
/* The bytes of a file, with a zero behind; NULL where there is none. To be freed. */
char *scratch_read(const char *path, size_t *n);
void scratch_write(const char *path, const char *bytes, size_t n);

#endif
