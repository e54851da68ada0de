/* test_rng.c - addressed random numbers: the published known answers, addresses, bulk, moments. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "hebb/rng.h"

/* Random123's file of known answers (kat_vectors), "threefry4x32 20". */
static void known_answers(void)
{
  static const struct {
    uint32_t counter[4], key[4], word[4];
  } known[] = {
    { { 0 }, { 0 }, { 0x9c6ca96a, 0xe17eae66, 0xfc10ecd4, 0x5256a7d8 } },
    { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
      { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
      { 0x2a881696, 0x57012287, 0xf6c7446e, 0xa16a6732 } },
    { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
      { 0xa4093822, 0x299f31d0, 0x082efa98, 0xec4e6c89 },
      { 0x59cd1dbb, 0xb8879579, 0x86b5d00c, 0xac8b6d84 } },
  };
  for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
    uint32_t word[4];
    hebb_threefry4x32(known[k].key, known[k].counter, word);
    CU_ASSERT_EQUAL(memcmp(word, known[k].word, sizeof word), 0);
  }
}

/* How an address becomes key and counter is part of every result ever published. */
static void address_layout(void)
{
  const hebb_address a = { 0x0123456789abcdef, 1, 2, 3, 4, 5 };
  const uint32_t key[4] = { 0x89abcdef, 0x01234567, 1, 2 }, counter[4] = { 7, 3, 4, 5 };
  uint32_t word[4], expected[4];
  hebb_words(&a, 7, word);
  hebb_threefry4x32(key, counter, expected);
  CU_ASSERT_EQUAL(memcmp(word, expected, sizeof word), 0);
}

static int compare(const void *a, const void *b)
{
  const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

/* Every member counts: of 7 x 4096 addresses that differ in a member no two give the same seed. */
static void addresses_differ(void)
{
  enum { EACH = 4096, N = 7 * EACH };
  static uint64_t seed[N];
  for (uint32_t k = 0; k < EACH; k++) {
    const hebb_address a[7] = { { .seed = k + 1 },       { .seed = (uint64_t)(k + 1) << 32 },
                                { .purpose = k + 1 },    { .generation = k + 1 },
                                { .individual = k + 1 }, { .task = k + 1 },
                                { .episode = k + 1 } };
    for (int m = 0; m < 7; m++) {
      seed[7 * k + (uint32_t)m] = hebb_seed(&a[m]);
      CU_ASSERT(seed[7 * k + (uint32_t)m] < (uint64_t)1 << 53);
    }
  }
  qsort(seed, N, sizeof seed[0], compare);
  int equal = 0;
  for (int k = 1; k < N; k++)
    equal += seed[k] == seed[k - 1];
  CU_ASSERT_EQUAL(equal, 0);
}

static void bulk_is_single(void)
{
  static const uint32_t first[] = { 0, 64, 192, 1024, 4294966272u };
  static const int64_t length[] = { 0, 1, 3, 4, 5, 63, 64, 65, 500 };
  const hebb_address a = { .seed = 5, .purpose = 6, .generation = 7, .individual = 8 };
  int wrong = 0;
  for (size_t f = 0; f < sizeof first / sizeof first[0]; f++)
    for (size_t l = 0; l < sizeof length / sizeof length[0]; l++) {
      float uniform[512], normal[512];
      memset(uniform, 0x5a, sizeof uniform);
      memset(normal, 0x5a, sizeof normal);
      const float untouched = normal[511];
      hebb_uniforms(&a, first[f] + 4, length[l], uniform);
      hebb_normals(&a, first[f], length[l], normal);
      for (int64_t k = 0; k < length[l]; k++) {
        wrong += uniform[k] != hebb_uniform(&a, first[f] + 4 + (uint32_t)k);
        wrong += normal[k] != hebb_normal(&a, first[f] + (uint32_t)k);
      }
      for (int64_t k = length[l]; k < 512; k++)
        wrong += normal[k] != untouched || uniform[k] != untouched;
    }
  CU_ASSERT_EQUAL(wrong, 0);
}

/* Five standard errors of a million draws. */
static void moments(void)
{
  enum { N = 1 << 20 };
  static float x[N];
  const double n = N, root = sqrt(n);
  for (uint32_t individual = 0; individual < 2; individual++) {
    const hebb_address a = { .seed = 11, .individual = individual };
    double sum = 0, square = 0, cube = 0, fourth = 0, neighbour = 0;
    hebb_normals(&a, 0, N, x);
    for (int k = 0; k < N; k++) {
      const double v = (double)x[k], next = k + 1 < N ? (double)x[k + 1] : 0;
      sum += v, square += v * v, cube += v * v * v, fourth += v * v * v * v, neighbour += v * next;
    }
    CU_ASSERT_DOUBLE_EQUAL(sum / n, 0, 5 / root);
    CU_ASSERT_DOUBLE_EQUAL(square / n, 1, 5 * sqrt(2) / root);
    CU_ASSERT_DOUBLE_EQUAL(cube / n, 0, 5 * sqrt(15) / root);
    CU_ASSERT_DOUBLE_EQUAL(fourth / n, 3, 5 * sqrt(96) / root);
    CU_ASSERT_DOUBLE_EQUAL(neighbour / n, 0, 5 / root);
  }
}

/* Streams of neighbouring addresses do not follow one another. */
static void streams_are_independent(void)
{
  enum { N = 1 << 16 };
  static float x[N], y[N];
  const hebb_address base = { .seed = 1, .purpose = 2, .generation = 3, .individual = 4 };
  hebb_normals(&base, 0, N, x);
  for (int member = 0; member < 6; member++) {
    hebb_address other = base;
    uint32_t *const part[5] = { &other.purpose, &other.generation, &other.individual, &other.task,
                                &other.episode };
    if (member < 5)
      ++*part[member];
    else
      other.seed++;
    double product = 0;
    hebb_normals(&other, 0, N, y);
    for (int k = 0; k < N; k++)
      product += (double)x[k] * (double)y[k];
    CU_ASSERT_DOUBLE_EQUAL(product / N, 0, 5 / sqrt(N));
  }
}

/* Against the same words in double precision: within 4e-7 of the radius, and what the rounding of u, at
   most 2^-25, moves a small radius by. Chi-square of 64 bins of equal probability. */
static void normal_deviates(void)
{
  enum { N = 1 << 18, BIN = 64 };
  double worst = 0, chi = 0, largest = 0;
  int bin[BIN] = { 0 };
  for (uint32_t k = 0; k < N; k++) {
    const hebb_address a = { .seed = 12 };
    uint32_t word[4];
    float z[2];
    hebb_words(&a, k, word);
    hebb_normal_pair_of(word[0], word[1], &z[0], &z[1]);
    const double u = ((word[0] >> 1) + 0.5) * 0x1p-31, radius = sqrt(-2 * log(u));
    const double quarter = acos(-1) / 2;
    const double angle =
        quarter * ((word[1] >> 30) + 0.5 * (double)(int32_t)(word[1] << 2) / 0x1p31);
    const double bound = 4e-7 * radius + 0x1p-25 / (u * radius);
    worst = fmax(worst, fabs((double)z[0] - radius * cos(angle)) / bound);
    worst = fmax(worst, fabs((double)z[1] - radius * sin(angle)) / bound);
    for (int half = 0; half < 2; half++) {
      const int b = (int)(BIN * 0.5 * erfc(-(double)z[half] / sqrt(2)));
      bin[b < BIN ? b : BIN - 1]++;
      largest = fmax(largest, fabs((double)z[half]));
    }
  }
  for (int k = 0; k < BIN; k++)
    chi += (bin[k] - 2 * N / BIN) * (double)(bin[k] - 2 * N / BIN) / (2.0 * N / BIN);
  CU_ASSERT(worst < 1);
  CU_ASSERT(chi < 125);
  CU_ASSERT(largest > 4.4 && largest < 6.7);
}

/* In (0, 1), ends never reached; chi-square of 64 bins below 125 (p = 5e-6 with 63 degrees). */
static void uniform_draws(void)
{
  enum { N = 1 << 18, BIN = 64 };
  static float x[N];
  const hebb_address a = { .seed = 3 }, b = { .seed = 4 };
  int bin[2][BIN] = { { 0 } }, outside = 0;
  hebb_uniforms(&a, 0, N, x);
  for (uint32_t k = 0; k < N; k++) {
    const double d = hebb_uniform_double(&b, k);
    outside += !(x[k] > 0 && x[k] < 1) + !(d > 0 && d < 1);
    bin[0][(int)(x[k] * BIN)]++;
    bin[1][(int)(d * BIN)]++;
  }
  CU_ASSERT_EQUAL(outside, 0);
  int face[7] = { 0 };
  for (uint32_t k = 0; k < 7000; k++) {
    const int32_t one = hebb_below(&a, k, 7);
    CU_ASSERT_FATAL(one >= 0 && one < 7);
    face[one]++;
  }
  for (int k = 0; k < 7; k++)
    CU_ASSERT(face[k] > 850 && face[k] < 1150); // 1000 +- 5 deviations
  CU_ASSERT_EQUAL(hebb_below(&a, 5, 1), 0);
  for (int which = 0; which < 2; which++) {
    double chi = 0;
    for (int k = 0; k < BIN; k++)
      chi += (bin[which][k] - N / BIN) * (double)(bin[which][k] - N / BIN) / (N / BIN);
    CU_ASSERT(chi < 125);
  }
  CU_ASSERT(hebb_uniform_of(0) > 0);
  CU_ASSERT(hebb_uniform_of(0xffffffff) < 1);
}

/* The extreme words: the largest deviate is finite and the radius never zero over zero. */
static void extreme_words(void)
{
  float first, second;
  hebb_normal_pair_of(0, 0, &first, &second);
  CU_ASSERT(isfinite(first) && first > 6 && first < 7);
  CU_ASSERT_EQUAL(second, 0);
  hebb_normal_pair_of(0xffffffff, 0xffffffff, &first, &second);
  CU_ASSERT(isfinite(first) && fabsf(first) < 1e-3f && isfinite(second));
}

int main(void)
{
  static const check_test tests[] = {
    { "published known answers", known_answers },
    { "an address becomes key and counter", address_layout },
    { "every member of an address counts", addresses_differ },
    { "in bulk and one by one", bulk_is_single },
    { "moments of the normal deviates", moments },
    { "normal deviates against double precision", normal_deviates },
    { "streams are independent", streams_are_independent },
    { "uniform draws", uniform_draws },
    { "extreme words", extreme_words },
  };
  return check_run("random numbers", tests, sizeof tests / sizeof tests[0]);
}
