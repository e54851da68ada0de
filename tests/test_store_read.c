/* test_store_read.c - what is read from files that are damaged, of the wrong kind or somebody
 * else's. */
#include <hdf5.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "said.h"
#include "scratch.h"
#include "store_sample.h"

/* ---- refusals ---- */

static void what_is_no_genome_is_refused(void)
{
  static const struct {
    const char *name, *bytes;
    size_t n;
    int32_t generation;
    const char *sentence;
  } refused[] = {
    { "text.h5", "[run]\nname = \"x\"\n", 17, -1, "is not an HDF5 file: it looks like text" },
    { "empty.h5", "", 0, -1, "is not an HDF5 file: it is empty" },
    { "noise.h5", "\0\1\2\3", 4, -1,
      "is not an HDF5 file: it is some other binary file, or damaged" },
    { "missing.h5", NULL, 0, -1, "cannot be read: No such file or directory" },
    { ".", NULL, 0, -1, "is a folder; name the HDF5 file in it" },
    { "play.h5", NULL, 0, -1, "is a file of kind 'play'; wanted: run or genome" },
    { "run.h5", NULL, 0, 2, "keeps no genome of generation 2; it has: 1 3 6" },
  };
  for (size_t k = 0; k < sizeof refused / sizeof *refused; k++) {
    error err = { 0 };
    stored_genome g;
    const char *path = scratch_path(refused[k].name);
    if (refused[k].bytes)
      scratch_write(path, refused[k].bytes, refused[k].n);
    CU_ASSERT_EQUAL(store_read_genome(path, GENOME_CENTRE, refused[k].generation, &g, &err),
                    EXIT_IO);
    SAYS(&err, path);
    SAYS(&err, refused[k].sentence);
    CU_ASSERT_EQUAL(err.count, 1);
  }
}

static void a_file_that_is_cut_anywhere_is_refused(void)
{
  enum { N_LENGTH = 40 };
  size_t n;
  char *bytes = scratch_read(scratch_path("run.h5"), &n);
  for (size_t k = 0; k < N_LENGTH; k++) {
    error err = { 0 };
    stored_genome g;
    scratch_write(scratch_path("cut.h5"), bytes, k * n / N_LENGTH + k % 7);
    CU_ASSERT_EQUAL(store_read_genome(scratch_path("cut.h5"), GENOME_CENTRE, -1, &g, &err),
                    EXIT_IO);
    SAYS(&err, k == 0 ? "is not an HDF5 file: it is empty"
                      : "cannot be opened, it is damaged or incomplete (HDF5: truncated file");
  }
  free(bytes);
}

static void a_gene_that_is_not_finite_is_refused(void)
{
  const float gene = sample_gene(0, 2, 7); // the last centre's
  const uint32_t nan_bits = 0x7fc00000u;
  float row[SAMPLE_GENE];
  error err = { 0 };
  stored_genome g;
  size_t n;
  for (int64_t k = 0; k < SAMPLE_GENE; k++)
    row[k] = sample_gene(0, 2, k);
  char *bytes = scratch_read(scratch_path("run.h5"), &n),
       *there = memmem(bytes, n, row, sizeof row);
  CU_ASSERT_FATAL(there != NULL && memcmp(there + 7 * sizeof gene, &gene, sizeof gene) == 0);
  memcpy(there + 7 * sizeof gene, &nan_bits, sizeof nan_bits);
  scratch_write(scratch_path("nan.h5"), bytes, n);
  CU_ASSERT_EQUAL(store_read_genome(scratch_path("nan.h5"), GENOME_CENTRE, -1, &g, &err), EXIT_IO);
  SAYS(&err, "/genomes/centre holds a number that is not finite (gene 7)");
  free(bytes);
}

static void set_version(const char *path, hid_t type, int64_t major)
{
  const hsize_t three = 3;
  const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t space = H5Screate_simple(1, &three, NULL);
  H5Adelete(file, "schema_version");
  const hid_t attribute = H5Acreate2(file, "schema_version", type, space, H5P_DEFAULT, H5P_DEFAULT);
  CU_ASSERT(H5Awrite(attribute, H5T_NATIVE_INT64, (const int64_t[]){ major, 3, 0 }) >= 0);
  H5Aclose(attribute);
  H5Sclose(space);
  H5Fclose(file);
}

static int reads_genome(const char *path, error *err)
{
  stored_genome g;
  const int status = store_read_genome(path, GENOME_CENTRE, -1, &g, err);
  stored_genome_free(&g);
  return status;
}

static int reads_run(const char *path, error *err)
{
  stored_run run;
  const int status = store_read_run(path, NULL, 0, &run, err);
  stored_run_free(&run);
  return status;
}

static int print(int (*show)(const char *, FILE *, error *), const char *path, error *err)
{
  FILE *out = fopen("/dev/null", "w");
  const int status = show(path, out, err);
  fclose(out);
  return status;
}

static int inspects(const char *path, error *err)
{
  return print(store_inspect, path, err);
}

static int validates(const char *path, error *err)
{
  return print(store_validate, path, err);
}

static int csv(const char *path, FILE *out, error *err)
{
  return store_inspect_csv(path, "genomes", out, err);
}

static int makes_a_table(const char *path, error *err)
{
  return print(csv, path, err);
}

static void another_schema_is_refused_by_every_reader(void)
{
  static int (*const reader[])(const char *, error *) = { reads_genome, reads_run, inspects,
                                                          validates, makes_a_table };
  enum { N_READER = sizeof reader / sizeof *reader };
  const char *path = scratch_path("later.h5");
  size_t n;
  char *bytes = scratch_read(scratch_path("run.h5"), &n);
  scratch_write(path, bytes, n);
  free(bytes);
  set_version(path, H5T_STD_I32LE, 2);
  for (int k = 0; k < N_READER; k++) {
    error err = { 0 };
    CU_ASSERT_EQUAL(reader[k](path, &err), EXIT_MISMATCH);
    SAYS(&err, "later.h5: is of schema 2.3, this hebb reads 1.x");
    CU_ASSERT_EQUAL(err.count, 1);
  }
  // h5py writes i64; the schema's own type is a matter for validation
  set_version(path, H5T_STD_I64LE, 1);
  for (int k = 0; k < N_READER; k++) {
    error err = { 0 };
    CU_ASSERT_EQUAL(reader[k](path, &err), reader[k] == validates ? EXIT_MISMATCH : EXIT_FINE);
    if (reader[k] == validates)
      SAYS(&err, "1 difference from schema 1.0");
    else
      SILENT(&err);
  }
  // a genome file that does not say
  const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
  H5Adelete(file, "schema_version");
  H5Fclose(file);
  error err = { 0 };
  CU_ASSERT_EQUAL(reads_genome(path, &err), EXIT_MISMATCH);
  SAYS(&err, "has no attribute schema_version of three whole numbers; this hebb reads schema 1.x");
}

/* ---- vectors ---- */

static void vectors_of_the_golden_file_are_read(void)
{
  char path[1024];
  const char *source = getenv("top_srcdir");
  error err = { 0 };
  vector_case *cases = NULL;
  int32_t n = 0;
  snprintf(path, sizeof path, "%s/tests/golden/vectors.h5", source ? source : ".");
  store_read_vectors(path, &cases, &n, &err);
  SILENT(&err);
  CU_ASSERT_EQUAL_FATAL(n, 21);
  const vector_case *c = &cases[3]; // the groups are in alphabetical order
  CU_ASSERT_STRING_EQUAL(c->name, "ABCD_lr_D_in_and_out_layer1");
  CU_ASSERT_STRING_EQUAL(c->rule, "abcd");
  CU_ASSERT(c->n_coef == 6 && c->n_pre == 5 && c->n_post == 4 && c->n_trace == 0);
  CU_ASSERT_EQUAL_FATAL(c->n_coef_name, 6);
  CU_ASSERT_STRING_EQUAL(c->coef_name[5], "D_out");
  CU_ASSERT_EQUAL_FATAL(c->n_parameter, 3);
  CU_ASSERT_STRING_EQUAL(c->parameter[0], "d=both");
  CU_ASSERT_STRING_EQUAL(c->parameter[1], "learning_rate=true");
  CU_ASSERT_STRING_EQUAL(c->parameter[2], "terms=ABCD");
  CU_ASSERT(c->weight_after && !c->drive && !c->modulator && !c->reward && !c->trace);
  CU_ASSERT(fabsf(c->weight[0] - c->weight_after[0]) > 0);
  vector_cases_free(cases, n);
}

static void put_floats(hid_t group, const char *name, int rank, const hsize_t *dims)
{
  const float value[64] = { 1, 2, 3 };
  const hid_t space = H5Screate_simple(rank, dims, NULL);
  const hid_t data =
      H5Dcreate2(group, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  H5Dwrite(data, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, value);
  H5Dclose(data);
  H5Sclose(space);
}

/* A file of somebody else's: nested, double, fixed-length text, an array, a trace and a reward. */
static void write_vectors(const char *path, hsize_t n_post_of_weight)
{
  const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t outer = H5Gcreate2(file, "outer", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t group = H5Gcreate2(outer, "inner", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  const hsize_t three = 3, one = 1, two = 2;
  put_floats(group, "pre", 1, &three);
  put_floats(group, "post", 1, &two);
  put_floats(group, "coef", 3, (const hsize_t[]){ 1, 3, 2 });
  put_floats(group, "weight", 2, (const hsize_t[]){ 3, n_post_of_weight });
  put_floats(group, "trace", 3, (const hsize_t[]){ 2, 3, 2 });
  put_floats(group, "reward", 1, &one);
  const hid_t text = H5Tcopy(H5T_C_S1), scalar = H5Screate(H5S_SCALAR);
  const hid_t array = H5Screate_simple(1, &two, NULL);
  H5Tset_size(text, 8);
  hid_t a = H5Acreate2(group, "mode", text, scalar, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite(a, text, "hebbian\0");
  H5Aclose(a);
  a = H5Acreate2(group, "decay", H5T_IEEE_F64LE, array, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite(a, H5T_NATIVE_DOUBLE, (const double[]){ 0.5, 2 });
  H5Aclose(a);
  H5Sclose(array);
  H5Sclose(scalar);
  H5Tclose(text);
  H5Gclose(group);
  H5Gclose(outer);
  H5Fclose(file);
}

static void vectors_of_others_are_read_or_refused(void)
{
  error err = { 0 }, shape = { 0 }, nothing = { 0 };
  vector_case *c = NULL;
  int32_t n = 0;
  write_vectors(scratch_path("vectors.h5"), 2);
  store_read_vectors(scratch_path("vectors.h5"), &c, &n, &err);
  SILENT(&err);
  CU_ASSERT_EQUAL_FATAL(n, 1);
  CU_ASSERT_STRING_EQUAL(c->name, "outer/inner");
  CU_ASSERT_EQUAL(c->n_trace, 2);
  CU_ASSERT_FATAL(c->reward && c->trace && c->n_parameter == 2);
  CU_ASSERT(c->reward[0] == 1 && c->pre[2] == 3);
  CU_ASSERT_STRING_EQUAL(c->parameter[0], "decay=[0.5, 2]");
  CU_ASSERT_STRING_EQUAL(c->parameter[1], "mode=hebbian");
  vector_cases_free(c, n);

  write_vectors(scratch_path("vectors.h5"), 3);
  CU_ASSERT_EQUAL(store_read_vectors(scratch_path("vectors.h5"), &c, &n, &shape), EXIT_IO);
  SAYS(&shape,
       "/outer/inner/weight has 3 values along dimension 1 where the other arrays of the group "
       "want 2");
  CU_ASSERT_EQUAL(store_read_vectors(scratch_path("run.h5"), &c, &n, &nothing), EXIT_IO);
  SAYS(&nothing, "no group holds pre, post, coef and weight");
}

int main(void)
{
  static const check_test tests[] = {
    { "what is no genome is refused", what_is_no_genome_is_refused },
    { "a file that is cut anywhere is refused", a_file_that_is_cut_anywhere_is_refused },
    { "a gene that is not finite is refused", a_gene_that_is_not_finite_is_refused },
    { "another schema is refused by every reader", another_schema_is_refused_by_every_reader },
    { "vectors of the golden file are read", vectors_of_the_golden_file_are_read },
    { "vectors of others are read or refused", vectors_of_others_are_read_or_refused },
  };
  error err = { 0 };
  scratch_open(NULL);
  if (sample_write_run(scratch_path(""), &err) ||
      sample_write_evaluation(scratch_path("eval.h5"), 23, &err) ||
      sample_write_play(scratch_path("play.h5"), &err)) {
    error_print(&err);
    return 2;
  }
  const int failed = check_run("store_read", tests, sizeof tests / sizeof *tests);
  scratch_remove();
  return failed;
}
