/* experiment_condition.c - [[condition]] and [[condition.event]] of a tree. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "experiment_build.h"
#include "param.h"

enum { MOST_CONDITIONS = 256, MOST_EVENTS = 32 };

/* Which kinds take a key beside kind and at. */
#define KIND(kind) (1u << (kind))
static const struct {
  const char *key;
  unsigned kinds;
} taken[] = {
  { "until", KIND(EVENT_FREEZE_RULE) | KIND(EVENT_SATURATE_OUTPUT) },
  { "layer", KIND(EVENT_FREEZE_RULE) | KIND(EVENT_ZERO_WEIGHTS) | KIND(EVENT_RESET_WEIGHTS) |
                 KIND(EVENT_SHUFFLE_COEFFICIENTS) | KIND(EVENT_RANDOM_COEFFICIENTS) },
  { "fraction", KIND(EVENT_ZERO_WEIGHTS) },
  { "value", KIND(EVENT_SATURATE_OUTPUT) },
  { "task", KIND(EVENT_SWAP_TASK) },
  { "env", KIND(EVENT_SET_ENV) },
};
enum { N_TAKEN = sizeof taken / sizeof taken[0] };

bool experiment_event_takes(int32_t kind, const char *key)
{
  for (int k = 0; k < N_TAKEN; k++)
    if (strcmp(taken[k].key, key) == 0)
      return taken[k].kinds & KIND(kind);
  return true;
}

const char *experiment_event_word(int32_t kind, char word[EXPERIMENT_WORD_SIZE])
{
  return param_choice(param_find(experiment_event_rows, "kind"), kind, word, EXPERIMENT_WORD_SIZE);
}

/* A task by its name; -1, and a sentence with the place of `at`, where there is none. */
static int32_t find_task(building *b, const char *name, const toml_node *at, const char *path)
{
  char where[TREE_PLACE_SIZE], shown[PARAM_SHOWN_SIZE];
  const char *known[64];
  size_t n = 0;

  for (int32_t t = 0; t < b->e->n_task && n < 64; t++)
    if (b->e->task[t].name) {
      known[n++] = b->e->task[t].name;
      if (strcmp(b->e->task[t].name, name) == 0)
        return t;
    }
  const char *near = param_nearest(name, known, n);
  error_add(b->err, EXIT_CONFIGURATION, "%s: no task '%s'%s%s%s", tree_where(at, path, where),
            param_shown(name, shown), near ? "; did you mean '" : "", near ? near : "",
            near ? "'?" : "");
  return -1;
}

/* ---- one event ---- */

/* A key that the event's kind has no use for is a mistake. */
static void check_keys(building *b, const toml_node *node, int32_t kind, const char *label)
{
  char where[TREE_PLACE_SIZE], takes[96] = "at", word[EXPERIMENT_WORD_SIZE];
  for (int k = 0; k < N_TAKEN; k++)
    if (taken[k].kinds & KIND(kind))
      snprintf(takes + strlen(takes), sizeof takes - strlen(takes), ", %s%s", taken[k].key,
               strcmp(taken[k].key, "env") == 0 ? ".KEY" : "");
  for (const toml_node *child = node->child; child; child = child->next)
    if (!experiment_event_takes(kind, child->key))
      error_add(b->err, EXIT_CONFIGURATION, "%s: %s: %s takes no '%s', but %s",
                tree_place(child, where), label, experiment_event_word(kind, word), child->key,
                takes);
}

/* What a kind cannot do without. */
static void check_event(building *b, const toml_node *node, const experiment_event *event,
                        const char *label)
{
  char where[TREE_PLACE_SIZE];
  const toml_node *until = toml_find(node, "until");
  const char *const place = tree_where(node, label, where);

  if (event->n_at == 0)
    error_add(b->err, EXIT_CONFIGURATION, "%s: an event happens at a step; write at = 0", place);
  if (event->kind == EVENT_ZERO_WEIGHTS && isnan(event->fraction))
    error_add(b->err, EXIT_CONFIGURATION,
              "%s: zero_weights wants a fraction, as in fraction = 0.33", place);
  if (event->kind == EVENT_SWAP_TASK && !event->task)
    error_add(b->err, EXIT_CONFIGURATION, "%s: swap_task wants a task, as in task = \"damaged\"",
              place);
  if (event->kind == EVENT_SET_ENV && !toml_find(node, "env"))
    error_add(b->err, EXIT_CONFIGURATION,
              "%s: set_env wants values of the environment, as in env.gravity = 5.0", place);
  for (int32_t k = 0; until && k < event->n_at; k++)
    if (event->until <= event->at[k]) {
      error_add(b->err, EXIT_CONFIGURATION, "%s: until = %lld is not after at = %lld",
                tree_where(until, label, where), (long long)event->until, (long long)event->at[k]);
      return;
    }
}

static bool same_config(const hebb_param *rows, const void *a, const void *b)
{
  for (; rows && rows->key; rows++)
    if (!experiment_same_value(rows, a, b))
      return false;
  return true;
}

/* What set_env makes of the condition's task. */
static void read_env(building *b, const toml_node *env, const experiment_condition *c,
                     experiment_event *event, const char *label)
{
  char where[TREE_PLACE_SIZE];
  const int before = b->err->count;
  const void *base = c->task_index < b->e->n_task ? b->e->task[c->task_index].env_config : NULL;
  if (!value_is_table(env, "condition.event.env", b->err))
    return;
  event->env_config = building_read_env(b, base, env, "condition.event.env", label);
  if (event->env_config && b->err->count == before &&
      same_config(b->e->env.plugin->params, base, event->env_config))
    error_add(b->err, EXIT_CONFIGURATION, "%s: %s: changes nothing: the task has these values",
              tree_place(env, where), label);
}

static void read_event(building *b, const toml_node *node, const experiment_condition *c,
                       experiment_event *event, const char *label)
{
  char path[192], where[TREE_PLACE_SIZE];
  const int before = b->err->count;
  vocabulary v = { .n = 0 };

  param_defaults(experiment_event_rows, event);
  vocabulary_add_rows(&v, experiment_event_rows);
  vocabulary_add(&v, "env");
  for (const toml_node *child = node->child; child; child = child->next) {
    const hebb_param *row = param_find(experiment_event_rows, child->key);
    snprintf(path, sizeof path, "%s: event.%.64s", label, child->key);
    if (row)
      experiment_set(row, event, child, path, b->err);
    else if (strcmp(child->key, "env") != 0)
      value_refuse_key(child, "condition.event", &v, "condition.event", b->err);
  }
  if (!toml_find(node, "kind"))
    error_add(b->err, EXIT_CONFIGURATION, "%s: an event has a kind, as in kind = \"freeze_rule\"",
              tree_where(node, label, where));
  if (b->err->count > before)
    return;
  check_keys(b, node, event->kind, label);
  check_event(b, node, event, label);
  const toml_node *task = toml_find(node, "task"), *env = toml_find(node, "env");
  if (event->kind == EVENT_SWAP_TASK && task)
    event->other_task = find_task(b, event->task, task, label);
  if (event->kind == EVENT_SET_ENV && env)
    read_env(b, env, c, event, label);
}

/* ---- one condition ---- */

static void read_events(building *b, const toml_node *list, experiment_condition *c,
                        const char *label)
{
  char where[TREE_PLACE_SIZE];
  int32_t n = 0, n_sweep = 0;

  for (const toml_node *child = list->child; list->kind == TOML_ARRAY && child; child = child->next)
    n += child->kind == TOML_TABLE;
  if (n == 0 || n > MOST_EVENTS) {
    error_add(b->err, EXIT_CONFIGURATION,
              "%s: 1 to %d events are written as [[condition.event]], one for each",
              tree_where(list, label, where), MOST_EVENTS);
    return;
  }
  if (!(c->event = building_take(b, (size_t)n * sizeof *c->event)))
    return;
  for (const toml_node *child = list->child; child; child = child->next)
    if (child->kind == TOML_TABLE) {
      read_event(b, child, c, &c->event[c->n_event], label);
      n_sweep += c->event[c->n_event++].n_at > 1;
    }
  if (n_sweep > 1)
    error_add(b->err, EXIT_CONFIGURATION,
              "%s: %d events have several steps; one event of a condition can sweep",
              tree_where(list, label, where), n_sweep);
}

static void check_name(building *b, const toml_node *node, const experiment_condition *c)
{
  char where[TREE_PLACE_SIZE];
  const toml_node *name = toml_find(node, "name");
  bool used = false;

  if (!name) {
    error_add(b->err, EXIT_CONFIGURATION, "%s: condition: has no name; write name = \"...\"",
              tree_place(node, where));
    return;
  }
  if (!c->name)
    return;
  tree_where(name, "condition.name", where);
  building_check_label(b, c->name, where);
  for (int32_t t = 0; t < b->e->n_task; t++)
    used = used || (b->e->task[t].name && strcmp(b->e->task[t].name, c->name) == 0);
  for (const experiment_condition *other = b->e->condition; other < c; other++)
    used = used || (other->name && strcmp(other->name, c->name) == 0);
  if (used)
    error_add(b->err, EXIT_CONFIGURATION, "%s: another task or condition is called '%s' already",
              where, c->name);
  if (strcmp(c->name, "all") == 0)
    error_add(b->err, EXIT_CONFIGURATION, "%s: 'all' means every condition; choose another name",
              where);
}

static void read_condition(building *b, const toml_node *node, experiment_condition *c)
{
  char path[192], where[TREE_PLACE_SIZE], label[96];
  const toml_node *name = toml_find(node, "name"), *task = toml_find(node, "task");
  const toml_node *event = toml_find(node, "event");
  vocabulary v = { .n = 0 };

  snprintf(label, sizeof label, "condition '%.64s'", name && name->text ? name->text : "?");
  param_defaults(experiment_condition_rows, c);
  vocabulary_add_rows(&v, experiment_condition_rows);
  vocabulary_add(&v, "event");
  for (const toml_node *child = node->child; child; child = child->next) {
    const hebb_param *row = param_find(experiment_condition_rows, child->key);
    snprintf(path, sizeof path, "%s: %.64s", label, child->key);
    if (row)
      experiment_set(row, c, child, path, b->err);
    else if (child != event)
      value_refuse_key(child, "condition", &v, "condition", b->err);
  }
  check_name(b, node, c);
  if (task && c->task)
    c->task_index = find_task(b, c->task, task, label);
  if (c->task_index < 0)
    return;
  if (event)
    read_events(b, event, c, label);
  else
    error_add(b->err, EXIT_CONFIGURATION,
              "%s: without an event it is its task alone; write [[condition.event]]",
              tree_where(node, label, where));
}

void experiment_read_conditions(building *b)
{
  char where[TREE_PLACE_SIZE];
  const toml_node *list = toml_find(b->own->tree.root, "condition");
  experiment *e = b->e;
  int32_t n = 0;

  for (const toml_node *child = list ? list->child : NULL; child; child = child->next)
    n++;
  if (!list || (list->kind == TOML_ARRAY && n == 0))
    return;
  bool sound = list->kind == TOML_ARRAY && n <= MOST_CONDITIONS;
  for (const toml_node *child = list->child; sound && child; child = child->next)
    sound = child->kind == TOML_TABLE;
  if (!sound)
    error_add(b->err, EXIT_CONFIGURATION,
              "%s: at most %d conditions are written as [[condition]], one for each",
              tree_where(list, "condition", where), MOST_CONDITIONS);
  else if ((e->condition = building_take(b, (size_t)n * sizeof *e->condition)))
    for (const toml_node *child = list->child; child; child = child->next)
      read_condition(b, child, &e->condition[e->n_condition++]);
}

/* ---- places ---- */

static const toml_node *nth(const toml_node *list, int32_t n)
{
  const toml_node *node = list ? list->child : NULL;
  for (; n > 0 && node; n--)
    node = node->next;
  return node;
}

const char *experiment_where_event(const experiment *e, int32_t condition, int32_t event,
                                   char buffer[EXPERIMENT_WHERE_SIZE])
{
  const experiment_memory *own = e->memory;
  const experiment_condition *c = &e->condition[condition];
  const toml_node *node = own ? nth(tree_find(&own->tree, "condition"), condition) : NULL;
  char what[160], word[EXPERIMENT_WORD_SIZE];

  snprintf(what, sizeof what, "condition '%.64s': %s", c->name,
           experiment_event_word(c->event[event].kind, word));
  node = node ? nth(toml_find(node, "event"), event) : NULL;
  if (node)
    return tree_where(node, what, buffer);
  snprintf(buffer, EXPERIMENT_WHERE_SIZE, "%s", what);
  return buffer;
}
