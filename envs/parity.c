/* parity.c - is the number of bits that are set odd?
 *
 * By default all 2^n patterns are trained and all are tested: the question is whether they can be learned.
 * With n_train that many patterns, drawn by the seed, are trained and others tested: does it generalise?
 * Two bits are exclusive or. The order of an epoch, targets and scores are those of supervised.h.
 *
 * Minsky & Papert, "Perceptrons", 1969; Rumelhart, Hinton & Williams, "Learning internal representations
 * by error propagation", 1986.
 */
#include "supervised.h"

#include <math.h>
#include <stdlib.h>

enum purpose { DRAW_PATTERNS = 1 };

typedef struct config {
  int64_t n_bit, n_train, n_test, seed;
  int32_t coding;
} config;

enum coding { BIPOLAR, BINARY };

static const hebb_param rows[] = {
  HEBB_PARAM(config, n_bit, 4, 1, 16, "1", "Bits of a pattern."),
  HEBB_PARAM(config, n_train, 0, 0, 65535, "1",
             "Patterns that are trained, drawn from all; 0: all are trained, and all are tested."),
  HEBB_PARAM(
      config, n_test, 0, 0, 65535, "1",
      "Patterns that are tested, of those that are not trained; 0: all of them. Wants n_train."),
  HEBB_PARAM(config, seed, 1, 0, 1e9, "1", "Of the drawing of the patterns."),
  HEBB_CHOICE(config, coding, "bipolar|binary", "A bit is -1 or 1, or 0 or 1."),
  { 0 },
};

static int open(const void *config_, const hebb_host *host, hebb_env_shape *shape, void **out)
{
  const config *c = config_;
  const int32_t n_bit = (int32_t)c->n_bit, n = 1 << n_bit;
  const int64_t n_train = c->n_train ? c->n_train : n;
  const int64_t n_test = c->n_test ? c->n_test : c->n_train ? n - n_train : n;
  if (c->n_train ? n_test < 1 || n_train + n_test > n : c->n_test > 0)
    return host
        ->fail(host, HEBB_EINVAL,
               "n_train: %lld patterns to train and %lld others to test are not to be had from "
               "the %d of %d bits; give n_train with n_test, and fewer",
               (long long)c->n_train, (long long)n_test, (int)n, (int)n_bit);

  int32_t *order = malloc((size_t)n * sizeof *order);
  supervised *d = supervised_new(n_bit, 2, (int32_t)n_train, (int32_t)n_test, true, host);
  if (!order || !d) {
    free(order);
    supervised_close(d);
    return host->fail(host, HEBB_ENOMEM, "no memory for the patterns");
  }
  if (c->n_train)
    supervised_shuffle(&(hebb_address){ .seed = (uint64_t)c->seed, .purpose = DRAW_PATTERNS }, n,
                       order);
  for (int32_t k = 0; k < d->n_train + d->n_test; k++) {
    const int32_t pattern = c->n_train ? order[k] : k % n;
    for (int32_t b = 0; b < n_bit; b++) {
      const int32_t bit = pattern >> b & 1;
      d->label[k] ^= bit;
      d->number[k * n_bit + b] = bit ? 1.0f : c->coding == BIPOLAR ? -1.0f : 0.0f;
    }
  }
  free(order);
  supervised_shape(d, shape);
  shape->solved = c->n_train ? 0.95 : 1;
  *out = d;
  return HEBB_OK;
}

static const hebb_env parity = {
  .base = {
    HEBB_HEAD(HEBB_ENV, hebb_env, config),
    .name = "parity", .version = "1.0",
    .brief = "Is the number of bits that are set odd? Exclusive or with two bits.",
    .cite = "Rumelhart, Hinton & Williams 1986",
    .params = rows,
  },
  .open = open, SUPERVISED_MEMBERS,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &parity.base : NULL;
}
