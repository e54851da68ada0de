/* test_libraries.c - the shared libraries that provenance names. */
#include <string.h>

#include "check.h"
#include "libraries.h"

static void a_file_says_name_and_version(void)
{
  static const struct {
    const char *path, *name, *version; /* name NULL: no library */
  } want[] = { { "/usr/lib/libmujoco.so.2.2.2", "mujoco", "2.2.2" },
               { "libz.so", "z", "" },
               { "/x/libhdf5_serial.so.103.3.0", "hdf5_serial", "103.3.0" },
               { "/x/pole.so", "pole", "" },
               { "/x.so/program", NULL, NULL },
               { "/x/a.source", NULL, NULL },
               { "/x/.so", NULL, NULL } };
  for (size_t k = 0; k < sizeof want / sizeof *want; k++) {
    library l = { .name = "?" };
    CU_ASSERT_EQUAL(library_of_file(want[k].path, &l), want[k].name != NULL);
    if (want[k].name) {
      CU_ASSERT_STRING_EQUAL(l.name, want[k].name);
      CU_ASSERT_STRING_EQUAL(l.version, want[k].version);
    }
  }
}

static void what_is_loaded_is_listed_by_name(void)
{
  library_list list;
  bool cunit = false;
  CU_ASSERT_FATAL(libraries_loaded(&list));
  for (int32_t i = 0; i < list.n; i++) {
    const library *l = &list.item[i];
    // the C library and its loader, ld-linux-x86-64.so.2; libldap is another one
    CU_ASSERT(strcmp(l->name, "c") != 0 && strncmp(l->name, "ld-", 3) != 0);
    CU_ASSERT(i == 0 || strcmp(list.item[i - 1].name, l->name) <= 0);
    // the link that is loaded tells one number, the file behind it all of them
    cunit = cunit || (strcmp(l->name, "cunit") == 0 && strchr(l->version, '.'));
  }
  CU_ASSERT(cunit);
  libraries_done(&list);
}

int main(void)
{
  static const check_test tests[] = {
    { "a file says name and version", a_file_says_name_and_version },
    { "what is loaded is listed by name", what_is_loaded_is_listed_by_name },
  };
  return check_run("libraries", tests, sizeof tests / sizeof *tests);
}
