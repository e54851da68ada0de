/* task_lives.h - many lives of a scripted policy in one of the tasks that want learning, for tests. */
#ifndef HEBB_TASK_LIVES_H
#define HEBB_TASK_LIVES_H

#include "hebb/rng.h"
#include "stage.h"

/* Writes s->act[lane] from what the lane last saw, earned and did. mind: zeroed when the life begins;
   how: the same for all lives. */
typedef void (*policy)(stage *s, int32_t lane, void *mind, const void *how);

typedef struct estimate {
  double mean, error; /* of the returns; error: of the mean, one standard deviation */
  double least, most;
} estimate;

enum { MOST_MIND = 512 };

/* The returns of n_life lives with seeds 1, 2, ...; `end` (or NULL) gets every finished one. */
estimate task_lives(const char *env, const char *const *set, int32_t n_life, policy act,
                    const void *how, void (*end)(stage *s, int32_t lane, void *mind, double total));

/* Whether the mean is `value`, as far as so many lives can tell. */
bool task_near(const estimate *e, double value);

#endif
