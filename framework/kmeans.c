/* kmeans.c - K-means:
 *
 *     seeds: a first point at random, then each with probability ~ squared distance to the nearest seed
 *     repeat: a point belongs to its nearest centre (the lowest number where two are equally near);
 *             an emptied cluster takes the point that lies farthest from its centre;
 *             a centre is the mean of its points
 *
 * Distances are sums in float over the dimensions of one point, means are sums in double in the order of
 * the points: nothing depends on how the pool splits the points or on the width of vectors.
 */
#include "kmeans.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hebb/clone.h"

enum { BLOCK = 64 }; /* points that are held against all centres at a time */

typedef struct search {
  const float *point; /* (dim x point) */
  int64_t n_point, n_cluster;
  int32_t n_dim;
  float *centre;    /* (cluster x dim)                          */
  float *distance;  /* [point] squared, to its centre           */
  int32_t *cluster; /* [point]                                  */
  int32_t *before;  /* [point] cluster of the iteration before  */
  int64_t *count;   /* [cluster] members                        */
  double *sum;      /* (cluster x dim)                          */
} search;

/* Points [n <= BLOCK] against n_centre centres that are numbered from `number`: nearer ones are taken.
   point: of the block's first, stride apart by dimension. */
static HEBB_INLINE void nearer_inline(int64_t n, int32_t n_dim, int64_t stride, int64_t n_centre,
                                      int32_t number, const float *restrict point,
                                      const float *restrict centre, float *restrict distance,
                                      int32_t *restrict cluster)
{
  float square[BLOCK];
  for (int64_t c = 0; c < n_centre; c++, number++) {
    for (int64_t i = 0; i < n; i++)
      square[i] = 0;
    for (int32_t d = 0; d < n_dim; d++) {
      const float at = centre[c * n_dim + d];
      for (int64_t i = 0; i < n; i++)
        square[i] += (point[d * stride + i] - at) * (point[d * stride + i] - at);
    }
    for (int64_t i = 0; i < n; i++) {
      cluster[i] = square[i] < distance[i] ? number : cluster[i];
      distance[i] = square[i] < distance[i] ? square[i] : distance[i];
    }
  }
}
HEBB_CLONES(nearer,
            (int64_t n, int32_t n_dim, int64_t stride, int64_t n_centre, int32_t number,
             const float *restrict point, const float *restrict centre, float *restrict distance,
             int32_t *restrict cluster),
            (n, n_dim, stride, n_centre, number, point, centre, distance, cluster))

/* Points first .. end - 1 against n_centre centres. */
static void compare(search *s, int64_t first, int64_t end, int64_t n_centre, int32_t number)
{
  const float *centre = s->centre + (int64_t)number * s->n_dim;
  for (int64_t i = first; i < end; i += BLOCK)
    nearer(end - i < BLOCK ? end - i : BLOCK, s->n_dim, s->n_point, n_centre, number, s->point + i,
           centre, s->distance + i, s->cluster + i);
}

static void forget(search *s, int64_t first, int64_t end)
{
  for (int64_t i = first; i < end; i++) {
    s->distance[i] = INFINITY;
    s->cluster[i] = 0;
  }
}

/* Every point's nearest centre, of blocks first .. end - 1. */
static void assign(void *arg, int64_t first_block, int64_t end_block)
{
  search *s = arg;
  const int64_t first = first_block * BLOCK;
  const int64_t end = end_block * BLOCK < s->n_point ? end_block * BLOCK : s->n_point;
  forget(s, first, end);
  compare(s, first, end, s->n_cluster, 0);
}

static void make_seed(search *s, int64_t cluster, int64_t point)
{
  for (int32_t d = 0; d < s->n_dim; d++)
    s->centre[cluster * s->n_dim + d] = s->point[d * s->n_point + point];
}

/* The next seed: with probability ~ squared distance; the first point that is none where all lie on
   seeds. */
static int64_t draw_seed(const search *s, double u, const uint8_t *taken)
{
  double sum = 0, reached = 0;
  for (int64_t i = 0; i < s->n_point; i++)
    sum += (double)s->distance[i];
  for (int64_t i = 0; i < s->n_point; i++) {
    reached += (double)s->distance[i];
    if (!taken[i] && reached > u * sum)
      return i;
  }
  int64_t first = 0;
  while (taken[first])
    first++;
  return first;
}

static int seed_clusters(search *s, const hebb_address *address)
{
  uint8_t *taken = calloc((size_t)s->n_point, 1);
  if (!taken)
    return -1;
  forget(s, 0, s->n_point);
  for (int64_t c = 0; c < s->n_cluster; c++) {
    const double u = hebb_uniform_double(address, (uint32_t)c);
    const int64_t point = c == 0 ? (int64_t)(u * (double)s->n_point) : draw_seed(s, u, taken);
    taken[point] = 1;
    make_seed(s, c, point);
    compare(s, 0, s->n_point, 1, (int32_t)c);
  }
  free(taken);
  return 0;
}

/* Members of each cluster, none of which is left empty. */
static void count_members(search *s)
{
  memset(s->count, 0, (size_t)s->n_cluster * sizeof *s->count);
  for (int64_t i = 0; i < s->n_point; i++)
    s->count[s->cluster[i]]++;
  for (int64_t c = 0; c < s->n_cluster; c++) {
    if (s->count[c] > 0)
      continue;
    int64_t far = -1;
    for (int64_t i = 0; i < s->n_point; i++)
      if (s->count[s->cluster[i]] > 1 && (far < 0 || s->distance[i] > s->distance[far]))
        far = i;
    s->count[s->cluster[far]]--;
    s->count[c] = 1;
    s->cluster[far] = (int32_t)c;
    s->distance[far] = 0;
  }
}

static void move_centres(search *s)
{
  memset(s->sum, 0, (size_t)(s->n_cluster * s->n_dim) * sizeof *s->sum);
  for (int64_t i = 0; i < s->n_point; i++)
    for (int32_t d = 0; d < s->n_dim; d++)
      s->sum[(int64_t)s->cluster[i] * s->n_dim + d] += (double)s->point[d * s->n_point + i];
  for (int64_t c = 0; c < s->n_cluster; c++)
    for (int32_t d = 0; d < s->n_dim; d++)
      s->centre[c * s->n_dim + d] = (float)(s->sum[c * s->n_dim + d] / (double)s->count[c]);
}

static int32_t iterate(search *s, int32_t most, const hebb_pool *pool)
{
  const size_t bytes = (size_t)s->n_point * sizeof *s->cluster;
  for (int32_t k = 1;; k++) {
    pool->run(pool, (s->n_point + BLOCK - 1) / BLOCK, assign, s);
    count_members(s);
    if (k > 1 && memcmp(s->cluster, s->before, bytes) == 0)
      return k;
    move_centres(s);
    if (k >= most)
      return k;
    memcpy(s->before, s->cluster, bytes);
  }
}

/* Clusters by their first points, and what is said of them. */
static void describe(const search *s, kmeans *k)
{
  int32_t *place = s->before; // number of a cluster, from 1; room for more than there are
  int32_t n = 0;
  memset(place, 0, (size_t)s->n_cluster * sizeof *place);
  for (int64_t i = 0; i < s->n_point; i++) {
    const int32_t c = s->cluster[i];
    float square = 0;
    if (place[c] == 0) {
      place[c] = ++n;
      k->nearest[n - 1] = -1;
      memcpy(k->centre + (int64_t)(n - 1) * s->n_dim, s->centre + (int64_t)c * s->n_dim,
             (size_t)s->n_dim * sizeof *k->centre);
    }
    const int32_t at = k->cluster[i] = place[c] - 1;
    for (int32_t d = 0; d < s->n_dim; d++) {
      const float off = s->point[d * s->n_point + i] - s->centre[(int64_t)c * s->n_dim + d];
      square += off * off;
    }
    s->distance[i] = square;
    k->squares += (double)square;
    if (k->nearest[at] < 0 || square < s->distance[k->nearest[at]])
      k->nearest[at] = (int32_t)i;
  }
}

int kmeans_find(kmeans *k, const float *point, int64_t n_point, int32_t n_dim, int64_t n_cluster,
                int32_t most_iterations, const hebb_address *address, const hebb_pool *pool,
                error *err)
{
  const size_t points = (size_t)n_point, clusters = (size_t)n_cluster;
  const size_t cells = clusters * (size_t)n_dim;
  search s = { .point = point,
               .n_point = n_point,
               .n_cluster = n_cluster,
               .n_dim = n_dim,
               .centre = malloc(cells * sizeof(float)),
               .distance = malloc(points * sizeof(float)),
               .cluster = malloc(points * sizeof(int32_t)),
               .before = malloc(points * sizeof(int32_t)),
               .count = malloc(clusters * sizeof(int64_t)),
               .sum = malloc(cells * sizeof(double)) };
  *k = (kmeans){ .n_point = n_point,
                 .n_cluster = n_cluster,
                 .n_dim = n_dim,
                 .cluster = malloc(points * sizeof(int32_t)),
                 .nearest = malloc(clusters * sizeof(int32_t)),
                 .centre = malloc(cells * sizeof(float)) };
  const bool room = s.centre && s.distance && s.cluster && s.before && s.count && s.sum &&
                    k->cluster && k->nearest && k->centre;
  const bool found = room && seed_clusters(&s, address) == 0;
  if (found) {
    k->n_iteration = iterate(&s, most_iterations, pool);
    describe(&s, k);
  }
  free(s.centre);
  free(s.distance);
  free(s.cluster);
  free(s.before);
  free(s.count);
  free(s.sum);
  if (found)
    return EXIT_FINE;
  kmeans_done(k);
  return error_add(err, EXIT_RUN_FAILED, "no memory for %lld clusters of %lld rules",
                   (long long)n_cluster, (long long)n_point);
}

void kmeans_done(kmeans *k)
{
  free(k->cluster);
  free(k->nearest);
  free(k->centre);
  *k = (kmeans){ 0 };
}
