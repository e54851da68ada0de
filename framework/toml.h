/* toml.h - a TOML document as a plain C tree; toml++ stays behind it. Used by experiment_*.c
   alone. */
#ifndef HEBB_TOML_H
#define HEBB_TOML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

typedef enum toml_kind {
  TOML_TABLE = 1,
  TOML_ARRAY,
  TOML_TEXT,
  TOML_INTEGER,
  TOML_REAL,
  TOML_BOOLEAN,
  TOML_DATE /* dates and times: no parameter takes one */
} toml_kind;

/* Children of a table carry keys; children of an array have key NULL. Siblings are a linked list in
   the order of the file. */
typedef struct toml_node {
  toml_kind kind;
  char *key;
  const char *file; /* name of the document, as given; lives as long as the tree */
  int line, column; /* of the key where there is one, else of the value, from 1  */
  char *text;       /* TOML_TEXT */
  int64_t integer;  /* TOML_INTEGER */
  double real;      /* TOML_REAL; of an integer too */
  bool boolean;     /* TOML_BOOLEAN */
  struct toml_node *child, *next;
} toml_node;

/* Reads a document: NULL and a sentence `file:line:column: what` where it is no TOML. Files above
   1 MiB and keys nested deeper than 64 are refused before the parser sees them. */
toml_node *toml_read_file(const char *path, error *err);
toml_node *toml_read_text(const char *text, size_t length, const char *name, error *err);
void toml_free(toml_node *node);

/* The text of a regular file of at most 1 MiB, to be freed; NULL and a sentence otherwise. */
char *toml_load_file(const char *path, size_t *length, error *err);

toml_node *toml_find(const toml_node *table, const char *key);

#endif
