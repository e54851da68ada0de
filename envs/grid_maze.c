/* grid_maze.c - a grid of corridors with a hidden place of reward, to which the agent is to come back.
 *
 * size x size cells, walls around, pillars on cells whose row and column are both even, but for the one
 * in the middle, where each life begins. The place of reward is drawn for each life among the other free
 * cells and cannot be seen. Where the agent is on it after a decision, it earns `reward` and is set down
 * on a free cell drawn anew (not that of the reward). A step into a wall leaves it where it is, at
 * `wall_penalty`. It sees the 3 x 3 cells around it (1: wall), the time, and what it last did and earned.
 *
 * Miconi, Rawal, Clune & Stanley, "Backpropamine: training self-modifying neural networks with
 * differentiable neuromodulated plasticity", ICLR 2019 (arXiv:2002.10585); the layout and the order of
 * events are those of the authors' program.
 */
#include "draw.h"

#include <hebb/env.h>
#include <hebb/rng.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW = 3, N_WINDOW = WINDOW * WINDOW, N_CHOICE = 4, N_OBS = N_WINDOW + 2 + 1 + N_CHOICE };

enum purpose { DRAW_PLACE = 1, DRAW_START };

typedef struct config {
  int64_t size, max_steps;
  double reward, wall_penalty;
  bool reward_input;
} config;

static const hebb_param rows[] = {
  HEBB_PARAM(config, size, 9, 5, 99, "1", "Cells along a side, an odd number."),
  HEBB_PARAM(config, max_steps, 200, 1, 1e9, "1", "Decisions in a life."),
  HEBB_PARAM(config, reward, 10, 0, 1e3, "1", "For reaching the hidden place."),
  HEBB_PARAM(config, wall_penalty, 0, 0, 1e3, "1", "Taken for a step into a wall."),
  HEBB_PARAM(config, reward_input, true, 0, 1, "",
             "The last decision's reward and direction (one of four) are inputs."),
  { 0 },
};

static const char *const obs_name[N_OBS] = {
  "wall_up_left",   "wall_up",   "wall_up_right",   "wall_left",  "wall_here", "wall_right",
  "wall_down_left", "wall_down", "wall_down_right", "bias",       "time",      "reward",
  "went_up",        "went_down", "went_left",       "went_right",
};
static const char *const action_name[] = { "direction" };

enum array { TRIAL, POSITION, REWARD_LOCATION, CHOSEN, SCORE, N_ARRAY };

/* clang-format off */
static const hebb_array arrays[] = {
  [TRIAL] = { .name = "trial", .unit = "1", .dims = "", .dtype = HEBB_I32,
    .doc = "Times the reward was reached." },
  [POSITION] = { .name = "position", .unit = "1", .dims = "space", .dtype = HEBB_I32, .rank = 1, .extent = { 2 },
    .doc = "Row and column of the agent." },
  [REWARD_LOCATION] = { .name = "reward_location", .unit = "1", .dims = "space", .dtype = HEBB_I32, .rank = 1, .extent = { 2 },
    .doc = "Row and column of the reward." },
  [CHOSEN] = { .name = "choice", .unit = "1", .dims = "", .dtype = HEBB_I32,
    .doc = "Last direction: up, down, left, right; -1 before the first." },
  [SCORE] = { .name = "score", .unit = "1", .dims = "", .dtype = HEBB_F64,
    .doc = "Sum of the rewards so far." },
};
/* clang-format on */

typedef struct cell {
  int32_t row, column;
} cell;

typedef struct agent {
  uint64_t seed;
  cell at, reward;
  int32_t trial, trial_step, step, choice;
  double last_reward, score;
} agent;

typedef struct sim {
  const config *c;
  agent lane[];
} sim;

static bool same(cell a, cell b)
{
  return a.row == b.row && a.column == b.column;
}

static cell middle_of(const config *c)
{
  return (cell){ (int32_t)c->size / 2, (int32_t)c->size / 2 };
}

static bool wall(const config *c, cell at)
{
  const int32_t last = (int32_t)c->size - 1;
  if (at.row <= 0 || at.column <= 0 || at.row >= last || at.column >= last)
    return true;
  return at.row % 2 == 0 && at.column % 2 == 0 && !same(at, middle_of(c));
}

/* What searches that begin anew at each hit cannot pass in the long run: of n cells, one in n is reached
   first, second, ... at best, so that a decision makes (1 + 1/2 + ... + 1/n) / n hits. */
static double solved(const config *c)
{
  const int32_t size = (int32_t)c->size;
  int32_t n = -1;
  double sum = 0;
  for (int32_t k = 0; k < size * size; k++)
    n += !wall(c, (cell){ k / size, k % size });
  for (int32_t k = 1; k <= n; k++)
    sum += 1.0 / k;
  return (double)c->max_steps * c->reward * sum / n;
}

/* The model is the config itself. */
static int open(const void *config_, const hebb_host *host, hebb_env_shape *shape, void **out)
{
  const config *c = config_;
  if (c->size % 2 == 0)
    return host->fail(host, HEBB_EINVAL,
                      "size: %lld is even; a grid of corridors wants an odd number",
                      (long long)c->size);
  shape->n_obs = c->reward_input ? N_OBS : N_WINDOW + 2;
  shape->n_act = 1;
  shape->n_choice = N_CHOICE;
  shape->obs_name = obs_name;
  shape->act_name = action_name;
  shape->max_steps = (int32_t)c->max_steps;
  shape->solved = solved(c);
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

/* A free cell but `other`, each as likely as the others: the n-th of them in order of rows. */
static cell any_free(const config *c, const hebb_address *address, cell other)
{
  const int32_t size = (int32_t)c->size;
  int32_t n_free = 0;
  for (int32_t k = 0; k < size * size; k++) {
    const cell at = { k / size, k % size };
    n_free += !wall(c, at) && !same(at, other);
  }
  int32_t n = hebb_below(address, 0, n_free);
  for (int32_t k = 0; k < size * size; k++) {
    const cell at = { k / size, k % size };
    if (!wall(c, at) && !same(at, other) && n-- == 0)
      return at;
  }
  return middle_of(c);
}

static void observe(const config *c, const agent *a, float *obs)
{
  int n = 0;
  for (int32_t row = -1; row <= 1; row++)
    for (int32_t column = -1; column <= 1; column++)
      obs[n++] = wall(c, (cell){ a->at.row + row, a->at.column + column }) ? 1.0f : 0.0f;
  obs[n++] = 1;
  obs[n++] = (float)((double)a->step / (double)c->max_steps);
  if (!c->reward_input)
    return;
  obs[n++] = (float)a->last_reward;
  for (int32_t k = 0; k < N_CHOICE; k++)
    obs[n++] = a->choice == k ? 1.0f : 0.0f;
}

static void reset(void *sim_, const uint64_t *seed, const hebb_lanes *io)
{
  sim *s = sim_;
  const int32_t n_obs = s->c->reward_input ? N_OBS : N_WINDOW + 2;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->select && !io->select[lane])
      continue;
    agent *a = &s->lane[lane];
    const hebb_address address = { .seed = seed[lane], .purpose = DRAW_PLACE };
    *a = (agent){ .seed = seed[lane], .at = middle_of(s->c), .choice = -1 };
    a->reward = any_free(s->c, &address, a->at);
    io->done[lane] = HEBB_RUNNING;
    observe(s->c, a, &io->obs[lane * n_obs]);
  }
}

/* Returns the reward; *hit: the place is reached. */
static double move(const config *c, agent *a, bool *hit)
{
  static const cell way[N_CHOICE] = { { -1, 0 }, { 1, 0 }, { 0, -1 }, { 0, 1 } };
  const cell to = { a->at.row + way[a->choice].row, a->at.column + way[a->choice].column };
  double reward = 0;
  if (wall(c, to))
    reward = -c->wall_penalty;
  else
    a->at = to;
  *hit = same(a->at, a->reward);
  return *hit ? reward + c->reward : reward;
}

static void step(void *sim_, const hebb_lanes *io)
{
  sim *s = sim_;
  const config *c = s->c;
  const int32_t n_obs = c->reward_input ? N_OBS : N_WINDOW + 2;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->done[lane])
      continue;
    agent *a = &s->lane[lane];
    const double act = io->act[lane];
    bool hit;
    io->reward[lane] = 0;
    if (!isfinite(act)) {
      io->done[lane] = HEBB_FAILED;
      io->why[lane] = "the action is not finite";
      continue;
    }
    if (a->trial_step == 0)
      io->mark[lane] = HEBB_TRIAL_BEGIN;
    a->choice = (int32_t)floor(fmin(fmax(act, 0), N_CHOICE - 1) + 0.5);
    a->last_reward = io->reward[lane] = move(c, a, &hit);
    a->score += a->last_reward;
    a->trial_step++;
    if (hit) {
      io->mark[lane] |= HEBB_TRIAL_END;
      a->trial++;
      a->trial_step = 0;
      const hebb_address address = { .seed = a->seed,
                                     .purpose = DRAW_START,
                                     .individual = (uint32_t)a->trial };
      a->at = any_free(c, &address, a->reward);
    }
    if (++a->step >= c->max_steps)
      io->done[lane] = HEBB_TRUNCATED;
    observe(c, a, &io->obs[lane * n_obs]);
  }
}

static void read(void *sim_, int32_t lane, int32_t array, void *out)
{
  const sim *s = sim_;
  const agent *a = &s->lane[lane];
  switch ((enum array)array) {
  case TRIAL: memcpy(out, &a->trial, sizeof a->trial); break;
  case POSITION: memcpy(out, &a->at, sizeof a->at); break;
  case REWARD_LOCATION: memcpy(out, &a->reward, sizeof a->reward); break;
  case CHOSEN: memcpy(out, &a->choice, sizeof a->choice); break;
  default: memcpy(out, &a->score, sizeof a->score);
  }
}

static int draw(void *sim_, int32_t lane, int32_t width, int32_t height, uint8_t *rgb)
{
  const sim *s = sim_;
  const agent *a = &s->lane[lane];
  const int32_t size = (int32_t)s->c->size;
  const draw_canvas c = draw_begin(rgb, width, height, 0, size, 0, size);
  for (int32_t k = 0; k < size * size; k++) {
    const cell at = { k / size, k % size };
    const double x = at.column, y = size - 1 - at.row;
    if (wall(s->c, at))
      draw_box(&c, x, x + 1, y, y + 1, draw_ground);
    if (same(at, a->reward))
      draw_disc(&c, x + 0.5, y + 0.5, 0.4, draw_accent);
    if (same(at, a->at))
      draw_disc(&c, x + 0.5, y + 0.5, 0.3, draw_ink);
  }
  return HEBB_OK;
}

static const hebb_env grid_maze = {
  .base = {
    HEBB_HEAD(HEBB_ENV, hebb_env, config),
    .name = "grid_maze", .version = "1.0",
    .brief = "A grid of corridors with a hidden reward that stays where it is during life.",
    .cite = "Miconi, Rawal, Clune & Stanley 2019",
    .params = rows,
  },
  .open = open, .make = make, .drop = drop, .reset = reset, .step = step, .read = read, .draw = draw,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &grid_maze.base : NULL;
}
