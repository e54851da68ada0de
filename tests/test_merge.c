/* test_merge.c - K-means against a plain program and clusters that are known; when rules are merged; the
 * genome before and after a merge; what the optimizer takes along. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "experiment.h"
#include "loader.h"
#include "merge.h"
#include "said.h"

static void run_here(const hebb_pool *self, int64_t n, void (*work)(void *, int64_t, int64_t),
                     void *arg)
{
  (void)self;
  work(arg, 0, n);
}
static void run_backwards(const hebb_pool *self, int64_t n, void (*work)(void *, int64_t, int64_t),
                          void *arg)
{
  (void)self;
  for (int64_t k = n; k-- > 0;)
    work(arg, k, k + 1);
}
static const hebb_pool here = { NULL, run_here }, backwards = { NULL, run_backwards };

/* ---- K-means ---- */

enum { N_POINT = 230, N_DIM = 3, N_CLUSTER = 17 };

static void draw(float *point, int64_t n, uint64_t seed)
{
  const hebb_address a = { .seed = seed, .purpose = 99 };
  for (int64_t i = 0; i < n; i++)
    point[i] = hebb_normal(&a, (uint32_t)i);
}

static double square_of(const float *point, int32_t i, const double centre[N_DIM])
{
  double square = 0;
  for (int32_t d = 0; d < N_DIM; d++) {
    const double off = (double)point[d * N_POINT + i] - centre[d];
    square += off * off;
  }
  return square;
}

/* The same by the words of the paper, point by point and in double: cluster [N_POINT], as many centres as
   clusters; how many iterations. */
static int32_t plainly(const float *point, const hebb_address *a, int32_t cluster[N_POINT],
                       double centre[N_CLUSTER][N_DIM])
{
  for (int32_t c = 0; c < N_CLUSTER; c++) {
    const double u = hebb_uniform_double(a, (uint32_t)c);
    double nearest[N_POINT], sum = 0;
    for (int32_t i = 0; i < N_POINT; i++) {
      nearest[i] = c == 0 ? 1 : INFINITY;
      for (int32_t b = 0; b < c; b++)
        nearest[i] = fmin(nearest[i], square_of(point, i, centre[b]));
      sum += nearest[i];
    }
    int32_t seed = -1;
    for (double reached = 0; reached <= u * sum;)
      reached += nearest[++seed];
    for (int32_t d = 0; d < N_DIM; d++)
      centre[c][d] = (double)point[d * N_POINT + seed];
  }
  for (int32_t k = 1;; k++) {
    bool moved = k == 1;
    for (int32_t i = 0; i < N_POINT; i++) {
      int32_t best = 0;
      for (int32_t c = 1; c < N_CLUSTER; c++)
        if (square_of(point, i, centre[c]) < square_of(point, i, centre[best]))
          best = c;
      moved = moved || best != cluster[i];
      cluster[i] = best;
    }
    if (!moved)
      return k;
    for (int32_t c = 0; c < N_CLUSTER; c++) {
      double sum[N_DIM] = { 0 }, n = 0;
      for (int32_t i = 0; i < N_POINT; i++)
        for (int32_t d = 0; cluster[i] == c && d < N_DIM; d++)
          sum[d] += (double)point[d * N_POINT + i], n += d == 0;
      for (int32_t d = 0; d < N_DIM; d++)
        centre[c][d] = sum[d] / n;
    }
  }
}

static void against_a_plain_program(void)
{
  for (uint64_t seed = 1; seed <= 5; seed++) {
    float point[N_DIM * N_POINT];
    int32_t cluster[N_POINT] = { 0 }, number[N_CLUSTER], n = 0;
    double centre[N_CLUSTER][N_DIM], squares = 0;
    const hebb_address a = { .seed = seed };
    static error err;
    kmeans k, other;
    draw(point, N_DIM * N_POINT, seed);
    const int32_t iterations = plainly(point, &a, cluster, centre);
    CU_ASSERT_EQUAL(kmeans_find(&k, point, N_POINT, N_DIM, N_CLUSTER, 1000, &a, &here, &err), 0);
    CU_ASSERT_EQUAL(k.n_iteration, iterations);

    memset(number, -1, sizeof number); // in the order of first points
    for (int32_t i = 0; i < N_POINT; i++) {
      const int32_t c = cluster[i];
      if (number[c] < 0)
        number[c] = n++;
      CU_ASSERT_EQUAL(k.cluster[i], number[c]);
      squares += square_of(point, i, centre[c]);
      CU_ASSERT(square_of(point, k.nearest[k.cluster[i]], centre[c]) <=
                square_of(point, i, centre[c]));
      for (int32_t d = 0; d < N_DIM; d++)
        CU_ASSERT_DOUBLE_EQUAL((double)k.centre[k.cluster[i] * N_DIM + d], centre[c][d], 1e-6);
    }
    CU_ASSERT_EQUAL(n, N_CLUSTER);
    CU_ASSERT_DOUBLE_EQUAL(k.squares, squares, 1e-4);

    kmeans_find(&other, point, N_POINT, N_DIM, N_CLUSTER, 1000, &a, &backwards, &err);
    CU_ASSERT(memcmp(other.cluster, k.cluster, sizeof cluster) == 0);
    CU_ASSERT(memcmp(other.centre, k.centre, sizeof(float) * N_CLUSTER * N_DIM) == 0);
    SILENT(&err);
    kmeans_done(&k);
    kmeans_done(&other);
  }
}

/* Tight groups that lie far apart are found, whatever the seed. */
static void known_clusters(void)
{
  enum { N_GROUP = 6, N = 90, DIM = 2 };
  for (uint64_t seed = 1; seed <= 20; seed++) {
    float point[DIM * N];
    const hebb_address a = { .seed = seed };
    static error err;
    kmeans k;
    draw(point, DIM * (int64_t)N, seed);
    for (int32_t i = 0; i < N; i++) {
      point[i] = 0.001f * point[i] + 10 * (float)(i % N_GROUP);
      point[N + i] = 0.001f * point[N + i] + 7 * (float)(i % N_GROUP % 2);
    }
    CU_ASSERT_EQUAL(kmeans_find(&k, point, N, DIM, N_GROUP, 100, &a, &here, &err), EXIT_FINE);
    for (int32_t i = 0; i < N; i++)
      CU_ASSERT_EQUAL(k.cluster[i], i % N_GROUP);
    for (int32_t c = 0; c < N_GROUP; c++) {
      CU_ASSERT_DOUBLE_EQUAL((double)k.centre[c * DIM], 10.0 * c, 0.01);
      CU_ASSERT_DOUBLE_EQUAL((double)k.centre[c * DIM + 1], 7.0 * (c % 2), 0.01);
    }
    CU_ASSERT(k.squares < 1e-3);
    kmeans_done(&k);
  }
}

/* As many clusters as are wanted, even where points coincide. */
static void no_empty_cluster(void)
{
  enum { N = 70 };
  for (int64_t n_cluster = 1; n_cluster <= N; n_cluster += 23) {
    float point[2 * N];
    const hebb_address a = { .seed = 3 };
    static error err;
    kmeans k;
    int32_t members[N] = { 0 };
    for (int32_t i = 0; i < 2 * N; i++)
      point[i] = (float)(i % N < 60 ? 1 : i % N);
    CU_ASSERT_EQUAL(kmeans_find(&k, point, N, 2, n_cluster, 100, &a, &here, &err), EXIT_FINE);
    CU_ASSERT(k.n_iteration < 20);
    for (int32_t i = 0; i < N; i++)
      members[k.cluster[i]]++;
    for (int32_t c = 0; c < N; c++)
      CU_ASSERT((members[c] > 0) == (c < n_cluster));
    kmeans_done(&k);
  }
}

/* ---- the schedule ---- */

static void schedule(void)
{
  const merge_schedule halves = {
    .from = 200, .every = 200, .until = 1000, .n_first = 12288, .n_last = 384
  };
  for (int64_t g = 0; g < 1600; g++)
    CU_ASSERT_EQUAL(merge_due(&halves, g),
                    g % 200 == 0 && g >= 200 && g <= 1000 ? 12288 >> g / 200 : 0);
  // the last one that fits leaves what is wanted
  const merge_schedule uneven = { .from = 3, .every = 4, .until = 17, .n_first = 96, .n_last = 7 };
  int64_t before = 96, n = 0;
  for (int64_t g = 0; g < 30; g++) {
    const int64_t left = merge_due(&uneven, g);
    CU_ASSERT_EQUAL(left > 0, g == 3 || g == 7 || g == 11 || g == 15);
    if (left == 0)
      continue;
    CU_ASSERT_DOUBLE_EQUAL((double)left, 96 * pow(7 / 96.0, (double)++n / 4), 0.5);
    CU_ASSERT(left < before);
    before = left;
  }
  CU_ASSERT_EQUAL(before, 7);
  const merge_schedule once = { .from = 5, .every = 100, .until = 5, .n_first = 96, .n_last = 7 };
  CU_ASSERT_EQUAL(merge_due(&once, 5), 7);
  CU_ASSERT_EQUAL(merge_due(&once, 105), 0);
}

/* ---- the genome ---- */

static const char *const coef_name[] = { "A", "B", "theta", "eta" };
static const uint8_t coef_span[] = { HEBB_SHARE_EACH, HEBB_SHARE_EACH, HEBB_SHARE_POST,
                                     HEBB_SHARE_EACH };

typedef struct stand {
  network net;
  genome whole;
  merge merge;
} stand;

/* 3 -> 4 -> 5 -> 2 with evolved weights and one coefficient that neurons have: 42 synapses. */
enum { N_SYNAPSE = 12 + 20 + 10, N_COEF = 3 };

static void make(stand *s)
{
  const network_config config = { .layer = { 4, 5 }, .n_layer = 2 };
  const weights_config weights = { .init = WEIGHT_EVOLVED };
  const hebb_env_shape shape = { .n_obs = 3, .n_act = 2 };
  const hebb_rule_shape rule = { .n_coef = 4, .coef_name = coef_name, .coef_span = coef_span };
  const rule_config sharing = { .share = RULE_SHARE_TABLE,
                                .table = 5,
                                .assignment = ASSIGNMENT_MERGE };
  const genome_config start = { .std = 1 };
  static error err;
  CU_ASSERT_EQUAL_FATAL(network_build(&s->net, &config, &weights, &shape, &err), EXIT_FINE);
  CU_ASSERT_EQUAL_FATAL(genome_build(&s->whole, &s->net, &rule, &sharing, true, &start, 1, &err),
                        EXIT_FINE);
  CU_ASSERT_EQUAL_FATAL(merge_begin(&s->merge, &s->whole, &err), EXIT_FINE);
}

static void unmake(stand *s)
{
  merge_done(&s->merge);
  genome_done(&s->whole);
  network_done(&s->net);
}

/* The segments lie one after the other. */
static void check_segments(const hebb_genome_shape *shape)
{
  int64_t end = 0;
  for (int32_t k = 0; k < shape->n_segment; k++) {
    CU_ASSERT_EQUAL(shape->segment[k].offset, end);
    end += shape->segment[k].count;
  }
  CU_ASSERT_EQUAL(end, shape->n_gene);
}

/* Coefficients of synapse s of a layer in a whole genome. */
static void coefficients(const stand *s, const float *whole, int32_t layer, int64_t k,
                         float value[N_COEF])
{
  for (int32_t c = 0, n = 0; c < 4; c++)
    if (coef_span[c] == HEBB_SHARE_EACH)
      value[n++] = whole[s->whole.shape.segment[s->whole.coef_segment[layer * 4 + c]].offset + k];
}

/* What a merge makes of the whole genome: rules are means over those that were merged, the rest is as
   before. */
static void check_merged(const stand *s, const merge *to, const float *before, const float *after)
{
  double sum[N_SYNAPSE][N_COEF] = { { 0 } }, n[N_SYNAPSE] = { 0 };
  float value[N_COEF];
  for (int pass = 0; pass < 2; pass++)
    for (int32_t l = 0, synapse = 0; l < s->net.n_layer; l++)
      for (int64_t k = 0; k < (int64_t)s->net.layer[l].n_pre * s->net.layer[l].n_post;
           k++, synapse++) {
        const int32_t r = to->rule[synapse];
        CU_ASSERT(r >= 0 && r < to->n_rule);
        coefficients(s, pass == 0 ? before : after, l, k, value);
        n[r] += pass == 0;
        for (int32_t c = 0; c < N_COEF; c++)
          if (pass == 0)
            sum[r][c] += (double)value[c];
          else
            CU_ASSERT_DOUBLE_EQUAL((double)value[c], sum[r][c] / n[r], 1e-6);
      }
  for (int64_t r = 0; r < to->n_rule; r++)
    CU_ASSERT(n[r] > 0);
  for (int32_t k = 0; k < s->whole.shape.n_segment; k++) {
    const hebb_segment *g = &s->whole.shape.segment[k];
    if (g->role != HEBB_ROLE_COEFFICIENT || g->share != HEBB_SHARE_EACH)
      CU_ASSERT(memcmp(before + g->offset, after + g->offset, (size_t)g->count * sizeof(float)) ==
                0);
  }
}

static void genome_before_and_after(void)
{
  static stand s;
  static error err;
  const hebb_address a = { .seed = 4 };
  make(&s);
  const int64_t n = s.whole.shape.n_gene;
  CU_ASSERT_EQUAL(n, N_SYNAPSE * 4 + 4 + 5 + 2); // coefficients and weights; theta
  CU_ASSERT_EQUAL(s.merge.n_synapse, N_SYNAPSE);
  CU_ASSERT_EQUAL(s.merge.n_coef, N_COEF);
  CU_ASSERT(s.whole.rule == NULL);

  float *first = calloc((size_t)n, sizeof *first), *second = calloc((size_t)n, sizeof *second);
  merge once, again;
  int64_t *map;
  merge_expand(&s.merge, s.merge.shape.start, first);
  CU_ASSERT(memcmp(first, s.whole.shape.start, (size_t)n * sizeof *first) == 0);
  CU_ASSERT_EQUAL_FATAL(merge_try(&s.merge, 11, s.merge.shape.start, &a, &here, &once, &map, &err),
                        EXIT_FINE);
  check_segments(&once.shape);
  CU_ASSERT_EQUAL(once.shape.n_gene, n - N_COEF * (N_SYNAPSE - 11));
  CU_ASSERT_STRING_EQUAL(once.shape.segment[2].name, "table_eta");
  CU_ASSERT_EQUAL(once.shape.segment[2].share, HEBB_SHARE_TABLE);
  CU_ASSERT_EQUAL(once.shape.segment[2].rows, N_SYNAPSE);
  CU_ASSERT(once.shape.segment[2].rule == once.rule);
  merge_expand(&once, once.shape.start, second);
  check_merged(&s, &once, first, second);

  // a merged gene comes from a rule that was merged into it, the others from themselves
  for (int64_t g = 0; g < n; g++)
    if (once.gene[g] >= N_COEF * 11)
      CU_ASSERT_EQUAL(map[once.gene[g]], g);
  for (int64_t g = 0; g < N_COEF * 11; g++) {
    CU_ASSERT(map[g] >= 0 && map[g] < n);
    CU_ASSERT_EQUAL(once.gene[map[g]], g);
  }
  free(map);

  // and from there
  CU_ASSERT_EQUAL_FATAL(merge_try(&once, 5, once.shape.start, &a, &here, &again, &map, &err),
                        EXIT_FINE);
  check_segments(&again.shape);
  for (int32_t i = 0; i < N_SYNAPSE; i++)
    for (int32_t j = 0; j < i; j++)
      CU_ASSERT(once.rule[i] != once.rule[j] || again.rule[i] == again.rule[j]);
  for (int64_t g = 0; g < again.shape.n_gene; g++)
    CU_ASSERT(map[g] >= 0 && map[g] < once.shape.n_gene);
  free(map);

  // a run that goes on finds the same genome from the map alone
  CU_ASSERT_EQUAL_FATAL(merge_resume(&s.merge, again.rule, 5, &err), EXIT_FINE);
  CU_ASSERT_EQUAL(s.merge.shape.n_gene, again.shape.n_gene);
  CU_ASSERT_EQUAL(s.merge.n_rule, 5);
  CU_ASSERT(memcmp(s.merge.gene, again.gene, (size_t)n * sizeof *again.gene) == 0);
  SILENT(&err);
  merge_done(&once);
  merge_done(&again);
  free(first);
  free(second);
  unmake(&s);
}

/* ---- the optimizer ---- */

/* A labelled part of the state, a number for each gene. */
static const double *part(const hebb_optimizer *o, const void *state, const char *name)
{
  hebb_array a;
  for (int32_t k = 0; o->array(state, k, &a); k++)
    if (strcmp(a.name, name) == 0)
      return (const double *)(const void *)((const char *)state + a.offset);
  CU_FAIL_FATAL("no such part");
  return NULL;
}

/* Adam's moments go on: those of the rule nearest the mean of the merged ones. */
static void moments_go_on(void)
{
  static stand s;
  static error err;
  static float fitness[10];
  const hebb_address a = { .seed = 4 };
  const char *const set[] = { "optimizer.step=\"adam\"" };
  void *config;
  loaded plugin;
  host_services services;
  host_services_init(&services, "openai_es", &err);
  CU_ASSERT_EQUAL_FATAL(loader_open("openai_es", HEBB_OPTIMIZER, NULL, &plugin, &err), EXIT_FINE);
  CU_ASSERT_EQUAL_FATAL(experiment_plugin_config(plugin.plugin, "optimizer", set, 1, &config, &err),
                        EXIT_FINE);
  const hebb_optimizer *o = (const hebb_optimizer *)plugin.plugin;
  make(&s);
  const hebb_genome_shape *from = &s.merge.shape;
  const size_t size = o->state_size(config, from, 10);
  void *before = calloc(1, size), *after = calloc(1, size);
  float *vector = calloc((size_t)from->n_gene, sizeof *vector);
  CU_ASSERT_EQUAL_FATAL(o->init(before, config, from, 10, 5, &services.host), HEBB_OK);
  for (int32_t g = 0; g < 3; g++) {
    draw(fitness, 10, (uint64_t)g);
    o->tell(before, fitness, &here);
  }
  memcpy(after, before, size);
  o->centre(before, vector);

  merge to;
  int64_t *map;
  CU_ASSERT_EQUAL_FATAL(merge_try(&s.merge, 9, vector, &a, &here, &to, &map, &err), EXIT_FINE);
  CU_ASSERT_EQUAL_FATAL(o->reshape(after, from, &to.shape, map, &services.host), HEBB_OK);
  const char *const moment[] = { "first_moment", "second_moment" };
  for (int k = 0; k < 2; k++)
    for (int64_t g = 0; g < to.shape.n_gene; g++) {
      CU_ASSERT(part(o, after, moment[k])[g] != 0);
      CU_ASSERT_EQUAL(part(o, after, moment[k])[g], part(o, before, moment[k])[map[g]]);
    }
  for (int64_t g = 0; g < to.shape.n_gene; g++)
    CU_ASSERT_EQUAL((float)part(o, after, "mean")[g], to.shape.start[g]);
  // what was not merged keeps all of its digits
  const int64_t last = to.shape.n_gene - 1;
  CU_ASSERT_EQUAL(part(o, after, "mean")[last], part(o, before, "mean")[map[last]]);

  o->tell(after, fitness, &here);
  o->ask(after, 3, vector);
  for (int64_t g = 0; g < to.shape.n_gene; g++)
    CU_ASSERT(isfinite(vector[g]));
  SILENT(&err);
  merge_done(&to);
  free(map);
  free(vector);
  free(before);
  free(after);
  free(config);
  unmake(&s);
}

int main(void)
{
  const check_test tests[] = {
    { "K-means: a plain program finds the same", against_a_plain_program },
    { "K-means: known clusters", known_clusters },
    { "K-means: no cluster is empty", no_empty_cluster },
    { "schedule of merges", schedule },
    { "genome before and after a merge", genome_before_and_after },
    { "the optimizer's state goes on", moments_go_on },
  };
  return check_run("merge", tests, sizeof tests / sizeof tests[0]);
}
