/* expect: 'spoilt' is a rule, where an optimizer is wanted */
/* as: optimizer */
#include "spoil.h"

static void spoil(void)
{
}
