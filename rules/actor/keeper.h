/* keeper.h - the best weights of a life, and when to go back to them.
 *
 * After every episode: the mean return of the last `window` ones. Where it is the best so far, the weights are
 * worth keeping; where it has fallen from the best by more than `fall` of the distance between the best and the
 * worst, they are worth going back to, and the window begins anew.
 */
#ifndef ACTOR_KEEPER_H
#define ACTOR_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

enum keeper_advice { KEEPER_GO_ON, KEEPER_SAVE, KEEPER_RESTORE };

typedef struct keeper {
  int32_t window, n; /* episodes since the window began */
  double fall;       /* 0: never back                   */
  double mean, best, worst;
  bool any;          /* best and worst have a value     */
} keeper;

/* recent [window] */
enum keeper_advice keeper_count(keeper *, double *recent, double episode_return);

#endif
