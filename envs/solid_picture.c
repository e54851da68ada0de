/* solid_picture.c - spheres and capsules above a checkered floor, drawn in software.
 *
 * Every sample is a ray from the eye. What it hits is computed, not approximated by triangles: a
 * capsule is tried within the box that it fills on the screen, and the nearest hit is kept in a
 * depth buffer. Four samples a pixel. Light comes from one side, shadows fall straight down, and
 * distance fades into the sky. The picture is drawn in tiles of 32 x 32 pixels on the stack.
 */
#include "solid_picture.h"

#include <math.h>
#include <string.h>

#include <hebb/math.h>

enum { TILE = 32, SAMPLES = 2, SIDE = TILE * SAMPLES };

static const double light[3] = { -0.36, -0.48, 0.8 }, ambient = 0.4, shadow = 0.6;
static const double fade_distance = 60, nearest = 1e-3, horizon = 1e5; /* m */

typedef struct eye {
  double at[3], forward[3], right[3], up[3];
  double step; /* of a ray, from one sample to the next, at depth 1 */
} eye;

typedef struct tile {
  int32_t left, top;       /* in samples of the picture */
  int32_t columns, rows;   /* samples in use */
  double centre[2];        /* of the picture, in samples of the tile */
  float depth[SIDE][SIDE]; /* along the view (m); infinite where there is sky */
  float colour[SIDE][SIDE][3];
} tile;

typedef struct box {
  int32_t first[2], last[2]; /* columns, rows; last is outside */
} box;

static double dot(const double a[3], const double b[3])
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void sincos_of(double angle, double *sine, double *cosine)
{
  const double u = angle / 6.283185307179586;
  hebb_sincos_turn(u - floor(u), sine, cosine);
}

static eye eye_of(const solid_camera *c, int32_t height)
{
  double sa, ca, se, ce, sf, cf;
  sincos_of(c->azimuth, &sa, &ca);
  sincos_of(c->elevation, &se, &ce);
  sincos_of(0.5 * c->field, &sf, &cf);
  eye e = { .forward = { ce * ca, ce * sa, se },
            .right = { sa, -ca, 0 },
            .up = { -se * ca, -se * sa, ce },
            .step = 2 * sf / cf / (SAMPLES * height) };
  for (int k = 0; k < 3; k++)
    e.at[k] = c->target[k] - c->distance * e.forward[k];
  return e;
}

/* The ray through the centre of a sample; its depth grows by 1 a unit of the parameter. */
static void ray_of(const eye *e, const tile *t, int32_t column, int32_t row, double ray[3])
{
  const double x = (column + 0.5 - t->centre[0]) * e->step;
  const double y = (t->centre[1] - row - 0.5) * e->step;
  for (int k = 0; k < 3; k++)
    ray[k] = e->forward[k] + x * e->right[k] + y * e->up[k];
}

/* A colour as it looks from a distance. */
static void fade(double depth, const uint8_t rgb[3], double brightness, const uint8_t sky[3],
                 float out[3])
{
  const double clear = fade_distance / (fade_distance + depth);
  for (int k = 0; k < 3; k++)
    out[k] = (float)(clear * brightness * rgb[k] + (1 - clear) * sky[k]);
}

/* The camera does not roll: a row of the floor has one depth. */
static void draw_plane(tile *t, const eye *e, const solid_scene *s)
{
  const solid_plane *p = &s->plane;
  for (int32_t i = 0; i < t->rows; i++) {
    double ray[3], at[2], by[2];
    float colour[2][3];
    ray_of(e, t, 0, i, ray);
    const double depth = (p->z - e->at[2]) / ray[2];
    const int seen = depth > nearest && depth < horizon;
    for (int k = 0; k < 2; k++) {
      fade(seen ? depth : horizon, seen ? p->rgb[k] : s->sky, 1, s->sky, colour[k]);
      at[k] = (e->at[k] + depth * ray[k]) / p->square + 0x1p40; // positive: a cast rounds down
      by[k] = depth * e->step * e->right[k] / p->square;
    }
    for (int32_t j = 0; j < t->columns; j++) {
      const int64_t x = seen ? (int64_t)(at[0] + j * by[0]) : 0;
      const int64_t y = seen ? (int64_t)(at[1] + j * by[1]) : 0;
      memcpy(t->colour[i][j], colour[(x + y) & 1], sizeof colour[0]);
      t->depth[i][j] = seen ? (float)depth : INFINITY;
    }
  }
}

static int32_t clamped(double x, int32_t limit)
{
  return x > 0 ? x < limit ? (int32_t)x : limit : 0;
}

/* The samples that a capsule can cover: all of them if it reaches behind the eye. */
static box box_of(const tile *t, const eye *e, const solid_capsule *c)
{
  double low[2] = { INFINITY, INFINITY }, high[2] = { -INFINITY, -INFINITY };
  const double *end[2] = { c->from, c->to };
  for (int k = 0; k < 2; k++) {
    const double away[3] = { end[k][0] - e->at[0], end[k][1] - e->at[1], end[k][2] - e->at[2] };
    const double depth = dot(away, e->forward);
    if (depth - c->radius < nearest)
      return (box){ .last = { t->columns, t->rows } };
    const double at[2] = { dot(away, e->right), -dot(away, e->up) };
    for (int axis = 0; axis < 2; axis++) {
      const double a = at[axis] - c->radius, b = at[axis] + c->radius;
      low[axis] = fmin(low[axis], a / (a < 0 ? depth - c->radius : depth + c->radius));
      high[axis] = fmax(high[axis], b / (b > 0 ? depth - c->radius : depth + c->radius));
    }
  }
  box b;
  const int32_t limit[2] = { t->columns, t->rows };
  for (int axis = 0; axis < 2; axis++) {
    b.first[axis] = clamped(floor(low[axis] / e->step + t->centre[axis]), limit[axis]);
    b.last[axis] = clamped(floor(high[axis] / e->step + t->centre[axis]) + 1, limit[axis]);
  }
  return b;
}

/* Where, from 0 to 1, the axis is nearest to a point that is `away` from its beginning. */
static double along(const double axis[3], const double away[3])
{
  const double length2 = dot(axis, axis);
  return length2 > 0 ? fmax(0, fmin(1, dot(axis, away) / length2)) : 0;
}

/* A point of the floor lies in the shadow if it is nearer than the radius to the axis seen from
   above. */
static void draw_shadow(tile *t, const eye *e, const solid_scene *s, const solid_capsule *c)
{
  const double z = s->plane.z;
  if (fmin(c->from[2], c->to[2]) < z || e->at[2] <= z)
    return;
  const solid_capsule flat = { .from = { c->from[0], c->from[1], z },
                               .to = { c->to[0], c->to[1], z },
                               .radius = c->radius };
  const double axis[3] = { flat.to[0] - flat.from[0], flat.to[1] - flat.from[1], 0 };
  const box b = box_of(t, e, &flat);
  for (int32_t i = b.first[1]; i < b.last[1]; i++)
    for (int32_t j = b.first[0]; j < b.last[0]; j++) {
      double ray[3];
      ray_of(e, t, j, i, ray);
      const double depth = (z - e->at[2]) / ray[2];
      if (!(depth > nearest && depth < horizon))
        continue;
      const double away[3] = { e->at[0] + depth * ray[0] - flat.from[0],
                               e->at[1] + depth * ray[1] - flat.from[1], 0 };
      const double u = along(axis, away);
      const double x = away[0] - u * axis[0], y = away[1] - u * axis[1];
      // a negative depth marks what is dark already
      if (x * x + y * y < c->radius * c->radius && t->depth[i][j] > 0) {
        t->depth[i][j] = -t->depth[i][j];
        for (int k = 0; k < 3; k++)
          t->colour[i][j][k] *= (float)shadow;
      }
    }
}

/* Depth at which a ray from `away`, seen from the centre, enters a sphere; infinite if not. */
static double enter_sphere(const double away[3], const double ray[3], double radius)
{
  const double a = dot(ray, ray), b = dot(ray, away), c = dot(away, away) - radius * radius;
  const double h = b * b - a * c;
  const double depth = h >= 0 ? (-b - sqrt(h)) / a : INFINITY;
  return depth > nearest ? depth : INFINITY;
}

/* The same for a capsule: its side first, then its ends. */
static double enter_capsule(const double away[3], const double axis[3], const double ray[3],
                            double radius)
{
  const double length2 = dot(axis, axis), slant = dot(axis, ray), start = dot(axis, away);
  if (length2 > 0) {
    const double a = length2 * dot(ray, ray) - slant * slant;
    const double b = length2 * dot(ray, away) - slant * start;
    const double c = length2 * (dot(away, away) - radius * radius) - start * start;
    const double h = b * b - a * c;
    if (a > 0 && h < 0)
      return INFINITY;
    const double depth = (-b - sqrt(h)) / a, place = start + depth * slant;
    if (a > 0 && depth > nearest && place > 0 && place < length2)
      return depth;
  }
  const double from_end[3] = { away[0] - axis[0], away[1] - axis[1], away[2] - axis[2] };
  return fmin(enter_sphere(away, ray, radius), enter_sphere(from_end, ray, radius));
}

static void draw_capsule(tile *t, const eye *e, const solid_scene *s, const solid_capsule *c)
{
  const double away[3] = { e->at[0] - c->from[0], e->at[1] - c->from[1], e->at[2] - c->from[2] };
  const double axis[3] = { c->to[0] - c->from[0], c->to[1] - c->from[1], c->to[2] - c->from[2] };
  const box b = box_of(t, e, c);
  for (int32_t i = b.first[1]; i < b.last[1]; i++)
    for (int32_t j = b.first[0]; j < b.last[0]; j++) {
      double ray[3], normal[3];
      ray_of(e, t, j, i, ray);
      const double depth = enter_capsule(away, axis, ray, c->radius);
      if (!(depth < fabs((double)t->depth[i][j])))
        continue;
      for (int k = 0; k < 3; k++)
        normal[k] = away[k] + depth * ray[k];
      const double u = along(axis, normal);
      for (int k = 0; k < 3; k++)
        normal[k] = (normal[k] - u * axis[k]) / c->radius;
      const double brightness = ambient + (1 - ambient) * fmax(0, dot(normal, light));
      fade(depth, c->rgb, brightness, s->sky, t->colour[i][j]);
      t->depth[i][j] = (float)depth;
    }
}

static void copy_out(const tile *t, int32_t width, uint8_t *rgb)
{
  for (int32_t i = 0; i < t->rows; i += SAMPLES)
    for (int32_t j = 0; j < t->columns; j += SAMPLES) {
      uint8_t *to = rgb + 3 * ((size_t)((t->top + i) / SAMPLES) * (size_t)width +
                               (size_t)((t->left + j) / SAMPLES));
      for (int k = 0; k < 3; k++) {
        float sum = 0;
        for (int sample = 0; sample < SAMPLES * SAMPLES; sample++)
          sum += t->colour[i + sample / SAMPLES][j + sample % SAMPLES][k];
        to[k] = (uint8_t)(sum / (SAMPLES * SAMPLES) + 0.5f);
      }
    }
}

void solid_picture(const solid_scene *scene, int32_t width, int32_t height, uint8_t *rgb)
{
  const eye e = eye_of(&scene->camera, height);
  const int32_t columns = SAMPLES * width, rows = SAMPLES * height;
  tile t;
  for (t.top = 0; t.top < rows; t.top += SIDE)
    for (t.left = 0; t.left < columns; t.left += SIDE) {
      t.columns = columns - t.left < SIDE ? columns - t.left : SIDE;
      t.rows = rows - t.top < SIDE ? rows - t.top : SIDE;
      t.centre[0] = 0.5 * columns - t.left;
      t.centre[1] = 0.5 * rows - t.top;
      draw_plane(&t, &e, scene);
      for (int32_t k = 0; k < scene->n_capsule; k++)
        draw_shadow(&t, &e, scene, &scene->capsule[k]);
      for (int32_t k = 0; k < scene->n_capsule; k++)
        draw_capsule(&t, &e, scene, &scene->capsule[k]);
      copy_out(&t, width, rgb);
    }
}
