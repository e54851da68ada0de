/* network.h - dense layers: shapes, initial weights, the one forward pass, weight post-processing.
 * Convolutions and an LSTM may come before them, and the first may read its own activity (front.h).
 *
 * Layer l maps n_pre activities to n_post: drive = sum over pre of activity x weight, post =
 * activation(drive). Weights are (pre x post). Nothing here allocates.
 */
#ifndef HEBB_NETWORK_H
#define HEBB_NETWORK_H

#include "convolution.h"
#include "hebb/rng.h"
#include "lstm.h"

/* How drive becomes postsynaptic activity. PER_OUTPUT: as action_map says, output by output. */
enum { NETWORK_PER_OUTPUT = ACTIVATION_LINEAR + 1 };

typedef struct network_layer {
  int32_t n_pre, n_post;
  int32_t activation; /* enum activation or NETWORK_PER_OUTPUT */
  int32_t n_modulatory; /* of n_pre, the last: they gate plasticity and do not drive (modulation.h) */
} network_layer;

/* One layer of the network, for /network and for recorded weights. */
typedef struct layer_info {
  char name[24]; /* "layer0" */
  const char *kind, *activation;
  const uint32_t *action_map; /* [n_post] enum hebb_action, where activation is NULL: as the action */
  int32_t n_pre, n_post;
  int32_t n_modulatory; /* as in network_layer */
  int32_t n_lstm_in;    /* of the first: what the LSTM reads whose outputs it gets; 0: there is none */
  bool plastic;
} layer_info;

enum { NETWORK_MAX_LAYER = EXPERIMENT_MAX_LAYER + 1 };

typedef struct network {
  int32_t n_layer;
  network_layer layer[NETWORK_MAX_LAYER];
  convolution convolution; /* n_layer 0: the observation itself goes to the first layer */
  lstm lstm;               /* of the hidden layers the first, where it is one; layer[] are the others */
  int32_t n_recurrent;     /* neurons of layer 0 that are its last inputs, one step later: all, or 0 */
  int32_t n_obs, n_out, n_act, n_choice; /* n_obs: with what inputs.h appends */
  uint32_t *action_map; /* [n_out] enum hebb_action; owned by the network           */
  float *low, *high;    /* [n_out] bounds of the action; infinite where it has none */
  weights_config weights;
  float *sign[NETWORK_MAX_LAYER]; /* [pre] +-1: Dale's law; or NULL. One block of memory, of layer 0 */
  bool non_negative;    /* what hidden neurons make of their drive is cut off at zero */
} network;

/* Shapes and maps from the experiment's choices and the environment's shape; its convolutions must fit. */
int network_build(network *net, const network_config *config, const weights_config *weights,
                  const hebb_env_shape *shape, error *err);

/* Whether its outputs become actions that the environment takes; where: begins the sentence. */
int network_check(const network *net, const char *where, error *err);
void network_done(network *net);

int64_t network_synapses(const network *net); /* of all dense layers */

/* Neurons of what comes in, then of every layer, an LSTM included; returns the number of layers. */
int32_t network_sizes(const network *net, int32_t size[NETWORK_MAX_LAYER + 1]);

/* A layer's fresh weights [pre x post] for one life; evolved: those of the genome where init says so. */
void network_start_weights(const network *net, int32_t layer, const hebb_address *life,
                           const float *evolved, float *weight);

/* The same draw for n values of a distribution, for a layer of n_pre x n_post. */
void network_draw(const weights_config *weights, int32_t n_pre, int32_t n_post,
                  const hebb_address *address, float *weight);

/* One layer, one lane: drive [n_post] -> post [n_post]. */
void network_activate(const network *net, int32_t layer, const float *drive, float *post);

/* The whole of it: pre [n_pre] -> drive [n_post], post [n_post]. */
void network_forward(const network *net, int32_t layer, const float *pre, const float *weight,
                     float *drive, float *post);

/* Dale's law: which presynaptic neurons inhibit, drawn from the run's seed where the weights ask for it. */
int network_draw_signs(network *net, uint64_t seed, error *err);

/* What is done to a layer's weights [pre x post] after every update; sign [pre]: of Dale's law, or NULL;
   before [pre x post]: the weights before the update, of soft_bound alone. */
void network_after_update(const weights_config *weights, const float *sign, int32_t n_pre,
                          int32_t n_post, const float *before, float *weight);

/* Whether a fused sweep does what is done to weights, as it is told by max_abs. */
bool network_can_sweep(const weights_config *weights);

/* The last layer's drive [n_out] -> action [n_act]; u in (0, 1) decides where it is sampled. */
void network_act(const network *net, const float *drive, float u, double *act);

#endif
