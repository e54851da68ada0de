/* perceptron.c - forward and backward pass of the critic. */
#include "perceptron.h"

#include <string.h>

#include "product.h"

typedef struct parts {
  int64_t w1, b1, w2, b2, end;
} parts;

static parts parts_of(const ep_perceptron *p)
{
  parts at = { 0 };
  at.b1 = (int64_t)p->n_in * p->n_hidden;
  at.w2 = at.b1 + p->n_hidden;
  at.b2 = at.w2 + (int64_t)p->n_hidden * p->n_out;
  at.end = at.b2 + p->n_out;
  return at;
}

int64_t ep_perceptron_size(const ep_perceptron *p)
{
  return parts_of(p).end;
}

void ep_perceptron_draw(const ep_perceptron *p, const hebb_address *address, double *theta)
{
  const parts at = parts_of(p);
  for (int64_t k = 0; k < at.end; k++) {
    const double bound = 1 / sqrt(k < at.w2 ? p->n_in : p->n_hidden);
    theta[k] = bound * (2 * hebb_uniform_double(address, (uint32_t)k) - 1);
  }
}

void ep_perceptron_forward(const ep_perceptron *p, const double *theta, const double *x, double *h,
                           double *y)
{
  const parts at = parts_of(p);
  memcpy(h, theta + at.b1, (size_t)p->n_hidden * sizeof *h);
  ep_product(1, p->n_in, p->n_hidden, x, 0, theta + at.w1, h, 0);
  for (int32_t i = 0; i < p->n_hidden; i++)
    h[i] = h[i] > 0 ? h[i] : 0;
  for (int32_t j = 0; j < p->n_out; j++)
    y[j] = theta[at.b2 + j];
  ep_product(1, p->n_hidden, p->n_out, h, 0, theta + at.w2, y, 0);
}

void ep_perceptron_backward(const ep_perceptron *p, const double *theta, const double *x,
                            const double *h, const double *pull, double *gradient, double *room)
{
  const parts at = parts_of(p);
  for (int32_t i = 0; i < p->n_hidden; i++) {
    const double *w = theta + at.w2 + (int64_t)i * p->n_out;
    double sum = 0;
    for (int32_t j = 0; j < p->n_out; j++)
      sum += w[j] * pull[j];
    room[i] = h[i] > 0 ? sum : 0;
    gradient[at.b1 + i] += room[i];
  }
  for (int32_t j = 0; j < p->n_out; j++)
    gradient[at.b2 + j] += pull[j];
  ep_outer(1, p->n_in, p->n_hidden, x, 0, room, 0, gradient + at.w1);
  ep_outer(1, p->n_hidden, p->n_out, h, 0, pull, 0, gradient + at.w2);
}
