/* experiment_tree.h - what the experiment_*.c files share: the merged TOML tree, and what an
 * experiment owns beside its public part. */
#ifndef HEBB_EXPERIMENT_TREE_H
#define HEBB_EXPERIMENT_TREE_H

#include <limits.h>

#include "experiment.h"
#include "toml.h"

/* One file, text or --set that went into a tree; keeps the names that the tree's nodes point to. */
typedef struct tree_document {
  toml_node *root;
  char *folder; /* for relative plugin paths; NULL: the current one */
  char *text;   /* as the user wrote it; NULL for a --set */
} tree_document;

typedef struct experiment_tree {
  toml_node *
      root; /* all documents merged; of a text or number given by --set, `text` is what was typed */
  tree_document *document;
  int32_t n_document;
} experiment_tree;

/* Reads a file (a path, or an installed experiment) and all that it extends, each before what
   extends it. */
int tree_read_file(experiment_tree *tree, const char *name, error *err);
int tree_read_text(experiment_tree *tree, const char *text, const char *label, const char *base,
                   error *err);

/* Puts "key.key=value" arguments on top. */
int tree_override(experiment_tree *tree, const char *const *override, int32_t n, error *err);

/* The node of a dotted key ("network.weights"), or NULL. */
const toml_node *tree_find(const experiment_tree *tree, const char *key);

/* The folder that a relative path in this node means; NULL: the current one. */
const char *tree_folder(const experiment_tree *tree, const toml_node *node);

/* Every document as written, each after a comment with its name; caller frees. NULL: no memory. */
char *tree_source(const experiment_tree *tree);

void tree_free(experiment_tree *tree);

/* The pieces of which the above is made. begin: an empty root. add_document: NULL and a sentence
   without memory. merge: moves all children of `from` into `into`; depth 0: the top of a
   document. */
int tree_begin(experiment_tree *tree, error *err);
tree_document *tree_add_document(experiment_tree *tree, error *err);
void tree_merge(toml_node *into, toml_node *from, int depth);
toml_node *tree_take_first(toml_node *table);

/* Where a node stands, to begin a sentence with: "first.toml:12:1", "--set rule.share". */
enum { TREE_PLACE_SIZE = EXPERIMENT_WHERE_SIZE };
const char *tree_place(const toml_node *node, char buffer[TREE_PLACE_SIZE]);

/* The same with what it is about: "first.toml:12:1: rule.share", "--set rule.share". */
const char *tree_where(const toml_node *node, const char *path, char buffer[TREE_PLACE_SIZE]);

/* ---- experiment_find.c ---- */

/* The file of an experiment: a path, or a name in the installed experiments/
   ("najarro-2020/ant-abcd", with or without ".toml"). base: folder for relative paths. */
int experiment_find(const char *name, const char *base, const char *where, char path[PATH_MAX],
                    error *err);

/* ---- the other experiment_*.c ---- */

/* What experiment.memory points to. */
typedef struct experiment_memory {
  experiment_tree tree;  /* texts of the configs point into it */
  void *env_config;      /* [env] alone, before any task's values */
  const char *plugin[4]; /* by kind: what the resolved TOML says; owned by block */
  char *name;            /* of the run, where it comes from the file's name */
  void **block;          /* [n_block] more to free */
  int32_t n_block;
} experiment_memory;

/* Puts the value of a node into a row's field; path: "rule.share". */
int experiment_set(const hebb_param *row, void *config, const toml_node *node, const char *path,
                   error *err);

/* Whether two configs have the same value in a row. */
bool experiment_same_value(const hebb_param *row, const void *a, const void *b);

/* Fills in resolved and sha256. */
int experiment_resolve(experiment *e, error *err);

#endif
