/* racing_random.h - the random numbers of Gym 0.17: SHA-512 of the seed, then MT19937. */
#ifndef RACING_RANDOM_H
#define RACING_RANDOM_H

#include <stdint.h>

enum { RACING_RANDOM_WORDS = 624 };

typedef struct racing_random {
  uint32_t word[RACING_RANDOM_WORDS];
  int32_t next; /* of word to hand out; RACING_RANDOM_WORDS: all are used */
} racing_random;

/* The first 8 bytes of SHA-512 of the seed's decimal digits, the lowest first. */
uint64_t racing_random_hash(uint64_t seed);

/* Starts a stream whose key is the hash's 32-bit words, the low one first, without a high word of 0. */
void racing_random_start(racing_random *r, uint64_t hash);

uint32_t racing_random_bits(racing_random *r);
double racing_random_double(racing_random *r); /* [0, 1), 53 bits from two draws */

#endif
