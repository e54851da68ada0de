/* env_shape.h - what an environment, perhaps a stranger's, says of its world: opened and checked
 * before anything is made of it. */
#ifndef HEBB_ENV_SHAPE_H
#define HEBB_ENV_SHAPE_H

#include "error.h"
#include "hebb/env.h"

enum { ENV_MOST_NUMBERS = 1 << 19 }; /* in an observation, an action, a target or a quantity */
enum { ENV_MOST_ARRAYS = 64, ENV_SENTENCE_SIZE = 256 };

/* Opens a world and checks its shape. EXIT_PLUGIN where that makes no sense: a model is then to be
   closed all the same; where the plugin refuses, *model is NULL. Of a shape that is not to be had
   n_obs, n_act and n_choice are left. where: begins the sentences. */
int env_open(const hebb_env *env, const void *config, const char *where, hebb_env_shape *shape,
             void **model, error *err);

/* A shape as open is to be given it: its size, and what is not said. */
hebb_env_shape env_shape_blank(void);

/* Whether a network can be built from what an environment counts. */
bool env_shape_countable(const hebb_env_shape *shape);

/* Whether a shape makes sense; otherwise `fault` says what does not. */
bool env_shape_sound(const hebb_env *env, const hebb_env_shape *shape,
                     char fault[ENV_SENTENCE_SIZE]);

/* Whether one network and one worker's room serve both worlds; otherwise `difference` says what `b`
   has instead: "4 observations instead of 3". */
bool env_shapes_alike(const hebb_env_shape *a, const hebb_env_shape *b,
                      char difference[ENV_SENTENCE_SIZE]);

/* Numbers in a named quantity, and its bytes; 0 where type, rank or an extent makes no sense. */
int64_t env_array_count(const hebb_array *array);
size_t env_array_bytes(const hebb_array *array);

#endif
