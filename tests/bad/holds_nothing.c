/* expect: holds no plugin: hebb_plugin_at(0) is NULL */
#include <hebb/rule.h>

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  (void)index;
  return NULL;
}
