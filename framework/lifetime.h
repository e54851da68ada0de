/* lifetime.h - one recorded life, as plain arrays. */
#ifndef HEBB_LIFETIME_H
#define HEBB_LIFETIME_H

#include "hebb/plugin.h"

typedef struct lifetime_array { /* a named quantity (pose, joints, ...), as float32 */
  const hebb_array *info;
  float *value;                 /* (step x product of extents); where info->flags say PER_EPISODE:
                                   one row, of the first episode */
} lifetime_array;
typedef struct lifetime {
  int32_t condition, rollout;
  int64_t seed;
  double total_return, step_seconds;
  int32_t n_step, weight_stride, n_weight_step;
  int32_t *weight_step;         /* (weight_step) */
  float **weight;               /* [layer] (weight_step x pre x post): used by the forward pass */
  float **activation;           /* [layer] (step x post) */
  float *lstm;                  /* (step x n_lstm) output of the LSTM before the layers; NULL: none */
  float **modulator;            /* [layer] (step x post): of the update that followed; NULL: none */
  float *observation;           /* (step x n_obs) what the network saw */
  float *action;                /* (step x n_act) */
  float *reward, *score;        /* (step) */
  int32_t *episode;             /* (step) of a life of several episodes; NULL: one */
  int32_t n_layer, n_lstm, n_obs, n_act, n_array;
  lifetime_array *array;        /* [n_array] */
  int32_t n_part;
  lifetime_array *part;         /* [n_part] of a learner's state: (weight_step x product of extents) */
} lifetime;

#endif
