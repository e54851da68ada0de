/* culprit.h - whose code a process was in when it died: told by the process itself, in its last moments. */
#ifndef HEBB_CULPRIT_H
#define HEBB_CULPRIT_H

#include <stddef.h>
#include <stdint.h>

enum { CULPRIT_MOST = 4, CULPRIT_UNKNOWN = -1 };

typedef struct culprit {
  int32_t file;      /* of those watched, or CULPRIT_UNKNOWN */
  int32_t signal;    /* that it died by; 0: none */
  int32_t memory;    /* 1: no memory was left */
  int32_t exited;    /* 1: it called exit, with status */
  int32_t status;
} culprit;

/* The signal that asks a process where it is; it answers and ends. */
int culprit_question(void);

/* Before any fork: what a dying process can no longer load. */
void culprit_prepare(void);

/* [in the process that may die] From here on its death is written to *out, which another process reads:
   on which of n shared libraries' account. room: bytes; less than that free counts as no memory left. */
void culprit_watch(const char *const *file, int32_t n, size_t room, culprit *out);

#endif
