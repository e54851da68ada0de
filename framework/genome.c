/* genome.c - segments of the genome; coefficient planes from a vector. */
#include "genome.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "seeds.h"

enum { NAME_SIZE = 48 };

/* Rules that are merged stand in the genome at every synapse (merge.h). */
static bool has_table(const rule_config *sharing)
{
  return sharing->share == RULE_SHARE_TABLE && sharing->assignment != ASSIGNMENT_MERGE;
}

/* How the genes of coefficient c are shared, from what the rule spans and what the user asks for. */
static uint32_t share_of(const hebb_rule_shape *rule, const rule_config *sharing, int32_t c)
{
  if (sharing->share == RULE_SHARE_LAYER)
    return HEBB_SHARE_LAYER;
  if (sharing->share == RULE_SHARE_NETWORK)
    return HEBB_SHARE_NETWORK;
  if (rule->coef_span && rule->coef_span[c] != HEBB_SHARE_EACH)
    return rule->coef_span[c];
  if (sharing->share == RULE_SHARE_NEURON)
    return sharing->neuron == RULE_NEURON_PRE ? HEBB_SHARE_PRE : HEBB_SHARE_POST;
  return has_table(sharing) ? HEBB_SHARE_TABLE : HEBB_SHARE_EACH;
}

static hebb_segment segment_of(const network *net, int32_t layer, uint32_t role, uint32_t share)
{
  const network_layer *l = &net->layer[layer];
  hebb_segment s = { .role = role, .share = share, .layer = layer, .sigma = 1, .rate = 1 };
  switch (share) {
  case HEBB_SHARE_EACH: s.rows = l->n_pre, s.cols = l->n_post; break;
  case HEBB_SHARE_PRE: s.rows = l->n_pre, s.cols = 1; break;
  case HEBB_SHARE_POST: s.rows = 1, s.cols = l->n_post; break;
  case HEBB_SHARE_NETWORK: s.layer = -1; /* fall through */
  default: s.rows = 1, s.cols = 1;
  }
  s.count = (int64_t)s.rows * s.cols;
  return s;
}

/* One coefficient of all rules of a table. */
static hebb_segment table_of(const genome *g, const network *net, const rule_config *sharing)
{
  return (hebb_segment){ .role = HEBB_ROLE_COEFFICIENT,
                         .share = HEBB_SHARE_TABLE,
                         .layer = -1,
                         .rows = (int32_t)network_synapses(net),
                         .cols = 1,
                         .count = sharing->table,
                         .rule = g->rule,
                         .sigma = 1,
                         .rate = 1 };
}

/* Which rule of the table each synapse follows, all layers one after the other. */
static int assign_rules(genome *g, const network *net, const rule_config *sharing, uint64_t seed)
{
  const hebb_address address = { .seed = seed, .purpose = PURPOSE_RULE_TABLE };
  const int64_t n = network_synapses(net), n_rule = sharing->table;
  g->rule = calloc((size_t)n, sizeof *g->rule);
  if (!g->rule)
    return EXIT_RUN_FAILED;
  for (int64_t k = 0; k < n; k++) {
    g->rule[k] = sharing->assignment == ASSIGNMENT_MODULO
                     ? (int32_t)(k % n_rule)
                     : hebb_below(&address, (uint32_t)k, n_rule);
  }
  return EXIT_FINE;
}

/* prefix: NULL for that of the segment's layer. */
static void append(genome *g, hebb_segment *segment, hebb_segment s, const char *prefix,
                   const char *coefficient)
{
  char *name = g->names + (size_t)g->shape.n_segment * NAME_SIZE;
  if (prefix)
    snprintf(name, NAME_SIZE, "%.15s_%.31s", prefix, coefficient);
  else if (s.layer < 0)
    snprintf(name, NAME_SIZE, s.share == HEBB_SHARE_TABLE ? "table_%s" : "network_%s", coefficient);
  else
    snprintf(name, NAME_SIZE, "layer%d_%s", s.layer, coefficient);
  s.name = name;
  s.coefficient = coefficient;
  s.offset = g->shape.n_gene;
  g->shape.n_gene += s.count;
  segment[g->shape.n_segment++] = s;
}

/* Segments in their order; fills coef_segment and weight_segment. */
static void lay_out(genome *g, hebb_segment *segment, const network *net,
                    const hebb_rule_shape *rule, const rule_config *sharing, uint32_t weight_role)
{
  for (int32_t k = 0; k < g->n_convolution; k++) {
    const convolution_layer *c = &net->convolution.layer[k];
    char prefix[16];
    snprintf(prefix, sizeof prefix, "conv%d", k);
    append(g, segment,
           (hebb_segment){ .role = HEBB_ROLE_WEIGHT,
                           .share = HEBB_SHARE_EACH,
                           .layer = -1,
                           .rows = c->n_out,
                           .cols = c->n_tap,
                           .count = convolution_layer_weights(c),
                           .sigma = 1,
                           .rate = 1 },
           prefix, "weight");
  }
  for (int32_t k = 0; k < g->n_lstm; k++) {
    const int32_t rows = lstm_rows(&net->lstm, k), cols = 4 * net->lstm.n_hidden;
    append(g, segment,
           (hebb_segment){ .role = HEBB_ROLE_WEIGHT,
                           .share = HEBB_SHARE_EACH,
                           .layer = -1,
                           .rows = rows,
                           .cols = cols,
                           .count = (int64_t)rows * cols,
                           .sigma = 1,
                           .rate = 1 },
           "lstm", lstm_segment_name[k]);
  }
  g->direct = true;
  for (int32_t l = 0; l < g->n_layer; l++) {
    for (int32_t c = 0; c < g->n_coef; c++) {
      const uint32_t s = share_of(rule, sharing, c);
      const bool table = s == HEBB_SHARE_TABLE;
      int32_t *index = &g->coef_segment[l * g->n_coef + c];
      g->direct = g->direct && s == HEBB_SHARE_EACH;
      if ((s == HEBB_SHARE_NETWORK || table) && l > 0) {
        *index = g->coef_segment[c]; // one set for all layers
        continue;
      }
      *index = g->shape.n_segment;
      append(g, segment,
             table ? table_of(g, net, sharing) : segment_of(net, l, HEBB_ROLE_COEFFICIENT, s), NULL,
             rule->coef_name[c]);
    }
    g->weight_segment[l] = weight_role ? g->shape.n_segment : -1;
    if (weight_role)
      append(g, segment, segment_of(net, l, weight_role, HEBB_SHARE_EACH), NULL, "weight");
  }
}

void genome_draw_coefficients(const genome_config *config, const hebb_segment *s,
                              const hebb_address *address, float *gene)
{
  const weights_config draw = { .init =
                                    config->start == GENOME_NORMAL ? WEIGHT_NORMAL : WEIGHT_UNIFORM,
                                .low = config->low,
                                .high = config->high,
                                .mean = config->mean,
                                .std = config->std };
  network_draw(&draw, s->share == HEBB_SHARE_TABLE ? (int32_t)s->count : s->rows, s->cols, address,
               gene);
}

static void draw_start(const genome *g, const network *net, const genome_config *config,
                       uint64_t seed, float *start)
{
  for (int32_t k = 0; k < g->shape.n_segment; k++) {
    const hebb_segment *s = &g->shape.segment[k];
    const hebb_address address = { .seed = seed,
                                   .purpose = PURPOSE_GENOME_START,
                                   .individual = (uint32_t)k };
    weights_config draw = {
      .low = config->low, .high = config->high, .mean = config->mean, .std = config->std
    };
    if (s->role == HEBB_ROLE_COEFFICIENT) {
      genome_draw_coefficients(config, s, &address, start + s->offset);
      continue;
    }
    static const int32_t init[] = { [WEIGHT_START_FAN_IN] = WEIGHT_FAN_IN_UNIFORM,
                                    [WEIGHT_START_NORMAL] = WEIGHT_NORMAL,
                                    [WEIGHT_START_UNIFORM] = WEIGHT_UNIFORM,
                                    [WEIGHT_START_ZEROS] = WEIGHT_ZEROS };
    draw.init = init[config->weight_start];
    // what a convolution's output is made from are its presynaptic neurons; an LSTM has torch's bounds
    const int32_t n_pre = k < g->n_convolution ? s->cols
                          : s->layer < 0       ? net->lstm.n_hidden
                                               : net->layer[s->layer].n_pre;
    const int32_t n_post = (int32_t)(s->count / n_pre);
    network_draw(&draw, n_pre, n_post, &address, start + s->offset);
  }
}

int genome_build(genome *g, const network *net, const hebb_rule_shape *rule,
                 const rule_config *sharing, bool plastic, const genome_config *start,
                 uint64_t seed, error *err)
{
  const bool evolved = net->weights.init == WEIGHT_EVOLVED;
  const uint32_t weight_role = !evolved ? 0 : plastic ? HEBB_ROLE_START : HEBB_ROLE_WEIGHT;
  const int32_t n_lstm = net->lstm.n_hidden > 0 ? N_LSTM_SEGMENT : 0;
  const size_t most = (size_t)net->n_layer * (size_t)(rule->n_coef + 1) +
                      (size_t)(net->convolution.n_layer + n_lstm);

  *g = (genome){ .shape = { .size = sizeof g->shape },
                 .n_layer = net->n_layer,
                 .n_coef = rule->n_coef,
                 .n_convolution = net->convolution.n_layer,
                 .n_lstm = n_lstm };
  hebb_segment *segment = calloc(most, sizeof *segment);
  g->shape.segment = segment;
  g->names = calloc(most, NAME_SIZE);
  g->coef_segment = calloc(most, sizeof *g->coef_segment);
  g->weight_segment = calloc((size_t)net->n_layer, sizeof *g->weight_segment);
  if (!segment || !g->names || !g->coef_segment || !g->weight_segment)
    goto refused;
  if (has_table(sharing) && assign_rules(g, net, sharing, seed) != EXIT_FINE)
    goto refused;
  lay_out(g, segment, net, rule, sharing, weight_role);

  float *values = calloc((size_t)g->shape.n_gene, sizeof *values);
  g->shape.start = values;
  if (!values)
    goto refused;
  draw_start(g, net, start, seed, values);
  return EXIT_FINE;

refused:
  error_add(err, EXIT_RUN_FAILED, "genome: no memory for %lld genes", (long long)g->shape.n_gene);
  genome_done(g);
  return EXIT_RUN_FAILED;
}

void genome_done(genome *g)
{
  free((void *)(uintptr_t)g->shape.segment);
  free((void *)(uintptr_t)g->shape.start);
  free(g->names);
  free(g->coef_segment);
  free(g->weight_segment);
  free(g->rule);
  *g = (genome){ 0 };
}

static void fill(float value, int64_t n, float *plane)
{
  for (int64_t k = 0; k < n; k++)
    plane[k] = value;
}

/* One coefficient's plane [pre x post] from its genes; rule [pre x post]: of a table. */
static void expand(const hebb_segment *s, const float *gene, const int32_t *rule, int64_t n_pre,
                   int64_t n_post, float *plane)
{
  const int64_t n = n_pre * n_post;
  const size_t row = (size_t)n_post * sizeof *plane;
  switch (s->share) {
  case HEBB_SHARE_EACH: memcpy(plane, gene, (size_t)n_pre * row); break;
  case HEBB_SHARE_PRE:
    for (int64_t i = 0; i < n_pre; i++)
      fill(gene[i], n_post, plane + i * n_post);
    break;
  case HEBB_SHARE_POST:
    for (int64_t i = 0; i < n_pre; i++)
      memcpy(plane + i * n_post, gene, row);
    break;
  case HEBB_SHARE_TABLE:
    for (int64_t k = 0; rule && k < n; k++)
      plane[k] = gene[rule[k]];
    break;
  default: fill(gene[0], n, plane);
  }
}

const float *genome_planes(const genome *g, const network *net, const float *vector, int32_t layer,
                           float *room)
{
  const network_layer *l = &net->layer[layer];
  const int32_t *index = g->coef_segment + (int64_t)layer * g->n_coef;

  if (g->n_coef == 0)
    return NULL;
  if (g->direct)
    return vector + g->shape.segment[index[0]].offset;
  const int32_t *rule = g->rule;
  for (int32_t k = 0; rule && k < layer; k++)
    rule += (int64_t)net->layer[k].n_pre * net->layer[k].n_post;
  for (int32_t c = 0; c < g->n_coef; c++) {
    const hebb_segment *s = &g->shape.segment[index[c]];
    expand(s, vector + s->offset, rule, l->n_pre, l->n_post,
           room + (int64_t)c * l->n_pre * l->n_post);
  }
  return room;
}

const float *genome_weights(const genome *g, const float *vector, int32_t layer)
{
  const int32_t index = g->weight_segment[layer];
  return index < 0 ? NULL : vector + g->shape.segment[index].offset;
}

const float *genome_convolution(const genome *g, const float *vector, int32_t k)
{
  return vector + g->shape.segment[k].offset;
}

const float *genome_lstm(const genome *g, const float *vector)
{
  return vector + g->shape.segment[g->n_convolution].offset;
}

void genome_express(const genome_config *config, int64_t n, const float *gene, float *value)
{
  const float gain = (float)config->expression_gain, cut = (float)config->expression_cut;
  for (int64_t k = 0; k < n; k++) {
    const float cubed = gain * (gene[k] * gene[k] * gene[k]);
    value[k] = cubed > -cut && cubed < cut ? 0 : cubed; // NaN passes
  }
}

double genome_mean_square(const genome *g, const float *vector)
{
  const uint32_t role = g->n_coef > 0 ? HEBB_ROLE_COEFFICIENT : HEBB_ROLE_WEIGHT;
  double sum = 0;
  int64_t n = 0;
  for (int32_t k = g->n_convolution; k < g->shape.n_segment; k++) {
    const hebb_segment *s = &g->shape.segment[k];
    if (s->role != role)
      continue;
    for (int64_t i = 0; i < s->count; i++)
      sum += (double)vector[s->offset + i] * (double)vector[s->offset + i];
    n += s->count;
  }
  return n > 0 ? sum / (double)n : 0;
}
