/* plan.h - what an experiment becomes before the first life: opened worlds, network, genome. Constant
 * from then on, and shared by all workers. */
#ifndef HEBB_PLAN_H
#define HEBB_PLAN_H

#include "condition.h"
#include "learner.h"
#include "modulation.h"

typedef struct world {
  void *model; /* the environment plugin's, of one task */
  hebb_env_shape shape;
} world;

typedef struct plan {
  const experiment *experiment; /* not owned */
  world *world;                 /* [n_task] */
  hebb_rule_shape rule;        /* of a synaptic rule */
  learner learner;             /* where the rule owns the agent: network then has no layers */
  network network;
  genome genome;
  modulation modulation;
  condition_list conditions;    /* what an evaluation can go through */
  bool plastic;                 /* weights change in life */
  bool fused;                   /* pending update and forward pass in one sweep */
} plan;

/* Opens every task's world, asks the rule, and builds one network and its genome. ALL that is wrong
   goes into err, each with its place in the file. */
int plan_open(const experiment *experiment, plan **out, error *err);

/* The same, but leaves what there is of a plan that cannot be had, so that more can be said about
   the experiment. Close it in any case; *out may be NULL. */
int plan_try(const experiment *experiment, plan **out, error *err);

/* Whether the experiment's plugins can be called from so many threads. */
int plan_check_workers(const experiment *experiment, int32_t n_worker, error *err);

/* Whether it got as far as a genome. */
bool plan_has_genome(const plan *p);

void plan_close(plan *p);

/* The layers as files describe them: [network.n_layer]. */
void plan_layers(const plan *p, layer_info layer[NETWORK_MAX_LAYER]);

#endif
