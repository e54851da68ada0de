/* front.h - what stands before the dense layers: convolutions, the first layer's own activity of the step
 * before, an LSTM. It makes what the first dense layer reads.
 *
 *     dense        the observation, or what convolutions make of it
 *     recurrent    that, then the first layer's activity one step earlier; zero when an episode starts
 *     lstm         the output of an LSTM that reads it; its state is zero when an episode starts
 */
#ifndef HEBB_FRONT_H
#define HEBB_FRONT_H

#include "arena.h"
#include "experiment.h"
#include "lstm.h"

struct plan;
struct rollout;

/* One worker's room for it. */
typedef struct front_room {
  void *convolution; /* room of convolution.c, or NULL                           */
  float *feature;    /* what an LSTM reads behind convolutions                   */
  float *weight;     /* of an LSTM, on cache lines of their own; or NULL: no LSTM */
  float *drive;      /* [4 x hidden]                                             */
  float *cell;       /* [lane x hidden]                                          */
} front_room;

/* Whether the first layer fits the rest of the experiment. */
int front_check(const experiment *e, error *err);

/* Cuts the room, with what the first dense layer reads: r->activity[0]. */
void front_lay_out(struct rollout *r, arena *a);

/* ---- hot ---- */

void front_begin(struct rollout *r, const float *vector); /* a life starts */
void front_begin_episode(struct rollout *r);
void front_forward(struct rollout *r); /* observation -> activity[0], in every live lane */

#endif
