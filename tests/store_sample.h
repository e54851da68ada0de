/* store_sample.h - small files of every kind, made by hand: what test_store reads back and what
 * test_hdf5.sh opens in Python. */
#ifndef HEBB_STORE_SAMPLE_H
#define HEBB_STORE_SAMPLE_H

#include "store.h"

enum {
  SAMPLE_GENERATION = 7,
  SAMPLE_INDIVIDUAL = 4,
  SAMPLE_TASK = 2,
  SAMPLE_GENE = 18,
  SAMPLE_KEPT = 3, /* generations 1, 3 and 6 */
  SAMPLE_STEP = 600,
  SAMPLE_WEIGHT_ROW = 301, /* every second step, and after the last */
  SAMPLE_PRE = 3,
  SAMPLE_POST = 2,
  SAMPLE_ROW = 6
};

typedef struct sample_state { /* the optimizer's block */
  double sigma, own_scalar;
  float mean[SAMPLE_GENE];
  int32_t tries[SAMPLE_POST][SAMPLE_PRE];
} sample_state;

extern const hebb_plugin sample_rule_head;
extern sample_state sample_optimizer_state;

const experiment *sample_experiment(void);
const provenance *sample_provenance(void);
history *sample_history(void);       /* of SAMPLE_GENERATION generations; static storage */
learning *sample_learning(void);     /* curves of their last generation; static storage */
float sample_gene(int kind, int32_t row, int64_t gene); /* kind 0: centre, 1: best */
checkpoint sample_checkpoint(void);

/* Each writes one file and returns the status. */
int sample_write_run(const char *folder, error *err);
int sample_write_evaluation(const char *path, int32_t keepbits, error *err);
int sample_write_play(const char *path, error *err);

#endif
