/* lstm.c - sizes and one step of an LSTM layer. */
#include "lstm.h"

#include <hebb/clone.h>
#include <hebb/math.h>

#include "kernels.h"

const char *const lstm_segment_name[N_LSTM_SEGMENT] = { [LSTM_INPUT] = "input",
                                                        [LSTM_HIDDEN] = "hidden",
                                                        [LSTM_INPUT_BIAS] = "input_bias",
                                                        [LSTM_HIDDEN_BIAS] = "hidden_bias" };

int32_t lstm_rows(const lstm *l, int32_t segment)
{
  return segment == LSTM_INPUT ? l->n_in : segment == LSTM_HIDDEN ? l->n_hidden : 1;
}

int64_t lstm_weights(const lstm *l)
{
  return 4 * (int64_t)l->n_hidden * ((int64_t)l->n_in + l->n_hidden + 2);
}

/* The gates of all units: drive [4 x n] -> cell [n], output [n]. */
static HEBB_INLINE void gates_inline(int64_t n, const float *restrict drive, float *restrict cell,
                                     float *restrict output)
{
  for (int64_t j = 0; j < n; j++) {
    const float in = hebb_sigmoid(drive[j]), forget = hebb_sigmoid(drive[n + j]);
    const float new = hebb_tanh(drive[2 * n + j]), out = hebb_sigmoid(drive[3 * n + j]);
    cell[j] = forget * cell[j] + in * new;
    output[j] = out * hebb_tanh(cell[j]);
  }
}
HEBB_CLONES(gates,
            (int64_t n, const float *restrict drive, float *restrict cell, float *restrict output),
            (n, drive, cell, output))

void lstm_step(const lstm *l, const float *weight, const float *x, float *drive, float *cell,
               float *output)
{
  const int64_t n = l->n_hidden;
  const float *hidden = weight + l->n_in * 4 * n, *bias = hidden + n * 4 * n;
  for (int64_t j = 0; j < 4 * n; j++)
    drive[j] = bias[j] + bias[4 * n + j];
  kernel_dense_add(l->n_in, 4 * n, x, weight, drive);
  kernel_dense_add(n, 4 * n, output, hidden, drive);
  gates(n, drive, cell, output);
}
