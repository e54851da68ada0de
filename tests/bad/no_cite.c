/* expect: rule spoilt: has no cite; set .cite to the paper, or to  */
#include "spoil.h"

static void spoil(void)
{
  rule.base.cite = NULL;
}
