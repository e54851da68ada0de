/* hebb/env.h - an environment: the world an agent lives in.
 *
 * Life of the objects: open (one model for each task) -> make (one sim for each worker) ->
 * { reset -> step, step, ... } as often as wanted -> drop -> close.
 * A sim advances n_lane lanes, which are independent lives that share nothing but the call.
 */
#ifndef HEBB_ENV_H
#define HEBB_ENV_H

#include "plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

enum hebb_done {
  HEBB_RUNNING = 0,
  HEBB_TERMINATED = 1, /* the task ended it: fallen, solved, stopped early                        */
  HEBB_TRUNCATED = 2,  /* max_steps                                                                */
  HEBB_FAILED = 3      /* the simulation broke; `why` says how; the rollout is void                */
};

enum hebb_mark { HEBB_TRIAL_BEGIN = 1, HEBB_TRIAL_END = 2, HEBB_EVENT = 4 };

/* How a network's raw output becomes an action; proposed by the environment for each output,
   overridden by [network] action. */
enum hebb_action {
  HEBB_ACTION_CLIP = 0,    /* the output itself, clipped to act_low .. act_high                    */
  HEBB_ACTION_TANH = 1,    /* tanh                                                                 */
  HEBB_ACTION_SIGMOID = 2, /* 1 / (1 + exp -x)                                                     */
  HEBB_ACTION_ARGMAX = 3,  /* discrete: the largest of n_choice outputs, the first of equal ones   */
  HEBB_ACTION_SAMPLE = 4   /* discrete: drawn from their softmax                                   */
};

/* What open says of the world. Pointers belong to the plugin and live until close. */
typedef struct hebb_env_shape {
  uint32_t size;                  /* set by the host to its sizeof before open                     */
  int32_t n_obs;                  /* length of an observation                                      */
  int32_t height, width, channel; /* height 0: a vector; else an image, n_obs = product            */
  int32_t n_act;                  /* numbers in an action; 1 where discrete                        */
  int32_t n_choice;               /* > 0: discrete, the action is 0 .. n_choice - 1                */
  const float *act_low, *act_high; /* [n_act] bounds; NULL where discrete                          */
  const uint32_t *act_map;        /* [n_act] hebb_action; NULL: clip, or argmax where discrete     */
  const char *const *obs_name, *const *act_name; /* [n_obs] [n_act] labels; NULL: none             */
  int32_t n_target;               /* length of a supervised target; 0: none                        */
  int32_t n_context;              /* number of task contexts; 0: none                              */
  int32_t max_steps;              /* decisions in an episode at most (burn-in excluded)            */
  int32_t has_score;              /* not 0: `score` is written, and it is what fitness sums        */
  double step_seconds;            /* of one decision; 0 where time has no meaning                  */
  double solved;                  /* return from which the task counts as solved; NaN: none        */
  const hebb_array *array;        /* [n_array] named quantities: pose, joints, track, metrics      */
  int32_t n_array;
} hebb_env_shape;

/* Where lanes read and write: memory of the host, contiguous, last index fastest. */
typedef struct hebb_lanes {
  uint32_t size;
  int32_t n_lane;
  const uint8_t *select; /* [lane] reset: begin only lanes with 1; NULL: all                       */
  const double *act;     /* [lane x n_act] step: finite; beyond the bounds the environment clips   */
  float *obs;            /* [lane x n_obs] written by reset and step                               */
  double *reward;        /* [lane] written by step                                                 */
  double *score;         /* [lane] written by step where has_score: what the paper sums            */
  float *target;         /* [lane x n_target] of the observation beside it, written by reset and     */
                         /* step; NaN in the first number: none of this observation (it is there to  */
                         /* test on); NULL where n_target is 0                                       */
  int32_t *context;      /* [lane] likewise; NULL where n_context is 0                             */
  uint8_t *done;         /* [lane] hebb_done: cleared by reset, set by reset (FAILED) and step. A  */
                         /* lane whose done is set is left alone by step                           */
  uint8_t *mark;         /* [lane] hebb_mark bits of this step; the host clears them before        */
  const char **why;      /* [lane] static text where FAILED                                        */
} hebb_lanes;

typedef struct hebb_env {
  hebb_plugin base;

  /* Cold [main]: checks the config, fills the shape, builds what is constant. The model is then
     read-only and shared by all workers; the config outlives it. An open that refuses may have set
     n_obs, n_act and n_choice: the network is then checked against them all the same. */
  int (*open)(const void *config, const hebb_host *, hebb_env_shape *, void **model);
  void (*close)(void *model); /* NULL: nothing to free */

  /* Cold [main]: one sim with n_lane lanes. */
  int (*make)(void *model, int32_t n_lane, const hebb_host *, void **sim);
  void (*drop)(void *sim);

  /* Hot [worker]: begins the selected lanes. Pure in seed[lane]: equal seeds, equal lives. */
  void (*reset)(void *sim, const uint64_t *seed, const hebb_lanes *);

  /* Hot [worker]: one decision of every running lane: act -> obs, reward, done. */
  void (*step)(void *sim, const hebb_lanes *);

  /* Optional; NULL: not offered. */

  /* Hot [worker]: the current value of shape.array[array], in its dtype, to out. */
  void (*read)(void *sim, int32_t lane, int32_t array, void *out);
  /* Hot [worker]: a picture of the lane, rgb [height x width x 3]; HEBB_OK or a status. */
  int (*draw)(void *sim, int32_t lane, int32_t width, int32_t height, uint8_t *rgb);
  /* Hot [worker]: another model of the same plugin in mid-life (a leg is lost), between two steps; HEBB_OK
     or a status. reset goes back to the sim's own. */
  int (*retarget)(void *sim, int32_t lane, void *model);
} hebb_env;

#ifdef __cplusplus
}
#endif

#endif
