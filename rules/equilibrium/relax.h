/* relax.h - the dynamics: from wherever the states are towards equilibrium.
 *
 *   asynchronous  layer by layer, s_l = rho(u_l): each step minimises the energy over one layer, which
 *                 therefore never rises; upwards without a nudge, downwards with one. Units of a layer with
 *                 lateral links go one by one.
 *   fixed_point   all layers at once, s = rho(u)                              Laborieux et al. 2021
 *   leaky         s += dt (rho(u) - s)                                        Ernoult et al. 2019, discrete
 *   euler         s = clip(s + dt (rho'(s) u - s + nudge)): down the gradient of the Hopfield energy, where
 *                 units act through rho(s)                                    Scellier & Bengio 2017
 *
 * u_l = b_l + what comes from the other layers, and for the output beta (-dC/dy): inside rho, or (leaky and
 * fixed_point, `nudge_outside`) added to the step outside it. Inside is the gradient of the cost; outside with
 * sigmoid4 it is that of a quarter of the binary cross-entropy.
 *
 * Energy of the first three: E = sum G(s) - Phi, Phi = sum s W s + sum b s; of euler: E = 1/2 sum s^2 - Phi of
 * rho(s). F = E + beta C.
 *
 * Rows: [copy][example] or, of complex states, [copy][part][example], part 0 real and 1 imaginary: weights are
 * real, so a complex state is two rows. Copies differ in beta.
 */
#ifndef EP_RELAX_H
#define EP_RELAX_H

#include "cost.h"

enum { EP_MOST_COPY = 17 };
enum ep_kind { EP_ASYNCHRONOUS, EP_FIXED_POINT, EP_LEAKY, EP_EULER };
#define EP_KINDS "asynchronous|fixed_point|leaky|euler"

typedef struct ep_dynamics {
  int32_t kind;
  bool nudge_outside;
  bool bare_output;  /* euler: no rho' at the output, as Ernoult et al. 2019                         */
  double dt;         /* leaky, euler                                                                 */
  double low, high;  /* euler: where states may lie                                                  */
  double tolerance;  /* done when the residual is below: the largest |ds| / dt of a step; 0: never   */
} ep_dynamics;

typedef struct ep_phase {
  int32_t n_example, n_copy;
  bool complex_states;
  int32_t steps;                    /* at most                                                       */
  double beta[EP_MOST_COPY][2];     /* real and imaginary part; all 0: free                          */
  const ep_goal *goal;              /* NULL: free                                                    */
  const double *fixed;              /* [example x unit] bias and what the input gives: ep_fix        */
} ep_phase;

typedef struct ep_settled {
  int64_t steps;
  double residual;
} ep_settled;

static inline int64_t ep_rows(const ep_phase *p)
{
  return (int64_t)p->n_example * p->n_copy * (p->complex_states ? 2 : 1);
}

/* Doubles of working memory for so many rows. */
int64_t ep_relax_room(const ep_network *, int64_t n_row);

/* The inputs [example x in] to the head of rows of states, through rho where the network says so. */
void ep_load(const ep_network *, int64_t n_example, const double *x, double *states);

/* fixed [example x unit]: biases and the drive from the clamped input at the head of each row of states,
   constant over all steps and phases. */
void ep_fix(const ep_network *, const double *theta, int64_t n_example, const double *states,
            double *fixed);

/* states [row x unit] in place. Of a readout, the output is left as it is: ep_read. */
ep_settled ep_relax(const ep_network *, const ep_dynamics *, const double *theta, const double *back,
                    const ep_phase *, double *states, double *room);

/* Readout: z of every row into the output's place. */
void ep_read(const ep_network *, const ep_dynamics *, const double *theta, const double *back,
             const ep_phase *, double *states, double *room);

/* What units act with: the states themselves, or (euler) rho of them, written to out [row x unit]. */
const double *ep_signal(const ep_network *, const ep_dynamics *, int64_t n_row,
                        const double *states, double *out);

/* E of one row of (real) states, with its fixed drive. */
double ep_energy(const ep_network *, const ep_dynamics *, const double *theta, const double *fixed,
                 const double *states, double *room);

#endif
