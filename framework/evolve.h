/* evolve.h - generations: ask -> rollouts -> tell -> log -> publish. */
#ifndef HEBB_EVOLVE_H
#define HEBB_EVOLVE_H

#include "history.h"

typedef struct evolve_options {
  const char *folder;       /* where run.h5 goes; exists */
  int32_t n_worker;
  provenance *provenance;   /* its start table grows by a row */
} evolve_options;

typedef struct evolve_result {
  int32_t n_generation; /* done */
  double first_mean, last_mean, best_fitness;
  int32_t best_generation;
  double seconds;
} evolve_result;

/* Runs an experiment to its end, to a signal (EXIT_INTERRUPTED) or to a failure. run.h5 is published
   after the first generation, then every few seconds, and at the end. */
int evolve(const experiment *experiment, const evolve_options *options, evolve_result *result,
           error *err);

#endif
