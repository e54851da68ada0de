/* inputs.h - what a network sees beside the world's observation: the reward, the action, the time. They
 * are appended to it in this order, each where [network] asks for it. */
#ifndef HEBB_INPUTS_H
#define HEBB_INPUTS_H

#include "experiment.h"

/* How many numbers are appended. */
int32_t inputs_count(const network_config *config, const hebb_env_shape *shape);

/* A lane's observation [n_obs] -> seen [n_obs + inputs_count]. reward, act [n_act]: of the step before; act
   NULL: an episode starts, and all of it is zero. time: 0 to 1, from an episode's start to max_steps. */
void inputs_append(const network_config *config, const hebb_env_shape *shape, const float *observation,
                   double reward, const double *act, double time, float *seen);

#endif
