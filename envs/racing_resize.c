/* racing_resize.c - OpenCV's INTER_AREA from 96 x 96 to 84 x 84 pixels, to the last bit.
 *
 * Each axis is a filter of two taps: 8 pixels become 7, and output j of them is
 *
 *     ((7 - j) in[j] + (j + 1) in[j + 1]) / 8
 *
 * The two axes are exact in 16 bits; their sum / 64 is rounded half to even.
 */
#include "racing_resize.h"

#include <hebb/clone.h>
#include <string.h>

enum {
  FROM = 96 * 3, /* bytes of a row */
  TO = 84 * 3,
  TAKE = 8 * 3, /* bytes of a row that become GIVE bytes */
  GIVE = 7 * 3,
  LANES = 32, /* GIVE, filled up for vectors; what is too much is overwritten by the next */
};

/* Weights of a row's bytes: pixel j of a group, three channels; those beyond GIVE do not matter. */
static const uint16_t first_weight[LANES] = { 7, 7, 7, 6, 6, 6, 5, 5, 5, 4, 4,
                                              4, 3, 3, 3, 2, 2, 2, 1, 1, 1 };
static const uint16_t second_weight[LANES] = { 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4,
                                               4, 5, 5, 5, 6, 6, 6, 7, 7, 7 };

static HEBB_INLINE void resize_row_inline(uint16_t first, uint16_t second,
                                          const uint8_t *restrict above,
                                          const uint8_t *restrict below, uint16_t *restrict sum,
                                          uint8_t *restrict row)
{
  for (int k = 0; k < FROM; k++)
    sum[k] = (uint16_t)(first * above[k] + second * below[k]);
  for (int group = 0; group < FROM / TAKE; group++) {
    const uint16_t *from = sum + group * TAKE;
    uint8_t *to = row + group * GIVE;
    for (int k = 0; k < LANES; k++) {
      const uint16_t s = (uint16_t)(first_weight[k] * from[k] + second_weight[k] * from[k + 3]);
      to[k] = (uint8_t)((uint16_t)(s + 31 + (s >> 6 & 1)) >> 6);
    }
  }
}

static HEBB_INLINE void resize_inline(const uint8_t *restrict frame, uint8_t *restrict small)
{
  uint16_t sum[FROM + LANES] = { 0 };
  uint8_t row[TO + LANES];
  for (int i = 0; i < 84; i++) {
    const uint8_t *above = frame + (8 * i / 7) * FROM;
    resize_row_inline((uint16_t)(7 - i % 7), (uint16_t)(i % 7 + 1), above, above + FROM, sum, row);
    memcpy(small + i * TO, row, TO);
  }
}

HEBB_CLONES(resize, (const uint8_t *restrict frame, uint8_t *restrict small), (frame, small))

void racing_resize(const uint8_t *frame, uint8_t *small)
{
  resize(frame, small);
}
