/* learner_life.h - a life of a learner as a host would begin it, driven by hand. */
#ifndef TESTS_LEARNER_LIFE_H
#define TESTS_LEARNER_LIFE_H

#include "hebb/rule.h"

typedef struct learner_life {
  const hebb_rule *rule;
  void *config, *state, *scratch;
  hebb_env_shape world;
  hebb_learner_shape shape;
} learner_life;

/* A learner of this build in a world of choices (0: one continuous action); parameters by KEY, value pairs, NULL ends
   them. false: refused, and learner_life_why says why. */
bool learner_life_begin(learner_life *, const char *name, int32_t n_obs, int32_t n_choice, uint64_t seed,
                        const char *const *set);
const char *learner_life_why(void);
void learner_life_end(learner_life *);

/* A named array of doubles, or NULL. */
const double *learner_life_array(const learner_life *, const char *name);

int learner_life_act(learner_life *, const float *obs);
void learner_life_learn(learner_life *, const float *obs, double reward, int32_t done);

#endif
