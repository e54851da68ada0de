/* arrays.c - rows of named arrays. */
#include "arrays.h"

#include <stdio.h>

int value_arrays_begin(value_arrays *to, const hebb_host *host, size_t loop, size_t number)
{
  *to = (value_arrays){ .array = host->keep(host, VALUE_MOST_ARRAYS * sizeof *to->array),
                        .name = host->keep(host, VALUE_MOST_ARRAYS * sizeof *to->name),
                        .loop = loop,
                        .number = number };
  if (!to->array || !to->name)
    return host->fail(host, HEBB_ENOMEM, "no memory for the names of arrays");
  to->array[to->n++] = (hebb_array){ .name = "epsilon",
                                     .unit = "1",
                                     .doc = "probability of any action",
                                     .dims = "",
                                     .dtype = HEBB_F64,
                                     .offset = loop + offsetof(value_loop, epsilon) };
  to->array[to->n++] =
      (hebb_array){ .name = "cost",
                    .unit = "1",
                    .doc = "mean squared error of the last batch before its update",
                    .dims = "",
                    .dtype = HEBB_F64,
                    .offset = loop + offsetof(value_loop, cost) };
  return HEBB_OK;
}

void value_arrays_add(value_arrays *to, int32_t layer, int32_t from, int32_t n, int64_t at)
{
  char *name = to->name[to->n];
  snprintf(name, VALUE_NAME, "%s%d", from > 0 ? "weight" : "bias", layer);
  to->array[to->n++] = (hebb_array){
    .name = name,
    .unit = "1",
    .doc = from > 0 ? "weights from the layer below" : "biases of the layer",
    .dims = from > 0 ? "pre post" : "post",
    .dtype = HEBB_F64,
    .rank = from > 0 ? 2 : 1,
    .extent = { from > 0 ? from : n, from > 0 ? n : 0 },
    .offset = to->number + (size_t)at * sizeof(double),
  };
}
