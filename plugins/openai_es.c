/* openai_es.c - evolution strategy with mirrored Gaussian noise (Salimans et al., 2017), with the
 * shaping, decays and floors of Najarro & Risi (2020).
 *
 *     candidate 2k, 2k + 1 = mean +- sigma eps_k            eps_k ~ N(0, 1)
 *     g = sum_i z_i eps_i / (population sigma)              z: shaped fitness
 *     mean += learning_rate g, or momentum, or Adam
 *
 * eps_k is never stored: it is drawn again from its address (seed, generation, k; gene).
 *
 * As the authors wrote it: ties are ranked by index; sigma and learning_rate decay after the update
 * while they are above their floors, so that they end just below; weights that evolve beside the
 * coefficients step with the already decayed values. Where all fitnesses are equal, z is 0.
 */
#include "evolution_strategy.h"

enum shaping { SHAPING_RANK_Z_SCORE, SHAPING_CENTRED_RANKS, SHAPING_NONE };
enum step { STEP_SGD, STEP_MOMENTUM, STEP_ADAM };

typedef struct config {
  double sigma, sigma_decay, sigma_floor;
  double learning_rate, learning_rate_decay, learning_rate_floor;
  int32_t shaping, step;
  double momentum, beta1, beta2, epsilon, weight_decay;
  bool weights_after_decay;
} config;

static const hebb_param params[] = {
  HEBB_PARAM(config, sigma, 0.1, 1e-9, 1e3, "1", "Standard deviation of the candidates."),
  HEBB_PARAM(config, sigma_decay, 0.999, 0, 1, "1", "Factor on sigma after each generation."),
  HEBB_PARAM(config, sigma_floor, 0.01, 1e-9, 1e3, "1", "Sigma decays only while above this."),
  HEBB_PARAM(config, learning_rate, 0.2, 0, 1e3, "1", "Length of a step along the gradient."),
  HEBB_PARAM(config, learning_rate_decay, 0.995, 0, 1, "1",
             "Factor on learning_rate after each generation."),
  HEBB_PARAM(config, learning_rate_floor, 0.001, 0, 1e3, "1",
             "The learning rate decays only while above this."),
  HEBB_CHOICE(config, shaping, "rank_z_score|centred_ranks|none",
              "What of the fitness counts: its centred ranks at unit variance, centred ranks, "
              "or itself."),
  HEBB_CHOICE(config, step, "sgd|momentum|adam", "How the mean follows the gradient."),
  HEBB_PARAM(config, momentum, 0.9, 0, 0.999999, "1",
             "Of step = \"momentum\": what remains of the last direction."),
  HEBB_PARAM(config, beta1, 0.9, 0, 0.999999, "1", "Of Adam: decay of the first moment."),
  HEBB_PARAM(config, beta2, 0.999, 0, 0.999999, "1", "Of Adam: decay of the second moment."),
  HEBB_PARAM(config, epsilon, 1e-8, 1e-300, 1, "1", "Of Adam: added to the denominator."),
  HEBB_PARAM(config, weight_decay, 0, 0, 1e3, "1",
             "Pull to zero: this times the mean is taken off the gradient."),
  HEBB_PARAM(config, weights_after_decay, true, 0, 1, "",
             "Whether weights that evolve beside the coefficients step with the already decayed "
             "sigma and learning_rate, as the authors' program does."),
  { 0 },
};

/* One block of memory; the arrays follow, at offsets in bytes. */
typedef struct state {
  es es;
  config cfg;
  double sigma, learning_rate, gradient_norm, update_norm;
  double power1, power2; /* beta1, beta2 to the number of updates                */
  int64_t late;          /* not 0: weights step with the decayed values          */
  size_t mean;           /* double [n_gene]                                       */
  size_t first_moment;   /* double [n_gene], of momentum and Adam                 */
  size_t second_moment;  /* double [n_gene], of Adam                              */
  size_t shaped;         /* float [population]                                    */
  size_t square;         /* double [n_block x 2]: squared gradient and update     */
} state;

enum { PURPOSE = 0x6573 };

/* Fills in sizes and offsets and returns the bytes needed; 0: a size that init refuses. */
static size_t layout(state *s, const config *c, const hebb_genome_shape *shape, int32_t population)
{
  if (!es_possible(shape, population, 2, true))
    return 0;
  s->cfg = *c;
  es_layout(&s->es, sizeof *s, shape, population);
  s->mean = es_take(&s->es, shape->n_gene, sizeof(double));
  s->first_moment = es_take(&s->es, c->step != STEP_SGD ? shape->n_gene : 0, sizeof(double));
  s->second_moment = es_take(&s->es, c->step == STEP_ADAM ? shape->n_gene : 0, sizeof(double));
  s->square = es_take(&s->es, s->es.n_block * 2, sizeof(double));
  s->shaped = es_take(&s->es, population, sizeof(float));
  return es_bytes(&s->es);
}

static size_t state_size(const void *cfg, const hebb_genome_shape *shape, int32_t population)
{
  state s;
  return layout(&s, cfg, shape, population);
}

static int init(void *vs, const void *cfg, const hebb_genome_shape *shape, int32_t population,
                uint64_t seed, const hebb_host *host)
{
  if (!state_size(cfg, shape, population))
    return es_refuse(shape, population, 2, true, host);
  state *s = vs;
  layout(s, cfg, shape, population);
  s->sigma = s->cfg.sigma;
  s->learning_rate = s->cfg.learning_rate;
  s->power1 = s->power2 = 1;
  for (int32_t k = 0; k < shape->n_segment; k++)
    s->late |= s->cfg.weights_after_decay && shape->segment[k].role == HEBB_ROLE_COEFFICIENT;
  es_start(&s->es, shape, es_at(s, s->mean));
  return es_init(&s->es, shape, seed, PURPOSE, host);
}

static void ask(const void *vs, int32_t i, float *genome)
{
  const state *s = vs;
  const double *mean = es_at(s, s->mean), sign = i % 2 ? -1 : 1;
  const es_span *spans = es_at(s, s->es.span);
  float noise[ES_BLOCK];

  for (int64_t first = 0; first < s->es.n_gene; first += ES_BLOCK) {
    const int64_t end = es_smaller(first + ES_BLOCK, s->es.n_gene);
    es_draw(&s->es, i / 2, first, end, noise);
    for (int32_t k = 0; k < s->es.n_span; k++) {
      const double scale = sign * s->sigma * spans[k].sigma;
      const int64_t stop = es_smaller(end, spans[k].end);
      for (int64_t g = es_larger(first, spans[k].first); g < stop; g++)
        genome[g] = (float)(mean[g] + scale * (double)noise[g - first]);
    }
  }
}

static void centre(const void *vs, float *genome)
{
  const state *s = vs;
  es_round(&s->es, es_at(s, s->mean), genome);
}

/* ---- tell ---- */

typedef struct job {
  state *s;
  const float *fitness;
  double sigma, learning_rate; /* after the decay */
} job;

/* Zero mean, unit variance (of the population, not of a sample); in float, as the authors did. */
static void z_score(float *x, int32_t n)
{
  float sum = 0, squares = 0;
  for (int32_t i = 0; i < n; i++)
    sum += x[i];
  const float mean = sum / (float)n;
  for (int32_t i = 0; i < n; i++) {
    x[i] -= mean;
    squares += x[i] * x[i];
  }
  const float deviation = sqrtf(squares / (float)n);
  for (int32_t i = 0; i < n; i++)
    x[i] /= deviation;
}

static void shape_fitness(const job *j)
{
  state *s = j->s;
  const int32_t n = s->es.population;
  float *shaped = es_at(s, s->shaped);

  if (es_all_equal(j->fitness, n))
    memset(shaped, 0, (size_t)n * sizeof *shaped);
  else if (s->cfg.shaping == SHAPING_NONE)
    memcpy(shaped, j->fitness, (size_t)n * sizeof *shaped);
  else {
    es_centred_ranks(j->fitness, n, es_at(s, s->es.order), es_at(s, s->es.spare), shaped);
    if (s->cfg.shaping == SHAPING_RANK_Z_SCORE)
      z_score(shaped, n);
  }
}

/* The change of one gene's mean, from its gradient. */
static double step_of(const state *s, int64_t gene, double gradient, double learning_rate)
{
  const config *c = &s->cfg;
  if (c->step == STEP_SGD)
    return learning_rate * gradient;

  double *first = (double *)es_at(s, s->first_moment) + gene;
  if (c->step == STEP_MOMENTUM) {
    *first = c->momentum * *first + (1 - c->momentum) * gradient;
    return learning_rate * *first;
  }
  double *second = (double *)es_at(s, s->second_moment) + gene;
  *first = c->beta1 * *first + (1 - c->beta1) * gradient;
  *second = c->beta2 * *second + (1 - c->beta2) * (gradient * gradient);
  return learning_rate * *first / (sqrt(*second) + c->epsilon);
}

/* The update of blocks first .. end - 1 of the genome. */
static void update(void *arg, int64_t first_block, int64_t end_block)
{
  const job *j = arg;
  state *s = j->s;
  const float *shaped = es_at(s, s->shaped);
  const es_span *spans = es_at(s, s->es.span);
  // Adam's moments start from zero
  const double correction = s->cfg.step == STEP_ADAM ? sqrt(1 - s->power2) / (1 - s->power1) : 1;
  double *mean = es_at(s, s->mean), *square = es_at(s, s->square), sum[ES_BLOCK];

  for (int64_t block = first_block; block < end_block; block++) {
    const int64_t first = block * ES_BLOCK, end = es_smaller(first + ES_BLOCK, s->es.n_gene);
    memset(sum, 0, sizeof sum);
    for (int32_t pair = 0; pair < s->es.population / 2; pair++) {
      const double weight = (double)shaped[2 * pair] - (double)shaped[2 * pair + 1];
      es_add_noise(&s->es, pair, first, end, weight, sum);
    }

    double gradients = 0, updates = 0;
    for (int32_t k = 0; k < s->es.n_span; k++) {
      if (spans[k].sigma <= 0)
        continue; // never varied, so nothing is known of its gradient
      const bool late =
          s->late && (spans[k].role == HEBB_ROLE_WEIGHT || spans[k].role == HEBB_ROLE_START);
      const double sigma = (late ? j->sigma : s->sigma) * spans[k].sigma;
      const double rate = (late ? j->learning_rate : s->learning_rate) * spans[k].rate;
      const int64_t stop = es_smaller(end, spans[k].end);
      for (int64_t g = es_larger(first, spans[k].first); g < stop; g++) {
        const double gradient =
            sum[g - first] / (s->es.population * sigma) - s->cfg.weight_decay * mean[g];
        const double change = step_of(s, g, gradient, rate * correction);
        mean[g] += change;
        gradients += gradient * gradient;
        updates += change * change;
      }
    }
    square[2 * block] = gradients;
    square[2 * block + 1] = updates;
  }
}

static void tell(void *vs, const float *fitness, const hebb_pool *pool)
{
  state *s = vs;
  const config *c = &s->cfg;
  job j = { .s = s, .fitness = fitness, .sigma = s->sigma, .learning_rate = s->learning_rate };
  if (j.sigma > c->sigma_floor)
    j.sigma *= c->sigma_decay;
  if (j.learning_rate > c->learning_rate_floor)
    j.learning_rate *= c->learning_rate_decay;

  s->power1 *= c->beta1;
  s->power2 *= c->beta2;
  shape_fitness(&j);
  pool->run(pool, s->es.n_block, update, &j);

  const double *square = es_at(s, s->square);
  s->gradient_norm = sqrt(es_total(&s->es, square, 2, 0));
  s->update_norm = sqrt(es_total(&s->es, square, 2, 1));
  s->sigma = j.sigma;
  s->learning_rate = j.learning_rate;
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
  layout(s, &old->cfg, to, old->es.population);
  const int status = es_enter(&s->es, to, host);
  es_restart(&s->es, to, map, es_at(old, old->mean), es_at(s, s->mean));
  if (s->cfg.step != STEP_SGD)
    es_inherit(&s->es, map, es_at(old, old->first_moment), es_at(s, s->first_moment));
  if (s->cfg.step == STEP_ADAM)
    es_inherit(&s->es, map, es_at(old, old->second_moment), es_at(s, s->second_moment));
  free(old);
  return status;
}

/* ---- the labelled parts of the state ---- */

static int array(const void *vs, int32_t k, hebb_array *out)
{
  const state *s = vs;
  const hebb_array part[] = {
    es_scalar("sigma", HEBB_F64, offsetof(state, sigma),
              "Standard deviation of the next generation's candidates."),
    es_scalar("learning_rate", HEBB_F64, offsetof(state, learning_rate),
              "Learning rate of the next update."),
    es_scalar("gradient_norm", HEBB_F64, offsetof(state, gradient_norm),
              "Euclidean norm of the last estimated gradient."),
    es_scalar("update_norm", HEBB_F64, offsetof(state, update_norm),
              "Euclidean norm of the mean's last change."),
    es_scalar("generation", HEBB_I32, offsetof(state, es.generation), "Updates made."),
    es_vector(&s->es, "mean", s->mean, "Centre of the candidates."),
    es_vector(&s->es, "first_moment", s->first_moment, "Running mean of the gradient."),
    es_vector(&s->es, "second_moment", s->second_moment, "Running mean of the squared gradient."),
  };
  const int32_t n_part = s->cfg.step == STEP_ADAM ? 8 : s->cfg.step == STEP_MOMENTUM ? 7 : 6;
  return es_part(part, n_part, k, out);
}

static const hebb_optimizer openai_es = {
  .base = {
    HEBB_HEAD(HEBB_OPTIMIZER, hebb_optimizer, config),
    .name = "openai_es",
    .version = "1.0",
    .brief = "Evolution strategy with mirrored Gaussian noise and ranked fitness",
    .cite = "Salimans et al., 2017, arXiv:1703.03864; Najarro & Risi, NeurIPS 2020, "
            "arXiv:2007.02686",
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
  return index == 0 ? &openai_es.base : NULL;
}
