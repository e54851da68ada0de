/* expect: optimizer lost: lacks a function that it must offer: centre */
/* as: optimizer */
#include <hebb/optimizer.h>

static size_t state_size(const void *cfg, const hebb_genome_shape *shape, int32_t population)
{
  (void)cfg, (void)shape, (void)population;
  return 1;
}

static int init(void *state, const void *cfg, const hebb_genome_shape *shape, int32_t population,
                uint64_t seed, const hebb_host *host)
{
  (void)state, (void)cfg, (void)shape, (void)population, (void)seed, (void)host;
  return HEBB_OK;
}

static void ask(const void *state, int32_t i, float *genome)
{
  (void)state, (void)i, (void)genome;
}

static void tell(void *state, const float *fitness, const hebb_pool *pool)
{
  (void)state, (void)fitness, (void)pool;
}

static const hebb_optimizer optimizer = {
  .base = { .abi = HEBB_ABI,
            .size = sizeof(hebb_optimizer),
            .kind = HEBB_OPTIMIZER,
            .name = "lost",
            .version = "1.0",
            .brief = "Knows not where it is.",
            .cite = "" },
  .state_size = state_size,
  .init = init,
  .ask = ask,
  .tell = tell,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &optimizer.base : NULL;
}
