/* recorder.c - writes down a life while it is lived. */
#include "recorder.h"

#include <stdlib.h>
#include <string.h>

#include "env_shape.h"

static int32_t steps_of(const plan *p, int32_t task)
{
  const lifetime_config *l = &p->experiment->lifetime;
  return p->world[task].shape.max_steps * (l->keep_weights ? (int32_t)l->episodes : 1);
}

static int32_t weight_rows(const plan *p, int32_t steps)
{
  return steps / (int32_t)p->experiment->record.weight_every + 2;
}

/* Rows of a named quantity: what is fixed for an episode is read once, as the life begins. */
static size_t array_rows(const hebb_array *a, size_t steps)
{
  return a->flags & HEBB_ARRAY_PER_EPISODE ? 1 : steps;
}

size_t recorder_bytes(const plan *p, int32_t task)
{
  const hebb_env_shape *s = &p->world[task].shape;
  const size_t steps = (size_t)steps_of(p, task);
  size_t numbers = steps * (size_t)(p->network.n_obs + p->network.lstm.n_hidden + s->n_act + 2) +
                   (size_t)weight_rows(p, (int32_t)steps) * (size_t)network_synapses(&p->network);
  for (int32_t l = 0; l < p->network.n_layer; l++)
    numbers += steps * (size_t)p->network.layer[l].n_post * (p->modulation.on ? 2 : 1);
  for (int32_t k = 0; k < s->n_array; k++)
    numbers += array_rows(&s->array[k], steps) * (size_t)env_array_count(&s->array[k]);
  const hebb_learner_shape *own = &p->learner.shape;
  for (int32_t k = 0; k < own->n_array; k++)
    numbers += (size_t)weight_rows(p, (int32_t)steps) * (size_t)env_array_count(&own->array[k]);
  return numbers * sizeof(float);
}

static float *take(size_t n, bool *refused)
{
  float *room = calloc(n + 1, sizeof *room);
  *refused = *refused || !room;
  return room;
}

int recorder_init(recorder *r, const plan *p, int32_t task, error *err)
{
  const hebb_env_shape *s = &p->world[task].shape;
  const network *net = &p->network;
  const size_t n_layer = (size_t)net->n_layer, steps = (size_t)steps_of(p, task);
  const int32_t rows = weight_rows(p, (int32_t)steps);
  int64_t widest = 1;
  bool refused = false;

  *r = (recorder){ .most_steps = (int32_t)steps,
                   .life = { .condition = task,
                             .step_seconds = s->step_seconds,
                             .weight_stride = (int32_t)p->experiment->record.weight_every,
                             .n_lstm = net->lstm.n_hidden,
                             .n_obs = net->n_obs,
                             .n_act = s->n_act } };
  lifetime *life = &r->life;
  life->weight = calloc(n_layer, sizeof *life->weight);
  life->activation = calloc(n_layer, sizeof *life->activation);
  if (p->modulation.on)
    life->modulator = calloc(n_layer, sizeof *life->modulator);
  life->weight_step = calloc((size_t)rows, sizeof *life->weight_step);
  life->array = calloc((size_t)s->n_array + 1, sizeof *life->array);
  life->part = calloc((size_t)p->learner.shape.n_array + 1, sizeof *life->part);
  refused = (p->modulation.on && !life->modulator) || !life->weight || !life->activation ||
            !life->weight_step || !life->array || !life->part;
  for (size_t l = 0; !refused && l < n_layer; l++) {
    const size_t n_pre = (size_t)net->layer[l].n_pre, n_post = (size_t)net->layer[l].n_post;
    life->weight[l] = take((size_t)rows * n_pre * n_post, &refused);
    life->activation[l] = take(steps * n_post, &refused);
    if (life->modulator)
      life->modulator[l] = take(steps * n_post, &refused);
  }
  for (int32_t k = 0; !refused && k < s->n_array; k++) {
    const hebb_array *a = &s->array[k];
    const int64_t n = env_array_count(a);
    widest = n > widest ? n : widest;
    life->array[life->n_array++] =
        (lifetime_array){ a, take(array_rows(a, steps) * (size_t)n, &refused) };
  }
  for (int32_t k = 0; !refused && k < p->learner.shape.n_array; k++) {
    const hebb_array *a = &p->learner.shape.array[k];
    life->part[life->n_part++] =
        (lifetime_array){ a, take((size_t)rows * (size_t)env_array_count(a), &refused) };
  }
  life->observation = take(steps * (size_t)net->n_obs, &refused);
  if (life->n_lstm > 0)
    life->lstm = take(steps * (size_t)life->n_lstm, &refused);
  life->action = take(steps * (size_t)s->n_act, &refused);
  life->reward = take(steps, &refused);
  const lifetime_config *config = &p->experiment->lifetime;
  if (config->keep_weights && config->episodes > 1) {
    life->episode = calloc(steps, sizeof *life->episode);
    refused = refused || !life->episode;
  }
  life->score = s->has_score ? take(steps, &refused) : NULL;
  r->raw = calloc((size_t)widest, sizeof *r->raw);
  if (refused || !r->raw) {
    recorder_done(r);
    return error_add(err, EXIT_RUN_FAILED,
                     "recording a lifetime: no memory for %zu bytes; raise record.weight_every",
                     recorder_bytes(p, task));
  }
  life->n_layer = net->n_layer;
  return EXIT_FINE;
}

void recorder_done(recorder *r)
{
  lifetime *life = &r->life;
  for (int32_t l = 0; l < life->n_layer; l++) {
    free(life->weight[l]);
    free(life->activation[l]);
    free(life->modulator ? life->modulator[l] : NULL);
  }
  for (int32_t k = 0; k < life->n_array; k++)
    free(life->array[k].value);
  for (int32_t k = 0; k < life->n_part; k++)
    free(life->part[k].value);
  free(life->part);
  free(life->weight);
  free(life->activation);
  free(life->modulator);
  free(life->weight_step);
  free(life->array);
  free(life->observation);
  free(life->lstm);
  free(life->action);
  free(life->episode);
  free(life->reward);
  free(life->score);
  free(r->raw);
  *r = (recorder){ 0 };
}

static float number_of(const void *raw, uint32_t dtype, int64_t k)
{
  switch (dtype) {
  case HEBB_F32: return ((const float *)raw)[k];
  case HEBB_F64: return (float)((const double *)raw)[k];
  case HEBB_I32: return (float)((const int32_t *)raw)[k];
  default: return (float)((const uint8_t *)raw)[k];
  }
}

static void copy_numbers(const void *raw, const hebb_array *a, float *out)
{
  const int64_t n = env_array_count(a);
  for (int64_t i = 0; i < n; i++)
    out[i] = number_of(raw, a->dtype, i);
}

static void copy_weights(recorder *rec, const rollout *r, int32_t step)
{
  lifetime *life = &rec->life;
  for (int32_t l = 0; l < life->n_layer; l++) {
    const size_t n = (size_t)r->layer[l].n_pre * (size_t)r->layer[l].n_post;
    rollout_copy_weights(r, l, 0, life->weight[l] + (size_t)life->n_weight_step * n);
  }
  for (int32_t k = 0; k < life->n_part; k++) {
    const hebb_array *a = life->part[k].info;
    copy_numbers(r->learner.state + a->offset, a,
                 life->part[k].value + life->n_weight_step * env_array_count(a));
  }
  life->weight_step[life->n_weight_step++] = step;
}

/* Quantity k of the world, as it is now, becomes a row. */
static void copy_array(recorder *rec, const rollout *r, int32_t k, int32_t row)
{
  const plan *p = r->plan;
  const hebb_array *a = rec->life.array[k].info;

  p->experiment->env_plugin->read(r->sim[r->task], 0, k, rec->raw);
  copy_numbers(rec->raw, a, rec->life.array[k].value + row * env_array_count(a));
}

/* Row s is the weight that the forward pass of step s uses. */
static void before(void *self, const rollout *r, int32_t step)
{
  recorder *rec = self;
  lifetime *life = &rec->life;
  if (step % life->weight_stride == 0)
    copy_weights(rec, r, step);
  memcpy(life->observation + (size_t)step * (size_t)life->n_obs, r->observation,
         (size_t)life->n_obs * sizeof(float));
  for (int32_t k = 0; step == 0 && k < life->n_array; k++)
    if (life->array[k].info->flags & HEBB_ARRAY_PER_EPISODE)
      copy_array(rec, r, k, 0);
}

static void after(void *self, const rollout *r, int32_t step)
{
  recorder *rec = self;
  lifetime *life = &rec->life;

  for (int32_t l = 0; l < life->n_layer; l++) {
    const size_t n_post = (size_t)r->layer[l].n_post;
    memcpy(life->activation[l] + (size_t)step * n_post, r->activity[l + 1], n_post * sizeof(float));
    if (life->modulator)
      memcpy(life->modulator[l] + (size_t)step * n_post, r->modulation.value[l],
             n_post * sizeof(float));
  }
  for (int32_t k = 0; k < life->n_act; k++)
    life->action[(int64_t)step * life->n_act + k] = (float)r->act[k];
  life->reward[step] = (float)r->io.reward[0];
  if (life->episode)
    life->episode[step] = r->episode;
  if (life->score)
    life->score[step] = (float)r->io.score[0];
  if (life->lstm)
    memcpy(life->lstm + (size_t)step * (size_t)life->n_lstm, r->activity[0],
           (size_t)life->n_lstm * sizeof(float));
  for (int32_t k = 0; k < life->n_array; k++)
    if (!(life->array[k].info->flags & HEBB_ARRAY_PER_EPISODE))
      copy_array(rec, r, k, step);
}

static void end(void *self, const rollout *r, int32_t n_step)
{
  recorder *rec = self;
  rec->life.n_step = n_step;
  copy_weights(rec, r, n_step);
}

rollout_observer recorder_observer(recorder *r)
{
  return (rollout_observer){ .self = r, .before = before, .after = after, .end = end };
}
