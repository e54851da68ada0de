/* lm_ma_es.c - limited-memory matrix adaptation (Loshchilov, Glasmachers & Beyer, "Large scale black-box
 * optimization by limited-memory matrix adaptation", IEEE TEVC 23, 2019, arXiv:1705.06693, algorithm 1).
 *
 *     candidate = mean + sigma d      d = z ~ N(0, 1), then for j = 1 .. m:
 *                                     d = (1 - c_d,j) d + c_d,j M_j (M_j . d)
 *     mean  += sigma sum w_k d_k                            w: log weights of the better half, sum 1
 *     path   = (1 - c_s) path + root(mu_w c_s (2 - c_s)) z_w             z_w = sum w_k z_k
 *     M_j    = (1 - c_c,j) M_j + root(mu_w c_c,j (2 - c_c,j)) z_w
 *     sigma *= exp(c_s / 2 (|path|^2 / n - 1))
 *
 * for n genes and a population of lambda: m = 4 + floor(3 ln n) vectors, of which the first t take part in
 * generation t; c_s = 2 lambda / n; c_d,j = 1 / (1.5^(j-1) n); c_c,j = lambda / (4^(j-1) n), none above 1.
 *
 * d lies in the span of z and the M_j: d = beta z + sum alpha_j M_j. beta and alpha follow from the
 * products M_j . z, and from M_j . M_l, which tell leaves in the state. So no candidate is stored: z is
 * drawn again from its address. Segments' factors: sigma on a gene's deviation, rate on its mean's step.
 * Where all fitnesses are equal, nothing moves.
 */
#include "evolution_strategy.h"

typedef struct config {
  double sigma;
  int64_t vectors;
} config;

static const hebb_param params[] = {
  HEBB_PARAM(config, sigma, 0.1, 1e-9, 1e3, "1", "Standard deviation of the first candidates."),
  HEBB_PARAM(config, vectors, 0, 0, 64, "1",
             "Direction vectors M; 0: 4 + floor(3 ln n) for n genes, 64 at most."),
  { 0 },
};

enum { PURPOSE = 0x6c6d, MOST_VECTORS = 64 };

/* One block of memory; the arrays follow, at offsets in bytes. */
typedef struct state {
  es es;
  double sigma, update_norm;
  double mu_w, c_sigma;
  int32_t m, n_active; /* vectors; those that take part              */
  double c_d[MOST_VECTORS], c_c[MOST_VECTORS];
  double of_z;               /* sum w_k beta_k, in tell                    */
  double of_m[MOST_VECTORS]; /* sum w_k alpha_k,j, in tell               */
  size_t mean;               /* double [n_gene]                            */
  size_t path;               /* double [n_gene]                            */
  size_t z;                  /* double [n_gene]: z_w, scratch of tell      */
  size_t direction;          /* float [m x n_gene]: M                      */
  size_t product;            /* double [m x m]: M_j . M_l                  */
  size_t share;              /* double [population x m]: alpha, in tell    */
  size_t weight;             /* double [population], best first            */
  size_t square;             /* double [n_block x 2]: of path, of update   */
} state;

static int32_t vectors_of(const config *c, int64_t n_gene)
{
  const int64_t usual = 4 + (int64_t)(3 * hebb_log((double)n_gene));
  return (int32_t)(c->vectors ? c->vectors : es_smaller(usual, MOST_VECTORS));
}

static size_t layout(state *s, const config *c, const hebb_genome_shape *shape, int32_t population)
{
  if (!es_possible(shape, population, 2, false))
    return 0;
  s->m = vectors_of(c, shape->n_gene);
  es_layout(&s->es, sizeof *s, shape, population);
  s->mean = es_take(&s->es, shape->n_gene, sizeof(double));
  s->path = es_take(&s->es, shape->n_gene, sizeof(double));
  s->z = es_take(&s->es, shape->n_gene, sizeof(double));
  s->direction = es_take(&s->es, s->m * shape->n_gene, sizeof(float));
  s->product = es_take(&s->es, (int64_t)s->m * s->m, sizeof(double));
  s->share = es_take(&s->es, (int64_t)population * s->m, sizeof(double));
  s->weight = es_take(&s->es, population, sizeof(double));
  s->square = es_take(&s->es, s->es.n_block * 2, sizeof(double));
  return es_bytes(&s->es);
}

static size_t state_size(const void *cfg, const hebb_genome_shape *shape, int32_t population)
{
  state s;
  return layout(&s, cfg, shape, population);
}

static void make_rates(state *s)
{
  const double n = (double)s->es.n_gene, lambda = s->es.population;
  const int32_t mu = s->es.population / 2;
  double *weight = es_at(s, s->weight), sum = 0, squares = 0, slow = 1, fast = 1;
  for (int32_t k = 0; k < mu; k++)
    sum += weight[k] = hebb_log(mu + 0.5) - hebb_log(k + 1);
  for (int32_t k = 0; k < mu; k++) {
    weight[k] /= sum;
    squares += weight[k] * weight[k];
  }
  s->mu_w = 1 / squares;
  s->c_sigma = fmin(1, 2 * lambda / n);
  for (int32_t j = 0; j < s->m; j++, slow *= 1.5, fast *= 4) {
    s->c_d[j] = 1 / (slow * n);
    s->c_c[j] = fmin(1, lambda / (fast * n));
  }
}

static int init(void *vs, const void *cfg, const hebb_genome_shape *shape, int32_t population,
                uint64_t seed, const hebb_host *host)
{
  if (!state_size(cfg, shape, population))
    return es_refuse(shape, population, 2, false, host);
  state *s = vs;
  layout(s, cfg, shape, population);
  s->sigma = ((const config *)cfg)->sigma;
  make_rates(s);
  es_start(&s->es, shape, es_at(s, s->mean));
  return es_init(&s->es, shape, seed, PURPOSE, host);
}

/* a . b, as LANES sums side by side, then those in order */
static HEBB_INLINE void dot_inline(int64_t n, const float *restrict a, const float *restrict b,
                                   double *restrict sum)
{
  enum { LANES = 16 };
  double lane[LANES] = { 0 };
  int64_t g = 0;
  for (; g + LANES <= n; g += LANES)
    for (int k = 0; k < LANES; k++)
      lane[k] += (double)a[g + k] * (double)b[g + k];
  for (; g < n; g++)
    lane[g % LANES] += (double)a[g] * (double)b[g];
  for (int k = 0; k < LANES; k++)
    *sum += lane[k];
}
HEBB_CLONES(dot,
            (int64_t n, const float *restrict a, const float *restrict b, double *restrict sum),
            (n, a, b, sum))

/* d of individual i: returns beta, fills in alpha [n_active]. */
static double mix(const state *s, int32_t i, double *alpha)
{
  const int64_t n = s->es.n_gene;
  const float *direction = es_at(s, s->direction);
  const double *product = es_at(s, s->product);
  double of_z[MOST_VECTORS] = { 0 }, beta = 1;
  float noise[ES_BLOCK];

  for (int64_t first = 0; first < n && s->n_active > 0; first += ES_BLOCK) {
    const int64_t end = es_smaller(first + ES_BLOCK, n);
    es_draw(&s->es, i, first, end, noise);
    for (int32_t j = 0; j < s->n_active; j++)
      dot(end - first, direction + j * n + first, noise, &of_z[j]);
  }
  for (int32_t j = 0; j < s->n_active; j++) {
    double along = beta * of_z[j];
    for (int32_t l = 0; l < j; l++) {
      along += alpha[l] * product[j * s->m + l];
      alpha[l] *= 1 - s->c_d[j];
    }
    alpha[j] = s->c_d[j] * along;
    beta *= 1 - s->c_d[j];
  }
  return beta;
}

static void ask(const void *vs, int32_t i, float *genome)
{
  const state *s = vs;
  const int64_t n = s->es.n_gene;
  const float *direction = es_at(s, s->direction);
  const double *mean = es_at(s, s->mean);
  double alpha[MOST_VECTORS], d[ES_BLOCK], factor[ES_BLOCK] = { 0 };
  const double beta = mix(s, i, alpha);

  for (int64_t first = 0; first < n; first += ES_BLOCK) {
    const int64_t end = es_smaller(first + ES_BLOCK, n);
    memset(d, 0, sizeof d);
    es_add_noise(&s->es, i, first, end, beta, d);
    for (int32_t j = 0; j < s->n_active; j++)
      es_sum(end - first, alpha[j], direction + j * n + first, d);
    es_factors(&s->es, first, end, factor, NULL);
    for (int64_t g = first; g < end; g++)
      genome[g] = (float)(mean[g] + s->sigma * factor[g - first] * d[g - first]);
  }
}

static void centre(const void *vs, float *genome)
{
  const state *s = vs;
  es_round(&s->es, es_at(s, s->mean), genome);
}

/* ---- tell ---- */

/* alpha of the parents first .. end - 1, best first; beta is the same for all */
static void find_shares(void *arg, int64_t first, int64_t end)
{
  state *s = arg;
  const int32_t *order = es_at(s, s->es.order);
  for (int64_t k = first; k < end; k++)
    mix(s, order[k], (double *)es_at(s, s->share) + k * s->m);
}

/* The update of blocks first .. end - 1 of the genome. */
static void update(void *arg, int64_t first_block, int64_t end_block)
{
  state *s = arg;
  const int64_t n = s->es.n_gene;
  const int32_t *order = es_at(s, s->es.order);
  const double *weight = es_at(s, s->weight);
  const double push = sqrt(s->mu_w * s->c_sigma * (2 - s->c_sigma));
  double *mean = es_at(s, s->mean), *path = es_at(s, s->path), *square = es_at(s, s->square);
  double d[ES_BLOCK], factor[ES_BLOCK] = { 0 }, rate[ES_BLOCK] = { 0 };
  float *direction = es_at(s, s->direction);

  for (int64_t block = first_block; block < end_block; block++) {
    const int64_t first = block * ES_BLOCK, end = es_smaller(first + ES_BLOCK, n);
    double *z = (double *)es_at(s, s->z) + first, paths = 0, updates = 0;
    memset(z, 0, (size_t)(end - first) * sizeof *z);
    memset(d, 0, sizeof d);
    for (int32_t k = 0; k < s->es.population / 2; k++)
      es_add_noise(&s->es, order[k], first, end, weight[k], z);
    es_axpy(end - first, s->of_z, z, d);
    for (int32_t j = 0; j < s->n_active; j++)
      es_sum(end - first, s->of_m[j], direction + j * n + first, d);
    es_factors(&s->es, first, end, factor, rate);
    for (int64_t g = 0; g < end - first; g++) {
      const double change = rate[g] * s->sigma * factor[g] * d[g];
      mean[first + g] += change;
      path[first + g] = (1 - s->c_sigma) * path[first + g] + push * z[g];
      updates += change * change;
      paths += path[first + g] * path[first + g];
    }
    for (int32_t j = 0; j < s->m; j++) {
      const double keep = 1 - s->c_c[j], add = sqrt(s->mu_w * s->c_c[j] * (2 - s->c_c[j]));
      float *row = direction + j * n + first;
      for (int64_t g = 0; g < end - first; g++)
        row[g] = (float)(keep * (double)row[g] + add * z[g]);
    }
    square[2 * block] = paths;
    square[2 * block + 1] = updates;
  }
}

/* Rows first .. end - 1 of M_j . M_l, l < j */
static void multiply(void *arg, int64_t first, int64_t end)
{
  state *s = arg;
  const int64_t n = s->es.n_gene;
  const float *direction = es_at(s, s->direction);
  double *product = es_at(s, s->product);
  for (int64_t j = first; j < end; j++)
    for (int64_t l = 0; l < j; l++) {
      product[j * s->m + l] = 0;
      for (int64_t g = 0; g < n; g += ES_BLOCK)
        dot(es_smaller(ES_BLOCK, n - g), direction + j * n + g, direction + l * n + g,
            &product[j * s->m + l]);
    }
}

static void learn(state *s, const float *fitness, const hebb_pool *pool)
{
  const double *square = es_at(s, s->square), *weight = es_at(s, s->weight);
  const double *share = es_at(s, s->share);
  const int32_t mu = s->es.population / 2;

  es_order(&s->es, fitness);
  pool->run(pool, mu, find_shares, s);
  s->of_z = 1;
  for (int32_t j = 0; j < s->n_active; j++) {
    s->of_z *= 1 - s->c_d[j];
    s->of_m[j] = 0;
    for (int32_t k = 0; k < mu; k++)
      s->of_m[j] += weight[k] * share[k * s->m + j];
  }
  pool->run(pool, s->es.n_block, update, s);
  s->n_active = s->n_active < s->m ? s->n_active + 1 : s->m;
  pool->run(pool, s->n_active, multiply, s);
  s->update_norm = sqrt(es_total(&s->es, square, 2, 1));
  const double length = es_total(&s->es, square, 2, 0) / (double)s->es.n_gene;
  s->sigma *= hebb_exp(fmin(1, s->c_sigma / 2 * (length - 1)));
}

static void tell(void *vs, const float *fitness, const hebb_pool *pool)
{
  state *s = vs;
  s->update_norm = 0;
  if (!es_all_equal(fitness, s->es.population))
    learn(s, fitness, pool);
  s->es.generation++;
}

static int array(const void *vs, int32_t k, hebb_array *out)
{
  const state *s = vs;
  const hebb_array part[] = {
    es_scalar("sigma", HEBB_F64, offsetof(state, sigma), "Step size of the next generation."),
    es_scalar("update_norm", HEBB_F64, offsetof(state, update_norm),
              "Euclidean norm of the mean's last change."),
    es_scalar("generation", HEBB_I32, offsetof(state, es.generation), "Updates made."),
    es_scalar("active_vectors", HEBB_I32, offsetof(state, n_active),
              "Direction vectors that take part."),
    es_vector(&s->es, "mean", s->mean, "Centre of the candidates."),
    es_vector(&s->es, "path_sigma", s->path, "Evolution path of the step size."),
    { .name = "directions",
      .unit = "1",
      .doc = "Direction vectors, the quickest first.",
      .dims = "vector gene",
      .dtype = HEBB_F32,
      .rank = 2,
      .extent = { s->m, (int32_t)s->es.n_gene },
      .offset = s->direction },
    { .name = "direction_products",
      .unit = "1",
      .doc = "Inner products of the direction vectors, below the diagonal.",
      .dims = "vector vector",
      .dtype = HEBB_F64,
      .rank = 2,
      .extent = { s->m, s->m },
      .offset = s->product },
  };
  return es_part(part, 8, k, out);
}

static const hebb_optimizer lm_ma_es = {
  .base = {
    HEBB_HEAD(HEBB_OPTIMIZER, hebb_optimizer, config),
    .name = "lm_ma_es",
    .version = "1.0",
    .brief = "Limited-memory matrix adaptation: a covariance from a few directions",
    .cite = "Loshchilov, Glasmachers & Beyer, IEEE TEVC 23, 2019, arXiv:1705.06693",
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
  return index == 0 ? &lm_ma_es.base : NULL;
}
