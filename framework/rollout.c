/* rollout.c - one genome lives (Najarro & Risi 2020, the loop over one episode):
 *
 *     weights <- random;  observation <- world
 *     until done:
 *       forward pass with the present weights -> action
 *       world(action) -> observation, reward
 *       every plastic layer: weights += rule(presynaptic, postsynaptic)    (not on the last step,
 *                                                     unless the rule needs it)
 */
#include "rollout.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "clock.h"
#include "float_mode.h"
#include "inputs.h"

static void clear(float *values, size_t n)
{
  if (values)
    memset(values, 0, n * sizeof *values);
}

/* Fresh weights and a rule without memory, in every lane. */
static void begin_weights(rollout *r, const float *vector, const rollout_seeds *seeds)
{
  const plan *p = r->plan;
  if (p->learner.on) {
    learner_begin(r, vector, seeds);
    return;
  }
  const hebb_rule_shape *s = &p->rule;
  const size_t n_lane = (size_t)r->n_lane;

  front_begin(r, vector);
  for (int32_t l = 0; l < p->network.n_layer; l++) {
    const size_t n_pre = (size_t)p->network.layer[l].n_pre;
    const size_t n_post = (size_t)p->network.layer[l].n_post, synapses = n_pre * n_post;
    hebb_layer *layer = &r->layer[l];

    layer->coef = genome_planes(&p->genome, &p->network, vector, l, r->room[l]);
    for (size_t lane = 0; lane < n_lane; lane++) {
      const hebb_address life =
          seeds_address(seeds, PURPOSE_WEIGHTS, seeds_episode(seeds, (int32_t)lane, 0));
      network_start_weights(&p->network, l, &life, genome_weights(&p->genome, vector, l),
                            r->weight[l] + lane * synapses);
    }
    if (p->fused)
      p->experiment->rule_plugin->prepare(p->experiment->rule_config, (int32_t)n_pre,
                                          (int32_t)n_post, layer->coef, r->plane[l]);
    for (size_t lane = 0; p->fused && lane < n_lane; lane++)
      r->scale[l][lane] = 1;
    clear(layer->trace, n_lane * (size_t)s->n_trace * synapses);
    clear(layer->pre_state, n_lane * (size_t)s->n_pre_state * n_pre);
    clear(layer->post_state, n_lane * (size_t)s->n_post_state * n_post);
    clear(r->before[l + 1], n_lane * n_post);
    clear(r->activity[l + 1], n_lane * n_post);
  }
  clear(r->before[0], n_lane * (size_t)p->network.layer[0].n_pre);
  modulation_begin(r, vector);
}

static void fail(rollout *r, int32_t lane, enum failure_kind kind, const char *why)
{
  r->io.done[lane] = HEBB_FAILED;
  r->failure[lane] = (uint8_t)kind;
  r->why[lane] = why;
}

/* The rule's change of one layer, then what the experiment does to its weights. */
static void update_layer(rollout *r, int32_t l, int32_t step)
{
  const experiment *e = r->plan->experiment;
  hebb_layer *layer = &r->layer[l];
  const int64_t synapses = (int64_t)layer->n_pre * layer->n_post;
  const int32_t n_modulatory = r->plan->network.layer[l].n_modulatory;

  layer->step = step;
  modulation_before_update(r, l);
  if (r->weight_before[l])
    memcpy(r->weight_before[l], r->weight[l],
           (size_t)(r->n_lane * synapses) * sizeof *r->weight[l]);
  e->rule_plugin->update(e->rule_config, layer);
  modulation_after_update(r, l);
  for (int32_t lane = 0; lane < r->n_lane; lane++)
    if (r->live[lane])
      network_after_update(&e->weights, r->plan->network.sign[l], layer->n_pre - n_modulatory,
                           layer->n_post,
                           r->weight_before[l] ? r->weight_before[l] + lane * synapses : NULL,
                           r->weight[l] + lane * synapses);
}

/* Fused: the pending update of one layer and, where wanted, this step's forward pass. */
static void sweep_layer(rollout *r, int32_t l, int32_t step, bool forward)
{
  const experiment *e = r->plan->experiment;
  const hebb_sweep sweep = {
    .size = sizeof sweep,
    .index = l,
    .step = step,
    .n_lane = r->n_lane,
    .n_pre = r->layer[l].n_pre,
    .n_post = r->layer[l].n_post,
    .max_abs = e->weights.after_update == AFTER_UPDATE_MAX_ABS,
    .live = r->live,
    .plane = r->plane[l],
    .pre_pending = r->pending >> l & 1 ? r->before[l] : NULL,
    .post_pending = r->pending >> l & 1 ? r->before[l + 1] : NULL,
    .pre = forward ? r->activity[l] : NULL,
    .drive = r->drive[l],
    .weight = r->weight[l],
    .scale = r->scale[l],
  };
  e->rule_plugin->sweep(e->rule_config, &sweep);
}

/* Makes the pending update now, because somebody wants to see the weights. */
static void flush_pending(rollout *r, int32_t step)
{
  for (int32_t l = 0; l < r->plan->network.n_layer; l++)
    if (r->pending >> l & 1)
      sweep_layer(r, l, step, false);
  r->pending = 0;
}

void rollout_copy_weights(const rollout *r, int32_t layer, int32_t lane, float *weight)
{
  const int64_t n = (int64_t)r->layer[layer].n_pre * r->layer[layer].n_post;
  const float *stored = r->weight[layer] + lane * n;
  const float scale = r->scale[layer] ? r->scale[layer][lane] : 1;
  for (int64_t k = 0; k < n; k++)
    weight[k] = stored[k] * scale;
}

/* Observation -> action, in every running lane. */
static void decide(rollout *r, const rollout_seeds *seeds, int32_t episode, int32_t step)
{
  const plan *p = r->plan;
  const network *net = &p->network;
  const experiment *e = p->experiment;
  const bool in_forward = p->plastic && e->rule_host.update == UPDATE_IN_FORWARD;

  if (in_forward)
    modulation_from_world(r);
  front_forward(r);
  for (int32_t l = 0; l < net->n_layer; l++) {
    const size_t n_pre = (size_t)net->layer[l].n_pre, n_post = (size_t)net->layer[l].n_post;
    if (p->fused)
      sweep_layer(r, l, step, true);
    if (r->effective[l] != r->weight[l])
      e->rule_plugin->effective(e->rule_config, &r->layer[l], r->effective[l]);
    for (size_t lane = 0; lane < (size_t)r->n_lane; lane++)
      if (r->live[lane] && p->fused)
        network_activate(net, l, r->drive[l] + lane * n_post, r->activity[l + 1] + lane * n_post);
      else if (r->live[lane])
        network_forward(net, l, r->activity[l] + lane * n_pre,
                        r->effective[l] + lane * n_pre * n_post, r->drive[l] + lane * n_post,
                        r->activity[l + 1] + lane * n_post);
    if (r->events.saturate && l == net->n_layer - 1)
      event_saturate(r);
    if (in_forward) {
      modulation_from_neurons(r, l);
      if (!event_frozen(&r->events, l))
        update_layer(r, l, step);
    }
  }
  r->pending = 0;

  const float *drive = r->drive[net->n_layer - 1];
  for (int32_t lane = 0; lane < r->n_lane; lane++) {
    if (!r->live[lane])
      continue;
    double *act = r->act + (int64_t)lane * net->n_act;
    float u = 0.5f;
    if (net->action_map[0] == HEBB_ACTION_SAMPLE) {
      const hebb_address a =
          seeds_address(seeds, PURPOSE_ACTION, seeds_episode(seeds, lane, episode));
      u = hebb_uniform(&a, (uint32_t)step);
    }
    network_act(net, drive + (int64_t)lane * net->n_out, u, act);
    if (r->events.saturate)
      event_saturate_action(r);
    for (int32_t k = 0; k < net->n_out; k++)
      if (!isfinite(drive[(int64_t)lane * net->n_out + k])) {
        fail(r, lane, FAILURE_NONFINITE, "the network's output is not finite");
        r->live[lane] = 0;
        break;
      }
  }
}

/* Keeps this step's activity for rules that compare it with the next. */
static void keep_activity(rollout *r)
{
  const network *net = &r->plan->network;
  if (!r->before[0])
    return;
  memcpy(r->before[0], r->activity[0],
         (size_t)r->n_lane * (size_t)net->layer[0].n_pre * sizeof(float));
  for (int32_t l = 0; l < net->n_layer; l++)
    memcpy(r->before[l + 1], r->activity[l + 1],
           (size_t)r->n_lane * (size_t)net->layer[l].n_post * sizeof(float));
}

/* Books what the world answered; a lane that is over leaves (with `last`: unless it has failed, it
   stays for the last update). */
static void account(rollout *r, const hebb_env_shape *shape, bool last)
{
  for (int32_t lane = 0; lane < r->n_lane; lane++) {
    if (!r->live[lane])
      continue;
    const double score = shape->has_score ? r->io.score[lane] : r->io.reward[lane];
    r->total[lane] += score;
    r->reward[lane] = (float)r->io.reward[lane];
    r->length[lane]++;
    if (r->io.done[lane] == HEBB_FAILED)
      fail(r, lane, FAILURE_SIMULATOR, r->io.why[lane] ? r->io.why[lane] : "the simulation failed");
    else if (!isfinite(score))
      fail(r, lane, FAILURE_NONFINITE, "the reward is not finite");
    r->live[lane] = last ? r->io.done[lane] != HEBB_FAILED : r->io.done[lane] == HEBB_RUNNING;
  }
}

static bool any(const uint8_t *flag, int32_t n)
{
  for (int32_t k = 0; k < n; k++)
    if (flag[k])
      return true;
  return false;
}

/* What the world wrote becomes what the network sees at `step` of an episode. */
static void append_inputs(rollout *r, const hebb_env_shape *shape, int32_t step, float *seen)
{
  const network *net = &r->plan->network;
  const double time = (double)step / shape->max_steps;
  for (int64_t lane = 0; r->world_obs && lane < r->n_lane; lane++)
    inputs_append(&r->plan->experiment->network, shape, r->world_obs + lane * shape->n_obs,
                  r->io.reward[lane], step > 0 ? r->act + lane * net->n_act : NULL, time,
                  seen + lane * net->n_obs);
}

/* What is done to the life before this decision; false: it ends here. */
static bool meet_events(rollout *r, const rollout_seeds *seeds, int32_t step)
{
  if (event_due(&r->events, step)) {
    const unsigned mode = float_mode_flush();
    flush_pending(r, step);
    float_mode_restore(mode);
  }
  const char *why = event_apply(r, seeds, step);
  if (!why)
    return true;
  fail(r, 0, FAILURE_SIMULATOR, why);
  r->live[0] = 0;
  return false;
}

/* One episode in every lane that has not failed; returns the number of steps of the longest. */
static int32_t live_episode(rollout *r, const rollout_seeds *seeds, int32_t episode,
                            int32_t first_step, const rollout_observer *observer)
{
  const plan *p = r->plan;
  const experiment *e = p->experiment;
  const hebb_env_shape *shape = &p->world[r->task].shape;
  const bool after_step = p->plastic && e->rule_host.update == UPDATE_AFTER_STEP;
  const bool last = p->learner.on || (after_step && p->rule.needs & HEBB_NEEDS_LAST);
  const size_t n_lane = (size_t)r->n_lane, n_obs = (size_t)p->network.n_obs;
  int32_t step = 0;

  append_inputs(r, shape, 0, r->observation);
  front_begin_episode(r);
  modulation_begin_episode(r);
  r->pending = 0; // what the last step of an episode would have changed is not made up for

  for (size_t lane = 0; lane < n_lane; lane++)
    r->live[lane] = r->io.done[lane] == HEBB_RUNNING;
  if (p->learner.on)
    learner_start(r, seeds, episode);
  for (; step < shape->max_steps && any(r->live, r->n_lane); step++) {
    const int32_t life_step = first_step + step;
    if (r->events.n > 0 && !meet_events(r, seeds, life_step))
      break;
    const unsigned mode = float_mode_flush();
    if (observer) {
      flush_pending(r, life_step);
      observer->before(observer->self, r, life_step);
    }
    if (p->learner.on)
      learner_act(r);
    else
      decide(r, seeds, episode, life_step);
    float_mode_restore(mode);

    // the world writes the next observation elsewhere: rules pair this step's activities
    r->io.obs = r->world_obs ? r->world_obs : r->next_obs;
    modulation_act(r);
    memset(r->io.mark, 0, n_lane);
    e->env_plugin->step(r->sim[r->task], &r->io);
    append_inputs(r, shape, step + 1, r->next_obs);
    modulation_answer(r);
    if (after_step && p->modulation.on) {
      float_mode_flush();
      modulation_from_world(r);
      for (int32_t l = 0; l < p->network.n_layer; l++)
        modulation_from_neurons(r, l);
      float_mode_restore(mode);
    }
    account(r, shape, last);
    if (observer)
      observer->after(observer->self, r, life_step);

    if (p->learner.on) {
      float_mode_flush();
      learner_learn(r, step + 1 == shape->max_steps);
      float_mode_restore(mode);
    }
    if (after_step && !p->fused && any(r->live, r->n_lane)) {
      float_mode_flush();
      for (int32_t l = 0; l < p->network.n_layer; l++)
        if (!event_frozen(&r->events, l))
          update_layer(r, l, life_step);
      float_mode_restore(mode);
    }
    r->pending = p->fused ? ~r->events.frozen : 0;
    for (size_t lane = 0; last && lane < n_lane; lane++)
      r->live[lane] = r->live[lane] && r->io.done[lane] == HEBB_RUNNING;
    keep_activity(r);
    memcpy(r->observation, r->next_obs, n_lane * n_obs * sizeof *r->observation);

    if (isfinite(r->deadline) && clock_seconds() > r->deadline)
      for (int32_t lane = 0; lane < r->n_lane; lane++)
        if (r->live[lane]) {
          fail(r, lane, FAILURE_TIMEOUT, "limits.rollout_seconds has passed");
          r->live[lane] = 0;
        }
  }
  for (size_t lane = 0; lane < n_lane; lane++)
    if (r->io.done[lane] == HEBB_RUNNING)
      r->io.done[lane] = HEBB_TRUNCATED;
  if (p->learner.on)
    learner_end(r);
  return step;
}

void rollout_life(rollout *r, int32_t task, const float *vector, const rollout_seeds *seeds,
                  const rollout_observer *observer)
{
  rollout_life_with(r, task, vector, seeds, NULL, 0, observer);
}

void rollout_life_with(rollout *r, int32_t task, const float *vector, const rollout_seeds *seeds,
                       const event *list, int32_t n_event, const rollout_observer *observer)
{
  assert(n_event == 0 || (r->n_lane == 1 && vector != r->genome));
  const plan *p = r->plan;
  const experiment *e = p->experiment;
  const int32_t episodes = e->lifetime.keep_weights ? (int32_t)e->lifetime.episodes : 1;
  const size_t n_lane = (size_t)r->n_lane;
  int32_t step = 0;

  const double limit = e->limits.rollout_seconds;
  r->task = task;
  r->deadline = limit > 0 ? clock_seconds() + limit : INFINITY;
  memset(r->total, 0, n_lane * sizeof *r->total);
  memset(r->length, 0, n_lane * sizeof *r->length);
  memset(r->failure, FAILURE_NONE, n_lane);
  memset(r->io.done, HEBB_RUNNING, n_lane);
  memset(r->io.mark, 0, n_lane); // a rule in the first forward pass must not see the life before
  clear(r->reward, n_lane);
  for (size_t lane = 0; lane < n_lane; lane++)
    r->why[lane] = r->io.why[lane] = NULL;

  if (r->expressed)
    genome_express(&e->genome, p->genome.shape.n_gene, vector, r->expressed);
  const float *value = r->expressed ? r->expressed : vector;
  r->events = (life_events){ .list = list, .n = n_event, .vector = value };
  begin_weights(r, value, seeds);
  for (int32_t episode = 0; episode < episodes; episode++) {
    for (size_t lane = 0; lane < n_lane; lane++) {
      r->world_seed[lane] = seeds_world(seeds, seeds_episode(seeds, (int32_t)lane, episode));
      r->live[lane] = r->failure[lane] == FAILURE_NONE;
    }
    r->io.select = r->live;
    r->io.obs = r->world_obs ? r->world_obs : r->observation;
    e->env_plugin->reset(r->sim[task], r->world_seed, &r->io);
    for (int32_t lane = 0; lane < r->n_lane; lane++)
      if (r->live[lane] && r->io.done[lane] == HEBB_FAILED)
        fail(r, lane, FAILURE_SIMULATOR,
             r->io.why[lane] ? r->io.why[lane] : "the world could not be reset");
    if (r->events.world)
      event_keep_world(r); // reset went back to the task's own
    r->episode = episode;
    const double before = r->total[0];
    const int32_t steps = r->length[0];
    step += live_episode(r, seeds, episode, step, observer);
    if (r->episode_return) {
      r->episode_return[episode] = r->failure[0] == FAILURE_NONE ? r->total[0] - before : NAN;
      r->episode_length[episode] = r->length[0] - steps;
    }
  }

  for (size_t lane = 0; lane < n_lane; lane++) {
    r->total[lane] /= episodes;
    r->done[lane] = r->io.done[lane];
  }
  if (observer)
    observer->end(observer->self, r, step);
}
