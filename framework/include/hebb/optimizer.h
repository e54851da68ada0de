/* hebb/optimizer.h - an optimizer: evolves the genome. Fitness is always maximised.
 *
 * The population is never stored: ask is pure in (state, i), so any worker may draw any candidate at
 * any time. The state is one block without pointers: a checkpoint is its bytes.
 */
#ifndef HEBB_OPTIMIZER_H
#define HEBB_OPTIMIZER_H

#include "plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

enum hebb_role {
  HEBB_ROLE_COEFFICIENT = 1, /* of a synaptic rule                                                  */
  HEBB_ROLE_WEIGHT = 2,      /* a weight that the rule leaves alone (static network, convolution, LSTM) */
  HEBB_ROLE_START = 3,       /* the weight that a plastic synapse starts a life with                */
  HEBB_ROLE_MODULATOR = 4,   /* of a modulatory neuron                                              */
  HEBB_ROLE_LEARNER = 5      /* whatever a learner declares                                         */
};

enum hebb_share {
  HEBB_SHARE_EACH = 1,    /* one gene for each synapse          */
  HEBB_SHARE_PRE = 2,     /* one for each presynaptic neuron    */
  HEBB_SHARE_POST = 3,    /* one for each postsynaptic neuron   */
  HEBB_SHARE_LAYER = 4,   /* one for the layer                  */
  HEBB_SHARE_NETWORK = 5, /* one for the network                */
  HEBB_SHARE_TABLE = 6    /* one for each row of a rule table   */
};

/* A named piece of the genome. Order in the genome: convolutions; an LSTM; then layer, then coefficient,
   then (pre x post). */
typedef struct hebb_segment {
  const char *name;        /* "layer0_A"                                                            */
  const char *coefficient; /* "A", "eta", "weight"                                                  */
  uint32_t role, share;    /* hebb_role, hebb_share                                                 */
  int32_t layer;           /* -1: the whole network, a convolution or an LSTM                       */
  int32_t rows, cols;      /* (pre x post) of the layer; of a table (synapses of the network x 1);  */
                           /* (count x 1) where shared otherwise; of a convolution                  */
                           /* (out x (in x ky x kx)); of an LSTM (pre x (i, f, g, o of all units))  */
  int64_t offset, count;   /* genes                                                                 */
  const int32_t *rule;     /* [rows x cols] of a table: the gene that each synapse follows; or NULL */
  float sigma, rate;       /* factors on the optimizer's own step size and learning rate            */
} hebb_segment;

/* Owned by the host; valid as long as the state. */
typedef struct hebb_genome_shape {
  uint32_t size;
  int32_t n_segment;
  int64_t n_gene;
  const float *start; /* [n_gene] where evolution begins */
  const hebb_segment *segment;
} hebb_genome_shape;

typedef struct hebb_optimizer {
  hebb_plugin base;

  /* Cold [main]: bytes of the state; 0: refused (init then says why). */
  size_t (*state_size)(const void *config, const hebb_genome_shape *, int32_t population);
  /* Cold [main]: fills the zeroed state, which copies what it needs of config and shape. */
  int (*init)(void *state, const void *config, const hebb_genome_shape *, int32_t population,
              uint64_t seed, const hebb_host *);

  /* Hot [any]: candidate i of 0 .. population - 1, genome [n_gene]. Pure. */
  void (*ask)(const void *state, int32_t i, float *genome);
  /* [main], may not allocate: fitness [population], finite. What is worth splitting goes through the
     pool by gene range, so that every sum over individuals runs in one order. */
  void (*tell)(void *state, const float *fitness, const hebb_pool *);
  /* [any]: the present estimate of the optimum, genome [n_gene]. */
  void (*centre)(const void *state, float *genome);

  /* Optional; NULL: not offered. */

  /* [any]: describes the k-th labelled part of the state (mean, sigma, ...); 1, or 0 past the last.
     Parts of rank 0 (scalars) are logged every generation; the names sigma, learning_rate (as the
     generation used them, read before tell), gradient_norm and update_norm (read after it) are known
     to every reader. */
  int (*array)(const void *state, int32_t k, hebb_array *);
  /* Cold [main]: the genome changes between generations (rules merged): new gene g inherits the state
     of old gene map[g], -1: none; its value is to->start[g]. state has room for the larger of both. */
  int (*reshape)(void *state, const hebb_genome_shape *from, const hebb_genome_shape *to,
                 const int64_t *map, const hebb_host *);
} hebb_optimizer;

#ifdef __cplusplus
}
#endif

#endif
