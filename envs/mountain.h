/* mountain.h - the valley of both mountain cars: the height of the ground is sin(3 p).
 *
 *   v' = clip(v + acceleration - 0.0025 cos(3 p), +-0.07)
 *   p' = clip(p + v', -1.2, 0.6); the wall on the left takes the speed of what runs into it
 *
 * Moore, "Efficient memory-based learning for robot control", thesis, Cambridge, 1990; constants of
 * gym's MountainCar-v0 and MountainCarContinuous-v0. Position and velocity are pure numbers.
 */
#ifndef MOUNTAIN_H
#define MOUNTAIN_H

#include <hebb/env.h>
#include <hebb/rng.h>

#define MOUNTAIN_LEFT (-1.2)
#define MOUNTAIN_RIGHT 0.6
#define MOUNTAIN_SPEED 0.07

/* Names of the state, which is also the observation: position and velocity. */
extern const char *const mountain_state_name[2];

/* HEBB_OK, or the refusal of a start outside of the valley. */
int mountain_check(const double initial_state[2], const hebb_host *host);

/* The start: what is given, else position U(-0.6, -0.4) and velocity 0. */
void mountain_begin(const double initial_state[2], uint64_t seed, double state[2]);

/* One decision's motion. */
void mountain_advance(double state[2], double acceleration);

/* The valley with its flag and the car. */
void mountain_draw(double position, double goal, int32_t width, int32_t height, uint8_t *rgb);

#endif
