/* experiment.c - loading an experiment from a file or a text, and a plugin's config from
   arguments alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiment_build.h"
#include "param.h"

static void remember_overrides(building *b, const char *const *override, int32_t n)
{
  if (!(b->e->override = building_take(b, (size_t)n * sizeof *b->e->override)))
    return;
  b->e->n_override = n;
  for (int32_t i = 0; i < n; i++)
    b->e->override[i] = building_take_text(b, override[i]);
}

/* text NULL: `name` is a file or an installed experiment; else its label. */
static int load(const char *name, const char *text, const char *base, const char *const *override,
                int32_t n_override, experiment **out, error *err)
{
  const int before = err->count;
  experiment *e = calloc(1, sizeof *e);
  experiment_memory *own = calloc(1, sizeof *own);

  *out = NULL;
  if (!e || !own) {
    free(e);
    free(own);
    return error_add(err, EXIT_RUN_FAILED, "%s: no memory for the experiment", name);
  }
  e->memory = own;
  if (text)
    tree_read_text(&own->tree, text, name, base, err);
  else
    tree_read_file(&own->tree, name, err);
  const bool readable = err->count == before; // else what is missing would be reported as well
  if (own->tree.root)
    tree_override(&own->tree, override, n_override, err);

  building b = { e, own, name, err };
  if (readable) {
    b.file = own->tree.document[0].root->file;
    experiment_build(&b);
    remember_overrides(&b, override, n_override);
    if (!(e->source = tree_source(&own->tree)))
      error_add(err, EXIT_RUN_FAILED, "%s: no memory for the experiment", name);
  }
  if (err->count == before)
    experiment_resolve(e, err);
  if (err->count == before) {
    *out = e;
    return EXIT_FINE;
  }
  experiment_free(e);
  return err->status;
}

int experiment_load(const char *name, const char *const *override, int32_t n_override,
                    experiment **out, error *err)
{
  return load(name, NULL, NULL, override, n_override, out, err);
}

int experiment_load_text(const char *text, const char *label, const char *base,
                         const char *const *override, int32_t n_override, experiment **out,
                         error *err)
{
  return load(label, text, base, override, n_override, out, err);
}

void experiment_free(experiment *e)
{
  if (!e)
    return;
  experiment_memory *own = e->memory;
  for (int32_t i = 0; i < own->n_block; i++)
    free(own->block[i]);
  free(own->block);
  tree_free(&own->tree);
  free(own);
  free(e->resolved);
  free(e->source);
  free(e);
}

/* ---- places ---- */

static const char *where_node(const toml_node *node, const char *what,
                              char buffer[EXPERIMENT_WHERE_SIZE])
{
  if (node)
    return tree_where(node, what, buffer);
  snprintf(buffer, EXPERIMENT_WHERE_SIZE, "%s", what);
  return buffer;
}

const char *experiment_where(const experiment *e, const char *key, const char *what,
                             char buffer[EXPERIMENT_WHERE_SIZE])
{
  const experiment_memory *own = e->memory;
  return where_node(own ? tree_find(&own->tree, key) : NULL, what, buffer);
}

const char *experiment_where_task(const experiment *e, int32_t task,
                                  char buffer[EXPERIMENT_WHERE_SIZE])
{
  const experiment_memory *own = e->memory;
  const toml_node *node = own ? tree_find(&own->tree, "task") : NULL;
  char what[200];

  snprintf(what, sizeof what, "task '%.64s': %.64s", e->task[task].name, e->env.plugin->name);
  if (!node)
    return experiment_where(e, "env.plugin", what, buffer);
  node = node->child;
  for (int32_t i = 0; i < task && node; i++)
    node = node->next;
  return where_node(node, what, buffer);
}

/* ---- a plugin alone ---- */

int experiment_plugin_config(const hebb_plugin *plugin, const char *prefix,
                             const char *const *override, int32_t n_override, void **config,
                             error *err)
{
  experiment_tree tree = { 0 };
  const int before = err->count;
  size_t size = plugin->config_size ? plugin->config_size : 1;
  vocabulary v = { .n = 0 };
  char where[TREE_PLACE_SIZE];

  // texts are copied behind the config; none is longer than the argument that it comes from
  for (int32_t i = 0; i < n_override; i++)
    size += strlen(override[i]) + 1;
  char *block = *config = calloc(1, size);
  if (!block)
    return error_add(err, EXIT_RUN_FAILED, "%s: no memory", prefix);
  char *room = block + plugin->config_size;
  param_defaults(plugin->params, block);
  tree_override(&tree, override, n_override, err);
  vocabulary_add_rows(&v, plugin->params);
  for (const toml_node *table = tree.root ? tree.root->child : NULL; table; table = table->next) {
    if (strcmp(table->key, prefix) != 0 || table->kind != TOML_TABLE)
      error_add(err, EXIT_CONFIGURATION, "%s: only %s.KEY=VALUE can be set here",
                tree_place(table, where), prefix);
    else
      for (const toml_node *child = table->child; child; child = child->next) {
        char path[128];
        const hebb_param *row = param_find(plugin->params, child->key);
        snprintf(path, sizeof path, "%s.%.80s", prefix, child->key);
        if (!row)
          value_refuse_key(child, prefix, &v, plugin->name, err);
        else if (experiment_set(row, block, child, path, err) == EXIT_FINE &&
                 row->type == HEBB_TYPE_TEXT) {
          strcpy(room, child->text);
          param_set_text(row, block, room, path, err);
          room += strlen(room) + 1;
        }
      }
  }
  tree_free(&tree);
  if (err->count == before)
    return EXIT_FINE;
  free(block);
  *config = NULL;
  return err->status;
}
