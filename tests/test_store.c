/* test_store.c - what is written reads back as it was given, and a file that cannot be written leaves
 * the old one where it is. */
#include <errno.h>
#include <hdf5.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "said.h"
#include "store_sample.h"

static char folder[512]; /* of this test program */

static const char *in_folder(const char *name)
{
  static char path[4][1024];
  static int turn;
  char *text = path[turn = (turn + 1) % 4];
  snprintf(text, sizeof path[0], "%s/%s", folder, name);
  return text;
}

/* The bytes of a file; NULL where there is none. */
static char *bytes_of(const char *path, size_t *n)
{
  FILE *in = fopen(path, "rb");
  char *bytes = NULL;
  *n = 0;
  if (in && fseek(in, 0, SEEK_END) == 0) {
    *n = (size_t)ftell(in);
    rewind(in);
    bytes = malloc(*n + 1);
    if (!bytes || fread(bytes, 1, *n, in) != *n)
      abort();
  }
  if (in)
    fclose(in);
  return bytes;
}

static void replace_file(const char *path, const char *bytes, size_t n)
{
  FILE *out = fopen(path, "wb");
  if (!out || fwrite(bytes, 1, n, out) != n || fclose(out) != 0)
    abort();
}

/* ---- reading back ---- */

static void a_run_reads_back_as_it_was_given(void)
{
  error err = { 0 };
  stored_run run;
  sample_write_run(folder, &err);
  SILENT(&err);
  const history *given = sample_history();
  store_read_run(in_folder("run.h5"), given->scalar_info, given->n_scalar, &run, &err);
  SILENT(&err);
  const history *h = &run.history;

  CU_ASSERT_STRING_EQUAL(run.config_toml, sample_experiment()->resolved);
  CU_ASSERT_STRING_EQUAL(run.run_id, sample_provenance()->run_id);
  CU_ASSERT_STRING_EQUAL(run.optimizer, "search");
  CU_ASSERT_EQUAL(run.generation, SAMPLE_GENERATION);
  CU_ASSERT_EQUAL(run.evaluations, 28);
  CU_ASSERT_EQUAL_FATAL(run.state_size, sizeof(sample_state));
  CU_ASSERT(memcmp(run.state, &sample_optimizer_state, sizeof(sample_state)) == 0);

  CU_ASSERT_EQUAL_FATAL(h->n_generation, SAMPLE_GENERATION);
  CU_ASSERT_EQUAL_FATAL(h->n_individual, SAMPLE_INDIVIDUAL);
  CU_ASSERT_EQUAL_FATAL(h->n_task, SAMPLE_TASK);
  CU_ASSERT_EQUAL_FATAL(h->n_kept, SAMPLE_KEPT);
  CU_ASSERT_EQUAL_FATAL(h->n_gene, SAMPLE_GENE);
  const size_t n = SAMPLE_GENERATION, cells = n * SAMPLE_INDIVIDUAL, genes = SAMPLE_KEPT * SAMPLE_GENE;
  CU_ASSERT(memcmp(h->fitness, given->fitness, cells * sizeof(float)) == 0);
  CU_ASSERT(memcmp(h->failure_kind, given->failure_kind, cells) == 0);
  CU_ASSERT(memcmp(h->task_return_mean, given->task_return_mean, n * SAMPLE_TASK * sizeof(double)) == 0);
  for (int k = 0; k < N_SERIES; k++)
    CU_ASSERT(memcmp(h->series[k], given->series[k], n * sizeof(double)) == 0);
  for (int k = 0; k < given->n_scalar; k++)
    CU_ASSERT(memcmp(h->scalar[k], given->scalar[k], n * sizeof(double)) == 0);
  CU_ASSERT(memcmp(h->centre, given->centre, genes * sizeof(float)) == 0);
  CU_ASSERT(memcmp(h->best, given->best, genes * sizeof(float)) == 0);
  CU_ASSERT(memcmp(h->kept_generation, given->kept_generation, SAMPLE_KEPT * sizeof(int32_t)) == 0);
  CU_ASSERT(memcmp(h->best_fitness, given->best_fitness, SAMPLE_KEPT * sizeof(double)) == 0);
  CU_ASSERT(memcmp(h->best_generation, given->best_generation, SAMPLE_KEPT * sizeof(int32_t)) == 0);
  stored_run_free(&run);
}

static void a_genome_is_read_by_kind_and_generation(void)
{
  static const struct {
    enum genome_pick pick;
    int32_t generation, row, found;
    const char *source;
  } want[] = { { GENOME_CENTRE, -1, 2, 6, "run.h5:/genomes/centre@6" },
               { GENOME_CENTRE, 1, 0, 1, "run.h5:/genomes/centre@1" },
               { GENOME_BEST, 3, 1, 3, "run.h5:/genomes/best@3" } };
  error err = { 0 };
  sample_write_run(folder, &err);
  for (size_t k = 0; k < sizeof want / sizeof *want; k++) {
    stored_genome g;
    store_read_genome(in_folder("run.h5"), want[k].pick, want[k].generation, &g, &err);
    SILENT(&err);
    CU_ASSERT_EQUAL(g.generation, want[k].found);
    CU_ASSERT_STRING_EQUAL(g.source, want[k].source);
    CU_ASSERT_STRING_EQUAL(g.config_toml, sample_experiment()->resolved);
    CU_ASSERT_EQUAL_FATAL(g.n_gene, SAMPLE_GENE);
    for (int64_t n = 0; n < SAMPLE_GENE; n++)
      CU_ASSERT_EQUAL(g.gene[n], sample_gene(want[k].pick == GENOME_BEST, want[k].row, n));
    stored_genome_free(&g);
  }
}

static void equal_contents_are_equal_bytes(void)
{
  error err = { 0 };
  size_t n, m;
  sample_write_run(folder, &err);
  char *first = bytes_of(in_folder("run.h5"), &n);
  sample_write_run(folder, &err);
  char *second = bytes_of(in_folder("run.h5"), &m);
  SILENT(&err);
  CU_ASSERT_FATAL(first && second && n == m);
  CU_ASSERT(memcmp(first, second, n) == 0);
  CU_ASSERT(access(in_folder("run.h5.tmp"), F_OK) != 0);
  free(first);
  free(second);
}

/* ---- recorded weights ---- */

static void weights_of(const char *path, float *weight, hsize_t *chunk, int *n_filter)
{
  const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  const hid_t data = H5Dopen2(file, "/lifetimes/intact_ant_000/layer0_weight", H5P_DEFAULT);
  const hid_t list = H5Dget_create_plist(data);
  CU_ASSERT_FATAL(H5Dread(data, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, weight) >= 0);
  CU_ASSERT(H5Pget_chunk(list, 3, chunk) == 3);
  *n_filter = H5Pget_nfilters(list);
  H5Pclose(list);
  H5Dclose(data);
  H5Fclose(file);
}

static void weights_keep_the_bits_asked_for(void)
{
  enum { N = SAMPLE_WEIGHT_ROW * SAMPLE_PRE * SAMPLE_POST };
  static float exact[N], rounded[N];
  error err = { 0 };
  hsize_t chunk[3] = { 0 };
  int n_filter = 0;
  double worst = 0;
  sample_write_evaluation(in_folder("exact.h5"), 23, &err);
  sample_write_evaluation(in_folder("rounded.h5"), 7, &err);
  SILENT(&err);
  weights_of(in_folder("exact.h5"), exact, chunk, &n_filter);
  weights_of(in_folder("rounded.h5"), rounded, chunk, &n_filter);
  for (int k = 0; k < N; k++) {
    uint32_t bits;
    memcpy(&bits, &rounded[k], sizeof bits);
    CU_ASSERT_EQUAL(exact[k], 1.0f / (float)(k + 3));
    CU_ASSERT_EQUAL(bits & 0xffffu, 0);
    worst = fmax(worst, fabs((double)rounded[k] / (double)exact[k] - 1));
  }
  CU_ASSERT(worst > 0 && worst <= 1.0 / 256); // half of the last bit kept
  CU_ASSERT_EQUAL(chunk[0], 256);             // a whole life of few synapses
  CU_ASSERT_EQUAL(chunk[1], SAMPLE_PRE);
  CU_ASSERT_EQUAL(chunk[2], SAMPLE_POST);
  CU_ASSERT_EQUAL(n_filter, 3);
}

/* ---- what cannot be written ---- */

static void a_full_disk_leaves_the_old_file(void)
{
  error err = { 0 };
  struct rlimit old, small;
  size_t n, m;
  sample_write_run(folder, &err);
  char *before = bytes_of(in_folder("run.h5"), &n);

  // a limit on the size of files fails as a full disk does: in the middle of a write
  signal(SIGXFSZ, SIG_IGN);
  getrlimit(RLIMIT_FSIZE, &old);
  small = (struct rlimit){ 20000, old.rlim_max };
  setrlimit(RLIMIT_FSIZE, &small);
  const int status = sample_write_run(folder, &err);
  setrlimit(RLIMIT_FSIZE, &old);

  char *after = bytes_of(in_folder("run.h5"), &m);
  CU_ASSERT_EQUAL(status, EXIT_IO);
  SAYS(&err, "cannot write ");
  SAYS(&err, "run.h5.tmp: File too large");
  CU_ASSERT(n > 20000 && before && after && n == m && memcmp(before, after, n) == 0);
  CU_ASSERT(access(in_folder("run.h5.tmp"), F_OK) != 0);
  free(before);
  free(after);
}

static void a_place_that_is_taken_or_missing_is_named(void)
{
  error err = { 0 }, missing = { 0 };
  mkdir(in_folder("taken.h5"), 0777);
  mkdir(in_folder("taken.h5/x"), 0777);
  CU_ASSERT_EQUAL(sample_write_play(in_folder("taken.h5"), &err), EXIT_IO);
  SAYS(&err, "cannot rename to ");
  SAYS(&err, "taken.h5: ");
  CU_ASSERT(access(in_folder("taken.h5.tmp"), F_OK) != 0);
  CU_ASSERT_EQUAL(sample_write_play(in_folder("nowhere/play.h5"), &missing), EXIT_IO);
  SAYS(&missing, "nowhere/play.h5.tmp: No such file or directory");
}

/* A part that ends behind the state. */
static int outside(const void *state, int32_t k, hebb_array *out)
{
  (void)state;
  *out = (hebb_array){ .name = "mean", .unit = "1", .doc = "", .dims = "gene", .dtype = HEBB_F32,
                       .rank = 1, .extent = { 10 }, .offset = sizeof(sample_state) - 39 };
  return k == 0;
}

static void a_part_outside_the_state_is_refused(void)
{
  static hebb_optimizer optimizer;
  error err = { 0 };
  experiment e = *sample_experiment();
  optimizer = *e.optimizer_plugin;
  optimizer.array = outside;
  e.optimizer_plugin = &optimizer;
  const checkpoint c = sample_checkpoint();
  const hebb_genome_shape none = { .size = sizeof none };
  CU_ASSERT_EQUAL(store_run(folder, RUN_RUNNING, sample_provenance(), &e, &none, NULL, 0,
                            sample_history(), &c, &err),
                  EXIT_PLUGIN);
  SAYS(&err, "optimizer search: declares 'mean' outside its state of ");
}

/* ---- a damaged state ---- */

static void a_changed_state_is_seen_by_its_checksum(void)
{
  error err = { 0 };
  stored_run run;
  size_t n;
  sample_write_run(folder, &err);
  char *bytes = bytes_of(in_folder("run.h5"), &n);
  char *state = memmem(bytes, n, &sample_optimizer_state, sizeof(sample_state));
  CU_ASSERT_FATAL(state != NULL);
  state[20] ^= 1;
  replace_file(in_folder("changed.h5"), bytes, n);
  CU_ASSERT_EQUAL(store_read_run(in_folder("changed.h5"), NULL, 0, &run, &err), EXIT_IO);
  SAYS(&err, "the optimizer's state in its checkpoint is damaged: the checksum is wrong");
  free(bytes);
}

int main(int argc, char **argv)
{
  static const check_test tests[] = {
    { "a run reads back as it was given", a_run_reads_back_as_it_was_given },
    { "a genome is read by kind and generation", a_genome_is_read_by_kind_and_generation },
    { "equal contents are equal bytes", equal_contents_are_equal_bytes },
    { "weights keep the bits asked for", weights_keep_the_bits_asked_for },
    { "a full disk leaves the old file", a_full_disk_leaves_the_old_file },
    { "a place that is taken or missing is named", a_place_that_is_taken_or_missing_is_named },
    { "a part outside the state is refused", a_part_outside_the_state_is_refused },
    { "a changed state is seen by its checksum", a_changed_state_is_seen_by_its_checksum },
  };
  error err = { 0 };

  // test_hdf5.sh asks for the samples alone
  if (argc == 2) {
    snprintf(folder, sizeof folder, "%s", argv[1]);
    if (sample_write_run(folder, &err) || sample_write_evaluation(in_folder("eval.h5"), 10, &err) ||
        sample_write_play(in_folder("play.h5"), &err))
      error_print(&err);
    return err.status;
  }
  const char *temporary = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%s/hebb-store-XXXXXX", temporary ? temporary : "/tmp");
  if (!mkdtemp(folder))
    return 2;
  const int failed = check_run("store", tests, sizeof tests / sizeof *tests);
  char command[600];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command) != 0 || failed;
}
