/* rule.c - dw = A pre post, and on request one thing that no rule may do. */
#include <hebb/rule.h>

#include <math.h>
#include <stdlib.h>

enum fault {
  NONE,
  MIXES,
  TOUCHES,
  ALLOCATES,
  INFINITE,
  REMEMBERS,
  BEFORE,
  AFTER,
  INPUT,
  CRASHES,
  HANGS,
  EXITS,
  NAMELESS,
  TWINS,
  SILENT
};

typedef struct config {
  int32_t fault;
} config;

static const hebb_param params[] = {
  HEBB_CHOICE(config, fault,
              "none|mixes|touches|allocates|infinite|remembers|before|after|input|crashes|hangs|"
              "exits|nameless|twins|silent",
              "What it does wrong."),
  { 0 },
};

static int check(const void *cfg, const hebb_host *host)
{
  (void)host;
  return ((const config *)cfg)->fault == SILENT ? HEBB_EINVAL : HEBB_OK;
}

static int shape(const void *cfg, const hebb_host *host, hebb_rule_shape *out)
{
  static const char *const name[] = { "A" }, *const twins[] = { "A", "A" }, *const none[] = { "" };
  const int32_t fault = ((const config *)cfg)->fault;
  (void)host;
  out->n_coef = fault == TWINS ? 2 : 1;
  out->coef_name = fault == TWINS ? twins : fault == NAMELESS ? none : name;
  return HEBB_OK;
}

static void update(const void *cfg, const hebb_layer *l)
{
  static int calls;
  const int32_t fault = ((const config *)cfg)->fault, n = l->n_pre * l->n_post;
  for (int32_t lane = 0; lane < l->n_lane; lane++) {
    if (l->live && !l->live[lane] && fault != TOUCHES)
      continue;
    const int32_t from = fault == MIXES ? 0 : lane;
    for (int32_t k = 0; k < n; k++)
      l->weight[lane * n + k] += l->coef[k] * l->pre[from * l->n_pre + k / l->n_post] *
                                 l->post[lane * l->n_post + k % l->n_post];
  }

  float *coef = (float *)l->coef;
  void *volatile block; // volatile: so that no compiler leaves the call out
  switch (fault) {
  case ALLOCATES: free(block = malloc(64)); break;
  case INFINITE: l->weight[0] = INFINITY; break;
  case REMEMBERS: l->weight[0] = (float)++calls; break;
  case BEFORE: l->weight[-1] = 0; break;
  case AFTER: l->weight[l->n_lane * n] = 0; break;
  case INPUT: coef[0] += 1; break;
  case CRASHES: abort();
  case HANGS:
    for (volatile int forever = 1; forever;)
      ;
    break;
  case EXITS: exit(0);
  default: break;
  }
}

static const hebb_rule rule = {
  .base = { HEBB_HEAD(HEBB_RULE, hebb_rule, config), .name = "faulty_rule", .version = "1",
            .brief = "for a test", .cite = "", .params = params },
  .shape = shape,
  .check = check,
  .update = update,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &rule.base : NULL;
}
