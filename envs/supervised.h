/* supervised.h - examples with targets as a life: what digits, parity, spirals and teacher_student share.
 *
 * An episode is one epoch: all training examples in an order drawn from the episode's seed, then all test
 * examples in theirs. An example is one decision and its target stands beside it; that of a test example
 * is NaN in its first number, so that nothing can be learned from it. The reward says how right a decision
 * was: 1 or 0 for a class, minus half the squared distance for numbers. The score is 0 in training
 * and reward / n_test in tests: an episode's return is the test accuracy, or minus the mean test error.
 */
#ifndef SUPERVISED_H
#define SUPERVISED_H

#include <hebb/env.h>
#include <hebb/rng.h>

enum { SUPERVISED_MOST_INPUTS = 1 << 19, SUPERVISED_MOST_EXAMPLES = 1 << 30 };

/* The model: one block of each array, freed by supervised_close; read-only from the first life on. */
typedef struct supervised {
  int32_t n_in, n_out;            /* numbers in an example; classes, or numbers in a target           */
  int32_t n_train, n_test;        /* examples, both above 0; those of training stand first            */
  int32_t height, width, channel; /* how an example is laid out; height 0: as a row                   */
  bool picture;                   /* whether it is shown to the network as a picture                  */
  uint8_t *byte;                  /* (example x n_in), or NULL:                                       */
  float *number;                  /* (example x n_in)                                                 */
  float *centre;                  /* (n_in) what is taken from an example before it is scaled, or NULL */
  float scale;                    /* what it is divided by                                            */
  int32_t *label;                 /* (example) its class, or NULL:                                    */
  float *wanted;                  /* (example x n_out)                                                */
  const float *act_low, *act_high; /* (n_out) where `wanted` is                                       */
} supervised;

/* A model of classes (or of numbers) with room for floats and for labels (or what is wanted), all 0, in scale 1.
   NULL where memory is refused: the host then knows. */
supervised *supervised_new(int32_t n_in, int32_t n_out, int32_t n_train, int32_t n_test, bool classes,
                           const hebb_host *host);

/* What the model says of the world; `solved` is left to the caller. */
void supervised_shape(const supervised *d, hebb_env_shape *shape);

/* order [n] becomes a permutation of 0 .. n - 1, each as likely, by the address's words. */
void supervised_shuffle(const hebb_address *address, int32_t n, int32_t *order);

/* ---- members of the descriptors ---- */

void supervised_close(void *model);
int supervised_make(void *model, int32_t n_lane, const hebb_host *host, void **sim);
void supervised_drop(void *sim);
void supervised_reset(void *sim, const uint64_t *seed, const hebb_lanes *io);
void supervised_step(void *sim, const hebb_lanes *io);
void supervised_read(void *sim, int32_t lane, int32_t array, void *out);
int supervised_draw(void *sim, int32_t lane, int32_t width, int32_t height, uint8_t *rgb);

#define SUPERVISED_MEMBERS                                                                         \
  .close = supervised_close, .make = supervised_make, .drop = supervised_drop,                     \
  .reset = supervised_reset, .step = supervised_step, .read = supervised_read,                     \
  .draw = supervised_draw

#endif
