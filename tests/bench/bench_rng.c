/* bench_rng.c - addressed random numbers: a word of Threefry, a standard normal deviate.
 *
 * Normals come in blocks of 1024, as optimizers draw them (plugins/openai_es.c). Reference: Box and
 * Muller with libm, its words from a sequential generator (splitmix64; Steele, Lea & Flood, 2014). All
 * instruction sets must give the same bits.
 */
#include <math.h>

#include <hebb/rng.h>

#include "bench.h"

enum { ROUNDS = 15, BLOCK = 1024, REPEAT = 100 };

static HEBB_INLINE void words_inline(const hebb_address *address, uint32_t first,
                                     uint32_t *restrict word)
{
  for (uint32_t k = 0; k < BLOCK / 4; k++) {
    uint32_t four[4];
    hebb_words(address, first / 4 + k, four);
    for (int i = 0; i < 4; i++)
      word[i * (BLOCK / 4) + (int)k] = four[i]; // in this order, so that it vectorises
  }
}
HEBB_CLONES(words, (const hebb_address *address, uint32_t first, uint32_t *restrict word),
            (address, first, word))

static HEBB_INLINE void normals_inline(const hebb_address *address, uint32_t first,
                                       float *restrict z)
{
  hebb_normals(address, first, BLOCK, z);
}
HEBB_CLONES(normals, (const hebb_address *address, uint32_t first, float *restrict z),
            (address, first, z))

static float sequential_uniform(uint64_t *state)
{
  uint64_t x = *state += 0x9e3779b97f4a7c15u;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
  x = (x ^ x >> 27) * 0x94d049bb133111ebu;
  return hebb_uniform_of((uint32_t)((x ^ x >> 31) >> 32));
}

static void sequential_normals(uint64_t *state, float *z)
{
  for (int k = 0; k < BLOCK; k += 2) {
    const float radius = sqrtf(-2 * logf(sequential_uniform(state)));
    const float angle = 6.2831853f * sequential_uniform(state);
    z[k] = radius * cosf(angle);
    z[k + 1] = radius * sinf(angle);
  }
}

int main(int argc, char **argv)
{
  static uint32_t word[BLOCK];
  static float z[BLOCK];
  static double time[3][ROUNDS];
  const hebb_address address = { .seed = 1, .purpose = 2, .generation = 3 };
  const double each = 1e9 / (BLOCK * REPEAT);
  uint64_t hash = 0, state = 1;
  (void)argc;

  bench_pin();
  bench_machine("bench_rng", NULL);
  for (int round = 0; round < ROUNDS; round++) {
    const double t0 = bench_thread_seconds();
    for (uint32_t k = 0; k < REPEAT; k++) {
      words(&address, k * BLOCK, word);
      bench_keep(word[k]);
    }
    const double t1 = bench_thread_seconds();
    for (uint32_t k = 0; k < REPEAT; k++) {
      normals(&address, k * BLOCK, z);
      bench_keep((double)z[k]);
    }
    const double t2 = bench_thread_seconds();
    hash = bench_hash(hash, word, sizeof word);
    hash = bench_hash(hash, z, sizeof z);
    const double t3 = bench_thread_seconds();
    for (uint32_t k = 0; k < REPEAT; k++) {
      sequential_normals(&state, z);
      bench_keep((double)z[k]);
    }
    time[0][round] = each * (t1 - t0);
    time[1][round] = each * (t2 - t1);
    time[2][round] = each * (bench_thread_seconds() - t3);
  }
  bench_report("word", "ns", time[0], ROUNDS, NULL, NULL);
  bench_report("normal", "ns", time[1], ROUNDS, "libm_normal", time[2]);
  return bench_same_hash(hash) || bench_other_clones(argv);
}
