/* abcd.c - the ABCD family of Hebbian rules (Najarro & Risi, 2020).
 *
 *     dw = eta (A pre post + B pre + C post + D) + D_out
 *
 * Each synapse has evolved coefficients of its own. `terms` says which of A, B, C, D there are,
 * `learning_rate` whether there is an eta, and `d` where D stands. The float operations run in the
 * order of the authors' program, so that equal inputs give equal bits:
 * ((A pre) post + B pre) + C post, then + D, times eta, + D_out, and last w + dw.
 */
#include "abcd_sweep.h"

enum terms { TERMS_ABCD, TERMS_ABC, TERMS_AD, TERMS_A };
enum place { PLACE_IN, PLACE_OUT, PLACE_BOTH };

typedef struct config {
  int32_t terms;
  bool learning_rate;
  int32_t d;
} config;

static const hebb_param params[] = {
  HEBB_CHOICE(config, terms, "ABCD|ABC|AD|A", "Terms of the rule: A pre post, B pre, C post, D."),
  HEBB_PARAM(config, learning_rate, true, 0, 1, "",
             "Whether each synapse has an evolved learning rate eta, the factor of its change."),
  HEBB_CHOICE(config, d, "in|out|both",
              "Where D stands: inside the product with eta, outside it, or one D on each side."),
  { 0 },
};

// by terms; the planes that a config lacks at the end (D_out, then eta) are cut off by n_coef
static const char *const coef_name[4][6] = {
  [TERMS_ABCD] = { "A", "B", "C", "D", "eta", "D_out" },
  [TERMS_ABC] = { "A", "B", "C", "eta" },
  [TERMS_AD] = { "A", "D", "eta", "D_out" },
  [TERMS_A] = { "A", "eta" },
};
static const int32_t n_term[4] = {
  [TERMS_ABCD] = 4, [TERMS_ABC] = 3, [TERMS_AD] = 2, [TERMS_A] = 1
};

static bool has_d(const config *c)
{
  return c->terms == TERMS_ABCD || c->terms == TERMS_AD;
}

static int check(const void *cfg, const hebb_host *host)
{
  const config *c = cfg;
  const char *place = c->d == PLACE_OUT ? "out" : "both";
  if (c->d != PLACE_IN && !has_d(c))
    return host->fail(host, HEBB_EINVAL, "d = \"%s\" needs a term D: choose terms ABCD or AD",
                      place);
  if (c->d != PLACE_IN && !c->learning_rate)
    return host->fail(host, HEBB_EINVAL,
                      "d = \"%s\" needs learning_rate = true: D can only stand outside a product",
                      place);
  return HEBB_OK;
}

static int shape(const void *cfg, const hebb_host *host, hebb_rule_shape *out)
{
  const config *c = cfg;
  (void)host;
  out->n_coef = n_term[c->terms] + c->learning_rate + (c->d == PLACE_BOTH);
  out->coef_name = coef_name[c->terms];
  out->n_plane = n_term[c->terms];
  return HEBB_OK;
}

enum form { B_AND_C = 1, D_INSIDE = 2, ETA = 4, D_OUTSIDE = 8 };

/* The update of all lanes. `form` is a constant wherever it is called, so that each call becomes a
   loop of its own, without branches and vectorised over the postsynaptic neurons. */
static inline __attribute__((always_inline)) void change(const hebb_layer *l, const unsigned form)
{
  const size_t n_pre = (size_t)l->n_pre, n_post = (size_t)l->n_post, n = n_pre * n_post;
  const size_t at_d = form & B_AND_C ? 3 * n : n;
  const size_t at_eta = form & (D_INSIDE | D_OUTSIDE) ? at_d + n : at_d;
  const size_t at_d_out = form & D_INSIDE ? at_eta + n : at_d;

  for (size_t lane = 0; lane < (size_t)l->n_lane; lane++) {
    if (l->live && !l->live[lane])
      continue;
    const float *pre = l->pre + lane * n_pre, *restrict post = l->post + lane * n_post;
    for (size_t i = 0; i < n_pre; i++) {
      const float x = pre[i], *restrict c = l->coef + i * n_post;
      float *restrict w = l->weight + lane * n + i * n_post;
      for (size_t j = 0; j < n_post; j++) {
        float dw = c[j] * x * post[j];
        if (form & B_AND_C)
          dw = dw + c[n + j] * x + c[2 * n + j] * post[j];
        if (form & D_INSIDE)
          dw += c[at_d + j];
        if (form & ETA)
          dw *= c[at_eta + j];
        if (form & D_OUTSIDE)
          dw += c[at_d_out + j];
        w[j] += dw;
      }
    }
  }
}

static void update(const void *cfg, const hebb_layer *l)
{
  const config *c = cfg;
  const unsigned b_and_c = c->terms == TERMS_ABCD || c->terms == TERMS_ABC ? B_AND_C : 0;
  const unsigned inside = has_d(c) && c->d != PLACE_OUT ? D_INSIDE : 0;
  const unsigned outside = has_d(c) && c->d != PLACE_IN ? D_OUTSIDE : 0;
  const unsigned eta = c->learning_rate ? ETA : 0;

  switch (b_and_c | inside | eta | outside) {
  case 0: change(l, 0); break;
  case D_INSIDE: change(l, D_INSIDE); break;
  case ETA: change(l, ETA); break;
  case D_INSIDE | ETA: change(l, D_INSIDE | ETA); break;
  case ETA | D_OUTSIDE: change(l, ETA | D_OUTSIDE); break;
  case D_INSIDE | ETA | D_OUTSIDE: change(l, D_INSIDE | ETA | D_OUTSIDE); break;
  case B_AND_C: change(l, B_AND_C); break;
  case B_AND_C | D_INSIDE: change(l, B_AND_C | D_INSIDE); break;
  case B_AND_C | ETA: change(l, B_AND_C | ETA); break;
  case B_AND_C | D_INSIDE | ETA: change(l, B_AND_C | D_INSIDE | ETA); break;
  case B_AND_C | ETA | D_OUTSIDE: change(l, B_AND_C | ETA | D_OUTSIDE); break;
  case B_AND_C | D_INSIDE | ETA | D_OUTSIDE: change(l, B_AND_C | D_INSIDE | ETA | D_OUTSIDE); break;
  }
}

/* ---- the fused form: eta goes into the other coefficients once, and both D become one ---- */

static void prepare(const void *cfg, int32_t n_pre, int32_t n_post, const float *coef, float *plane)
{
  const config *c = cfg;
  const size_t n = (size_t)n_pre * (size_t)n_post, n_term_planes = (size_t)n_term[c->terms];
  const float *eta = coef + n_term_planes * n, *d_out = eta + n;
  const float *d = coef + (n_term_planes - 1) * n;
  float *last = plane + (n_term_planes - 1) * n;

  for (size_t term = 0; term < n_term_planes; term++)
    for (size_t k = 0; k < n; k++)
      plane[term * n + k] = c->learning_rate ? eta[k] * coef[term * n + k] : coef[term * n + k];
  for (size_t k = 0; c->d == PLACE_OUT && k < n; k++)
    last[k] = d[k];
  for (size_t k = 0; c->d == PLACE_BOTH && k < n; k++)
    last[k] += d_out[k];
}

static void sweep(const void *cfg, const hebb_sweep *s)
{
  const config *c = cfg;
  const bool b_and_c = c->terms == TERMS_ABCD || c->terms == TERMS_ABC;
  abcd_sweep((b_and_c ? ABCD_B_AND_C : 0) | (has_d(c) ? ABCD_D : 0), s);
}

static const hebb_rule abcd = {
  .base = {
    HEBB_HEAD(HEBB_RULE, hebb_rule, config),
    .name = "abcd",
    .version = "1.0",
    .brief = "Hebbian ABCD rule, its coefficients evolved for each synapse",
    .cite = "Najarro & Risi, NeurIPS 2020, arXiv:2007.02686",
    .params = params,
  },
  .shape = shape,
  .check = check,
  .update = update,
  .prepare = prepare,
  .sweep = sweep,
};

const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &abcd.base : NULL;
}
