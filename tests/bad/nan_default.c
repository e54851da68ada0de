/* expect: parameter 'gain' has a default that is not a finite number */
#include "spoil.h"

static void spoil(void)
{
  params[0].def = NAN;
}
