/* merge.c - the schedule of merges; genomes before and after one.
 *
 *     merge k of n leaves  N (M / N)^(k / n)  rules, of N at the beginning and M at the end
 *
 * Coefficients that a rule itself spans over neurons or layers, evolved weights, convolutions and modulatory
 * neurons are not merged.
 */
#include "merge.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 48, MOST_ITERATIONS = 100 };

int64_t merge_due(const merge_schedule *s, int64_t generation)
{
  if (generation < s->from || generation > s->until || (generation - s->from) % s->every != 0)
    return 0;
  const int64_t n = 1 + (s->until - s->from) / s->every;
  const int64_t k = 1 + (generation - s->from) / s->every;
  if (k == n)
    return s->n_last;
  const double first = hebb_log((double)s->n_first), last = hebb_log((double)s->n_last);
  return llround(hebb_exp(first + (last - first) * (double)k / (double)n));
}

/* Whether a segment of the whole genome is a coefficient that every synapse has for itself. */
static bool is_merged(const hebb_segment *s)
{
  return s->role == HEBB_ROLE_COEFFICIENT && s->share == HEBB_SHARE_EACH;
}

/* The coefficients are those of the first layer, and every layer has them. */
static int32_t merged_coefficients(const genome *whole)
{
  int32_t n = 0;
  for (int32_t c = 0; c < whole->n_coef; c++)
    n += is_merged(&whole->shape.segment[whole->coef_segment[c]]);
  return n;
}

static int64_t synapses(const genome *whole)
{
  int64_t n = 0;
  for (int32_t k = 0; k < whole->shape.n_segment; k++)
    n += is_merged(&whole->shape.segment[k]) ? whole->shape.segment[k].count : 0;
  const int32_t n_coef = merged_coefficients(whole);
  return n_coef > 0 ? n / n_coef : 0;
}

size_t merge_bytes(const genome *whole)
{
  // one that is, one that becomes, its map and what K-means takes
  return (size_t)whole->shape.n_gene * 2 * (2 * sizeof(int64_t) + sizeof(float)) +
         (size_t)whole->shape.n_gene * (sizeof(int64_t) + sizeof(double) + 3 * sizeof(float)) +
         (size_t)synapses(whole) * 8 * sizeof(int32_t);
}

static int no_memory(merge *m, error *err)
{
  const int64_t n = m->whole->shape.n_gene;
  merge_done(m);
  return error_add(err, EXIT_RUN_FAILED, "no memory to merge the rules of %lld genes",
                   (long long)n);
}

/* All arrays, and which genes of the whole genome are merged. */
static int take(merge *m, const genome *whole, int64_t n_rule)
{
  *m = (merge){ .whole = whole,
                .n_synapse = synapses(whole),
                .n_rule = n_rule,
                .n_coef = merged_coefficients(whole),
                .shape = { .size = sizeof m->shape } };
  const size_t n_segment = (size_t)whole->shape.n_segment, n_gene = (size_t)whole->shape.n_gene;
  hebb_segment *segment = calloc(n_segment, sizeof *segment);
  float *start = calloc(n_gene, sizeof *start);
  m->shape.segment = segment;
  m->shape.start = start;
  m->names = calloc(n_segment, NAME_SIZE);
  m->at = calloc((size_t)(m->n_coef * m->n_synapse), sizeof *m->at);
  m->rule = calloc((size_t)m->n_synapse, sizeof *m->rule);
  m->gene = calloc(n_gene, sizeof *m->gene);
  if (!segment || !start || !m->names || !m->at || !m->rule || !m->gene)
    return -1;

  int64_t first = 0; // synapse of a layer
  for (int32_t l = 0; l < whole->n_layer; l++) {
    int64_t n = 0;
    for (int32_t c = 0, k = 0; c < whole->n_coef; c++) {
      const hebb_segment *s = &whole->shape.segment[whole->coef_segment[l * whole->n_coef + c]];
      if (!is_merged(s))
        continue;
      n = s->count;
      for (int64_t i = 0; i < n; i++)
        m->at[k * m->n_synapse + first + i] = s->offset + i;
      k++;
    }
    first += n;
  }
  return 0;
}

static void append(merge *m, hebb_segment *segment, hebb_segment s)
{
  s.offset = m->shape.n_gene;
  m->shape.n_gene += s.count;
  segment[m->shape.n_segment++] = s;
}

/* The optimizer's segments, from the rules that synapses follow: first the table, then the others. */
static void lay_out(merge *m)
{
  const hebb_genome_shape *whole = &m->whole->shape;
  hebb_segment *segment = (hebb_segment *)(uintptr_t)m->shape.segment;
  for (int32_t c = 0; c < m->whole->n_coef; c++) {
    const hebb_segment *s = &whole->segment[m->whole->coef_segment[c]];
    if (!is_merged(s))
      continue;
    const int64_t k = m->shape.n_segment, first = m->shape.n_gene;
    char *name = m->names + k * NAME_SIZE;
    snprintf(name, NAME_SIZE, "table_%.40s", s->coefficient);
    append(m, segment,
           (hebb_segment){ .name = name,
                           .coefficient = s->coefficient,
                           .role = HEBB_ROLE_COEFFICIENT,
                           .share = HEBB_SHARE_TABLE,
                           .layer = -1,
                           .rows = (int32_t)m->n_synapse,
                           .cols = 1,
                           .count = m->n_rule,
                           .rule = m->rule,
                           .sigma = s->sigma,
                           .rate = s->rate });
    for (int64_t i = 0; i < m->n_synapse; i++)
      m->gene[m->at[k * m->n_synapse + i]] = first + m->rule[i];
  }
  for (int32_t k = 0; k < whole->n_segment; k++) {
    const hebb_segment *s = &whole->segment[k];
    if (is_merged(s))
      continue;
    for (int64_t i = 0; i < s->count; i++)
      m->gene[s->offset + i] = m->shape.n_gene + i;
    append(m, segment, *s);
  }
}

int merge_begin(merge *m, const genome *whole, error *err)
{
  if (take(m, whole, 0) != 0)
    return no_memory(m, err);
  m->n_rule = m->n_synapse;
  // nothing is merged yet: the optimizer's genome is the whole one
  m->shape.n_gene = whole->shape.n_gene;
  m->shape.n_segment = whole->shape.n_segment;
  memcpy((void *)(uintptr_t)m->shape.segment, whole->shape.segment,
         (size_t)whole->shape.n_segment * sizeof(hebb_segment));
  memcpy((void *)(uintptr_t)m->shape.start, whole->shape.start,
         (size_t)whole->shape.n_gene * sizeof(float));
  for (int64_t g = 0; g < whole->shape.n_gene; g++)
    m->gene[g] = g;
  for (int64_t i = 0; i < m->n_synapse; i++)
    m->rule[i] = (int32_t)i;
  return EXIT_FINE;
}

void merge_done(merge *m)
{
  free((void *)(uintptr_t)m->shape.segment);
  free((void *)(uintptr_t)m->shape.start);
  free(m->names);
  free(m->at);
  free(m->rule);
  free(m->gene);
  *m = (merge){ 0 };
}

int merge_resume(merge *m, const int32_t *rule, int64_t n_rule, error *err)
{
  const genome *whole = m->whole;
  merge_done(m);
  m->whole = whole;
  if (take(m, whole, n_rule) != 0)
    return no_memory(m, err);
  memcpy(m->rule, rule, (size_t)m->n_synapse * sizeof *rule);
  lay_out(m);
  return EXIT_FINE;
}

/* The first synapse that follows each rule. */
static void first_followers(const merge *m, int64_t *follower)
{
  for (int64_t i = m->n_synapse; i-- > 0;)
    follower[m->rule[i]] = i;
}

/* The optimizer's gene of coefficient c of a rule. */
static int64_t gene_of(const merge *m, const int64_t *follower, int32_t c, int64_t rule)
{
  return m->gene[m->at[c * m->n_synapse + follower[rule]]];
}

/* Values and origins of the genes of `to`. */
static void inherit(const merge *m, const merge *to, const kmeans *k, const int64_t *follower,
                    const float *vector, int64_t *map)
{
  float *start = (float *)(uintptr_t)to->shape.start;
  for (int64_t g = 0; g < m->whole->shape.n_gene; g++) { // of those that are not merged
    map[to->gene[g]] = m->gene[g];
    start[to->gene[g]] = vector[m->gene[g]];
  }
  for (int32_t c = 0; c < to->n_coef; c++)
    for (int64_t r = 0; r < to->n_rule; r++) {
      const int64_t g = c * to->n_rule + r;
      map[g] = gene_of(m, follower, c, k->nearest[r]);
      start[g] = k->centre[r * to->n_coef + c];
    }
}

int merge_try(const merge *m, int64_t n_rule, const float *vector, const hebb_address *address,
              const hebb_pool *pool, merge *to, int64_t **map, error *err)
{
  int64_t *follower = calloc((size_t)m->n_rule, sizeof *follower);
  float *point = calloc((size_t)(m->n_coef * m->n_rule), sizeof *point);
  kmeans k = { 0 };
  *map = NULL;
  if (take(to, m->whole, n_rule) != 0 || !follower || !point) {
    no_memory(to, err);
    goto done;
  }
  first_followers(m, follower);
  for (int32_t c = 0; c < m->n_coef; c++)
    for (int64_t r = 0; r < m->n_rule; r++)
      point[c * m->n_rule + r] = vector[gene_of(m, follower, c, r)];
  if (kmeans_find(&k, point, m->n_rule, m->n_coef, n_rule, MOST_ITERATIONS, address, pool, err) !=
      EXIT_FINE) {
    merge_done(to);
    goto done;
  }
  for (int64_t i = 0; i < m->n_synapse; i++)
    to->rule[i] = k.cluster[m->rule[i]];
  lay_out(to);
  *map = malloc((size_t)to->shape.n_gene * sizeof **map);
  if (*map)
    inherit(m, to, &k, follower, vector, *map);
  else
    no_memory(to, err);

done:
  kmeans_done(&k);
  free(point);
  free(follower);
  return *map ? EXIT_FINE : err->status;
}

void merge_expand(const merge *m, const float *vector, float *whole)
{
  const int64_t n = m->whole->shape.n_gene;
  for (int64_t g = 0; g < n; g++)
    whole[g] = vector[m->gene[g]];
}
