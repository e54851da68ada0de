/* test_table_file.c - tables: their files, their numbers from samples, and what is refused where. */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "said.h"
#include "scratch.h"
#include "table.h"

static const char head[] = "schema = 1\ntitle = \"T\"\n";
static const char row[] = "[[row]]\nname = \"r\"\nexperiment = \"cartpole-abcd\"\n";
static const char cell[] = "[[row.cell]]\nname = \"pole\"\n";

static const char *write_table(const char *a, const char *b, const char *c)
{
  char text[4096];
  const char *path = scratch_path("t.toml");
  snprintf(text, sizeof text, "%s%s%s", a, b, c);
  scratch_write(path, text, strlen(text));
  return path;
}

static void refused(const char *a, const char *b, const char *c, const char *says)
{
  error err = { 0 };
  table t;
  CU_ASSERT_EQUAL(table_read(write_table(a, b, c), &t, &err), EXIT_CONFIGURATION);
  CU_ASSERT_EQUAL(err.count, 1);
  SAYS(&err, says);
  table_free(&t);
}

static void whole_file(void)
{
  static const char text[] =
      "schema = 1\ntitle = \"T\"\npaper = \"P\"\nnote = \"N\"\nreference = \"elsewhere\"\n"
      "[[column]]\nname = \"pole\"\nlabel = \"a pole\"\n"
      "[[column]]\nname = \"freeze at 40\"\n"
      "[[row]]\nname = \"A, b/c\"\nexperiment = \"cartpole-abcd\"\nset = [\"run.generations=2\"]\n"
      "seeds = [3, 1]\nrollouts = 7\ngenome = \"none.h5\"\n"
      "[[row.cell]]\nname = \"pole\"\npublished = { mean = 10, sd = 2, n = 4 }\n"
      "[[row.cell]]\nname = \"more\"\nclaim = \"works\"\n"
      "[[row]]\nname = \"gone\"\nexperiment = \"no/such\"\n";
  error err = { 0 };
  table t;
  CU_ASSERT_EQUAL_FATAL(table_read(write_table(text, "", ""), &t, &err), EXIT_FINE);
  SILENT(&err);
  CU_ASSERT_STRING_EQUAL(t.name, "t");
  CU_ASSERT_STRING_EQUAL(t.reference, "elsewhere");
  CU_ASSERT_EQUAL_FATAL(t.n_row, 2);
  const table_row *r = &t.row[0];
  CU_ASSERT_STRING_EQUAL(r->folder, "A-b-c");
  CU_ASSERT(strstr(r->path, "experiments/cartpole-abcd.toml") != NULL);
  CU_ASSERT_STRING_EQUAL(r->genome_path, "");
  CU_ASSERT_EQUAL(r->n_seed, 2);
  CU_ASSERT_EQUAL(r->seed[0], 3);
  CU_ASSERT_EQUAL(r->rollouts, 7);
  CU_ASSERT_EQUAL(r->n_set, 1);
  CU_ASSERT_EQUAL_FATAL(r->n_cell, 3);
  CU_ASSERT_STRING_EQUAL(r->cell[0].label, "a pole");
  CU_ASSERT_STRING_EQUAL(r->cell[1].base, "freeze");
  CU_ASSERT_STRING_EQUAL(r->cell[2].claim, "works");
  CU_ASSERT_FALSE(r->cell[1].published.known);
  const table_number *p = &r->cell[0].published;
  CU_ASSERT_TRUE(p->known);
  // t of 3 degrees of freedom: 3.182446
  CU_ASSERT_DOUBLE_EQUAL(p->bounds.low, 10 - 3.182446, 1e-5);
  CU_ASSERT_STRING_EQUAL(t.row[1].path, "");
  CU_ASSERT_EQUAL(t.row[1].n_cell, 2);
  CU_ASSERT_EQUAL(t.row[1].seed[0], 1);
  table_free(&t);
}

static void learning(void)
{
  static const char text[] =
      "[[row]]\nname = \"r\"\nwhat = \"learning\"\nexperiment = \"rules/reinforce\"\n"
      "[[row.cell]]\nname = \"solved\"\npublished = { count = 5, n = 8 }\n"
      "[[row.cell]]\nname = \"solved_episode\"\npublished = { median = 439, n = 5 }\n";
  error err = { 0 };
  table t;
  CU_ASSERT_EQUAL_FATAL(table_read(write_table(head, text, ""), &t, &err), EXIT_FINE);
  const table_number *p = &t.row[0].cell[0].published;
  CU_ASSERT_EQUAL(t.row[0].cell[0].quantity, TABLE_SOLVED);
  CU_ASSERT_EQUAL(p->count, 5);
  CU_ASSERT_DOUBLE_EQUAL(p->value, 0.625, 0);
  CU_ASSERT_DOUBLE_EQUAL(p->bounds.low, 0.3057, 1e-4);
  CU_ASSERT_DOUBLE_EQUAL(t.row[0].cell[1].published.value, 439, 0);
  CU_ASSERT(isnan(t.row[0].cell[1].published.bounds.low));
  table_free(&t);
}

static void refusals(void)
{
  refused("title = \"T\"\n", row, cell, "t.toml:1:1: a table has schema = 1");
  refused("schema = 1\n", row, cell, "wants a title");
  refused(head, "", "", "has no [[row]]");
  refused(head, "row = 3\n", "", "t.toml:3:1: row: wants [[row]], not a number");
  refused(head, row, "sets = []\n[[row.cell]]\nname = \"a\"\n",
          "t.toml:6:1: unknown key 'sets' in row; did you mean 'set'?");
  refused(head, row, "", "the row has no cells");
  refused(head, "[[row]]\nname = \"r\"\n", cell, "wants a row.experiment");
  refused(head, row, "seeds = [1, 1]\n[[row.cell]]\nname = \"a\"\n", "1 is there twice");
  refused(head, row, "seeds = []\n[[row.cell]]\nname = \"a\"\n", "row.seeds: is empty");
  refused(head, row, "seeds = [-1]\n[[row.cell]]\nname = \"a\"\n", "not -1");
  refused(head, row, "set = [\"run.seed=2\"]\n[[row.cell]]\nname = \"a\"\n", "given by seeds");
  refused(head, row, "set = [3]\n[[row.cell]]\nname = \"a\"\n", "key=value");
  refused(head, row, "what = \"learn\"\n[[row.cell]]\nname = \"a\"\n",
          "\"evaluate\" or \"learning\"");
  refused(head, row, "what = \"learning\"\n[[row.cell]]\nname = \"solve\"\n",
          "did you mean 'solved'?");
  refused(head, row, "what = \"learning\"\ngenome = \"g.h5\"\n[[row.cell]]\nname = \"solved\"\n",
          "has no genome");
  refused(head, row, "[[row.cell]]\nname = \"a\"\npublished = { median = 3 }\n",
          "of 'a' the mean is published, not the median");
  refused(head, row, "[[row.cell]]\nname = \"a\"\npublished = { mean = nan }\n", "a finite number");
  refused(head, row, "[[row.cell]]\nname = \"a\"\npublished = { sd = 3 }\n", "wants mean = NUMBER");
  refused(head, row, "[[row.cell]]\nname = \"a\"\npublished = 3\n", "published: wants a table");
  refused(head, row, "[[row.cell]]\nname = \"two\\nlines\"\n", "one line");
  refused(head,
          "[[row]]\nname = \"R\"\nexperiment = \"e\"\ncell = [{ name = \"a\" }]\n"
          "[[row]]\nname = \"R!\"\nexperiment = \"e\"\n",
          "cell = [{ name = \"a\" }]\n", "another row has the name");

  error err = { 0 };
  table t;
  CU_ASSERT_EQUAL(table_read("tecot-2018-figure-5", &t, &err), EXIT_CONFIGURATION);
  SAYS(&err, "did you mean 'tecot-2018-figure-4'?");
}

/* Every installed table can be read, and each of its rows names cells that its experiment has. */
static void read_installed(const char *name, const char *path, void *arg)
{
  error err = { 0 };
  table t;
  (void)path;
  CU_ASSERT_EQUAL(table_read(name, &t, &err), EXIT_FINE);
  SILENT(&err);
  CU_ASSERT_STRING_EQUAL(t.name, name);
  table_free(&t);
  ++*(int *)arg;
}

static void installed(void)
{
  int n = 0;
  table_scan(read_installed, &n);
  CU_ASSERT(n >= 5);
}

static void numbers(void)
{
  double a[] = { 3, NAN, 1, 2 }, lives[] = { 1, 0, 1, 1 };
  double when[] = { 40, NAN, 10, 20, 30, 60, 50 }, none[] = { NAN };
  table_cell c = { .quantity = TABLE_RETURN };
  table_put_mean(&c, a, 4, TABLE_OVER_SEEDS);
  CU_ASSERT_TRUE(c.ours.known);
  CU_ASSERT_EQUAL(c.ours.n, 3);
  CU_ASSERT_DOUBLE_EQUAL(c.ours.value, 2, 0);
  CU_ASSERT_DOUBLE_EQUAL(c.ours.sd, 1, 1e-15);
  CU_ASSERT_DOUBLE_EQUAL(c.ours.bounds.high, 2 + 4.302653 / sqrt(3), 1e-5);
  table_put_mean(&c, a, 1, TABLE_OVER_SEEDS);
  CU_ASSERT_TRUE(c.ours.known);
  CU_ASSERT(isnan(c.ours.sd) && isnan(c.ours.bounds.low));
  table_put_mean(&c, none, 1, TABLE_OVER_SEEDS);
  CU_ASSERT_FALSE(c.ours.known);
  c.quantity = TABLE_SOLVED;
  table_put_lives(&c, lives, 4);
  CU_ASSERT_EQUAL(c.ours.count, 3);
  CU_ASSERT_DOUBLE_EQUAL(c.ours.value, 0.75, 0);
  c.quantity = TABLE_SOLVED_EPISODE;
  table_put_lives(&c, when, 7);
  CU_ASSERT_EQUAL(c.ours.n, 6);
  CU_ASSERT_DOUBLE_EQUAL(c.ours.value, 35, 0);
  CU_ASSERT_DOUBLE_EQUAL(c.ours.bounds.low, 10, 0);
  CU_ASSERT_DOUBLE_EQUAL(c.ours.bounds.high, 60, 0);
}

/* What a format makes of characters that it gives a meaning to. */
static void escapes(void)
{
  static const char text[] = "schema = 1\ntitle = \"50 % of A_b & {c} | \\\"d\\\", ~^\\\\\"\n"
                             "[[row]]\nname = \"x_1|y, \\\"z\\\"\"\nexperiment = \"no/such\"\n"
                             "cell = [{ name = \"c\", published = { mean = 1, sd = 2, n = 3 } }]\n";
  static const char *const wanted[] = {
    "x_1|y, \"z\"  c              1 ± 2", "| x\\_1\\|y, \"z\" | c ",
    "\\caption{50 \\% of A\\_b \\& \\{c\\} $|$ \"d\", \\textasciitilde{}\\textasciicircum{}\\textbackslash{}}",
    "t,\"x_1|y, \"\"z\"\"\",c,return,,1,2,-3.96"
  };
  for (int format = TABLE_TEXT; format <= TABLE_CSV; format++) {
    error err = { 0 };
    table t;
    char *out = NULL;
    size_t n;
    CU_ASSERT_EQUAL_FATAL(table_read(write_table(text, "", ""), &t, &err), EXIT_FINE);
    FILE *f = open_memstream(&out, &n);
    CU_ASSERT_EQUAL(table_print(&t, format, "hebb table t", f, &err), EXIT_FINE);
    fclose(f);
    if (!strstr(out, wanted[format]))
      fprintf(stderr, "\n  wanted: %s\n  got:\n%s\n", wanted[format], out);
    CU_ASSERT_PTR_NOT_NULL(strstr(out, wanted[format]));
    CU_ASSERT_PTR_NOT_NULL(strstr(out, "hebb table t"));
    free(out);
    table_free(&t);
  }
}

int main(void)
{
  static const check_test tests[] = { { "a whole file", whole_file },
                                      { "rows of learning", learning },
                                      { "what is refused, and where", refusals },
                                      { "every installed table is read", installed },
                                      { "numbers from samples", numbers },
                                      { "four formats and what they escape", escapes } };
  scratch_open(NULL);
  const int status = check_run("table file", tests, sizeof tests / sizeof tests[0]);
  scratch_remove();
  return status;
}
