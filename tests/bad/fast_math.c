/* expect: changes the arithmetic of the whole program as it is opened; rebuild it without */
/* flags: -ffast-math */
#include "spoil.h"

static void spoil(void)
{
}
