/* racing_physics.h - the rigid bodies of a race: hull, four wheels on joints, tiles that are only felt.
 *
 * What Box2D computes in float32 comes out as double. Hot calls allocate nothing themselves; Box2D takes
 * memory from malloc where a world is begun and gives it back where it ends.
 */
#ifndef RACING_PHYSICS_H
#define RACING_PHYSICS_H

#include <stdbool.h>
#include <stdint.h>

#include "racing_scene.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { RACING_N_WHEEL = 4 }; /* front left, front right, rear left, rear right */

typedef struct racing_physics racing_physics; /* one world */

typedef struct racing_body {
  double x, y, angle; /* of the body's origin: m, rad                 */
  double vx, vy, w;   /* of its centre of mass: m/s; rad/s            */
} racing_body;

/* Before any world and any thread: fills the table that Box2D fills at its first contact. */
void racing_physics_warm(void);

racing_physics *racing_physics_new(void); /* NULL: no memory */
void racing_physics_delete(racing_physics *p);

/* Ends the world before, and begins one with the tiles road[tile_at[0 .. n_tile - 1]] and a car at
   (x, y) that looks along (-sin angle, cos angle). visited, touched: [n_tile], kept up to date by
   steps: a wheel, any part of the car has touched the tile. */
void racing_physics_begin(racing_physics *p, const racing_quad *road, const int32_t *tile_at,
                          int32_t n_tile, double x, double y, double angle, uint8_t *visited,
                          uint8_t *touched);

racing_body racing_physics_hull(const racing_physics *p);
racing_body racing_physics_wheel(const racing_physics *p, int wheel);
int32_t racing_physics_tiles(const racing_physics *p, int wheel); /* under the wheel now */
double racing_physics_joint_angle(const racing_physics *p, int wheel);
/* The wheel's own directions in the world. */
void racing_physics_axes(const racing_physics *p, int wheel, double forward[2], double side[2]);

/* For the next step: the servo's speed (rad/s), the joint's limits (rad), forces in the world (N). */
void racing_physics_turn(racing_physics *p, int wheel, double speed);
void racing_physics_limit(racing_physics *p, int wheel, double lower, double upper);
void racing_physics_push_wheel(racing_physics *p, int wheel, double x, double y);
void racing_physics_push_hull(racing_physics *p, double x, double y);

/* 0.02 s; returns the number of tiles that a wheel touched for the first time. */
int32_t racing_physics_step(racing_physics *p);

#ifdef __cplusplus
}
#endif

#endif
