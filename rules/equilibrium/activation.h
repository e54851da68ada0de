/* activation.h - what a unit makes of its drive: s = rho(u).
 *
 * rho is monotone, so that s = rho(u) minimises G(s) - u s with G' = rho^-1: this G is what a unit adds to the
 * energy. clip and its kin are not smooth (mask of the derivative inclusive at both ends: states that start at
 * zero must move), and not holomorphic.
 *
 *   clip          clip(u, 0, 1)                  Scellier & Bengio 2017
 *   sigmoid4      1 / (1 + exp(-4 (u - 1/2)))    Ernoult et al. 2019; Laborieux et al. 2021
 *   sigmoid       1 / (1 + exp(-u))
 *   tanh
 *   half_clip     clip(u / 2, 0, 1)              Laborieux et al. 2021
 *   centred_clip  clip(u, -1/2, 1/2)
 *   linear        u
 *   softmax       exp(u_i) / sum exp(u_j)        of a whole layer
 */
#ifndef EP_ACTIVATION_H
#define EP_ACTIVATION_H

#include <stdbool.h>
#include <stdint.h>

enum ep_activation {
  EP_CLIP,
  EP_SIGMOID4,
  EP_SIGMOID,
  EP_TANH,
  EP_HALF_CLIP,
  EP_CENTRED_CLIP,
  EP_LINEAR,
  EP_SOFTMAX
};
#define EP_ACTIVATIONS "clip|sigmoid4|sigmoid|tanh|half_clip|centred_clip|linear|softmax"

bool ep_holomorphic(int32_t activation);

/* Where states may lie: the closed range of rho (-inf, inf where it has none). */
void ep_range(int32_t activation, double *low, double *high);

/* out [n] = rho(u [n]); may be in place. */
void ep_activate(int32_t activation, int64_t n, const double *u, double *out);

/* out [n] = rho'(u [n]); not of softmax. */
void ep_derivative(int32_t activation, int64_t n, const double *u, double *out);

/* sum of G(s [n]) */
double ep_own_energy(int32_t activation, int64_t n, const double *s);

/* One step of relaxation of rows [n_row x n], row r at u + r u_stride and s + r s_stride:
     s += dt (rho(u) - s)    with dt = 1: s = rho(u)
   Returns the largest |rho(u) - s|; not a number where a state is not. u may be overwritten. */
double ep_settle(int32_t activation, double dt, int64_t n_row, int64_t n, double *u,
                 int64_t u_stride, double *s, int64_t s_stride);

/* The same with complex numbers, of a holomorphic rho: the imaginary parts lie `apart` doubles behind the
   real ones, in u and in s (apart_u, apart_s). */
double ep_settle_complex(int32_t activation, double dt, int64_t n_row, int64_t n, double *u,
                         int64_t u_stride, int64_t apart_u, double *s, int64_t s_stride,
                         int64_t apart_s);

/* p [n] = softmax(z [n]); the complex one with parts apart; both may be in place. */
void ep_softmax(int64_t n, const double *z, double *p);
void ep_softmax_complex(int64_t n, const double *z, const double *z_imaginary, double *p,
                        double *p_imaginary);

#endif
