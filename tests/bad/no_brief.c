/* expect: rule spoilt: has no brief; say in .brief what it is */
#include "spoil.h"

static void spoil(void)
{
  rule.base.brief = "";
}
