/* expect: parameter 'gain' lies outside its config */
#include "spoil.h"

static void spoil(void)
{
  params[0].offset = 8;
}
