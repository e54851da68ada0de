/* bench_net.c - a network step with plasticity against other ways to do it.
 *
 * Forward pass and ABCD update of the ant's network (28-128-64-8) and of dense layers as large as the
 * car's (648-128-64-3). The step is the fused sweep of the rule abcd; beside it, in the same rounds:
 *
 *     roof         reading 24 bytes a synapse (four coefficients, the weight read and written) from a
 *                  block as large as the network; ratio: the share of the roof that the step reaches
 *     tanh         the step and its activation functions: all that the network does
 *     max_abs      the step with max-abs normalisation
 *     plain        the rule's update after a forward pass
 *     native       the same sweep compiled for this processor alone
 *     interleaved  plain C, the coefficients of a synapse side by side, compiled for this processor
 *     openblas     matrix products by OpenBLAS, where it is installed
 *     denormal     the step on denormal numbers, counted as zero as in a life, and by IEEE arithmetic
 *
 * bench_net NET measures one network and one instruction set only.
 */
#include "bench_layer.h"
#include "bench_plain.h"
#include "bench_read.h"
#include "float_mode.h"
#include "kernels.h"

enum { ROUNDS = 15, STEPS = 300, LAYERS = 3, IEEE_SHARE = 20 };

enum way {
  STEP,
  STEP_TANH,
  NATIVE,
  ROOF,
  MAX_ABS,
  PLAIN,
  INTERLEAVED,
  DENORMAL,
  DENORMAL_IEEE,
  OPENBLAS,
  N_WAY
};

typedef struct net {
  bench_layer layer[LAYERS], denormal[LAYERS];
  plain_layer interleaved[LAYERS];
  float *memory; /* (5 x n_read): as much as planes and weights */
  int64_t n_read;
  float sum, activity[128];
} net;

static void plain_step(const bench_rule *r, bench_layer *l)
{
  const hebb_layer view = { .size = sizeof view,
                            .n_lane = 1,
                            .n_pre = l->n_pre,
                            .n_post = l->n_post,
                            .pre = l->pre,
                            .post = l->post,
                            .drive = l->drive,
                            .coef = l->coef,
                            .weight = l->weight };
  kernel_dense(l->n_pre, l->n_post, l->pre, l->weight, l->drive);
  r->rule->update(r->config, &view);
}

/* Six of the five fifths of the block, further on each time: 24 bytes a synapse. */
static void read_step(net *n, int64_t step)
{
  for (int64_t k = 0; k < 6; k++)
    n->sum += bench_read(n->n_read, n->memory + (6 * step + k) % 5 * n->n_read);
}

static void layer_step(const bench_rule *r, net *n, enum way way, int k)
{
  const plain_layer *p = &n->interleaved[k];
  switch (way) {
  case NATIVE: {
    const hebb_sweep sweep = bench_layer_sweep(&n->layer[k], 0);
    abcd_sweep_native(3, &sweep);
    break;
  }
  case STEP_TANH:
    bench_layer_step(r, &n->layer[k], 0);
    kernel_tanh(p->n_post, p->drive, n->activity);
    break;
  case MAX_ABS: bench_layer_step(r, &n->layer[k], 1); break;
  case PLAIN: plain_step(r, &n->layer[k]); break;
  case INTERLEAVED: plain_interleaved(p); break;
  case OPENBLAS: plain_blas(p); break;
  case DENORMAL:
  case DENORMAL_IEEE: bench_layer_step(r, &n->denormal[k], 0); break;
  default: bench_layer_step(r, &n->layer[k], 0);
  }
}

/* Microseconds of one step. */
static double time_of(const bench_rule *r, net *n, enum way way)
{
  const int steps = way == DENORMAL_IEEE ? STEPS / IEEE_SHARE : STEPS;
  double begun = 0;

  for (int step = -1; step < steps; step++) { // the first one fills the caches
    if (step == 0)
      begun = bench_thread_seconds();
    if (way == ROOF)
      read_step(n, step + 1);
    for (int k = 0; k < LAYERS && way != ROOF; k++)
      layer_step(r, n, way, k);
  }
  return 1e6 * (bench_thread_seconds() - begun) / steps;
}

static int build(net *n, const bench_rule *r, const int32_t size[LAYERS + 1])
{
  size_t synapses = 0;
  for (int k = 0; k < LAYERS; k++)
    synapses += (size_t)size[k] * (size_t)size[k + 1];
  bench_block block = { bench_memory(40 * synapses * sizeof(float) + 65536, BENCH_HUGE_PAGES) };
  if (!block.next)
    return 1;

  for (int k = 0; k < LAYERS; k++)
    n->layer[k] = bench_layer_new(&block, r, size[k], size[k + 1]);
  for (int k = 0; k < LAYERS; k++) {
    bench_layer *l = &n->denormal[k];
    const size_t count = (size_t)size[k] * (size_t)size[k + 1];
    *l = bench_layer_new(&block, r, size[k], size[k + 1]);
    for (size_t i = 0; i < 4 * count; i++)
      l->plane[i] = l->coef[i] * 2e-34f; // denormal, or so once multiplied
    for (size_t i = 0; i < count; i++)
      l->weight[i] *= 2e-37f;
  }
  for (int k = 0; k < LAYERS; k++) {
    const bench_layer *l = &n->layer[k];
    const size_t count = (size_t)size[k] * (size_t)size[k + 1];
    n->interleaved[k] = (plain_layer){ .n_pre = size[k],
                                       .n_post = size[k + 1],
                                       .pre = l->pre,
                                       .post = l->post,
                                       .drive = l->drive,
                                       .weight = bench_numbers(&block, count, 0.1f),
                                       .coef = bench_numbers(&block, 5 * count, 1e-4f),
                                       .product = bench_take(&block, count) };
  }
  n->n_read = ((int64_t)synapses + 63) / 64 * 64;
  n->memory = bench_numbers(&block, 5 * (size_t)n->n_read, 1);
  return 0;
}

static void report(const char *name, enum way way, double time[N_WAY][ROUNDS])
{
  static const char *const title[N_WAY] = {
    [STEP] = "step",
    [STEP_TANH] = "step_tanh",
    [NATIVE] = "step_native",
    [ROOF] = "roof",
    [MAX_ABS] = "step_max_abs",
    [PLAIN] = "step_plain",
    [INTERLEAVED] = "step_interleaved",
    [DENORMAL] = "step_denormal",
    [DENORMAL_IEEE] = "step_denormal_ieee",
    [OPENBLAS] = "step_openblas",
  };
  char what[64], reference[64];
  snprintf(what, sizeof what, "%s_%s", name, title[way]);
  snprintf(reference, sizeof reference, "%s_step", name);
  bench_report(what, "us", time[way], ROUNDS, reference, way == STEP ? NULL : time[STEP]);
}

static int measure(const bench_rule *r, const char *name, const int32_t size[LAYERS + 1], bool blas)
{
  static double time[N_WAY][ROUNDS];
  net n = { .n_read = 0 };
  if (build(&n, r, size) != 0)
    return 1;

  for (int round = 0; round < ROUNDS; round++)
    for (enum way way = STEP; way < (blas ? N_WAY : OPENBLAS); way++) {
      const unsigned mode = float_mode_flush();
      if (way == DENORMAL_IEEE)
        float_mode_restore(mode);
      time[way][round] = time_of(r, &n, way);
      float_mode_restore(mode);
    }
  for (enum way way = STEP; way < (blas ? N_WAY : OPENBLAS); way++)
    report(name, way, time);
  bench_keep((double)n.sum);
  return 0;
}

int main(int argc, char **argv)
{
  static const int32_t ant[] = { 28, 128, 64, 8 }, car[] = { 648, 128, 64, 3 };
  const char *only = argc > 1 ? argv[1] : NULL;
  const char *blas = plain_blas_open();
  bench_rule r;

  bench_pin();
  bench_machine("bench_net", blas);
  if (!blas)
    fprintf(stderr, "bench_net: no case openblas: there is no libopenblas.so.0 (apt-get install "
                    "libopenblas0)\n");
  if (bench_rule_open(&r) != 0 ||
      ((!only || strcmp(only, "ant") == 0) && measure(&r, "ant", ant, blas) != 0) ||
      ((!only || strcmp(only, "car") == 0) && measure(&r, "car", car, blas) != 0))
    return 1;
  return only ? 0 : bench_other_clones(argv);
}
