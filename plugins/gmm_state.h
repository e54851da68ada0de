/* gmm_state.h - the state of gmm_es: one block without pointers, its arrays at offsets; and what of a genome
 * are rules, and what weights. */
#ifndef HEBB_GMM_STATE_H
#define HEBB_GMM_STATE_H

#include <string.h>

#include "evolution_strategy.h"

enum shaping { SHAPING_RANK_Z_SCORE, SHAPING_CENTRED_RANKS };
enum step { STEP_SGD, STEP_ADAM };

typedef struct config {
  int64_t rules;
  double sigma, sigma_decay, sigma_floor;
  double learning_rate, learning_rate_decay, logit_rate;
  bool scale_by_sharing;
  int32_t shaping, step;
  double beta1, beta2, epsilon;
} config;

enum {
  MOST_GROUP = 64,
  MOST_COEF = 32,
  STRIP = 64,              /* synapses whose random numbers are drawn together */
  BLOCK = 64,              /* the synapses are worked on in so many pieces, for any pool */
  PURPOSE_RULE = 0x676d31, /* of addresses: which rule                */
  PURPOSE_NOISE = 0x676d32,
  PURPOSE_WEIGHT = 0x676d33,
  MAX_POPULATION = 1 << 24
};

/* Synapses of one layer: their coefficients stand in planes, one after the other. */
typedef struct group {
  int64_t offset, count; /* first gene; synapses */
} group;

/* One block of memory; the arrays follow, at offsets in bytes. */
typedef struct state {
  config cfg;
  uint64_t seed;
  int64_t n_gene, n_synapse, n_rule, n_coef, n_weight;
  int32_t population, n_group, n_span, generation;
  group group[MOST_GROUP]; /* synapses                             */
  group span[MOST_GROUP];  /* genes that are weights               */
  double sigma, learning_rate, gradient_norm, update_norm, entropy;
  double power1, power2;
  size_t mean, logit, weight; /* double [coef x rule] [synapse x rule] [n_weight]       */
  size_t below;               /* float [synapse x rule]: probability of rules up to it  */
  size_t moment[2][3];        /* of Adam, like mean, logit, weight                      */
  size_t sum;                 /* double [BLOCK x coef x rule]: pieces of the gradient   */
  size_t room;                /* double [BLOCK x 2 x rule]                              */
  size_t part;                /* double [BLOCK x 3]: squares of gradient and update, entropy */
  size_t shaped;              /* float [population]                                     */
  size_t order;               /* int32_t [2 x population]: room for ranking             */
} state;

static inline double *numbers(const state *s, size_t offset)
{
  return es_at(s, offset);
}

static inline size_t take(size_t *end, size_t n, size_t size)
{
  const size_t offset = *end;
  *end += (n * size + 15) / 16 * 16;
  return offset;
}

/* What of the genome are rules and what weights; a sentence where it cannot be used. */
static inline const char *find_groups(state *s, const hebb_genome_shape *shape)
{
  int64_t end = 0, n_plane = 0;
  for (int32_t k = 0; k < shape->n_segment; k++) {
    const hebb_segment *g = &shape->segment[k], *last = k > 0 ? g - 1 : NULL;
    if (g->offset != end || g->count < 0)
      return "the segments do not cover the genome, one after the other";
    end += g->count;
    if (g->role != HEBB_ROLE_COEFFICIENT) {
      if (s->n_span == MOST_GROUP)
        return "more than 64 groups of evolved weights";
      s->span[s->n_span++] = (group){ g->offset, g->count };
      s->n_weight += g->count;
      continue;
    }
    if (g->share != HEBB_SHARE_EACH)
      return "this optimizer shares rules itself; set rule.share = \"synapse\", and take a rule whose "
             "coefficients belong to synapses";
    const bool first = !last || last->role != HEBB_ROLE_COEFFICIENT || last->layer != g->layer;
    if (first && s->n_group > 0 && n_plane != s->n_coef)
      return "layers have different numbers of coefficients";
    if (!first && last->count != g->count)
      return "coefficients of one layer have different numbers of genes";
    if (first && s->n_group == MOST_GROUP)
      return "more than 64 layers";
    n_plane = first ? 1 : n_plane + 1;
    if (n_plane > MOST_COEF)
      return "more than 32 coefficients of a synapse";
    if (first) {
      s->group[s->n_group++] = (group){ g->offset, g->count };
      s->n_synapse += g->count;
    }
    if (s->n_group == 1)
      s->n_coef = n_plane;
  }
  if (s->n_synapse == 0)
    return "no coefficients evolve, so there are no rules to share";
  return n_plane == s->n_coef && end == shape->n_gene ? NULL
                                                      : "segments and genes do not agree in number";
}

/* Fills in sizes and offsets and returns the bytes needed; 0: *why says what is wrong. */
static inline size_t layout(state *s, const config *c, const hebb_genome_shape *shape, int32_t population,
                     const char **why)
{
  memset(s, 0, sizeof *s);
  *why = find_groups(s, shape);
  if (population < 2 || population > MAX_POPULATION)
    *why = "population: at least 2 candidates are needed";
  if (!*why && s->n_synapse > INT32_MAX / (s->n_coef + 1) / c->rules)
    *why = "synapses times rules are more than can be counted; take fewer rules";
  if (*why)
    return 0;
  const size_t n_mean = (size_t)(s->n_coef * c->rules), n_weight = (size_t)s->n_weight;
  const size_t n_logit = (size_t)(s->n_synapse * c->rules), real = sizeof(double);
  size_t end = (sizeof *s + 15) / 16 * 16;
  s->cfg = *c;
  s->n_gene = shape->n_gene;
  s->n_rule = c->rules;
  s->population = population;
  s->mean = take(&end, n_mean, real);
  s->logit = take(&end, n_logit, real);
  s->weight = take(&end, n_weight, real);
  s->below = take(&end, n_logit, sizeof(float));
  for (int k = 0; k < 2 && c->step == STEP_ADAM; k++) {
    s->moment[k][0] = take(&end, n_mean, real);
    s->moment[k][1] = take(&end, n_logit, real);
    s->moment[k][2] = take(&end, n_weight, real);
  }
  s->sum = take(&end, BLOCK * n_mean, real);
  s->room = take(&end, BLOCK * 2 * (size_t)c->rules, real);
  s->part = take(&end, BLOCK * 3, real);
  s->shaped = take(&end, (size_t)population, sizeof(float));
  s->order = take(&end, 2 * (size_t)population, sizeof(int32_t));
  return end;
}

#endif
