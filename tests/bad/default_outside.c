/* expect: parameter 'gain' has a default outside its own range */
#include "spoil.h"

static void spoil(void)
{
  params[0].def = 3;
}
