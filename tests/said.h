/* said.h - assertions on what an error says. */
#ifndef HEBB_SAID_H
#define HEBB_SAID_H

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "error.h"

/* That the error says `sentence`; shows what it says otherwise. */
#define SAYS(err, sentence)                                                                        \
  do {                                                                                             \
    const bool said_ = strstr((err)->text, sentence) != NULL;                                      \
    if (!said_)                                                                                    \
      fprintf(stderr, "\n  wanted: %s\n  said:   %s\n", sentence, (err)->text);                    \
    CU_ASSERT(said_);                                                                              \
  } while (0)

/* That nothing was said against it. */
#define SILENT(err)                                                                                \
  do {                                                                                             \
    if ((err)->count)                                                                              \
      fprintf(stderr, "\n  said:   %s\n", (err)->text);                                            \
    CU_ASSERT_EQUAL((err)->count, 0);                                                              \
    CU_ASSERT_EQUAL((err)->status, EXIT_FINE);                                                     \
  } while (0)

#endif
