/* tmaze.c - a T-maze whose reward moves during life, single or double, with the way home.
 *
 * A trip: home, corridor, turn, corridor, (turn, corridor,) maze end, and the same way back. One arm
 * ends in a high reward, all others in a low one; after about `switch_every` trips the high one is
 * elsewhere. Straight on is right at home and in corridors, left or right at a turn, and on the way home
 * the opposite of what was turned there; at the maze end the animal turns round whatever it does. A wrong
 * act costs `penalty` and ends the trip; a reward once found is kept. The animal stands at each place
 * for `hold` decisions, of which the last counts.
 *
 * Soltoggio, Bullinaria, Mattiussi, Duerr & Floreano, "Evolutionary advantages of neuromodulated
 * plasticity in dynamic, reward-based scenarios", ALIFE XI, 2008. Thresholds, noise, number and spread
 * of switches are those of a public reimplementation of its single maze.
 */
#include "draw.h"

#include <hebb/env.h>
#include <hebb/rng.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TURNS = 2, MOST_OBS = 5 };

/* What is at a place of the route; turns by number: TURN_OUT + k, TURN_BACK + k. */
enum place { HOME, CORRIDOR, MAZE_END, TURN_OUT, TURN_BACK = TURN_OUT + MOST_TURNS };

enum purpose { DRAW_START = 1, DRAW_SWITCH, DRAW_END, DRAW_NOISE };

typedef struct config {
  int32_t maze, action;
  int64_t n_trial, switch_every, switch_spread, corridor, hold;
  double high, low, penalty, threshold, noise;
  bool homing, reward_input, bias;
} config;

enum action { OUTPUT, CHOICE };

static const hebb_param rows[] = {
  HEBB_CHOICE(config, maze, "single|double", "One turn and two ends, or two turns and four ends."),
  HEBB_CHOICE(config, action, "output|choice",
              "One output in -1 .. 1 with a threshold, or a choice of left, straight on, right."),
  HEBB_PARAM(config, n_trial, 0, 0, 1e6, "1",
             "Trips in a life; 0: 100 in the single maze, 200 in the double one."),
  HEBB_PARAM(config, switch_every, 50, 1, 1e6, "1",
             "The high reward moves around each multiple of so many trips but the last."),
  HEBB_PARAM(config, switch_spread, 15, 0, 1e6, "1",
             "Trips by which a switch comes early or late."),
  HEBB_PARAM(config, corridor, 1, 0, 100, "1", "Places in each corridor."),
  HEBB_PARAM(config, hold, 3, 1, 100, "1", "Decisions at each place; the last one counts."),
  HEBB_PARAM(config, high, 1, -1e3, 1e3, "1", "Reward at one maze end."),
  HEBB_PARAM(config, low, 0.2, -1e3, 1e3, "1", "Reward at the others."),
  HEBB_PARAM(config, penalty, 0.3, 0, 1e3, "1", "Taken for a wrong act, which ends the trip."),
  HEBB_PARAM(config, threshold, 1.0 / 3, 0, 1, "1",
             "Outputs up to this size go straight on, beyond it left (negative) or right."),
  HEBB_PARAM(config, noise, 0.001, 0, 10, "1", "Standard deviation of the noise on each input."),
  HEBB_PARAM(config, homing, true, 0, 1, "", "The way home is part of a trip."),
  HEBB_PARAM(config, reward_input, true, 0, 1, "", "The reward is an input at the maze end."),
  HEBB_PARAM(config, bias, true, 0, 1, "", "One more input is always 1."),
  { 0 },
};

static const char *const action_name[] = { "turn" };
static const float act_low[] = { -1 }, act_high[] = { 1 };
static const uint32_t act_map[] = { HEBB_ACTION_TANH };

enum array { TRIAL, POSITION, REWARD_LOCATION, CHOSEN, SCORE, N_ARRAY };

/* clang-format off */
static const hebb_array arrays[] = {
  [TRIAL] = { .name = "trial", .unit = "1", .dims = "", .dtype = HEBB_I32,
    .doc = "Number of the trip." },
  [POSITION] = { .name = "position", .unit = "1", .dims = "", .dtype = HEBB_I32,
    .doc = "Number of the place on the way, 0 at home." },
  [REWARD_LOCATION] = { .name = "reward_location", .unit = "1", .dims = "", .dtype = HEBB_I32,
    .doc = "Maze end with the high reward: left to right by the turns taken." },
  [CHOSEN] = { .name = "choice", .unit = "1", .dims = "", .dtype = HEBB_I32,
    .doc = "Maze end reached last, -1 before the first." },
  [SCORE] = { .name = "score", .unit = "1", .dims = "", .dtype = HEBB_F64,
    .doc = "Sum of the rewards so far." },
};
/* clang-format on */

typedef struct model {
  const config *c;
  int32_t n_trial, n_switch, n_turn, n_end, n_obs;
  const char *obs_name[MOST_OBS];
  int32_t n_route, end_at; // places of a trip; which of them is the maze end
  uint8_t route[];         // (n_route) enum place
} model;

typedef struct animal {
  uint64_t seed;
  int32_t trial, place, held;
  int32_t turn[MOST_TURNS]; // -1 left, 1 right
  int32_t high_end, chosen_end;
  int32_t n_switched;
  int64_t decision;
  double score;
  bool switched; // the high reward has moved before this trip
} animal;

typedef struct sim {
  const model *m;
  animal lane[];
} sim;

/* The places of a trip, in order; returns their number. route NULL: only counts. */
static int32_t lay_route(const config *c, int32_t n_turn, uint8_t *route, int32_t *end_at)
{
  uint8_t none;
  const int32_t n_leg =
      c->homing ? 2 * n_turn + 2 : n_turn + 1; // a leg: a corridor and what follows
  int32_t n = 0;
  for (int32_t leg = -1; leg < n_leg; leg++) {
    for (int64_t k = 0; leg >= 0 && k < c->corridor; k++)
      *(route ? &route[n] : &none) = CORRIDOR, n++;
    if (leg == 2 * n_turn + 1)
      break; // home again, where the next trip begins
    const int32_t at = leg < 0         ? HOME
                       : leg < n_turn  ? TURN_OUT + leg
                       : leg == n_turn ? MAZE_END
                                       : TURN_BACK + 2 * n_turn - leg;
    if (at == MAZE_END)
      *end_at = n;
    *(route ? &route[n] : &none) = (uint8_t)at, n++;
  }
  return n;
}

/* Halfway from what is earned without learning to the high reward on every trip. */
static double solved(const model *m)
{
  const double blind = (m->c->high + (m->n_end - 1) * m->c->low) / m->n_end;
  return m->n_trial * (blind + m->c->high) / 2;
}

static int open(const void *config_, const hebb_host *host, hebb_env_shape *shape, void **out)
{
  const config *c = config_;
  const int32_t n_turn = c->maze ? 2 : 1;
  int32_t end_at = 0;
  const int32_t n_route = lay_route(c, n_turn, NULL, &end_at);
  const int64_t n_trial = c->n_trial ? c->n_trial : c->maze ? 200 : 100;
  if (!(c->low < c->high))
    return host->fail(host, HEBB_EINVAL, "low: %g is not below the high reward, %g", c->low,
                      c->high);
  if (2 * c->switch_spread >= c->switch_every)
    return host->fail(host, HEBB_EINVAL,
                      "switch_spread: %lld is not below half of switch_every, %lld; switches would "
                      "overtake each other",
                      (long long)c->switch_spread, (long long)c->switch_every);
  if (n_trial * n_route * c->hold > INT32_MAX)
    return host->fail(host, HEBB_EINVAL, "a life of %lld trips of %lld decisions is too long",
                      (long long)n_trial, n_route * (long long)c->hold);
  model *m = calloc(1, sizeof *m + (size_t)n_route);
  if (!m)
    return host->fail(host, HEBB_ENOMEM, "no memory for the model");
  m->c = c;
  m->n_trial = (int32_t)n_trial;
  m->n_switch = n_trial > c->switch_every ? (int32_t)(n_trial / c->switch_every) - 1 : 0;
  m->n_turn = n_turn;
  m->n_end = 1 << n_turn;
  m->n_route = lay_route(c, n_turn, m->route, &m->end_at);

  static const char *const base[] = { "home", "turn", "maze_end" };
  memcpy(m->obs_name, base, sizeof base);
  m->n_obs = 3;
  if (c->reward_input)
    m->obs_name[m->n_obs++] = "reward";
  if (c->bias)
    m->obs_name[m->n_obs++] = "bias";

  shape->n_obs = m->n_obs;
  shape->n_act = 1;
  if (c->action == CHOICE) {
    shape->n_choice = 3;
  } else {
    shape->act_low = act_low;
    shape->act_high = act_high;
    shape->act_map = act_map;
  }
  shape->obs_name = m->obs_name;
  shape->act_name = action_name;
  shape->max_steps = (int32_t)(n_trial * n_route * c->hold);
  shape->solved = solved(m);
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

/* One of 0 .. n - 1, the index-th draw of its purpose. */
static int32_t one_of(const animal *a, enum purpose purpose, uint32_t index, int32_t n)
{
  const hebb_address address = { .seed = a->seed, .purpose = purpose };
  return hebb_below(&address, index, n);
}

/* The trip before which the k-th switch happens. */
static int64_t switch_trial(const model *m, const animal *a, int32_t k)
{
  const int32_t spread = (int32_t)m->c->switch_spread;
  return m->c->switch_every * (k + 1) - spread +
         one_of(a, DRAW_SWITCH, (uint32_t)k, 2 * spread + 1);
}

static void begin_trip(const model *m, animal *a)
{
  const int32_t k = a->n_switched;
  a->place = a->held = 0;
  a->switched = k < m->n_switch && a->trial >= switch_trial(m, a, k);
  if (a->switched) {
    a->high_end = (a->high_end + 1 + one_of(a, DRAW_END, (uint32_t)k, m->n_end - 1)) % m->n_end;
    a->n_switched++;
  }
}

static double reward_of(const model *m, const animal *a)
{
  return a->chosen_end == a->high_end ? m->c->high : m->c->low;
}

static void observe(const model *m, const animal *a, float *obs)
{
  const hebb_address noise = { .seed = a->seed,
                               .purpose = DRAW_NOISE,
                               .individual = (uint32_t)a->decision };
  const int at = m->route[a->place];
  double seen[MOST_OBS] = { at == HOME, at >= TURN_OUT, at == MAZE_END };
  int n = 3;
  if (m->c->reward_input)
    seen[n++] = at == MAZE_END ? reward_of(m, a) : 0;
  if (m->c->bias)
    seen[n++] = 1;
  for (int i = 0; i < n; i++)
    obs[i] = (float)(seen[i] + m->c->noise * (double)hebb_normal(&noise, (uint32_t)i));
}

static void reset(void *sim_, const uint64_t *seed, const hebb_lanes *io)
{
  sim *s = sim_;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->select && !io->select[lane])
      continue;
    animal *a = &s->lane[lane];
    *a = (animal){ .seed = seed[lane], .chosen_end = -1 };
    a->high_end = one_of(a, DRAW_START, 0, s->m->n_end);
    begin_trip(s->m, a);
    io->done[lane] = HEBB_RUNNING;
    observe(s->m, a, &io->obs[lane * s->m->n_obs]);
  }
}

/* Whether an act (-1, 0, 1) is right where the animal stands; remembers a turn on the way out. */
static bool act_right(const model *m, animal *a, int32_t act)
{
  const int at = m->route[a->place];
  if (at >= TURN_BACK)
    return act == -a->turn[at - TURN_BACK];
  if (at >= TURN_OUT) {
    a->turn[at - TURN_OUT] = act;
    return act != 0;
  }
  return at == MAZE_END || act == 0;
}

/* The animal leaves its place. Returns the reward; *over: the trip ends. */
static double leave(const model *m, animal *a, int32_t act, bool *over)
{
  *over = true;
  if (!act_right(m, a, act))
    return -m->c->penalty;
  a->place++;
  *over = a->place == m->n_route;
  if (a->place != m->end_at)
    return 0;
  a->chosen_end = 0;
  for (int32_t k = 0; k < m->n_turn; k++)
    a->chosen_end = 2 * a->chosen_end + (a->turn[k] > 0);
  return reward_of(m, a);
}

static int32_t act_of(const config *c, double act)
{
  if (c->action == CHOICE)
    return act < 0.5 ? -1 : act < 1.5 ? 0 : 1;
  return fabs(act) <= c->threshold ? 0 : act < 0 ? -1 : 1;
}

static void step(void *sim_, const hebb_lanes *io)
{
  sim *s = sim_;
  const model *m = s->m;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->done[lane])
      continue;
    animal *a = &s->lane[lane];
    const double act = io->act[lane];
    io->reward[lane] = 0;
    if (!isfinite(act)) {
      io->done[lane] = HEBB_FAILED;
      io->why[lane] = "the action is not finite";
      continue;
    }
    if (a->place == 0 && a->held == 0)
      io->mark[lane] = a->switched ? HEBB_TRIAL_BEGIN | HEBB_EVENT : HEBB_TRIAL_BEGIN;
    a->decision++;
    if (++a->held >= m->c->hold) {
      bool over;
      a->held = 0;
      io->reward[lane] = leave(m, a, act_of(m->c, act), &over);
      a->score += io->reward[lane];
      if (over) {
        io->mark[lane] |= HEBB_TRIAL_END;
        if (++a->trial >= m->n_trial)
          io->done[lane] = HEBB_TERMINATED;
        begin_trip(m, a);
      }
    }
    observe(m, a, &io->obs[lane * m->n_obs]);
  }
}

static void read(void *sim_, int32_t lane, int32_t array, void *out)
{
  const sim *s = sim_;
  const animal *a = &s->lane[lane];
  const int32_t whole[] = { [TRIAL] = a->trial,
                            [POSITION] = a->place,
                            [REWARD_LOCATION] = a->high_end,
                            [CHOSEN] = a->chosen_end };
  if (array == SCORE)
    memcpy(out, &a->score, sizeof a->score);
  else
    memcpy(out, &whole[array], sizeof whole[0]);
}

/* The point so far from home on the way with these turns; a corridor is 1 long. */
static void walk(int32_t n_turn, const int32_t *turn, double distance, double *x, double *y)
{
  double along_x = 0, along_y = 1;
  *x = *y = 0;
  for (int32_t k = 0; k <= n_turn; k++) {
    const double part = fmin(1, fmax(0, distance - k)), before = along_x;
    *x += part * along_x;
    *y += part * along_y;
    if (k < n_turn) {
      along_x = turn[k] * along_y;
      along_y = -turn[k] * before;
    }
  }
}

static int draw(void *sim_, int32_t lane, int32_t width, int32_t height, uint8_t *rgb)
{
  const sim *s = sim_;
  const model *m = s->m;
  const animal *a = &s->lane[lane];
  const draw_canvas c = draw_begin(rgb, width, height, -1.4, 1.4, -0.4, 2.4);
  double x = 0, y = 0;
  for (int32_t end = 0; end < m->n_end; end++) {
    int32_t turn[MOST_TURNS];
    double from_x = 0, from_y = 0;
    for (int32_t k = 0; k < m->n_turn; k++)
      turn[k] = end >> (m->n_turn - 1 - k) & 1 ? 1 : -1;
    for (int32_t k = 1; k <= m->n_turn + 1; k++, from_x = x, from_y = y) {
      walk(m->n_turn, turn, k, &x, &y);
      draw_line(&c, from_x, from_y, x, y, 0.25, draw_ground);
    }
    draw_disc(&c, x, y, end == a->high_end ? 0.2 : 0.08, draw_accent);
  }
  const int32_t from_home = a->place <= m->end_at ? a->place : 2 * m->end_at - a->place;
  walk(m->n_turn, a->turn, from_home / (1.0 + (double)m->c->corridor), &x, &y);
  draw_disc(&c, x, y, 0.12, draw_ink);
  return HEBB_OK;
}

static const hebb_env tmaze = {
  .base = {
    HEBB_HEAD(HEBB_ENV, hebb_env, config),
    .name = "tmaze", .version = "1.0",
    .brief = "A single or double T-maze whose reward moves during life, with the way home.",
    .cite = "Soltoggio, Bullinaria, Mattiussi, Duerr & Floreano 2008",
    .params = rows,
  },
  .open = open, .close = close, .make = make, .drop = drop,
  .reset = reset, .step = step, .read = read, .draw = draw,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &tmaze.base : NULL;
}
