/* ant_config.c - the parameters of the MuJoCo ant, and how they become a body and rules. */
#include "ant_config.h"
#include "ant_morphology.h"

#include <math.h>

// clang-format off
const hebb_param ant_rows[] = {
  HEBB_CHOICE(config, task, "antbullet|ant_v4",
              "What is seen and rewarded: AntBulletEnv-v0 (28 numbers, score = progress) or gym's "
              "Ant-v4 (27)."),
  HEBB_CHOICE(config, physics, "bullet_like|gym",
              "Masses, limits, friction and gears close to Bullet's ant (182 kg) or gym's (0.9 kg, "
              "armature 1)."),
  HEBB_CHOICE(config, morphology, ANT_MORPHOLOGIES,
              "Which feet are short (0.1 m) or long (0.6 m): as published, or said by place."),
  HEBB_OPTIONAL(config, foot_length, 0.01, 2, "m",
                "End of the foot capsule along x and along y, legs 1 (front left), 2 (rear left), "
                "3 (rear right), 4 (front right), instead of the morphology's."),
  HEBB_PARAM(config, foot_scale, 1, 0.05, 5, "1", "Factors on the four feet, after all else."),
  HEBB_OPTIONAL(config, initial_angles, -3, 3, "rad",
                "Joint angles at reset (hip_1 ankle_1 ... hip_4 ankle_4) instead of the draws from "
                "U(-0.1, 0.1)."),
  HEBB_PARAM(config, gain, 1, 0, 10, "1",
             "Factors on the torques of hip_1 ankle_1 ... hip_4 ankle_4; 0: a limp joint."),
  HEBB_OPTIONAL(config, hip_gear, 0, 1e4, "N m",
                "Hip torque at action 1; bullet_like 250, gym 150."),
  HEBB_OPTIONAL(config, ankle_gear, 0, 1e4, "N m",
                "Ankle torque at action 1; bullet_like 176.8 (Bullet's torque; 125 has Bullet's "
                "acceleration), gym 150."),
  HEBB_OPTIONAL(config, friction, 0, 10, "1",
                "Sliding friction between ant and floor; bullet_like 1.2, gym 1."),
  HEBB_OPTIONAL(config, gravity, 0, 100, "m s-2", "Downward; bullet_like 9.8, gym 9.81."),
  HEBB_PARAM(config, torso_mass_scale, 1, 0.05, 20, "1", "Factor on the torso's mass and inertia."),

  HEBB_CHOICE(config, accuracy, "authors|cheap",
              "Steps of the physics in one decision: antbullet 4 x 0.004125 s or 2 x 0.00825 s; "
              "ant_v4 5 x 0.01 s with RK4 or with Euler."),
  HEBB_CHOICE(config, integrator, "default|euler|rk4",
              "Semi-implicit Euler or RK4; default: Euler, or as accuracy says for ant_v4."),
  HEBB_CHOICE(config, limit_model, "default|velocity|soft",
              "Joint limits stop the velocity only, as Bullet's do beyond 0.04 rad, or push back "
              "(MuJoCo's usual); default: velocity for bullet_like, soft for gym."),
  HEBB_OPTIONAL(config, timestep, 1e-4, 0.05, "s", "Physics step, instead of what accuracy says."),
  HEBB_PARAM(config, substeps, 0, 0, 1000, "1",
             "Physics steps in a decision; 0: what accuracy says."),
  HEBB_OPTIONAL(config, contact_time, 1e-4, 1, "s",
                "Time constant of contacts (MuJoCo's solref); bullet_like 2 steps, gym 0.02."),
  HEBB_OPTIONAL(config, limit_damping, 0, 1e5, "s-1",
                "Rate at which a velocity limit stops a joint, at most one over the physics step; "
                "default 0.8 over it."),

  HEBB_PARAM(config, max_steps, 1000, 1, 1e9, "1", "Decisions in an episode, burn-in included."),
  HEBB_PARAM(config, burn_in, 40, 0, 1e6, "1",
             "antbullet: decisions with action 0 that reset makes before the first own one."),
  HEBB_CHOICE(config, first_obs, "reset|burnin",
              "antbullet: what the first decision sees: the state before the burn-in (Najarro & "
              "Risi) or after it (Palm et al.)."),
  HEBB_CHOICE(config, stop, "authors|none",
              "antbullet: the authors' early stop by progress and height, or the step limit only."),
  HEBB_PARAM(config, neg_limit, 30, 0, 1e9, "1",
             "antbullet: the episode stops when progress was negative in more decisions on end."),
  HEBB_PARAM(config, neg_after, 200, 0, 1e9, "1",
             "antbullet: the last decision, from 0, at which the early stop is not looked at."),
  HEBB_CHOICE(config, parts_mean, "pybullet22|parts21|torso",
              "antbullet: where the ant is: mean of 21 parts and, in steps, the floor (as "
              "published); of the parts; the torso."),
  HEBB_PARAM(config, contact_flags_delay, 1, 0, 1, "1",
             "antbullet: decisions by which the observed foot contacts are late; 1 as published."),

  HEBB_PARAM(config, ctrl_cost_weight, 0.5, 0, 1e6, "1", "ant_v4: cost of the squared actions."),
  HEBB_PARAM(config, contact_cost_weight, 5e-4, 0, 1e6, "1",
             "ant_v4: cost of the squared contact forces, where they are used."),
  HEBB_PARAM(config, contact_force_limit, 1, 0, 1e6, "1",
             "ant_v4: contact forces are clipped to it."),
  HEBB_PARAM(config, healthy_reward, 1, -1e6, 1e6, "1",
             "ant_v4: reward for every healthy decision."),
  HEBB_PARAM(config, healthy_z_min, 0.2, -1e3, 1e3, "m", "ant_v4: lowest healthy torso height."),
  HEBB_PARAM(config, healthy_z_max, 1, -1e3, 1e3, "m", "ant_v4: highest healthy torso height."),
  HEBB_PARAM(config, reset_noise_scale, 0.1, 0, 1, "1",
             "ant_v4: positions at reset + U(-s, s), velocities s N(0, 1)."),
  HEBB_PARAM(config, terminate_when_unhealthy, 1, 0, 1, "", "ant_v4: leaving the range ends it."),
  HEBB_PARAM(config, use_contact_forces, 0, 0, 1, "",
             "ant_v4: observe (84 more numbers) and pay for contact forces, as Ant-v2 and -v3 do."),
  HEBB_PARAM(config, exclude_current_positions_from_observation, 1, 0, 1, "",
             "ant_v4: leave x and y out of the observation."),
  { 0 },
};
// clang-format on

static double given_or(double given, double other)
{
  return isnan(given) ? other : given;
}

static double timestep_of(const config *c)
{
  const double bullet = 0.0165 / (c->accuracy == ACCURACY_AUTHORS ? 4 : 2);
  return given_or(c->timestep, c->task == TASK_ANTBULLET ? bullet : 0.01);
}

int ant_config_substeps(const config *c)
{
  const int bullet = c->accuracy == ACCURACY_AUTHORS ? 4 : 2;
  return c->substeps ? (int)c->substeps : c->task == TASK_ANTBULLET ? bullet : 5;
}

/* Joint limits: MuJoCo's spring and damper, or hardly any spring and a damper of the given rate. */
static int limits_of(const config *c, const hebb_host *host, ant_body *b)
{
  const bool velocity = c->limit_model == LIMITS_DEFAULT ? c->physics == PHYSICS_BULLET_LIKE
                                                         : c->limit_model == LIMITS_VELOCITY;
  const double rate = given_or(c->limit_damping, 0.8 / b->timestep);
  if (velocity && rate * b->timestep > 1)
    return host->fail(host, HEBB_EINVAL,
                      "limit_damping = %g blows up at a physics step of %g s: use at most %g", rate,
                      b->timestep, 1 / b->timestep);
  b->limit_solref[0] = velocity ? -5 : 0.02;
  b->limit_solref[1] = velocity ? -rate : 1;
  return HEBB_OK;
}

int ant_config_body(const config *c, const hebb_host *host, ant_body *b)
{
  const bool bullet = c->physics == PHYSICS_BULLET_LIKE;
  const bool cheap = c->accuracy == ACCURACY_CHEAP;
  const double dt = timestep_of(c);
  *b = (ant_body){
    .explicit_mass = bullet,
    .torso_mass_scale = c->torso_mass_scale,
    .armature = bullet ? 0 : 1,
    .damping = bullet ? 0 : 1,
    .hip_range = { bullet ? -40 : -30, bullet ? 40 : 30 },
    .ankle_range = { 30, bullet ? 100 : 70 },
    .gym_action_order = c->task == TASK_ANT_V4,
    .friction = given_or(c->friction, bullet ? 1.2 : 1),
    .contact_margin = bullet ? 0 : 0.01,
    .sense_margin = bullet,
    .contact_solref = { given_or(c->contact_time, bullet ? 2 * dt : 0.02), 1 },
    .gravity = given_or(c->gravity, bullet ? 9.8 : 9.81),
    .timestep = dt,
    .rk4 = c->integrator == INTEGRATOR_DEFAULT ? c->task == TASK_ANT_V4 && !cheap
                                               : c->integrator == INTEGRATOR_RK4,
  };
  ant_feet(c->morphology, c->foot_length, c->foot_scale, b->foot);
  for (int k = 0; k < ANT_N_JOINT; k++)
    b->gear[k] = c->gain[k] * (k % 2 ? given_or(c->ankle_gear, bullet ? 176.8 : 150)
                                     : given_or(c->hip_gear, bullet ? 250 : 150));
  return limits_of(c, host, b);
}

int ant_config_rules(const config *c, const hebb_host *host, ant_rules *rules)
{
  const int64_t burn_in = c->task == TASK_ANTBULLET ? c->burn_in : 0;
  if (burn_in >= c->max_steps)
    return host->fail(host, HEBB_EINVAL,
                      "burn_in = %lld leaves no decision of max_steps = %lld: make one of them fit",
                      (long long)burn_in, (long long)c->max_steps);
  if (c->task == TASK_ANT_V4 && c->healthy_z_min > c->healthy_z_max)
    return host->fail(host, HEBB_EINVAL,
                      "healthy_z_min = %g is above healthy_z_max = %g: no height would be healthy",
                      c->healthy_z_min, c->healthy_z_max);
  *rules = (ant_rules){
    .step_seconds = timestep_of(c) * ant_config_substeps(c),
    .late_contacts = c->contact_flags_delay == 1,
    .stop_early = c->stop == STOP_AUTHORS,
    .negative_limit = c->neg_limit,
    .negative_after = c->neg_after,
    .max_steps = c->max_steps - burn_in,
  };
  return HEBB_OK;
}

ant_v4_rules ant_config_v4(const config *c)
{
  return (ant_v4_rules){
    .with_position = !c->exclude_current_positions_from_observation,
    .with_contact_forces = c->use_contact_forces,
    .ends_unhealthy = c->terminate_when_unhealthy,
    .healthy_reward = c->healthy_reward,
    .healthy_z_min = c->healthy_z_min,
    .healthy_z_max = c->healthy_z_max,
    .ctrl_cost_weight = c->ctrl_cost_weight,
    .contact_cost_weight = c->contact_cost_weight,
    .contact_force_limit = c->contact_force_limit,
    .step_seconds = timestep_of(c) * ant_config_substeps(c),
  };
}
