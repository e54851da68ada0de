/* bench_read.h - memory as fast as this core reads it, whatever HEBB_CLONE says: eight vectors of sums. */
#ifndef HEBB_BENCH_READ_H
#define HEBB_BENCH_READ_H

#include <stdint.h>

/* n: floats, a multiple of 64; from: aligned to 32 bytes; returns their sum */
#define BENCH_READER(name, floats)                                                                 \
  static inline float name(int64_t n, const float *from)                                           \
  {                                                                                                \
    typedef float vector __attribute__((vector_size(4 * floats), may_alias));                      \
    vector s0 = { 0 }, s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;              \
    for (int64_t k = 0; k < n; k += 8 * floats) {                                                  \
      const vector *at = (const vector *)(const void *)(from + k);                                 \
      s0 += at[0], s1 += at[1], s2 += at[2], s3 += at[3];                                          \
      s4 += at[4], s5 += at[5], s6 += at[6], s7 += at[7];                                          \
    }                                                                                              \
    s0 += s1 + s2 + s3 + s4 + s5 + s6 + s7;                                                        \
    float sum = 0;                                                                                 \
    for (int k = 0; k < floats; k++)                                                               \
      sum += s0[k];                                                                                \
    return sum;                                                                                    \
  }

BENCH_READER(bench_read_4, 4)
#ifdef __x86_64__
__attribute__((target("avx2"))) BENCH_READER(bench_read_8, 8)
#endif

static inline float bench_read(int64_t n, const float *from)
{
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx2"))
    return bench_read_8(n, from);
#endif
  return bench_read_4(n, from);
}

#endif
