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
#include <math.h>
#include <string.h>

#include <hebb/clone.h>
#include <hebb/optimizer.h>
#include <hebb/rng.h>

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

/* Genes of one segment, first .. end - 1, and its factors. */
typedef struct span {
  int64_t first, end;
  double sigma, rate;
  int64_t late; /* not 0: steps with the decayed values */
} span;

/* One block of memory; the arrays follow, at offsets in bytes. */
typedef struct state {
  config cfg;
  uint64_t seed;
  int64_t n_gene, n_block;
  int32_t population, n_span, generation, unused;
  double sigma, learning_rate, gradient_norm, update_norm;
  double power1, power2; /* beta1, beta2 to the number of updates                */
  size_t mean;           /* double [n_gene]                                       */
  size_t first_moment;   /* double [n_gene], of momentum and Adam                 */
  size_t second_moment;  /* double [n_gene], of Adam                              */
  size_t span;           /* span [n_span]                                         */
  size_t shaped;         /* float [population]                                    */
  size_t square;         /* double [n_block x 2]: squared gradient and update     */
} state;

enum {
  BLOCK = 1024,     /* genes whose noise is drawn at a time */
  PURPOSE = 0x6573, /* of the noise's addresses             */
  MAX_POPULATION = 1 << 24
};

static void *at(const state *s, size_t offset)
{
  return (char *)s + offset;
}

/* Fills in sizes and offsets and returns the bytes needed; 0: a size that init refuses. */
static size_t layout(state *s, const config *c, const hebb_genome_shape *shape, int32_t population)
{
  if (population < 2 || population > MAX_POPULATION || population % 2 != 0 || shape->n_gene < 1 ||
      shape->n_gene > INT32_MAX)
    return 0;

  const size_t vector = (size_t)shape->n_gene * sizeof(double);
  s->cfg = *c;
  s->population = population;
  s->n_gene = shape->n_gene;
  s->n_block = (shape->n_gene + BLOCK - 1) / BLOCK;
  s->n_span = shape->n_segment > 0 ? shape->n_segment : 1;
  s->mean = sizeof *s;
  s->first_moment = s->mean + vector;
  s->second_moment = s->first_moment + (c->step != STEP_SGD ? vector : 0);
  s->span = s->second_moment + (c->step == STEP_ADAM ? vector : 0);
  s->square = s->span + (size_t)s->n_span * sizeof(span);
  s->shaped = s->square + (size_t)s->n_block * 2 * sizeof(double);
  return s->shaped + (size_t)population * sizeof(float);
}

static size_t state_size(const void *cfg, const hebb_genome_shape *shape, int32_t population)
{
  state s;
  return layout(&s, cfg, shape, population);
}

/* Every gene lies in one span, as every gene lies in one segment. */
static int fill_spans(state *s, const hebb_genome_shape *shape, const hebb_host *host)
{
  span *spans = at(s, s->span);
  bool coefficients = false;
  int64_t end = 0;

  spans[0] = (span){ .end = s->n_gene, .sigma = 1, .rate = 1 };
  for (int32_t k = 0; k < shape->n_segment; k++)
    coefficients |= shape->segment[k].role == HEBB_ROLE_COEFFICIENT;
  for (int32_t k = 0; k < shape->n_segment; k++) {
    const hebb_segment *segment = &shape->segment[k];
    const bool weight = segment->role == HEBB_ROLE_WEIGHT || segment->role == HEBB_ROLE_START;
    spans[k] = (span){ .first = segment->offset,
                       .end = segment->offset + segment->count,
                       .sigma = (double)segment->sigma,
                       .rate = (double)segment->rate,
                       .late = weight && coefficients && s->cfg.weights_after_decay };
    if (segment->offset != end || segment->count < 0)
      break;
    end = spans[k].end;
  }
  if (shape->n_segment > 0 && end != s->n_gene)
    return host->fail(host, HEBB_EINVAL,
                      "the segments do not cover the genome, one after the other");
  return HEBB_OK;
}

static int init(void *vs, const void *cfg, const hebb_genome_shape *shape, int32_t population,
                uint64_t seed, const hebb_host *host)
{
  if (population < 2 || population > MAX_POPULATION || population % 2 != 0)
    return host
        ->fail(host, HEBB_EINVAL,
               "population = %d: candidates come in mirrored pairs, give an even number from "
               "2 to %d",
               population, MAX_POPULATION);
  if (shape->n_gene < 1 || shape->n_gene > INT32_MAX)
    return host->fail(host, HEBB_EINVAL, "a genome of %lld genes cannot be evolved: 1 to %d",
                      (long long)shape->n_gene, INT32_MAX);

  state *s = vs;
  layout(s, cfg, shape, population);
  s->seed = seed;
  s->sigma = s->cfg.sigma;
  s->learning_rate = s->cfg.learning_rate;
  s->power1 = s->power2 = 1;

  double *mean = at(s, s->mean);
  for (int64_t g = 0; g < s->n_gene; g++)
    mean[g] = (double)shape->start[g];

  return fill_spans(s, shape, host);
}

static HEBB_INLINE void normals_inline(const hebb_address *address, uint32_t first, int64_t n,
                                       float *restrict noise)
{
  hebb_normals(address, first, n, noise);
}
HEBB_CLONES(normals,
            (const hebb_address *address, uint32_t first, int64_t n, float *restrict noise),
            (address, first, n, noise))

static HEBB_INLINE void add_inline(int64_t n, double weight, const float *restrict noise,
                                   double *restrict sum)
{
  for (int64_t g = 0; g < n; g++)
    sum[g] += weight * (double)noise[g];
}
HEBB_CLONES(add, (int64_t n, double weight, const float *restrict noise, double *restrict sum),
            (n, weight, noise, sum))

/* The noise of pair k for the genes first .. end - 1; first is a multiple of BLOCK. */
static void draw(const state *s, int32_t pair, int64_t first, int64_t end, float *noise)
{
  const hebb_address address = { .seed = s->seed,
                                 .purpose = PURPOSE,
                                 .generation = (uint32_t)s->generation,
                                 .individual = (uint32_t)pair };
  normals(&address, (uint32_t)first, end - first, noise);
}

static int64_t larger(int64_t a, int64_t b)
{
  return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
  return a < b ? a : b;
}

static void ask(const void *vs, int32_t i, float *genome)
{
  const state *s = vs;
  const double *mean = at(s, s->mean), sign = i % 2 ? -1 : 1;
  const span *spans = at(s, s->span);
  float noise[BLOCK];

  for (int64_t first = 0; first < s->n_gene; first += BLOCK) {
    const int64_t end = smaller(first + BLOCK, s->n_gene);
    draw(s, i / 2, first, end, noise);
    for (int32_t k = 0; k < s->n_span; k++) {
      const double scale = sign * s->sigma * spans[k].sigma;
      const int64_t stop = smaller(end, spans[k].end);
      for (int64_t g = larger(first, spans[k].first); g < stop; g++)
        genome[g] = (float)(mean[g] + scale * (double)noise[g - first]);
    }
  }
}

static void centre(const void *vs, float *genome)
{
  const state *s = vs;
  const double *mean = at(s, s->mean);
  for (int64_t g = 0; g < s->n_gene; g++)
    genome[g] = (float)mean[g];
}

/* ---- tell ---- */

typedef struct job {
  state *s;
  const float *fitness;
  double sigma, learning_rate; /* after the decay */
} job;

/* Ranks from 0 to population - 1, equal ones by index, brought to -0.5 .. 0.5. By counting: that
   needs no memory, and costs nothing beside the lives that the fitness took. */
static void rank(void *arg, int64_t first, int64_t end)
{
  const job *j = arg;
  const int32_t n = j->s->population;
  float *shaped = at(j->s, j->s->shaped);
  for (int64_t i = first; i < end; i++) {
    const float own = j->fitness[i];
    int32_t below = 0;
    for (int32_t k = 0; k < n; k++)
      below += (j->fitness[k] < own) | ((j->fitness[k] == own) & (k < i));
    shaped[i] = (float)below / (float)(n - 1) - 0.5f;
  }
}

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

static void shape_fitness(job *j, const hebb_pool *pool)
{
  const int32_t n = j->s->population;
  float *shaped = at(j->s, j->s->shaped);

  bool equal = true;
  for (int32_t i = 1; i < n; i++)
    equal &= j->fitness[i] == j->fitness[0];
  if (equal)
    memset(shaped, 0, (size_t)n * sizeof *shaped);
  else if (j->s->cfg.shaping == SHAPING_NONE)
    memcpy(shaped, j->fitness, (size_t)n * sizeof *shaped);
  else {
    pool->run(pool, n, rank, j);
    if (j->s->cfg.shaping == SHAPING_RANK_Z_SCORE)
      z_score(shaped, n);
  }
}

/* The change of one gene's mean, from its gradient. */
static double step_of(const state *s, int64_t gene, double gradient, double learning_rate)
{
  const config *c = &s->cfg;
  if (c->step == STEP_SGD)
    return learning_rate * gradient;

  double *first = (double *)at(s, s->first_moment) + gene;
  if (c->step == STEP_MOMENTUM) {
    *first = c->momentum * *first + (1 - c->momentum) * gradient;
    return learning_rate * *first;
  }
  double *second = (double *)at(s, s->second_moment) + gene;
  *first = c->beta1 * *first + (1 - c->beta1) * gradient;
  *second = c->beta2 * *second + (1 - c->beta2) * (gradient * gradient);
  return learning_rate * *first / (sqrt(*second) + c->epsilon);
}

/* The update of blocks first .. end - 1 of the genome. */
static void update(void *arg, int64_t first_block, int64_t end_block)
{
  const job *j = arg;
  state *s = j->s;
  const float *shaped = at(s, s->shaped);
  const span *spans = at(s, s->span);
  // Adam's moments start from zero
  const double correction = s->cfg.step == STEP_ADAM ? sqrt(1 - s->power2) / (1 - s->power1) : 1;
  double *mean = at(s, s->mean), *square = at(s, s->square), sum[BLOCK];
  float noise[BLOCK];

  for (int64_t block = first_block; block < end_block; block++) {
    const int64_t first = block * BLOCK, end = smaller(first + BLOCK, s->n_gene);
    memset(sum, 0, sizeof sum);
    for (int32_t pair = 0; pair < s->population / 2; pair++) {
      const double weight = (double)shaped[2 * pair] - (double)shaped[2 * pair + 1];
      draw(s, pair, first, end, noise);
      add(end - first, weight, noise, sum);
    }

    double gradients = 0, updates = 0;
    for (int32_t k = 0; k < s->n_span; k++) {
      if (spans[k].sigma <= 0)
        continue; // never varied, so nothing is known of its gradient
      const double sigma = (spans[k].late ? j->sigma : s->sigma) * spans[k].sigma;
      const double rate = (spans[k].late ? j->learning_rate : s->learning_rate) * spans[k].rate;
      const int64_t stop = smaller(end, spans[k].end);
      for (int64_t g = larger(first, spans[k].first); g < stop; g++) {
        const double gradient =
            sum[g - first] / (s->population * sigma) - s->cfg.weight_decay * mean[g];
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
  shape_fitness(&j, pool);
  pool->run(pool, s->n_block, update, &j);

  const double *square = at(s, s->square);
  double gradients = 0, updates = 0;
  for (int64_t block = 0; block < s->n_block; block++) {
    gradients += square[2 * block];
    updates += square[2 * block + 1];
  }
  s->gradient_norm = sqrt(gradients);
  s->update_norm = sqrt(updates);
  s->sigma = j.sigma;
  s->learning_rate = j.learning_rate;
  s->generation++;
}

/* ---- the labelled parts of the state ---- */

static hebb_array scalar(const char *name, uint32_t dtype, size_t offset, const char *doc)
{
  return (hebb_array){
    .name = name, .unit = "1", .doc = doc, .dims = "", .dtype = dtype, .offset = offset
  };
}

static hebb_array vector(const state *s, const char *name, size_t offset, const char *doc)
{
  return (hebb_array){ .name = name,
                       .unit = "1",
                       .doc = doc,
                       .dims = "gene",
                       .dtype = HEBB_F64,
                       .rank = 1,
                       .extent = { (int32_t)s->n_gene },
                       .offset = offset };
}

static int array(const void *vs, int32_t k, hebb_array *out)
{
  const state *s = vs;
  const hebb_array part[] = {
    scalar("sigma", HEBB_F64, offsetof(state, sigma),
           "Standard deviation of the next generation's candidates."),
    scalar("learning_rate", HEBB_F64, offsetof(state, learning_rate),
           "Learning rate of the next update."),
    scalar("gradient_norm", HEBB_F64, offsetof(state, gradient_norm),
           "Euclidean norm of the last estimated gradient."),
    scalar("update_norm", HEBB_F64, offsetof(state, update_norm),
           "Euclidean norm of the mean's last change."),
    scalar("generation", HEBB_I32, offsetof(state, generation), "Updates made."),
    vector(s, "mean", s->mean, "Centre of the candidates."),
    vector(s, "first_moment", s->first_moment, "Running mean of the gradient."),
    vector(s, "second_moment", s->second_moment, "Running mean of the squared gradient."),
  };
  const int32_t n_part = s->cfg.step == STEP_ADAM ? 8 : s->cfg.step == STEP_MOMENTUM ? 7 : 6;
  if (k < 0 || k >= n_part)
    return 0;
  *out = part[k];
  return 1;
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
};

const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &openai_es.base : NULL;
}
