/* test_math.c - hebb/math.h: accuracy against libm, monotony, and the same bits everywhere. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "hebb/math.h"

static float float_of(uint32_t bits)
{
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static uint32_t bits_of(float x)
{
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

/* Of two positive floats: how many floats lie between. */
static uint32_t ulps(float a, float b)
{
  const uint32_t x = bits_of(a), y = bits_of(b);
  return x > y ? x - y : y - x;
}

enum { BITS_OF_12 = 0x41400000, BITS_OF_100 = 0x42c80000, BITS_OF_INFINITY = 0x7f800000 };

static void tanh_is_accurate_and_monotone(void)
{
  uint32_t worst = 0;
  int falls = 0, asymmetric = 0;
  float before = 0;
  for (uint32_t bits = 0; bits < BITS_OF_12; bits += 211) {
    const float x = float_of(bits), y = hebb_tanh(x);
    const uint32_t off = ulps(y, (float)tanh((double)x));
    worst = off > worst ? off : worst;
    falls += y < before;
    asymmetric += hebb_tanh(-x) != -y;
    before = y;
  }
  CU_ASSERT(worst <= 1);
  CU_ASSERT_EQUAL(falls, 0);
  CU_ASSERT_EQUAL(asymmetric, 0);
}

/* Every float of some stretches, where rounding could make a step down. */
static void tanh_is_monotone_float_by_float(void)
{
  static const float from[] = { 1e-30f, 1e-4f, 0.03f, 0.17f, 0.34657f, 0.5f, 1, 1.0397f, 3, 7, 9 };
  int falls = 0;
  for (size_t k = 0; k < sizeof from / sizeof from[0]; k++) {
    float before = 0;
    const uint32_t first = bits_of(from[k]);
    for (uint32_t bits = first; bits < first + 100000; bits++) {
      const float y = hebb_tanh(float_of(bits));
      falls += y < before;
      before = y;
    }
  }
  CU_ASSERT_EQUAL(falls, 0);
}

static void ends_of_the_range(void)
{
  CU_ASSERT_EQUAL(hebb_tanh(0), 0);
  CU_ASSERT(signbit(hebb_tanh(-0.0f)));
  CU_ASSERT_EQUAL(hebb_tanh(FLT_MIN / 4), FLT_MIN / 4);
  CU_ASSERT_EQUAL(hebb_tanh(10), 1);
  CU_ASSERT_EQUAL(hebb_tanh(FLT_MAX), 1);
  CU_ASSERT_EQUAL(hebb_tanh(-float_of(BITS_OF_INFINITY)), -1);
  CU_ASSERT_EQUAL(hebb_sigmoid(0), 0.5f);
  CU_ASSERT_EQUAL(hebb_sigmoid(100), 1);
  CU_ASSERT(hebb_sigmoid(-FLT_MAX) >= 0 && hebb_sigmoid(-FLT_MAX) < FLT_MIN);
  CU_ASSERT_EQUAL(hebb_exp(0), 1);
  CU_ASSERT_EQUAL(hebb_exp(1e6), hebb_exp(700));
  CU_ASSERT_EQUAL(hebb_exp(-1e6), hebb_exp(-700));
  CU_ASSERT_EQUAL(hebb_log(1), 0);
}

static void sigmoid_is_accurate_and_monotone(void)
{
  uint32_t worst = 0;
  int falls = 0;
  float before = 0.5f, below = 0.5f;
  for (uint32_t bits = 0; bits < BITS_OF_100; bits += 1009) {
    const float x = float_of(bits), up = hebb_sigmoid(x), down = hebb_sigmoid(-x);
    const uint32_t off = ulps(up, (float)(1 / (1 + exp(-(double)x))));
    const uint32_t other = ulps(down, (float)(1 / (1 + exp((double)x))));
    worst = off > worst ? off : worst;
    // below the smallest normal number the flanks differ by less than it
    if (x < 87)
      worst = other > worst ? other : worst;
    falls += up < before || down > below;
    before = up;
    below = down;
  }
  CU_ASSERT(worst <= 1);
  CU_ASSERT_EQUAL(falls, 0);
}

static double larger(double a, double b)
{
  return a >= b ? a : b;
}

static void exp_and_log_against_libm(void)
{
  double worst_exp = 0, worst_log = 0;
  for (int k = -700000; k <= 700000; k++) {
    const double x = k * 0.001 + 1e-5, e = exp(x), y = fabs(x) < 700 ? x : 700;
    if (fabs(x) < 700)
      worst_exp = larger(worst_exp, fabs(hebb_exp(y) - e) / e);
    worst_log = larger(worst_log, fabs(hebb_log(e) - log(e)) / (fabs(log(e)) + 1e-300));
  }
  CU_ASSERT(worst_exp < 5e-16);
  CU_ASSERT(worst_log < 5e-16);

  double worst_near_1 = 0;
  for (int k = -1000; k <= 1000; k++) {
    const double x = 1 + k * 1e-7;
    if (k != 0)
      worst_near_1 = larger(worst_near_1, fabs(hebb_log(x) - log(x)) / fabs(log(x)));
  }
  CU_ASSERT(worst_near_1 < 5e-16);
}

static void sine_and_cosine_against_libm(void)
{
  const long double turn = 6.28318530717958647692528676655900577L;
  double worst = 0;
  for (int k = 0; k <= 1 << 20; k++) {
    const double u = k * 0x1p-20;
    double s, c;
    hebb_sincos_turn(u, &s, &c);
    worst = larger(worst, fabs(s - (double)sinl(turn * u)));
    worst = larger(worst, fabs(c - (double)cosl(turn * u)));
  }
  CU_ASSERT(worst < 4e-13); // of floats this is less than a hundred-thousandth ulp
  double s, c;
  hebb_sincos_turn(0.25, &s, &c);
  CU_ASSERT(s == 1 && c == 0);
  hebb_sincos_turn(0.5, &s, &c);
  CU_ASSERT(s == 0 && c == -1);
}

/* FNV-1a over the bytes of doubles. */
static uint64_t hash_double(uint64_t hash, double x)
{
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  for (int k = 0; k < 64; k += 8)
    hash = (hash ^ (bits >> k & 0xff)) * 0x100000001b3u;
  return hash;
}

/* The literal came out of gcc 12 and clang 14 at -O0, -O2 and -O3, without and with AVX-512. */
static void same_bits_everywhere(void)
{
  uint64_t hash = 0xcbf29ce484222325u;
  for (int k = -20000; k <= 20000; k++) {
    const double x = k * 0x1p-11;
    double s, c;
    hebb_sincos_turn((k + 20000) / 40000.0, &s, &c);
    hash = hash_double(hash, (double)hebb_tanh((float)x));
    hash = hash_double(hash, (double)hebb_sigmoid((float)x));
    hash = hash_double(hash, hebb_exp(x));
    hash = hash_double(hash, hebb_log(x * x + 0.1));
    hash = hash_double(hash, s);
    hash = hash_double(hash, c);
  }
  CU_ASSERT_EQUAL(hash, 0xb0f01284a719ec8fu);
}

int main(void)
{
  static const check_test tests[] = {
    { "tanh: within 1 ulp, monotone, odd", tanh_is_accurate_and_monotone },
    { "tanh: monotone float by float", tanh_is_monotone_float_by_float },
    { "ends of the range", ends_of_the_range },
    { "sigmoid: within 1 ulp, monotone", sigmoid_is_accurate_and_monotone },
    { "exp and log against libm", exp_and_log_against_libm },
    { "sine and cosine against libm", sine_and_cosine_against_libm },
    { "same bits everywhere", same_bits_everywhere },
  };
  return check_run("elementary functions", tests, sizeof tests / sizeof tests[0]);
}
