/* ant_picture.h - the picture of a quadruped, whatever moves it. */
#ifndef ANT_PICTURE_H
#define ANT_PICTURE_H

#include <stdint.h>

enum { ANT_N_SHAPE = 13 }; /* the torso; then leg, aux, foot for each leg */

/* A sphere of this radius swept from one point to the other, world (m). */
typedef struct ant_shape {
  double from[3], to[3], radius;
} ant_shape;

/* Fills rgb [height x width x 3], row 0 on top: the ant from its right and a little behind, so that +x
   leads to the right. The camera goes with the torso, not with its height, and does not turn. */
void ant_picture(const ant_shape shape[ANT_N_SHAPE], int32_t width, int32_t height, uint8_t *rgb);

#endif
