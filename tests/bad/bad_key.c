/* expect: parameter 'Gain' is no key: small letters, digits and _ only */
#include "spoil.h"

static void spoil(void)
{
  params[0].key = "Gain";
}
