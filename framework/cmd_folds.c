/* cmd_folds.c - leave one out (Palm et al. 2021): for each task a fold, which is trained on all others.
 *
 * A fold is an ordinary run in a folder of its own, with two more overrides: it is resumed, evaluated and read
 * like any other. Given again, the command goes on where it was interrupted; a folder with folds of another
 * experiment is refused.
 */
#include "cmd_folds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd_evaluate.h"
#include "cmd_genome.h"
#include "stats.h"
#include "store.h"

enum { NAME_SIZE = 160 };

typedef struct fold {
  const char *held_out;
  summary out;    /* its rollouts in the task that was left out */
  double trained; /* mean over the tasks that it was trained on */
} fold;

typedef struct folds {
  const folds_options *options;
  const experiment *e;
  char folder[CMD_PATH_SIZE];
  fold *fold; /* [n_task] */
  fold *present;
} folds;

/* "evaluate.held_out = "NAME"" as --set wants it. */
static void hold_out(const char *name, char word[NAME_SIZE])
{
  size_t n = (size_t)snprintf(word, NAME_SIZE, "evaluate.held_out=\"");
  for (; *name && n < NAME_SIZE - 3; name++) {
    if (*name == '"' || *name == '\\')
      word[n++] = '\\';
    word[n++] = *name;
  }
  snprintf(word + n, NAME_SIZE - n, "\"");
}

static bool has_file(const char *folder, const char *name)
{
  char path[CMD_PATH_SIZE + 2 * NAME_SIZE];
  struct stat there;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return stat(path, &there) == 0;
}

/* What --set adds to the user's words: the fold's own experiment. word: [set n + 2]. */
static int32_t words_of(const folds *f, char out[NAME_SIZE], const char *held_out,
                        const char **word)
{
  const word_list *set = f->options->set;
  for (int32_t k = 0; k < set->n; k++)
    word[k] = set->word[k];
  hold_out(held_out, out);
  word[set->n] = "evaluate.leave_one_out=false";
  word[set->n + 1] = out;
  return set->n + 2;
}

/* Whether what the folder holds is the fold of this experiment, begun or complete. */
static int read_fold(const folds *f, const char *folder, const char *held_out, bool *begun,
                     bool *complete, error *err)
{
  const bool published = has_file(folder, "run.h5");
  char path[CMD_PATH_SIZE + 2 * NAME_SIZE], out[NAME_SIZE];
  const char **word = calloc((size_t)f->options->set->n + 2, sizeof *word);
  experiment *wanted = NULL, *stored = NULL;
  stored_run run = { 0 };
  bool same = false;

  *begun = published || has_file(folder, "experiment.toml");
  *complete = false;
  if (!word)
    return error_add(err, EXIT_RUN_FAILED, "folds: no memory");
  const int32_t n = words_of(f, out, held_out, word);
  snprintf(path, sizeof path, "%s/%s", folder, published ? "run.h5" : "experiment.toml");
  if (*begun && experiment_load(f->options->experiment, word, n, &wanted, err) == EXIT_FINE) {
    if (!published && experiment_load(path, NULL, 0, &stored, err) == EXIT_FINE) {
      same = strcmp(stored->resolved, wanted->resolved) == 0;
    } else if (published && store_read_run(path, NULL, 0, &run, err) == EXIT_FINE) {
      same = strcmp(run.config_toml, wanted->resolved) == 0;
      *complete = run.status == RUN_COMPLETE;
      stored_run_free(&run);
    }
    if (err->status == EXIT_FINE && !same)
      error_add(err, EXIT_CONFIGURATION,
                "%s: holds the fold of another experiment, or of other values; --force begins all "
                "folds anew, -o names another folder",
                folder);
  }
  experiment_free(stored);
  experiment_free(wanted);
  free(word);
  return err->status;
}

static int begin_run(const folds *f, const char *held_out, char *folder, char *workers, error *err)
{
  const size_t most = (size_t)f->options->set->n + 2;
  char out[NAME_SIZE], option[] = "--set", force[] = "--force";
  const char **word = calloc(most, sizeof *word);
  char **argv = calloc(2 * most + 8, sizeof *argv);
  int n = 0;
  if (!argv || !word) {
    free(argv);
    free(word);
    return error_add(err, EXIT_RUN_FAILED, "folds: no memory");
  }
  const int32_t n_word = words_of(f, out, held_out, word);
  argv[n++] = (char[]){ "run" };
  argv[n++] = (char *)(uintptr_t)f->options->experiment;
  for (int32_t k = 0; k < n_word; k++) {
    argv[n++] = option;
    argv[n++] = (char *)(uintptr_t)word[k];
  }
  argv[n++] = (char[]){ "--workers" };
  argv[n++] = workers;
  argv[n++] = (char[]){ "--output" };
  argv[n++] = folder;
  if (f->options->force)
    argv[n++] = force;
  argv[n] = NULL;
  const int status = cmd_run.run(n, argv, err);
  free(argv);
  free(word);
  return status;
}

static void see(void *self, const evaluation *v)
{
  folds *f = self;
  double *room = calloc((size_t)v->n_rollout + 1, sizeof *room);
  double sum = 0;
  for (int32_t c = 0; room && c < v->n_condition; c++) {
    const summary s =
        stats_of(v->total_return + (int64_t)c * v->n_rollout, (size_t)v->n_rollout, room);
    if (strcmp(v->condition[c], f->present->held_out) == 0)
      f->present->out = s;
    else
      sum += s.mean;
  }
  f->present->trained = sum / (v->n_condition - 1);
  free(room);
}

static int run_fold(folds *f, fold *one, error *err)
{
  char folder[CMD_PATH_SIZE + NAME_SIZE], workers[24];
  bool begun = false, complete = false;
  one->out = (summary){ .mean = (double)NAN };
  f->present = one;
  snprintf(workers, sizeof workers, "%lld", (long long)f->options->workers);
  if (snprintf(folder, sizeof folder, "%s/without-%s", f->folder, one->held_out) >= CMD_PATH_SIZE)
    return error_add(err, EXIT_CONFIGURATION, "%.60s...: the folder's name is too long", folder);
  fprintf(stderr, "hebb: fold '%s': trained on all other tasks\n", one->held_out);

  if (!f->options->force &&
      read_fold(f, folder, one->held_out, &begun, &complete, err) != EXIT_FINE)
    return err->status;
  int status = EXIT_FINE;
  if (!complete && begun)
    status = cmd_resume.run(4, (char *[]){ "resume", folder, "--workers", workers, NULL }, err);
  else if (!complete)
    status = begin_run(f, one->held_out, folder, workers, err);
  if (status != EXIT_FINE)
    return status;
  return cmd_evaluate_and_show(5,
                               (char *[]){ "evaluate", folder, "--workers", workers, "--force",
                                           NULL },
                               see, f, err);
}

static void print_table(const folds *f)
{
  const int32_t n = f->e->n_task;
  int width = (int)sizeof "left out";
  double *trained = calloc(2 * (size_t)n, sizeof *trained),
         *out = calloc(2 * (size_t)n, sizeof *out);
  for (int32_t k = 0; k < n; k++) {
    const int length = (int)strlen(f->e->task[k].name);
    width = length > width ? length : width;
  }
  printf("\n%-*s  trained on, mean  left out, mean        sd  rollouts\n", width, "left out");
  for (int32_t k = 0; k < n; k++) {
    const fold *one = &f->fold[k];
    const int d = stats_decimals(fmax(fabs(one->out.min), fabs(one->out.max)));
    printf("%-*s  %16.*f  %14.*f  %8.*f  %8zu\n", width, f->e->task[k].name, d, one->trained, d,
           one->out.mean, d, one->out.std, one->out.n);
    if (trained && out) {
      trained[k] = one->trained;
      out[k] = one->out.mean;
    }
  }
  if (trained && out) {
    const summary a = stats_of(trained, (size_t)n, trained + n),
                  b = stats_of(out, (size_t)n, out + n);
    const int d = stats_decimals(fmax(fabs(b.min), fabs(b.max)));
    printf("%-*s  %16.*f  %14.*f  %8.*f  over folds\n", width, "mean", d, a.mean, d, b.mean, d,
           b.std);
  }
  free(trained);
  free(out);
}

int cmd_folds(const folds_options *options, const experiment *e, error *err)
{
  folds f = { .options = options, .e = e };
  const int n = options->folder ? snprintf(f.folder, sizeof f.folder, "%s", options->folder)
                                : snprintf(f.folder, sizeof f.folder, "runs/%s/folds-%lld",
                                           e->run.name, (long long)e->run.seed);
  if (n < 1 || (size_t)n >= sizeof f.folder)
    return error_add(err, EXIT_CONFIGURATION, "folds: the folder's name is too long");
  if (!(f.fold = calloc((size_t)e->n_task, sizeof *f.fold)))
    return error_add(err, EXIT_RUN_FAILED, "folds: no memory");

  int status = EXIT_FINE;
  for (int32_t k = 0; k < e->n_task && status == EXIT_FINE; k++) {
    f.fold[k].held_out = e->task[k].name;
    status = run_fold(&f, &f.fold[k], err);
  }
  if (status == EXIT_FINE)
    print_table(&f);
  else if (status == EXIT_INTERRUPTED)
    fprintf(stderr, "hebb: the same command goes on with the folds that are not finished%s%s\n",
            options->folder ? "" : "; they are in ", options->folder ? "" : f.folder);
  free(f.fold);
  return status;
}
