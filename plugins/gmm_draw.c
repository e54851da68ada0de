/* gmm_draw.c - rules by the inverse of their running sum, with a table of where to begin (Chen & Asau, 1974);
 * coefficients by addressed normal noise. */
#include "gmm_draw.h"

/* Words of 16 consecutive blocks of an address: word w of block b is out[16 w + b]. */
static HEBB_INLINE void words_inline(const hebb_address *address, uint32_t block,
                                     uint32_t *restrict out)
{
  for (uint32_t b = 0; b < HEBB_STRIP; b++) {
    uint32_t word[4];
    hebb_words(address, block + b, word);
    for (int w = 0; w < 4; w++)
      out[HEBB_STRIP * w + (int)b] = word[w];
  }
}
HEBB_CLONES(words, (const hebb_address *address, uint32_t block, uint32_t *restrict out),
            (address, block, out))

/* below [n + 2]: sums of p up to each rule, and beyond 1 from the last rule on that is possible. begin [n + 1]:
   the rule at which a search for u of [k / n, (k + 1) / n) begins, early rather than late. */
static void tabulate(int64_t n, const double *p, double *below, int32_t *begin)
{
  double sum = 0;
  int64_t last = 0;
  for (int64_t k = 0; k < n; k++) {
    sum += p[k];
    below[k] = sum;
    last = p[k] > 0 ? k : last;
  }
  for (int64_t k = last; k < n + 2; k++)
    below[k] = 2;

  memset(begin, 0, (size_t)(n + 1) * sizeof *begin);
  for (int64_t k = 0; k < last; k++) {
    const int64_t cell = 1 + (int64_t)(below[k] * (double)n * (1 + 1e-9));
    begin[cell < n ? cell : n]++;
  }
  for (int64_t k = 1; k <= n; k++)
    begin[k] += begin[k - 1];
}

void draw_choose(state *s, int64_t synapse, int32_t generation, const double *p, double *room)
{
  enum { CHUNK = 4 * HEBB_STRIP };
  const hebb_address address = { .seed = s->seed,
                                 .purpose = PURPOSE_RULE,
                                 .generation = (uint32_t)generation,
                                 .individual = (uint32_t)synapse };
  const int64_t n = s->n_rule, strip = synapse / MIXTURE_STRIP;
  double *below = room;
  int32_t *begin = (int32_t *)(room + n + 2);
  uint16_t *rule = draw_rules(s, strip, 0) + synapse % MIXTURE_STRIP;
  uint32_t word[CHUNK];

  tabulate(n, p, below, begin);
  for (int32_t first = 0; first < s->n_row; first += CHUNK) {
    words(&address, (uint32_t)first / 4, word);
    for (int32_t j = first; j < s->n_row && j < first + CHUNK; j++) {
      const double u = ((double)word[j - first] + 0.5) * 0x1p-32;
      int64_t k = begin[(int64_t)(u * (double)n)];
      k += below[k] <= u; // seldom more than two, and these without a jump
      k += below[k] <= u;
      while (below[k] <= u)
        k++;
      rule[(int64_t)j * MIXTURE_STRIP] = (uint16_t)k;
    }
  }
}

/* h = mean + sigma noise, in single precision as in a genome; mean [rule x coef] */
static HEBB_INLINE void place_inline(int64_t n_coef, const uint16_t *restrict rule,
                                     const double *restrict mean, double sigma,
                                     const float *restrict noise, double *restrict h)
{
  for (int64_t i = 0; i < MIXTURE_STRIP; i++)
    h[i] = (double)(float)(mean[rule[i] * n_coef] + sigma * (double)noise[i]);
}
HEBB_CLONES(place,
            (int64_t n_coef, const uint16_t *restrict rule, const double *restrict mean,
             double sigma, const float *restrict noise, double *restrict h),
            (n_coef, rule, mean, sigma, noise, h))

void draw_strip(const state *s, int64_t strip, int32_t candidate, double *h)
{
  const uint16_t *rule = draw_rules(s, strip, candidate);
  for (int64_t c = 0; c < s->n_coef; c++) {
    const hebb_address address = draw_address(s, PURPOSE_NOISE, candidate, c);
    float noise[MIXTURE_STRIP];
    es_normals(&address, (uint32_t)(strip * MIXTURE_STRIP), MIXTURE_STRIP, noise);
    place(s->n_coef, rule, es_numbers(s, s->mean) + c, s->sigma * s->sigma_of[c], noise,
          h + c * MIXTURE_STRIP);
  }
}
