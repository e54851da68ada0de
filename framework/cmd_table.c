/* cmd_table.c - hebb table: a published table again, with ours beside it. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "loader.h"
#include "param.h"
#include "table.h"

typedef struct options {
  const char *table, *runs;
  word_list row;
  int64_t workers, rollouts; /* rollouts 0: as row and experiment say */
  int format;                /* enum table_format */
  bool train;
} options;

static int read_format(const char *word, int *format, error *err)
{
  static const char *const known[] = { "text", "markdown", "latex", "csv" };
  for (int k = 0; k < 4; k++)
    if (strcmp(word, known[k]) == 0) {
      *format = k;
      return EXIT_FINE;
    }
  return cmd_usage_error(&cmd_table, err, "--format is text, markdown, latex or csv, not '%s'",
                         word);
}

static int read_options(int argc, char **argv, options *o, error *err)
{
  static const struct option known[] = { { "run", no_argument, NULL, 'r' },
                                         { "runs", required_argument, NULL, 'd' },
                                         { "row", required_argument, NULL, 'o' },
                                         { "rollouts", required_argument, NULL, 'n' },
                                         { "workers", required_argument, NULL, 'w' },
                                         { "format", required_argument, NULL, 'f' },
                                         { "plugin-dir", required_argument, NULL, 'p' },
                                         { NULL, 0, NULL, 0 } };
  const command *self = &cmd_table;
  int c;

  opterr = 0;
  optind = 1;
  while ((c = getopt_long(argc, argv, ":", known, NULL)) != -1) {
    int status = EXIT_FINE;
    switch (c) {
    case 'r': o->train = true; break;
    case 'd': o->runs = optarg; break;
    case 'o': status = cmd_add_word(&o->row, optarg, err); break;
    case 'n':
      status = cmd_integer(self, "--rollouts", optarg, 1, 1000000, &o->rollouts, err);
      break;
    case 'w':
      status = cmd_integer(self, "--workers", optarg, 1, CMD_MOST_WORKERS, &o->workers, err);
      break;
    case 'f': status = read_format(optarg, &o->format, err); break;
    case 'p': loader_add_folder(optarg); break;
    default: return cmd_bad_option(self, c, argv, err);
    }
    if (status != EXIT_FINE)
      return status;
  }
  if (argc - optind > 1)
    return cmd_usage_error(self, err, "one table at most, %d given", argc - optind);
  if (o->runs && (!o->runs[0] || strlen(o->runs) > 3900))
    return cmd_usage_error(self, err, "--runs wants a folder's name");
  o->table = argc - optind == 1 ? argv[optind] : NULL;
  return EXIT_FINE;
}

/* --row: these alone. */
static int choose_rows(const options *o, table *t, error *err)
{
  for (int32_t k = 0; o->row.n > 0 && k < t->n_row; k++)
    t->row[k].wanted = false;
  for (int32_t w = 0; w < o->row.n; w++) {
    const char *known[200];
    bool is_known = false;
    for (int32_t k = 0; k < t->n_row; k++) {
      known[k] = t->row[k].name;
      if (strcmp(known[k], o->row.word[w]) == 0)
        is_known = t->row[k].wanted = true;
    }
    if (is_known)
      continue;
    char shown[PARAM_SHOWN_SIZE];
    const char *near = param_nearest(o->row.word[w], known, (size_t)t->n_row);
    cmd_usage_error(&cmd_table, err, "%s has no row '%s'%s%s%s", t->name,
                    param_shown(o->row.word[w], shown), near ? "; did you mean '" : "",
                    near ? near : "", near ? "'?" : "");
  }
  return err->status;
}

static void show(const char *name, const char *path, void *arg)
{
  char line[256] = "";
  int *n = arg;
  FILE *file = fopen(path, "r");
  if (file) {
    if (!fgets(line, sizeof line, file) || line[0] != '#')
      line[0] = '\0';
    fclose(file);
  }
  line[strcspn(line, "\n")] = '\0';
  printf("  %-28s  %s\n", name, line + strspn(line, "# "));
  ++*n;
}

void cmd_list_tables(void)
{
  int n = 0;
  printf("Tables\n");
  table_scan(show, &n);
  if (n == 0)
    printf("  none\n");
}

static int run(int argc, char **argv, error *err)
{
  options o = { .workers = cmd_default_workers() };
  char folder[NAME_MAX + 32];
  table t = { 0 };
  char *typed = cmd_typed(argc, argv);

  if (read_options(argc, argv, &o, err) != EXIT_FINE || !o.table) {
    if (err->status == EXIT_FINE)
      cmd_list_tables();
  } else if (table_read(o.table, &t, err) == EXIT_FINE && choose_rows(&o, &t, err) == EXIT_FINE) {
    snprintf(folder, sizeof folder, "runs/table-%s", t.name);
    const table_options how = { .runs = o.runs ? o.runs : folder,
                                .train = o.train,
                                .rollouts = o.rollouts,
                                .workers = o.workers };
    if (table_fill(&t, &how, err) != EXIT_INTERRUPTED)
      table_print(&t, o.format, typed ? typed : "hebb table", stdout, err);
  }
  table_free(&t);
  free(o.row.word);
  free(typed);
  return err->status;
}

const command cmd_table = {
  .name = "table",
  .arguments = "[TABLE] [--run] [--format FORMAT] [--runs FOLDER] [--row NAME]... [--rollouts N]",
  .brief = "a published table again, with our numbers and their intervals beside it",
  .help =
      "TABLE is a TOML file or the name of an installed table; without one they are listed. What\n"
      "is shown comes from the files in FOLDER/ROW/seed-S: run.h5, and eval-table.h5, which is\n"
      "made where it is missing, or is of another genome or number of rollouts than wanted. A row\n"
      "that names a genome file is evaluated from it where there is no run. What was not run is\n"
      "printed as such, with the reason.\n"
      "\n"
      "  --run              train what is missing, and go on where it was interrupted\n"
      "  --format FORMAT    text (default), markdown, latex or csv\n"
      "  --runs FOLDER      where the runs are (default: runs/table-TABLE)\n"
      "  --row NAME         this row alone (repeatable)\n"
      "  --rollouts N       lives in each condition (default: as row or experiment says, 100)\n"
      "  --workers N        threads; never changes the result\n"
      "  --plugin-dir DIR   look for plugins there first (repeatable)\n"
      "\n"
      "With several seeds, standard deviation and 95 % interval are over the means of the seeds\n"
      "(Student's t); with one, over its rollouts; of a rule that learns by itself, over its lives:\n"
      "a share with Wilson's interval, a median between two of the values.\n"
      "\n"
      "Example: hebb table najarro-2020-table-1 --format markdown\n",
  .run = run,
};
