/* racing_random.c - the random numbers of Gym 0.17: SHA-512 of the seed, then MT19937.
 *
 * Matsumoto & Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed uniform pseudorandom
 * number generator", ACM TOMACS 8, 1998, with their initialisation by an array of 2002 and the doubles
 * of 53 bits that numpy makes of two draws.
 */
#include "racing_random.h"

#include <sha2.h>
#include <stdio.h>

enum { N = RACING_RANDOM_WORDS, M = 397 };

uint64_t racing_random_hash(uint64_t seed)
{
  char digits[24];
  uint8_t digest[SHA512_DIGEST_LENGTH];
  SHA2_CTX context;
  uint64_t hash = 0;

  const int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)seed);
  SHA512Init(&context);
  SHA512Update(&context, (const uint8_t *)digits, (size_t)n);
  SHA512Final(digest, &context);
  for (int i = 7; i >= 0; i--)
    hash = hash << 8 | digest[i];
  return hash;
}

/* x (xor) of the word before it, mixed: both loops of the initialisation have this form. */
static uint32_t mixed(const uint32_t *word, int i, uint32_t factor)
{
  return word[i] ^ ((word[i - 1] ^ (word[i - 1] >> 30)) * factor);
}

void racing_random_start(racing_random *r, uint64_t hash)
{
  const uint32_t key[2] = { (uint32_t)hash, (uint32_t)(hash >> 32) };
  const int n_key = key[1] ? 2 : 1;
  uint32_t *word = r->word;
  int i = 1;

  word[0] = 19650218;
  for (int k = 1; k < N; k++)
    word[k] = 1812433253u * (word[k - 1] ^ (word[k - 1] >> 30)) + (uint32_t)k;

  for (int k = 0, j = 0; k < N; k++) {
    word[i] = mixed(word, i, 1664525u) + key[j] + (uint32_t)j;
    j = (j + 1) % n_key;
    if (++i == N) {
      word[0] = word[N - 1];
      i = 1;
    }
  }
  for (int k = 0; k < N - 1; k++) {
    word[i] = mixed(word, i, 1566083941u) - (uint32_t)i;
    if (++i == N) {
      word[0] = word[N - 1];
      i = 1;
    }
  }
  word[0] = 0x80000000u;
  r->next = N;
}

static void refill(uint32_t *word)
{
  for (int k = 0; k < N; k++) {
    const uint32_t y = (word[k] & 0x80000000u) | (word[(k + 1) % N] & 0x7fffffffu);
    word[k] = word[(k + M) % N] ^ (y >> 1) ^ (y & 1 ? 0x9908b0dfu : 0);
  }
}

uint32_t racing_random_bits(racing_random *r)
{
  if (r->next == N) {
    refill(r->word);
    r->next = 0;
  }
  uint32_t y = r->word[r->next++];
  y ^= y >> 11;
  y ^= y << 7 & 0x9d2c5680u;
  y ^= y << 15 & 0xefc60000u;
  return y ^ y >> 18;
}

double racing_random_double(racing_random *r)
{
  const double high = racing_random_bits(r) >> 5;
  const double low = racing_random_bits(r) >> 6;
  return (high * 67108864.0 + low) / 9007199254740992.0;
}
