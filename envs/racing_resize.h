/* racing_resize.h - a frame of 96 x 96 pixels as the networks see it: 84 x 84. */
#ifndef RACING_RESIZE_H
#define RACING_RESIZE_H

#include <stdint.h>

/* frame [96 x 96 x 3] -> small [84 x 84 x 3] */
void racing_resize(const uint8_t *frame, uint8_t *small);

#endif
