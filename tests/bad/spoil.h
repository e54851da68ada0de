/* spoil.h - a rule without fault, in which each file beside this spoils one thing before it is
 * handed out.
 *
 * The first line of such a file says what hebb must answer ("expect:"), and "flags:" what the
 * compiler is given beside the usual. */
#include <hebb/rule.h>

#include <math.h>

typedef struct config {
  double gain;
} config;

static hebb_param params[] = {
  HEBB_PARAM(config, gain, 1, 0, 2, "1", "Factor of every change."),
  { 0 },
};

static int shape(const void *cfg, const hebb_host *host, hebb_rule_shape *out)
{
  (void)cfg, (void)host, (void)out;
  return HEBB_OK;
}

static void update(const void *cfg, const hebb_layer *layer)
{
  (void)cfg, (void)layer;
}

static hebb_rule rule = {
  .base = {
    HEBB_HEAD(HEBB_RULE, hebb_rule, config),
    .name = "spoilt",
    .version = "1.0",
    .brief = "A rule with one fault.",
    .cite = "",
    .params = params,
  },
  .shape = shape,
  .update = update,
};

static void spoil(void);

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  spoil();
  return index == 0 ? &rule.base : NULL;
}
