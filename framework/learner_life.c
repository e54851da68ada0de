/* learner_life.c - a learner's part of a life: it begins, and in every episode it starts, acts, learns
 * and ends. */
#include <math.h>
#include <string.h>

#include "float_mode.h"
#include "rollout.h"

static void *state_of(const rollout *r, int32_t lane)
{
  return r->learner.state + (size_t)lane * r->learner.stride;
}

static void fail(rollout *r, int32_t lane, const char *why)
{
  r->io.done[lane] = HEBB_FAILED;
  r->failure[lane] = FAILURE_NONFINITE;
  r->why[lane] = why;
  r->live[lane] = 0;
}

static uint64_t seed_of(const rollout_seeds *seeds, uint32_t purpose, uint32_t episode)
{
  const hebb_address a = seeds_address(seeds, purpose, episode);
  return hebb_seed(&a);
}

void learner_begin(rollout *r, const float *vector, const rollout_seeds *seeds)
{
  const plan *p = r->plan;
  const experiment *e = p->experiment;
  const unsigned mode = float_mode_flush();
  memset(r->learner.state, 0, (size_t)r->n_lane * r->learner.stride);
  for (int32_t lane = 0; lane < r->n_lane; lane++)
    e->rule_plugin->begin(state_of(r, lane), e->rule_config, &p->learner.world, vector,
                          seed_of(seeds, PURPOSE_WEIGHTS, seeds_episode(seeds, lane, 0)));
  float_mode_restore(mode);
}

void learner_start(rollout *r, const rollout_seeds *seeds, int32_t episode)
{
  const plan *p = r->plan;
  const hebb_rule *rule = p->experiment->rule_plugin;
  if (!rule->start)
    return;
  const unsigned mode = float_mode_flush();
  for (int32_t lane = 0; lane < r->n_lane; lane++)
    if (r->live[lane])
      rule->start(state_of(r, lane), r->observation + (int64_t)lane * p->network.n_obs,
                  seed_of(seeds, PURPOSE_ACTION, seeds_episode(seeds, lane, episode)));
  float_mode_restore(mode);
}

/* What is wrong with an action, or NULL. */
static const char *fault_of(const double *act, const network *net)
{
  for (int32_t k = 0; k < net->n_act; k++) {
    if (!isfinite(act[k]))
      return "the learner's action is not finite";
    if (net->n_choice > 0 && !(act[k] >= 0 && act[k] < net->n_choice && act[k] == floor(act[k])))
      return "the learner's action is none of the world's choices";
  }
  return NULL;
}

void learner_act(rollout *r)
{
  const plan *p = r->plan;
  const network *net = &p->network;
  const size_t n_target = r->io.target ? (size_t)p->learner.world.n_target : 0;
  for (int32_t lane = 0; lane < r->n_lane; lane++) {
    if (!r->live[lane])
      continue;
    double *act = r->act + (int64_t)lane * net->n_act;
    p->experiment->rule_plugin->act(state_of(r, lane), r->learner.scratch,
                                    r->observation + (int64_t)lane * net->n_obs, act);
    // the world overwrites both with those of the next observation
    if (n_target)
      memcpy(r->learner.target + (size_t)lane * n_target, r->io.target + (size_t)lane * n_target,
             n_target * sizeof(float));
    r->learner.context[lane] = r->io.context ? r->io.context[lane] : -1;
    const char *fault = fault_of(act, net);
    if (fault)
      fail(r, lane, fault);
  }
}

void learner_learn(rollout *r, bool last)
{
  const plan *p = r->plan;
  const hebb_rule *rule = p->experiment->rule_plugin;
  const size_t n_target = (size_t)p->learner.world.n_target;
  for (int32_t lane = 0; rule->learn && lane < r->n_lane; lane++) {
    if (!r->live[lane])
      continue;
    const float *target = r->io.target ? r->learner.target + (size_t)lane * n_target : NULL;
    const bool running = r->io.done[lane] == HEBB_RUNNING;
    const hebb_outcome outcome = { .size = sizeof outcome,
                                   .reward = r->io.reward[lane],
                                   .obs = r->next_obs + (int64_t)lane * p->network.n_obs,
                                   .target = target && !isnan(target[0]) ? target : NULL,
                                   .done = running && last ? HEBB_TRUNCATED : r->io.done[lane],
                                   .context = r->learner.context[lane] };
    rule->learn(state_of(r, lane), r->learner.scratch, &outcome);
  }
}

void learner_end(rollout *r)
{
  const hebb_rule *rule = r->plan->experiment->rule_plugin;
  if (!rule->end)
    return;
  const unsigned mode = float_mode_flush();
  for (int32_t lane = 0; lane < r->n_lane; lane++)
    if (r->failure[lane] == FAILURE_NONE)
      rule->end(state_of(r, lane), r->learner.scratch);
  float_mode_restore(mode);
}
