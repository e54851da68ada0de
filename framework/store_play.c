/* store_play.c - what an environment did under given actions, row by row; row 0 is the reset. */
#include "store_hdf5.h"

#include <stdio.h>
#include <stdlib.h>

void store_put_interface(store_group *group, const hebb_env_shape *shape)
{
  // a name for each number, where the environment has them
  store_scale(group, "observation_index", shape->n_obs);
  if (shape->obs_name)
    store_note(group, "observation_index", "names", STORE_TEXT, shape->n_obs, shape->obs_name);
  store_scale(group, "action_index", shape->n_act);
  if (shape->act_name)
    store_note(group, "action_index", "names", STORE_TEXT, shape->n_act, shape->act_name);
}

/* Beside done, whose values other tools do not know. */
static void put_terminated(store_group *group, const play *played)
{
  uint8_t *terminated = malloc((size_t)played->n_row);
  for (int32_t t = 0; terminated && t < played->n_row; t++)
    terminated[t] = played->done[t] == HEBB_TERMINATED;
  if (terminated)
    store_put(group, "terminated", terminated);
  else
    store_no_memory(group->writer, "terminated");
  free(terminated);
}

int store_play(const char *path, const provenance *p, const play *played, error *err)
{
  char title[256];
  store_writer writer;
  const hebb_env_shape *shape = played->shape;

  store_begin(&writer, STORE_PLAY, path, err);
  snprintf(title, sizeof title, "environment %s under given actions", played->env->plugin->name);
  store_put_root(&writer, RUN_COMPLETE, title, p, "", played->seed, played->env->plugin->cite);

  store_group group = store_open_group(&writer, "/play");
  store_attribute_real(&group, "dt", shape->step_seconds);
  store_scale(&group, "t", played->n_row);
  store_put_interface(&group, shape);
  store_put(&group, "action", played->action);
  store_put(&group, "observation", played->observation);
  store_put(&group, "reward", played->reward);
  if (played->score)
    store_put(&group, "score", played->score);
  store_put(&group, "done", played->done);
  put_terminated(&group, played);
  for (int32_t k = 0; played->array && k < shape->n_array; k++) {
    const hebb_array *array = &shape->array[k];
    if (played->array[k])
      store_put_named(&group, array, array->flags & HEBB_ARRAY_PER_EPISODE ? NULL : "t",
                      store_type_of(array->dtype), shape->array, shape->n_array, played->array[k]);
  }
  store_close_group(&group);

  group = store_open_group(&writer, "/plugins");
  store_close_group(&group);
  store_put_plugin(&writer, "environment", played->env, played->env_config, NULL);
  store_put_provenance(&writer, p, NULL);
  return store_publish(&writer);
}
