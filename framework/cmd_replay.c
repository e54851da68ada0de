/* cmd_replay.c - hebb replay: pictures of one life of an evolved genome. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd_genome.h"
#include "interrupt.h"
#include "picture.h"
#include "replay.h"

typedef struct options {
  char source[CMD_PATH_SIZE]; /* run.h5 or a genome file */
  char output[CMD_PATH_SIZE];
  const char *condition; /* or task; NULL: the first task */
  word_list set;
  int64_t rollout, every, width, height; /* 0: replay or fill_size decides */
  int64_t seed, generation;              /* -1: as the experiment says; the last */
  enum genome_pick pick;
  bool force;
} options;

static int read_options(int argc, char **argv, options *o, error *err)
{
  static const struct option known[] = {
    { "set", required_argument, NULL, 's' },        { "task", required_argument, NULL, 't' },
    { "condition", required_argument, NULL, 't' },  { "rollout", required_argument, NULL, 'k' },
    { "width", required_argument, NULL, 'w' },      { "height", required_argument, NULL, 'h' },
    { "every", required_argument, NULL, 'v' },      { "seed", required_argument, NULL, 'e' },
    { "genome", required_argument, NULL, 'g' },     { "generation", required_argument, NULL, 'n' },
    { "output", required_argument, NULL, 'o' },     { "force", no_argument, NULL, 'f' },
    { "plugin-dir", required_argument, NULL, 'p' }, { NULL, 0, NULL, 0 }
  };
  const command *self = &cmd_replay;
  int c;

  opterr = 0;
  optind = 1;
  while ((c = getopt_long(argc, argv, ":o:", known, NULL)) != -1) {
    int status = EXIT_FINE;
    switch (c) {
    case 's': status = cmd_add_word(&o->set, optarg, err); break;
    case 't': o->condition = optarg; break;
    case 'k': status = cmd_integer(self, "--rollout", optarg, 0, 999999, &o->rollout, err); break;
    case 'w':
      status = cmd_integer(self, "--width", optarg, PICTURE_LEAST, PICTURE_MOST, &o->width, err);
      break;
    case 'h':
      status = cmd_integer(self, "--height", optarg, PICTURE_LEAST, PICTURE_MOST, &o->height, err);
      break;
    case 'v': status = cmd_integer(self, "--every", optarg, 1, 1000000000, &o->every, err); break;
    case 'e':
      status = cmd_integer(self, "--seed", optarg, 0, (1LL << 53) - 1, &o->seed, err);
      break;
    case 'g': status = cmd_genome_pick(self, optarg, &o->pick, err); break;
    case 'n':
      status = cmd_integer(self, "--generation", optarg, 0, 2147483647, &o->generation, err);
      break;
    case 'o': status = cmd_output(self, optarg, o->output, err); break;
    case 'f': o->force = true; break;
    case 'p': loader_add_folder(optarg); break;
    default: return cmd_bad_option(self, c, argv, err);
    }
    if (status != EXIT_FINE)
      return status;
  }
  if (!o->output[0])
    return cmd_usage_error(self, err, "where to? -o life.gif, life.png or life.mp4");
  return cmd_genome_source(self, argc - optind, argv + optind, o->source, err);
}

/* The one condition that is meant; of a sweep its steps are told. */
static const condition *find_condition(const plan *p, const char *name, error *err)
{
  const condition *found = NULL;
  int32_t n = 0;
  int32_t *row = calloc((size_t)p->conditions.n, sizeof *row);
  if (!row)
    error_add(err, EXIT_RUN_FAILED, "replay: no memory");
  else if (condition_select(&p->conditions, "replay", &name, name ? 1 : 0, row, &n, err) ==
           EXIT_FINE) {
    found = &p->conditions.row[row[0]];
    if (name && n > 1)
      error_add(err, EXIT_CONFIGURATION,
                "replay: '%s' is %d conditions, and one life is shown; name one, as in "
                "--condition '%s'",
                name, (int)n, found->name);
  }
  free(row);
  return found;
}

static int64_t side_of(int64_t pixels)
{
  const int64_t even = pixels / 2 * 2; // as films want it
  return even < PICTURE_LEAST ? PICTURE_LEAST : even > PICTURE_MOST ? PICTURE_MOST : even;
}

/* Pictures are five wide and four high, as gym's car racing is; other worlds fill whatever there is. */
static void fill_size(options *o, bool sheet)
{
  if (o->width == 0)
    o->width = o->height > 0 ? side_of(o->height * 5 / 4) : sheet ? 240 : 480;
  if (o->height == 0)
    o->height = side_of(o->width * 4 / 5);
}

static int show(const options *o, const experiment *e, const stored_genome *g, error *err)
{
  plan *p = NULL;
  replay_life life;
  const uint32_t episodes = e->lifetime.keep_weights ? (uint32_t)e->lifetime.episodes : 1;
  replay_options how = { .path = o->output,
                         .genome = g->gene,
                         .seed = (uint64_t)(o->seed >= 0 ? o->seed : e->evaluate.seed),
                         .rollout = (uint32_t)o->rollout,
                         .width = (int32_t)o->width,
                         .height = (int32_t)o->height,
                         .every = o->every };
  if ((double)(o->rollout + 1) * episodes > UINT32_MAX)
    return error_add(err, EXIT_CONFIGURATION,
                     "replay: rollout %lld of %u episodes each is more than seeds can count",
                     (long long)o->rollout, episodes);
  if (plan_open(e, &p, err) == EXIT_FINE && cmd_genome_fits(o->source, g, p, err) == EXIT_FINE)
    how.condition = find_condition(p, o->condition, err);
  if (how.condition && err->status == EXIT_FINE) {
    interrupt_install();
    if (replay(p, &how, &life, err) == EXIT_FINE) {
      fprintf(stderr, "hebb: %s %s, rollout %lld: %d decision%s, return %g%s%s\n",
              how.condition->index < 0 ? "task" : "condition", how.condition->name,
              (long long)o->rollout, (int)life.n_step, life.n_step == 1 ? "" : "s",
              life.total_return, life.why ? "; it failed: " : "", life.why ? life.why : "");
      fprintf(stderr, "hebb: %lld picture%s of it, one for every %lld decision%s, %s in %s\n",
              (long long)life.n_picture, life.n_picture == 1 ? "" : "s", (long long)life.every,
              life.every == 1 ? "" : "s", life.n_picture == 1 ? "is" : "are", o->output);
    }
  }
  plan_close(p);
  return err->status;
}

static int run(int argc, char **argv, error *err)
{
  options o = { .seed = -1, .generation = -1 };
  stored_genome genome_of_file = { 0 };
  experiment *e = NULL;
  const picture_format *format = NULL;

  if (read_options(argc, argv, &o, err) == EXIT_FINE)
    format = picture_format_of(o.output, err);
  fill_size(&o, format == &picture_png);
  if (format &&
      store_read_genome(o.source, o.pick, (int32_t)o.generation, &genome_of_file, err) ==
          EXIT_FINE &&
      cmd_claim_output(o.output, o.source, "is what is to be replayed; -o names another file",
                       o.force, "-o names another file", err) == EXIT_FINE &&
      experiment_load_text(genome_of_file.config_toml, o.source, NULL, o.set.word, o.set.n, &e,
                           err) == EXIT_FINE)
    show(&o, e, &genome_of_file, err);
  experiment_free(e);
  stored_genome_free(&genome_of_file);
  free(o.set.word);
  return err->status;
}

const command cmd_replay = {
  .name = "replay",
  .arguments = "RUN [--condition NAME] [--rollout K] [--genome centre|best] ... -o life.gif",
  .brief = "pictures of one life of a genome",
  .help =
      "RUN is a run folder, its run.h5, or a genome file; the experiment is inside. The life is\n"
      "the one that `hebb evaluate` lives as rollout K with the same seed.\n"
      "\n"
      "  -o, --output FILE  FILE.gif: an animation; FILE.png: a sheet of pictures, read row by row;\n"
      "                     FILE.mp4: a film, made by the program ffmpeg\n"
      "  --condition NAME   the condition or task to be lived in, of a sweep with its step\n"
      "                     (\"freeze at 40\"; default: the first task; --task is the same)\n"
      "  --rollout K        which life (default: 0)\n"
      "  --genome WHICH     centre (default: the last centre of the search) or best (individual)\n"
      "  --generation N     as it was in a kept generation (default: the last)\n"
      "  --seed N           of worlds and first weights (default: [evaluate] seed)\n"
      "  --every K          a picture for every K decisions (default: about 25 pictures a second; on\n"
      "                     a sheet at most 36 pictures); the last state has one in any case\n"
      "  --width W          of a picture, in pixels (default: 480; on a sheet 240)\n"
      "  --height H         likewise (default: four fifths of the width)\n"
      "  --set KEY=VALUE    change the experiment\n"
      "  --force            replace FILE\n"
      "  --plugin-dir DIR   look for plugins there first (repeatable)\n"
      "\n"
      "Animations and films run at the world's own pace; a GIF shows at most 50 pictures a second.\n"
      "\n"
      "Example:\n"
      "  hebb replay runs/pole --rollout 3 -o life.gif\n",
  .run = run,
};
