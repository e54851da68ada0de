/* hebb/rng.h - addressed random numbers.
 *
 * A number has an address, never a place in a sequence: whoever asks for it, in whatever order, on
 * whatever thread, gets the same. The generator is Threefry4x32-20 (Salmon, Moraes, Dror & Shaw,
 * "Parallel random numbers: as easy as 1, 2, 3", SC 2011): the address fills its key and counter.
 */
#ifndef HEBB_RNG_H
#define HEBB_RNG_H

#include "math.h"

/* Two addresses that differ in any member have independent streams. A user of the same seed takes a
   purpose of its own; members that mean nothing to it stay 0. */
typedef struct hebb_address {
  uint64_t seed;
  uint32_t purpose, generation, individual, task, episode;
} hebb_address;

/* Four rounds of the generator and the key that follows them. */
static inline void hebb_threefry_four(uint32_t x[4], const uint32_t key[5], uint32_t injection,
                                      const uint32_t rotation[8])
{
  for (int round = 0; round < 4; round++) {
    const uint32_t a = rotation[2 * round], b = rotation[2 * round + 1];
    const int even = round % 2 ? 3 : 1, odd = round % 2 ? 1 : 3;
    x[0] += x[even];
    x[even] = (x[even] << a | x[even] >> (32 - a)) ^ x[0];
    x[2] += x[odd];
    x[odd] = (x[odd] << b | x[odd] >> (32 - b)) ^ x[2];
  }
  for (uint32_t i = 0; i < 4; i++)
    x[i] += key[(injection + i) % 5];
  x[3] += injection;
}

/* The generator itself: 4 words from a key and a counter. */
static inline void hebb_threefry4x32(const uint32_t key[4], const uint32_t counter[4],
                                     uint32_t out[4])
{
  static const uint32_t first[8] = { 10, 26, 11, 21, 13, 27, 23, 5 };
  static const uint32_t second[8] = { 6, 20, 17, 11, 25, 10, 18, 20 };
  const uint32_t k[5] = { key[0], key[1], key[2], key[3],
                          0x1BD11BDAu ^ key[0] ^ key[1] ^ key[2] ^ key[3] };
  uint32_t x[4] = { counter[0] + k[0], counter[1] + k[1], counter[2] + k[2], counter[3] + k[3] };
  hebb_threefry_four(x, k, 1, first);
  hebb_threefry_four(x, k, 2, second);
  hebb_threefry_four(x, k, 3, first);
  hebb_threefry_four(x, k, 4, second);
  hebb_threefry_four(x, k, 5, first);
  out[0] = x[0], out[1] = x[1], out[2] = x[2], out[3] = x[3];
}

/* Words 4 block .. 4 block + 3 of an address. */
static inline void hebb_words(const hebb_address *a, uint32_t block, uint32_t word[4])
{
  const uint32_t key[4] = { (uint32_t)a->seed, (uint32_t)(a->seed >> 32), a->purpose,
                            a->generation };
  const uint32_t counter[4] = { block, a->individual, a->task, a->episode };
  hebb_threefry4x32(key, counter, word);
}

/* A seed below 2^53, to hand on (HDF5 readers keep it exact). */
static inline uint64_t hebb_seed(const hebb_address *a)
{
  uint32_t word[4];
  hebb_words(a, 0, word);
  return ((uint64_t)word[0] << 32 | word[1]) >> 11;
}

static inline float hebb_uniform_of(uint32_t word)
{
  return ((float)(word >> 9) + 0.5f) * 0x1p-23f;
}

/* Logarithm of 0 < x <= 1 in single precision: x = 2^n (1 + f), |f| < 0.42, and a polynomial in f. */
static inline float hebb_log_float(float x)
{
  const uint32_t half = 0x3f3504f3u; /* bits of sqrt(1/2) */
  uint32_t bits;
  float m;
  memcpy(&bits, &x, sizeof bits);
  const int32_t n = (int32_t)(bits - half) >> 23;
  bits -= (uint32_t)n << 23;
  memcpy(&m, &bits, sizeof m);

  const float f = m - 1, z = f * f;
  float p = 0x1.1d8ea6p-4f;
  p = p * f - 0x1.d635bcp-4f;
  p = p * f + 0x1.dea282p-4f;
  p = p * f - 0x1.fcf4c6p-4f;
  p = p * f + 0x1.23d21ap-3f;
  p = p * f - 0x1.555b4ap-3f;
  p = p * f + 0x1.999d5ap-3f;
  p = p * f - 0x1.fffffcp-3f;
  p = p * f + 0x1.555554p-2f;
  return (f + (p * f * z - 0.5f * z)) + (float)n * 0x1.62e43p-1f;
}

/* Two words -> two independent standard normal deviates (Box & Muller, 1958): radius from the upper 31
   bits of u, so that |z| < 6.7; the angle is a quarter turn by the upper 2 bits of v and an angle within
   +-pi/4 by the others. Single precision: a few 1e-7 of the radius. */
static inline void hebb_normal_pair_of(uint32_t u, uint32_t v, float *first, float *second)
{
  const float x = ((float)(int32_t)(u >> 1) + 0.5f) * 0x1p-31f;
  const float radius = sqrtf(-2 * hebb_log_float(x));
  const float angle = (float)(int32_t)(v << 2) * 0x1.921fb6p-32f, z = angle * angle;
  float sine = -0x1.9ac9bp-13f, cosine = 0x1.9bd89cp-16f;
  sine = sine * z + 0x1.110c28p-7f;
  sine = sine * z - 0x1.555552p-3f;
  sine = sine * z * angle + angle;
  cosine = cosine * z - 0x1.6c12d2p-10f;
  cosine = cosine * z + 0x1.555554p-5f;
  cosine = cosine * z - 0.5f;
  cosine = cosine * z + 1;

  // an odd quarter exchanges the two; the signs follow from the quarter; no comparison, no branch
  const uint32_t quarter = v >> 30;
  uint32_t s, c;
  memcpy(&s, &sine, sizeof s);
  memcpy(&c, &cosine, sizeof c);
  const uint32_t differ = (s ^ c) & (0 - (quarter & 1));
  s = s ^ differ ^ (quarter & 2) << 30;
  c = c ^ differ ^ ((quarter + 1) & 2) << 30;
  memcpy(&sine, &s, sizeof s);
  memcpy(&cosine, &c, sizeof c);
  *first = radius * cosine;
  *second = radius * sine;
}

/* The n-th number of an address, uniform in (0, 1): float and double are separate streams of words
   n and 2n, 2n + 1, so use one of them for an address. */
static inline float hebb_uniform(const hebb_address *a, uint32_t n)
{
  uint32_t word[4];
  hebb_words(a, n / 4, word);
  return hebb_uniform_of(word[n % 4]);
}

static inline double hebb_uniform_double(const hebb_address *a, uint32_t n)
{
  uint32_t word[4];
  hebb_words(a, n / 2, word);
  const uint64_t bits = (uint64_t)word[n % 2 * 2] << 32 | word[n % 2 * 2 + 1];
  return ((double)(bits >> 12) + 0.5) * 0x1p-52;
}

/* One of 0 .. range - 1, each as likely as the others (to 2^-52 range); range at most 2^31 - 1. */
static inline int32_t hebb_below(const hebb_address *a, uint32_t n, int64_t range)
{
  return (int32_t)(hebb_uniform_double(a, n) * (double)range);
}

/* Normal deviates come in strips of 64 from 16 blocks of 4 words: the first 16 from word 0 of each
   block, the next 16 from word 1 and so on, as vector instructions want them. */
enum { HEBB_STRIP = 16 };

/* The n-th standard normal deviate of an address. */
static inline float hebb_normal(const hebb_address *a, uint32_t n)
{
  const uint32_t block = n / (4 * HEBB_STRIP) * HEBB_STRIP + n % HEBB_STRIP;
  const uint32_t k = n / HEBB_STRIP % 4;
  uint32_t word[4];
  float z[2];
  hebb_words(a, block, word);
  hebb_normal_pair_of(word[k & 2], word[(k & 2) + 1], &z[0], &z[1]);
  return z[k & 1];
}

/* Numbers first .. first + n - 1 of an address, equal, bit for bit, to hebb_uniform and hebb_normal one
   by one. first is a multiple of 4; that of normal deviates a multiple of 64. */
static inline void hebb_uniforms(const hebb_address *a, uint32_t first, int64_t n, float *out)
{
  for (int64_t i = 0; i < n; i += 4) {
    uint32_t word[4];
    hebb_words(a, first / 4 + (uint32_t)(i / 4), word);
    for (int64_t k = 0; k < 4 && i + k < n; k++)
      out[i + k] = hebb_uniform_of(word[k]);
  }
}

static inline void hebb_normals(const hebb_address *a, uint32_t first, int64_t n, float *out)
{
  for (int64_t i = 0; i < n; i += 4 * HEBB_STRIP) {
    uint32_t word[4][HEBB_STRIP];
    float z[4 * HEBB_STRIP];
    for (uint32_t b = 0; b < HEBB_STRIP; b++) {
      uint32_t w[4];
      hebb_words(a, first / 4 + (uint32_t)(i / 4) + b, w);
      for (int k = 0; k < 4; k++)
        word[k][b] = w[k];
    }
    for (int k = 0; k < 4; k += 2)
      for (int b = 0; b < HEBB_STRIP; b++)
        hebb_normal_pair_of(word[k][b], word[k + 1][b], &z[k * HEBB_STRIP + b],
                            &z[(k + 1) * HEBB_STRIP + b]);
    memcpy(out + i, z, (size_t)(n - i < 4 * HEBB_STRIP ? n - i : 4 * HEBB_STRIP) * sizeof *z);
  }
}

#endif
