/* expect: its descriptor has 8 bytes, the common head alone */
#include "spoil.h"

static void spoil(void)
{
  rule.base.size = 8;
}
