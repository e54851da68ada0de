/* abcd_sweep.h - the ABCD family in one pass over the weights: pending update and forward pass. */
#ifndef ABCD_SWEEP_H
#define ABCD_SWEEP_H

#include <hebb/rule.h>

/* What is in the planes: a, then b and c, then d. */
enum abcd_planes { ABCD_B_AND_C = 1, ABCD_D = 2 };

/* dw = a pre post + b pre + c post + d, with planes [plane x pre x post] a, b, c, d as far as the form
   has them; in the order ((a post + b) pre) + (c post + d). */
void abcd_sweep(unsigned form, const hebb_sweep *s);

#endif
