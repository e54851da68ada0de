/* bench_rollout.c - what a life of the ant costs beside its physics.
 *
 * A full-length life (network 28-128-64-8, ABCD with learning rate) is lived once and its actions are
 * kept. Then, in alternating rounds, the life is lived again, and the same actions go through MuJoCo
 * alone (mj_step, nothing read). The final positions must be equal. Three kinds of physics: gym's ant
 * with RK4, the bullet-like ant, and the same at the cheap accuracy.
 */
#include "ant_config.h"
#include "bench.h"
#include "hebb/rng.h"
#include "life.h"
#include "mujoco_engine.h"

enum { ROUNDS = 15 };

typedef struct kept_actions {
  double *act; /* (step x 8) */
  int32_t n;
  double final_qpos[ANT_N_JOINT + 7];
} kept_actions;

static void nothing(void *self, const rollout *r, int32_t step)
{
  (void)self, (void)r, (void)step;
}

static void keep(void *self, const rollout *r, int32_t step)
{
  kept_actions *k = self;
  memcpy(k->act + (size_t)step * ANT_N_JOINT, r->act, ANT_N_JOINT * sizeof(double));
  k->n = step + 1;
}

/* The same life through MuJoCo alone. */
static void replay(const mjModel *m, mjData *d, const config *c, const kept_actions *k,
                   uint64_t world_seed)
{
  const hebb_address draw = { .seed = world_seed };
  const int substeps = ant_config_substeps(c);
  mj_resetData(m, d);
  for (uint32_t j = 0; j < ANT_N_JOINT; j++)
    d->qpos[7 + j] = 0.2 * hebb_uniform_double(&draw, j) - 0.1;
  for (int64_t i = 0; i < c->burn_in * substeps; i++)
    mj_step(m, d);
  for (int32_t step = 0; step < k->n; step++) {
    memcpy(d->ctrl, k->act + (size_t)step * ANT_N_JOINT, ANT_N_JOINT * sizeof(double));
    for (int i = 0; i < substeps; i++)
      mj_step(m, d);
  }
}

static int32_t array_named(const hebb_env_shape *shape, const char *name)
{
  int32_t k = 0;
  while (strcmp(shape->array[k].name, name) != 0)
    k++;
  return k;
}

static mjModel *bare_model(const config *c)
{
  static error err;
  host_services services;
  ant_body body;
  char text[16384], why[512] = "too long";

  host_services_init(&services, "bench", &err);
  mjModel *m = NULL;
  if (ant_config_body(c, &services.host, &body) == HEBB_OK &&
      ant_model_text(&body, text, sizeof text))
    m = engine_model(text, why, sizeof why);
  if (!m) {
    fprintf(stderr, "bench: no model: %s%s\n", why, err.text);
    exit(1);
  }
  return m;
}

static void measure(const char *name, const char *const *set, int32_t n_set)
{
  life l;
  double whole[ROUNDS], alone[ROUNDS];

  life_open(&l, LIFE_ANT, set, n_set);
  rollout *r = l.r;
  const float *start = l.p->genome.shape.start;
  const config *c = l.e->task[0].env_config;
  mjModel *m = bare_model(c);
  mjData *d = engine_data(m);
  kept_actions k = { .act = calloc((size_t)c->max_steps * ANT_N_JOINT, sizeof(double)) };
  const rollout_observer observer = { &k, nothing, keep, nothing };
  const rollout_seeds seeds = { .seed = 1 };

  rollout_life(r, 0, start, &seeds, &observer);
  l.e->env_plugin->read(r->sim[0], 0, array_named(&l.p->world[0].shape, "qpos"), k.final_qpos);
  for (int round = 0; round < ROUNDS; round++) {
    const double begun = bench_thread_seconds();
    rollout_life(r, 0, start, &seeds, NULL);
    const double between = bench_thread_seconds();
    replay(m, d, c, &k, r->world_seed[0]);
    whole[round] = 1e6 * (between - begun) / k.n;
    alone[round] = 1e6 * (bench_thread_seconds() - between) / k.n;
  }
  if (memcmp(d->qpos, k.final_qpos, sizeof k.final_qpos) != 0) {
    fprintf(stderr, "bench: %s: the replay ended elsewhere: it is not the same work\n", name);
    exit(1);
  }
  bench_report(name, "us/step", whole, ROUNDS, "physics alone", alone);
  free(k.act);
  mj_deleteData(d);
  mj_deleteModel(m);
  life_close(&l);
}

int main(void)
{
  bench_machine("bench_rollout", NULL);
  bench_pin();
  measure("rollout_ant_rk4", (const char *[]){ LIFE_RK4 }, 4);
  measure("rollout_ant_bullet_like", NULL, 0);
  measure("rollout_ant_cheap", (const char *[]){ "env.accuracy=\"cheap\"" }, 1);
  return 0;
}
