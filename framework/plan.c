/* plan.c - opens an experiment's worlds, builds its network and genome. */
#include "plan.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST_NUMBERS = 1000000 }; /* in an observation or an action */

/* What a stranger's environment says of itself, checked before anything is allocated from it. */
static int check_shape(const hebb_env_shape *s, const char *where, error *err)
{
  if (s->n_obs < 1 || s->n_obs > MOST_NUMBERS || s->n_act < 1 || s->n_act > MOST_NUMBERS ||
      s->n_choice < 0 || s->n_choice > MOST_NUMBERS)
    return error_add(err, EXIT_PLUGIN,
                     "%s: the environment declares %d observations, %d actions and %d choices; "
                     "each must lie in 1 .. %d (choices may be 0)",
                     where, s->n_obs, s->n_act, s->n_choice, MOST_NUMBERS);
  if (s->n_choice > 0 && s->n_act != 1)
    return error_add(err, EXIT_PLUGIN, "%s: a discrete environment has one action, not %d", where,
                     s->n_act);
  if (s->height != 0 && (int64_t)s->height * s->width * s->channel != s->n_obs)
    return error_add(err, EXIT_PLUGIN,
                     "%s: a picture of %d x %d x %d has not %d numbers", where, s->height, s->width,
                     s->channel, s->n_obs);
  if (s->max_steps < 1)
    return error_add(err, EXIT_PLUGIN, "%s: the environment declares max_steps = %d; at least 1",
                     where, s->max_steps);
  if (s->n_array < 0 || (s->n_array > 0 && !s->array))
    return error_add(err, EXIT_PLUGIN, "%s: the environment declares %d named quantities without a "
                     "table", where, s->n_array);
  return EXIT_FINE;
}

/* One network serves all tasks: their observations and actions must be alike. */
static int check_alike(const experiment *e, const plan *p, int32_t task, error *err)
{
  const hebb_env_shape *a = &p->world[0].shape, *b = &p->world[task].shape;
  if (a->n_obs == b->n_obs && a->n_act == b->n_act && a->n_choice == b->n_choice)
    return EXIT_FINE;
  return error_add(err, EXIT_CONFIGURATION,
                   "task '%s': %d observations, %d actions, %d choices, but task '%s' has %d, %d, "
                   "%d; one network serves all tasks, so choose worlds of one shape",
                   e->task[task].name, b->n_obs, b->n_act, b->n_choice, e->task[0].name, a->n_obs,
                   a->n_act, a->n_choice);
}

static int open_worlds(plan *p, const experiment *e, error *err)
{
  for (int32_t t = 0; t < e->n_task; t++) {
    char where[256];
    host_services services;
    world *w = &p->world[t];

    snprintf(where, sizeof where, "task '%s': %s", e->task[t].name, e->env.plugin->name);
    host_services_init(&services, where, err);
    w->shape.size = sizeof w->shape;
    const int before = err->count;
    if (e->env_plugin->open(e->task[t].env_config, &services.host, &w->shape, &w->model) !=
        HEBB_OK) {
      w->model = NULL;
      return err->count > before
                 ? err->status
                 : error_add(err, EXIT_PLUGIN, "%s: could not be opened and gave no reason", where);
    }
    const int status = check_shape(&w->shape, where, err);
    if (status != EXIT_FINE)
      return status;
    if (check_alike(e, p, t, err) != EXIT_FINE)
      return err->status;
  }
  return EXIT_FINE;
}

static int open_rule(plan *p, const experiment *e, error *err)
{
  const hebb_rule *rule = e->rule_plugin;
  const char *name = rule->base.name;
  host_services services;
  host_services_init(&services, name, err);

  if (!rule->shape)
    return error_add(err, EXIT_PLUGIN,
                     "rule '%s' owns the whole agent (a learner); this version runs synaptic rules "
                     "only", name);
  const int before = err->count;
  p->rule.size = sizeof p->rule;
  if ((rule->check && rule->check(e->rule_config, &services.host) != HEBB_OK) ||
      rule->shape(e->rule_config, &services.host, &p->rule) != HEBB_OK)
    return err->count > before
               ? err->status
               : error_add(err, EXIT_PLUGIN, "rule '%s': refused its parameters without a reason",
                           name);

  const hebb_rule_shape *s = &p->rule;
  if (s->n_coef < 0 || s->n_coef > 64 || (s->n_coef > 0 && !s->coef_name) || s->n_trace < 0 ||
      s->n_trace > 64 || s->n_pre_state < 0 || s->n_post_state < 0)
    return error_add(err, EXIT_PLUGIN,
                     "rule '%s': declares %d coefficients and %d traces; 0 to 64 of each, with "
                     "names", name, s->n_coef, s->n_trace);
  if (s->needs & (HEBB_NEEDS_MODULATOR | HEBB_NEEDS_NOISE))
    return error_add(err, EXIT_PLUGIN, "rule '%s': needs %s, which this version does not offer",
                     name, s->needs & HEBB_NEEDS_MODULATOR ? "a modulator" : "noise");
  if ((s->needs & HEBB_NEEDS_EFFECTIVE) && !rule->effective)
    return error_add(err, EXIT_PLUGIN, "rule '%s': needs effective weights but has no function for "
                     "them", name);
  p->plastic = rule->update != NULL;
  return EXIT_FINE;
}

int plan_open(const experiment *e, plan **out, error *err)
{
  plan *p = calloc(1, sizeof *p);
  if (p)
    p->world = calloc((size_t)e->n_task, sizeof *p->world);
  if (!p || !p->world) {
    free(p);
    return error_add(err, EXIT_RUN_FAILED, "no memory for %d tasks", e->n_task);
  }
  p->experiment = e;

  if (open_worlds(p, e, err) != EXIT_FINE || open_rule(p, e, err) != EXIT_FINE ||
      network_build(&p->network, &e->network, &e->weights, &p->world[0].shape, err) != EXIT_FINE ||
      genome_build(&p->genome, &p->network, &p->rule, (enum rule_share)e->rule_host.share,
                   p->plastic, &e->genome, (uint64_t)e->run.seed, err) != EXIT_FINE) {
    plan_close(p);
    return err->status;
  }
  *out = p;
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
  genome_done(&p->genome);
  network_done(&p->network);
  free(p->world);
  free(p);
}

void plan_layers(const plan *p, store_layer layer[NETWORK_MAX_LAYER])
{
  static const char *const activation[] = { [ACTIVATION_TANH] = "tanh",
                                            [ACTIVATION_RELU] = "relu",
                                            [ACTIVATION_SIGMOID] = "sigmoid",
                                            [ACTIVATION_LINEAR] = "linear",
                                            [NETWORK_PER_OUTPUT] = "action" };
  for (int32_t l = 0; l < p->network.n_layer; l++) {
    const network_layer *n = &p->network.layer[l];
    layer[l] = (store_layer){ .kind = "dense", .activation = activation[n->activation],
                              .n_pre = n->n_pre, .n_post = n->n_post, .plastic = p->plastic };
    snprintf(layer[l].name, sizeof layer[l].name, "layer%d", l);
  }
}
