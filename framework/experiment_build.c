/* experiment_build.c - from a merged TOML tree to one validated experiment: tables, plugins,
 * tasks. Nothing stops at the first mistake: whoever writes a file learns of all of them at
 * once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiment_build.h"
#include "param.h"

void *building_take(building *b, size_t size)
{
  void *block = calloc(1, size ? size : 1);
  void **grown = realloc(b->own->block, (size_t)(b->own->n_block + 1) * sizeof *grown);
  if (grown)
    b->own->block = grown;
  if (!block || !grown) {
    free(block);
    error_add(b->err, EXIT_RUN_FAILED, "%s: no memory for the experiment", b->file);
    return NULL;
  }
  b->own->block[b->own->n_block++] = block;
  return block;
}

char *building_take_text(building *b, const char *text)
{
  char *copy = building_take(b, strlen(text) + 1);
  return copy ? strcpy(copy, text) : NULL;
}

/* ---- the host's tables ---- */

/* Keys that earlier versions had, and wrote into every run with their defaults: those runs can still be read. */
static bool is_retired(const char *path)
{
  return strcmp(path, "modulation.limit") ==
         0; // network.weights.limit is that of the one soft bound
}

static void read_host_table(building *b, const experiment_table *table)
{
  void *config = (char *)b->e + table->offset;
  const toml_node *node = tree_find(&b->own->tree, table->name);
  const size_t length = strlen(table->name);
  char path[128];
  vocabulary v = { .n = 0 };

  param_defaults(table->rows, config);
  if (!value_is_table(node, table->name, b->err))
    return;
  vocabulary_add_rows(&v, table->rows);
  // tables within this one are read on their own
  for (const experiment_table *other = experiment_tables; other->name; other++)
    if (strncmp(other->name, table->name, length) == 0 && other->name[length] == '.')
      vocabulary_add(&v, other->name + length + 1);
  for (const toml_node *child = node->child; child; child = child->next) {
    const hebb_param *row = param_find(table->rows, child->key);
    snprintf(path, sizeof path, "%s.%.80s", table->name, child->key);
    if (row)
      experiment_set(row, config, child, path, b->err);
    else if (!vocabulary_has(&v, child->key) && !is_retired(path))
      value_refuse_key(child, table->name, &v, table->name, b->err);
  }
}

/* ---- plugins ---- */

/* What the resolved TOML says: the absolute path where the user gave one, else the name. */
static const char *resolved_plugin(building *b, const char *given, const char *path)
{
  const char *slash = strrchr(given, '/'), *colon = strrchr(given, ':');
  if (!slash)
    return building_take_text(b, given);
  const char *member = colon && colon > slash ? colon : "";
  char *text = building_take(b, strlen(path) + strlen(member) + 1);
  return text ? strcat(strcpy(text, path), member) : NULL;
}

/* Opens the plugin that a table names; false, and a sentence with the place, where it cannot be. */
static bool open_plugin(building *b, const toml_node *table, const char *name, uint32_t kind,
                        loaded *out)
{
  static const char *const example[] = { "", "abcd", "cartpole", "openai_es" };
  char where[TREE_PLACE_SIZE], path[32];
  const toml_node *node = toml_find(table, "plugin");

  snprintf(path, sizeof path, "%s.plugin", name);
  if (!node || node->kind != TOML_TEXT) {
    const char *place = node    ? tree_where(node, path, where)
                        : table ? tree_place(table, where)
                                : b->file;
    error_add(b->err, EXIT_CONFIGURATION,
              "%s: [%s] wants the name of a plugin, as in plugin = \"%s\"", place, name,
              example[kind]);
    return false;
  }
  error why = { 0 };
  const int status = loader_open(node->text, kind, tree_folder(&b->own->tree, node), out, &why);
  tree_where(node, path, where);
  for (char *line = why.text; *line;) {
    char *end = strchr(line, '\n');
    *end = '\0';
    error_add(b->err, why.status, "%s: %s", where, line);
    line = end + 1;
  }
  if (status)
    return false;
  b->own->plugin[kind] = resolved_plugin(b, node->text, out->path);
  return b->own->plugin[kind] != NULL;
}

/* Reads a table that names a plugin: hebb's own keys aside, its keys are the plugin's. */
static void *read_plugin_table(building *b, const char *name, uint32_t kind, loaded *out)
{
  const experiment_table *host = experiment_table_find(name);
  const toml_node *table = toml_find(b->own->tree.root, name);
  const bool is_table = value_is_table(table, name, b->err);
  void *host_config = host ? (char *)b->e + host->offset : NULL, *config = NULL;
  vocabulary v = { .n = 0 };

  if (table && !is_table)
    return NULL;
  if (host)
    param_defaults(host->rows, host_config);
  const bool open = open_plugin(b, table, name, kind, out);
  const hebb_param *rows = open ? out->plugin->params : NULL;
  if (open && (config = building_take(b, out->plugin->config_size)))
    param_defaults(rows, config);

  vocabulary_add(&v, "plugin");
  vocabulary_add_rows(&v, host ? host->rows : NULL);
  vocabulary_add_rows(&v, rows);
  for (const toml_node *child = table ? table->child : NULL; child; child = child->next) {
    char path[128];
    const hebb_param *own = host ? param_find(host->rows, child->key) : NULL;
    const hebb_param *row = param_find(rows, child->key);
    snprintf(path, sizeof path, "%s.%.80s", name, child->key);
    if (own)
      experiment_set(own, host_config, child, path, b->err);
    else if (row && config)
      experiment_set(row, config, child, path, b->err);
    else if (open && strcmp(child->key, "plugin") != 0)
      value_refuse_key(child, name, &v, b->own->plugin[kind], b->err);
  }
  return config;
}

/* ---- tasks ---- */

enum { MOST_TASKS = 64 };

/* Names become folders, groups in files and words in tables. */
static bool good_label(const char *text)
{
  const size_t length = strlen(text);
  if (length < 1 || length > 64 || strchr(". -", text[0]) || text[length - 1] == ' ')
    return false;
  for (const char *c = text; *c; c++)
    if ((unsigned char)*c < 0x20 || *c == 0x7f || *c == '/')
      return false;
  return true;
}

void building_check_label(building *b, const char *text, const char *where)
{
  char shown[PARAM_SHOWN_SIZE];
  if (!good_label(text))
    error_add(
        b->err, EXIT_CONFIGURATION,
        "%s: '%s' cannot be a name: 1 to 64 characters, without '/', not beginning with '.', '-' "
        "or a blank",
        where, param_shown(text, shown));
}

void *building_read_env(building *b, const void *base, const toml_node *env, const char *table,
                        const char *label)
{
  const hebb_plugin *plugin = b->e->env.plugin;
  char path[192], place[TREE_PLACE_SIZE];
  vocabulary v = { .n = 0 };
  void *config = base ? building_take(b, plugin->config_size) : NULL;

  if (!config)
    return NULL;
  memcpy(config, base, plugin->config_size);
  vocabulary_add_rows(&v, plugin->params);
  for (const toml_node *child = env ? env->child : NULL; child; child = child->next) {
    const hebb_param *row = param_find(plugin->params, child->key);
    snprintf(path, sizeof path, "%.80s: env.%.80s", label, child->key);
    if (row)
      experiment_set(row, config, child, path, b->err);
    else if (strcmp(child->key, "plugin") == 0)
      error_add(b->err, EXIT_CONFIGURATION,
                "%s: %.80s: all tasks share the plugin that [env] names", tree_place(child, place),
                label);
    else
      value_refuse_key(child, table, &v, b->own->plugin[HEBB_ENV], b->err);
  }
  return config;
}

static void read_task(building *b, const toml_node *node, experiment_task *task)
{
  char path[160], place[TREE_PLACE_SIZE], label[80];
  const toml_node *env = NULL, *name = toml_find(node, "name");
  vocabulary v = { .n = 0 };

  tree_place(node, place);
  snprintf(label, sizeof label, "task '%.64s'", name && name->text ? name->text : "?");
  param_defaults(experiment_task_rows, task);
  vocabulary_add_rows(&v, experiment_task_rows);
  vocabulary_add(&v, "env");
  for (const toml_node *child = node->child; child; child = child->next) {
    const hebb_param *row = param_find(experiment_task_rows, child->key);
    snprintf(path, sizeof path, "%s: %s", label, child->key);
    if (row)
      experiment_set(row, task, child, path, b->err);
    else if (strcmp(child->key, "env") != 0)
      value_refuse_key(child, "task", &v, "task", b->err);
    else if (value_is_table(child, "task.env", b->err))
      env = child;
  }
  if (!name)
    error_add(b->err, EXIT_CONFIGURATION, "%s: task: has no name; write name = \"...\"", place);
  else if (task->name)
    building_check_label(b, task->name, tree_where(name, "task.name", place));
  for (const experiment_task *other = b->e->task; other < task && task->name; other++)
    if (other->name && strcmp(other->name, task->name) == 0)
      error_add(b->err, EXIT_CONFIGURATION, "%s: another task is called '%s' already",
                tree_where(name, "task.name", place), task->name);
  // that of [env], with the task's own values on top
  task->env_config = building_read_env(b, b->own->env_config, env, "task.env", label);
}

/* evaluate.held_out: all tasks are trained on but this. */
static void hold_out(building *b)
{
  char where[TREE_PLACE_SIZE];
  experiment *e = b->e;
  const char *out = e->evaluate.held_out;
  const toml_node *node =
      toml_find(toml_find(b->own->tree.root, "evaluate"), out[0] ? "held_out" : "leave_one_out");
  int32_t found = -1;

  if (e->evaluate.leave_one_out && e->n_task < 2)
    error_add(b->err, EXIT_CONFIGURATION,
              "%s: wants at least two [[task]]: one is left out, the others are trained on",
              tree_where(node, "evaluate.leave_one_out", where));
  if (!out[0])
    return;
  for (int32_t i = 0; i < e->n_task; i++)
    if (e->task[i].name && strcmp(e->task[i].name, out) == 0)
      found = i;
  if (found < 0)
    error_add(b->err, EXIT_CONFIGURATION, "%s: no task is called '%.64s'",
              tree_where(node, "evaluate.held_out", where), out);
  else if (e->n_task < 2)
    error_add(b->err, EXIT_CONFIGURATION,
              "%s: '%.64s' is the only task, and something must be trained on; add a [[task]]",
              tree_where(node, "evaluate.held_out", where), out);
  for (int32_t i = 0; found >= 0 && e->n_task > 1 && i < e->n_task; i++)
    e->task[i].train = i != found;
}

static void read_tasks(building *b)
{
  char place[TREE_PLACE_SIZE];
  const toml_node *node = toml_find(b->own->tree.root, "task");
  experiment *e = b->e;
  int32_t n = 0, n_train = 0;

  if (node && node->kind != TOML_ARRAY) {
    error_add(b->err, EXIT_CONFIGURATION, "%s: tasks are written as [[task]], one for each",
              tree_where(node, "task", place));
    return;
  }
  for (const toml_node *child = node ? node->child : NULL; child; child = child->next)
    n++;
  if (n > MOST_TASKS) {
    error_add(b->err, EXIT_CONFIGURATION, "%s: more than %d tasks", tree_where(node, "task", place),
              MOST_TASKS);
    return;
  }
  if (!(e->task = building_take(b, (size_t)(n ? n : 1) * sizeof *e->task)))
    return;
  if (n == 0) {
    e->n_task = 1;
    e->task[0] = (experiment_task){ .name = "default", .train = true };
    e->task[0].env_config =
        building_read_env(b, b->own->env_config, NULL, "task.env", "task 'default'");
  }
  for (const toml_node *child = n > 0 ? node->child : NULL; child; child = child->next)
    if (child->kind == TOML_TABLE)
      read_task(b, child, &e->task[e->n_task++]);
    else
      error_add(b->err, EXIT_CONFIGURATION, "%s: tasks are written as [[task]], one for each",
                tree_where(child, "task", place));
  hold_out(b);
  for (int32_t i = 0; i < e->n_task; i++)
    n_train += e->task[i].train;
  if (n_train == 0)
    error_add(b->err, EXIT_CONFIGURATION,
              "%s: no task is trained on; write train = true in at least one [[task]]",
              tree_where(node, "task", place));
}

/* ---- the whole ---- */

static void check_top(building *b)
{
  char where[TREE_PLACE_SIZE], shown[PARAM_SHOWN_SIZE];
  vocabulary v = { .n = 0 };

  vocabulary_add(&v, "env");
  vocabulary_add(&v, "task");
  vocabulary_add(&v, "condition");
  vocabulary_add(&v, "schema");
  vocabulary_add(&v, "extends");
  for (const experiment_table *table = experiment_tables; table->name; table++)
    if (!strchr(table->name, '.'))
      vocabulary_add(&v, table->name);
  for (const toml_node *child = b->own->tree.root->child; child; child = child->next) {
    if (!vocabulary_has(&v, child->key)) {
      const char *near = param_nearest(child->key, v.known, v.n);
      const bool table = child->kind == TOML_TABLE;
      error_add(b->err, EXIT_CONFIGURATION, "%s: unknown %s%s%s%s%s%s", tree_place(child, where),
                table ? "table [" : "key '", param_shown(child->key, shown), table ? "]" : "'",
                near ? "; did you mean '" : "; see 'hebb describe experiment'", near ? near : "",
                near ? "'?" : "");
    }
  }
}

/* One of two keys, to point at what is wrong between them. */
static const char *place_of(const building *b, const char *table, const char *key,
                            const char *other, char where[TREE_PLACE_SIZE])
{
  const toml_node *node = tree_find(&b->own->tree, table), *at = toml_find(node, key);
  at = at ? at : toml_find(node, other);
  return at ? tree_place(at, where) : b->file;
}

/* run.seeds: one generation of independent lives. */
static void take_seeds(building *b)
{
  char where[TREE_PLACE_SIZE];
  experiment *e = b->e;
  const hebb_plugin *optimizer = e->optimizer.plugin;
  if (e->run.seeds == 0 || !optimizer)
    return;
  e->population = e->run.seeds;
  e->run.generations = 1;
  if (!(optimizer->flags & HEBB_LEAVES_GENOME))
    error_add(
        b->err, EXIT_CONFIGURATION,
        "%s: run.seeds: independent lives, of which nothing evolves, while optimizer '%s' evolves; "
        "write plugin = \"none\" in [optimizer], or take run.seeds out",
        place_of(b, "run", "seeds", "seeds", where), optimizer->name);
}

static void check_across(building *b)
{
  char where[TREE_PLACE_SIZE], low[PARAM_NUMBER_SIZE], high[PARAM_NUMBER_SIZE];
  const experiment *e = b->e;
  const struct {
    const char *table;
    double low, high;
  } range[] = { { "network.weights", e->weights.low, e->weights.high },
                { "genome", e->genome.low, e->genome.high } };

  for (size_t i = 0; i < sizeof range / sizeof range[0]; i++)
    if (range[i].low > range[i].high)
      error_add(b->err, EXIT_CONFIGURATION, "%s: %s: low = %s is above high = %s",
                place_of(b, range[i].table, "low", "high", where), range[i].table,
                param_number(range[i].low, true, low), param_number(range[i].high, true, high));

  if (e->weights.dale != DALE_NONE && e->weights.after_update == AFTER_UPDATE_VARIANCE)
    error_add(
        b->err, EXIT_CONFIGURATION,
        "%s: network.weights: variance takes the mean off all weights, which turns signs that "
        "dale keeps; choose max_abs, clip, unit_norm or soft_bound, or dale = \"none\"",
        place_of(b, "network.weights", "after_update", "dale", where));

  if (e->rule_plugin && e->rule_config && e->rule_plugin->check) {
    host_services services;
    char rule[128];
    const toml_node *node = toml_find(b->own->tree.root, "rule");
    snprintf(rule, sizeof rule, "rule %.64s", e->rule.plugin->name);
    host_services_init(&services, tree_where(node, rule, where), b->err);
    const int before = b->err->count;
    if (e->rule_plugin->check(e->rule_config, &services.host) != HEBB_OK && b->err->count == before)
      error_add(b->err, EXIT_CONFIGURATION, "%s: refuses its parameters without saying why", where);
  }
}

/* The file's name without folder and ".toml". */
static void name_run(building *b, const char *label)
{
  char where[TREE_PLACE_SIZE];
  const toml_node *node = toml_find(toml_find(b->own->tree.root, "run"), "name");
  const char *slash = strrchr(label, '/'), *stem = slash ? slash + 1 : label;
  char *own;

  if (b->e->run.name) {
    building_check_label(b, b->e->run.name, node ? tree_where(node, "run.name", where) : b->file);
    return;
  }
  if (!(own = building_take_text(b, stem)))
    return;
  const size_t length = strlen(own);
  if (length > 5 && strcmp(own + length - 5, ".toml") == 0)
    own[length - 5] = '\0';
  b->e->run.name = own;
  if (!good_label(own))
    error_add(b->err, EXIT_CONFIGURATION,
              "%s: its name cannot be that of a run; write name = \"...\" in [run]", b->file);
}

void experiment_build(building *b)
{
  experiment *e = b->e;

  check_top(b);
  for (const experiment_table *table = experiment_tables; table->name; table++)
    if (strcmp(table->name, "rule") != 0 && strcmp(table->name, "optimizer") != 0)
      read_host_table(b, table);
  name_run(b, b->file);
  b->own->env_config = read_plugin_table(b, "env", HEBB_ENV, &e->env);
  read_tasks(b);
  experiment_read_conditions(b);
  e->rule_config = read_plugin_table(b, "rule", HEBB_RULE, &e->rule);
  e->optimizer_config = read_plugin_table(b, "optimizer", HEBB_OPTIMIZER, &e->optimizer);
  // a descriptor begins with its common head
  e->env_plugin = (const hebb_env *)e->env.plugin;
  e->rule_plugin = (const hebb_rule *)e->rule.plugin;
  e->optimizer_plugin = (const hebb_optimizer *)e->optimizer.plugin;
  take_seeds(b);
  check_across(b);
}
