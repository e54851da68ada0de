/* life.h - an experiment opened for a benchmark: its plan, and one worker's room for a life. */
#ifndef HEBB_BENCH_LIFE_H
#define HEBB_BENCH_LIFE_H

#include <stdio.h>
#include <stdlib.h>

#include "rollout.h"

/* The networks of Najarro & Risi (2020), ABCD with learning rate: the ant's, 61,440 genes, in lives that
   nothing ends early; and one of the car's size, 456,640 genes, in a world that costs nothing (wide.c). */
#define LIFE_EXPERIMENT(env, layers)                                                               \
  "schema = 1\n[run]\nname = \"bench\"\ngenerations = 1000\n[env]\n" env                           \
  "[network]\nlayers = " layers "\n[rule]\nplugin = \"abcd\"\n"                                    \
  "[optimizer]\nplugin = \"openai_es\"\npopulation = 8\n"
#define LIFE_ANT LIFE_EXPERIMENT("plugin = \"ant\"\nstop = \"none\"\n", "[128, 64]")
#define LIFE_CAR LIFE_EXPERIMENT("plugin = \"wide\"\n", "[128, 64]")

/* The ant of gym's Ant-v4 (dt 0.01 s x 5, RK4) under the papers' 28 numbers. */
#define LIFE_RK4                                                                                   \
  "env.physics=\"gym\"", "env.integrator=\"rk4\"", "env.timestep=0.01", "env.substeps=5"

typedef struct life {
  experiment *e;
  plan *p;
  rollout *r;
} life;

/* set [n_set]: "KEY=VALUE". What cannot be opened ends the program. */
static inline void life_open(life *l, const char *toml, const char *const *set, int32_t n_set)
{
  static error err;
  if (experiment_load_text(toml, "bench", NULL, set, n_set, &l->e, &err) == EXIT_FINE &&
      plan_open(l->e, &l->p, &err) == EXIT_FINE && rollout_new(l->p, 1, &l->r, &err) == EXIT_FINE)
    return;
  error_print(&err);
  exit(1);
}

static inline void life_close(life *l)
{
  rollout_free(l->r);
  plan_close(l->p);
  experiment_free(l->e);
}

#endif
