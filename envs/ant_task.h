/* ant_task.h - AntBulletEnv-v0 without its physics: observation, rewards, when an episode stops.
 *
 * Shared by every engine that moves the ant: the engine hands over a pose after each step, and gets
 * 28 numbers and five rewards. Legs are 1 (+,+), 2 (-,+), 3 (-,-), 4 (+,-); x is forward. Joints:
 * hip_1 ankle_1 hip_2 ankle_2 hip_3 ankle_3 hip_4 ankle_4, for actions and observations alike.
 */
#ifndef ANT_TASK_H
#define ANT_TASK_H

#include <stdbool.h>
#include <stdint.h>

enum { ANT_N_LEG = 4, ANT_N_JOINT = 8, ANT_N_OBS = 28, ANT_N_PART = 21 };

extern const double ant_initial_z;                   /* torso centre at reset (m) */
extern const double ant_joint_limit[ANT_N_JOINT][2]; /* low and high (rad), as AntBullet has them */
extern const char *const ant_obs_name[ANT_N_OBS], *const ant_joint_name[ANT_N_JOINT];

/* Parameters of the task, for whoever moves the ant. */
enum ant_parts_mean { PARTS_PYBULLET22, PARTS_21, PARTS_TORSO };
enum ant_first_obs { FIRST_OBS_RESET, FIRST_OBS_BURNIN };
enum ant_stop { STOP_AUTHORS, STOP_NONE };

/* What the engine says after a reset or a step. */
typedef struct ant_pose {
  double position[3];                           /* torso centre, world (m) */
  double quaternion[4];                         /* of the torso, x y z w */
  double velocity[3];                           /* of the torso, world (m/s) */
  double angle[ANT_N_JOINT], rate[ANT_N_JOINT]; /* of the joints (rad, rad/s) */
  double parts_mean[2];       /* mean x, y of the body parts (m): what is meant by "where it is" */
  uint8_t contact[ANT_N_LEG]; /* 1: the foot touches the floor */
} ant_pose;

typedef struct ant_rules {
  double step_seconds;
  bool late_contacts; /* the observation has the contacts of the step before, as published */
  bool stop_early;    /* the authors' early stop; else only max_steps ends an episode */
  int64_t negative_limit, negative_after, max_steps; /* counted in decisions */
} ant_rules;

typedef struct ant_rewards {
  double alive, progress, electricity, joints_at_limit, feet_collision;
} ant_rewards;

typedef struct ant_life {
  double target_distance; /* from the parts mean to (1000, 0) (m) */
  double potential;       /* -target_distance / step_seconds */
  uint8_t contact[ANT_N_LEG];
  bool fallen;            /* the environment's own `done` of this step */
  int64_t step, negative; /* decisions; the last ones with progress < 0 */
  ant_rewards reward;     /* of the last step; 0 after a reset */
} ant_life;

/* The pose of a reset -> a fresh life and its first observation. */
void ant_begin(ant_life *life, const ant_rules *rules, const ant_pose *pose, float obs[ANT_N_OBS]);

/* The pose that an action led to -> observation and rewards. The action is the unclipped one. */
void ant_follow(ant_life *life, const ant_rules *rules, const ant_pose *pose,
                const double act[ANT_N_JOINT], float obs[ANT_N_OBS]);

/* Counts a decision, after ant_follow, and says whether it was the last: a hebb_done. */
int ant_count(ant_life *life, const ant_rules *rules);

#endif
