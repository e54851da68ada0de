/* store_read_result.c - what a table is made of, read back after strict checks: learning curves of a
 * run, rollouts of an evaluation, and where a run stands. */
#include "store_hdf5.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- a run ---- */

int store_read_status(const char *path, enum run_status *status, error *err)
{
  double number = -1;
  hid_t file;
  if (store_open_input(path, &file, err) != EXIT_FINE)
    return err->status;
  if (store_input_kind(file, path, STORE_RUN, err) &&
      (!store_number_attribute(file, "status", &number) || !(number >= RUN_RUNNING) ||
       number > RUN_FAILED))
    error_add(err, EXIT_IO, "%s: does not say whether the run is complete", path);
  H5Fclose(file);
  *status = err->status == EXIT_FINE ? (enum run_status)number : RUN_FAILED;
  return err->status;
}

int store_read_config(const char *path, char **config_toml, error *err)
{
  hid_t file;
  *config_toml = NULL;
  if (store_open_input(path, &file, err) != EXIT_FINE)
    return err->status;
  if (store_input_kind(file, path, STORE_RUN, err))
    store_load_text(file, path, "/provenance/config_toml", config_toml, err);
  H5Fclose(file);
  return err->status;
}

/* Whether the individuals of a run are lives of their own, and not a population. */
static bool lives_alone(hid_t file, const char *path, error *err)
{
  char *optimizer = NULL;
  const hid_t group = H5Lexists(file, "/checkpoint", H5P_DEFAULT) > 0
                          ? H5Gopen2(file, "/checkpoint", H5P_DEFAULT)
                          : H5I_INVALID_HID;
  const bool known = group >= 0 && store_text_attribute(group, "optimizer", &optimizer);
  const bool alone = known && strcmp(optimizer, "none") == 0;
  if (!known)
    error_add(err, EXIT_IO, "%s: its checkpoint lacks the optimizer's name", path);
  else if (!alone)
    error_add(
        err, EXIT_MISMATCH,
        "%s: its lives are the population of %.40s, not independent ones; what = \"evaluate\" "
        "reads what it evolved",
        path, optimizer);
  free(optimizer);
  if (group >= 0)
    H5Gclose(group);
  return alone;
}

static void read_curves(hid_t file, const char *path, learning *out, error *err)
{
  hsize_t n[3] = { 0, 0, 0 }, n_solved = 0;
  double window = 0, generation = -1;
  const hid_t group = H5Lexists(file, "/learning", H5P_DEFAULT) > 0
                          ? H5Gopen2(file, "/learning", H5P_DEFAULT)
                          : H5I_INVALID_HID;
  if (group < 0) {
    error_add(err, EXIT_MISMATCH,
              "%s: has no /learning: its lives do not have several episodes and keep their weights",
              path);
    return;
  }
  if (!store_number_attribute(group, "window", &window) ||
      !store_number_attribute(group, "generation", &generation) || !(window >= 1) ||
      !(window <= INT32_MAX))
    error_add(err, EXIT_IO, "%s: /learning lacks generation or window", path);
  H5Gclose(group);
  if (err->status != EXIT_FINE)
    return;
  out->window = (int32_t)window;
  out->generation = (int32_t)generation;
  out->solved = store_load(file, path, "/learning/solved", STORE_F64, 1, &n_solved, err);
  if (out->solved)
    out->episode_return = store_load(file, path, "/learning/return", STORE_F64, 3, n, err);
  if (!out->episode_return)
    return;
  if (n[1] != n_solved || n[0] < 1 || n[1] < 1 || n[2] < 1 || n[0] > INT32_MAX ||
      n[1] > INT32_MAX || n[2] > INT32_MAX)
    error_add(err, EXIT_IO, "%s: /learning/return and /learning/solved do not fit each other",
              path);
  out->n_individual = (int32_t)n[0];
  out->n_task = (int32_t)n[1];
  out->n_episode = (int32_t)n[2];
}

int store_read_learning(const char *path, learning *out, error *err)
{
  hid_t file;
  *out = (learning){ .generation = -1 };
  if (store_open_input(path, &file, err) != EXIT_FINE)
    return err->status;
  if (store_input_kind(file, path, STORE_RUN, err) && lives_alone(file, path, err))
    read_curves(file, path, out, err);
  H5Fclose(file);
  if (err->status != EXIT_FINE)
    learning_done(out);
  return err->status;
}

/* ---- an evaluation ---- */

static void read_evaluation(hid_t file, const char *path, stored_evaluation *out, error *err)
{
  hsize_t n[2] = { 0, 0 }, n_condition = 0;
  char *source = NULL, *sha256 = NULL;
  const hid_t group = H5Lexists(file, "/evaluation", H5P_DEFAULT) > 0
                          ? H5Gopen2(file, "/evaluation", H5P_DEFAULT)
                          : H5I_INVALID_HID;
  if (group < 0 || !store_text_attribute(group, "genome_source", &source) ||
      !store_text_attribute(group, "genome_sha256", &sha256))
    error_add(err, EXIT_IO, "%s: does not say which genome it evaluated", path);
  else {
    snprintf(out->genome_source, sizeof out->genome_source, "%s", source);
    snprintf(out->genome_sha256, sizeof out->genome_sha256, "%s", sha256);
  }
  free(source);
  free(sha256);
  if (group >= 0)
    H5Gclose(group);
  if (err->status == EXIT_FINE)
    out->condition = store_load_words(file, path, "/evaluation/condition", &n_condition, err);
  if (!out->condition)
    return;
  if (n_condition < 1 || n_condition > INT32_MAX) {
    error_add(err, EXIT_IO, "%s: has no conditions", path);
    return;
  }
  out->n_condition = (int32_t)n_condition;
  if (store_load_text(file, path, "/provenance/config_toml", &out->config_toml, err) != EXIT_FINE)
    return;
  out->total_return = store_load(file, path, "/evaluation/return", STORE_F64, 2, n, err);
  if (out->total_return && (n[0] != n_condition || n[1] < 1 || n[1] > INT32_MAX))
    error_add(err, EXIT_IO, "%s: /evaluation/return does not have a row for each condition", path);
  out->n_rollout = (int32_t)n[1];
}

int store_read_evaluation(const char *path, stored_evaluation *out, error *err)
{
  hid_t file;
  *out = (stored_evaluation){ 0 };
  if (store_open_input(path, &file, err) != EXIT_FINE)
    return err->status;
  if (store_input_kind(file, path, STORE_EVALUATION, err))
    read_evaluation(file, path, out, err);
  H5Fclose(file);
  if (err->status != EXIT_FINE)
    stored_evaluation_free(out);
  return err->status;
}

void stored_evaluation_free(stored_evaluation *v)
{
  store_free_words(v->condition);
  free(v->total_return);
  free(v->config_toml);
  *v = (stored_evaluation){ 0 };
}
