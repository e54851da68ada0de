/* bench_conv.c - the car's convolutions, one frame: 84x84x3 -> 6 of 3x3 -> pool 2 -> 8 of 5x5, stride 2 ->
 * pool 2 -> 648 features, conversion, pooling and tanh included; against loops as one would write them. */
#include "bench_conv.h"
#include "bench.h"

#include "convolution.h"
#include "hebb/rng.h"

enum { ROUNDS = 15, FRAMES = 40, N_OBS = CONV_SIDE * CONV_SIDE * 3, N_WEIGHT = 162 + 1200 };

static double frame_seconds(void (*frame)(void *arg), void *arg, int frames)
{
  const double begun = bench_thread_seconds();
  for (int k = 0; k < frames; k++)
    frame(arg);
  return (bench_thread_seconds() - begun) / frames;
}

typedef struct bench {
  convolution net;
  void *room;
  float *picture, *weight, *feature;
} bench;

static void ours(void *arg)
{
  const bench *b = arg;
  convolution_forward(&b->net, b->room, b->picture, b->feature);
}

static void naive(void *arg)
{
  const bench *b = arg;
  conv_naive(b->picture, b->weight, b->feature);
}

static void naive_torch(void *arg)
{
  const bench *b = arg;
  conv_naive_pool_last(b->picture, b->weight, b->feature);
}

int main(int argc, char **argv)
{
  static const convolution_config config = { .channel = { 6, 8 },
                                             .n_channel = 2,
                                             .kernel = { 3, 5 },
                                             .n_kernel = 2,
                                             .stride = { 1, 2 },
                                             .n_stride = 2,
                                             .pool = { 2, 2 },
                                             .n_pool = 2 };
  const hebb_env_shape shape = { .height = CONV_SIDE, .width = CONV_SIDE, .channel = 3 };
  static float picture[N_OBS], weight[N_WEIGHT], feature[3][CONV_FEATURES];
  double microseconds[3][ROUNDS];
  bench b = { .picture = picture, .weight = weight };
  void (*const frame[])(void *) = { naive, naive_torch, ours };
  static const char *const name[] = { "conv_naive", "conv_naive_tanh_first", "conv_frame" };
  (void)argc;

  bench_pin();
  bench_machine("bench_conv", NULL);
  if (convolution_shape(&b.net, &config, &shape) != EXPERIMENT_MAX_CONVOLUTION ||
      !(b.room = aligned_alloc(64, convolution_room(&b.net))))
    return 1;
  memset(b.room, 0, convolution_room(&b.net));
  hebb_address address = { .seed = 1 };
  hebb_uniforms(&address, 0, N_OBS, picture);
  address.purpose = 1;
  hebb_uniforms(&address, 0, N_WEIGHT, weight);
  for (int k = 0; k < N_WEIGHT; k++)
    weight[k] = (weight[k] - 0.5f) * (k < 162 ? 0.4f : 0.16f);
  const float *const layer[] = { weight, weight + 162 };
  convolution_begin(&b.net, layer, b.room);

  for (int round = 0; round < ROUNDS; round++)
    for (int k = 0; k < 3; k++) {
      b.feature = feature[k];
      microseconds[k][round] = 1e6 * frame_seconds(frame[k], &b, k < 2 ? FRAMES / 8 : FRAMES);
    }
  for (int k = 0; k < 3; k++)
    bench_report(name[k], "us", microseconds[k], ROUNDS, k ? name[0] : NULL,
                 k ? microseconds[0] : NULL);
  double most = 0;
  for (int k = 0; k < CONV_FEATURES; k++) {
    const double difference = (double)feature[2][k] - (double)feature[0][k];
    most = difference > most ? difference : -difference > most ? -difference : most;
  }
  printf("{\"name\": \"conv_difference\", \"clone\": \"%s\", \"value\": %.3g}\n", bench_clone(),
         most);
  return bench_same_hash(bench_hash(0, feature[2], sizeof feature[2])) | bench_other_clones(argv);
}
