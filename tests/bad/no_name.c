/* expect: the plugin has no name; set .name */
#include "spoil.h"

static void spoil(void)
{
  rule.base.name = NULL;
}
