/* cmd_run.c - hebb run: evolves an experiment. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd_evolve.h"
#include "cmd_folds.h"
#include "run_folder.h"

typedef struct options {
  const char *experiment, *folder;
  word_list set;
  int64_t workers;
  bool force;
} options;

static int read_options(int argc, char **argv, options *o, error *err)
{
  static const struct option known[] = {
    { "set", required_argument, NULL, 's' },        { "workers", required_argument, NULL, 'w' },
    { "output", required_argument, NULL, 'o' },     { "force", no_argument, NULL, 'f' },
    { "plugin-dir", required_argument, NULL, 'p' }, { NULL, 0, NULL, 0 }
  };
  int c;

  opterr = 0;
  optind = 1;
  while ((c = getopt_long(argc, argv, ":o:", known, NULL)) != -1) {
    int status = EXIT_FINE;
    switch (c) {
    case 's': status = cmd_add_word(&o->set, optarg, err); break;
    case 'w':
      status = cmd_integer(&cmd_run, "--workers", optarg, 1, CMD_MOST_WORKERS, &o->workers, err);
      break;
    case 'o': o->folder = optarg; break;
    case 'f': o->force = true; break;
    case 'p': loader_add_folder(optarg); break;
    default: return cmd_bad_option(&cmd_run, c, argv, err);
    }
    if (status != EXIT_FINE)
      return status;
  }
  if (argc - optind != 1)
    return cmd_usage_error(&cmd_run, err, "one experiment is wanted, %d given", argc - optind);
  o->experiment = argv[optind];
  return EXIT_FINE;
}

static int run_experiment(const options *o, const char *typed, const experiment *e, error *err)
{
  provenance origin;
  run_folder folder;

  if (provenance_begin(&origin, typed, (int32_t)o->workers, err) != EXIT_FINE)
    return err->status;
  int status = run_folder_make(o->folder, o->force, o->experiment, e, &origin, &folder, err);
  if (status == EXIT_FINE) {
    fprintf(stderr, "hebb: %s: %lld generation%s of %lld individuals, %lld worker%s -> %s\n",
            e->run.name, (long long)e->run.generations, e->run.generations == 1 ? "" : "s",
            (long long)e->population, (long long)o->workers, o->workers == 1 ? "" : "s",
            folder.path);
    const evolve_options how = { .folder = folder.path,
                                 .n_worker = (int32_t)o->workers,
                                 .provenance = &origin };
    status = cmd_evolve(e, &how, err);
    run_folder_leave(&folder);
  }
  return status;
}

static int run(int argc, char **argv, error *err)
{
  options o = { .workers = cmd_default_workers() };
  experiment *e = NULL;
  char *typed = cmd_typed(argc, argv);

  int status = read_options(argc, argv, &o, err);
  if (status == EXIT_FINE)
    status = experiment_load(o.experiment, o.set.word, o.set.n, &e, err);
  const folds_options folds = { .experiment = o.experiment,
                                .folder = o.folder,
                                .set = &o.set,
                                .workers = o.workers,
                                .force = o.force };
  if (status == EXIT_FINE)
    status =
        e->evaluate.leave_one_out ? cmd_folds(&folds, e, err) : run_experiment(&o, typed, e, err);
  experiment_free(e);
  free(o.set.word);
  free(typed);
  return status;
}

const command cmd_run = {
  .name = "run",
  .arguments = "EXPERIMENT [--set KEY=VALUE]... [--workers N] [-o FOLDER] [--force]",
  .brief = "evolve an experiment and leave an HDF5 file",
  .help =
      "EXPERIMENT is a TOML file or the name of an installed experiment (hebb list).\n"
      "\n"
      "  --set KEY=VALUE    override a value: --set run.generations=20\n"
      "  --workers N        threads (default: one for each processor); never changes the result\n"
      "  -o, --output FOLDER  where run.h5 goes (default: runs/NAME/DATE-SEED-ID)\n"
      "  --force            replace a run that FOLDER already holds\n"
      "  --plugin-dir DIR   look for plugins there first (repeatable)\n"
      "\n"
      "Standard error shows generation, best and mean fitness, world steps a second and the time\n"
      "left; standard output names the file. INT, TERM, HUP, USR1 and XCPU drop the generation in\n"
      "flight, write the file and end with status 75; a second INT leaves at once. However a run\n"
      "ends, hebb resume FOLDER goes on with it.\n"
      "\n"
      "With evaluate.leave_one_out = true there is a run for each task, trained on all the others, in\n"
      "FOLDER/without-TASK (default: runs/NAME/folds-SEED), its evaluation in every task beside it, and\n"
      "a table of all on standard output; the same command goes on with what is not finished.\n",
  .run = run,
};
