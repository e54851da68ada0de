/* newer.c - a rule built with headers of a later hebb, whose descriptor has more members. */
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

static void later(void)
{
}

static const struct {
  hebb_rule rule;
  void (*later[3])(void); /* optional, and unknown here */
} plugin = {
  .rule = { .base = { .abi = 1,
                      .size = sizeof(hebb_rule) + 3 * sizeof(void (*)(void)),
                      .kind = HEBB_RULE,
                      .name = "newer",
                      .version = "1",
                      .brief = "A rule of later headers.",
                      .cite = "" },
            .shape = shape,
            .update = update },
  .later = { later, later, later },
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &plugin.rule.base : NULL;
}
