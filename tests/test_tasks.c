/* test_tasks.c - what the tasks that want learning in a life pay: to policies that cannot learn no more
   than their bound, to scripted learners close to the optimum, to chance its expected value. The bounds
   are derived in docs/environments.md. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "task_lives.h"

/* A number in (0, 1) for this lane's n-th decision. */
static double chance(int32_t lane, int32_t n, uint32_t purpose)
{
  const hebb_address address = { .seed = 77, .purpose = purpose, .individual = (uint32_t)lane };
  return hebb_uniform_double(&address, (uint32_t)n);
}

static void show(const char *what, const estimate *e)
{
  printf("\n    %-46s %8.3f +- %.3f  (%g to %g)", what, e->mean, e->error, e->least, e->most);
}

/* ---- T-maze ---- */

#define BARE "env.hold=1", "env.noise=0"

enum { OPEN_LOOP, LEARNER, CHANCE, REACTIVE, REACTIVE_CHANCE };

typedef struct walker {
  int kind, n_turn, code; // code: which fixed sequence; or four acts to base 3
} walker;

typedef struct memory {
  int32_t n, trip, turns, goal; // turns: made on this trip
  bool tried[4];
} memory;

/* The end of this trip, from 0 .. n_end - 1, for one that never minds the reward. */
static int fixed_end(const walker *w, int32_t trip)
{
  const int n_end = 1 << w->n_turn;
  if (w->code < n_end)
    return w->code; // always the same
  return w->code == n_end ? trip % n_end : (int)(chance(w->code, trip, 1) * n_end);
}

/* The learner stays where the reward is high and else goes where it has not been since. */
static void think(memory *m, int n_end, double reward)
{
  if (reward > 0.9) {
    memset(m->tried, 0, sizeof m->tried);
    return;
  }
  m->tried[m->goal] = true;
  for (int k = 0; k < n_end; k++)
    if (!m->tried[k]) {
      m->goal = k;
      return;
    }
}

static void walk(stage *s, int32_t lane, void *mind, const void *how)
{
  const walker *w = how;
  memory *m = mind;
  const float *obs = s->obs + lane * s->shape.n_obs;
  const int n_end = 1 << w->n_turn;
  double act = 0;
  if (w->kind == REACTIVE || w->kind == REACTIVE_CHANCE) {
    const int at = obs[0] > 0.5f ? 0 : obs[1] > 0.5f ? 2 : obs[2] > 0.5f ? 3 : 1;
    static const int power[] = { 1, 3, 9, 27 };
    act = w->code / power[at] % 3 - 1;
    if (w->kind == REACTIVE_CHANCE)
      act = at == 2 ? (chance(lane, m->n++, 2) < w->code / 10.0 ? -1 : 1) : 0;
  } else if (w->kind == CHANCE) {
    act = floor(3 * chance(lane, m->n++, 3)) - 1;
  } else {
    if (obs[0] > 0.5f) { // home
      m->turns = 0;
      if (w->kind == OPEN_LOOP)
        m->goal = fixed_end(w, m->trip++);
    }
    if (obs[2] > 0.5f && w->kind == LEARNER)
      think(m, n_end, (double)obs[3]);
    if (obs[1] > 0.5f) {
      const bool out = m->turns < w->n_turn;
      const int k = out ? m->turns : 2 * w->n_turn - 1 - m->turns;
      if (m->turns == 0)
        m->n = m->goal; // the way home is that of the end it went to
      const int right = m->n >> (w->n_turn - 1 - k) & 1;
      act = (right == 1) == out ? 1 : -1;
      m->turns++;
    }
  }
  s->act[lane] = act;
}

static void tmaze(void)
{
  static const struct {
    const char *maze;
    int n_turn;
    double bound, optimum, error_free;
  } want[] = { { "env.maze=single", 1, 60, 98.8, 100 }, { "env.maze=double", 2, 80, 194, 200 } };
  for (size_t k = 0; k < 2; k++) {
    const char *const set[] = { want[k].maze, BARE, NULL };
    walker w = { .kind = OPEN_LOOP, .n_turn = want[k].n_turn };
    estimate best = { .mean = -INFINITY };
    for (w.code = 0; w.code < 30; w.code++) {
      const estimate e = task_lives("tmaze", set, 400, walk, &w, NULL);
      CU_ASSERT(task_near(&e, want[k].bound));
      if (e.mean > best.mean)
        best = e;
    }
    show("best of 30 fixed sequences", &best);
    CU_ASSERT(best.mean >= want[k].bound - 1e-9);

    w.kind = LEARNER;
    const estimate learner = task_lives("tmaze", set, 4000, walk, &w, NULL);
    show("win-stay, lose-shift", &learner);
    CU_ASSERT(task_near(&learner, want[k].optimum));
    CU_ASSERT(learner.most <= want[k].error_free);
  }
}

/* In the single maze every function of what is seen (81), and those that turn by chance. */
static void tmaze_reactive(void)
{
  walker w = { .kind = REACTIVE, .n_turn = 1 };
  estimate best = { .mean = -INFINITY };
  for (w.code = 0; w.code < 81; w.code++) {
    const estimate e = task_lives("tmaze", SET(BARE), 400, walk, &w, NULL);
    best = e.mean > best.mean ? e : best;
    CU_ASSERT(e.mean <= 30 + 4 * e.error);
  }
  show("best of 81 functions of what is seen", &best);
  CU_ASSERT(task_near(&best, 30));

  w.kind = REACTIVE_CHANCE;
  for (w.code = 0; w.code <= 10; w.code++) {
    const estimate e = task_lives("tmaze", SET(BARE), 400, walk, &w, NULL);
    const double left = w.code / 10.0, home = 2 * left * (1 - left);
    CU_ASSERT(task_near(&e, 100 * (0.6 - 0.3 * (1 - home))));
    if (w.code == 5)
      show("turning by chance", &e);
  }

  w.kind = CHANCE;
  const estimate e = task_lives("tmaze", SET(BARE), 1000, walk, &w, NULL);
  const double there = 2.0 / 81, back = there / 27;
  show("any act by chance", &e);
  CU_ASSERT(task_near(&e, 100 * (there * 0.6 - 0.3 * (1 - back))));
}

/* ---- foraging ---- */

enum { STRAIGHT, BLUE, YELLOW, WIND, BEST, VALUES };

typedef struct bee {
  double value[2];
  int32_t n, n_coloured, flown;
  bool begun;
} bee;

static double grey_landings; // of all lives of the last task_lives with `landings`

/* Turns where the colour it wants is not the greater part of what it sees. */
static void fly(stage *s, int32_t lane, void *mind, const void *how)
{
  const int kind = *(const int *)how;
  const float *obs = s->obs + lane * s->shape.n_obs;
  bee *b = mind;
  if (!b->begun)
    b->value[0] = b->value[1] = 0.8; // both worth a try
  b->begun = true;
  const bool down = obs[6] + obs[7] + obs[8] > 0;
  b->flown += down;
  b->n_coloured += down && obs[6] < 0.5f;
  for (int k = 0; down && k < 2; k++)
    if (obs[7 + k] > 0.5f)
      b->value[k] += 0.25 * ((double)obs[9] - b->value[k]);
  int32_t want = kind == BLUE ? 0 : kind == YELLOW ? 1 : b->value[1] > b->value[0];
  if (kind == BEST) {
    stage_read(s, lane, "reward_location", &want);
    want--;
  }
  s->act[lane] = kind == STRAIGHT ? 0 : kind == WIND ? 0.5 : obs[1 + want] < 0.5f;
}

static void landings(stage *s, int32_t lane, void *mind, double total)
{
  const bee *b = mind;
  (void)total;
  grey_landings = (lane ? grey_landings : 0) + (b->flown - b->n_coloured) / (double)s->n_lane;
}

static void foraging(void)
{
  static const char *const name[] = { "straight on", "to blue", "to yellow", "turning by chance" };
  for (int kind = STRAIGHT; kind <= WIND; kind++) {
    const estimate e = task_lives("foraging", NULL, 800, fly, &kind, landings);
    show(name[kind], &e);
    printf(", %.1f on grey", grey_landings);
    CU_ASSERT(e.mean <= 45 + 4 * e.error);
    CU_ASSERT(task_near(&e, 0.45 * (100 - grey_landings)));
  }
  static const char *const patch[] = { "env.patch=1", "env.patch=10" };
  static const double least[] = { 50, 58 };
  for (int k = 0; k < 2; k++) {
    int kind = BEST;
    const estimate best = task_lives("foraging", SET(patch[k]), 400, fly, &kind, landings);
    kind = VALUES;
    const estimate learner = task_lives("foraging", SET(patch[k]), 400, fly, &kind, landings);
    show(k ? "knows the better colour, patches" : "knows the better colour", &best);
    show(k ? "learns the colours' values, patches" : "learns the colours' values", &learner);
    CU_ASSERT(best.mean <= 70);
    CU_ASSERT(learner.mean >= least[k]);
    CU_ASSERT(learner.mean <= best.mean + 4 * (best.error + learner.error));
    CU_ASSERT(learner.mean - 45 >= 0.8 * (best.mean - 45));
  }
}

/* ---- cue and reward ---- */

enum { NO, YES, COIN, ONE_CUE, ELIMINATE };

typedef struct guesser {
  float cue[4][20];
  int32_t n_cue, n, n_go, pair, answer; // pair: mask of the cues shown in this trial
  int32_t possible;                     // mask of the cues that may be the target
  bool asked;
} guesser;

static int bits_of(int mask)
{
  return (mask & 1) + (mask >> 1 & 1) + (mask >> 2 & 1) + (mask >> 3 & 1);
}

static void guess(stage *s, int32_t lane, void *mind, const void *how)
{
  const int kind = *(const int *)how;
  const float *obs = s->obs + lane * s->shape.n_obs;
  guesser *g = mind;
  if (g->n++ == 0)
    g->possible = 15;
  if (g->asked) { // the answer was right or wrong
    const bool there = (s->reward[lane] > 0) == (g->answer == 1);
    g->possible &= there ? g->pair : ~g->pair;
    g->asked = false;
    g->pair = 0;
  }
  bool lit = false;
  for (int k = 0; k < 20; k++)
    lit = lit || obs[k] > 0;
  if (lit) {
    int k = 0;
    while (k < g->n_cue && memcmp(g->cue[k], obs, sizeof g->cue[0]) != 0)
      k++;
    if (k == g->n_cue)
      memcpy(g->cue[g->n_cue++], obs, sizeof g->cue[0]);
    g->pair |= 1 << k;
  }
  s->act[lane] = 0;
  if (obs[20] > 0.5f) {
    const int in = bits_of(g->possible & g->pair), all = bits_of(g->possible);
    g->answer = kind == NO        ? 0
                : kind == YES     ? 1
                : kind == COIN    ? chance(lane, g->n, 4) < 0.5
                : kind == ONE_CUE ? g->pair & 1
                                  : 2 * in >= all;
    s->act[lane] = g->answer;
    g->asked = true;
    g->n_go++;
  }
}

static double short_of; // mean of the expected return of perfect inference minus the return
static double mean_go;

/* n answers, of which the first is a coin and one more where the first pair that parts the last two
   candidates comes (2 of 3 pairs do). */
static void inferred(stage *s, int32_t lane, void *mind, double total)
{
  const guesser *g = mind;
  const double errors = 0.5 + 0.5 * (1 - pow(1.0 / 3, g->n_go - 1));
  short_of = (lane ? short_of : 0) + (g->n_go - 2 * errors - total) / s->n_lane;
  mean_go = (lane ? mean_go : 0) + g->n_go / (double)s->n_lane;
}

static void cue_reward(void)
{
  static const char *const name[] = { "always no", "always yes", "a coin",
                                      "yes to the first cue seen", "elimination" };
  for (int kind = NO; kind <= ELIMINATE; kind++) {
    const estimate e = task_lives("cue_reward", NULL, 4000, guess, &kind, inferred);
    show(name[kind], &e);
    if (kind < ELIMINATE) {
      CU_ASSERT(task_near(&e, 0));
      continue;
    }
    printf(", %.2f answers, %.3f short of perfect inference", mean_go, short_of);
    CU_ASSERT(fabs(short_of) <= 4 * e.error);
    CU_ASSERT(e.mean > 12);
  }
}

/* ---- delayed match ---- */

enum { CONSTANT, RANDOM, DIFFERENT, WATCHES };

typedef struct respond {
  int kind;
  double value;
} respond;

typedef struct watcher {
  int32_t n, first, second;
  double sign; // + where different pairs want a positive response; 0: not known
} watcher;

static void match(stage *s, int32_t lane, void *mind, const void *how)
{
  const respond *r = how;
  const float *obs = s->obs + 2 * lane;
  watcher *w = mind;
  const int32_t at = w->n++ % 50;
  if (at == 0 && w->n > 1 && w->sign == 0) { // the first trial's answer was +0.98
    const bool right = s->reward[lane] > -0.5, different = w->first != w->second;
    w->sign = right == different ? 1 : -1;
  }
  if (at == 0)
    w->first = obs[1] > 0.5f;
  if (at == 20)
    w->second = obs[1] > 0.5f;
  const double different = w->first != w->second ? 0.98 : -0.98;
  s->act[lane] = r->kind == CONSTANT  ? r->value
                 : r->kind == RANDOM  ? 2 * chance(lane, w->n, 5) - 1
                 : r->kind == WATCHES ? (w->sign == 0 ? 0.98 : w->sign * different)
                                      : different;
}

static void delayed_match(void)
{
  const char *const drawn[] = { "env.task=drawn", NULL }, *const fixed[] = { "env.task=nonmatch",
                                                                             NULL };
  estimate best = { .mean = -INFINITY };
  for (int k = -10; k <= 10; k++) {
    const respond r = { CONSTANT, k / 10.0 };
    const estimate e = task_lives("delayed_match", drawn, 200, match, &r, NULL);
    const estimate f = task_lives("delayed_match", fixed, 200, match, &r, NULL);
    best = e.mean > best.mean ? e : best;
    CU_ASSERT(task_near(&e, -98 - (k == 10 || k == -10 ? 1 : 0)));
    CU_ASSERT(task_near(&f, -98 - (k == 10 || k == -10 ? 1 : 0)));
  }
  show("best of 21 constant responses", &best);
  const respond different = { DIFFERENT, 0 }, random = { RANDOM, 0 }, watches = { WATCHES, 0 };
  estimate e = task_lives("delayed_match", drawn, 1000, match, &different, NULL);
  show("remembers the pair, knows one task", &e);
  CU_ASSERT(task_near(&e, -98));
  e = task_lives("delayed_match", fixed, 50, match, &different, NULL);
  show("the same in its own task", &e);
  CU_ASSERT_EQUAL(e.mean, 0);
  e = task_lives("delayed_match", drawn, 500, match, &random, NULL);
  show("random responses", &e);
  CU_ASSERT(task_near(&e, -98.02));
  e = task_lives("delayed_match", drawn, 1000, match, &watches, NULL);
  show("learns the task in the first trial", &e);
  CU_ASSERT(task_near(&e, -0.98));
  CU_ASSERT(e.least >= -1.96 - 1e-9);
}

int main(void)
{
  static const check_test tests[] = {
    { "T-maze: fixed sequences and win-stay, lose-shift", tmaze },
    { "T-maze: functions of what is seen", tmaze_reactive },
    { "foraging", foraging },
    { "cue and reward", cue_reward },
    { "delayed match", delayed_match },
  };
  return check_run("scores of the learning tasks", tests, sizeof tests / sizeof tests[0]);
}
