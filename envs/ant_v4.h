/* ant_v4.h - gym's Ant-v4 (and -v2, -v3) without its physics: observation and reward. */
#ifndef ANT_V4_H
#define ANT_V4_H

#include <stdbool.h>
#include <stdint.h>

#include "ant_task.h"

enum { ANT_N_QPOS = 15, ANT_N_QVEL = 14, ANT_N_FORCE = 84, ANT_V4_MAX_OBS = 113 };

extern const char *const ant_v4_action_name[ANT_N_JOINT]; /* gym begins with leg 4 */

typedef struct ant_v4_rules {
  bool with_position, with_contact_forces, ends_unhealthy;
  double healthy_reward, healthy_z_min, healthy_z_max;
  double ctrl_cost_weight, contact_cost_weight, contact_force_limit;
  double step_seconds;
} ant_v4_rules;

typedef struct ant_v4_rewards {
  double forward, healthy, ctrl_cost, contact_cost;
} ant_v4_rewards;

int32_t ant_v4_n_obs(const ant_v4_rules *rules);

/* qpos (15): x y z, w x y z of the torso, joints; qvel (14); force (14 bodies x 6), read where
   with_contact_forces. */
void ant_v4_observe(const ant_v4_rules *rules, const double *qpos, const double *qvel,
                    const double *force, float *obs);

/* The terms; what the agent gets is forward + healthy - ctrl_cost - contact_cost. */
ant_v4_rewards ant_v4_judge(const ant_v4_rules *rules, double x_before, double x_after,
                            const double act[ANT_N_JOINT], const double *qpos, const double *force);

bool ant_v4_healthy(const ant_v4_rules *rules, const double *qpos);

#endif
