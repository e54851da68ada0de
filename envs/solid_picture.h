/* solid_picture.h - pictures of bodies made of spheres and capsules above a checkered floor. */
#ifndef SOLID_PICTURE_H
#define SOLID_PICTURE_H

#include <stdint.h>

typedef struct solid_capsule {
  double from[3], to[3]; /* ends of the axis (m); a sphere where they are equal */
  double radius;
  uint8_t rgb[3];
} solid_capsule;

/* Looks at `target` from a distance; z is up. Angles in rad: at azimuth 0 the view goes along +x,
   at pi/2 along +y; a negative elevation looks down. */
typedef struct solid_camera {
  double target[3], distance, azimuth, elevation;
  double field; /* angle of view from the lower to the upper edge */
} solid_camera;

/* Squares of two colours at a height of z. */
typedef struct solid_plane {
  double z, square; /* m */
  uint8_t rgb[2][3];
} solid_plane;

typedef struct solid_scene {
  solid_camera camera;
  solid_plane plane;
  uint8_t sky[3];
  const solid_capsule *capsule; /* [n_capsule] */
  int32_t n_capsule;
} solid_scene;

/* Fills rgb [height x width x 3], row 0 on top. */
void solid_picture(const solid_scene *scene, int32_t width, int32_t height, uint8_t *rgb);

#endif
