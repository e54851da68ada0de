/* evolution_strategy.h - what several optimizers share: the layout of a state without pointers, factors
 * of the genome's segments, addressed noise block by block, ranks, labelled parts.
 *
 * A state begins with an es. The genome is worked through in blocks of ES_BLOCK genes: the pool gets
 * blocks, and a sum over genes is a sum over blocks in their order, whoever computed them.
 */
#ifndef EVOLUTION_STRATEGY_H
#define EVOLUTION_STRATEGY_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <hebb/clone.h>
#include <hebb/optimizer.h>
#include <hebb/rng.h>

enum {
  ES_BLOCK = 1024, /* genes whose noise is drawn at a time; a multiple of 64 */
  ES_MAX_POPULATION = 1 << 24
};

/* Genes of one segment, first .. end - 1, and its factors on the optimizer's sigma and rate. */
typedef struct es_span {
  int64_t first, end;
  double sigma, rate;
  int64_t role;
} es_span;

typedef struct es {
  uint64_t seed;
  int64_t n_gene, n_block;
  int32_t population, n_span, generation;
  uint32_t purpose; /* of the noise's addresses                     */
  size_t bytes;     /* of the whole state; SIZE_MAX: too large      */
  size_t span;      /* es_span [n_span]                             */
  size_t order;     /* int32_t [population]: of es_order            */
  size_t spare;     /* int32_t [population]                         */
} es;

static inline int64_t es_larger(int64_t a, int64_t b)
{
  return a > b ? a : b;
}

static inline int64_t es_smaller(int64_t a, int64_t b)
{
  return a < b ? a : b;
}

/* ---- layout ---- */

/* Part of a state that begins offset bytes from its head. */
static inline void *es_at(const void *state, size_t offset)
{
  return (char *)state + offset;
}

/* Room for count elements at the end of the state: its offset. */
static inline size_t es_take(es *e, int64_t count, size_t size)
{
  size_t bytes;
  const size_t offset = (e->bytes + 63) & ~(size_t)63;
  if (e->bytes > SIZE_MAX / 2 || __builtin_mul_overflow((size_t)count, size, &bytes) ||
      bytes > SIZE_MAX / 2 - offset)
    e->bytes = SIZE_MAX;
  else
    e->bytes = offset + bytes;
  return offset;
}

/* What state_size returns: 0 where init will refuse. */
static inline size_t es_bytes(const es *e)
{
  return e->bytes == SIZE_MAX ? 0 : e->bytes;
}

/* Whether a population of at least `least` (of mirrored pairs: an even one) can evolve this genome. */
static inline bool es_possible(const hebb_genome_shape *shape, int32_t population, int32_t least,
                               bool pairs)
{
  return population >= least && population <= ES_MAX_POPULATION && (!pairs || population % 2 == 0) &&
         shape->n_gene >= 1 && shape->n_gene <= INT32_MAX;
}

/* The sentence for what is not possible. */
static inline int es_refuse(const hebb_genome_shape *shape, int32_t population, int32_t least,
                            bool pairs, const hebb_host *host)
{
  if (shape->n_gene < 1 || shape->n_gene > INT32_MAX)
    return host->fail(host, HEBB_EINVAL, "a genome of %lld genes cannot be evolved: 1 to %d",
                      (long long)shape->n_gene, INT32_MAX);
  if (!es_possible(shape, population, least, false))
    return host->fail(host, HEBB_EINVAL, "population = %d: give %s number from %d to %d", population,
                      pairs ? "an even" : "a", least, ES_MAX_POPULATION);
  if (pairs && population % 2)
    return host->fail(host, HEBB_EINVAL,
                      "population = %d: candidates come in mirrored pairs, give an even number from "
                      "%d to %d",
                      population, least, ES_MAX_POPULATION);
  return host->fail(host, HEBB_ENOMEM,
                    "the state for %lld genes and a population of %d has more bytes than there are "
                    "addresses: make one of them smaller",
                    (long long)shape->n_gene, population);
}

/* The head and what it points to; `head` is the size of the whole struct. */
static inline void es_layout(es *e, size_t head, const hebb_genome_shape *shape, int32_t population)
{
  e->n_gene = shape->n_gene;
  e->n_block = (shape->n_gene + ES_BLOCK - 1) / ES_BLOCK;
  e->population = population;
  e->n_span = shape->n_segment > 0 ? shape->n_segment : 1;
  e->bytes = head;
  e->span = es_take(e, e->n_span, sizeof(es_span));
  e->order = es_take(e, population, sizeof(int32_t));
  e->spare = es_take(e, population, sizeof(int32_t));
}

/* Every gene lies in one span, as every gene lies in one segment. */
static inline int es_init(es *e, const hebb_genome_shape *shape, uint64_t seed, uint32_t purpose,
                          const hebb_host *host)
{
  es_span *span = es_at(e, e->span);
  int64_t end = 0;

  e->seed = seed;
  e->purpose = purpose;
  span[0] = (es_span){ .end = e->n_gene, .sigma = 1, .rate = 1 };
  for (int32_t k = 0; k < shape->n_segment; k++) {
    const hebb_segment *segment = &shape->segment[k];
    if (segment->offset != end || segment->count < 0)
      break;
    end += segment->count;
    span[k] = (es_span){ .first = segment->offset,
                         .end = end,
                         .sigma = (double)segment->sigma,
                         .rate = (double)segment->rate,
                         .role = segment->role };
  }
  if (shape->n_segment > 0 && end != e->n_gene)
    return host->fail(host, HEBB_EINVAL,
                      "the segments do not cover the genome, one after the other");
  return HEBB_OK;
}

/* A vector of doubles from the genome that evolution begins with. */
static inline void es_start(const es *e, const hebb_genome_shape *shape, double *mean)
{
  for (int64_t g = 0; g < e->n_gene; g++)
    mean[g] = (double)shape->start[g];
}

static inline void es_round(const es *e, const double *mean, float *genome)
{
  for (int64_t g = 0; g < e->n_gene; g++)
    genome[g] = (float)mean[g];
}

/* Factors of the genes first .. end - 1, one block at most; NULL: not wanted. */
static inline void es_factors(const es *e, int64_t first, int64_t end, double *sigma, double *rate)
{
  const es_span *span = es_at(e, e->span);
  for (int32_t k = 0; k < e->n_span; k++) {
    const int64_t stop = es_smaller(end, span[k].end);
    for (int64_t g = es_larger(first, span[k].first); g < stop; g++) {
      if (sigma)
        sigma[g - first] = span[k].sigma;
      if (rate)
        rate[g - first] = span[k].rate;
    }
  }
}

/* ---- noise ---- */

static HEBB_INLINE void es_normals_inline(const hebb_address *address, uint32_t first, int64_t n,
                                          float *restrict noise)
{
  hebb_normals(address, first, n, noise);
}
HEBB_CLONES(es_normals,
            (const hebb_address *address, uint32_t first, int64_t n, float *restrict noise),
            (address, first, n, noise))

static HEBB_INLINE void es_sum_inline(int64_t n, double weight, const float *restrict noise,
                                      double *restrict sum)
{
  for (int64_t g = 0; g < n; g++)
    sum[g] += weight * (double)noise[g];
}
HEBB_CLONES(es_sum, (int64_t n, double weight, const float *restrict noise, double *restrict sum),
            (n, weight, noise, sum))

/* Noise of an individual (or pair) of this generation for the genes first .. end - 1, one block. */
static inline void es_draw(const es *e, int32_t individual, int64_t first, int64_t end, float *noise)
{
  const hebb_address address = { .seed = e->seed,
                                 .purpose = e->purpose,
                                 .generation = (uint32_t)e->generation,
                                 .individual = (uint32_t)individual };
  es_normals(&address, (uint32_t)first, end - first, noise);
}

/* sum[g - first] += weight noise[g] */
static inline void es_add_noise(const es *e, int32_t individual, int64_t first, int64_t end,
                                double weight, double *sum)
{
  float noise[ES_BLOCK];
  es_draw(e, individual, first, end, noise);
  es_sum(end - first, weight, noise, sum);
}

/* sum += weight vector, of n doubles; sums over vectors run in the order of the calls */
static HEBB_INLINE void es_axpy_clones_inline(int64_t n, double weight, const double *restrict vector,
                                       double *restrict sum)
{
  for (int64_t g = 0; g < n; g++)
    sum[g] += weight * vector[g];
}
HEBB_CLONES(es_axpy_clones,
            (int64_t n, double weight, const double *restrict vector, double *restrict sum),
            (n, weight, vector, sum))

static inline void es_axpy(int64_t n, double weight, const double *vector, double *sum)
{
  es_axpy_clones(n, weight, vector, sum);
}

/* genome = mean + scale sigma . noise of an individual (or pair) */
static inline void es_ask(const es *e, int32_t individual, double scale, const double *mean,
                          const double *sigma, float *genome)
{
  float noise[ES_BLOCK];
  for (int64_t first = 0; first < e->n_gene; first += ES_BLOCK) {
    const int64_t end = es_smaller(first + ES_BLOCK, e->n_gene);
    es_draw(e, individual, first, end, noise);
    for (int64_t g = first; g < end; g++)
      genome[g] = (float)(mean[g] + scale * sigma[g] * (double)noise[g - first]);
  }
}

/* A standard deviation for each gene, sigma times its segment's factor; returns their root mean square. */
static inline double es_first_sigmas(const es *e, double sigma, double *sigmas)
{
  double sum = 0;
  for (int64_t first = 0; first < e->n_gene; first += ES_BLOCK)
    es_factors(e, first, es_smaller(first + ES_BLOCK, e->n_gene), sigmas + first, NULL);
  for (int64_t g = 0; g < e->n_gene; g++) {
    sigmas[g] *= sigma;
    sum += sigmas[g] * sigmas[g];
  }
  return sqrt(sum / (double)e->n_gene);
}

/* ---- another genome (reshape) ---- */

/* What a state was, to inherit from; free it. NULL: no memory, or a genome that cannot be evolved, in a
   sentence. */
static inline void *es_leave(const es *e, const hebb_genome_shape *to, int32_t least, bool pairs,
                             const hebb_host *host)
{
  void *old = NULL;
  if (!es_possible(to, e->population, least, pairs))
    es_refuse(to, e->population, least, pairs, host);
  else if (!(old = malloc(e->bytes)))
    host->fail(host, HEBB_ENOMEM, "no memory for another %zu bytes of the optimizer's state", e->bytes);
  else
    memcpy(old, e, e->bytes);
  return old;
}

/* The same state laid out for another genome: zeros behind the head, and the segments' factors. */
static inline int es_enter(es *e, const hebb_genome_shape *to, const hebb_host *host)
{
  memset(es_at(e, e->span), 0, e->bytes - e->span);
  return es_init(e, to, e->seed, e->purpose, host);
}

/* Gene g has what gene map[g] had in `old`; what is new keeps its value. */
static inline void es_inherit(const es *e, const int64_t *map, const double *old, double *vector)
{
  for (int64_t g = 0; g < e->n_gene; g++)
    if (map[g] >= 0)
      vector[g] = old[map[g]];
}

/* The new start; where that is the old value rounded, the value itself. True: nothing has another value. */
static inline bool es_restart(const es *e, const hebb_genome_shape *to, const int64_t *map,
                              const double *old, double *mean)
{
  bool same = true;
  es_start(e, to, mean);
  for (int64_t g = 0; g < e->n_gene; g++) {
    const bool kept = map[g] >= 0 && (float)old[map[g]] == to->start[g];
    mean[g] = kept ? old[map[g]] : mean[g];
    same = same && kept;
  }
  return same;
}

/* ---- ranks ---- */

static inline bool es_all_equal(const float *fitness, int32_t n)
{
  for (int32_t i = 1; i < n; i++)
    if (fitness[i] != fitness[0])
      return false;
  return true;
}

/* order: indices 0 .. n - 1 by sign x fitness, lowest first, equal ones by index (merge sort). */
static inline void es_sort(const float *fitness, int32_t n, float sign, int32_t *order,
                           int32_t *spare)
{
  int32_t *from = order, *to = spare;
  for (int32_t i = 0; i < n; i++)
    order[i] = i;
  for (int32_t width = 1; width < n; width *= 2) {
    for (int32_t first = 0; first < n; first += 2 * width) {
      const int32_t middle = first + width < n ? first + width : n;
      const int32_t end = middle + width < n ? middle + width : n;
      for (int32_t k = first, a = first, b = middle; k < end; k++) {
        const bool left = b == end || (a < middle && sign * fitness[from[a]] <= sign * fitness[from[b]]);
        to[k] = left ? from[a++] : from[b++];
      }
    }
    int32_t *const swap = from;
    from = to, to = swap;
  }
  if (from != order)
    memcpy(order, from, (size_t)n * sizeof *order);
}

/* Individuals from the best to the worst, equal ones by index. */
static inline const int32_t *es_order(const es *e, const float *fitness)
{
  int32_t *order = es_at(e, e->order);
  es_sort(fitness, e->population, -1, order, es_at(e, e->spare));
  return order;
}

/* Ranks from 0, equal ones by index, brought to -0.5 .. 0.5. */
static inline void es_centred_ranks(const float *fitness, int32_t n, int32_t *order, int32_t *spare,
                                    float *shaped)
{
  es_sort(fitness, n, 1, order, spare);
  for (int32_t k = 0; k < n; k++)
    shaped[order[k]] = (float)k / (float)(n - 1) - 0.5f;
}

/* ---- labelled parts ---- */

static inline hebb_array es_scalar(const char *name, uint32_t dtype, size_t offset, const char *doc)
{
  return (hebb_array){
    .name = name, .unit = "1", .doc = doc, .dims = "", .dtype = dtype, .offset = offset
  };
}

static inline hebb_array es_vector(const es *e, const char *name, size_t offset, const char *doc)
{
  return (hebb_array){ .name = name,
                       .unit = "1",
                       .doc = doc,
                       .dims = "gene",
                       .dtype = HEBB_F64,
                       .rank = 1,
                       .extent = { (int32_t)e->n_gene },
                       .offset = offset };
}

/* The k-th of n parts. */
static inline int es_part(const hebb_array *part, int32_t n, int32_t k, hebb_array *out)
{
  if (k < 0 || k >= n)
    return 0;
  *out = part[k];
  return 1;
}

/* ---- sums over the genome ---- */

/* Column k of square [n_block x columns], in the order of the blocks. */
static inline double es_total(const es *e, const double *square, int32_t columns, int32_t k)
{
  double sum = 0;
  for (int64_t block = 0; block < e->n_block; block++)
    sum += square[block * columns + k];
  return sum;
}

#endif
