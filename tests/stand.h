/* stand.h - an optimizer of this build on a small genome, for tests. */
#ifndef HEBB_STAND_H
#define HEBB_STAND_H

#include "error.h"
#include "hebb/optimizer.h"

typedef struct stand {
  const hebb_optimizer *o;
  void *settings, *state;
  size_t size; /* of the state */
  int64_t n_gene;
  int32_t population;
  float *start;            /* [n_gene]                                          */
  hebb_segment segment[2]; /* halves of the genome, the second with the factors */
  hebb_genome_shape shape;
} stand;

/* All work on this thread, in one piece. */
extern const hebb_pool stand_here;

/* Genome, population and factors first: n_gene genes, all of them `start`; sigma and rate are the second
   half's factors. */
void stand_shape(stand *s, int64_t n_gene, int32_t population, float start, float sigma, float rate);
/* The optimizer by name, or already loaded, with parameters "optimizer.KEY=VALUE" (NULL ends them; or
   set is NULL). Returns init's status; its sentence is in err. */
int stand_open(stand *s, const char *name, const char *const *set, error *err);
int stand_open_loaded(stand *s, const hebb_plugin *plugin, const char *const *set, error *err);
/* Frees what both took. */
void stand_close(stand *s);

/* A labelled part of the state; ends the test program where there is none. */
const void *stand_part(const stand *s, const char *name);

#endif
