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
#include <string.h>

#include <hebb/clone.h>

enum work { PENDING = 4, FORWARD = 8, MAX_ABS = 16 };

// clang-format off
#define PARAMETERS                                                                                 \
  (int64_t n_pre, int64_t n_post, const float *restrict a, const float *restrict b,     \
   const float *restrict c, const float *restrict d, const float *restrict pre_pending,            \
   const float *restrict post_pending, const float *restrict pre, float *restrict drive,           \
   float *restrict weight, int32_t *restrict largest, float scale)
#define ARGUMENTS                                                                                  \
  n_pre, n_post, a, b, c, d, pre_pending, post_pending, pre, drive, weight, largest, scale
// clang-format on

/* Magnitudes are compared by their bits, in the same order: an integer maximum stays in a register. */
static HEBB_INLINE int32_t bits_of(float x)
{
  int32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

/* What becomes of one weight. */
static HEBB_INLINE float changed(float weight, float a, float b, float c, float d, float pre,
                                 float post, float scale, const unsigned what)
{
  float dw = what & ABCD_B_AND_C ? (a * post + b) * pre : a * post * pre;
  if ((what & ABCD_B_AND_C) && (what & ABCD_D))
    dw += c * post + d;
  else if (what & ABCD_B_AND_C)
    dw += c * post;
  else if (what & ABCD_D)
    dw += d;
  return what & MAX_ABS ? scale * weight + dw : weight + dw;
}

/* Two rows of n, one after the other in the planes, so that drive is read and written half as often. */
static HEBB_INLINE void two_rows(int64_t n, const float *restrict a, const float *restrict b,
                                 const float *restrict c, const float *restrict d,
                                 const float pre_pending[2], const float *restrict post_pending,
                                 const float pre[2], float *restrict drive, float *restrict first,
                                 float *restrict second, int32_t *restrict largest, float scale,
                                 const unsigned what)
{
  const float p0 = what & PENDING ? pre_pending[0] : 0, p1 = what & PENDING ? pre_pending[1] : 0;
  const float x0 = what & FORWARD ? pre[0] : 0, x1 = what & FORWARD ? pre[1] : 0;
  int32_t most = 0;
  for (int64_t j = 0; j < n; j++) {
    float v0 = first[j], v1 = second[j];
    if (what & PENDING) {
      const float y = post_pending[j];
      v0 = changed(v0, a[j], b[j], c[j], d[j], p0, y, scale, what);
      v1 = changed(v1, a[n + j], b[n + j], c[n + j], d[n + j], p1, y, scale, what);
      first[j] = v0;
      second[j] = v1;
    }
    if (what & MAX_ABS) {
      const float size0 = fabsf(v0), size1 = fabsf(v1);
      const int32_t size = bits_of(size1 > size0 ? size1 : size0);
      most = size > most ? size : most;
    }
    if (what & FORWARD)
      drive[j] = (drive[j] + v0 * x0) + v1 * x1;
  }
  if (what & MAX_ABS)
    *largest = most > *largest ? most : *largest;
}

static HEBB_INLINE void one_row(int64_t n, const float *restrict a, const float *restrict b,
                                const float *restrict c, const float *restrict d,
                                const float *pre_pending, const float *restrict post_pending,
                                const float *pre, float *restrict drive, float *restrict weight,
                                int32_t *restrict largest, float scale, const unsigned what)
{
  const float p = what & PENDING ? *pre_pending : 0, x = what & FORWARD ? *pre : 0;
  int32_t most = 0;
  for (int64_t j = 0; j < n; j++) {
    float v = weight[j];
    if (what & PENDING)
      weight[j] = v = changed(v, a[j], b[j], c[j], d[j], p, post_pending[j], scale, what);
    if (what & MAX_ABS) {
      const int32_t size = bits_of(fabsf(v));
      most = size > most ? size : most;
    }
    if (what & FORWARD)
      drive[j] += v * x;
  }
  if (what & MAX_ABS)
    *largest = most > *largest ? most : *largest;
}

/* All rows. `what` is a constant wherever it is called, so every call is a loop of its own. */
static HEBB_INLINE void columns(int64_t n_pre, int64_t n_post, const float *restrict a,
                                const float *restrict b, const float *restrict c,
                                const float *restrict d, const float *restrict pre_pending,
                                const float *restrict post_pending, const float *restrict pre,
                                float *restrict drive, float *restrict weight,
                                int32_t *restrict largest, float scale, const unsigned what)
{
  int64_t i = 0;
  for (; i + 1 < n_pre; i += 2) {
    const int64_t at = i * n_post;
    two_rows(n_post, a + at, b + at, c + at, d + at, what & PENDING ? pre_pending + i : NULL,
             post_pending, what & FORWARD ? pre + i : NULL, drive, weight + at,
             weight + at + n_post, largest, scale, what);
  }
  if (i < n_pre) {
    const int64_t at = i * n_post;
    one_row(n_post, a + at, b + at, c + at, d + at, what & PENDING ? pre_pending + i : NULL,
            post_pending, what & FORWARD ? pre + i : NULL, drive, weight + at, largest, scale,
            what);
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
  float *drive = s->pre ? s->drive + lane * n_post : NULL, most;
  int32_t largest = 0;
  kernel *run = s->pre_pending ? kernels[form][s->pre != NULL][s->max_abs != 0] : forward;

  for (int64_t j = 0; s->pre && j < n_post; j++)
    drive[j] = 0;
  run(n_pre, n_post, a, b, c, d, s->pre_pending ? s->pre_pending + lane * n_pre : NULL,
      s->pre_pending ? s->post_pending + lane * n_post : NULL,
      s->pre ? s->pre + lane * n_pre : NULL, drive, s->weight + lane * synapses, &largest, scale);

  if (!s->max_abs)
    return;
  memcpy(&most, &largest, sizeof most);
  const float factor = !s->pre_pending ? scale : most > 0 ? 1 / most : 1; // all zero: they stay so
  s->scale[lane] = factor;
  for (int64_t j = 0; s->pre && j < n_post; j++)
    drive[j] *= factor;
}

void abcd_sweep(unsigned form, const hebb_sweep *s)
{
  for (int64_t lane = 0; lane < s->n_lane; lane++)
    if ((s->pre_pending || s->pre) && (!s->live || s->live[lane]))
      sweep_lane(form, s, lane);
}
