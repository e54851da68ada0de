/* tecot.c - Tecot's energy actor. */
#include "tecot.h"

#include <string.h>

#include "activation.h"
#include "product.h"

typedef struct parts {
  int64_t w1, w2, b0, b1, b2, end;
} parts;

static parts parts_of(const ep_tecot *p)
{
  parts at = { 0 };
  at.w2 = (int64_t)p->n_in * p->n_hidden;
  at.b0 = at.w2 + (int64_t)p->n_hidden * p->n_out;
  at.b1 = at.b0 + p->n_in;
  at.b2 = at.b1 + p->n_hidden;
  at.end = at.b2 + p->n_out;
  return at;
}

int64_t ep_tecot_size(const ep_tecot *p)
{
  return parts_of(p).end;
}

void ep_tecot_forward(const ep_tecot *p, const double *theta, const double *x, double *drive,
                      double *h, double *o)
{
  const parts at = parts_of(p);
  memcpy(drive, theta + at.b1, (size_t)p->n_hidden * sizeof *drive);
  ep_product(1, p->n_in, p->n_hidden, x, 0, theta + at.w1, drive, 0);
  ep_activate(EP_CLIP, p->n_hidden, drive, h);
  memcpy(o, theta + at.b2, (size_t)p->n_out * sizeof *o);
  ep_product(1, p->n_hidden, p->n_out, h, 0, theta + at.w2, o, 0);
}

static double clip(double u)
{
  return u < 0 ? 0 : u > 1 ? 1 : u;
}

double ep_tecot_energy(const ep_tecot *p, const double *theta, const double *x, const double *h,
                       const double *o, double *room)
{
  const parts at = parts_of(p);
  double phi = 0;
  memcpy(room, theta + at.b2, (size_t)p->n_out * sizeof *room);
  ep_product(1, p->n_hidden, p->n_out, h, 0, theta + at.w2, room, 0);
  for (int32_t j = 0; j < p->n_out; j++)
    phi += room[j] * clip(o[j]);
  for (int32_t i = 0; i < p->n_hidden; i++)
    phi += theta[at.b1 + i] * h[i];
  for (int32_t k = 0; k < p->n_in; k++) {
    double sum = theta[at.b0 + k];
    for (int32_t i = 0; i < p->n_hidden; i++)
      sum += theta[at.w1 + (int64_t)k * p->n_hidden + i] * h[i];
    phi += clip(x[k]) * sum;
  }
  return -phi;
}

static void scaled(double factor, int64_t n, const double *x, double *out)
{
  for (int64_t i = 0; i < n; i++)
    out[i] = factor * x[i];
}

static void add(int64_t n, const double *x, double *to)
{
  for (int64_t i = 0; i < n; i++)
    to[i] += x[i];
}

void ep_tecot_gradient(const ep_tecot *p, const double *theta, const double *x, const double *drive,
                       const double *h, const double *o, double loss, bool hebbian,
                       double *gradient, double *room)
{
  const parts at = parts_of(p);
  double *rho_x = room, *a = rho_x + p->n_in, *slope = a + p->n_hidden,
         *rho_o = slope + p->n_hidden, *of_o = rho_o + p->n_out;
  ep_activate(EP_CLIP, p->n_in, x, rho_x);
  ep_activate(EP_CLIP, p->n_out, o, rho_o);

  // correlations, h and o held constant; rho(h) = h
  scaled(loss, p->n_hidden, h, a);
  scaled(loss, p->n_out, rho_o, of_o);
  ep_outer(1, p->n_in, p->n_hidden, rho_x, 0, a, 0, gradient + at.w1);
  ep_outer(1, p->n_hidden, p->n_out, h, 0, of_o, 0, gradient + at.w2);
  for (int32_t k = 0; k < p->n_in; k++)
    gradient[at.b0 + k] += loss * rho_x[k];
  add(p->n_hidden, a, gradient + at.b1);
  add(p->n_out, of_o, gradient + at.b2);
  if (hebbian)
    return;

  // dPhi/do = (b2 + h W2) rho'(o), down to W2 and b2
  ep_derivative(EP_CLIP, p->n_out, o, of_o);
  for (int32_t j = 0; j < p->n_out; j++) {
    double sum = theta[at.b2 + j];
    for (int32_t i = 0; i < p->n_hidden; i++)
      sum += h[i] * theta[at.w2 + (int64_t)i * p->n_out + j];
    of_o[j] *= loss * sum;
  }
  ep_outer(1, p->n_hidden, p->n_out, h, 0, of_o, 0, gradient + at.w2);
  add(p->n_out, of_o, gradient + at.b2);

  // dPhi/dh = b1 + rho(x) W1 + W2 rho(o) + W2 dPhi/do, through the clip down to W1 and b1
  memcpy(a, theta + at.b1, (size_t)p->n_hidden * sizeof *a);
  ep_product(1, p->n_in, p->n_hidden, rho_x, 0, theta + at.w1, a, 0);
  ep_derivative(EP_CLIP, p->n_hidden, drive, slope);
  for (int32_t i = 0; i < p->n_hidden; i++) {
    double sum = loss * a[i];
    for (int32_t j = 0; j < p->n_out; j++)
      sum += theta[at.w2 + (int64_t)i * p->n_out + j] * (loss * rho_o[j] + of_o[j]);
    a[i] = slope[i] * sum;
  }
  ep_outer(1, p->n_in, p->n_hidden, x, 0, a, 0, gradient + at.w1);
  add(p->n_hidden, a, gradient + at.b1);
}
