/* hebb/math.h - elementary functions that give the same bits on every machine.
 *
 * libm may choose another algorithm for another processor; these use only + - * / sqrt and integer
 * operations in a fixed order, so that equal inputs give equal bits wherever floating point is
 * IEEE 754 and multiply-add is not fused (-ffp-contract=off). They compute in double and round once:
 * the float results are within 0.51 ulp, and monotone where the function is.
 * They do not branch on values, so that loops over them vectorise (with -fno-trapping-math).
 */
#ifndef HEBB_MATH_H
#define HEBB_MATH_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* exp(x) = *power (1 + returned) for |x| <= 700, by x = n ln 2 + r, *power = 2^n, |r| <= ln(2) / 2 */
static inline double hebb_exp_parts(double x, double *power)
{
  const double magic = 0x1.8p52; /* adding it rounds to an integer, which then sits in the low bits */
  const double shifted = x * 1.4426950408889634 + magic;
  const double n = shifted - magic;
  const double r = (x - n * 0x1.62e42fefa38p-1) - n * 0x1.ef35793c7673p-45;
  double p = 1.0 / 479001600;
  p = p * r + 1.0 / 39916800;
  p = p * r + 1.0 / 3628800;
  p = p * r + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = (p * r) * r + r;

  uint64_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + 1023) << 52;
  memcpy(power, &bits, sizeof bits);
  return p;
}

/* exp(x); beyond +-700 that of the bound */
static inline double hebb_exp(double x)
{
  x = x > 700 ? 700 : x;
  x = x < -700 ? -700 : x;
  double power;
  const double p = hebb_exp_parts(x, &power);
  return power * p + power;
}

static inline float hebb_tanh(float x)
{
  const double a = fabs((double)x);
  const double twice = a > 10 ? 20 : 2 * a; // NaN passes
  double power;
  const double p = hebb_exp_parts(twice, &power);
  const double e = power * p + (power - 1); /* exp(2a) - 1 without cancellation */
  return copysignf((float)(e / (e + 2)), x);
}

static inline float hebb_sigmoid(float x)
{
  return (float)(1 / (1 + hebb_exp(-(double)x)));
}

/* An integer below 2^52 as a double, by its bits: an operation that every instruction set has in vectors */
static inline double hebb_double_of(uint64_t integer)
{
  const uint64_t bits = integer | 0x4330000000000000u;
  double shifted;
  memcpy(&shifted, &bits, sizeof shifted);
  return shifted - 0x1p52;
}

/* natural logarithm of a normal positive number */
static inline double hebb_log(double x)
{
  /* x = 2^n m, m in [sqrt(1/2), sqrt(2)); log m = 2 artanh((m - 1) / (m + 1)) */
  const uint64_t half = 0x3fe6a09e667f3bcdu; /* bits of sqrt(1/2) */
  uint64_t bits;
  double m;
  memcpy(&bits, &x, sizeof bits);
  const uint64_t biased = (bits - half + (1024ull << 52)) >> 52; /* n + 1024 */
  const double n = hebb_double_of(biased) - 1024;
  bits -= (biased - 1024) << 52;
  memcpy(&m, &bits, sizeof m);

  const double s = (m - 1) / (m + 1), z = s * s;
  double p = 2.0 / 19;
  p = p * z + 2.0 / 17;
  p = p * z + 2.0 / 15;
  p = p * z + 2.0 / 13;
  p = p * z + 2.0 / 11;
  p = p * z + 2.0 / 9;
  p = p * z + 2.0 / 7;
  p = p * z + 2.0 / 5;
  p = p * z + 2.0 / 3;
  const double low = p * z * s + 2 * s;
  return n * 0x1.62e42fefa38p-1 + (low + n * 0x1.ef35793c7673p-45);
}

/* sine and cosine of 2 pi u, 0 <= u <= 1 */
static inline void hebb_sincos_turn(double u, double *sine, double *cosine)
{
  const double magic = 0x1.8p52;
  const double shifted = u * 4 + magic, quarter = shifted - magic;
  const double r = (u * 4 - quarter) * 1.5707963267948966, z = r * r;
  double s = 1.0 / 6227020800, c = -1.0 / 87178291200;
  s = s * z - 1.0 / 39916800;
  s = s * z + 1.0 / 362880;
  s = s * z - 1.0 / 5040;
  s = s * z + 1.0 / 120;
  s = s * z - 1.0 / 6;
  s = s * z * r + r;
  c = c * z + 1.0 / 479001600;
  c = c * z - 1.0 / 3628800;
  c = c * z + 1.0 / 40320;
  c = c * z - 1.0 / 720;
  c = c * z + 1.0 / 24;
  c = c * z - 0.5;
  c = c * z + 1;

  // an odd quarter exchanges the two; the sign bits follow from the quarter; no comparison, no branch
  uint64_t q, s_bits, c_bits;
  memcpy(&q, &shifted, sizeof q);
  memcpy(&s_bits, &s, sizeof s);
  memcpy(&c_bits, &c, sizeof c);
  const uint64_t differ = (s_bits ^ c_bits) & (0 - (q & 1));
  s_bits = s_bits ^ differ ^ (q & 2) << 62;
  c_bits = c_bits ^ differ ^ ((q + 1) & 2) << 62;
  memcpy(sine, &s_bits, sizeof s_bits);
  memcpy(cosine, &c_bits, sizeof c_bits);
}

#endif
