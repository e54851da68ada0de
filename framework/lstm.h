/* lstm.h - an LSTM layer before the dense layers.
 *
 *     drive = input_bias + hidden_bias + input x + hidden h,  its quarters i, f, g, o
 *     c = sigmoid(f) c + sigmoid(i) tanh(g);  h = sigmoid(o) tanh(c)
 *
 * Hochreiter & Schmidhuber 1997 with the forget gate of Gers, Schmidhuber & Cummins 2000, and the two biases and
 * the order of gates of torch, which Palm, Najarro & Risi 2021 used. Its weights are those of a genome and do
 * not change in life. They are (pre x 4 hidden): a row is what one input, or one hidden unit, sends to the gates i
 * of all units, then f, g and o: torch's matrices transposed. Sums run over the inputs, then over the hidden
 * units, in their order: the same bits with every instruction set.
 */
#ifndef HEBB_LSTM_H
#define HEBB_LSTM_H

#include <stdint.h>

typedef struct lstm {
  int32_t n_in, n_hidden; /* n_hidden 0: there is none */
} lstm;

/* Its pieces in a genome, which follow each other in this order. */
enum lstm_segment { LSTM_INPUT, LSTM_HIDDEN, LSTM_INPUT_BIAS, LSTM_HIDDEN_BIAS, N_LSTM_SEGMENT };

extern const char *const lstm_segment_name[N_LSTM_SEGMENT]; /* "input", "hidden", ... */

/* A segment is (rows x 4 hidden). */
int32_t lstm_rows(const lstm *l, int32_t segment);
int64_t lstm_weights(const lstm *l); /* of all segments */

/* One step of one lane: weight: all segments; x [n_in]; cell [n_hidden] and output h [n_hidden] as the step
   before left them, zero at first; drive: room for 4 n_hidden numbers. */
void lstm_step(const lstm *l, const float *weight, const float *x, float *drive, float *cell, float *output);

#endif
