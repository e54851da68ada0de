/* policy_config.h - what policy_ep can be asked for, and its two variants behind one set of calls. */
#ifndef ACTOR_POLICY_CONFIG_H
#define ACTOR_POLICY_CONFIG_H

#include <hebb/rule.h>

enum variant { VARIANT_ADVANTAGE, VARIANT_TECOT };
enum output { OUTPUT_READOUT, OUTPUT_SOFTMAX };
enum dynamics { DYNAMICS_AUTOMATIC, DYNAMICS_FIRST }; /* then those of ep_kind */
enum scale { SCALE_RUNNING, SCALE_NONE };
enum timeout { TIMEOUT_BOOTSTRAP, TIMEOUT_END };

typedef struct config {
  int64_t layers, hidden, free_steps, nudged_steps, episodes, horizon, critic_hidden, critic_passes;
  int64_t anneal, window;
  int32_t variant, activation, output, initial, dynamics, estimator, scale, timeout, norm, critic;
  bool hebbian;
  double gain, dt, tolerance, beta, gamma, lambda, norm_memory, entropy, rate, beta1, beta2, epsilon;
  double critic_rate, floor, fall;
} config;

/* The calls of a learner, of one variant. Both states begin with an int32_t: the variant. */
int advantage_learner(const config *, const hebb_env_shape *, const hebb_host *, hebb_learner_shape *);
void advantage_begin(void *state, const config *, const hebb_env_shape *, uint64_t seed);
void advantage_start(void *state, uint64_t seed);
void advantage_act(void *state, void *scratch, const float *obs, double *out);
void advantage_learn(void *state, void *scratch, const hebb_outcome *);
void advantage_end(void *state, void *scratch);

int tecot_learner(const config *, const hebb_env_shape *, const hebb_host *, hebb_learner_shape *);
void tecot_begin(void *state, const config *, const hebb_env_shape *, uint64_t seed);
void tecot_start(void *state, uint64_t seed);
void tecot_act(void *state, void *scratch, const float *obs, double *out);
void tecot_learn(void *state, void *scratch, const hebb_outcome *);
void tecot_end(void *state, void *scratch);

#endif
