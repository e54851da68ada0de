/* test_convolution.c - convolutions against loops as one would write them: in float with the documented
 * order of sums to the last bit, in double within rounding; with every instruction set; against torch. */
#include "convolution.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "clones.h"
#include "hebb/math.h"
#include "hebb/rng.h"

typedef struct layer_case {
  int64_t channel, kernel, stride, pool;
} layer_case;

typedef struct net_case {
  int32_t height, width, channel, activation, n;
  layer_case layer[3];
} net_case;

static const net_case cases[] = {
  { 84, 84, 3, CONVOLUTION_TANH, 2, { { 6, 3, 1, 2 }, { 8, 5, 2, 2 } } },
  { 84, 84, 3, CONVOLUTION_LINEAR, 1, { { 6, 3, 1, 2 } } },
  { 1, 1, 1, CONVOLUTION_TANH, 1, { { 1, 1, 1, 1 } } },
  { 7, 9, 1, CONVOLUTION_RELU, 1, { { 5, 2, 1, 1 } } },
  { 13, 11, 2, CONVOLUTION_TANH, 1, { { 7, 3, 2, 1 } } },
  { 17, 23, 3, CONVOLUTION_TANH, 1, { { 9, 4, 3, 2 } } },
  { 30, 19, 4, CONVOLUTION_LINEAR, 1, { { 17, 5, 2, 3 } } },
  { 29, 31, 3, CONVOLUTION_RELU, 2, { { 4, 3, 1, 3 }, { 11, 2, 1, 1 } } },
  { 41, 40, 3, CONVOLUTION_TANH, 2, { { 3, 3, 2, 1 }, { 10, 3, 3, 2 } } },
  { 20, 20, 1, CONVOLUTION_TANH, 1, { { 2, 2, 3, 3 } } }, // strides beyond the kernel
  { 50, 64, 2, CONVOLUTION_TANH, 3, { { 8, 5, 1, 2 }, { 12, 3, 1, 1 }, { 20, 3, 2, 2 } } },
  { 6, 200, 3, CONVOLUTION_TANH, 1, { { 16, 6, 1, 1 } } }, // one row
  { 200, 6, 3, CONVOLUTION_TANH, 1, { { 1, 6, 1, 1 } } },  // one column
  { 100, 100, 1, CONVOLUTION_RELU, 1, { { 40, 3, 1, 4 } } },
};
enum { N_CASE = sizeof cases / sizeof cases[0] };

static void *zeros(size_t n, size_t size)
{
  void *memory = calloc(n + 1, size);
  if (!memory)
    exit(99);
  return memory;
}

static int32_t shape_of(const net_case *k, convolution *c)
{
  convolution_config config = { .activation = k->activation,
                                .n_channel = k->n,
                                .n_kernel = k->n,
                                .n_stride = k->n,
                                .n_pool = k->n };
  const hebb_env_shape shape = { .n_obs = k->height * k->width * k->channel,
                                 .height = k->height,
                                 .width = k->width,
                                 .channel = k->channel };
  for (int32_t l = 0; l < k->n; l++) {
    config.channel[l] = k->layer[l].channel;
    config.kernel[l] = k->layer[l].kernel;
    config.stride[l] = k->layer[l].stride;
    config.pool[l] = k->layer[l].pool;
  }
  return convolution_shape(c, &config, &shape);
}

/* Uniform numbers in +-bound of an address of its own. */
static float *numbers(uint32_t purpose, int64_t n, float bound)
{
  const hebb_address address = { .seed = 11, .purpose = purpose };
  float *value = zeros((size_t)n, sizeof *value);
  hebb_uniforms(&address, 0, n, value);
  for (int64_t k = 0; k < n; k++)
    value[k] = (2 * value[k] - 1) * bound;
  return value;
}

typedef struct made {
  convolution net;
  float *picture, *weight, *feature;
  const float *layer[EXPERIMENT_MAX_CONVOLUTION];
  void *room;
} made;

static made make(const net_case *k, uint32_t purpose)
{
  made m;
  CU_ASSERT_EQUAL_FATAL(shape_of(k, &m.net), EXPERIMENT_MAX_CONVOLUTION);
  m.picture = numbers(purpose, (int64_t)k->height * k->width * k->channel, 1);
  m.weight = numbers(purpose + 1000, convolution_weights(&m.net), 0.2f);
  m.feature = zeros((size_t)m.net.n_feature, sizeof(float));
  for (int64_t l = 0, first = 0; l < k->n; first += convolution_layer_weights(&m.net.layer[l++]))
    m.layer[l] = m.weight + first;
  m.room = aligned_alloc(64, convolution_room(&m.net));
  memset(m.room, 0, convolution_room(&m.net));
  convolution_begin(&m.net, m.layer, m.room);
  convolution_forward(&m.net, m.room, m.picture, m.feature);
  return m;
}

static void done(made *m)
{
  free(m->picture);
  free(m->weight);
  free(m->feature);
  free(m->room);
}

static float activated(int32_t activation, float x)
{
  return activation == CONVOLUTION_TANH            ? hebb_tanh(x)
         : activation == CONVOLUTION_RELU && x < 0 ? 0
                                                   : x;
}

/* in [c][y][x] -> out [o][y][x], in float as documented, activated before pooling; and in double. */
static void plain_layer(const layer_case *k, int32_t activation, int32_t n_in, int32_t height,
                        int32_t width, const float *in, const double *in_exact, const float *weight,
                        float *out, double *out_exact)
{
  const int64_t kernel = k->kernel, across = ((width - kernel) / k->stride + 1) / k->pool;
  const int64_t down = ((height - kernel) / k->stride + 1) / k->pool;
  for (int64_t o = 0, at = 0; o < k->channel; o++)
    for (int64_t y = 0; y < down; y++)
      for (int64_t x = 0; x < across; x++, at++) {
        out[at] = -INFINITY;
        out_exact[at] = -INFINITY;
        for (int64_t square = 0; square < k->pool * k->pool; square++) {
          const int64_t top = (y * k->pool + square / k->pool) * k->stride;
          const int64_t left = (x * k->pool + square % k->pool) * k->stride;
          float sum = 0;
          double exact = 0;
          for (int64_t c = 0; c < n_in; c++)
            for (int64_t ky = 0; ky < kernel; ky++)
              for (int64_t kx = 0; kx < kernel; kx++) {
                const float w = weight[((o * n_in + c) * kernel + ky) * kernel + kx];
                const int64_t from = (c * height + top + ky) * width + left + kx;
                sum += w * in[from];
                exact += (double)w * in_exact[from];
              }
          sum = activated(activation, sum);
          exact = activation == CONVOLUTION_TANH   ? tanh(exact)
                  : activation == CONVOLUTION_RELU ? fmax(exact, 0)
                                                   : exact;
          out[at] = sum > out[at] ? sum : out[at];
          out_exact[at] = fmax(exact, out_exact[at]);
        }
      }
}

static void plain(const net_case *k, const made *m, float *feature, double *exact)
{
  const size_t most = 1 << 20;
  float *in = zeros(most, sizeof *in), *out = zeros(most, sizeof *out);
  double *in_exact = zeros(most, sizeof *in_exact), *out_exact = zeros(most, sizeof *out_exact);
  for (int32_t c = 0; c < k->channel; c++)
    for (int32_t i = 0; i < k->height * k->width; i++)
      in_exact[c * k->height * k->width + i] =
          (double)(in[c * k->height * k->width + i] = m->picture[i * k->channel + c]);
  for (int32_t l = 0; l < k->n; l++) {
    const convolution_layer *s = &m->net.layer[l];
    plain_layer(&k->layer[l], k->activation, s->n_in, s->in_height, s->in_width, in, in_exact,
                m->layer[l], out, out_exact);
    memcpy(in, out, most * sizeof *in);
    memcpy(in_exact, out_exact, most * sizeof *in_exact);
  }
  memcpy(feature, in, (size_t)m->net.n_feature * sizeof *feature);
  memcpy(exact, in_exact, (size_t)m->net.n_feature * sizeof *exact);
  free(in);
  free(out);
  free(in_exact);
  free(out_exact);
}

static void against_plain_loops(void)
{
  for (uint32_t i = 0; i < N_CASE; i++) {
    made m = make(&cases[i], i);
    const int64_t n = m.net.n_feature;
    float *feature = zeros((size_t)n, sizeof *feature);
    double *exact = zeros((size_t)n, sizeof *exact), most = 0;
    plain(&cases[i], &m, feature, exact);
    int64_t differ = 0;
    for (int64_t k = 0; k < n; k++) {
      differ += m.feature[k] != feature[k];
      most = fmax(most, fabs((double)m.feature[k] - exact[k]));
    }
    CU_ASSERT_EQUAL(differ, 0);
    CU_ASSERT(most < 4e-6);
    // a second picture finds nothing of the first, and the first comes out as before
    memcpy(feature, m.feature, (size_t)n * sizeof *feature);
    for (int64_t k = 0; k < cases[i].height * cases[i].width * cases[i].channel; k++)
      m.picture[k] = -m.picture[k];
    convolution_forward(&m.net, m.room, m.picture, m.feature);
    for (int64_t k = 0; k < cases[i].height * cases[i].width * cases[i].channel; k++)
      m.picture[k] = -m.picture[k];
    convolution_forward(&m.net, m.room, m.picture, m.feature);
    CU_ASSERT_EQUAL(memcmp(m.feature, feature, (size_t)n * sizeof *feature), 0);
    free(feature);
    free(exact);
    done(&m);
  }
}

/* Of all features of all cases (FNV-1a). */
static uint64_t hash_of_all(void)
{
  uint64_t hash = 0xcbf29ce484222325u;
  for (uint32_t i = 0; i < N_CASE; i++) {
    made m = make(&cases[i], i);
    const unsigned char *byte = (const unsigned char *)m.feature;
    for (size_t k = 0; k < (size_t)m.net.n_feature * sizeof(float); k++)
      hash = (hash ^ byte[k]) * 0x100000001b3u;
    done(&m);
  }
  return hash;
}

static void every_instruction_set(void)
{
  check_every_clone(hash_of_all, 0xcad86ca945c63439u);
}

/* Computed with torch 1.13 in float64: max_pool2d(tanh(conv2d)) twice, on the same numbers. */
static void against_torch(void)
{
  convolution net;
  static float picture[84 * 84 * 3], weight[162 + 1200], feature[648];
  static const struct {
    int at;
    double value;
  } torch[] = { { 0, -0.03102434 },   { 1, -0.01342419 },  { 8, -0.03138246 },
                { 9, -0.01571386 },   { 80, -0.10872854 }, { 81, 0.14954376 },
                { 100, 0.15683524 },  { 242, 0.00336152 }, { 323, 0.12385024 },
                { 405, 0.17714841 },  { 500, 0.11257777 }, { 567, -0.01463400 },
                { 600, -0.00655499 }, { 646, 0.00232165 }, { 647, 0.08934366 } };
  CU_ASSERT_EQUAL_FATAL(shape_of(&cases[0], &net), EXPERIMENT_MAX_CONVOLUTION);
  CU_ASSERT_EQUAL(net.n_feature, 648);
  CU_ASSERT_EQUAL(convolution_layer_weights(&net.layer[0]), 162);
  CU_ASSERT_EQUAL(convolution_weights(&net), 1362);
  for (int k = 0; k < 84 * 84 * 3; k++)
    picture[k] = (float)(k * 37 % 101) / 128;
  for (int k = 0; k < 1362; k++)
    weight[k] = (float)(k * 53 % 97 - 48) / 256;
  const float *const layer[] = { weight, weight + 162 };
  void *room = aligned_alloc(64, convolution_room(&net));
  memset(room, 0, convolution_room(&net));
  convolution_begin(&net, layer, room);
  convolution_forward(&net, room, picture, feature);
  for (size_t k = 0; k < sizeof torch / sizeof torch[0]; k++)
    CU_ASSERT_DOUBLE_EQUAL((double)feature[torch[k].at], torch[k].value, 1e-6);
  free(room);
}

/* What is not a number anywhere in a picture is not hidden by pooling. */
static void not_a_number_passes(void)
{
  for (int k = 0; k < 4; k++) {
    made m = make(&cases[1], 1);
    m.picture[((20 + k / 2) * 84 + 30 + k % 2) * 3] = NAN;
    convolution_forward(&m.net, m.room, m.picture, m.feature);
    CU_ASSERT(isnan(m.feature[10 * 41 + 15]));
    done(&m);
  }
}

static void what_does_not_fit(void)
{
  convolution c;
  const net_case first = { 4, 9, 1, 0, 1, { { 1, 5, 1, 1 } } };
  const net_case second = { 20, 20, 1, 0, 2, { { 1, 5, 2, 2 }, { 1, 5, 1, 1 } } };
  const net_case pool = { 20, 20, 1, 0, 2, { { 1, 5, 2, 2 }, { 1, 3, 1, 3 } } };
  const net_case fits = { 20, 20, 1, 0, 2, { { 1, 5, 2, 2 }, { 1, 3, 1, 2 } } };
  const net_case huge = { 1000, 1000, 4, 0, 2, { { 2, 1, 1, 1 }, { 4096, 1, 1, 1 } } };
  CU_ASSERT_EQUAL(shape_of(&first, &c), 0);
  CU_ASSERT_EQUAL(shape_of(&second, &c), 1);
  CU_ASSERT_EQUAL(shape_of(&pool, &c), 1);
  CU_ASSERT_EQUAL(shape_of(&huge, &c), 1);
  CU_ASSERT_EQUAL(shape_of(&fits, &c), EXPERIMENT_MAX_CONVOLUTION);
  CU_ASSERT_EQUAL(c.n_feature, 1);
}

int main(void)
{
  static const check_test tests[] = { { "every instruction set", every_instruction_set },
                                      { "against plain loops", against_plain_loops },
                                      { "against torch", against_torch },
                                      { "not a number passes", not_a_number_passes },
                                      { "what does not fit", what_does_not_fit } };
  return check_run("convolution", tests, sizeof tests / sizeof tests[0]);
}
