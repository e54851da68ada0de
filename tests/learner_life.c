/* learner_life.c - a learner is found, set, begun and driven. */
#include "learner_life.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "loader.h"
#include "param.h"

static error why;
static host_services services;

const char *learner_life_why(void)
{
  return why.text;
}

bool learner_life_begin(learner_life *l, const char *name, int32_t n_obs, int32_t n_choice,
                        uint64_t seed, const char *const *set)
{
  loaded found;
  why = (error){ 0 };
  host_services_init(&services, name, &why);
  CU_ASSERT_FATAL(loader_open(name, HEBB_RULE, NULL, &found, &why) == 0);
  *l = (learner_life){ .rule = (const hebb_rule *)found.plugin,
                       .shape = { .size = sizeof l->shape } };
  l->config = calloc(1, found.plugin->config_size);
  param_defaults(found.plugin->params, l->config);
  for (; set && set[0]; set += 2) {
    const hebb_param *row = param_find(found.plugin->params, set[0]);
    CU_ASSERT_PTR_NOT_NULL_FATAL(row);
    if (!row)
      return false;
    const int status =
        row->type == HEBB_TYPE_CHOICE ? param_set_text(row, l->config, set[1], "", &why)
        : row->type == HEBB_TYPE_BOOLEAN
            ? param_set_boolean(row, l->config, strcmp(set[1], "true") == 0, "", &why)
        : row->type == HEBB_TYPE_INTEGER
            ? param_set_integer(row, l->config, 0, strtol(set[1], NULL, 10), "", &why)
            : param_set_real(row, l->config, 0, strtod(set[1], NULL), "", &why);
    CU_ASSERT_FATAL(status == 0);
  }
  l->world = (hebb_env_shape){
    .size = sizeof l->world, .n_obs = n_obs, .n_act = 1, .n_choice = n_choice, .max_steps = 100
  };
  if (l->rule->learner(l->config, &l->world, &services.host, &l->shape) != HEBB_OK) {
    free(l->config);
    return false;
  }
  l->state = calloc(1, l->shape.state_size);
  l->scratch = calloc(1, l->shape.scratch_size + 8);
  l->rule->begin(l->state, l->config, &l->world, NULL, seed);
  return true;
}

void learner_life_end(learner_life *l)
{
  free(l->scratch);
  free(l->state);
  free(l->config);
}

const double *learner_life_array(const learner_life *l, const char *name)
{
  for (int32_t k = 0; k < l->shape.n_array; k++)
    if (strcmp(l->shape.array[k].name, name) == 0)
      return (const double *)((const char *)l->state + l->shape.array[k].offset);
  return NULL;
}

int learner_life_act(learner_life *l, const float *obs)
{
  double out = -1;
  l->rule->act(l->state, l->scratch, obs, &out);
  return (int)out;
}

void learner_life_learn(learner_life *l, const float *obs, double reward, int32_t done)
{
  const hebb_outcome outcome = {
    .size = sizeof outcome, .reward = reward, .obs = obs, .done = done, .context = -1
  };
  l->rule->learn(l->state, l->scratch, &outcome);
}
