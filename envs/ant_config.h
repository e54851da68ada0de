/* ant_config.h - the parameters of the MuJoCo ant, and how they become a body and rules. */
#ifndef ANT_CONFIG_H
#define ANT_CONFIG_H

#include <hebb/env.h>

#include "ant_model.h"
#include "ant_v4.h"

enum ant_task { TASK_ANTBULLET, TASK_ANT_V4 };
enum ant_physics { PHYSICS_BULLET_LIKE, PHYSICS_GYM };
enum ant_accuracy { ACCURACY_AUTHORS, ACCURACY_CHEAP };
enum ant_integrator { INTEGRATOR_DEFAULT, INTEGRATOR_EULER, INTEGRATOR_RK4 };
enum ant_limit_model { LIMITS_DEFAULT, LIMITS_VELOCITY, LIMITS_SOFT };

typedef struct config {
  int32_t task, physics, morphology;
  double foot_length[ANT_N_LEG], foot_scale[ANT_N_LEG];
  double initial_angles[ANT_N_JOINT], gain[ANT_N_JOINT];
  double hip_gear, ankle_gear, friction, gravity, torso_mass_scale;

  int32_t accuracy, integrator, limit_model;
  double timestep;
  int64_t substeps;
  double contact_time, limit_damping;

  int64_t max_steps, burn_in;
  int32_t first_obs, stop, parts_mean;
  int64_t neg_limit, neg_after, contact_flags_delay;

  double ctrl_cost_weight, contact_cost_weight, contact_force_limit;
  double healthy_reward, healthy_z_min, healthy_z_max, reset_noise_scale;
  bool terminate_when_unhealthy, use_contact_forces, exclude_current_positions_from_observation;
} config;

extern const hebb_param ant_rows[];

/* Fill in what the config leaves to the task and the physics; HEBB_OK or a status. */
int ant_config_body(const config *c, const hebb_host *host, ant_body *body);
int ant_config_substeps(const config *c);
int ant_config_rules(const config *c, const hebb_host *host, ant_rules *rules);
ant_v4_rules ant_config_v4(const config *c);

#endif
