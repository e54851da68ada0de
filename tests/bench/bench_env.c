/* bench_env.c - worlds alone: decisions a second of one core, and the time of one physics step.
 *
 * The ant with random actions and no early stop, on its kinds of physics; the reference is the
 * bullet-like ant as the authors' time step has it. Cartpole with a controller that keeps it up.
 */
#include "bench.h"
#include "hebb/rng.h"
#include "loader.h"
#include "stage.h"

enum { ROUNDS = 9, STEPS = 300, POLE_STEPS = 50000, N_JOINT = 8 };

typedef struct profile {
  const char *name;
  int substeps;
  const char *set[8];
} profile;

#define ANT "env.stop=\"none\"", "env.burn_in=0"
#define V4 "env.task=\"ant_v4\"", "env.physics=\"gym\"", "env.terminate_when_unhealthy=false"

static const profile profiles[] = {
  { "ant_bullet_like", 4, { ANT } },
  { "ant_bullet_like_cheap", 2, { ANT, "env.accuracy=\"cheap\"" } },
  { "ant_bullet_like_rk4", 4, { ANT, "env.integrator=\"rk4\"" } },
  { "ant_bullet_like_3_substeps", 3, { ANT, "env.timestep=0.0055", "env.substeps=3" } },
  { "ant_bullet_like_1_substep", 1, { ANT, "env.timestep=0.0165", "env.substeps=1" } },
  { "ant_gym", 4, { ANT, "env.physics=\"gym\"" } },
  { "ant_v4", 5, { V4 } },
  { "ant_v4_cheap", 5, { V4, "env.accuracy=\"cheap\"" } },
  { "ant_v4_contact_forces", 5, { V4, "env.use_contact_forces=true" } },
};
enum { N_PROFILE = sizeof profiles / sizeof profiles[0] };

/* Seconds of one decision. */
static double walk(stage *s, int round)
{
  float act[STEPS * N_JOINT];
  const hebb_address address = { .seed = 1, .episode = (uint32_t)round };
  hebb_uniforms(&address, 0, STEPS * N_JOINT, act);
  stage_reset_all(s, (uint64_t)round);

  const double begun = bench_thread_seconds();
  for (int step = 0; step < STEPS; step++) {
    for (int k = 0; k < N_JOINT; k++)
      s->act[k] = (double)(2 * act[step * N_JOINT + k] - 1);
    stage_step(s);
  }
  const double seconds = (bench_thread_seconds() - begun) / STEPS;
  if (s->done[0]) {
    fprintf(stderr, "bench: an ant ended early\n");
    exit(1);
  }
  return seconds;
}

static double balance(stage *s)
{
  stage_reset_all(s, 1);
  const double begun = bench_thread_seconds();
  for (int step = 0; step < POLE_STEPS; step++) {
    s->act[0] = s->obs[2] + s->obs[3] > 0;
    stage_step(s);
    if (s->done[0])
      stage_reset_all(s, 1);
  }
  return (bench_thread_seconds() - begun) / POLE_STEPS;
}

static void measure_ants(void)
{
  stage *s[N_PROFILE];
  double speed[N_PROFILE][ROUNDS], substep[N_PROFILE][ROUNDS];
  char label[64];

  for (int p = 0; p < N_PROFILE; p++) {
    s[p] = stage_open("ant", 1, profiles[p].set, NULL);
    walk(s[p], 0);
  }
  for (int round = 0; round < ROUNDS; round++)
    for (int p = 0; p < N_PROFILE; p++) {
      const double seconds = walk(s[p], round);
      speed[p][round] = 1 / seconds;
      substep[p][round] = 1e6 * seconds / profiles[p].substeps;
    }
  for (int p = 0; p < N_PROFILE; p++) {
    snprintf(label, sizeof label, "env_%s", profiles[p].name);
    bench_report(label, "step/s", speed[p], ROUNDS, "env_ant_bullet_like", p ? speed[0] : NULL);
    snprintf(label, sizeof label, "mj_step_%s", profiles[p].name);
    bench_report(label, "us", substep[p], ROUNDS, "mj_step_ant_bullet_like", p ? substep[0] : NULL);
    stage_close(s[p]);
  }
}

int main(void)
{
  double speed[ROUNDS];
  bench_machine("bench_env", NULL);
  bench_pin();
  stage *pole = stage_open("cartpole", 1, NULL, NULL);
  for (int round = 0; round < ROUNDS; round++)
    speed[round] = 1 / balance(pole);
  bench_report("env_cartpole", "step/s", speed, ROUNDS, NULL, NULL);
  stage_close(pole);
  if (loader_has("ant", HEBB_ENV))
    measure_ants();
  return 0;
}
