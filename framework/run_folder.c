/* run_folder.c - a run's folder and identity. */
#include "run_folder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A random UUID (RFC 4122, version 4). */
static int make_uuid(char text[37], error *err)
{
  unsigned char b[16];
  if (getrandom(b, sizeof b, 0) != (ssize_t)sizeof b)
    return error_add(err, EXIT_IO, "run id: %s", strerror(errno));
  b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
  b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
  snprintf(text, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
           b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
           b[15]);
  return EXIT_FINE;
}

static char *join(int argc, char **argv)
{
  size_t size = sizeof "hebb";
  for (int k = 0; k < argc; k++)
    size += strlen(argv[k]) + 1;
  char *text = malloc(size);
  if (!text)
    return NULL;
  size_t used = (size_t)snprintf(text, size, "hebb");
  for (int k = 0; k < argc; k++)
    used += (size_t)snprintf(text + used, size - used, " %s", argv[k]);
  return text;
}

int provenance_begin(provenance *p, int argc, char **argv, int32_t n_worker, error *err)
{
  struct timespec now;
  struct tm utc;

  *p = (provenance){ .n_threads = n_worker, .n_start = 1 };
  if (make_uuid(p->run_id, err) != EXIT_FINE)
    return err->status;
  clock_gettime(CLOCK_REALTIME, &now);
  gmtime_r(&now.tv_sec, &utc);
  strftime(p->created, sizeof p->created, "%Y-%m-%dT%H:%M:%SZ", &utc);
  p->start_time[0] = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
  p->command_line = join(argc, argv);
  return p->command_line ? EXIT_FINE : error_add(err, EXIT_RUN_FAILED, "no memory");
}

void provenance_end(provenance *p)
{
  free((void *)(uintptr_t)p->command_line);
  p->command_line = NULL;
}

/* Makes every folder of a path; *created: the last one did not exist. */
static int make_folders(char *path, bool *created, error *err)
{
  for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
    if (slash)
      *slash = '\0';
    *created = mkdir(path, 0777) == 0;
    const int failed = *created || errno == EEXIST ? 0 : errno;
    if (failed)
      error_add(err, EXIT_IO, "%s: cannot make this folder: %s", path, strerror(failed));
    if (slash)
      *slash = '/';
    if (failed)
      return EXIT_IO;
    if (!slash)
      return EXIT_FINE;
  }
}

static int write_text(const char *path, const char *text, error *err)
{
  FILE *f = fopen(path, "w");
  if (!f)
    return error_add(err, EXIT_IO, "%s: %s", path, strerror(errno));
  const bool bad = fputs(text, f) < 0;
  if (fclose(f) != 0 || bad)
    return error_add(err, EXIT_IO, "%s: %s", path, strerror(errno));
  return EXIT_FINE;
}

int run_folder_make(const char *chosen, bool force, const experiment *e, const provenance *p,
                    run_folder *out, error *err)
{
  char file[sizeof out->path + 32];
  struct stat there;
  int n;

  if (chosen) {
    n = snprintf(out->path, sizeof out->path, "%s", chosen);
  } else {
    // created is YYYY-MM-DDTHH:MM:SSZ; the folder's name drops what file systems dislike
    n = snprintf(out->path, sizeof out->path, "runs/%s/%.4s%.2s%.2s-%.2s%.2s%.2s-%lld-%.6s",
                 e->run.name, p->created, p->created + 5, p->created + 8, p->created + 11,
                 p->created + 14, p->created + 17, (long long)e->run.seed, p->run_id);
  }
  if (n < 1 || (size_t)n >= sizeof out->path)
    return error_add(err, EXIT_CONFIGURATION, "the run folder's name must have 1 to %zu characters",
                     sizeof out->path - 1);

  snprintf(file, sizeof file, "%s/run.h5", out->path);
  if (!force && stat(file, &there) == 0)
    return error_add(err, EXIT_CONFIGURATION,
                     "%s exists; --force replaces it, -o names another folder", file);
  if (make_folders(out->path, &out->created, err) != EXIT_FINE)
    return err->status;
  snprintf(file, sizeof file, "%s/experiment.toml", out->path);
  if (write_text(file, e->resolved, err) != EXIT_FINE) {
    run_folder_abandon(out);
    return err->status;
  }
  return EXIT_FINE;
}

void run_folder_abandon(const run_folder *folder)
{
  char file[sizeof folder->path + 32];
  struct stat there;

  snprintf(file, sizeof file, "%s/run.h5", folder->path);
  if (!folder->created || stat(file, &there) == 0)
    return;
  snprintf(file, sizeof file, "%s/experiment.toml", folder->path);
  unlink(file);
  rmdir(folder->path);
}
