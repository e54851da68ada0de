/* gmm_mixture.c - responsibilities and gradients in closed form (Palm et al., 2021, arXiv:2011.06811).
 *
 * Rules are many sigmas apart, so that of hundreds only a handful answer for a synapse. With k the rule
 * that was drawn, q_l = |h - mean_l|^2 and D_l = |mean_l - mean_k|, rule l counts only if
 *
 *     logit_l - q_l / (2 sigma^2) > logit_k - q_k / (2 sigma^2) - LEAST
 *     q_l - q_k = D_l^2 - 2 (h - mean_k) (mean_l - mean_k) < 2 sigma^2 (LEAST + largest logit - logit_k) = B
 *
 * and, as D_l <= sqrt(q_l) + sqrt(q_k), only if D_l < sqrt(q_k) + sqrt(q_k + B). A list of each rule's
 * neighbours, nearest first, is read that far in single precision, with a margin; what is left is computed
 * in double. Where the list ends too early, all rules are looked at.
 */
#include "gmm_mixture.h"

#include <math.h>
#include <stdbool.h>

#include <hebb/clone.h>
#include <hebb/math.h>

enum {
  WIDTH = MIXTURE_WIDTH,
  STRIP = MIXTURE_STRIP,
  LANE = 16,
  PIECE = 512,    /* rules whose distances are taken at a time */
  MOST_NEAR = 256 /* neighbours listed of a rule               */
};

/* Beside the largest, exp(-LEAST) is nothing in a double. */
static const double least = 45;

/* ---- sums and maxima: LANE of them side by side, whatever the instruction set ---- */

static HEBB_INLINE double total(const double *lane)
{
  double sum = 0;
  for (int j = 0; j < LANE; j++)
    sum += lane[j];
  return sum;
}

static HEBB_INLINE void largest_of_inline(int64_t n, const double *restrict x, double *restrict top)
{
  for (int64_t k = 0; k + LANE <= n; k += LANE)
    for (int64_t j = 0; j < LANE; j++)
      top[j] = x[k + j] > top[j] ? x[k + j] : top[j];
  for (int64_t k = n - n % LANE; k < n; k++)
    top[0] = x[k] > top[0] ? x[k] : top[0];
}
HEBB_CLONES(largest_of, (int64_t n, const double *restrict x, double *restrict top), (n, x, top))

double mixture_largest(int64_t n, const double *x)
{
  double lane[LANE], top = x[0];
  for (int j = 0; j < LANE; j++)
    lane[j] = top;
  largest_of(n, x, lane);
  for (int j = 0; j < LANE; j++)
    top = lane[j] > top ? lane[j] : top;
  return top;
}

/* p = exp(x - top); lane [2 x LANE]: sums of p and of p (x - top) */
static HEBB_INLINE void exponents_inline(int64_t n, const double *restrict x, double top,
                                         double *restrict p, double *restrict lane)
{
  for (int64_t k = 0; k + LANE <= n; k += LANE)
    for (int64_t j = 0; j < LANE; j++) {
      const double e = hebb_exp(x[k + j] - top);
      p[k + j] = e;
      lane[j] += e;
      lane[LANE + j] += e * (x[k + j] - top);
    }
  for (int64_t k = n - n % LANE; k < n; k++) {
    p[k] = hebb_exp(x[k] - top);
    lane[0] += p[k];
    lane[LANE] += p[k] * (x[k] - top);
  }
}
HEBB_CLONES(exponents,
            (int64_t n, const double *restrict x, double top, double *restrict p,
             double *restrict lane),
            (n, x, top, p, lane))

double mixture_softmax(int64_t n_rule, const double *logit, double *p)
{
  double lane[2 * LANE] = { 0 };
  exponents(n_rule, logit, mixture_largest(n_rule, logit), p, lane);
  const double sum = total(lane), entropy = hebb_log(sum) - total(lane + LANE) / sum;
  for (int64_t k = 0; k < n_rule; k++)
    p[k] /= sum;
  return entropy > 0 ? entropy : 0;
}

/* ---- neighbours ---- */

int64_t mixture_most_near(int64_t n_rule)
{
  int64_t most = n_rule / 4;
  most = most < 64 ? 64 : most > MOST_NEAR ? MOST_NEAR : most;
  most = most < n_rule ? most : n_rule;
  return (most + WIDTH - 1) / WIDTH * WIDTH;
}

/* square [n]: distances of rules first .. first + n - 1 from rule k; plane [coef x rule] */
static HEBB_INLINE void distances_inline(int64_t first, int64_t n, int64_t n_rule, int64_t n_coef,
                                         int64_t k, const double *restrict plane,
                                         const double *restrict inverse, double *restrict square)
{
  for (int64_t l = 0; l < n; l++)
    square[l] = 0;
  for (int64_t c = 0; c < n_coef; c++)
    for (int64_t l = 0; l < n; l++) {
      const double d = (plane[c * n_rule + first + l] - plane[c * n_rule + k]) * inverse[c];
      square[l] += d * d;
    }
}
HEBB_CLONES(distances,
            (int64_t first, int64_t n, int64_t n_rule, int64_t n_coef, int64_t k,
             const double *restrict plane, const double *restrict inverse, double *restrict square),
            (first, n, n_rule, n_coef, k, plane, inverse, square))

/* The `most` nearest of the others, nearest first, and one more if there is one; equal ones by index. */
typedef struct nearest {
  int64_t n, room;
  double square[MOST_NEAR + 1];
  int32_t rule[MOST_NEAR + 1];
} nearest;

static void offer(nearest *list, double square, int64_t rule)
{
  if (list->n == list->room && !(square < list->square[list->n - 1]))
    return;
  int64_t at = list->n < list->room ? list->n++ : list->n - 1;
  for (; at > 0 && square < list->square[at - 1]; at--) {
    list->square[at] = list->square[at - 1];
    list->rule[at] = list->rule[at - 1];
  }
  list->square[at] = square;
  list->rule[at] = (int32_t)rule;
}

static void list_near(const mixture *m, int64_t k, nearest *list)
{
  double square[PIECE];
  list->n = 0;
  list->room = m->near.most + 1;
  for (int64_t first = 0; first < m->n_rule; first += PIECE) {
    const int64_t n = m->n_rule - first < PIECE ? m->n_rule - first : PIECE;
    distances(first, n, m->n_rule, m->n_coef, k, m->plane, m->inverse, square);
    for (int64_t l = 0; l < n; l++)
      if (first + l != k)
        offer(list, square[l], first + l);
  }
}

void mixture_find_near(const mixture *m, int64_t first, int64_t end)
{
  const mixture_near *near = &m->near;
  const int64_t block = (1 + m->n_coef) * WIDTH;
  nearest list;
  for (int64_t k = first; k < end; k++) {
    list_near(m, k, &list);
    const bool all = list.n <= near->most;
    near->reach[k] = all ? INFINITY : sqrt(list.square[near->most]);
    for (int64_t a = 0; a < near->most; a++) {
      float *place = near->place + k * near->most / WIDTH * block + a / WIDTH * block + a % WIDTH;
      const int64_t l = a < list.n ? list.rule[a] : k; // what fills up is never near
      *place = a < list.n ? (float)list.square[a] : INFINITY;
      near->rule[k * near->most + a] = (uint16_t)l;
      for (int64_t c = 0; c < m->n_coef; c++) {
        const double d =
            (m->plane[c * m->n_rule + l] - m->plane[c * m->n_rule + k]) * m->inverse[c];
        place[(1 + c) * WIDTH] = (float)(2 * d);
      }
    }
  }
}

/* ---- gradients ---- */

int64_t mixture_room_size(int64_t n_rule)
{
  return 4 * n_rule + 1024;
}

typedef float near_float __attribute__((vector_size(WIDTH * sizeof(float)), aligned(4), may_alias));
typedef int8_t near_hits __attribute__((vector_size(WIDTH), may_alias));
typedef double wide
    __attribute__((vector_size(MIXTURE_WIDE * sizeof(double)), aligned(8), may_alias));

/* A strip of synapses, of which rule [n] was drawn and then h. */
typedef struct strip {
  int64_t n;
  const uint16_t *rule;
  double scale; /* 1 / (2 sigma^2)                          */
  double row[STRIP * MIXTURE_MOST_COEF]
      __attribute__((aligned(64)));      /* [synapse x row] h                        */
  float away[STRIP * MIXTURE_MOST_COEF]; /* [synapse x coef] h - mean, over factors  */
  double radius[STRIP], score[STRIP];    /* see above; score: of the rule drawn      */
  double limit[STRIP];                   /* of q_l - q_k, with a margin              */
  double top[STRIP], part[STRIP];        /* largest score; weight / sum              */
} strip;

/* Which bounds hold for each synapse. h [coef x STRIP] */
static HEBB_INLINE void find_bounds(const mixture *m, int64_t n_coef, const double *h,
                                    const double *logit, const double *largest, strip *s)
{
  const int64_t n_row = mixture_row(n_coef);
  double square[STRIP];
  for (int64_t i = 0; i < s->n; i++)
    square[i] = 0;
  for (int64_t c = 0; c < n_coef; c++)
    for (int64_t i = 0; i < s->n; i++) {
      const double d = (h[c * STRIP + i] - m->row[s->rule[i] * n_row + c]) * m->inverse[c];
      s->row[i * n_row + c] = h[c * STRIP + i];
      s->away[i * n_row + c] = (float)d;
      square[i] += d * d;
    }
  for (int64_t c = n_coef; c < n_row; c++)
    for (int64_t i = 0; i < s->n; i++)
      s->row[i * n_row + c] = 0;
  for (int64_t i = 0; i < s->n; i++)
    s->score[i] = logit[i * m->n_rule + s->rule[i]];
  for (int64_t i = 0; i < s->n; i++) {
    const double bound = (least + largest[i] - s->score[i]) / s->scale;
    s->radius[i] = (sqrt(square[i]) + sqrt(square[i] + bound)) * 1.0001;
    s->limit[i] = bound * 1.0001 + square[i] * 1e-4;
    s->score[i] -= square[i] * s->scale;
  }
}

/* Compares synapse i with the rules listed near its own, WIDTH at a time; hit: -1 where one may answer. Returns
   how many times. */
static HEBB_INLINE int64_t compare_near(const mixture *m, int64_t n_coef, int64_t i, const strip *s,
                                        near_hits *hit)
{
  const mixture_near *near = &m->near;
  const int64_t k = s->rule[i], block = (1 + n_coef) * WIDTH, n_row = mixture_row(n_coef);
  const float limit = (float)s->limit[i], end = (float)(s->radius[i] * s->radius[i] * 1.0001);
  const float *place = near->place + k * near->most / WIDTH * block, *away = s->away + i * n_row;
  int64_t n = 0;
  for (; n < near->most / WIDTH && place[0] < end; n++, place += block) {
    near_float off = *(const near_float *)place;
    for (int64_t c = 0; c < n_coef; c++)
      off -= away[c] * *(const near_float *)(place + (1 + c) * WIDTH);
    hit[n] = __builtin_convertvector(off < limit, near_hits);
  }
  return n;
}

/* Appends those that were hit in n comparisons, without a jump for each. */
static HEBB_INLINE int64_t collect_near(const mixture *m, int64_t i, const strip *s, int64_t n,
                                        const near_hits *hit, uint32_t *answer)
{
  const uint16_t *neighbour = m->near.rule + s->rule[i] * m->near.most;
  const int8_t *one = (const int8_t *)hit;
  int64_t used = 0;
  for (int64_t a = 0; a < n * WIDTH; a += WIDTH)
    for (int64_t b = 0; b < WIDTH; b++) {
      answer[used] = (uint32_t)i << 16 | neighbour[a + b];
      used -= one[a + b];
    }
  return used;
}

/* score [rule]: logit - |h - mean|^2 / (2 sigma^2) of all rules; h with a stride of STRIP */
static HEBB_INLINE void score_all(int64_t n, int64_t n_coef, const double *restrict plane,
                                  const double *restrict inverse, const double *restrict h,
                                  const double *restrict logit, double scale,
                                  double *restrict score)
{
  for (int64_t k = 0; k < n; k++)
    score[k] = 0;
  for (int64_t c = 0; c < n_coef; c++)
    for (int64_t k = 0; k < n; k++) {
      const double d = (h[c * STRIP] - plane[c * n + k]) * inverse[c];
      score[k] += d * d;
    }
  for (int64_t k = 0; k < n; k++)
    score[k] = logit[k] - score[k] * scale;
}

/* Appends what answers for synapse i of all rules but its own. */
static HEBB_INLINE int64_t find_all(const mixture *m, int64_t n_coef, int64_t i, const strip *s,
                                    const double *h, const double *logit, double *score,
                                    uint32_t *answer)
{
  const double floor = s->score[i] - least;
  int64_t n = 0;
  score_all(m->n_rule, n_coef, m->plane, m->inverse, h + i, logit + i * m->n_rule, s->scale, score);
  for (int64_t l = 0; l < m->n_rule; l++) {
    answer[n] = (uint32_t)i << 16 | (uint32_t)l;
    n += score[l] >= floor && l != s->rule[i];
  }
  return n;
}

/* From the n answers of synapses first .. end - 1 to the parts that they have: score becomes exp(score -
   largest of the synapse). */
static HEBB_INLINE void find_parts(const mixture *m, int64_t n_row, int64_t n, int64_t first,
                                   int64_t end, double weight, const double *logit,
                                   const mixture_room *room, strip *s)
{
  const uint32_t *answer = room->answer;
  double *score = room->score;
  for (int64_t i = first; i < end; i++) {
    s->top[i] = s->score[i];
    s->part[i] = 0;
  }
  for (int64_t a = 0; a < n; a++) {
    const int64_t i = answer[a] >> 16, l = answer[a] & 0xffff;
    double sum = 0;
    for (int64_t c = 0; c < n_row; c += MIXTURE_WIDE) {
      wide d = *(const wide *)(s->row + i * n_row + c) - *(const wide *)(m->row + l * n_row + c);
      d *= *(const wide *)(m->inverse + c);
      d *= d;
      sum += ((d[0] + d[1]) + (d[2] + d[3])) + ((d[4] + d[5]) + (d[6] + d[7]));
    }
    score[a] = logit[i * m->n_rule + l] - sum * s->scale;
    s->top[i] = score[a] > s->top[i] ? score[a] : s->top[i];
  }
  for (int64_t a = 0; a < n; a++)
    score[a] -= s->top[answer[a] >> 16];
  for (int64_t a = 0; a < n; a++)
    score[a] = hebb_exp(score[a]);
  for (int64_t a = 0; a < n; a++)
    s->part[answer[a] >> 16] += score[a];
  for (int64_t i = first; i < end; i++)
    s->part[i] = weight / s->part[i];
}

static HEBB_INLINE void add_parts(const mixture *m, int64_t n_row, int64_t n, const strip *s,
                                  const double *slope, double *to_mean, double *to_logit,
                                  const mixture_room *room)
{
  for (int64_t a = 0; a < n; a++) {
    const int64_t i = room->answer[a] >> 16, l = room->answer[a] & 0xffff;
    const double r = room->score[a] * s->part[i];
    to_logit[i * m->n_rule + l] += r;
    for (int64_t c = 0; c < n_row; c += MIXTURE_WIDE) {
      const wide d =
          *(const wide *)(s->row + i * n_row + c) - *(const wide *)(m->row + l * n_row + c);
      *(wide *)(to_mean + l * n_row + c) += r * *(const wide *)(slope + c) * d;
    }
  }
}

static HEBB_INLINE void add(const mixture *m, int64_t n_coef, int64_t n, const uint16_t *rule,
                            const double *h, const double *logit, const double *largest,
                            double weight, double *to_mean, double *to_logit,
                            const mixture_room *room)
{
  const int64_t n_row = mixture_row(n_coef), size = mixture_room_size(m->n_rule);
  double slope[MIXTURE_MOST_COEF];
  near_hits hit[STRIP * MOST_NEAR / WIDTH];
  int64_t n_near[STRIP];
  strip s;
  s.n = n;
  s.rule = rule;
  s.scale = 1 / (2 * m->sigma * m->sigma);
  for (int64_t c = 0; c < n_row; c++)
    slope[c] = m->inverse[c] * m->inverse[c] / (m->sigma * m->sigma);

  find_bounds(m, n_coef, h, logit, largest, &s);
  for (int64_t i = 0; i < n; i++)
    n_near[i] = s.radius[i] < m->near.reach[rule[i]]
                    ? compare_near(m, n_coef, i, &s, hit + i * MOST_NEAR / WIDTH)
                    : -1;
  for (int64_t i = 0; i < n;) {
    const int64_t first = i;
    int64_t used = 0;
    for (; i < n && used + m->n_rule + WIDTH <= size; i++) {
      uint32_t *answer = room->answer + used;
      answer[0] = (uint32_t)i << 16 | rule[i];
      used += 1 + (n_near[i] >= 0
                       ? collect_near(m, i, &s, n_near[i], hit + i * MOST_NEAR / WIDTH, answer + 1)
                       : find_all(m, n_coef, i, &s, h, logit, room->score + size, answer + 1));
    }
    find_parts(m, n_row, used, first, i, weight, logit, room, &s);
    add_parts(m, n_row, used, &s, slope, to_mean, to_logit, room);
  }
}

/* Five coefficients are what the ABCD rule has: loops over them are unrolled. */
static HEBB_INLINE void add_strip_inline(const mixture *m, int64_t n, const uint16_t *rule,
                                         const double *h, const double *logit,
                                         const double *largest, double weight, double *to_mean,
                                         double *to_logit, const mixture_room *room)
{
  if (m->n_coef == 5)
    add(m, 5, n, rule, h, logit, largest, weight, to_mean, to_logit, room);
  else
    add(m, m->n_coef, n, rule, h, logit, largest, weight, to_mean, to_logit, room);
}
HEBB_CLONES(add_strip,
            (const mixture *m, int64_t n, const uint16_t *rule, const double *h,
             const double *logit, const double *largest, double weight, double *to_mean,
             double *to_logit, const mixture_room *room),
            (m, n, rule, h, logit, largest, weight, to_mean, to_logit, room))

void mixture_add(const mixture *m, int64_t n, const uint16_t *rule, const double *h,
                 const double *logit, const double *largest, double weight, double *to_mean,
                 double *to_logit, const mixture_room *room)
{
  add_strip(m, n, rule, h, logit, largest, weight, to_mean, to_logit, room);
}

void mixture_add_known(const mixture *m, int64_t n, const uint16_t *rule, const double *h,
                       double weight, double *to_mean)
{
  const int64_t n_row = mixture_row(m->n_coef);
  for (int64_t c = 0; c < m->n_coef; c++) {
    const double slope = weight * m->inverse[c] * m->inverse[c] / (m->sigma * m->sigma);
    for (int64_t i = 0; i < n; i++) {
      const int64_t at = rule[i] * n_row + c;
      to_mean[at] += slope * (h[c * STRIP + i] - m->row[at]);
    }
  }
}

/* ---- steps ---- */

/* lane [2 x LANE]: squares of gradient and change */
static HEBB_INLINE void plain(double rate, double g, double *parameter, double *lane)
{
  const double change = rate * g;
  *parameter += change;
  lane[0] += g * g;
  lane[LANE] += change * change;
}

static HEBB_INLINE void ascend_inline(int64_t n, double rate, const double *restrict gradient,
                                      double *restrict parameter, double *restrict lane)
{
  for (int64_t k = 0; k + LANE <= n; k += LANE)
    for (int64_t j = 0; j < LANE; j++)
      plain(rate, gradient[k + j], parameter + k + j, lane + j);
  for (int64_t k = n - n % LANE; k < n; k++)
    plain(rate, gradient[k], parameter + k, lane);
}
HEBB_CLONES(ascend,
            (int64_t n, double rate, const double *restrict gradient, double *restrict parameter,
             double *restrict lane),
            (n, rate, gradient, parameter, lane))

static HEBB_INLINE void adam(const mixture_step *step, double g, double *parameter, double *first,
                             double *second, double *lane)
{
  *first = step->beta1 * *first + (1 - step->beta1) * g;
  *second = step->beta2 * *second + (1 - step->beta2) * (g * g);
  const double m = *first / (1 - step->power1), v = *second / (1 - step->power2);
  const double change = step->learning_rate * m / (sqrt(v) + step->epsilon);
  *parameter += change;
  lane[0] += g * g;
  lane[LANE] += change * change;
}

static HEBB_INLINE void climb_adam_inline(int64_t n, const mixture_step *restrict step,
                                          const double *restrict gradient,
                                          double *restrict parameter, double *restrict first,
                                          double *restrict second, double *restrict lane)
{
  const mixture_step s = *step;
  for (int64_t k = 0; k + LANE <= n; k += LANE)
    for (int64_t j = 0; j < LANE; j++)
      adam(&s, gradient[k + j], parameter + k + j, first + k + j, second + k + j, lane + j);
  for (int64_t k = n - n % LANE; k < n; k++)
    adam(&s, gradient[k], parameter + k, first + k, second + k, lane);
}
HEBB_CLONES(climb_adam,
            (int64_t n, const mixture_step *restrict step, const double *restrict gradient,
             double *restrict parameter, double *restrict first, double *restrict second,
             double *restrict lane),
            (n, step, gradient, parameter, first, second, lane))

void mixture_climb(const mixture_step *step, int64_t n, const double *gradient, double *parameter,
                   double *first, double *second, double *squares)
{
  double lane[2 * LANE] = { 0 };
  if (first)
    climb_adam(n, step, gradient, parameter, first, second, lane);
  else
    ascend(n, step->learning_rate, gradient, parameter, lane);
  squares[0] += total(lane);
  squares[1] += total(lane + LANE);
}
