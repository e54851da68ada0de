/* progress.h - what the user sees of a run: one moving line on a terminal, one plain line a generation
 * elsewhere. Standard error. */
#ifndef HEBB_PROGRESS_H
#define HEBB_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct progress {
  bool terminal;
  bool line_open; /* a moving line waits for its end */
  int64_t n_generation, first_generation;
  double begun;   /* seconds */
} progress;

void progress_begin(progress *p, int64_t first_generation, int64_t n_generation);

/* After generation g (from 0): fitness of its individuals, world steps it took. */
void progress_generation(progress *p, int64_t g, double best, double mean, double env_steps,
                         double generation_seconds);

/* A sentence beside the line, without disturbing it. */
void progress_note(progress *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
void progress_end(progress *p);

/* "2 h 05 min", "3 min 20 s", "9 s"; returns text. */
const char *progress_duration(double seconds, char *text, size_t size);

#endif
