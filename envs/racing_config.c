/* racing_config.c - the parameters of the car race. */
#include "racing_config.h"

// clang-format off
const hebb_param racing_rows[] = {
  HEBB_CHOICE(config, picture, "96x96|84x84|none",
              "What is seen: Gym's frame, the frame made smaller (as in the papers), or, without any "
              "drawing, the 7 numbers of the indicator bar."),
  HEBB_CHOICE(config, axes, "row_column_channel|channel_column_row|channel_row_column",
              "Order of the picture's numbers, last index fastest: Gym's; that of Najarro & Risi "
              "(the picture is transposed); that of Palm et al."),
  HEBB_CHOICE(config, scale, "unit|byte", "Brightness from 0 to 1, or from 0 to 255."),
  HEBB_CHOICE(config, camera, "velocity|hull",
              "Up in the picture is where the car goes (Gym's: it flips when the car rolls back) or "
              "where it looks."),
  HEBB_PARAM(config, score_label, 1, 0, 1, "", "Draw the score into the picture, as Gym does."),
  HEBB_PARAM(config, friction, 1, 0, 100, "1",
             "Factor on the tyres' greatest force, on the road and beside it (Palm et al.: 0.5, 2)."),
  HEBB_PARAM(config, side_force, 0, -1000, 1000, "m s-1",
             "Slip to the car's right that its tyres aim at, within their friction (Palm et al.: "
             "-10, 10); not a force, in spite of its name there."),
  HEBB_PARAM(config, push, 0, -1e5, 1e5, "N",
             "Constant force along the world's x (east) and y (north) on the hull of 7.1 kg; a wheel "
             "holds 400 N on the road."),
  HEBB_CHOICE(config, joint_limit, "gym|box2d24",
              "How steering stops at 0.4 rad: late and up to 2 degrees beyond, as in Gym's Box2D "
              "2.3, or exactly, as in 2.4."),
  HEBB_CHOICE(config, stop, "none|najarro|palm",
              "Early stop: after 21 decisions on end with negative reward (Najarro & Risi), or after "
              "20 (Palm et al.)."),
  HEBB_PARAM(config, max_steps, 1000, 1, 1e6, "1", "Decisions in an episode."),
  HEBB_CHOICE(config, seed_hash, "gym|none",
              "How a seed becomes the key of its random numbers: as in Gym, whose env.seed(N) gives "
              "the same tracks, or without hashing."),
  HEBB_PARAM(config, seed_episode, 0, 0, 1000, "1",
             "Tracks of a seed to skip: Gym's episodes after the first go on with its numbers."),
  { 0 },
};
// clang-format on
