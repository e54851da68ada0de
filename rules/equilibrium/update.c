/* update.c - gradient steps: plain, with momentum, Adam. */
#include "update.h"

#include <hebb/clone.h>
#include <math.h>

/* What one step does to every number of a span. */
typedef struct step {
  double rate, decay, momentum, beta1, beta2, epsilon;
  double root; /* sqrt(1 - beta2^t) */
} step;

static HEBB_INLINE void sgd_inline(const step *s, int64_t n, const double *restrict g,
                                   double *restrict theta)
{
  const double rate = s->rate, decay = s->decay;
  for (int64_t i = 0; i < n; i++)
    theta[i] += rate * (g[i] - decay * theta[i]);
}
HEBB_CLONES(sgd, (const step *s, int64_t n, const double *restrict g, double *restrict theta),
            (s, n, g, theta))

static HEBB_INLINE void momentum_inline(const step *s, int64_t n, const double *restrict g,
                                        double *restrict theta, double *restrict m)
{
  const double rate = s->rate, decay = s->decay, mu = s->momentum;
  for (int64_t i = 0; i < n; i++) {
    m[i] = mu * m[i] + (g[i] - decay * theta[i]);
    theta[i] += rate * m[i];
  }
}
HEBB_CLONES(momentum,
            (const step *s, int64_t n, const double *restrict g, double *restrict theta,
             double *restrict m),
            (s, n, g, theta, m))

static HEBB_INLINE void adam_inline(const step *s, int64_t n, const double *restrict g,
                                    double *restrict theta, double *restrict m, double *restrict v)
{
  const double rate = s->rate, decay = s->decay, b1 = s->beta1, b2 = s->beta2;
  const double epsilon = s->epsilon, root = s->root;
  for (int64_t i = 0; i < n; i++) {
    const double f = g[i] - decay * theta[i];
    m[i] = b1 * m[i] + (1 - b1) * f;
    v[i] = b2 * v[i] + (1 - b2) * f * f;
    theta[i] += rate * m[i] / (sqrt(v[i]) / root + epsilon);
  }
}
HEBB_CLONES(adam,
            (const step *s, int64_t n, const double *restrict g, double *restrict theta,
             double *restrict m, double *restrict v),
            (s, n, g, theta, m, v))

/* span [n] at `first` of vectors of length `all` */
static void move(const ep_optimizer *o, const ep_progress *p, double rate, int64_t first, int64_t n,
                 int64_t all, const double *g, double *theta, double *moment)
{
  step s = { rate, o->decay, o->momentum, o->beta1, o->beta2, o->epsilon, 1 };
  if (o->method == EP_SGD) {
    sgd(&s, n, g + first, theta + first);
  } else if (o->method == EP_MOMENTUM) {
    momentum(&s, n, g + first, theta + first, moment + first);
  } else {
    s.rate = rate / (1 - p->power1);
    s.root = sqrt(1 - p->power2);
    adam(&s, n, g + first, theta + first, moment + first, moment + all + first);
  }
}

static void advance(const ep_optimizer *o, ep_progress *p)
{
  p->power1 = (p->steps ? p->power1 : 1) * o->beta1;
  p->power2 = (p->steps ? p->power2 : 1) * o->beta2;
  p->steps++;
}

void ep_update(const ep_network *net, const ep_optimizer *o, ep_progress *p, const double *gradient,
               double *theta, double *moment)
{
  const int64_t all = net->n_parameter;
  advance(o, p);
  for (int32_t k = 0; k < net->n_link; k++) {
    const ep_link *link = &net->link[k];
    const int64_t n = (int64_t)net->layer[link->from].n * net->layer[link->to].n;
    move(o, p, o->rate[link->to], link->weight, n, all, gradient, theta, moment);
    if (link->feedback >= 0)
      move(o, p, o->rate[link->to], link->feedback, n, all, gradient, theta, moment);
  }
  for (int32_t l = 1; l < net->n_layer; l++)
    move(o, p, o->bias_factor * o->rate[l], net->layer[l].bias, net->layer[l].n, all, gradient,
         theta, moment);
}

void ep_update_vector(const ep_optimizer *o, ep_progress *p, double rate, int64_t n,
                      const double *gradient, double *theta, double *moment)
{
  advance(o, p);
  move(o, p, rate, 0, n, n, gradient, theta, moment);
}
