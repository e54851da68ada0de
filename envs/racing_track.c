/* racing_track.c - the random closed tracks of CarRacing-v0 (Gym 0.17.2), to the last bit.
 *
 * Twelve checkpoints at random distances surround the middle. A point walks from one to the next in
 * steps of 3.5 m, turning towards the next one by at most 0.31 rad a step, for up to five laps; the
 * last whole lap is the track, if its ends meet. All in double, with libm's sine, cosine and
 * arctangent, in Gym's order of operations: its published seeds give its tracks.
 */
#include "racing_track.h"

#include <math.h>
#include <string.h>

enum { N_CHECKPOINT = 12, MOST_LAPS = 4, MOST_ATTEMPTS = 1000, BORDER_COUNT = 4 };

static const double pi = 3.14159265358979323846;
static const double scale = 6.0;
static const double track_radius = 900 / 6.0, step_length = 21 / 6.0, turn_rate = 0.31;
static const double half_width = 40 / 6.0, border_width = 8 / 6.0;

typedef struct checkpoint {
  double alpha, x, y;
} checkpoint;

static double uniform(racing_random *r, double low, double high)
{
  return low + (high - low) * racing_random_double(r);
}

/* 24 draws, whatever becomes of them. */
static void draw_checkpoints(racing_random *r, checkpoint at[N_CHECKPOINT])
{
  for (int c = 0; c < N_CHECKPOINT; c++) {
    double alpha = 2 * pi * c / N_CHECKPOINT + uniform(r, 0, 2 * pi * 1 / N_CHECKPOINT);
    double radius = uniform(r, track_radius / 3, track_radius);
    if (c == 0 || c == N_CHECKPOINT - 1) {
      alpha = 2 * pi * c / N_CHECKPOINT;
      radius = 1.5 * track_radius;
    }
    at[c] = (checkpoint){ alpha, radius * cos(alpha), radius * sin(alpha) };
  }
}

/* The first checkpoint from `next` on that is not behind alpha. Where none is left before the round
   ends, alpha loses a turn, and keeps that. */
static const checkpoint *find_next(const checkpoint at[N_CHECKPOINT], int *next, double *alpha)
{
  while (*alpha > at[*next % N_CHECKPOINT].alpha) {
    ++*next;
    if (*next % N_CHECKPOINT == 0)
      *alpha -= 2 * pi;
  }
  return &at[*next % N_CHECKPOINT];
}

/* The points of up to five laps; returns how many. */
static int walk_round(const checkpoint at[N_CHECKPOINT], racing_point walk[RACING_MOST_STEPS])
{
  double x = 1.5 * track_radius, y = 0, beta = 0;
  int next = 0, laps = 0, n = 0;
  bool other_side = false;

  while (n < RACING_MOST_STEPS && laps <= MOST_LAPS) {
    double alpha = atan2(y, x);
    if (other_side && alpha > 0) {
      laps++;
      other_side = false;
    }
    if (alpha < 0) {
      other_side = true;
      alpha += 2 * pi;
    }
    const checkpoint *to = find_next(at, &next, &alpha);

    const double right_x = cos(beta), right_y = sin(beta); // ahead is (-right_y, right_x)
    double across = right_x * (to->x - x) + right_y * (to->y - y);
    while (beta - alpha > 1.5 * pi)
      beta -= 2 * pi;
    while (beta - alpha < -1.5 * pi)
      beta += 2 * pi;
    const double beta_before = beta;
    across *= scale;
    if (across > 0.3)
      beta -= fmin(turn_rate, fabs(0.001 * across));
    if (across < -0.3)
      beta += fmin(turn_rate, fabs(0.001 * across));
    x += -right_y * step_length;
    y += right_x * step_length;
    walk[n++] = (racing_point){ alpha, beta_before * 0.5 + beta * 0.5, x, y };
  }
  return n;
}

/* The last whole lap of the walk; false: there is none, or it cannot be a track. */
static bool cut_lap(const racing_point *walk, int n, racing_track *track)
{
  const double start_alpha = 2 * pi * (-0.5) / N_CHECKPOINT;
  int last = -1, first = -1;
  for (int i = n - 1; i > 0 && first < 0; i--)
    if (walk[i].alpha > start_alpha && walk[i - 1].alpha <= start_alpha) {
      if (last < 0)
        last = i;
      else
        first = i;
    }
  const int length = last - 1 - first;
  if (first < 0 || length < BORDER_COUNT + 1 || length > RACING_MOST_TILES)
    return false;
  track->n = length;
  memcpy(track->point, walk + first, (size_t)length * sizeof *walk);

  const racing_point *a = &track->point[0], *b = &track->point[length - 1];
  const double gap_x = cos(a->beta) * (a->x - b->x), gap_y = sin(a->beta) * (a->y - b->y);
  if (sqrt(gap_x * gap_x + gap_y * gap_y) > step_length)
    return false;
  // Box2D aborts at a tile without length, and so would Gym
  return hypot(a->x - b->x, a->y - b->y) > 0.01 || fabs(a->beta - b->beta) > 0.01;
}

static double sign(double x)
{
  return (x > 0) - (x < 0);
}

/* Kerbs where four tiles on end turn sharply to the same side, and on the three before them. */
static void set_borders(racing_track *track)
{
  const int n = track->n;
  for (int i = 0; i < n; i++) {
    bool sharp = true;
    double side = 0;
    for (int back = 0; back < BORDER_COUNT; back++) {
      const double turn =
          track->point[(i - back + n) % n].beta - track->point[(i - back - 1 + n) % n].beta;
      sharp = sharp && fabs(turn) > turn_rate * 0.2;
      side += sign(turn);
    }
    track->border[i] = sharp && fabs(side) == BORDER_COUNT;
  }
  for (int i = 0; i < n; i++)
    for (int back = 0; back < BORDER_COUNT; back++)
      track->border[(i - back + n) % n] |= track->border[i];
}

bool racing_track_draw(racing_random *r, racing_point walk[RACING_MOST_STEPS], racing_track *track)
{
  checkpoint at[N_CHECKPOINT];
  for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    draw_checkpoints(r, at);
    if (cut_lap(walk, walk_round(at, walk), track)) {
      set_borders(track);
      return true;
    }
  }
  return false;
}

static const racing_point *before(const racing_track *track, int32_t i)
{
  return &track->point[i > 0 ? i - 1 : track->n - 1];
}

/* From `inner` to `outer` (m, to the right) of tile i's far end and back along its near end. */
static racing_quad strip(const racing_track *track, int32_t i, double inner, double outer)
{
  const racing_point *a = &track->point[i], *b = before(track, i);
  return (racing_quad){
    .x = { a->x + inner * cos(a->beta), a->x + outer * cos(a->beta), b->x + outer * cos(b->beta),
           b->x + inner * cos(b->beta) },
    .y = { a->y + inner * sin(a->beta), a->y + outer * sin(a->beta), b->y + outer * sin(b->beta),
           b->y + inner * sin(b->beta) },
  };
}

racing_quad racing_track_tile(const racing_track *track, int32_t i)
{
  static const uint8_t grey[3] = { 102, 105, 107 }; // 0.40, 0.41, 0.42
  racing_quad quad = strip(track, i, -half_width, half_width);
  memset(quad.rgb, grey[i % 3], sizeof quad.rgb);
  return quad;
}

racing_quad racing_track_kerb(const racing_track *track, int32_t i)
{
  const double side = sign(before(track, i)->beta - track->point[i].beta);
  racing_quad quad = strip(track, i, side * half_width, side * (half_width + border_width));
  quad.rgb[0] = 255;
  quad.rgb[1] = quad.rgb[2] = i % 2 ? 0 : 255;
  return quad;
}
