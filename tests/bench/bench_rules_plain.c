/* bench_rules_plain.c - the synaptic rules in plain C: a loop over the synapses, coefficient planes as they
 * are handed out. */
#include "bench_rules_plain.h"

#include <math.h>

/* Runs the statement for each synapse k, from pre x to post y, with weight w and its coefficients c[0],
   c[n], c[2 n], ... */
#define EACH_SYNAPSE(l, ...)                                                                       \
  const int64_t n_post = (l)->n_post, n = (l)->n_pre * n_post;                                     \
  for (int64_t i = 0; i < (l)->n_pre; i++)                                                         \
    for (int64_t j = 0; j < n_post; j++) {                                                         \
      const int64_t k = i * n_post + j;                                                            \
      const float x = (l)->pre[i], y = (l)->post[j], *const c = (l)->coef + k;                     \
      float *const w = (l)->weight + k;                                                            \
      __VA_ARGS__;                                                                                 \
    }

void plain_abcd(const hebb_layer *l, float *effective)
{
  (void)effective;
  EACH_SYNAPSE(l, *w += c[4 * n] * (c[0] * x * y + c[n] * x + c[2 * n] * y + c[3 * n]))
}

void plain_oja(const hebb_layer *l, float *effective)
{
  (void)effective;
  EACH_SYNAPSE(l, *w += c[0] * y * (x - y * *w); (void)n)
}

void plain_bcm(const hebb_layer *l, float *effective)
{
  float *theta = l->post_state;
  (void)effective;
  EACH_SYNAPSE(l, *w += c[0] * x * y * (y - theta[j]); (void)n)
  for (int64_t j = 0; j < n_post; j++)
    theta[j] += 0.1f * (l->post[j] * l->post[j] - theta[j]);
}

void plain_differential(const hebb_layer *l, float *effective)
{
  (void)effective;
  EACH_SYNAPSE(l, *w += c[0] * (x - l->pre_before[i]) * (y - l->post_before[j]); (void)n)
}

static float rise(float s)
{
  return s > 0 ? s : 0;
}

void plain_general(const hebb_layer *l, float *effective)
{
  (void)effective;
  EACH_SYNAPSE(l, {
    const float dx = x - l->pre_before[i], dy = y - l->post_before[j];
    const float xp = rise(dx), xn = rise(-dx), yp = rise(dy), yn = rise(-dy);
    *w += c[0] * xp * yp + c[n] * xp * yn + c[2 * n] * xn * yp + c[3 * n] * xn * yn +
          c[4 * n] * x * yp + c[5 * n] * x * yn + c[6 * n] * xp * y + c[7 * n] * xn * y;
  })
}

void plain_neurons(const hebb_layer *l, float *effective)
{
  (void)effective;
  EACH_SYNAPSE(l, *w += (c[3 * n] + c[7 * n]) / 2 *
                        (c[0] * x + c[4 * n] * y + c[n] * x * c[5 * n] * y + c[2 * n] * c[6 * n]))
}

void plain_trace(const hebb_layer *l, float *effective)
{
  float *trace = l->trace;
  EACH_SYNAPSE(l, {
    trace[k] = (1 - c[n]) * trace[k] + c[n] * x * y;
    effective[k] = *w + c[0] * trace[k];
  })
}

void plain_multiplicative(const hebb_layer *l, float *effective)
{
  (void)effective;
  EACH_SYNAPSE(l, {
    const float z = c[0] * x * y + c[n] * x + c[2 * n] * y + c[3 * n];
    *w *= expf(fmaxf(-0.5f, fminf(0.5f, z)));
  })
}

void plain_taylor(const hebb_layer *l, float *effective)
{
  (void)effective;
  EACH_SYNAPSE(l, {
    const float v = *w;
    float sum = c[0] + c[n] * v + c[2 * n] * v * v;
    sum += y * (c[3 * n] + c[4 * n] * v + c[5 * n] * v * v);
    sum += y * y * (c[6 * n] + c[7 * n] * v + c[8 * n] * v * v);
    sum += x * (c[9 * n] + c[10 * n] * v + c[11 * n] * v * v);
    sum += x * y * (c[12 * n] + c[13 * n] * v + c[14 * n] * v * v);
    sum += x * y * y * (c[15 * n] + c[16 * n] * v + c[17 * n] * v * v);
    sum += x * x * (c[18 * n] + c[19 * n] * v + c[20 * n] * v * v);
    sum += x * x * y * (c[21 * n] + c[22 * n] * v + c[23 * n] * v * v);
    *w += sum + x * x * y * y * (c[24 * n] + c[25 * n] * v + c[26 * n] * v * v);
  })
}
