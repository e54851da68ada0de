/* test_recurrent.c - the LSTM against its formula in double; lives with a recurrent or LSTM first layer against
 * plain loops, lane by lane and over episodes; genes, signs, instruction sets; what is refused; and that
 * both remember what a network without them cannot. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "clones.h"
#include "front.h"
#include "hebb/math.h"
#include "loader.h"
#include "lstm.h"
#include "param.h"
#include "recorder.h"
#include "rollout.h"
#include "said.h"
#include "toy_life.h"

/* ---- one LSTM ---- */

enum { MOST_IN = 20, MOST_HIDDEN = 33, MOST_GENES = 4 * MOST_HIDDEN * (MOST_IN + MOST_HIDDEN + 2) };

/* The weights of a segment begin here. */
static int64_t begin_of(const lstm *l, int segment)
{
  int64_t begin = 0;
  for (int k = 0; k < segment; k++)
    begin += 4 * (int64_t)l->n_hidden * lstm_rows(l, k);
  return begin;
}

static double logistic(double x)
{
  return 1 / (1 + exp(-x));
}

/* c' = s(f) c + s(i) tanh(g), h' = s(o) tanh(c'); gene: all segments one after the other. */
static void plain_lstm(const lstm *l, const float *gene, const float *x, double *cell, double *h)
{
  const int n = l->n_hidden;
  double gate[4][MOST_HIDDEN];
  for (int q = 0; q < 4; q++)
    for (int j = 0; j < n; j++) {
      const int at = q * n + j;
      double sum = (double)gene[begin_of(l, LSTM_INPUT_BIAS) + at] +
                   (double)gene[begin_of(l, LSTM_HIDDEN_BIAS) + at];
      for (int i = 0; i < l->n_in; i++)
        sum += (double)gene[begin_of(l, LSTM_INPUT) + (int64_t)i * 4 * n + at] * (double)x[i];
      for (int i = 0; i < n; i++)
        sum += (double)gene[begin_of(l, LSTM_HIDDEN) + (int64_t)i * 4 * n + at] * h[i];
      gate[q][j] = sum;
    }
  for (int j = 0; j < n; j++) {
    cell[j] = logistic(gate[1][j]) * cell[j] + logistic(gate[0][j]) * tanh(gate[2][j]);
    h[j] = logistic(gate[3][j]) * tanh(cell[j]);
  }
}

static void draw(float *value, int64_t n, uint64_t seed, double std)
{
  const hebb_address a = { .seed = seed };
  hebb_normals(&a, 0, n, value);
  for (int64_t k = 0; k < n; k++)
    value[k] *= (float)std;
}

/* Ten steps; h after each of them goes to seen [10 x n_hidden]. */
static void live_lstm(const lstm *l, const float *gene, const float *input, float *seen)
{
  float drive[4 * MOST_HIDDEN], cell[MOST_HIDDEN] = { 0 }, h[MOST_HIDDEN] = { 0 };
  for (int step = 0; step < 10; step++) {
    lstm_step(l, gene, input + step * l->n_in, drive, cell, h);
    memcpy(seen + step * l->n_hidden, h, (size_t)l->n_hidden * sizeof *h);
  }
}

static const lstm size_of[] = { { 1, 1 }, { 5, 7 }, { 20, 33 }, { 7, 16 } };
enum { N_SIZE = sizeof size_of / sizeof size_of[0] };

static void formula(void)
{
  static float gene[MOST_GENES];
  float input[10 * MOST_IN], seen[10 * MOST_HIDDEN];
  for (int s = 0; s < N_SIZE; s++) {
    const lstm *l = &size_of[s];
    CU_ASSERT_EQUAL(begin_of(l, N_LSTM_SEGMENT), lstm_weights(l));
    draw(gene, lstm_weights(l), 1, 0.6);
    draw(input, 10 * l->n_in, 2, 1);
    live_lstm(l, gene, input, seen);
    double cell[MOST_HIDDEN] = { 0 }, h[MOST_HIDDEN] = { 0 }, most = 0, largest = 0;
    for (int step = 0; step < 10; step++) {
      plain_lstm(l, gene, input + step * l->n_in, cell, h);
      for (int j = 0; j < l->n_hidden; j++) {
        most = fmax(most, fabs(h[j] - (double)seen[step * l->n_hidden + j]));
        largest = fmax(largest, fabs(h[j]));
      }
    }
    CU_ASSERT(most < 2e-6);
    CU_ASSERT(largest > 0.05);
  }
}

/* Each gate does what it is there for: a unit that is told by its biases alone. */
static void gates(void)
{
  const lstm l = { 1, 1 };
  const float one = 1, open = 20, shut = -20;
  float drive[4], cell = 0, h = 0;
  const struct {
    float in, forget, out;
    double cell, h;
  } now[] = { { open, open, open, tanh(0.5), tanh(tanh(0.5)) }, // takes it in
              { shut, open, open, tanh(0.5), tanh(tanh(0.5)) }, // keeps it
              { open, open, shut, 2 * tanh(0.5), 0 },           // adds, and says nothing
              { shut, open, open, 2 * tanh(0.5), tanh(2 * tanh(0.5)) },
              { shut, shut, open, 0, 0 } }; // forgets
  for (size_t k = 0; k < sizeof now / sizeof now[0]; k++) {
    const float half = now[k].out / 2;
    const float weight[] = { 0, 0,    0.5f, 0, 0, 0,   0, 0, now[k].in, now[k].forget,
                             0, half, 0,    0, 0, half };
    lstm_step(&l, weight, &one, drive, &cell, &h);
    CU_ASSERT_DOUBLE_EQUAL((double)cell, now[k].cell, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL((double)h, now[k].h, 1e-6);
  }
}

static uint64_t hash_of_all(void)
{
  static float gene[MOST_GENES];
  float input[10 * MOST_IN], seen[10 * MOST_HIDDEN];
  uint64_t hash = 0xcbf29ce484222325u;
  for (int s = 0; s < N_SIZE; s++) {
    const lstm *l = &size_of[s];
    const unsigned char *byte = (const unsigned char *)seen;
    draw(gene, lstm_weights(l), 3, 0.7);
    draw(input, 10 * l->n_in, 4, 1);
    live_lstm(l, gene, input, seen);
    for (size_t k = 0; k < 10 * (size_t)l->n_hidden * sizeof(float); k++)
      hash = (hash ^ byte[k]) * 0x100000001b3u;
  }
  return hash;
}

static void every_instruction_set(void)
{
  check_every_clone(hash_of_all, 0xf81e21b67c6f54c2u);
}

/* ---- a world that wants memory: a sign, some steps of noise, and a question about the sign ---- */

enum { OBS = 3, STEPS = 5, HIDDEN = 4 };

typedef struct signs {
  int32_t n_lane, step[4];
  uint64_t seed[4];
} signs;

static int signs_open(const void *config, const hebb_host *host, hebb_env_shape *shape,
                      void **model)
{
  static const uint32_t map[] = { HEBB_ACTION_TANH };
  static const float low[] = { -1 }, high[] = { 1 };
  static char nothing;
  (void)config, (void)host;
  shape->n_obs = OBS;
  shape->n_act = 1;
  shape->act_map = map;
  shape->act_low = low;
  shape->act_high = high;
  shape->max_steps = STEPS;
  shape->solved = NAN;
  *model = &nothing;
  return HEBB_OK;
}

static int signs_make(void *model, int32_t n_lane, const hebb_host *host, void **sim)
{
  signs *s = calloc(1, sizeof *s);
  (void)model, (void)host;
  s->n_lane = n_lane;
  *sim = s;
  return HEBB_OK;
}

/* The sign is that of the seed; the rest is the same for all. */
static float sign_of(uint64_t seed)
{
  return seed & 1 ? 1 : -1;
}
static float seen_at(uint64_t seed, int32_t step, int k)
{
  if (k == 0)
    return step == 0 ? sign_of(seed) : 0;
  return k == 1 ? (float)(step == STEPS - 1) : 0.2f * (float)(step % 3);
}

static void show(const signs *s, const hebb_lanes *io, int32_t lane)
{
  for (int k = 0; k < OBS; k++)
    io->obs[lane * OBS + k] = seen_at(s->seed[lane], s->step[lane], k);
}

static void signs_reset(void *sim, const uint64_t *seed, const hebb_lanes *io)
{
  signs *s = sim;
  for (int32_t lane = 0; lane < s->n_lane; lane++) {
    if (io->select && !io->select[lane])
      continue;
    s->seed[lane] = seed[lane];
    s->step[lane] = 0;
    io->done[lane] = HEBB_RUNNING;
    show(s, io, lane);
  }
}

static void signs_step(void *sim, const hebb_lanes *io)
{
  signs *s = sim;
  for (int32_t lane = 0; lane < s->n_lane; lane++) {
    if (io->done[lane])
      continue;
    const bool asked = ++s->step[lane] == STEPS;
    io->reward[lane] = asked ? io->act[lane] * (double)sign_of(s->seed[lane]) : 0;
    if (asked)
      io->done[lane] = HEBB_TERMINATED;
    show(s, io, lane);
  }
}

static const hebb_env signs_env = {
  .base = { .abi = HEBB_ABI,
            .size = sizeof(hebb_env),
            .kind = HEBB_ENV,
            .name = "signs",
            .version = "1",
            .brief = "signs",
            .cite = "" },
  .open = signs_open,
  .make = signs_make,
  .drop = free,
  .reset = signs_reset,
  .step = signs_step,
};

/* ---- lives ---- */

typedef toy_life setup;

static void prepare(setup *s, int32_t first)
{
  *s = (setup){ 0 };
  toy_experiment(&s->e, s->task, s->config, 2);
  s->e.env = (loaded){ &signs_env.base, "", "" };
  s->e.env_plugin = &signs_env;
  s->e.n_task = 1;
  s->e.network.first = first;
  s->e.network.layer[0] = HIDDEN;
  s->e.weights.low = -0.9;
  s->e.weights.high = 0.9;
  s->e.genome.std = 0.4;
  s->e.lifetime = (lifetime_config){ .episodes = 2, .keep_weights = true };
}

static const float *genes(const setup *s, const char *name, int32_t rows, int32_t cols)
{
  const hebb_genome_shape *g = &s->plan->genome.shape;
  for (int32_t k = 0; k < g->n_segment; k++)
    if (strcmp(g->segment[k].name, name) == 0) {
      CU_ASSERT_EQUAL(g->segment[k].rows, rows);
      CU_ASSERT_EQUAL(g->segment[k].cols, cols);
      CU_ASSERT_EQUAL(g->segment[k].count, (int64_t)rows * cols);
      return s->genome + g->segment[k].offset;
    }
  CU_FAIL_FATAL("a segment is missing");
  return NULL;
}

/* The weights that a life starts with. */
static void start(float *weight, uint32_t n, uint32_t layer, const rollout_seeds *seeds)
{
  const hebb_address a = seeds_address(seeds, PURPOSE_WEIGHTS + layer, seeds->first_episode);
  for (uint32_t k = 0; k < n; k++)
    weight[k] = -0.9f + 1.8f * hebb_uniform(&a, k);
}

/* dw = gain pre post, as the toy rule has it. */
static void learn(float *w, const float *gain, const float *pre, int n_pre, const float *post,
                  int n_post)
{
  for (int i = 0; i < n_pre; i++)
    for (int j = 0; j < n_post; j++)
      w[i * n_post + j] += gain[i * n_post + j] * pre[i] * post[j];
}

static void pass(const float *w, const float *pre, int n_pre, float *post, int n_post)
{
  for (int j = 0; j < n_post; j++) {
    float sum = 0;
    for (int i = 0; i < n_pre; i++)
      sum += pre[i] * w[i * n_post + j];
    post[j] = hebb_tanh(sum);
  }
}

static float apart(const float *a, const float *b, int n)
{
  float most = 0;
  for (int k = 0; k < n; k++)
    most = fmaxf(most, fabsf(a[k] - b[k]));
  return isfinite(a[0]) ? most : INFINITY;
}

typedef struct plain {
  float hidden[2 * STEPS][HIDDEN], out[2 * STEPS][1];
  float w0[(OBS + HIDDEN) * HIDDEN], w1[HIDDEN];
  double total;
} plain;

/* Two episodes with the same weights. reset: the state is zero when an episode starts, as it must be. */
static void plain_life(const setup *s, const rollout_seeds *seeds, bool reset, plain *p)
{
  enum { N = OBS + HIDDEN };
  const bool is_lstm = s->plan->network.lstm.n_hidden > 0;
  const bool in_forward = s->e.rule_host.update == UPDATE_IN_FORWARD;
  const lstm l = { OBS, HIDDEN };
  const float *gain0 =
      is_lstm ? genes(s, "layer0_gain", HIDDEN, 1) : genes(s, "layer0_gain", N, HIDDEN);
  const float *gain1 = is_lstm ? NULL : genes(s, "layer1_gain", HIDDEN, 1);
  double cell[HIDDEN] = { 0 }, h[HIDDEN] = { 0 };
  float hidden[HIDDEN] = { 0 };

  *p = (plain){ 0 };
  if (is_lstm) {
    start(p->w1, HIDDEN, 0, seeds);
  } else {
    start(p->w0, N * HIDDEN, 0, seeds);
    start(p->w1, HIDDEN, 1, seeds);
  }
  for (int32_t episode = 0; episode < 2; episode++) {
    const uint64_t seed = seeds_world(seeds, seeds->first_episode + (uint32_t)episode);
    for (int j = 0; reset && j < HIDDEN; j++)
      hidden[j] = 0, cell[j] = 0, h[j] = 0;
    for (int32_t step = 0; step < STEPS; step++) {
      const int row = episode * STEPS + step;
      const bool learns = in_forward || step < STEPS - 1;
      float pre[N], out[1];
      for (int k = 0; k < OBS; k++)
        pre[k] = seen_at(seed, step, k);
      memcpy(pre + OBS, hidden, sizeof hidden);
      if (is_lstm) {
        plain_lstm(&l, s->genome, pre, cell, h);
        for (int j = 0; j < HIDDEN; j++)
          hidden[j] = (float)h[j];
      } else {
        pass(p->w0, pre, N, hidden, HIDDEN);
        if (in_forward)
          learn(p->w0, gain0, pre, N, hidden, HIDDEN);
      }
      pass(p->w1, hidden, HIDDEN, out, 1);
      if (!is_lstm && !in_forward && learns)
        learn(p->w0, gain0, pre, N, hidden, HIDDEN);
      if (learns)
        learn(p->w1, is_lstm ? gain0 : gain1, hidden, HIDDEN, out, 1);
      memcpy(p->hidden[row], hidden, sizeof hidden);
      p->out[row][0] = out[0];
      if (step == STEPS - 1)
        p->total += (double)(out[0] * sign_of(seed)) / 2;
    }
  }
}

static void hold(int32_t first, int32_t update)
{
  static error err;
  const rollout_seeds seeds = { .seed = 3, .individual = 1, .first_episode = 2 };
  const bool is_lstm = first == FIRST_LSTM;
  recorder rec;
  setup s;
  plain p, careless;
  prepare(&s, first);
  s.e.rule_host.update = update;
  toy_life_open(&s, 1);
  CU_ASSERT_FATAL(recorder_init(&rec, s.plan, 0, &err) == EXIT_FINE);
  const rollout_observer observer = recorder_observer(&rec);
  rollout_life(s.room, 0, s.genome, &seeds, &observer);
  plain_life(&s, &seeds, true, &p);
  plain_life(&s, &seeds, false, &careless);

  const float *hidden = is_lstm ? rec.life.lstm : rec.life.activation[0];
  const float *out = rec.life.activation[is_lstm ? 0 : 1];
  CU_ASSERT_EQUAL_FATAL(rec.life.n_step, 2 * STEPS);
  CU_ASSERT(apart(hidden, p.hidden[0], 2 * STEPS * HIDDEN) < 1e-5f);
  CU_ASSERT(apart(out, p.out[0], 2 * STEPS) < 1e-5f);
  CU_ASSERT(apart(hidden, careless.hidden[0], 2 * STEPS * HIDDEN) > 1e-3f);
  CU_ASSERT_DOUBLE_EQUAL(s.room->total[0], p.total, 1e-5);
  CU_ASSERT(apart(s.room->weight[is_lstm ? 0 : 1], p.w1, HIDDEN) < 1e-5f);
  if (!is_lstm) {
    CU_ASSERT(apart(s.room->weight[0], p.w0, (OBS + HIDDEN) * HIDDEN) < 1e-5f);
    CU_ASSERT_PTR_NULL(rec.life.lstm);
  }

  // a second life in the same room starts from nothing as well, whether somebody watches or not
  const double total = s.room->total[0];
  rollout_life(s.room, 0, s.genome, &seeds, NULL);
  CU_ASSERT_EQUAL(s.room->total[0], total);
  recorder_done(&rec);
  toy_life_close(&s);
}

static void recurrent_lives(void)
{
  hold(FIRST_RECURRENT, UPDATE_AFTER_STEP);
  hold(FIRST_RECURRENT, UPDATE_IN_FORWARD);
}

static void lstm_lives(void)
{
  hold(FIRST_LSTM, UPDATE_AFTER_STEP);
  hold(FIRST_LSTM, UPDATE_IN_FORWARD);
}

/* Lives side by side are those that are lived one by one. */
static void lanes(void)
{
  for (int32_t first = FIRST_RECURRENT; first <= FIRST_LSTM; first++) {
    setup many, one;
    prepare(&many, first);
    many.e.lifetime = (lifetime_config){ .episodes = 3 };
    prepare(&one, first);
    one.e.lifetime = (lifetime_config){ .episodes = 1 };
    toy_life_open(&many, 3);
    toy_life_open(&one, 1);
    double sum = 0;
    for (uint32_t k = 0; k < 3; k++) {
      const rollout_seeds seeds = { .seed = 5, .first_episode = 7 + k };
      rollout_life(one.room, 0, one.genome, &seeds, NULL);
      sum += fabs(one.room->total[0]);
      if (k == 0)
        rollout_life(many.room, 0, many.genome, &seeds, NULL);
      CU_ASSERT_EQUAL(many.room->total[k], one.room->total[0]);
    }
    CU_ASSERT(sum > 0);
    toy_life_close(&many);
    toy_life_close(&one);
  }
}

/* Update and forward pass in one sweep give what they give one after the other. */
static void fused(void)
{
  static error err;
  const rollout_seeds seeds = { .seed = 5 };
  double total[2];
  float weight[2][(OBS + HIDDEN) * HIDDEN];

  for (int k = 0; k < 2; k++) {
    setup s;
    prepare(&s, FIRST_RECURRENT);
    CU_ASSERT_FATAL(loader_open("abcd", HEBB_RULE, NULL, &s.e.rule, &err) == EXIT_FINE);
    s.e.rule_plugin = (const hebb_rule *)s.e.rule.plugin;
    s.e.rule_config = calloc(1, s.e.rule.plugin->config_size);
    param_defaults(s.e.rule.plugin->params, s.e.rule_config);
    s.e.rule_host.kernel = k == 0 ? KERNEL_AUTO : KERNEL_PLAIN;
    s.e.weights.after_update = AFTER_UPDATE_MAX_ABS;
    toy_life_open(&s, 1);
    CU_ASSERT_EQUAL(s.plan->fused, k == 0);
    rollout_life(s.room, 0, s.genome, &seeds, NULL);
    total[k] = s.room->total[0];
    rollout_copy_weights(s.room, 0, 0, weight[k]);
    free(s.e.rule_config);
    toy_life_close(&s);
  }
  CU_ASSERT(total[0] != 0);
  CU_ASSERT_DOUBLE_EQUAL(total[0], total[1], 1e-5);
  CU_ASSERT(apart(weight[0], weight[1], (OBS + HIDDEN) * HIDDEN) < 1e-5f);
}

/* ---- genes ---- */

/* A network of Palm et al.'s for an environment of this shape: its genes. */
static int64_t genes_of(const network_config *config, const hebb_env_shape *shape)
{
  const weights_config weights = { .init = WEIGHT_EVOLVED };
  const hebb_rule_shape none = { .size = sizeof none };
  const rule_config sharing = { 0 };
  const genome_config from = { .weight_start = WEIGHT_START_FAN_IN };
  static const char *const name[] = { "lstm_input", "lstm_hidden", "lstm_input_bias",
                                      "lstm_hidden_bias" };
  network net;
  genome g;
  error err = { 0 };
  CU_ASSERT_FATAL(network_build(&net, config, &weights, shape, &err) == EXIT_FINE);
  CU_ASSERT_FATAL(genome_build(&g, &net, &none, &sharing, false, &from, 5, &err) == EXIT_FINE);
  const int64_t n = g.shape.n_gene, before = convolution_weights(&net.convolution);
  const int32_t rows[] = { net.lstm.n_in, 128, 1, 1 };
  int64_t next = before;
  for (int32_t k = 0; k < N_LSTM_SEGMENT; k++) {
    const hebb_segment *s = &g.shape.segment[g.n_convolution + k];
    CU_ASSERT_STRING_EQUAL(s->name, name[k]);
    CU_ASSERT_EQUAL(s->role, HEBB_ROLE_WEIGHT);
    CU_ASSERT_EQUAL(s->layer, -1);
    CU_ASSERT_EQUAL(s->rows, rows[k]);
    CU_ASSERT_EQUAL(s->cols, 512);
    CU_ASSERT_EQUAL(s->offset, next);
    next += s->count;
    float most = 0;
    for (int64_t i = 0; i < s->count; i++)
      most = fmaxf(most, fabsf(g.shape.start[s->offset + i]));
    CU_ASSERT(most < 1 / sqrtf(128) && most > 0.98f / sqrtf(128));
  }
  CU_ASSERT_PTR_EQUAL(genome_lstm(&g, g.shape.start), g.shape.start + before);
  genome_done(&g);
  network_done(&net);
  return n;
}

static void sizes(void)
{
  network_config config = { .layer = { 128, 64 }, .n_layer = 2, .first = FIRST_LSTM };
  const hebb_env_shape ant = { .n_obs = 28, .n_act = 8 };
  const hebb_env_shape car = {
    .n_obs = 84 * 84 * 3, .n_act = 3, .height = 84, .width = 84, .channel = 3
  };
  CU_ASSERT_EQUAL(genes_of(&config, &ant), 89600);
  config.convolution = (convolution_config){ .channel = { 6, 8 },
                                             .n_channel = 2,
                                             .kernel = { 3, 5 },
                                             .n_kernel = 2,
                                             .stride = { 1, 2 },
                                             .n_stride = 2,
                                             .pool = { 2, 2 },
                                             .n_pool = 2 };
  CU_ASSERT_EQUAL(genes_of(&config, &car), 408082);
}

/* What the penalty counts: coefficients where there are any, else all weights. */
static void penalty(void)
{
  setup s;
  prepare(&s, FIRST_LSTM);
  toy_life_open(&s, 1);
  float *gain = s.genome + (genes(&s, "layer0_gain", HIDDEN, 1) - s.genome);
  for (int64_t k = 0; k < s.plan->genome.shape.n_gene; k++)
    s.genome[k] = 3;
  for (int k = 0; k < HIDDEN; k++)
    gain[k] = 2;
  CU_ASSERT_EQUAL(genome_mean_square(&s.plan->genome, s.genome), 4);
  toy_life_close(&s);
}

/* A neuron of a recurrent layer has one sign, to its own layer and to the next. */
static void signs_agree(void)
{
  for (int32_t dale = DALE_RANDOM; dale <= DALE_ALTERNATING; dale++) {
    setup s;
    prepare(&s, FIRST_RECURRENT);
    s.e.network.layer[0] = 40;
    s.e.weights.dale = dale;
    s.e.weights.inhibitory = 0.3;
    toy_life_open(&s, 1);
    const network *net = &s.plan->network;
    int negative = 0;
    for (int j = 0; j < 40; j++) {
      CU_ASSERT_EQUAL(net->sign[0][OBS + j], net->sign[1][j]);
      negative += net->sign[1][j] < 0;
    }
    CU_ASSERT_EQUAL(negative, 12);
    toy_life_close(&s);
  }
}

static void shapes(void)
{
  setup s;
  layer_info layer[NETWORK_MAX_LAYER];
  int32_t size[NETWORK_MAX_LAYER + 1];
  prepare(&s, FIRST_RECURRENT);
  toy_life_open(&s, 1);
  plan_layers(s.plan, layer);
  CU_ASSERT_STRING_EQUAL(layer[0].kind, "recurrent");
  CU_ASSERT_STRING_EQUAL(layer[1].kind, "dense");
  CU_ASSERT_EQUAL(layer[0].n_pre, OBS + HIDDEN);
  CU_ASSERT_EQUAL(network_sizes(&s.plan->network, size), 2);
  CU_ASSERT(size[0] == OBS && size[1] == HIDDEN && size[2] == 1);
  toy_life_close(&s);

  prepare(&s, FIRST_LSTM);
  toy_life_open(&s, 1);
  plan_layers(s.plan, layer);
  CU_ASSERT_EQUAL(s.plan->network.n_layer, 1);
  CU_ASSERT_STRING_EQUAL(layer[0].kind, "dense");
  CU_ASSERT_EQUAL(layer[0].n_lstm_in, OBS);
  CU_ASSERT_EQUAL(network_sizes(&s.plan->network, size), 2);
  CU_ASSERT(size[0] == OBS && size[1] == HIDDEN && size[2] == 1);
  toy_life_close(&s);
}

/* ---- what is refused ---- */

static void refused(const setup *s, const char *sentence)
{
  static error err;
  plan *p = NULL;
  memset(&err, 0, sizeof err);
  CU_ASSERT_NOT_EQUAL(plan_try(&s->e, &p, &err), EXIT_FINE);
  SAYS(&err, sentence);
  CU_ASSERT_EQUAL(err.count, 1);
  plan_close(p);
}

static void refusals(void)
{
  setup s;
  prepare(&s, FIRST_LSTM);
  s.e.network.n_layer = 0;
  refused(&s, "network.first: there is no hidden layer that it could be; write its width");
  prepare(&s, FIRST_RECURRENT);
  s.e.network.n_layer = 0;
  refused(&s, "network.first: there is no hidden layer that it could be");
  prepare(&s, FIRST_RECURRENT);
  s.e.modulation.source = MODULATION_HIDDEN_NEURONS;
  s.e.modulation.neurons = 1;
  refused(&s, "modulation.source: hidden_neurons are for layers that pass forward");
  prepare(&s, FIRST_LSTM);
  s.e.network.non_negative = true;
  refused(&s, "network.non_negative: the output of an LSTM has both signs");
  prepare(&s, FIRST_LSTM);
  s.e.network.layer[0] = 65536;
  refused(&s, "network.layers: an LSTM of 65536 units and what follows it take 65541 MB");
}

/* ---- memory ---- */

/* The best mean of both signs that climbing from the start finds, with weights that never change. */
static double climb(int32_t first)
{
  hebb_rule still = toy_rule;
  double best = -INFINITY;
  uint32_t episode[2] = { 0, 0 };
  setup s;
  prepare(&s, first);
  still.update = NULL;
  s.e.rule_plugin = &still;
  s.e.weights.init = WEIGHT_EVOLVED;
  s.e.lifetime = (lifetime_config){ .episodes = 1 };
  toy_life_open(&s, 1);

  // an episode of each sign
  for (uint32_t k = 0; k < 64; k++)
    episode[sign_of(seeds_world(&(rollout_seeds){ .seed = 1 }, k)) > 0] = k;
  const int64_t n = s.plan->genome.shape.n_gene;
  float *tried = calloc((size_t)n, sizeof *tried), *noise = calloc((size_t)n, sizeof *noise);
  for (uint32_t k = 0; k < 3000; k++) {
    double total = 0;
    draw(noise, n, 100 + k, 0.3);
    for (int64_t i = 0; i < n; i++)
      tried[i] = s.genome[i] + noise[i];
    for (int side = 0; side < 2; side++) {
      const rollout_seeds seeds = { .seed = 1, .first_episode = episode[side] };
      rollout_life(s.room, 0, tried, &seeds, NULL);
      total += s.room->total[0] / 2;
    }
    if (total > best) {
      best = total;
      memcpy(s.genome, tried, (size_t)n * sizeof *tried);
    }
  }
  free(tried);
  free(noise);
  toy_life_close(&s);
  return best;
}

static void memory(void)
{
  CU_ASSERT_EQUAL(climb(FIRST_DENSE), 0); // it is asked the same, whatever the sign was
  CU_ASSERT(climb(FIRST_RECURRENT) > 0.9);
  CU_ASSERT(climb(FIRST_LSTM) > 0.9);
}

int main(void)
{
  static const check_test tests[] = {
    { "an LSTM against its formula", formula },
    { "what each gate does", gates },
    { "every instruction set", every_instruction_set },
    { "lives with a recurrent layer against plain loops", recurrent_lives },
    { "lives with an LSTM against plain loops", lstm_lives },
    { "lives side by side", lanes },
    { "one sweep or two", fused },
    { "Palm et al.'s sizes", sizes },
    { "what the penalty counts", penalty },
    { "one sign for a neuron", signs_agree },
    { "what is said of the layers", shapes },
    { "what does not fit", refusals },
    { "what is remembered", memory },
  };
  return check_run("recurrent", tests, sizeof tests / sizeof tests[0]);
}
