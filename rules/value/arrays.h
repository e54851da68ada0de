/* arrays.h - the named arrays of learners of value: weights and biases layer by layer, and what the loop knows. */
#ifndef VALUE_ARRAYS_H
#define VALUE_ARRAYS_H

#include "loop.h"

enum { VALUE_MOST_ARRAYS = 40, VALUE_NAME = 16 };

typedef struct value_arrays {
  hebb_array *array;
  char (*name)[VALUE_NAME];
  size_t loop, number; /* where the state has its value_loop, and its doubles: bytes */
  int32_t n;
} value_arrays;

/* Cold. Begins with epsilon and cost; HEBB_ENOMEM: no memory. */
int value_arrays_begin(value_arrays *, const hebb_host *, size_t loop, size_t number);

/* Weights into layer l [from x to], or (from 0) its biases [to], at a double of the state. */
void value_arrays_add(value_arrays *, int32_t layer, int32_t from, int32_t to, int64_t at);

#endif
