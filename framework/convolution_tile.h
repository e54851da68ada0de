/* convolution_tile.h - sums of a convolution in registers, for vectors of LANES numbers; included once for
 * each width. TILE_NAME(x) is x with the width behind it. A tile is at most TILE_MOST outputs by TILE_VECTORS
 * vectors: as many sums as the registers hold beside what is added to them.
 */
typedef float TILE_NAME(lanes)
    __attribute__((vector_size(LANES * sizeof(float)), aligned(sizeof(float)), may_alias));

/* n_out outputs of n_vector vectors; both are constants wherever it is called. */
static HEBB_INLINE void TILE_NAME(tile)(const int n_out, const int n_vector, int64_t n_tap,
                                        const int32_t *restrict tap, int64_t pitch_weight,
                                        const float *restrict weight, const float *restrict in,
                                        float *restrict sum, int64_t pitch)
{
  TILE_NAME(lanes) total[TILE_MOST][TILE_VECTORS];
#pragma GCC unroll 8
  for (int j = 0; j < n_out; j++)
#pragma GCC unroll 3
    for (int v = 0; v < n_vector; v++)
      total[j][v] = (TILE_NAME(lanes)){ 0 };
  for (int64_t t = 0; t < n_tap; t++) {
    TILE_NAME(lanes) x[TILE_VECTORS];
#pragma GCC unroll 3
    for (int v = 0; v < n_vector; v++)
      x[v] = *(const TILE_NAME(lanes) *)(in + tap[t] + (ptrdiff_t)v * LANES);
#pragma GCC unroll 8
    for (int j = 0; j < n_out; j++)
#pragma GCC unroll 3
      for (int v = 0; v < n_vector; v++)
        total[j][v] += weight[t * pitch_weight + j] * x[v];
  }
#pragma GCC unroll 8
  for (int j = 0; j < n_out; j++)
#pragma GCC unroll 3
    for (int v = 0; v < n_vector; v++)
      *(TILE_NAME(lanes) *)(sum + j * pitch + (ptrdiff_t)v * LANES) = total[j][v];
}

/* n_out outputs of a run of n. */
static HEBB_INLINE void TILE_NAME(run)(const int n_out, int64_t n_tap, const int32_t *restrict tap,
                                       int64_t pitch_weight, const float *restrict weight,
                                       const float *restrict in, int64_t n, float *restrict sum,
                                       int64_t pitch)
{
  const int64_t step = (int64_t)TILE_VECTORS * LANES;
  int64_t k = 0;
  for (; k + step - LANES < n; k += step)
    TILE_NAME(tile)(n_out, TILE_VECTORS, n_tap, tap, pitch_weight, weight, in + k, sum + k, pitch);
  for (; k < n; k += LANES)
    TILE_NAME(tile)(n_out, 1, n_tap, tap, pitch_weight, weight, in + k, sum + k, pitch);
}

/* All outputs, in groups that are as equal as can be. */
static HEBB_INLINE void TILE_NAME(sums)(int64_t n_tap, const int32_t *restrict tap, int64_t n_out,
                                        const float *restrict weight, const float *restrict in,
                                        int64_t n, float *restrict sum, int64_t pitch)
{
  for (int64_t o = 0, group = (n_out + TILE_MOST - 1) / TILE_MOST; group > 0; group--) {
    const int64_t now = (n_out - o + group - 1) / group;
    const float *w = weight + o;
    float *to = sum + o * pitch;
    switch (now) {
#if TILE_MOST > 4
    case 8: TILE_NAME(run)(8, n_tap, tap, n_out, w, in, n, to, pitch); break;
    case 7: TILE_NAME(run)(7, n_tap, tap, n_out, w, in, n, to, pitch); break;
    case 6: TILE_NAME(run)(6, n_tap, tap, n_out, w, in, n, to, pitch); break;
    case 5: TILE_NAME(run)(5, n_tap, tap, n_out, w, in, n, to, pitch); break;
#endif
    case 4: TILE_NAME(run)(4, n_tap, tap, n_out, w, in, n, to, pitch); break;
    case 3: TILE_NAME(run)(3, n_tap, tap, n_out, w, in, n, to, pitch); break;
    case 2: TILE_NAME(run)(2, n_tap, tap, n_out, w, in, n, to, pitch); break;
    default: TILE_NAME(run)(1, n_tap, tap, n_out, w, in, n, to, pitch);
    }
    o += now;
  }
}
