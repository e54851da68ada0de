/* experiment_resolve.c - an experiment as TOML again, with every default in its place: what
 * files of results keep, and what loads to the same experiment. */
#include <sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiment_tree.h"
#include "param.h"

static void write_rows(const hebb_param *rows, const void *config, FILE *out)
{
  for (const hebb_param *row = rows; row && row->key; row++) {
    param_write_toml(row, config, out);
    fputc('\n', out);
  }
}

static void write_host(const experiment *e, const char *name, FILE *out)
{
  const experiment_table *table = experiment_table_find(name);
  fprintf(out, "\n[%s]\n", name);
  write_rows(table->rows, (const char *)e + table->offset, out);
}

static void write_plugin(const experiment *e, uint32_t kind, FILE *out)
{
  const experiment_memory *own = e->memory;
  fputs("plugin = ", out);
  param_write_string(own->plugin[kind], out);
  fputc('\n', out);
}

static void write_plugin_table(const experiment *e, const char *name, const loaded *plugin,
                               const void *config, FILE *out)
{
  const experiment_table *table = experiment_table_find(name);
  fprintf(out, "\n[%s]\n", name);
  write_plugin(e, plugin->plugin->kind, out);
  write_rows(table->rows, (const char *)e + table->offset, out);
  write_rows(plugin->plugin->params, config, out);
}

bool experiment_same_value(const hebb_param *row, const void *a, const void *b)
{
  if (param_is_set(row, a) != param_is_set(row, b))
    return false;
  if (!param_is_set(row, a))
    return true;
  if (row->type == HEBB_TYPE_TEXT)
    return strcmp(param_text(row, a), param_text(row, b)) == 0;
  for (uint32_t i = 0; i < row->count; i++)
    if (param_real(row, a, i) != param_real(row, b, i))
      return false;
  return true;
}

/* Of an environment's config what differs from `base`. */
static void write_env(const experiment *e, const void *config, const void *base, FILE *out)
{
  for (const hebb_param *row = e->env.plugin->params; row && row->key; row++) {
    if (experiment_same_value(row, config, base))
      continue;
    fputs("env.", out);
    param_write_toml(row, config, out);
    fputc('\n', out);
  }
}

static void write_task(const experiment *e, const experiment_task *task, FILE *out)
{
  const experiment_memory *own = e->memory;
  fputs("\n[[task]]\n", out);
  write_rows(experiment_task_rows, task, out);
  write_env(e, task->env_config, own->env_config, out);
}

/* An event with the keys that its kind takes; at >= 0: this step of its sweep alone. */
static void write_event(const experiment *e, const experiment_condition *c,
                        const experiment_event *event, int64_t at, FILE *out)
{
  fputs("[[condition.event]]\n", out);
  for (const hebb_param *row = experiment_event_rows; row->key; row++) {
    const bool is_at = strcmp(row->key, "at") == 0;
    if (!experiment_event_takes(event->kind, row->key) ||
        (strcmp(row->key, "until") == 0 && event->until == 0))
      continue;
    if (is_at && (event->n_at == 1 || at >= 0))
      fprintf(out, "at = %lld", (long long)(event->n_at == 1 ? event->at[0] : at));
    else
      param_write_toml(row, event, out);
    fputc('\n', out);
  }
  if (event->env_config)
    write_env(e, event->env_config, e->task[c->task_index].env_config, out);
}

static void write_condition(const experiment *e, const experiment_condition *c, int64_t at,
                            FILE *out)
{
  fputs("\n[[condition]]\n", out);
  write_rows(experiment_condition_rows, c, out);
  for (int32_t k = 0; k < c->n_event; k++)
    write_event(e, c, &c->event[k], at, out);
}

static void write_all(const experiment *e, FILE *out)
{
  static const char *const rest[] = { "genome", "modulation", "fitness", "lifetime",
                                      "record", "limits",     "evaluate" };
  const experiment_memory *own = e->memory;

  fputs("schema = 1\n", out);
  write_host(e, "run", out);

  fputs("\n[env]\n", out);
  write_plugin(e, HEBB_ENV, out);
  write_rows(e->env.plugin->params, own->env_config, out);
  for (int32_t i = 0; i < e->n_task; i++)
    write_task(e, &e->task[i], out);
  for (int32_t i = 0; i < e->n_condition; i++)
    write_condition(e, &e->condition[i], -1, out);

  write_host(e, "network", out);
  write_host(e, "network.convolution", out);
  write_host(e, "network.weights", out);
  write_plugin_table(e, "rule", &e->rule, e->rule_config, out);
  write_plugin_table(e, "optimizer", &e->optimizer, e->optimizer_config, out);
  for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++)
    write_host(e, rest[i], out);
}

int experiment_resolve(experiment *e, error *err)
{
  size_t size;
  FILE *out = open_memstream(&e->resolved, &size);
  if (out)
    write_all(e, out);
  if (!out || fclose(out) != 0)
    return error_add(err, EXIT_RUN_FAILED, "%s: no memory for the resolved experiment",
                     e->run.name);
  SHA256Data((const uint8_t *)e->resolved, size, e->sha256);
  return EXIT_FINE;
}

static char *world_toml(const experiment *e, int32_t task, const experiment_condition *c,
                        int64_t at)
{
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  if (!out)
    return NULL;
  fputs("[env]\n", out);
  write_plugin(e, HEBB_ENV, out);
  write_rows(e->env.plugin->params, e->task[task].env_config, out);
  if (c)
    write_condition(e, c, at, out);
  return fclose(out) == 0 ? text : NULL;
}

char *experiment_task_toml(const experiment *e, int32_t task)
{
  return world_toml(e, task, NULL, -1);
}

char *experiment_condition_toml(const experiment *e, int32_t condition, int64_t at)
{
  const experiment_condition *c = &e->condition[condition];
  return world_toml(e, c->task_index, c, at);
}
