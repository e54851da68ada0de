/* expect: bytes, rule needs */
#include "spoil.h"

static void spoil(void)
{
  rule.base.size = offsetof(hebb_rule, end);
}
