/* table_make.h - the files that a table is made of: runs, evaluations, and whether they are the row's. */
#ifndef HEBB_TABLE_MAKE_H
#define HEBB_TABLE_MAKE_H

#include "table.h"

enum { TABLE_PATH_SIZE = PATH_MAX + 160 };

bool table_is_file(const char *path);

/* The run of a row and seed in a folder, by `hebb run` or, where it was begun, by going on with it. */
int table_make_run(const table_row *row, int64_t seed, const char *folder, int64_t workers, error *err);

/* The row's conditions that an experiment has, each once, sweeps by their names: for `hebb evaluate --condition`.
   word [row->n_cell]; returns their number, 0 as well where the experiment cannot be loaded. */
int32_t table_conditions(const table_row *row, const char *config_toml, const char *file,
                         const char **word);

/* The evaluation of a run.h5 or genome file, into a folder that is made where it is missing. */
int table_make_evaluation(const table_row *row, const char *const *condition, int32_t n_condition,
                          const char *source, const char *folder, const char *output,
                          const table_options *how, error *err);

/* Whether the experiment that a file has inside is the row's as it is now. false: `why` has a sentence.
   Where it cannot be told, and where only conditions differ, true with a sentence in `why`. What a genome
   must share with the row is world, network and rule; a run everything that its result depends on. */
enum { TABLE_WHY_SIZE = 1200 };
bool table_same_experiment(const table_row *row, int64_t seed, const char *config_toml,
                           const char *file, bool genome, char why[TABLE_WHY_SIZE]);

#endif
