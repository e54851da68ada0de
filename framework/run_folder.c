/* run_folder.c - a run's folder and identity. */
#include "run_folder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "durable.h"

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

int provenance_begin(provenance *p, const char *command_line, int32_t n_worker, error *err)
{
  struct timespec now;
  struct tm utc;

  if (!command_line)
    return error_add(err, EXIT_RUN_FAILED, "no memory");
  *p = (provenance){ .n_threads = n_worker, .n_start = 1, .command_line = command_line };
  if (make_uuid(p->run_id, err) != EXIT_FINE)
    return err->status;
  clock_gettime(CLOCK_REALTIME, &now);
  gmtime_r(&now.tv_sec, &utc);
  strftime(p->created, sizeof p->created, "%Y-%m-%dT%H:%M:%SZ", &utc);
  p->start_time[0] = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
  return EXIT_FINE;
}

void provenance_resume(provenance *p, int32_t n_worker, bool changed)
{
  struct timespec now;
  const int32_t most = PROVENANCE_MOST_STARTS;
  p->n_threads = n_worker;
  if (p->n_start == most) {
    memmove(p->start_time + 1, p->start_time + 2, (size_t)(most - 2) * sizeof *p->start_time);
    memmove(p->start_generation + 1, p->start_generation + 2,
            (size_t)(most - 2) * sizeof *p->start_generation);
    memmove(p->start_changed + 1, p->start_changed + 2,
            (size_t)(most - 2) * sizeof *p->start_changed);
    p->n_start--;
  }
  clock_gettime(CLOCK_REALTIME, &now);
  p->start_time[p->n_start] = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
  p->start_generation[p->n_start] = 0;
  p->start_changed[p->n_start++] = changed;
}

/* Makes every folder of a path; *made_from: length of the first that did not exist. */
static int make_folders(char *path, size_t *made_from, error *err)
{
  *made_from = 0;
  for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
    if (slash)
      *slash = '\0';
    const bool made = mkdir(path, 0777) == 0;
    const int failed = made || errno == EEXIST ? 0 : errno;
    if (made && *made_from == 0)
      *made_from = strlen(path);
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

bool run_folder_same_file(const char *a, const char *b)
{
  struct stat one, other;
  return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
         one.st_ino == other.st_ino;
}

/* Neither a run nor a file of the user's is replaced unasked. */
static int guard(const char *folder, bool force, const char *source, error *err)
{
  static const char *const name[] = { "run.h5", "experiment.toml" };
  struct stat there;

  for (int k = 0; k < 2; k++) {
    char file[4096 + 32];
    snprintf(file, sizeof file, "%s/%s", folder, name[k]);
    if (stat(file, &there) != 0)
      continue;
    if (run_folder_same_file(source, file))
      return error_add(
          err, EXIT_CONFIGURATION,
          "%s is the experiment itself, and a run stores its resolved experiment under "
          "this name; -o names another folder",
          file);
    if (!force)
      return error_add(err, EXIT_CONFIGURATION,
                       "%s exists; --force replaces it, -o names another folder", file);
  }
  return EXIT_FINE;
}

int run_folder_make(const char *chosen, bool force, const char *source, const experiment *e,
                    const provenance *p, run_folder *out, error *err)
{
  char file[sizeof out->path + 32];
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
  while (n > 1 && out->path[n - 1] == '/')
    out->path[--n] = '\0';

  out->lock.fd = -1;
  snprintf(file, sizeof file, "%s/run.h5", out->path);
  if (make_folders(out->path, &out->made_from, err) != EXIT_FINE ||
      store_can_write(file, err) != EXIT_FINE ||
      run_lock_take(&out->lock, out->path, err) != EXIT_FINE ||
      guard(out->path, force, source, err) != EXIT_FINE) {
    run_folder_leave(out);
    return err->status;
  }
  return EXIT_FINE;
}

int run_folder_open(const char *path, run_folder *out, error *err)
{
  *out = (run_folder){ .lock.fd = -1 };
  snprintf(out->path, sizeof out->path, "%s", path);
  return run_lock_take(&out->lock, out->path, err);
}

static void remove_file(const char *folder, const char *name)
{
  char path[4096 + 32];
  snprintf(path, sizeof path, "%.4095s/%s", folder, name);
  unlink(path);
}

int run_folder_begin(const char *folder, const experiment *e, error *err)
{
  char path[4096 + 32];
  // the journal first: it belongs to the file
  remove_file(folder, "run.journal");
  remove_file(folder, "run.prev.h5");
  remove_file(folder, "run.h5");
  snprintf(path, sizeof path, "%.4095s/experiment.toml", folder);
  return durable_replace(path, e->resolved, strlen(e->resolved), err);
}

void run_folder_finish(const char *folder)
{
  remove_file(folder, "run.journal");
  remove_file(folder, "run.prev.h5");
}

void run_folder_forget(const char *folder)
{
  remove_file(folder, "run.journal");
  remove_file(folder, "experiment.toml");
}

void run_folder_leave(run_folder *folder)
{
  char path[sizeof folder->path];
  size_t n = strlen(folder->path);

  run_lock_release(&folder->lock);
  // rmdir refuses what is not empty, so nobody's files are at risk
  memcpy(path, folder->path, n + 1);
  while (folder->made_from > 0 && n >= folder->made_from) {
    path[n] = '\0';
    if (rmdir(path) != 0)
      return;
    while (n > 0 && path[n - 1] != '/')
      n--;
    while (n > 0 && path[n - 1] == '/')
      n--;
  }
}
