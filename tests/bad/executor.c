/* expect: unknown kind 4; this hebb takes rules (1), environments (2) and optimizers (3) */
#include "spoil.h"

static void spoil(void)
{
  rule.base.kind = HEBB_EXECUTOR;
}
