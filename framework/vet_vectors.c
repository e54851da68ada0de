/* vet_vectors.c - a synaptic rule held against numbers made elsewhere: one update of each group of
 * a file, compared with what the group says must come out. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "param.h"
#include "store.h"
#include "vet.h"

/* One group, ready for the rule: everything of one lane. */
typedef struct trial {
  const vector_case *given;
  hebb_rule_shape shape;
  size_t n;                     /* synapses */
  float *coef, *weight, *trace; /* planes in the rule's order; changed by the update */
  float *pre_state, *post_state, *zeros;
} trial;

/* ---- the group's parameters ---- */

static int set_number(const hebb_param *row, void *config, uint32_t index, const char *text,
                      const char *where, error *err)
{
  char *end;
  const double value = strtod(text, &end);
  if (end == text)
    return param_refuse(row, text, where, err);
  if (row->type == HEBB_TYPE_INTEGER && value == floor(value) && fabs(value) < 0x1p53)
    return param_set_integer(row, config, index, (int64_t)value, where, err);
  return param_set_real(row, config, index, value, where, err);
}

/* "0.5", "true", "out", "[1, 2]": as attributes hold them. */
static int set_value(const hebb_param *row, void *config, const char *text, const char *where,
                     error *err)
{
  if (row->type == HEBB_TYPE_BOOLEAN) {
    const bool yes = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
    if (!yes && strcmp(text, "false") != 0 && strcmp(text, "0") != 0)
      return param_refuse(row, text, where, err);
    return param_set_boolean(row, config, yes, where, err);
  }
  if (row->type == HEBB_TYPE_CHOICE || row->type == HEBB_TYPE_TEXT)
    return param_set_text(row, config, text, where, err);

  text += text[0] == '[';
  for (uint32_t index = 0; index < row->count; index++) {
    if (set_number(row, config, index, text, where, err) != EXIT_FINE)
      return err->status;
    text += strcspn(text, ",");
    text += text[0] == ',';
  }
  return EXIT_FINE;
}

static int set_parameters(const hebb_plugin *plugin, const vector_case *c, void *config,
                          const char *path, error *err)
{
  for (int32_t k = 0; k < c->n_parameter; k++) {
    char key[64], where[512];
    const char *value = strchr(c->parameter[k], '=') + 1;
    snprintf(key, sizeof key, "%.*s", (int)(value - 1 - c->parameter[k]), c->parameter[k]);
    snprintf(where, sizeof where, "%s: %s: %s", path, c->name, key);
    const hebb_param *row = plugin->params ? param_find(plugin->params, key) : NULL;
    if (!row)
      return error_add(err, EXIT_CONFIGURATION,
                       "%s: %s has no such parameter: 'hebb describe %s' lists them; an attribute "
                       "that is none may begin with '_'",
                       where, plugin->name, plugin->name);
    if (set_value(row, config, value, where, err) != EXIT_FINE)
      return err->status;
  }
  return EXIT_FINE;
}

/* ---- the group's arrays ---- */

static void trial_done(trial *t)
{
  free(t->coef);
  free(t->weight);
  free(t->trace);
  free(t->pre_state);
  free(t->post_state);
  free(t->zeros);
}

/* Where the rule's k-th coefficient stands in the group; -1: nowhere. */
static int32_t find_plane(const trial *t, int32_t k)
{
  const vector_case *c = t->given;
  if (c->n_coef_name == 0)
    return k < c->n_coef ? k : -1;
  for (int32_t i = 0; i < c->n_coef_name && i < c->n_coef; i++)
    if (strcmp(c->coef_name[i], t->shape.coef_name[k]) == 0)
      return i;
  return -1;
}

static float *floats(size_t n)
{
  return calloc(n + 1, sizeof(float));
}

static int trial_begin(trial *t, const hebb_rule *rule, const char *path, error *err)
{
  const vector_case *c = t->given;
  const size_t larger = (size_t)(c->n_pre > c->n_post ? c->n_pre : c->n_post);
  t->n = (size_t)c->n_pre * (size_t)c->n_post;

  if ((t->shape.needs & HEBB_NEEDS_MODULATOR && !c->modulator) ||
      (t->shape.needs & HEBB_NEEDS_REWARD && !c->reward))
    return error_add(err, EXIT_MISMATCH, "%s: %s: %s needs a %s, which the group does not hold",
                     path, c->name, rule->base.name,
                     t->shape.needs & HEBB_NEEDS_MODULATOR && !c->modulator ? "modulator"
                                                                            : "reward");
  if ((c->trace || c->trace_after) && c->n_trace != t->shape.n_trace)
    return error_add(err, EXIT_MISMATCH, "%s: %s: %d traces for a synapse, but %s has %d", path,
                     c->name, c->n_trace, rule->base.name, t->shape.n_trace);
  if (c->n_coef != t->shape.n_coef)
    return error_add(err, EXIT_MISMATCH, "%s: %s: %d coefficients, but %s has %d", path, c->name,
                     c->n_coef, rule->base.name, t->shape.n_coef);

  t->coef = floats((size_t)t->shape.n_coef * t->n);
  t->weight = floats(t->n);
  t->trace = floats((size_t)t->shape.n_trace * t->n);
  t->pre_state = floats((size_t)t->shape.n_pre_state * (size_t)c->n_pre);
  t->post_state = floats((size_t)t->shape.n_post_state * (size_t)c->n_post);
  t->zeros = floats(larger);
  if (!t->coef || !t->weight || !t->trace || !t->pre_state || !t->post_state || !t->zeros)
    return error_add(err, EXIT_RUN_FAILED, "%s: no memory for group %s", path, c->name);

  for (int32_t k = 0; k < t->shape.n_coef; k++) {
    const int32_t plane = find_plane(t, k);
    if (plane < 0)
      return error_add(err, EXIT_MISMATCH, "%s: %s: no coefficient '%s' among those of coef_name",
                       path, c->name, t->shape.coef_name[k]);
    memcpy(t->coef + (size_t)k * t->n, c->coef + (size_t)plane * t->n, t->n * sizeof(float));
  }
  memcpy(t->weight, c->weight, t->n * sizeof(float));
  if (c->trace)
    memcpy(t->trace, c->trace, (size_t)t->shape.n_trace * t->n * sizeof(float));
  return EXIT_FINE;
}

static void trial_update(trial *t, const hebb_rule *rule, const void *config)
{
  const vector_case *c = t->given;
  const uint32_t needs = t->shape.needs;
  const bool previous = needs & HEBB_NEEDS_PREVIOUS;
  const hebb_layer layer = { .size = sizeof layer,
                             .n_lane = 1,
                             .n_pre = c->n_pre,
                             .n_post = c->n_post,
                             .pre = c->pre,
                             .post = c->post,
                             .drive = c->drive ? c->drive : c->post,
                             .pre_before = previous ? t->zeros : NULL,
                             .post_before = previous ? t->zeros : NULL,
                             .noise = needs & HEBB_NEEDS_NOISE ? t->zeros : NULL,
                             .modulator = c->modulator,
                             .reward = c->reward,
                             .coef = t->coef,
                             .weight = t->weight,
                             .trace = t->shape.n_trace > 0 ? t->trace : NULL,
                             .pre_state = t->shape.n_pre_state > 0 ? t->pre_state : NULL,
                             .post_state = t->shape.n_post_state > 0 ? t->post_state : NULL };
  if (rule->update)
    rule->update(config, &layer);
}

/* ---- comparison ---- */

typedef struct difference {
  double largest, excess; /* |found - expected|; the same over max(1, |expected|) */
} difference;

/* What is not a number stays. */
static double larger(double a, double b)
{
  return isnan(a) || b <= a ? a : b;
}

static difference compare(const float *found, const float *expected, size_t n)
{
  difference d = { 0 };
  for (size_t k = 0; k < n; k++) {
    const double expects = (double)expected[k], gap = fabs((double)found[k] - expects);
    const double relative = gap / (fabs(expects) > 1 ? fabs(expects) : 1);
    d.largest = larger(d.largest, gap);
    d.excess = larger(d.excess, relative);
  }
  return d;
}

static void print_difference(FILE *out, const char *what, const difference *d)
{
  if (d->largest == 0)
    fprintf(out, "  %s exact", what);
  else
    fprintf(out, "  %s %.3g", what, d->largest);
}

/* One group: a line, and whether it came out within the tolerance and exactly. */
static int try_case(const loaded *subject, void *config, const vector_case *c, const char *path,
                    double tolerance, FILE *out, bool *exact, error *err)
{
  const hebb_rule *rule = (const hebb_rule *)subject->plugin;
  char where[512];
  host_services services;
  trial t = { .given = c, .shape = { .size = sizeof t.shape } };
  snprintf(where, sizeof where, "%s: %s", path, c->name);
  host_services_init(&services, where, err);

  int status = set_parameters(&rule->base, c, config, path, err);
  if (status == EXIT_FINE && ((rule->check && rule->check(config, &services.host) != HEBB_OK) ||
                              rule->shape(config, &services.host, &t.shape) != HEBB_OK))
    status = err->status
                 ? err->status
                 : error_add(err, EXIT_CONFIGURATION, "%s: refused by %s", where, rule->base.name);
  if (status == EXIT_FINE)
    status = trial_begin(&t, rule, path, err);
  if (status == EXIT_FINE) {
    trial_update(&t, rule, config);
    const size_t n_trace = c->trace_after ? (size_t)t.shape.n_trace * t.n : 0;
    const difference weight = compare(t.weight, c->weight_after, t.n);
    const difference trace = compare(t.trace, c->trace_after, n_trace);
    const bool fine = weight.excess <= tolerance && trace.excess <= tolerance;
    *exact = weight.largest == 0 && trace.largest == 0;
    fprintf(out, "  %-32s", c->name);
    print_difference(out, "weight", &weight);
    if (c->trace_after)
      print_difference(out, "trace", &trace);
    fprintf(out, "%s\n", fine ? "" : "  FAILED");
    status = fine ? EXIT_FINE : EXIT_MISMATCH;
  }
  trial_done(&t);
  return status;
}

int vet_vectors(const loaded *subject, const void *config, const char *path, double tolerance,
                FILE *out, error *err)
{
  const hebb_plugin *plugin = subject->plugin;
  vector_case *cases = NULL;
  int32_t n = 0, n_exact = 0, n_failed = 0, n_tried = 0;

  if (plugin->kind != HEBB_RULE || !((const hebb_rule *)plugin)->shape)
    return error_add(err, EXIT_CONFIGURATION, "%s: vectors are for synaptic rules", plugin->name);
  if (store_read_vectors(path, &cases, &n, err) != EXIT_FINE)
    return err->status;
  // a file for several rules: only this one's groups, if there are any
  bool for_it = false;
  for (int32_t k = 0; k < n; k++)
    for_it |= strcmp(cases[k].rule, plugin->name) == 0;

  void *own = malloc(plugin->config_size + 1);
  if (!own)
    error_add(err, EXIT_RUN_FAILED, "vet: no memory for a config");

  for (int32_t k = 0; own && k < n && err->status != EXIT_RUN_FAILED; k++) {
    bool exact = false;
    if (for_it && strcmp(cases[k].rule, plugin->name) != 0)
      continue;
    if (!cases[k].weight_after) {
      fprintf(out, "  %-32s  skipped: holds no weight_after\n", cases[k].name);
      continue;
    }
    memcpy(own, config, plugin->config_size);
    n_failed += try_case(subject, own, &cases[k], path, tolerance, out, &exact, err) != EXIT_FINE;
    n_exact += exact;
    n_tried++;
  }
  fprintf(out, "%s: %d groups, %d of them bit for bit, %d failed (tolerance %g)\n", plugin->name,
          n_tried, n_exact, n_failed, tolerance);
  if (n_tried == 0)
    error_add(err, EXIT_MISMATCH, "%s: no group holds weight_after: nothing to compare", path);
  else if (n_failed > 0 && err->status == EXIT_FINE)
    error_add(err, EXIT_MISMATCH, "%s: %d of %d groups of %s differ by more than %g", plugin->name,
              n_failed, n_tried, path, tolerance);
  free(own);
  vector_cases_free(cases, n);
  return err->status;
}
