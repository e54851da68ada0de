/* plan.h - what an experiment becomes before the first life: opened worlds, network, genome. Constant
 * from then on, and shared by all workers. */
#ifndef HEBB_PLAN_H
#define HEBB_PLAN_H

#include "genome.h"
#include "store.h"

typedef struct world {
  void *model; /* the environment plugin's, of one task */
  hebb_env_shape shape;
} world;

typedef struct plan {
  const experiment *experiment; /* not owned */
  world *world;                 /* [n_task] */
  hebb_rule_shape rule;
  network network;
  genome genome;
  bool plastic;                 /* weights change in life */
} plan;

/* Opens every task's world and checks that all fit one network. */
int plan_open(const experiment *experiment, plan **out, error *err);
void plan_close(plan *p);

/* The layers as files describe them: [network.n_layer]. */
void plan_layers(const plan *p, store_layer layer[NETWORK_MAX_LAYER]);

#endif
