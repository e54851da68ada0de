/* cmd_play.c - hebb play: an environment driven by a file of actions. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "cmd.h"
#include "env_shape.h"
#include "experiment.h"
#include "run_folder.h"
#include "store.h"

typedef struct options {
  const char *env, *actions, *output;
  word_list set;
  int64_t seed;
  bool force;
} options;

/* One world with one lane, and what it has shown so far. */
typedef struct stage {
  const hebb_env *env;
  hebb_env_shape shape;
  void *model, *sim;
  float *target;
  int32_t *context;
  uint8_t mark;
  const char *why;
  play record; /* n_row: rows so far */
} stage;

static int read_options(int argc, char **argv, options *o, error *err)
{
  static const struct option known[] = { { "set", required_argument, NULL, 's' },
                                         { "seed", required_argument, NULL, 'e' },
                                         { "actions", required_argument, NULL, 'a' },
                                         { "output", required_argument, NULL, 'o' },
                                         { "force", no_argument, NULL, 'f' },
                                         { "plugin-dir", required_argument, NULL, 'p' },
                                         { NULL, 0, NULL, 0 } };
  const command *self = &cmd_play;
  int c;

  opterr = 0;
  optind = 1;
  while ((c = getopt_long(argc, argv, ":o:", known, NULL)) != -1) {
    int status = EXIT_FINE;
    switch (c) {
    case 's': status = cmd_add_word(&o->set, optarg, err); break;
    case 'e':
      status = cmd_integer(self, "--seed", optarg, 0, (1LL << 53) - 1, &o->seed, err);
      break;
    case 'a': o->actions = optarg; break;
    case 'o': o->output = optarg; break;
    case 'f': o->force = true; break;
    case 'p': loader_add_folder(optarg); break;
    default: return cmd_bad_option(self, c, argv, err);
    }
    if (status != EXIT_FINE)
      return status;
  }
  if (argc - optind != 1)
    return cmd_usage_error(self, err, "one environment is wanted, %d given", argc - optind);
  o->env = argv[optind];
  if (!o->actions)
    return cmd_usage_error(self, err,
                           "which actions? --actions FILE.csv names them, a row each step");
  if (!o->output)
    return cmd_usage_error(self, err, "where to? -o FILE.h5 names the file to write");

  return cmd_claim_output(o->output, o->actions, "holds the actions; -o chooses another file",
                          o->force, "-o chooses another", err);
}

/* ---- memory ---- */

static void *zeros(size_t n, size_t size, bool *missing)
{
  void *memory = calloc(n > 0 ? n : 1, size);
  if (!memory)
    *missing = true;
  return memory;
}

static int make_record(stage *s, int32_t n_row, error *err)
{
  const hebb_env_shape *shape = &s->shape;
  const size_t rows = (size_t)n_row;
  bool missing = false;
  play *p = &s->record;
  p->shape = shape;
  p->action = zeros(rows * (size_t)shape->n_act, sizeof *p->action, &missing);
  p->observation = zeros(rows * (size_t)shape->n_obs, sizeof *p->observation, &missing);
  p->reward = zeros(rows, sizeof *p->reward, &missing);
  if (shape->has_score)
    p->score = zeros(rows, sizeof *p->score, &missing);
  p->done = zeros(rows, sizeof *p->done, &missing);
  s->target = zeros((size_t)shape->n_target, sizeof *s->target, &missing);
  s->context = zeros((size_t)shape->n_context, sizeof *s->context, &missing);

  const size_t n_array = (size_t)shape->n_array;
  p->array = zeros(n_array, sizeof *p->array, &missing);
  for (size_t k = 0; p->array && k < n_array; k++) {
    const hebb_array *a = &shape->array[k];
    p->array[k] = zeros(a->flags & HEBB_ARRAY_PER_EPISODE ? 1 : rows, env_array_bytes(a), &missing);
  }
  return missing ? error_add(err, EXIT_RUN_FAILED, "play: no memory for %d rows", n_row)
                 : EXIT_FINE;
}

static void clear_stage(stage *s)
{
  play *p = &s->record;
  if (s->sim)
    s->env->drop(s->sim);
  if (s->model && s->env->close)
    s->env->close(s->model);
  for (int32_t k = 0; p->array && k < s->shape.n_array; k++)
    free(p->array[k]);
  free(p->array);
  free(p->action);
  free(p->observation);
  free(p->reward);
  free(p->score);
  free(p->done);
  free(s->target);
  free(s->context);
}

/* ---- the play ---- */

static hebb_lanes lanes_of(stage *s, int32_t row)
{
  play *p = &s->record;
  return (hebb_lanes){
    .size = sizeof(hebb_lanes),
    .n_lane = 1,
    .act = p->action + (size_t)row * (size_t)s->shape.n_act,
    .obs = p->observation + (size_t)row * (size_t)s->shape.n_obs,
    .reward = p->reward + row,
    .score = p->score ? p->score + row : NULL,
    .target = s->shape.n_target ? s->target : NULL,
    .context = s->shape.n_context ? s->context : NULL,
    .done = p->done + row,
    .mark = &s->mark,
    .why = &s->why,
  };
}

static void read_arrays(stage *s, int32_t row)
{
  for (int32_t k = 0; k < s->shape.n_array; k++) {
    const hebb_array *a = &s->shape.array[k];
    char *out = s->record.array[k];
    if (!(a->flags & HEBB_ARRAY_PER_EPISODE))
      s->env->read(s->sim, 0, k, out + (size_t)row * env_array_bytes(a));
    else if (row == 0)
      s->env->read(s->sim, 0, k, out);
  }
}

static int begin(stage *s, uint64_t seed, error *err)
{
  const hebb_lanes io = lanes_of(s, 0);
  s->env->reset(s->sim, &seed, &io);
  if (s->record.done[0] == HEBB_FAILED)
    return error_add(err, EXIT_RUN_FAILED, "%s: reset: %s", s->env->base.name,
                     s->why ? s->why : "failed without a reason");
  read_arrays(s, 0);
  s->record.n_row = 1;
  return EXIT_FINE;
}

/* Until the actions or the life end; says which. True: not because the simulation failed. */
static bool follow(stage *s, const actions *given)
{
  const size_t n_act = (size_t)s->shape.n_act;
  play *p = &s->record;
  uint8_t done = HEBB_RUNNING;
  for (int32_t t = 0; t < given->n_row && !done; t++) {
    const int32_t row = t + 1;
    memcpy(p->action + (size_t)row * n_act, given->value + (size_t)t * n_act,
           n_act * sizeof *p->action);
    const hebb_lanes io = lanes_of(s, row);
    s->mark = 0;
    s->env->step(s->sim, &io);
    done = p->done[row];
    if (done == HEBB_FAILED)
      break; // the row means nothing
    read_arrays(s, row);
    p->n_row = row + 1;
  }
  static const char *const how[] = { "still running after the last action", "terminated",
                                     "truncated at its step limit", "then the simulation failed" };
  const int32_t n = p->n_row - 1, left = given->n_row - n;
  fprintf(stderr, "hebb: %s: %d decision%s, %s", s->env->base.name, n, n == 1 ? "" : "s",
          how[done < HEBB_FAILED ? done : HEBB_FAILED]);
  if (left > 0)
    fprintf(stderr, "; %d action%s not used", left, left == 1 ? "" : "s");
  fputc('\n', stderr);
  return done != HEBB_FAILED;
}

static int open_stage(stage *s, const void *config, error *err)
{
  const char *name = s->env->base.name;
  host_services services;
  if (env_open(s->env, config, name, &s->shape, &s->model, err) != EXIT_FINE)
    return err->status;
  host_services_init(&services, name, err);
  if (s->env->make(s->model, 1, &services.host, &s->sim) == HEBB_OK)
    return EXIT_FINE;
  s->sim = NULL;
  return err->status
             ? err->status
             : error_add(err, EXIT_PLUGIN, "%s: could not be made and gave no reason", name);
}

static int perform(const options *o, const char *typed, const loaded *plugin, const void *config,
                   error *err)
{
  stage s = { .env = (const hebb_env *)plugin->plugin };
  actions given = { 0 };
  provenance origin = { 0 };
  if (open_stage(&s, config, err) == EXIT_FINE &&
      actions_read(o->actions, &s.shape, &given, err) == EXIT_FINE &&
      make_record(&s, given.n_row + 1, err) == EXIT_FINE &&
      begin(&s, (uint64_t)o->seed, err) == EXIT_FINE &&
      provenance_begin(&origin, typed, 1, err) == EXIT_FINE) {
    const bool whole = follow(&s, &given);
    s.record.env = plugin;
    s.record.env_config = config;
    s.record.seed = o->seed;
    if (store_play(o->output, &origin, &s.record, err) == EXIT_FINE && !whole)
      error_add(err, EXIT_RUN_FAILED, "%s: decision %d: %s; the rows before it are in %s", o->env,
                s.record.n_row, s.why ? s.why : "failed without a reason", o->output);
  }
  actions_free(&given);
  clear_stage(&s);
  return err->status;
}

static int run(int argc, char **argv, error *err)
{
  options o = { .seed = 1 };
  loaded plugin;
  void *config = NULL;
  char *typed = cmd_typed(argc, argv);
  if (read_options(argc, argv, &o, err) == EXIT_FINE &&
      loader_open(o.env, HEBB_ENV, NULL, &plugin, err) == EXIT_FINE &&
      experiment_plugin_config(plugin.plugin, "env", o.set.word, o.set.n, &config, err) ==
          EXIT_FINE)
    perform(&o, typed, &plugin, config, err);
  free(config);
  free(o.set.word);
  free(typed);
  return err->status;
}

const command cmd_play = {
  .name = "play",
  .arguments = "ENV --actions FILE.csv -o FILE.h5 [--set env.KEY=VALUE]... [--seed N]",
  .brief = "drive an environment with given actions, and record what it does",
  .help = "Writes observation, reward, done and every named quantity of the world (poses, joints,\n"
          "...) by step; row 0 is the reset. ENV is a name ('hebb list' shows them) or a path.\n"
          "\n"
          "  --actions FILE     CSV: one row a decision, one column an action; a row of names is\n"
          "                     allowed first. Where actions are discrete: one column, 0, 1, ...\n"
          "  -o, --output FILE  the HDF5 file to write\n"
          "  --set env.KEY=V    a parameter of the environment ('hebb describe ENV' lists them)\n"
          "  --seed N           handed to the environment unchanged (default 1)\n"
          "  --force            replace FILE\n"
          "  --plugin-dir DIR   look for plugins there first (repeatable)\n"
          "\n"
          "It stops where the file or the episode ends, and says which.\n"
          "\n"
          "  hebb play cartpole --set env.max_steps=100 --actions pushes.csv -o cartpole.h5\n",
  .run = run,
};
