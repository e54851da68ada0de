/* picture.h - the pictures of a life go to a file: an animation, a sheet, or a film.
 *
 * The file has another name until it is whole. Knows nothing of what is in the pictures.
 */
#ifndef HEBB_PICTURE_H
#define HEBB_PICTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

enum { PICTURE_LEAST = 16, PICTURE_MOST = 4096 }; /* pixels of a side */

typedef struct picture_job {
  const char *path;      /* .gif, .png or .mp4 says what it becomes */
  int32_t width, height; /* of one picture */
  int64_t n_picture;     /* that will come, at most */
  double seconds;        /* from one to the next */
} picture_job;

/* One kind of file. What begin makes, end frees, whatever happened in between; if begin fails there is
   nothing to end. `whole`: all pictures are there and the file shall be completed. */
typedef struct picture_format {
  const char *suffix;
  int (*begin)(const picture_job *job, const char *path, void **writer, error *err);
  int (*add)(void *writer, const uint8_t *rgb, error *err); /* rgb (height x width x 3) */
  int (*end)(void *writer, bool whole, error *err);
} picture_format;

extern const picture_format picture_gif;  /* picture_gif.c */
extern const picture_format picture_png;  /* picture_png.c */
extern const picture_format picture_film; /* picture_film.c */

/* By the end of the path; NULL: no such kind, err says which there are. */
const picture_format *picture_format_of(const char *path, error *err);

typedef struct picture picture;

int picture_open(const picture_job *job, picture **out, error *err);
int picture_add(picture *p, const uint8_t *rgb, error *err);

/* With whole, and if all went well, the file takes its name; else nothing is left. NULL is fine. */
int picture_close(picture *p, bool whole, error *err);

#endif
