/* test_journal.c - records read back as they were written; of a file that was cut or damaged anywhere
 * the whole records before that place do. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal.h"
#include "said.h"
#include "scratch.h"

enum { SIZE = 40, N_RECORD = 5, FIRST_GENERATION = 7 };

static unsigned char byte_of(int64_t generation, size_t k)
{
  return (unsigned char)((size_t)generation * 31 + k * 7);
}

static void append(journal *j, int64_t generation)
{
  error err = { 0 };
  unsigned char *payload = journal_payload(j);
  for (size_t k = 0; k < SIZE; k++)
    payload[k] = byte_of(generation, k);
  CU_ASSERT_EQUAL(journal_append(j, generation, &err), EXIT_FINE);
  SILENT(&err);
}

static void write_records(void)
{
  error err = { 0 };
  journal j;
  const journal_owner owner = { .run_id = "one", .created = "today" };
  CU_ASSERT_EQUAL_FATAL(journal_create(&j, scratch_path(""), &owner, SIZE, &err), EXIT_FINE);
  for (int64_t g = FIRST_GENERATION; g < FIRST_GENERATION + N_RECORD; g++)
    append(&j, g);
  journal_close(&j);
}

/* Reads what there is, which must be right; returns how many records. */
static int count_records(bool *torn, int64_t *end)
{
  error err = { 0 };
  journal j;
  int64_t generation;
  int n = 0;
  CU_ASSERT_EQUAL_FATAL(journal_open(&j, scratch_path(""), SIZE, &err), EXIT_FINE);
  while (journal_next(&j, &generation, torn)) {
    const unsigned char *payload = journal_payload(&j);
    CU_ASSERT_EQUAL(generation, FIRST_GENERATION + n);
    for (size_t k = 0; k < SIZE; k++)
      CU_ASSERT_EQUAL(payload[k], byte_of(generation, k));
    n++;
  }
  *end = j.end;
  journal_close(&j);
  return n;
}

static void records_read_back(void)
{
  bool torn = true;
  int64_t end;
  struct stat file;
  journal_owner owner;
  write_records();
  CU_ASSERT(journal_read_owner(scratch_path(""), &owner));
  CU_ASSERT_STRING_EQUAL(owner.run_id, "one");
  CU_ASSERT_STRING_EQUAL(owner.created, "today");
  CU_ASSERT_EQUAL(count_records(&torn, &end), N_RECORD);
  CU_ASSERT_FALSE(torn);
  CU_ASSERT_EQUAL(stat(scratch_path("run.journal"), &file), 0);
  CU_ASSERT_EQUAL(file.st_size, end);
}

static void a_journal_that_is_cut_keeps_what_was_whole(void)
{
  bool torn;
  int64_t end;
  size_t n;
  write_records();
  char *bytes = scratch_read(scratch_path("run.journal"), &n);
  count_records(&torn, &end);
  const size_t record = 24 + SIZE, first = n - N_RECORD * record;
  for (size_t length = first; length < n; length++) {
    scratch_write(scratch_path("run.journal"), bytes, length);
    CU_ASSERT_EQUAL(count_records(&torn, &end), (int)((length - first) / record));
    CU_ASSERT_EQUAL(torn, (length - first) % record != 0);
  }
  free(bytes);
}

static void a_changed_bit_ends_it(void)
{
  bool torn;
  int64_t end;
  size_t n;
  journal_owner owner;
  write_records();
  char *bytes = scratch_read(scratch_path("run.journal"), &n);
  const size_t record = 24 + SIZE, first = n - N_RECORD * record;
  for (size_t at = 0; at < n; at++) {
    bytes[at] = (char)(bytes[at] ^ (1 << at % 8));
    scratch_write(scratch_path("run.journal"), bytes, n);
    CU_ASSERT_EQUAL(journal_read_owner(scratch_path(""), &owner), at >= first);
    if (at >= first) {
      CU_ASSERT_EQUAL(count_records(&torn, &end), (int)((at - first) / record));
      CU_ASSERT(torn);
    }
    bytes[at] = (char)(bytes[at] ^ (1 << at % 8));
  }
  free(bytes);
}

static void it_goes_on_after_what_was_read(void)
{
  error err = { 0 };
  journal j;
  bool torn;
  int64_t generation, end;
  write_records();
  CU_ASSERT_EQUAL_FATAL(journal_open(&j, scratch_path(""), SIZE, &err), EXIT_FINE);
  for (int k = 0; k < 3; k++)
    CU_ASSERT(journal_next(&j, &generation, &torn));
  CU_ASSERT_EQUAL(journal_cut(&j, j.end, &err), EXIT_FINE);
  append(&j, FIRST_GENERATION + 3);
  journal_close(&j);
  CU_ASSERT_EQUAL(count_records(&torn, &end), 4);
  CU_ASSERT_FALSE(torn);

  // and begins anew once the file has it all
  CU_ASSERT_EQUAL_FATAL(journal_open(&j, scratch_path(""), SIZE, &err), EXIT_FINE);
  CU_ASSERT_EQUAL(journal_restart(&j, &err), EXIT_FINE);
  append(&j, FIRST_GENERATION);
  journal_close(&j);
  CU_ASSERT_EQUAL(count_records(&torn, &end), 1);
  SILENT(&err);
}

static void records_of_another_size_are_none(void)
{
  error err = { 0 };
  journal j;
  bool torn = false;
  int64_t generation;
  write_records();
  CU_ASSERT_EQUAL_FATAL(journal_open(&j, scratch_path(""), SIZE + 8, &err), EXIT_FINE);
  CU_ASSERT_FALSE(journal_next(&j, &generation, &torn));
  CU_ASSERT(torn);
  journal_close(&j);
  journal_remove(scratch_path(""));
  CU_ASSERT_EQUAL(journal_open(&j, scratch_path(""), SIZE, &err), EXIT_IO);
  SAYS(&err, "run.journal: cannot be opened: No such file or directory");
}

int main(void)
{
  static const check_test tests[] = {
    { "records read back", records_read_back },
    { "a journal that is cut keeps what was whole", a_journal_that_is_cut_keeps_what_was_whole },
    { "a changed bit ends it", a_changed_bit_ends_it },
    { "it goes on after what was read", it_goes_on_after_what_was_read },
    { "records of another size are none", records_of_another_size_are_none },
  };
  scratch_open(NULL);
  const int failed = check_run("journal", tests, sizeof tests / sizeof *tests);
  scratch_remove();
  return failed;
}
