/* cmd_folds.h - leave one out: a run for each task, trained on all the others. */
#ifndef HEBB_CMD_FOLDS_H
#define HEBB_CMD_FOLDS_H

#include "cmd.h"
#include "experiment.h"

typedef struct folds_options {
  const char *experiment;   /* as it was named */
  const char *folder;       /* where the folds' folders go; NULL: runs/NAME/folds-SEED */
  const word_list *set;     /* the user's --set */
  int64_t workers;
  bool force;               /* begin all folds anew */
} folds_options;

/* Runs what is not finished yet, one fold after another, evaluates each in all tasks, and prints the table. */
int cmd_folds(const folds_options *options, const experiment *experiment, error *err);

#endif
