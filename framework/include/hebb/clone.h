/* hebb/clone.h - one source, several instruction sets, the same bits.
 *
 * A hot loop is written once as an inline function and compiled three times: for any x86-64, for
 * x86-64-v3 (AVX2) and for x86-64-v4 (AVX-512). Which one runs is decided once by the processor, or by
 * the environment variable HEBB_CLONE ("default", "v3", "v4"), so that tests can compare them. With
 * -ffp-contract=off and sums that never cross vector lanes, all of them give the same bits.
 *
 *     static HEBB_INLINE void add_inline(float *restrict to, const float *restrict from, int64_t n) {}
 *     HEBB_CLONES(add, (float *restrict to, const float *restrict from, int64_t n), (to, from, n))
 *
 * defines add(), which calls the best clone of add_inline(). HEBB_CLONES_OF takes an inline function for
 * each instruction set, where the best shape of a loop depends on the registers. Pointers are parameters
 * with restrict, not members of a struct: gcc vectorises only what it can tell apart.
 */
#ifndef HEBB_CLONE_H
#define HEBB_CLONE_H

#include <stdlib.h>
#include <string.h>

enum hebb_clone { HEBB_CLONE_DEFAULT = 1, HEBB_CLONE_V3 = 2, HEBB_CLONE_V4 = 3 };

/* A build for one machine (-march=native) has nothing to choose. */
#if defined __x86_64__ && defined __GNUC__ && !defined __AVX2__
#define HEBB_INLINE inline __attribute__((always_inline))

/* The clone that this process uses: the best that the processor has, or a lower one by HEBB_CLONE. */
static inline int hebb_clone_choose(void)
{
  const char *forced = getenv("HEBB_CLONE");
  const int best = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("bmi2")
                       ? HEBB_CLONE_V4
                   : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                           __builtin_cpu_supports("bmi2")
                       ? HEBB_CLONE_V3
                       : HEBB_CLONE_DEFAULT;
  const int wanted = !forced                         ? best
                     : strcmp(forced, "default") == 0 ? HEBB_CLONE_DEFAULT
                     : strcmp(forced, "v3") == 0      ? HEBB_CLONE_V3
                                                      : best;
  return wanted < best ? wanted : best;
}

/* Every thread finds the same answer, so that a race writes the same value twice. */
static inline int hebb_clone(void)
{
  static int chosen;
  int clone = __atomic_load_n(&chosen, __ATOMIC_RELAXED);
  if (!clone) {
    clone = hebb_clone_choose();
    __atomic_store_n(&chosen, clone, __ATOMIC_RELAXED);
  }
  return clone;
}

#define HEBB_CLONES_OF(name, body_default, body_v3, body_v4, parameters, arguments)                \
  __attribute__((flatten)) static void name##_default parameters                                   \
  {                                                                                                \
    body_default arguments;                                                                        \
  }                                                                                                \
  __attribute__((target("arch=x86-64-v3"), flatten)) static void name##_v3 parameters              \
  {                                                                                                \
    body_v3 arguments;                                                                             \
  }                                                                                                \
  __attribute__((target("arch=x86-64-v4"), flatten)) static void name##_v4 parameters              \
  {                                                                                                \
    body_v4 arguments;                                                                             \
  }                                                                                                \
  static void name parameters                                                                      \
  {                                                                                                \
    switch (hebb_clone()) {                                                                        \
    case HEBB_CLONE_V4: name##_v4 arguments; return;                                               \
    case HEBB_CLONE_V3: name##_v3 arguments; return;                                               \
    default: name##_default arguments;                                                             \
    }                                                                                              \
  }
#else
#define HEBB_INLINE inline
#if defined __AVX512F__
#define HEBB_CLONE_BODY(body_default, body_v3, body_v4) body_v4
#elif defined __AVX2__
#define HEBB_CLONE_BODY(body_default, body_v3, body_v4) body_v3
#else
#define HEBB_CLONE_BODY(body_default, body_v3, body_v4) body_default
#endif
#define HEBB_CLONES_OF(name, body_default, body_v3, body_v4, parameters, arguments)                \
  static void name parameters                                                                      \
  {                                                                                                \
    HEBB_CLONE_BODY(body_default, body_v3, body_v4) arguments;                                     \
  }
static inline int hebb_clone(void)
{
  return HEBB_CLONE_DEFAULT;
}
#endif

#define HEBB_CLONES(name, parameters, arguments)                                                   \
  HEBB_CLONES_OF(name, name##_inline, name##_inline, name##_inline, parameters, arguments)

#endif
