/* cmd_resume.c - hebb resume: goes on with a run that was interrupted or killed. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd_evolve.h"
#include "journal.h"
#include "run_folder.h"

enum { PATH_SIZE = 4096 };

typedef struct options {
  char folder[PATH_SIZE];
  int64_t workers, generations; /* 0: as the experiment says */
  bool force;
} options;

/* What the folder holds of the run, and what is made of it. */
typedef struct found {
  char published[PATH_SIZE + 16]; /* "": nothing was published */
  stored_run run;                 /* of published */
  provenance origin;
  experiment *e;
  word_list override; /* the run's --set, and ours */
} found;

static bool is_file(const char *folder, const char *name, char path[PATH_SIZE + 16])
{
  struct stat there;
  snprintf(path, PATH_SIZE + 16, "%s/%s", folder, name);
  return stat(path, &there) == 0 && S_ISREG(there.st_mode);
}

/* RUN: a folder, or the run.h5 in it. */
static int choose_folder(const char *given, options *o, error *err)
{
  struct stat what;
  if (!given[0] || strlen(given) >= PATH_SIZE)
    return cmd_usage_error(&cmd_resume, err, "RUN is a path of 1 to %d characters", PATH_SIZE - 1);
  strcpy(o->folder, given);
  if (stat(given, &what) != 0)
    return cmd_usage_error(&cmd_resume, err, "%s: no such folder", given);
  if (!S_ISDIR(what.st_mode)) {
    char *slash = strrchr(o->folder, '/'), *name = slash ? slash + 1 : o->folder;
    if (strcmp(name, "run.h5") != 0)
      return cmd_usage_error(&cmd_resume, err, "%s: is no run folder and no run.h5", given);
    if (slash == o->folder)
      slash++;
    strcpy(slash ? slash : o->folder, slash ? "" : ".");
  }
  for (size_t n = strlen(o->folder); n > 1 && o->folder[n - 1] == '/'; n--)
    o->folder[n - 1] = '\0';
  return EXIT_FINE;
}

static int read_options(int argc, char **argv, options *o, error *err)
{
  static const struct option known[] = { { "workers", required_argument, NULL, 'w' },
                                         { "generations", required_argument, NULL, 'g' },
                                         { "force", no_argument, NULL, 'f' },
                                         { "plugin-dir", required_argument, NULL, 'p' },
                                         { NULL, 0, NULL, 0 } };
  const command *self = &cmd_resume;
  int c;

  opterr = 0;
  optind = 1;
  while ((c = getopt_long(argc, argv, ":", known, NULL)) != -1) {
    int status = EXIT_FINE;
    switch (c) {
    case 'w':
      status = cmd_integer(self, "--workers", optarg, 1, CMD_MOST_WORKERS, &o->workers, err);
      break;
    case 'g':
      status = cmd_integer(self, "--generations", optarg, 1, 1000000000, &o->generations, err);
      break;
    case 'f': o->force = true; break;
    case 'p': loader_add_folder(optarg); break;
    default: return cmd_bad_option(self, c, argv, err);
    }
    if (status != EXIT_FINE)
      return status;
  }
  if (argc - optind != 1)
    return cmd_usage_error(self, err, "one run folder is wanted, %d given", argc - optind);
  return choose_folder(argv[optind], o, err);
}

/* Reads run.h5, or the one before where the disk has damaged it. */
static int read_published(const char *folder, found *f, error *err)
{
  char previous[PATH_SIZE + 16];
  const bool second = is_file(folder, "run.prev.h5", previous);
  static error first; // too large for the stack
  first = (error){ 0 };
  if (is_file(folder, "run.h5", f->published)) {
    const int status = store_read_run(f->published, NULL, 0, &f->run, second ? &first : err);
    if (!second || status == EXIT_FINE)
      return status;
    if (status != EXIT_IO) {
      error_print(&first);
      return error_add(err, status, "%s: cannot go on", f->published);
    }
    error_print(&first);
  }
  if (second) {
    fprintf(stderr, "hebb: goes on from run.prev.h5, the file before\n");
    strcpy(f->published, previous);
    return store_read_run(previous, NULL, 0, &f->run, err);
  }
  f->published[0] = '\0';
  return EXIT_FINE;
}

static int add_generations(const options *o, found *f, error *err)
{
  static char word[64]; // as long as the experiment
  if (o->generations == 0)
    return EXIT_FINE;
  snprintf(word, sizeof word, "run.generations=%lld", (long long)o->generations);
  return cmd_add_word(&f->override, word, err);
}

/* A file of a later minor version holds what this program would lose by writing it anew. */
static int check_schema(const found *f, error *err)
{
  const int64_t *version = f->run.schema;
  if (version[1] <= STORE_SCHEMA_MINOR)
    return EXIT_FINE;
  return error_add(
      err, EXIT_MISMATCH,
      "%s: is of schema %lld.%lld, this hebb writes %d.%d; resume it with the hebb that "
      "began it, or a later one",
      f->published, (long long)version[0], (long long)version[1], STORE_SCHEMA_MAJOR,
      STORE_SCHEMA_MINOR);
}

/* The experiment of a published run, with its sources and its own --set. */
static int load_published(const options *o, found *f, error *err)
{
  stored_run *run = &f->run;
  for (int32_t k = 0; k < run->n_override; k++)
    if (cmd_add_word(&f->override, run->override[k], err) != EXIT_FINE)
      return err->status;
  if (add_generations(o, f, err) != EXIT_FINE)
    return err->status;
  const int32_t n = f->override.n - run->n_override;
  const char *const *own = f->override.word ? f->override.word + run->n_override : NULL;
  if (experiment_load_text(run->config_toml, f->published, NULL, own, n, &f->e, err) != EXIT_FINE)
    return err->status;
  free(f->e->source);
  f->e->source = run->config_source;
  run->config_source = NULL;
  f->e->override = (char **)(uintptr_t)f->override.word;
  f->e->n_override = f->override.n;

  f->origin = run->origin;
  const int64_t wanted = f->e->run.generations;
  if (run->generation > wanted)
    return error_add(err, EXIT_CONFIGURATION, "%s: the run already has %d generations, not %lld",
                     o->folder, run->generation, (long long)wanted);
  if (run->status == RUN_COMPLETE && run->generation == wanted) {
    run_folder_finish(o->folder); // it may have been killed right before that
    return error_add(err, EXIT_CONFIGURATION,
                     "%s: the run is finished, with %d generations; 'hebb evaluate %s' tests it, "
                     "--generations N goes on to more",
                     o->folder, run->generation, o->folder);
  }
  return EXIT_FINE;
}

static int check_plugins(const options *o, const found *f, char began[3][65], bool *changed,
                         error *err)
{
  const loaded *now[3] = { &f->e->env, &f->e->rule, &f->e->optimizer };
  for (int k = 0; k < 3; k++) {
    const hebb_plugin *p = now[k]->plugin;
    if (strcmp(began[k], now[k]->sha256) == 0)
      continue;
    *changed = true;
    if (!o->force)
      error_add(err, EXIT_PLUGIN,
                "%s: the run began with another binary of %s %s than %s; resume it with that one "
                "(--plugin-dir), or go on with this one by --force",
                o->folder, loader_kind_name(p->kind), p->name, now[k]->path);
  }
  return err->status;
}

/* A run that was killed before anything was published: its experiment is there, and perhaps a journal. */
static int load_unpublished(const options *o, const char *typed, found *f, bool *changed,
                            bool was_locked, error *err)
{
  char path[PATH_SIZE + 16];
  journal_owner owner;
  const bool has_journal = journal_read_owner(o->folder, &owner);
  if (!is_file(o->folder, "experiment.toml", path) || (!has_journal && !was_locked))
    return error_add(err, EXIT_CONFIGURATION,
                     "%s: holds no run: neither run.h5 nor the experiment of one that was killed "
                     "before its first file; hebb run begins one",
                     o->folder);
  if (experiment_load(path, NULL, 0, &f->e, err) != EXIT_FINE ||
      provenance_begin(&f->origin, typed, (int32_t)o->workers, err) != EXIT_FINE)
    return err->status;
  const bool same = has_journal && strcmp(owner.config_sha256, f->e->sha256) == 0;
  if (o->generations > 0) {
    experiment_free(f->e);
    f->e = NULL;
    if (add_generations(o, f, err) != EXIT_FINE ||
        experiment_load(path, f->override.word, f->override.n, &f->e, err) != EXIT_FINE)
      return err->status;
  }
  fprintf(stderr, "hebb: %s: nothing was published; the run starts over from %s\n", o->folder,
          path);
  if (!same)
    return EXIT_FINE;
  memcpy(f->origin.run_id, owner.run_id, sizeof owner.run_id);
  memcpy(f->origin.created, owner.created, sizeof owner.created);
  return check_plugins(o, f, owner.plugin_sha256, changed, err);
}

static int load(const options *o, const char *typed, bool was_locked, found *f, error *err)
{
  bool changed = false;
  if (read_published(o->folder, f, err) != EXIT_FINE)
    return err->status;
  if (!f->published[0]) {
    if (load_unpublished(o, typed, f, &changed, was_locked, err) != EXIT_FINE)
      return err->status;
    f->origin.start_changed[0] = changed;
    return EXIT_FINE;
  }
  if (check_schema(f, err) != EXIT_FINE || load_published(o, f, err) != EXIT_FINE ||
      check_plugins(o, f, f->run.plugin_sha256, &changed, err) != EXIT_FINE)
    return err->status;
  if (strcmp(f->run.source_sha256, store_source_sha256()) != 0) {
    changed = true;
    fprintf(stderr,
            "hebb: %s was begun by a hebb of other sources than this one; a difference in "
            "results is possible, and start_changed records it\n",
            o->folder);
  }
  provenance_resume(&f->origin, (int32_t)o->workers, changed);
  return EXIT_FINE;
}

static int go_on(const options *o, found *f, error *err)
{
  const experiment *e = f->e;
  fprintf(stderr, "hebb: %s: resumes %s of %lld generations, %lld worker%s\n", e->run.name,
          o->folder, (long long)e->run.generations, (long long)o->workers,
          o->workers == 1 ? "" : "s");
  const evolve_options how = { .folder = o->folder,
                               .n_worker = (int32_t)o->workers,
                               .provenance = &f->origin,
                               .resume = true,
                               .published = f->published[0] ? f->published : NULL,
                               .force = o->force };
  return cmd_evolve(e, &how, err);
}

static int run(int argc, char **argv, error *err)
{
  options o = { .workers = cmd_default_workers() };
  run_folder folder;
  found f = { 0 };
  char *typed = cmd_typed(argc, argv);
  int status = EXIT_FINE; // of an interrupted run, which has no sentence

  if (read_options(argc, argv, &o, err) == EXIT_FINE) {
    const bool was_locked = run_lock_was_left(o.folder);
    if (run_folder_open(o.folder, &folder, err) == EXIT_FINE) {
      if (load(&o, typed, was_locked, &f, err) == EXIT_FINE)
        status = go_on(&o, &f, err);
      run_folder_leave(&folder);
    }
  }
  experiment_free(f.e);
  stored_run_free(&f.run);
  free(f.override.word);
  free(typed);
  return err->status != EXIT_FINE ? err->status : status;
}

const command cmd_resume = {
  .name = "resume",
  .arguments = "RUN [--workers N] [--generations N] [--force]",
  .brief = "go on with a run that was interrupted or killed",
  .help =
      "RUN is a run folder, or its run.h5; the experiment is inside. The run goes on with the\n"
      "generation after the last one that was done, and ends with the bits that it would have had\n"
      "without the interruption. One that was killed before it left a file starts over.\n"
      "\n"
      "  --workers N        threads (default: one for each processor); never changes the result\n"
      "  --generations N    go on to N generations, whatever the experiment says\n"
      "  --force            go on though a plugin's binary or the processor is another one than the\n"
      "                     run began with; /provenance/start_changed says so\n"
      "  --plugin-dir DIR   look for plugins there first (repeatable)\n",
  .run = run,
};
