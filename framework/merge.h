/* merge.h - rules that are merged while they evolve (Pedersen & Risi, GECCO 2021, arXiv:2104.07959): when,
 * and what becomes of the genome. Knows neither TOML nor HDF5.
 *
 * Lives, files and readers see the whole genome, with a rule for every synapse. The optimizer sees the
 * genome of the present rules: a table of them, and behind it the genes that are not merged. */
#ifndef HEBB_MERGE_H
#define HEBB_MERGE_H

#include "genome.h"
#include "kmeans.h"

/* Merges take place after from, from + every, ... generations, none after more than until. */
typedef struct merge_schedule {
  int64_t from, every, until;
  int64_t n_first, n_last; /* rules before the first and after the last merge */
} merge_schedule;

/* Rules that are left when so many generations are done; 0: no merge is due then. */
int64_t merge_due(const merge_schedule *schedule, int64_t generation);

typedef struct merge {
  const genome *whole;      /* not owned */
  int64_t n_synapse, n_rule;
  int32_t n_coef;           /* that every synapse has for itself in the whole genome */
  int64_t *at;              /* (coef x synapse) gene of the whole genome             */
  int32_t *rule;            /* [synapse] the rule it follows                         */
  int64_t *gene;            /* [gene of the whole genome] the optimizer's gene       */
  hebb_genome_shape shape;  /* as the optimizer sees it; owned                       */
  char *names;              /* text of the table's segments                          */
} merge;

/* One rule a synapse. The whole genome has coefficients that every synapse has for itself. */
int merge_begin(merge *m, const genome *whole, error *err);
void merge_done(merge *m);
size_t merge_bytes(const genome *whole); /* that it takes, about */

/* Merges are done with memory of their own, in two steps, so that the optimizer can be asked between them. */

/* The genome after a merge to n_rule of the rules that stand in vector [gene of the optimizer], at centres
   of clusters; map [gene of *to]: the gene that each comes from, for a merged rule that of the member
   nearest the centre, since moments and deviations have no mean of their own. To be ended by merge_done
   and free. */
int merge_try(const merge *m, int64_t n_rule, const float *vector, const hebb_address *,
              const hebb_pool *, merge *to, int64_t **map, error *err);

/* The genome in which the synapses follow the rules [synapse] 0 .. n_rule - 1, each of them followed:
   a run that goes on. Its start is of no use. */
int merge_resume(merge *m, const int32_t *rule, int64_t n_rule, error *err);

/* whole [gene of the whole genome] from vector [gene of the optimizer]. */
void merge_expand(const merge *m, const float *vector, float *whole);

#endif
