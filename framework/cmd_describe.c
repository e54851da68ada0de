/* cmd_describe.c - hebb describe: plugins and the tables of an experiment, from their rows. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "describe.h"
#include "experiment.h"
#include "param.h"

typedef struct options {
  word_list set;
  describe_format format;
} options;

/* ---- tables of an experiment ---- */

static const char task_doc[] =
    "A world to live in, one [[task]] each; env.KEY = VALUE in it changes a value of [env] for "
    "this task.";
static const char condition_doc[] =
    "A task with events, for hebb evaluate --condition and hebb replay: one [[condition]] each, "
    "its events as [[condition.event]].";
static const char event_doc[] =
    "Something done to an agent in mid-life, in the order of the file. set_env takes env.KEY = "
    "VALUE besides: the condition's task with these values.";
static const char env_doc[] =
    "The world: plugin names it, and its own parameters stand beside that; see 'hebb describe' "
    "of it.";

static void describe_table(const char *name, const char *doc, const hebb_param *rows,
                           describe_format format)
{
  char title[64];
  const bool repeated = strcmp(name, "task") == 0 || strncmp(name, "condition", 9) == 0;
  snprintf(title, sizeof title, repeated ? "[[%s]]" : "[%s]", name);
  describe_heading(title, doc, format, stdout);
  if (rows)
    describe_rows(rows, format, stdout);
}

/* All tables, or the one of this name; how many there were. */
static int describe_tables(const char *name, describe_format format)
{
  const bool all = strcmp(name, "experiment") == 0;
  int n = 0;

  if (all || strcmp(name, "env") == 0)
    n++, describe_table("env", env_doc, NULL, format);
  if (all || strcmp(name, "task") == 0)
    n++, describe_table("task", task_doc, experiment_task_rows, format);
  for (const experiment_table *t = experiment_tables; t->name; t++)
    if (all || strcmp(name, t->name) == 0)
      n++, describe_table(t->name, t->doc, t->rows, format);
  if (all || strcmp(name, "condition") == 0)
    n++, describe_table("condition", condition_doc, experiment_condition_rows, format);
  if (all || strcmp(name, "condition.event") == 0)
    n++, describe_table("condition.event", event_doc, experiment_event_rows, format);
  return n;
}

/* ---- plugins ---- */

static int describe_plugin(const loaded *l, const options *o, error *err)
{
  static const char *const table[] = { "", "rule", "env", "optimizer" };
  const hebb_plugin *p = l->plugin;
  char title[192];
  void *config;
  int status = experiment_plugin_config(p, table[p->kind], o->set.word, o->set.n, &config, err);
  if (status)
    return status;

  snprintf(title, sizeof title, "%s %s, %s", p->name, p->version, loader_kind_name(p->kind));
  describe_heading(title, p->brief, o->format, stdout);
  describe_fact("Paper", p->cite, o->format, stdout);
  if (o->format == DESCRIBE_TEXT)
    describe_fact("File", l->path, o->format, stdout);

  snprintf(title, sizeof title, "Parameters in [%s]", table[p->kind]);
  describe_heading(title,
                   p->kind == HEBB_ENV ? "Beside plugin."
                                       : "Beside plugin and hebb's own keys of this table.",
                   o->format, stdout);
  describe_rows(p->params, o->format, stdout);

  if (p->kind == HEBB_RULE)
    status = describe_rule((const hebb_rule *)p, config, o->format, stdout, err);
  else if (p->kind == HEBB_ENV)
    status = describe_env((const hebb_env *)p, config, o->format, stdout, err);
  free(config);
  return status;
}

static int refuse_name(const char *name, error *err)
{
  const char *known[32];
  size_t n = 0;

  for (uint32_t kind = HEBB_RULE; kind <= HEBB_OPTIMIZER; kind++) {
    const char *near = loader_nearest(name, kind);
    if (near)
      known[n++] = near;
  }
  known[n++] = "experiment";
  known[n++] = "task";
  known[n++] = "env";
  known[n++] = "condition";
  known[n++] = "condition.event";
  for (const experiment_table *t = experiment_tables; t->name && n < 32; t++)
    known[n++] = t->name;
  const char *near = param_nearest(name, known, n);
  char shown[PARAM_SHOWN_SIZE];
  return error_add(err, EXIT_CONFIGURATION,
                   "describe: '%s' is neither a plugin nor a table of an experiment%s%s%s",
                   param_shown(name, shown), near ? "; did you mean '" : "; see 'hebb list'",
                   near ? near : "", near ? "'?" : "");
}

static int describe(const char *name, const options *o, error *err)
{
  loaded l;
  int n = describe_tables(name, o->format), status = EXIT_FINE;

  if (strchr(name, '/')) {
    status = loader_open(name, 0, NULL, &l, err);
    return status ? status : describe_plugin(&l, o, err);
  }
  for (uint32_t kind = HEBB_RULE; kind <= HEBB_OPTIMIZER; kind++)
    if (loader_has(name, kind)) {
      n++;
      int one = loader_open(name, kind, NULL, &l, err);
      one = one ? one : describe_plugin(&l, o, err);
      status = status ? status : one;
    }
  return n ? status : refuse_name(name, err);
}

static int read_format(const char *word, options *o, error *err)
{
  static const char *const known[] = { "text", "man", "markdown" };
  for (int i = 0; i < 3; i++)
    if (strcmp(known[i], word) == 0) {
      o->format = (describe_format)i;
      return EXIT_FINE;
    }
  return cmd_usage_error(&cmd_describe, err, "--format wants text, man or markdown, not '%s'",
                         word);
}

static int run(int argc, char **argv, error *err)
{
  static const struct option known[] = { { "set", required_argument, NULL, 's' },
                                         { "format", required_argument, NULL, 'f' },
                                         { "plugin-dir", required_argument, NULL, 'p' },
                                         { NULL, 0, NULL, 0 } };
  options o = { .format = DESCRIBE_TEXT };
  int c, status = EXIT_FINE;

  opterr = 0;
  optind = 1;
  while (!status && (c = getopt_long(argc, argv, ":", known, NULL)) != -1)
    switch (c) {
    case 's': status = cmd_add_word(&o.set, optarg, err); break;
    case 'f': status = read_format(optarg, &o, err); break;
    case 'p': loader_add_folder(optarg); break;
    default: status = cmd_bad_option(&cmd_describe, c, argv, err);
    }
  if (!status && argc == optind)
    status = cmd_usage_error(&cmd_describe, err, "a name is wanted: a plugin, or a table");
  for (int i = optind; !status && i < argc; i++)
    status = describe(argv[i], &o, err);
  free(o.set.word);
  return status;
}

const command cmd_describe = {
  .name = "describe",
  .arguments = "NAME... [--set KEY=VALUE]... [--format text|man|markdown]",
  .brief = "explain a plugin or a table: parameters, defaults, ranges",
  .help =
      "NAME is a plugin (a name from 'hebb list', or a path with a '/'), a table of an experiment\n"
      "(run, env, task, network, network.convolution, network.weights, rule, optimizer, genome,\n"
      "fitness, lifetime, record, limits, evaluate, condition, condition.event), or 'experiment'\n"
      "for all tables.\n"
      "\n"
      "  --set KEY=VALUE    show what other parameters make of it: --set rule.terms=A\n"
      "  --format FORM      text (the default), man or markdown\n"
      "  --plugin-dir DIR   look for plugins there first (repeatable)\n"
      "\n"
      "Example: hebb describe cartpole abcd network\n",
  .run = run,
};
