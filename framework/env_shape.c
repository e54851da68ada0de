/* env_shape.c - see env_shape.h. */
#include "env_shape.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "loader.h"

enum { MOST_ARRAY_BYTES = 1 << 25 }; /* of all named quantities of a step */

hebb_env_shape env_shape_blank(void)
{
  return (hebb_env_shape){ .size = sizeof(hebb_env_shape), .solved = NAN };
}

int env_open(const hebb_env *env, const void *config, const char *where, hebb_env_shape *shape,
             void **model, error *err)
{
  const int before = err->count;
  char fault[ENV_SENTENCE_SIZE];
  host_services services;

  host_services_init(&services, where, err);
  *shape = env_shape_blank();
  *model = NULL;
  const bool opened = env->open(config, &services.host, shape, model) == HEBB_OK;
  if (opened && env_shape_sound(env, shape, fault))
    return EXIT_FINE;
  // what a world that refuses has counted can be used; what it points to may be gone
  const hebb_env_shape said = *shape;
  *shape = env_shape_blank();
  shape->n_obs = said.n_obs;
  shape->n_act = said.n_act;
  shape->n_choice = said.n_choice;
  if (opened)
    return error_add(err, EXIT_PLUGIN, "%s: %s", where, fault);
  *model = NULL;
  return err->count > before
             ? err->status
             : error_add(err, EXIT_PLUGIN, "%s: could not be opened and gave no reason", where);
}

/* ---- named quantities ---- */

int64_t env_array_count(const hebb_array *a)
{
  int64_t n = 1;
  if (a->rank > 4)
    return 0;
  for (uint32_t k = 0; k < a->rank; k++)
    if (a->extent[k] < 1 || __builtin_mul_overflow(n, (int64_t)a->extent[k], &n))
      return 0;
  return n;
}

size_t env_array_bytes(const hebb_array *a)
{
  static const size_t element[] = { [HEBB_F32] = 4, [HEBB_F64] = 8, [HEBB_I32] = 4, [HEBB_U8] = 1 };
  size_t bytes;
  if (a->dtype < HEBB_F32 || a->dtype > HEBB_U8 ||
      __builtin_mul_overflow(element[a->dtype], (size_t)env_array_count(a), &bytes))
    return 0;
  return bytes;
}

/* ---- does it make sense ---- */

/* Writes the sentence; always false, so that a check ends with it. */
static bool __attribute__((format(printf, 2, 3)))
say(char sentence[ENV_SENTENCE_SIZE], const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(sentence, ENV_SENTENCE_SIZE, format, arguments);
  va_end(arguments);
  return false;
}

bool env_shape_countable(const hebb_env_shape *s)
{
  return s->n_obs >= 1 && s->n_obs <= ENV_MOST_NUMBERS && s->n_act >= 1 &&
         s->n_act <= ENV_MOST_NUMBERS && s->n_choice >= 0 && s->n_choice <= ENV_MOST_NUMBERS;
}

static bool sound_numbers(const hebb_env_shape *s, char *fault)
{
  if (!env_shape_countable(s))
    return say(fault,
               "the environment declares %d observations, %d actions and %d choices; each must lie "
               "in 1 .. %d (choices may be 0)",
               s->n_obs, s->n_act, s->n_choice, ENV_MOST_NUMBERS);
  if (s->n_choice > 0 && s->n_act != 1)
    return say(fault, "a discrete environment has one action, not %d", s->n_act);
  if (s->height != 0 && (s->height < 0 || s->width < 1 || s->channel < 1 || s->height > s->n_obs ||
                         s->width > s->n_obs || s->channel > s->n_obs ||
                         (int64_t)s->height * s->width * s->channel != s->n_obs))
    return say(fault, "a picture of %d x %d x %d has not %d numbers", s->height, s->width,
               s->channel, s->n_obs);
  if (s->n_target < 0 || s->n_target > ENV_MOST_NUMBERS || s->n_context < 0)
    return say(fault, "the environment declares targets of %d numbers and %d contexts", s->n_target,
               s->n_context);
  if (s->max_steps < 1)
    return say(fault, "the environment declares max_steps = %d; at least 1", s->max_steps);
  if (!(s->step_seconds >= 0) || isinf(s->step_seconds))
    return say(fault, "a step of %g seconds is no time; 0 where time has no meaning",
               s->step_seconds);
  return true;
}

static bool sound_actions(const hebb_env_shape *s, char *fault)
{
  if (s->n_choice == 0 && (!s->act_low || !s->act_high))
    return say(fault, "actions have no bounds; set act_low and act_high (infinite where there is "
                      "none)");
  for (int32_t k = 0; s->n_choice == 0 && k < s->n_act; k++)
    if (!(s->act_low[k] < s->act_high[k]))
      return say(fault, "the bounds of action %d, %g and %g, leave nothing between them", k,
                 (double)s->act_low[k], (double)s->act_high[k]);
  for (int32_t k = 0; s->act_map && k < s->n_act; k++)
    if (s->act_map[k] > HEBB_ACTION_SAMPLE)
      return say(fault, "act_map holds %u for action %d, which is no hebb_action", s->act_map[k],
                 k);
  for (int32_t k = 0; s->obs_name && k < s->n_obs; k++)
    if (!s->obs_name[k])
      return say(fault, "obs_name lacks the label of observation %d", k);
  for (int32_t k = 0; s->act_name && k < s->n_act; k++)
    if (!s->act_name[k])
      return say(fault, "act_name lacks the label of action %d", k);
  return true;
}

static bool sound_arrays(const hebb_env *env, const hebb_env_shape *s, char *fault)
{
  size_t total = 0;

  if (s->n_array < 0 || s->n_array > ENV_MOST_ARRAYS)
    return say(fault, "%d named quantities are declared; 0 to %d", s->n_array, ENV_MOST_ARRAYS);
  if (s->n_array > 0 && (!s->array || !env->read))
    return say(fault, "%d named quantities are declared that cannot be read: %s is NULL",
               s->n_array, s->array ? "read" : "their table");
  for (int32_t k = 0; k < s->n_array; k++) {
    const hebb_array *a = &s->array[k];
    if (!a->name || !a->name[0] || !a->unit || !a->doc || !a->doc[0] || !a->dims)
      return say(fault, "named quantity %d (%.64s) lacks its name, unit, doc or dims", k,
                 a->name ? a->name : "");
    for (int32_t other = 0; other < k; other++)
      if (strcmp(a->name, s->array[other].name) == 0)
        return say(fault, "two named quantities are called %.64s", a->name);
    if (env_array_bytes(a) == 0)
      return say(fault,
                 "quantity %.64s has an unknown type, more than 4 dimensions or an extent below 1",
                 a->name);
    if (env_array_count(a) > ENV_MOST_NUMBERS)
      return say(fault, "quantity %.64s has %lld numbers; %d at most", a->name,
                 (long long)env_array_count(a), ENV_MOST_NUMBERS);
    total += env_array_bytes(a);
  }
  if (total > MOST_ARRAY_BYTES)
    return say(fault, "the named quantities take %zu bytes together; %d at most", total,
               MOST_ARRAY_BYTES);
  return true;
}

bool env_shape_sound(const hebb_env *env, const hebb_env_shape *s, char fault[ENV_SENTENCE_SIZE])
{
  return sound_numbers(s, fault) && sound_actions(s, fault) && sound_arrays(env, s, fault);
}

/* ---- are two alike ---- */

static uint32_t map_of(const hebb_env_shape *s, int32_t k)
{
  return s->act_map        ? s->act_map[k]
         : s->n_choice > 0 ? (uint32_t)HEBB_ACTION_ARGMAX
                           : (uint32_t)HEBB_ACTION_CLIP;
}

static bool alike_actions(const hebb_env_shape *a, const hebb_env_shape *b, char *difference)
{
  for (int32_t k = 0; k < a->n_act; k++) {
    if (a->n_choice == 0 && (a->act_low[k] != b->act_low[k] || a->act_high[k] != b->act_high[k]))
      return say(difference, "action %d within %g .. %g instead of %g .. %g", k,
                 (double)b->act_low[k], (double)b->act_high[k], (double)a->act_low[k],
                 (double)a->act_high[k]);
    if (map_of(a, k) != map_of(b, k))
      return say(difference, "another act_map of action %d: %u instead of %u", k, map_of(b, k),
                 map_of(a, k));
  }
  return true;
}

static bool alike_arrays(const hebb_env_shape *a, const hebb_env_shape *b, char *difference)
{
  if (a->n_array != b->n_array)
    return say(difference, "%d named quantities instead of %d", b->n_array, a->n_array);
  for (int32_t k = 0; k < a->n_array; k++) {
    const hebb_array *p = &a->array[k], *q = &b->array[k];
    if (strcmp(p->name, q->name) != 0)
      return say(difference, "a quantity %.64s instead of %.64s", q->name, p->name);
    if (p->dtype != q->dtype || p->rank != q->rank || p->flags != q->flags ||
        memcmp(p->extent, q->extent, p->rank * sizeof p->extent[0]) != 0)
      return say(difference, "a quantity %.64s of another type or size", q->name);
  }
  return true;
}

bool env_shapes_alike(const hebb_env_shape *a, const hebb_env_shape *b,
                      char difference[ENV_SENTENCE_SIZE])
{
  const struct {
    const char *what;
    int32_t a, b;
  } number[] = { { "observations", a->n_obs, b->n_obs },
                 { "actions", a->n_act, b->n_act },
                 { "choices", a->n_choice, b->n_choice },
                 { "numbers in a target", a->n_target, b->n_target },
                 { "contexts", a->n_context, b->n_context } };
  for (size_t k = 0; k < sizeof number / sizeof number[0]; k++)
    if (number[k].a != number[k].b)
      return say(difference, "%d %s instead of %d", number[k].b, number[k].what, number[k].a);
  if (a->height != b->height || (a->height && (a->width != b->width || a->channel != b->channel)))
    return say(difference, "a picture of %d x %d x %d instead of %d x %d x %d", b->height, b->width,
               b->channel, a->height, a->width, a->channel);
  if (!a->has_score != !b->has_score)
    return say(difference, "%s", b->has_score ? "a score instead of none" : "no score");
  return alike_actions(a, b, difference) && alike_arrays(a, b, difference);
}
