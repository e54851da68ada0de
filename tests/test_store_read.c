/* test_store_read.c - what is read from files that are damaged, of the wrong kind or somebody else's;
 * what `hebb inspect` says of good ones; and that docs/SCHEMA.md is the schema. */
#include <hdf5.h>
#include <math.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "said.h"
#include "store_hdf5.h"
#include "store_sample.h"

static char folder[512]; /* of this test program; holds run.h5, eval.h5 and play.h5 */

static const char *in_folder(const char *name)
{
  static char path[4][1024];
  static int turn;
  char *text = path[turn = (turn + 1) % 4];
  snprintf(text, sizeof path[0], "%s/%s", folder, name);
  return text;
}

static char *bytes_of(const char *path, size_t *n)
{
  FILE *in = fopen(path, "rb");
  if (!in || fseek(in, 0, SEEK_END) != 0)
    abort();
  *n = (size_t)ftell(in);
  rewind(in);
  char *bytes = calloc(*n + 1, 1);
  if (!bytes || fread(bytes, 1, *n, in) != *n)
    abort();
  fclose(in);
  return bytes;
}

static void write_bytes(const char *path, const char *bytes, size_t n)
{
  FILE *out = fopen(path, "wb");
  if (!out || fwrite(bytes, 1, n, out) != n || fclose(out) != 0)
    abort();
}

/* What one of the printing functions prints; to be freed. */
static char *printed(int (*print)(const char *, FILE *, error *), const char *path, error *err)
{
  char *text = NULL;
  size_t n = 0;
  FILE *out = open_memstream(&text, &n);
  print(path, out, err);
  fclose(out);
  return text;
}

static char *printed_csv(const char *path, const char *group, error *err)
{
  char *text = NULL;
  size_t n = 0;
  FILE *out = open_memstream(&text, &n);
  store_inspect_csv(path, group, out, err);
  fclose(out);
  return text;
}

/* That a text contains a line or a part of one. */
#define HAS(text, part)                                                                            \
  do {                                                                                             \
    const bool has_ = strstr(text, part) != NULL;                                                  \
    if (!has_)                                                                                     \
      fprintf(stderr, "\n  wanted: %s\n  in:     %s\n", part, text);                               \
    CU_ASSERT(has_);                                                                               \
  } while (0)

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
    { "noise.h5", "\0\1\2\3", 4, -1, "is not an HDF5 file: it is some other binary file, or damaged" },
    { "missing.h5", NULL, 0, -1, "cannot be read: No such file or directory" },
    { ".", NULL, 0, -1, "is a folder; name the HDF5 file in it" },
    { "play.h5", NULL, 0, -1, "is a file of kind 'play'; wanted: run or genome" },
    { "run.h5", NULL, 0, 2, "keeps no genome of generation 2; it has: 1 3 6" },
  };
  for (size_t k = 0; k < sizeof refused / sizeof *refused; k++) {
    error err = { 0 };
    stored_genome g;
    const char *path = in_folder(refused[k].name);
    if (refused[k].bytes)
      write_bytes(path, refused[k].bytes, refused[k].n);
    CU_ASSERT_EQUAL(store_read_genome(path, GENOME_CENTRE, refused[k].generation, &g, &err), EXIT_IO);
    SAYS(&err, path);
    SAYS(&err, refused[k].sentence);
    CU_ASSERT_EQUAL(err.count, 1);
  }
}

static void a_file_that_is_cut_is_refused(void)
{
  error err = { 0 };
  stored_genome g;
  size_t n;
  char *bytes = bytes_of(in_folder("run.h5"), &n);
  write_bytes(in_folder("cut.h5"), bytes, n / 2);
  CU_ASSERT_EQUAL(store_read_genome(in_folder("cut.h5"), GENOME_CENTRE, -1, &g, &err), EXIT_IO);
  SAYS(&err, "cannot be opened, it is damaged or incomplete (HDF5: truncated file");
  free(bytes);
}

/* Bytes changed at random: whatever comes of it, it is a sentence or a genome. Returns how many of
   200 files were refused, 255 where neither came. */
static int read_damaged(const char *bytes, size_t n)
{
  uint32_t random = 12345;
  int n_refused = 0;
  char *copy = malloc(n);
  for (int k = 0; k < 200; k++) {
    error err = { 0 };
    stored_genome g = { 0 };
    memcpy(copy, bytes, n);
    for (int change = 0; change < 6; change++) {
      random = random * 1664525u + 1013904223u;
      copy[(random >> 8) % n] ^= (char)(1u << (random >> 5) % 8);
    }
    write_bytes(in_folder("damaged.h5"), copy, n);
    const int status = store_read_genome(in_folder("damaged.h5"), GENOME_BEST, -1, &g, &err);
    if (status == EXIT_FINE ? g.n_gene != SAMPLE_GENE : err.count == 0)
      return 255;
    n_refused += status != EXIT_FINE;
    stored_genome_free(&g);
  }
  free(copy);
  return n_refused;
}

/* In a child: a crash is then one failed test, and what the library loses on such files is not held
   against us by a leak checker. */
static void damaged_files_do_no_harm(void)
{
  size_t n;
  int status = 0;
  char *bytes = bytes_of(in_folder("run.h5"), &n);
  const pid_t child = fork();
  if (child == 0)
    _exit(read_damaged(bytes, n));
  CU_ASSERT_FATAL(child > 0 && waitpid(child, &status, 0) == child);
  CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) > 0 && WEXITSTATUS(status) < 200);
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
  char *bytes = bytes_of(in_folder("run.h5"), &n), *there = memmem(bytes, n, row, sizeof row);
  CU_ASSERT_FATAL(there != NULL && memcmp(there + 7 * sizeof gene, &gene, sizeof gene) == 0);
  memcpy(there + 7 * sizeof gene, &nan_bits, sizeof nan_bits);
  write_bytes(in_folder("nan.h5"), bytes, n);
  CU_ASSERT_EQUAL(store_read_genome(in_folder("nan.h5"), GENOME_CENTRE, -1, &g, &err), EXIT_IO);
  SAYS(&err, "/genomes/centre holds a number that is not finite (gene 7)");
  free(bytes);
}

/* ---- hebb inspect ---- */

static void every_kind_agrees_with_the_schema(void)
{
  static const char *const name[] = { "run.h5", "eval.h5", "play.h5" };
  for (size_t k = 0; k < sizeof name / sizeof *name; k++) {
    error err = { 0 };
    char *text = printed(store_validate, in_folder(name[k]), &err);
    SILENT(&err);
    CU_ASSERT_STRING_EQUAL(text, "");
    free(text);
  }
}

static void what_differs_from_the_schema_is_named(void)
{
  static const char *const sentence[] = {
    "/generations: sigma_squared is not in the schema",
    "/generations/fitness: attribute units is missing or no text",
    "/generations/fitness_mean: attribute _FillValue is not NaN of type f64",
    "/generations/fitness_std: dimension 0 has no scale",
    "/generations/fitness_max: is not of type f64",
    "/generations: fitness_min is missing",
    "/: attribute title is missing",
    "/: attribute colour is not in the schema",
    "/extra: this group is not in the schema",
    "/genome_layout is missing",
  };
  error err = { 0 };
  size_t n;
  char *bytes = bytes_of(in_folder("run.h5"), &n);
  write_bytes(in_folder("other.h5"), bytes, n);
  free(bytes);

  const hid_t file = H5Fopen(in_folder("other.h5"), H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t scalar = H5Screate(H5S_SCALAR);
  const hid_t group = H5Gopen2(file, "generations", H5P_DEFAULT);
  H5Dclose(H5Dcreate2(group, "sigma_squared", H5T_NATIVE_DOUBLE, scalar, H5P_DEFAULT, H5P_DEFAULT,
                      H5P_DEFAULT));
  H5Adelete_by_name(group, "fitness", "units", H5P_DEFAULT);
  H5Adelete_by_name(group, "fitness_mean", "_FillValue", H5P_DEFAULT);
  H5Adelete_by_name(group, "fitness_std", "DIMENSION_LIST", H5P_DEFAULT);
  H5Ldelete(group, "fitness_max", H5P_DEFAULT);
  H5Dclose(H5Dcreate2(group, "fitness_max", H5T_NATIVE_INT, scalar, H5P_DEFAULT, H5P_DEFAULT,
                      H5P_DEFAULT));
  H5Ldelete(group, "fitness_min", H5P_DEFAULT);
  H5Adelete(file, "title");
  H5Aclose(H5Acreate2(file, "colour", H5T_NATIVE_INT, scalar, H5P_DEFAULT, H5P_DEFAULT));
  H5Gclose(H5Gcreate2(file, "extra", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  H5Ldelete(file, "genome_layout", H5P_DEFAULT);
  H5Gclose(group);
  H5Sclose(scalar);
  H5Fclose(file);

  char *text = printed(store_validate, in_folder("other.h5"), &err);
  CU_ASSERT_EQUAL(err.status, EXIT_MISMATCH);
  SAYS(&err, " differences from schema 1.0");
  HAS(text, "/generations/sigma_squared: is not in the schema");
  for (size_t k = 1; k < sizeof sentence / sizeof *sentence; k++)
    HAS(text, sentence[k]);
  free(text);
}

static void the_tree_says_what_is_in_a_file(void)
{
  static const char *const part[] = {
    "run.h5: A sample\n",
    "  kind        run, complete\n",
    "  generations 7; mean fitness 0 at first, 0.75 at last; best 6.75 in generation 6\n",
    "  fitness[generation 7, individual 4]            f32   fitness of every individual",
    "  wall_time[generation 7]                        f64   [s] wall-clock time",
    "\n/plugins/rule\n",
    "  choice = \"second\" ",
    "  rate = 0.75 ",
    "  angle[angle_index 3]                           f64   [rad] Three angles.\n",
    "  config_toml = \"[run]\"... ",
  };
  error err = { 0 };
  char *text = printed(store_inspect, in_folder("run.h5"), &err);
  SILENT(&err);
  for (size_t k = 0; k < sizeof part / sizeof *part; k++)
    HAS(text, part[k]);
  free(text);

  text = printed(store_inspect, in_folder("eval.h5"), &err);
  SILENT(&err);
  HAS(text, "Intact ant: mean return 2, standard deviation 1, 3 rollouts\n");
  free(text);
}

static void series_become_a_table(void)
{
  error err = { 0 }, unknown = { 0 }, none = { 0 };
  char *text = printed_csv(in_folder("run.h5"), "genomes", &err);
  CU_ASSERT_STRING_EQUAL(text, "generation,best_fitness,best_generation\n1,1,0\n3,2,3\n6,3,5\n");
  free(text);
  text = printed_csv(in_folder("eval.h5"), "/evaluation", &err);
  CU_ASSERT_STRING_EQUAL(text, "condition,condition_toml\nIntact ant,\"[env]\n\"\nintact_ant,\"[env]\n\"\n");
  free(text);
  text = printed_csv(in_folder("play.h5"), "play", &err);
  CU_ASSERT_STRING_EQUAL(text, "t,reward,score,done,own_reward\n0,0,0,0,0\n1,0,0,0,0\n2,0,0,0,0\n"
                               "3,0,0,0,0\n4,0,0,0,0\n5,0,0,1,0\n");
  free(text);
  // text that is no UTF-8 would stop other readers
  text = printed_csv(in_folder("run.h5"), "provenance", &err);
  CU_ASSERT_STRING_EQUAL(text, "override\nrun.seed=7\nrun.title=Gr\xc3\xbc\xc3\x9f" "e ?\n");
  free(text);
  SILENT(&err);

  free(printed_csv(in_folder("run.h5"), "genome", &unknown));
  CU_ASSERT_EQUAL(unknown.status, EXIT_CONFIGURATION);
  SAYS(&unknown, "has no group /genome; it has: provenance network generations genomes genome_layout");
  free(printed_csv(in_folder("run.h5"), "plugins", &none));
  SAYS(&none, "/plugins has no series of one dimension");
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
  const hid_t data = H5Dcreate2(group, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT,
                                H5P_DEFAULT);
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
  write_vectors(in_folder("vectors.h5"), 2);
  store_read_vectors(in_folder("vectors.h5"), &c, &n, &err);
  SILENT(&err);
  CU_ASSERT_EQUAL_FATAL(n, 1);
  CU_ASSERT_STRING_EQUAL(c->name, "outer/inner");
  CU_ASSERT_EQUAL(c->n_trace, 2);
  CU_ASSERT_FATAL(c->reward && c->trace && c->n_parameter == 2);
  CU_ASSERT(c->reward[0] == 1 && c->pre[2] == 3);
  CU_ASSERT_STRING_EQUAL(c->parameter[0], "decay=[0.5, 2]");
  CU_ASSERT_STRING_EQUAL(c->parameter[1], "mode=hebbian");
  vector_cases_free(c, n);

  write_vectors(in_folder("vectors.h5"), 3);
  CU_ASSERT_EQUAL(store_read_vectors(in_folder("vectors.h5"), &c, &n, &shape), EXIT_IO);
  SAYS(&shape, "/outer/inner/weight has 3 values along dimension 1 where the other arrays of the group "
               "want 2");
  CU_ASSERT_EQUAL(store_read_vectors(in_folder("run.h5"), &c, &n, &nothing), EXIT_IO);
  SAYS(&nothing, "no group holds pre, post, coef and weight");
}

/* ---- documentation ---- */

/* A row of the schema as docs/SCHEMA.md shows it. */
static void write_row(const store_variable *row, char *line, size_t size)
{
  char kinds[64] = "";
  const bool attribute = row->flags & STORE_ATTRIBUTE;
  for (uint32_t kind = STORE_RUN; kind <= STORE_GENOME; kind <<= 1)
    if (row->kinds & kind) {
      strcat(kinds, kinds[0] ? " " : "");
      strcat(kinds, store_kind_name(kind));
    }
  if (strcmp(kinds, "run evaluation play genome") == 0)
    strcpy(kinds, "all");
  snprintf(line, size, "| `%s%s` | %s | %s | %s | %s%s%s%s%s%s | %s |\n", attribute ? "@" : "",
           row->name, store_type_name(row->type),
           attribute        ? row->dims
           : !row->dims     ? "declared"
           : row->dims[0]   ? row->dims
                            : "scalar",
           row->unit ? row->unit : "declared", row->doc, row->meanings ? " (0 ... : " : "",
           row->meanings ? row->meanings : "", row->meanings ? ")" : "",
           row->flags & STORE_SCALE ? "; scale" : "", row->flags & STORE_OPTIONAL ? "; optional" : "",
           kinds);
}

static void the_documentation_is_the_schema(void)
{
  char path[1024], line[2048];
  const char *source = getenv("top_srcdir"), *group = "", *there = "";
  size_t n;
  snprintf(path, sizeof path, "%s/docs/SCHEMA.md", source ? source : ".");
  char *text = bytes_of(path, &n);
  for (const store_variable *row = store_schema; row->name; row++) {
    if (strcmp(row->group, group) != 0) {
      group = row->group;
      snprintf(line, sizeof line, "\n### `%s`\n", group);
      there = strstr(text, line);
      if (!there)
        fprintf(stderr, "\n  docs/SCHEMA.md has no:%s", line);
      CU_ASSERT_FATAL(there != NULL);
    }
    write_row(row, line, sizeof line);
    const char *next = strstr(there, line), *end = strstr(there + 1, "\n### ");
    const bool in_section = next && (!end || next < end);
    if (!in_section)
      fprintf(stderr, "\n  docs/SCHEMA.md, %s, wants: %s", group, line);
    CU_ASSERT(in_section);
  }
  free(text);
}

int main(void)
{
  static const check_test tests[] = {
    { "what is no genome is refused", what_is_no_genome_is_refused },
    { "a file that is cut is refused", a_file_that_is_cut_is_refused },
    { "damaged files do no harm", damaged_files_do_no_harm },
    { "a gene that is not finite is refused", a_gene_that_is_not_finite_is_refused },
    { "every kind agrees with the schema", every_kind_agrees_with_the_schema },
    { "what differs from the schema is named", what_differs_from_the_schema_is_named },
    { "the tree says what is in a file", the_tree_says_what_is_in_a_file },
    { "series become a table", series_become_a_table },
    { "vectors of the golden file are read", vectors_of_the_golden_file_are_read },
    { "vectors of others are read or refused", vectors_of_others_are_read_or_refused },
    { "the documentation is the schema", the_documentation_is_the_schema },
  };
  error err = { 0 };
  const char *temporary = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%s/hebb-store-XXXXXX", temporary ? temporary : "/tmp");
  if (!mkdtemp(folder))
    return 2;
  if (sample_write_run(folder, &err) || sample_write_evaluation(in_folder("eval.h5"), 23, &err) ||
      sample_write_play(in_folder("play.h5"), &err)) {
    error_print(&err);
    return 2;
  }
  const int failed = check_run("store_read", tests, sizeof tests / sizeof *tests);
  char command[600];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command) != 0 || failed;
}
