/* gmm_tell.c - one update of gmm_es: gradients strip by strip of synapses, whose logits move at once and whose
 * rules are drawn for the next generation; then the means.
 *
 * What strips say of the means is summed in BLOCK pieces, and these in their order, for any pool.
 */
#include "gmm_tell.h"

#include <math.h>

#include "gmm_draw.h"

/* Centred ranks, at unit variance of a sample as the authors had it. */
static void shape_fitness(state *s, const float *fitness)
{
  const int32_t n = s->population;
  int32_t *order = es_at(s, s->order);
  float *shaped = es_at(s, s->shaped), squares = 0;
  es_centred_ranks(fitness, n, order, order + n, shaped);
  for (int32_t i = 0; i < n; i++)
    squares += shaped[i] * shaped[i];
  for (int32_t i = 0; i < n && s->cfg.shaping == SHAPING_RANK_Z_SCORE; i++)
    shaped[i] /= sqrtf(squares / (float)(n - 1)) + 1e-8f;
  if (es_all_equal(fitness, n))
    memset(shaped, 0, (size_t)n * sizeof *shaped);
}

/* Moves n parameters from `first` on of kind 0, 1 or 2 (mean, logit, weight), and books it. */
static void climb(const state *s, int kind, int64_t first, int64_t n, double factor,
                  const double *gradient, double *part)
{
  const mixture_step step = { .learning_rate = s->learning_rate * factor,
                              .beta1 = s->cfg.beta1,
                              .beta2 = s->cfg.beta2,
                              .epsilon = s->cfg.epsilon,
                              .power1 = s->power1,
                              .power2 = s->power2 };
  const bool adam = s->cfg.step == STEP_ADAM;
  const size_t place[] = { s->mean, s->logit, s->weight };
  mixture_climb(&step, n, gradient, es_numbers(s, place[kind]) + first,
                adam ? es_numbers(s, s->moment[0][kind]) + first : NULL,
                adam ? es_numbers(s, s->moment[1][kind]) + first : NULL, part);
}

static mixture mixture_of(const state *s)
{
  mixture m = { .n_rule = s->n_rule,
                .n_coef = s->n_coef,
                .sigma = s->sigma,
                .row = es_at(s, s->row),
                .plane = es_at(s, s->plane) };
  for (int64_t c = 0; c < s->n_coef; c++)
    m.inverse[c] = s->sigma_of[c] > 0 ? 1 / s->sigma_of[c] : 0;
  m.near = (mixture_near){ .most = mixture_most_near(s->n_rule),
                           .reach = es_at(s, s->reach),
                           .place = es_at(s, s->place),
                           .rule = es_at(s, s->near) };
  return m;
}

/* Logits of a strip from its gradients [n x rule] without the part of the probabilities, which is `all` times
   them; and its rules in the next generation. p: room, doubles [4 x rule]. */
static void move_logits(state *s, int64_t strip, int64_t n, double all, double *gradient, double *p,
                        double *part)
{
  for (int64_t i = strip * STRIP; i < strip * STRIP + n; i++, gradient += s->n_rule) {
    const double *logit = es_numbers(s, s->logit) + i * s->n_rule;
    mixture_softmax(s->n_rule, logit, p);
    for (int64_t k = 0; k < s->n_rule; k++)
      gradient[k] -= all * p[k];
    climb(s, 1, i * s->n_rule, s->n_rule, s->cfg.logit_rate, gradient, part);
    part[2] += mixture_softmax(s->n_rule, logit, p);
    draw_choose(s, i, s->generation + 1, p, p + s->n_rule);
  }
}

static void update_strip(state *s, const mixture *m, int64_t block, int64_t strip)
{
  const int64_t n = es_smaller(STRIP, s->n_synapse - strip * STRIP);
  const int64_t n_room = mixture_room_size(s->n_rule);
  const bool fixed = s->cfg.assignment == ASSIGNMENT_FIXED;
  const mixture_room room = { es_numbers(s, s->score) + block * (n_room + s->n_rule),
                              (uint32_t *)es_at(s, s->answer) + block * n_room };
  const double *logit = es_numbers(s, s->logit) + strip * STRIP * s->n_rule;
  double *sum = (double *)es_at(s, s->sum) + block * s->n_rule * mixture_row(s->n_coef);
  double *gradient = es_numbers(s, s->slope) + block * STRIP * s->n_rule;
  const float *shaped = es_at(s, s->shaped);
  double h[MIXTURE_MOST_COEF * STRIP], largest[STRIP], all = 0;

  if (!fixed) {
    memset(gradient, 0, (size_t)(n * s->n_rule) * sizeof *gradient);
    for (int64_t i = 0; i < n; i++)
      largest[i] = mixture_largest(s->n_rule, logit + i * s->n_rule);
  }
  for (int32_t j = 0; j < s->population; j++) {
    const double weight = (double)shaped[j] / s->population;
    const uint16_t *rule = draw_rules(s, strip, j);
    draw_strip(s, strip, j, h);
    if (fixed)
      mixture_add_known(m, n, rule, h, weight, sum);
    else
      mixture_add(m, n, rule, h, logit, largest, weight, sum, gradient, &room);
    all += weight;
  }
  if (!fixed)
    move_logits(s, strip, n, all, gradient, room.score, es_numbers(s, s->part) + 3 * block);
}

/* Strips of pieces first .. end - 1. */
static void update_synapses(void *arg, int64_t first, int64_t end)
{
  state *s = arg;
  const mixture m = mixture_of(s);
  const int64_t n_sum = mixture_row(s->n_coef) * s->n_rule;
  for (int64_t b = first; b < end; b++) {
    memset((double *)es_at(s, s->sum) + b * n_sum, 0, (size_t)n_sum * sizeof(double));
    for (int64_t k = s->n_strip * b / BLOCK; k < s->n_strip * (b + 1) / BLOCK; k++)
      update_strip(s, &m, b, k);
  }
}

static void update_near(void *arg, int64_t first, int64_t end)
{
  state *s = arg;
  const mixture m = mixture_of(s);
  mixture_find_near(&m, s->n_rule * first / BLOCK, s->n_rule * end / BLOCK);
}

/* Weights of blocks first .. end - 1. */
static void update_weights(void *arg, int64_t first, int64_t end)
{
  state *s = arg;
  const float *shaped = es_at(s, s->shaped);
  double sum[ES_BLOCK];
  float noise[ES_BLOCK];
  for (int64_t b = first; b < end; b++) {
    const int64_t n = es_smaller(ES_BLOCK, s->n_weight - b * ES_BLOCK);
    memset(sum, 0, sizeof sum);
    for (int32_t j = 0; j < s->population; j++) {
      const hebb_address address = draw_address(s, PURPOSE_WEIGHT, j, 0);
      es_normals(&address, (uint32_t)(b * ES_BLOCK), n, noise);
      es_sum(n, (double)shaped[j], noise, sum);
    }
    int64_t start = -b * ES_BLOCK; // of a group, in this block
    for (int32_t k = 0; k < s->n_span; start += s->span[k++].count) {
      const int64_t from = es_larger(start, 0), to = es_smaller(start + s->span[k].count, n);
      if (from >= to || s->span[k].sigma <= 0)
        continue; // never varied, so nothing is known of its gradient
      for (int64_t g = from; g < to; g++)
        sum[g] /= s->population * s->sigma * s->span[k].sigma;
      climb(s, 2, b * ES_BLOCK + from, to - from, s->span[k].rate, sum + from,
            es_numbers(s, s->part) + 3 * (BLOCK + b));
    }
  }
}

static void update_means(state *s)
{
  const int64_t n_row = mixture_row(s->n_coef), n_sum = n_row * s->n_rule;
  const double sharing = (double)s->n_synapse / (double)s->n_rule;
  const double factor = s->cfg.scale_by_sharing ? 1 / sqrt(sharing) : 1;
  double *sum = es_at(s, s->sum);
  for (int64_t b = 1; b < BLOCK; b++)
    for (int64_t k = 0; k < n_sum; k++)
      sum[k] += sum[b * n_sum + k];
  for (int64_t k = 0; k < s->n_rule; k++)
    for (int64_t c = 0; c < s->n_coef; c++)
      climb(s, 0, k * s->n_coef + c, 1, factor * s->rate_of[c], sum + k * n_row + c,
            es_numbers(s, s->part));
}

/* The means in the forms that loops want. */
static void lay_out_means(state *s)
{
  const double *mean = es_numbers(s, s->mean);
  double *plane = es_at(s, s->plane), *row = es_at(s, s->row);
  memset(row, 0, (size_t)(s->n_rule * mixture_row(s->n_coef)) * sizeof *row);
  for (int64_t k = 0; k < s->n_rule; k++)
    for (int64_t c = 0; c < s->n_coef; c++)
      plane[c * s->n_rule + k] = row[k * mixture_row(s->n_coef) + c] = mean[k * s->n_coef + c];
}

void gmm_tell(state *s, const float *fitness, const hebb_pool *pool)
{
  const int64_t n_part = BLOCK + s->n_weight_block;
  double *part = es_numbers(s, s->part);

  s->power1 *= s->cfg.beta1;
  s->power2 *= s->cfg.beta2;
  shape_fitness(s, fitness);
  memset(part, 0, (size_t)n_part * 3 * sizeof *part);
  lay_out_means(s);
  if (s->cfg.assignment == ASSIGNMENT_EVOLVED)
    pool->run(pool, BLOCK, update_near, s);
  pool->run(pool, BLOCK, update_synapses, s);
  pool->run(pool, s->n_weight_block, update_weights, s);
  update_means(s);
  for (int64_t b = 1; b < n_part; b++)
    for (int k = 0; k < 3; k++)
      part[k] += part[3 * b + k];

  s->gradient_norm = sqrt(part[0]);
  s->update_norm = sqrt(part[1]);
  s->entropy = part[2] / (double)s->n_synapse;
  if (s->sigma > s->cfg.sigma_floor)
    s->sigma *= s->cfg.sigma_decay;
  s->learning_rate *= s->cfg.learning_rate_decay;
  s->generation++;
}
