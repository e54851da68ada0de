/* cmd_vet.c - hebb vet: holds a plugin against its header, or a rule against given numbers. */
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "experiment.h"
#include "vet.h"

typedef struct options {
  const char *plugin, *vectors;
  uint32_t kind; /* 0: any */
  double tolerance;
  int64_t seconds;
  word_list set;
} options;

/* What a word of --set begins with, by kind. */
static const char *const prefix_of[] = {
  [HEBB_RULE] = "rule", [HEBB_ENV] = "env", [HEBB_OPTIMIZER] = "optimizer"
};

static int read_kind(const char *text, uint32_t *kind, error *err)
{
  for (*kind = HEBB_RULE; *kind <= HEBB_OPTIMIZER; ++*kind)
    if (strcmp(text, prefix_of[*kind]) == 0)
      return EXIT_FINE;
  return cmd_usage_error(&cmd_vet, err, "--kind wants rule, env or optimizer, not '%s'", text);
}

static int read_tolerance(const char *text, double *tolerance, error *err)
{
  char *end;
  *tolerance = strtod(text, &end);
  if (end == text || *end || !(*tolerance >= 0) || isinf(*tolerance))
    return cmd_usage_error(&cmd_vet, err, "--tolerance wants a number from 0, not '%s'", text);
  return EXIT_FINE;
}

static int read_options(int argc, char **argv, options *o, error *err)
{
  static const struct option known[] = { { "kind", required_argument, NULL, 'k' },
                                         { "set", required_argument, NULL, 's' },
                                         { "vectors", required_argument, NULL, 'v' },
                                         { "tolerance", required_argument, NULL, 't' },
                                         { "seconds", required_argument, NULL, 'l' },
                                         { "plugin-dir", required_argument, NULL, 'p' },
                                         { NULL, 0, NULL, 0 } };
  int c;

  opterr = 0;
  optind = 1;
  while ((c = getopt_long(argc, argv, ":", known, NULL)) != -1) {
    int status = EXIT_FINE;
    switch (c) {
    case 'k': status = read_kind(optarg, &o->kind, err); break;
    case 's': status = cmd_add_word(&o->set, optarg, err); break;
    case 'v': o->vectors = optarg; break;
    case 't': status = read_tolerance(optarg, &o->tolerance, err); break;
    case 'l':
      status = cmd_integer(&cmd_vet, "--seconds", optarg, 1, 1000000, &o->seconds, err);
      break;
    case 'p': loader_add_folder(optarg); break;
    default: return cmd_bad_option(&cmd_vet, c, argv, err);
    }
    if (status != EXIT_FINE)
      return status;
  }
  if (argc - optind != 1)
    return cmd_usage_error(&cmd_vet, err, "one plugin is wanted, %d given", argc - optind);
  o->plugin = argv[optind];
  return EXIT_FINE;
}

/* Opens a plugin whose kind may not be known: a name is looked for among the rules first. */
static int open_plugin(const options *o, loaded *subject, error *err)
{
  uint32_t kind = o->kind;
  // NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): cmd_usage_error returns no 0
  if (kind == 0 && !strchr(o->plugin, '/')) {
    for (kind = HEBB_RULE; kind <= HEBB_OPTIMIZER && !loader_has(o->plugin, kind); kind++)
      ;
    if (kind > HEBB_OPTIMIZER)
      return error_add(err, EXIT_PLUGIN,
                       "no rule, environment or optimizer named '%s': 'hebb list' shows what there "
                       "is; a file is given by a path (with a '/')",
                       o->plugin);
  }
  return loader_open(o->plugin, kind, NULL, subject, err);
}

static int vet_conformance(const options *o, const loaded *subject, const void *config, error *err)
{
  static vet report;
  const char *name = subject->plugin->name;

  printf("%s %s, %s\n", loader_kind_name(subject->plugin->kind), name, subject->path);
  if (vet_in_process(subject, config, o->set.word, o->set.n, (unsigned)o->seconds, &report, err) !=
      EXIT_FINE)
    return err->status;
  if (vet_print(&report, name, stdout) > 0)
    return error_add(err, EXIT_MISMATCH, "%s does not hold what its header promises: %s", name,
                     vet_failed(&report) == 1 ? "a check failed" : "checks failed");
  return EXIT_FINE;
}

static int run(int argc, char **argv, error *err)
{
  options o = { .tolerance = 1e-6, .seconds = 600 };
  loaded subject;
  void *config = NULL;

  if (read_options(argc, argv, &o, err) == EXIT_FINE &&
      open_plugin(&o, &subject, err) == EXIT_FINE) {
    // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): error_add returns no 0
    if (subject.plugin->kind > HEBB_OPTIMIZER)
      error_add(err, EXIT_CONFIGURATION, "%s: nothing is known to check of an executor", o.plugin);
    else if (experiment_plugin_config(subject.plugin, prefix_of[subject.plugin->kind], o.set.word,
                                      o.set.n, &config, err) == EXIT_FINE) {
      if (o.vectors)
        vet_vectors(&subject, config, o.vectors, o.tolerance, stdout, err);
      else
        vet_conformance(&o, &subject, config, err);
    }
  }
  free(config);
  free(o.set.word);
  return err->status;
}

const command cmd_vet = {
  .name = "vet",
  .arguments = "PLUGIN [--kind rule|env|optimizer] [--set KEY=VALUE]... [--vectors FILE.h5]",
  .brief = "hold a plugin against its header, or a rule against numbers made elsewhere",
  .help =
      "PLUGIN is a name ('hebb list' shows them) or a path (with a '/'). Every combination of its\n"
      "options is tried: results are finite and repeatable, lanes do not mix, nothing is written\n"
      "outside its arrays, hot calls do not allocate, and what else the header of its kind says.\n"
      "\n"
      "  --kind KIND        rule, env or optimizer, where a name has several\n"
      "  --set KEY=VALUE    a parameter that then keeps its value: --set rule.terms=AD\n"
      "  --vectors FILE     instead: update once with every group of an HDF5 file that holds pre,\n"
      "                     post, coef (coef x pre x post), weight (pre x post) and, where used,\n"
      "                     drive, modulator, trace, reward, with the rule's parameters as\n"
      "                     attributes; compare with weight_after and trace_after\n"
      "  --tolerance X      allowed difference, in units of max(1, |expected|) (default 1e-6)\n"
      "  --seconds N        how long all of it may take (default 600)\n"
      "  --plugin-dir DIR   look for plugins there first (repeatable)\n"
      "\n"
      "Status 4 when something does not hold, 3 when the plugin cannot be opened.\n",
  .run = run,
};
