/* expect: holds several rules: first, second; say which one, as 'family:NAME' */
#include <hebb/rule.h>

static int shape(const void *cfg, const hebb_host *host, hebb_rule_shape *out)
{
  (void)cfg, (void)host, (void)out;
  return HEBB_OK;
}

#define MEMBER(name_)                                                                              \
  {                                                                                                \
    .base = { .abi = HEBB_ABI,                                                                     \
              .size = sizeof(hebb_rule),                                                           \
              .kind = HEBB_RULE,                                                                   \
              .name = (name_),                                                                     \
              .version = "1.0",                                                                    \
              .brief = "One of two.",                                                              \
              .cite = "" },                                                                        \
    .shape = shape                                                                                 \
  }
static const hebb_rule member[2] = { MEMBER("first"), MEMBER("second") };

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index < 2 ? &member[index].base : NULL;
}
