/* test_network.c - shapes, initial weights, forward pass, actions, weight post-processing. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "hebb/math.h"
#include "network.h"

static const weights_config uniform = { .init = WEIGHT_UNIFORM, .low = -0.1, .high = 0.1 };

static void forward_pass(void)
{
  const network_config config = { .layer = { 2 }, .n_layer = 1, .activation = ACTIVATION_RELU };
  const float low[] = { -0.5f }, high[] = { 0.5f };
  const hebb_env_shape shape = { .n_obs = 3, .n_act = 1, .act_low = low, .act_high = high };
  const float pre[] = { 1, 2, -1 }, weight[] = { 1, -1, 0.5f, 0, 2, 3 }; // (3 x 2)
  float drive[2], post[2];
  double act[1];
  network net;
  error err = { 0 };

  CU_ASSERT_FATAL(network_build(&net, &config, &uniform, &shape, &err) == EXIT_FINE);
  CU_ASSERT_EQUAL(network_synapses(&net), 8);
  network_forward(&net, 0, pre, weight, drive, post);
  CU_ASSERT_EQUAL(drive[0], 0);
  CU_ASSERT_EQUAL(drive[1], -4);
  CU_ASSERT_EQUAL(post[1], 0);

  // the last layer's activity is what was sent to the world: here clipped to its bounds
  const float hidden[] = { 1, 1 }, last[] = { 2, 1 };
  network_forward(&net, 1, hidden, last, drive, post);
  network_act(&net, drive, 0.5f, act);
  CU_ASSERT_EQUAL(drive[0], 3);
  CU_ASSERT_EQUAL(post[0], 0.5f);
  CU_ASSERT_EQUAL(act[0], 0.5);
  network_done(&net);
}

static void last_layer(void)
{
  const uint32_t map[] = { HEBB_ACTION_TANH, HEBB_ACTION_SIGMOID };
  const hebb_env_shape shape = { .n_obs = 1, .n_act = 2, .act_map = map };
  const float one[] = { 1 }, weight[] = { 0.7f, -0.3f };
  float drive[2], post[2];
  double act[2];
  network net;
  error err = { 0 };

  network_config config = { .n_layer = 0, .output = OUTPUT_RAW };
  network_build(&net, &config, &uniform, &shape, &err);
  network_forward(&net, 0, one, weight, drive, post);
  network_act(&net, drive, 0.5f, act);
  CU_ASSERT_EQUAL(post[0], 0.7f); // raw, as the authors' car
  CU_ASSERT_EQUAL(act[0], (double)hebb_tanh(0.7f));
  CU_ASSERT_EQUAL(act[1], (double)hebb_sigmoid(-0.3f));
  network_done(&net);

  config = (network_config){ .n_layer = 0,
                             .last_activation = LAST_ACTIVATION_FIRST + ACTIVATION_SIGMOID };
  network_build(&net, &config, &uniform, &shape, &err);
  network_forward(&net, 0, one, weight, drive, post);
  CU_ASSERT_EQUAL(post[0], hebb_sigmoid(0.7f)); // chosen separately from the action
  network_done(&net);
}

static void discrete_actions(void)
{
  const hebb_env_shape shape = { .n_obs = 1, .n_act = 1, .n_choice = 3 };
  const float drive[] = { 0, 1, 1 };
  double act[1];
  int count[3] = { 0 };
  network net;
  error err = { 0 };

  network_config config = { .n_layer = 0 };
  network_build(&net, &config, &uniform, &shape, &err);
  CU_ASSERT_EQUAL(net.n_out, 3);
  network_act(&net, drive, 0.5f, act);
  CU_ASSERT_EQUAL(act[0], 1); // the first of the largest
  network_done(&net);

  config.action = NETWORK_ACTION_FIRST + HEBB_ACTION_SAMPLE;
  network_build(&net, &config, &uniform, &shape, &err);
  for (int k = 0; k < 1000; k++) {
    network_act(&net, drive, ((float)k + 0.5f) / 1000, act);
    count[(int)act[0]]++;
  }
  const double z = 1 + 2 * exp(1);
  CU_ASSERT_DOUBLE_EQUAL(count[0], 1000 / z, 1);
  CU_ASSERT_DOUBLE_EQUAL(count[2], 1000 * exp(1) / z, 1);
  network_done(&net);

  config.action = NETWORK_ACTION_FIRST + HEBB_ACTION_TANH;
  CU_ASSERT_FATAL(network_build(&net, &config, &uniform, &shape, &err) == EXIT_FINE);
  CU_ASSERT_EQUAL(network_check(&net, "here", &err), EXIT_CONFIGURATION);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "here: this world's actions are discrete; "));
  network_done(&net);
}

/* Mean, spread and bounds of what a distribution draws for 100 x 50. */
static void draws(const weights_config *w, double *mean, double *std, double *largest, int *zeros)
{
  enum { PRE = 100, POST = 50, N = PRE * POST };
  static float weight[N];
  const hebb_address a = { .seed = 3 };
  double sum = 0, squares = 0;

  *largest = 0, *zeros = 0;
  network_draw(w, PRE, POST, &a, weight);
  for (int k = 0; k < N; k++) {
    sum += (double)weight[k];
    squares += (double)weight[k] * (double)weight[k];
    *largest = fmax(*largest, fabs((double)weight[k]));
    *zeros += weight[k] == 0;
  }
  *mean = sum / N;
  *std = sqrt(squares / N - *mean * *mean);
}

static void distributions(void)
{
  double mean, std, largest;
  int zeros;

  draws(&(weights_config){ .init = WEIGHT_UNIFORM, .low = -0.1, .high = 0.3 }, &mean, &std,
        &largest, &zeros);
  CU_ASSERT_DOUBLE_EQUAL(mean, 0.1, 0.005);
  CU_ASSERT_DOUBLE_EQUAL(std, 0.4 / sqrt(12), 0.003);
  CU_ASSERT(largest < 0.3 && largest > 0.299);

  draws(&(weights_config){ .init = WEIGHT_NORMAL, .mean = 1, .std = 0.024 }, &mean, &std, &largest,
        &zeros);
  CU_ASSERT_DOUBLE_EQUAL(mean, 1, 0.002);
  CU_ASSERT_DOUBLE_EQUAL(std, 0.024, 0.001);

  draws(&(weights_config){ .init = WEIGHT_XAVIER_UNIFORM, .gain = 0.3 }, &mean, &std, &largest,
        &zeros);
  CU_ASSERT_DOUBLE_EQUAL(largest, 0.3 * sqrt(6.0 / 150), 1e-4);

  draws(&(weights_config){ .init = WEIGHT_KAIMING_UNIFORM, .slope = 3 }, &mean, &std, &largest,
        &zeros);
  CU_ASSERT_DOUBLE_EQUAL(largest, sqrt(6.0 / 1000), 1e-4);

  draws(&(weights_config){ .init = WEIGHT_FAN_IN_UNIFORM }, &mean, &std, &largest, &zeros);
  CU_ASSERT_DOUBLE_EQUAL(largest, 0.1, 1e-4);

  draws(&(weights_config){ .init = WEIGHT_SPARSE, .sparsity = 0.8, .std = 0.01 }, &mean, &std,
        &largest, &zeros);
  CU_ASSERT_EQUAL(zeros, 4000); // 40 of each presynaptic neuron's 50
  CU_ASSERT_DOUBLE_EQUAL(std, 0.01 * sqrt(0.2), 3e-4);

  draws(&(weights_config){ .init = WEIGHT_ONES }, &mean, &std, &largest, &zeros);
  CU_ASSERT(mean == 1 && largest == 1);
  draws(&(weights_config){ .init = WEIGHT_ZEROS }, &mean, &std, &largest, &zeros);
  CU_ASSERT_EQUAL(zeros, 5000);
}

static void addresses(void)
{
  const network_config config = { .layer = { 3 }, .n_layer = 1 };
  const hebb_env_shape shape = { .n_obs = 3, .n_act = 3 };
  float a[9], b[9], c[9];
  network net;
  error err = { 0 };

  network_build(&net, &config, &uniform, &shape, &err);
  const hebb_address life = { .seed = 1, .individual = 4 }, other = { .seed = 1, .individual = 5 };
  network_start_weights(&net, 0, &life, NULL, a);
  network_start_weights(&net, 1, &life, NULL, b);
  CU_ASSERT(memcmp(a, b, sizeof a) != 0); // layers of one shape differ
  network_start_weights(&net, 0, &other, NULL, b);
  CU_ASSERT(memcmp(a, b, sizeof a) != 0); // lives differ
  network_start_weights(&net, 0, &life, NULL, c);
  CU_ASSERT(memcmp(a, c, sizeof a) == 0);
  network_done(&net);
}

static void post_processing(void)
{
  float w[] = { 1, -4, 2 }, zero[] = { 0, 0 };
  weights_config after = { .after_update = AFTER_UPDATE_MAX_ABS };
  network_after_update(&after, NULL, 1, 3, NULL, w);
  CU_ASSERT(w[0] == 0.25f && w[1] == -1 && w[2] == 0.5f);
  network_after_update(&after, NULL, 1, 2, NULL, zero);
  CU_ASSERT(zero[0] == 0 && zero[1] == 0);
  after = (weights_config){ .after_update = AFTER_UPDATE_CLIP, .limit = 0.4 };
  network_after_update(&after, NULL, 1, 3, NULL, w);
  CU_ASSERT(w[0] == 0.25f && w[1] == -0.4f && w[2] == 0.4f);
}

int main(void)
{
  static const check_test tests[] = { { "forward pass", forward_pass },
                                      { "the last layer, raw and activated", last_layer },
                                      { "discrete actions", discrete_actions },
                                      { "initial distributions", distributions },
                                      { "every life and layer draws its own", addresses },
                                      { "after an update", post_processing } };
  return check_run("network", tests, sizeof tests / sizeof tests[0]);
}
