/* vet_learner.c - a learner held against hebb/rule.h: in worlds of a few kinds it lives the same short life
 * three times, once with its state moved and its scratch filled with rubbish between any two calls. */
#include <math.h>
#include <string.h>

#include "hebb/rng.h"
#include "learner.h"
#include "vet.h"

enum { N_EPISODE = 3, N_STEP = 5, N_OBS = 4, MOST_ACT = 3 };

/* A world of given numbers: what it shows depends on nothing that the learner does. */
typedef struct kind {
  const char *name;
  int32_t n_act, n_choice, n_target;
} kind;
static const kind worlds[] = { { "two choices", 1, 2, 0 },
                               { "three numbers to act", 3, 0, 0 },
                               { "three targets", 1, 3, 3 } };

typedef struct problem {
  const hebb_rule *rule;
  const void *config;
  const kind *world;
  hebb_env_shape shape;
  hebb_learner_shape own;
  vet_room *room;
  const float *genome;
  const float *obs;    /* [episode x (step + 1) x obs] */
  const float *target; /* [episode x step x target] */
  bool sane;           /* every action so far was one */
} problem;

static const float *obs_at(const problem *p, int episode, int step)
{
  return p->obs + (episode * (N_STEP + 1) + step) * N_OBS;
}

static float *numbers(const problem *p, size_t n, uint32_t stream)
{
  float *x = vet_take(p->room, n, sizeof *x);
  vet_fill(x, n, 0, stream, false);
  vet_freeze(p->room, x);
  return x;
}

static int64_t genes_of(const hebb_learner_shape *s)
{
  int64_t n = 0;
  for (int32_t k = 0; k < s->n_segment; k++)
    n += (int64_t)s->segment[k].rows * s->segment[k].cols;
  return n;
}

/* The state somewhere else, the scratch full of what a learner must not rely on. */
static char *move(const problem *p, char *state, char *scratch)
{
  char *there = vet_take(p->room, p->own.state_size, 1);
  memcpy(there, state, p->own.state_size);
  memset(state, 0x5a, p->own.state_size);
  memset(scratch, 0x7f, p->own.scratch_size);
  return there;
}

static uint64_t one_step(problem *p, char *state, char *scratch, int episode, int step,
                         uint64_t hash)
{
  double act[MOST_ACT] = { 0 };
  const int32_t n_target = p->world->n_target;
  p->rule->act(state, scratch, obs_at(p, episode, step), act);
  for (int32_t k = 0; k < p->world->n_act; k++)
    p->sane = p->sane && isfinite(act[k]) &&
              (p->world->n_choice == 0 ||
               (act[k] >= 0 && act[k] < p->world->n_choice && act[k] == floor(act[k])));
  const hebb_outcome outcome = {
    .size = sizeof outcome,
    .reward = (double)obs_at(p, episode, step)[0],
    .obs = obs_at(p, episode, step + 1),
    // every third observation has no target: it is there to test on
    .target = n_target && step % 3 != 2 ? p->target + (episode * N_STEP + step) * n_target : NULL,
    .done = step + 1 < N_STEP ? HEBB_RUNNING
            : episode % 2     ? HEBB_TRUNCATED
                              : HEBB_TERMINATED,
    .context = -1,
  };
  if (p->rule->learn)
    p->rule->learn(state, scratch, &outcome);
  return vet_hash(hash, act, sizeof act);
}

/* A life; returns a hash of its actions and of the state that it leaves. calls: of malloc, -1 uncounted. */
static uint64_t live(problem *p, bool moving, int64_t *calls)
{
  char *state = vet_take(p->room, p->own.state_size, 1);
  char *scratch = vet_take(p->room, p->own.scratch_size, 1);
  const bool counted = vet_calls_watch(p->rule->base.name);
  uint64_t hash = 0;

  vet_calls_begin();
  p->rule->begin(state, p->config, &p->shape, p->genome, 20200706);
  for (int episode = 0; episode < N_EPISODE; episode++) {
    if (p->rule->start)
      p->rule->start(state, obs_at(p, episode, 0), 7 + (uint64_t)episode);
    for (int step = 0; step < N_STEP; step++) {
      if (moving)
        state = move(p, state, scratch);
      hash = one_step(p, state, scratch, episode, step, hash);
    }
    if (p->rule->end)
      p->rule->end(state, scratch);
  }
  *calls = counted ? vet_calls_end() : -1;
  return vet_hash(hash, state, p->own.state_size);
}

static void check_world(vet *v, problem *p)
{
  int64_t calls, ignored;
  p->genome = numbers(p, (size_t)genes_of(&p->own) + 1, 1);
  p->obs = numbers(p, N_EPISODE * (N_STEP + 1) * N_OBS, 2);
  p->target = numbers(p, N_EPISODE * N_STEP * MOST_ACT, 3);
  p->sane = true;

  const uint64_t first = live(p, false, &calls), again = live(p, false, &ignored);
  const uint64_t moved = live(p, true, &ignored);
  vet_expect(v, "the same life again has the same bits", first == again,
             "%s: actions or state differ", v->stage);
  vet_expect(v, "state may be moved, scratch is not relied on", first == moved,
             "%s: actions or state differ; a pointer in the state, or something kept in scratch",
             v->stage);
  vet_expect(v, "actions are finite and possible", p->sane, "%s: one is not", v->stage);
  if (calls >= 0)
    vet_expect(v, "no memory is allocated in hot calls", calls == 0,
               "%s: %lld calls of malloc or free", v->stage, (long long)calls);
  const char *damage = vet_damage(p->room);
  vet_expect(v, "writes only its state, scratch and action", !damage, "%s: %s", v->stage,
             damage ? damage : "");
}

void vet_learner(vet *v, const hebb_rule *rule, const void *config)
{
  static const float low[MOST_ACT] = { -1, -1, -1 }, high[MOST_ACT] = { 1, 1, 1 };
  error why = { 0 };
  bool accepted = false;
  problem p = { .rule = rule, .config = config };

  if (!(p.room = vet_room_new())) {
    vet_expect(v, "memory", false, "none for a life");
    return;
  }
  for (size_t k = 0; k < sizeof worlds / sizeof worlds[0]; k++) {
    error refusal = { 0 };
    host_services services;
    host_services_init(&services, rule->base.name, &refusal);
    p.world = &worlds[k];
    p.own = (hebb_learner_shape){ .size = sizeof p.own };
    p.shape = (hebb_env_shape){ .size = sizeof p.shape,
                                .n_obs = N_OBS,
                                .n_act = p.world->n_act,
                                .n_choice = p.world->n_choice,
                                .act_low = p.world->n_choice ? NULL : low,
                                .act_high = p.world->n_choice ? NULL : high,
                                .n_target = p.world->n_target,
                                .max_steps = N_STEP,
                                .solved = (double)NAN };
    snprintf(v->stage, sizeof v->stage, "a world of %s", p.world->name);
    vet_room_clear(p.room);
    if (rule->learner(config, &p.shape, &services.host, &p.own) != HEBB_OK) {
      why = refusal;
      continue;
    }
    accepted = true;
    const bool sound = learner_check_shape(&p.own, rule->base.name, &refusal) == EXIT_FINE;
    vet_expect(v, "what it declares makes sense", sound, "%s", refusal.count ? refusal.text : "");
    if (sound)
      check_world(v, &p);
  }
  if (!accepted)
    vet_refused(v, &why);
  vet_room_free(p.room);
}
