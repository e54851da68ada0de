/* table_file.c - a table from its TOML file: rows, cells, what was published. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiment_build.h"
#include "param.h"
#include "table.h"
#include "table_find.h"

enum { MOST_ROWS = 200, MOST_CELLS = 100, MOST_SEEDS = 1000, MOST_SETS = 100 };

typedef struct reading {
  table *t;
  const char *folder; /* of the file, for relative paths */
  error *err;
} reading;

/* ---- keys and values ---- */

static int refuse(const reading *r, const toml_node *node, const char *path, const char *wants)
{
  char where[TREE_PLACE_SIZE];
  return error_add(r->err, EXIT_CONFIGURATION, "%s: wants %s, not %s",
                   tree_where(node, path, where), wants, value_kind(node));
}

static void check_keys(const reading *r, const toml_node *parent, const char *name,
                       const char *const *known, size_t n)
{
  for (const toml_node *node = parent->child; node; node = node->next) {
    char place[TREE_PLACE_SIZE], shown[PARAM_SHOWN_SIZE];
    bool is_known = false;
    for (size_t k = 0; k < n; k++)
      is_known = is_known || strcmp(node->key, known[k]) == 0;
    if (is_known)
      continue;
    const char *near = param_nearest(node->key, known, n);
    error_add(r->err, EXIT_CONFIGURATION, "%s: unknown key '%s' in %s; %s%s%s",
              tree_place(node, place), param_shown(node->key, shown), name,
              near ? "did you mean '" : "see 'hebb table --help'", near ? near : "",
              near ? "'?" : "");
  }
}
#define CHECK_KEYS(r, parent, name, known)                                                         \
  check_keys(r, parent, name, known, sizeof(known) / sizeof *(known))

/* A text of one line; NULL where it is left out or wrong. */
static const char *read_text(const reading *r, const toml_node *parent, const char *key,
                             const char *path)
{
  const toml_node *node = toml_find(parent, key);
  char where[TREE_PLACE_SIZE];
  if (!node)
    return NULL;
  if (node->kind != TOML_TEXT) {
    refuse(r, node, path, "a text");
    return NULL;
  }
  for (const char *c = node->text; *c; c++)
    if (iscntrl((unsigned char)*c)) {
      error_add(r->err, EXIT_CONFIGURATION, "%s: is one line, without control characters",
                tree_where(node, path, where));
      return NULL;
    }
  if (!node->text[0])
    error_add(r->err, EXIT_CONFIGURATION, "%s: is empty", tree_where(node, path, where));
  return node->text[0] ? node->text : NULL;
}

static const char *need_text(const reading *r, const toml_node *parent, const char *key,
                             const char *path)
{
  char place[TREE_PLACE_SIZE];
  if (!toml_find(parent, key))
    error_add(r->err, EXIT_CONFIGURATION, "%s: wants a %s", tree_place(parent, place), path);
  return read_text(r, parent, key, path);
}

/* A number; NaN where it is left out or wrong. */
static double read_number(const reading *r, const toml_node *parent, const char *key,
                          const char *path)
{
  const toml_node *node = toml_find(parent, key);
  if (!node)
    return NAN;
  if ((node->kind == TOML_INTEGER || node->kind == TOML_REAL) && isfinite(node->real))
    return node->real;
  refuse(r, node, path, "a finite number");
  return NAN;
}

static int64_t read_integer(const reading *r, const toml_node *node, const char *path, int64_t low,
                            int64_t high)
{
  char where[TREE_PLACE_SIZE];
  if (node->kind != TOML_INTEGER)
    refuse(r, node, path, "a whole number");
  else if (node->integer >= low && node->integer <= high)
    return node->integer;
  else
    error_add(r->err, EXIT_CONFIGURATION, "%s: is from %lld to %lld, not %lld",
              tree_where(node, path, where), (long long)low, (long long)high,
              (long long)node->integer);
  return low;
}

static int32_t count(const toml_node *parent)
{
  int32_t n = 0;
  for (const toml_node *node = parent ? parent->child : NULL; node; node = node->next)
    n++;
  return n;
}

/* An array of so many elements at most, each a table where `of_tables`. NULL: left out or wrong. */
static const toml_node *read_array(const reading *r, const toml_node *parent, const char *key,
                                   const char *path, int32_t most, bool of_tables)
{
  const toml_node *node = toml_find(parent, key);
  char where[TREE_PLACE_SIZE], wants[80];
  if (!node)
    return NULL;
  snprintf(wants, sizeof wants, of_tables ? "[[%s]]" : "an array, %s = [...]",
           of_tables ? path : key);
  if (node->kind != TOML_ARRAY) {
    refuse(r, node, path, wants);
    return NULL;
  }
  if (count(node) > most) {
    error_add(r->err, EXIT_CONFIGURATION, "%s: at most %d of them", tree_where(node, path, where),
              most);
    return NULL;
  }
  for (const toml_node *child = node->child; of_tables && child; child = child->next)
    if (child->kind != TOML_TABLE) {
      refuse(r, child, path, wants);
      return NULL;
    }
  return node;
}

static void *take(const reading *r, int32_t n, size_t size)
{
  void *block = calloc((size_t)n + 1, size);
  if (!block)
    error_add(r->err, EXIT_RUN_FAILED, "%s: no memory for the table", r->t->name);
  return block;
}

/* ---- what was published ---- */

/* The key that the value of a quantity has: published = { mean = 1051, sd = 113, n = 100 }. */
static const char *value_key(int quantity)
{
  return quantity == TABLE_SOLVED ? "count" : quantity == TABLE_SOLVED_EPISODE ? "median" : "mean";
}

static void read_published(const reading *r, const toml_node *node, table_cell *cell)
{
  static const char *const known[] = { "mean", "median", "count", "sd", "n", "low", "high" };
  char where[TREE_PLACE_SIZE];
  const char *key = value_key(cell->quantity);
  table_number *p = &cell->published;

  if (node->kind != TOML_TABLE) {
    refuse(r, node, "published", "a table, { mean = 1.5, sd = 0.5, n = 10 }");
    return;
  }
  CHECK_KEYS(r, node, "published", known);
  for (int k = 0; k < 3; k++)
    if (strcmp(known[k], key) != 0 && toml_find(node, known[k]))
      error_add(r->err, EXIT_CONFIGURATION, "%s: of '%s' the %s is published, not the %s",
                tree_where(toml_find(node, known[k]), "published", where), cell->name, key,
                known[k]);
  const toml_node *n = toml_find(node, "n");
  *p = (table_number){ .value = read_number(r, node, key, "published"),
                       .sd = read_number(r, node, "sd", "published.sd"),
                       .bounds = { read_number(r, node, "low", "published.low"),
                                   read_number(r, node, "high", "published.high") } };
  p->n = n ? read_integer(r, n, "published.n", 1, 1000000000) : 0;
  p->known = isfinite(p->value);
  if (!toml_find(node, "mean") && !toml_find(node, "median") && !toml_find(node, "count"))
    error_add(r->err, EXIT_CONFIGURATION, "%s: wants %s = NUMBER",
              tree_where(node, "published", where), key);
  if (cell->quantity == TABLE_SOLVED && p->known) {
    p->count = (int64_t)p->value;
    if (p->n < 1 || p->count < 0 || p->count > p->n || (double)p->count != p->value)
      error_add(r->err, EXIT_CONFIGURATION, "%s: wants a count from 0 to n, and n",
                tree_where(node, "published", where));
    else {
      p->value /= (double)p->n;
      p->bounds = stats_share_interval(p->count, p->n);
    }
  } else if (p->known && isnan(p->bounds.low) && isnan(p->bounds.high) &&
             cell->quantity != TABLE_SOLVED_EPISODE)
    p->bounds = stats_mean_interval(p->value, p->sd, p->n);
}

/* ---- cells ---- */

static void choose_quantity(const reading *r, const toml_node *node, int what, table_cell *cell)
{
  const char *known[TABLE_BEST_RETURN];
  char where[TREE_PLACE_SIZE], shown[PARAM_SHOWN_SIZE];
  for (int q = TABLE_SOLVED; q <= TABLE_BEST_RETURN; q++) {
    known[q - 1] = table_quantity_name(q);
    if (what == TABLE_LEARNING && strcmp(cell->name, known[q - 1]) == 0)
      cell->quantity = q;
  }
  if (what == TABLE_EVALUATE || cell->quantity != TABLE_RETURN)
    return;
  const char *near = param_nearest(cell->name, known, TABLE_BEST_RETURN);
  error_add(r->err, EXIT_CONFIGURATION,
            "%s: of learning there are %s, %s, %s and %s, not '%s'%s%s%s",
            tree_where(node, "name", where), known[0], known[1], known[2], known[3],
            param_shown(cell->name, shown), near ? "; did you mean '" : "", near ? near : "",
            near ? "'?" : "");
}

/* One [[column]] or [[row.cell]] into the row's cell of its name, or into a further one. */
static void read_cell(const reading *r, const toml_node *node, const char *path, table_row *row)
{
  static const char *const known[] = { "name", "label", "claim", "published" };
  char inner[80];
  CHECK_KEYS(r, node, path, known);
  snprintf(inner, sizeof inner, "%s.name", path);
  const char *name = need_text(r, node, "name", inner);
  if (!name)
    return;
  table_cell *cell = NULL;
  for (int32_t k = 0; k < row->n_cell; k++)
    if (row->cell[k].name && strcmp(row->cell[k].name, name) == 0)
      cell = &row->cell[k];
  if (!cell) {
    cell = &row->cell[row->n_cell++];
    cell->name = name;
    const char *step = strstr(name, " at ");
    snprintf(cell->base, sizeof cell->base, "%.*s", (int)(step ? step - name : 90), name);
    choose_quantity(r, toml_find(node, "name"), row->what, cell);
    cell->label = cell->quantity == TABLE_RETURN ? name : table_quantity_label(cell->quantity);
  }
  snprintf(inner, sizeof inner, "%s.label", path);
  const char *label = read_text(r, node, "label", inner);
  cell->label = label ? label : cell->label;
  snprintf(inner, sizeof inner, "%s.claim", path);
  const char *claim = read_text(r, node, "claim", inner);
  cell->claim = claim ? claim : cell->claim;
  const toml_node *published = toml_find(node, "published");
  if (published)
    read_published(r, published, cell);
}

static void read_cells(const reading *r, const toml_node *node, const toml_node *columns,
                       table_row *row)
{
  char place[TREE_PLACE_SIZE];
  const toml_node *own = read_array(r, node, "cell", "row.cell", MOST_CELLS, true);
  row->cell = take(r, count(columns) + count(own), sizeof *row->cell);
  if (!row->cell)
    return;
  for (const toml_node *c = columns ? columns->child : NULL; c; c = c->next)
    read_cell(r, c, "column", row);
  for (const toml_node *c = own ? own->child : NULL; c; c = c->next)
    read_cell(r, c, "row.cell", row);
  if (count(columns) + count(own) == 0)
    error_add(r->err, EXIT_CONFIGURATION,
              "%s: the row has no cells: give [[column]] or [[row.cell]]", tree_place(node, place));
}

/* ---- rows ---- */

static void read_seeds(const reading *r, const toml_node *node, table_row *row)
{
  char where[TREE_PLACE_SIZE];
  const toml_node *seeds = read_array(r, node, "seeds", "row.seeds", MOST_SEEDS, false);
  row->seed = take(r, count(seeds), sizeof *row->seed);
  if (!row->seed)
    return;
  if (!seeds) {
    row->seed[row->n_seed++] = 1;
    return;
  }
  for (const toml_node *s = seeds->child; s; s = s->next) {
    const int64_t seed = read_integer(r, s, "row.seeds", 0, (1LL << 53) - 1);
    for (int32_t k = 0; k < row->n_seed; k++)
      if (row->seed[k] == seed)
        error_add(r->err, EXIT_CONFIGURATION, "%s: %lld is there twice",
                  tree_where(s, "row.seeds", where), (long long)seed);
    row->seed[row->n_seed++] = seed;
  }
  if (row->n_seed == 0)
    error_add(r->err, EXIT_CONFIGURATION, "%s: is empty", tree_where(seeds, "row.seeds", where));
}

static void read_sets(const reading *r, const toml_node *node, table_row *row)
{
  char where[TREE_PLACE_SIZE];
  const toml_node *sets = read_array(r, node, "set", "row.set", MOST_SETS, false);
  row->set = take(r, count(sets), sizeof *row->set);
  for (const toml_node *s = sets ? sets->child : NULL; row->set && s; s = s->next) {
    if (s->kind != TOML_TEXT || !strchr(s->text, '='))
      error_add(r->err, EXIT_CONFIGURATION, "%s: wants texts \"key=value\"",
                tree_where(s, "row.set", where));
    else if (strncmp(s->text, "run.seed=", 9) == 0)
      error_add(r->err, EXIT_CONFIGURATION, "%s: the run's seed is given by seeds = [...]",
                tree_where(s, "row.set", where));
    else
      row->set[row->n_set++] = s->text;
  }
}

/* The row's folder: its name in characters that every file system and shell takes. */
static void name_folder(const reading *r, const toml_node *node, table_row *row)
{
  char place[TREE_PLACE_SIZE];
  size_t n = 0;
  for (const char *c = row->name; *c && n + 1 < sizeof row->folder; c++)
    if (isalnum((unsigned char)*c) || (n > 0 && strchr("._-", *c)))
      row->folder[n++] = *c;
    else if (n > 0 && row->folder[n - 1] != '-')
      row->folder[n++] = '-';
  while (n > 1 && row->folder[n - 1] == '-')
    n--;
  row->folder[n] = '\0';
  if (n == 0)
    error_add(r->err, EXIT_CONFIGURATION, "%s: a row's name has a letter or digit",
              tree_place(node, place));
  for (const table_row *other = r->t->row; other < row; other++)
    if (strcmp(other->folder, row->folder) == 0 && n > 0)
      error_add(r->err, EXIT_CONFIGURATION, "%s: another row has the name, or the folder, '%s'",
                tree_place(node, place), row->folder);
}

static void read_row(const reading *r, const toml_node *node, const toml_node *columns,
                     table_row *row)
{
  static const char *const known[] = { "name", "experiment", "genome",   "set", "seeds",
                                       "what", "note",       "rollouts", "cell" };
  char where[TREE_PLACE_SIZE];
  CHECK_KEYS(r, node, "row", known);
  row->wanted = true;
  row->name = need_text(r, node, "name", "row.name");
  row->experiment = need_text(r, node, "experiment", "row.experiment");
  row->genome = read_text(r, node, "genome", "row.genome");
  row->note = read_text(r, node, "note", "row.note");
  const toml_node *rollouts = toml_find(node, "rollouts"), *what = toml_find(node, "what");
  row->rollouts = rollouts ? read_integer(r, rollouts, "row.rollouts", 1, 1000000) : 0;
  if (what && what->kind == TOML_TEXT && strcmp(what->text, "learning") == 0)
    row->what = TABLE_LEARNING;
  else if (what && (what->kind != TOML_TEXT || strcmp(what->text, "evaluate") != 0))
    error_add(r->err, EXIT_CONFIGURATION, "%s: is \"evaluate\" or \"learning\"",
              tree_where(what, "row.what", where));
  if (row->what == TABLE_LEARNING && row->genome)
    error_add(r->err, EXIT_CONFIGURATION, "%s: a row of learning has no genome",
              tree_where(toml_find(node, "genome"), "row.genome", where));
  read_seeds(r, node, row);
  read_sets(r, node, row);
  read_cells(r, node, columns, row);
  if (row->name)
    name_folder(r, node, row);
  if (row->experiment)
    table_find_experiment(row->experiment, r->folder, row->path);
  if (row->genome)
    table_find_genome(row->genome, r->folder, row->genome_path);
}

/* ---- the file ---- */

static void read_root(const reading *r, const toml_node *root)
{
  static const char *const known[] = { "schema",    "title",  "paper", "note",
                                       "reference", "column", "row" };
  char where[TREE_PLACE_SIZE];
  table *t = r->t;
  const toml_node *schema = toml_find(root, "schema");

  CHECK_KEYS(r, root, "a table", known);
  if (!schema || schema->kind != TOML_INTEGER || schema->integer != 1)
    error_add(r->err, EXIT_CONFIGURATION, "%s: a table has schema = 1",
              tree_place(schema ? schema : root, where));
  t->title = need_text(r, root, "title", "title");
  t->paper = read_text(r, root, "paper", "paper");
  t->note = read_text(r, root, "note", "note");
  t->reference = read_text(r, root, "reference", "reference");
  if (!t->reference)
    t->reference = "published";
  const toml_node *columns = read_array(r, root, "column", "column", MOST_CELLS, true);
  const toml_node *rows = read_array(r, root, "row", "row", MOST_ROWS, true);
  if (count(rows) == 0) {
    if (!toml_find(root, "row"))
      error_add(r->err, EXIT_CONFIGURATION, "%s: has no [[row]]; is it a table?",
                tree_place(root, where));
    return;
  }
  if (!(t->row = take(r, count(rows), sizeof *t->row)))
    return;
  for (const toml_node *node = rows->child; node; node = node->next)
    read_row(r, node, columns, &t->row[t->n_row++]);
}

int table_read(const char *name, table *out, error *err)
{
  char path[PATH_MAX], folder[PATH_MAX];
  const int before = err->count;
  *out = (table){ 0 };
  if (table_find(name, path, err) != EXIT_FINE)
    return err->status;
  toml_node *root = toml_read_file(path, err);
  if (!root)
    return err->status;
  out->memory = root;

  const char *slash = strrchr(path, '/'), *stem = slash ? slash + 1 : path;
  snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + (slash == path) : 1,
           slash ? path : ".");
  snprintf(out->name, sizeof out->name, "%.250s", stem);
  const size_t n = strlen(out->name);
  if (n > 5 && strcmp(out->name + n - 5, ".toml") == 0)
    out->name[n - 5] = '\0';
  const reading r = { out, folder, err };
  read_root(&r, root);
  if (err->count == before)
    return EXIT_FINE;
  table_free(out);
  return err->status;
}

void table_free(table *t)
{
  for (int32_t k = 0; k < t->n_row; k++) {
    table_row *row = &t->row[k];
    free((void *)(uintptr_t)row->set);
    free(row->seed);
    free(row->cell);
    free(row->files);
    free(row->remark);
  }
  free(t->row);
  toml_free(t->memory);
  *t = (table){ 0 };
}
