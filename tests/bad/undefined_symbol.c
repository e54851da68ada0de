/* expect: cannot be loaded: undefined symbol: not_written_yet; link it with every library */
#include "spoil.h"

void not_written_yet(void);

static void spoil(void)
{
  not_written_yet();
}
