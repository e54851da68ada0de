/* evolve.h - generations: ask -> rollouts -> tell -> log -> publish. */
#ifndef HEBB_EVOLVE_H
#define HEBB_EVOLVE_H

#include "store.h"

typedef struct evolve_options {
  const char *folder;       /* where run.h5 goes; exists */
  int32_t n_worker;
  provenance *provenance;   /* its last start gets its generation */
  bool resume;              /* goes on with what the folder holds */
  const char *published;    /* run.h5 or the one before, that it goes on from; NULL: from the beginning */
  bool force;               /* goes on where a generation told again leaves another state */
} evolve_options;

typedef struct evolve_result {
  int32_t n_generation; /* done */
  int32_t n_before;     /* of them: before this start, those of the journal included */
  double first_mean, last_mean, best_fitness;
  int32_t best_generation;
  double seconds;
  bool published; /* run.h5 is there, with what was done up to its last publication */
} evolve_result;

/* Runs an experiment to its end, to a signal (EXIT_INTERRUPTED) or to a failure. run.h5 is published
   after the first generation, then every few seconds, and at the end; run.journal holds the generations
   in between. */
int evolve(const experiment *experiment, const evolve_options *options, evolve_result *result,
           error *err);

/* What a run would evolve. */
typedef struct evolve_outline {
  int32_t n_layer, size[EXPERIMENT_MAX_LAYER + 2]; /* neurons, [n_layer + 1]: what the first layer sees first */
  int32_t first;                                   /* of the layers: enum network_first */
  convolution convolution;                         /* before it */
  int64_t n_gene;
} evolve_outline;

/* All of evolve but the first life: worlds, rule, network, genome, memory, optimizer, workers. */
int evolve_check(const experiment *experiment, int32_t n_worker, evolve_outline *outline,
                 error *err);

#endif
