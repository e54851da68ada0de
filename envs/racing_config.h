/* racing_config.h - the parameters of the car race. */
#ifndef RACING_CONFIG_H
#define RACING_CONFIG_H

#include <hebb/env.h>

enum racing_picture_size { PICTURE_96, PICTURE_84, PICTURE_NONE };
enum racing_axes { AXES_ROW_COLUMN_CHANNEL, AXES_CHANNEL_COLUMN_ROW, AXES_CHANNEL_ROW_COLUMN };
enum racing_scale { SCALE_UNIT, SCALE_BYTE };
enum racing_camera_kind { CAMERA_VELOCITY, CAMERA_HULL };
enum racing_joint_limit { JOINT_LIMIT_GYM, JOINT_LIMIT_BOX2D24 };
enum racing_stop { STOP_NONE, STOP_NAJARRO, STOP_PALM };
enum racing_seed_hash { SEED_HASH_GYM, SEED_HASH_NONE };

typedef struct config {
  int32_t picture, axes, scale, camera;
  bool score_label;
  double friction, side_force, push[2];
  int32_t joint_limit, stop;
  int64_t max_steps;
  int32_t seed_hash;
  int64_t seed_episode;
} config;

extern const hebb_param racing_rows[];

#endif
