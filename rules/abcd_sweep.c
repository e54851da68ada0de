/* abcd_sweep.c - the ABCD family in one pass over the weights (24 bytes a synapse instead of 44).
 *
 *     v = scale w + ((a post + b) pre + (c post + d))      pre, post: of the step before
 *     drive += pre' v                                      pre': of this step
 *     max-abs: the largest |v| becomes the next scale's inverse; weights stay unscaled in memory
 *
 * The inner loop runs over postsynaptic neurons: no sum crosses vector lanes.
 */
#include "abcd_sweep.h"

#include <math.h>

#include <hebb/clone.h>

enum work { PENDING = 4, FORWARD = 8, MAX_ABS = 16 };

/* Columns that are done at a time: their running maxima fit the stack. */
enum { STRIP = 1024 };

// clang-format off
#define PARAMETERS                                                                                 \
  (int64_t n_pre, int64_t n_post, int64_t n, const float *restrict a, const float *restrict b,     \
   const float *restrict c, const float *restrict d, const float *restrict pre_pending,            \
   const float *restrict post_pending, const float *restrict pre, float *restrict drive,           \
   float *restrict weight, float *restrict largest, float scale)
#define ARGUMENTS                                                                                  \
  n_pre, n_post, n, a, b, c, d, pre_pending, post_pending, pre, drive, weight, largest, scale
// clang-format on

/* n columns of all rows. `what` is a constant wherever it is called, so every call is a loop of its own. */
static HEBB_INLINE void columns(int64_t n_pre, int64_t n_post, int64_t n, const float *restrict a,
                                const float *restrict b, const float *restrict c,
                                const float *restrict d, const float *restrict pre_pending,
                                const float *restrict post_pending, const float *restrict pre,
                                float *restrict drive, float *restrict weight,
                                float *restrict largest, float scale, const unsigned what)
{
  for (int64_t i = 0; i < n_pre; i++) {
    const int64_t row = i * n_post;
    const float x_pending = what & PENDING ? pre_pending[i] : 0, x = what & FORWARD ? pre[i] : 0;
    for (int64_t j = 0; j < n; j++) {
      float v = weight[row + j];
      if (what & PENDING) {
        const float y = post_pending[j];
        float dw = what & ABCD_B_AND_C ? (a[row + j] * y + b[row + j]) * x_pending
                                       : a[row + j] * y * x_pending;
        if ((what & ABCD_B_AND_C) && (what & ABCD_D))
          dw += c[row + j] * y + d[row + j];
        else if (what & ABCD_B_AND_C)
          dw += c[row + j] * y;
        else if (what & ABCD_D)
          dw += d[row + j];
        v = what & MAX_ABS ? scale * v + dw : v + dw;
        weight[row + j] = v;
      }
      if (what & MAX_ABS) {
        const float size = fabsf(v);
        largest[j] = size > largest[j] ? size : largest[j];
      }
      if (what & FORWARD)
        drive[j] += v * x;
    }
  }
}

#define KERNEL(name, what)                                                                         \
  static HEBB_INLINE void name##_inline PARAMETERS                                                 \
  {                                                                                                \
    columns(ARGUMENTS, what);                                                                      \
  }                                                                                                \
  HEBB_CLONES(name, PARAMETERS, (ARGUMENTS))

#define KERNELS_OF(form, planes)                                                                   \
  KERNEL(form##_fused, (planes) | PENDING | FORWARD)                                               \
  KERNEL(form##_fused_max, (planes) | PENDING | FORWARD | MAX_ABS)                                 \
  KERNEL(form##_update, (planes) | PENDING)                                                        \
  KERNEL(form##_update_max, (planes) | PENDING | MAX_ABS)

KERNELS_OF(a, 0)
KERNELS_OF(ad, ABCD_D)
KERNELS_OF(abc, ABCD_B_AND_C)
KERNELS_OF(abcd, ABCD_B_AND_C | ABCD_D)
KERNEL(forward, FORWARD)

typedef void kernel PARAMETERS;

/* By planes, then whether there is a forward pass, then whether the maximum is wanted. */
static kernel *const kernels[4][2][2] = {
  [0] = { { a_update, a_update_max }, { a_fused, a_fused_max } },
  [ABCD_D] = { { ad_update, ad_update_max }, { ad_fused, ad_fused_max } },
  [ABCD_B_AND_C] = { { abc_update, abc_update_max }, { abc_fused, abc_fused_max } },
  [ABCD_B_AND_C | ABCD_D] = { { abcd_update, abcd_update_max }, { abcd_fused, abcd_fused_max } },
};

static void sweep_lane(unsigned form, const hebb_sweep *s, int64_t lane)
{
  const int64_t n_pre = s->n_pre, n_post = s->n_post, synapses = n_pre * n_post;
  const float *a = s->plane;
  const float *b = form & ABCD_B_AND_C ? a + synapses : a, *c = b + (b - a);
  const float *d = form & ABCD_D ? c + synapses : a;
  const float scale = s->max_abs ? s->scale[lane] : 1;
  float largest[STRIP], most = 0;
  kernel *run = s->pre_pending ? kernels[form][s->pre != NULL][s->max_abs != 0] : forward;

  for (int64_t first = 0; first < n_post; first += STRIP) {
    const int64_t n = n_post - first < STRIP ? n_post - first : STRIP;
    float *drive = s->pre ? s->drive + lane * n_post + first : NULL;
    for (int64_t j = 0; j < n; j++)
      largest[j] = 0;
    for (int64_t j = 0; drive && j < n; j++)
      drive[j] = 0;
    run(n_pre, n_post, n, a + first, b + first, c + first, d + first,
        s->pre_pending ? s->pre_pending + lane * n_pre : NULL,
        s->pre_pending ? s->post_pending + lane * n_post + first : NULL,
        s->pre ? s->pre + lane * n_pre : NULL, drive, s->weight + lane * synapses + first, largest,
        scale);
    for (int64_t j = 0; j < n; j++)
      most = largest[j] > most ? largest[j] : most;
  }

  if (!s->max_abs)
    return;
  if (s->pre_pending)
    s->scale[lane] = most > 0 ? 1 / most : 1; // weights that are all zero stay as they are
  for (int64_t j = 0; s->pre && j < n_post; j++)
    s->drive[lane * n_post + j] *= s->scale[lane];
}

void abcd_sweep(unsigned form, const hebb_sweep *s)
{
  for (int64_t lane = 0; lane < s->n_lane; lane++)
    if ((s->pre_pending || s->pre) && (!s->live || s->live[lane]))
      sweep_lane(form, s, lane);
}
