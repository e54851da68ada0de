/* table.h - a published table as data: its rows, what was published, and ours beside it.
 *
 * A row is an experiment with its seeds; a cell is one number of it: the mean return in a condition (what =
 * "evaluate"), or what the lives of a rule that learns by itself came to (what = "learning").
 */
#ifndef HEBB_TABLE_H
#define HEBB_TABLE_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#include "error.h"
#include "stats.h"

enum table_what { TABLE_EVALUATE, TABLE_LEARNING };

enum table_quantity {
  TABLE_RETURN,         /* of a condition: mean return */
  TABLE_SOLVED,         /* lives that solved the task, of all */
  TABLE_SOLVED_EPISODE, /* the episode at which those did: median */
  TABLE_FINAL_RETURN,   /* mean return of the last window of episodes: mean over lives */
  TABLE_BEST_RETURN     /* of the best window */
};

/* What the spread of a number is over. */
enum table_over { TABLE_OVER_NOTHING, TABLE_OVER_ROLLOUTS, TABLE_OVER_SEEDS, TABLE_OVER_LIVES };

typedef struct table_number {
  bool known;
  double value;     /* a mean, a median, or a share of n */
  double sd;        /* NaN: none */
  interval bounds;  /* 95 %; NaN: none */
  int64_t n, count; /* of a share: count of n */
  int over;         /* enum table_over */
} table_number;

typedef struct table_cell {
  const char *name, *label; /* condition or quantity; as it is shown */
  char base[96];            /* of a condition: without the step of a sweep, " at 40" */
  int quantity;             /* enum table_quantity */
  const char *claim;        /* what is published in words, or NULL */
  table_number published, ours;
  char missing[96]; /* why there is no number of ours: "no such experiment" */
} table_cell;

typedef struct table_row {
  const char *name, *experiment, *note; /* note: NULL or a sentence */
  char folder[80];                      /* of its runs, below the table's */
  char path[PATH_MAX];                  /* of the experiment; "": there is none */
  const char *genome;                   /* a file of the row's genome, or NULL */
  char genome_path[PATH_MAX];           /* "": there is none */
  int what;                             /* enum table_what */
  const char **set;                     /* [n_set] "key=value" */
  int32_t n_set;
  int64_t *seed; /* [n_seed] run.seed */
  int32_t n_seed;
  int64_t rollouts; /* 0: as the experiment says */
  table_cell *cell; /* [n_cell] */
  int32_t n_cell;
  bool wanted; /* --row */

  /* ours, filled in */
  int32_t n_found, n_rollout; /* seeds whose files were used; rollouts of each, the fewest */
  int64_t n_failed;           /* rollouts that failed and are not counted */
  char *files;                /* the files read, by spaces; NULL: none */
  char *remark;               /* sentences about what is missing; NULL: none */
} table_row;

typedef struct table {
  char name[NAME_MAX];              /* of the file, without ".toml" */
  const char *title, *paper, *note; /* paper, note: may be NULL */
  const char *reference;            /* what heads the numbers beside ours: "published" */
  table_row *row;                   /* [n_row] */
  int32_t n_row;
  void *memory; /* the file's text, that the names point into */
} table;

/* Reads a table file. ALL that is wrong with it goes into err. name: a path, or an installed table's. */
int table_read(const char *name, table *out, error *err);
void table_free(table *t);
/* Every installed table, by its name without ".toml". */
void table_scan(void (*each)(const char *name, const char *path, void *arg), void *arg);

typedef struct table_options {
  const char *runs; /* folder of ROW/seed-S/run.h5 */
  bool train;       /* what is missing */
  int64_t rollouts; /* 0: as row and experiment say */
  int64_t workers;
} table_options;

/* Finds, and where that is asked for makes, the runs and evaluations of every wanted row, and fills in
   ours. What fails is printed and does not stop the rest; the first failure's status is returned. */
int table_fill(table *t, const table_options *how, error *err);

enum table_format { TABLE_TEXT, TABLE_MARKDOWN, TABLE_LATEX, TABLE_CSV };
/* command: how to make it again. */
int table_print(const table *t, int format, const char *command, FILE *out, error *err);
void table_print_csv(const table *t, const char *command, FILE *out); /* table_csv.c */
const char *table_over_name(const table_number *number);               /* "seeds"; "": not known */

/* Of samples: fills in ours of a cell (table_sample.c). sample [n]: lives, seeds or rollouts; sorted in place. */
void table_put_mean(table_cell *cell, double *sample, size_t n, int over);
void table_put_lives(table_cell *cell, double *sample, size_t n);

/* The words of a quantity in a table file ("solved_episode"), and as it is shown. */
const char *table_quantity_name(int quantity);
const char *table_quantity_label(int quantity);

#endif
