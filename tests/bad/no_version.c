/* expect: rule spoilt: has no version; set .version */
#include "spoil.h"

static void spoil(void)
{
  rule.base.version = NULL;
}
