/* vet_optimizer.c - an optimizer held against hebb/optimizer.h. */
#include <math.h>
#include <string.h>

#include "env_shape.h"
#include "hebb/rng.h"
#include "vet.h"

enum {
  N_GENERATION = 4,         /* lived before two states are compared                      */
  LARGEST_STATE = 16 << 20, /* bytes, for the small genomes below                        */
  SPHERE_GENE = 10,
  SPHERE_POPULATION = 40,
  SPHERE_BUDGET = 1500 /* generations in which nine tenths of the way must be made  */
};

/* One optimizer on one genome. */
typedef struct problem {
  const hebb_optimizer *optimizer;
  const void *config;
  hebb_genome_shape shape;
  hebb_segment segment[3];
  int32_t population;
  size_t state_size;
  vet_room *room;
  float *genome, *other; /* [n_gene] */
  float *fitness;        /* [population] */
} problem;

/* ---- pools that split work in different ways, all on this thread ---- */

static void run_whole(const hebb_pool *pool, int64_t n, void (*work)(void *, int64_t, int64_t),
                      void *arg)
{
  (void)pool;
  if (n > 0)
    work(arg, 0, n);
}

static void run_backwards(const hebb_pool *pool, int64_t n, void (*work)(void *, int64_t, int64_t),
                          void *arg)
{
  (void)pool;
  for (int64_t k = n; k-- > 0;)
    work(arg, k, k + 1);
}

static void run_in_sevens(const hebb_pool *pool, int64_t n, void (*work)(void *, int64_t, int64_t),
                          void *arg)
{
  (void)pool;
  for (int64_t k = 0; k < n; k += 7)
    work(arg, k, k + 7 < n ? k + 7 : n);
}

static const hebb_pool whole = { NULL, run_whole };
static const hebb_pool backwards = { NULL, run_backwards };
static const hebb_pool in_sevens = { NULL, run_in_sevens };

/* ---- a genome, a landscape, a life ---- */

/* Three segments of different roles and factors, where there are genes for them. */
static void make_shape(problem *p, int64_t n_gene, float start)
{
  float *gene = vet_take(p->room, (size_t)n_gene, sizeof *gene);
  for (int64_t g = 0; g < n_gene; g++)
    gene[g] = start;
  vet_freeze(p->room, gene);

  const int64_t first = n_gene / 2, second = (n_gene - first) / 2;
  const int64_t count[3] = { first, second, n_gene - first - second };
  static const uint32_t role[3] = { HEBB_ROLE_COEFFICIENT, HEBB_ROLE_START, HEBB_ROLE_WEIGHT };
  p->shape = (hebb_genome_shape){
    .size = sizeof p->shape, .n_gene = n_gene, .start = gene, .segment = p->segment
  };
  for (int64_t k = 0, offset = 0; k < 3; offset += count[k++])
    if (count[k] > 0)
      p->segment[p->shape.n_segment++] = (hebb_segment){ .name = "part",
                                                         .coefficient = "A",
                                                         .role = role[k],
                                                         .share = HEBB_SHARE_EACH,
                                                         .rows = (int32_t)count[k],
                                                         .cols = 1,
                                                         .offset = offset,
                                                         .count = count[k],
                                                         .sigma = 1,
                                                         .rate = 1 };
}

/* A fresh state; NULL: refused, in a sentence that is in `why`. */
static void *new_state(vet *v, const problem *p, uint64_t seed, error *why)
{
  static const char check[] = "the state has a size";
  host_services services;
  host_services_init(&services, p->optimizer->base.name, why);

  if (p->state_size > LARGEST_STATE) {
    vet_expect(v, check, false, "%zu bytes for %lld genes", p->state_size,
               (long long)p->shape.n_gene);
    return NULL;
  }
  void *state = vet_take(p->room, p->state_size, 1);
  const int status =
      p->optimizer->init(state, p->config, &p->shape, p->population, seed, &services.host);
  vet_expect(v, check, status != HEBB_OK || p->state_size > 0, "0 bytes, but init accepts");
  return status == HEBB_OK ? state : NULL;
}

/* Minus the squared distance to (target, target, ...). */
static float sphere(const float *genome, int64_t n, float target)
{
  double sum = 0;
  for (int64_t g = 0; g < n; g++)
    sum -= (double)(genome[g] - target) * (double)(genome[g] - target);
  return (float)sum;
}

static void live_generation(const problem *p, void *state, const hebb_pool *pool)
{
  for (int32_t i = 0; i < p->population; i++) {
    p->optimizer->ask(state, i, p->genome);
    p->fitness[i] = sphere(p->genome, p->shape.n_gene, 0.5f);
  }
  p->optimizer->tell(state, p->fitness, pool);
}

static void *live_through(vet *v, const problem *p, uint64_t seed, const hebb_pool *pool)
{
  error why = { 0 };
  void *state = new_state(v, p, seed, &why);
  for (int32_t g = 0; state && g < N_GENERATION; g++)
    live_generation(p, state, pool);
  return state;
}

/* Hash of what a state gives: its centre and all candidates. */
static uint64_t outcome(const problem *p, const void *state)
{
  const size_t bytes = (size_t)p->shape.n_gene * sizeof(float);
  p->optimizer->centre(state, p->other);
  uint64_t hash = vet_hash(0, p->other, bytes);
  for (int32_t i = 0; i < p->population; i++) {
    p->optimizer->ask(state, i, p->other);
    hash = vet_hash(hash, p->other, bytes);
  }
  return hash;
}

static bool finite_genome(const problem *p, const float *genome)
{
  for (int64_t g = 0; g < p->shape.n_gene; g++)
    if (!isfinite(genome[g]))
      return false;
  return true;
}

/* Its candidates are to be the start, not to differ from each other and between seeds. */
static bool leaves_genome(const problem *p)
{
  return p->optimizer->base.flags & HEBB_LEAVES_GENOME;
}

/* ---- the checks ---- */

static void check_ask(vet *v, const problem *p, void *state)
{
  static const char pure[] = "ask is pure: any order, any number of times";
  const size_t bytes = (size_t)p->shape.n_gene * sizeof(float);
  const uint64_t before = vet_hash(0, state, p->state_size);
  bool finite = true, differ = p->population < 2, start = true;

  for (int32_t i = p->population - 1; i >= 0; i--) {
    p->optimizer->ask(state, i, p->genome);
    finite &= finite_genome(p, p->genome);
    start &= memcmp(p->genome, p->shape.start, bytes) == 0;
    p->optimizer->ask(state, p->population - 1 - i, p->other);
    differ |= i != p->population - 1 - i && memcmp(p->genome, p->other, bytes) != 0;
    memset(p->other, 0x5a, bytes);
    p->optimizer->ask(state, i, p->other);
    vet_expect(v, pure, memcmp(p->genome, p->other, bytes) == 0,
               "candidate %d came out differently the second time", i);
  }
  p->optimizer->centre(state, p->other);
  vet_expect(v, "candidates and centre are finite", finite && finite_genome(p, p->other),
             "a gene is not");
  if (leaves_genome(p))
    vet_expect(v, "candidates are the genome at the start", start, "one is not");
  else
    vet_expect(v, "candidates differ", differ, "all are the same");
  vet_expect(v, pure, vet_hash(0, state, p->state_size) == before,
             "ask or centre changed the state");
}

static void check_tell(vet *v, const problem *p)
{
  void *state = live_through(v, p, 1, &whole);
  void *again = live_through(v, p, 1, &whole);
  void *other = live_through(v, p, 2, &whole);
  void *reversed = live_through(v, p, 1, &backwards), *sevens = live_through(v, p, 1, &in_sevens);
  if (!state || !again || !other || !reversed || !sevens) {
    vet_expect(v, "init accepts twice what it accepts once", false, "it did not");
    return;
  }

  const uint64_t expected = outcome(p, state);
  vet_expect(v, "deterministic", outcome(p, again) == expected, "two equal runs differ");
  if (!leaves_genome(p))
    vet_expect(v, "another seed gives other candidates", outcome(p, other) != expected,
               "it does not");
  vet_expect(v, "how the pool splits changes nothing",
             outcome(p, reversed) == expected && outcome(p, sevens) == expected,
             "in single pieces or in sevens, the result differs");

  // a checkpoint is the bytes of the state, found again elsewhere
  void *moved = vet_take(p->room, p->state_size, 1);
  memcpy(moved, again, p->state_size);
  memset(again, 0xA5, p->state_size);
  live_generation(p, state, &whole);
  live_generation(p, moved, &whole);
  vet_expect(v, "the state goes on elsewhere from its bytes",
             outcome(p, moved) == outcome(p, state),
             "copied to another place, it gives another result");

  for (int32_t i = 0; i < p->population; i++)
    p->fitness[i] = 7;
  p->optimizer->tell(state, p->fitness, &whole);
  p->optimizer->centre(state, p->genome);
  vet_expect(v, "equal fitness of all is survived", finite_genome(p, p->genome),
             "a gene of the centre is not finite");
}

static void check_arrays(vet *v, const problem *p, const void *state)
{
  static const char check[] = "the labelled parts lie in the state";
  hebb_array a, earlier;
  for (int32_t k = 0; memset(&a, 0, sizeof a), k < 64 && p->optimizer->array(state, k, &a); k++) {
    vet_expect(v, check, a.name && a.name[0] && a.doc && a.doc[0] && a.unit && a.dims,
               "part %d lacks a name, unit, doc or dims", k);
    const size_t size = env_array_bytes(&a);
    vet_expect(v, check,
               a.rank <= 4 && size > 0 && a.offset <= p->state_size &&
                   size <= p->state_size - a.offset,
               "part %d reaches beyond the state", k);
    for (int32_t i = 0; i < k; i++) {
      p->optimizer->array(state, i, &earlier);
      vet_expect(v, check, !a.name || !earlier.name || strcmp(a.name, earlier.name) != 0,
                 "two parts are called %s", a.name);
    }
  }
}

/* The same segments around genes [n_gene]; start is that. */
static hebb_genome_shape another_shape(problem *p, hebb_segment segment[3], int64_t n_gene,
                                       float *start)
{
  hebb_genome_shape shape = p->shape;
  int64_t end = 0;
  for (int32_t k = 0; k < shape.n_segment; k++) {
    segment[k] = p->segment[k];
    const int64_t last = n_gene - end;
    const int64_t part = segment[k].count * n_gene / p->shape.n_gene;
    segment[k].offset = end;
    segment[k].count = k == shape.n_segment - 1 ? last : part;
    segment[k].rows = (int32_t)segment[k].count;
    end += segment[k].count;
  }
  shape.segment = segment;
  shape.start = start;
  shape.n_gene = n_gene;
  return shape;
}

/* Each segment's genes in reverse. */
static void reverse_segments(const problem *p, int64_t *map)
{
  for (int32_t k = 0; k < p->shape.n_segment; k++) {
    const hebb_segment *s = &p->segment[k];
    for (int64_t i = 0; i < s->count; i++)
      map[s->offset + i] = s->offset + s->count - 1 - i;
  }
}

/* Whether every part with a number for each gene is the one before, permuted. */
static bool parts_permuted(const problem *p, const void *before, const void *after,
                           const int64_t *map)
{
  hebb_array a, b;
  for (int32_t k = 0; p->optimizer->array && p->optimizer->array(before, k, &a); k++) {
    if (a.rank != 1 || a.extent[0] != p->shape.n_gene || !p->optimizer->array(after, k, &b))
      continue;
    const size_t size = env_array_bytes(&a) / (size_t)p->shape.n_gene;
    for (int64_t g = 0; g < p->shape.n_gene; g++)
      if (memcmp((const char *)after + b.offset + (size_t)g * size,
                 (const char *)before + a.offset + (size_t)map[g] * size, size) != 0)
        return false;
  }
  return true;
}

/* Another genome between generations: the same, one with its genes elsewhere, a smaller one. */
static void check_reshape(vet *v, problem *p)
{
  static const char check[] = "reshape carries the state over";
  const hebb_optimizer *o = p->optimizer;
  const int64_t n = p->shape.n_gene, fewer = (n + 1) / 2;
  error why = { 0 };
  host_services services;
  host_services_init(&services, o->base.name, &why);
  void *before = live_through(v, p, 1, &whole), *state = live_through(v, p, 1, &whole);
  int64_t *map = vet_take(p->room, (size_t)n, sizeof *map);
  float *start = vet_take(p->room, (size_t)n, sizeof *start);
  hebb_segment segment[3];
  if (!before || !state)
    return;

  const hebb_genome_shape same = another_shape(p, segment, n, start);
  o->centre(state, start);
  for (int64_t g = 0; g < n; g++)
    map[g] = g;
  vet_expect(v, check, o->reshape(state, &p->shape, &same, map, &services.host) == HEBB_OK,
             "the same genome is refused: %s", why.text);
  vet_expect(v, check, outcome(p, state) == outcome(p, before),
             "the same genome gives other candidates or another centre");
  live_generation(p, state, &whole);
  live_generation(p, before, &whole);
  vet_expect(v, check, outcome(p, state) == outcome(p, before),
             "after the same genome, the next update is another one");

  reverse_segments(p, map);
  o->centre(before, p->other);
  for (int64_t g = 0; g < n; g++)
    start[g] = p->other[map[g]];
  o->reshape(state, &p->shape, &same, map, &services.host);
  o->centre(state, p->other);
  vet_expect(v, check, memcmp(p->other, start, (size_t)n * sizeof *start) == 0,
             "the centre of a genome in another order is not its start");
  vet_expect(v, check, parts_permuted(p, before, state, map),
             "in a genome in another order, a labelled part did not follow its genes");

  // the first of two neighbours stands for both, a new gene has no ancestor
  const hebb_genome_shape half = another_shape(p, segment, fewer, start);
  for (int64_t g = 0; g < fewer; g++) {
    map[g] = g == 1 ? -1 : 2 * g;
    start[g] = p->other[2 * g] / 2;
  }
  const size_t size = o->state_size(p->config, &half, p->population);
  if (size == 0 || size > p->state_size)
    return;
  vet_expect(v, check, o->reshape(state, &same, &half, map, &services.host) == HEBB_OK,
             "a smaller genome is refused: %s", why.text);
  o->centre(state, p->other);
  vet_expect(v, check, memcmp(p->other, start, (size_t)fewer * sizeof *start) == 0,
             "the centre of a smaller genome is not its start");
  problem smaller = *p;
  smaller.shape = half;
  bool finite = true;
  for (int32_t g = 0; g < N_GENERATION; g++) {
    live_generation(&smaller, state, &in_sevens);
    o->centre(state, p->other);
    finite &= finite_genome(&smaller, p->genome) && finite_genome(&smaller, p->other);
  }
  vet_expect(v, check, finite, "in a smaller genome a gene is not finite");
}

static void check_calls(vet *v, const problem *p, void *state)
{
  if (!vet_calls_watch(p->optimizer->base.name))
    return;
  vet_calls_begin();
  live_generation(p, state, &whole);
  p->optimizer->centre(state, p->genome);
  const int64_t n = vet_calls_end();
  vet_expect(v, "no memory is allocated in hot calls", n == 0,
             "%lld calls of malloc or free in a generation", (long long)n);
}

/* False: the optimizer refuses this size. */
static bool check_genome(vet *v, problem *p, int64_t n_gene, int32_t population, error *why)
{
  snprintf(v->stage, sizeof v->stage, "%lld genes, population %d", (long long)n_gene, population);
  vet_room_clear(p->room);
  make_shape(p, n_gene, 0);
  p->population = population;
  p->genome = vet_take(p->room, (size_t)n_gene, sizeof(float));
  p->other = vet_take(p->room, (size_t)n_gene, sizeof(float));
  p->fitness = vet_take(p->room, (size_t)population, sizeof(float));
  p->state_size = p->optimizer->state_size(p->config, &p->shape, population);

  void *state = new_state(v, p, 1, why);
  if (!state)
    return false;
  check_ask(v, p, state);
  check_tell(v, p);
  if (p->optimizer->array)
    check_arrays(v, p, state);
  if (p->optimizer->reshape)
    check_reshape(v, p);
  check_calls(v, p, state);
  const char *damage = vet_damage(p->room);
  vet_expect(v, "writes genome and state only", !damage, "%s", damage);
  return true;
}

static void check_sphere(vet *v, problem *p)
{
  error why = { 0 };
  snprintf(v->stage, sizeof v->stage, "%d genes, population %d", SPHERE_GENE, SPHERE_POPULATION);
  vet_room_clear(p->room);
  make_shape(p, SPHERE_GENE, 0);
  p->population = SPHERE_POPULATION;
  p->genome = vet_take(p->room, SPHERE_GENE, sizeof(float));
  p->fitness = vet_take(p->room, SPHERE_POPULATION, sizeof(float));
  p->state_size = p->optimizer->state_size(p->config, &p->shape, p->population);

  void *state = new_state(v, p, 1, &why);
  if (!state)
    return;
  const float before = sphere(p->shape.start, SPHERE_GENE, 0.5f);
  float after = before;
  for (int32_t g = 0; g < SPHERE_BUDGET && after < before / 10; g++) {
    live_generation(p, state, &whole);
    p->optimizer->centre(state, p->genome);
    after = sphere(p->genome, SPHERE_GENE, 0.5f);
  }
  vet_expect(v, "climbs: -sum (x - 0.5)^2 from x = 0", after >= before / 10,
             "%g at first, %g after %d generations", (double)before, (double)after, SPHERE_BUDGET);
}

void vet_optimizer(vet *v, const hebb_optimizer *optimizer, const void *config)
{
  static const struct {
    int64_t n_gene;
    int32_t population;
  } size[] = { { 1, 2 }, { 7, 8 }, { 100, 20 }, { 2500, 12 } };

  problem p = { .optimizer = optimizer, .config = config, .room = vet_room_new() };
  if (!p.room) {
    vet_expect(v, "memory", false, "none for a state");
    return;
  }
  error why = { 0 };
  bool accepted = false;
  for (size_t k = 0; k < sizeof size / sizeof size[0]; k++)
    accepted |= check_genome(v, &p, size[k].n_gene, size[k].population, &why);
  if (!accepted)
    vet_refused(v, &why);
  else if (!leaves_genome(&p))
    check_sphere(v, &p);
  vet_room_free(p.room);
}
