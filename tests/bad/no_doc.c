/* expect: parameter 'gain' has no sentence that says what it is (doc) */
#include "spoil.h"

static void spoil(void)
{
  params[0].doc = NULL;
}
