/* racing_picture.h - CarRacing-v0's frames without GPU or window. */
#ifndef RACING_PICTURE_H
#define RACING_PICTURE_H

#include "racing_scene.h"

/* The window has 1000 x 800 units, y up. window = translation + zoom R(angle) world, and R comes
   as the cosine and the sine of the camera's angle. */
typedef struct racing_camera {
  double zoom, cosine, sine;
  double translation[2];
} racing_camera;

enum { RACING_N_CAR = 12, RACING_CAR_CORNERS = 8 };

typedef struct racing_polygon {
  double x[RACING_CAR_CORNERS], y[RACING_CAR_CORNERS]; /* world (m) */
  int32_t n;                                           /* corners, convex */
  uint8_t rgb[3];
} racing_polygon;

racing_camera racing_camera_at(const racing_scene *scene);

/* The car's polygons in drawing order; returns how many there are. */
int32_t racing_car(const racing_scene *scene, racing_polygon out[RACING_N_CAR]);

/* Fills rgb [height x width x 3], row 0 on top. 96 x 96 is gym's frame; larger sizes show the same
   window in more pixels, for films. */
void racing_picture(const racing_scene *scene, int32_t width, int32_t height, uint8_t *rgb);

#endif
