/* expect: more than 512 parameters; does the table end with {0}? */
#include "spoil.h"

static hebb_param many[600];

static void spoil(void)
{
  for (int i = 0; i < 600; i++)
    many[i] = params[0];
  rule.base.params = many;
}
