/* inputs.c - reward, action and time as further inputs of the network. */
#include "inputs.h"

#include <string.h>

/* A discrete action is one of n_choice inputs that is 1. */
static int32_t n_action(const hebb_env_shape *shape)
{
  return shape->n_choice > 0 ? shape->n_choice : shape->n_act;
}

int32_t inputs_count(const network_config *config, const hebb_env_shape *shape)
{
  return config->input_reward + (config->input_action ? n_action(shape) : 0) + config->input_time;
}

void inputs_append(const network_config *config, const hebb_env_shape *shape,
                   const float *observation, double reward, const double *act, double time,
                   float *seen)
{
  memcpy(seen, observation, (size_t)shape->n_obs * sizeof *seen);
  seen += shape->n_obs;
  if (config->input_reward)
    *seen++ = act ? (float)reward : 0;
  for (int32_t k = 0; config->input_action && k < n_action(shape); k++)
    *seen++ = !act ? 0 : shape->n_choice > 0 ? (float)((int32_t)act[0] == k) : (float)act[k];
  if (config->input_time)
    *seen = act ? (float)time : 0;
}
