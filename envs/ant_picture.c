/* ant_picture.c - the quadruped on a floor with squares of 1 m; front legs and rear legs have colours of
 * their own, and feet, the parts that get hurt, are darker. */
#include "ant_picture.h"

#include <math.h>
#include <string.h>

#include "solid_picture.h"

static const uint8_t torso_colour[3] = { 190, 190, 195 };
static const uint8_t leg_colour[2][2][3] = {
  { { 255, 165, 50 }, { 205, 95, 0 } },  // front: leg and aux, foot
  { { 80, 155, 255 }, { 30, 90, 205 } }, // rear
};

/* What is lost in simulation is not followed. */
static double within(double x)
{
  return fmax(-1e6, fmin(1e6, x));
}

void ant_picture(const ant_shape shape[ANT_N_SHAPE], int32_t width, int32_t height, uint8_t *rgb)
{
  solid_capsule capsule[ANT_N_SHAPE];
  for (int k = 0; k < ANT_N_SHAPE; k++) {
    const int leg = (k - 1) / 3, foot = k % 3 == 0; // legs 1 and 4 of the world are in front
    const uint8_t *colour = k == 0 ? torso_colour : leg_colour[leg == 1 || leg == 2][foot];
    memcpy(capsule[k].from, shape[k].from, sizeof capsule[k].from);
    memcpy(capsule[k].to, shape[k].to, sizeof capsule[k].to);
    memcpy(capsule[k].rgb, colour, sizeof capsule[k].rgb);
    capsule[k].radius = shape[k].radius;
  }
  const solid_scene scene = {
    .camera = { .target = { within(shape[0].from[0]), within(shape[0].from[1]), 0.3 },
                .distance = 4.4,
                .azimuth = 1.3,
                .elevation = -0.5,
                .field = 0.6 },
    .plane = { 0, 1, { { 150, 150, 150 }, { 175, 175, 175 } } },
    .sky = { 235, 235, 235 },
    .capsule = capsule,
    .n_capsule = ANT_N_SHAPE,
  };
  solid_picture(&scene, width, height, rgb);
}
