/* kmeans.h - K-means with k-means++ seeding (Lloyd, 1982; Arthur & Vassilvitskii, SODA 2007). The same bits
 * for any number of workers and every instruction set. Knows neither TOML nor HDF5. */
#ifndef HEBB_KMEANS_H
#define HEBB_KMEANS_H

#include "error.h"
#include "hebb/plugin.h"
#include "hebb/rng.h"

typedef struct kmeans {
  int64_t n_point, n_cluster; /* 1 <= n_cluster <= n_point                              */
  int32_t n_dim;
  int32_t n_iteration;        /* that it took                                           */
  double squares;             /* sum of the squared distances to the points' centres    */
  int32_t *cluster;           /* [point] its cluster; they are numbered in the order of */
                              /* their first points, and none of them is empty          */
  int32_t *nearest;           /* [cluster] the member nearest the centre                */
  float *centre;              /* (cluster x dim) mean of the members                    */
} kmeans;

/* point: (dim x point). Ends when no point moves, or after so many iterations. */
int kmeans_find(kmeans *k, const float *point, int64_t n_point, int32_t n_dim, int64_t n_cluster,
                int32_t most_iterations, const hebb_address *, const hebb_pool *, error *err);
void kmeans_done(kmeans *k);

#endif
