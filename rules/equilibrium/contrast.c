/* contrast.c - the estimators: correlations of all copies, each with its complex coefficient. */
#include "contrast.h"

#include <string.h>

#include "product.h"

/* What one call works with. Coefficient of copy c: gamma_c = share_c / beta_c. */
typedef struct work {
  const ep_network *net;
  const ep_phase *phase;
  double share[EP_MOST_COPY], gamma[EP_MOST_COPY][2], gamma_free;
  const double *free_signal, *signal; /* [example x unit], [row x unit]                        */
  double *change;                     /* [example x unit] sum over copies of Re(gamma s)        */
  double *scaled;                     /* [row x n of a layer]                                   */
} work;

void ep_copies(const ep_nudging *nudging, double sign, ep_phase *phase)
{
  const double beta = nudging->beta;
  const int32_t n = nudging->points;
  memset(phase->beta, 0, sizeof phase->beta);
  phase->complex_states = nudging->estimator == EP_HOLOMORPHIC;
  phase->n_copy = 1;
  phase->beta[0][0] = nudging->estimator == EP_RANDOM_SIGN ? sign * beta : beta;
  if (nudging->estimator == EP_SYMMETRIC) {
    phase->n_copy = 2;
    phase->beta[1][0] = -beta;
  }
  if (nudging->estimator == EP_HOLOMORPHIC) {
    phase->n_copy = n / 2 + 1; // the others are conjugate to these
    for (int32_t t = 0; t <= n / 2; t++) {
      double sine, cosine;
      hebb_sincos_turn((double)t / n, &sine, &cosine);
      phase->beta[t][0] = beta * cosine;
      phase->beta[t][1] = 2 * t == n ? 0 : beta * sine;
    }
  }
}

static void find_coefficients(work *w, const ep_nudging *nudging)
{
  const int32_t n = nudging->points;
  for (int32_t c = 0; c < w->phase->n_copy; c++) {
    const double *b = w->phase->beta[c], size = b[0] * b[0] + b[1] * b[1];
    w->share[c] = nudging->estimator == EP_SYMMETRIC     ? 0.5
                  : nudging->estimator != EP_HOLOMORPHIC ? 1
                  : c == 0 || 2 * c == n                 ? 1.0 / n
                                                         : 2.0 / n;
    w->gamma[c][0] = w->share[c] * b[0] / size;
    w->gamma[c][1] = -w->share[c] * b[1] / size;
  }
  w->gamma_free = nudging->estimator == EP_ONE_SIDED || nudging->estimator == EP_RANDOM_SIGN
                      ? -1 / w->phase->beta[0][0]
                      : 0;
  if (nudging->estimator == EP_HOLOMORPHIC && n == 1)
    w->gamma_free = -1 / nudging->beta;
}

static double weight_of(const ep_phase *p, int64_t example)
{
  return (p->goal && p->goal->weight ? p->goal->weight[example] : 1) / p->n_example;
}

/* One row of a copy, scaled: real part a, imaginary part b -> Re(gamma s) in a, the partner of b in b. */
static void scale_row(const work *w, int32_t c, int64_t e, int64_t n, const double *s, double *out)
{
  const ep_phase *p = w->phase;
  const double weight = weight_of(p, e), g = weight * w->gamma[c][0], h = weight * w->gamma[c][1];
  if (!p->complex_states) {
    for (int64_t i = 0; i < n; i++)
      out[i] = g * s[i];
    return;
  }
  // Re(gamma (a + i b) (x + i y)) = x (g a - h b) + y (-g b - h a)
  const double *b = s + p->n_example * w->net->n_unit;
  double *other = out + p->n_example * n;
  for (int64_t i = 0; i < n; i++) {
    out[i] = g * s[i] - h * b[i];
    other[i] = -g * b[i] - h * s[i];
  }
}

static int64_t row_of(const ep_phase *p, int32_t c, int64_t e)
{
  return (p->complex_states ? 2 * (int64_t)c : c) * p->n_example + e;
}

static void find_change(const work *w)
{
  const ep_phase *p = w->phase;
  const int64_t n = w->net->n_unit;
  for (int64_t e = 0; e < p->n_example; e++) {
    double *change = w->change + e * n;
    for (int64_t i = 0; i < n; i++)
      change[i] = weight_of(p, e) * w->gamma_free * w->free_signal[e * n + i];
    for (int32_t c = 0; c < p->n_copy; c++) {
      const double *s = w->signal + row_of(p, c, e) * n;
      const double g = weight_of(p, e) * w->gamma[c][0], h = weight_of(p, e) * w->gamma[c][1];
      for (int64_t i = 0; i < n; i++)
        change[i] += g * s[i];
      for (int64_t i = 0; p->complex_states && i < n; i++)
        change[i] -= h * s[p->n_example * n + i];
    }
  }
}

static void clear_diagonal(const ep_network *net, const ep_link *link, double *gradient)
{
  const int64_t n = net->layer[link->to].n;
  for (int64_t i = 0; link->from == link->to && i < n; i++)
    gradient[link->weight + i * n + i] = 0;
}

/* A link of an energy: all copies' correlations. */
static void correlate_link(const work *w, const ep_link *link, double *gradient)
{
  const ep_phase *p = w->phase;
  const ep_layer *from = &w->net->layer[link->from], *to = &w->net->layer[link->to];
  const int64_t n_unit = w->net->n_unit, n = to->n;
  double *g = gradient + link->weight;
  if (link->from == 0) { // every copy has the same input
    ep_outer(p->n_example, from->n, n, w->free_signal, n_unit, w->change + to->unit, n_unit, g);
    return;
  }
  for (int32_t c = 0; c < p->n_copy; c++)
    for (int64_t e = 0; e < p->n_example; e++)
      scale_row(w, c, e, n, w->signal + row_of(p, c, e) * n_unit + to->unit,
                w->scaled + row_of(p, c, e) * n);
  ep_outer(ep_rows(p), from->n, n, w->signal + from->unit, n_unit, w->scaled, n, g);
  if (w->gamma_free == 0)
    return;
  for (int64_t e = 0; e < p->n_example; e++)
    for (int64_t i = 0; i < n; i++)
      w->scaled[e * n + i] =
          weight_of(p, e) * w->gamma_free * w->free_signal[e * n_unit + to->unit + i];
  ep_outer(p->n_example, from->n, n, w->free_signal + from->unit, n_unit, w->scaled, n, g);
}

/* A link of a vector field: activity of the free state times the change of the other side. */
static void follow_link(const work *w, const ep_nudging *nudging, const ep_link *link,
                        double *gradient)
{
  const ep_layer *from = &w->net->layer[link->from], *to = &w->net->layer[link->to];
  const int64_t n_unit = w->net->n_unit, examples = w->phase->n_example, n = from->n, m = to->n;
  double *forward = gradient + link->weight;
  ep_outer(examples, n, m, w->free_signal + from->unit, n_unit, w->change + to->unit, n_unit,
           forward);
  if (link->feedback < 0)
    return;
  double *feedback = gradient + link->feedback;
  ep_outer(examples, m, n, w->free_signal + to->unit, n_unit, w->change + from->unit, n_unit,
           feedback);
  for (int64_t i = 0; nudging->same_feedback && i < n; i++)
    for (int64_t j = 0; j < m; j++)
      forward[i * m + j] = feedback[j * n + i] = 0.5 * (forward[i * m + j] + feedback[j * n + i]);
}

/* Links into a readout, and its biases: -dC/dW at the nudged states, the mean over the copies. */
static void follow_readout(const work *w, double *gradient)
{
  const ep_phase *p = w->phase;
  const ep_network *net = w->net;
  const ep_layer *last = &net->layer[net->n_layer - 1];
  const int64_t n = last->n, n_unit = net->n_unit, examples = p->n_example;
  for (int32_t c = 0; c < p->n_copy; c++)
    for (int64_t e = 0; e < examples; e++) {
      const double *z = w->signal + row_of(p, c, e) * n_unit + last->unit;
      const double factor = weight_of(p, e) * w->share[c];
      double *out = w->scaled + row_of(p, c, e) * n, *other = out + examples * n;
      if (p->complex_states)
        ep_nudge_complex(p->goal, n, e, z, z + examples * n_unit, out, other);
      else
        ep_nudge(p->goal, n, e, z, out);
      for (int64_t i = 0; i < n; i++) {
        out[i] *= factor;
        gradient[last->bias + i] += out[i];
        if (p->complex_states)
          other[i] *= -factor; // Re((a + i b) (x + i y)) = x a - y b
      }
    }
  for (int32_t k = 0; k < net->n_link; k++) {
    const ep_link *link = &net->link[k];
    if (link->to == net->n_layer - 1)
      ep_outer(ep_rows(p), net->layer[link->from].n, n, w->signal + net->layer[link->from].unit,
               n_unit, w->scaled, n, gradient + link->weight);
  }
}

int64_t ep_contrast_room(const ep_network *net, int64_t n_row)
{
  return 5 * n_row * net->n_unit;
}

void ep_contrast(const ep_network *net, const ep_dynamics *how, const ep_nudging *nudging,
                 const ep_phase *phase, const double *free_states, const double *nudged,
                 double *gradient, double *room)
{
  const int64_t n_row = ep_rows(phase), rows = n_row * net->n_unit, top = ep_top(net);
  work w = { .net = net, .phase = phase };
  find_coefficients(&w, nudging);
  w.free_signal = ep_signal(net, how, phase->n_example, free_states, room);
  w.signal = ep_signal(net, how, n_row, nudged, room + rows);
  w.change = room + 2 * rows;
  w.scaled = room + 3 * rows;
  find_change(&w);
  for (int32_t k = 0; k < net->n_link; k++) {
    const ep_link *link = &net->link[k];
    if (link->to > top)
      continue;
    if (net->separate)
      follow_link(&w, nudging, link, gradient);
    else
      correlate_link(&w, link, gradient);
    clear_diagonal(net, link, gradient);
  }
  for (int32_t l = 1; l <= top; l++)
    for (int64_t e = 0; e < phase->n_example; e++)
      for (int64_t i = 0; i < net->layer[l].n; i++)
        gradient[net->layer[l].bias + i] += w.change[e * net->n_unit + net->layer[l].unit + i];
  if (net->readout)
    follow_readout(&w, gradient);
}
