/* racing_picture.c - the frames of OpenAI gym's CarRacing-v0, drawn in software.
 *
 * A window of 1000 x 800 units is squeezed into the picture; a pixel takes the colour of the last
 * thing that covers its centre, as OpenGL does without anti-aliasing: a row (column) belongs to a
 * shape if its centre lies in [first, last). Order: black, playfield with light squares, road,
 * car, indicators, score. The picture is drawn in tiles of at most 96 x 96 pixels on the stack.
 */
#include "racing_picture.h"

#include <endian.h>
#include <math.h>
#include <string.h>

#include <hebb/clone.h>
#include <hebb/math.h>

enum { TILE = 96, WINDOW_WIDTH = 1000, WINDOW_HEIGHT = 800, BAR_HEIGHT = 100 };

static const double playfield = 2000.0 / 6, turn = 6.283185307179586, car_size = 0.02;

/* Part of the picture in work: red is the lowest byte of a pixel. */
typedef struct tile {
  int32_t left, top, width, height, rows; /* what lies below `rows` is not drawn on */
  uint32_t pixel[TILE][TILE];
} tile;

/* column = column[0] + column[1] x + column[2] y, likewise the row, of world x, y; relative to the
   tile */
typedef struct projection {
  double column[3], row[3];
} projection;

static uint32_t colour_of(const uint8_t rgb[3])
{
  return (uint32_t)rgb[0] | (uint32_t)rgb[1] << 8 | (uint32_t)rgb[2] << 16;
}

static void sincos_of(double angle, double *sine, double *cosine)
{
  const double u = angle / turn;
  hebb_sincos_turn(u - floor(u), sine, cosine);
}

racing_camera racing_camera_at(const racing_scene *s)
{
  const double speed = sqrt(s->hull_vx * s->hull_vx + s->hull_vy * s->hull_vy);
  racing_camera c = { .zoom = 0.1 * 6 * fmax(1 - s->time, 0) + 2.7 * 6 * fmin(s->time, 1) };
  // the view follows the velocity: atan2(vx, vy) in gym
  if (s->velocity_camera && speed > 0.5)
    c.cosine = s->hull_vy / speed, c.sine = s->hull_vx / speed;
  else
    sincos_of(-s->hull_angle, &c.sine, &c.cosine);
  c.translation[0] = 0.5 * WINDOW_WIDTH - c.zoom * (s->hull_x * c.cosine - s->hull_y * c.sine);
  c.translation[1] = 0.25 * WINDOW_HEIGHT - c.zoom * (s->hull_x * c.sine + s->hull_y * c.cosine);
  return c;
}

/* ---- the car ---- */

static const struct {
  int32_t n;
  double x[RACING_CAR_CORNERS], y[RACING_CAR_CORNERS];
} hull_part[4] = {
  { 4, { 60, 60, -60, -60 }, { 110, 130, 130, 110 } },
  { 4, { 20, 15, -15, -20 }, { 20, 120, 120, 20 } },
  { 8, { 50, 50, 25, -25, -50, -50, -20, 20 }, { -40, -10, 20, 20, -10, -40, -90, -90 } },
  { 4, { 50, 50, -50, -50 }, { -120, -90, -90, -120 } },
};

static void place(racing_polygon *p, double x, double y, double sine, double cosine)
{
  for (int32_t k = 0; k < p->n; k++) {
    const double px = p->x[k], py = p->y[k];
    p->x[k] = x + (cosine * px - sine * py);
    p->y[k] = y + (sine * px + cosine * py);
  }
}

static racing_polygon wheel_box(double from, double to, uint8_t grey)
{
  const double half = 14 * car_size;
  return (racing_polygon){ .n = 4,
                           .x = { -half, half, half, -half },
                           .y = { from, from, to, to },
                           .rgb = { grey, grey, grey } };
}

int32_t racing_car(const racing_scene *s, racing_polygon out[RACING_N_CAR])
{
  const double radius = 27 * car_size;
  double sine, cosine;
  int32_t n = 0;
  for (int k = 0; k < 4; k++) {
    const racing_wheel *w = &s->wheel[k];
    double sine1, cosine1, sine2, cosine2;
    sincos_of(w->angle, &sine, &cosine);
    out[n] = wheel_box(-radius, radius, 0);
    place(&out[n++], w->x, w->y, sine, cosine);

    // a mark on the tread, seen where it is on the upper side
    sincos_of(w->phase, &sine1, &cosine1);
    sincos_of(w->phase + 1.2, &sine2, &cosine2);
    if (sine1 > 0 && sine2 > 0)
      continue;
    if (sine1 > 0)
      cosine1 = copysign(1, cosine1);
    if (sine2 > 0)
      cosine2 = copysign(1, cosine2);
    out[n] = wheel_box(radius * cosine1, radius * cosine2, 76);
    place(&out[n++], w->x, w->y, sine, cosine);
  }
  sincos_of(s->hull_angle, &sine, &cosine);
  for (int k = 0; k < 4; k++) {
    racing_polygon *p = &out[n++];
    *p = (racing_polygon){ .n = hull_part[k].n, .rgb = { 204, 0, 0 } };
    for (int32_t i = 0; i < p->n; i++) {
      p->x[i] = car_size * hull_part[k].x[i];
      p->y[i] = car_size * hull_part[k].y[i];
    }
    place(p, s->hull_x, s->hull_y, sine, cosine);
  }
  return n;
}

/* ---- filling ---- */

/* The first pixel whose centre is at x or beyond it, within 0 .. limit (NaN: 0). */
static HEBB_INLINE int32_t pixel_from(double x, int32_t limit)
{
  double edge = x - 0.5;
  edge = edge > 0 ? edge : 0;
  edge = edge < limit ? edge : limit;
  const int32_t below = (int32_t)edge;
  return below + (below < edge);
}

/* Columns from .. to - 1 of a row. */
static HEBB_INLINE void fill_span(tile *t, int32_t row, int32_t from, int32_t to, uint32_t colour)
{
  uint32_t *pixel = t->pixel[row];
  for (int32_t k = from; k < to; k++)
    pixel[k] = colour;
}

/* A convex polygon in pixels of the tile. Every edge goes from its upper to its lower end, so that
   neighbours agree on the edge that they share. */
static HEBB_INLINE void fill_polygon(tile *t, int32_t n, const double *column, const double *row,
                                     uint32_t colour)
{
  int32_t from[TILE], to[TILE];
  int32_t pixel_row[RACING_CAR_CORNERS], first = t->rows, last = 0;
  for (int32_t k = 0; k < n; k++) {
    pixel_row[k] = pixel_from(row[k], t->rows);
    first = pixel_row[k] < first ? pixel_row[k] : first;
    last = pixel_row[k] > last ? pixel_row[k] : last;
  }
  for (int32_t i = first; i < last; i++)
    from[i] = t->width, to[i] = 0;

  for (int32_t k = 0; k < n; k++) {
    const int32_t next = k + 1 < n ? k + 1 : 0;
    const int32_t a = row[k] <= row[next] ? k : next, b = row[k] <= row[next] ? next : k;
    const int32_t end = pixel_row[b];
    const double slope = (column[b] - column[a]) / (row[b] - row[a]);
    for (int32_t i = pixel_row[a]; i < end; i++) {
      const int32_t at = pixel_from(column[a] + (i + 0.5 - row[a]) * slope, t->width);
      from[i] = at < from[i] ? at : from[i];
      to[i] = at > to[i] ? at : to[i];
    }
  }
  for (int32_t i = first; i < last; i++)
    fill_span(t, i, from[i], to[i], colour);
}

/* A polygon of the world. */
static HEBB_INLINE void draw_polygon(tile *t, const projection *p, int32_t n, const double *x,
                                     const double *y, uint32_t colour)
{
  double column[RACING_CAR_CORNERS], row[RACING_CAR_CORNERS];
  for (int32_t k = 0; k < n; k++) {
    column[k] = p->column[0] + (p->column[1] * x[k] + p->column[2] * y[k]);
    row[k] = p->row[0] + (p->row[1] * x[k] + p->row[2] * y[k]);
  }
  fill_polygon(t, n, column, row, colour);
}

/* A rectangle of the window, y up. */
static HEBB_INLINE void draw_rectangle(tile *t, int32_t width, int32_t height, double x1, double x2,
                                       double y1, double y2, uint32_t colour)
{
  const double across = (double)width / WINDOW_WIDTH, down = (double)height / WINDOW_HEIGHT;
  const double left = fmin(x1, x2) * across - t->left, right = fmax(x1, x2) * across - t->left;
  const double top = height - fmax(y1, y2) * down - t->top;
  const double bottom = height - fmin(y1, y2) * down - t->top;
  const int32_t last = pixel_from(bottom, t->height);
  const int32_t from = pixel_from(left, t->width), to = pixel_from(right, t->width);
  for (int32_t i = pixel_from(top, t->height); i < last; i++)
    fill_span(t, i, from, to, colour);
}

/* ---- what is in the picture ---- */

enum { FRACTION = 24, FIELD_CELLS = 20 };

/* Cells in fixed point, modulo 256, rounded. A tile is at most 100 cells wide: from where the
   number is clamped, no pixel of it reaches the playfield. */
static HEBB_INLINE uint32_t fixed_of(double cells)
{
  const double far = 122, clamped = fmax(fmin(cells, far), -far);
  return (uint32_t)(uint64_t)(clamped * (1 << FRACTION) + (0x1p32 + 0.5));
}

/* Black, and where the playfield is, grass: light where both coordinates are in an even cell. */
static HEBB_INLINE void draw_grass(tile *t, const projection *p)
{
  const double determinant = p->column[1] * p->row[2] - p->column[2] * p->row[1];
  const double cells = FIELD_CELLS / playfield / determinant;
  const uint32_t du = fixed_of(p->row[2] * cells), dv = fixed_of(-p->row[1] * cells);
  for (int32_t i = 0; i < t->rows; i++) {
    const double column = 0.5 - p->column[0], row = i + 0.5 - p->row[0];
    const double u = (p->row[2] * column - p->column[2] * row) * cells;
    const double v = (p->column[1] * row - p->row[1] * column) * cells;
    const uint32_t u0 = fixed_of(u) + (FIELD_CELLS << FRACTION);
    const uint32_t v0 = fixed_of(v) + (FIELD_CELLS << FRACTION);
    uint32_t *restrict pixel = t->pixel[i];
    for (uint32_t k = 0; k < TILE; k++) {
      const uint32_t a = (u0 + k * du) >> FRACTION, b = (v0 + k * dv) >> FRACTION;
      const uint32_t inside = 0 - (uint32_t)((a < 2 * FIELD_CELLS) & (b < 2 * FIELD_CELLS));
      pixel[k] = inside & (0x66e666u - ((a | b) & 1) * 0x001a00u);
    }
  }
  for (int32_t i = t->rows; i < t->height; i++)
    memset(t->pixel[i], 0, sizeof t->pixel[i]);
}

static HEBB_INLINE int all_below(const double v[4], double bound)
{
  return (v[0] < bound) & (v[1] < bound) & (v[2] < bound) & (v[3] < bound);
}

static HEBB_INLINE int all_above(const double v[4], double bound)
{
  return (v[0] > bound) & (v[1] > bound) & (v[2] > bound) & (v[3] > bound);
}

static HEBB_INLINE void draw_road(tile *t, const projection *p, const racing_quad *road, int32_t n)
{
  // the view's bounding box in the world
  const double determinant = p->column[1] * p->row[2] - p->column[2] * p->row[1];
  double low[2] = { INFINITY, INFINITY }, high[2] = { -INFINITY, -INFINITY };
  for (int corner = 0; corner < 4; corner++) {
    const double column = (corner & 1) * t->width - p->column[0];
    const double row = (corner >> 1) * t->rows - p->row[0];
    const double at[2] = { (p->row[2] * column - p->column[2] * row) / determinant,
                           (p->column[1] * row - p->row[1] * column) / determinant };
    for (int k = 0; k < 2; k++) {
      low[k] = fmin(low[k], at[k]);
      high[k] = fmax(high[k], at[k]);
    }
  }
  for (int32_t k = 0; k < n; k++) {
    const double *x = road[k].x, *y = road[k].y;
    const int out =
        all_below(x, low[0]) | all_above(x, high[0]) | all_below(y, low[1]) | all_above(y, high[1]);
    if (!out)
      draw_polygon(t, p, 4, x, y, colour_of(road[k].rgb));
  }
}

/* Bars upright (speed, wheels) and lying (steering, turning), in 40ths of the window. */
static HEBB_INLINE void draw_indicators(tile *t, const racing_scene *s, int32_t width,
                                        int32_t height)
{
  enum { S = WINDOW_WIDTH / 40, H = WINDOW_HEIGHT / 40 };
  const struct {
    double place, value;
    uint32_t colour;
  } upright[5] = {
    { 5, 0.02 * sqrt(s->hull_vx * s->hull_vx + s->hull_vy * s->hull_vy), 0xffffff },
    { 7, 0.01 * s->wheel[0].omega, 0xff0000 },
    { 8, 0.01 * s->wheel[1].omega, 0xff0000 },
    { 9, 0.01 * s->wheel[2].omega, 0xff0033 },
    { 10, 0.01 * s->wheel[3].omega, 0xff0033 },
  }, lying[2] = {
    { 20, -10 * s->wheel[0].joint_angle, 0x00ff00 },
    { 30, -0.8 * s->hull_w, 0x0000ff },
  };
  draw_rectangle(t, width, height, 0, WINDOW_WIDTH, 0, BAR_HEIGHT, 0);
  for (int k = 0; k < 5; k++)
    draw_rectangle(t, width, height, upright[k].place * S, (upright[k].place + 1) * S, H,
                   H + H * upright[k].value, upright[k].colour);
  for (int k = 0; k < 2; k++)
    draw_rectangle(t, width, height, lying[k].place * S, (lying[k].place + lying[k].value) * S,
                   2 * H, 4 * H, lying[k].colour);
}

/* The score in four characters of 3 x 5 dots, row by row from the top left in octal. Of gym's 12
   columns a character takes three: at 96 x 96 pixels its outer two dot columns and a gap are
   seen, which are different for all ten digits. */
static HEBB_INLINE void draw_score(tile *t, double score, int32_t width, int32_t height)
{
  static const uint16_t digit[11] = { 075557, 011111, 071747, 071717, 055711, 074717,
                                      074757, 071111, 025752, 075717, 000700 };
  const double dot = 3 * WINDOW_WIDTH / 96.0 / 4, dot_up = WINDOW_HEIGHT / 96.0;
  int32_t value = (int32_t)fmax(fmin(score, 9999), -999);
  const int minus = value < 0;
  value = minus ? -value : value;
  for (int character = 3; character >= 0; character--, value /= 10) {
    const uint16_t dots = digit[minus && character == 0 ? 10 : value % 10];
    for (int k = 0; k < 15; k++) {
      const double x = 2 * WINDOW_WIDTH / 96.0 + (4 * character + k % 3 - 1.0 / 6) * dot;
      const double y = (8 - (int)(k / 3)) * dot_up;
      if (dots >> (14 - k) & 1)
        draw_rectangle(t, width, height, x, x + dot, y - dot_up, y, 0xffffff);
    }
  }
}

static HEBB_INLINE void draw_tile_inline(tile *t, const racing_scene *s, const racing_camera *c,
                                         int32_t width, int32_t height)
{
  const double across = (double)width / WINDOW_WIDTH, down = (double)height / WINDOW_HEIGHT;
  const projection p = {
    .column = { across * c->translation[0] - t->left, across * c->zoom * c->cosine,
                -across * c->zoom * c->sine },
    .row = { height - down * c->translation[1] - t->top, -down * c->zoom * c->sine,
             -down * c->zoom * c->cosine },
  };
  racing_polygon car[RACING_N_CAR];
  draw_grass(t, &p);
  if (t->rows > 0) {
    draw_road(t, &p, s->road, s->n_road);
    const int32_t n = racing_car(s, car);
    for (int32_t k = 0; k < n; k++)
      draw_polygon(t, &p, car[k].n, car[k].x, car[k].y, colour_of(car[k].rgb));
  }
  if (t->rows < t->height) {
    draw_indicators(t, s, width, height);
    if (s->score_label)
      draw_score(t, s->shown_score, width, height);
  }
}

HEBB_CLONES(draw_tile,
            (tile * t, const racing_scene *s, const racing_camera *c, int32_t width,
             int32_t height),
            (t, s, c, width, height))

/* A pixel is written as four bytes, of which the next pixel takes back the last. */
static void copy_out(const tile *t, int32_t width, uint8_t *rgb)
{
  for (int32_t i = 0; i < t->height; i++) {
    const uint32_t *pixel = t->pixel[i];
    uint8_t *to = rgb + 3 * ((size_t)(t->top + i) * (size_t)width + (size_t)t->left);
    for (int32_t k = 0; k + 1 < t->width; k++, to += 3) {
      const uint32_t word = htole32(pixel[k]);
      memcpy(to, &word, sizeof word);
    }
    const uint32_t last = htole32(pixel[t->width - 1]);
    memcpy(to, &last, 3);
  }
}

void racing_picture(const racing_scene *scene, int32_t width, int32_t height, uint8_t *rgb)
{
  const racing_camera camera = racing_camera_at(scene);
  const int32_t above_bar = (int32_t)((7 * (int64_t)height + 4) / 8);
  tile t;
  for (t.top = 0; t.top < height; t.top += TILE)
    for (t.left = 0; t.left < width; t.left += TILE) {
      t.width = width - t.left < TILE ? width - t.left : TILE;
      t.height = height - t.top < TILE ? height - t.top : TILE;
      t.rows = above_bar - t.top < t.height ? above_bar - t.top : t.height;
      t.rows = t.rows > 0 ? t.rows : 0;
      draw_tile(&t, scene, &camera, width, height);
      copy_out(&t, width, rgb);
    }
}
