/* gmm_state.h - the state of gmm_es: one block without pointers, its arrays at offsets; and what of a genome
 * are rules, and what weights. */
#ifndef HEBB_GMM_STATE_H
#define HEBB_GMM_STATE_H

#include <string.h>

#include "evolution_strategy.h"
#include "gmm_mixture.h"

enum shaping { SHAPING_RANK_Z_SCORE, SHAPING_CENTRED_RANKS };
enum step { STEP_SGD, STEP_ADAM };
enum assignment { ASSIGNMENT_EVOLVED, ASSIGNMENT_FIXED };

typedef struct config {
  int64_t rules;
  double sigma, sigma_decay, sigma_floor;
  double learning_rate, learning_rate_decay, logit_rate;
  bool scale_by_sharing;
  int32_t shaping, step, assignment;
  double beta1, beta2, epsilon;
} config;

enum {
  MOST_GROUP = 64,
  STRIP = MIXTURE_STRIP,
  BLOCK = 64,              /* the synapses are worked on in so many pieces, for any pool */
  PURPOSE_RULE = 0x676d31, /* of addresses: which rule                */
  PURPOSE_NOISE = 0x676d32,
  PURPOSE_WEIGHT = 0x676d33
};

/* Synapses of one layer: their coefficients stand in planes, one after the other. Or weights. */
typedef struct group {
  int64_t offset, count; /* first gene; synapses */
  double sigma, rate;    /* factors, of weights   */
} group;

/* One block of memory; the arrays follow, at offsets in bytes. */
typedef struct state {
  config cfg;
  uint64_t seed;
  int64_t n_gene, n_synapse, n_strip, n_rule, n_coef, n_weight, n_weight_block;
  int32_t population, n_group, n_span, generation;
  int32_t n_row;           /* candidates whose rules differ: population, or 1 */
  group group[MOST_GROUP]; /* synapses                                        */
  group span[MOST_GROUP];  /* genes that are weights                          */
  double sigma_of[MIXTURE_MOST_COEF], rate_of[MIXTURE_MOST_COEF]; /* factors of coefficients */
  double sigma, learning_rate, gradient_norm, update_norm, entropy;
  double power1, power2;
  size_t mean, logit, weight; /* double [rule x coef] [synapse x rule] [n_weight]; fixed: no logits */
  size_t moment[2][3];        /* of Adam, like mean, logit, weight                      */
  size_t rule;                /* uint16_t [strip x n_row x STRIP]: which each candidate follows */
  size_t fixed;               /* int32_t [synapse]: the same where it is fixed          */
  size_t plane, row;          /* double [coef x rule], [rule x row]: means              */
  size_t reach, place, near;  /* of mixture_near                                        */
  size_t sum;                 /* double [BLOCK x rule x row]: pieces of the gradient    */
  size_t slope;               /* double [BLOCK x STRIP x rule]: of logits               */
  size_t score, answer;       /* double, uint32_t [BLOCK x ...]: of mixture_room         */
  size_t part;                /* double [(BLOCK + n_weight_block) x 3]: squares of gradient and update, entropy */
  size_t shaped;              /* float [population]                                     */
  size_t order;               /* int32_t [2 x population]: room for ranking             */
} state;

static inline double *es_numbers(const state *s, size_t offset)
{
  return es_at(s, offset);
}

static inline size_t take(size_t *end, int64_t n, size_t size)
{
  const size_t offset = *end;
  *end += ((size_t)n * size + 63) / 64 * 64 + 64;
  return offset;
}

/* A rule belongs to all layers, so its coefficients have the same factors in all of them. */
static inline const char *take_factors(state *s, const hebb_segment *g, int64_t coef, bool first_layer)
{
  if (first_layer) {
    s->sigma_of[coef] = (double)g->sigma;
    s->rate_of[coef] = (double)g->rate;
  }
  return s->sigma_of[coef] != (double)g->sigma || s->rate_of[coef] != (double)g->rate
             ? "a coefficient's factors on sigma and rate differ between layers, but its rules belong to all"
             : NULL;
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
      s->span[s->n_span++] = (group){ g->offset, g->count, (double)g->sigma, (double)g->rate };
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
    if (n_plane > MIXTURE_MOST_COEF)
      return "more than 32 coefficients of a synapse";
    if (first) {
      s->group[s->n_group++] = (group){ .offset = g->offset, .count = g->count };
      s->n_synapse += g->count;
    }
    if (s->n_group == 1)
      s->n_coef = n_plane;
    if (n_plane > s->n_coef)
      return "layers have different numbers of coefficients";
    const char *why = take_factors(s, g, n_plane - 1, s->n_group == 1);
    if (why)
      return why;
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
  if (population < 2 || population > ES_MAX_POPULATION)
    *why = "population: at least 2 candidates are needed";
  if (!*why && s->n_synapse > INT32_MAX / (s->n_coef + 1) / c->rules)
    *why = "synapses times rules are more than can be counted; take fewer rules";
  if (!*why && s->n_synapse > INT32_MAX / population)
    *why = "synapses times candidates are more than can be counted; take a smaller population";
  if (*why)
    return 0;
  const bool fixed = c->assignment == ASSIGNMENT_FIXED;
  s->cfg = *c;
  s->n_gene = shape->n_gene;
  s->n_rule = c->rules;
  s->n_strip = (s->n_synapse + STRIP - 1) / STRIP;
  s->n_weight_block = (s->n_weight + ES_BLOCK - 1) / ES_BLOCK;
  s->population = population;
  s->n_row = fixed ? 1 : population;

  const int64_t n_row = mixture_row(s->n_coef) * c->rules;
  const int64_t n_mean = s->n_coef * c->rules, n_near = c->rules * mixture_most_near(c->rules);
  const int64_t n_logit = fixed ? 0 : s->n_synapse * c->rules, n_room = mixture_room_size(c->rules);
  const size_t real = sizeof(double);
  size_t end = (sizeof *s + 63) / 64 * 64;
  s->mean = take(&end, n_mean, real);
  s->logit = take(&end, n_logit, real);
  s->weight = take(&end, s->n_weight, real);
  for (int k = 0; k < 2 && c->step == STEP_ADAM; k++) {
    s->moment[k][0] = take(&end, n_mean, real);
    s->moment[k][1] = take(&end, n_logit, real);
    s->moment[k][2] = take(&end, s->n_weight, real);
  }
  s->rule = take(&end, s->n_strip * s->n_row * STRIP, sizeof(uint16_t));
  s->fixed = take(&end, fixed ? s->n_synapse : 0, sizeof(int32_t));
  s->plane = take(&end, n_mean, real);
  s->row = take(&end, n_row, real);
  s->sum = take(&end, BLOCK * n_row, real);
  if (!fixed) {
    s->reach = take(&end, c->rules, real);
    s->place = take(&end, n_near * (1 + s->n_coef), sizeof(float));
    s->near = take(&end, n_near, sizeof(uint16_t));
  }
  s->slope = take(&end, fixed ? 0 : BLOCK * STRIP * c->rules, real);
  s->score = take(&end, BLOCK * (n_room + c->rules), real);
  s->answer = take(&end, BLOCK * n_room, sizeof(uint32_t));
  s->part = take(&end, (BLOCK + s->n_weight_block) * 3, real);
  s->shaped = take(&end, population, sizeof(float));
  s->order = take(&end, 2 * (int64_t)population, sizeof(int32_t));
  return end;
}

#endif
