/* draw.c - shapes by the centres of pixels (draw.h). */
#include "draw.h"

#include <math.h>

const draw_colour draw_paper = { 255, 255, 255 };
const draw_colour draw_ink = { 40, 40, 48 };
const draw_colour draw_body = { 202, 152, 101 };
const draw_colour draw_accent = { 200, 62, 52 };
const draw_colour draw_ground = { 150, 160, 150 };

/* Pixels first .. end - 1 whose centres may lie in low .. high, of n. */
typedef struct span {
  int32_t first, end;
} span;

static int32_t within(double x, int32_t n)
{
  return x > 0 ? x < n ? (int32_t)x : n : 0;
}

static span columns(const draw_canvas *c, double low, double high)
{
  const double left = c->x - 0.5 * c->width * c->pixel;
  return (span){ within(ceil((low - left) / c->pixel - 0.5), c->width),
                 within(floor((high - left) / c->pixel - 0.5) + 1, c->width) };
}

static span lines(const draw_canvas *c, double low, double high)
{
  const double top = c->y + 0.5 * c->height * c->pixel;
  return (span){ within(ceil((top - high) / c->pixel - 0.5), c->height),
                 within(floor((top - low) / c->pixel - 0.5) + 1, c->height) };
}

static void put(const draw_canvas *c, int32_t row, int32_t column, draw_colour colour)
{
  uint8_t *at = c->rgb + 3 * ((int64_t)row * c->width + column);
  at[0] = colour.red;
  at[1] = colour.green;
  at[2] = colour.blue;
}

draw_canvas draw_begin(uint8_t *rgb, int32_t width, int32_t height, double x_low, double x_high,
                       double y_low, double y_high)
{
  draw_canvas c = { .rgb = rgb,
                    .width = width,
                    .height = height,
                    .x = 0.5 * (x_low + x_high),
                    .y = 0.5 * (y_low + y_high),
                    .pixel = fmax((x_high - x_low) / width, (y_high - y_low) / height) };
  for (int32_t row = 0; row < height; row++)
    for (int32_t column = 0; column < width; column++)
      put(&c, row, column, draw_paper);
  return c;
}

void draw_box(const draw_canvas *c, double x_low, double x_high, double y_low, double y_high,
              draw_colour colour)
{
  const span x = columns(c, x_low, x_high), y = lines(c, y_low, y_high);
  for (int32_t row = y.first; row < y.end; row++)
    for (int32_t column = x.first; column < x.end; column++)
      put(c, row, column, colour);
}

/* Every pixel that is no farther from the segment than half its thickness. */
void draw_line(const draw_canvas *c, double x0, double y0, double x1, double y1, double thickness,
               draw_colour colour)
{
  const double radius = fmax(0.5 * thickness, 0.5 * c->pixel);
  const double dx = x1 - x0, dy = y1 - y0, square = dx * dx + dy * dy;
  const span x = columns(c, fmin(x0, x1) - radius, fmax(x0, x1) + radius);
  const span y = lines(c, fmin(y0, y1) - radius, fmax(y0, y1) + radius);
  for (int32_t row = y.first; row < y.end; row++)
    for (int32_t column = x.first; column < x.end; column++) {
      const double px = c->x + (column + 0.5 - 0.5 * c->width) * c->pixel - x0;
      const double py = c->y - (row + 0.5 - 0.5 * c->height) * c->pixel - y0;
      const double along = square > 0 ? fmax(0, fmin(1, (px * dx + py * dy) / square)) : 0;
      const double ex = px - along * dx, ey = py - along * dy;
      if (ex * ex + ey * ey <= radius * radius)
        put(c, row, column, colour);
    }
}

void draw_disc(const draw_canvas *c, double x, double y, double radius, draw_colour colour)
{
  draw_line(c, x, y, x, y, 2 * radius, colour);
}
