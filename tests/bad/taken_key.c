/* expect: parameter 'share' is a key of hebb's own in [rule]; give it another name */
#include "spoil.h"

static void spoil(void)
{
  params[0].key = "share";
}
