/* vet_env_shape.c - whether what an environment's open says of its world makes sense. */
#include "vet.h"

enum { MOST_NUMBERS = 1 << 19 };

static const char *fault_of_array(const hebb_array *a)
{
  if (!a->name || !a->name[0] || !a->unit || !a->doc || !a->doc[0] || !a->dims)
    return "a named quantity lacks its name, unit, doc or dims";
  for (uint32_t k = 0; k < a->rank && k < 4; k++)
    if (a->extent[k] > MOST_NUMBERS)
      return "a named quantity is too large";
  const size_t size = vet_array_size(a);
  if (size == 0)
    return "a named quantity has an unknown type, more than 4 dimensions or an extent below 1";
  return size > MOST_NUMBERS * sizeof(double) ? "a named quantity is too large" : NULL;
}

const char *vet_env_fault(const hebb_env *env, const hebb_env_shape *s)
{
  if (s->n_obs < 1 || s->n_obs > MOST_NUMBERS)
    return "n_obs makes no sense";
  if (s->height > 0 && (int64_t)s->height * s->width * s->channel != s->n_obs)
    return "n_obs is not height x width x channel";
  if (s->n_choice < 0 || s->n_act < 1 || s->n_act > 10000 || (s->n_choice > 0 && s->n_act != 1))
    return "n_act or n_choice makes no sense";
  if (s->n_choice == 0 && (!s->act_low || !s->act_high))
    return "actions have no bounds";
  for (int32_t k = 0; s->n_choice == 0 && k < s->n_act; k++)
    if (!(s->act_low[k] < s->act_high[k]))
      return "an action's bounds leave nothing between them";
  for (int32_t k = 0; s->act_map && k < s->n_act; k++)
    if (s->act_map[k] > HEBB_ACTION_SAMPLE)
      return "act_map holds no hebb_action";
  if (s->max_steps < 1)
    return "max_steps is below 1";
  if (s->n_target < 0 || s->n_target > MOST_NUMBERS || s->n_context < 0)
    return "n_target or n_context makes no sense";
  if (!(s->step_seconds >= 0))
    return "step_seconds is no time";
  if (s->n_array < 0 || s->n_array > 16 || (s->n_array > 0 && (!s->array || !env->read)))
    return "named quantities are declared that cannot be read (16 at most)";
  for (int32_t k = 0; k < s->n_array; k++)
    if (fault_of_array(&s->array[k]))
      return fault_of_array(&s->array[k]);
  return NULL;
}
