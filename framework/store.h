/* store.h - HDF5 files: what is written, as plain arrays. Only store*.c includes hdf5.h.
 *
 * The schema is docs/SCHEMA.md. Every file is built in memory, written beside its place, synced,
 * opened again and compared, and renamed: at every moment what bears the name is complete.
 * All calls are made from the main thread. Status EXIT_IO with a sentence where a write fails.
 */
#ifndef HEBB_STORE_H
#define HEBB_STORE_H

#include <stdint.h>
#include <stdio.h>

#include "history.h"
#include "learning.h"
#include "lifetime.h"
#include "network.h"

/* The schema's version, in every file: a minor number only adds. */
enum { STORE_SCHEMA_MAJOR = 1, STORE_SCHEMA_MINOR = 0, STORE_SCHEMA_PATCH = 0 };

enum { PROVENANCE_MOST_STARTS = 64 }; /* beyond them the second oldest is left out */

/* Where a file comes from: the same for all kinds. */
typedef struct provenance {
  char run_id[37], parent_run_id[37]; /* UUIDs; "" where there is none */
  char created[32];                   /* ISO 8601 */
  const char *command_line;
  int n_threads;
  const char *executor;               /* what the rollouts ran in; NULL: threads */
  int32_t n_start;                    /* rows of the start table */
  double start_time[PROVENANCE_MOST_STARTS]; /* unix seconds of each start or resume */
  int32_t start_generation[PROVENANCE_MOST_STARTS];
  uint8_t start_changed[PROVENANCE_MOST_STARTS]; /* went on with another program or plugin */
} provenance;

typedef struct checkpoint {
  int32_t generation; /* generations done */
  int64_t evaluations;
  const void *state;  /* the optimizer's block */
  size_t state_size;
  const int32_t *synapse_rule; /* [n_synapse] where rules are merged, or NULL */
  int64_t n_synapse;
} checkpoint;

/* Whether a file of that name could be published: asked before the work. EXIT_IO and a sentence. */
int store_can_write(const char *path, error *err);

enum run_status { RUN_RUNNING, RUN_COMPLETE, RUN_INTERRUPTED, RUN_FAILED };

/* Publishes run.h5 in a folder. */
int store_run(const char *folder, enum run_status status, const provenance *,
              const experiment *, const hebb_genome_shape *, const layer_info *layer,
              int32_t n_layer, const convolution *, const history *, const learning *,
              const checkpoint *, error *err);

struct condition;
typedef struct evaluation {
  int32_t n_condition, n_rollout;
  const char *const *condition; /* [n_condition] names */
  char *const *condition_toml;  /* [n_condition] */
  const struct condition **setting;    /* [n_condition] task and events of each; NULL: not said */
  double *total_return;         /* (condition x rollout) each */
  int32_t *length;
  int64_t *seed;
  uint8_t *terminated, *failed;
  const char *genome_source;    /* "run.h5:/genomes/centre@300" */
  char genome_sha256[65];
  int64_t root_seed;            /* that the rollouts' seeds come from */
  int32_t keepbits;
  lifetime *lifetime;           /* [n_lifetime] */
  int32_t n_lifetime;
} evaluation;

int store_evaluation(const char *path, const provenance *, const experiment *,
                     const layer_info *layer, int32_t n_layer, const convolution *,
                     const hebb_env_shape *,
                     const evaluation *, error *err);

/* An environment driven by given actions (`hebb play`): row 0 is the reset. */
typedef struct play {
  const loaded *env;
  const void *env_config;
  const hebb_env_shape *shape;
  int64_t seed;
  int32_t n_row;               /* decisions + 1 */
  double *action;              /* (row x n_act); row 0: zeros, not applied */
  float *observation;          /* (row x n_obs) */
  double *reward, *score;      /* (row) */
  uint8_t *done;               /* (row) */
  void **array;                /* [shape->n_array] (row x extents) in the array's dtype; */
                               /* PER_EPISODE: one row; NULL is left out */
} play;
int store_play(const char *path, const provenance *, const play *, error *err);

/* ---- reading (store_read.c) ---- */

enum genome_pick { GENOME_CENTRE, GENOME_BEST };
typedef struct stored_genome {
  char *config_toml;          /* resolved experiment */
  char run_id[37];
  char source[64];            /* "run.h5:/genomes/centre@300" */
  int32_t generation;
  int64_t n_gene;
  float *gene;
  char sha256[65];            /* of the genes */
} stored_genome;
/* From run.h5 or a genome file; generation < 0: the last kept. */
int store_read_genome(const char *path, enum genome_pick pick, int32_t generation,
                      stored_genome *out, error *err);
void stored_genome_free(stored_genome *genome);

/* A run as it was published, for a run that goes on from it. The history's arrays can be moved into
   another history (set them to NULL here); its task_name is not read. */
typedef struct stored_run {
  char *config_toml, *config_source;
  char **override;            /* [n_override] arguments of --set */
  int32_t n_override;
  int64_t schema[3];
  enum run_status status;
  provenance origin;          /* of the first start; command_line is its own, n_threads is not read */
  char *command_line;         /* origin's */
  char plugin_sha256[3][65];  /* of environment, rule, optimizer */
  char source_sha256[65];     /* of the program that published it last */
  char optimizer[64];
  int32_t generation;         /* generations done */
  int64_t evaluations;
  void *state;                /* the optimizer's block, its checksum was right */
  size_t state_size;
  int32_t *synapse_rule;      /* [n_synapse] which rule each follows, or NULL */
  int64_t n_synapse;
  double *episode_return;     /* [n_learnt] learning curves of the last generation (learning.h) */
  int32_t *episode_length;
  size_t n_learnt;            /* 0: none */
  history history;
} stored_run;
/* scalar: what the optimizer declares now (history.scalar_info); the file must have these. */
int store_read_run(const char *path, const hebb_array *scalar, int32_t n_scalar, stored_run *out,
                   error *err);
void stored_run_free(stored_run *run);
const char *store_source_sha256(void); /* of this program's sources */

/* ---- what tables are made of (store_read_result.c) ---- */

int store_read_status(const char *path, enum run_status *status, error *err);
/* The resolved experiment inside a file of a run; to be freed. */
int store_read_config(const char *path, char **config_toml, error *err);

/* The curves of a run of independent lives; EXIT_MISMATCH where it has none. To be freed with
   learning_done. */
int store_read_learning(const char *path, learning *out, error *err);

typedef struct stored_evaluation {
  char **condition;           /* [n_condition] names */
  int32_t n_condition, n_rollout;
  double *total_return;       /* (condition x rollout) NaN: failed */
  char genome_source[64], genome_sha256[65];
  char *config_toml;          /* resolved experiment */
} stored_evaluation;
int store_read_evaluation(const char *path, stored_evaluation *out, error *err);
void stored_evaluation_free(stored_evaluation *evaluation);

/* `hebb inspect`, on `out`: a tree with dimensions, units and sentences for people; the 1-D series
   of a group side by side as CSV, of /evaluation a row a rollout; every difference from the schema (EXIT_MISMATCH where there is
   one). */
int store_inspect(const char *path, FILE *out, error *err);
int store_inspect_csv(const char *path, const char *group, FILE *out, error *err);
int store_validate(const char *path, FILE *out, error *err);
/* `hebb verify`: that, and that everything can be read, checksums are right and numbers are ones. */
int store_verify(const char *path, FILE *out, error *err);

/* One case of `hebb vet --vectors`: every group with pre, post, coef, weight, weight_after. */
typedef struct vector_case {
  char name[128];
  char rule[64];          /* the plugin it was made for; "" where the file does not say */
  int32_t n_coef, n_pre, n_post, n_trace;
  char coef_name[16][16]; /* planes in the file's order; count 0 where the file has no names */
  int32_t n_coef_name;
  float *pre, *post, *drive, *modulator, *reward; /* NULL: not in the file */
  float *coef, *weight, *trace;
  float *weight_after, *trace_after;
  char **parameter;       /* [n_parameter] "key=value" from the group's attributes: text bare, */
                          /* flags true or false, arrays [1, 2] */
  int32_t n_parameter;
} vector_case;
int store_read_vectors(const char *path, vector_case **out, int32_t *n, error *err);
void vector_cases_free(vector_case *cases, int32_t n);

#endif
