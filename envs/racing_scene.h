/* racing_scene.h - what there is to see of a race: all that a picture is drawn from. */
#ifndef RACING_SCENE_H
#define RACING_SCENE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct racing_quad {
  double x[4], y[4]; /* world, m; in drawing order */
  uint8_t rgb[3];
} racing_quad;

typedef struct racing_wheel {
  double x, y, angle, omega, phase, joint_angle;
} racing_wheel;

typedef struct racing_scene {
  double time; /* s since the reset's start: sets the zoom */
  double hull_x, hull_y, hull_angle, hull_vx, hull_vy, hull_w;
  racing_wheel wheel[4];
  const racing_quad *road; /* [n_road] tiles and kerbs with their current colour */
  int32_t n_road;
  double shown_score; /* running reward before this step's -0.1 */
  bool velocity_camera, score_label;
} racing_scene;

#endif
