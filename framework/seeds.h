/* seeds.h - the addresses of every random number that the host draws.
 *
 * A rollout's numbers depend on (run seed, generation, individual, task, episode) alone: never on
 * threads, order or interruptions.
 */
#ifndef HEBB_SEEDS_H
#define HEBB_SEEDS_H

#include <stdbool.h>

#include "hebb/rng.h"

enum purpose {
  PURPOSE_GENOME_START = 1,
  PURPOSE_OPTIMIZER = 2,
  PURPOSE_WORLD = 3,
  PURPOSE_ACTION = 4,     /* actions drawn from a softmax                       */
  PURPOSE_RULE_TABLE = 0x40, /* which rule each synapse follows                 */
  PURPOSE_SIGNS = 0x41,   /* of presynaptic neurons, by layer (individual)      */
  PURPOSE_MERGE = 0x42,   /* seeds of clusters of rules, by generation          */
  PURPOSE_WEIGHTS = 0x100, /* + layer: the weights that a life starts with      */
  PURPOSE_EVENT = 0x1000000 /* + 0x10000 x number in the condition + layer or segment */
};

/* Individuals of a generation count from 0; these stand beside them. */
#define SEEDS_CENTRE 0xFFFFFFFFu     /* the centre, evaluated during evolution   */
#define SEEDS_EVALUATION 0xFFFFFFFEu /* hebb evaluate and replay                 */
#define SEEDS_COMMON 0xFFFFFFFDu     /* worlds that all individuals share        */

/* Where one rollout's numbers come from. */
typedef struct rollout_seeds {
  uint64_t seed;
  uint32_t generation, individual, task;
  uint32_t first_episode; /* of lane 0 */
  bool common_worlds;     /* the world's seed ignores the individual                        */
} rollout_seeds;

/* Rollout k of an evaluation, in every task. */
static inline rollout_seeds seeds_of_evaluation(uint64_t seed, uint32_t k, uint32_t episodes)
{
  return (rollout_seeds){ .seed = seed,
                          .individual = SEEDS_EVALUATION,
                          .first_episode = k * episodes };
}

static inline hebb_address seeds_address(const rollout_seeds *s, uint32_t purpose, uint32_t episode)
{
  return (hebb_address){ .seed = s->seed,
                         .purpose = purpose,
                         .generation = s->generation,
                         .individual = s->individual,
                         .task = s->task,
                         .episode = episode };
}

/* Lanes and episodes of one rollout count through: either it has one lane or one episode. */
static inline uint32_t seeds_episode(const rollout_seeds *s, int32_t lane, int32_t episode)
{
  return s->first_episode + (uint32_t)lane + (uint32_t)episode;
}

static inline uint64_t seeds_world(const rollout_seeds *s, uint32_t episode)
{
  hebb_address a = seeds_address(s, PURPOSE_WORLD, episode);
  if (s->common_worlds)
    a.individual = SEEDS_COMMON;
  return hebb_seed(&a);
}

#endif
