/* delayed_match.c - two stimuli with a delay between them: the same or not?
 *
 * A trial has five parts of `part` decisions: first stimulus, delay, second stimulus, delay, response.
 * Each stimulus is A or B, each pair as likely as the others, and an input of its own. The output in the
 * response part should be `amplitude` for one answer, -amplitude for the other; the trial's reward comes
 * with its last decision and is minus the error
 *
 *   error = mean of |output - target| over the response part
 *
 * task = "nonmatch" and "match" say which pairs are to be answered with +amplitude: different or equal
 * ones. "drawn" draws one of the two for each life, and only rewards tell which. The context is the pair,
 * 2 x first + second: the published rule keeps a baseline for each.
 *
 * Miconi, "Biologically plausible learning in recurrent neural networks reproduces neural dynamics
 * observed during cognitive tasks", eLife 6:e20899, 2017: delayed nonmatch to sample, with trials of
 * 1 s, stimuli of 200 ms, responses of +-0.98. Tasks drawn from a family: Miconi, "Learning to acquire
 * novel cognitive tasks with evolution, plasticity and meta-meta-learning", ICML 2023.
 */
#include "draw.h"

#include <hebb/env.h>
#include <hebb/rng.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_OBS = 2, N_PART = 5, N_PAIR = 4 };
enum part { FIRST, DELAY, SECOND, WAIT, RESPONSE };

enum purpose { DRAW_TASK = 1, DRAW_PAIR };

typedef struct config {
  int32_t task;
  int64_t n_trial, part;
  double amplitude;
} config;

enum task { DRAWN, NONMATCH, MATCH };

static const hebb_param rows[] = {
  HEBB_CHOICE(
      config, task, "drawn|nonmatch|match",
      "Pairs that want a positive response: different ones, equal ones, or drawn for each life."),
  HEBB_PARAM(config, n_trial, 100, 1, 1e6, "1", "Trials in a life."),
  HEBB_PARAM(config, part, 10, 1, 400, "1",
             "Decisions in each of a trial's five parts (0.2 s), the response among them."),
  HEBB_PARAM(config, amplitude, 0.98, 0.01, 1, "1", "Size of the response that is wanted."),
  { 0 },
};

static const char *const obs_name[N_OBS] = { "stimulus_a", "stimulus_b" };
static const char *const action_name[] = { "response" };
static const float act_low[] = { -1 }, act_high[] = { 1 };
static const uint32_t act_map[] = { HEBB_ACTION_TANH };

enum array { TRIAL, POSITION, REWARD_LOCATION, CHOSEN, SCORE, N_ARRAY };

/* clang-format off */
static const hebb_array arrays[] = {
  [TRIAL] = { .name = "trial", .unit = "1", .dims = "", .dtype = HEBB_I32,
    .doc = "Number of the trial." },
  [POSITION] = { .name = "position", .unit = "1", .dims = "", .dtype = HEBB_I32,
    .doc = "Decisions since the trial began." },
  [REWARD_LOCATION] = { .name = "reward_location", .unit = "1", .dims = "", .dtype = HEBB_I32,
    .doc = "Pairs that want a positive response: 1 different, 2 equal ones." },
  [CHOSEN] = { .name = "choice", .unit = "1", .dims = "", .dtype = HEBB_F64,
    .doc = "Mean response in the last trial, 0 before the first." },
  [SCORE] = { .name = "score", .unit = "1", .dims = "", .dtype = HEBB_F64,
    .doc = "Sum of the rewards so far." },
};
/* clang-format on */

typedef struct subject {
  uint64_t seed;
  int32_t task, pair, trial, at;
  double error, response, last_response, score; // error, response: sums over this trial
} subject;

typedef struct sim {
  const config *c;
  subject lane[];
} sim;

/* The model is the config itself. */
static int open(const void *config_, const hebb_host *host, hebb_env_shape *shape, void **out)
{
  const config *c = config_;
  (void)host; // every config can be used
  shape->n_obs = N_OBS;
  shape->n_act = 1;
  shape->act_low = act_low;
  shape->act_high = act_high;
  shape->act_map = act_map;
  shape->obs_name = obs_name;
  shape->act_name = action_name;
  shape->n_target = 1;
  shape->n_context = N_PAIR;
  shape->max_steps = (int32_t)(c->n_trial * N_PART * c->part);
  shape->step_seconds = 0.2 / (double)c->part;
  // halfway from what one and the same answer earns, -amplitude, to no error
  shape->solved = -0.5 * c->amplitude * (double)c->n_trial;
  shape->array = arrays;
  shape->n_array = N_ARRAY;
  *out = (void *)c;
  return HEBB_OK;
}

static int make(void *model, int32_t n_lane, const hebb_host *host, void **out)
{
  sim *s = calloc(1, sizeof *s + (size_t)n_lane * sizeof s->lane[0]);
  if (!s)
    return host->fail(host, HEBB_ENOMEM, "no memory for %d lanes", (int)n_lane);
  s->c = model;
  *out = s;
  return HEBB_OK;
}

static void drop(void *sim_)
{
  free(sim_);
}

static void begin_trial(subject *b)
{
  const hebb_address address = { .seed = b->seed, .purpose = DRAW_PAIR };
  b->pair = hebb_below(&address, (uint32_t)b->trial, N_PAIR);
  b->at = 0;
  b->error = b->response = 0;
}

static enum part part_of(const config *c, const subject *b)
{
  return (enum part)(b->at / c->part);
}

/* The response that is wanted, 0 before the response part. */
static double wanted(const config *c, const subject *b)
{
  if (part_of(c, b) != RESPONSE)
    return 0;
  const bool equal = b->pair / 2 == b->pair % 2;
  return equal == (b->task == MATCH) ? c->amplitude : -c->amplitude;
}

static void observe(const config *c, const subject *b, const hebb_lanes *io, int32_t lane)
{
  const enum part part = part_of(c, b);
  const int32_t stimulus = part == FIRST ? b->pair / 2 : part == SECOND ? b->pair % 2 : -1;
  for (int32_t k = 0; k < N_OBS; k++)
    io->obs[lane * N_OBS + k] = stimulus == k ? 1.0f : 0.0f;
  io->target[lane] = (float)wanted(c, b);
  io->context[lane] = b->pair;
}

static void reset(void *sim_, const uint64_t *seed, const hebb_lanes *io)
{
  sim *s = sim_;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->select && !io->select[lane])
      continue;
    subject *b = &s->lane[lane];
    const hebb_address address = { .seed = seed[lane], .purpose = DRAW_TASK };
    *b = (subject){ .seed = seed[lane], .task = s->c->task };
    if (b->task == DRAWN)
      b->task = hebb_uniform_double(&address, 0) < 0.5 ? NONMATCH : MATCH;
    begin_trial(b);
    io->done[lane] = HEBB_RUNNING;
    observe(s->c, b, io, lane);
  }
}

static void step(void *sim_, const hebb_lanes *io)
{
  sim *s = sim_;
  const config *c = s->c;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->done[lane])
      continue;
    subject *b = &s->lane[lane];
    double act = io->act[lane];
    io->reward[lane] = 0;
    if (!isfinite(act)) {
      io->done[lane] = HEBB_FAILED;
      io->why[lane] = "the action is not finite";
      continue;
    }
    act = fmin(1, fmax(-1, act));
    if (b->at == 0)
      io->mark[lane] = HEBB_TRIAL_BEGIN;
    if (part_of(c, b) == RESPONSE) {
      b->error += fabs(act - wanted(c, b));
      b->response += act;
    }
    if (++b->at == N_PART * c->part) {
      io->mark[lane] |= HEBB_TRIAL_END;
      io->reward[lane] = -b->error / (double)c->part;
      b->last_response = b->response / (double)c->part;
      b->score += io->reward[lane];
      if (++b->trial >= c->n_trial)
        io->done[lane] = HEBB_TERMINATED;
      begin_trial(b);
    }
    observe(c, b, io, lane);
  }
}

static void read(void *sim_, int32_t lane, int32_t array, void *out)
{
  const sim *s = sim_;
  const subject *b = &s->lane[lane];
  switch ((enum array)array) {
  case TRIAL: memcpy(out, &b->trial, sizeof b->trial); break;
  case POSITION: memcpy(out, &b->at, sizeof b->at); break;
  case REWARD_LOCATION: memcpy(out, &b->task, sizeof b->task); break;
  case CHOSEN: memcpy(out, &b->last_response, sizeof b->last_response); break;
  default: memcpy(out, &b->score, sizeof b->score);
  }
}

/* The trial as a line in time with its stimuli, A above and B below, and what is wanted at the end. */
static int draw(void *sim_, int32_t lane, int32_t width, int32_t height, uint8_t *rgb)
{
  const sim *s = sim_;
  const config *c = s->c;
  const subject *b = &s->lane[lane];
  const double part = (double)c->part;
  const int32_t stimulus[2] = { b->pair / 2, b->pair % 2 };
  const bool up = (stimulus[0] == stimulus[1]) == (b->task == MATCH);
  const draw_canvas canvas = draw_begin(rgb, width, height, -0.5, N_PART + 0.5, -1.5, 1.5);
  draw_line(&canvas, 0, 0, N_PART, 0, 0.04, draw_ground);
  for (int32_t k = 0; k < 2; k++)
    draw_box(&canvas, 2 * k, 2 * k + 1, stimulus[k] ? -1 : 0, stimulus[k] ? 0 : 1, draw_body);
  draw_line(&canvas, RESPONSE, up ? c->amplitude : -c->amplitude, N_PART,
            up ? c->amplitude : -c->amplitude, 0.06, draw_accent);
  draw_disc(&canvas, b->at / part,
            part_of(c, b) == RESPONSE && b->at % c->part ? b->response / (double)(b->at % c->part)
                                                         : 0,
            0.1, draw_ink);
  return HEBB_OK;
}

static const hebb_env delayed_match = {
  .base = {
    HEBB_HEAD(HEBB_ENV, hebb_env, config),
    .name = "delayed_match", .version = "1.0",
    .brief = "Two stimuli with a delay between them: the same or not?",
    .cite = "Miconi 2017",
    .params = rows,
  },
  .open = open, .make = make, .drop = drop, .reset = reset, .step = step, .read = read, .draw = draw,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &delayed_match.base : NULL;
}
