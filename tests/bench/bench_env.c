/* bench_env.c - worlds alone: decisions a second of one core, and the time of one physics step.
 *
 * The ants with random actions and no early stop, on their kinds of physics; the reference is MuJoCo's
 * bullet-like ant as the authors' time step has it. Cartpole with a controller that keeps it up. The car
 * under gentle random steering, with and without its pictures.
 */
#include "bench.h"
#include "hebb/rng.h"
#include "loader.h"
#include "stage.h"

enum { ROUNDS = 9, STEPS = 300, POLE_STEPS = 50000, N_JOINT = 8, N_BULLET = 2, N_CAR = 3 };

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

/* Seconds of one decision; *reset: of a reset. */
static double drive(stage *s, int round, double *reset)
{
  float draw[STEPS];
  const hebb_address address = { .seed = 1, .episode = (uint32_t)round };
  hebb_uniforms(&address, 0, STEPS, draw);

  const double begun = bench_thread_seconds();
  stage_reset_all(s, (uint64_t)round);
  const double between = bench_thread_seconds();
  for (int step = 0; step < STEPS; step++) {
    s->act[0] = 0.2 * (double)draw[step] - 0.1;
    s->act[1] = 0.2;
    s->act[2] = 0;
    stage_step(s);
  }
  *reset = between - begun;
  return (bench_thread_seconds() - between) / STEPS;
}

static void measure_car(void)
{
  static const char *const name[N_CAR] = { "racing_physics", "racing_96x96", "racing_84x84" };
  static const char *const set[N_CAR] = { "env.picture=\"none\"", "env.picture=\"96x96\"",
                                          "env.picture=\"84x84\"" };
  double speed[N_CAR][ROUNDS], reset[ROUNDS], again;
  stage *s[N_CAR];
  char label[64];

  for (int k = 0; k < N_CAR; k++) {
    s[k] = stage_open("racing", 1, (const char *[]){ set[k], NULL }, NULL);
    drive(s[k], 0, &again);
  }
  for (int round = 0; round < ROUNDS; round++) {
    for (int k = 0; k < N_CAR; k++)
      speed[k][round] = 1 / drive(s[k], round, &reset[round]);
    reset[round] *= 1e3;
  }
  for (int k = 0; k < N_CAR; k++) {
    snprintf(label, sizeof label, "env_%s", name[k]);
    bench_report(label, "step/s", speed[k], ROUNDS, "env_racing_physics", k ? speed[0] : NULL);
    stage_close(s[k]);
  }
  bench_report("reset_racing_84x84", "ms", reset, ROUNDS, NULL, NULL);
}

/* Bullet's ant, as published and with its fixed links merged. */
static void measure_bullet(void)
{
  static const char *const name[N_BULLET] = { "env_ant_bullet", "env_ant_bullet_merged" };
  double speed[N_BULLET][ROUNDS];
  stage *s[N_BULLET];

  for (int k = 0; k < N_BULLET; k++) {
    const char *const set[] = { ANT, k ? "env.merge_fixed=true" : NULL, NULL };
    s[k] = stage_open("ant_bullet", 1, set, NULL);
    walk(s[k], 0);
  }
  for (int round = 0; round < ROUNDS; round++)
    for (int k = 0; k < N_BULLET; k++)
      speed[k][round] = 1 / walk(s[k], round);
  for (int k = 0; k < N_BULLET; k++) {
    bench_report(name[k], "step/s", speed[k], ROUNDS, name[0], k ? speed[0] : NULL);
    stage_close(s[k]);
  }
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
  if (loader_has("ant_bullet", HEBB_ENV))
    measure_bullet();
  if (loader_has("racing", HEBB_ENV))
    measure_car();
  return 0;
}
