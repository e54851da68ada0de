/* expect: environment lame: lacks a function that it must offer: step */
/* as: env */
#include <hebb/env.h>

static int open(const void *cfg, const hebb_host *host, hebb_env_shape *shape, void **model)
{
  (void)cfg, (void)shape, (void)model;
  return host->fail(host, HEBB_EINVAL, "never opened");
}

static int make(void *model, int32_t n_lane, const hebb_host *host, void **sim)
{
  (void)model, (void)n_lane, (void)sim;
  return host->fail(host, HEBB_EINVAL, "never made");
}

static void drop(void *sim)
{
  (void)sim;
}

static void reset(void *sim, const uint64_t *seed, const hebb_lanes *io)
{
  (void)sim, (void)seed, (void)io;
}

static const hebb_env env = {
  .base = { .abi = HEBB_ABI,
            .size = sizeof(hebb_env),
            .kind = HEBB_ENV,
            .name = "lame",
            .version = "1.0",
            .brief = "A world that stands still.",
            .cite = "" },
  .open = open,
  .make = make,
  .drop = drop,
  .reset = reset,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &env.base : NULL;
}
