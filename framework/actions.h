/* actions.h - a file of actions: one row a decision, columns separated by commas. */
#ifndef HEBB_ACTIONS_H
#define HEBB_ACTIONS_H

#include "error.h"
#include "hebb/env.h"

typedef struct actions {
  double *value; /* (row x n_act) */
  int32_t n_row;
} actions;

/* Reads and checks against the world's shape. A first row that begins with no number is a row of
   names; empty rows do not count. What does not fit is refused with FILE:LINE. */
int actions_read(const char *path, const hebb_env_shape *shape, actions *out, error *err);
void actions_free(actions *a);

#endif
