/* experiment_value.c - one key of a table: its value into a row's field, or why not. */
#include <stdio.h>
#include <string.h>

#include "experiment_build.h"
#include "param.h"

/* ---- one value ---- */

const char *value_kind(const toml_node *node)
{
  static const char *const name[] = { "",         "a table",  "an array",      "a text",
                                      "a number", "a number", "true or false", "a date" };
  return name[node->kind];
}

static int set_element(const hebb_param *row, void *config, uint32_t index, const toml_node *node,
                       const char *where, error *err)
{
  switch (node->kind) {
  case TOML_INTEGER: return param_set_integer(row, config, index, node->integer, where, err);
  case TOML_REAL: return param_set_real(row, config, index, node->real, where, err);
  case TOML_BOOLEAN: return param_set_boolean(row, config, node->boolean, where, err);
  case TOML_TEXT: return param_set_text(row, config, node->text, where, err);
  default: return param_refuse(row, value_kind(node), where, err);
  }
}

static int set_array(const hebb_param *row, void *config, const toml_node *node, const char *path,
                     error *err)
{
  char where[TREE_PLACE_SIZE], found[48], element[128];
  uint32_t n = 0;
  int status = EXIT_FINE;

  tree_where(node, path, where);
  for (const toml_node *child = node->child; child; child = child->next)
    n++;
  if (row->count == 1)
    return param_refuse(row, "an array", where, err);
  if (!(row->flags & PARAM_LIST) && n != row->count) {
    snprintf(found, sizeof found, "an array of %u", n);
    return param_refuse(row, found, where, err);
  }
  if (row->flags & PARAM_LIST && (status = param_set_length(row, config, n, where, err)))
    return status;
  hebb_param single = *row; // so that messages speak of one number
  single.count = 1;
  single.flags = 0;
  n = 0;
  for (const toml_node *child = node->child; child; child = child->next, n++) {
    snprintf(element, sizeof element, "%.100s[%u]", path, n);
    const int one = set_element(&single, config, n, child, tree_where(child, element, where), err);
    status = status ? status : one;
  }
  return status;
}

int experiment_set(const hebb_param *row, void *config, const toml_node *node, const char *path,
                   error *err)
{
  char where[TREE_PLACE_SIZE];
  tree_where(node, path, where);

  if (node->kind == TOML_ARRAY)
    return set_array(row, config, node, path, err);
  // whatever --set gives a text parameter is text, 2020 and true included
  if ((row->type == HEBB_TYPE_TEXT || row->type == HEBB_TYPE_CHOICE) && node->text)
    return param_set_text(row, config, node->text, where, err);
  if (row->flags & PARAM_LIST) {
    const int status = param_set_length(row, config, 1, where, err);
    return status ? status : set_element(row, config, 0, node, where, err);
  }
  int status = EXIT_FINE;
  for (uint32_t i = 0; i < row->count && !status; i++)
    status = set_element(row, config, i, node, where, err);
  return status;
}

/* ---- known and unknown keys ---- */

void vocabulary_add(vocabulary *v, const char *key)
{
  if (v->n < MOST_KNOWN)
    v->known[v->n++] = key;
}

void vocabulary_add_rows(vocabulary *v, const hebb_param *rows)
{
  for (; rows && rows->key; rows++)
    vocabulary_add(v, rows->key);
}

bool vocabulary_has(const vocabulary *v, const char *key)
{
  for (size_t i = 0; i < v->n; i++)
    if (strcmp(v->known[i], key) == 0)
      return true;
  return false;
}

void value_refuse_key(const toml_node *node, const char *table, const vocabulary *v,
                      const char *help, error *err)
{
  char place[TREE_PLACE_SIZE], shown[PARAM_SHOWN_SIZE], hint[160];
  const char *near = param_nearest(node->key, v->known, v->n);

  if (near)
    snprintf(hint, sizeof hint, "did you mean '%s'?", near);
  else
    snprintf(hint, sizeof hint, "see 'hebb describe %s'", help);
  error_add(err, EXIT_CONFIGURATION, "%s: unknown key '%s' in [%s]; %s", tree_place(node, place),
            param_shown(node->key, shown), table, hint);
}

bool value_is_table(const toml_node *node, const char *path, error *err)
{
  char where[TREE_PLACE_SIZE];
  if (node && node->kind != TOML_TABLE)
    error_add(err, EXIT_CONFIGURATION, "%s: is a table, [%s], not %s",
              tree_where(node, path, where), path, value_kind(node));
  return node && node->kind == TOML_TABLE;
}
