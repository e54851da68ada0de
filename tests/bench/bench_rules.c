/* bench_rules.c - every synaptic rule on a layer of 128 x 64: nanoseconds a synapse for one update (of
 * plastic_trace with the effective weights that the forward pass uses), against plain C without
 * vectorisation; and for each number that a synapse touches, against the plain update of abcd.
 */
#include "bench.h"
#include "bench_layer.h"
#include "bench_rules_plain.h"
#include "experiment.h"

enum { ROUNDS = 21, N_PRE = 128, N_POST = 64, N = N_PRE * N_POST, MOST_COEF = 27, MOST_STATE = 16 };
enum { UPDATES = 200 };

typedef struct subject {
  const char *name, *rule, *word;
  void (*plain)(const hebb_layer *, float *effective);
  int32_t n_number; /* read of the planes, weights, traces and columns for each synapse */
  const hebb_rule *what;
  void *config;
  hebb_layer layer;
  float *effective;
  double ours[ROUNDS], plainly[ROUNDS], number[ROUNDS];
} subject;

static subject subjects[] = {
  { .name = "abcd", .rule = "abcd", .plain = plain_abcd, .n_number = 6 },
  { .name = "oja", .rule = "oja", .plain = plain_oja, .n_number = 2 },
  { .name = "bcm", .rule = "bcm", .plain = plain_bcm, .n_number = 3 },
  { .name = "differential_hebb",
    .rule = "differential_hebb",
    .plain = plain_differential,
    .n_number = 3 },
  { .name = "differential_general",
    .rule = "differential_hebb",
    .word = "rule.terms=general",
    .plain = plain_general,
    .n_number = 10 },
  { .name = "neuron_centred", .rule = "neuron_centred", .plain = plain_neurons, .n_number = 5 },
  { .name = "plastic_trace", .rule = "plastic_trace", .plain = plain_trace, .n_number = 5 },
  { .name = "multiplicative",
    .rule = "multiplicative",
    .plain = plain_multiplicative,
    .n_number = 5 },
  { .name = "moving_average",
    .rule = "moving_average",
    .word = "rule.interval=1",
    .plain = plain_abcd,
    .n_number = 6 },
  { .name = "taylor", .rule = "taylor", .plain = plain_taylor, .n_number = 28 },
};
enum { N_SUBJECT = sizeof subjects / sizeof subjects[0] };

/* 0, or 1 after saying why the rule cannot be had */
static int subject_open(subject *s, bench_block *block)
{
  static error err;
  loaded l;
  if (loader_open(s->rule, HEBB_RULE, NULL, &l, &err) != EXIT_FINE ||
      experiment_plugin_config(l.plugin, "rule", &s->word, s->word != NULL, &s->config, &err) !=
          EXIT_FINE) {
    error_print(&err);
    return 1;
  }
  s->what = (const hebb_rule *)l.plugin;
  s->layer = (hebb_layer){ .size = sizeof s->layer,
                           .n_lane = 1,
                           .n_pre = N_PRE,
                           .n_post = N_POST,
                           .pre = bench_numbers(block, N_PRE, 1),
                           .post = bench_numbers(block, N_POST, 1),
                           .pre_before = bench_numbers(block, N_PRE, 0.5f),
                           .post_before = bench_numbers(block, N_POST, 0.5f),
                           .coef = bench_numbers(block, MOST_COEF * N, 1e-5f),
                           .weight = bench_numbers(block, N, 0.1f),
                           .trace = bench_numbers(block, N, 0.1f),
                           .pre_state = bench_take(block, MOST_STATE * N_PRE),
                           .post_state = bench_take(block, MOST_STATE * N_POST) };
  s->effective = bench_take(block, N);
  return 0;
}

static void step(const subject *s)
{
  s->what->update(s->config, &s->layer);
  if (s->what->effective)
    s->what->effective(s->config, &s->layer, s->effective);
}

static double nanoseconds(const subject *s, bool plain)
{
  const double begun = bench_thread_seconds();
  for (int k = 0; k < UPDATES; k++)
    if (plain)
      s->plain(&s->layer, s->effective);
    else
      step(s);
  return 1e9 * (bench_thread_seconds() - begun) / ((double)UPDATES * N);
}

int main(int argc, char **argv)
{
  bench_block block = { bench_memory((size_t)N_SUBJECT * 40 * N * sizeof(float),
                                     BENCH_HUGE_PAGES) };
  uint64_t hash = 0;
  char name[64];
  (void)argc;

  bench_pin();
  bench_machine("bench_rules", NULL);
  if (!block.next)
    return 1;
  for (int k = 0; k < N_SUBJECT; k++) {
    if (subject_open(&subjects[k], &block))
      return 1;
    for (int update = 0; update < 20; update++)
      step(&subjects[k]);
    hash = bench_hash(hash, subjects[k].layer.weight, N * sizeof(float));
    hash = bench_hash(hash, subjects[k].effective, N * sizeof(float));
  }
  for (int round = 0; round < ROUNDS; round++)
    for (int k = 0; k < N_SUBJECT; k++) {
      subject *s = &subjects[k];
      s->ours[round] = nanoseconds(s, false);
      s->plainly[round] = nanoseconds(s, true);
      s->number[round] = s->ours[round] / s->n_number;
    }
  for (int k = 0; k < N_SUBJECT; k++) {
    const subject *s = &subjects[k];
    snprintf(name, sizeof name, "rule_%s", s->name);
    bench_report(name, "ns/synapse", s->ours, ROUNDS, "plain C, not vectorised", s->plainly);
    snprintf(name, sizeof name, "rule_%s_number", s->name);
    bench_report(name, "ns/number", s->number, ROUNDS, "rule_abcd_number", subjects[0].number);
  }
  return bench_same_hash(hash) | bench_other_clones(argv);
}
