/* test_modulation.c - the third factor against plain loops, for every source, trace, bound and mark; lanes;
 * Backpropamine's recorded numbers; genes; further inputs; what is refused. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "golden_read.h"
#include "hebb/math.h"
#include "recorder.h"
#include "rollout.h"
#include "said.h"
#include "toy_life.h"

/* ---- a world of trials: two contexts in turn, marks, and a reward that says nothing but who is asked ---- */

enum { OBS = 2, STEPS = 9, HIDDEN = 4 };

typedef struct trials {
  int32_t n_lane, step[8];
  float first[8];
  bool discrete;
} trials;

static bool discrete_world, picture_world;

static int trials_open(const void *config, const hebb_host *host, hebb_env_shape *shape,
                       void **model)
{
  static const uint32_t map[] = { HEBB_ACTION_TANH };
  static const float low[] = { -1 }, high[] = { 1 };
  (void)config, (void)host;
  shape->n_obs = OBS;
  shape->n_act = 1;
  shape->n_choice = discrete_world ? 3 : 0;
  if (picture_world)
    shape->height = 1, shape->width = 2, shape->channel = 1;
  shape->act_map = discrete_world ? NULL : map;
  shape->act_low = discrete_world ? NULL : low;
  shape->act_high = discrete_world ? NULL : high;
  shape->n_context = 2;
  shape->max_steps = STEPS;
  shape->solved = NAN;
  *model = &discrete_world;
  return HEBB_OK;
}

static int trials_make(void *model, int32_t n_lane, const hebb_host *host, void **sim)
{
  trials *t = calloc(1, sizeof *t);
  (void)model, (void)host;
  t->n_lane = n_lane;
  *sim = t;
  return HEBB_OK;
}

static float observed(float first, int32_t step, int k)
{
  return k == 0 ? first + 0.1f * (float)step : 0.5f - first * (float)(step % 3);
}
static int32_t context_of(int32_t step)
{
  return step / 2 % 2;
}
static double reward_of(float first, int32_t step)
{
  return 0.3 * step + (double)first - 2 * context_of(step);
}
/* Of the step that ends with `step` decisions. */
static uint8_t mark_of(int32_t step)
{
  return (uint8_t)((step % 3 == 0 ? HEBB_TRIAL_END : 0) | (step % 2 == 0 ? HEBB_EVENT : 0));
}

static void show(const trials *t, const hebb_lanes *io, int32_t lane)
{
  for (int k = 0; k < OBS; k++)
    io->obs[lane * OBS + k] = observed(t->first[lane], t->step[lane], k);
  io->context[lane] = context_of(t->step[lane]);
}

static void trials_reset(void *sim, const uint64_t *seed, const hebb_lanes *io)
{
  trials *t = sim;
  for (int32_t lane = 0; lane < t->n_lane; lane++) {
    if (io->select && !io->select[lane])
      continue;
    const hebb_address a = { .seed = seed[lane] };
    t->first[lane] = hebb_uniform(&a, 0);
    t->step[lane] = 0;
    io->done[lane] = HEBB_RUNNING;
    show(t, io, lane);
  }
}

/* The lane's first draw decides whether it ends early. */
static int32_t end_of(float first)
{
  return first < 0.5f ? STEPS - 2 : STEPS;
}

static void trials_step(void *sim, const hebb_lanes *io)
{
  trials *t = sim;
  for (int32_t lane = 0; lane < t->n_lane; lane++) {
    if (io->done[lane])
      continue;
    io->reward[lane] = reward_of(t->first[lane], t->step[lane]);
    t->step[lane]++;
    io->mark[lane] = mark_of(t->step[lane]);
    if (t->step[lane] == end_of(t->first[lane]))
      io->done[lane] = HEBB_TERMINATED;
    show(t, io, lane);
  }
}

static const hebb_env trials_env = {
  .base = { .abi = HEBB_ABI,
            .size = sizeof(hebb_env),
            .kind = HEBB_ENV,
            .name = "trials",
            .version = "1",
            .brief = "trials",
            .cite = "" },
  .open = trials_open,
  .make = trials_make,
  .drop = free,
  .reset = trials_reset,
  .step = trials_step,
};

/* ---- one life of it in plain loops ---- */

typedef toy_life setup;

static void prepare(setup *s)
{
  *s = (setup){ 0 };
  discrete_world = picture_world = false;
  toy_experiment(&s->e, s->task, s->config, 2);
  s->e.env = (loaded){ &trials_env.base, "", "" };
  s->e.env_plugin = &trials_env;
  s->e.network.layer[0] = HIDDEN;
  s->e.weights.low = -0.5;
  s->e.weights.high = 0.5;
  s->e.genome.std = 0.4;
  s->e.lifetime = (lifetime_config){ .episodes = 2, .keep_weights = true };
  s->e.modulation = (modulation_config){
    .fan_out = true, .neurons = 2, .gain = 0.7, .baseline_rate = 0.25, .trace_decay = 0.8
  };
}

/* The genes of a segment by its name; its size. */
static const float *genes(const setup *s, const char *name, int64_t count)
{
  const hebb_genome_shape *g = &s->plan->genome.shape;
  for (int32_t k = 0; k < g->n_segment; k++)
    if (strcmp(g->segment[k].name, name) == 0) {
      CU_ASSERT_EQUAL(g->segment[k].count, count);
      return s->genome + g->segment[k].offset;
    }
  fprintf(stderr, "no segment %s\n", name);
  CU_FAIL_FATAL("a segment is missing");
  return NULL;
}

enum { N0 = OBS * HIDDEN, N1 = HIDDEN, MOST_ROWS = 3 * STEPS };

typedef struct plain {
  float w0[N0], w1[N1], e0[N0], e1[N1], mean[2];
  float m0[HIDDEN], m1[1];
  float said0[MOST_ROWS][HIDDEN]; /* the modulators, step by step */
  int32_t n_step;
} plain;

static void plain_neuron(const setup *s, const char *at, int n, const float *activity, int n_post,
                         const char *out, float *m)
{
  char name[40];
  snprintf(name, sizeof name, "%s_modulator", at);
  const float *v = genes(s, name, n);
  snprintf(name, sizeof name, "%s_modulator_bias", at);
  float sum = 0;
  for (int i = 0; i < n; i++)
    sum += activity[i] * v[i];
  const float said = hebb_tanh(sum + *genes(s, name, 1));
  for (int j = 0; j < n_post; j++) {
    m[j] = said;
    if (!s->e.modulation.fan_out)
      continue;
    snprintf(name, sizeof name, "%s_fan_out", out);
    m[j] = said * genes(s, name, n_post)[j];
    snprintf(name, sizeof name, "%s_fan_out_bias", out);
    m[j] += genes(s, name, n_post)[j];
  }
}

/* One layer's change: n_fixed rows at the end belong to modulatory neurons. */
static void plain_update(const modulation_config *c, const float *gain, int n_pre, int n_post,
                         int n_fixed, const float *pre, const float *post, const float *m, float *e,
                         float *w)
{
  for (int i = 0; i < n_pre - n_fixed; i++)
    for (int j = 0; j < n_post; j++) {
      const int k = i * n_post + j;
      const float before = w[k], d = (before + gain[k] * pre[i] * post[j]) - before;
      const float old = e[k], now = (float)c->trace_decay * old + d;
      float acts = d;
      if (c->trace != MODULATION_TRACE_NONE)
        e[k] = now;
      if (c->trace == MODULATION_TRACE_FIRST)
        acts = now;
      if (c->trace == MODULATION_TRACE_LAST)
        acts = old;
      if (c->gate == MODULATION_GATE_NONE)
        w[k] = before + d;
      else if (c->bound == MODULATION_BOUND_NONE)
        w[k] = before + m[j] * acts;
      else
        w[k] = before + m[j] * (acts - before);
    }
}

static bool plain_time(const modulation_config *c, uint8_t mark)
{
  return c->when == MODULATION_WHEN_ALWAYS ||
         (c->when == MODULATION_WHEN_EVENT ? mark & HEBB_EVENT : mark & HEBB_TRIAL_END);
}

static void plain_reward(const modulation_config *c, plain *p, bool now, float reward, int context)
{
  float m = 0;
  if (now) {
    m = (float)c->gain * (reward - p->mean[context]);
    p->mean[context] += (float)c->baseline_rate * (reward - p->mean[context]);
  }
  for (int j = 0; j < HIDDEN; j++)
    p->m0[j] = m;
  p->m1[0] = m;
}

/* The life of lane 0 with these seeds: 2 -> 4 -> 1, tanh, two episodes with the same weights. */
static void plain_life(const setup *s, const rollout_seeds *seeds, plain *p)
{
  const modulation_config *c = &s->e.modulation;
  const bool in_forward = s->e.rule_host.update == UPDATE_IN_FORWARD;
  const bool reward_source = c->source == MODULATION_REWARD;
  const int n_fixed = c->source == MODULATION_HIDDEN_NEURONS ? (int)c->neurons : 0;
  const float *gain0 = genes(s, "layer0_gain", N0), *gain1 = genes(s, "layer1_gain", N1);
  float reward = 0;
  uint8_t mark = 0;
  int32_t acted = 0;

  *p = (plain){ 0 };
  for (uint32_t k = 0; k < N0 + N1; k++) {
    hebb_address a = seeds_address(seeds, PURPOSE_WEIGHTS + (k >= N0), seeds->first_episode);
    *(k < N0 ? &p->w0[k] : &p->w1[k - N0]) = -0.5f + hebb_uniform(&a, k < N0 ? k : k - N0);
  }
  if (c->source == MODULATION_HIDDEN_NEURONS && c->first_layer == MODULATION_FIRST_PLASTIC)
    for (int j = 0; j < HIDDEN; j++)
      p->m0[j] = 1;

  for (int32_t episode = 0; episode < 2; episode++) {
    const hebb_address start = { .seed =
                                     seeds_world(seeds, seeds->first_episode + (uint32_t)episode) };
    const float first = hebb_uniform(&start, 0);
    if (c->trace_reset == MODULATION_RESET_EPISODE) {
      memset(p->e0, 0, sizeof p->e0);
      memset(p->e1, 0, sizeof p->e1);
    }
    for (int32_t step = 0; step < end_of(first); step++) {
      float obs[OBS], hidden[HIDDEN], out[1];
      const bool last = step == end_of(first) - 1;
      for (int k = 0; k < OBS; k++)
        obs[k] = observed(first, step, k);
      for (int half = 0; half < 2; half++) { // in forward, then after the step
        const bool now = half == 0 ? in_forward : !in_forward;
        if (half == 1) {
          reward = (float)reward_of(first, step);
          mark = mark_of(step + 1);
          acted = context_of(step);
        }
        if (reward_source && now)
          plain_reward(c, p, plain_time(c, mark), reward, acted);
        for (int l = 0; l < 2; l++) {
          if (half == 0 && l == 0)
            for (int j = 0; j < HIDDEN; j++) {
              float sum = 0;
              for (int i = 0; i < OBS; i++)
                sum += obs[i] * p->w0[i * HIDDEN + j];
              hidden[j] = hebb_tanh(sum);
            }
          if (half == 0 && l == 1) {
            float sum = 0;
            for (int i = 0; i < HIDDEN - n_fixed; i++)
              sum += hidden[i] * p->w1[i];
            out[0] = hebb_tanh(sum);
          }
          float *m = l == 0 ? p->m0 : p->m1;
          const int n_post = l == 0 ? HIDDEN : 1;
          const char *at = l == 0 ? "layer0" : "layer1";
          if (!now)
            continue;
          if (c->source == MODULATION_LAYER_NEURON && c->reads == MODULATION_READS_POST)
            plain_neuron(s, at, n_post, l == 0 ? hidden : out, n_post, at, m);
          else if (c->source == MODULATION_LAYER_NEURON)
            plain_neuron(s, at, l == 0 ? OBS : HIDDEN, l == 0 ? obs : hidden, n_post, at, m);
          else if (c->source == MODULATION_NETWORK_NEURON)
            plain_neuron(s, "network", HIDDEN, hidden, n_post, at, m);
          else if (c->source == MODULATION_HIDDEN_NEURONS && l == 1) {
            float sum = 0;
            for (int i = HIDDEN - n_fixed; i < HIDDEN; i++)
              sum += hidden[i] * p->w1[i];
            m[0] = hebb_tanh(sum / 2);
          }
          if (!reward_source && !plain_time(c, mark) &&
              !(c->source == MODULATION_HIDDEN_NEURONS && l == 0))
            memset(m, 0, (size_t)n_post * sizeof *m);
          if (half == 1 && last && !reward_source)
            continue; // after the last step only a reward is learnt from
          if (l == 0)
            plain_update(c, gain0, OBS, HIDDEN, 0, obs, hidden, m, p->e0, p->w0);
          else
            plain_update(c, gain1, HIDDEN, 1, n_fixed, hidden, out, m, p->e1, p->w1);
          if (c->trace_reset == MODULATION_RESET_TRIAL && (mark & HEBB_TRIAL_END)) {
            memset(l == 0 ? p->e0 : p->e1, 0, (l == 0 ? sizeof p->e0 : sizeof p->e1));
          }
        }
      }
      memcpy(p->said0[p->n_step++], p->m0, sizeof p->m0);
    }
  }
}

static float apart(const float *a, const float *b, int n)
{
  float most = 0;
  for (int k = 0; k < n; k++)
    most = fmaxf(most, fabsf(a[k] - b[k]) / (1 + fabsf(b[k])));
  return isfinite(a[0]) ? most : INFINITY;
}

/* A recorded life of this experiment against the plain loops; its last weight tells lives apart. */
static float hold(setup *s)
{
  static error err;
  recorder rec;
  plain p;
  const rollout_seeds seeds = { .seed = 3, .individual = 1, .first_episode = 2 };
  toy_life_open(s, 1);
  CU_ASSERT_FATAL(recorder_init(&rec, s->plan, 0, &err) == EXIT_FINE);
  const rollout_observer observer = recorder_observer(&rec);
  rollout_life(s->room, 0, s->genome, &seeds, &observer);
  plain_life(s, &seeds, &p);
  CU_ASSERT_FATAL(s->room->failure[0] == FAILURE_NONE);
  CU_ASSERT(apart(s->room->weight[0], p.w0, N0) < 1e-5f);
  CU_ASSERT(apart(s->room->weight[1], p.w1, N1) < 1e-5f);
  CU_ASSERT_EQUAL(rec.life.n_step, p.n_step);
  CU_ASSERT_PTR_NOT_NULL_FATAL(rec.life.modulator);
  for (int32_t row = 0; row < p.n_step; row++)
    CU_ASSERT(apart(rec.life.modulator[0] + row * HIDDEN, p.said0[row], HIDDEN) < 1e-5f);
  recorder_done(&rec);
  const float mark = p.w0[0] + 3 * p.w1[0];
  toy_life_close(s);
  return mark;
}

static bool fits(const experiment *e)
{
  return e->modulation.source != MODULATION_NETWORK_NEURON ||
         e->rule_host.update != UPDATE_IN_FORWARD;
}

static void plain_formulas(void)
{
  static float seen[400];
  int n = 0, alike = 0;
  setup s;
  for (int source = MODULATION_REWARD; source <= MODULATION_HIDDEN_NEURONS; source++)
    for (int update = UPDATE_AFTER_STEP; update <= UPDATE_IN_FORWARD; update++)
      for (int trace = MODULATION_TRACE_NONE; trace <= MODULATION_TRACE_LAST; trace++)
        for (int bound = MODULATION_BOUND_NONE; bound <= MODULATION_BOUND_DECAY; bound++)
          for (int when = MODULATION_WHEN_ALWAYS; when <= MODULATION_WHEN_TRIAL_END; when++) {
            prepare(&s);
            s.e.rule_host.update = update;
            s.e.modulation.source = source;
            s.e.modulation.trace = trace;
            s.e.modulation.bound = bound;
            s.e.modulation.when = when;
            if (fits(&s.e))
              seen[n++] = hold(&s);
          }
  for (int a = 0; a < n; a++)
    for (int b = 0; b < a; b++)
      alike += seen[a] == seen[b];
  CU_ASSERT_EQUAL(n, 7 * 18);
  CU_ASSERT_EQUAL(alike, 0); // every option means something
}

static void single_options(void)
{
  float seen[8];
  setup s;
  for (int k = 0; k < 8; k++) {
    prepare(&s);
    s.e.modulation.source = k < 4 ? MODULATION_LAYER_NEURON : MODULATION_HIDDEN_NEURONS;
    s.e.modulation.trace = MODULATION_TRACE_FIRST;
    s.e.modulation.reads = k == 1 ? MODULATION_READS_PRE : MODULATION_READS_POST;
    s.e.modulation.fan_out = k != 2;
    s.e.modulation.trace_reset = k == 3   ? MODULATION_RESET_TRIAL
                                 : k == 5 ? MODULATION_RESET_EPISODE
                                          : MODULATION_RESET_LIFE;
    s.e.modulation.first_layer = k == 6 ? MODULATION_FIRST_PLASTIC : MODULATION_FIRST_FIXED;
    s.e.modulation.neurons = k == 7 ? 1 : 2;
    seen[k] = hold(&s);
    for (int other = 0; other < k; other++)
      CU_ASSERT_NOT_EQUAL(seen[k], seen[other]);
  }
  prepare(&s);
  s.e.modulation.source = MODULATION_REWARD;
  s.e.modulation.gate = MODULATION_GATE_NONE;
  hold(&s);
}

/* With a gate of 1 nothing is gated: the weights are those of a life without modulation. */
static void gate_of_one(void)
{
  float last[2] = { 0 };
  const rollout_seeds seeds = { .seed = 5 };
  for (int modulated = 0; modulated < 2; modulated++) {
    setup s;
    prepare(&s);
    s.e.lifetime = (lifetime_config){ .episodes = 1 };
    if (modulated)
      s.e.modulation.source = MODULATION_HIDDEN_NEURONS;
    s.e.modulation.first_layer = MODULATION_FIRST_PLASTIC;
    toy_life_open(&s, 1);
    CU_ASSERT_EQUAL(s.room->modulation.value[0] != NULL, modulated);
    rollout_life(s.room, 0, s.genome, &seeds, NULL);
    last[modulated] = s.room->weight[0][3];
    toy_life_close(&s);
  }
  CU_ASSERT_DOUBLE_EQUAL(last[0], last[1], 1e-6);
}

static void lanes_are_lives(void)
{
  for (int source = MODULATION_REWARD; source <= MODULATION_HIDDEN_NEURONS; source++) {
    setup many, single;
    for (int k = 0; k < 2; k++) {
      setup *s = k ? &single : &many;
      prepare(s);
      s->e.lifetime = (lifetime_config){ .episodes = 1 };
      s->e.modulation.source = source;
      s->e.modulation.trace = MODULATION_TRACE_FIRST;
      s->e.modulation.trace_reset = MODULATION_RESET_TRIAL;
      s->e.network.input_reward = s->e.network.input_time = s->e.network.input_action = true;
      toy_life_open(s, k ? 1 : 5);
    }
    rollout_seeds seeds = { .seed = 1 };
    rollout_life(many.room, 0, many.genome, &seeds, NULL);
    const int n0 = many.room->layer[0].n_pre * HIDDEN;
    int lengths = 0;
    for (int32_t lane = 0; lane < 5; lane++) {
      seeds.first_episode = (uint32_t)lane;
      rollout_life(single.room, 0, single.genome, &seeds, NULL);
      CU_ASSERT_EQUAL(many.room->total[lane], single.room->total[0]);
      CU_ASSERT(memcmp(many.room->weight[0] + lane * n0, single.room->weight[0],
                       (size_t)n0 * sizeof(float)) == 0);
      CU_ASSERT(memcmp(many.room->weight[1] + lane * N1, single.room->weight[1],
                       N1 * sizeof(float)) == 0);
      lengths += many.room->length[lane] != many.room->length[0];
    }
    CU_ASSERT(lengths > 0);
    toy_life_close(&many);
    toy_life_close(&single);
  }
}

/* ---- Backpropamine: hidden = tanh(i2h x + hidden (w + alpha Hebb)), Hebb clipped at 2 ---- */

static void backpropamine(void)
{
  enum { IN = 6, N = 4, T = 6 };
  static const char file[] = "rules.h5";
#define READ(name) const golden name = golden_read(file, "backpropamine_simple_neuromod/" #name)
  READ(alpha);
  READ(w);
  READ(inputs);
  READ(hidden);
  READ(hebb);
  READ(i2h_weight);
  READ(i2h_bias);
  READ(h2mod_weight);
  READ(h2mod_bias);
  READ(modfanout_weight);
  READ(modfanout_bias);
#undef READ
  const modulation_config config = { .source = MODULATION_NETWORK_NEURON };
  const weights_config clip = { .after_update = AFTER_UPDATE_CLIP, .limit = 2 };
  float h[N] = { 0 }, plastic[N * N] = { 0 }, read[N], out[N], out_bias[N];
  for (int j = 0; j < N; j++) {
    read[j] = (float)h2mod_weight.value[j];
    out[j] = (float)modfanout_weight.value[j];
    out_bias[j] = (float)modfanout_bias.value[j];
  }
  for (int t = 0; t < T; t++) {
    float next[N], value[N], before[N * N];
    for (int j = 0; j < N; j++) {
      double sum = i2h_bias.value[j];
      for (int i = 0; i < IN; i++)
        sum += inputs.value[t * IN + i] * i2h_weight.value[j * IN + i];
      for (int i = 0; i < N; i++)
        sum += (double)h[i] *
               (w.value[i * N + j] + alpha.value[i * N + j] * (double)plastic[i * N + j]);
      next[j] = (float)tanh(sum);
      CU_ASSERT_DOUBLE_EQUAL(next[j], hidden.value[t * N + j], 1e-5);
    }
    modulation_neuron(N, next, read, (float)h2mod_bias.value[0], N, out, out_bias, value);
    memcpy(before, plastic, sizeof before);
    for (int i = 0; i < N; i++)
      for (int j = 0; j < N; j++)
        plastic[i * N + j] += h[i] * next[j];
    modulation_gate(&config, N, N, value, before, NULL, plastic);
    network_after_update(&clip, NULL, N, N, NULL, plastic);
    for (int k = 0; k < N * N; k++)
      CU_ASSERT_DOUBLE_EQUAL(plastic[k], hebb.value[t * N * N + k], 1e-5);
    memcpy(h, next, sizeof h);
  }
  const golden *all[] = { &alpha,         &w,        &inputs,       &hidden,     &hebb,
                          &i2h_weight,    &i2h_bias, &h2mod_weight, &h2mod_bias, &modfanout_weight,
                          &modfanout_bias };
  for (size_t k = 0; k < sizeof all / sizeof all[0]; k++)
    free(all[k]->value);
}

/* ---- genes ---- */

static void genome_of_neurons(void)
{
  static const char *const layer[] = { "layer0_gain",      "layer1_gain",
                                       "layer0_modulator", "layer0_modulator_bias",
                                       "layer0_fan_out",   "layer0_fan_out_bias",
                                       "layer1_modulator", "layer1_modulator_bias",
                                       "layer1_fan_out",   "layer1_fan_out_bias" };
  static const char *const whole[] = { "layer0_gain",       "layer1_gain",
                                       "network_modulator", "network_modulator_bias",
                                       "layer0_fan_out",    "layer0_fan_out_bias",
                                       "layer1_fan_out",    "layer1_fan_out_bias" };
  for (int k = 0; k < 2; k++) {
    setup s;
    prepare(&s);
    s.e.modulation.source = k ? MODULATION_NETWORK_NEURON : MODULATION_LAYER_NEURON;
    toy_life_open(&s, 1);
    const hebb_genome_shape *g = &s.plan->genome.shape;
    const char *const *name = k ? whole : layer;
    CU_ASSERT_EQUAL_FATAL(g->n_segment, k ? 8 : 10);
    int64_t at = 0;
    for (int32_t i = 0; i < g->n_segment; i++) {
      CU_ASSERT_STRING_EQUAL(g->segment[i].name, name[i]);
      CU_ASSERT_EQUAL(g->segment[i].offset, at);
      CU_ASSERT_EQUAL(g->segment[i].role, i < 2 ? HEBB_ROLE_COEFFICIENT : HEBB_ROLE_MODULATOR);
      CU_ASSERT_EQUAL(g->segment[i].count, (int64_t)g->segment[i].rows * g->segment[i].cols);
      at += g->segment[i].count;
    }
    CU_ASSERT_EQUAL(at, g->n_gene);
    CU_ASSERT_EQUAL(g->segment[2].layer, k ? -1 : 0);
    // what is read starts as evolved weights do: U(+-1 / sqrt(4))
    const hebb_segment *read = &g->segment[2];
    for (int64_t i = 0; i < read->count; i++)
      CU_ASSERT(fabsf(g->start[read->offset + i]) <= 0.5f && g->start[read->offset + i] != 0);
    // and what was there before is where it was
    setup plain_setup;
    prepare(&plain_setup);
    toy_life_open(&plain_setup, 1);
    CU_ASSERT_EQUAL(plain_setup.plan->genome.shape.n_gene, N0 + N1);
    CU_ASSERT(memcmp(plain_setup.genome, s.genome, (N0 + N1) * sizeof(float)) == 0);
    toy_life_close(&plain_setup);
    toy_life_close(&s);
  }
}

/* ---- further inputs ---- */

static void further_inputs(void)
{
  for (int discrete = 0; discrete < 2; discrete++) {
    static error err;
    setup s;
    recorder rec;
    prepare(&s);
    discrete_world = discrete;
    s.e.network.input_reward = s.e.network.input_action = s.e.network.input_time = true;
    toy_life_open(&s, 1);
    const int n_act = discrete ? 3 : 1, n = OBS + 1 + n_act + 1;
    CU_ASSERT_EQUAL_FATAL(s.plan->network.layer[0].n_pre, n);
    CU_ASSERT_FATAL(recorder_init(&rec, s.plan, 0, &err) == EXIT_FINE);
    const rollout_observer observer = recorder_observer(&rec);
    const rollout_seeds seeds = { .seed = 8 };
    rollout_life(s.room, 0, s.genome, &seeds, &observer);
    CU_ASSERT_EQUAL_FATAL(rec.life.n_obs, n);
    const hebb_address start = { .seed = seeds_world(&seeds, 0) };
    const hebb_address next_start = { .seed = seeds_world(&seeds, 1) };
    const int32_t end = end_of(hebb_uniform(&start, 0));
    for (int32_t row = 0; row < rec.life.n_step; row++) {
      const float *seen = rec.life.observation + row * n;
      const int32_t step = row < end ? row : row - end;
      const float first = hebb_uniform(row < end ? &start : &next_start, 0);
      for (int k = 0; k < OBS; k++)
        CU_ASSERT_EQUAL(seen[k], observed(first, step, k));
      CU_ASSERT_EQUAL(seen[OBS], step ? rec.life.reward[row - 1] : 0);
      for (int k = 0; k < n_act; k++) {
        const float act = step ? rec.life.action[row - 1] : 0;
        CU_ASSERT_EQUAL(seen[OBS + 1 + k], !step ? 0 : discrete ? act == (float)k : act);
      }
      CU_ASSERT_EQUAL(seen[n - 1], (float)((double)step / STEPS));
    }
    recorder_done(&rec);
    toy_life_close(&s);
  }
}

/* ---- the rule that does it itself ---- */

static void rule_of_three_factors(void)
{
  static error err;
  enum { PRE = 3, POST = 2, N = PRE * POST };
  loaded plugin;
  CU_ASSERT_FATAL(loader_open("neuromodulated", HEBB_RULE, NULL, &plugin, &err) == EXIT_FINE);
  const hebb_rule *rule = (const hebb_rule *)plugin.plugin;
  for (int k = 0; k < 6; k++) {
    static const char *const factor[] = { "rule.factor=modulator", "rule.factor=reward",
                                          "rule.factor=product" };
    const char *const word[] = { factor[k % 3],
                                 k < 3 ? "rule.order=trace_first" : "rule.order=weight_first",
                                 "rule.rate=0.5", "rule.decay=0.75" };
    const float pre[PRE] = { 0.5f, -1, 2 }, post[POST] = { 0.25f, -0.5f };
    const float modulator[POST] = { 0.5f, -2 }, reward[1] = { 3 };
    float coef[4 * N], weight[N] = { 0 }, trace[N] = { 0 };
    void *config = NULL;
    for (int i = 0; i < 4 * N; i++)
      coef[i] = 0.1f * (float)(i % 7) - 0.2f;
    CU_ASSERT_FATAL(experiment_plugin_config(plugin.plugin, "rule", word, 4, &config, &err) ==
                    EXIT_FINE);
    const hebb_layer layer = { .size = sizeof layer,
                               .n_lane = 1,
                               .n_pre = PRE,
                               .n_post = POST,
                               .pre = pre,
                               .post = post,
                               .modulator = k % 3 == 1 ? NULL : modulator,
                               .reward = k % 3 == 0 ? NULL : reward,
                               .coef = coef,
                               .weight = weight,
                               .trace = trace };
    rule->update(config, &layer);
    rule->update(config, &layer);
    for (int i = 0; i < PRE; i++)
      for (int j = 0; j < POST; j++) {
        const float *c = coef + i * POST + j;
        const float d = c[0] * pre[i] * post[j] + c[N] * pre[i] + c[2 * N] * post[j] + c[3 * N];
        const float m = (k % 3 == 1 ? 1 : modulator[j]) * (k % 3 == 0 ? 1 : reward[0]);
        const float first = d, second = 0.75f * d + d;
        CU_ASSERT_DOUBLE_EQUAL(trace[i * POST + j], second, 1e-5);
        CU_ASSERT_DOUBLE_EQUAL(weight[i * POST + j], 0.5f * m * (k < 3 ? first + second : first),
                               1e-5);
      }
    free(config);
  }
}

/* ---- what is refused ---- */

static int modulated_shape(const void *config, const hebb_host *host, hebb_rule_shape *shape)
{
  (void)config, (void)host;
  shape->needs = HEBB_NEEDS_MODULATOR;
  return HEBB_OK;
}
static int traced_shape(const void *config, const hebb_host *host, hebb_rule_shape *shape)
{
  (void)config, (void)host;
  shape->needs = HEBB_NEEDS_EFFECTIVE;
  shape->n_trace = 1;
  return HEBB_OK;
}
static void nothing(const void *config, const hebb_layer *layer)
{
  (void)config, (void)layer;
}
static void no_effect(const void *config, const hebb_layer *layer, float *weight)
{
  (void)config, (void)layer, (void)weight;
}

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
  hebb_rule rule = toy_rule;
  rule.base.name = "odd";

#define REFUSED(sentence, ...)                                                                     \
  do {                                                                                             \
    prepare(&s);                                                                                   \
    s.e.weights.init = WEIGHT_EVOLVED;                                                             \
    __VA_ARGS__;                                                                                   \
    refused(&s, sentence);                                                                         \
  } while (0)
  REFUSED("modulation.trace: rule 'toy' is not modulated: set modulation.source",
          s.e.modulation.trace = MODULATION_TRACE_FIRST);
  REFUSED("modulation.bound: rule 'toy' is not modulated", s.e.modulation.bound = 1);
  REFUSED("modulation.trace: rule 'toy' is not gated", s.e.modulation.source = MODULATION_REWARD,
          s.e.modulation.trace = MODULATION_TRACE_LAST, s.e.modulation.gate = MODULATION_GATE_NONE);
  REFUSED("modulation.source: rule 'toy' changes weights before the last hidden layer is known",
          s.e.modulation.source = MODULATION_NETWORK_NEURON,
          s.e.rule_host.update = UPDATE_IN_FORWARD);
  REFUSED("modulation.source: hidden_neurons needs a hidden layer",
          s.e.modulation.source = MODULATION_HIDDEN_NEURONS, s.e.network.n_layer = 0);
  REFUSED("modulation.neurons: 4 of the 4 neurons of hidden layer 0 would modulate, and none would "
          "be left; at most 3",
          s.e.modulation.source = MODULATION_HIDDEN_NEURONS, s.e.modulation.neurons = 4);
  REFUSED("network.input_action: environment 'trials' shows a picture",
          s.e.network.input_action = true, picture_world = true);

  rule.shape = modulated_shape;
  rule.update = nothing;
  REFUSED("rule.plugin: rule 'odd' needs a modulator: set modulation.source",
          s.e.rule_plugin = &rule);
  REFUSED("modulation.trace: rule 'odd' reads the modulator itself", s.e.rule_plugin = &rule,
          s.e.modulation.source = MODULATION_REWARD, s.e.modulation.trace = MODULATION_TRACE_FIRST);
  REFUSED("modulation.gate: rule 'odd' reads the modulator itself", s.e.rule_plugin = &rule,
          s.e.modulation.source = MODULATION_REWARD, s.e.modulation.gate = MODULATION_GATE_NONE);
  rule.shape = traced_shape;
  rule.effective = no_effect;
  REFUSED("modulation.source: rule 'odd' learns in traces of its own", s.e.rule_plugin = &rule,
          s.e.modulation.source = MODULATION_REWARD);
  rule.update = NULL;
  rule.shape = toy_rule.shape;
  REFUSED("modulation.source: rule 'odd' changes no weights", s.e.rule_plugin = &rule,
          s.e.modulation.source = MODULATION_REWARD);
#undef REFUSED
}

int main(void)
{
  static const check_test tests[] = {
    { "every source, timing, trace, bound and mark against plain loops", plain_formulas },
    { "the other options, one by one", single_options },
    { "a gate of one changes nothing", gate_of_one },
    { "many lanes live the lives of single ones", lanes_are_lives },
    { "Backpropamine's recorded numbers", backpropamine },
    { "genes of modulatory neurons", genome_of_neurons },
    { "reward, action and time as inputs", further_inputs },
    { "the rule with three factors by hand", rule_of_three_factors },
    { "what does not fit", refusals },
  };
  return check_run("modulation", tests, sizeof tests / sizeof tests[0]);
}
