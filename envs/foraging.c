/* foraging.c - a bee over two kinds of flowers, of which the better one changes its colour during life.
 *
 * A field of field x field flowers (1 m apart), blue or yellow by chance, is grey outside. A trial is a
 * flight: the bee begins somewhere above the field, and with each decision it goes `forward` ahead and
 * sinks 1 m. Its eye is a cone around the spot where it will land if it keeps its heading:
 *
 *   share of a colour = flowers of that colour / flowers within view x height of that spot
 *
 * The action is the probability to take a new heading, drawn evenly, before the bee moves. Where it lands
 * it gets the flower's nectar: nectar_a with chance_a from one colour, nectar_b with chance_b from the
 * other, nothing from grey. One more decision passes on the flower. Which colour has which nectar is
 * drawn for each life and exchanged once.
 *
 * Niv, Joel, Meilijson & Ruppin, "Evolution of reinforcement learning in uncertain environments: a
 * simple explanation for complex foraging behaviors", Adaptive Behavior 10, 2002; Soltoggio, Duerr,
 * Mattiussi & Floreano, "Evolving neuromodulatory topologies for reinforcement learning-like problems",
 * CEC 2007.
 */
#include "draw.h"

#include <hebb/env.h>
#include <hebb/rng.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum colour { GREY, BLUE, YELLOW, N_COLOUR };
enum { MOST_OBS = 3 * N_COLOUR + 1 };

enum purpose { DRAW_LIFE = 1, DRAW_FLOWERS, DRAW_FLIGHT, DRAW_HEADING, DRAW_NECTAR };

typedef struct config {
  int64_t n_trial, field, patch, lowest_start, highest_start;
  double forward, view, nectar_a, chance_a, nectar_b, chance_b, switch_from, switch_to;
  bool differential_input, reward_input;
} config;

static const hebb_param rows[] = {
  HEBB_PARAM(config, n_trial, 100, 1, 1e6, "1", "Flights in a life."),
  HEBB_PARAM(config, field, 60, 1, 1000, "1", "Flowers on each side of the field, 1 m apart."),
  HEBB_PARAM(config, patch, 1, 1, 1000, "1",
             "Flowers on each side of a square that shares its colour."),
  HEBB_PARAM(config, lowest_start, 9, 1, 50, "m", "Lowest height at which a flight begins."),
  HEBB_PARAM(config, highest_start, 10, 1, 50, "m", "Greatest height at which a flight begins."),
  HEBB_PARAM(config, forward, 1, 0, 10, "m", "Way ahead of a decision, while the bee sinks 1 m."),
  HEBB_PARAM(config, view, 0.5, 0, 2, "1",
             "Radius of what is seen for each metre of height: tangent of half the cone's angle."),
  HEBB_PARAM(config, nectar_a, 0.7, 0, 1e3, "1", "Nectar of the flowers of one colour."),
  HEBB_PARAM(config, chance_a, 1, 0, 1, "1", "Share of them that have it."),
  HEBB_PARAM(config, nectar_b, 1, 0, 1e3, "1", "Nectar of the flowers of the other colour."),
  HEBB_PARAM(config, chance_b, 0.2, 0, 1, "1", "Share of them that have it."),
  HEBB_PARAM(config, switch_from, 0.25, 0, 1, "1",
             "Share of the life after which the colours may be exchanged."),
  HEBB_PARAM(config, switch_to, 0.75, 0, 1, "1",
             "Share of the life until which they are; 1 in both rows: never."),
  HEBB_PARAM(config, differential_input, true, 0, 1, "",
             "The changes of the three shares since the last decision are inputs."),
  HEBB_PARAM(config, reward_input, true, 0, 1, "", "The nectar is an input on the flower."),
  { 0 },
};

static const char *const action_name[] = { "new_heading" };
static const float act_low[] = { 0 }, act_high[] = { 1 };
static const uint32_t act_map[] = { HEBB_ACTION_SIGMOID };

enum array { TRIAL, POSITION, REWARD_LOCATION, CHOSEN, SCORE, N_ARRAY };

/* clang-format off */
static const hebb_array arrays[] = {
  [TRIAL] = { .name = "trial", .unit = "1", .dims = "", .dtype = HEBB_I32,
    .doc = "Number of the flight." },
  [POSITION] = { .name = "position", .unit = "m", .dims = "space", .dtype = HEBB_F64, .rank = 1, .extent = { 3 },
    .doc = "Place along both sides of the field, and height." },
  [REWARD_LOCATION] = { .name = "reward_location", .unit = "1", .dims = "", .dtype = HEBB_I32,
    .doc = "Colour of the flowers with nectar_a: 1 blue, 2 yellow." },
  [CHOSEN] = { .name = "choice", .unit = "1", .dims = "", .dtype = HEBB_I32,
    .doc = "Colour landed on last: 0 grey, 1 blue, 2 yellow, -1 before the first." },
  [SCORE] = { .name = "score", .unit = "1", .dims = "", .dtype = HEBB_F64,
    .doc = "Sum of the nectar so far." },
};
/* clang-format on */

typedef struct model {
  const config *c;
  int32_t n_obs;
  const char *obs_name[MOST_OBS];
} model;

typedef struct bee {
  uint64_t seed;
  uint8_t *flower; // (field x field) its colour
  int32_t trial, height, begun_at, switch_at;
  int32_t colour_a, landed;
  double x, y, cosine, sine; // where it is and where it heads
  double seen[N_COLOUR], before[N_COLOUR];
  double nectar, score;
} bee;

typedef struct sim {
  const model *m;
  uint8_t *flower; // (lane x field x field)
  bee lane[];
} sim;

static int open(const void *config_, const hebb_host *host, hebb_env_shape *shape, void **out)
{
  static const char *const base[] = { "grey", "blue", "yellow" };
  static const char *const change[] = { "grey_change", "blue_change", "yellow_change" };
  static const char *const landed[] = { "on_grey", "on_blue", "on_yellow" };
  const config *c = config_;
  if (c->lowest_start > c->highest_start)
    return host->fail(host, HEBB_EINVAL, "lowest_start: %lld is above highest_start, %lld",
                      (long long)c->lowest_start, (long long)c->highest_start);
  if (c->switch_from > c->switch_to)
    return host->fail(host, HEBB_EINVAL, "switch_from: %g is after switch_to, %g", c->switch_from,
                      c->switch_to);
  model *m = calloc(1, sizeof *m);
  if (!m)
    return host->fail(host, HEBB_ENOMEM, "no memory for the model");
  m->c = c;
  memcpy(m->obs_name, base, sizeof base);
  m->n_obs = N_COLOUR;
  if (c->differential_input) {
    memcpy(m->obs_name + m->n_obs, change, sizeof change);
    m->n_obs += N_COLOUR;
  }
  memcpy(m->obs_name + m->n_obs, landed, sizeof landed);
  m->n_obs += N_COLOUR;
  if (c->reward_input)
    m->obs_name[m->n_obs++] = "nectar";

  const double a = c->nectar_a * c->chance_a, b = c->nectar_b * c->chance_b;
  shape->n_obs = m->n_obs;
  shape->n_act = 1;
  shape->act_low = act_low;
  shape->act_high = act_high;
  shape->act_map = act_map;
  shape->obs_name = m->obs_name;
  shape->act_name = action_name;
  shape->max_steps = (int32_t)(c->n_trial * (c->highest_start + 1));
  // halfway from what is earned without learning to the better flower on every flight
  shape->solved = (double)c->n_trial * ((a + b) / 2 + fmax(a, b)) / 2;
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
  const model *m = model_;
  const size_t n_flower = (size_t)(m->c->field * m->c->field);
  sim *s = calloc(1, sizeof *s + (size_t)n_lane * sizeof s->lane[0]);
  uint8_t *flower = calloc((size_t)n_lane, n_flower);
  if (!s || !flower) {
    free(s);
    free(flower);
    return host->fail(host, HEBB_ENOMEM, "no memory for %d lanes", (int)n_lane);
  }
  s->m = m;
  s->flower = flower;
  for (int32_t lane = 0; lane < n_lane; lane++)
    s->lane[lane].flower = flower + (size_t)lane * n_flower;
  *out = s;
  return HEBB_OK;
}

static void drop(void *sim_)
{
  sim *s = sim_;
  free(s->flower);
  free(s);
}

static void plant(const config *c, bee *b)
{
  const hebb_address address = { .seed = b->seed, .purpose = DRAW_FLOWERS };
  const int64_t n_patch = (c->field + c->patch - 1) / c->patch;
  for (int64_t row = 0; row < c->field; row++)
    for (int64_t column = 0; column < c->field; column++) {
      const int64_t k = row / c->patch * n_patch + column / c->patch;
      b->flower[row * c->field + column] =
          hebb_uniform(&address, (uint32_t)k) < 0.5f ? BLUE : YELLOW;
    }
}

static int colour_at(const config *c, const bee *b, double x, double y)
{
  const double side = (double)c->field;
  if (!(x >= 0 && y >= 0 && x < side && y < side))
    return GREY;
  return b->flower[(int64_t)y * c->field + (int64_t)x];
}

/* What the eye sees; the flower in the middle alone where the cone has no other. */
static void look(const config *c, bee *b)
{
  const double ahead = c->forward * b->height, radius = c->view * b->height;
  const double x = b->x + ahead * b->cosine, y = b->y + ahead * b->sine;
  int32_t count[N_COLOUR] = { 0 }, n = 0;
  const int32_t low_x = (int32_t)floor(x - radius), low_y = (int32_t)floor(y - radius);
  for (int32_t row = low_y; row <= y + radius; row++)
    for (int32_t column = low_x; column <= x + radius; column++) {
      const double dx = column + 0.5 - x, dy = row + 0.5 - y;
      if (dx * dx + dy * dy > radius * radius)
        continue;
      count[colour_at(c, b, column + 0.5, row + 0.5)]++;
      n++;
    }
  if (n == 0)
    count[colour_at(c, b, x, y)] = n = 1;
  for (int k = 0; k < N_COLOUR; k++) {
    b->before[k] = b->seen[k];
    b->seen[k] = (double)count[k] / n;
  }
}

static void head(bee *b, double turn)
{
  hebb_sincos_turn(turn, &b->sine, &b->cosine);
}

static void begin_flight(const config *c, bee *b)
{
  const hebb_address address = { .seed = b->seed,
                                 .purpose = DRAW_FLIGHT,
                                 .individual = (uint32_t)b->trial };
  b->x = hebb_uniform_double(&address, 0) * (double)c->field;
  b->y = hebb_uniform_double(&address, 1) * (double)c->field;
  head(b, hebb_uniform_double(&address, 2));
  b->height =
      (int32_t)c->lowest_start + hebb_below(&address, 3, c->highest_start - c->lowest_start + 1);
  b->begun_at = b->height;
  b->nectar = 0;
  if (b->trial == b->switch_at)
    b->colour_a = BLUE + YELLOW - b->colour_a;
  look(c, b);
  memcpy(b->before, b->seen, sizeof b->before);
}

/* In the air the shares of colours and their changes; on a flower its colour and nectar. */
static void observe(const model *m, const bee *b, float *obs)
{
  const bool down = b->height == 0;
  int n = 0;
  for (int k = 0; k < N_COLOUR; k++)
    obs[n++] = down ? 0 : (float)b->seen[k];
  for (int k = 0; m->c->differential_input && k < N_COLOUR; k++)
    obs[n++] = down ? 0 : (float)(b->seen[k] - b->before[k]);
  for (int k = 0; k < N_COLOUR; k++)
    obs[n++] = down && b->landed == k ? 1.0f : 0.0f;
  if (m->c->reward_input)
    obs[n] = (float)b->nectar;
}

static void reset(void *sim_, const uint64_t *seed, const hebb_lanes *io)
{
  sim *s = sim_;
  const config *c = s->m->c;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->select && !io->select[lane])
      continue;
    bee *b = &s->lane[lane];
    const hebb_address address = { .seed = seed[lane], .purpose = DRAW_LIFE };
    const double n_trial = (double)c->n_trial, first = ceil(c->switch_from * n_trial);
    const double last = fmax(first, floor(c->switch_to * n_trial));
    *b = (bee){ .seed = seed[lane], .flower = b->flower, .landed = -1 };
    b->colour_a = hebb_uniform_double(&address, 0) < 0.5 ? BLUE : YELLOW;
    b->switch_at = (int32_t)(first + floor(hebb_uniform_double(&address, 1) * (last - first + 1)));
    plant(c, b);
    begin_flight(c, b);
    io->done[lane] = HEBB_RUNNING;
    observe(s->m, b, &io->obs[lane * s->m->n_obs]);
  }
}

/* One move; returns the nectar where the bee lands. */
static double fly(const config *c, bee *b, double act)
{
  const hebb_address heading = { .seed = b->seed,
                                 .purpose = DRAW_HEADING,
                                 .individual = (uint32_t)b->trial };
  const uint32_t n = 2 * (uint32_t)b->height;
  if (hebb_uniform_double(&heading, n) < act)
    head(b, hebb_uniform_double(&heading, n + 1));
  b->x += c->forward * b->cosine;
  b->y += c->forward * b->sine;
  b->height--;
  if (b->height > 0) {
    look(c, b);
    return 0;
  }
  const hebb_address nectar = { .seed = b->seed, .purpose = DRAW_NECTAR };
  const double u = hebb_uniform_double(&nectar, (uint32_t)b->trial);
  b->landed = colour_at(c, b, b->x, b->y);
  if (b->landed != GREY && b->landed == b->colour_a)
    b->nectar = u < c->chance_a ? c->nectar_a : 0;
  else if (b->landed != GREY)
    b->nectar = u < c->chance_b ? c->nectar_b : 0;
  b->score += b->nectar;
  return b->nectar;
}

static void step(void *sim_, const hebb_lanes *io)
{
  sim *s = sim_;
  const config *c = s->m->c;
  for (int32_t lane = 0; lane < io->n_lane; lane++) {
    if (io->done[lane])
      continue;
    bee *b = &s->lane[lane];
    const double act = io->act[lane];
    io->reward[lane] = 0;
    if (!isfinite(act)) {
      io->done[lane] = HEBB_FAILED;
      io->why[lane] = "the action is not finite";
      continue;
    }
    if (b->height > 0) {
      if (b->height == b->begun_at)
        io->mark[lane] =
            b->trial == b->switch_at ? HEBB_TRIAL_BEGIN | HEBB_EVENT : HEBB_TRIAL_BEGIN;
      io->reward[lane] = fly(c, b, act);
    } else {
      io->mark[lane] = HEBB_TRIAL_END;
      b->trial++;
      if (b->trial >= c->n_trial)
        io->done[lane] = HEBB_TERMINATED;
      else
        begin_flight(c, b);
    }
    observe(s->m, b, &io->obs[lane * s->m->n_obs]);
  }
}

static void read(void *sim_, int32_t lane, int32_t array, void *out)
{
  const sim *s = sim_;
  const bee *b = &s->lane[lane];
  const int32_t whole[] = {
    [TRIAL] = b->trial, [POSITION] = 0, [REWARD_LOCATION] = b->colour_a, [CHOSEN] = b->landed
  };
  const double position[3] = { b->x, b->y, b->height };
  if (array == POSITION)
    memcpy(out, position, sizeof position);
  else if (array == SCORE)
    memcpy(out, &b->score, sizeof b->score);
  else
    memcpy(out, &whole[array], sizeof whole[0]);
}

/* The field from above, around the bee, its way and where it will land. */
static int draw(void *sim_, int32_t lane, int32_t width, int32_t height, uint8_t *rgb)
{
  static const draw_colour blue = { 90, 120, 210 }, yellow = { 235, 205, 80 };
  const sim *s = sim_;
  const config *c = s->m->c;
  const bee *b = &s->lane[lane];
  const double range = 16, ahead = c->forward * b->height;
  const draw_canvas canvas =
      draw_begin(rgb, width, height, b->x - range, b->x + range, b->y - range, b->y + range);
  draw_box(&canvas, b->x - 4 * range, b->x + 4 * range, b->y - 4 * range, b->y + 4 * range,
           draw_ground);
  for (int64_t row = 0; row < c->field; row++)
    for (int64_t column = 0; column < c->field; column++)
      draw_disc(&canvas, (double)column + 0.5, (double)row + 0.5, 0.4,
                b->flower[row * c->field + column] == BLUE ? blue : yellow);
  draw_line(&canvas, b->x, b->y, b->x + ahead * b->cosine, b->y + ahead * b->sine, 0.2, draw_ink);
  draw_disc(&canvas, b->x + ahead * b->cosine, b->y + ahead * b->sine, 0.3, draw_accent);
  draw_disc(&canvas, b->x, b->y, 0.4, draw_ink);
  return HEBB_OK;
}

static const hebb_env foraging = {
  .base = {
    HEBB_HEAD(HEBB_ENV, hebb_env, config),
    .name = "foraging", .version = "1.0",
    .brief = "A bee over flowers of two colours, which exchange their nectar during life.",
    .cite = "Niv, Joel, Meilijson & Ruppin 2002; Soltoggio, Duerr, Mattiussi & Floreano 2007",
    .params = rows,
  },
  .open = open, .close = close, .make = make, .drop = drop,
  .reset = reset, .step = step, .read = read, .draw = draw,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &foraging.base : NULL;
}
