/* test_task_trials.c - trials, marks, switches and refusals of the tasks that want learning in a life. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "said.h"
#include "task_lives.h"

static const char *const tasks[] = { "tmaze", "foraging", "cue_reward", "grid_maze",
                                     "delayed_match" };
enum { N_TASK = sizeof tasks / sizeof tasks[0] };

/* ---- trials and marks ---- */

typedef struct course {
  int32_t n_step, n_begin, n_end, n_event, event_trial, wrong;
  uint8_t done;
} course;

static void act_anyhow(stage *s, int32_t step)
{
  const hebb_address address = { .seed = 5 };
  const double u = hebb_uniform_double(&address, (uint32_t)step);
  if (s->shape.n_choice)
    s->act[0] = floor(u * s->shape.n_choice);
  else
    s->act[0] = (double)s->shape.act_low[0] +
                u * ((double)s->shape.act_high[0] - (double)s->shape.act_low[0]);
}

/* One life. Wrong is: a trial that begins in another or ends without, a reward that is elsewhere without
   an event or the other way round, a score that is not the sum of the rewards. */
static course follow(const char *env, const char *const *set, uint64_t seed)
{
  stage *s = stage_open(env, 1, set, NULL);
  course c = { .event_trial = -1 };
  bool inside = false, moved = false;
  double total = 0, score;
  int32_t place[2] = { 0 }, before[2] = { 0 };
  stage_reset_all(s, seed);
  stage_read(s, 0, "reward_location", before);
  while (!s->done[0] && c.n_step < s->shape.max_steps) {
    act_anyhow(s, c.n_step++);
    stage_step(s);
    total += s->reward[0];
    stage_read(s, 0, "reward_location", place);
    stage_read(s, 0, "score", &score);
    const bool begins = s->mark[0] & HEBB_TRIAL_BEGIN, ends = s->mark[0] & HEBB_TRIAL_END;
    const bool event = s->mark[0] & HEBB_EVENT;
    c.wrong += begins == inside || (event && !begins) || event != moved || score != total;
    moved = memcmp(place, before, sizeof place) != 0; // the next trial is the first with it
    c.wrong += moved && !ends;
    memcpy(before, place, sizeof before);
    if (event)
      c.event_trial = c.n_begin;
    c.n_begin += begins;
    c.n_end += ends;
    c.n_event += event;
    inside = !ends;
  }
  c.done = s->done[0];
  stage_close(s);
  return c;
}

static void marks(void)
{
  static const struct {
    const char *env, *set;
    int32_t n_trial, n_event; // n_trial 0: as many as happen
  } want[] = {
    { "tmaze", "env.maze=single", 100, 1 },      { "tmaze", "env.maze=double", 200, 3 },
    { "tmaze", "env.switch_every=20", 100, 4 },  { "foraging", "env.n_trial=100", 100, 1 },
    { "foraging", "env.switch_from=1", 100, 0 }, { "cue_reward", "env.n_cue=4", 0, 0 },
    { "grid_maze", "env.size=9", 0, 0 },         { "delayed_match", "env.n_trial=50", 50, 0 }
  };
  for (size_t k = 0; k < sizeof want / sizeof want[0]; k++) {
    const bool close = strcmp(want[k].set, "env.switch_every=20") == 0;
    const bool never = strcmp(want[k].set, "env.switch_from=1") == 0;
    const char *const set[] = { want[k].set,
                                close   ? "env.switch_spread=9"
                                : never ? "env.switch_to=1"
                                        : NULL,
                                NULL };
    for (uint64_t seed = 1; seed <= 20; seed++) {
      const course c = follow(want[k].env, set, seed);
      CU_ASSERT_EQUAL(c.wrong, 0);
      CU_ASSERT_EQUAL(c.n_event, want[k].n_event);
      CU_ASSERT(c.n_begin - c.n_end == 0 || c.n_begin - c.n_end == 1);
      if (want[k].n_trial) {
        CU_ASSERT_EQUAL(c.n_begin, want[k].n_trial);
        CU_ASSERT_EQUAL(c.n_end, want[k].n_trial);
        CU_ASSERT_EQUAL(c.done, HEBB_TERMINATED);
      } else {
        CU_ASSERT_EQUAL(c.done, HEBB_TRUNCATED);
      }
    }
  }
}

/* Switches come as early and as late as the parameters say, and no earlier or later. */
static void spread(const char *env, int32_t least, int32_t most)
{
  int32_t first = 1000, last = -1;
  for (uint64_t seed = 1; seed <= 300; seed++) {
    const course c = follow(env, NULL, seed);
    first = c.event_trial < first ? c.event_trial : first;
    last = c.event_trial > last ? c.event_trial : last;
  }
  CU_ASSERT_EQUAL(first, least);
  CU_ASSERT_EQUAL(last, most);
}

static void switches(void)
{
  spread("tmaze", 35, 65);
  spread("foraging", 25, 75);
}

/* ---- one trip, one flight, one trial ---- */

/* The observations of a trip through the single maze, held once, without noise: to the left and back. */
static void one_trip(void)
{
  static const float want[8][5] = { { 1, 0, 0, 0, 1 }, { 0, 0, 0, 0, 1 }, { 0, 1, 0, 0, 1 },
                                    { 0, 0, 0, 0, 1 }, { 0, 0, 1, 9, 1 }, { 0, 0, 0, 0, 1 },
                                    { 0, 1, 0, 0, 1 }, { 0, 0, 0, 0, 1 } };
  static const double act[8] = { 0, 1.0 / 3, -0.34, -1.0 / 3, 1, 0, 0.34, 0 };
  stage *s = stage_open("tmaze", 1, SET("env.hold=1", "env.noise=0"), NULL);
  int32_t high;
  stage_reset_all(s, 3);
  stage_read(s, 0, "reward_location", &high);
  const double value = high == 0 ? 1 : 0.2;
  for (int32_t k = 0; k < 8; k++) {
    for (int i = 0; i < 5; i++)
      CU_ASSERT_EQUAL(s->obs[i], want[k][i] > 1 ? (float)value : want[k][i]);
    s->act[0] = act[k];
    stage_step(s);
    CU_ASSERT_EQUAL(s->reward[0], k == 3 ? value : 0);
    CU_ASSERT_EQUAL(s->mark[0], k == 0 ? HEBB_TRIAL_BEGIN : k == 7 ? HEBB_TRIAL_END : 0);
  }
  // a turn at home ends the next one
  s->act[0] = 1;
  stage_step(s);
  CU_ASSERT_EQUAL(s->reward[0], -0.3);
  CU_ASSERT_EQUAL(s->mark[0], HEBB_TRIAL_BEGIN | HEBB_TRIAL_END);
  // and so does the wrong way home; the reward is kept
  const double lost[] = { 0, 0, 1, 0, 0, 0, 1 };
  double total = 0;
  for (int k = 0; k < 7; k++) {
    s->act[0] = lost[k];
    stage_step(s);
    total += s->reward[0];
  }
  CU_ASSERT_DOUBLE_EQUAL(total, (high == 1 ? 1 : 0.2) - 0.3, 1e-12);
  CU_ASSERT_EQUAL(s->mark[0], HEBB_TRIAL_END);
  stage_close(s);
}

/* Only the last of the decisions at a place counts; noise is on every input and new each time. */
static void held(void)
{
  stage *s = stage_open("tmaze", 1, NULL, NULL);
  stage_reset_all(s, 3);
  for (int k = 0; k < 6; k++) {
    const float before = s->obs[4];
    s->act[0] = k % 3 == 2 ? 0 : 1;
    stage_step(s);
    CU_ASSERT_EQUAL(s->reward[0], 0);
    CU_ASSERT(before != s->obs[4] && fabsf(s->obs[4] - 1) < 0.01f);
  }
  int32_t place;
  stage_read(s, 0, "position", &place);
  CU_ASSERT_EQUAL(place, 2);
  stage_close(s);
}

/* Without the way home a trip ends at the maze end; the choice of three turns as the output does. */
static void variants(void)
{
  stage *s = stage_open("tmaze", 1,
                        SET("env.hold=1", "env.homing=false", "env.action=choice",
                            "env.reward_input=false", "env.bias=false", "env.corridor=2"),
                        NULL);
  CU_ASSERT_EQUAL(s->shape.n_obs, 3);
  CU_ASSERT_EQUAL(s->shape.n_choice, 3);
  CU_ASSERT_EQUAL(s->shape.max_steps, 100 * 7);
  const double act[] = { 1, 1, 1, 2, 1, 1, 0 };
  stage_reset_all(s, 3);
  for (int k = 0; k < 7; k++) {
    s->act[0] = act[k];
    stage_step(s);
    CU_ASSERT(k == 5 ? s->reward[0] > 0 : s->reward[0] == 0);
  }
  int32_t choice;
  stage_read(s, 0, "choice", &choice);
  CU_ASSERT_EQUAL(choice, 1);
  CU_ASSERT_EQUAL(s->mark[0], HEBB_TRIAL_END);
  stage_close(s);
}

/* A flight is as many decisions as it is high, and one on the flower; shares add up to one in the air. */
static void flights(void)
{
  stage *s = stage_open("foraging", 1, SET("env.n_trial=300"), NULL);
  int32_t n = 0, wrong = 0, seen[3] = { 0 }, high[2] = { 0 };
  stage_reset_all(s, 9);
  while (!s->done[0]) {
    const float air = s->obs[0] + s->obs[1] + s->obs[2], down = s->obs[6] + s->obs[7] + s->obs[8];
    double position[3];
    stage_read(s, 0, "position", position);
    const bool on_flower = position[2] == 0;
    wrong += on_flower ? air != 0 || down != 1 : fabsf(air - 1) > 1e-6f || down != 0;
    for (int k = 0; on_flower && k < 3; k++)
      seen[k] += s->obs[6 + k] > 0;
    s->act[0] = 0.5;
    stage_step(s);
    n++;
    wrong += on_flower != ((s->mark[0] & HEBB_TRIAL_END) != 0);
    if (s->mark[0] & HEBB_TRIAL_END) {
      wrong += n != 10 && n != 11;
      high[n == 11]++;
      n = 0;
    }
  }
  CU_ASSERT_EQUAL(wrong, 0);
  CU_ASSERT(high[0] > 100 && high[1] > 100);
  CU_ASSERT(seen[0] > 0 && seen[1] > 100 && seen[2] > 100);
  CU_ASSERT_EQUAL(seen[0] + seen[1] + seen[2], 300);
  stage_close(s);
}

/* Two different cues of the four and a go, gaps within their bounds; half of the pairs hold the target. */
static void cues(void)
{
  stage *s = stage_open("cue_reward", 1, SET("env.max_steps=80000"), NULL);
  int32_t wrong = 0, part = 0, blank = 0, n_trial = 0, n_there = 0;
  float first[20], pattern[4][20];
  int n_pattern = 0;
  stage_reset_all(s, 2);
  while (!s->done[0]) {
    bool lit = false;
    for (int k = 0; k < 20; k++)
      lit = lit || s->obs[k] > 0;
    const bool go = s->obs[20] > 0;
    wrong += go && (lit || part != 2);
    if (lit && part == 1)
      wrong += memcmp(first, s->obs, sizeof first) == 0;
    if (lit) {
      int k = 0;
      while (k < n_pattern && memcmp(pattern[k], s->obs, sizeof first) != 0)
        k++;
      if (k == n_pattern && n_pattern < 4)
        memcpy(pattern[n_pattern++], s->obs, sizeof first);
      wrong += k == 4;
      memcpy(first, s->obs, sizeof first);
      wrong += part == 0 && n_trial > 0 && (blank < 1 || blank > 3);
    }
    wrong += (lit || go) && part > 0 && blank > 3;
    blank = lit || go ? 0 : blank + 1;
    part = lit ? part + 1 : go ? 0 : part;
    s->act[0] = 1;
    stage_step(s);
    wrong += go ? fabs(s->reward[0]) != 1 : s->reward[0] != 0;
    wrong += s->obs[21] != (float)s->reward[0] || s->obs[23] != 1;
    n_trial += go;
    n_there += go && s->reward[0] > 0;
  }
  CU_ASSERT_EQUAL(wrong, 0);
  CU_ASSERT_EQUAL(n_pattern, 4);
  CU_ASSERT(fabs(n_trial - 80000 / 8.0) < 200);
  CU_ASSERT(fabs(n_there - n_trial / 2.0) < 200);
  stage_close(s);
}

/* The window is the maze around the agent; a wall leaves it there; the reward sets it down elsewhere. */
static void grid(void)
{
  stage *s = stage_open("grid_maze", 1, SET("env.max_steps=2000", "env.wall_penalty=0.5"), NULL);
  static const int way[4][2] = { { -1, 0 }, { 1, 0 }, { 0, -1 }, { 0, 1 } };
  int32_t at[2], to[2], reward[2], wrong = 0, n_hit = 0, n_wall = 0;
  stage_reset_all(s, 4);
  stage_read(s, 0, "position", at);
  CU_ASSERT(at[0] == 4 && at[1] == 4);
  for (int32_t t = 0; !s->done[0]; t++) {
    stage_read(s, 0, "position", at);
    stage_read(s, 0, "reward_location", reward);
    for (int k = 0; k < 9; k++) {
      const int row = at[0] + k / 3 - 1, column = at[1] + k % 3 - 1;
      const bool edge = row == 0 || column == 0 || row == 8 || column == 8;
      const bool pillar = row % 2 == 0 && column % 2 == 0 && (row != 4 || column != 4);
      wrong += (s->obs[k] > 0) != (edge || pillar);
    }
    wrong += s->obs[10] != (float)(t / 2000.0);
    act_anyhow(s, t);
    const int way_k = (int)s->act[0];
    const bool wall = s->obs[4 + 3 * way[way_k][0] + way[way_k][1]] > 0;
    stage_step(s);
    stage_read(s, 0, "position", to);
    n_wall += wall;
    if (s->mark[0] & HEBB_TRIAL_END) {
      wrong += s->reward[0] != 10 || at[0] + way[way_k][0] != reward[0] ||
               at[1] + way[way_k][1] != reward[1] || (to[0] == reward[0] && to[1] == reward[1]);
      n_hit++;
    } else {
      wrong += s->reward[0] != (wall ? -0.5 : 0);
      wrong += to[0] != at[0] + (wall ? 0 : way[way_k][0]);
      wrong += to[1] != at[1] + (wall ? 0 : way[way_k][1]);
    }
    for (int k = 0; k < 4; k++)
      wrong += s->obs[12 + k] != (k == way_k ? 1.0f : 0.0f);
    wrong += s->obs[11] != (float)s->reward[0];
  }
  CU_ASSERT_EQUAL(wrong, 0);
  CU_ASSERT(n_hit > 10 && n_wall > 100);
  stage_close(s);
}

/* Stimuli in their parts, targets and contexts beside them, all pairs; the reward is minus the error. */
static void matches(void)
{
  stage *s = stage_open("delayed_match", 1, SET("env.task=nonmatch", "env.n_trial=400"), NULL);
  int32_t wrong = 0, count[4] = { 0 };
  stage_reset_all(s, 6);
  for (int32_t t = 0; !s->done[0]; t++) {
    const int part = t / 10 % 5, pair = s->context[0];
    const int shown = part == 0 ? pair / 2 : part == 2 ? pair % 2 : -1;
    wrong += s->obs[0] != (shown == 0 ? 1.0f : 0.0f) || s->obs[1] != (shown == 1 ? 1.0f : 0.0f);
    const double want = part < 4 ? 0 : pair == 1 || pair == 2 ? 0.98 : -0.98;
    wrong += s->target[0] != (float)want;
    count[pair] += t % 50 == 0;
    s->act[0] = part < 4 ? 7 : t % 10 < 5 ? want : 0.5 * want; // what is before does not count
    stage_step(s);
    wrong += fabs(s->reward[0] - (t % 50 == 49 ? -0.245 : 0)) > 1e-12;
  }
  CU_ASSERT_EQUAL(wrong, 0);
  for (int k = 0; k < 4; k++)
    CU_ASSERT(count[k] > 65 && count[k] < 135);
  stage_close(s);
}

/* ---- seeds, actions, refusals ---- */

/* The reward begins at each of n places as often as at the others. */
static void begins(const char *env, const char *set, int n)
{
  enum { N = 4000, MOST = 81 };
  static int32_t count[MOST];
  memset(count, 0, sizeof count);
  stage *s = stage_open(env, N, SET(set), NULL);
  uint64_t *seed = calloc(N, sizeof *seed);
  CU_ASSERT_FATAL(seed != NULL);
  for (uint64_t k = 0; k < N; k++)
    seed[k] = k;
  stage_reset(s, seed);
  for (int32_t lane = 0; lane < N; lane++) {
    int32_t place[2] = { 0, 0 };
    stage_read(s, lane, "reward_location", place);
    const int32_t k = strcmp(env, "grid_maze") == 0 ? 9 * place[0] + place[1] : place[0];
    CU_ASSERT_FATAL(k >= 0 && k < MOST);
    count[k]++;
  }
  int n_place = 0;
  for (int k = 0; k < MOST; k++) {
    n_place += count[k] > 0;
    CU_ASSERT(count[k] == 0 || fabs(count[k] - (double)N / n) < 4.5 * sqrt((double)N / n));
  }
  CU_ASSERT_EQUAL(n_place, n);
  free(seed);
  stage_close(s);
}

static void places(void)
{
  begins("tmaze", "env.maze=single", 2);
  begins("tmaze", "env.maze=double", 4);
  begins("foraging", "env.field=10", 2);
  begins("cue_reward", "env.n_cue=4", 4);
  begins("cue_reward", "env.n_cue=7", 7);
  begins("grid_maze", "env.size=9", 40);
  begins("delayed_match", "env.task=drawn", 2);
}

static void solved(void)
{
  static const double want[N_TASK] = { 80, 57.5, 7.5, NAN,
                                       -49 }; // the maze's is in test_grid_maze.c
  static const int32_t steps[N_TASK] = { 2400, 1100, 120, 200, 5000 };
  static const int32_t n_obs[N_TASK] = { 5, 10, 24, 16, 2 };
  for (int k = 0; k < N_TASK; k++) {
    stage *s = stage_open(tasks[k], 1, NULL, NULL);
    CU_ASSERT(isnan(want[k]) || fabs(s->shape.solved - want[k]) < 1e-9);
    CU_ASSERT_EQUAL(s->shape.max_steps, steps[k]);
    CU_ASSERT_EQUAL(s->shape.n_obs, n_obs[k]);
    CU_ASSERT_EQUAL(s->shape.n_context, k == 4 ? 4 : 0);
    stage_close(s);
  }
}

static double life(const char *env, uint64_t seed)
{
  stage *s = stage_open(env, 1, NULL, NULL);
  double sum = 0;
  stage_reset_all(s, seed);
  for (int32_t t = 0; !s->done[0]; t++) {
    for (int32_t k = 0; k < s->shape.n_obs; k++)
      sum = 0.999 * sum + (double)s->obs[k] + s->reward[0];
    act_anyhow(s, t);
    stage_step(s);
  }
  stage_close(s);
  return sum;
}

static void seeds(void)
{
  for (int k = 0; k < N_TASK; k++) {
    CU_ASSERT_EQUAL(life(tasks[k], 11), life(tasks[k], 11));
    CU_ASSERT_NOT_EQUAL(life(tasks[k], 11), life(tasks[k], 12));
  }
}

static void no_number(void)
{
  static const double bad[] = { (double)NAN, (double)INFINITY, -(double)INFINITY };
  for (int k = 0; k < N_TASK; k++)
    for (size_t j = 0; j < sizeof bad / sizeof bad[0]; j++) {
      stage *s = stage_open(tasks[k], 2, NULL, NULL);
      stage_reset_all(s, 1);
      s->act[0] = bad[j];
      stage_step(s);
      CU_ASSERT_EQUAL(s->done[0], HEBB_FAILED);
      CU_ASSERT_PTR_NOT_NULL_FATAL(s->why[0]);
      CU_ASSERT_STRING_EQUAL(s->why[0], "the action is not finite");
      CU_ASSERT_EQUAL(s->reward[0], 0);
      CU_ASSERT_EQUAL(s->done[1], HEBB_RUNNING);
      stage_close(s);
    }
}

static void refused(const char *env, const char *set, const char *why)
{
  static error err;
  memset(&err, 0, sizeof err);
  CU_ASSERT_PTR_NULL(stage_open(env, 1, SET(set), &err));
  SAYS(&err, why);
}

static void refusals(void)
{
  refused("tmaze", "env.low=1", "low: 1 is not below the high reward");
  refused("tmaze", "env.switch_spread=25", "not below half of switch_every");
  refused("tmaze", "env.n_trial=100000000", "n_trial");
  refused("foraging", "env.lowest_start=11", "lowest_start: 11 is above");
  refused("foraging", "env.switch_from=0.8", "switch_from: 0.8 is after");
  refused("cue_reward", "env.cue_bits=2", "2 bits are too few to tell 4 random cues apart");
  refused("grid_maze", "env.size=10", "size: 10 is even");
  refused("delayed_match", "env.amplitude=0", "amplitude");
  static error err;
  CU_ASSERT_PTR_NULL(
      stage_open("tmaze", 1, SET("env.n_trial=1000000", "env.hold=100", "env.corridor=100"), &err));
  SAYS(&err, "is too long");
}

int main(void)
{
  static const check_test tests[] = {
    { "trials begin and end, the reward moves with an event", marks },
    { "when switches come", switches },
    { "a trip through the T-maze, and wrong acts", one_trip },
    { "decisions held at a place", held },
    { "the T-maze without the way home", variants },
    { "flights and flowers", flights },
    { "cues, go and gaps", cues },
    { "the grid maze cell by cell", grid },
    { "stimuli, targets and contexts", matches },
    { "where the reward begins", places },
    { "sizes and solved returns", solved },
    { "equal seeds, equal lives", seeds },
    { "an action that is no number ends the life as failed", no_number },
    { "what cannot be used is refused", refusals },
  };
  return check_run("trials of the learning tasks", tests, sizeof tests / sizeof tests[0]);
}
