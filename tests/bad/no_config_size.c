/* expect: parameter 'gain' lies outside its config */
#include "spoil.h"

static void spoil(void)
{
  rule.base.config_size = 0;
}
