/* store_read_origin.c - who began a run, from which files, with which plugins: what every later
 * publication of it repeats. */
#include "store_hdf5.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A text attribute into a buffer of its own size. */
static void read_word(hid_t object, const char *path, const char *name, char *word, size_t size,
                      error *err)
{
  char *text = NULL;
  if (!store_text_attribute(object, name, &text))
    error_add(err, EXIT_IO, "%s: has no %s", path, name);
  else
    snprintf(word, size, "%s", text);
  free(text);
}

static void read_plugins(hid_t file, const char *path, stored_run *run, error *err)
{
  static const char *const role[3] = { "environment", "rule", "optimizer" };
  for (int k = 0; k < 3; k++) {
    char group[64];
    snprintf(group, sizeof group, "/plugins/%s", role[k]);
    const hid_t plugin = H5Oopen(file, group, H5P_DEFAULT);
    if (plugin < 0)
      error_add(err, EXIT_IO, "%s: has no %s", path, group);
    else
      read_word(plugin, path, "sha256", run->plugin_sha256[k], sizeof run->plugin_sha256[k], err);
    if (plugin >= 0)
      H5Oclose(plugin);
  }
}

/* One column of the start table, at most PROVENANCE_MOST_STARTS rows; returns how many. */
static hsize_t read_starts(hid_t file, const char *path, const char *name, store_type type,
                           void *column, error *err)
{
  hsize_t n = 0;
  void *value = store_load(file, path, name, type, 1, &n, err);
  if (!value)
    return 0;
  n = n < PROVENANCE_MOST_STARTS ? n : PROVENANCE_MOST_STARTS;
  memcpy(column, value, (size_t)n * store_type_size(type));
  free(value);
  return n;
}

static void read_start_table(hid_t file, const char *path, provenance *p, error *err)
{
  const hsize_t n =
      read_starts(file, path, "/provenance/start_time", STORE_F64, p->start_time, err);
  if (n > 0 && read_starts(file, path, "/provenance/start_generation", STORE_I32,
                           p->start_generation, err) != n)
    error_add(err, EXIT_IO, "%s: its table of starts is damaged", path);
  if (H5Lexists(file, "/provenance/start_changed", H5P_DEFAULT) > 0)
    read_starts(file, path, "/provenance/start_changed", STORE_U8, p->start_changed, err);
  p->n_start = (int32_t)n;
}

void store_read_origin(hid_t file, const char *path, stored_run *run, error *err)
{
  provenance *p = &run->origin;
  double status = RUN_FAILED;
  hsize_t n = 0;

  store_schema_version(file, run->schema);
  read_word(file, path, "run_id", p->run_id, sizeof p->run_id, err);
  read_word(file, path, "parent_run_id", p->parent_run_id, sizeof p->parent_run_id, err);
  read_word(file, path, "created", p->created, sizeof p->created, err);
  if (!store_number_attribute(file, "status", &status))
    error_add(err, EXIT_IO, "%s: has no status", path);
  run->status = (enum run_status)status;
  read_plugins(file, path, run, err);
  if (err->status != EXIT_FINE || store_load_text(file, path, "/provenance/config_source",
                                                  &run->config_source, err) != EXIT_FINE)
    return;
  read_start_table(file, path, p, err);
  if (H5Lexists(file, "/provenance/override", H5P_DEFAULT) > 0) {
    run->override = store_load_words(file, path, "/provenance/override", &n, err);
    run->n_override = (int32_t)n;
  }
  const hid_t group = H5Oopen(file, "/provenance", H5P_DEFAULT);
  if (group >= 0 && store_text_attribute(group, "command_line", &run->command_line))
    p->command_line = run->command_line;
  else
    p->command_line = "";
  if (group >= 0) {
    read_word(group, path, "source_sha256", run->source_sha256, sizeof run->source_sha256, err);
    H5Oclose(group);
  }
}
