/* bullet_shim.h - the quadruped of AntBulletEnv-v0 in a Bullet world, as C functions.
 *
 * Each ant has a world of its own, so ants in different threads share nothing. Nothing here prints,
 * throws or ends the program. Bullet allocates memory in reset, step and exchange.
 * Legs, joints and directions are those of ant_task.h.
 */
#ifndef BULLET_SHIM_H
#define BULLET_SHIM_H

#include <stdbool.h>
#include <stdint.h>

#include "ant_picture.h"
#include "ant_task.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a body is made of; equal bodies with equal actions live equal lives. */
typedef struct bullet_body {
  double foot[ANT_N_LEG]; /* end of a foot along x and y (m) */
  double friction, floor_friction; /* a contact has their product */
  double gravity;                  /* downward (m/s^2) */
  double torso_mass_scale;
  bool merge_fixed; /* legs are part of the torso, auxes of their hips: 8 links instead of 20 */
} bullet_body;

typedef struct bullet_ant bullet_ant;

bullet_ant *bullet_create(void); /* without a body yet; NULL: no memory */
void bullet_destroy(bullet_ant *ant);

/* Discards the world for a fresh one in which the ant stands at (0, 0, 0.75) with these joint angles
   (rad). False: no memory, and the ant has no body. */
bool bullet_reset(bullet_ant *ant, const bullet_body *body, const double angle[ANT_N_JOINT]);

/* Another body in the state of the old one: pose, velocities, joints. Contacts are found anew. */
bool bullet_exchange(bullet_ant *ant, const bullet_body *body);

/* One decision: torques (N m) for 4 x 0.004125 s. False: the state is no longer finite, or there is
   no body. */
bool bullet_step(bullet_ant *ant, const double torque[ANT_N_JOINT]);

/* The state after the last reset, exchange or step, if there is a body; parts_mean is left alone. */
void bullet_pose(const bullet_ant *ant, ant_pose *pose);

/* Angular velocity of the torso, world (rad/s). */
void bullet_angular_velocity(const bullet_ant *ant, double w[3]);

/* The sum of x, y over the 21 parts that AntBulletEnv averages. Those of the legs are where they were
   at the start of the last physics step, as there. */
void bullet_parts(const bullet_ant *ant, double sum[2]);

/* Contact points with the floor, those included that are only near. */
int32_t bullet_contacts(const bullet_ant *ant);

/* Where everything is now, to be drawn. */
void bullet_shapes(const bullet_ant *ant, ant_shape shape[ANT_N_SHAPE]);

#ifdef __cplusplus
}
#endif

#endif
