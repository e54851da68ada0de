/* racing_car.c - what drives the car: controls, engine, brakes, tyres, steering servo.
 *
 * Each wheel has a spin omega of its own beside the body that Box2D moves:
 *   omega += dt 40000 gas / 1.6 / (|omega| + 5)                  engine, rear wheels
 *   f = 82 (0.54 omega - v_forward), p = 82 (side_force - v_side)  slip, in the wheel's frame
 *   |(f, p)| <= 400 friction on the road, 240 friction on grass  tyre
 *   omega -= dt 0.54 f / 1.6
 * from Gym 0.17.2's car dynamics, in its order of operations; side_force and friction as Palm, Najarro
 * & Risi 2021 added them.
 */
#include "racing_car.h"

#include <math.h>

static const double dt = 1.0 / 50;
static const double radius = 27 * 0.02, inertia = 4000 * 0.02 * 0.02;
static const double engine_power = 1e8 * 0.02 * 0.02, grip = 1e6 * 0.02 * 0.02;
static const double slip_gain = 205000 * 0.02 * 0.02, brake_rate = 15; // rad/s a step
static const double on_grass = 0.6;
static const double servo_gain = 50, servo_speed = 3; // 1/s, rad/s

static const double limit = (double)0.4F;
static const double no_limit = 3; // rad: never reached

void racing_car_begin(racing_tyre tyre[RACING_N_WHEEL])
{
  for (int k = 0; k < RACING_N_WHEEL; k++)
    tyre[k] = (racing_tyre){ .lower = -limit, .upper = limit };
}

void racing_car_control(racing_tyre tyre[RACING_N_WHEEL], const double act[RACING_N_ACTION])
{
  const double gas = fmin(fmax(act[1], 0), 1);
  for (int k = 0; k < RACING_N_WHEEL; k++) {
    racing_tyre *w = &tyre[k];
    if (k < 2)
      w->steer = -act[0];
    else
      w->gas += fmin(gas - w->gas, 0.1);
    w->brake = act[2];
  }
}

/* Box2D 2.3 minds a limit only in steps that begin beyond it, 2.4 in those that would end there as well.
   So a limit is switched off until the angle has crossed it. What both do from there on is the same: the
   angle turns no further, and is pulled back where it is more than 2 degrees beyond. Limits are set only
   where they change: that clears the impulse which holds them. */
static void stop_as_gym(racing_tyre *w, double angle, racing_physics *p, int k)
{
  const double lower = angle <= -limit ? -limit : -no_limit;
  const double upper = angle >= limit ? limit : no_limit;
  if (lower == w->lower && upper == w->upper)
    return;
  w->lower = lower;
  w->upper = upper;
  racing_physics_limit(p, k, lower, upper);
}

static double sign(double x)
{
  return (x > 0) - (x < 0);
}

static void spin(racing_tyre *w)
{
  w->omega += dt * engine_power * w->gas / inertia / (fabs(w->omega) + 5);
  if (w->brake >= 0.9)
    w->omega = 0;
  else if (w->brake > 0)
    w->omega -= sign(w->omega) * fmin(brake_rate * w->brake, fabs(w->omega));
  w->phase += w->omega * dt;
}

static void roll(racing_tyre *w, const racing_rules *rules, racing_physics *p, int k)
{
  const double most = rules->friction * grip * (racing_physics_tiles(p, k) > 0 ? 1 : on_grass);
  const racing_body body = racing_physics_wheel(p, k);
  double forward[2], side[2];
  racing_physics_axes(p, k, forward, side);
  const double v_forward = forward[0] * body.vx + forward[1] * body.vy;
  const double v_side = side[0] * body.vx + side[1] * body.vy;

  spin(w);
  double f = (w->omega * radius - v_forward) * slip_gain;
  double s = (rules->side_force - v_side) * slip_gain;
  const double force = sqrt(f * f + s * s);
  if (force > most) {
    f = f / force * most;
    s = s / force * most;
  }
  w->omega -= dt * f * radius / inertia;
  racing_physics_push_wheel(p, k, s * side[0] + f * forward[0], s * side[1] + f * forward[1]);
}

void racing_car_drive(racing_tyre tyre[RACING_N_WHEEL], const racing_rules *rules,
                      racing_physics *p)
{
  for (int k = 0; k < RACING_N_WHEEL; k++) {
    racing_tyre *w = &tyre[k];
    const double angle = racing_physics_joint_angle(p, k), left = w->steer - angle;
    racing_physics_turn(p, k, sign(left) * fmin(servo_gain * fabs(left), servo_speed));
    if (rules->gym_limit)
      stop_as_gym(w, angle, p, k);
    roll(w, rules, p, k);
  }
  if (rules->push[0] != 0 || rules->push[1] != 0)
    racing_physics_push_hull(p, rules->push[0], rules->push[1]);
}
