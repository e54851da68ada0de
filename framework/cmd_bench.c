/* cmd_bench.c - hebb bench: how fast an experiment is here, and where the time goes. */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "cmd.h"
#include "hebb/clone.h"
#include "interrupt.h"
#include "progress.h"

typedef struct options {
  const char *experiment;
  word_list set;
  int64_t workers, seconds;
  bool json;
} options;

static int read_options(int argc, char **argv, options *o, error *err)
{
  static const struct option known[] = {
    { "set", required_argument, NULL, 's' },        { "workers", required_argument, NULL, 'w' },
    { "seconds", required_argument, NULL, 't' },    { "json", no_argument, NULL, 'j' },
    { "plugin-dir", required_argument, NULL, 'p' }, { NULL, 0, NULL, 0 }
  };
  int c;

  opterr = 0;
  optind = 1;
  while ((c = getopt_long(argc, argv, ":", known, NULL)) != -1) {
    int status = EXIT_FINE;
    switch (c) {
    case 's': status = cmd_add_word(&o->set, optarg, err); break;
    case 'w':
      status = cmd_integer(&cmd_bench, "--workers", optarg, 1, CMD_MOST_WORKERS, &o->workers, err);
      break;
    case 't':
      status = cmd_integer(&cmd_bench, "--seconds", optarg, 1, 86400, &o->seconds, err);
      break;
    case 'j': o->json = true; break;
    case 'p': loader_add_folder(optarg); break;
    default: return cmd_bad_option(&cmd_bench, c, argv, err);
    }
    if (status != EXIT_FINE)
      return status;
  }
  if (argc - optind != 1)
    return cmd_usage_error(&cmd_bench, err, "one experiment is wanted, %d given", argc - optind);
  o->experiment = argv[optind];
  return EXIT_FINE;
}

static const char *instruction_set(void)
{
  switch (hebb_clone()) {
  case HEBB_CLONE_V4: return "AVX-512 (x86-64-v4)";
  case HEBB_CLONE_V3: return "AVX2 (x86-64-v3)";
  default: return "as compiled";
  }
}

static const char *kernel(const bench_result *r)
{
  return r->fused ? "fused" : "plain";
}

/* "3.21 ms", "12.9 s", "2 h 05 min" */
static const char *duration(double seconds, char *text, size_t size)
{
  if (seconds >= 60)
    return progress_duration(seconds, text, size);
  const bool small = seconds < 1;
  const double value = small ? 1000 * seconds : seconds;
  snprintf(text, size, "%.*f %s", value < 10 ? 2 : value < 100 ? 1 : 0, value, small ? "ms" : "s");
  return text;
}

/* Tenths of a percent that sum to 100 %: the largest takes what rounding leaves. */
static void round_shares(const bench_result *r, double percent[N_BENCH_SHARE])
{
  int largest = 0;
  double left = 1000;
  for (int k = 0; k < N_BENCH_SHARE; k++) {
    percent[k] = round(1000 * r->share[k]);
    left -= percent[k];
    largest = r->share[k] > r->share[largest] ? k : largest;
  }
  percent[largest] += left;
  for (int k = 0; k < N_BENCH_SHARE; k++)
    percent[k] /= 10;
}

static void print_table(const options *o, const experiment *e, const bench_result *r)
{
  char now[32], longest[32];
  double p[N_BENCH_SHARE];
  // lives that have full length already cannot grow
  const bool grows = r->length < 0.999 * r->most;

  printf("%s: ", e->run.name);
  cmd_print_network(&r->convolution, r->first, r->n_layer, r->size);
  printf(", %lld genes, population %lld, %d training task%s, %lld worker%s\n", (long long)r->n_gene,
         (long long)e->population, r->n_train, r->n_train == 1 ? "" : "s", (long long)o->workers,
         o->workers == 1 ? "" : "s");
  printf("kernel          %s, %s\n", kernel(r), instruction_set());
  printf("speed           %.0f steps/s\n", r->steps_per_second);
  printf("length of life  %.1f decisions in the first generation, %.0f at most\n", r->length,
         r->most);
  printf("generation      %s", duration(r->generation, now, sizeof now));
  if (grows)
    printf(" for the first; %s where every life has full length",
           duration(r->longest_generation, longest, sizeof longest));
  printf("\nwhole run       %lld generation%s: %s", (long long)e->run.generations,
         e->run.generations == 1 ? "" : "s", duration(r->run, now, sizeof now));
  if (grows)
    printf(" to %s, as lives lengthen", duration(r->longest_run, longest, sizeof longest));
  round_shares(r, p);
  printf("\nof the time     environment %.1f %%, network and rule %.1f %%, beginning of lives %.1f "
         "%%, optimizer %.1f %% (ask %.1f, tell %.1f), waiting %.1f %%\n",
         p[BENCH_ENV], p[BENCH_NETWORK], p[BENCH_BEGIN], p[BENCH_ASK] + p[BENCH_TELL], p[BENCH_ASK],
         p[BENCH_TELL], p[BENCH_REST]);
  printf(
      "memory          %.1f MB for workers, optimizer and history of the whole run; %.1f MB so far, "
      "program and worlds included\n",
      r->run_bytes / 1048576, (double)r->peak_bytes / 1048576);
  printf("measured        %lld li%s, %s, in %.1f s\n", (long long)r->n_life,
         r->n_life == 1 ? "fe" : "ves", r->whole ? "whole generations" : "part of a generation",
         r->seconds);
  if (r->processor < 0.95)
    printf(
        "processors      workers had them for %.0f %% of their time; without other programs it is "
        "faster\n",
        100 * r->processor);
  if (r->n_failed > 0)
    printf("failed          %lld of them: %s\n", (long long)r->n_failed, r->why);
}

static void print_text(const char *text)
{
  putchar('"');
  for (; *text; text++)
    if ((unsigned char)*text < ' ')
      printf("\\u%04x", (unsigned)*text);
    else
      printf(*text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
  putchar('"');
}

static void print_json(const options *o, const experiment *e, const bench_result *r)
{
  static const char *const first[] = {
    [FIRST_DENSE] = "dense", [FIRST_RECURRENT] = "recurrent", [FIRST_LSTM] = "lstm"
  };
  printf("{\"experiment\": ");
  print_text(e->run.name);
  printf(", \"sha256\": \"%s\", \"network\": [", e->sha256);
  for (int32_t l = 0; l <= r->n_layer; l++)
    printf(l > 0 ? ",%d" : "%d", r->size[l]);
  printf("], \"first_layer\": \"%s\"", first[r->first]);
  printf(", \"genes\": %lld, \"population\": %lld, \"training_tasks\": %d, \"workers\": %lld, "
         "\"kernel\": \"%s\", \"instruction_set\": \"%s\"",
         (long long)r->n_gene, (long long)e->population, r->n_train, (long long)o->workers,
         kernel(r), instruction_set());
  printf(", \"steps_per_second\": %.9g, \"life_steps\": %.9g, \"most_life_steps\": %.9g",
         r->steps_per_second, r->length, r->most);
  printf(", \"generations\": %lld, \"generation_seconds\": %.9g, \"longest_generation_seconds\": "
         "%.9g, \"run_seconds\": %.9g, \"longest_run_seconds\": %.9g",
         (long long)e->run.generations, r->generation, r->longest_generation, r->run,
         r->longest_run);
  printf(", \"share\": {\"environment\": %.6f, \"network\": %.6f, \"beginning\": %.6f, \"ask\": "
         "%.6f, \"tell\": %.6f, \"waiting\": %.6f}",
         r->share[BENCH_ENV], r->share[BENCH_NETWORK], r->share[BENCH_BEGIN], r->share[BENCH_ASK],
         r->share[BENCH_TELL], r->share[BENCH_REST]);
  printf(
      ", \"processor_share\": %.6f, \"peak_bytes\": %lld, \"run_bytes\": %.0f, \"lives\": %lld, \"failed_lives\": %lld, \"whole_generation\": "
      "%s}\n",
      r->processor, (long long)r->peak_bytes, r->run_bytes, (long long)r->n_life,
      (long long)r->n_failed, r->whole ? "true" : "false");
}

static int run(int argc, char **argv, error *err)
{
  options o = { .workers = cmd_default_workers(), .seconds = 5 };
  experiment *e = NULL;
  bench_result result;

  int status = read_options(argc, argv, &o, err);
  if (status == EXIT_FINE)
    status = experiment_load(o.experiment, o.set.word, o.set.n, &e, err);
  if (status == EXIT_FINE) {
    const bench_options how = { .n_worker = (int32_t)o.workers, .seconds = (double)o.seconds };
    interrupt_install();
    status = bench(e, &how, &result, err);
  }
  if (status == EXIT_FINE && o.json)
    print_json(&o, e, &result);
  else if (status == EXIT_FINE)
    print_table(&o, e, &result);
  experiment_free(e);
  free(o.set.word);
  return status;
}

const command cmd_bench = {
  .name = "bench",
  .arguments = "EXPERIMENT [--set KEY=VALUE]... [--workers N] [--seconds S] [--json]",
  .brief = "measure an experiment's speed and predict its duration",
  .help =
      "EXPERIMENT is a TOML file or the name of an installed experiment (hebb list). Nothing is\n"
      "written.\n"
      "\n"
      "  --set KEY=VALUE    override a value: --set optimizer.population=200\n"
      "  --workers N        threads (default: one for each processor)\n"
      "  --seconds S        measure for about so long (default: 5); a life is never cut short\n"
      "  --json             print one line for programs: times in seconds, shares of 1\n"
      "  --plugin-dir DIR   look for plugins there first (repeatable)\n"
      "\n"
      "The first generation is lived by the workers, again and again or as much of it as there is\n"
      "time for. Then some of its lives are lived again on one thread, and their actions repeated\n"
      "in the environment alone: what a life takes beyond that is the network's and the rule's.\n"
      "\n"
      "speed is in decisions a second, of all workers. The run's time has two bounds: all lives\n"
      "stay as long as in the first generation, or have full length; files add up to 2 %.\n"
      "waiting is the workers' for each other at the end of a generation.\n",
  .run = run,
};
