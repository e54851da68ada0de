/* bench_tanh.c - the elementary functions of hebb/math.h: time, error, order and bits.
 *
 * Time is that of arrays of 192, about what the ant's network needs in a step, against libm one by one.
 * Errors are in units in the last place of the result (float; double for exp) against libm in the next
 * larger type, over every 1009th float in -20..20. All instruction sets must give the same bits.
 */
#include <math.h>
#include <stdbool.h>

#include <hebb/math.h>

#include "bench.h"

enum { ROUNDS = 15, COUNT = 192, REPEAT = 500, STRIDE = 1009, TWENTY = 0x41a00000 };

#define ARRAY_FUNCTION(name, type, call)                                                           \
  static HEBB_INLINE void name##_inline(int n, const float *restrict x, type *restrict y)          \
  {                                                                                                \
    for (int k = 0; k < n; k++)                                                                    \
      y[k] = call;                                                                                 \
  }                                                                                                \
  HEBB_CLONES(name, (int n, const float *restrict x, type *restrict y), (n, x, y))

ARRAY_FUNCTION(tanh_all, float, hebb_tanh(x[k]))
ARRAY_FUNCTION(sigmoid_all, float, hebb_sigmoid(x[k]))
ARRAY_FUNCTION(exp_all, double, hebb_exp((double)x[k]))

enum function { TANH, SIGMOID, EXP, N_FUNCTION };
static const char *const title[N_FUNCTION] = { "tanh", "sigmoid", "exp" };

/* y [n] in double, whatever the function returns */
static void ours(enum function f, int n, const float *x, float *narrow, double *wide)
{
  if (f == TANH)
    tanh_all(n, x, narrow);
  else if (f == SIGMOID)
    sigmoid_all(n, x, narrow);
  else
    exp_all(n, x, wide);
}

static long double exact(enum function f, float x)
{
  return f == TANH      ? (long double)tanh((double)x)
         : f == SIGMOID ? (long double)(1 / (1 + exp(-(double)x)))
                        : expl((long double)x);
}

static double libm(enum function f, float x)
{
  return f == TANH      ? (double)tanhf(x)
         : f == SIGMOID ? (double)(1 / (1 + expf(-x)))
                        : exp((double)x);
}

/* Distance of neighbouring numbers of `digits` binary digits at x. */
static long double last_place(long double x, int digits)
{
  int exponent;
  frexpl(x, &exponent);
  return ldexpl(1, exponent - digits);
}

static float sample(int k)
{
  const uint32_t bits = (uint32_t)abs(k) * STRIDE;
  float x;
  memcpy(&x, &bits, sizeof x);
  return k < 0 ? -x : x;
}

/* Prints the largest error, and whether larger arguments have results that are no smaller. */
static uint64_t judge(enum function f, uint64_t hash)
{
  const int last = TWENTY / STRIDE;
  double largest = 0, before = -1;
  bool monotone = true;

  for (int first = -last; first <= last; first += COUNT) {
    const int n = last + 1 - first < COUNT ? last + 1 - first : COUNT;
    float x[COUNT], narrow[COUNT];
    double wide[COUNT];
    for (int k = 0; k < n; k++)
      x[k] = sample(first + k);
    ours(f, n, x, narrow, wide);
    hash = f == EXP ? bench_hash(hash, wide, (size_t)n * sizeof *wide)
                    : bench_hash(hash, narrow, (size_t)n * sizeof *narrow);
    for (int k = 0; k < n; k++) {
      const double y = f == EXP ? wide[k] : (double)narrow[k];
      const long double reference = exact(f, x[k]);
      const double error =
          (double)(fabsl((long double)y - reference) / last_place(reference, f == EXP ? 53 : 24));
      largest = reference != 0 && error > largest ? error : largest;
      monotone = monotone && y >= before;
      before = y;
    }
  }
  printf("{\"name\": \"%s_error\", \"clone\": \"%s\", \"n\": %d, \"unit\": \"ulp\", \"max\": %.3f, "
         "\"monotone\": %s}\n",
         title[f], bench_clone(), 2 * last + 1, largest, monotone ? "true" : "false");
  return hash;
}

static void time_of(enum function f)
{
  double fast[ROUNDS], one_by_one[ROUNDS], wide[COUNT];
  float x[COUNT], narrow[COUNT];

  for (int k = 0; k < COUNT; k++)
    x[k] = 3 * (float)(k * 7919 % 2001 - 1000) / 1000;
  for (int round = 0; round < ROUNDS; round++) {
    const double t0 = bench_thread_seconds();
    for (int k = 0; k < REPEAT; k++) {
      ours(f, COUNT, x, narrow, wide);
      bench_keep(f == EXP ? wide[k % COUNT] : (double)narrow[k % COUNT]);
    }
    const double t1 = bench_thread_seconds();
    for (int k = 0; k < REPEAT; k++) {
      for (int i = 0; i < COUNT; i++)
        wide[i] = libm(f, x[i]);
      bench_keep(wide[k % COUNT]);
    }
    fast[round] = 1e9 * (t1 - t0) / (REPEAT * COUNT);
    one_by_one[round] = 1e9 * (bench_thread_seconds() - t1) / (REPEAT * COUNT);
  }
  bench_report(title[f], "ns", fast, ROUNDS, "libm", one_by_one);
}

int main(int argc, char **argv)
{
  uint64_t hash = 0;
  (void)argc;
  bench_pin();
  bench_machine("bench_tanh", NULL);
  for (enum function f = TANH; f < N_FUNCTION; f++) {
    time_of(f);
    hash = judge(f, hash);
  }
  return bench_same_hash(hash) || bench_other_clones(argv);
}
