/* expect: 'My Rule' is no name for a plugin; use small letters, digits, _ and - */
#include "spoil.h"

static void spoil(void)
{
  rule.base.name = "My Rule";
}
