/* modulation.c - what a modulation needs of an experiment, its genes, and its formulas. */
#include "modulation.h"

#include <hebb/clone.h>
#include <hebb/math.h>

#include <stdio.h>
#include <stdlib.h>

#include "kernels.h"
#include "seeds.h"

/* ---- what fits ---- */

static int refuse(const experiment *e, const char *key, const char *what, error *err)
{
  char where[EXPERIMENT_WHERE_SIZE];
  return error_add(err, EXIT_CONFIGURATION, "%s: rule '%s' %s",
                   experiment_where(e, key, key, where), e->rule_plugin->base.name, what);
}

/* What the gate does is only asked for where there is a gate. */
static void check_gate(const experiment *e, const hebb_rule_shape *rule, error *err)
{
  const modulation_config *m = &e->modulation;
  const bool reads = rule->needs & HEBB_NEEDS_MODULATOR;
  const char *why = m->source == MODULATION_NONE ? "is not modulated: set modulation.source"
                    : reads                      ? "reads the modulator itself: leave it out"
                    : m->gate == MODULATION_GATE_NONE
                        ? "is not gated: set modulation.gate = \"multiply\""
                        : NULL;
  if (why && m->trace != MODULATION_TRACE_NONE)
    refuse(e, "modulation.trace", why, err);
  if (why && m->bound != MODULATION_BOUND_NONE)
    refuse(e, "modulation.bound", why, err);
  if (reads && m->source != MODULATION_NONE && m->gate == MODULATION_GATE_NONE)
    refuse(e, "modulation.gate", "reads the modulator itself: leave it out", err);
  if (!why && (rule->needs & HEBB_NEEDS_EFFECTIVE) && rule->n_trace > 0)
    refuse(e, "modulation.source",
           "learns in traces of its own, which a gate on its weights does not reach: set "
           "modulation.gate = \"none\", or take a rule that reads the modulator itself",
           err);
}

static void check_hidden(const experiment *e, const network *net, error *err)
{
  const modulation_config *m = &e->modulation;
  char where[EXPERIMENT_WHERE_SIZE];
  if (net->n_layer < 2)
    error_add(err, EXIT_CONFIGURATION,
              "%s: hidden_neurons needs a hidden layer for them; set network.layers",
              experiment_where(e, "modulation.source", "modulation.source", where));
  for (int32_t l = 0; l + 1 < net->n_layer; l++)
    if (m->neurons >= net->layer[l].n_post)
      error_add(err, EXIT_CONFIGURATION,
                "%s: %lld of the %d neurons of hidden layer %d would modulate, and none would be "
                "left; at most %d",
                experiment_where(e, "modulation.neurons", "modulation.neurons", where),
                (long long)m->neurons, net->layer[l].n_post, l, net->layer[l].n_post - 1);
}

int modulation_check(const experiment *e, const hebb_rule_shape *rule, bool plastic,
                     const network *net, error *err)
{
  const modulation_config *m = &e->modulation;
  const int before = err->count;

  if (net) {
    if (m->source == MODULATION_HIDDEN_NEURONS)
      check_hidden(e, net, err);
    return err->count > before ? err->status : EXIT_FINE;
  }
  if (m->source == MODULATION_NONE && (rule->needs & HEBB_NEEDS_MODULATOR))
    refuse(e, "rule.plugin", "needs a modulator: set modulation.source", err);
  if (m->source != MODULATION_NONE && !plastic)
    refuse(e, "modulation.source", "changes no weights, so that there is nothing to modulate", err);
  if (m->source == MODULATION_NETWORK_NEURON && e->rule_host.update == UPDATE_IN_FORWARD)
    refuse(e, "modulation.source",
           "changes weights before the last hidden layer is known: take layer_neuron, or "
           "rule.update = \"after_step\"",
           err);
  check_gate(e, rule, err);
  return err->count > before ? err->status : EXIT_FINE;
}

void modulation_build(modulation *m, const experiment *e, const hebb_rule_shape *rule, network *net)
{
  const modulation_config *c = &e->modulation;
  m->on = c->source != MODULATION_NONE;
  m->gate = m->on && c->gate == MODULATION_GATE_MULTIPLY && !(rule->needs & HEBB_NEEDS_MODULATOR);
  for (int32_t l = 1; c->source == MODULATION_HIDDEN_NEURONS && l < net->n_layer; l++)
    net->layer[l].n_modulatory = (int32_t)c->neurons;
}

/* ---- genes ---- */

bool modulation_has_genes(const experiment *e)
{
  return e->modulation.source == MODULATION_LAYER_NEURON ||
         e->modulation.source == MODULATION_NETWORK_NEURON;
}

/* One more segment (rows x cols) at the end; its first gene. layer -1: the network's. */
static int64_t append(modulation *m, genome *g, hebb_segment *segment, int32_t *n_own,
                      int32_t layer, const char *what, uint32_t share, int32_t rows, int32_t cols)
{
  char *name = m->name[(*n_own)++];
  if (layer < 0)
    snprintf(name, MODULATION_NAME_SIZE, "network_%s", what);
  else
    snprintf(name, MODULATION_NAME_SIZE, "layer%d_%s", layer, what);
  const int64_t offset = g->shape.n_gene;
  segment[g->shape.n_segment++] = (hebb_segment){ .name = name,
                                                  .coefficient = what,
                                                  .role = HEBB_ROLE_MODULATOR,
                                                  .share = share,
                                                  .layer = layer,
                                                  .rows = rows,
                                                  .cols = cols,
                                                  .offset = offset,
                                                  .count = (int64_t)rows * cols,
                                                  .sigma = 1,
                                                  .rate = 1 };
  g->shape.n_gene += (int64_t)rows * cols;
  return offset;
}

static void lay_out(modulation *m, const modulation_config *c, const network *net, genome *g,
                    hebb_segment *segment)
{
  const bool whole = c->source == MODULATION_NETWORK_NEURON;
  int32_t n_own = 0;
  for (int32_t l = 0; l < net->n_layer; l++) {
    modulation_genes *own = &m->layer[l];
    const network_layer *read = &net->layer[whole ? net->n_layer - 1 : l];
    const int32_t at = whole ? -1 : l;
    if (whole && l > 0) {
      own->n_read = m->layer[0].n_read; // one neuron for all
      own->weight = m->layer[0].weight;
      own->bias = m->layer[0].bias;
    } else {
      own->n_read = whole || c->reads == MODULATION_READS_PRE ? read->n_pre : read->n_post;
      own->weight = append(m, g, segment, &n_own, at, "modulator", HEBB_SHARE_EACH, own->n_read, 1);
      own->bias = append(m, g, segment, &n_own, at, "modulator_bias",
                         whole ? HEBB_SHARE_NETWORK : HEBB_SHARE_LAYER, 1, 1);
    }
    own->fan_out = own->fan_out_bias = -1;
    if (c->fan_out) {
      const int32_t n_post = net->layer[l].n_post;
      own->fan_out = append(m, g, segment, &n_own, l, "fan_out", HEBB_SHARE_POST, 1, n_post);
      own->fan_out_bias =
          append(m, g, segment, &n_own, l, "fan_out_bias", HEBB_SHARE_POST, 1, n_post);
    }
  }
}

/* What the neuron reads with starts as evolved weights do, the rest as coefficients do. */
static void draw_start(const genome_config *config, uint64_t seed, const genome *g, int32_t first,
                       float *start)
{
  static const int32_t weight[] = { [WEIGHT_START_FAN_IN] = WEIGHT_FAN_IN_UNIFORM,
                                    [WEIGHT_START_NORMAL] = WEIGHT_NORMAL,
                                    [WEIGHT_START_UNIFORM] = WEIGHT_UNIFORM,
                                    [WEIGHT_START_ZEROS] = WEIGHT_ZEROS };
  for (int32_t k = first; k < g->shape.n_segment; k++) {
    const hebb_segment *s = &g->shape.segment[k];
    const hebb_address address = { .seed = seed,
                                   .purpose = PURPOSE_GENOME_START,
                                   .individual = (uint32_t)k };
    weights_config draw = {
      .low = config->low, .high = config->high, .mean = config->mean, .std = config->std
    };
    if (s->share == HEBB_SHARE_EACH)
      draw.init = weight[config->weight_start];
    else
      draw.init = config->start == GENOME_NORMAL ? WEIGHT_NORMAL : WEIGHT_UNIFORM;
    network_draw(&draw, s->rows, s->cols, &address, start + s->offset);
  }
}

int modulation_append(modulation *m, const experiment *e, const network *net, genome *g, error *err)
{
  const int32_t first = g->shape.n_segment;
  hebb_segment *segment = realloc((void *)(uintptr_t)g->shape.segment,
                                  ((size_t)first + MODULATION_MOST_SEGMENTS) * sizeof *segment);
  if (segment) {
    g->shape.segment = segment;
    lay_out(m, &e->modulation, net, g, segment);
    float *start =
        realloc((void *)(uintptr_t)g->shape.start, (size_t)g->shape.n_gene * sizeof *start);
    if (start) {
      g->shape.start = start;
      draw_start(&e->genome, (uint64_t)e->run.seed, g, first, start);
      return EXIT_FINE;
    }
  }
  return error_add(err, EXIT_RUN_FAILED, "genome: no memory for %lld genes",
                   (long long)g->shape.n_gene);
}

/* ---- formulas ---- */

void modulation_neuron(int32_t n, const float *activity, const float *weight, float bias,
                       int32_t n_post, const float *fan_out, const float *fan_out_bias,
                       float *value)
{
  float sum = 0;
  kernel_dense(n, 1, activity, weight, &sum);
  const float m = hebb_tanh(sum + bias);
  for (int32_t j = 0; j < n_post; j++)
    value[j] = fan_out ? fan_out[j] * m + fan_out_bias[j] : m;
}

/* The trace takes the change in, and what acts is the trace; weight [n] becomes what acts. */
static HEBB_INLINE void trace_first_inline(int64_t n, float decay, const float *restrict before,
                                           float *restrict trace, float *restrict weight)
{
  for (int64_t k = 0; k < n; k++)
    weight[k] = trace[k] = decay * trace[k] + (weight[k] - before[k]);
}
HEBB_CLONES(trace_first,
            (int64_t n, float decay, const float *restrict before, float *restrict trace,
             float *restrict weight),
            (n, decay, before, trace, weight))

/* The same, but what acts is the trace as it was. */
static HEBB_INLINE void trace_last_inline(int64_t n, float decay, const float *restrict before,
                                          float *restrict trace, float *restrict weight)
{
  for (int64_t k = 0; k < n; k++) {
    const float old = trace[k];
    trace[k] = decay * old + (weight[k] - before[k]);
    weight[k] = old;
  }
}
HEBB_CLONES(trace_last,
            (int64_t n, float decay, const float *restrict before, float *restrict trace,
             float *restrict weight),
            (n, decay, before, trace, weight))

/* What acts is weight - of x before: of is 1 where the rule's weight comes in, 0 where a trace did. The
   product is exact, and one pass does for both. */
static HEBB_INLINE void scale_inline(int64_t n_pre, int64_t n_post, float of,
                                     const float *restrict value, const float *restrict before,
                                     float *restrict weight)
{
  for (int64_t i = 0; i < n_pre; i++)
    for (int64_t j = 0, k = i * n_post; j < n_post; j++, k++)
      weight[k] = before[k] + value[j] * (weight[k] - of * before[k]);
}
HEBB_CLONES(scale,
            (int64_t n_pre, int64_t n_post, float of, const float *restrict value,
             const float *restrict before, float *restrict weight),
            (n_pre, n_post, of, value, before, weight))

/* The weight moves towards what acts. */
static HEBB_INLINE void scale_decay_inline(int64_t n_pre, int64_t n_post, float of,
                                           const float *restrict value,
                                           const float *restrict before, float *restrict weight)
{
  for (int64_t i = 0; i < n_pre; i++)
    for (int64_t j = 0, k = i * n_post; j < n_post; j++, k++)
      weight[k] = before[k] + value[j] * (weight[k] - of * before[k] - before[k]);
}
HEBB_CLONES(scale_decay,
            (int64_t n_pre, int64_t n_post, float of, const float *restrict value,
             const float *restrict before, float *restrict weight),
            (n_pre, n_post, of, value, before, weight))

void modulation_gate(const modulation_config *config, int32_t n_pre, int32_t n_post,
                     const float *value, const float *before, float *trace, float *weight)
{
  const int64_t n = (int64_t)n_pre * n_post;
  const float decay = (float)config->trace_decay;
  const float of = config->trace == MODULATION_TRACE_NONE ? 1 : 0;

  if (config->trace == MODULATION_TRACE_FIRST)
    trace_first(n, decay, before, trace, weight);
  else if (config->trace == MODULATION_TRACE_LAST)
    trace_last(n, decay, before, trace, weight);

  if (config->bound == MODULATION_BOUND_DECAY)
    scale_decay(n_pre, n_post, of, value, before, weight);
  else
    scale(n_pre, n_post, of, value, before, weight);
}
