/* experiment_set.c - "rule.share=network": --set arguments as the last document of a tree.
 *
 * A value is read as TOML and, where it is none, taken as the text that it is.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiment_tree.h"
#include "param.h"

enum { MOST_PARTS = 8 };

/* A node and all below it have no place in a file, only the name of their --set. */
static void forget_lines(toml_node *node)
{
  for (; node; node = node->next) {
    node->line = 0;
    forget_lines(node->child);
  }
}

/* A value as TOML reads it, or, where it is none, as the text that it is. The document's only
   key is v. */
static toml_node *read_value(const char *value, const char *label, error *err)
{
  error scratch = { 0 };
  char *line = NULL;
  size_t size;

  FILE *out = open_memstream(&line, &size);
  if (!out)
    return NULL;
  fprintf(out, "v = %s", value);
  fclose(out);
  toml_node *root = toml_read_text(line, size, label, &scratch);
  free(line);
  if (root && root->child && !root->child->next)
    return root;
  toml_free(root);

  scratch = (error){ 0 };
  if (!(out = open_memstream(&line, &size)))
    return NULL;
  fputs("v = ", out);
  param_write_string(value, out);
  fclose(out);
  root = toml_read_text(line, size, label, &scratch);
  free(line);
  if (!root)
    error_add(err, EXIT_CONFIGURATION, "%s: the value is no text in UTF-8", label);
  return root;
}

static bool good_path(const char *path, size_t length)
{
  int parts = 1;
  for (size_t i = 0; i < length; i++) {
    const bool edge = i == 0 || i + 1 == length || path[i - 1] == '.';
    parts += path[i] == '.';
    if (path[i] == '.' ? edge
                       : !isalnum((unsigned char)path[i]) && path[i] != '_' && path[i] != '-')
      return false;
  }
  return length > 0 && parts <= MOST_PARTS;
}

/* Wraps `value` into the tables of "a.b.c": the innermost part becomes its key. */
static toml_node *wrap(toml_node *value, const char *path, size_t length, const char *file)
{
  const char *dot = memrchr(path, '.', length);
  const char *key = dot ? dot + 1 : path;
  free(value->key);
  value->key = strndup(key, length - (size_t)(key - path));
  if (!value->key) {
    toml_free(value);
    return NULL;
  }
  if (!dot)
    return value;
  toml_node *table = calloc(1, sizeof *table);
  if (!table) {
    toml_free(value);
    return NULL;
  }
  table->kind = TOML_TABLE;
  table->file = file;
  table->child = value;
  return wrap(table, path, (size_t)(dot - path), file);
}

/* What a file says of itself, and is done with before any --set. */
static bool of_a_file(const char *key, size_t length)
{
  const size_t first = strcspn(key, ".=");
  return first <= length && ((first == 6 && memcmp(key, "schema", 6) == 0) ||
                             (first == 7 && memcmp(key, "extends", 7) == 0));
}

/* One "key.key=value" as a document of the tree, merged into `all`. */
static int add_override(experiment_tree *tree, toml_node *all, const char *argument, error *err)
{
  char label[160], shown[PARAM_SHOWN_SIZE];
  const char *equals = strchr(argument, '=');
  const size_t length = equals ? (size_t)(equals - argument) : 0;

  param_shown(argument, shown);
  if (!equals || !good_path(argument, length) || length > 120)
    return error_add(err, EXIT_CONFIGURATION, "--set '%s': wants TABLE.KEY=VALUE, as in %s", shown,
                     "--set run.seed=2");
  if (of_a_file(argument, length))
    return error_add(err, EXIT_CONFIGURATION,
                     "--set %.*s: schema and extends are said by the file alone; write it there",
                     (int)length, argument);
  if (!equals[1])
    return error_add(err, EXIT_CONFIGURATION, "--set '%s': has no value behind '='", shown);
  snprintf(label, sizeof label, "--set %.*s", (int)length, argument);

  tree_document *d = tree_add_document(tree, err);
  toml_node *root = d ? read_value(equals + 1, label, err) : NULL;
  if (!root)
    return err->status ? err->status : error_add(err, EXIT_RUN_FAILED, "%s: no memory", label);
  d->root = root;
  toml_node *value = tree_take_first(root);
  forget_lines(value);
  if (value->kind != TOML_TEXT && !value->child)
    value->text = strdup(equals + 1);
  toml_node *wrapped = wrap(value, argument, length, root->file);
  if (!wrapped)
    return error_add(err, EXIT_RUN_FAILED, "%s: no memory", label);
  root->child = wrapped;
  tree_merge(all, root, 0);
  return EXIT_FINE;
}

/* A key of [env] that --set gives holds in every task: what a file's task says of it goes. A task
   that is itself a --set keeps what it says. */
static void give_up_keys(toml_node *tasks, const toml_node *env)
{
  for (toml_node *task = tasks ? tasks->child : NULL; task; task = task->next) {
    toml_node *own = toml_find(task, "env");
    for (toml_node **link = own ? &own->child : NULL; link && *link;) {
      toml_node *child = *link;
      if (!child->key || strcmp(child->key, "plugin") == 0 || !toml_find(env, child->key)) {
        link = &child->next;
        continue;
      }
      *link = child->next;
      child->next = NULL;
      toml_free(child);
    }
  }
}

int tree_override(experiment_tree *tree, const char *const *override, int32_t n, error *err)
{
  int status = tree_begin(tree, err);
  toml_node *all = status ? NULL : toml_read_text("", 0, "", err);
  if (!all)
    return err->status;
  for (int32_t i = 0; i < n; i++) {
    const int one = add_override(tree, all, override[i], err);
    status = status ? status : one;
  }
  give_up_keys(toml_find(tree->root, "task"), toml_find(all, "env"));
  tree_merge(tree->root, all, 0);
  toml_free(all);
  return status;
}
