/* ant_v4.c - gym's Ant-v4 (and -v2, -v3) without its physics: observation and reward.
 *
 *   reward = (x' - x) / dt + healthy - w_a sum a^2 - w_c sum clip(f)^2
 *
 * f: the external forces and torques on every body, seen and paid for only where asked. OpenAI gym
 * 0.26; Schulman et al., ICLR 2016.
 */
#include "ant_v4.h"

#include <math.h>

const char *const ant_v4_action_name[ANT_N_JOINT] = {
  "hip_4", "ankle_4", "hip_1", "ankle_1", "hip_2", "ankle_2", "hip_3", "ankle_3",
};

int32_t ant_v4_n_obs(const ant_v4_rules *rules)
{
  return (rules->with_position ? ANT_N_QPOS : ANT_N_QPOS - 2) + ANT_N_QVEL +
         (rules->with_contact_forces ? ANT_N_FORCE : 0);
}

static double clip(double x, double limit)
{
  return fmax(-limit, fmin(limit, x));
}

void ant_v4_observe(const ant_v4_rules *rules, const double *qpos, const double *qvel,
                    const double *force, float *obs)
{
  int n = 0;
  for (int i = rules->with_position ? 0 : 2; i < ANT_N_QPOS; i++)
    obs[n++] = (float)qpos[i];
  for (int i = 0; i < ANT_N_QVEL; i++)
    obs[n++] = (float)qvel[i];
  if (rules->with_contact_forces)
    for (int i = 0; i < ANT_N_FORCE; i++)
      obs[n++] = (float)clip(force[i], rules->contact_force_limit);
}

bool ant_v4_healthy(const ant_v4_rules *rules, const double *qpos)
{
  return qpos[2] >= rules->healthy_z_min && qpos[2] <= rules->healthy_z_max;
}

ant_v4_rewards ant_v4_judge(const ant_v4_rules *rules, double x_before, double x_after,
                            const double act[ANT_N_JOINT], const double *qpos, const double *force)
{
  ant_v4_rewards r = { .forward = (x_after - x_before) / rules->step_seconds };
  if (rules->ends_unhealthy || ant_v4_healthy(rules, qpos))
    r.healthy = rules->healthy_reward;
  double sum = 0;
  for (int k = 0; k < ANT_N_JOINT; k++)
    sum += act[k] * act[k];
  r.ctrl_cost = rules->ctrl_cost_weight * sum;
  if (rules->with_contact_forces) {
    sum = 0;
    for (int i = 0; i < ANT_N_FORCE; i++) {
      const double f = clip(force[i], rules->contact_force_limit);
      sum += f * f;
    }
    r.contact_cost = rules->contact_cost_weight * sum;
  }
  return r;
}
