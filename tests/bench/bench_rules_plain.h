/* bench_rules_plain.h - the synaptic rules as one would first write them, compiled without vectorisation. */
#ifndef HEBB_BENCH_RULES_PLAIN_H
#define HEBB_BENCH_RULES_PLAIN_H

#include <hebb/rule.h>

/* One lane, the defaults of each rule (moving_average: a window of 1); effective [pre x post] is written by
   plain_trace alone. */
void plain_abcd(const hebb_layer *, float *effective);
void plain_oja(const hebb_layer *, float *effective);
void plain_bcm(const hebb_layer *, float *effective);
void plain_differential(const hebb_layer *, float *effective);
void plain_general(const hebb_layer *, float *effective);
void plain_neurons(const hebb_layer *, float *effective);
void plain_trace(const hebb_layer *, float *effective);
void plain_multiplicative(const hebb_layer *, float *effective);
void plain_taylor(const hebb_layer *, float *effective);

#endif
