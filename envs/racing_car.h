/* racing_car.h - what drives the car: controls, engine, brakes, tyres, steering servo. */
#ifndef RACING_CAR_H
#define RACING_CAR_H

#include <stdbool.h>
#include <stdint.h>

#include "racing_physics.h"

enum { RACING_N_ACTION = 3 }; /* steer (right is +), gas, brake */

/* What an experiment may change of it. */
typedef struct racing_rules {
  double friction;   /* factor on the tyres' greatest force                        */
  double side_force; /* m/s: sideways slip that the tyres aim at (Palm et al.)     */
  double push[2];    /* N: at the hull's centre of mass, in the world              */
  bool gym_limit;    /* steering stops as in Gym's Box2D 2.3, not as in 2.4.1      */
} racing_rules;

typedef struct racing_tyre {
  double omega, gas, brake, steer, phase; /* rad/s; 0 .. 1; as given; rad; rad */
  double lower, upper;                    /* limits that the joint has: rad    */
} racing_tyre;

void racing_car_begin(racing_tyre tyre[RACING_N_WHEEL]);
/* Actions of any finite value: gas is clipped to 0 .. 1, and beyond their bounds the others do what
   they do at the bound. */
void racing_car_control(racing_tyre tyre[RACING_N_WHEEL], const double act[RACING_N_ACTION]);
/* Turns the controls into speeds and forces for the next step of the bodies. */
void racing_car_drive(racing_tyre tyre[RACING_N_WHEEL], const racing_rules *rules, racing_physics *p);

#endif
