/* bench.h - what this machine does with an experiment: its speed, what the whole run would take, and where
 * the time goes. Nothing is kept of the lives that are lived for it. */
#ifndef HEBB_BENCH_H
#define HEBB_BENCH_H

#include "network.h"

/* What workers spend their time on; shares of all sum to 1. */
enum bench_share {
  BENCH_ENV,     /* resets and steps of the environment                                             */
  BENCH_NETWORK, /* forward passes, rule, and the loop around them                                  */
  BENCH_BEGIN,   /* genome -> coefficients, first weights                                           */
  BENCH_ASK,     /* the optimizer draws genomes                                                     */
  BENCH_TELL,    /* the optimizer learns                                                            */
  BENCH_REST,    /* workers wait for each other                                                     */
  N_BENCH_SHARE
};

typedef struct bench_options {
  int32_t n_worker;
  double seconds; /* about so long it measures; one life for each worker at least */
} bench_options;

typedef struct bench_result {
  int32_t n_layer, size[NETWORK_MAX_LAYER + 1]; /* neurons, observation first */
  int32_t first;           /* of the layers: enum network_first */
  convolution convolution; /* before them */
  int64_t n_gene;
  int32_t n_train; /* tasks */
  bool fused;      /* rule and forward pass in one sweep */

  int64_t n_life, n_failed; /* lived by the workers; a life is one individual in one task */
  const char *why;          /* the first of those failed, or NULL */
  bool whole;               /* a whole generation was lived, not a part of it */
  double seconds;           /* that measuring took */
  double processor;         /* share of their time that workers had a processor: 1 where no other program ran */

  double steps_per_second; /* decisions of all workers, in a generation like the first */
  double length, most;     /* decisions of a life: mean in the first generation; as many as there can be */
  double generation, longest_generation; /* seconds: like the first; of lives of full length */
  double run, longest_run; /* seconds: all generations, each like that */
  double share[N_BENCH_SHARE];
  int64_t peak_bytes; /* of memory that this process has had */
  double run_bytes;   /* of memory that a whole run takes for itself, beside its worlds */
} bench_result;

/* Lives the first generation with so many workers, again and again or in part, then takes some of its lives
   apart on one thread. EXIT_INTERRUPTED where a signal asks for the end. */
int bench(const experiment *experiment, const bench_options *options, bench_result *result,
          error *err);

#endif
