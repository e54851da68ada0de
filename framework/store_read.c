/* store_read.c - genomes and runs read back, after strict checks. */
#include "store_hdf5.h"

#include <inttypes.h>
#include <math.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Identity and configuration, which every file about a network has. */
static int read_origin(hid_t file, const char *path, char run_id[37], char **config_toml,
                       error *err)
{
  char *text = NULL;
  if (!store_text_attribute(file, "run_id", &text))
    return error_add(err, EXIT_IO, "%s: has no run_id", path);
  snprintf(run_id, 37, "%s", text);
  free(text);
  return store_load_text(file, path, "/provenance/config_toml", config_toml, err);
}

/* ---- genomes ---- */

/* Says which generations are kept, the first and last ones where there are many. */
static int no_such_generation(const char *path, int32_t wanted, const int32_t *kept, size_t n,
                              error *err)
{
  char list[400] = "";
  size_t length = 0;
  for (size_t i = 0; i < n && length < sizeof list - 24; i++) {
    if (n > 24 && i == 20) {
      length += (size_t)snprintf(list + length, sizeof list - length, " ...");
      i = n - 3;
    }
    length += (size_t)snprintf(list + length, sizeof list - length, " %" PRId32, kept[i]);
  }
  return error_add(err, EXIT_IO, "%s: keeps no genome of generation %" PRId32 "; it has:%s", path,
                   wanted, list);
}

static bool read_row(hid_t data, size_t row, size_t n_gene, float *gene)
{
  const hsize_t from[2] = { row, 0 }, count[2] = { 1, n_gene };
  const hid_t there = H5Dget_space(data), here = H5Screate_simple(2, count, NULL);
  const bool read = H5Sselect_hyperslab(there, H5S_SELECT_SET, from, NULL, count, NULL) >= 0 &&
                    H5Dread(data, H5T_NATIVE_FLOAT, here, there, H5P_DEFAULT, gene) >= 0;
  H5Sclose(here);
  H5Sclose(there);
  return read;
}

/* One row of a (generation x gene) data set, finite. */
static int read_genes(hid_t file, const char *path, const char *name, size_t row, size_t n_row,
                      stored_genome *out, error *err)
{
  hid_t data;
  hsize_t dims[STORE_MAX_RANK] = { 0 };
  if (store_open_data(file, path, name, STORE_F32, 2, &data, dims, err) != EXIT_FINE)
    return err->status;
  const size_t n = (size_t)dims[1];
  float *gene = calloc(n + 1, sizeof *gene);
  int status = EXIT_FINE;
  if (dims[0] != n_row || n == 0)
    status =
        error_add(err, EXIT_IO, "%s: %s does not have a row for each kept generation", path, name);
  else if (!gene)
    status = error_add(err, EXIT_RUN_FAILED, "%s: no memory for %s", path, name);
  else if (!read_row(data, row, n, gene))
    status = store_error(err, path, name);
  H5Dclose(data);
  for (size_t k = 0; gene && status == EXIT_FINE && k < n; k++)
    if (!isfinite(gene[k]))
      status = error_add(err, EXIT_IO, "%s: %s holds a number that is not finite (gene %zu)", path,
                         name, k);
  if (status == EXIT_FINE)
    SHA256Data((const uint8_t *)gene, n * sizeof *gene, out->sha256);
  out->n_gene = (int64_t)n;
  out->gene = gene; // the caller frees it with the rest
  return status;
}

static int read_genome(hid_t file, const char *path, enum genome_pick pick, int32_t generation,
                       stored_genome *out, error *err)
{
  const char *name = pick == GENOME_BEST ? "/genomes/best" : "/genomes/centre";
  hsize_t n = 0, row = 0;
  if (!store_input_kind(file, path, STORE_RUN | STORE_GENOME, err) ||
      read_origin(file, path, out->run_id, &out->config_toml, err) != EXIT_FINE)
    return err->status;
  // a rule that learns by itself may have nothing that evolves
  if (H5Lexists(file, "/genomes", H5P_DEFAULT) <= 0 &&
      H5Lexists(file, "/genome_layout", H5P_DEFAULT) <= 0 &&
      H5Lexists(file, "/generations", H5P_DEFAULT) > 0) {
    const char *slash = strrchr(path, '/');
    snprintf(out->source, sizeof out->source, "%.30s:no genes", slash ? slash + 1 : path);
    SHA256Data((const uint8_t *)"", 0, out->sha256);
    out->gene = calloc(1, sizeof *out->gene);
    return out->gene ? EXIT_FINE : error_add(err, EXIT_RUN_FAILED, "%s: no memory", path);
  }
  if (H5Lexists(file, "/genomes", H5P_DEFAULT) <= 0)
    return error_add(err, EXIT_IO, "%s: keeps no genome yet", path);
  int32_t *kept = store_load(file, path, "/genomes/generation", STORE_I32, 1, &n, err);
  if (!kept)
    return err->status;
  int status = EXIT_FINE;
  if (n == 0)
    status = error_add(err, EXIT_IO, "%s: keeps no genome yet", path);
  else if (generation < 0)
    row = n - 1;
  else
    while (row < n && kept[row] != generation)
      row++;
  if (status == EXIT_FINE && row == n)
    status = no_such_generation(path, generation, kept, (size_t)n, err);
  if (status == EXIT_FINE) {
    const char *slash = strrchr(path, '/');
    out->generation = kept[row];
    snprintf(out->source, sizeof out->source, "%.30s:%s@%" PRId32, slash ? slash + 1 : path, name,
             out->generation);
    status = read_genes(file, path, name, (size_t)row, (size_t)n, out, err);
  }
  free(kept);
  return status;
}

int store_read_genome(const char *path, enum genome_pick pick, int32_t generation,
                      stored_genome *out, error *err)
{
  hid_t file;
  *out = (stored_genome){ 0 };
  if (store_open_input(path, &file, err) != EXIT_FINE)
    return err->status;
  const int status = read_genome(file, path, pick, generation, out, err);
  H5Fclose(file);
  if (status != EXIT_FINE)
    stored_genome_free(out);
  return status;
}

void stored_genome_free(stored_genome *genome)
{
  free(genome->config_toml);
  free(genome->gene);
  *genome = (stored_genome){ 0 };
}
