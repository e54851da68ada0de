/* table_settings.c - whether a file's experiment is the one that a table's row names.
 *
 * Both are brought into their resolved form by this program, so that a parameter that came after the file
 * was written counts with its default; the lines on which a result depends are compared.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "experiment.h"
#include "param.h"
#include "table_make.h"

/* A walk over resolved TOML, line by line. */
typedef struct lines {
  const char *next;
  char section[64], line[512]; /* "optimizer"; "population = 64" or "[optimizer]" */
} lines;

typedef bool (*matters)(const lines *at);

static bool next_line(lines *at, matters counts)
{
  while (*at->next) {
    const size_t length = strcspn(at->next, "\n");
    snprintf(at->line, sizeof at->line, "%.*s", (int)(length < 500 ? length : 500), at->next);
    at->next += length + (at->next[length] == '\n');
    if (at->line[0] == '[') {
      const char *name = at->line + strspn(at->line, "[");
      snprintf(at->section, sizeof at->section, "%.*s", (int)strcspn(name, "]"), name);
    }
    if (at->line[0] && counts(at))
      return true;
  }
  return false;
}

static bool is_one_of(const char *section, const char *const *list)
{
  for (; *list; list++) {
    const size_t n = strlen(*list);
    if (strncmp(section, *list, n) == 0 && (section[n] == '\0' || section[n] == '.'))
      return true;
  }
  return false;
}

static bool to_condition(const lines *at)
{
  static const char *const list[] = { "condition", NULL };
  return is_one_of(at->section, list);
}

static bool to_run(const lines *at)
{
  static const char *const other[] = { "record", "limits", "evaluate", "condition", NULL };
  return !is_one_of(at->section, other) && strncmp(at->line, "name = ", 7) != 0 &&
         strncmp(at->line, "title = ", 8) != 0;
}

static bool to_genome(const lines *at)
{
  static const char *const other[] = { "run", "optimizer", "genome", "fitness", NULL };
  return to_run(at) && !is_one_of(at->section, other);
}

/* The first difference that counts, as a sentence; false: there is none. */
static bool differ(const char *wanted, const char *found, matters counts, char *sentence,
                   size_t size)
{
  lines a = { .next = wanted }, b = { .next = found };
  for (;;) {
    const bool more_a = next_line(&a, counts), more_b = next_line(&b, counts);
    if (!more_a && !more_b)
      return false;
    if (more_a && more_b && strcmp(a.line, b.line) == 0 && strcmp(a.section, b.section) == 0)
      continue;
    snprintf(sentence, size, "[%s] %.200s there, [%s] %.200s here", more_b ? b.section : "",
             more_b ? b.line : "nothing", more_a ? a.section : "", more_a ? a.line : "nothing");
    return true;
  }
}

static experiment *load_wanted(const table_row *row, int64_t seed, error *err)
{
  word_list set = { 0 };
  char seed_text[48];
  experiment *e = NULL;
  snprintf(seed_text, sizeof seed_text, "run.seed=%lld", (long long)seed);
  int status = cmd_add_word(&set, seed_text, err);
  for (int32_t k = 0; k < row->n_set && status == EXIT_FINE; k++)
    status = cmd_add_word(&set, row->set[k], err);
  if (status == EXIT_FINE)
    experiment_load(row->path, set.word, set.n, &e, err);
  free(set.word);
  return e;
}

bool table_same_experiment(const table_row *row, int64_t seed, const char *config_toml,
                           const char *file, bool genome, char why[TABLE_WHY_SIZE])
{
  error failed = { 0 };
  experiment *wanted = row->path[0] ? load_wanted(row, seed, &failed) : NULL, *found = NULL;
  char sentence[600];
  bool same = true;

  why[0] = '\0';
  if (!row->path[0])
    snprintf(why, TABLE_WHY_SIZE, "%.300s: not compared: there is no experiment '%.100s'", file,
             row->experiment);
  else if (!wanted ||
           experiment_load_text(config_toml, file, NULL, NULL, 0, &found, &failed) != EXIT_FINE)
    snprintf(why, TABLE_WHY_SIZE, "%.300s: not compared with its experiment: %.*s", file,
             (int)strcspn(failed.text, "\n"), failed.text);
  else if (differ(wanted->resolved, found->resolved, genome ? to_genome : to_run, sentence,
                  sizeof sentence)) {
    same = false;
    snprintf(why, TABLE_WHY_SIZE, "%.300s: is of other settings than %.150s: %s", file,
             row->experiment, sentence);
  } else if (differ(wanted->resolved, found->resolved, to_condition, sentence, sizeof sentence))
    snprintf(why, TABLE_WHY_SIZE, "%.300s: has other conditions than %.150s now: %s", file,
             row->experiment, sentence);
  experiment_free(wanted);
  experiment_free(found);
  return same;
}

static bool has_condition(const experiment *e, const char *name)
{
  for (int32_t k = 0; k < e->n_task; k++)
    if (strcmp(e->task[k].name, name) == 0)
      return true;
  for (int32_t k = 0; k < e->n_condition; k++)
    if (strcmp(e->condition[k].name, name) == 0)
      return true;
  return false;
}

int32_t table_conditions(const table_row *row, const char *config_toml, const char *file,
                         const char **word)
{
  error failed = { 0 };
  experiment *e = NULL;
  int32_t n = 0;
  if (experiment_load_text(config_toml, file, NULL, NULL, 0, &e, &failed) != EXIT_FINE)
    return 0;
  for (int32_t c = 0; c < row->n_cell; c++) {
    const char *base = row->cell[c].base;
    bool is_new = has_condition(e, base);
    for (int32_t k = 0; k < n; k++)
      is_new = is_new && strcmp(word[k], base) != 0;
    if (is_new)
      word[n++] = base;
  }
  experiment_free(e);
  return n;
}
