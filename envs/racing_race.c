/* racing_race.c - one race: a track, a car on it, and what it has earned.
 *
 * The first wheel on a tile earns 1000 / n_tile, each action costs 0.1. What the step without action at
 * the start earns is paid with the first action. Outside of the field (333.3 m) the last reward is -100
 * instead. Contacts are those of the positions before a step, so grip and reward come one step late.
 * Gym 0.17.2's order: controls, drive, bodies, clock, picture, reward.
 */
#include "racing_race.h"

#include <math.h>
#include <string.h>

static const double step_seconds = 1.0 / 50, field = 2000 / 6.0;

static void build_road(racing_race *race)
{
  race->n_road = 0;
  for (int32_t i = 0; i < race->track.n; i++) {
    race->tile_at[i] = race->n_road;
    race->road[race->n_road++] = racing_track_tile(&race->track, i);
    if (race->track.border[i])
      race->road[race->n_road++] = racing_track_kerb(&race->track, i);
  }
}

/* A tile that any part of the car has touched has the plain road's grey for good. */
static void paint_touched(racing_race *race)
{
  for (int32_t i = 0; i < race->track.n; i++)
    if (race->touched[i])
      memset(race->road[race->tile_at[i]].rgb, 102, 3);
}

static void advance(racing_race *race, const racing_rules *rules)
{
  racing_car_drive(race->tyre, rules, race->physics);
  const int32_t n_new = racing_physics_step(race->physics);
  for (int32_t k = 0; k < n_new; k++)
    race->earned += 1000.0 / race->track.n;
  race->n_visited += n_new;
  race->time += step_seconds;
  race->shown_score = race->earned;
  paint_touched(race);
}

bool racing_race_begin(racing_race *race, const racing_rules *rules, uint64_t hash, int64_t skip,
                       racing_random *r, racing_point walk[RACING_MOST_STEPS])
{
  racing_random_start(r, hash);
  for (int64_t k = 0; k <= skip; k++)
    if (!racing_track_draw(r, walk, &race->track))
      return false;
  build_road(race);
  const racing_point *start = &race->track.point[0];
  racing_physics_begin(race->physics, race->road, race->tile_at, race->track.n, start->x, start->y,
                       start->beta, race->visited, race->touched);
  racing_car_begin(race->tyre);
  race->n_visited = 0;
  race->time = race->earned = race->paid = 0;
  advance(race, rules);
  return true;
}

racing_step racing_race_step(racing_race *race, const racing_rules *rules,
                             const double act[RACING_N_ACTION])
{
  racing_car_control(race->tyre, act);
  advance(race, rules);
  race->earned -= 0.1;
  racing_step step = { .reward = race->earned - race->paid };
  race->paid = race->earned;

  const racing_body hull = racing_physics_hull(race->physics);
  step.broken = !isfinite(hull.x + hull.y + hull.angle + hull.vx + hull.vy + hull.w);
  step.all_visited = race->n_visited == race->track.n;
  step.left_field = fabs(hull.x) > field || fabs(hull.y) > field;
  if (step.left_field)
    step.reward = -100;
  return step;
}

racing_scene racing_race_scene(const racing_race *race, bool velocity_camera, bool score_label)
{
  const racing_body hull = racing_physics_hull(race->physics);
  racing_scene scene = {
    .time = race->time,
    .hull_x = hull.x,
    .hull_y = hull.y,
    .hull_angle = hull.angle,
    .hull_vx = hull.vx,
    .hull_vy = hull.vy,
    .hull_w = hull.w,
    .road = race->road,
    .n_road = race->n_road,
    .shown_score = race->shown_score,
    .velocity_camera = velocity_camera,
    .score_label = score_label,
  };
  for (int k = 0; k < RACING_N_WHEEL; k++) {
    const racing_body body = racing_physics_wheel(race->physics, k);
    const racing_tyre *tyre = &race->tyre[k];
    scene.wheel[k] =
        (racing_wheel){ body.x,      body.y,      body.angle,
                        tyre->omega, tyre->phase, racing_physics_joint_angle(race->physics, k) };
  }
  return scene;
}
