/* experiment_build.h - what is shared while an experiment is being built from its tree. */
#ifndef HEBB_EXPERIMENT_BUILD_H
#define HEBB_EXPERIMENT_BUILD_H

#include "experiment_tree.h"

typedef struct building {
  experiment *e;
  experiment_memory *own;
  const char *file; /* to begin a sentence with where there is no better place */
  error *err;
} building;

/* Zeroed memory that lives as long as the experiment; NULL and a sentence where there is none. */
void *building_take(building *b, size_t size);
char *building_take_text(building *b, const char *text);

/* Reads the tree into the experiment; what is wrong goes to err, and nothing stops at the first. */
void experiment_build(building *b);

/* A name for files and tables, or a sentence. */
void building_check_label(building *b, const char *text, const char *where);

/* An environment's config: base with the values of `env` (NULL: none) on top. table: "task.env"; label:
   "task 'intact'". NULL where base is, or there is no memory. */
void *building_read_env(building *b, const void *base, const toml_node *env, const char *table,
                        const char *label);

/* ---- experiment_condition.c ---- */
void experiment_read_conditions(building *b);

/* ---- experiment_value.c ---- */

/* "a table", "a number" */
const char *value_kind(const toml_node *node);

/* What may stand in a table. */
enum { MOST_KNOWN = 640 };
typedef struct vocabulary {
  const char *known[MOST_KNOWN];
  size_t n;
} vocabulary;
void vocabulary_add(vocabulary *v, const char *key);
void vocabulary_add_rows(vocabulary *v, const hebb_param *rows);
bool vocabulary_has(const vocabulary *v, const char *key);

/* "unknown key ...", with the nearest known one. help: what `hebb describe` explains the table
   by. */
void value_refuse_key(const toml_node *node, const char *table, const vocabulary *v,
                      const char *help, error *err);

/* Whether a node is a table; a sentence where it is something else. */
bool value_is_table(const toml_node *node, const char *path, error *err);

#endif
