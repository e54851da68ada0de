/* cmd_evaluate.h - an evaluation that another command makes and reads. */
#ifndef HEBB_CMD_EVALUATE_H
#define HEBB_CMD_EVALUATE_H

#include "cmd.h"
#include "store.h"

/* As hebb evaluate with these arguments; `see` gets the numbers once they are printed. */
int cmd_evaluate_and_show(int argc, char **argv, void (*see)(void *self, const evaluation *), void *self,
                          error *err);

#endif
