/* rollout.h - one genome lives: worlds, network and rule step by step. Knows neither TOML nor HDF5. */
#ifndef HEBB_ROLLOUT_H
#define HEBB_ROLLOUT_H

#include "arena.h"
#include "event.h"
#include "failure.h"
#include "front.h"
#include "plan.h"
#include "seeds.h"

struct rollout;

/* Looks at a life while it is lived (the recorder of lifetimes). */
typedef struct rollout_observer {
  void *self;
  void (*before)(void *self, const struct rollout *, int32_t step); /* forward pass not yet done      */
  void (*after)(void *self, const struct rollout *, int32_t step);  /* world stepped, weights not yet changed */
  void (*end)(void *self, const struct rollout *, int32_t n_step);
} rollout_observer;

/* One worker's room, for n_lane lives that share a genome. All arrays are slices of one block. */
typedef struct rollout {
  const plan *plan;
  int32_t n_lane;
  int32_t task, episode;               /* being lived */
  arena memory;
  float *genome;                       /* [gene] room for the vector that is lived, where its owner wants one */
  float *expressed;                    /* [gene] what the vector stands for, where that is not itself, or NULL */
  void **sim;                          /* [n_task] */

  hebb_lanes io;                       /* what the world reads and writes */
  double *act;                         /* [lane x n_act] */
  float *observation;                  /* [lane x n_obs] what the network sees */
  float *world_obs;                    /* [lane x n_obs of the world] where inputs are appended, or NULL */
  float *next_obs;                     /* [lane x n_obs] what the world answers, until the rule has seen this step */
  uint64_t *world_seed;                /* [lane] */
  uint8_t *live;                       /* [lane] still running */
  float *reward;                       /* [lane] of this step, as rules see it */

  front_room front;
  float *activity[NETWORK_MAX_LAYER + 1]; /* [lane x n]: what the first dense layer reads (front.h); then each
                                             layer's activity */
  float *before[NETWORK_MAX_LAYER + 1];   /* the same one step earlier, where the rule needs it   */
  float *drive[NETWORK_MAX_LAYER];     /* [lane x post] */
  float *weight[NETWORK_MAX_LAYER];    /* [lane x pre x post] */
  float *weight_before[NETWORK_MAX_LAYER]; /* [lane x pre x post] before an update, of soft_bound; or NULL */
  float *effective[NETWORK_MAX_LAYER]; /* what the forward pass uses; the weights themselves unless the rule says */
  float *room[NETWORK_MAX_LAYER];      /* [coef x pre x post] planes of shared coefficients */
  float *plane[NETWORK_MAX_LAYER];     /* [n_plane x pre x post] as the fused sweep wants them, or NULL */
  float *scale[NETWORK_MAX_LAYER];     /* [lane] fused: factor from the stored to the true weight */
  modulation_room modulation;
  struct {
    char *state;                       /* [lane x stride] of a learner */
    size_t stride;
    char *scratch;
    float *target;                     /* [lane x n_target] of the observation that was acted on */
    int32_t *context;                  /* [lane] likewise; -1: none */
  } learner;
  uint32_t pending;                    /* fused, bit l: layer l's update of the step before is still to be made */
  life_events events;                  /* what is done to this life */
  hebb_layer layer[NETWORK_MAX_LAYER]; /* as the rule sees it */

  double deadline;                     /* on the clock, where lives have a time limit; else infinite */

  // of the last life
  double *total;                       /* [lane] return: sum of the score, mean over episodes */
  int32_t *length;                     /* [lane] decisions, all episodes */
  double *episode_return;              /* [episode] where a life has several in one lane, or NULL */
  int32_t *episode_length;             /* [episode] decisions */
  uint8_t *done;                       /* [lane] enum hebb_done of the last episode */
  uint8_t *failure;                    /* [lane] enum failure_kind */
  const char **why;                    /* [lane] where it failed */
} rollout;

int rollout_new(const plan *p, int32_t n_lane, rollout **out, error *err);
void rollout_free(rollout *r);
size_t rollout_bytes(const plan *p, int32_t n_lane); /* what rollout_new would allocate */

/* A lane's true weights [pre x post], for an observer. */
void rollout_copy_weights(const rollout *r, int32_t layer, int32_t lane, float *weight);

/* Lives one life in every lane; results are in total, length, done, failure, why. */
void rollout_life(rollout *r, int32_t task, const float *vector, const rollout_seeds *seeds,
                  const rollout_observer *observer);

/* The same with events, in a rollout of one lane; vector is not r->genome. */
void rollout_life_with(rollout *r, int32_t task, const float *vector, const rollout_seeds *seeds,
                       const event *list, int32_t n_event, const rollout_observer *observer);

#endif
