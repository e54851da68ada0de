/* mountain.c - how a car moves in the valley (mountain.h has the equations). */
#include "mountain.h"

#include <math.h>

static const double gravity = 0.0025;

const char *const mountain_state_name[2] = { "position", "velocity" };

int mountain_check(const double initial_state[2], const hebb_host *host)
{
  const double position = initial_state[0], velocity = initial_state[1]; // NaN: not given
  if (position < MOUNTAIN_LEFT || position > MOUNTAIN_RIGHT)
    return host->fail(host, HEBB_EINVAL,
                      "initial_state: position %g is outside the valley; choose one from %g to %g",
                      position, MOUNTAIN_LEFT, MOUNTAIN_RIGHT);
  if (fabs(velocity) > MOUNTAIN_SPEED)
    return host->fail(host, HEBB_EINVAL,
                      "initial_state: velocity %g is beyond the car's limits, -%g to %g", velocity,
                      MOUNTAIN_SPEED, MOUNTAIN_SPEED);
  return HEBB_OK;
}

void mountain_begin(const double initial_state[2], uint64_t seed, double state[2])
{
  const hebb_address address = { .seed = seed };
  state[0] =
      isnan(initial_state[0]) ? 0.2 * hebb_uniform_double(&address, 0) - 0.6 : initial_state[0];
  state[1] = isnan(initial_state[1]) ? 0 : initial_state[1];
}

void mountain_advance(double state[2], double acceleration)
{
  double position = state[0], velocity = state[1];
  velocity += acceleration - gravity * cos(3 * position);
  velocity = fmax(-MOUNTAIN_SPEED, fmin(MOUNTAIN_SPEED, velocity));
  position = fmax(MOUNTAIN_LEFT, fmin(MOUNTAIN_RIGHT, position + velocity));
  state[0] = position;
  state[1] = position == MOUNTAIN_LEFT && velocity < 0 ? 0 : velocity;
}
