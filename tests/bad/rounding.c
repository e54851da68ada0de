/* expect: changes the arithmetic of the whole program as it is opened; rebuild it without */
#include "spoil.h"

#include <fenv.h>

__attribute__((constructor)) static void round_up(void)
{
  fesetround(FE_UPWARD);
}

static void spoil(void)
{
}
