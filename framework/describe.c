/* describe.c - one text in three forms; see describe.h. */
#include "describe.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "env_shape.h"
#include "param.h"

/* A text with what troff or Markdown would take for its own made harmless. */
static void write_text(const char *text, describe_format format, FILE *out)
{
  for (const char *c = text; *c; c++) {
    if (format == DESCRIBE_MAN && c == text && (*c == '.' || *c == '\''))
      fputs("\\&", out);
    if (format == DESCRIBE_MAN && (*c == '\\' || *c == '-'))
      fputs(*c == '-' ? "\\-" : "\\e", out);
    else if (format == DESCRIBE_MARKDOWN && (*c == '|' || *c == '_' || *c == '*' || *c == '<'))
      fprintf(out, "\\%c", *c);
    else
      fputc(*c, out);
  }
}

void describe_heading(const char *title, const char *sentence, describe_format format, FILE *out)
{
  fputs(format == DESCRIBE_MAN ? ".SS " : format == DESCRIBE_MARKDOWN ? "\n### " : "\n", out);
  write_text(title, format, out);
  fputc('\n', out);
  if (!sentence)
    return;
  fputs(format == DESCRIBE_MARKDOWN ? "\n" : format == DESCRIBE_TEXT ? "  " : "", out);
  write_text(sentence, format, out);
  fputc('\n', out);
}

void describe_fact(const char *name, const char *value, describe_format format, FILE *out)
{
  if (!value || !value[0])
    return;
  if (format == DESCRIBE_TEXT) {
    char text[1280];
    snprintf(text, sizeof text, "%s: %s", name, value);
    param_write_folded(text, 2, out);
    return;
  }
  fputs(format == DESCRIBE_MAN ? ".br\n" : "\n", out);
  fprintf(out, "%s: ", name);
  write_text(value, format, out);
  fputc('\n', out);
}

static void write_man_row(const hebb_param *row, FILE *out)
{
  char text[512];
  fputs(".TP\n.B ", out);
  write_text(row->key, DESCRIBE_MAN, out);
  if (param_default_text(row, text, sizeof text)[0]) {
    fputs(" = ", out);
    write_text(text, DESCRIBE_MAN, out);
  }
  fputc('\n', out);
  write_text(row->doc, DESCRIBE_MAN, out);
  fputs("\n(", out);
  if (row->flags & PARAM_LIST)
    fprintf(out, "up to %u of ", row->count);
  else if (row->count > 1)
    fprintf(out, "%u of ", row->count);
  write_text(param_allowed_text(row, text, sizeof text), DESCRIBE_MAN, out);
  if (row->unit[0] && strcmp(row->unit, "1") != 0) {
    fputc(' ', out);
    write_text(row->unit, DESCRIBE_MAN, out);
  }
  fputs(row->flags & HEBB_PARAM_OPTIONAL ? "; may be left out)\n" : ")\n", out);
}

static void write_markdown_row(const hebb_param *row, FILE *out)
{
  char text[512];
  fprintf(out, "| `%s` | ", row->key);
  write_text(param_default_text(row, text, sizeof text)[0] ? text : "left out", DESCRIBE_MARKDOWN,
             out);
  fputs(" | ", out);
  write_text(param_allowed_text(row, text, sizeof text), DESCRIBE_MARKDOWN, out);
  if (row->count > 1)
    fprintf(out, " (%s%u)", row->flags & PARAM_LIST ? "up to " : "", row->count);
  fputs(" | ", out);
  write_text(row->unit, DESCRIBE_MARKDOWN, out);
  fputs(" | ", out);
  write_text(row->doc, DESCRIBE_MARKDOWN, out);
  fputs(" |\n", out);
}

void describe_rows(const hebb_param *rows, describe_format format, FILE *out)
{
  if (format == DESCRIBE_TEXT) {
    param_describe(rows, out);
    return;
  }
  if (format == DESCRIBE_MARKDOWN && rows && rows->key)
    fputs("\n| key | default | allowed | unit | what it is |\n|---|---|---|---|---|\n", out);
  for (const hebb_param *row = rows; row && row->key; row++)
    if (format == DESCRIBE_MAN)
      write_man_row(row, out);
    else
      write_markdown_row(row, out);
}

/* ---- what a config makes of a plugin ---- */

/* Collects one fact's value, piece by piece. */
typedef struct line {
  char text[1024];
  size_t length;
} line;

static void __attribute__((format(printf, 2, 3))) add(line *l, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  const int n = vsnprintf(l->text + l->length, sizeof l->text - l->length, format, arguments);
  va_end(arguments);
  if (n > 0)
    l->length += (size_t)n;
  if (l->length >= sizeof l->text)
    l->length = sizeof l->text - 1;
}

static void add_names(line *l, const char *const *name, int32_t n)
{
  for (int32_t i = 0; name && i < n && i < 40; i++)
    add(l, "%s%s", i ? ", " : ": ", name[i]);
  if (name && n > 40)
    add(l, ", ...");
}

int describe_rule(const hebb_rule *rule, const void *config, describe_format format, FILE *out,
                  error *err)
{
  hebb_rule_shape shape = { .size = sizeof shape };
  host_services services;
  line coefficients = { .length = 0 }, keeps = { .length = 0 };

  host_services_init(&services, rule->base.name, err);
  if (!rule->shape) {
    describe_fact("Kind", "a learner: it owns the whole agent", format, out);
    return EXIT_FINE;
  }
  if ((rule->check && rule->check(config, &services.host) != HEBB_OK) ||
      rule->shape(config, &services.host, &shape) != HEBB_OK)
    return err->status
               ? err->status
               : error_add(err, EXIT_PLUGIN, "%s: refuses its parameters without saying why",
                           rule->base.name);
  describe_heading("With these values", NULL, format, out);
  add(&coefficients, "%d", shape.n_coef);
  add_names(&coefficients, shape.coef_name, shape.n_coef);
  if (shape.n_trace || shape.n_pre_state || shape.n_post_state)
    add(&keeps, "%d for each synapse, %d for each presynaptic and %d for each postsynaptic neuron",
        shape.n_trace, shape.n_pre_state, shape.n_post_state);
  describe_fact("Coefficients of a synapse", coefficients.text, format, out);
  describe_fact("Numbers of its own", keeps.text, format, out);
  if (!rule->update)
    describe_fact("Weights", "do not change in life", format, out);
  return EXIT_FINE;
}

static void describe_observation(const hebb_env_shape *s, describe_format format, FILE *out)
{
  line l = { .length = 0 };
  if (s->height)
    add(&l, "an image of %d x %d x %d", s->height, s->width, s->channel);
  else
    add(&l, "%d", s->n_obs);
  add_names(&l, s->obs_name, s->n_obs);
  describe_fact("Observations", l.text, format, out);
}

static void describe_action(const hebb_env_shape *s, describe_format format, FILE *out)
{
  static const char *const map[] = { "clipped", "tanh", "sigmoid", "the largest output",
                                     "drawn from the outputs' softmax" };
  line l = { .length = 0 };
  char low[PARAM_NUMBER_SIZE], high[PARAM_NUMBER_SIZE];

  if (s->n_choice)
    add(&l, "one of %d", s->n_choice);
  else
    add(&l, "%d", s->n_act);
  if (s->act_map && s->act_map[0] <= HEBB_ACTION_SAMPLE)
    add(&l, " (%s)", map[s->act_map[0]]);
  if (!s->n_choice && s->act_low && s->act_high)
    add(&l, " in %s..%s", param_number((double)s->act_low[0], false, low),
        param_number((double)s->act_high[0], false, high));
  add_names(&l, s->act_name, s->n_act);
  describe_fact("Actions", l.text, format, out);
}

static void describe_arrays(const hebb_env_shape *s, describe_format format, FILE *out)
{
  for (int32_t i = 0; i < s->n_array; i++) {
    const hebb_array *a = &s->array[i];
    line l = { .length = 0 };
    add(&l, "%s", a->doc ? a->doc : "");
    for (uint32_t d = 0; d < a->rank && d < 4; d++)
      add(&l, "%s%d", d ? " x " : " (", a->extent[d]);
    if (a->rank)
      add(&l, ")");
    if (a->unit && a->unit[0] && strcmp(a->unit, "1") != 0)
      add(&l, " [%s]", a->unit);
    describe_fact(a->name, l.text, format, out);
  }
}

int describe_env(const hebb_env *env, const void *config, describe_format format, FILE *out,
                 error *err)
{
  hebb_env_shape shape;
  void *model;
  line length = { .length = 0 };
  char number[PARAM_NUMBER_SIZE];

  if (env_open(env, config, env->base.name, &shape, &model, err) != EXIT_FINE) {
    if (env->close && model)
      env->close(model);
    if (err->status != EXIT_IO)
      return err->status;
    // files that are not here, as a data set's: what is known without them has been said
    err->text[strcspn(err->text, "\n")] = 0;
    if (format == DESCRIBE_TEXT)
      describe_heading("With these values it cannot be opened", err->text, format, out);
    *err = (error){ 0 };
    return EXIT_FINE;
  }
  describe_heading("With these values", NULL, format, out);
  describe_observation(&shape, format, out);
  describe_action(&shape, format, out);
  add(&length, "%d steps at most", shape.max_steps);
  if (shape.step_seconds > 0)
    add(&length, " of %s s", param_number(shape.step_seconds, false, number));
  describe_fact("Episode", length.text, format, out);
  describe_fact("Return", shape.has_score ? "the sum of the score" : "the sum of the reward",
                format, out);
  if (isfinite(shape.solved))
    describe_fact("Solved from", param_number(shape.solved, false, number), format, out);
  if (shape.n_array > 0) {
    describe_heading("Named quantities, by step", NULL, format, out);
    describe_arrays(&shape, format, out);
  }
  if (env->close && model)
    env->close(model);
  return EXIT_FINE;
}
