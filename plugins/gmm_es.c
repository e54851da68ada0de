/* gmm_es.c - evolves rules together with which rule each synapse follows (Palm, Najarro & Risi, 2021,
 * arXiv:2011.06811): a mixture of Gaussians that all synapses share, each with weights of its own.
 *
 *     candidate: for synapse i   k ~ softmax(logit_i),  h_i ~ N(mean_k, sigma^2)
 *     mean, logit += learning_rate (1 / population) sum_j f_j grad log p(h_j)      f: shaped fitness
 *
 * assignment = "fixed" is their random sharing: k is drawn once, evenly, and never learnt.
 *
 * The gradient is closed (gmm_mixture.h). Noise is never stored: tell draws it again, synapse by synapse
 * (gmm_draw.h, gmm_tell.c). Candidates are not mirrored. Weights that evolve beside the rules have a Gaussian
 * each, with the same sigma and learning rate, times the factors of their segments; so have coefficients.
 *
 * Logits start from zero; the means from the first synapses' coefficients, so that [genome] rules.
 * The genome is that of share = "synapse". The centre takes each synapse's most probable rule.
 */
#include <math.h>
#include <string.h>

#include "gmm_draw.h"
#include "gmm_tell.h"

static const hebb_param params[] = {
  HEBB_PARAM(config, rules, 16, 1, 65536, "1", "Rules that all synapses share."),
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
  HEBB_CHOICE(config, assignment, "evolved|fixed",
              "Which rule a synapse follows: evolves too, or is drawn once for the run."),
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
      es_numbers(s, s->mean)[k * s->n_coef + c] =
          (double)shape->start[gene_of(s, k % s->n_synapse, c)];
  double *weight = es_numbers(s, s->weight), *p = es_numbers(s, s->score);
  for (int32_t k = 0; k < s->n_span; k++)
    for (int64_t g = 0; g < s->span[k].count; g++)
      *weight++ = (double)shape->start[s->span[k].offset + g];

  for (int64_t k = 0; k < s->n_rule; k++)
    p[k] = 1 / (double)s->n_rule;
  for (int64_t i = 0; i < s->n_synapse; i++) {
    draw_choose(s, i, 0, p, p + s->n_rule);
    if (s->cfg.assignment == ASSIGNMENT_FIXED)
      ((int32_t *)es_at(s, s->fixed))[i] = draw_rules(s, i / STRIP, 0)[i % STRIP];
  }
  s->entropy = s->cfg.assignment == ASSIGNMENT_FIXED ? 0 : hebb_log((double)s->n_rule);
  return HEBB_OK;
}

static void ask_rules(const state *s, int32_t candidate, float *genome)
{
  double h[MIXTURE_MOST_COEF * STRIP];
  const group *g = s->group;
  int64_t before = 0; // synapses of earlier groups
  for (int64_t strip = 0; strip < s->n_strip; strip++) {
    int64_t i = strip * STRIP;
    const int64_t end = es_smaller(i + STRIP, s->n_synapse);
    draw_strip(s, strip, candidate, h);
    while (i < end) {
      while (i >= before + g->count)
        before += g++->count;
      const int64_t stop = es_smaller(end, before + g->count);
      for (int64_t c = 0; c < s->n_coef; c++) {
        const double *from = h + c * STRIP + i % STRIP;
        float *to = genome + g->offset + c * g->count + i - before;
        for (int64_t k = 0; k < stop - i; k++)
          to[k] = (float)from[k];
      }
      i = stop;
    }
  }
}

static void ask_weights(const state *s, int32_t candidate, float *genome)
{
  const hebb_address address = draw_address(s, PURPOSE_WEIGHT, candidate, 0);
  const double *weight = es_numbers(s, s->weight);
  float noise[ES_BLOCK] = { 0 };
  int64_t n = 0; // the weight, of all groups
  for (int32_t k = 0; k < s->n_span; k++) {
    const group *span = &s->span[k];
    for (int64_t g = 0; g < span->count; g++, n++) {
      if (n % ES_BLOCK == 0)
        es_normals(&address, (uint32_t)n, es_smaller(ES_BLOCK, s->n_weight - n), noise);
      genome[span->offset + g] =
          (float)(weight[n] + s->sigma * span->sigma * (double)noise[n % ES_BLOCK]);
    }
  }
}

static void ask(const void *vs, int32_t candidate, float *genome)
{
  ask_rules(vs, candidate, genome);
  ask_weights(vs, candidate, genome);
}

static int64_t most_probable(const state *s, int64_t i)
{
  if (s->cfg.assignment == ASSIGNMENT_FIXED)
    return ((const int32_t *)es_at(s, s->fixed))[i];
  const double *logit = es_numbers(s, s->logit) + i * s->n_rule;
  int64_t best = 0;
  for (int64_t k = 1; k < s->n_rule; k++)
    best = logit[k] > logit[best] ? k : best;
  return best;
}

static void centre(const void *vs, float *genome)
{
  const state *s = vs;
  const double *mean = es_numbers(s, s->mean), *weight = es_numbers(s, s->weight);
  for (int64_t i = 0; i < s->n_synapse; i++) {
    const int64_t best = most_probable(s, i);
    for (int64_t c = 0; c < s->n_coef; c++)
      genome[gene_of(s, i, c)] = (float)mean[best * s->n_coef + c];
  }
  for (int32_t k = 0; k < s->n_span; k++)
    for (int64_t g = 0; g < s->span[k].count; g++)
      genome[s->span[k].offset + g] = (float)*weight++;
}

static void tell(void *vs, const float *fitness, const hebb_pool *pool)
{
  gmm_tell(vs, fitness, pool);
}

/* ---- the labelled parts of the state ---- */

static hebb_array array_of(const char *name, const char *dims, uint32_t dtype, int64_t rows,
                           int64_t cols, size_t offset, const char *doc)
{
  return (hebb_array){ .name = name,
                       .unit = "1",
                       .doc = doc,
                       .dims = dims,
                       .dtype = dtype,
                       .rank = cols > 0 ? 2 : 1,
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
    array_of("rule_mean", "rule coefficient", HEBB_F64, s->n_rule, s->n_coef, s->mean,
             "The rules."),
    s->cfg.assignment == ASSIGNMENT_FIXED
        ? array_of("synapse_rule", "synapse", HEBB_I32, s->n_synapse, 0, s->fixed,
                   "Which rule a synapse follows.")
        : array_of("rule_logit", "synapse rule", HEBB_F64, s->n_synapse, s->n_rule, s->logit,
                   "Logarithms of how probably a synapse follows a rule, up to a constant."),
  };
  return es_part(part, sizeof part / sizeof part[0], k, out);
}

static const hebb_optimizer gmm_es = {
  .base = {
    HEBB_HEAD(HEBB_OPTIMIZER, hebb_optimizer, config),
    .name = "gmm_es",
    .version = "1.1",
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
