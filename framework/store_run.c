/* store_run.c - run.h5: a run's history, its genomes, and the checkpoint that it goes on from. */
#include "store_hdf5.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "env_shape.h"

static const char *const series_name[N_SERIES] = { [SERIES_FITNESS_MEAN] = "fitness_mean",
                                                   [SERIES_FITNESS_STD] = "fitness_std",
                                                   [SERIES_FITNESS_MIN] = "fitness_min",
                                                   [SERIES_FITNESS_Q25] = "fitness_q25",
                                                   [SERIES_FITNESS_MEDIAN] = "fitness_median",
                                                   [SERIES_FITNESS_Q75] = "fitness_q75",
                                                   [SERIES_FITNESS_MAX] = "fitness_max",
                                                   [SERIES_EPISODE_LENGTH_MEAN] =
                                                       "episode_length_mean",
                                                   [SERIES_CENTRE_FITNESS] = "centre_fitness",
                                                   [SERIES_GENOME_NORM] = "genome_norm",
                                                   [SERIES_ENV_STEPS] = "env_steps",
                                                   [SERIES_N_FAILED] = "n_failed",
                                                   [SERIES_RULES] = "rules",
                                                   [SERIES_WALL_TIME] = "wall_time" };

const char *store_series_name(int series)
{
  return series_name[series];
}

bool store_scalar_name(const hebb_array *scalar, char *name)
{
  static const char *const known[] = { "sigma", "learning_rate", "gradient_norm", "update_norm" };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(scalar->name, known[i]) == 0) {
      snprintf(name, STORE_MAX_NAME, "%s", known[i]);
      return true;
    }
  snprintf(name, STORE_MAX_NAME, "opt_%.100s", scalar->name);
  return false;
}

static void put_generations(store_writer *writer, const history *h)
{
  if (h->n_generation == 0)
    return;
  store_group group = store_open_group(writer, "/generations");
  store_scale(&group, "generation", h->n_generation);
  store_scale(&group, "individual", h->n_individual);
  store_scale(&group, "task", h->n_task);
  store_note(&group, "task", "task_name", STORE_TEXT, h->n_task, h->task_name);
  store_put(&group, "fitness", h->fitness);
  for (int k = 0; k < N_SERIES; k++)
    if (k != SERIES_RULES || !isnan(h->series[k][0]))
      store_put(&group, series_name[k], h->series[k]);
  store_put(&group, "task_return_mean", h->task_return_mean);
  for (int32_t k = 0; k < h->n_scalar; k++) {
    char name[STORE_MAX_NAME];
    const hebb_array *scalar = &h->scalar_info[k];
    const bool known = store_scalar_name(scalar, name);
    const store_variable declared = { .name = name,
                                      .type = STORE_F64,
                                      .dims = "generation",
                                      .unit = scalar->unit,
                                      .doc = scalar->doc ? scalar->doc : "" };
    if (known)
      store_put(&group, name, h->scalar[k]);
    else if (!store_has(&group, name))
      store_put_declared(&group, &declared, h->scalar[k]);
  }
  store_put(&group, "failure_kind", h->failure_kind);
  store_close_group(&group);
}

/* Learning curves of the newest generation. */
static void put_learning(store_writer *writer, const history *h, const learning *l)
{
  if (!l || l->generation < 0 || l->n_episode == 0)
    return;
  const size_t n = (size_t)l->n_individual * (size_t)l->n_task;
  int32_t *when = calloc(n + 1, sizeof *when);
  double *last = calloc(n + 1, sizeof *last);
  if (!when || !last) {
    store_no_memory(writer, "/learning");
  } else {
    for (size_t k = 0; k < n; k++)
      when[k] = learning_solved(l, (int32_t)(k / (size_t)l->n_task),
                                (int32_t)(k % (size_t)l->n_task), &last[k]);
    store_group group = store_open_group(writer, "/learning");
    store_attribute_integer(&group, "generation", l->generation);
    store_attribute_integer(&group, "window", l->window < l->n_episode ? l->window : l->n_episode);
    store_scale(&group, "individual", l->n_individual);
    store_scale(&group, "task", l->n_task);
    store_note(&group, "task", "task_name", STORE_TEXT, h->n_task, h->task_name);
    store_scale(&group, "episode", l->n_episode);
    store_put(&group, "solved", l->solved);
    store_put(&group, "return", l->episode_return);
    store_put(&group, "length", l->episode_length);
    store_put(&group, "solved_episode", when);
    store_put(&group, "final_return", last);
    store_close_group(&group);
  }
  free(when);
  free(last);
}

static void put_genomes(store_writer *writer, const history *h)
{
  if (h->n_kept == 0 || h->n_gene == 0)
    return;
  store_group group = store_open_group(writer, "/genomes");
  store_scale_values(&group, "generation", h->n_kept, h->kept_generation);
  store_scale(&group, "gene", h->n_gene);
  store_put(&group, "centre", h->centre);
  store_put(&group, "best", h->best);
  store_put(&group, "best_fitness", h->best_fitness);
  store_put(&group, "best_generation", h->best_generation);
  store_close_group(&group);
}

/* ---- what each gene is ---- */

static const char *role_name(uint32_t role)
{
  static const char *const name[] = {
    "", "coefficient", "weight", "start", "modulator", "learner"
  };
  return role < sizeof name / sizeof *name ? name[role] : "";
}

static const char *share_name(uint32_t share)
{
  static const char *const name[] = { "", "synapse", "pre", "post", "layer", "network", "table" };
  return share < sizeof name / sizeof *name ? name[share] : "";
}

/* Which row of the rule table each synapse follows, where there is a table or was one at the last merge. */
static void put_synapse_rules(store_group *group, const hebb_genome_shape *shape,
                              const checkpoint *c)
{
  if (c->synapse_rule) { // merged rules: the genome stands expanded
    store_scale(group, "synapse", c->n_synapse);
    store_put(group, "synapse_rule", c->synapse_rule);
    return;
  }
  for (int32_t s = 0; s < shape->n_segment; s++) {
    const hebb_segment *segment = &shape->segment[s];
    if (!segment->rule)
      continue;
    store_scale(group, "synapse", (int64_t)segment->rows * segment->cols);
    store_put(group, "synapse_rule", segment->rule);
    return; // all coefficients of a rule stand in one row
  }
}

static void put_layout(store_writer *writer, const hebb_genome_shape *shape, const checkpoint *c)
{
  const size_t n = (size_t)shape->n_segment;
  if (n == 0)
    return;
  const char **text = calloc(4 * n, sizeof *text);
  int64_t *wide = calloc(2 * n, sizeof *wide);
  int32_t *narrow = calloc(3 * n, sizeof *narrow);
  if (!text || !wide || !narrow) {
    store_no_memory(writer, "/genome_layout");
  } else {
    for (size_t s = 0; s < n; s++) {
      const hebb_segment *segment = &shape->segment[s];
      text[s] = segment->name;
      text[n + s] = segment->coefficient;
      text[2 * n + s] = role_name(segment->role);
      text[3 * n + s] = share_name(segment->share);
      wide[s] = segment->offset;
      wide[n + s] = segment->count;
      narrow[s] = segment->layer;
      const bool table = segment->share == HEBB_SHARE_TABLE;
      narrow[n + s] = table ? (int32_t)segment->count : segment->rows;
      narrow[2 * n + s] = table ? 1 : segment->cols;
    }
    store_group group = store_open_group(writer, "/genome_layout");
    store_scale(&group, "segment", shape->n_segment);
    store_put(&group, "segment_name", text);
    store_put(&group, "offset", wide);
    store_put(&group, "count", wide + n);
    store_put(&group, "layer", narrow);
    store_put(&group, "rows", narrow + n);
    store_put(&group, "cols", narrow + 2 * n);
    store_put(&group, "coefficient", text + n);
    store_put(&group, "role", text + 2 * n);
    store_put(&group, "sharing", text + 3 * n);
    put_synapse_rules(&group, shape, c);
    store_close_group(&group);
  }
  free(text);
  free(wide);
  free(narrow);
}

/* ---- checkpoint ---- */

/* The optimizer's labelled parts, for readers; a resume reads `state` alone. */
static void put_parts(store_group *group, const hebb_optimizer *optimizer, const checkpoint *c)
{
  hebb_array part;
  for (int32_t k = 0; optimizer->array && optimizer->array(c->state, k, &part); k++) {
    const size_t size = env_array_bytes(&part);
    if (size == 0 || part.offset > c->state_size || size > c->state_size - part.offset) {
      if (store_good(group->writer))
        group->writer->status =
            error_add(group->writer->err, EXIT_PLUGIN,
                      "optimizer %s: declares '%s' outside its state of %zu bytes",
                      optimizer->base.name, part.name, c->state_size);
      return;
    }
    store_put_named(group, &part, NULL, store_type_of(part.dtype), NULL, 0,
                    (const char *)c->state + part.offset);
  }
}

static void put_checkpoint(store_writer *writer, const experiment *e, const checkpoint *c)
{
  const hebb_plugin *optimizer = e->optimizer.plugin;
  const int64_t crc = (int64_t)crc32_z(crc32_z(0, NULL, 0), c->state, c->state_size);
  store_group group = store_open_group(writer, "/checkpoint");
  store_attribute_text(&group, "optimizer", optimizer->name);
  store_attribute_text(&group, "version", optimizer->version);
  store_attribute_integer(&group, "abi", optimizer->abi);
  store_attribute_text(&group, "byte_order", "little");
  store_attribute_integer(&group, "evaluations", c->evaluations);
  store_put(&group, "generation", &c->generation);
  store_put(&group, "seed", &e->run.seed);
  if (c->state_size > 0) {
    store_scale_length(&group, "state_byte", (int64_t)c->state_size);
    store_put(&group, "state", c->state);
    store_note(&group, "state", "crc32", STORE_I64, 0, &crc);
    put_parts(&group, e->optimizer_plugin, c);
  }
  store_close_group(&group);
}

int store_run(const char *folder, enum run_status status, const provenance *p, const experiment *e,
              const hebb_genome_shape *shape, const layer_info *layer, int32_t n_layer,
              const convolution *before, const history *h, const learning *learnt,
              const checkpoint *c, error *err)
{
  char path[4096], cite[1024];
  store_writer writer;
  if (snprintf(path, sizeof path, "%s/run.h5", folder) >= (int)sizeof path)
    return error_add(err, EXIT_IO, "%.60s...: the folder's name is too long", folder);

  store_begin(&writer, STORE_RUN, path, err);
  store_cite(e, cite, sizeof cite);
  store_put_root(&writer, status, e->run.title && e->run.title[0] ? e->run.title : e->run.name, p,
                 e->run.name, e->run.seed, cite);
  put_generations(&writer, h);
  put_learning(&writer, h, learnt);
  put_genomes(&writer, h);
  put_layout(&writer, shape, c);
  store_put_network(&writer, layer, n_layer, before);
  store_put_plugins(&writer, e);
  store_put_provenance(&writer, p, e);
  put_checkpoint(&writer, e, c);
  return store_publish(&writer);
}
