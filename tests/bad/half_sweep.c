/* expect: lacks a function that it must offer: sweep (the other half of prepare) */
#include "spoil.h"

static void prepare(const void *cfg, int32_t n_pre, int32_t n_post, const float *coef, float *plane)
{
  (void)cfg, (void)n_pre, (void)n_post, (void)coef, (void)plane;
}

static void spoil(void)
{
  rule.prepare = prepare;
}
