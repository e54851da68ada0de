/* vet.c - the report of a vet, the combinations of options it tries, and the process it runs in. */
#include "vet.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "param.h"

enum { MOST_COMBINATIONS = 64, MOST_OPTIONS = 32 };

/* ---- the report ---- */

static vet_check *find_check(vet *v, const char *name)
{
  for (int32_t k = 0; k < v->n_check; k++)
    if (strcmp(v->check[k].name, name) == 0)
      return &v->check[k];
  if (v->n_check < VET_MAX_CHECK)
    v->check[v->n_check++] = (vet_check){ .name = name };
  return &v->check[v->n_check - 1];
}

void vet_expect(vet *v, const char *check, bool holds, const char *format, ...)
{
  vet_check *c = find_check(v, check);
  c->n++;
  if (holds || c->n_failed++ > 0)
    return;

  char what[256];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(what, sizeof what, format, arguments);
  va_end(arguments);
  snprintf(c->why, sizeof c->why, "%s%s%s%s%s", what, v->stage[0] ? "; " : "", v->stage,
           v->options[0] ? "; with " : "", v->options);
}

void vet_note(vet *v, const char *check, bool holds)
{
  vet_check *c = find_check(v, check);
  c->note = true;
  c->n++;
  c->n_failed += !holds;
}

void vet_refused(vet *v, const error *why)
{
  const int length = (int)strcspn(why->text, "\n");
  v->n_refused++;
  vet_expect(v, "a refusal says why", length > 0, "it went without a sentence");
  if (!v->options[0])
    vet_expect(v, "the options are accepted", false, "%.*s", length > 0 ? length : 14,
               length > 0 ? why->text : "without reason");
}

int32_t vet_failed(const vet *v)
{
  int32_t n = 0;
  for (int32_t k = 0; k < v->n_check; k++)
    n += v->check[k].n_failed > 0 && !v->check[k].note;
  return n;
}

int32_t vet_print(const vet *v, const char *name, FILE *out)
{
  const int32_t n_failed = vet_failed(v);
  int32_t n_check = 0;

  for (int32_t k = 0; k < v->n_check; k++) {
    const vet_check *c = &v->check[k];
    n_check += !c->note;
    fprintf(out, "  %-56s ", c->name);
    if (c->note)
      fprintf(out, "%s\n", c->n_failed == 0 ? "yes" : c->n_failed < c->n ? "partly" : "no");
    else if (c->n_failed == 0)
      fprintf(out, "fine (%d case%s)\n", c->n, c->n == 1 ? "" : "s");
    else
      fprintf(out, "FAILED (%d of %d cases): %s\n", c->n_failed, c->n, c->why);
  }

  fprintf(out, "%s: %d checks, %d combination%s of options", name, n_check,
          v->n_config - v->n_refused, v->n_config - v->n_refused == 1 ? "" : "s");
  if (v->n_refused > 0)
    fprintf(out, " (%d more refused by the plugin)", v->n_refused);
  if (n_failed > 0)
    fprintf(out, ": %d FAILED\n", n_failed);
  else
    fprintf(out, ": all fine\n");
  return n_failed;
}

/* ---- combinations of options ---- */

typedef struct option {
  const hebb_param *row;
  int32_t n_value, own; /* its values; the user's */
} option;

static bool is_fixed(const char *key, const char *const *fixed, int32_t n_fixed)
{
  const size_t length = strlen(key);
  for (int32_t k = 0; k < n_fixed; k++) {
    const char *dot = strchr(fixed[k], '.');
    if (dot && strncmp(dot + 1, key, length) == 0 && strchr(" =", dot[1 + length]))
      return true;
  }
  return false;
}

static int32_t count_values(const hebb_param *row)
{
  char word[64];
  int32_t n = 0;
  if (row->type == HEBB_TYPE_BOOLEAN)
    return 2;
  if (row->type == HEBB_TYPE_CHOICE)
    while (param_choice(row, n, word, sizeof word)[0])
      n++;
  return n;
}

static int32_t list_options(const hebb_plugin *plugin, const void *config, const char *const *fixed,
                            int32_t n_fixed, option options[MOST_OPTIONS])
{
  int32_t n = 0;
  for (const hebb_param *row = plugin->params; row && row->key && n < MOST_OPTIONS; row++) {
    const int32_t n_value = count_values(row);
    if (n_value > 1 && !is_fixed(row->key, fixed, n_fixed))
      options[n++] = (option){ row, n_value, (int32_t)param_real(row, config, 0) };
  }
  return n;
}

/* Moves an option `shift` values on from the user's, and says so. */
static void choose(vet *v, const option *o, int32_t shift, void *config)
{
  const int32_t value = (o->own + shift) % o->n_value;
  char *field = (char *)config + o->row->offset, word[64];
  const size_t length = strlen(v->options);

  if (shift == 0)
    return;
  if (o->row->type == HEBB_TYPE_BOOLEAN)
    *(bool *)field = value != 0;
  else
    memcpy(field, &value, sizeof value);
  snprintf(v->options + length, sizeof v->options - length, "%s%s = %s", length ? ", " : "",
           o->row->key,
           o->row->type == HEBB_TYPE_BOOLEAN ? (value ? "true" : "false")
                                             : param_choice(o->row, value, word, sizeof word));
}

static void vet_one(vet *v, const hebb_plugin *plugin, const void *config)
{
  v->n_config++;
  v->stage[0] = '\0';
  switch (plugin->kind) {
  case HEBB_RULE: vet_rule(v, (const hebb_rule *)plugin, config); break;
  case HEBB_ENV: vet_env(v, (const hebb_env *)plugin, config); break;
  case HEBB_OPTIMIZER: vet_optimizer(v, (const hebb_optimizer *)plugin, config); break;
  default: vet_expect(v, "kind", false, "nothing is known to check of a plugin of this kind");
  }
  v->stage[0] = v->options[0] = '\0';
}

void vet_plugin(vet *v, const loaded *subject, const void *config, const char *const *fixed,
                int32_t n_fixed)
{
  const hebb_plugin *plugin = subject->plugin;
  option options[MOST_OPTIONS];
  const int32_t n = list_options(plugin, config, fixed, n_fixed, options);
  void *varied = malloc(plugin->config_size + 1);
  if (!varied) {
    vet_expect(v, "memory", false, "none for a config of %u bytes", plugin->config_size);
    return;
  }

  int64_t product = 1;
  for (int32_t k = 0; k < n && product <= MOST_COMBINATIONS; k++)
    product *= options[k].n_value;

  if (product <= MOST_COMBINATIONS) // all combinations, the user's first
    for (int64_t c = 0; c < product; c++) {
      memcpy(varied, config, plugin->config_size);
      for (int64_t k = 0, rest = c; k < n; rest /= options[k].n_value, k++)
        choose(v, &options[k], (int32_t)(rest % options[k].n_value), varied);
      vet_one(v, plugin, varied);
    }
  else { // one option at a time
    vet_one(v, plugin, config);
    for (int32_t k = 0; k < n; k++)
      for (int32_t shift = 1; shift < options[k].n_value; shift++) {
        memcpy(varied, config, plugin->config_size);
        choose(v, &options[k], shift, varied);
        vet_one(v, plugin, varied);
      }
  }
  free(varied);
}

/* ---- a process of its own ---- */

int vet_in_process(const loaded *subject, const void *config, const char *const *fixed,
                   int32_t n_fixed, unsigned seconds, vet *out, error *err)
{
  static const char survives[] = "neither crashes nor hangs";
  vet *shared =
      mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED)
    return error_add(err, EXIT_RUN_FAILED, "vet: no memory for the report");

  fflush(NULL);
  const pid_t child = fork();
  if (child < 0) {
    munmap(shared, sizeof *shared);
    return error_add(err, EXIT_RUN_FAILED, "vet: no process can be started for the plugin");
  }
  if (child == 0) {
    alarm(seconds);
    vet_plugin(shared, subject, config, fixed, n_fixed);
    shared->finished = true;
    fflush(NULL);
    _exit(0);
  }

  int how;
  while (waitpid(child, &how, 0) < 0)
    ;
  if (WIFSIGNALED(how) && WTERMSIG(how) == SIGALRM)
    vet_expect(shared, survives, false, "not done after %u seconds", seconds);
  else if (WIFSIGNALED(how))
    vet_expect(shared, survives, false, "killed by signal %d (%s)", WTERMSIG(how),
               strsignal(WTERMSIG(how)));
  else
    vet_expect(shared, survives, shared->finished, "it ended the program with status %d",
               WEXITSTATUS(how));
  memcpy(out, shared, sizeof *out);
  munmap(shared, sizeof *shared);
  return EXIT_FINE;
}
