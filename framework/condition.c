/* condition.c - tasks and conditions as an evaluation goes through them. */
#include "condition.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "env_shape.h"
#include "param.h"
#include "plan.h"

char *condition_toml(const experiment *e, const condition *c)
{
  return c->index < 0 ? experiment_task_toml(e, c->task)
                      : experiment_condition_toml(e, c->index, c->at);
}

/* ---- whether an event fits ---- */

static int64_t longest_life(const plan *p, int32_t task)
{
  const lifetime_config *l = &p->experiment->lifetime;
  return (int64_t)p->world[task].shape.max_steps * (l->keep_weights ? l->episodes : 1);
}

static bool has_coefficients(const plan *p, int64_t layer)
{
  for (int32_t k = 0; k < p->genome.shape.n_segment; k++) {
    const hebb_segment *s = &p->genome.shape.segment[k];
    if (s->role == HEBB_ROLE_COEFFICIENT && (layer < 0 || s->layer == layer))
      return true;
  }
  return false;
}

static void check_coefficients(const plan *p, const experiment_event *ev, const char *where,
                               error *err)
{
  if (!has_coefficients(p, -1))
    error_add(err, EXIT_CONFIGURATION,
              "%s: rule '%s' has no coefficients; take the condition out, or --set condition=[]",
              where, p->experiment->rule_plugin->base.name);
  else if (!has_coefficients(p, ev->layer))
    error_add(err, EXIT_CONFIGURATION,
              "%s: layer %lld has no coefficients of its own; leave layer out", where,
              (long long)ev->layer);
}

static void check_event(const plan *p, const experiment_condition *c, const experiment_event *ev,
                        const char *where, error *err)
{
  const experiment *e = p->experiment;
  const int64_t longest = longest_life(p, c->task_index);
  const bool changes_world = ev->kind == EVENT_SET_ENV || ev->kind == EVENT_SWAP_TASK;
  char shown[PARAM_SHOWN_SIZE];

  if (p->learner.on && !changes_world) {
    error_add(err, EXIT_CONFIGURATION,
              "%s: rule '%s' owns the whole agent, so that only its world can be changed (set_env, "
              "swap_task); take the condition out, or --set condition=[]",
              where, e->rule_plugin->base.name);
    return;
  }
  for (int32_t k = 0; k < ev->n_at; k++)
    if (ev->at[k] >= longest) {
      error_add(err, EXIT_CONFIGURATION,
                "%s: at = %lld is never reached: a life in task '%s' has at most %lld decisions, "
                "the last is %lld",
                where, (long long)ev->at[k], e->task[c->task_index].name, (long long)longest,
                (long long)longest - 1);
      break;
    }
  if (ev->layer >= p->network.n_layer)
    error_add(err, EXIT_CONFIGURATION, "%s: there is no layer %lld; the last is %d", where,
              (long long)ev->layer, p->network.n_layer - 1);
  else if (ev->kind == EVENT_SHUFFLE_COEFFICIENTS || ev->kind == EVENT_RANDOM_COEFFICIENTS)
    check_coefficients(p, ev, where, err);
  if (ev->kind == EVENT_ZERO_WEIGHTS && (p->rule.needs & HEBB_NEEDS_EFFECTIVE))
    error_add(
        err, EXIT_CONFIGURATION,
        "%s: rule '%s' makes the weight that drives from the stored one, which is not 0 where "
        "that is; take the condition out, or --set condition=[]",
        where, e->rule_plugin->base.name);
  if (changes_world && !e->env_plugin->retarget)
    error_add(err, EXIT_CONFIGURATION,
              "%s: environment '%s' cannot be changed in mid-life (it offers no retarget); make it "
              "a task of its own",
              where, param_shown(e->env_plugin->base.name, shown));
}

/* ---- building ---- */

/* The world that set_env changes to. */
static void *open_model(plan *p, const experiment_condition *c, const experiment_event *ev,
                        const char *where, error *err)
{
  const hebb_env *env = p->experiment->env_plugin;
  condition_list *list = &p->conditions;
  char difference[ENV_SENTENCE_SIZE];
  hebb_env_shape shape;
  void *model = NULL;
  const int status = env_open(env, ev->env_config, where, &shape, &model, err);

  if (model)
    list->model[list->n_model++] = model;
  if (status == EXIT_FINE && !env_shapes_alike(&p->world[c->task_index].shape, &shape, difference))
    error_add(err, EXIT_CONFIGURATION, "%s: %s, unlike task '%s', in which the life begins", where,
              difference, p->experiment->task[c->task_index].name);
  return model;
}

static void add_row(condition_list *list, condition row)
{
  list->row[list->n++] = row;
}

/* A condition's rows: one, or one for each step of its sweep. event: where its own begin. */
static event *add_condition(plan *p, int32_t index, event *next, error *err)
{
  const experiment *e = p->experiment;
  const experiment_condition *c = &e->condition[index];
  char where[EXPERIMENT_WHERE_SIZE];
  event *const first = next;
  int32_t sweep = -1, n_row = 1;

  for (int32_t k = 0; k < c->n_event; k++) {
    const experiment_event *ev = &c->event[k];
    const int before = err->count;
    experiment_where_event(e, index, k, where);
    check_event(p, c, ev, where, err);
    *next = (event){ .kind = ev->kind,
                     .at = (int32_t)ev->at[0],
                     .until = ev->until > 0 ? (int32_t)ev->until : INT32_MAX,
                     .layer = (int32_t)ev->layer,
                     .fraction = ev->fraction,
                     .value = (float)ev->value };
    if (ev->kind == EVENT_SWAP_TASK)
      next->model = p->world[ev->other_task].model;
    else if (ev->kind == EVENT_SET_ENV && err->count == before)
      next->model = open_model(p, c, ev, where, err);
    next++;
    if (ev->n_at > 1)
      sweep = k, n_row = ev->n_at;
  }
  for (int32_t k = 0; k < n_row; k++) {
    event *own = first + (ptrdiff_t)k * c->n_event;
    const int64_t at = sweep < 0 ? -1 : c->event[sweep].at[k];
    condition row = { .base = c->name,
                      .task = c->task_index,
                      .index = index,
                      .at = at,
                      .event = own,
                      .n_event = c->n_event };
    if (k > 0)
      memcpy(own, first, (size_t)c->n_event * sizeof *own);
    if (sweep >= 0)
      own[sweep].at = (int32_t)at;
    snprintf(row.name, sizeof row.name, sweep < 0 ? "%.64s" : "%.64s at %lld", c->name,
             (long long)at);
    add_row(&p->conditions, row);
  }
  return first + (ptrdiff_t)n_row * c->n_event;
}

/* A sweep's names may meet others. */
static void check_names(const plan *p, error *err)
{
  const condition_list *list = &p->conditions;
  char where[EXPERIMENT_WHERE_SIZE];
  for (int32_t k = p->experiment->n_task; k < list->n; k++)
    for (int32_t other = 0; other < k; other++)
      if (strcmp(list->row[k].name, list->row[other].name) == 0)
        error_add(err, EXIT_CONFIGURATION, "%s: two conditions are called '%s'",
                  experiment_where_event(p->experiment, list->row[k].index, 0, where),
                  list->row[k].name);
}

int condition_open_all(plan *p, error *err)
{
  const experiment *e = p->experiment;
  condition_list *list = &p->conditions;
  const int before = err->count;
  size_t n_row = (size_t)e->n_task, n_event = 1, n_model = 1;

  for (int32_t i = 0; i < e->n_condition; i++) {
    const experiment_condition *c = &e->condition[i];
    size_t n = 1;
    for (int32_t k = 0; k < c->n_event; k++) {
      n = c->event[k].n_at > 1 ? (size_t)c->event[k].n_at : n;
      n_model += c->event[k].kind == EVENT_SET_ENV;
    }
    n_row += n;
    n_event += n * (size_t)c->n_event;
  }
  list->row = calloc(n_row, sizeof *list->row);
  list->event = calloc(n_event, sizeof *list->event);
  list->model = calloc(n_model, sizeof *list->model);
  if (!list->row || !list->event || !list->model)
    return error_add(err, EXIT_RUN_FAILED, "no memory for %zu conditions", n_row);

  for (int32_t t = 0; t < e->n_task; t++) {
    condition row = { .base = e->task[t].name, .task = t, .index = -1, .at = -1 };
    snprintf(row.name, sizeof row.name, "%s", e->task[t].name);
    add_row(list, row);
  }
  event *next = list->event;
  for (int32_t i = 0; i < e->n_condition; i++)
    next = add_condition(p, i, next, err);
  check_names(p, err);
  return err->count > before ? err->status : EXIT_FINE;
}

void condition_close_all(plan *p)
{
  condition_list *list = &p->conditions;
  for (int32_t k = 0; k < list->n_model; k++)
    if (p->experiment->env_plugin->close)
      p->experiment->env_plugin->close(list->model[k]);
  free(list->row);
  free(list->event);
  free(list->model);
  *list = (condition_list){ 0 };
}

/* ---- by name ---- */

static bool named(const condition *c, const char *word)
{
  return strcmp(word, "all") == 0 || strcmp(word, c->name) == 0 || strcmp(word, c->base) == 0;
}

static int refuse_word(const condition_list *list, const char *command, const char *word,
                       error *err)
{
  char names[1024] = "", shown[PARAM_SHOWN_SIZE];
  const char *known[64], *last = "";
  size_t n = 0, n_known = 0;

  for (int32_t k = 0; k < list->n; k++) {
    const char *base = list->row[k].base;
    if (strcmp(base, last) == 0)
      continue;
    if (n < sizeof names)
      n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", k ? ", " : "", base);
    if (n_known < sizeof known / sizeof known[0])
      known[n_known++] = base;
    last = base;
  }
  const char *near = param_nearest(word, known, n_known);
  return error_add(err, EXIT_CONFIGURATION,
                   "%s: no task or condition '%s' in this experiment%s%s%s; it has %s", command,
                   param_shown(word, shown), near ? "; did you mean '" : "", near ? near : "",
                   near ? "'?" : "", names);
}

int condition_select(const condition_list *list, const char *command, const char *const *word,
                     int32_t n_word, int32_t *row, int32_t *n_row, error *err)
{
  *n_row = 0;
  for (int32_t w = 0; w < n_word; w++) {
    bool any = false;
    for (int32_t k = 0; k < list->n; k++)
      any = any || named(&list->row[k], word[w]);
    if (!any)
      return refuse_word(list, command, word[w], err);
  }
  for (int32_t k = 0; k < list->n; k++) {
    bool wanted = n_word == 0 && list->row[k].index < 0;
    for (int32_t w = 0; w < n_word; w++)
      wanted = wanted || named(&list->row[k], word[w]);
    if (wanted)
      row[(*n_row)++] = k;
  }
  return EXIT_FINE;
}
