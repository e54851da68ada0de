/* cmd_evaluate.c - hebb evaluate: what an evolved genome is worth, in every task and condition. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd_evaluate.h"
#include "cmd_genome.h"
#include "evaluate.h"
#include "interrupt.h"
#include "run_folder.h"

typedef struct options {
  char source[CMD_PATH_SIZE]; /* run.h5 or a genome file */
  char output[CMD_PATH_SIZE];
  const char *name;
  word_list set, condition;
  int64_t workers, rollouts, record, seed, generation; /* -1: as the experiment says; the last */
  enum genome_pick pick;
  bool force;
  void (*see)(void *self, const evaluation *); /* or NULL */
  void *self;
} options;

static int read_options(int argc, char **argv, options *o, error *err)
{
  static const struct option known[] = {
    { "set", required_argument, NULL, 's' },        { "workers", required_argument, NULL, 'w' },
    { "rollouts", required_argument, NULL, 'r' },   { "record", required_argument, NULL, 'c' },
    { "seed", required_argument, NULL, 'e' },       { "genome", required_argument, NULL, 'g' },
    { "generation", required_argument, NULL, 'n' }, { "name", required_argument, NULL, 'm' },
    { "condition", required_argument, NULL, 't' },  { "task", required_argument, NULL, 't' },
    { "output", required_argument, NULL, 'o' },     { "force", no_argument, NULL, 'f' },
    { "plugin-dir", required_argument, NULL, 'p' }, { NULL, 0, NULL, 0 }
  };
  const command *self = &cmd_evaluate;
  int c;

  opterr = 0;
  optind = 1;
  while ((c = getopt_long(argc, argv, ":o:", known, NULL)) != -1) {
    int status = EXIT_FINE;
    switch (c) {
    case 's': status = cmd_add_word(&o->set, optarg, err); break;
    case 'w':
      status = cmd_integer(self, "--workers", optarg, 1, CMD_MOST_WORKERS, &o->workers, err);
      break;
    case 'r':
      status = cmd_integer(self, "--rollouts", optarg, 1, 1000000, &o->rollouts, err);
      break;
    case 'c': status = cmd_integer(self, "--record", optarg, 0, 1000, &o->record, err); break;
    case 'e':
      status = cmd_integer(self, "--seed", optarg, 0, (1LL << 53) - 1, &o->seed, err);
      break;
    case 'g': status = cmd_genome_pick(self, optarg, &o->pick, err); break;
    case 'n':
      status = cmd_integer(self, "--generation", optarg, 0, 2147483647, &o->generation, err);
      break;
    case 'm': o->name = optarg; break;
    case 't': status = cmd_add_word(&o->condition, optarg, err); break;
    case 'o': status = cmd_output(self, optarg, o->output, err); break;
    case 'f': o->force = true; break;
    case 'p': loader_add_folder(optarg); break;
    default: return cmd_bad_option(self, c, argv, err);
    }
    if (status != EXIT_FINE)
      return status;
  }
  if (o->name && (!o->name[0] || strchr(o->name, '/')))
    return cmd_usage_error(self, err, "--name is a word without '/'; -o names a path");
  if (o->name && o->output[0])
    return cmd_usage_error(self, err, "--name and -o both say where to write; give one of them");
  return cmd_genome_source(self, argc - optind, argv + optind, o->source, err);
}

/* eval-NAME.h5 beside the source. */
static int choose_output(options *o, error *err)
{
  if (!o->output[0]) {
    const char *slash = strrchr(o->source, '/');
    const int folder = slash ? (int)(slash - o->source) + 1 : 0;
    const char *name = o->name ? o->name : o->pick == GENOME_BEST ? "best" : "centre";
    if (snprintf(o->output, sizeof o->output, "%.*seval-%s.h5", folder, o->source, name) >=
        (int)sizeof o->output)
      return error_add(err, EXIT_CONFIGURATION, "evaluate: the path is too long");
  }
  return cmd_claim_output(o->output, o->source, "is what is to be evaluated; -o names another file",
                          o->force, "--name or -o choose another", err);
}

static int examine(const options *o, const char *typed, const experiment *e, const stored_genome *g,
                   error *err)
{
  plan *p = NULL;
  provenance origin = { 0 };
  evaluation result = { 0 };
  layer_info layer[NETWORK_MAX_LAYER];
  int32_t *row = NULL, n_row = 0;

  if (plan_open(e, &p, err) != EXIT_FINE)
    return err->status;
  if (!(row = calloc((size_t)p->conditions.n, sizeof *row)))
    error_add(err, EXIT_RUN_FAILED, "evaluate: no memory");
  else if (cmd_genome_fits(o->source, g, p, err) == EXIT_FINE)
    condition_select(&p->conditions, "evaluate", o->condition.word, o->condition.n, row, &n_row,
                     err);
  if (err->status != EXIT_FINE) {
    free(row);
    plan_close(p);
    return err->status;
  }
  const evaluate_options how = {
    .genome = g->gene,
    .n_rollout = (int32_t)(o->rollouts > 0 ? o->rollouts : e->evaluate.rollouts),
    .n_record = (int32_t)(o->record >= 0 ? o->record : e->record.rollouts),
    .seed = (uint64_t)(o->seed >= 0 ? o->seed : e->evaluate.seed),
    .n_worker = (int32_t)o->workers,
    .row = row,
    .n_row = n_row,
  };
  if (how.n_record > how.n_rollout)
    error_add(err, EXIT_CONFIGURATION,
              "evaluate: %d lifetimes to record are more than %d rollouts; see --record",
              how.n_record, how.n_rollout);
  else if (provenance_begin(&origin, typed, how.n_worker, err) == EXIT_FINE) {
    snprintf(origin.parent_run_id, sizeof origin.parent_run_id, "%s", g->run_id);
    interrupt_install();
    if (evaluate(p, &how, &result, err) == EXIT_FINE) {
      result.genome_source = g->source;
      result.root_seed = (int64_t)how.seed;
      memcpy(result.genome_sha256, g->sha256, sizeof result.genome_sha256);
      plan_layers(p, layer);
      evaluation_print(&result);
      if (o->see)
        o->see(o->self, &result);
      if (store_evaluation(o->output, &origin, e, layer, p->network.n_layer,
                           &p->network.convolution, &p->world[0].shape, &result, err) == EXIT_FINE)
        fprintf(stderr, "hebb: every rollout%s is in %s\n",
                how.n_record > 0 ? ", and the recorded lifetimes," : "", o->output);
    }
  }
  evaluation_done(&result);
  free(row);
  plan_close(p);
  return err->status;
}

int cmd_evaluate_and_show(int argc, char **argv, void (*see)(void *self, const evaluation *),
                          void *self, error *err)
{
  options o = { .workers = cmd_default_workers(),
                .rollouts = -1,
                .record = -1,
                .seed = -1,
                .generation = -1,
                .see = see,
                .self = self };
  stored_genome genome_of_file = { 0 };
  experiment *e = NULL;
  char *typed = cmd_typed(argc, argv);

  if (read_options(argc, argv, &o, err) == EXIT_FINE &&
      store_read_genome(o.source, o.pick, (int32_t)o.generation, &genome_of_file, err) ==
          EXIT_FINE &&
      choose_output(&o, err) == EXIT_FINE &&
      experiment_load_text(genome_of_file.config_toml, o.source, NULL, o.set.word, o.set.n, &e,
                           err) == EXIT_FINE)
    examine(&o, typed, e, &genome_of_file, err);
  experiment_free(e);
  stored_genome_free(&genome_of_file);
  free(o.set.word);
  free(o.condition.word);
  free(typed);
  return err->status;
}

static int run(int argc, char **argv, error *err)
{
  return cmd_evaluate_and_show(argc, argv, NULL, NULL, err);
}

const command cmd_evaluate = {
  .name = "evaluate",
  .arguments = "RUN [--condition NAME]... [--rollouts N] [--record N] [--genome centre|best] ...",
  .brief = "test a genome in every task or condition over many rollouts",
  .help =
      "RUN is a run folder, its run.h5, or a genome file; the experiment is inside.\n"
      "\n"
      "  --condition NAME   a condition or task of the experiment, a sweep by its name with or without\n"
      "                     the step (\"freeze\", \"freeze at 40\"), or all; repeatable (default: every\n"
      "                     task, and no condition)\n"
      "  --rollouts N       lives in each of them (default: [evaluate] rollouts, 100)\n"
      "  --record N         record whole lifetimes of the first N rollouts of each (default:\n"
      "                     [record] rollouts, 0): weights, activations, observations, actions,\n"
      "                     rewards by step\n"
      "  --genome WHICH     centre (default: the last centre of the search) or best (individual)\n"
      "  --generation N     as it was in a kept generation (default: the last)\n"
      "  --seed N           of worlds and first weights (default: [evaluate] seed)\n"
      "  --set KEY=VALUE    change the experiment: --set record.weight_every=1\n"
      "  --workers N        threads; never changes the result\n"
      "  --name NAME        writes eval-NAME.h5 beside RUN (default: eval-centre.h5)\n"
      "  -o, --output FILE  writes there instead\n"
      "  --force            replace that file\n"
      "  --plugin-dir DIR   look for plugins there first (repeatable)\n"
      "\n"
      "Standard output shows a line for each; rollout k draws the same world and the same first\n"
      "weights in all of them, so that they compare pair by pair.\n"
      "\n"
      "Example: hebb evaluate runs/ant --condition intact --condition freeze --workers 4\n",
  .run = run,
};
