/* expect: is no hebb plugin: it does not export hebb_plugin_at; see hebb/plugin.h */
#include <hebb/rule.h>

HEBB_EXPORT int something_else(void);
HEBB_EXPORT int something_else(void)
{
  return 1;
}
