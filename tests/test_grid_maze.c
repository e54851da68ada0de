/* test_grid_maze.c - what the grid maze pays: to functions of what is seen by their exact value, to
   searches that begin anew at each hit, to those that know the way back. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "task_lives.h"

enum { SIDE = 9, N_CELL = SIDE * SIDE, N_STEP = 200, MOST_WINDOWS = N_CELL, MIDDLE = N_CELL / 2 };

static const int way[4] = { -SIDE, SIDE, -1, 1 }; // up, down, left, right

static bool free_cell[N_CELL];
static int n_free, n_window, window_of[N_CELL]; // cells that look alike have the same window
static int distance[N_CELL][N_CELL];

static void show(const char *what, const estimate *e)
{
  printf("\n    %-46s %8.3f +- %.3f  (%g to %g)", what, e->mean, e->error, e->least, e->most);
}

/* ---- the maze, built from its description ---- */

static int bits_around(int cell)
{
  int bits = 0;
  for (int k = 0; k < 9; k++)
    bits |= !free_cell[cell + SIDE * (k / 3 - 1) + k % 3 - 1] << k;
  return bits;
}

static void measure_from(int from)
{
  int queue[N_CELL], n = 1;
  for (int k = 0; k < N_CELL; k++)
    distance[from][k] = N_CELL;
  distance[from][from] = 0;
  queue[0] = from;
  for (int head = 0; head < n; head++)
    for (int k = 0; k < 4; k++) {
      const int next = queue[head] + way[k];
      if (free_cell[next] && distance[from][next] == N_CELL) {
        distance[from][next] = distance[from][queue[head]] + 1;
        queue[n++] = next;
      }
    }
}

static void build(void)
{
  int window[MOST_WINDOWS];
  n_free = n_window = 0;
  for (int k = 0; k < N_CELL; k++) {
    const int row = k / SIDE, column = k % SIDE;
    const bool edge = row == 0 || column == 0 || row == SIDE - 1 || column == SIDE - 1;
    free_cell[k] = !edge && (row % 2 == 1 || column % 2 == 1 || k == MIDDLE);
    n_free += free_cell[k];
  }
  for (int k = 0; k < N_CELL; k++) {
    if (!free_cell[k])
      continue;
    int w = 0;
    while (w < n_window && window[w] != bits_around(k))
      w++;
    if (w == n_window)
      window[n_window++] = bits_around(k);
    window_of[k] = w;
    measure_from(k);
  }
}

/* ---- functions of what is seen: the exact mean of their returns ---- */

typedef struct reactive {
  double p[MOST_WINDOWS][4]; // of each direction
} reactive;

/* Expected hits with the reward at r: how likely the agent is where, step after step. */
static double hits_at(const reactive *f, int r)
{
  double at[N_CELL] = { 0 }, hits = 0;
  at[MIDDLE] = 1;
  for (int t = 0; t < N_STEP; t++) {
    double next[N_CELL] = { 0 };
    for (int k = 0; k < N_CELL; k++)
      for (int a = 0; at[k] > 0 && a < 4; a++)
        next[free_cell[k + way[a]] ? k + way[a] : k] += at[k] * f->p[window_of[k]][a];
    const double hit = next[r];
    hits += hit;
    next[r] = 0;
    for (int k = 0; k < N_CELL; k++)
      at[k] = next[k] + (free_cell[k] && k != r ? hit / (n_free - 1) : 0);
  }
  return hits;
}

static double value_of(const reactive *f)
{
  double sum = 0;
  for (int r = 0; r < N_CELL; r++)
    if (free_cell[r] && r != MIDDLE)
      sum += hits_at(f, r);
  return 10 * sum / (n_free - 1);
}

/* Weights exp(size x normal), so that a great size makes it all but deterministic. */
static reactive vary(const reactive *from, uint32_t attempt, double size)
{
  const hebb_address address = { .seed = 3, .individual = attempt };
  reactive f = *from;
  for (int w = 0; w < n_window; w++) {
    double sum = 0;
    for (int a = 0; a < 4; a++) {
      f.p[w][a] *= hebb_exp(size * (double)hebb_normal(&address, (uint32_t)(4 * w + a)));
      sum += f.p[w][a];
    }
    for (int a = 0; a < 4; a++)
      f.p[w][a] /= sum;
  }
  return f;
}

static void act_reactive(stage *s, int32_t lane, void *mind, const void *how)
{
  const reactive *f = how;
  const hebb_address address = { .seed = 9, .individual = (uint32_t)lane };
  const double u = hebb_uniform_double(&address, *(uint32_t *)mind);
  int32_t at[2], a = 0;
  ++*(uint32_t *)mind;
  stage_read(s, lane, "position", at);
  const double *p = f->p[window_of[SIDE * at[0] + at[1]]];
  for (double sum = p[0]; a < 3 && u > sum; sum += p[a])
    a++;
  s->act[lane] = a;
}

static void functions(void)
{
  build();
  reactive even, best;
  for (int w = 0; w < MOST_WINDOWS; w++)
    for (int a = 0; a < 4; a++)
      even.p[w][a] = 0.25;
  const double walk = value_of(&even);
  estimate e = task_lives("grid_maze", NULL, 3000, act_reactive, &even, NULL);
  show("random walk", &e);
  printf(", exactly %.3f", walk);
  CU_ASSERT(task_near(&e, walk));

  best = even;
  double most = walk;
  for (uint32_t k = 0; k < 600; k++) { // the first third anywhere, then around the best
    const reactive f = vary(k < 200 ? &even : &best, k, k < 200 ? 0.5 + k / 50.0 : 0.5);
    const double value = value_of(&f);
    if (value > most) {
      most = value;
      best = f;
    }
  }
  e = task_lives("grid_maze", NULL, 3000, act_reactive, &best, NULL);
  show("best of 600 functions of what is seen", &e);
  printf(", exactly %.3f (%d free cells, %d windows)", most, n_free, n_window);
  CU_ASSERT(task_near(&e, most));
  CU_ASSERT(most < 100);
}

/* ---- with the maze in mind ---- */

enum { NEAREST, IN_ORDER, RETURNS, KNOWS };

typedef struct searcher {
  int32_t trial, reward; // reward: the cell, 0: not known
  bool visited[N_CELL];
} searcher;

/* Rows in turn to and fro. */
static int in_order(int n)
{
  const int row = n / SIDE, column = n % SIDE;
  return SIDE * row + (row % 4 == 1 ? column : SIDE - 1 - column);
}

static int choose(const searcher *m, int kind, int at)
{
  if (m->reward)
    return m->reward;
  int nearest = -1;
  for (int k = 0; k < N_CELL; k++) {
    const int cell = in_order(k);
    if (!free_cell[cell] || m->visited[cell])
      continue;
    if (kind == IN_ORDER)
      return cell;
    if (nearest < 0 || distance[at][cell] < distance[at][nearest])
      nearest = cell;
  }
  return nearest < 0 ? MIDDLE : nearest;
}

static void search(stage *s, int32_t lane, void *mind, const void *how)
{
  const int kind = *(const int *)how;
  searcher *m = mind;
  int32_t place[2], trial;
  stage_read(s, lane, "position", place);
  stage_read(s, lane, "trial", &trial);
  const int at = SIDE * place[0] + place[1];
  if (kind == KNOWS || (kind == RETURNS && trial > 0)) {
    int32_t reward[2];
    stage_read(s, lane, "reward_location", reward);
    m->reward = SIDE * reward[0] + reward[1];
  }
  if (trial > m->trial)
    memset(m->visited, 0, sizeof m->visited); // all that was learnt is lost
  m->trial = trial;
  m->visited[at] = true;
  const int target = choose(m, kind, at);
  for (int a = 0; a < 4; a++)
    if (free_cell[at + way[a]] && distance[at + way[a]][target] < distance[at][target])
      s->act[lane] = a;
}

static void searches(void)
{
  static const char *const name[] = { "nearest new cell, forgets at each hit",
                                      "in a fixed order, forgets at each hit",
                                      "nearest new cell, then back by the shortest way",
                                      "knows the place from the start" };
  estimate e[4];
  double bound = 0;
  build();
  for (int k = 1; k < n_free; k++)
    bound += 10.0 * N_STEP / (n_free - 1) / k;
  for (int kind = NEAREST; kind <= KNOWS; kind++) {
    e[kind] = task_lives("grid_maze", NULL, 2000, search, &kind, NULL);
    show(name[kind], &e[kind]);
  }
  stage *s = stage_open("grid_maze", 1, NULL, NULL);
  CU_ASSERT_DOUBLE_EQUAL(s->shape.solved, bound, 1e-9);
  stage_close(s);
  printf("\n    bound of searches that begin anew %.1f", bound);
  CU_ASSERT(e[NEAREST].mean < bound && e[IN_ORDER].mean < bound);
  CU_ASSERT(e[RETURNS].mean > 1.5 * bound);
  CU_ASSERT(e[RETURNS].mean >= 0.85 * e[KNOWS].mean && e[RETURNS].mean < e[KNOWS].mean);
}

/* Knowing the place, a hit takes the distance from a cell drawn anew: the mean over both. */
static void shortest(void)
{
  double rate = 0;
  build();
  for (int r = 0; r < N_CELL; r++) {
    double sum = 0;
    for (int k = 0; free_cell[r] && k < N_CELL; k++)
      sum += free_cell[k] && k != r ? distance[k][r] : 0;
    rate += free_cell[r] && r != MIDDLE ? (n_free - 1) / sum / (n_free - 1) : 0;
  }
  int kind = KNOWS;
  const estimate e = task_lives("grid_maze", SET("env.max_steps=2000"), 1000, search, &kind, NULL);
  printf("%.2f a decision, %.2f measured ", 10 * rate, e.mean / 2000);
  CU_ASSERT(fabs(e.mean / 2000 - 10 * rate) < 0.005 * 10 * rate + 4 * e.error / 2000);
}

int main(void)
{
  static const check_test tests[] = {
    { "functions of what is seen", functions },
    { "searches with the maze in mind", searches },
    { "the shortest way back", shortest },
  };
  return check_run("scores of the grid maze", tests, sizeof tests / sizeof tests[0]);
}
