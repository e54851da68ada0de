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

static bool same_value(const hebb_param *row, const void *a, const void *b)
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

static void write_task(const experiment *e, const experiment_task *task, FILE *out)
{
  const experiment_memory *own = e->memory;
  fputs("\n[[task]]\n", out);
  write_rows(experiment_task_rows, task, out);
  for (const hebb_param *row = e->env.plugin->params; row && row->key; row++) {
    if (same_value(row, task->env_config, own->env_config))
      continue;
    fputs("env.", out);
    param_write_toml(row, task->env_config, out);
    fputc('\n', out);
  }
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

char *experiment_task_toml(const experiment *e, int32_t task)
{
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  if (!out)
    return NULL;
  fputs("[env]\n", out);
  write_plugin(e, HEBB_ENV, out);
  write_rows(e->env.plugin->params, e->task[task].env_config, out);
  return fclose(out) == 0 ? text : NULL;
}
