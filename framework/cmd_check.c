/* cmd_check.c - hebb check: whether an experiment could be run, without running it. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "evolve.h"

typedef struct options {
  word_list set;
  bool resolved;
} options;

/* One line that lets a reader see at once whether it is the experiment that was meant. */
static void print_summary(const char *file, const experiment *e, const evolve_outline *o)
{
  printf("%s: fine: %s, rule %s, optimizer %s; tasks", file, e->env.plugin->name,
         e->rule.plugin->name, e->optimizer.plugin->name);
  for (int32_t t = 0; t < e->n_task; t++)
    printf("%s %s%s", t ? "," : "", e->task[t].name, e->task[t].train ? "" : " (not trained)");
  for (int32_t c = 0; c < e->n_condition; c++)
    printf("%s %s", c ? "," : "; conditions", e->condition[c].name);
  fputs("; network ", stdout);
  cmd_print_network(&o->convolution, o->first, o->n_layer, o->size);
  printf("; %lld genes; %lld generation%s of %lld\n", (long long)o->n_gene,
         (long long)e->run.generations, e->run.generations == 1 ? "" : "s",
         (long long)e->population);
}

static int check_file(const char *file, const options *o, error *err)
{
  experiment *e;
  evolve_outline outline;

  int status = experiment_load(file, o->set.word, o->set.n, &e, err);
  if (status)
    return status;
  // what the file alone cannot show: worlds of two shapes, an odd population, too little memory
  status = evolve_check(e, (int32_t)cmd_default_workers(), &outline, err);
  if (!status && o->resolved)
    fputs(e->resolved, stdout);
  else if (!status)
    print_summary(file, e, &outline);
  experiment_free(e);
  return status;
}

static int run(int argc, char **argv, error *err)
{
  static const struct option known[] = { { "set", required_argument, NULL, 's' },
                                         { "resolved", no_argument, NULL, 'r' },
                                         { "plugin-dir", required_argument, NULL, 'p' },
                                         { NULL, 0, NULL, 0 } };
  options o = { .resolved = false };
  int c, status = EXIT_FINE;

  opterr = 0;
  optind = 1;
  while (!status && (c = getopt_long(argc, argv, ":", known, NULL)) != -1)
    switch (c) {
    case 's': status = cmd_add_word(&o.set, optarg, err); break;
    case 'r': o.resolved = true; break;
    case 'p': loader_add_folder(optarg); break;
    default: status = cmd_bad_option(&cmd_check, c, argv, err);
    }
  if (!status && argc == optind)
    status = cmd_usage_error(&cmd_check, err, "an experiment is wanted");
  if (!status && o.resolved && argc - optind > 1)
    status = cmd_usage_error(&cmd_check, err, "--resolved takes one experiment, %d given",
                             argc - optind);
  if (!status)
    for (int i = optind; i < argc; i++)
      check_file(argv[i], &o, err);
  free(o.set.word);
  return err->status;
}

const command cmd_check = {
  .name = "check",
  .arguments = "EXPERIMENT... [--set KEY=VALUE]... [--resolved]",
  .brief = "check experiments without running them",
  .help =
      "EXPERIMENT is a TOML file or the name of an installed experiment (hebb list). All that\n"
      "is wrong is reported, each with file, line and column; status 2, or 3 where a plugin is\n"
      "refused. All is made ready as for a run with the default number of workers, worlds,\n"
      "optimizer and memory included; then nothing is run or written.\n"
      "\n"
      "  --set KEY=VALUE    override a value: --set rule.share=network\n"
      "  --resolved         print the experiment with every default, as TOML\n"
      "  --plugin-dir DIR   look for plugins there first (repeatable)\n",
  .run = run,
};
