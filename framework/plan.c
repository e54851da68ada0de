/* plan.c - opens an experiment's worlds, builds its network and genome. */
#include "plan.h"

#include <stdio.h>
#include <stdlib.h>

#include "env_shape.h"
#include "front.h"

enum { MOST_PLANES = 64 }; /* of a synapse or a neuron: coefficients, traces, states */

/* One network and one worker's room serve all tasks: what these take from a world must be alike. */
static int check_alike(const plan *p, int32_t first, int32_t task, const char *where, error *err)
{
  char difference[ENV_SENTENCE_SIZE];
  if (env_shapes_alike(&p->world[first].shape, &p->world[task].shape, difference))
    return EXIT_FINE;
  return error_add(err, EXIT_CONFIGURATION,
                   "%s: %s, unlike task '%s'; one network serves all tasks, so choose worlds of "
                   "one shape",
                   where, difference, p->experiment->task[first].name);
}

/* Opens all worlds; the shape to build a network for, or NULL where none is known. */
static const hebb_env_shape *open_worlds(plan *p, error *err)
{
  const experiment *e = p->experiment;
  const hebb_env_shape *refused = NULL;
  char where[EXPERIMENT_WHERE_SIZE];
  int32_t first = -1;

  for (int32_t t = 0; t < e->n_task; t++) {
    experiment_where_task(e, t, where);
    world *w = &p->world[t];
    if (env_open(e->env_plugin, e->task[t].env_config, where, &w->shape, &w->model, err) !=
        EXIT_FINE) {
      if (!w->model && env_shape_countable(&w->shape))
        refused = &w->shape;
    } else if (first < 0) {
      first = t;
    } else {
      check_alike(p, first, t, where, err);
    }
  }
  return first < 0 ? refused : &p->world[first].shape;
}

static int check_rule_shape(const hebb_rule *rule, const hebb_rule_shape *s, const char *where,
                            error *err)
{
  const struct {
    const char *what;
    int32_t n;
  } count[] = { { "coefficients", s->n_coef },
                { "traces", s->n_trace },
                { "states of a presynaptic neuron", s->n_pre_state },
                { "states of a postsynaptic neuron", s->n_post_state },
                { "planes", s->n_plane } };
  for (size_t k = 0; k < sizeof count / sizeof count[0]; k++)
    if (count[k].n < 0 || count[k].n > MOST_PLANES)
      return error_add(err, EXIT_PLUGIN, "%s: declares %d %s; 0 to %d are possible", where,
                       count[k].n, count[k].what, MOST_PLANES);
  for (int32_t k = 0; k < s->n_coef; k++) {
    if (!s->coef_name || !s->coef_name[k] || !s->coef_name[k][0])
      return error_add(err, EXIT_PLUGIN, "%s: coefficient %d has no name", where, k);
    if (s->coef_span && (s->coef_span[k] < HEBB_SHARE_EACH || s->coef_span[k] > HEBB_SHARE_LAYER))
      return error_add(err, EXIT_PLUGIN,
                       "%s: coef_span of %s is %d, which is none of EACH, PRE, POST and LAYER",
                       where, s->coef_name[k], s->coef_span[k]);
  }
  if (s->needs & HEBB_NEEDS_NOISE)
    return error_add(err, EXIT_PLUGIN, "%s: needs noise, which this version does not offer", where);
  if ((s->needs & HEBB_NEEDS_EFFECTIVE) && !rule->effective)
    return error_add(err, EXIT_PLUGIN, "%s: needs effective weights but has no function for them",
                     where);
  return EXIT_FINE;
}

static int open_rule(plan *p, error *err)
{
  const experiment *e = p->experiment;
  const hebb_rule *rule = e->rule_plugin;
  const int before = err->count;
  char what[100], where[EXPERIMENT_WHERE_SIZE];
  host_services services;

  snprintf(what, sizeof what, "rule '%.64s'", rule->base.name);
  experiment_where(e, "rule.plugin", what, where);
  host_services_init(&services, where, err);
  p->rule.size = sizeof p->rule;
  if ((rule->check && rule->check(e->rule_config, &services.host) != HEBB_OK) ||
      rule->shape(e->rule_config, &services.host, &p->rule) != HEBB_OK)
    return err->count > before
               ? err->status
               : error_add(err, EXIT_PLUGIN, "%s: refused its parameters without a reason", where);
  p->plastic = rule->update != NULL;
  // what the last step of an episode was worth is learnt from as well
  if (e->modulation.source == MODULATION_REWARD)
    p->rule.needs |= HEBB_NEEDS_LAST;
  p->fused = rule->prepare && rule->sweep && p->rule.n_plane > 0 &&
             e->rule_host.kernel == KERNEL_AUTO && e->rule_host.update == UPDATE_AFTER_STEP &&
             network_can_sweep(&e->weights) && e->modulation.source == MODULATION_NONE &&
             !(p->rule.needs & (HEBB_NEEDS_EFFECTIVE | HEBB_NEEDS_LAST));
  if (check_rule_shape(rule, &p->rule, where, err) != EXIT_FINE)
    return err->status;
  return modulation_check(e, &p->rule, p->plastic, NULL, err);
}

/* Whether the convolutions can be made of what the worlds show: lists of one length, a picture, and kernels
   and pools that fit into it. sound: no world was refused; a refused one may not have said what it shows. */
static int check_convolution(const plan *p, const hebb_env_shape *shape, bool sound, error *err)
{
  const experiment *e = p->experiment;
  const convolution_config *c = &e->network.convolution;
  const int before = err->count;
  char where[EXPERIMENT_WHERE_SIZE];
  const struct {
    const char *key;
    int32_t n;
  } list[] = { { "network.convolution.kernel", c->n_kernel },
               { "network.convolution.stride", c->n_stride },
               { "network.convolution.pool", c->n_pool } };

  for (size_t k = 0; k < sizeof list / sizeof list[0]; k++)
    if (list[k].n != c->n_channel)
      error_add(err, EXIT_CONFIGURATION,
                "%s: has %d numbers, network.convolution.channels %d; one for each convolution",
                experiment_where(e, list[k].key, list[k].key, where), list[k].n, c->n_channel);
  if (c->n_channel > 0 && sound && shape->height == 0)
    error_add(err, EXIT_CONFIGURATION,
              "%s: environment '%s' shows %d numbers, no picture; leave it empty",
              experiment_where(e, "network.convolution.channels", "network.convolution.channels",
                               where),
              e->env_plugin->base.name, shape->n_obs);
  if (err->count > before)
    return EXIT_CONFIGURATION;
  if (c->n_channel == 0)
    return EXIT_FINE;
  if (!shape || shape->height == 0)
    return EXIT_CONFIGURATION; // a world was refused, with a sentence of its own

  convolution fitted;
  const int32_t bad = convolution_shape(&fitted, c, shape);
  if (bad == EXPERIMENT_MAX_CONVOLUTION)
    return EXIT_FINE;
  const convolution_layer *last = &fitted.layer[bad > 0 ? bad - 1 : 0];
  const int32_t height = bad > 0 ? last->out_height : shape->height;
  const int32_t width = bad > 0 ? last->out_width : shape->width;
  if (c->kernel[bad] > height || c->kernel[bad] > width)
    return error_add(err, EXIT_CONFIGURATION,
                     "%s: convolution %d has a kernel of %lld x %lld, but only %d x %d pixels are "
                     "left for it",
                     experiment_where(e, "network.convolution.kernel", "network.convolution.kernel",
                                      where),
                     bad, (long long)c->kernel[bad], (long long)c->kernel[bad], height, width);
  const convolution_layer *l = &fitted.layer[bad];
  if (l->out_height == 0 || l->out_width == 0)
    return error_add(err, EXIT_CONFIGURATION,
                     "%s: convolution %d has a pool of %lld x %lld, but makes only %d x %d pixels",
                     experiment_where(e, "network.convolution.pool", "network.convolution.pool",
                                      where),
                     bad, (long long)c->pool[bad], (long long)c->pool[bad],
                     (height - l->kernel) / l->stride + 1, (width - l->kernel) / l->stride + 1);
  return error_add(
      err, EXIT_CONFIGURATION,
      "%s: convolution %d has more weights or pixels than can be counted; turn it down",
      experiment_where(e, "network.convolution.channels", "network.convolution.channels", where),
      bad);
}

/* Numbers cannot be appended to a picture. */
static int check_inputs(const plan *p, const hebb_env_shape *shape, error *err)
{
  const experiment *e = p->experiment;
  const network_config *c = &e->network;
  const char *key = c->input_reward   ? "network.input_reward"
                    : c->input_action ? "network.input_action"
                    : c->input_time   ? "network.input_time"
                                      : NULL;
  char where[EXPERIMENT_WHERE_SIZE];
  if (!key || shape->height == 0)
    return EXIT_FINE;
  return error_add(err, EXIT_CONFIGURATION,
                   "%s: environment '%s' shows a picture, to which no number can be appended",
                   experiment_where(e, key, key, where), e->env_plugin->base.name);
}

/* Whether a genome makes sense and has room: counted from the shapes, before anything is taken. */
static int check_genome(const plan *p, error *err)
{
  const experiment *e = p->experiment;
  const bool evolved = e->weights.init == WEIGHT_EVOLVED;
  const int before = err->count;
  const int64_t synapses = network_synapses(&p->network);
  const int32_t each = p->rule.n_coef + evolved;
  char where[EXPERIMENT_WHERE_SIZE];

  if (each == 0 && p->network.convolution.n_layer == 0 && p->network.lstm.n_hidden == 0 &&
      !modulation_has_genes(e))
    return error_add(err, EXIT_CONFIGURATION,
                     "%s: nothing would evolve: rule '%s' has no coefficients; set "
                     "network.weights.init = \"evolved\"",
                     experiment_where(e, "rule.plugin", "genome", where),
                     e->rule_plugin->base.name);
  if (e->rule_host.share == RULE_SHARE_TABLE && e->rule_host.table > synapses)
    error_add(err, EXIT_CONFIGURATION,
              "%s: a table of %lld rules for %lld synapses leaves rules without a synapse; at most "
              "%lld, or share = \"synapse\"",
              experiment_where(e, "rule.table", "rule.table", where), (long long)e->rule_host.table,
              (long long)synapses, (long long)synapses);
  // shared coefficients are spread over all synapses as well, in every worker
  const double numbers = (double)synapses * each + (double)lstm_weights(&p->network.lstm);
  const double megabytes = numbers * (double)sizeof(float) / 1048576;
  const double picture = (double)convolution_room(&p->network.convolution) / 1048576;
  if (picture > e->limits.memory)
    return error_add(err, EXIT_CONFIGURATION,
                     "%s: a worker needs %.0f MB to convolve, limits.memory = %.0f MB are allowed; "
                     "turn down network.convolution, or raise limits.memory",
                     experiment_where(e, "network.convolution.channels",
                                      "network.convolution.channels", where),
                     picture, e->limits.memory);
  if (megabytes <= e->limits.memory)
    return err->count > before ? EXIT_CONFIGURATION : EXIT_FINE;
  if (p->network.lstm.n_hidden > 0)
    return error_add(err, EXIT_CONFIGURATION,
                     "%s: an LSTM of %d units and what follows it take %.0f MB for one individual, "
                     "limits.memory = %.0f MB are allowed; turn down network.layers, or raise "
                     "limits.memory",
                     experiment_where(e, "network.layers", "network.layers", where),
                     p->network.lstm.n_hidden, megabytes, e->limits.memory);
  return error_add(err, EXIT_CONFIGURATION,
                   "%s: %lld synapses with %d numbers each take %.0f MB for one individual, "
                   "limits.memory = %.0f MB are allowed; turn down network.layers, or raise "
                   "limits.memory",
                   experiment_where(e, "network.layers", "network.layers", where),
                   (long long)synapses, each, megabytes, e->limits.memory);
}

/* Steps and episodes of a life are counted in 32 bits, here and in files. */
static int check_lifetime(const plan *p, error *err)
{
  const experiment *e = p->experiment;
  char where[EXPERIMENT_WHERE_SIZE];
  for (int32_t t = 0; t < e->n_task; t++)
    if ((double)p->world[t].shape.max_steps * (double)e->lifetime.episodes > INT32_MAX)
      return error_add(
          err, EXIT_CONFIGURATION,
          "%s: %lld episodes of at most %d steps (task '%s') are too many for one life; at "
          "most %d steps",
          experiment_where(e, "lifetime.episodes", "lifetime.episodes", where),
          (long long)e->lifetime.episodes, p->world[t].shape.max_steps, e->task[t].name, INT32_MAX);
  return EXIT_FINE;
}

/* Where the rule owns the agent, the host's network is only what the world shows and wants. */
static int build_learner(plan *p, const hebb_env_shape *shape, error *err)
{
  const experiment *e = p->experiment;
  network_config config = e->network;
  config.convolution.n_channel = config.n_layer = 0;
  if (network_build(&p->network, &config, &e->weights, shape, err) != EXIT_FINE)
    return err->status;
  p->network.n_layer = 0;
  check_lifetime(p, err);
  if (check_inputs(p, shape, err) != EXIT_FINE ||
      learner_open(&p->learner, e, shape, err) != EXIT_FINE)
    return err->status;
  return learner_genome(&p->learner, e, &p->genome, err);
}

/* The conditions, where all else is sound. */
static int open_conditions(plan *p, int before, error *err)
{
  if (err->count == before)
    condition_open_all(p, err);
  return err->count > before ? err->status : EXIT_FINE;
}

int plan_try(const experiment *e, plan **out, error *err)
{
  const int before = err->count;
  char where[EXPERIMENT_WHERE_SIZE];
  plan *p = *out = calloc(1, sizeof *p);
  if (p)
    p->world = calloc((size_t)e->n_task, sizeof *p->world);
  if (!p || !p->world) {
    free(p);
    *out = NULL;
    return error_add(err, EXIT_RUN_FAILED, "no memory for %d tasks", e->n_task);
  }
  p->experiment = e;

  // nothing stops at the first refusal: whoever writes an experiment learns of all of them at once
  const hebb_env_shape *shape = open_worlds(p, err);
  if (!e->rule_plugin->shape) {
    if (shape)
      build_learner(p, shape, err);
    return open_conditions(p, before, err);
  }
  const bool sound = err->count == before;
  const bool rule = open_rule(p, err) == EXIT_FINE;
  front_check(e, err);
  const bool picture = check_convolution(p, shape, sound, err) == EXIT_FINE;
  network_config config = e->network;
  if (!picture)
    config.convolution.n_channel = 0; // the rest can be checked all the same
  if (shape && network_build(&p->network, &config, &e->weights, shape, err) == EXIT_FINE) {
    check_lifetime(p, err);
    network_check(&p->network, experiment_where(e, "network.action", "network.action", where), err);
    network_draw_signs(&p->network, (uint64_t)e->run.seed, err);
    const bool modulated = modulation_check(e, &p->rule, p->plastic, &p->network, err) == EXIT_FINE;
    if (check_inputs(p, shape, err) == EXIT_FINE && rule && modulated && picture &&
        check_genome(p, err) == EXIT_FINE) {
      modulation_build(&p->modulation, e, &p->rule, &p->network);
      if (genome_build(&p->genome, &p->network, &p->rule, &e->rule_host, p->plastic, &e->genome,
                       (uint64_t)e->run.seed, err) == EXIT_FINE &&
          modulation_has_genes(e))
        modulation_append(&p->modulation, e, &p->network, &p->genome, err);
    }
  }
  return open_conditions(p, before, err);
}

int plan_open(const experiment *e, plan **out, error *err)
{
  plan *p;
  const int status = plan_try(e, &p, err);
  if (status != EXIT_FINE) {
    plan_close(p);
    return status;
  }
  *out = p;
  return EXIT_FINE;
}

bool plan_has_genome(const plan *p)
{
  return p && (p->genome.shape.n_gene > 0 || (p->learner.on && p->genome.shape.start));
}

int plan_check_workers(const experiment *e, int32_t n_worker, error *err)
{
  const hebb_plugin *plugin[] = { &e->env_plugin->base, &e->rule_plugin->base,
                                  &e->optimizer_plugin->base };
  for (int k = 0; k < 3; k++)
    if (n_worker > 1 && (plugin[k]->flags & HEBB_NEEDS_PROCESS))
      return error_add(err, EXIT_CONFIGURATION,
                       "%s '%s' is not thread-safe, and %d workers would share it: --workers 1",
                       loader_kind_name(plugin[k]->kind), plugin[k]->name, n_worker);
  return EXIT_FINE;
}

void plan_close(plan *p)
{
  if (!p)
    return;
  const experiment *e = p->experiment;
  for (int32_t t = 0; t < e->n_task; t++)
    if (p->world[t].model && e->env_plugin->close)
      e->env_plugin->close(p->world[t].model);
  condition_close_all(p);
  genome_done(&p->genome);
  network_done(&p->network);
  free(p->world);
  free(p);
}

void plan_layers(const plan *p, layer_info layer[NETWORK_MAX_LAYER])
{
  static const char *const activation[] = { [ACTIVATION_TANH] = "tanh",
                                            [ACTIVATION_RELU] = "relu",
                                            [ACTIVATION_SIGMOID] = "sigmoid",
                                            [ACTIVATION_LINEAR] = "linear",
                                            [NETWORK_PER_OUTPUT] = NULL };
  static const char *const rectified[] = { [ACTIVATION_TANH] = "rectified_tanh",
                                           [ACTIVATION_RELU] = "relu",
                                           [ACTIVATION_SIGMOID] = "sigmoid",
                                           [ACTIVATION_LINEAR] = "relu" };
  for (int32_t l = 0; l < p->network.n_layer; l++) {
    const network_layer *n = &p->network.layer[l];
    const bool rate = p->network.non_negative && l < p->network.n_layer - 1;
    layer[l] = (layer_info){ .kind = l == 0 && p->network.n_recurrent > 0 ? "recurrent" : "dense",
                             .activation = (rate ? rectified : activation)[n->activation],
                             .n_pre = n->n_pre,
                             .n_post = n->n_post,
                             .n_modulatory = n->n_modulatory,
                             .plastic = p->plastic };
    if (n->activation == NETWORK_PER_OUTPUT)
      layer[l].action_map = p->network.action_map;
    snprintf(layer[l].name, sizeof layer[l].name, "layer%d", l);
  }
  layer[0].n_lstm_in = p->network.lstm.n_in;
}
