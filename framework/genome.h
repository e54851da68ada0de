/* genome.h - the flat vector that evolution changes: its segments, and how a layer's coefficient
 * planes are cut from it.
 *
 * Order: the weights of convolutions; those of an LSTM; then layer, then coefficient, then (pre x post); a
 * layer's evolved weights follow its coefficients.
 * Where every synapse has genes of its own, a layer's planes are a slice of the vector: nothing is
 * copied.
 */
#ifndef HEBB_GENOME_H
#define HEBB_GENOME_H

#include "network.h"

typedef struct genome {
  hebb_genome_shape shape;  /* segments and start: owned by the genome */
  int32_t n_layer, n_coef;
  int32_t n_convolution;    /* segments of convolutions: the first     */
  int32_t n_lstm;           /* those of an LSTM after them             */
  int32_t *coef_segment;    /* (layer x coef) index of the segment     */
  int32_t *weight_segment;  /* (layer) of the evolved weights, or -1   */
  bool direct;              /* planes are slices of the vector         */
  int32_t *rule;            /* (synapse) row of the rule table, or NULL */
  char *names;              /* text of the segments' names             */
} genome;

/* rule: what the plugin declares; sharing: how synapses share coefficients, what the rule itself spans
   apart; start: where evolution begins, drawn from the run's seed. Something must evolve: coefficients,
   or the weights. */
int genome_build(genome *g, const network *net, const hebb_rule_shape *rule,
                 const rule_config *sharing, bool plastic, const genome_config *start, uint64_t seed, error *err);
void genome_done(genome *g);

/* Coefficients of one segment from the distribution where evolution begins: gene [s->count]. */
void genome_draw_coefficients(const genome_config *config, const hebb_segment *s,
                              const hebb_address *address, float *gene);

/* The planes [coef x pre x post] of a layer: a slice of vector, or room filled from it. */
const float *genome_planes(const genome *g, const network *net, const float *vector, int32_t layer,
                           float *room);

/* The evolved weights [pre x post] of a layer, or NULL. */
const float *genome_weights(const genome *g, const float *vector, int32_t layer);

/* The weights [out x in x ky x kx] of convolution k. */
const float *genome_convolution(const genome *g, const float *vector, int32_t k);

/* All segments of an LSTM, where there is one. */
const float *genome_lstm(const genome *g, const float *vector);

/* Mean of the squared coefficients (where there are none, of all weights but the convolutions'): the
   authors' penalty. */
double genome_mean_square(const genome *g, const float *vector);

/* What the genes stand for, value [n]: [genome] expression = "cubic". */
void genome_express(const genome_config *config, int64_t n, const float *gene, float *value);

#endif
