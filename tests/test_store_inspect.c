/* test_store_inspect.c - what `hebb inspect` says of a file, what of it differs from the schema, and
 * that docs/SCHEMA.md is the schema. */
#include <stdlib.h>

#include "said.h"
#include "scratch.h"
#include "store_hdf5.h"
#include "store_sample.h"

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

/* ---- hebb inspect ---- */

static void every_kind_agrees_with_the_schema(void)
{
  static const char *const name[] = { "run.h5", "eval.h5", "play.h5" };
  for (size_t k = 0; k < sizeof name / sizeof *name; k++) {
    error err = { 0 };
    char *text = printed(store_validate, scratch_path(name[k]), &err);
    SILENT(&err);
    CU_ASSERT_STRING_EQUAL(text, "");
    free(text);
  }
}

static void what_differs_from_the_schema_is_named(void)
{
  static const char *const sentence[] = {
    "/generations/sigma_squared: is not in the schema",
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
  char *bytes = scratch_read(scratch_path("run.h5"), &n);
  scratch_write(scratch_path("other.h5"), bytes, n);
  free(bytes);

  const hid_t file = H5Fopen(scratch_path("other.h5"), H5F_ACC_RDWR, H5P_DEFAULT);
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

  char *text = printed(store_validate, scratch_path("other.h5"), &err);
  CU_ASSERT_EQUAL(err.status, EXIT_MISMATCH);
  SAYS(&err, " differences from schema 1.0");
  for (size_t k = 0; k < sizeof sentence / sizeof *sentence; k++)
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
  char *text = printed(store_inspect, scratch_path("run.h5"), &err);
  SILENT(&err);
  for (size_t k = 0; k < sizeof part / sizeof *part; k++)
    HAS(text, part[k]);
  free(text);

  text = printed(store_inspect, scratch_path("eval.h5"), &err);
  SILENT(&err);
  HAS(text, "Intact ant: mean return 2, standard deviation 1, 3 rollouts\n");
  HAS(text, "\n  @rollouts = 3\n");
  HAS(text, "\n  @seed = 5\n");
  free(text);
}

/* An environment's words may be missing, taken by a quantity, or of another length elsewhere. */
static void dimensions_have_sensible_names(void)
{
  static const char *const part[] = {
    "  position[step 600, xyz 3] ",
    "  joint[step 600, joint_index 2] ",
    "  own_reward[step 600] ",
    "  track[tile 4, track_xyz 2] ",
    "  pixel[step 600, pixel_index 2, pixel_1 2] ",
  };
  error err = { 0 };
  hsize_t dims[STORE_MAX_RANK];
  char *text = printed(store_inspect, scratch_path("eval.h5"), &err);
  for (size_t k = 0; k < sizeof part / sizeof *part; k++)
    HAS(text, part[k]);
  free(text);
  // what is fixed for an episode is one row
  hid_t file = H5Fopen(scratch_path("eval.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
  float *track =
      store_load(file, "eval.h5", "/lifetimes/intact_ant_000/track", STORE_F32, 2, dims, &err);
  SILENT(&err);
  CU_ASSERT_FATAL(track && dims[0] == 4 && dims[1] == 2);
  for (int k = 0; k < 8; k++)
    CU_ASSERT_EQUAL(track[k], (float)(3000 + k));
  free(track);
  H5Fclose(file);
}

static void a_paper_is_named_once(void)
{
  char *cite = NULL;
  const hid_t file = H5Fopen(scratch_path("run.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
  CU_ASSERT_FATAL(store_text_attribute(file, "cite", &cite));
  CU_ASSERT_STRING_EQUAL(cite, "A, B 2020; C 1999");
  free(cite);
  H5Fclose(file);
}

static void series_become_a_table(void)
{
  error err = { 0 }, unknown = { 0 }, none = { 0 };
  char *text = printed_csv(scratch_path("run.h5"), "genomes", &err);
  CU_ASSERT_STRING_EQUAL(text, "generation,best_fitness,best_generation\n1,1,0\n3,2,3\n6,3,5\n");
  free(text);
  text = printed_csv(scratch_path("eval.h5"), "/evaluation", &err);
  CU_ASSERT_STRING_EQUAL(text, "condition,rollout,return,length,seed,terminated,failed\n"
                               "Intact ant,0,1,0,1,1,0\nIntact ant,1,2,0,2,0,1\n"
                               "Intact ant,2,3,0,3,0,0\nintact_ant,0,4,0,4,0,0\n"
                               "intact_ant,1,5,0,5,0,0\nintact_ant,2,6,0,4503599627370496,0,0\n");
  free(text);
  text = printed_csv(scratch_path("play.h5"), "play", &err);
  CU_ASSERT_STRING_EQUAL(text, "t,reward,score,done,terminated,own_reward\n0,0,0,0,0,0\n"
                               "1,0,0,0,0,0\n2,0,0,0,0,0\n3,0,0,0,0,0\n4,0,0,2,0,0\n"
                               "5,0,0,1,1,0\n");
  free(text);
  // a word where all outputs become actions alike
  text = printed_csv(scratch_path("run.h5"), "network", &err);
  CU_ASSERT_STRING_EQUAL(text, "layer,layer_name,layer_kind,n_post,n_pre,plastic,activation\n"
                               "0,layer0,dense,2,3,1,tanh\n1,layer1,dense,1,2,0,linear\n"
                               "2,layer2,dense,3,1,0,tanh sigmoid sigmoid\n"
                               "3,layer3,dense,2,3,0,sigmoid\n");
  free(text);
  // text that is no UTF-8 would stop other readers
  text = printed_csv(scratch_path("run.h5"), "provenance", &err);
  CU_ASSERT_STRING_EQUAL(text, "override\nrun.seed=7\nrun.title=Gr\xc3\xbc\xc3\x9f"
                               "e ?\n");
  free(text);
  SILENT(&err);

  free(printed_csv(scratch_path("run.h5"), "genome", &unknown));
  CU_ASSERT_EQUAL(unknown.status, EXIT_CONFIGURATION);
  SAYS(&unknown,
       "has no group /genome; it has: provenance network generations genomes genome_layout");
  free(printed_csv(scratch_path("run.h5"), "plugins", &none));
  SAYS(&none, "/plugins has no series of one dimension");
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
           attribute      ? row->dims
           : !row->dims   ? "declared"
           : row->dims[0] ? row->dims
                          : "scalar",
           row->unit ? row->unit : "declared", row->doc, row->meanings ? " (0 ... : " : "",
           row->meanings ? row->meanings : "", row->meanings ? ")" : "",
           row->flags & STORE_SCALE ? "; scale" : "",
           row->flags & STORE_OPTIONAL ? "; optional" : "", kinds);
}

static void the_documentation_is_the_schema(void)
{
  char path[1024], line[2048];
  const char *source = getenv("top_srcdir"), *group = "", *there = "";
  size_t n;
  snprintf(path, sizeof path, "%s/docs/SCHEMA.md", source ? source : ".");
  char *text = scratch_read(path, &n);
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
    { "every kind agrees with the schema", every_kind_agrees_with_the_schema },
    { "what differs from the schema is named", what_differs_from_the_schema_is_named },
    { "the tree says what is in a file", the_tree_says_what_is_in_a_file },
    { "dimensions have sensible names", dimensions_have_sensible_names },
    { "a paper is named once", a_paper_is_named_once },
    { "series become a table", series_become_a_table },
    { "the documentation is the schema", the_documentation_is_the_schema },
  };
  error err = { 0 };
  scratch_open(NULL);
  if (sample_write_run(scratch_path(""), &err) ||
      sample_write_evaluation(scratch_path("eval.h5"), 23, &err) ||
      sample_write_play(scratch_path("play.h5"), &err)) {
    error_print(&err);
    return 2;
  }
  const int failed = check_run("store_inspect", tests, sizeof tests / sizeof *tests);
  scratch_remove();
  return failed;
}
