/* float_mode.h - denormal numbers count as zero inside the network: weights and activities that fade away
 * would otherwise cost twenty times as much. Physics keeps IEEE arithmetic. */
#ifndef HEBB_FLOAT_MODE_H
#define HEBB_FLOAT_MODE_H

#ifdef __SSE2__
#include <xmmintrin.h>

enum { FLOAT_MODE_FLUSH = 0x8040 }; /* flush to zero, denormals are zero */

static inline unsigned float_mode_flush(void)
{
  const unsigned mode = _mm_getcsr();
  _mm_setcsr(mode | FLOAT_MODE_FLUSH);
  return mode;
}

static inline void float_mode_restore(unsigned mode)
{
  _mm_setcsr(mode);
}
#else
static inline unsigned float_mode_flush(void)
{
  return 0;
}

static inline void float_mode_restore(unsigned mode)
{
  (void)mode;
}
#endif

#endif
