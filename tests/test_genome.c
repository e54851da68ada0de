/* test_genome.c - segments in their order, planes from a vector, sharing, where evolution begins. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "genome.h"
#include "golden_read.h"

static const char *const coef_name[] = { "A", "B" };

/* 3 -> 4 -> 2 */
static void build(genome *g, network *net, enum rule_share share, const uint8_t *span, int32_t init,
                  bool plastic, int32_t n_coef)
{
  const network_config config = { .layer = { 4 }, .n_layer = 1 };
  const weights_config weights = { .init = init, .low = -1, .high = 1 };
  const hebb_env_shape shape = { .n_obs = 3, .n_act = 2 };
  const hebb_rule_shape rule = { .n_coef = n_coef, .coef_name = coef_name, .coef_span = span };
  const genome_config start = { .std = 1 };
  const rule_config sharing = { .share = share };
  static error err;
  CU_ASSERT_FATAL(network_build(net, &config, &weights, &shape, &err) == EXIT_FINE);
  CU_ASSERT_FATAL(genome_build(g, net, &rule, &sharing, plastic, &start, 5, &err) == EXIT_FINE);
}

static void each_synapse(void)
{
  genome g;
  network net;
  build(&g, &net, RULE_SHARE_SYNAPSE, NULL, WEIGHT_UNIFORM, true, 2);
  CU_ASSERT_EQUAL(g.shape.n_gene, 2 * (12 + 8));
  CU_ASSERT_EQUAL(g.shape.n_segment, 4);
  CU_ASSERT_STRING_EQUAL(g.shape.segment[0].name, "layer0_A");
  CU_ASSERT_STRING_EQUAL(g.shape.segment[3].name, "layer1_B");
  CU_ASSERT_EQUAL(g.shape.segment[1].offset, 12);
  CU_ASSERT_EQUAL(g.shape.segment[2].offset, 24);
  CU_ASSERT_EQUAL(g.shape.segment[3].offset, 32);
  CU_ASSERT_EQUAL(g.shape.segment[2].rows, 4);
  CU_ASSERT_EQUAL(g.shape.segment[2].cols, 2);
  // planes are slices: nothing is copied
  CU_ASSERT(g.direct);
  CU_ASSERT_PTR_EQUAL(genome_planes(&g, &net, g.shape.start, 1, NULL), g.shape.start + 24);
  CU_ASSERT_PTR_NULL(genome_weights(&g, g.shape.start, 0));
  genome_done(&g);
  network_done(&net);
}

static void shared(void)
{
  static const uint8_t span[] = { HEBB_SHARE_PRE, HEBB_SHARE_POST };
  genome g;
  network net;
  float room[2 * 12], vector[32];
  for (int k = 0; k < 32; k++)
    vector[k] = (float)k;

  build(&g, &net, RULE_SHARE_LAYER, NULL, WEIGHT_UNIFORM, true, 2);
  CU_ASSERT_EQUAL(g.shape.n_gene, 4);
  const float *plane = genome_planes(&g, &net, vector, 1, room);
  CU_ASSERT_PTR_EQUAL(plane, room);
  CU_ASSERT(plane[0] == 2 && plane[7] == 2 && plane[8] == 3 && plane[15] == 3);
  genome_done(&g);
  network_done(&net);

  build(&g, &net, RULE_SHARE_NETWORK, NULL, WEIGHT_UNIFORM, true, 2);
  CU_ASSERT_EQUAL(g.shape.n_gene, 2);
  CU_ASSERT_EQUAL(g.shape.segment[0].layer, -1);
  CU_ASSERT_STRING_EQUAL(g.shape.segment[1].name, "network_B");
  plane = genome_planes(&g, &net, vector, 1, room);
  CU_ASSERT(plane[7] == 0 && plane[8] == 1);
  genome_done(&g);
  network_done(&net);

  // the rule's own spans: A for each presynaptic neuron, B for each postsynaptic one
  build(&g, &net, RULE_SHARE_SYNAPSE, span, WEIGHT_UNIFORM, true, 2);
  CU_ASSERT_EQUAL(g.shape.n_gene, 3 + 4 + 4 + 2);
  plane = genome_planes(&g, &net, vector, 0, room); // (3 x 4)
  CU_ASSERT(plane[0] == 0 && plane[3] == 0 && plane[4] == 1 && plane[11] == 2);
  CU_ASSERT(plane[12] == 3 && plane[15] == 6 && plane[16] == 3);
  genome_done(&g);
  network_done(&net);
}

static void evolved_weights(void)
{
  genome g;
  network net;
  build(&g, &net, RULE_SHARE_SYNAPSE, NULL, WEIGHT_EVOLVED, false, 0);
  CU_ASSERT_EQUAL(g.shape.n_gene, 20);
  CU_ASSERT_EQUAL(g.shape.segment[0].role, HEBB_ROLE_WEIGHT);
  CU_ASSERT_PTR_EQUAL(genome_weights(&g, g.shape.start, 1), g.shape.start + 12);
  // start weights lie within +-1 / sqrt(fan in), and fill the range
  float low = 1, high = -1;
  for (int k = 0; k < 12; k++) {
    low = fminf(low, g.shape.start[k]);
    high = fmaxf(high, g.shape.start[k]);
  }
  CU_ASSERT(low > -1 / sqrtf(3) && high < 1 / sqrtf(3) && high - low > 0.5f);
  CU_ASSERT_DOUBLE_EQUAL(genome_mean_square(&g, g.shape.start), 0.15, 0.15);
  genome_done(&g);
  network_done(&net);

  build(&g, &net, RULE_SHARE_SYNAPSE, NULL, WEIGHT_EVOLVED, true, 2);
  CU_ASSERT_EQUAL(g.shape.n_gene, 3 * 20);
  CU_ASSERT_EQUAL(g.shape.segment[2].role, HEBB_ROLE_START);
  // the penalty is on coefficients alone
  float *vector = calloc(60, sizeof *vector);
  for (int k = 0; k < 60; k++)
    vector[k] = k < 24 || (k >= 36 && k < 52) ? 2 : 100;
  CU_ASSERT_DOUBLE_EQUAL(genome_mean_square(&g, vector), 4, 0);
  free(vector);
  genome_done(&g);
  network_done(&net);
}

/* CarRacing's: 84x84x3, two convolutions, 648-128-64-3 (Najarro & Risi 2020). */
static void convolutions(void)
{
  static const char *const name[] = { "A", "B", "C", "D", "eta" };
  const network_config config = { .layer = { 128, 64 },
                                  .n_layer = 2,
                                  .convolution = { .channel = { 6, 8 },
                                                   .n_channel = 2,
                                                   .kernel = { 3, 5 },
                                                   .n_kernel = 2,
                                                   .stride = { 1, 2 },
                                                   .n_stride = 2,
                                                   .pool = { 2, 2 },
                                                   .n_pool = 2 } };
  const hebb_env_shape shape = {
    .n_obs = 84 * 84 * 3, .height = 84, .width = 84, .channel = 3, .n_act = 3
  };
  const genome_config start = { .std = 1 };
  static error err;

  for (int plastic = 0; plastic < 2; plastic++) {
    const weights_config weights = { .init = plastic ? WEIGHT_UNIFORM : WEIGHT_EVOLVED };
    const hebb_rule_shape rule = { .n_coef = plastic ? 5 : 0, .coef_name = name };
    const int64_t dense = plastic ? 456640 : 91328;
    network net;
    genome g;
    CU_ASSERT_FATAL(network_build(&net, &config, &weights, &shape, &err) == EXIT_FINE);
    CU_ASSERT_EQUAL(net.layer[0].n_pre, 648);
    CU_ASSERT_EQUAL(network_synapses(&net), 91328);
    CU_ASSERT_FATAL(genome_build(&g, &net, &rule, &(rule_config){ 0 }, plastic, &start, 5, &err) ==
                    EXIT_FINE);
    CU_ASSERT_EQUAL(g.n_coef, rule.n_coef);
    CU_ASSERT_EQUAL(g.shape.n_gene, 1362 + dense);
    CU_ASSERT_EQUAL(g.shape.n_segment, plastic ? 2 + 15 : 2 + 3);
    const hebb_segment *s = g.shape.segment;
    CU_ASSERT_STRING_EQUAL(s[0].name, "conv0_weight");
    CU_ASSERT_STRING_EQUAL(s[1].name, "conv1_weight");
    CU_ASSERT_STRING_EQUAL(s[1].coefficient, "weight");
    CU_ASSERT_STRING_EQUAL(s[2].name, plastic ? "layer0_A" : "layer0_weight");
    CU_ASSERT(s[0].role == HEBB_ROLE_WEIGHT && s[0].layer == -1);
    CU_ASSERT(s[0].rows == 6 && s[0].cols == 27 && s[0].count == 162 && s[0].offset == 0);
    CU_ASSERT(s[1].rows == 8 && s[1].cols == 150 && s[1].count == 1200 && s[1].offset == 162);
    CU_ASSERT_EQUAL(s[2].offset, 1362);
    CU_ASSERT_PTR_EQUAL(genome_convolution(&g, g.shape.start, 1), g.shape.start + 162);

    // they start within +-1 / sqrt(fan in), and fill the range
    for (int k = 0; k < 2; k++) {
      const float bound = 1 / sqrtf((float)s[k].cols);
      float most = 0;
      for (int64_t i = 0; i < s[k].count; i++)
        most = fmaxf(most, fabsf(g.shape.start[s[k].offset + i]));
      CU_ASSERT(most <= bound && most > 0.95f * bound);
    }
    // and are never penalised
    float *vector = calloc((size_t)g.shape.n_gene, sizeof *vector);
    for (int64_t k = 0; k < g.shape.n_gene; k++)
      vector[k] = k < 1362 ? 100 : 2;
    CU_ASSERT_DOUBLE_EQUAL(genome_mean_square(&g, vector), 4, 0);
    free(vector);
    genome_done(&g);
    network_done(&net);
  }
}

/* The authors' penalty, as their program applied it to recorded coefficients. */
static void penalty_of_the_authors(void)
{
  const golden coef = golden_read("rules.h5", "es_worker_l2/coeffs");
  const golden raw = golden_attribute("rules.h5", "es_worker_l2", "raw_reward");
  const golden returned = golden_attribute("rules.h5", "es_worker_l2", "returned");
  const hebb_segment segment = { .role = HEBB_ROLE_COEFFICIENT, .count = coef.n };
  const genome g = { .n_coef = 1,
                     .shape = { .n_segment = 1, .n_gene = coef.n, .segment = &segment } };
  float *vector = calloc((size_t)coef.n, sizeof *vector);
  for (int64_t k = 0; k < coef.n; k++)
    vector[k] = (float)coef.value[k];
  CU_ASSERT(fabs(returned.value[0] - raw.value[0]) > 1e-4); // there is a penalty to see
  CU_ASSERT_DOUBLE_EQUAL(raw.value[0] - 0.01 * genome_mean_square(&g, vector), returned.value[0],
                         1e-6);
  free(vector);
  free(coef.value);
  free(raw.value);
  free(returned.value);
}

/* Cubes, those below the cut gone; the sign and what is not a number stay. */
static void expressed(void)
{
  const genome_config config = { .expression = EXPRESSION_CUBIC,
                                 .expression_gain = 10,
                                 .expression_cut = 0.1 };
  const float gene[] = { 1, -0.5f, 0.2f, -0.2f, 0.22f, 0, NAN };
  float value[7];
  genome_express(&config, 7, gene, value);
  CU_ASSERT_EQUAL(value[0], 10);
  CU_ASSERT_EQUAL(value[1], -1.25f);
  CU_ASSERT_EQUAL(value[2], 0);
  CU_ASSERT_EQUAL(value[3], 0);
  CU_ASSERT_DOUBLE_EQUAL(value[4], 0.10648, 1e-6);
  CU_ASSERT_EQUAL(value[5], 0);
  CU_ASSERT(isnan(value[6]));
}

int main(void)
{
  static const check_test tests[] = {
    { "a gene for each synapse", each_synapse }, { "shared coefficients", shared },
    { "evolved weights", evolved_weights },      { "convolutions", convolutions },
    { "genes expressed as cubes", expressed },   { "the authors' penalty", penalty_of_the_authors }
  };
  return check_run("genome", tests, sizeof tests / sizeof tests[0]);
}
