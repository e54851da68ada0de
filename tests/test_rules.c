/* test_rules.c - the ABCD family against the authors' numbers and a plain formula; every rule of
 * the tree against its header. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "experiment.h"
#include "golden_read.h"
#include "hebb/rng.h"
#include "vet.h"

static const hebb_rule *open_rule(const char *name, loaded *l)
{
  static error err;
  if (loader_open(name, HEBB_RULE, NULL, l, &err) != EXIT_FINE) {
    error_print(&err);
    exit(99);
  }
  return (const hebb_rule *)l->plugin;
}

static const hebb_rule *abcd(void)
{
  loaded l;
  return open_rule("abcd", &l);
}

/* A config of abcd from words "rule.terms=AD"; the caller frees it. */
static void *configure(const char *const *word, int32_t n)
{
  error err = { 0 };
  void *config = NULL;
  experiment_plugin_config(&abcd()->base, "rule", word, n, &config, &err);
  CU_ASSERT_EQUAL_FATAL(err.status, EXIT_FINE);
  return config;
}

/* One of the forms: which terms there are, whether eta, where D stands; the columns of the authors'
   row of coefficients in the order of our planes. */
typedef struct form {
  const char *golden, *words[3];
  int32_t n_coef, column[6];
} form;

static const form forms[] = {
  { "rule_A", { "rule.terms=A", "rule.learning_rate=false", "rule.d=in" }, 1, { 0 } },
  { "rule_AD_lr", { "rule.terms=AD", "rule.learning_rate=true", "rule.d=in" }, 3, { 0, 1, 2 } },
  { "rule_ABC", { "rule.terms=ABC", "rule.learning_rate=false", "rule.d=in" }, 3, { 0, 1, 2 } },
  { "rule_ABCD",
    { "rule.terms=ABCD", "rule.learning_rate=false", "rule.d=in" },
    4,
    { 0, 1, 2, 3 } },
  { "rule_ABCD_lr",
    { "rule.terms=ABCD", "rule.learning_rate=true", "rule.d=in" },
    5,
    { 0, 1, 2, 4, 3 } },
  { "rule_ABCD_lr_D_out",
    { "rule.terms=ABCD", "rule.learning_rate=true", "rule.d=out" },
    5,
    { 0, 1, 2, 4, 3 } },
  { "rule_ABCD_lr_D_in_and_out",
    { "rule.terms=ABCD", "rule.learning_rate=true", "rule.d=both" },
    6,
    { 0, 1, 2, 4, 3, 5 } },
};

/* ---- reading the golden files ---- */

static golden read_case(const char *group, const char *name, int32_t layer, const char *suffix)
{
  char path[128];
  if (layer >= 0)
    snprintf(path, sizeof path, "%s/%s%d%s", group, name, layer, suffix);
  else
    snprintf(path, sizeof path, "%s/%s", group, name);
  return golden_read("rules.h5", path);
}

static float *as_float(golden g)
{
  float *x = malloc((size_t)g.n * sizeof *x + 1);
  for (int64_t k = 0; k < g.n; k++)
    x[k] = (float)g.value[k];
  free(g.value);
  return x;
}

/* Weights of the files are (post x pre), ours (pre x post). */
static float *as_weights(golden g)
{
  const int64_t n_post = g.extent[0], n_pre = g.extent[1];
  float *w = malloc((size_t)g.n * sizeof *w);
  for (int64_t i = 0; i < n_pre; i++)
    for (int64_t j = 0; j < n_post; j++)
      w[i * n_post + j] = (float)g.value[j * n_pre + i];
  free(g.value);
  return w;
}

/* Rows of coefficients -> planes of one layer. */
static float *as_planes(const golden *rows, int64_t first, int64_t n, int32_t n_coef,
                        const int32_t *column)
{
  float *plane = malloc((size_t)(n * n_coef) * sizeof *plane);
  for (int32_t k = 0; k < n_coef; k++)
    for (int64_t s = 0; s < n; s++)
      plane[k * n + s] = (float)rows->value[(first + s) * rows->extent[1] + column[k]];
  return plane;
}

/* ---- the authors' updates, bit for bit ---- */

static void one_form(const form *f)
{
  golden coef = read_case(f->golden, "coeffs", -1, "");
  void *config = configure(f->words, 3);
  int64_t first = 0;

  hebb_rule_shape shape = { .size = sizeof shape };
  CU_ASSERT_EQUAL(abcd()->shape(config, NULL, &shape), HEBB_OK);
  CU_ASSERT_EQUAL_FATAL(shape.n_coef, f->n_coef);
  CU_ASSERT_EQUAL(coef.extent[1], f->n_coef);
  for (int32_t layer = 1; layer <= 3; layer++) {
    golden pre = read_case(f->golden, "o", layer - 1, ""),
           post = read_case(f->golden, "o", layer, "");
    const int64_t n = pre.n * post.n;
    float *x = as_float(pre), *y = as_float(post);
    float *plane = as_planes(&coef, first, n, f->n_coef, f->column);
    float *w = as_weights(read_case(f->golden, "W", layer, "_before"));
    const hebb_layer l = { .size = sizeof l,
                           .n_lane = 1,
                           .n_pre = (int32_t)pre.n,
                           .n_post = (int32_t)post.n,
                           .pre = x,
                           .post = y,
                           .coef = plane,
                           .weight = w };
    for (int32_t update = 1; update <= 3; update++) {
      char suffix[16];
      snprintf(suffix, sizeof suffix, "_after%d", update);
      float *expected = as_weights(read_case(f->golden, "W", layer, suffix));
      abcd()->update(config, &l);
      CU_ASSERT_EQUAL(memcmp(w, expected, (size_t)n * sizeof *w), 0);
      free(expected);
    }
    first += n;
    free(x), free(y), free(plane), free(w);
  }
  CU_ASSERT_EQUAL(first, coef.extent[0]);
  free(config);
  free(coef.value);
}

static void authors_updates(void)
{
  for (size_t k = 0; k < sizeof forms / sizeof forms[0]; k++)
    one_form(&forms[k]);
}

static void vector_file(void)
{
  char path[4096], *text = NULL;
  size_t size = 0;
  error err = { 0 };
  loaded l;
  open_rule("abcd", &l);
  void *config = configure(NULL, 0);
  FILE *out = open_memstream(&text, &size);
  golden_path("vectors.h5", path, sizeof path);
  CU_ASSERT_EQUAL(vet_vectors(&l, config, path, 0, out, &err), EXIT_FINE);
  fclose(out);
  CU_ASSERT_PTR_NOT_NULL(strstr(text, "abcd: 21 groups, 21 of them bit for bit, 0 failed"));
  free(text);
  free(config);
}

/* ---- all forms, those that the authors did not write too, against a plain formula ---- */

static float plain_change(const char *terms, bool eta, const char *d, float x, float y,
                          const float *c)
{
  const bool has_d = strchr(terms, 'D') != NULL;
  float change = c[0] * x * y;
  c++;
  if (strchr(terms, 'B')) {
    change = change + c[0] * x + c[1] * y;
    c += 2;
  }
  const float first_d = has_d ? *c++ : 0;
  if (has_d && strcmp(d, "out") != 0)
    change = change + first_d;
  if (eta)
    change = change * *c++;
  if (has_d && strcmp(d, "out") == 0)
    change = change + first_d;
  if (has_d && strcmp(d, "both") == 0)
    change = change + *c;
  return change;
}

static void every_form(void)
{
  enum { N_PRE = 7, N_POST = 13, N = N_PRE * N_POST };
  static const char *const terms[] = { "ABCD", "ABC", "AD", "A" }, *const d[] = { "in", "out",
                                                                                  "both" };
  const hebb_address a = { .seed = 1 };
  float number[6 * N], pre[N_PRE], post[N_POST], coef[6 * N];
  int32_t n_form = 0;

  hebb_normals(&a, 0, 6 * N, number);
  memcpy(pre, number + 40, sizeof pre);
  memcpy(post, number + 80, sizeof post);
  for (int k = 0; k < 3 * 4 * 2; k++) {
    const char *t = terms[k % 4], *place = d[k / 4 % 3];
    const bool eta = k / 12, has_d = strchr(t, 'D') != NULL;
    char word[3][64];
    snprintf(word[0], sizeof word[0], "rule.terms=%s", t);
    snprintf(word[1], sizeof word[1], "rule.learning_rate=%s", eta ? "true" : "false");
    snprintf(word[2], sizeof word[2], "rule.d=%s", place);
    void *config = configure((const char *const[]){ word[0], word[1], word[2] }, 3);

    // D can only stand outside where there are D and eta
    error err = { 0 };
    host_services services;
    host_services_init(&services, "rule", &err);
    const bool sensible = strcmp(place, "in") == 0 || (has_d && eta);
    CU_ASSERT_EQUAL(abcd()->check(config, &services.host) == HEBB_OK, sensible);
    CU_ASSERT_EQUAL(err.count, !sensible);
    if (sensible) {
      hebb_rule_shape shape = { .size = sizeof shape };
      abcd()->shape(config, &services.host, &shape);
      float w[N], one[6];
      for (int s = 0; s < N; s++)
        w[s] = number[s + 7];
      for (int32_t p = 0; p < shape.n_coef; p++)
        memcpy(coef + p * N, number + p * 31, N * sizeof(float));
      const hebb_layer l = { .size = sizeof l,
                             .n_lane = 1,
                             .n_pre = N_PRE,
                             .n_post = N_POST,
                             .pre = pre,
                             .post = post,
                             .coef = coef,
                             .weight = w };
      abcd()->update(config, &l);
      int wrong = 0;
      for (int s = 0; s < N; s++) {
        for (int32_t p = 0; p < shape.n_coef; p++)
          one[p] = coef[p * N + s];
        const float before = number[s + 7];
        wrong +=
            w[s] != before + plain_change(t, eta, place, pre[s / N_POST], post[s % N_POST], one);
      }
      CU_ASSERT_EQUAL(wrong, 0);
      n_form++;
    }
    free(config);
  }
  CU_ASSERT_EQUAL(n_form, 12);
}

static void names_of_planes(void)
{
  static const char *const expected[] = { "A", "B", "C", "D", "eta", "D_out" };
  void *config = configure((const char *const[]){ "rule.d=both" }, 1);
  hebb_rule_shape shape = { .size = sizeof shape };
  abcd()->shape(config, NULL, &shape);
  CU_ASSERT_EQUAL_FATAL(shape.n_coef, 6);
  for (int k = 0; k < 6; k++)
    CU_ASSERT_STRING_EQUAL(shape.coef_name[k], expected[k]);
  free(config);
}

/* ---- whole lives of the authors' networks ---- */

enum mode { BULLET, BOX, CAR };

/* Sums of up to 128 terms in another order: 3e-6 where outputs reach 11. */
static bool close_to(float found, double expected)
{
  return fabs((double)found - expected) <= 3e-6 + 1e-5 * fabs(expected);
}

static void forward(const float *x, const float *w, int32_t n_pre, int32_t n_post, bool squash,
                    float *y)
{
  for (int32_t j = 0; j < n_post; j++)
    y[j] = 0;
  for (int32_t i = 0; i < n_pre; i++)
    for (int32_t j = 0; j < n_post; j++)
      y[j] += x[i] * w[i * n_post + j];
  for (int32_t j = 0; squash && j < n_post; j++)
    y[j] = hebb_tanh(y[j]);
}

static float action_of(enum mode mode, int32_t k, float output)
{
  switch (mode) {
  case BULLET: return output;
  case BOX: return output > 1 ? 1 : output < -1 ? -1 : output;
  default: return k == 0 ? hebb_tanh(output) : hebb_sigmoid(output);
  }
}

static void max_abs(float *w, int64_t n)
{
  float largest = 0;
  for (int64_t k = 0; k < n; k++)
    largest = fabsf(w[k]) > largest ? fabsf(w[k]) : largest;
  for (int64_t k = 0; k < n; k++)
    w[k] /= largest;
}

static void one_life(const char *group, enum mode mode)
{
  golden coef = read_case(group, "coeffs", -1, ""), obs = read_case(group, "obs", -1, "");
  golden o1 = read_case(group, "o1", -1, ""), o2 = read_case(group, "o2", -1, "");
  golden o3 = read_case(group, "o3_used_as_post", -1, ""),
         act = read_case(group, "actions", -1, "");
  golden sum = read_case(group, "sum_abs_W_after_each_step", -1, "");
  const int32_t n[4] = { (int32_t)obs.extent[1], (int32_t)o1.extent[1], (int32_t)o2.extent[1],
                         (int32_t)o3.extent[1] };
  const golden *const layer_out[3] = { &o1, &o2, &o3 };
  float *w[3], *plane[3], *o[4];
  int64_t first = 0;
  int wrong = 0;
  void *config = configure(NULL, 0);

  o[0] = malloc((size_t)n[0] * sizeof(float));
  for (int l = 0; l < 3; l++) {
    w[l] = as_weights(read_case(group, "W", l + 1, "_init"));
    plane[l] = as_planes(&coef, first, n[l] * n[l + 1], 5, forms[4].column);
    o[l + 1] = malloc((size_t)n[l + 1] * sizeof(float));
    first += n[l] * n[l + 1];
  }
  CU_ASSERT_EQUAL(first, coef.extent[0]);

  for (int32_t step = 0; step < obs.extent[0]; step++) {
    for (int32_t i = 0; i < n[0]; i++)
      o[0][i] = (float)obs.value[step * n[0] + i];
    for (int l = 0; l < 3; l++)
      forward(o[l], w[l], n[l], n[l + 1], l < 2 || mode == BULLET, o[l + 1]);
    for (int l = 0; l < 3; l++)
      for (int32_t j = 0; j < n[l + 1]; j++)
        wrong += !close_to(o[l + 1][j], layer_out[l]->value[step * n[l + 1] + j]);
    for (int32_t k = 0; k < n[3]; k++)
      wrong += !close_to(action_of(mode, k, o[3][k]), act.value[step * n[3] + k]);

    for (int l = 0; l < 3; l++) {
      const hebb_layer layer = { .size = sizeof layer,
                                 .index = l,
                                 .step = step,
                                 .n_lane = 1,
                                 .n_pre = n[l],
                                 .n_post = n[l + 1],
                                 .pre = o[l],
                                 .post = o[l + 1],
                                 .coef = plane[l],
                                 .weight = w[l] };
      double total = 0;
      abcd()->update(config, &layer);
      if (mode != BULLET)
        max_abs(w[l], n[l] * n[l + 1]);
      for (int32_t s = 0; s < n[l] * n[l + 1]; s++)
        total += (double)fabsf(w[l][s]);
      wrong += fabs(total - sum.value[step * 3 + l]) > 1e-5 * total;
    }
  }
  CU_ASSERT_EQUAL(wrong, 0);

  for (int l = 0; l < 3; l++) {
    float *expected = as_weights(read_case(group, "W", l + 1, "_final"));
    wrong = 0;
    for (int32_t s = 0; s < n[l] * n[l + 1]; s++)
      wrong += !close_to(w[l][s], (double)expected[s]);
    CU_ASSERT_EQUAL(wrong, 0);
    free(expected), free(w[l]), free(plane[l]), free(o[l + 1]);
  }
  free(o[0]), free(config), free(coef.value), free(obs.value), free(o1.value), free(o2.value);
  free(o3.value), free(act.value), free(sum.value);
}

static void authors_lives(void)
{
  one_life("traj_bullet_ant_ABCD_lr", BULLET);
  one_life("traj_boxclip_ABCD_lr_norm", BOX);
  one_life("traj_carmlp_ABCD_lr_norm", CAR);
}

/* Palm et al. update within the forward pass; their order is eta, A, B, C, D. */
static void palms_layer(const char *group, bool normalise)
{
  static const int32_t column[] = { 1, 2, 3, 4, 0 };
  golden h = read_case(group, "h_eta_A_B_C_D", -1, ""),
         after = read_case(group, "W_after_each_forward", -1, "");
  golden given = read_case(group, "pre", -1, ""), answer = read_case(group, "post", -1, "");
  const int32_t n_pre = (int32_t)h.extent[0], n_post = (int32_t)h.extent[1], n = n_pre * n_post;
  const golden rows = { .rank = 2, .extent = { n, 5 }, .n = 5 * n, .value = h.value };
  float *plane = as_planes(&rows, 0, n, 5, column),
        *w = as_float(read_case(group, "W_init", -1, ""));
  float *x = as_float(given), post[64];
  void *config = configure(NULL, 0);
  int wrong = 0;

  for (int32_t call = 0; call < after.extent[0]; call++) {
    const hebb_layer l = { .size = sizeof l,
                           .n_lane = 1,
                           .n_pre = n_pre,
                           .n_post = n_post,
                           .pre = x + call * n_pre,
                           .post = post,
                           .coef = plane,
                           .weight = w };
    forward(l.pre, w, n_pre, n_post, true, post);
    abcd()->update(config, &l);
    if (normalise)
      max_abs(w, n);
    for (int32_t j = 0; j < n_post; j++)
      wrong += fabs((double)post[j] - answer.value[call * n_post + j]) > 1e-6;
    for (int32_t s = 0; s < n; s++)
      wrong += fabs((double)w[s] - after.value[call * n + s]) > 1e-6 * (1 + fabs((double)w[s]));
  }
  CU_ASSERT_EQUAL(wrong, 0);
  free(h.value), free(after.value), free(answer.value), free(plane), free(w), free(x), free(config);
}

static void palms_layers(void)
{
  palms_layer("palm_layer_tanh", false);
  palms_layer("palm_layer_tanh_norm", true);
}

/* ---- conformance ---- */

static void conforms(const loaded *l, void *arg)
{
  error err = { 0 };
  void *config = NULL;
  vet *v = calloc(1, sizeof *v);
  CU_ASSERT_EQUAL_FATAL(experiment_plugin_config(l->plugin, "rule", NULL, 0, &config, &err),
                        EXIT_FINE);
  vet_plugin(v, l, config, NULL, 0);
  if (vet_failed(v) > 0)
    vet_print(v, l->plugin->name, stdout);
  CU_ASSERT_EQUAL(vet_failed(v), 0);
  ++*(int *)arg;
  free(config);
  free(v);
}

static void every_rule_conforms(void)
{
  error err = { 0 };
  int n = 0;
  CU_ASSERT_EQUAL(loader_scan(HEBB_RULE, conforms, &n, &err), EXIT_FINE);
  CU_ASSERT(n >= 10);
}

static void static_never_changes(void)
{
  loaded l;
  const hebb_rule *rule = open_rule("static", &l);
  hebb_rule_shape shape = { .size = sizeof shape };
  CU_ASSERT_EQUAL(rule->shape(NULL, NULL, &shape), HEBB_OK);
  CU_ASSERT_EQUAL(shape.n_coef, 0);
  CU_ASSERT_PTR_NULL(rule->update);
}

int main(void)
{
  static const check_test tests[] = {
    { "the authors' updates, bit for bit", authors_updates },
    { "vectors.h5, bit for bit", vector_file },
    { "every form, against a plain formula", every_form },
    { "names of the planes", names_of_planes },
    { "the authors' lives of 30 steps", authors_lives },
    { "layers that update in the forward pass", palms_layers },
    { "every rule of the tree conforms", every_rule_conforms },
    { "static weights never change", static_never_changes },
  };
  return check_run("rules", tests, sizeof tests / sizeof tests[0]);
}
