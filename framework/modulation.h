/* modulation.h - a third factor for any synaptic rule: what multiplies the change of every synapse onto a
 * postsynaptic neuron j, and where it comes from.
 *
 *     reward           m = gain (R - Rbar);  Rbar += rate (R - Rbar), one Rbar for each context
 *     layer_neuron     m_j = c_j + f_j tanh(b + sum_i v_i a_i), one neuron for each layer
 *     network_neuron   the same with one neuron, which reads the last hidden layer
 *     hidden_neurons   m_j = tanh(1/2 sum_k w_kj o_k) over the layer's modulatory inputs k
 *
 * A rule that declares HEBB_NEEDS_MODULATOR reads m itself. For any other rule the host gates: d is the
 * change that the rule made of w,
 *
 *     trace none       w += m d
 *     trace first      e = decay e + d;  w += m e
 *     trace last       w += m e;  e = decay e + d
 *
 * Miconi, Rawal, Clune & Stanley 2019 (Backpropamine: a modulatory neuron with a fan-out, its trace, its
 * bounds); Soltoggio, Bullinaria, Mattiussi, Duerr & Floreano 2008 (modulatory neurons among the others);
 * Miconi 2017 (reward minus a running mean for each kind of trial).
 */
#ifndef HEBB_MODULATION_H
#define HEBB_MODULATION_H

#include "arena.h"
#include "genome.h"

struct plan;
struct rollout;

/* Where a layer's modulator has its genes: first gene in the genome, or -1. */
typedef struct modulation_genes {
  int32_t n_read;           /* activities that its neuron reads    */
  int64_t weight, bias;     /* [n_read], [1]                       */
  int64_t fan_out, fan_out_bias; /* [post] each; -1: m_j is the neuron's */
} modulation_genes;

enum { MODULATION_NAME_SIZE = 32, MODULATION_MOST_SEGMENTS = 4 * NETWORK_MAX_LAYER };

/* What is constant of it, in the plan. */
typedef struct modulation {
  bool on;   /* there is a source                                      */
  bool gate; /* the host scales what the rule changes                  */
  modulation_genes layer[NETWORK_MAX_LAYER];
  char name[MODULATION_MOST_SEGMENTS][MODULATION_NAME_SIZE]; /* of its segments */
} modulation;

/* One worker's room for it. */
typedef struct modulation_room {
  float *value[NETWORK_MAX_LAYER]; /* [lane x post] the modulator of the update that follows; NULL: none */
  float *trace[NETWORK_MAX_LAYER]; /* [lane x pre x post] eligibility, or NULL                           */
  float *before;                   /* [lane x pre x post] a layer's weights before the rule changes them */
  float *baseline;                 /* [lane x context] running mean of the reward                        */
  int32_t *context;                /* [lane] in which the action was taken                               */
  float *reward;                   /* [lane] that followed it; 0 until the first                         */
  const float *vector;             /* the genome that is lived                                           */
} modulation_room;

/* ---- cold ---- */

/* Whether the experiment's modulation fits its rule (and, where net is not NULL, its network); what does
   not goes into err with its place. */
int modulation_check(const experiment *e, const hebb_rule_shape *rule, bool plastic, const network *net,
                     error *err);

/* Marks a checked network's modulatory neurons and says what the host has to do. */
void modulation_build(modulation *m, const experiment *e, const hebb_rule_shape *rule, network *net);

/* Whether it adds genes, and adds them at the end of a genome. */
bool modulation_has_genes(const experiment *e);
int modulation_append(modulation *m, const experiment *e, const network *net, genome *g, error *err);

/* ---- the formulas, for one lane ---- */

/* m_j [n_post] of a neuron that reads activity [n]; fan_out NULL: all alike. */
void modulation_neuron(int32_t n, const float *activity, const float *weight, float bias, int32_t n_post,
                       const float *fan_out, const float *fan_out_bias, float *value);

/* The gate: weight [n_pre x n_post] as the rule left it, before [same] as it was -> weight; trace [same] or
   NULL. */
void modulation_gate(const modulation_config *config, int32_t n_pre, int32_t n_post, const float *value,
                     const float *before, float *trace, float *weight);

/* ---- hot, for every live lane of a rollout (modulation_life.c) ---- */

void modulation_lay_out(modulation_room *room, const struct plan *p, int32_t n_lane, arena *a);
void modulation_begin(struct rollout *r, const float *vector); /* a life starts     */
void modulation_begin_episode(struct rollout *r);
void modulation_act(struct rollout *r);    /* before the world answers */
void modulation_answer(struct rollout *r); /* after it                 */

/* The modulator of the update that follows: first what the world says (R, mark), for all layers; then what
   neurons say, layer by layer. */
void modulation_from_world(struct rollout *r);
void modulation_from_neurons(struct rollout *r, int32_t layer);

/* Around the rule's update of a layer. */
void modulation_before_update(struct rollout *r, int32_t layer);
void modulation_after_update(struct rollout *r, int32_t layer);

#endif
