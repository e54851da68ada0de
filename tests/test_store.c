/* test_store.c - what is written reads back as it was given, and a file that cannot be written
 * leaves the old one where it is. */
#include <errno.h>
#include <hdf5.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "said.h"
#include "scratch.h"
#include "store_sample.h"

/* ---- reading back ---- */

static void a_run_reads_back_as_it_was_given(void)
{
  error err = { 0 };
  stored_run run;
  sample_write_run(scratch_path(""), &err);
  SILENT(&err);
  const history *given = sample_history();
  store_read_run(scratch_path("run.h5"), given->scalar_info, given->n_scalar, &run, &err);
  SILENT(&err);
  CU_ASSERT_EQUAL_FATAL(err.status, EXIT_FINE);
  const history *h = &run.history;

  CU_ASSERT_STRING_EQUAL(run.config_toml, sample_experiment()->resolved);
  CU_ASSERT_STRING_EQUAL(run.origin.run_id, sample_provenance()->run_id);
  CU_ASSERT_STRING_EQUAL(run.optimizer, "search");
  CU_ASSERT_EQUAL(run.generation, SAMPLE_GENERATION);
  CU_ASSERT_EQUAL(run.evaluations, 28);
  CU_ASSERT_EQUAL_FATAL(run.state_size, sizeof(sample_state));
  CU_ASSERT(memcmp(run.state, &sample_optimizer_state, sizeof(sample_state)) == 0);
  static const int32_t rule[] = { 0, 1, 0, 1, 2, 2 };
  CU_ASSERT_EQUAL_FATAL(run.n_synapse, 6);
  CU_ASSERT(memcmp(run.synapse_rule, rule, sizeof rule) == 0);

  CU_ASSERT_EQUAL_FATAL(h->n_generation, SAMPLE_GENERATION);
  CU_ASSERT_EQUAL_FATAL(h->n_individual, SAMPLE_INDIVIDUAL);
  CU_ASSERT_EQUAL_FATAL(h->n_task, SAMPLE_TASK);
  CU_ASSERT_EQUAL_FATAL(h->n_kept, SAMPLE_KEPT);
  CU_ASSERT_EQUAL_FATAL(h->n_gene, SAMPLE_GENE);
  const size_t n = SAMPLE_GENERATION, cells = n * SAMPLE_INDIVIDUAL,
               genes = SAMPLE_KEPT * SAMPLE_GENE;
  CU_ASSERT(memcmp(h->fitness, given->fitness, cells * sizeof(float)) == 0);
  CU_ASSERT(memcmp(h->failure_kind, given->failure_kind, cells) == 0);
  CU_ASSERT(
      memcmp(h->task_return_mean, given->task_return_mean, n * SAMPLE_TASK * sizeof(double)) == 0);
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
  sample_write_run(scratch_path(""), &err);
  for (size_t k = 0; k < sizeof want / sizeof *want; k++) {
    stored_genome g;
    store_read_genome(scratch_path("run.h5"), want[k].pick, want[k].generation, &g, &err);
    SILENT(&err);
    CU_ASSERT_EQUAL_FATAL(err.status, EXIT_FINE);
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
  sample_write_run(scratch_path(""), &err);
  char *first = scratch_read(scratch_path("run.h5"), &n);
  sample_write_run(scratch_path(""), &err);
  char *second = scratch_read(scratch_path("run.h5"), &m);
  SILENT(&err);
  CU_ASSERT_FATAL(first && second && n == m);
  CU_ASSERT(memcmp(first, second, n) == 0);
  CU_ASSERT(access(scratch_path("run.h5.tmp"), F_OK) != 0);
  free(first);
  free(second);
}

/* ---- recorded weights ---- */

static void weights_of(const char *path, float *weight, hsize_t *chunk, int *n_filter)
{
  const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  const hid_t data = H5Dopen2(file, "/lifetimes/intact_ant_000/layer0_weight", H5P_DEFAULT);
  CU_ASSERT_FATAL(data >= 0);
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
  sample_write_evaluation(scratch_path("exact.h5"), 23, &err);
  sample_write_evaluation(scratch_path("rounded.h5"), 7, &err);
  SILENT(&err);
  weights_of(scratch_path("exact.h5"), exact, chunk, &n_filter);
  weights_of(scratch_path("rounded.h5"), rounded, chunk, &n_filter);
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
  sample_write_run(scratch_path(""), &err);
  char *before = scratch_read(scratch_path("run.h5"), &n);

  // a limit on the size of files fails as a full disk does: in the middle of a write
  signal(SIGXFSZ, SIG_IGN);
  getrlimit(RLIMIT_FSIZE, &old);
  small = (struct rlimit){ 20000, old.rlim_max };
  setrlimit(RLIMIT_FSIZE, &small);
  const int status = sample_write_run(scratch_path(""), &err);
  setrlimit(RLIMIT_FSIZE, &old);

  char *after = scratch_read(scratch_path("run.h5"), &m);
  CU_ASSERT_EQUAL(status, EXIT_IO);
  SAYS(&err, "cannot write ");
  SAYS(&err, "run.h5.tmp: File too large");
  CU_ASSERT(n > 20000 && before && after && n == m && memcmp(before, after, n) == 0);
  CU_ASSERT(access(scratch_path("run.h5.tmp"), F_OK) != 0);
  free(before);
  free(after);
}

static void a_disk_that_fails_leaves_the_old_file(void)
{
  // the device accepts no byte; the device cannot be synced
  static const struct {
    const char *device, *sentence;
  } fault[] = { { "/dev/full", "run.h5.tmp: No space left on device" },
                { "/dev/null", "cannot sync " } };
  for (size_t k = 0; k < sizeof fault / sizeof *fault; k++) {
    error fine = { 0 }, err = { 0 };
    size_t n, m;
    sample_write_run(scratch_path(""), &fine);
    char *before = scratch_read(scratch_path("run.h5"), &n);
    CU_ASSERT_EQUAL_FATAL(symlink(fault[k].device, scratch_path("run.h5.tmp")), 0);
    CU_ASSERT_EQUAL(sample_write_run(scratch_path(""), &err), EXIT_IO);
    SAYS(&err, fault[k].sentence);
    char *after = scratch_read(scratch_path("run.h5"), &m);
    CU_ASSERT(before && after && n == m && memcmp(before, after, n) == 0);
    CU_ASSERT(access(scratch_path("run.h5.tmp"), F_OK) != 0);
    free(before);
    free(after);
  }
}

static void a_place_that_is_taken_or_missing_is_named(void)
{
  error err = { 0 }, missing = { 0 };
  struct stat there;
  CU_ASSERT_EQUAL_FATAL(mkfifo(scratch_path("taken.h5"), 0600), 0);
  CU_ASSERT_EQUAL(sample_write_play(scratch_path("taken.h5"), &err), EXIT_IO);
  SAYS(&err, "taken.h5: is there and is not an ordinary file; name another");
  CU_ASSERT(stat(scratch_path("taken.h5"), &there) == 0 && S_ISFIFO(there.st_mode));
  CU_ASSERT(access(scratch_path("taken.h5.tmp"), F_OK) != 0);
  CU_ASSERT_EQUAL(sample_write_play(scratch_path("nowhere/play.h5"), &missing), EXIT_IO);
  SAYS(&missing, "nowhere/play.h5: cannot be written in the folder ");
  SAYS(&missing, "nowhere: No such file or directory");
}

static void a_place_is_tried_before_the_work(void)
{
  static const struct {
    const char *path, *sentence;
  } refused[] = { { "nowhere/x.h5", "nowhere/x.h5: cannot be written in the folder " },
                  { "file/x.h5", "file is no folder" },
                  { "folder", "folder: is there and is not an ordinary file; name another" },
                  { "folder/", "folder/: is no name of a file" } };
  error err = { 0 };
  size_t n;
  scratch_write(scratch_path("file"), "kept", 4);
  CU_ASSERT_EQUAL_FATAL(mkdir(scratch_path("folder"), 0700), 0);
  CU_ASSERT_EQUAL(store_can_write(scratch_path("absent.h5"), &err), EXIT_FINE);
  CU_ASSERT_EQUAL(store_can_write(scratch_path("file"), &err), EXIT_FINE);
  CU_ASSERT_EQUAL(store_can_write("x.h5", &err), EXIT_FINE);
  SILENT(&err);
  char *kept = scratch_read(scratch_path("file"), &n);
  CU_ASSERT(n == 4 && access(scratch_path("absent.h5"), F_OK) != 0);
  free(kept);
  for (size_t k = 0; k < sizeof refused / sizeof *refused; k++) {
    error said = { 0 };
    CU_ASSERT_EQUAL(store_can_write(scratch_path(refused[k].path), &said), EXIT_IO);
    SAYS(&said, refused[k].sentence);
  }
}

/* A part that ends behind the state. */
static int outside(const void *state, int32_t k, hebb_array *out)
{
  (void)state;
  *out = (hebb_array){ .name = "mean",
                       .unit = "1",
                       .doc = "",
                       .dims = "gene",
                       .dtype = HEBB_F32,
                       .rank = 1,
                       .extent = { 10 },
                       .offset = sizeof(sample_state) - 39 };
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
  CU_ASSERT_EQUAL(store_run(scratch_path(""), RUN_RUNNING, sample_provenance(), &e, &none, NULL, 0,
                            NULL, sample_history(), NULL, &c, &err),
                  EXIT_PLUGIN);
  SAYS(&err, "optimizer search: declares 'mean' outside its state of ");
}

/* ---- a damaged state ---- */

static void a_changed_state_is_seen_by_its_checksum(void)
{
  error err = { 0 };
  stored_run run;
  size_t n;
  sample_write_run(scratch_path(""), &err);
  char *bytes = scratch_read(scratch_path("run.h5"), &n);
  char *state = memmem(bytes, n, &sample_optimizer_state, sizeof(sample_state));
  CU_ASSERT_FATAL(state != NULL);
  state[20] ^= 1;
  scratch_write(scratch_path("changed.h5"), bytes, n);
  CU_ASSERT_EQUAL(store_read_run(scratch_path("changed.h5"), NULL, 0, &run, &err), EXIT_IO);
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
    { "a disk that fails leaves the old file", a_disk_that_fails_leaves_the_old_file },
    { "a place that is taken or missing is named", a_place_that_is_taken_or_missing_is_named },
    { "a place is tried before the work", a_place_is_tried_before_the_work },
    { "a part outside the state is refused", a_part_outside_the_state_is_refused },
    { "a changed state is seen by its checksum", a_changed_state_is_seen_by_its_checksum },
  };
  error err = { 0 };

  // test_hdf5.sh asks for the samples alone
  if (argc == 2) {
    scratch_open(argv[1]);
    if (sample_write_run(scratch_path(""), &err) ||
        sample_write_evaluation(scratch_path("eval.h5"), 10, &err) ||
        sample_write_play(scratch_path("play.h5"), &err))
      error_print(&err);
    return err.status;
  }
  scratch_open(NULL);
  const int failed = check_run("store", tests, sizeof tests / sizeof *tests);
  scratch_remove();
  return failed;
}
