/* draw.h - what the environments draw themselves with: boxes, thick lines and discs in flat colours.
 *
 * A canvas looks at a rectangle of the world, kept in proportion and in the middle; y points up. A pixel
 * has a colour where its centre is inside the shape, so that equal states give equal bytes.
 */
#ifndef DRAW_H
#define DRAW_H

#include <stdint.h>

typedef struct draw_colour {
  uint8_t red, green, blue;
} draw_colour;

typedef struct draw_canvas {
  uint8_t *rgb; /* (height x width x 3), the first row is the top one */
  int32_t width, height;
  double x, y;  /* the world's point in the middle */
  double pixel; /* side of a pixel in the world */
} draw_canvas;

/* The shared colours. */
extern const draw_colour draw_paper, draw_ink, draw_body, draw_accent, draw_ground;

/* A canvas of paper that shows at least x_low .. x_high times y_low .. y_high. */
draw_canvas draw_begin(uint8_t *rgb, int32_t width, int32_t height, double x_low, double x_high,
                       double y_low, double y_high);

void draw_box(const draw_canvas *c, double x_low, double x_high, double y_low, double y_high,
              draw_colour colour);

/* With round ends; never thinner than a pixel. */
void draw_line(const draw_canvas *c, double x0, double y0, double x1, double y1, double thickness,
               draw_colour colour);

void draw_disc(const draw_canvas *c, double x, double y, double radius, draw_colour colour);

#endif
