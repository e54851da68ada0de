/* cmd_list.c - hebb list: what is installed. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "experiment.h"

/* One line of the list. */
typedef struct entry {
  char name[160];
  const char *version, *brief, *path;
} entry;

typedef struct listing {
  entry *entry; /* [n] */
  size_t n;
} listing;

static entry *add(listing *l)
{
  entry *grown = realloc(l->entry, (l->n + 1) * sizeof *grown);
  if (!grown)
    return NULL;
  l->entry = grown;
  return memset(&grown[l->n++], 0, sizeof *grown);
}

static void add_plugin(const loaded *plugin, void *arg)
{
  const char *file = strrchr(plugin->path, '/') + 1, *name = plugin->plugin->name;
  const int stem = (int)strcspn(file, ".");
  entry *e = add(arg);

  if (!e)
    return;
  // what an experiment has to write: the member of a family by file and name
  if ((size_t)stem == strlen(name) && strncmp(file, name, (size_t)stem) == 0)
    snprintf(e->name, sizeof e->name, "%s", name);
  else
    snprintf(e->name, sizeof e->name, "%.*s:%s", stem, file, name);
  e->version = plugin->plugin->version;
  e->brief = plugin->plugin->brief;
  e->path = plugin->path;
}

static int width_of(const listing *l, size_t (*length)(const entry *))
{
  size_t width = 0;
  for (size_t i = 0; i < l->n; i++)
    if (length(&l->entry[i]) > width)
      width = length(&l->entry[i]);
  return (int)width;
}

static size_t name_length(const entry *e)
{
  return strlen(e->name);
}
static size_t version_length(const entry *e)
{
  return strlen(e->version);
}
static size_t brief_length(const entry *e)
{
  return strlen(e->brief);
}

static void list_plugins(uint32_t kind, const char *title, error *err)
{
  listing l = { 0 };

  loader_scan(kind, add_plugin, &l, err);
  const int name = width_of(&l, name_length), version = width_of(&l, version_length),
            brief = width_of(&l, brief_length);
  printf("%s\n", title);
  for (size_t i = 0; i < l.n; i++) {
    const entry *e = &l.entry[i];
    printf("  %-*s  %-*s  %-*s  %s\n", name, e->name, version, e->version, brief, e->brief,
           e->path);
  }
  if (l.n == 0)
    printf("  none\n");
  free(l.entry);
}

static void widen(const char *name, const char *path, void *arg)
{
  int *width = arg;
  const int length = (int)strlen(name);
  (void)path;
  *width = length > *width ? length : *width;
}

/* The first line of a file is a comment that says what the experiment is. */
static void print_experiment(const char *name, const char *path, void *arg)
{
  char line[256] = "";
  const int *width = arg;
  FILE *file = fopen(path, "r");

  if (file) {
    if (!fgets(line, sizeof line, file) || line[0] != '#')
      line[0] = '\0';
    fclose(file);
  }
  line[strcspn(line, "\n")] = '\0';
  printf("  %-*s  %s\n", *width, name, line + strspn(line, "# "));
}

static void list_experiments(void)
{
  int width = 0;
  printf("Experiments\n");
  experiment_scan(widen, &width);
  experiment_scan(print_experiment, &width);
  if (width == 0)
    printf("  none\n");
}

static int run(int argc, char **argv, error *err)
{
  static const struct option known[] = { { "plugin-dir", required_argument, NULL, 'p' },
                                         { NULL, 0, NULL, 0 } };
  static const char *const what[] = { "", "rules", "envs", "optimizers", "experiments", "tables" };
  static const char *const title[] = { "", "Rules", "Environments", "Optimizers" };
  enum { EVERYTHING, EXPERIMENTS = 4, TABLES };
  int c, wanted = EVERYTHING;

  opterr = 0;
  optind = 1;
  while ((c = getopt_long(argc, argv, ":", known, NULL)) != -1) {
    if (c != 'p')
      return cmd_bad_option(&cmd_list, c, argv, err);
    loader_add_folder(optarg);
  }
  if (argc - optind > 1)
    return cmd_usage_error(&cmd_list, err, "one word at most, %d given", argc - optind);
  if (argc - optind == 1) {
    for (wanted = TABLES; wanted > 0 && strcmp(what[wanted], argv[optind]) != 0;)
      wanted--;
    if (wanted == EVERYTHING)
      return cmd_usage_error(&cmd_list, err,
                             "'%s' is none of rules, envs, optimizers, experiments, tables",
                             argv[optind]);
  }

  for (int kind = HEBB_RULE; kind <= HEBB_OPTIMIZER; kind++)
    if (wanted == EVERYTHING || wanted == kind)
      list_plugins((uint32_t)kind, title[kind], err);
  if (wanted == EVERYTHING || wanted == EXPERIMENTS)
    list_experiments();
  if (wanted == EVERYTHING || wanted == TABLES)
    cmd_list_tables();
  return EXIT_FINE; // a refused plugin is reported, but the list is whole without it
}

const command cmd_list = {
  .name = "list",
  .arguments = "[rules|envs|optimizers|experiments|tables]",
  .brief = "list the plugins, experiments and tables that are found",
  .help =
      "For each plugin: the name by which an experiment opens it, its version, what it is, and\n"
      "its file. A plugin that cannot be used is reported on standard error with the reason.\n"
      "\n"
      "  --plugin-dir DIR   look for plugins there first (repeatable)\n"
      "\n"
      "Plugins are looked for in rules/, envs/ and plugins/ of each folder of --plugin-dir, of\n"
      "HEBB_PLUGIN_PATH (separated by ':') and of the installation; experiments in\n"
      "experiments/, tables in tables/ of HEBB_DATA_PATH and of the installation.\n"
      "'hebb describe NAME' explains a plugin.\n",
  .run = run,
};
