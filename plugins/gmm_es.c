/* gmm_es.c - evolves rules together with which rule each synapse follows (Palm, Najarro & Risi, 2021,
 * arXiv:2011.06811): a mixture of Gaussians that all synapses share, each with weights of its own.
 *
 *     candidate: for synapse i   k ~ softmax(logit_i),  h_i ~ N(mean_k, sigma^2)
 *     mean, logit += learning_rate (1 / population) sum_j f_j grad log p(h_j)      f: shaped fitness
 *
 * The gradient is closed (gmm_mixture.h). Candidates are never stored: tell draws each again, synapse by
 * synapse, so memory is synapses x rules whatever the population. Candidates are not mirrored. Weights
 * that evolve beside the rules have a Gaussian each, with the same sigma and learning rate.
 *
 * Logits start from zero; the means from the first synapses' coefficients, so that [genome] rules.
 * The genome is that of share = "synapse"; the factors of a segment are not used, since a rule belongs to all
 * layers. The centre takes each synapse's most probable rule.
 */
#include <math.h>
#include <string.h>

#include <hebb/math.h>

#include "gmm_mixture.h"
#include "gmm_state.h"

static const hebb_param params[] = {
  HEBB_PARAM(config, rules, 16, 1, 1e6, "1", "Rules that all synapses share."),
  HEBB_PARAM(config, sigma, 0.1, 1e-9, 1e3, "1", "Standard deviation about a rule."),
  HEBB_PARAM(config, sigma_decay, 0.999, 0, 1, "1", "Factor on sigma after each generation."),
  HEBB_PARAM(config, sigma_floor, 0.01, 1e-9, 1e3, "1", "Sigma decays only while above this."),
  HEBB_PARAM(config, learning_rate, 0.2, 0, 1e3, "1", "Length of a step along the gradient."),
  HEBB_PARAM(config, learning_rate_decay, 0.995, 0, 1, "1",
             "Factor on learning_rate after each generation."),
  HEBB_PARAM(config, logit_rate, 1, 0, 1e6, "1", "Factor on the learning rate of logits."),
  HEBB_PARAM(
      config, scale_by_sharing, false, 0, 1, "",
      "Whether a rule's step is divided by the square root of the synapses that each rule has "
      "on average, by which its gradient is noisier."),
  HEBB_CHOICE(config, shaping, "rank_z_score|centred_ranks",
              "What of the fitness counts: its centred ranks at unit variance, or centred ranks."),
  HEBB_CHOICE(config, step, "sgd|adam", "How means and logits follow the gradient."),
  HEBB_PARAM(config, beta1, 0.9, 0, 0.999999, "1", "Of Adam: decay of the first moment."),
  HEBB_PARAM(config, beta2, 0.999, 0, 0.999999, "1", "Of Adam: decay of the second moment."),
  HEBB_PARAM(config, epsilon, 1e-8, 1e-300, 1, "1", "Of Adam: added to the denominator."),
  { 0 },
};

static size_t state_size(const void *cfg, const hebb_genome_shape *shape, int32_t population)
{
  state s;
  const char *why;
  return layout(&s, cfg, shape, population, &why);
}

/* below [rule]: running sums of the probabilities p. */
static void keep_probabilities(const state *s, int64_t synapse, const double *p)
{
  float *below = (float *)es_at(s, s->below) + synapse * s->n_rule;
  double sum = 0;
  for (int64_t k = 0; k < s->n_rule; k++) {
    sum += p[k];
    below[k] = (float)sum;
  }
}

/* Gene of coefficient c of synapse i. */
static int64_t gene_of(const state *s, int64_t i, int64_t c)
{
  int32_t g = 0;
  for (; i >= s->group[g].count; g++)
    i -= s->group[g].count;
  return s->group[g].offset + c * s->group[g].count + i;
}

static int init(void *vs, const void *cfg, const hebb_genome_shape *shape, int32_t population,
                uint64_t seed, const hebb_host *host)
{
  state *s = vs, plan; // what is refused has no room in the state
  const char *why;
  if (layout(&plan, cfg, shape, population, &why) == 0)
    return host->fail(host, HEBB_EINVAL, "%s", why);
  *s = plan;
  s->seed = seed;
  s->sigma = s->cfg.sigma;
  s->learning_rate = s->cfg.learning_rate;
  s->power1 = s->power2 = 1;

  for (int64_t k = 0; k < s->n_rule; k++)
    for (int64_t c = 0; c < s->n_coef; c++)
      numbers(s, s->mean)[c * s->n_rule + k] =
          (double)shape->start[gene_of(s, k % s->n_synapse, c)];
  double *weight = numbers(s, s->weight), *p = numbers(s, s->room);
  for (int32_t k = 0; k < s->n_span; k++)
    for (int64_t g = 0; g < s->span[k].count; g++)
      *weight++ = (double)shape->start[s->span[k].offset + g];
  for (int64_t k = 0; k < s->n_rule; k++)
    p[k] = 1 / (double)s->n_rule;
  for (int64_t i = 0; i < s->n_synapse; i++)
    keep_probabilities(s, i, p);
  s->entropy = log((double)s->n_rule);
  return HEBB_OK;
}

/* coefficient: of noise about a rule; else 0. */
static hebb_address address_of(const state *s, uint32_t purpose, int32_t candidate,
                               int64_t coefficient)
{
  return (hebb_address){ .seed = s->seed,
                         .purpose = purpose,
                         .generation = (uint32_t)s->generation,
                         .individual = (uint32_t)candidate,
                         .task = (uint32_t)coefficient };
}

/* The rule that synapse i follows where u is drawn: the first whose running sum exceeds it. */
static int64_t rule_of(const state *s, int64_t i, float u)
{
  const float *below = (const float *)es_at(s, s->below) + i * s->n_rule;
  int64_t low = 0, high = s->n_rule - 1;
  while (low < high) {
    const int64_t middle = (low + high) / 2;
    if (u < below[middle])
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

/* A coefficient, as the candidate lives with it. */
static float drawn(const state *s, int64_t rule, int64_t c, float noise)
{
  return (float)(numbers(s, s->mean)[c * s->n_rule + rule] + s->sigma * (double)noise);
}

/* The coefficients h [coef] of synapse i in a candidate. */
static void draw(const state *s, int32_t candidate, int64_t i, double *h)
{
  const hebb_address choice = address_of(s, PURPOSE_RULE, candidate, 0);
  const int64_t rule = rule_of(s, i, hebb_uniform(&choice, (uint32_t)i));
  for (int64_t c = 0; c < s->n_coef; c++) {
    const hebb_address noise = address_of(s, PURPOSE_NOISE, candidate, c);
    h[c] = (double)drawn(s, rule, c, hebb_normal(&noise, (uint32_t)i));
  }
}

/* The same of synapses first .. first + STRIP - 1 of them all, as far as they are of group g, before
   which so many others come: the random numbers of a strip are drawn together. */
static void ask_strip(const state *s, int32_t candidate, const group *g, int64_t before,
                      int64_t first, float *genome)
{
  const hebb_address choice = address_of(s, PURPOSE_RULE, candidate, 0);
  const int64_t end = es_smaller(first + STRIP, before + g->count), from = es_larger(first, before);
  float u[STRIP];
  int64_t rule[STRIP];
  hebb_uniforms(&choice, (uint32_t)first, STRIP, u);
  for (int64_t i = from; i < end; i++)
    rule[i - first] = rule_of(s, i, u[i - first]);
  for (int64_t c = 0; c < s->n_coef; c++) {
    const hebb_address address = address_of(s, PURPOSE_NOISE, candidate, c);
    float *plane = genome + g->offset + c * g->count - before, noise[STRIP];
    es_normals(&address, (uint32_t)first, STRIP, noise);
    for (int64_t i = from; i < end; i++)
      plane[i] = drawn(s, rule[i - first], c, noise[i - first]);
  }
}

static void ask(const void *vs, int32_t candidate, float *genome)
{
  const state *s = vs;
  const hebb_address noise = address_of(s, PURPOSE_WEIGHT, candidate, 0);
  const double *weight = numbers(s, s->weight);
  int64_t before = 0, n = 0;

  for (int32_t k = 0; k < s->n_group; before += s->group[k++].count)
    for (int64_t i = before / STRIP * STRIP; i < before + s->group[k].count; i += STRIP)
      ask_strip(s, candidate, &s->group[k], before, i, genome);
  for (int32_t k = 0; k < s->n_span; k++)
    for (int64_t g = 0; g < s->span[k].count; g++, n++)
      genome[s->span[k].offset + g] =
          (float)(weight[n] + s->sigma * (double)hebb_normal(&noise, (uint32_t)n));
}

static void centre(const void *vs, float *genome)
{
  const state *s = vs;
  const double *mean = numbers(s, s->mean), *weight = numbers(s, s->weight);
  for (int64_t i = 0; i < s->n_synapse; i++) {
    const double *logit = numbers(s, s->logit) + i * s->n_rule;
    int64_t best = 0;
    for (int64_t k = 1; k < s->n_rule; k++)
      best = logit[k] > logit[best] ? k : best;
    for (int64_t c = 0; c < s->n_coef; c++)
      genome[gene_of(s, i, c)] = (float)mean[c * s->n_rule + best];
  }
  for (int32_t k = 0; k < s->n_span; k++)
    for (int64_t g = 0; g < s->span[k].count; g++)
      genome[s->span[k].offset + g] = (float)*weight++;
}

/* ---- tell ---- */

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

static mixture_step step_of(const state *s, double factor)
{
  return (mixture_step){ .learning_rate = s->learning_rate * factor,
                         .beta1 = s->cfg.beta1,
                         .beta2 = s->cfg.beta2,
                         .epsilon = s->cfg.epsilon,
                         .power1 = s->power1,
                         .power2 = s->power2 };
}

/* Moves n parameters from `first` on of kind 0, 1 or 2 (mean, logit, weight), and books it. */
static void climb(const state *s, int kind, int64_t first, int64_t n, double factor,
                  const double *gradient, double *part)
{
  const mixture_step step = step_of(s, factor);
  const bool adam = s->cfg.step == STEP_ADAM;
  const size_t place[] = { s->mean, s->logit, s->weight };
  double *parameter = numbers(s, place[kind]) + first;
  for (int64_t k = 0; k < n; k++) {
    const double before = parameter[k];
    mixture_climb(&step, 1, gradient + k, parameter + k,
                  adam ? numbers(s, s->moment[0][kind]) + first + k : NULL,
                  adam ? numbers(s, s->moment[1][kind]) + first + k : NULL);
    part[0] += gradient[k] * gradient[k];
    part[1] += (parameter[k] - before) * (parameter[k] - before);
  }
}

/* Synapses of pieces first .. end - 1: their logits move at once, what they say of the rules is kept. */
static void update_synapses(void *arg, int64_t first, int64_t end)
{
  state *s = arg;
  const mixture m = { s->n_rule, s->n_coef, s->sigma, numbers(s, s->mean) };
  const int64_t n_mean = s->n_coef * s->n_rule;
  const float *shaped = es_at(s, s->shaped);
  double h[MOST_COEF];

  for (int64_t b = first; b < end; b++) {
    double *sum = numbers(s, s->sum) + b * n_mean, *part = numbers(s, s->part) + 3 * b;
    double *r = numbers(s, s->room) + 2 * b * s->n_rule, *gradient = r + s->n_rule;
    memset(sum, 0, (size_t)n_mean * sizeof *sum);
    memset(part, 0, 3 * sizeof *part);
    for (int64_t i = s->n_synapse * b / BLOCK; i < s->n_synapse * (b + 1) / BLOCK; i++) {
      double *logit = numbers(s, s->logit) + i * s->n_rule, all = 0;
      memset(gradient, 0, (size_t)s->n_rule * sizeof *gradient);
      for (int32_t j = 0; j < s->population; j++) {
        const double weight = (double)shaped[j] / s->population;
        draw(s, j, i, h);
        mixture_responsibility(&m, logit, h, r);
        mixture_add_gradient(&m, weight, h, r, sum, gradient);
        all += weight;
      }
      mixture_softmax(s->n_rule, logit, r);
      for (int64_t k = 0; k < s->n_rule; k++)
        gradient[k] -= all * r[k];
      climb(s, 1, i * s->n_rule, s->n_rule, s->cfg.logit_rate, gradient, part);
    }
  }
}

/* Once nobody draws any more from the generation's probabilities: those of the next. */
static void update_probabilities(void *arg, int64_t first, int64_t end)
{
  state *s = arg;
  for (int64_t b = first; b < end; b++) {
    double *p = numbers(s, s->room) + 2 * b * s->n_rule, *part = numbers(s, s->part) + 3 * b;
    for (int64_t i = s->n_synapse * b / BLOCK; i < s->n_synapse * (b + 1) / BLOCK; i++) {
      mixture_softmax(s->n_rule, numbers(s, s->logit) + i * s->n_rule, p);
      for (int64_t k = 0; k < s->n_rule; k++)
        part[2] -= p[k] > 0 ? p[k] * hebb_log(p[k]) : 0;
      keep_probabilities(s, i, p);
    }
  }
}

static void update_weights(void *arg, int64_t first, int64_t end)
{
  state *s = arg;
  const float *shaped = es_at(s, s->shaped);
  for (int64_t b = first; b < end; b++)
    for (int64_t g = s->n_weight * b / BLOCK; g < s->n_weight * (b + 1) / BLOCK; g++) {
      double gradient = 0;
      for (int32_t j = 0; j < s->population; j++) {
        const hebb_address noise = address_of(s, PURPOSE_WEIGHT, j, 0);
        gradient += (double)shaped[j] * (double)hebb_normal(&noise, (uint32_t)g);
      }
      gradient /= s->population * s->sigma;
      climb(s, 2, g, 1, 1, &gradient, numbers(s, s->part) + 3 * b);
    }
}

static void tell(void *vs, const float *fitness, const hebb_pool *pool)
{
  state *s = vs;
  const int64_t n_mean = s->n_coef * s->n_rule;
  double *sum = numbers(s, s->sum), *part = numbers(s, s->part);

  s->power1 *= s->cfg.beta1;
  s->power2 *= s->cfg.beta2;
  shape_fitness(s, fitness);
  pool->run(pool, BLOCK, update_synapses, s);
  pool->run(pool, BLOCK, update_weights, s);
  pool->run(pool, BLOCK, update_probabilities, s);
  for (int64_t b = 1; b < BLOCK; b++)
    for (int64_t k = 0; k < n_mean; k++)
      sum[k] += sum[b * n_mean + k];
  const double sharing = (double)s->n_synapse / (double)s->n_rule;
  climb(s, 0, 0, n_mean, s->cfg.scale_by_sharing ? 1 / sqrt(sharing) : 1, sum, part);
  for (int64_t b = 1; b < BLOCK; b++)
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

/* ---- the labelled parts of the state ---- */

static hebb_array matrix(const char *name, const char *dims, int64_t rows, int64_t cols,
                         size_t offset, const char *doc)
{
  return (hebb_array){ .name = name,
                       .unit = "1",
                       .doc = doc,
                       .dims = dims,
                       .dtype = HEBB_F64,
                       .rank = 2,
                       .extent = { (int32_t)rows, (int32_t)cols },
                       .offset = offset };
}

static int array(const void *vs, int32_t k, hebb_array *out)
{
  const state *s = vs;
  const hebb_array part[] = {
    es_scalar("sigma", HEBB_F64, offsetof(state, sigma),
              "Standard deviation of the next candidates."),
    es_scalar("learning_rate", HEBB_F64, offsetof(state, learning_rate),
              "Learning rate of the next update."),
    es_scalar("gradient_norm", HEBB_F64, offsetof(state, gradient_norm),
              "Euclidean norm of the last estimated gradient, logits included."),
    es_scalar("update_norm", HEBB_F64, offsetof(state, update_norm),
              "Euclidean norm of the last change, logits included."),
    es_scalar(
        "entropy", HEBB_F64, offsetof(state, entropy),
        "Mean entropy of which rule a synapse follows, in nats: log(rules) at first, 0 at last."),
    matrix("rule_mean", "coefficient rule", s->n_coef, s->n_rule, s->mean, "The rules."),
    matrix("rule_logit", "synapse rule", s->n_synapse, s->n_rule, s->logit,
           "Logarithms of how probably a synapse follows a rule, up to a constant."),
  };
  return es_part(part, sizeof part / sizeof part[0], k, out);
}

static const hebb_optimizer gmm_es = {
  .base = {
    HEBB_HEAD(HEBB_OPTIMIZER, hebb_optimizer, config),
    .name = "gmm_es",
    .version = "1.0",
    .brief = "Evolution strategy for rules that synapses share, and for which rule each follows",
    .cite = "Palm, Najarro & Risi, PMLR 148, 2021, arXiv:2011.06811",
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
  return index == 0 ? &gmm_es.base : NULL;
}
