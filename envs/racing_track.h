/* racing_track.h - the random closed tracks of CarRacing-v0; nothing but mathematics. */
#ifndef RACING_TRACK_H
#define RACING_TRACK_H

#include <stdbool.h>
#include <stdint.h>

#include "racing_random.h"
#include "racing_scene.h"

enum {
  RACING_MOST_STEPS = 2500, /* points of the walk that a track is cut from                       */
  RACING_MOST_TILES = 640   /* of a track: the longest of 200,000 has 444                        */
};

typedef struct racing_point {
  double alpha, beta; /* angle as seen from the middle; direction of the right-hand side: rad */
  double x, y;        /* m */
} racing_point;

/* A point is a tile's far end; its near end is the point before it (of the first: the last). */
typedef struct racing_track {
  int32_t n;
  racing_point point[RACING_MOST_TILES];
  uint8_t border[RACING_MOST_TILES]; /* 1: the tile has a kerb */
} racing_track;

/* Draws a track, as many attempts as it takes; false: 1000 were in vain. walk: room for the points. */
bool racing_track_draw(racing_random *r, racing_point walk[RACING_MOST_STEPS], racing_track *track);

/* The outline of tile i, and of its kerb; colours as before any touch. */
racing_quad racing_track_tile(const racing_track *track, int32_t i);
racing_quad racing_track_kerb(const racing_track *track, int32_t i);

#endif
