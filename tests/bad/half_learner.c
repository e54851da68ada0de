/* expect: lacks a function that it must offer: begin */
#include "spoil.h"

static int learner(const void *cfg, const hebb_env_shape *env, const hebb_host *host,
                   hebb_learner_shape *out)
{
  (void)cfg, (void)env, (void)host, (void)out;
  return HEBB_OK;
}

static void spoil(void)
{
  rule.learner = learner;
}
