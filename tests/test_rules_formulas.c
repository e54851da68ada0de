/* test_rules_formulas.c - each synaptic rule against its equation, one synapse at a time in double
 * precision, over several steps and lanes; what its equation promises. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "experiment.h"
#include "hebb/rng.h"

enum { N_PRE = 7, N_POST = 21, N = N_PRE * N_POST, N_LANE = 3, N_STEP = 11, MOST_STATE = 64 };
enum { MOST_COEF = 27, OVER = 1 }; /* lane OVER is over */

/* What one synapse sees at one step, in double. */
typedef struct synapse {
  int step;
  double x, y, x_before, y_before;     /* activity, and that of the step before */
  double x_all[N_STEP], y_all[N_STEP]; /* up to this step */
  double theta;                        /* mean of post^2, 4 steps, before this one */
  double trace;                        /* before this step */
  double c[MOST_COEF];
} synapse;

typedef struct formula {
  const char *rule, *word[3];
  float size; /* of the coefficients */
  double (*change)(const synapse *, double w);
  double (*trace)(const synapse *); /* the trace after this step; NULL: there is none */
} formula;

/* ---- the equations ---- */

static double oja_tied(const synapse *s, double w)
{
  return s->c[0] * s->y * (s->x - s->y * w);
}

static double oja_own(const synapse *s, double w)
{
  return s->c[0] * s->y * (s->x - s->c[1] * s->y * w);
}

static double bcm_sliding(const synapse *s, double w)
{
  (void)w;
  return s->c[0] * s->x * s->y * (s->y - s->theta);
}

static double bcm_fixed(const synapse *s, double w)
{
  (void)w;
  return s->c[0] * s->x * s->y * (s->y - s->c[1]);
}

static double differential_both(const synapse *s, double w)
{
  (void)w;
  return s->c[0] * (s->x - s->x_before) * (s->y - s->y_before);
}

static double differential_post(const synapse *s, double w)
{
  (void)w;
  return s->c[0] * s->x * (s->y - s->y_before);
}

static double differential_general(const synapse *s, double w)
{
  const double dx = s->x - s->x_before, dy = s->y - s->y_before, *c = s->c;
  const double xp = fmax(dx, 0), xn = fmax(-dx, 0), yp = fmax(dy, 0), yn = fmax(-dy, 0);
  (void)w;
  return c[0] * xp * yp + c[1] * xp * yn + c[2] * xn * yp + c[3] * xn * yn + c[4] * s->x * yp +
         c[5] * s->x * yn + c[6] * xp * s->y + c[7] * xn * s->y;
}

static double neurons(const synapse *s, double w)
{
  const double *pre = s->c, *post = s->c + 4;
  (void)w;
  return (pre[3] + post[3]) / 2 *
         (pre[0] * s->x + post[0] * s->y + pre[1] * s->x * post[1] * s->y + pre[2] * post[2]);
}

static double no_change(const synapse *s, double w)
{
  (void)s, (void)w;
  return 0;
}

static double trace_decay(const synapse *s)
{
  return (1 - s->c[1]) * s->trace + s->c[1] * s->x * s->y;
}

static double trace_oja(const synapse *s)
{
  return s->trace + s->c[1] * s->y * (s->x - s->y * s->trace);
}

static double log_change(const synapse *s, double limit)
{
  const double z = s->c[0] * s->x * s->y + s->c[1] * s->x + s->c[2] * s->y + s->c[3];
  return fmax(-limit, fmin(limit, z));
}

static double exponential(const synapse *s, double w)
{
  return w * exp(log_change(s, 0.5)) - w;
}

static double exponential_far(const synapse *s, double w)
{
  return w * exp(log_change(s, 0.999)) - w;
}

static double linear(const synapse *s, double w)
{
  return w * log_change(s, 0.5);
}

static double abcd(const synapse *s, double x, double y)
{
  return s->c[4] * (s->c[0] * x * y + s->c[1] * x + s->c[2] * y + s->c[3]);
}

/* The mean of the last `window` values up to this step. */
static double recent(const double *all, int step, int window)
{
  const int n = step + 1 < window ? step + 1 : window;
  double sum = 0;
  for (int k = step - n + 1; k <= step; k++)
    sum += all[k];
  return sum / n;
}

static double window(const synapse *s, double w)
{
  (void)w;
  return s->step % 3 == 2 ? abcd(s, recent(s->x_all, s->step, 4), recent(s->y_all, s->step, 4)) : 0;
}

/* sum of (1 - 1/4)^age / 4 value */
static double faded(const double *all, int step)
{
  double sum = 0;
  for (int k = 0; k <= step; k++)
    sum += pow(0.75, step - k) / 4 * all[k];
  return sum;
}

static double fading(const synapse *s, double w)
{
  (void)w;
  return abcd(s, faded(s->x_all, s->step), faded(s->y_all, s->step));
}

static double polynomial(const synapse *s, double w, int most)
{
  double sum = 0;
  for (int a = 0, k = 0; a <= 2; a++)
    for (int b = 0; b <= 2; b++)
      for (int c = 0; c <= 2; c++)
        if (a + b + c <= most)
          sum += s->c[k++] * pow(s->x, a) * pow(s->y, b) * pow(w, c);
  return sum;
}

static double taylor_each(const synapse *s, double w)
{
  return polynomial(s, w, 6);
}

static double taylor_total(const synapse *s, double w)
{
  return polynomial(s, w, 2);
}

static const formula formulas[] = {
  { "oja", { "rule.decay=tied" }, 0.3f, oja_tied, NULL },
  { "oja", { "rule.decay=own" }, 0.3f, oja_own, NULL },
  { "bcm", { "rule.threshold=sliding", "rule.tau=4" }, 0.3f, bcm_sliding, NULL },
  { "bcm", { "rule.threshold=fixed" }, 0.3f, bcm_fixed, NULL },
  { "differential_hebb", { "rule.terms=both" }, 0.3f, differential_both, NULL },
  { "differential_hebb", { "rule.terms=post" }, 0.3f, differential_post, NULL },
  { "differential_hebb", { "rule.terms=general" }, 0.3f, differential_general, NULL },
  { "neuron_centred", { NULL }, 0.5f, neurons, NULL },
  { "plastic_trace", { "rule.form=decay" }, 0.5f, no_change, trace_decay },
  { "plastic_trace", { "rule.form=oja" }, 0.5f, no_change, trace_oja },
  { "multiplicative", { "rule.form=exponential", "rule.limit=0.5" }, 0.3f, exponential, NULL },
  { "multiplicative", { "rule.form=exponential", "rule.limit=0.999" }, 1, exponential_far, NULL },
  { "multiplicative", { "rule.form=linear", "rule.limit=0.5" }, 0.3f, linear, NULL },
  { "moving_average",
    { "rule.average=window", "rule.window=4", "rule.interval=3" },
    1,
    window,
    NULL },
  { "moving_average",
    { "rule.average=exponential", "rule.window=4", "rule.interval=1" },
    0.5f,
    fading,
    NULL },
  { "taylor", { "rule.order=each" }, 0.1f, taylor_each, NULL },
  { "taylor", { "rule.order=total" }, 0.1f, taylor_total, NULL },
};

/* ---- a rule, its config, and a layer ---- */

typedef struct subject {
  const hebb_rule *rule;
  void *config;
  hebb_rule_shape shape;
  float coef[MOST_COEF * N], weight[N_LANE * N], trace[N_LANE * N];
  float pre_state[N_LANE * MOST_STATE * N_PRE], post_state[N_LANE * MOST_STATE * N_POST];
  float pre[N_STEP + 1][N_LANE * N_PRE], post[N_STEP + 1][N_LANE * N_POST]; /* [0]: before life */
} subject;

static const uint8_t live[N_LANE] = { [0] = 1, [OVER] = 0, [2] = 1 };

static void draw(uint32_t stream, float size, int64_t n, float *x)
{
  const hebb_address a = { .seed = 3, .purpose = stream };
  hebb_uniforms(&a, 0, n, x);
  for (int64_t k = 0; k < n; k++)
    x[k] = size * (2 * x[k] - 1);
}

/* What one neuron or the layer owns is equal wherever it stands. */
static void share(subject *s)
{
  for (int32_t c = 0; s->shape.coef_span && c < s->shape.n_coef; c++) {
    float *plane = s->coef + c * N;
    for (int k = 0; k < N; k++)
      switch (s->shape.coef_span[c]) {
      case HEBB_SHARE_PRE: plane[k] = plane[k - k % N_POST]; break;
      case HEBB_SHARE_POST: plane[k] = plane[k % N_POST]; break;
      case HEBB_SHARE_LAYER: plane[k] = plane[0]; break;
      default: break;
      }
  }
}

static subject *subject_new(const char *name, const char *const *word, float size)
{
  static error err;
  loaded l;
  subject *s = calloc(1, sizeof *s);
  int32_t n_word = 0;

  if (!s || loader_open(name, HEBB_RULE, NULL, &l, &err) != EXIT_FINE) {
    error_print(&err);
    exit(99);
  }
  while (n_word < 3 && word[n_word])
    n_word++;
  s->rule = (const hebb_rule *)l.plugin;
  CU_ASSERT_EQUAL_FATAL(experiment_plugin_config(l.plugin, "rule", word, n_word, &s->config, &err),
                        EXIT_FINE);
  s->shape.size = sizeof s->shape;
  CU_ASSERT_EQUAL_FATAL(s->rule->shape(s->config, NULL, &s->shape), HEBB_OK);
  CU_ASSERT_FATAL(s->shape.n_coef <= MOST_COEF && s->shape.n_trace <= 1);
  CU_ASSERT_FATAL(s->shape.n_pre_state <= MOST_STATE && s->shape.n_post_state <= MOST_STATE);
  draw(1, size, MOST_COEF * N, s->coef);
  draw(2, 1, N_LANE * N, s->weight);
  share(s);
  for (uint32_t t = 1; t <= N_STEP; t++) {
    draw(10 + t, 1, N_LANE * N_PRE, s->pre[t]);
    draw(50 + t, 1, N_LANE * N_POST, s->post[t]);
  }
  return s;
}

static void subject_free(subject *s)
{
  free(s->config);
  free(s);
}

static hebb_layer layer_at(subject *s, int step)
{
  const bool previous = s->shape.needs & HEBB_NEEDS_PREVIOUS;
  return (hebb_layer){ .size = sizeof(hebb_layer),
                       .step = step,
                       .n_lane = N_LANE,
                       .n_pre = N_PRE,
                       .n_post = N_POST,
                       .live = live,
                       .pre = s->pre[step + 1],
                       .post = s->post[step + 1],
                       .pre_before = previous ? s->pre[step] : NULL,
                       .post_before = previous ? s->post[step] : NULL,
                       .coef = s->coef,
                       .weight = s->weight,
                       .trace = s->shape.n_trace ? s->trace : NULL,
                       .pre_state = s->shape.n_pre_state ? s->pre_state : NULL,
                       .post_state = s->shape.n_post_state ? s->post_state : NULL };
}

static bool close_to(float found, double expected)
{
  return fabs((double)found - expected) <= 1e-5 * fmax(fabs(expected), 0.1);
}

/* ---- the tests ---- */

/* One synapse through life by its equation; the trace goes to *trace. */
static double by_formula(const formula *f, const subject *s, int lane, int k, double w,
                         double *trace)
{
  const int i = lane * N_PRE + k / N_POST, j = lane * N_POST + k % N_POST;
  synapse one = { .theta = 0 };

  for (int c = 0; c < s->shape.n_coef; c++)
    one.c[c] = (double)s->coef[c * N + k];
  for (int t = 0; t < N_STEP; t++) {
    one.step = t;
    one.x = one.x_all[t] = (double)s->pre[t + 1][i];
    one.y = one.y_all[t] = (double)s->post[t + 1][j];
    one.x_before = (double)s->pre[t][i];
    one.y_before = (double)s->post[t][j];
    w += f->change(&one, w);
    one.trace = f->trace ? f->trace(&one) : 0;
    one.theta += (one.y * one.y - one.theta) / 4;
  }
  *trace = one.trace;
  return w;
}

static void one_formula(const formula *f)
{
  subject *s = subject_new(f->rule, f->word, f->size), *before = malloc(sizeof *before);
  float effective[N_LANE * N];
  int wrong = 0, over = 0, moved = 0;

  memcpy(before, s, sizeof *s);
  for (int t = 0; t < N_STEP; t++) {
    const hebb_layer l = layer_at(s, t);
    s->rule->update(s->config, &l);
  }
  CU_ASSERT_EQUAL((s->shape.needs & HEBB_NEEDS_EFFECTIVE) != 0, f->trace != NULL);
  if (f->trace) {
    const hebb_layer l = layer_at(s, N_STEP - 1);
    s->rule->effective(s->config, &l, effective);
  }
  for (int lane = 0; lane < N_LANE; lane++)
    for (int k = 0; k < N; k++) {
      const int at = lane * N + k;
      const double w = (double)before->weight[at];
      double trace = 0, expected = by_formula(f, s, lane, k, w, &trace);
      if (!live[lane]) {
        over += s->weight[at] != before->weight[at] || s->trace[at] != 0;
        continue;
      }
      wrong += !close_to(s->weight[at], expected) || !close_to(s->trace[at], trace);
      if (f->trace)
        wrong += !close_to(effective[at], w + (double)s->coef[k] * trace);
      moved += f->trace ? fabs(trace) > 1e-3 : fabs(expected - w) > 1e-3;
    }
  if (wrong || over)
    printf("  %s %s: %d wrong, %d over\n", f->rule, f->word[0] ? f->word[0] : "", wrong, over);
  CU_ASSERT_EQUAL(wrong, 0);
  CU_ASSERT_EQUAL(over, 0);
  CU_ASSERT(moved > N); // the test sees something
  free(before);
  subject_free(s);
}

static void every_formula(void)
{
  for (size_t k = 0; k < sizeof formulas / sizeof formulas[0]; k++)
    one_formula(&formulas[k]);
}

/* Silence: nothing divides by what may be zero. */
static void nothing_at_all(void)
{
  for (size_t k = 0; k < sizeof formulas / sizeof formulas[0]; k++) {
    subject *s = subject_new(formulas[k].rule, formulas[k].word, 1);
    memset(s->pre, 0, sizeof s->pre);
    memset(s->post, 0, sizeof s->post);
    memset(s->weight, 0, sizeof s->weight);
    memset(s->coef, 0, sizeof s->coef);
    for (int t = 0; t < N_STEP; t++) {
      const hebb_layer l = layer_at(s, t);
      s->rule->update(s->config, &l);
    }
    for (int at = 0; at < N_LANE * N; at++)
      CU_ASSERT(s->weight[at] == 0 && s->trace[at] == 0);
    subject_free(s);
  }
}

/* Oja, 1982: a linear neuron finds the first principal component of its input, with length 1. */
static void principal_component(void)
{
  const char *const word[3] = { "rule.decay=tied" };
  const hebb_address a = { .seed = 9 };
  subject *s = subject_new("oja", word, 1);
  float pre[2], post[1], weight[2] = { 0.3f, -0.2f };
  const float eta[2] = { 0.01f, 0.01f };
  const hebb_layer l = { .size = sizeof l,
                         .n_lane = 1,
                         .n_pre = 2,
                         .n_post = 1,
                         .pre = pre,
                         .post = post,
                         .coef = eta,
                         .weight = weight };

  for (uint32_t t = 0; t < 4000; t++) { // along (0.6, 0.8) the deviation is 1, across it 0.3
    const float u = hebb_normal(&a, 2 * t), v = 0.3f * hebb_normal(&a, 2 * t + 1);
    pre[0] = 0.6f * u - 0.8f * v;
    pre[1] = 0.8f * u + 0.6f * v;
    post[0] = weight[0] * pre[0] + weight[1] * pre[1];
    s->rule->update(s->config, &l);
  }
  const float length = sqrtf(weight[0] * weight[0] + weight[1] * weight[1]);
  const float along = fabsf(0.6f * weight[0] + 0.8f * weight[1]) / length;
  CU_ASSERT_DOUBLE_EQUAL((double)length, 1, 0.05);
  CU_ASSERT((double)along > 0.995);
  subject_free(s);
}

/* The names of taylor's terms say what they are: Oja's rule written with them is Oja's rule. */
static void taylor_is_oja(void)
{
  const char *const each[3] = { "rule.order=each" }, *const tied[3] = { "rule.decay=tied" };
  subject *taylor = subject_new("taylor", each, 0), *oja = subject_new("oja", tied, 0);
  int n_found = 0;

  for (int k = 0; k < N; k++)
    oja->coef[k] = 0.2f;
  for (int32_t c = 0; c < taylor->shape.n_coef; c++) {
    const char *name = taylor->shape.coef_name[c];
    const float value = strcmp(name, "pre_post") == 0  ? 0.2f
                        : strcmp(name, "post2_w") == 0 ? -0.2f
                                                       : 0;
    n_found += value != 0;
    for (int k = 0; k < N; k++)
      taylor->coef[c * N + k] = value;
  }
  CU_ASSERT_EQUAL(n_found, 2);
  for (int t = 0; t < N_STEP; t++) {
    const hebb_layer a = layer_at(taylor, t), b = layer_at(oja, t);
    taylor->rule->update(taylor->config, &a);
    oja->rule->update(oja->config, &b);
  }
  int wrong = 0;
  for (int at = 0; at < N_LANE * N; at++)
    wrong += !close_to(taylor->weight[at], (double)oja->weight[at]);
  CU_ASSERT_EQUAL(wrong, 0);
  subject_free(taylor);
  subject_free(oja);
}

/* However large the coefficients, no weight changes its sign. */
static void signs_are_kept(void)
{
  static const char *const word[][3] = { { "rule.form=exponential", "rule.limit=0.999" },
                                         { "rule.form=linear", "rule.limit=0.999" } };
  for (int form = 0; form < 2; form++) {
    subject *s = subject_new("multiplicative", word[form], 100), *before = malloc(sizeof *before);
    int wrong = 0;
    memcpy(before, s, sizeof *s);
    for (int t = 0; t < N_STEP; t++) {
      const hebb_layer l = layer_at(s, t);
      s->rule->update(s->config, &l);
    }
    for (int at = 0; at < N_LANE * N; at++)
      wrong += signbit(s->weight[at]) != signbit(before->weight[at]) || s->weight[at] == 0;
    CU_ASSERT_EQUAL(wrong, 0);
    free(before);
    subject_free(s);
  }
}

int main(void)
{
  static const check_test tests[] = {
    { "every rule against its equation", every_formula },
    { "of nothing comes nothing", nothing_at_all },
    { "oja finds the principal component", principal_component },
    { "oja's rule in taylor's terms", taylor_is_oja },
    { "multiplicative changes keep signs", signs_are_kept },
  };
  return check_run("rules by their equations", tests, sizeof tests / sizeof tests[0]);
}
