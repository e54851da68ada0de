/* static.c - no plasticity: weights keep the values that a life starts with.
 *
 * The baseline of the Hebbian papers: with [network.weights] init = "evolved" the weights
 * themselves are the genome.
 */
#include <hebb/rule.h>

static int shape(const void *config, const hebb_host *host, hebb_rule_shape *out)
{
  (void)config, (void)host;
  out->n_coef = 0;
  return HEBB_OK;
}

static const hebb_rule static_rule = {
  .base = {
    .abi = HEBB_ABI,
    .size = sizeof(hebb_rule),
    .kind = HEBB_RULE,
    .name = "static",
    .version = "1.0",
    .brief = "Weights that never change in life; evolve them with weights init = \"evolved\"",
    .cite = "",
  },
  .shape = shape,
};

const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &static_rule.base : NULL;
}
