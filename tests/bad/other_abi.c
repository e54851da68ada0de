/* expect: built for plugin ABI 2, this hebb speaks 1; rebuild it with these headers */
#include "spoil.h"

static void spoil(void)
{
  rule.base.abi = 2;
}
