/* ant_model.h - the quadruped as MJCF text, built from a few numbers. */
#ifndef ANT_MODEL_H
#define ANT_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "ant_task.h"

typedef struct ant_body {
  bool explicit_mass;     /* as Bullet computes masses and inertias (1000 kg/m^3), else gym's */
  double foot[ANT_N_LEG]; /* end of a foot along x and y (m) */
  double torso_mass_scale;
  double armature, damping; /* of the joints (kg m^2, N m s) */
  double hip_range[2];      /* (degrees) */
  double ankle_range[2];    /* (degrees); mirrored for legs 2 and 3 */
  double gear[ANT_N_JOINT]; /* torque at an action of 1 (N m) */
  bool gym_action_order;    /* actuators begin with leg 4; else joint order */
  double friction;          /* of both geometries, hence of a contact */
  double contact_margin;    /* contacts push from this distance (m) */
  bool sense_margin;        /* contacts are seen as near as Bullet caches them */
  double contact_solref[2]; /* MuJoCo's: (time, ratio), or (-stiffness, -damping) */
  double limit_solref[2];
  double gravity, timestep; /* (m/s^2, s) */
  bool rk4;                 /* else semi-implicit Euler */
} ant_body;

/* Bodies and geometries by leg (0 to 3) in the compiled model. */
enum { ANT_BODY_TORSO = 1, ANT_BODY_LEG = 2, ANT_GEOM_FLOOR = 0, ANT_GEOM_LEG = 2 };
/* then leg, aux, foot for each leg */

/* Writes the text; false where size does not suffice. */
bool ant_model_text(const ant_body *body, char *text, size_t size);

#endif
