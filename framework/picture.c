/* picture.c - chooses the format, and gives the file its name when it is whole. */
#include "picture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

struct picture {
  const picture_format *format;
  void *writer;
  char *path, *beside; /* its name, and the one it bears until it is whole */
};

const picture_format *picture_format_of(const char *path, error *err)
{
  static const picture_format *const known[] = { &picture_gif, &picture_png, &picture_film };
  const char *dot = strrchr(path, '.');
  for (size_t k = 0; dot && k < sizeof known / sizeof known[0]; k++)
    if (strcasecmp(dot, known[k]->suffix) == 0)
      return known[k];
  error_add(
      err, EXIT_CONFIGURATION,
      "%s: which kind of picture? .gif is an animation, .png a sheet of pictures, .mp4 a film",
      path);
  return NULL;
}

static void release(picture *p)
{
  free(p->path);
  free(p->beside);
  free(p);
}

int picture_open(const picture_job *job, picture **out, error *err)
{
  const picture_format *format = picture_format_of(job->path, err);
  if (!format)
    return err->status;
  picture *p = calloc(1, sizeof *p);
  if (!p)
    return error_add(err, EXIT_RUN_FAILED, "%s: no memory", job->path);
  p->format = format;
  p->path = strdup(job->path);
  if (asprintf(&p->beside, "%s.tmp", job->path) < 0)
    p->beside = NULL;
  if (!p->path || !p->beside)
    error_add(err, EXIT_RUN_FAILED, "%s: no memory", job->path);
  else if (format->begin(job, p->beside, &p->writer, err) == EXIT_FINE) {
    *out = p;
    return EXIT_FINE;
  } else
    unlink(p->beside);
  release(p);
  return err->status;
}

int picture_add(picture *p, const uint8_t *rgb, error *err)
{
  return p->format->add(p->writer, rgb, err);
}

int picture_close(picture *p, bool whole, error *err)
{
  if (!p)
    return EXIT_FINE;
  int status = p->format->end(p->writer, whole, err);
  if (whole && status == EXIT_FINE && rename(p->beside, p->path) != 0)
    status = error_add(err, EXIT_IO, "cannot rename to %s: %s", p->path, strerror(errno));
  if (!whole || status != EXIT_FINE)
    unlink(p->beside);
  release(p);
  return status;
}
