/* table_make.c - makes what a table lacks, by the commands that a user would type, so that every file says
 * in its provenance how it was made. */
#include "table_make.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"

bool table_is_file(const char *path)
{
  struct stat there;
  return stat(path, &there) == 0 && S_ISREG(there.st_mode);
}

/* Calls a command; what it prints is progress here, and goes to standard error. */
static int call(const command *c, const word_list *word, error *err)
{
  fflush(stdout);
  const int output = dup(STDOUT_FILENO);
  if (output < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
    if (output >= 0)
      close(output);
    return error_add(err, EXIT_IO, "standard output: %s", strerror(errno));
  }
  const int status = c->run(word->n, (char **)(uintptr_t)word->word, err);
  fflush(stdout);
  if (dup2(output, STDOUT_FILENO) < 0)
    error_add(err, EXIT_IO, "standard output: %s", strerror(errno));
  close(output);
  if (err->status == EXIT_FINE)
    err->status = status; // an interrupted run has no sentence
  return err->status;
}

/* Calls a command with the words given, ended by NULL, then n times an option with a value. */
static int call_with(const command *c, const char *const *given, const char *option,
                     const char *const *value, int32_t n, error *err)
{
  word_list word = { 0 };
  int status = EXIT_FINE;
  for (; *given && status == EXIT_FINE; given++)
    status = cmd_add_word(&word, *given, err);
  for (int32_t k = 0; k < n && status == EXIT_FINE; k++)
    if ((status = cmd_add_word(&word, option, err)) == EXIT_FINE)
      status = cmd_add_word(&word, value[k], err);
  const int32_t n_word = word.n; // argv ends with NULL, as main's does
  if (status == EXIT_FINE && (status = cmd_add_word(&word, NULL, err)) == EXIT_FINE) {
    word.n = n_word;
    status = call(c, &word, err);
  }
  free(word.word);
  return status;
}

static bool holds(const char *folder, const char *name)
{
  char path[TABLE_PATH_SIZE + 32];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return table_is_file(path);
}

int table_make_run(const table_row *row, int64_t seed, const char *folder, int64_t workers,
                   error *err)
{
  char seed_text[48], worker_text[24];
  snprintf(seed_text, sizeof seed_text, "run.seed=%lld", (long long)seed);
  snprintf(worker_text, sizeof worker_text, "%lld", (long long)workers);
  if (holds(folder, "run.h5") || holds(folder, "run.prev.h5") || holds(folder, "run.journal") ||
      holds(folder, "run.lock")) {
    const char *const word[] = { "resume", folder, "--workers", worker_text, NULL };
    return call_with(&cmd_resume, word, "--set", NULL, 0, err);
  }
  // --force: an experiment.toml may be left there, but no run
  const char *const word[] = { "run",       row->path, "-o",    folder,    "--workers",
                               worker_text, "--force", "--set", seed_text, NULL };
  return call_with(&cmd_run, word, "--set", row->set, row->n_set, err);
}

static int make_folder(const char *folder, error *err)
{
  char path[TABLE_PATH_SIZE];
  snprintf(path, sizeof path, "%s", folder);
  for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
    if (slash)
      *slash = '\0';
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
      return error_add(err, EXIT_IO, "%s: cannot make this folder: %s", path, strerror(errno));
    if (!slash)
      return EXIT_FINE;
    *slash = '/';
  }
}

int table_make_evaluation(const table_row *row, const char *const *condition, int32_t n_condition,
                          const char *source, const char *folder, const char *output,
                          const table_options *how, error *err)
{
  const int64_t rollouts = how->rollouts > 0 ? how->rollouts : row->rollouts;
  char rollout_text[24], worker_text[24];
  snprintf(rollout_text, sizeof rollout_text, "%lld", (long long)rollouts);
  snprintf(worker_text, sizeof worker_text, "%lld", (long long)how->workers);
  const char *const word[] = { "evaluate",   source,
                               "-o",         output,
                               "--force",    "--workers",
                               worker_text,  rollouts > 0 ? "--rollouts" : NULL,
                               rollout_text, NULL };
  if (make_folder(folder, err) != EXIT_FINE)
    return err->status;
  return call_with(&cmd_evaluate, word, "--condition", condition, n_condition, err);
}
