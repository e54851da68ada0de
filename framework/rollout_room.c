/* rollout_room.c - one worker's room for lives: arrays cut from one block, a sim for each task. */
#include <stdlib.h>

#include "rollout.h"

/* Cuts the room into arrays; with an unallocated arena it only measures. */
static void lay_out(rollout *r, arena *a)
{
  const plan *p = r->plan;
  const network *net = &p->network;
  const hebb_env_shape *s = &p->world[0].shape;
  const size_t n = (size_t)r->n_lane;
  const bool previous = p->fused || p->rule.needs & HEBB_NEEDS_PREVIOUS;

  r->genome = arena_take(a, (size_t)p->genome.shape.n_gene, sizeof *r->genome);
  if (p->experiment->genome.expression == EXPRESSION_CUBIC)
    r->expressed = arena_take(a, (size_t)p->genome.shape.n_gene, sizeof *r->expressed);
  r->act = arena_take(a, n * (size_t)net->n_act, sizeof *r->act);
  r->world_seed = arena_take(a, n, sizeof *r->world_seed);
  r->live = arena_take(a, n, sizeof *r->live);
  r->reward = arena_take(a, n, sizeof *r->reward);
  r->total = arena_take(a, n, sizeof *r->total);
  r->length = arena_take(a, n, sizeof *r->length);
  r->done = arena_take(a, n, sizeof *r->done);
  r->failure = arena_take(a, n, sizeof *r->failure);
  r->why = arena_take(a, n, sizeof *r->why);
  r->observation = arena_take(a, n * (size_t)net->n_obs, sizeof(float));
  r->next_obs = arena_take(a, n * (size_t)net->n_obs, sizeof(float));
  if (net->n_obs > s->n_obs)
    r->world_obs = arena_take(a, n * (size_t)s->n_obs, sizeof(float));
  r->io = (hebb_lanes){
    .size = sizeof r->io,
    .n_lane = r->n_lane,
    .act = r->act,
    .obs = r->observation,
    .reward = arena_take(a, n, sizeof(double)),
    .score = arena_take(a, n, sizeof(double)),
    .target = s->n_target > 0 ? arena_take(a, n * (size_t)s->n_target, sizeof(float)) : NULL,
    .context = s->n_context > 0 ? arena_take(a, n, sizeof(int32_t)) : NULL,
    .done = arena_take(a, n, sizeof(uint8_t)),
    .mark = arena_take(a, n, sizeof(uint8_t)),
    .why = arena_take(a, n, sizeof(char *)),
  };
  front_lay_out(r, a);
  if (previous)
    r->before[0] = arena_take(a, n * (size_t)net->layer[0].n_pre, sizeof(float));

  if (p->learner.on) {
    const hebb_learner_shape *own = &p->learner.shape;
    r->learner.stride = (own->state_size + 63) / 64 * 64;
    r->learner.state = arena_take(a, n * r->learner.stride, 1);
    r->learner.scratch = arena_take(a, own->scratch_size, 1);
    r->learner.target = arena_take(a, n * (size_t)s->n_target, sizeof(float));
    r->learner.context = arena_take(a, n, sizeof(int32_t));
  }
  const lifetime_config *life = &p->experiment->lifetime;
  if (life->keep_weights && life->episodes > 1) {
    r->episode_return = arena_take(a, (size_t)life->episodes, sizeof(double));
    r->episode_length = arena_take(a, (size_t)life->episodes, sizeof(int32_t));
  }
  modulation_lay_out(&r->modulation, p, r->n_lane, a);
  for (int32_t l = 0; l < net->n_layer; l++) {
    const size_t n_pre = (size_t)net->layer[l].n_pre, n_post = (size_t)net->layer[l].n_post;
    const size_t synapses = n_pre * n_post;
    r->activity[l + 1] = arena_take(a, n * n_post, sizeof(float));
    r->before[l + 1] = previous ? arena_take(a, n * n_post, sizeof(float)) : NULL;
    r->drive[l] = arena_take(a, n * n_post, sizeof(float));
    r->weight[l] = arena_take(a, n * synapses, sizeof(float));
    r->weight_before[l] = p->plastic && net->weights.after_update == AFTER_UPDATE_SOFT_BOUND
                              ? arena_take(a, n * synapses, sizeof(float))
                              : NULL;
    r->effective[l] = p->rule.needs & HEBB_NEEDS_EFFECTIVE
                          ? arena_take(a, n * synapses, sizeof(float))
                          : r->weight[l];
    r->room[l] =
        p->genome.direct ? NULL : arena_take(a, (size_t)p->genome.n_coef * synapses, sizeof(float));
    r->plane[l] =
        p->fused ? arena_take(a, (size_t)p->rule.n_plane * synapses, sizeof(float)) : NULL;
    r->scale[l] = p->fused ? arena_take(a, n, sizeof(float)) : NULL;
    r->layer[l] = (hebb_layer){
      .size = sizeof r->layer[l],
      .index = l,
      .n_lane = r->n_lane,
      .n_pre = (int32_t)n_pre,
      .n_post = (int32_t)n_post,
      .live = r->live,
      .mark = r->io.mark,
      .pre = r->activity[l],
      .post = r->activity[l + 1],
      .drive = r->drive[l],
      .pre_before = r->before[l],
      .post_before = r->before[l + 1],
      .modulator = p->rule.needs & HEBB_NEEDS_MODULATOR ? r->modulation.value[l] : NULL,
      .reward = p->rule.needs & HEBB_NEEDS_REWARD ? r->reward : NULL,
      .weight = r->weight[l],
      .trace = p->rule.n_trace
                   ? arena_take(a, n * (size_t)p->rule.n_trace * synapses, sizeof(float))
                   : NULL,
      .pre_state = p->rule.n_pre_state
                       ? arena_take(a, n * (size_t)p->rule.n_pre_state * n_pre, sizeof(float))
                       : NULL,
      .post_state = p->rule.n_post_state
                        ? arena_take(a, n * (size_t)p->rule.n_post_state * n_post, sizeof(float))
                        : NULL,
    };
  }
}

size_t rollout_bytes(const plan *p, int32_t n_lane)
{
  rollout measured = { .plan = p, .n_lane = n_lane };
  arena a = { 0 };
  lay_out(&measured, &a);
  return a.used;
}

static int make_sims(rollout *r, error *err)
{
  const experiment *e = r->plan->experiment;
  for (int32_t t = 0; t < e->n_task; t++) {
    char where[EXPERIMENT_WHERE_SIZE];
    host_services services;
    host_services_init(&services, experiment_where_task(e, t, where), err);
    const int before = err->count;
    if (e->env_plugin->make(r->plan->world[t].model, r->n_lane, &services.host, &r->sim[t]) !=
        HEBB_OK) {
      r->sim[t] = NULL;
      return err->count > before
                 ? err->status
                 : error_add(err, EXIT_PLUGIN, "%s: the world could not be made", where);
    }
  }
  return EXIT_FINE;
}

int rollout_new(const plan *p, int32_t n_lane, rollout **out, error *err)
{
  rollout *r = calloc(1, sizeof *r);
  if (r)
    r->sim = calloc((size_t)p->experiment->n_task, sizeof *r->sim);
  if (!r || !r->sim) {
    free(r);
    return error_add(err, EXIT_RUN_FAILED, "no memory for a rollout");
  }
  r->plan = p;
  r->n_lane = n_lane;
  lay_out(r, &r->memory);
  if (arena_allocate(&r->memory) != 0) {
    rollout_free(r);
    return error_add(err, EXIT_RUN_FAILED, "no memory for a rollout of %d lanes: %zu bytes", n_lane,
                     rollout_bytes(p, n_lane));
  }
  lay_out(r, &r->memory);
  if (make_sims(r, err) != EXIT_FINE) {
    rollout_free(r);
    return err->status;
  }
  *out = r;
  return EXIT_FINE;
}

void rollout_free(rollout *r)
{
  if (!r)
    return;
  const experiment *e = r->plan->experiment;
  for (int32_t t = 0; t < e->n_task; t++)
    if (r->sim[t] && e->env_plugin->drop)
      e->env_plugin->drop(r->sim[t]);
  free(r->sim);
  arena_free(&r->memory);
  free(r);
}
