/* gmm_draw.h - the random numbers of gmm_es: which rule a synapse follows in each candidate, and the
 * coefficients that it gets.
 *
 * Rules are drawn once, at the end of the generation before, synapse by synapse; two bytes for each synapse
 * and candidate are cheaper than looking a rule up in probabilities whenever a candidate is asked for.
 */
#ifndef HEBB_GMM_DRAW_H
#define HEBB_GMM_DRAW_H

#include "gmm_state.h"

/* coefficient: of noise about a rule; else 0. */
static inline hebb_address draw_address(const state *s, uint32_t purpose, int32_t candidate,
                                        int64_t coefficient)
{
  return (hebb_address){ .seed = s->seed,
                         .purpose = purpose,
                         .generation = (uint32_t)s->generation,
                         .individual = (uint32_t)candidate,
                         .task = (uint32_t)coefficient };
}

/* Rules [MIXTURE_STRIP] of a strip of synapses in a candidate. */
static inline uint16_t *draw_rules(const state *s, int64_t strip, int32_t candidate)
{
  return (uint16_t *)es_at(s, s->rule) + (strip * s->n_row + candidate % s->n_row) * MIXTURE_STRIP;
}

/* Draws the rules of a synapse for all candidates of a generation, p [rule] their probabilities. room:
   doubles [2 x rule + 4]. */
void draw_choose(state *s, int64_t synapse, int32_t generation, const double *p, double *room);

/* Coefficients h [coef x MIXTURE_STRIP] of a strip of synapses, as the candidate lives with them. */
void draw_strip(const state *s, int64_t strip, int32_t candidate, double *h);

#endif
