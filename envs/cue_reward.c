/* cue_reward.c - which of the cues is the one that counts? To be found out from rewards.
 *
 * A life has n_cue cues, random patterns of cue_bits bits, and one of them is the target. A trial shows
 * two different cues, one after the other, then a go signal. At the go signal the choice is 1 where the
 * target was among them, else 0; right earns `reward`, wrong costs `penalty`. Each is seen for one
 * decision; 0 to gap decisions without input follow the first and the second cue, 1 to gap the go signal.
 *
 * Miconi, Rawal, Clune & Stanley, "Backpropamine: training self-modifying neural networks with
 * differentiable neuromodulated plasticity", ICLR 2019 (arXiv:2002.10585).
 */
#include "draw.h"

#include <hebb/env.h>
#include <hebb/rng.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CUES = 16, MOST_BITS = 64, N_CHOICE = 2, MOST_OBS = MOST_BITS + 2 + N_CHOICE };

enum purpose { DRAW_TARGET = 1, DRAW_CUES, DRAW_TRIAL };

typedef struct config {
  int64_t max_steps, n_cue, cue_bits, gap;
  double reward, penalty;
  bool reward_input;
} config;

static const hebb_param rows[] = {
  HEBB_PARAM(config, max_steps, 120, 1, 1e9, "1", "Decisions in a life."),
  HEBB_PARAM(config, n_cue, 4, 2, MOST_CUES, "1", "Cues of a life."),
  HEBB_PARAM(config, cue_bits, 20, 1, MOST_BITS, "1", "Bits of a cue."),
  HEBB_PARAM(config, gap, 3, 0, 1000, "1",
             "Greatest number of decisions without input between two."),
  HEBB_PARAM(config, reward, 1, 0, 1e3, "1", "For the right choice."),
  HEBB_PARAM(config, penalty, 1, 0, 1e3, "1", "Taken for the wrong choice."),
  HEBB_PARAM(config, reward_input, true, 0, 1, "",
             "The last decision's reward and choice (one of two) are inputs."),
  { 0 },
};

static const char *const action_name[] = { "response" };

enum array { TRIAL, POSITION, REWARD_LOCATION, CHOSEN, SCORE, N_ARRAY };

/* clang-format off */
static const hebb_array arrays[] = {
  [TRIAL] = { .name = "trial", .unit = "1", .dims = "", .dtype = HEBB_I32,
    .doc = "Number of the trial." },
  [POSITION] = { .name = "position", .unit = "1", .dims = "", .dtype = HEBB_I32,
    .doc = "Decisions since the trial began." },
  [REWARD_LOCATION] = { .name = "reward_location", .unit = "1", .dims = "", .dtype = HEBB_I32,
    .doc = "Number of the target cue." },
  [CHOSEN] = { .name = "choice", .unit = "1", .dims = "", .dtype = HEBB_I32,
    .doc = "Choice at the last go signal, -1 before the first." },
  [SCORE] = { .name = "score", .unit = "1", .dims = "", .dtype = HEBB_F64,
    .doc = "Sum of the rewards so far." },
};
/* clang-format on */

typedef struct model {
  const config *c;
  int32_t n_obs;
  char bit_name[MOST_BITS][8];
  const char *obs_name[MOST_OBS];
} model;

typedef struct test {
  uint64_t seed;
  uint64_t cue[MOST_CUES];
  int32_t target, pair[2];
  int32_t trial, at, second_at, go_at, end_at; // decisions since the trial began
  int32_t step, answer, last_choice;
  double last_reward, score;
} test;

typedef struct sim {
  const model *m;
  test lane[];
} sim;

static void name_inputs(model *m)
{
  static const char *const last[] = { "reward", "chose_0", "chose_1" };
  int32_t n = 0;
  for (; n < m->c->cue_bits; n++) {
    memcpy(m->bit_name[n], "bit_00", sizeof "bit_00");
    m->bit_name[n][4] = (char)('0' + n / 10);
    m->bit_name[n][5] = (char)('0' + n % 10);
    m->obs_name[n] = m->bit_name[n];
  }
  m->obs_name[n++] = "go";
  for (int32_t k = 0; m->c->reward_input && k < 3; k++)
    m->obs_name[n++] = last[k];
  m->n_obs = n;
}

/* Halfway from what the same answer earns on every trial to being always right. */
static double solved(const config *c)
{
  const double after_go = c->gap > 1 ? (1 + (double)c->gap) / 2 : 1;
  const double n_trial = (double)c->max_steps / (3 + (double)c->gap + after_go);
  const double yes = 2.0 / (double)c->n_cue, often = fmax(yes, 1 - yes);
  return n_trial * (often * c->reward - (1 - often) * c->penalty + c->reward) / 2;
}

static int open(const void *config_, const hebb_host *host, hebb_env_shape *shape, void **out)
{
  const config *c = config_;
  if (c->cue_bits < 6 && 2 * c->n_cue > 1 << c->cue_bits)
    return host->fail(host, HEBB_EINVAL,
                      "cue_bits: %lld bits are too few to tell %lld random cues apart",
                      (long long)c->cue_bits, (long long)c->n_cue);
  model *m = calloc(1, sizeof *m);
  if (!m)
    return host->fail(host, HEBB_ENOMEM, "no memory for the model");
  m->c = c;
  name_inputs(m);
  shape->n_obs = m->n_obs;
  shape->n_act = 1;
  shape->n_choice = N_CHOICE;
  shape->obs_name = m->obs_name;
  shape->act_name = action_name;
  shape->max_steps = (int32_t)c->max_steps;
  shape->solved = solved(c);
  shape->array = arrays;
  shape->n_array = N_ARRAY;
  *out = m;
  return HEBB_OK;
}

static void close(void *model_)
{
  free(model_);
}

static int make(void *model_, int32_t n_lane, const hebb_host *host, void **out)
{
  sim *s = calloc(1, sizeof *s + (size_t)n_lane * sizeof s->lane[0]);
  if (!s)
    return host->fail(host, HEBB_ENOMEM, "no memory for %d lanes", (int)n_lane);
  s->m = model_;
  *out = s;
  return HEBB_OK;
}

static void drop(void *sim_)
{
  free(sim_);
}

/* Different patterns: one that is there already is drawn again. At least half of all patterns are free,
   so that 64 draws find one but for 1 life in 2^64. */
static void draw_cues(const config *c, test *t)
{
  hebb_address address = { .seed = t->seed, .purpose = DRAW_CUES };
  for (int64_t k = 0; k < c->n_cue; k++) {
    bool taken = true;
    address.individual = (uint32_t)k;
    for (uint32_t attempt = 0; taken && attempt < 64; attempt++) {
      uint32_t word[4];
      hebb_words(&address, attempt, word);
      t->cue[k] = ((uint64_t)word[0] << 32 | word[1]) >> (MOST_BITS - c->cue_bits);
      taken = false;
      for (int64_t j = 0; j < k; j++)
        taken = taken || t->cue[j] == t->cue[k];
    }
  }
}

static void begin_trial(const config *c, test *t)
{
  const hebb_address address = { .seed = t->seed,
                                 .purpose = DRAW_TRIAL,
                                 .individual = (uint32_t)t->trial };
  const int32_t n_cue = (int32_t)c->n_cue;
  t->pair[0] = hebb_below(&address, 0, n_cue);
  t->pair[1] = (t->pair[0] + 1 + hebb_below(&address, 1, n_cue - 1)) % n_cue;
  t->at = 0;
  t->second_at = 1 + hebb_below(&address, 2, c->gap + 1);
  t->go_at = t->second_at + 1 + hebb_below(&address, 3, c->gap + 1);
  t->end_at = t->go_at + 2 + hebb_below(&address, 4, c->gap > 1 ? c->gap : 1);
}

/* The cue that is shown, -1: none */
static int32_t shown(const test *t)
{
  return t->at == 0 ? t->pair[0] : t->at == t->second_at ? t->pair[1] : -1;
}

static void observe(const model *m, const test *t, float *obs)
{
  const int32_t cue = shown(t), n_bit = (int32_t)m->c->cue_bits;
  for (int32_t k = 0; k < n_bit; k++)
    obs[k] = cue >= 0 ? (float)(t->cue[cue] >> k & 1) : 0;
  obs[n_bit] = t->at == t->go_at ? 1.0f : 0.0f;
  if (m->c->reward_input) {
    obs[n_bit + 1] = (float)t->last_reward;
    for (int32_t k = 0; k < N_CHOICE; k++)
      obs[n_bit + 2 + k] = t->last_choice == k ? 1.0f : 0.0f;
  }
}

static void reset(void *sim_, const uint64_t *seed, const hebb_lanes *io)
{
  sim *s = sim_;
  const config *c = s->m->c;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->select && !io->select[lane])
      continue;
    test *t = &s->lane[lane];
    const hebb_address address = { .seed = seed[lane], .purpose = DRAW_TARGET };
    *t = (test){ .seed = seed[lane], .answer = -1, .last_choice = -1 };
    t->target = hebb_below(&address, 0, c->n_cue);
    draw_cues(c, t);
    begin_trial(c, t);
    io->done[lane] = HEBB_RUNNING;
    observe(s->m, t, &io->obs[lane * s->m->n_obs]);
  }
}

static void step(void *sim_, const hebb_lanes *io)
{
  sim *s = sim_;
  const config *c = s->m->c;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->done[lane])
      continue;
    test *t = &s->lane[lane];
    const double act = io->act[lane];
    io->reward[lane] = 0;
    if (!isfinite(act)) {
      io->done[lane] = HEBB_FAILED;
      io->why[lane] = "the action is not finite";
      continue;
    }
    t->last_choice = act >= 0.5;
    if (t->at == 0)
      io->mark[lane] = HEBB_TRIAL_BEGIN;
    if (t->at == t->go_at) {
      const bool there = t->pair[0] == t->target || t->pair[1] == t->target;
      t->answer = t->last_choice;
      io->reward[lane] = there == (t->answer == 1) ? c->reward : -c->penalty;
      t->score += io->reward[lane];
    }
    t->last_reward = io->reward[lane];
    if (++t->at == t->end_at) {
      io->mark[lane] |= HEBB_TRIAL_END;
      t->trial++;
      begin_trial(c, t);
    }
    if (++t->step >= c->max_steps)
      io->done[lane] = HEBB_TRUNCATED;
    observe(s->m, t, &io->obs[lane * s->m->n_obs]);
  }
}

static void read(void *sim_, int32_t lane, int32_t array, void *out)
{
  const sim *s = sim_;
  const test *t = &s->lane[lane];
  const int32_t whole[] = {
    [TRIAL] = t->trial, [POSITION] = t->at, [REWARD_LOCATION] = t->target, [CHOSEN] = t->answer
  };
  if (array == SCORE)
    memcpy(out, &t->score, sizeof t->score);
  else
    memcpy(out, &whole[array], sizeof whole[0]);
}

/* The cues of this life, the target with a line below; the one that is shown is darker; go is a disc. */
static int draw(void *sim_, int32_t lane, int32_t width, int32_t height, uint8_t *rgb)
{
  const sim *s = sim_;
  const config *c = s->m->c;
  const test *t = &s->lane[lane];
  const double n_bit = (double)c->cue_bits, n_cue = (double)c->n_cue;
  const draw_canvas canvas = draw_begin(rgb, width, height, -3, n_bit + 3, -1, 2 * n_cue);
  for (int64_t k = 0; k < c->n_cue; k++) {
    const double y = 2 * (double)k;
    if (k == t->target)
      draw_line(&canvas, 0, y - 0.3, n_bit, y - 0.3, 0.2, draw_accent);
    for (int64_t bit = 0; bit < c->cue_bits; bit++)
      draw_box(&canvas, (double)bit + 0.05, (double)bit + 0.95, y, y + 1,
               !(t->cue[k] >> bit & 1) ? draw_ground
               : k == shown(t)         ? draw_ink
                                       : draw_body);
  }
  if (t->at == t->go_at)
    draw_disc(&canvas, -1.5, n_cue - 0.5, 1, draw_accent);
  return HEBB_OK;
}

static const hebb_env cue_reward = {
  .base = {
    HEBB_HEAD(HEBB_ENV, hebb_env, config),
    .name = "cue_reward", .version = "1.0",
    .brief = "Pairs of cues, one of which is the target of this life: was it among them?",
    .cite = "Miconi, Rawal, Clune & Stanley 2019",
    .params = rows,
  },
  .open = open, .close = close, .make = make, .drop = drop,
  .reset = reset, .step = step, .read = read, .draw = draw,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &cue_reward.base : NULL;
}
