/* relax.c - the four dynamics. */
#include "relax.h"

#include <string.h>

#include "product.h"

/* What one call of ep_relax works with. */
typedef struct work {
  const ep_network *net;
  const ep_dynamics *how;
  const double *theta, *back;
  const ep_phase *phase;
  double *states;       /* [row x unit]                                                */
  const double *signal; /* [row x unit] what units act with: the states, or rho of them */
  double *rho;          /* [row x unit] room for that                                  */
  double *drive;        /* [layer][row x n] */
  double *pull;         /* [row x out] beta times the nudge at the output              */
  double *before;       /* [row x out] the output before a step                        */
} work;

int64_t ep_relax_room(const ep_network *net, int64_t n_row)
{
  return n_row * (2 * net->n_unit + 2 * ep_n_out(net));
}

static work begin(const ep_network *net, const ep_dynamics *how, const double *theta,
                  const double *back, const ep_phase *phase, double *states, double *room)
{
  const int64_t n_row = ep_rows(phase);
  work w = { .net = net, .how = how, .theta = theta, .back = back, .phase = phase };
  w.states = states;
  w.signal = states;
  w.rho = room;
  w.drive = w.rho + n_row * net->n_unit;
  w.pull = w.drive + n_row * net->n_unit;
  w.before = w.pull + n_row * ep_n_out(net);
  if (how->kind == EP_EULER)
    w.signal = w.rho;
  return w;
}

static double *drive_of(const work *w, int32_t l)
{
  return w->drive + ep_rows(w->phase) * w->net->layer[l].unit;
}

/* Of complex states every other block of n_example rows is imaginary. */
static bool imaginary(const ep_phase *p, int64_t row)
{
  return p->complex_states && row / p->n_example % 2;
}

/* ---- the input ---- */

void ep_load(const ep_network *net, int64_t n_example, const double *x, double *states)
{
  const int64_t n = ep_n_in(net);
  for (int64_t e = 0; e < n_example; e++)
    ep_activate(net->input_rho ? net->layer[1].activation : EP_LINEAR, n, x + e * n,
                states + e * net->n_unit);
}

void ep_fix(const ep_network *net, const double *theta, int64_t n_example, const double *states,
            double *fixed)
{
  for (int64_t e = 0; e < n_example; e++)
    for (int32_t l = 1; l < net->n_layer; l++)
      memcpy(fixed + e * net->n_unit + net->layer[l].unit, theta + net->layer[l].bias,
             (size_t)net->layer[l].n * sizeof *fixed);
  for (int32_t k = 0; k < net->n_link; k++) {
    const ep_link *link = &net->link[k];
    if (link->from == 0)
      ep_product(n_example, ep_n_in(net), net->layer[link->to].n, states, net->n_unit,
                 theta + link->weight, fixed + net->layer[link->to].unit, net->n_unit);
  }
}

/* ---- what drives a layer ---- */

const double *ep_signal(const ep_network *net, const ep_dynamics *how, int64_t n_row,
                        const double *states, double *out)
{
  if (how->kind != EP_EULER)
    return states;
  for (int64_t r = 0; r < n_row; r++) {
    const double *s = states + r * net->n_unit;
    memcpy(out + r * net->n_unit, s, (size_t)ep_n_in(net) * sizeof *out);
    for (int32_t l = 1; l < net->n_layer; l++)
      ep_activate(net->layer[l].activation, net->layer[l].n, s + net->layer[l].unit,
                  out + r * net->n_unit + net->layer[l].unit);
  }
  return out;
}

/* out [row x n of l], rows a stride apart = fixed drive + links from the layers below; with `all` also those
   from above, and lateral ones where asked for. */
static void gather(const work *w, int32_t l, bool all, bool lateral, double *out, int64_t stride)
{
  const ep_network *net = w->net;
  const ep_layer *layer = &net->layer[l];
  const int64_t n_row = ep_rows(w->phase), n_unit = net->n_unit, n = layer->n;
  for (int64_t r = 0; r < n_row; r++)
    if (imaginary(w->phase, r))
      memset(out + r * stride, 0, (size_t)n * sizeof *out);
    else
      memcpy(out + r * stride, w->phase->fixed + r % w->phase->n_example * n_unit + layer->unit,
             (size_t)n * sizeof *out);
  for (int32_t k = 0; k < net->n_link; k++) {
    const ep_link *link = &net->link[k];
    const ep_layer *from = &net->layer[link->from], *to = &net->layer[link->to];
    if (link->to == l && link->from > 0 && (link->from < l || lateral))
      ep_product_both(n_row, from->n, n, w->signal + from->unit, n_unit, w->theta + link->weight,
                      link->back >= 0 && link->feedback < 0 ? w->back + link->back : NULL, out,
                      stride);
    if (!all || link->from != l || link->to == l)
      continue;
    if (!(net->readout && link->to == net->n_layer - 1))
      ep_product(n_row, to->n, n, w->signal + to->unit, n_unit, w->back + link->back, out, stride);
    else if (w->phase->goal)
      ep_product(n_row, to->n, n, w->pull, to->n, w->back + link->back, out, stride);
  }
}

static void read_output(const work *w)
{
  const int32_t last = w->net->n_layer - 1;
  gather(w, last, false, false, w->states + w->net->layer[last].unit, w->net->n_unit);
}

void ep_read(const ep_network *net, const ep_dynamics *how, const double *theta, const double *back,
             const ep_phase *phase, double *states, double *room)
{
  work w = begin(net, how, theta, back, phase, states, room);
  w.signal = ep_signal(net, how, ep_rows(phase), states, w.rho);
  read_output(&w);
}

/* pull = beta strength (-dC/dy) at the output as it is */
static void find_pull(const work *w)
{
  const ep_phase *p = w->phase;
  const ep_network *net = w->net;
  const int64_t n = ep_n_out(net), examples = p->n_example;
  const double *y = w->states + net->layer[net->n_layer - 1].unit;
  if (net->readout)
    read_output(w);
  for (int32_t c = 0; c < p->n_copy; c++)
    for (int64_t e = 0; e < examples; e++) {
      const double strength = p->goal->strength ? p->goal->strength[e] : 1;
      const double b = strength * p->beta[c][0], b_imaginary = strength * p->beta[c][1];
      const int64_t row = (p->complex_states ? 2 * c : c) * examples + e;
      double *pull = w->pull + row * n;
      if (!p->complex_states) {
        ep_nudge(p->goal, n, e, y + row * net->n_unit, pull);
        for (int64_t i = 0; i < n; i++)
          pull[i] *= b;
        continue;
      }
      double *other = pull + examples * n;
      ep_nudge_complex(p->goal, n, e, y + row * net->n_unit, y + (row + examples) * net->n_unit,
                       pull, other);
      for (int64_t i = 0; i < n; i++) {
        const double re = pull[i], im = other[i];
        pull[i] = re * b - im * b_imaginary;
        other[i] = re * b_imaginary + im * b;
      }
    }
}

/* Adds factor x pull to rows of the top layer, where it is the output. */
static void add_pull(const work *w, double factor, double *to, int64_t stride)
{
  const int64_t n_row = ep_rows(w->phase), n = ep_n_out(w->net);
  for (int64_t r = 0; r < n_row; r++)
    for (int64_t i = 0; i < n; i++)
      to[r * stride + i] += factor * w->pull[r * n + i];
}

/* ---- one step ---- */

static double larger(double a, double b)
{
  return a > b || a != a ? a : b; // what is not a number stays
}

/* s_l += dt (rho(u_l) - s_l) */
static double settle(const work *w, int32_t l, double dt)
{
  const ep_layer *layer = &w->net->layer[l];
  const ep_phase *p = w->phase;
  const int64_t n_unit = w->net->n_unit, n = layer->n;
  double *u = drive_of(w, l), *s = w->states + layer->unit, residual = 0;
  if (!p->complex_states)
    return ep_settle(layer->activation, dt, ep_rows(p), n, u, n, s, n_unit);
  for (int32_t c = 0; c < p->n_copy; c++) {
    const int64_t row = (int64_t)2 * c * p->n_example;
    residual = larger(residual, ep_settle_complex(layer->activation, dt, p->n_example, n,
                                                  u + row * n, n, p->n_example * n,
                                                  s + row * n_unit, n_unit, p->n_example * n_unit));
  }
  return residual;
}

/* Units of a layer with a lateral link one by one; u has the lateral drive of the states as they are. */
static double settle_lateral(const work *w, const ep_link *link)
{
  const ep_layer *layer = &w->net->layer[link->to];
  const ep_phase *p = w->phase;
  const int64_t n = layer->n, parts = p->complex_states ? 2 : 1;
  const int64_t apart_u = p->n_example * n, apart_s = p->n_example * w->net->n_unit;
  double *u = drive_of(w, link->to), *s = w->states + layer->unit, residual = 0;
  for (int64_t k = 0; k < (int64_t)p->n_example * p->n_copy; k++) {
    const int64_t row = parts == 2 ? k / p->n_example * p->n_example + k : k;
    for (int64_t i = 0; i < n; i++) {
      double *of = u + row * n, *at = s + row * w->net->n_unit + i;
      const double own[2] = { of[i], parts == 2 ? of[apart_u + i] : 0 };
      const double before[2] = { at[0], parts == 2 ? at[apart_s] : 0 };
      double drive[2] = { own[0], own[1] };
      residual =
          larger(residual, parts == 2 ? ep_settle_complex(layer->activation, 1, 1, 1, drive, 0, 1,
                                                          at, 0, apart_s)
                                      : ep_settle(layer->activation, 1, 1, 1, drive, 0, at, 0));
      for (int64_t part = 0; part < parts; part++) {
        const double change = at[part * apart_s] - before[part];
        ep_product(1, 1, n, &change, 0, w->theta + link->weight + i * n, of + part * apart_u, 0);
      }
    }
  }
  return residual;
}

static const ep_link *lateral_of(const ep_network *net, int32_t l)
{
  for (int32_t k = 0; k < net->n_link; k++)
    if (net->link[k].from == l && net->link[k].to == l)
      return &net->link[k];
  return NULL;
}

static double step_asynchronous(const work *w)
{
  const int32_t top = ep_top(w->net);
  double residual = 0;
  for (int32_t k = 1; k <= top; k++) {
    const int32_t l = w->phase->goal ? top + 1 - k : k;
    const ep_link *lateral = lateral_of(w->net, l);
    if (w->phase->goal && (l == top || w->net->readout))
      find_pull(w);
    gather(w, l, true, true, drive_of(w, l), w->net->layer[l].n);
    if (w->phase->goal && l == top && !w->net->readout)
      add_pull(w, 1, drive_of(w, l), w->net->layer[l].n);
    residual = larger(residual, lateral ? settle_lateral(w, lateral) : settle(w, l, 1));
  }
  return residual;
}

/* The output, nudged outside its activation: s += dt (rho(u) - s + pull). */
static double settle_output(const work *w, double dt)
{
  const ep_layer *layer = &w->net->layer[ep_top(w->net)];
  const int64_t n_row = ep_rows(w->phase), n = layer->n, n_unit = w->net->n_unit;
  double *s = w->states + layer->unit, residual = 0;
  for (int64_t r = 0; r < n_row; r++)
    memcpy(w->before + r * n, s + r * n_unit, (size_t)n * sizeof *s);
  settle(w, ep_top(w->net), dt);
  add_pull(w, dt, s, n_unit);
  for (int64_t r = 0; r < n_row; r++)
    for (int64_t i = 0; i < n; i++)
      residual = larger(residual, fabs(s[r * n_unit + i] - w->before[r * n + i]) / dt);
  return residual;
}

/* All layers at once: fixed_point and leaky. */
static double step_together(const work *w)
{
  const ep_network *net = w->net;
  const int32_t top = ep_top(net);
  const double dt = w->how->kind == EP_LEAKY ? w->how->dt : 1;
  const bool at_output = w->phase->goal && !net->readout, outside = w->how->nudge_outside;
  double residual = 0;
  if (w->phase->goal)
    find_pull(w);
  for (int32_t l = 1; l <= top; l++)
    gather(w, l, true, true, drive_of(w, l), net->layer[l].n);
  if (at_output && !outside)
    add_pull(w, 1, drive_of(w, top), net->layer[top].n);
  for (int32_t l = 1; l <= top; l++)
    residual = larger(residual,
                      l == top && at_output && outside ? settle_output(w, dt) : settle(w, l, dt));
  return residual;
}

static double step_euler(const work *w)
{
  const ep_network *net = w->net;
  const ep_dynamics *how = w->how;
  const int64_t n_row = ep_rows(w->phase);
  const int32_t top = ep_top(net);
  double residual = 0;
  ep_signal(net, how, n_row, w->states, w->rho);
  if (w->phase->goal)
    find_pull(w);
  for (int32_t l = 1; l <= top; l++)
    gather(w, l, true, true, drive_of(w, l), net->layer[l].n);
  for (int32_t l = 1; l <= top; l++) {
    const ep_layer *layer = &net->layer[l];
    const bool output = l == top && !net->readout;
    const double *pull = output && w->phase->goal ? w->pull : NULL;
    for (int64_t r = 0; r < n_row; r++) {
      double *s = w->states + r * net->n_unit + layer->unit;
      const double *u = drive_of(w, l) + r * layer->n;
      double *slope = w->rho + r * net->n_unit + layer->unit; /* the signal has done its work */
      ep_derivative(output && how->bare_output ? EP_LINEAR : layer->activation, layer->n, s, slope);
      for (int64_t i = 0; i < layer->n; i++) {
        const double force = slope[i] * u[i] - s[i] + (pull ? pull[r * layer->n + i] : 0);
        double next = s[i] + how->dt * force;
        next = next < how->low ? how->low : next;
        next = next > how->high ? how->high : next;
        const double change = (next - s[i]) / how->dt;
        residual = larger(residual, change < 0 ? -change : change);
        s[i] = next;
      }
    }
  }
  return residual;
}

ep_settled ep_relax(const ep_network *net, const ep_dynamics *how, const double *theta,
                    const double *back, const ep_phase *phase, double *states, double *room)
{
  const work w = begin(net, how, theta, back, phase, states, room);
  ep_settled settled = { 0, 0 };
  while (settled.steps < phase->steps) {
    settled.residual = how->kind == EP_ASYNCHRONOUS ? step_asynchronous(&w)
                       : how->kind == EP_EULER      ? step_euler(&w)
                                                    : step_together(&w);
    settled.steps++;
    if (settled.residual < how->tolerance)
      break;
  }
  return settled;
}
