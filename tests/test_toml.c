/* test_toml.c - TOML as a C tree: kinds, order, places; and what never reaches the parser. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "said.h"
#include "toml.h"

static toml_node *parse(const char *text, error *err)
{
  return toml_read_text(text, strlen(text), "t.toml", err);
}

/* That a text is refused with a sentence. */
static void refused(const char *text, size_t length, const char *says)
{
  error err = { 0 };
  toml_node *root = toml_read_text(text, length, "t.toml", &err);
  CU_ASSERT_PTR_NULL(root);
  CU_ASSERT_EQUAL(err.count, 1);
  CU_ASSERT_EQUAL(err.status, EXIT_CONFIGURATION);
  SAYS(&err, says);
  toml_free(root);
}

static void at(const toml_node *node, int line, int column)
{
  CU_ASSERT_PTR_NOT_NULL_FATAL(node);
  CU_ASSERT_EQUAL(node->line, line);
  CU_ASSERT_EQUAL(node->column, column);
  CU_ASSERT_STRING_EQUAL(node->file, "t.toml");
}

static void kinds(void)
{
  error err = { 0 };
  toml_node *root = parse("text = \"a\\tb\"\nwhole = -7\nreal = 2.5\nflag = true\n"
                          "day = 2020-01-02\nlist = [1, 2.5, \"x\"]\n[table]\nx = 1\n",
                          &err);
  SILENT(&err);
  CU_ASSERT_PTR_NOT_NULL_FATAL(root);
  CU_ASSERT_EQUAL(root->kind, TOML_TABLE);
  CU_ASSERT_STRING_EQUAL(toml_find(root, "text")->text, "a\tb");
  CU_ASSERT_EQUAL(toml_find(root, "whole")->integer, -7);
  CU_ASSERT_EQUAL(toml_find(root, "whole")->real, -7.0);
  CU_ASSERT_EQUAL(toml_find(root, "real")->real, 2.5);
  CU_ASSERT_EQUAL(toml_find(root, "real")->kind, TOML_REAL);
  CU_ASSERT_TRUE(toml_find(root, "flag")->boolean);
  CU_ASSERT_EQUAL(toml_find(root, "day")->kind, TOML_DATE);
  CU_ASSERT_PTR_NULL(toml_find(root, "nothing"));
  CU_ASSERT_PTR_NULL(toml_find(NULL, "nothing"));
  const toml_node *list = toml_find(root, "list");
  CU_ASSERT_EQUAL(list->kind, TOML_ARRAY);
  CU_ASSERT_PTR_NULL(list->child->key);
  CU_ASSERT_EQUAL(list->child->integer, 1);
  CU_ASSERT_EQUAL(list->child->next->kind, TOML_REAL);
  CU_ASSERT_STRING_EQUAL(list->child->next->next->text, "x");
  CU_ASSERT_EQUAL(toml_find(toml_find(root, "table"), "x")->integer, 1);
  toml_free(root);
}

static void places(void)
{
  error err = { 0 };
  toml_node *root = parse("zebra = 1\n[b]\n  y = 2\nx = 3\n[a]\nweights = { low = 1, init = 2 }\n"
                          "[[task]]\nenv.angle = 4\n[[task]]\nname = \"q\"\n",
                          &err);
  SILENT(&err);
  CU_ASSERT_PTR_NOT_NULL_FATAL(root);
  // in the order of the file, not of the alphabet
  const char *const order[] = { "zebra", "b", "a", "task" };
  const toml_node *child = root->child;
  for (int i = 0; i < 4 && child; i++, child = child->next)
    CU_ASSERT_STRING_EQUAL(child->key, order[i]);
  CU_ASSERT_PTR_NULL(child);

  at(toml_find(root, "zebra"), 1, 1);
  const toml_node *b = toml_find(root, "b"), *weights = toml_find(toml_find(root, "a"), "weights");
  at(b, 2, 2);
  at(toml_find(b, "y"), 3, 3);
  at(b->child->next, 4, 1);
  at(toml_find(weights, "low"), 6, 13);
  at(toml_find(weights, "init"), 6, 22);
  const toml_node *task = toml_find(root, "task");
  at(toml_find(toml_find(task->child, "env"), "angle"), 8, 5);
  at(toml_find(task->child->next, "name"), 10, 1);
  toml_free(root);
}

static void mistakes(void)
{
  static const struct {
    const char *text, *says;
  } cases[] = {
    { "a = \n", "t.toml:1:" },
    { "[x]\na = 1\na = 2\n", "t.toml:3:5: Error while parsing" },
    { "a = [1, 2\n", "t.toml:1:11: " },
    { "a = 99999999999999999999\n", "t.toml:1:" },
    { "a = \"\xff\"\n", "t.toml:1:" },
    { "a = \"x\n", "t.toml:1:" },
    { "a = 1 b = 2\n", "t.toml:1:" },
    { "[\n", "t.toml:1:" },
    { "[a\n", "t.toml:1:" },
    { "a = \"x\\u0000y\"\n", "t.toml:1:1: a text with a zero character in it" },
    { "\n  \"a\\u0000y\" = 1\n", "t.toml:2:3: a text with a zero character in it" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    refused(cases[i].text, strlen(cases[i].text), cases[i].says);
  refused("a\0b = 1\n", 8, "t.toml:1:");
}

/* n times a piece, between a head and a tail. */
static char *repeated(const char *head, const char *piece, size_t n, const char *tail)
{
  const size_t length = strlen(piece);
  char *text = malloc(strlen(head) + n * length + strlen(tail) + 1);
  char *end = stpcpy(text, head);
  for (size_t i = 0; i < n; i++)
    end = stpcpy(end, piece);
  strcpy(end, tail);
  return text;
}

static void too_deep(void)
{
  static const struct {
    const char *head, *piece;
    size_t n;
    const char *tail, *says;
  } cases[] = {
    { "x = 1\n", "a.", 100000, "a = 1\n", "t.toml:2:128: a key of more than 64 parts" },
    { "[", "a.", 100000, "a]\n", "a key of more than 64 parts" },
    { "", "\"a\".", 1000, "a = 1\n", "a key of more than 64 parts" },
    { "", "a . ", 64, "a = 1\n", "a key of more than 64 parts" },
    { "x = ", "{a=", 1000, "1", "brackets nested deeper than 64" },
    { "x = ", "[", 100000, "1", "t.toml:1:69: brackets nested deeper than 64" },
    // what looks at strings and comments must also see their end
    { "x = \"\"\"a\n\"\"\"\ny = ", "[", 100, "1", "t.toml:3:69: brackets" },
    { "x = '''a\n'''\ny = ", "[", 100, "1", "t.toml:3:69: brackets" },
    { "x = \"\"\"a\"\"\"\"\"\ny = ", "[", 100, "1", "t.toml:2:69: brackets" },
    { "x = \"a\\\"\"\ny = ", "[", 100, "1", "t.toml:2:69: brackets" },
    { "x = 'a\\'\ny = ", "[", 100, "1", "t.toml:2:69: brackets" },
    { "# it's\ny = ", "[", 100, "1", "t.toml:2:69: brackets" },
    { "x = '", "a.", 100, "\ny = [[[", "t.toml:1:" }, // an open text: the parser says so
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char *text = repeated(cases[i].head, cases[i].piece, cases[i].n, cases[i].tail);
    refused(text, strlen(text), cases[i].says);
    free(text);
  }
}

static void deep_enough(void)
{
  static const struct {
    const char *head, *piece;
    size_t n;
    const char *tail;
  } cases[] = {
    { "", "a.", 63, "a = 1\n" },
    { "x = [", "0.5, ", 1000, "1.5]\n" }, // dots of numbers are no keys
    { "x = \"", "a.", 1000, "a\"\n" },
    { "x = '", "a.", 1000, "a'\n" },
    { "# ", "[[a.b", 1000, "\nx = 1\n" },
    { "x = \"\"\"", "[a.b\n", 1000, "\"\"\"\n" },
    { "x = '''", "{a.b\n", 1000, "'''\n" },
    { "x = \"\"\"a\"\"\"\"\"\ny = [", "[1],", 100, "]\n" }, // ends with two quotes of its own
    { "x = \"a\\\"", "[", 100, "\"\n" },
    { "x = [\n", "[1], # [\n", 200, "]\n" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char *text = repeated(cases[i].head, cases[i].piece, cases[i].n, cases[i].tail);
    error err = { 0 };
    toml_node *root = parse(text, &err);
    SILENT(&err);
    CU_ASSERT_PTR_NOT_NULL(root);
    toml_free(root);
    free(text);
  }
}

/* The deepest that is let through: 60 tables in each other, each under a key of 60 parts. */
static void deepest(void)
{
  error err = { 0 };
  char *key = repeated("{", "a.", 59, "a="), *text = repeated("x=", key, 60, "1");
  char *whole = repeated(text, "}", 60, "\n");
  toml_node *root = parse(whole, &err);
  SILENT(&err);
  int depth = 0;
  for (const toml_node *node = root; node; node = node->child)
    depth++;
  CU_ASSERT_EQUAL(depth, 2 + 60 * 60);
  toml_free(root);
  free(whole);
  free(text);
  free(key);
}

static void file_refused(const char *path, const char *says)
{
  error err = { 0 };
  toml_node *root = toml_read_file(path, &err);
  CU_ASSERT_PTR_NULL(root);
  CU_ASSERT_EQUAL(err.count, 1);
  CU_ASSERT_EQUAL(err.status, EXIT_CONFIGURATION);
  SAYS(&err, says);
  toml_free(root);
}

static void files(void)
{
  char folder[] = "/tmp/hebb-toml-XXXXXX", path[64], pipe[64];
  error err = { 0 };

  CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/a.toml", folder);
  snprintf(pipe, sizeof pipe, "%s/pipe", folder);
  file_refused(path, "a.toml: cannot be opened: No such file or directory");
  file_refused(folder, "is a folder; name a TOML file");
  CU_ASSERT_EQUAL(mkfifo(pipe, 0600), 0);
  file_refused(pipe, "is no ordinary file"); // and does not wait for a writer

  FILE *file = fopen(path, "w");
  CU_ASSERT_PTR_NOT_NULL_FATAL(file);
  fputs("a = 1\n", file);
  fclose(file);
  toml_node *root = toml_read_file(path, &err);
  SILENT(&err);
  CU_ASSERT_PTR_NOT_NULL_FATAL(root);
  CU_ASSERT_STRING_EQUAL(root->child->file, path);
  toml_free(root);

  CU_ASSERT_EQUAL(truncate(path, 1048577), 0);
  file_refused(path, "a.toml: is larger than 1 MiB, which no experiment is");
  unlink(path);
  unlink(pipe);
  rmdir(folder);
}

int main(void)
{
  static const check_test tests[] = { { "kinds of values", kinds },
                                      { "order and places", places },
                                      { "what is no TOML", mistakes },
                                      { "too deep", too_deep },
                                      { "deep enough", deep_enough },
                                      { "the deepest", deepest },
                                      { "files", files } };
  return check_run("toml", tests, sizeof tests / sizeof tests[0]);
}
