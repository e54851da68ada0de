/* store_evaluation.c - eval-NAME.h5: every rollout of every condition, recorded lifetimes. */
#include "condition.h"
#include "store_hdf5.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the conditions of a figure are sorted by. */
static void put_settings(store_group *group, const experiment *e, const evaluation *v)
{
  const size_t n = (size_t)v->n_condition;
  const char **base = calloc(n, sizeof *base), **task = calloc(n, sizeof *task);
  int32_t *at = calloc(n, sizeof *at);
  for (size_t c = 0; base && task && at && c < n; c++) {
    base[c] = v->setting[c]->base;
    task[c] = e->task[v->setting[c]->task].name;
    at[c] = (int32_t)v->setting[c]->at;
  }
  if (base && task && at) {
    store_put(group, "condition_base", base);
    store_put(group, "condition_task", task);
    store_put(group, "condition_at", at);
  } else {
    store_no_memory(group->writer, "condition_base");
  }
  free((void *)base);
  free((void *)task);
  free(at);
}

static void put_rollouts(store_writer *writer, const experiment *e, const evaluation *v)
{
  store_group group = store_open_group(writer, "/evaluation");
  store_attribute_text(&group, "genome_source", v->genome_source);
  store_attribute_text(&group, "genome_sha256", v->genome_sha256);
  store_attribute_integer(&group, "rollouts", v->n_rollout);
  store_attribute_integer(&group, "seed", v->root_seed);
  store_scale_words(&group, "condition", v->n_condition, v->condition);
  store_scale(&group, "rollout", v->n_rollout);
  store_put(&group, "return", v->total_return);
  store_put(&group, "length", v->length);
  store_put(&group, "seed", v->seed);
  store_put(&group, "terminated", v->terminated);
  store_put(&group, "failed", v->failed);
  store_put(&group, "condition_toml", v->condition_toml);
  if (v->setting)
    put_settings(&group, e, v);
  store_close_group(&group);
}

/* ---- lifetimes ---- */

/* The name of a lifetime's group: [a-z0-9_], and no two alike. */
static void name_lifetime(store_group *lifetimes, const evaluation *v, const lifetime *life,
                          char *path, size_t size)
{
  char safe[64];
  size_t n = 0;
  for (const char *c = v->condition[life->condition]; *c && n + 1 < sizeof safe; c++)
    safe[n++] = isalnum((unsigned char)*c) ? (char)tolower((unsigned char)*c) : '_';
  safe[n] = '\0';
  snprintf(path, size, "%s_%03d", safe, life->rollout);
  if (store_has(lifetimes, path)) // another condition looks the same
    snprintf(path, size, "%s_%d_%03d", safe, life->condition, life->rollout);
}

static void put_layer(store_group *group, const lifetime *life, const layer_info *layer, int32_t l)
{
  char name[64];
  snprintf(name, sizeof name, "%s_pre", layer->name);
  store_scale(group, name, layer->n_pre);
  snprintf(name, sizeof name, "%s_post", layer->name);
  store_scale(group, name, layer->n_post);
  if (life->weight && life->weight[l] && life->n_weight_step > 0) {
    snprintf(name, sizeof name, "%s_weight", layer->name);
    store_put_rounded(group, name, (int64_t)life->n_weight_step * layer->n_pre * layer->n_post,
                      life->weight[l]);
  }
  if (life->activation && life->activation[l]) {
    snprintf(name, sizeof name, "%s_activation", layer->name);
    store_put(group, name, life->activation[l]);
  }
  if (life->modulator && life->modulator[l]) {
    snprintf(name, sizeof name, "%s_modulator", layer->name);
    store_put(group, name, life->modulator[l]);
  }
}

/* What a learner names of its state, wherever weights are recorded. */
static void put_parts(store_group *group, const lifetime *life)
{
  hebb_array *info = calloc((size_t)life->n_part + 1, sizeof *info);
  if (!info) {
    store_no_memory(group->writer, group->path);
    return;
  }
  for (int32_t k = 0; k < life->n_part; k++)
    info[k] = *life->part[k].info;
  for (int32_t k = 0; k < life->n_part && life->n_weight_step > 0; k++)
    store_put_named(group, &info[k], "weight_step", STORE_F32, info, life->n_part,
                    life->part[k].value);
  free(info);
}

/* What was done to the life, event by event. */
static void put_events(store_group *group, const condition *c)
{
  enum { MOST = 64 };
  char word[MOST][EXPERIMENT_WORD_SIZE];
  const char *kind[MOST];
  int32_t at[MOST], until[MOST], layer[MOST];
  const int32_t n = c->n_event < MOST ? c->n_event : MOST;
  if (n == 0)
    return;
  for (int32_t k = 0; k < n; k++) {
    const event *ev = &c->event[k];
    kind[k] = experiment_event_word(ev->kind, word[k]);
    at[k] = ev->at;
    until[k] = event_lasts(ev->kind) && ev->until < INT32_MAX ? ev->until : -1;
    layer[k] = ev->layer;
  }
  store_scale(group, "event", n);
  store_put(group, "event_kind", kind);
  store_put(group, "event_at", at);
  store_put(group, "event_until", until);
  store_put(group, "event_layer", layer);
}

static void put_lifetime(store_writer *writer, store_group *lifetimes, const evaluation *v,
                         const lifetime *life, const layer_info *layer, int32_t n_layer,
                         const hebb_env_shape *shape)
{
  char name[STORE_MAX_NAME], path[2 * STORE_MAX_NAME], layers[512] = "";
  size_t n = 0;
  if (life->n_step <= 0)
    return;
  name_lifetime(lifetimes, v, life, name, sizeof name);
  snprintf(path, sizeof path, "/lifetimes/%s", name);
  for (int32_t l = 0; l < n_layer && n < sizeof layers; l++)
    n += (size_t)snprintf(layers + n, sizeof layers - n, "%s%s", l ? " " : "", layer[l].name);

  store_group group = store_open_group(writer, path);
  store_attribute_text(&group, "condition", v->condition[life->condition]);
  store_attribute_integer(&group, "rollout", life->rollout);
  store_attribute_integer(&group, "seed", life->seed);
  store_attribute_real(&group, "return", life->total_return);
  store_attribute_real(&group, "dt", life->step_seconds);
  store_attribute_integer(&group, "weight_stride", life->weight_stride);
  store_attribute_integer(&group, "weight_keepbits", v->keepbits);
  store_attribute_text(&group, "layers", layers);
  if (v->setting)
    put_events(&group, v->setting[life->condition]);

  store_scale(&group, "step", life->n_step);
  if (life->n_weight_step > 0)
    store_scale_values(&group, "weight_step", life->n_weight_step, life->weight_step);
  // a task with other numbers of observations keeps its own count, without names
  hebb_env_shape interface = *shape;
  if (life->n_obs != shape->n_obs || life->n_act != shape->n_act)
    interface = (hebb_env_shape){ .n_obs = life->n_obs, .n_act = life->n_act };
  store_put_interface(&group, &interface);
  store_put(&group, "observation", life->observation);
  store_put(&group, "action", life->action);
  store_put(&group, "reward", life->reward);
  if (life->score)
    store_put(&group, "score", life->score);
  if (life->episode)
    store_put(&group, "episode", life->episode);
  if (life->lstm) {
    store_scale(&group, "lstm_post", life->n_lstm);
    store_put(&group, "lstm_activation", life->lstm);
  }
  for (int32_t l = 0; l < n_layer; l++)
    put_layer(&group, life, &layer[l], l);

  hebb_array *info = calloc((size_t)life->n_array + 1, sizeof *info);
  for (int32_t k = 0; info && k < life->n_array; k++)
    info[k] = *life->array[k].info;
  for (int32_t k = 0; info && k < life->n_array; k++)
    store_put_named(&group, &info[k], info[k].flags & HEBB_ARRAY_PER_EPISODE ? NULL : "step",
                    STORE_F32, info, life->n_array, life->array[k].value);
  if (!info)
    store_no_memory(writer, name);
  free(info);
  put_parts(&group, life);
  store_close_group(&group);
}

int store_evaluation(const char *path, const provenance *p, const experiment *e,
                     const layer_info *layer, int32_t n_layer, const convolution *before,
                     const hebb_env_shape *shape, const evaluation *v, error *err)
{
  char title[1024], cite[1024];
  store_writer writer;
  store_begin(&writer, STORE_EVALUATION, path, err);
  writer.compress = true;
  writer.keepbits = v->keepbits < 1 ? 23 : v->keepbits;

  snprintf(title, sizeof title, "evaluation of %s in %s", v->genome_source,
           e->run.title && e->run.title[0] ? e->run.title : e->run.name);
  store_cite(e, cite, sizeof cite);
  store_put_root(&writer, RUN_COMPLETE, title, p, e->run.name, v->root_seed, cite);
  put_rollouts(&writer, e, v);
  if (v->n_lifetime > 0) {
    store_group lifetimes = store_open_group(&writer, "/lifetimes");
    for (int32_t i = 0; i < v->n_lifetime; i++)
      put_lifetime(&writer, &lifetimes, v, &v->lifetime[i], layer, n_layer, shape);
    store_close_group(&lifetimes);
  }
  store_put_network(&writer, layer, n_layer, before);
  store_put_plugins(&writer, e);
  store_put_provenance(&writer, p, e);
  return store_publish(&writer);
}
