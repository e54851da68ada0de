/* pgpe.c - policy gradients with parameter-based exploration (Sehnke et al., Neural Networks 23, 2010,
 * equations 14 and 15: symmetric sampling), its centre moved by ClipUp (Toklu, Liskowski & Srivastava, PPSN 2020,
 * arXiv:2008.02387, algorithm 1), Adam or the plain gradient.
 *
 *     candidate 2k, 2k + 1 = mean +- eps_k       eps_k = sigma . z_k, z_k ~ N(0, 1), a sigma for each gene
 *     g = mean over pairs of (F+ - F-) / 2 eps
 *     h = mean over pairs of ((F+ + F-) / 2 - b) (eps^2 - sigma^2) / sigma        b: mean fitness
 *     ClipUp:  v = momentum v + learning_rate g / |g|;  v *= max_speed / |v| where longer;  mean += v
 *     sigma += sigma_learning_rate h, by at most sigma_max_change of itself
 *
 * F is the fitness or its centred ranks. Left out, max_speed is twice the learning rate, and that the
 * ClipUp authors' half a fifteenth of the radius, the norm of the first deviations. z is never stored: it is drawn
 * again from its address. Segments' factors: sigma on a gene's first deviation, rate on the steps of its
 * mean and deviation. Where all fitnesses are equal, nothing moves.
 */
#include "evolution_strategy.h"

enum step { STEP_CLIPUP, STEP_ADAM, STEP_SGD };
enum shaping { SHAPING_CENTRED_RANKS, SHAPING_NONE };

typedef struct config {
  double sigma, sigma_learning_rate, sigma_max_change;
  double learning_rate, momentum, max_speed, beta1, beta2, epsilon;
  int32_t step, shaping;
} config;

static const hebb_param params[] = {
  HEBB_PARAM(config, sigma, 0.1, 1e-9, 1e3, "1", "Standard deviation of the first candidates."),
  HEBB_PARAM(config, sigma_learning_rate, 0.1, 0, 10, "1",
             "Length of a step of the standard deviations along their gradient."),
  HEBB_PARAM(config, sigma_max_change, 0.2, 0, 0.999999, "1",
             "Largest part of itself by which a standard deviation changes in a generation."),
  HEBB_CHOICE(config, step, "clipup|adam|sgd", "How the mean follows the gradient."),
  HEBB_OPTIONAL(
      config, learning_rate, 0, 1e3, "1",
      "Length of a step of the mean; left out: with clipup a thirtieth of the norm of the "
      "first standard deviations, with adam 0.01, with sgd 1."),
  HEBB_PARAM(config, momentum, 0.9, 0, 0.999999, "1",
             "Of ClipUp: what remains of the last velocity."),
  HEBB_OPTIONAL(config, max_speed, 0, 1e6, "1",
                "Of ClipUp: greatest norm of the velocity; left out: twice the learning rate."),
  HEBB_PARAM(config, beta1, 0.9, 0, 0.999999, "1", "Of Adam: decay of the first moment."),
  HEBB_PARAM(config, beta2, 0.999, 0, 0.999999, "1", "Of Adam: decay of the second moment."),
  HEBB_PARAM(config, epsilon, 1e-8, 1e-300, 1, "1", "Of Adam: added to the denominator."),
  HEBB_CHOICE(config, shaping, "centred_ranks|none",
              "What of the fitness counts: its centred ranks, or itself."),
  { 0 },
};

/* One block of memory; the arrays follow, at offsets in bytes. */
typedef struct state {
  es es;
  config cfg;
  double sigma, learning_rate, max_speed, gradient_norm, update_norm;
  double power1, power2; /* beta1, beta2 to the number of updates                   */
  size_t mean;           /* double [n_gene]                                          */
  size_t sigmas;         /* double [n_gene]                                          */
  size_t gradient;       /* double [n_gene]: scratch of tell                         */
  size_t first_moment;   /* double [n_gene]: ClipUp's velocity; of Adam              */
  size_t second_moment;  /* double [n_gene], of Adam                                 */
  size_t shaped;         /* float [population]                                       */
  size_t square;         /* double [n_block x 2]: of gradient or step, of deviations */
} state;

enum { PURPOSE = 0x7067 };

static size_t layout(state *s, const config *c, const hebb_genome_shape *shape, int32_t population)
{
  if (!es_possible(shape, population, 2, true))
    return 0;
  s->cfg = *c;
  es_layout(&s->es, sizeof *s, shape, population);
  s->mean = es_take(&s->es, shape->n_gene, sizeof(double));
  s->sigmas = es_take(&s->es, shape->n_gene, sizeof(double));
  s->gradient = es_take(&s->es, shape->n_gene, sizeof(double));
  s->first_moment = es_take(&s->es, c->step != STEP_SGD ? shape->n_gene : 0, sizeof(double));
  s->second_moment = es_take(&s->es, c->step == STEP_ADAM ? shape->n_gene : 0, sizeof(double));
  s->shaped = es_take(&s->es, population, sizeof(float));
  s->square = es_take(&s->es, s->es.n_block * 2, sizeof(double));
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
  const config *c = cfg;
  if (!state_size(cfg, shape, population))
    return es_refuse(shape, population, 2, true, host);
  state *s = vs;
  layout(s, c, shape, population);
  if (es_init(&s->es, shape, seed, PURPOSE, host) != HEBB_OK)
    return HEBB_EINVAL;

  es_start(&s->es, shape, es_at(s, s->mean));
  s->sigma = es_first_sigmas(&s->es, c->sigma, es_at(s, s->sigmas));
  const double radius = s->sigma * sqrt((double)s->es.n_gene);
  s->learning_rate = !isnan(c->learning_rate) ? c->learning_rate
                     : c->step == STEP_CLIPUP ? radius / 30
                     : c->step == STEP_ADAM   ? 0.01
                                              : 1;
  s->max_speed = isnan(c->max_speed) ? 2 * s->learning_rate : c->max_speed;
  s->power1 = s->power2 = 1;
  return HEBB_OK;
}

static void ask(const void *vs, int32_t i, float *genome)
{
  const state *s = vs;
  es_ask(&s->es, i / 2, i % 2 ? -1 : 1, es_at(s, s->mean), es_at(s, s->sigmas), genome);
}

static void centre(const void *vs, float *genome)
{
  const state *s = vs;
  es_round(&s->es, es_at(s, s->mean), genome);
}

/* ---- tell ---- */

typedef struct job {
  state *s;
  double baseline;
  double factor; /* of the gradient in a step, then of the velocity */
} job;

/* first[g] += u z, second[g] += v (z^2 - 1) */
static HEBB_INLINE void moments_inline(int64_t n, double u, double v, const float *restrict noise,
                                       double *restrict first, double *restrict second)
{
  for (int64_t g = 0; g < n; g++) {
    const double z = (double)noise[g];
    first[g] += u * z;
    second[g] += v * (z * z - 1);
  }
}
HEBB_CLONES(moments,
            (int64_t n, double u, double v, const float *restrict noise, double *restrict first,
             double *restrict second),
            (n, u, v, noise, first, second))

/* The gradient, and the step of the deviations, of blocks first .. end - 1 of the genome. */
static void descend_sigma(void *arg, int64_t first_block, int64_t end_block)
{
  const job *j = arg;
  state *s = j->s;
  const int32_t n_pair = s->es.population / 2;
  const float *shaped = es_at(s, s->shaped);
  double *gradient = es_at(s, s->gradient), *sigma = es_at(s, s->sigmas);
  double *square = es_at(s, s->square), moment1[ES_BLOCK], moment2[ES_BLOCK],
         rate[ES_BLOCK] = { 0 };
  float noise[ES_BLOCK];

  for (int64_t block = first_block; block < end_block; block++) {
    const int64_t first = block * ES_BLOCK, end = es_smaller(first + ES_BLOCK, s->es.n_gene);
    memset(moment1, 0, sizeof moment1);
    memset(moment2, 0, sizeof moment2);
    es_factors(&s->es, first, end, NULL, rate);
    for (int32_t pair = 0; pair < n_pair; pair++) {
      const double plus = (double)shaped[2 * pair], minus = (double)shaped[2 * pair + 1];
      es_draw(&s->es, pair, first, end, noise);
      moments(end - first, (plus - minus) / 2, (plus + minus) / 2 - j->baseline, noise, moment1,
              moment2);
    }
    double gradients = 0, deviations = 0;
    for (int64_t g = first; g < end; g++) {
      const double most = s->cfg.sigma_max_change * sigma[g];
      const double along = sigma[g] * moment2[g - first] / n_pair;
      const double change = s->cfg.sigma_learning_rate * rate[g - first] * along;
      gradient[g] = sigma[g] * moment1[g - first] / n_pair;
      sigma[g] += change > most ? most : change < -most ? -most : change;
      gradients += gradient[g] * gradient[g];
      deviations += sigma[g] * sigma[g];
    }
    square[2 * block] = gradients;
    square[2 * block + 1] = deviations;
  }
}

/* The velocity before it is clipped. */
static void speed_up(void *arg, int64_t first_block, int64_t end_block)
{
  const job *j = arg;
  state *s = j->s;
  const double *gradient = es_at(s, s->gradient);
  double *velocity = es_at(s, s->first_moment), *square = es_at(s, s->square);

  for (int64_t block = first_block; block < end_block; block++) {
    const int64_t end = es_smaller((block + 1) * ES_BLOCK, s->es.n_gene);
    square[2 * block] = 0;
    for (int64_t g = block * ES_BLOCK; g < end; g++) {
      velocity[g] = s->cfg.momentum * velocity[g] + j->factor * gradient[g];
      square[2 * block] += velocity[g] * velocity[g];
    }
  }
}

/* The change of one gene's mean but for its segment's rate. */
static double step_of(const job *j, int64_t gene)
{
  const state *s = j->s;
  const config *c = &s->cfg;
  const double gradient = ((const double *)es_at(s, s->gradient))[gene];
  if (c->step == STEP_SGD)
    return j->factor * gradient;

  double *first = (double *)es_at(s, s->first_moment) + gene;
  if (c->step == STEP_CLIPUP)
    return *first *= j->factor;
  double *second = (double *)es_at(s, s->second_moment) + gene;
  *first = c->beta1 * *first + (1 - c->beta1) * gradient;
  *second = c->beta2 * *second + (1 - c->beta2) * (gradient * gradient);
  return j->factor * *first / (sqrt(*second) + c->epsilon);
}

static void move(void *arg, int64_t first_block, int64_t end_block)
{
  const job *j = arg;
  state *s = j->s;
  double *mean = es_at(s, s->mean), *square = es_at(s, s->square), rate[ES_BLOCK] = { 0 };

  for (int64_t block = first_block; block < end_block; block++) {
    const int64_t first = block * ES_BLOCK, end = es_smaller(first + ES_BLOCK, s->es.n_gene);
    es_factors(&s->es, first, end, NULL, rate);
    square[2 * block] = 0;
    for (int64_t g = first; g < end; g++) {
      const double change = rate[g - first] * step_of(j, g);
      mean[g] += change;
      square[2 * block] += change * change;
    }
  }
}

static void learn(state *s, const float *fitness, const hebb_pool *pool)
{
  const int32_t n = s->es.population;
  float *shaped = es_at(s, s->shaped);
  const double *square = es_at(s, s->square);
  job j = { .s = s };

  if (s->cfg.shaping == SHAPING_NONE)
    memcpy(shaped, fitness, (size_t)n * sizeof *shaped);
  else
    es_centred_ranks(fitness, n, es_at(s, s->es.order), es_at(s, s->es.spare), shaped);
  for (int32_t i = 0; i < n; i++)
    j.baseline += (double)shaped[i] / n;

  pool->run(pool, s->es.n_block, descend_sigma, &j);
  s->gradient_norm = sqrt(es_total(&s->es, square, 2, 0));
  s->sigma = sqrt(es_total(&s->es, square, 2, 1) / (double)s->es.n_gene);

  j.factor = s->learning_rate;
  if (s->cfg.step == STEP_ADAM) { // its moments start from zero
    s->power1 *= s->cfg.beta1;
    s->power2 *= s->cfg.beta2;
    j.factor *= sqrt(1 - s->power2) / (1 - s->power1);
  } else if (s->cfg.step == STEP_CLIPUP) {
    j.factor = s->gradient_norm > 0 ? s->learning_rate / s->gradient_norm : 0;
    pool->run(pool, s->es.n_block, speed_up, &j);
    const double speed = sqrt(es_total(&s->es, square, 2, 0));
    j.factor = speed > s->max_speed ? s->max_speed / speed : 1;
  }
  pool->run(pool, s->es.n_block, move, &j);
  s->update_norm = sqrt(es_total(&s->es, square, 2, 0));
}

static void tell(void *vs, const float *fitness, const hebb_pool *pool)
{
  state *s = vs;
  s->gradient_norm = s->update_norm = 0;
  if (!es_all_equal(fitness, s->es.population))
    learn(s, fitness, pool);
  s->es.generation++;
}

/* Lengths that follow from the number of genes follow from the new one. */
static int reshape(void *vs, const hebb_genome_shape *from, const hebb_genome_shape *to,
                   const int64_t *map, const hebb_host *host)
{
  state *s = vs;
  state *old = es_leave(&s->es, to, 2, true, host);
  if (!old)
    return HEBB_EINVAL;
  layout(s, &old->cfg, to, old->es.population);
  const int status = es_enter(&s->es, to, host);
  double *sigma = es_at(s, s->sigmas), squares = 0;
  es_restart(&s->es, to, map, es_at(old, old->mean), es_at(s, s->mean));
  es_first_sigmas(&s->es, s->cfg.sigma, sigma);
  es_inherit(&s->es, map, es_at(old, old->sigmas), sigma);
  if (s->cfg.step != STEP_SGD)
    es_inherit(&s->es, map, es_at(old, old->first_moment), es_at(s, s->first_moment));
  if (s->cfg.step == STEP_ADAM)
    es_inherit(&s->es, map, es_at(old, old->second_moment), es_at(s, s->second_moment));
  free(old);

  for (int64_t g = 0; g < s->es.n_gene; g++)
    squares += sigma[g] * sigma[g];
  s->sigma = sqrt(squares / (double)s->es.n_gene);
  const double ratio = sqrt((double)to->n_gene / (double)from->n_gene);
  if (s->cfg.step == STEP_CLIPUP && isnan(s->cfg.learning_rate)) {
    s->learning_rate *= ratio;
    if (isnan(s->cfg.max_speed))
      s->max_speed *= ratio;
  }
  return status;
}

static int array(const void *vs, int32_t k, hebb_array *out)
{
  const state *s = vs;
  const bool adam = s->cfg.step == STEP_ADAM;
  const hebb_array part[] = {
    es_scalar("sigma", HEBB_F64, offsetof(state, sigma),
              "Root mean square of the next candidates' standard deviations."),
    es_scalar("learning_rate", HEBB_F64, offsetof(state, learning_rate),
              "Learning rate of the mean."),
    es_scalar("gradient_norm", HEBB_F64, offsetof(state, gradient_norm),
              "Euclidean norm of the last estimated gradient."),
    es_scalar("update_norm", HEBB_F64, offsetof(state, update_norm),
              "Euclidean norm of the mean's last change."),
    es_scalar("generation", HEBB_I32, offsetof(state, es.generation), "Updates made."),
    es_vector(&s->es, "mean", s->mean, "Centre of the candidates."),
    es_vector(&s->es, "gene_sigma", s->sigmas, "Standard deviation of each gene."),
    es_vector(&s->es, adam ? "first_moment" : "velocity", s->first_moment,
              adam ? "Running mean of the gradient." : "What ClipUp moved the mean by."),
    es_vector(&s->es, "second_moment", s->second_moment, "Running mean of the squared gradient."),
  };
  return es_part(part, adam ? 9 : s->cfg.step == STEP_CLIPUP ? 8 : 7, k, out);
}

static const hebb_optimizer pgpe = {
  .base = {
    HEBB_HEAD(HEBB_OPTIMIZER, hebb_optimizer, config),
    .name = "pgpe",
    .version = "1.0",
    .brief = "Policy gradients with parameter-based exploration, mirrored, by ClipUp or Adam",
    .cite = "Sehnke et al., Neural Networks 23, 2010; Toklu, Liskowski & Srivastava, PPSN 2020, "
            "arXiv:2008.02387",
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
  return index == 0 ? &pgpe.base : NULL;
}
