/* bench_rollout.c - what a life of the ant costs beside its physics.
 *
 * A full-length life (bullet-like ant, network 28-128-64-8, ABCD with learning rate) is lived once and
 * its actions are kept. Then, in alternating rounds, the life is lived again, and the same actions go
 * through MuJoCo alone (mj_step, nothing read). The final positions must be equal. One JSON line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ant_config.h"
#include "bench.h"
#include "hebb/rng.h"
#include "mujoco_engine.h"
#include "param.h"
#include "rollout.h"

enum { ROUNDS = 15 };

static const char toml[] =
    "schema = 1\n[run]\nname = \"bench\"\n[env]\nplugin = \"ant\"\nstop = \"none\"\n"
    "[network]\nlayers = [128, 64]\n[rule]\nplugin = \"abcd\"\n"
    "[optimizer]\nplugin = \"openai_es\"\n";

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

static mjModel *bare_model(config *c, const hebb_host *host, char *why, size_t size)
{
  ant_body body;
  char text[16384];
  param_defaults(ant_rows, c);
  if (ant_config_body(c, host, &body) != HEBB_OK || !ant_model_text(&body, text, sizeof text))
    return NULL;
  return engine_model(text, why, size);
}

int main(void)
{
  static error err;
  experiment *e;
  plan *p;
  rollout *r;
  config c = { 0 };
  host_services services;
  char why[512] = "";
  double whole[ROUNDS], alone[ROUNDS];

  host_services_init(&services, "bench", &err);
  mjModel *m = bare_model(&c, &services.host, why, sizeof why);
  if (!m || experiment_load_text(toml, "bench", NULL, NULL, 0, &e, &err) != EXIT_FINE ||
      plan_open(e, &p, &err) != EXIT_FINE || rollout_new(p, 1, &r, &err) != EXIT_FINE) {
    fprintf(stderr, "%s%s", why, err.text);
    return 1;
  }
  mjData *d = engine_data(m);
  kept_actions k = { .act = calloc(1000 * ANT_N_JOINT, sizeof(double)) };
  const rollout_observer observer = { &k, nothing, keep, nothing };
  const rollout_seeds seeds = { .seed = 1 };

  rollout_life(r, 0, p->genome.shape.start, &seeds, &observer);
  e->env_plugin->read(r->sim[0], 0, array_named(&p->world[0].shape, "qpos"), k.final_qpos);
  for (int round = 0; round < ROUNDS; round++) {
    const double begun = bench_thread_seconds();
    rollout_life(r, 0, p->genome.shape.start, &seeds, NULL);
    const double between = bench_thread_seconds();
    replay(m, d, &c, &k, r->world_seed[0]);
    whole[round] = between - begun;
    alone[round] = bench_thread_seconds() - between;
  }
  if (memcmp(d->qpos, k.final_qpos, sizeof k.final_qpos) != 0) {
    fprintf(stderr, "bench: the replay ended elsewhere: it is not the same work\n");
    return 1;
  }
  const double w = bench_median(whole, ROUNDS), a = bench_median(alone, ROUNDS);
  printf("{\"name\": \"ant_rollout\", \"n\": %d, \"unit\": \"us/step\", \"median\": %.2f, "
         "\"reference\": \"physics alone\", \"reference_median\": %.2f, \"ratio\": %.3f}\n",
         ROUNDS, 1e6 * w / k.n, 1e6 * a / k.n, w / a);
  free(k.act);
  mj_deleteData(d);
  mj_deleteModel(m);
  rollout_free(r);
  plan_close(p);
  experiment_free(e);
  return 0;
}
