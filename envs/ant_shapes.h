/* ant_shapes.h - where the parts of the MuJoCo ant are, to be drawn. */
#ifndef ANT_SHAPES_H
#define ANT_SHAPES_H

#include <mujoco/mujoco.h>

#include "ant_picture.h"

/* Of a model from ant_model.h and a state. mjData holds positions as well, but those at the start of the
   last physics step, and rewards read them: here nothing is changed. */
void ant_shapes(const mjModel *m, const mjtNum *qpos, ant_shape shape[ANT_N_SHAPE]);

#endif
