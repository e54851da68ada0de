/* ant_task.c - AntBulletEnv-v0 without its physics: observation, rewards, when an episode stops.
 *
 * The task of Najarro & Risi, "Meta-learning through Hebbian plasticity in random networks",
 * NeurIPS 2020, and of Palm, Najarro & Risi, "Testing the genomic bottleneck hypothesis in Hebbian
 * meta-learning", PMLR 148, 2021. Sums run in the order of the original, and what it rounds to
 * float32 is rounded here, so that equal poses give equal numbers.
 */
#include "ant_task.h"

#include <hebb/env.h>

#include <math.h>
#include <string.h>

const double ant_initial_z = 0.75;

// clang-format off
/* Degrees times pi over 180 in float32, as the original's reader of the model computes it. */
#define RADIANS(degrees) ((double)((float)(degrees) * 3.14159274f / 180.0f))
const double ant_joint_limit[ANT_N_JOINT][2] = {
  { RADIANS(-40), RADIANS(40) }, { RADIANS(30), RADIANS(100) },
  { RADIANS(-40), RADIANS(40) }, { RADIANS(-100), RADIANS(-30) },
  { RADIANS(-40), RADIANS(40) }, { RADIANS(-100), RADIANS(-30) },
  { RADIANS(-40), RADIANS(40) }, { RADIANS(30), RADIANS(100) },
};

const char *const ant_joint_name[ANT_N_JOINT] = {
  "hip_1", "ankle_1", "hip_2", "ankle_2", "hip_3", "ankle_3", "hip_4", "ankle_4",
};

const char *const ant_obs_name[ANT_N_OBS] = {
  "height", "target_sin", "target_cos", "velocity_x", "velocity_y", "velocity_z", "roll", "pitch",
  "hip_1_angle", "hip_1_rate", "ankle_1_angle", "ankle_1_rate",
  "hip_2_angle", "hip_2_rate", "ankle_2_angle", "ankle_2_rate",
  "hip_3_angle", "hip_3_rate", "ankle_3_angle", "ankle_3_rate",
  "hip_4_angle", "hip_4_rate", "ankle_4_angle", "ankle_4_rate",
  "foot_1_contact", "foot_2_contact", "foot_3_contact", "foot_4_contact",
};
// clang-format on

static const double target_x = 1000, lowest_alive_z = 0.26;

/* Indices into the observation. */
enum { OBS_JOINT = 8, OBS_CONTACT = 24 };

/* roll, pitch and yaw of a quaternion x y z w that need not have unit length */
static void euler(const double q[4], double angle[3])
{
  const double x = q[0], y = q[1], z = q[2], w = q[3];
  const double xx = x * x, yy = y * y, zz = z * z, ww = w * w;
  const double s = -2 * (x * z - w * y) / (xx + yy + zz + ww);
  if (s <= -0.99999) {
    angle[0] = 0;
    angle[1] = -0.5 * 3.14159265358979323846;
    angle[2] = 2 * atan2(x, -y);
  } else if (s >= 0.99999) {
    angle[0] = 0;
    angle[1] = 0.5 * 3.14159265358979323846;
    angle[2] = 2 * atan2(-x, y);
  } else {
    angle[0] = atan2(2 * (y * z + w * x), ww - xx - yy + zz);
    angle[1] = asin(s);
    angle[2] = atan2(2 * (x * y + w * z), ww + xx - yy - zz);
  }
}

/* The observation before it is clipped. */
static void sense(const ant_pose *pose, const uint8_t contact[ANT_N_LEG], float o[ANT_N_OBS])
{
  double angle[3];
  euler(pose->quaternion, angle);
  const double yaw = angle[2];
  const double bearing = atan2(0 - pose->parts_mean[1], target_x - pose->parts_mean[0]) - yaw;
  const double cosine = cos(-yaw), sine = sin(-yaw);
  const double *v = pose->velocity;

  o[0] = (float)(pose->position[2] - ant_initial_z);
  o[1] = (float)sin(bearing);
  o[2] = (float)cos(bearing);
  o[3] = (float)(0.3 * (cosine * v[0] - sine * v[1]));
  o[4] = (float)(0.3 * (sine * v[0] + cosine * v[1]));
  o[5] = (float)(0.3 * v[2]);
  o[6] = (float)angle[0];
  o[7] = (float)angle[1];
  for (int k = 0; k < ANT_N_JOINT; k++) {
    const double low = ant_joint_limit[k][0], high = ant_joint_limit[k][1];
    o[OBS_JOINT + 2 * k] = (float)(2 * (pose->angle[k] - 0.5 * (low + high)) / (high - low));
    o[OBS_JOINT + 2 * k + 1] = (float)(0.1 * pose->rate[k]);
  }
  for (int k = 0; k < ANT_N_LEG; k++)
    o[OBS_CONTACT + k] = contact[k];
}

static void clip(float o[ANT_N_OBS])
{
  for (int i = 0; i < ANT_N_OBS; i++) {
    o[i] = o[i] < -5 ? -5 : o[i];
    o[i] = o[i] > 5 ? 5 : o[i];
  }
}

static void measure_distance(ant_life *life, const ant_rules *rules, const ant_pose *pose)
{
  const double dx = target_x - pose->parts_mean[0], dy = 0 - pose->parts_mean[1];
  life->target_distance = sqrt(dy * dy + dx * dx);
  life->potential = -life->target_distance / rules->step_seconds;
}

static double mean8(const double v[ANT_N_JOINT])
{
  return (((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]))) / ANT_N_JOINT;
}

void ant_begin(ant_life *life, const ant_rules *rules, const ant_pose *pose, float obs[ANT_N_OBS])
{
  memset(life, 0, sizeof *life);
  measure_distance(life, rules, pose);
  sense(pose, rules->late_contacts ? life->contact : pose->contact, obs);
  clip(obs);
}

void ant_follow(ant_life *life, const ant_rules *rules, const ant_pose *pose,
                const double act[ANT_N_JOINT], float obs[ANT_N_OBS])
{
  float o[ANT_N_OBS];
  sense(pose, rules->late_contacts ? life->contact : pose->contact, o);
  memcpy(life->contact, pose->contact, sizeof life->contact);

  // rewards see the rounded observation
  double power[ANT_N_JOINT], square[ANT_N_JOINT];
  int at_limit = 0;
  for (int k = 0; k < ANT_N_JOINT; k++) {
    power[k] = fabs(act[k] * (double)o[OBS_JOINT + 2 * k + 1]);
    square[k] = act[k] * act[k];
    at_limit += fabs((double)o[OBS_JOINT + 2 * k]) > (double)0.99f;
  }
  const double before = life->potential;
  measure_distance(life, rules, pose);
  life->reward = (ant_rewards){
    .alive = (double)o[0] + ant_initial_z > lowest_alive_z ? 1 : -1,
    .progress = life->potential - before,
    .electricity = -2.0 * mean8(power) + -0.1 * mean8(square),
    .joints_at_limit = -0.1 * at_limit,
  };
  life->fallen = life->reward.alive < 0;
  clip(o);
  memcpy(obs, o, sizeof o);
}

/* The authors look at the fall and at progress only after the first 200 decisions. */
int ant_count(ant_life *life, const ant_rules *rules)
{
  const int64_t t = life->step++;
  if (rules->stop_early && t > rules->negative_after) {
    life->negative = life->reward.progress < 0 ? life->negative + 1 : 0;
    if (life->fallen || life->negative > rules->negative_limit)
      return HEBB_TERMINATED;
  }
  return life->step >= rules->max_steps ? HEBB_TRUNCATED : HEBB_RUNNING;
}
