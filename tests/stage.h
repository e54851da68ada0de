/* stage.h - an environment plugin of this build with all its lanes' memory, for tests. */
#ifndef HEBB_STAGE_H
#define HEBB_STAGE_H

#include "error.h"
#include "hebb/env.h"

typedef struct stage {
  const hebb_env *env;
  void *config, *model, *sim;
  hebb_env_shape shape;
  int32_t n_lane;
  double *act, *reward, *score;
  float *obs, *target;
  int32_t *context;
  uint8_t *done, *mark;
  const char **why;
} stage;

/* Parameters as stage_open wants them: SET("env.a=1", "env.b=2"). */
#define SET(...) ((const char *[]){ __VA_ARGS__, NULL })

/* Opens a plugin by name with parameters "env.KEY=VALUE" (NULL ends them; or set is NULL). Where it
   is refused, `err` has the sentences and NULL is returned; without err that ends the program. */
stage *stage_open(const char *env, int32_t n_lane, const char *const *set, error *err);
void stage_close(stage *s);

hebb_lanes stage_lanes(stage *s); /* all of them */
void stage_reset(stage *s, const uint64_t *seed);
void stage_reset_all(stage *s, uint64_t seed); /* the same seed in every lane */
void stage_step(stage *s);

/* Index of a named quantity; ends the test program where there is none. */
int32_t stage_array(const stage *s, const char *name);
void stage_read(stage *s, int32_t lane, const char *name, void *out);

#endif
