/* expect: lacks a function that it must offer: shape (of a synaptic rule) or learner */
#include "spoil.h"

static void spoil(void)
{
  rule.shape = NULL;
}
