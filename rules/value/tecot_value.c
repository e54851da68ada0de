/* tecot_value.c - energy, its relaxation by Adam, correlations. */
#include "tecot_value.h"

#include <string.h>

typedef struct parts {
  int64_t b1, w2, b2, end;
} parts;

static parts parts_of(const tecot_value *t)
{
  const int64_t b1 = (int64_t)t->n_in * t->n_hidden;
  return (parts){ b1, b1 + t->n_hidden, b1 + 2 * (int64_t)t->n_hidden,
                  b1 + 2 * (int64_t)t->n_hidden + 1 };
}

static int64_t n_state(const tecot_value *t)
{
  return (int64_t)t->n_row * (t->n_hidden + 1);
}

int64_t tecot_value_size(const tecot_value *t)
{
  return parts_of(t).end;
}

int64_t tecot_value_mind_size(const tecot_value *t)
{
  return 3 * n_state(t);
}

/* Weights within sqrt(6 / (from + to)), biases 0. */
void tecot_value_draw(const tecot_value *t, const hebb_address *address, double *theta)
{
  const parts at = parts_of(t);
  const double bound1 = sqrt(6.0 / (t->n_in + t->n_hidden)), bound2 = sqrt(6.0 / (t->n_hidden + 1));
  memset(theta, 0, (size_t)at.end * sizeof *theta);
  for (int64_t k = 0; k < at.b1; k++)
    theta[k] = bound1 * (2 * hebb_uniform_double(address, (uint32_t)k) - 1);
  for (int64_t k = at.w2; k < at.b2; k++)
    theta[k] = bound2 * (2 * hebb_uniform_double(address, (uint32_t)k) - 1);
}

static double clip(double u)
{
  return u < 0 ? 0 : u > 1 ? 1 : u;
}

/* Both ends included: what begins at 0 can move. */
static double slope(double u)
{
  return u >= 0 && u <= 1 ? 1 : 0;
}

void tecot_value_drive(const tecot_value *t, const double *theta, int64_t n, const double *x,
                       double *drive)
{
  const int64_t n_hidden = t->n_hidden;
  for (int64_t e = 0; e < n; e++) {
    double *of = drive + e * n_hidden;
    memcpy(of, theta + parts_of(t).b1, (size_t)n_hidden * sizeof *of);
    for (int32_t k = 0; k < t->n_in; k++) {
      const double rho = clip(x[e * t->n_in + k]), *w = theta + k * n_hidden;
      for (int64_t i = 0; i < n_hidden; i++)
        of[i] += rho * w[i];
    }
  }
}

void tecot_value_relax(const tecot_value *t, const double *theta, int64_t steps, int64_t n,
                       const double *drive, double beta, const double *wanted,
                       ep_progress *progress, double *mind, double *room)
{
  const ep_optimizer adam = { .method = EP_ADAM, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8 };
  const double *w2 = theta + parts_of(t).w2, b2 = theta[parts_of(t).b2];
  const int64_t n_hidden = t->n_hidden, all = n_state(t);
  memset(room, 0, (size_t)all * sizeof *room);
  for (int64_t k = 0; k < steps; k++) {
    for (int64_t e = 0; e < n; e++) { // room = -dF/ds
      const double *s = mind + e * (n_hidden + 1), q = s[n_hidden], rho_q = clip(q);
      double *force = room + e * (n_hidden + 1), from_h = b2;
      for (int64_t i = 0; i < n_hidden; i++) {
        force[i] = slope(s[i]) * (drive[e * n_hidden + i] + w2[i] * rho_q) - s[i];
        from_h += clip(s[i]) * w2[i];
      }
      force[n_hidden] = slope(q) * from_h - q;
      if (beta != 0)
        force[n_hidden] += 2 * beta * (wanted[e] - q);
    }
    ep_update_vector(&adam, progress, t->state_rate, all, room, mind, mind + all);
  }
}

void tecot_value_correlate(const tecot_value *t, int64_t n, const double *x, const double *mind,
                           double factor, double *gradient)
{
  const parts at = parts_of(t);
  const int64_t n_hidden = t->n_hidden;
  for (int64_t e = 0; e < n; e++) {
    const double *s = mind + e * (n_hidden + 1), rho_q = factor * clip(s[n_hidden]);
    for (int32_t k = 0; k < t->n_in; k++) {
      const double rho = factor * clip(x[e * t->n_in + k]);
      double *g = gradient + k * n_hidden;
      for (int64_t i = 0; i < n_hidden; i++)
        g[i] += rho * clip(s[i]);
    }
    for (int64_t i = 0; i < n_hidden; i++) {
      gradient[at.b1 + i] += factor * clip(s[i]);
      gradient[at.w2 + i] += clip(s[i]) * rho_q;
    }
    gradient[at.b2] += rho_q;
  }
}
