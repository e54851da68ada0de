/* ars.c - augmented random search, V1 and V1-t (Mania, Guy & Recht, "Simple random search of static linear
 * policies is competitive for reinforcement learning", NeurIPS 2018, arXiv:1803.07055, algorithm 2).
 *
 *     candidate 2k, 2k + 1 = mean +- sigma delta_k                        delta_k ~ N(0, 1)
 *     mean += learning_rate / (b sigma_R) sum over the b best k of (F+_k - F-_k) delta_k
 *
 * The best directions are those of the highest max(F+, F-); sigma_R is the standard deviation of their 2b
 * fitnesses. V1 keeps all of them (top = 1), V1-t a part. V2's normalised observations are the
 * network's business, not an optimizer's. sigma and learning_rate are the paper's nu = 0.03 and alpha =
 * 0.02. delta is never stored: it is drawn again from its address. Segments' factors: sigma on a
 * gene's deviation, rate on its step. Where the fitnesses that count are all equal, nothing moves.
 */
#include "evolution_strategy.h"

typedef struct config {
  double sigma, learning_rate, top;
} config;

static const hebb_param params[] = {
  HEBB_PARAM(config, sigma, 0.03, 1e-9, 1e3, "1",
             "Standard deviation of the candidates (the paper's nu)."),
  HEBB_PARAM(config, learning_rate, 0.02, 0, 1e3, "1",
             "Length of a step of the mean (the paper's alpha)."),
  HEBB_PARAM(config, top, 1, 0, 1, "1",
             "Part of the directions that counts, one at least; 1: all of them, V1."),
  { 0 },
};

/* One block of memory; the arrays follow, at offsets in bytes. */
typedef struct state {
  es es;
  double sigma, learning_rate, gradient_norm, update_norm;
  int64_t n_top; /* pairs that count                                */
  double scale;  /* 1 / (n_top sigma_R), in tell                    */
  size_t mean;   /* double [n_gene]                                 */
  size_t best;   /* float [population / 2]: the better of each pair */
  size_t weight; /* double [population / 2]: F+ - F- of each pair   */
  size_t square; /* double [n_block x 2]: of gradient and update    */
} state;

enum { PURPOSE = 0x6172 };

static size_t layout(state *s, const hebb_genome_shape *shape, int32_t population)
{
  if (!es_possible(shape, population, 2, true))
    return 0;
  es_layout(&s->es, sizeof *s, shape, population);
  s->mean = es_take(&s->es, shape->n_gene, sizeof(double));
  s->best = es_take(&s->es, population / 2, sizeof(float));
  s->weight = es_take(&s->es, population / 2, sizeof(double));
  s->square = es_take(&s->es, s->es.n_block * 2, sizeof(double));
  return es_bytes(&s->es);
}

static size_t state_size(const void *cfg, const hebb_genome_shape *shape, int32_t population)
{
  state s;
  (void)cfg;
  return layout(&s, shape, population);
}

static int init(void *vs, const void *cfg, const hebb_genome_shape *shape, int32_t population,
                uint64_t seed, const hebb_host *host)
{
  const config *c = cfg;
  if (!state_size(cfg, shape, population))
    return es_refuse(shape, population, 2, true, host);
  state *s = vs;
  layout(s, shape, population);
  s->sigma = c->sigma;
  s->learning_rate = c->learning_rate;
  const int32_t n_pair = population / 2;
  s->n_top = es_larger(1, (int64_t)(c->top * n_pair));
  es_start(&s->es, shape, es_at(s, s->mean));
  return es_init(&s->es, shape, seed, PURPOSE, host);
}

static void ask(const void *vs, int32_t i, float *genome)
{
  const state *s = vs;
  const double *mean = es_at(s, s->mean), scale = i % 2 ? -s->sigma : s->sigma;
  double factor[ES_BLOCK] = { 0 };
  float noise[ES_BLOCK];

  for (int64_t first = 0; first < s->es.n_gene; first += ES_BLOCK) {
    const int64_t end = es_smaller(first + ES_BLOCK, s->es.n_gene);
    es_draw(&s->es, i / 2, first, end, noise);
    es_factors(&s->es, first, end, factor, NULL);
    for (int64_t g = first; g < end; g++)
      genome[g] = (float)(mean[g] + scale * factor[g - first] * (double)noise[g - first]);
  }
}

static void centre(const void *vs, float *genome)
{
  const state *s = vs;
  es_round(&s->es, es_at(s, s->mean), genome);
}

/* ---- tell ---- */

/* Puts the directions in order and finds the scale; 0: nothing to learn from them. */
static double weigh(state *s, const float *fitness)
{
  const int32_t n_pair = s->es.population / 2;
  int32_t *order = es_at(s, s->es.order);
  float *best = es_at(s, s->best);
  double *weight = es_at(s, s->weight), sum = 0, squares = 0;

  for (int32_t k = 0; k < n_pair; k++) {
    const float plus = fitness[2 * k], minus = fitness[2 * k + 1];
    best[k] = plus > minus ? plus : minus;
    weight[k] = (double)plus - (double)minus;
  }
  es_sort(best, n_pair, -1, order, es_at(s, s->es.spare));
  for (int64_t k = 0; k < s->n_top; k++)
    sum += (double)fitness[2 * order[k]] + (double)fitness[2 * order[k] + 1];
  const double mean = sum / (2.0 * (double)s->n_top);
  for (int64_t k = 0; k < s->n_top; k++)
    for (int side = 0; side < 2; side++) {
      const double off = (double)fitness[2 * order[k] + side] - mean;
      squares += off * off;
    }
  const double deviation = sqrt(squares / (2.0 * (double)s->n_top));
  return deviation > 0 ? 1 / ((double)s->n_top * deviation) : 0;
}

/* The update of blocks first .. end - 1 of the genome. */
static void update(void *arg, int64_t first_block, int64_t end_block)
{
  state *s = arg;
  const int32_t *order = es_at(s, s->es.order);
  const double *weight = es_at(s, s->weight);
  double *mean = es_at(s, s->mean), *square = es_at(s, s->square);
  double sum[ES_BLOCK], factor[ES_BLOCK] = { 0 }, rate[ES_BLOCK] = { 0 };

  for (int64_t block = first_block; block < end_block; block++) {
    const int64_t first = block * ES_BLOCK, end = es_smaller(first + ES_BLOCK, s->es.n_gene);
    memset(sum, 0, sizeof sum);
    es_factors(&s->es, first, end, factor, rate);
    for (int64_t k = 0; k < s->n_top; k++)
      es_add_noise(&s->es, order[k], first, end, weight[order[k]], sum);
    double gradients = 0, updates = 0;
    for (int64_t g = first; g < end; g++) {
      const double gradient = s->scale * factor[g - first] * sum[g - first];
      const double change = s->learning_rate * rate[g - first] * gradient;
      mean[g] += change;
      gradients += gradient * gradient;
      updates += change * change;
    }
    square[2 * block] = gradients;
    square[2 * block + 1] = updates;
  }
}

static void tell(void *vs, const float *fitness, const hebb_pool *pool)
{
  state *s = vs;
  const double *square = es_at(s, s->square);
  s->gradient_norm = s->update_norm = 0;
  s->scale = weigh(s, fitness);
  if (s->scale > 0) {
    pool->run(pool, s->es.n_block, update, s);
    s->gradient_norm = sqrt(es_total(&s->es, square, 2, 0));
    s->update_norm = sqrt(es_total(&s->es, square, 2, 1));
  }
  s->es.generation++;
}

static int reshape(void *vs, const hebb_genome_shape *from, const hebb_genome_shape *to,
                   const int64_t *map, const hebb_host *host)
{
  state *s = vs;
  (void)from;
  state *old = es_leave(&s->es, to, 2, true, host);
  if (!old)
    return HEBB_EINVAL;
  layout(s, to, old->es.population);
  const int status = es_enter(&s->es, to, host);
  es_restart(&s->es, to, map, es_at(old, old->mean), es_at(s, s->mean));
  free(old);
  return status;
}

static int array(const void *vs, int32_t k, hebb_array *out)
{
  const state *s = vs;
  const hebb_array part[] = {
    es_scalar("sigma", HEBB_F64, offsetof(state, sigma), "Standard deviation of the candidates."),
    es_scalar("learning_rate", HEBB_F64, offsetof(state, learning_rate), "Learning rate."),
    es_scalar("gradient_norm", HEBB_F64, offsetof(state, gradient_norm),
              "Euclidean norm of the last step at a learning rate of 1."),
    es_scalar("update_norm", HEBB_F64, offsetof(state, update_norm),
              "Euclidean norm of the mean's last change."),
    es_scalar("generation", HEBB_I32, offsetof(state, es.generation), "Updates made."),
    es_vector(&s->es, "mean", s->mean, "Centre of the candidates."),
  };
  return es_part(part, 6, k, out);
}

static const hebb_optimizer ars = {
  .base = {
    HEBB_HEAD(HEBB_OPTIMIZER, hebb_optimizer, config),
    .name = "ars",
    .version = "1.0",
    .brief = "Augmented random search: differences of mirrored candidates, the best directions",
    .cite = "Mania, Guy & Recht, NeurIPS 2018, arXiv:1803.07055",
    .params = params,
  },
  .state_size = state_size,
  .init = init,
  .ask = ask,
  .tell = tell,
  .centre = centre,
  .array = array,
  .reshape = reshape,
};

const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &ars.base : NULL;
}
