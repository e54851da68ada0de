/* mountain.c - how a car moves in the valley (mountain.h has the equations). */
#include "mountain.h"

#include "draw.h"

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

/* Steepness as gym draws it: 0.45 sin(3 p). */
static double ground(double position)
{
  return 0.45 * sin(3 * position);
}

void mountain_draw(double position, double goal, int32_t width, int32_t height, uint8_t *rgb)
{
  enum { N_PIECE = 90 };
  const double piece = (MOUNTAIN_RIGHT - MOUNTAIN_LEFT) / N_PIECE;
  const draw_canvas c = draw_begin(rgb, width, height, MOUNTAIN_LEFT, MOUNTAIN_RIGHT, -0.6, 0.75);
  for (int i = 0; i < N_PIECE; i++) {
    const double x = MOUNTAIN_LEFT + i * piece;
    draw_line(&c, x, ground(x), x + piece, ground(x + piece), 0.012, draw_ground);
  }
  draw_line(&c, goal, ground(goal), goal, ground(goal) + 0.2, 0.008, draw_ink);
  draw_box(&c, goal, goal + 0.08, ground(goal) + 0.14, ground(goal) + 0.2, draw_accent);

  // the body stands along the slope on two wheels
  const double slope = 1.35 * cos(3 * position), norm = sqrt(1 + slope * slope);
  const double tx = 1 / norm, ty = slope / norm, nx = -ty, ny = tx;
  const double x = position + 0.02 * nx, y = ground(position) + 0.02 * ny;
  draw_line(&c, x - 0.04 * tx + 0.025 * nx, y - 0.04 * ty + 0.025 * ny, x + 0.04 * tx + 0.025 * nx,
            y + 0.04 * ty + 0.025 * ny, 0.045, draw_body);
  draw_disc(&c, x - 0.035 * tx, y - 0.035 * ty, 0.02, draw_ink);
  draw_disc(&c, x + 0.035 * tx, y + 0.035 * ty, 0.02, draw_ink);
}
