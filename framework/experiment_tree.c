/* experiment_tree.c - from files to one TOML tree.
 *
 * `extends` names files that come before the one that says so: tables merge, everything else
 * replaces. A file that names another plugin starts that plugin's table anew, hebb's own keys in it
 * apart: the old plugin's parameters mean nothing to the new one.
 */
#include "experiment_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "param.h"

enum { MOST_DOCUMENTS = 64, MOST_EXTENDS = 16 };

/* ---- places ---- */

const char *tree_place(const toml_node *node, char buffer[TREE_PLACE_SIZE])
{
  if (node->line)
    snprintf(buffer, TREE_PLACE_SIZE, "%.400s:%d:%d", node->file, node->line, node->column);
  else
    snprintf(buffer, TREE_PLACE_SIZE, "%.400s", node->file);
  return buffer;
}

const char *tree_where(const toml_node *node, const char *path, char buffer[TREE_PLACE_SIZE])
{
  char place[TREE_PLACE_SIZE];
  const char *space = strchr(node->file, ' ');
  if (!node->line && space && strcmp(space + 1, path) == 0) // "--set rule.share" has said it
    return tree_place(node, buffer);
  snprintf(buffer, TREE_PLACE_SIZE, "%.400s: %.200s", tree_place(node, place), path);
  return buffer;
}

/* ---- merging ---- */

toml_node *tree_take_first(toml_node *table)
{
  toml_node *child = table->child;
  if (child) {
    table->child = child->next;
    child->next = NULL;
  }
  return child;
}

static void append(toml_node *table, toml_node *child)
{
  toml_node **end = &table->child;
  while (*end)
    end = &(*end)->next;
  *end = child;
}

/* Whether `key` in table `name` is hebb's and not the plugin's. */
static bool host_key(const char *name, const char *key)
{
  const experiment_table *table = experiment_table_find(name);
  return table && param_find(table->rows, key);
}

/* Forgets the old plugin's keys where the newer table names another plugin. */
static void drop_plugin_keys(toml_node *old, const toml_node *newer)
{
  const toml_node *before = toml_find(old, "plugin"), *after = toml_find(newer, "plugin");
  if (!before || !after || before->kind != TOML_TEXT || after->kind != TOML_TEXT ||
      strcmp(before->text, after->text) == 0)
    return;
  for (toml_node **link = &old->child; *link;) {
    toml_node *child = *link;
    if (host_key(old->key, child->key)) {
      link = &child->next;
      continue;
    }
    *link = child->next;
    child->next = NULL;
    toml_free(child);
  }
}

void tree_merge(toml_node *into, toml_node *from, int depth)
{
  toml_node *child;
  while ((child = tree_take_first(from))) {
    toml_node *old = toml_find(into, child->key);
    if (!old) {
      append(into, child);
    } else if (old->kind == TOML_TABLE && child->kind == TOML_TABLE) {
      if (depth == 0)
        drop_plugin_keys(old, child);
      tree_merge(old, child, depth + 1);
      old->file = child->file, old->line = child->line, old->column = child->column;
      toml_free(child);
    } else {
      // takes the old one's place; the old content leaves with the new node's shell
      toml_node *next = old->next, *content = old->child;
      char *key = old->key, *text = old->text;
      *old = *child;
      old->next = next;
      child->next = NULL;
      child->key = key, child->text = text, child->child = content;
      toml_free(child);
    }
  }
}

/* ---- documents ---- */

tree_document *tree_add_document(experiment_tree *tree, error *err)
{
  tree_document *grown =
      realloc(tree->document, (size_t)(tree->n_document + 1) * sizeof *tree->document);
  if (!grown) {
    error_add(err, EXIT_RUN_FAILED, "memory: no room for the experiment");
    return NULL;
  }
  tree->document = grown;
  tree_document *d = &grown[tree->n_document++];
  *d = (tree_document){ 0 };
  return d;
}

/* The chain of files that are being read, each because the one before extends it. */
typedef struct reading {
  const struct reading *by;
  char *real; /* absolute path; "" for a text */
  int depth;
} reading;

static int read_document(experiment_tree *tree, char *text, size_t length, const char *name,
                         char *folder, const reading *r, error *err);

static int read_path(experiment_tree *tree, const char *path, const reading *r, error *err)
{
  size_t length;
  char *text = toml_load_file(path, &length, err);
  if (!text)
    return err->status;
  const char *slash = strrchr(path, '/');
  char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
  if (!folder) {
    free(text);
    return error_add(err, EXIT_RUN_FAILED, "%s: no memory to read it", path);
  }
  return read_document(tree, text, length, path, folder, r, err);
}

/* Reads one file that `entry` of a document's extends names. */
static int read_extended(experiment_tree *tree, const toml_node *entry, const char *folder,
                         const reading *by, error *err)
{
  char where[TREE_PLACE_SIZE], path[PATH_MAX];

  tree_where(entry, "extends", where);
  if (entry->kind != TOML_TEXT)
    return error_add(err, EXIT_CONFIGURATION, "%s: wants file names in quotes", where);
  const int status = experiment_find(entry->text, folder, where, path, err);
  if (status)
    return status;

  const reading r = { by, realpath(path, NULL), by->depth + 1 };
  if (!r.real)
    return error_add(err, EXIT_CONFIGURATION, "%s: '%s' cannot be opened", where, path);
  for (const reading *other = by; other; other = other->by)
    if (strcmp(other->real, r.real) == 0) {
      free(r.real);
      return error_add(err, EXIT_CONFIGURATION, "%s: '%s' in the end extends itself", where, path);
    }
  if (r.depth > MOST_EXTENDS || tree->n_document >= MOST_DOCUMENTS) {
    free(r.real);
    return error_add(err, EXIT_CONFIGURATION,
                     "%s: too many files that extend each other (%d in a row, %d in all)", where,
                     MOST_EXTENDS, MOST_DOCUMENTS);
  }

  const int result = read_path(tree, path, &r, err);
  free(r.real);
  return result;
}

static int read_extends(experiment_tree *tree, const toml_node *extends, const char *folder,
                        const reading *r, error *err)
{
  int status = EXIT_FINE;
  if (extends->kind != TOML_ARRAY)
    return read_extended(tree, extends, folder, r, err);
  for (const toml_node *entry = extends->child; entry; entry = entry->next) {
    const int one = read_extended(tree, entry, folder, r, err);
    status = status ? status : one;
  }
  return status;
}

static int check_schema(const toml_node *root, error *err)
{
  char where[TREE_PLACE_SIZE];
  const toml_node *schema = toml_find(root, "schema");
  if (!schema || (schema->kind == TOML_INTEGER && schema->integer == 1))
    return EXIT_FINE;
  return error_add(err, EXIT_CONFIGURATION, "%s: this hebb reads schema = 1 only",
                   tree_where(schema, "schema", where));
}

/* Parses a document and merges it into the tree, what it extends first. Owns text and folder. */
static int read_document(experiment_tree *tree, char *text, size_t length, const char *name,
                         char *folder, const reading *r, error *err)
{
  tree_document *d = tree_add_document(tree, err);
  if (!d) {
    free(text);
    free(folder);
    return EXIT_RUN_FAILED;
  }
  toml_node *root = toml_read_text(text, length, name, err);
  *d = (tree_document){ root, folder, text };
  if (!root)
    return err->status;

  int status = check_schema(root, err);
  const toml_node *extends = toml_find(root, "extends");
  if (extends) {
    const int base = read_extends(tree, extends, folder, r, err);
    status = status ? status : base;
  }
  toml_node *child, *table = root->child;
  for (root->child = NULL; (child = table);) { // without the two keys that are now done with
    table = child->next;
    child->next = NULL;
    if (strcmp(child->key, "schema") == 0 || strcmp(child->key, "extends") == 0)
      toml_free(child);
    else
      append(root, child);
  }
  tree_merge(tree->root, root, 0);
  return status;
}

int tree_begin(experiment_tree *tree, error *err)
{
  tree->root = tree->root ? tree->root : toml_read_text("", 0, "", err);
  return tree->root ? EXIT_FINE : err->status;
}

int tree_read_file(experiment_tree *tree, const char *name, error *err)
{
  char path[PATH_MAX];
  int status = tree_begin(tree, err);
  if (!status)
    status = experiment_find(name, NULL, "", path, err);
  if (status)
    return status;

  const reading r = { NULL, realpath(path, NULL), 0 };
  status = r.real ? read_path(tree, path, &r, err)
                  : error_add(err, EXIT_CONFIGURATION, "%s: cannot be opened", path);
  free(r.real);
  return status;
}

int tree_read_text(experiment_tree *tree, const char *text, const char *label, const char *base,
                   error *err)
{
  const int status = tree_begin(tree, err);
  if (status)
    return status;
  char none[] = "", *own = strdup(text), *folder = strdup(base ? base : ".");
  const reading r = { NULL, none, 0 };
  if (own && folder)
    return read_document(tree, own, strlen(own), label, folder, &r, err);
  free(own);
  free(folder);
  return error_add(err, EXIT_RUN_FAILED, "%s: no memory to read it", label);
}

const toml_node *tree_find(const experiment_tree *tree, const char *key)
{
  const toml_node *node = tree->root;
  char part[64];
  while (node && *key) {
    const size_t length = strcspn(key, ".");
    snprintf(part, sizeof part, "%.*s", (int)length, key);
    node = toml_find(node, part);
    key += length + (key[length] == '.');
  }
  return node;
}

const char *tree_folder(const experiment_tree *tree, const toml_node *node)
{
  for (int32_t i = 0; i < tree->n_document; i++)
    if (tree->document[i].root && tree->document[i].root->file == node->file)
      return tree->document[i].folder;
  return NULL;
}

char *tree_source(const experiment_tree *tree)
{
  char *source = NULL;
  size_t size;
  FILE *out = open_memstream(&source, &size);
  if (!out)
    return NULL;
  for (int32_t i = 0; i < tree->n_document; i++) {
    const tree_document *d = &tree->document[i];
    if (!d->text)
      continue;
    const size_t length = strlen(d->text);
    fprintf(out, "# ---- %s ----\n%s%s", d->root ? d->root->file : "", d->text,
            length && d->text[length - 1] != '\n' ? "\n" : "");
  }
  return fclose(out) == 0 ? source : NULL;
}

void tree_free(experiment_tree *tree)
{
  toml_free(tree->root);
  for (int32_t i = 0; i < tree->n_document; i++) {
    toml_free(tree->document[i].root);
    free(tree->document[i].folder);
    free(tree->document[i].text);
  }
  free(tree->document);
  *tree = (experiment_tree){ 0 };
}
