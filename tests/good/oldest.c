/* oldest.c - a rule as short as ABI 1 began: what lies behind it in memory is not its own. */
#include <hebb/rule.h>

static int shape(const void *cfg, const hebb_host *host, hebb_rule_shape *out)
{
  (void)cfg, (void)host, (void)out;
  return HEBB_OK;
}

static void update(const void *cfg, const hebb_layer *layer)
{
  (void)cfg, (void)layer;
}

static const struct {
  hebb_rule rule;
  const char *behind[8];
} plugin = {
  .rule = { .base = { .abi = 1,
                      .size = offsetof(hebb_rule, end) + sizeof(void (*)(void)),
                      .kind = HEBB_RULE,
                      .name = "oldest",
                      .version = "1",
                      .brief = "A rule of the first headers.",
                      .cite = "" },
            .shape = shape,
            .update = update },
  .behind = { "no", "function", "of", "this", "rule", "lies", "here", "." },
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &plugin.rule.base : NULL;
}
