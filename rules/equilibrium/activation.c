/* activation.c - the table of activations: rho, rho', G, complex rho, and a step of relaxation by each. */
#include "activation.h"

#include <hebb/clone.h>
#include <hebb/math.h>

bool ep_holomorphic(int32_t activation)
{
  return activation == EP_SIGMOID4 || activation == EP_SIGMOID || activation == EP_TANH ||
         activation == EP_LINEAR || activation == EP_SOFTMAX;
}

void ep_range(int32_t activation, double *low, double *high)
{
  *low = activation == EP_TANH           ? -1
         : activation == EP_CENTRED_CLIP ? -0.5
         : activation == EP_LINEAR       ? -INFINITY
                                         : 0;
  *high = activation == EP_CENTRED_CLIP ? 0.5 : activation == EP_LINEAR ? INFINITY : 1;
}

/* ---- one unit; activation is a constant where these are called ---- */

static HEBB_INLINE double bounded(double u, double low, double high)
{
  u = u < low ? low : u; // what is not a number passes
  return u > high ? high : u;
}

static HEBB_INLINE double logistic(double u)
{
  return 1 / (1 + hebb_exp(-u));
}

static HEBB_INLINE double tangent(double u)
{
  const double a = fabs(u), twice = a > 20 ? 40 : 2 * a;
  double power;
  const double p = hebb_exp_parts(twice, &power);
  const double e = power * p + (power - 1); /* exp(2a) - 1 without cancellation */
  return copysign(e / (e + 2), u);
}

static HEBB_INLINE double rho(int32_t activation, double u)
{
  switch (activation) {
  case EP_CLIP: return bounded(u, 0, 1);
  case EP_SIGMOID4: return logistic(4 * (u - 0.5));
  case EP_SIGMOID: return logistic(u);
  case EP_TANH: return tangent(u);
  case EP_HALF_CLIP: return bounded(0.5 * u, 0, 1);
  case EP_CENTRED_CLIP: return bounded(u, -0.5, 0.5);
  default: return u;
  }
}

static HEBB_INLINE double slope(int32_t activation, double u)
{
  const double s = rho(activation, u);
  switch (activation) {
  case EP_CLIP: return u >= 0 && u <= 1 ? 1 : 0;
  case EP_SIGMOID4: return 4 * s * (1 - s);
  case EP_SIGMOID: return s * (1 - s);
  case EP_TANH: return 1 - s * s;
  case EP_HALF_CLIP: return u >= 0 && u <= 2 ? 0.5 : 0;
  case EP_CENTRED_CLIP: return u >= -0.5 && u <= 0.5 ? 1 : 0;
  default: return 1;
  }
}

/* ---- rows ---- */

/* Magnitudes compare as integers, which every instruction set has in vectors; not a number is largest. */
static HEBB_INLINE int64_t magnitude(double x)
{
  int64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits & INT64_MAX;
}

static HEBB_INLINE void rows_of(int32_t activation, double dt, int64_t n_row, int64_t n,
                                const double *restrict u, int64_t u_stride, double *restrict s,
                                int64_t s_stride, int64_t *restrict most)
{
  int64_t largest = *most;
  for (int64_t r = 0; r < n_row; r++, u += u_stride, s += s_stride)
    for (int64_t i = 0; i < n; i++) {
      const double change = rho(activation, u[i]) - s[i];
      const int64_t size = magnitude(change);
      largest = size > largest ? size : largest;
      s[i] = dt == 1 ? rho(activation, u[i]) : s[i] + dt * change;
    }
  *most = largest;
}

static HEBB_INLINE void settle_inline(int32_t activation, double dt, int64_t n_row, int64_t n,
                                      const double *restrict u, int64_t u_stride,
                                      double *restrict s, int64_t s_stride, int64_t *restrict most)
{
#define ROWS(kind)                                                                                 \
  case kind:                                                                                       \
    if (dt == 1)                                                                                   \
      rows_of(kind, 1, n_row, n, u, u_stride, s, s_stride, most);                                  \
    else                                                                                           \
      rows_of(kind, dt, n_row, n, u, u_stride, s, s_stride, most);                                 \
    return
  switch (activation) {
    ROWS(EP_CLIP);
    ROWS(EP_SIGMOID4);
    ROWS(EP_SIGMOID);
    ROWS(EP_TANH);
    ROWS(EP_HALF_CLIP);
    ROWS(EP_CENTRED_CLIP);
  default: rows_of(EP_LINEAR, dt, n_row, n, u, u_stride, s, s_stride, most);
  }
#undef ROWS
}
HEBB_CLONES(settle,
            (int32_t activation, double dt, int64_t n_row, int64_t n, const double *restrict u,
             int64_t u_stride, double *restrict s, int64_t s_stride, int64_t *restrict most),
            (activation, dt, n_row, n, u, u_stride, s, s_stride, most))

static double double_of(int64_t magnitude_bits)
{
  double x;
  memcpy(&x, &magnitude_bits, sizeof x);
  return x;
}

void ep_softmax(int64_t n, const double *z, double *p)
{
  double most = z[0], sum = 0;
  for (int64_t i = 1; i < n; i++)
    most = z[i] > most ? z[i] : most;
  for (int64_t i = 0; i < n; i++)
    sum += p[i] = hebb_exp(z[i] - most);
  for (int64_t i = 0; i < n; i++)
    p[i] /= sum;
}

/* s += dt (rho - s) of one number, rho known */
static void approach(double dt, double target, double *s, int64_t *most)
{
  const double change = target - *s;
  *most = magnitude(change) > *most ? magnitude(change) : *most;
  *s = dt == 1 ? target : *s + dt * change;
}

/* The softmax of a row stands in u's place: a drive is not needed after its step. */
static void settle_softmax(double dt, int64_t n, double *u, double *s, int64_t *most)
{
  ep_softmax(n, u, u);
  for (int64_t i = 0; i < n; i++)
    approach(dt, u[i], &s[i], most);
}

double ep_settle(int32_t activation, double dt, int64_t n_row, int64_t n, double *u,
                 int64_t u_stride, double *s, int64_t s_stride)
{
  int64_t most = 0;
  if (activation != EP_SOFTMAX)
    settle(activation, dt, n_row, n, u, u_stride, s, s_stride, &most);
  else
    for (int64_t r = 0; r < n_row; r++)
      settle_softmax(dt, n, u + r * u_stride, s + r * s_stride, &most);
  return double_of(most);
}

static HEBB_INLINE void activate_inline(int32_t activation, int64_t n, const double *u, double *out)
{
#define EACH(kind)                                                                                 \
  case kind:                                                                                       \
    for (int64_t i = 0; i < n; i++)                                                                \
      out[i] = rho(kind, u[i]);                                                                    \
    return
  switch (activation) {
    EACH(EP_CLIP);
    EACH(EP_SIGMOID4);
    EACH(EP_SIGMOID);
    EACH(EP_TANH);
    EACH(EP_HALF_CLIP);
    EACH(EP_CENTRED_CLIP);
  default:
    for (int64_t i = 0; i < n; i++)
      out[i] = u[i];
  }
#undef EACH
}
HEBB_CLONES(activate, (int32_t activation, int64_t n, const double *u, double *out),
            (activation, n, u, out))

void ep_activate(int32_t activation, int64_t n, const double *u, double *out)
{
  if (activation == EP_SOFTMAX)
    ep_softmax(n, u, out);
  else
    activate(activation, n, u, out);
}

void ep_derivative(int32_t activation, int64_t n, const double *u, double *out)
{
  for (int64_t i = 0; i < n; i++)
    out[i] = slope(activation, u[i]);
}

/* ---- energy ---- */

static double x_log_x(double x)
{
  return x > 1e-300 ? x * hebb_log(x) : 0;
}

double ep_own_energy(int32_t activation, int64_t n, const double *s)
{
  double sum = 0;
  for (int64_t i = 0; i < n; i++)
    switch (activation) {
    case EP_SIGMOID4: sum += 0.5 * s[i] + 0.25 * (x_log_x(s[i]) + x_log_x(1 - s[i])); break;
    case EP_SIGMOID: sum += x_log_x(s[i]) + x_log_x(1 - s[i]); break;
    case EP_TANH: sum += 0.5 * (x_log_x(1 + s[i]) + x_log_x(1 - s[i])); break;
    case EP_SOFTMAX: sum += x_log_x(s[i]); break;
    case EP_HALF_CLIP: sum += s[i] * s[i]; break;
    default: sum += 0.5 * s[i] * s[i];
    }
  return sum;
}

/* ---- complex numbers ---- */

/* exp(x + i y) */
static void exponential(double x, double y, double *re, double *im)
{
  const double turn = y * 0.15915494309189535, e = hebb_exp(bounded(x, -300, 300));
  double sine, cosine;
  hebb_sincos_turn(turn - floor(turn), &sine, &cosine);
  *re = e * cosine, *im = e * sine;
}

/* 1 / (1 + exp(-z)) */
static void logistic_complex(double x, double y, double *re, double *im)
{
  double a, b;
  exponential(-x, -y, &a, &b);
  a += 1;
  const double size = a * a + b * b;
  *re = a / size, *im = -b / size;
}

static void rho_complex(int32_t activation, double x, double y, double *re, double *im)
{
  switch (activation) {
  case EP_SIGMOID4: logistic_complex(4 * (x - 0.5), 4 * y, re, im); return;
  case EP_SIGMOID: logistic_complex(x, y, re, im); return;
  case EP_TANH:
    logistic_complex(2 * x, 2 * y, re, im);
    *re = 2 * *re - 1, *im *= 2;
    return;
  default: *re = x, *im = y;
  }
}

void ep_softmax_complex(int64_t n, const double *z, const double *z_imaginary, double *p,
                        double *p_imaginary)
{
  double most = z[0], re = 0, im = 0;
  for (int64_t i = 1; i < n; i++)
    most = z[i] > most ? z[i] : most;
  for (int64_t i = 0; i < n; i++) {
    exponential(z[i] - most, z_imaginary[i], &p[i], &p_imaginary[i]);
    re += p[i], im += p_imaginary[i];
  }
  const double size = re * re + im * im;
  for (int64_t i = 0; i < n; i++) {
    const double a = p[i], b = p_imaginary[i];
    p[i] = (a * re + b * im) / size;
    p_imaginary[i] = (b * re - a * im) / size;
  }
}

double ep_settle_complex(int32_t activation, double dt, int64_t n_row, int64_t n, double *u,
                         int64_t u_stride, int64_t apart_u, double *s, int64_t s_stride,
                         int64_t apart_s)
{
  int64_t most = 0;
  for (int64_t r = 0; r < n_row; r++, u += u_stride, s += s_stride) {
    if (activation == EP_SOFTMAX)
      ep_softmax_complex(n, u, u + apart_u, u, u + apart_u);
    for (int64_t i = 0; i < n; i++) {
      double re = u[i], im = u[i + apart_u];
      if (activation != EP_SOFTMAX)
        rho_complex(activation, re, im, &re, &im);
      approach(dt, re, &s[i], &most);
      approach(dt, im, &s[i + apart_s], &most);
    }
  }
  return double_of(most);
}
