/* convolution.c - shapes of convolutions, their room, and the forward pass through them. */
#include "convolution.h"

#include <string.h>

#include "arena.h"
#include "convolution_kernels.h"

/* Numbers of one strip's sums: they stay in the first cache beside what they are made from. */
enum { STRIP_NUMBERS = 4096 };

static int32_t at_least(int32_t a, int32_t b)
{
  return a > b ? a : b;
}

/* Whether the numbers of a layer can be counted, and addressed by offsets of 32 bits. */
static bool countable(const convolution_layer *l)
{
  const double plane = (double)l->plane_height * l->plane_width;
  const double in = plane * l->stride * l->stride * l->n_in;
  const double taps = (double)l->n_in * l->kernel * l->kernel;
  const double out = (double)l->n_out * l->height * l->width;
  return in < INT32_MAX / 2 && out < INT32_MAX / 2 && taps * l->n_out < INT32_MAX / 2;
}

int32_t convolution_shape(convolution *c, const convolution_config *config,
                          const hebb_env_shape *shape)
{
  int32_t height = shape->height, width = shape->width, channels = shape->channel;

  *c = (convolution){ .activation = config->activation };
  for (int32_t k = 0; k < config->n_channel; k++) {
    const int32_t kernel = (int32_t)config->kernel[k], stride = (int32_t)config->stride[k];
    const int32_t pool = (int32_t)config->pool[k];
    if (kernel > height || kernel > width)
      return k;
    convolution_layer *l = &c->layer[k];
    *l = (convolution_layer){ .n_in = channels,
                              .n_out = (int32_t)config->channel[k],
                              .kernel = kernel,
                              .stride = stride,
                              .pool = pool,
                              .in_height = height,
                              .in_width = width,
                              .out_height = ((height - kernel) / stride + 1) / pool,
                              .out_width = ((width - kernel) / stride + 1) / pool,
                              .plane_height = (height + stride - 1) / stride,
                              .plane_width = (width + stride - 1) / stride };
    l->height = l->out_height * pool;
    l->width = l->out_width * pool;
    if (l->out_height == 0 || l->out_width == 0 || !countable(l))
      return k;
    l->n_tap = channels * kernel * kernel;
    l->strip = at_least(STRIP_NUMBERS / (l->n_out * l->plane_width) / pool, 1) * pool;
    channels = l->n_out;
    height = l->out_height;
    width = l->out_width;
  }
  c->n_layer = config->n_channel;
  c->n_feature = (int64_t)channels * height * width;
  return EXPERIMENT_MAX_CONVOLUTION;
}

int64_t convolution_weights(const convolution *c)
{
  int64_t n = 0;
  for (int32_t k = 0; k < c->n_layer; k++)
    n += convolution_layer_weights(&c->layer[k]);
  return n;
}

/* ---- room ---- */

typedef struct layer_room {
  phase_planes in;
  int32_t *tap;  /* [n_tap] where a tap begins in the planes */
  float *weight; /* (tap x out) */
  float *sum;    /* (out x pitch) of one strip */
  float *line;   /* [width] */
} layer_room;

/* Distance of two outputs' sums. */
static int64_t pitch_of(const convolution_layer *l)
{
  return (int64_t)l->strip * l->plane_width + CONVOLUTION_SLACK;
}

static int64_t plane_numbers(const convolution_layer *l)
{
  return (int64_t)l->n_in * l->stride * l->stride * l->plane_height * l->plane_width;
}

static layer_room take_room(const convolution_layer *l, arena *a)
{
  const size_t slack = CONVOLUTION_SLACK, n_out = (size_t)l->n_out, n_tap = (size_t)l->n_tap;
  return (layer_room){
    .in = { .base = arena_take(a, (size_t)plane_numbers(l) + slack, sizeof(float)),
            .stride = l->stride,
            .height = l->plane_height,
            .width = l->plane_width },
    .tap = arena_take(a, n_tap, sizeof(int32_t)),
    .weight = arena_take(a, n_tap * n_out, sizeof(float)),
    .sum = arena_take(a, n_out * (size_t)pitch_of(l), sizeof(float)),
    .line = arena_take(a, (size_t)l->width + slack, sizeof(float)),
  };
}

size_t convolution_room(const convolution *c)
{
  arena a = { 0 };
  for (int32_t k = 0; k < c->n_layer; k++)
    take_room(&c->layer[k], &a);
  return a.used;
}

void convolution_begin(const convolution *c, const float *const *weight, void *room)
{
  arena a = { .base = room };
  for (int32_t k = 0; k < c->n_layer; k++) {
    const convolution_layer *l = &c->layer[k];
    const layer_room r = take_room(l, &a);
    const int64_t plane = r.in.height * r.in.width;
    for (int32_t t = 0; t < l->n_tap; t++) {
      const int32_t in = t / (l->kernel * l->kernel);
      const int32_t ky = t / l->kernel % l->kernel, kx = t % l->kernel;
      const int64_t phase = ((int64_t)in * l->stride + ky % l->stride) * l->stride + kx % l->stride;
      r.tap[t] = (int32_t)(phase * plane + ky / l->stride * r.in.width + kx / l->stride);
      for (int32_t o = 0; o < l->n_out; o++)
        r.weight[(int64_t)t * l->n_out + o] = weight[k][(int64_t)o * l->n_tap + t];
    }
  }
}

/* ---- forward ---- */

static void activate(int32_t activation, int64_t n, float *x)
{
  switch (activation) {
  case CONVOLUTION_TANH: convolution_tanh(n, x); break;
  case CONVOLUTION_RELU: convolution_relu(n, x); break;
  default: break;
  }
}

/* Sums of a strip of rows, then their pools, until the picture is done: the result is pooled, but not
   yet activated. */
static void convolve(const convolution_layer *l, const layer_room *r, const phase_planes *to)
{
  const int64_t pitch = pitch_of(l), width = l->plane_width;
  for (int32_t y = 0; y < l->height; y += l->strip) {
    const int32_t rows = l->height - y < l->strip ? l->height - y : l->strip;
    convolution_sums(l->n_tap, r->tap, l->n_out, r->weight, r->in.base + y * width,
                     (rows - 1) * width + l->width, r->sum, pitch);
    convolution_pool(l->n_out, rows / l->pool, l->out_width, l->pool, r->sum, pitch, width, r->line,
                     to, y / l->pool);
  }
}

void convolution_forward(const convolution *c, void *room, const float *picture, float *feature)
{
  const convolution_layer *first = &c->layer[0], *last = &c->layer[c->n_layer - 1];
  const phase_planes out = { feature, 1, last->out_height, last->out_width };
  arena a = { .base = room };
  layer_room r = take_room(first, &a);

  convolution_planes(first->in_height, first->in_width, first->n_in, picture, &r.in);
  for (const convolution_layer *l = first; l < last; l++) {
    const layer_room next = take_room(l + 1, &a);
    convolve(l, &r, &next.in);
    activate(c->activation, plane_numbers(l + 1), next.in.base);
    r = next;
  }
  convolve(last, &r, &out);
  activate(c->activation, c->n_feature, feature);
}
