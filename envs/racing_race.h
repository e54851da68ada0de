/* racing_race.h - one race: a track, a car on it, and what it has earned. */
#ifndef RACING_RACE_H
#define RACING_RACE_H

#include "racing_car.h"
#include "racing_random.h"
#include "racing_track.h"

typedef struct racing_race {
  racing_physics *physics;
  racing_track track;
  racing_quad road[2 * RACING_MOST_TILES]; /* a kerb stands behind its tile */
  int32_t n_road, tile_at[RACING_MOST_TILES];
  uint8_t visited[RACING_MOST_TILES], touched[RACING_MOST_TILES];
  racing_tyre tyre[RACING_N_WHEEL];
  int32_t n_visited;
  double time, earned, paid; /* s; the running reward; as much of it as steps have returned */
  double shown_score;        /* earned, as the last picture shows it                        */
} racing_race;

typedef struct racing_step {
  double reward;
  bool all_visited, left_field, broken; /* broken: the car is nowhere */
} racing_step;

/* Begins on the track after `skip` others of the hash's stream, with one step that has no action; false:
   no track was found. */
bool racing_race_begin(racing_race *race, const racing_rules *rules, uint64_t hash, int64_t skip,
                       racing_random *r, racing_point walk[RACING_MOST_STEPS]);
racing_step racing_race_step(racing_race *race, const racing_rules *rules,
                             const double act[RACING_N_ACTION]);
racing_scene racing_race_scene(const racing_race *race, bool velocity_camera, bool score_label);

#endif
