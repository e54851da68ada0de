/* sweep.c - dw = A pre post with its fused form, and on request one thing wrong with that. */
#include <hebb/rule.h>

#include <math.h>

enum fault { NONE, LATE, UNSCALED, UNSEEN, FORGETS, TOUCHES, MIXES, HALF, DRIVES, TRACED };

typedef struct config {
  int32_t fault;
} config;

static const hebb_param params[] = {
  HEBB_CHOICE(config, fault, "none|late|unscaled|unseen|forgets|touches|mixes|half|drives|traced",
              "What its sweep does wrong."),
  { 0 },
};

static int32_t fault_of(const void *cfg)
{
  return ((const config *)cfg)->fault;
}

static int shape(const void *cfg, const hebb_host *host, hebb_rule_shape *out)
{
  static const char *const name[] = { "A" };
  (void)host;
  out->n_coef = out->n_plane = 1;
  out->coef_name = name;
  out->n_trace = fault_of(cfg) == TRACED;
  return HEBB_OK;
}

static void update(const void *cfg, const hebb_layer *l)
{
  const int32_t n = l->n_pre * l->n_post;
  (void)cfg;
  for (int32_t lane = 0; lane < l->n_lane; lane++)
    for (int32_t k = 0; (!l->live || l->live[lane]) && k < n; k++)
      l->weight[lane * n + k] += l->coef[k] * l->pre[lane * l->n_pre + k / l->n_post] *
                                 l->post[lane * l->n_post + k % l->n_post];
}

static void prepare(const void *cfg, int32_t n_pre, int32_t n_post, const float *coef, float *plane)
{
  const int32_t n = n_pre * n_post;
  for (int32_t k = 0; k < (fault_of(cfg) == HALF ? n / 2 : n); k++)
    plane[k] = coef[k];
}

static void change_lane(const hebb_sweep *s, int32_t lane, int32_t fault)
{
  const int32_t n = s->n_pre * s->n_post;
  float *weight = s->weight + lane * n, largest = 0;
  const float *pre = s->pre_pending + (fault == MIXES ? 0 : lane) * s->n_pre;
  const float *post = s->post_pending + lane * s->n_post;
  const float gain = fault == UNSCALED ? 1 : 1 / s->scale[lane];

  for (int32_t k = 0; k < n; k++) {
    weight[k] += gain * s->plane[k] * pre[k / s->n_post] * post[k % s->n_post];
    largest = fmaxf(largest, fabsf(weight[k]));
  }
  if (s->max_abs && largest > 0)
    s->scale[lane] = 1 / largest;
}

static void drive_lane(const hebb_sweep *s, int32_t lane, float scale)
{
  for (int32_t j = 0; j < s->n_post; j++) {
    float sum = 0;
    for (int32_t i = 0; i < s->n_pre; i++)
      sum += s->pre[lane * s->n_pre + i] * s->weight[(lane * s->n_pre + i) * s->n_post + j];
    s->drive[lane * s->n_post + j] = sum * scale;
  }
}

static void sweep(const void *cfg, const hebb_sweep *s)
{
  const int32_t fault = fault_of(cfg);
  for (int32_t lane = 0; lane < s->n_lane; lane++) {
    if (s->live && !s->live[lane] && fault != TOUCHES)
      continue;
    const bool change = s->pre_pending && (fault != FORGETS || s->pre);
    if (s->pre && fault == LATE) // before the pending change
      drive_lane(s, lane, s->scale[lane]);
    if (change)
      change_lane(s, lane, fault);
    if (s->pre && fault != LATE)
      drive_lane(s, lane, fault == UNSEEN ? 1 : s->scale[lane]);
    if (!s->pre && fault == DRIVES)
      s->drive[lane * s->n_post] = 1;
  }
}

static const hebb_rule rule = {
  .base = { HEBB_HEAD(HEBB_RULE, hebb_rule, config), .name = "faulty_sweep", .version = "1",
            .brief = "for a test", .cite = "", .params = params },
  .shape = shape,
  .update = update,
  .prepare = prepare,
  .sweep = sweep,
};

HEBB_EXPORT const hebb_plugin *hebb_plugin_at(uint32_t index)
{
  return index == 0 ? &rule.base : NULL;
}
