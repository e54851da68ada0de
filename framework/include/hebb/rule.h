/* hebb/rule.h - a learning rule, in one of two sizes.
 *
 * A SYNAPTIC RULE says how one layer's weights change (`shape` and `update`); the host runs the
 * network, shares coefficients, draws initial weights and post-processes. A LEARNER owns the whole
 * agent (`learner`, `begin`, `start`, `act`, `learn`, `end`). What is NULL is not offered.
 *
 * Weights and coefficients are presynaptic-major, (pre x post): the inner loop runs over the
 * postsynaptic neurons, and no sum crosses vector lanes.
 */
#ifndef HEBB_RULE_H
#define HEBB_RULE_H

#include "env.h"
#include "optimizer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- synaptic rules ---- */

enum hebb_needs {
  HEBB_NEEDS_MODULATOR = 1, /* modulator: a third factor for each postsynaptic neuron               */
  HEBB_NEEDS_REWARD = 2,    /* reward: of the step just taken                                       */
  HEBB_NEEDS_PREVIOUS = 4,  /* pre_before, post_before: activity one step earlier (zero at first)   */
  HEBB_NEEDS_NOISE = 8,     /* noise: what was injected into the postsynaptic drive                 */
  HEBB_NEEDS_EFFECTIVE = 16, /* forward uses what `effective` makes of the stored weight            */
  HEBB_NEEDS_LAST = 32      /* an update after the last step of an episode too, for its reward      */
};

/* When `update` is called, [rule] update decides:
     after_step (default): once the world has answered the action of this step; reward and mark are
       those of this step. Not after the last step of an episode (as Najarro & Risi), unless
       HEBB_NEEDS_LAST;
     in_forward: within the forward pass, layer by layer, before the action (as Palm et al.); reward
       and mark are those of the step before, zero at first. */

/* What the config decides. Names are static text of the plugin. */
typedef struct hebb_rule_shape {
  uint32_t size;                 /* set by the host                                                 */
  int32_t n_coef;                /* evolved coefficients of a synapse; 0: nothing evolves but weights */
  const char *const *coef_name;  /* [n_coef] "A", "B", ... "eta"                                    */
  const uint8_t *coef_span;      /* [n_coef] hebb_share EACH, PRE, POST or LAYER; NULL: all EACH    */
  int32_t n_trace;               /* floats of its own for each synapse, zero when a life begins     */
  int32_t n_pre_state, n_post_state; /* likewise for each pre- and postsynaptic neuron of a layer   */
  int32_t n_plane;               /* planes that prepare writes; 0 where there is no sweep           */
  uint32_t needs;                /* hebb_needs                                                      */
} hebb_rule_shape;

/* One layer at one step. All memory belongs to the host; nothing overlaps. */
typedef struct hebb_layer {
  uint32_t size;
  int32_t index, step;        /* layer, from 0; step of the life, from 0                            */
  int32_t n_lane, n_pre, n_post;
  const uint8_t *live;        /* [lane] 0: over, leave its weights alone; NULL: all live            */
  const uint8_t *mark;        /* [lane] hebb_mark bits of this step; NULL: none                     */
  const float *pre;           /* [lane x pre] presynaptic activity                                  */
  const float *post;          /* [lane x post] postsynaptic activity                                */
  const float *drive;         /* [lane x post] the same before the activation function              */
  const float *pre_before, *post_before; /* NULL unless needed                                      */
  const float *noise;         /* [lane x post] NULL unless needed                                   */
  const float *modulator;     /* [lane x post] NULL unless needed                                   */
  const float *reward;        /* [lane] NULL unless needed                                          */
  const float *coef;          /* [coef x pre x post] evolved, shared by the lanes                   */
  float *weight;              /* [lane x pre x post] changed in place                               */
  float *trace;               /* [lane x trace x pre x post] the rule's own; NULL if n_trace is 0   */
  float *pre_state;           /* [lane x pre_state x pre]                                           */
  float *post_state;          /* [lane x post_state x post]                                         */
} hebb_layer;

/* The fused form: the pending update of the step before and this step's forward pass in one sweep
   over the weights, in an order of operations of its own. Optional: a host may always use `update`
   instead, and `hebb vet` holds the one against the other. */
typedef struct hebb_sweep {
  uint32_t size;
  int32_t index, step;        /* of the forward pass                                                */
  int32_t n_lane, n_pre, n_post;
  uint32_t max_abs;           /* not 0: keep scale so that max |weight x scale| is 1                */
  const uint8_t *live;
  const float *plane;         /* [n_plane x pre x post] what prepare wrote                          */
  const float *pre_pending;   /* [lane x pre] activity of the pending update; NULL: forward only    */
  const float *post_pending;  /* [lane x post]                                                      */
  const float *pre;           /* [lane x pre] of this step; NULL: only flush the pending update     */
  float *drive;               /* [lane x post] written: sum over pre of pre x weight x scale        */
  float *weight;              /* [lane x pre x post] in place                                       */
  float *scale;               /* [lane] in place: factor between stored and true weight             */
} hebb_sweep;

/* ---- learners ---- */

typedef struct hebb_learner_shape {
  uint32_t size;
  size_t state_size;           /* bytes of one life; a block without pointers                       */
  size_t scratch_size;         /* bytes of working memory, one for each worker, contents never kept */
  const hebb_segment *segment; /* [n_segment] what of it is evolved; sizes and names, offsets ignored */
  int32_t n_segment;
  const hebb_array *array;     /* [n_array] named parts of the state, logged like weights           */
  int32_t n_array;
} hebb_learner_shape;

typedef struct hebb_outcome {
  uint32_t size;
  double reward;
  const float *obs;            /* [n_obs] after the step                                            */
  const float *target;         /* [n_target] of the observation that was acted on; NULL: none, as   */
                               /* with an example that is there to test on                          */
  int32_t done, context;       /* hebb_done of the step; context of the observation that was acted  */
                               /* on, -1: none                                                      */
} hebb_outcome;

typedef struct hebb_rule {
  hebb_plugin base;

  /* Synaptic rules. */

  /* Cold [main]: what the config decides. */
  int (*shape)(const void *config, const hebb_host *, hebb_rule_shape *);
  /* Cold [main], optional: cross checks that ranges cannot express. */
  int (*check)(const void *config, const hebb_host *);
  /* Hot [worker]: one step's change of layer->weight. NULL: weights never change in life. */
  void (*update)(const void *config, const hebb_layer *);
  /* Hot [worker], optional: the weight that the forward pass uses, [lane x pre x post], from the
     stored one (weight + alpha x trace, exp weight). */
  void (*effective)(const void *config, const hebb_layer *, float *weight);
  /* Hot [worker], optional pair: coefficients [coef x pre x post] -> planes once for an individual;
     then the fused sweep. */
  void (*prepare)(const void *config, int32_t n_pre, int32_t n_post, const float *coef,
                  float *plane);
  void (*sweep)(const void *config, const hebb_sweep *);

  /* Learners. */

  /* Cold [main]: sizes for an environment. The shape's tables are static, or of host->keep. */
  int (*learner)(const void *config, const hebb_env_shape *, const hebb_host *,
                 hebb_learner_shape *);
  /* Hot [worker]: a life starts from a genome [its segments, in order; NULL or empty where it declares
     none]; state is zeroed. The config and the shape outlive the life. */
  void (*begin)(void *state, const void *config, const hebb_env_shape *, const float *genome,
                uint64_t seed);
  /* Hot [worker], optional: an episode starts. */
  void (*start)(void *state, const float *obs, uint64_t seed);
  /* Hot [worker]: obs [n_obs] -> act [n_act]; of a discrete world one of 0 .. n_choice - 1. */
  void (*act)(void *state, void *scratch, const float *obs, double *act);
  /* Hot [worker], optional: what came of the action; after every step, the last of an episode too. */
  void (*learn)(void *state, void *scratch, const hebb_outcome *);
  /* Hot [worker], optional: the episode is over. */
  void (*end)(void *state, void *scratch);
} hebb_rule;

#ifdef __cplusplus
}
#endif

#endif
