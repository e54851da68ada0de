/* test_loader.c - the search path, what is opened, and what a damaged file cannot do. The faults
 * that a plugin itself can have are in bad/, held against their sentences by test_refusals.sh. */
#include <ctype.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loader.h"
#include "loader_check.h"
#include "said.h"

static char folder[] = "/tmp/hebb-loader-XXXXXX";

static const char *path_of(const char *name)
{
  static char path[2][128];
  static int turn;
  turn = !turn;
  snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
  return path[turn];
}

static void open_by_name(void)
{
  loaded a, b;
  error err = { 0 };
  CU_ASSERT_EQUAL_FATAL(loader_open("abcd", HEBB_RULE, NULL, &a, &err), EXIT_FINE);
  CU_ASSERT_STRING_EQUAL(a.plugin->name, "abcd");
  CU_ASSERT_EQUAL(a.plugin->kind, HEBB_RULE);
  CU_ASSERT_EQUAL(a.path[0], '/');
  CU_ASSERT_EQUAL(strlen(a.sha256), 64);
  for (const char *c = a.sha256; *c; c++)
    CU_ASSERT_TRUE(isxdigit((unsigned char)*c));

  // the same file again is the same plugin, whatever it is called by
  CU_ASSERT_EQUAL(loader_open("abcd:abcd", HEBB_RULE, NULL, &b, &err), EXIT_FINE);
  CU_ASSERT_PTR_EQUAL(a.plugin, b.plugin);
  CU_ASSERT_PTR_EQUAL(a.sha256, b.sha256);
  CU_ASSERT_EQUAL(loader_open(a.path, 0, NULL, &b, &err), EXIT_FINE);
  CU_ASSERT_PTR_EQUAL(a.plugin, b.plugin);
  SILENT(&err);

  // paths are relative to a folder
  CU_ASSERT_EQUAL(symlink(a.path, path_of("mine.so")), 0);
  CU_ASSERT_EQUAL(loader_open("./mine.so", HEBB_RULE, folder, &b, &err), EXIT_FINE);
  CU_ASSERT_PTR_EQUAL(a.plugin, b.plugin);
  SILENT(&err);
  CU_ASSERT_EQUAL(loader_open("./mine.so", HEBB_RULE, NULL, &b, &err), EXIT_PLUGIN);
  SAYS(&err, "./mine.so: cannot be opened: No such file or directory\n");
}

static void refused_names(void)
{
  static const struct {
    const char *name;
    uint32_t kind;
    const char *says;
  } cases[] = {
    { "abdc", HEBB_RULE, "no rule named 'abdc': looked for abdc.so in " },
    { "abdc", HEBB_RULE, "; did you mean 'abcd'?\n" },
    { "zzzzzzzz", HEBB_ENV, "/envs\n" },
    { "abcd", HEBB_ENV, "'abcd' is a rule, where an environment is wanted\n" },
    { "cartpole", HEBB_OPTIMIZER, "'cartpole' is an environment, where an optimizer is wanted\n" },
    { "Abcd", HEBB_RULE, "'Abcd' is neither a plugin's name" },
    { "..", HEBB_RULE, "'..' is neither a plugin's name" },
    { "", HEBB_RULE, "'' is neither a plugin's name" },
    { "a.so", HEBB_RULE, "'a.so' is neither a plugin's name" },
    { "abcd:", HEBB_RULE, "'abcd:': '' cannot be the name of a plugin\n" },
    { "abcd:x", HEBB_RULE, "abcd.so: holds no rule 'x', but abcd\n" },
    { "/none/x.so", HEBB_RULE, "/none/x.so: cannot be opened: No such file or directory\n" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    loaded l;
    error err = { 0 };
    CU_ASSERT_EQUAL(loader_open(cases[i].name, cases[i].kind, NULL, &l, &err), EXIT_PLUGIN);
    CU_ASSERT_EQUAL(err.count, 1);
    SAYS(&err, cases[i].says);
  }
}

/* ---- damaged files ---- */

static unsigned char *library;
static size_t size;

static void write_library(const char *name, size_t length)
{
  FILE *file = fopen(path_of(name), "wb");
  CU_ASSERT_PTR_NOT_NULL_FATAL(file);
  CU_ASSERT_EQUAL(fwrite(library, 1, length, file), length);
  fclose(file);
}

static void read_library(void)
{
  loaded l;
  error err = { 0 };
  struct stat info;
  CU_ASSERT_EQUAL_FATAL(loader_open("static", HEBB_RULE, NULL, &l, &err), EXIT_FINE);
  CU_ASSERT_EQUAL_FATAL(stat(l.path, &info), 0);
  size = (size_t)info.st_size;
  library = malloc(size);
  FILE *file = fopen(l.path, "rb");
  CU_ASSERT_PTR_NOT_NULL_FATAL(file);
  CU_ASSERT_EQUAL_FATAL(fread(library, 1, size, file), size);
  fclose(file);
}

static void refuse_library(const char *name, const char *says)
{
  loaded l;
  error err = { 0 };
  CU_ASSERT_EQUAL(loader_open(path_of(name), HEBB_RULE, NULL, &l, &err), EXIT_PLUGIN);
  CU_ASSERT_EQUAL(err.count, 1);
  SAYS(&err, says);
}

/* dlopen of most of these would end this program with SIGBUS. */
static void truncated(void)
{
  read_library();
  for (size_t length = 0; length < size; length += size / 150 + 1) {
    write_library("cut.so", length);
    refuse_library("cut.so", length < 64 ? "cut.so: is no shared library" : "cut.so: is cut off: ");
  }
  write_library("cut.so", size - 1);
  refuse_library("cut.so",
                 "cut.so: is cut off: its tables reach beyond its end; build or copy it again\n");
}

/* Sets bytes of the header, writes the file, and puts them back. */
static void patched(size_t offset, const void *bytes, size_t n, const char *says)
{
  unsigned char before[8];
  memcpy(before, library + offset, n);
  memcpy(library + offset, bytes, n);
  write_library("patched.so", size);
  memcpy(library + offset, before, n);
  refuse_library("patched.so", says);
}

static void damaged(void)
{
  static const unsigned char ones[8] = { 255, 255, 255, 255, 255, 255, 255, 255 };
  const bool wide = library[4] == 2; // else the offsets below are others
  patched(0, "x", 1,
          "patched.so: is no shared library; build the plugin with 'cc -shared -fPIC'\n");
  patched(4, ones, 1, "is built for another kind of processor");
  patched(5, ones, 1, "is built for another kind of processor");
  patched(18, ones, 2, "is built for another kind of processor; build it on this machine\n");
  patched(16, "\1\0", 2, "is no shared library but an object or a program");
  if (!wide)
    return;
  patched(32, ones, 8, "is cut off"); // program headers: where
  patched(40, ones, 8, "is cut off"); // section headers: where
  patched(54, ones, 2, "is cut off"); // size of a program header
  patched(56, ones, 2, "is cut off"); // how many
  uint64_t at;
  memcpy(&at, library + 32, sizeof at);
  patched((size_t)at + 8, ones, 8, "is cut off");  // first segment: where
  patched((size_t)at + 32, ones, 8, "is cut off"); // first segment: how long
}

/* ---- search path ---- */

static void collect(const loaded *l, void *arg)
{
  char *names = arg;
  strcat(strcat(names, l->plugin->name), " ");
}

static void scanning(void)
{
  char names[3][512] = { "", "", "" };
  error err = { 0 };
  for (uint32_t kind = HEBB_RULE; kind <= HEBB_OPTIMIZER; kind++)
    loader_scan(kind, collect, names[kind - 1], &err);
  SILENT(&err);
  CU_ASSERT_PTR_NOT_NULL(strstr(names[0], "abcd "));
  CU_ASSERT_PTR_NOT_NULL(strstr(names[0], "static "));
  CU_ASSERT_PTR_NOT_NULL(strstr(names[1], "cartpole "));
  CU_ASSERT_PTR_NOT_NULL(strstr(names[2], "openai_es "));
  CU_ASSERT_TRUE(loader_has("abcd", HEBB_RULE));
  CU_ASSERT_FALSE(loader_has("abcd", HEBB_ENV));
  CU_ASSERT_FALSE(loader_has("../rules/abcd", HEBB_RULE));
  CU_ASSERT_STRING_EQUAL(loader_nearest("abc", HEBB_RULE), "abcd");
  CU_ASSERT_PTR_NULL(loader_nearest("somethingelse", HEBB_RULE));
}

/* Folders come in the order --plugin-dir, HEBB_PLUGIN_PATH, installed; of two files of one name
   the first. */
static void order(void)
{
  loaded l, original;
  error err = { 0 };
  CU_ASSERT_EQUAL_FATAL(loader_open("static", HEBB_RULE, NULL, &original, &err), EXIT_FINE);
  mkdir(path_of("first"), 0700);
  mkdir(path_of("first/rules"), 0700);
  write_library("first/rules/static.so", size);

  static char first[128], second[128];
  strcpy(first, path_of("first"));
  strcpy(second, path_of("second"));
  loader_add_folder(second);
  loader_add_folder(first); // the last given comes first
  CU_ASSERT_EQUAL(loader_open("static", HEBB_RULE, NULL, &l, &err), EXIT_FINE);
  CU_ASSERT_PTR_NOT_NULL(strstr(l.path, "/first/rules/static.so"));
  CU_ASSERT_PTR_NOT_EQUAL(l.plugin, original.plugin);
  CU_ASSERT_STRING_EQUAL(l.sha256, original.sha256);

  char names[512] = "";
  loader_scan(HEBB_RULE, collect, names, &err);
  SILENT(&err);
  const char *once = strstr(names, "static ");
  CU_ASSERT_PTR_NOT_NULL_FATAL(once);
  CU_ASSERT_PTR_NULL(strstr(once + 1, "static "));

  CU_ASSERT_EQUAL(loader_open("nosuch", HEBB_RULE, NULL, &l, &err), EXIT_PLUGIN);
  char says[320];
  snprintf(says, sizeof says, "looked for nosuch.so in %s/rules, %s/rules, ", first, second);
  SAYS(&err, says);

  // a bad file in between is reported and passed over
  FILE *file = fopen(path_of("first/rules/text.so"), "w");
  CU_ASSERT_PTR_NOT_NULL_FATAL(file);
  fputs("no library", file);
  fclose(file);
  err = (error){ 0 };
  names[0] = '\0';
  CU_ASSERT_EQUAL(loader_scan(HEBB_RULE, collect, names, &err), EXIT_PLUGIN);
  SAYS(&err, "first/rules/text.so: is no shared library");
  CU_ASSERT_PTR_NOT_NULL(strstr(names, "abcd "));
}

static void data(void)
{
  char *before = getenv("HEBB_DATA_PATH");
  before = before ? strdup(before) : NULL;
  char path[512];
  FILE *file = fopen(path_of("model.xml"), "w");
  CU_ASSERT_PTR_NOT_NULL_FATAL(file);
  fclose(file);
  snprintf(path, sizeof path, ":/none::%s:", folder);
  setenv("HEBB_DATA_PATH", path, 1);
  CU_ASSERT_STRING_EQUAL(loader_data_folder(0), "/none");
  CU_ASSERT_STRING_EQUAL(loader_data_folder(1), folder);
  CU_ASSERT_PTR_NOT_NULL(loader_data_folder(2));
  CU_ASSERT_PTR_NULL(loader_data_folder(3));
  CU_ASSERT_STRING_EQUAL(loader_find_data("model.xml"), path_of("model.xml"));
  CU_ASSERT_PTR_NULL(loader_find_data("none.xml"));
  CU_ASSERT_STRING_EQUAL(loader_find_data(path_of("model.xml")), path_of("model.xml"));
  CU_ASSERT_PTR_NULL(loader_find_data("./none.xml"));
  if (before)
    setenv("HEBB_DATA_PATH", before, 1);
  free(before);
}

static void services(void)
{
  host_services s;
  error err = { 0 };
  host_services_init(&s, "t.toml:3:1: env", &err);
  CU_ASSERT_EQUAL(s.host.abi, HEBB_ABI);
  CU_ASSERT_EQUAL(s.host.fail(&s.host, HEBB_EINVAL, "foot %d is %s", 3, "too long"), HEBB_EINVAL);
  SAYS(&err, "t.toml:3:1: env: foot 3 is too long\n");
  CU_ASSERT_EQUAL(err.status, EXIT_CONFIGURATION);
  err = (error){ 0 };
  CU_ASSERT_EQUAL(s.host.fail(&s.host, HEBB_ENOMEM, "no room"), HEBB_ENOMEM);
  CU_ASSERT_EQUAL(err.status, EXIT_RUN_FAILED);
  CU_ASSERT_PTR_NULL(s.host.find_data(&s.host, "none.xml"));
}

/* A descriptor of a host that knows one member more than today's. */
typedef struct later_rule {
  hebb_rule rule;
  const char *later;
} later_rule;

static void descriptors_of_other_lengths(void)
{
  const size_t first = offsetof(hebb_rule, end) + sizeof(void (*)(void));
  later_rule built = { .later = "more" };
  error err = { 0 };
  built.rule.base = (hebb_plugin){ .abi = HEBB_ABI, .kind = HEBB_RULE, .name = "rule" };
  CU_ASSERT_EQUAL(loader_host_size(HEBB_RULE), sizeof(hebb_rule));
  CU_ASSERT_EQUAL(loader_host_size(HEBB_ENV), sizeof(hebb_env));
  CU_ASSERT_EQUAL(loader_host_size(HEBB_OPTIMIZER), sizeof(hebb_optimizer));

  // an older plugin: what it has not is NULL, whatever lies behind it in memory
  built.rule.base.size = (uint32_t)first;
  CU_ASSERT_EQUAL(loader_check_head(&built.rule.base, "x.so", &err), EXIT_FINE);
  later_rule *copy = (later_rule *)loader_copy_descriptor(&built.rule.base, sizeof *copy);
  CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
  CU_ASSERT_STRING_EQUAL(copy->rule.base.name, "rule");
  CU_ASSERT_PTR_NULL(copy->later);
  free(copy);

  // one of the same headers
  built.rule.base.size = sizeof built;
  CU_ASSERT_EQUAL(loader_check_head(&built.rule.base, "x.so", &err), EXIT_FINE);
  copy = (later_rule *)loader_copy_descriptor(&built.rule.base, sizeof *copy);
  CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
  CU_ASSERT_STRING_EQUAL(copy->later, "more");
  free(copy);

  // a newer one: no more is copied than the host has room for (the tools for memory errors look)
  hebb_plugin *own = loader_copy_descriptor(&built.rule.base, sizeof(hebb_rule));
  CU_ASSERT_PTR_NOT_NULL_FATAL(own);
  CU_ASSERT_EQUAL(own->size, sizeof built);
  free(own);
  SILENT(&err);

  built.rule.base.size = (uint32_t)first - 1;
  CU_ASSERT_EQUAL(loader_check_head(&built.rule.base, "x.so", &err), EXIT_PLUGIN);
  SAYS(&err, "x.so: its descriptor has ");
}

static void kinds(void)
{
  CU_ASSERT_STRING_EQUAL(loader_kind_name(HEBB_RULE), "rule");
  CU_ASSERT_STRING_EQUAL(loader_kind_name(HEBB_ENV), "environment");
  CU_ASSERT_STRING_EQUAL(loader_kind_name(HEBB_OPTIMIZER), "optimizer");
  CU_ASSERT_STRING_EQUAL(loader_kind_folder(HEBB_RULE), "rules");
  CU_ASSERT_STRING_EQUAL(loader_kind_folder(HEBB_ENV), "envs");
  CU_ASSERT_STRING_EQUAL(loader_kind_folder(HEBB_OPTIMIZER), "plugins");
}

static void remove_folder(void)
{
  char command[128];
  snprintf(command, sizeof command, "rm -r '%s'", folder);
  if (system(command) != 0)
    fprintf(stderr, "%s stays\n", folder);
}

int main(void)
{
  static const check_test tests[] = { { "by name and by path", open_by_name },
                                      { "names that are refused", refused_names },
                                      { "truncated files", truncated },
                                      { "damaged headers", damaged },
                                      { "what is on the path", scanning },
                                      { "the order of the path", order },
                                      { "data files", data },
                                      { "services", services },
                                      { "descriptors of other lengths",
                                        descriptors_of_other_lengths },
                                      { "kinds", kinds } };
  if (!mkdtemp(folder))
    return 2;
  const int failed = check_run("loader", tests, sizeof tests / sizeof tests[0]);
  free(library);
  remove_folder();
  return failed;
}
