/* error.h - why something failed: composed where the cause is known, printed once, by main. */
#ifndef HEBB_ERROR_H
#define HEBB_ERROR_H

#include <stddef.h>

/* What the program exits with; also the status of every cold call of the framework (0: fine). */
enum {
  EXIT_FINE = 0,
  EXIT_RUN_FAILED = 1,
  EXIT_CONFIGURATION = 2, /* usage, or an experiment that cannot be run */
  EXIT_PLUGIN = 3,        /* a plugin was refused                       */
  EXIT_MISMATCH = 4,      /* a table, a file or a `vet` does not check  */
  EXIT_IO = 74,
  EXIT_INTERRUPTED = 75   /* stopped by a signal, resumable             */
};

/* One or more sentences, a line each. */
typedef struct error {
  int status;      /* of the first failure; 0: nothing failed */
  int count;       /* sentences, those that no longer fit included */
  size_t length;   /* characters in text */
  char text[8192];
} error;

/* Adds a sentence and returns status, so that `return error_add(err, EXIT_IO, "...")` reads well.
   The first status is kept: later sentences are further causes of the same failure. */
int error_add(error *err, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Prints every sentence on standard error, each after "hebb: ". */
void error_print(const error *err);

#endif
