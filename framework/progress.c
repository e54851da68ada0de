/* progress.c - the progress line. */
#include "progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "clock.h"

void progress_begin(progress *p, int64_t first_generation, int64_t n_generation)
{
  *p = (progress){ .terminal = isatty(STDERR_FILENO),
                   .n_generation = n_generation,
                   .first_generation = first_generation,
                   .begun = clock_seconds() };
}

const char *progress_duration(double seconds, char *text, size_t size)
{
  const long s = seconds > 0 ? (long)(seconds + 0.5) : 0;
  if (s >= 3600)
    snprintf(text, size, "%ld h %02ld min", s / 3600, s % 3600 / 60);
  else if (s >= 60)
    snprintf(text, size, "%ld min %02ld s", s / 60, s % 60);
  else
    snprintf(text, size, "%ld s", s);
  return text;
}

void progress_generation(progress *p, int64_t g, double best, double mean, double env_steps,
                         double generation_seconds)
{
  char left[32];
  const double done = (double)(g + 1 - p->first_generation);
  const double each = (clock_seconds() - p->begun) / done;
  const double remaining = each * (double)(p->n_generation - g - 1);

  fprintf(stderr, "%sgeneration %lld (%lld of %lld)  best %.1f  mean %.1f  %.0f steps/s  %s left%s",
          p->terminal ? "\r" : "", (long long)g, (long long)g + 1, (long long)p->n_generation, best,
          mean, generation_seconds > 0 ? env_steps / generation_seconds : 0,
          progress_duration(remaining, left, sizeof left), p->terminal ? "\033[K" : "\n");
  p->line_open = p->terminal;
  fflush(stderr);
}

void progress_note(progress *p, const char *format, ...)
{
  va_list arguments;
  progress_end(p);
  fputs("hebb: ", stderr);
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
}

void progress_end(progress *p)
{
  if (p->line_open)
    fputc('\n', stderr);
  p->line_open = false;
}
