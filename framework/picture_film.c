/* picture_film.c - a film by the program ffmpeg: raw pictures through a pipe, without a shell.
 *
 * The program ignores SIGPIPE (main.c): an ffmpeg that ends early shows as a write that fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "picture.h"

extern char **environ;

typedef struct film {
  pid_t process;
  int pipe;
  FILE *said;   /* its standard error */
  size_t bytes; /* of a picture */
} film;

/* The last line that ffmpeg said. */
static const char *last_words(const film *f, char *line, int size)
{
  char next[256];
  snprintf(line, (size_t)size, "it does not say why");
  rewind(f->said);
  while (fgets(next, sizeof next, f->said)) {
    next[strcspn(next, "\r\n")] = '\0';
    if (next[0])
      snprintf(line, (size_t)size, "%s", next);
  }
  return line;
}

/* Ends the pipe and waits; whether ffmpeg is content. */
static bool finish(film *f)
{
  int status = 0;
  pid_t ended;
  if (f->pipe >= 0)
    close(f->pipe);
  f->pipe = -1;
  do
    ended = waitpid(f->process, &status, 0);
  while (ended < 0 && errno == EINTR);
  f->process = 0;
  return ended > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int complain(film *f, error *err)
{
  char line[256];
  return error_add(err, EXIT_IO, "ffmpeg made no film: %s", last_words(f, line, sizeof line));
}

/* Starts ffmpeg with `from` as its standard input; 0 or why not. */
static int start(film *f, char *const *argument, int from)
{
  posix_spawn_file_actions_t action;
  posix_spawnattr_t attribute;
  sigset_t defaults;
  if (posix_spawn_file_actions_init(&action) != 0)
    return ENOMEM;
  if (posix_spawnattr_init(&attribute) != 0) {
    posix_spawn_file_actions_destroy(&action);
    return ENOMEM;
  }
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attribute, &defaults);
  posix_spawnattr_setflags(&attribute, POSIX_SPAWN_SETSIGDEF);
  int status = posix_spawn_file_actions_adddup2(&action, from, 0);
  if (status == 0)
    status = posix_spawn_file_actions_addopen(&action, 1, "/dev/null", O_WRONLY, 0);
  if (status == 0)
    status = posix_spawn_file_actions_adddup2(&action, fileno(f->said), 2);
  if (status == 0)
    status = posix_spawnp(&f->process, "ffmpeg", &action, &attribute, argument, environ);
  posix_spawnattr_destroy(&attribute);
  posix_spawn_file_actions_destroy(&action);
  return status;
}

static int begin(const picture_job *job, const char *path, void **out, error *err)
{
  if (job->width % 2 || job->height % 2)
    return error_add(err, EXIT_CONFIGURATION,
                     "a film wants an even --width and --height, not %d x %d", (int)job->width,
                     (int)job->height);
  char size[32], rate[32], *target = NULL;
  snprintf(size, sizeof size, "%dx%d", (int)job->width, (int)job->height);
  snprintf(rate, sizeof rate, "%.6f", 1 / job->seconds);
  if (asprintf(&target, "file:%s", path) < 0)
    target = NULL;
  film *f = calloc(1, sizeof *f);
  FILE *said = tmpfile();
  int end[2] = { -1, -1 };
  int status = !target || !f ? ENOMEM : !said || pipe2(end, O_CLOEXEC) != 0 ? errno : 0;
  if (status == 0) {
    *f = (film){ .pipe = end[1],
                 .said = said,
                 .bytes = 3 * (size_t)job->width * (size_t)job->height };
    const char *argument[] = { "ffmpeg",   "-hide_banner", "-loglevel", "error", "-y",
                               "-f",       "rawvideo",     "-pix_fmt",  "rgb24", "-video_size",
                               size,       "-framerate",   rate,        "-i",    "pipe:0",
                               "-pix_fmt", "yuv420p",      "-f",        "mp4",   target,
                               NULL };
    status = start(f, (char *const *)(uintptr_t)argument, end[0]);
  }
  if (end[0] >= 0)
    close(end[0]);
  free(target);
  if (status == 0) {
    *out = f;
    return EXIT_FINE;
  }
  if (end[1] >= 0)
    close(end[1]);
  if (said)
    fclose(said);
  free(f);
  if (status == ENOENT)
    return error_add(err, EXIT_RUN_FAILED,
                     "a film needs the program ffmpeg, and there is none on PATH: install it "
                     "(apt install ffmpeg), or write a .gif or .png");
  return error_add(err, EXIT_RUN_FAILED, "ffmpeg cannot be started: %s", strerror(status));
}

static int add(void *writer, const uint8_t *rgb, error *err)
{
  film *f = writer;
  for (size_t done = 0; done < f->bytes;) {
    const ssize_t n = write(f->pipe, rgb + done, f->bytes - done);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      finish(f);
      return complain(f, err);
    }
    done += (size_t)n;
  }
  return EXIT_FINE;
}

static int end(void *writer, bool whole, error *err)
{
  film *f = writer;
  int status = EXIT_FINE;
  if (f->process > 0 && !finish(f) && whole)
    status = complain(f, err);
  fclose(f->said);
  free(f);
  return status;
}

const picture_format picture_film = { ".mp4", begin, add, end };
