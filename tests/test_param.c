/* test_param.c - parameter rows: defaults, what is refused and in which words, text and back. */
#include <math.h>
#include <stdlib.h>

#include "param.h"
#include "said.h"

typedef struct config {
  double sigma, foot[4], angle;
  int64_t population, layer[3];
  int32_t n_layer;
  bool early;
  int32_t activation;
  const char *title, *model;
} config;

static const hebb_param rows[] = { HEBB_PARAM(config, sigma, 0.1, 0, 1, "1", "Step."),
                                   HEBB_PARAM(config, foot, 0.4, 0.01, 2, "m", "Feet."),
                                   HEBB_OPTIONAL(config, angle, -3, 3, "rad", "Start."),
                                   HEBB_PARAM(config, population, 200, 2, 1e6, "1", "Individuals."),
                                   { .key = "layers",
                                     .type = HEBB_TYPE_INTEGER,
                                     .offset = offsetof(config, layer),
                                     .count = 3,
                                     .flags = PARAM_LIST,
                                     .min = 1,
                                     .max = 65536,
                                     .choices = "128, 64",
                                     .unit = "1",
                                     .doc = "Hidden." },
                                   HEBB_PARAM(config, early, true, 0, 1, "", "Early stop."),
                                   HEBB_CHOICE(config, activation, "tanh|relu|linear",
                                               "Activation."),
                                   HEBB_TEXT(config, title, "none", "Title."),
                                   HEBB_TEXT(config, model, NULL, "Model."),
                                   { 0 } };

static const hebb_param *row(const char *key)
{
  return param_find(rows, key);
}

static void defaults(void)
{
  config c;
  memset(&c, 0, sizeof c);
  param_defaults(rows, &c);
  CU_ASSERT_EQUAL(c.sigma, 0.1);
  for (int i = 0; i < 4; i++)
    CU_ASSERT_EQUAL(c.foot[i], 0.4);
  CU_ASSERT(isnan(c.angle));
  CU_ASSERT_EQUAL(c.population, 200);
  CU_ASSERT_EQUAL(c.n_layer, 2);
  CU_ASSERT_EQUAL(c.layer[0], 128);
  CU_ASSERT_EQUAL(c.layer[1], 64);
  CU_ASSERT_TRUE(c.early);
  CU_ASSERT_EQUAL(c.activation, 0);
  CU_ASSERT_STRING_EQUAL(c.title, "none");
  CU_ASSERT_PTR_NULL(c.model);
  CU_ASSERT_FALSE(param_is_set(row("angle"), &c));
  CU_ASSERT_FALSE(param_is_set(row("model"), &c));
  CU_ASSERT_TRUE(param_is_set(row("title"), &c));
}

static void values(void)
{
  config c;
  error err = { 0 };
  char word[16];
  param_defaults(rows, &c);
  CU_ASSERT_EQUAL(param_set_real(row("sigma"), &c, 0, 0.25, "x", &err), EXIT_FINE);
  CU_ASSERT_EQUAL(param_set_integer(row("sigma"), &c, 0, 1, "x", &err), EXIT_FINE);
  CU_ASSERT_EQUAL(c.sigma, 1.0);
  CU_ASSERT_EQUAL(param_set_real(row("foot"), &c, 2, 0.1, "x", &err), EXIT_FINE);
  CU_ASSERT_EQUAL(param_real(row("foot"), &c, 2), 0.1);
  CU_ASSERT_EQUAL(param_set_integer(row("population"), &c, 0, 1000000, "x", &err), EXIT_FINE);
  CU_ASSERT_EQUAL(param_set_boolean(row("early"), &c, false, "x", &err), EXIT_FINE);
  CU_ASSERT_FALSE(c.early);
  CU_ASSERT_EQUAL(param_set_text(row("activation"), &c, "linear", "x", &err), EXIT_FINE);
  CU_ASSERT_EQUAL(c.activation, 2);
  CU_ASSERT_EQUAL(param_real(row("activation"), &c, 0), 2);
  CU_ASSERT_EQUAL(param_set_text(row("model"), &c, "a.xml", "x", &err), EXIT_FINE);
  CU_ASSERT_STRING_EQUAL(param_text(row("model"), &c), "a.xml");
  CU_ASSERT_EQUAL(param_set_length(row("layers"), &c, 3, "x", &err), EXIT_FINE);
  CU_ASSERT_EQUAL(c.n_layer, 3);
  CU_ASSERT_STRING_EQUAL(param_choice(row("activation"), 1, word, sizeof word), "relu");
  CU_ASSERT_STRING_EQUAL(param_choice(row("activation"), 3, word, sizeof word), "");
  SILENT(&err);
}

/* One value that a row refuses. */
typedef struct refused {
  const char *key;
  int kind; /* 'r' 'i' 'b' 't' 'n' (length) */
  double number;
  const char *text, *says;
} refused;

static void refusals(void)
{
  static const refused cases[] = {
    { "sigma", 'r', 1.5, NULL, "x: 1.5 is out of range 0..1" },
    { "sigma", 'i', 2, NULL, "x: 2 is out of range 0..1" },
    { "sigma", 'r', NAN, NULL, "x: nan is not a finite number" },
    { "sigma", 'r', INFINITY, NULL, "x: inf is not a finite number" },
    { "sigma", 'r', -INFINITY, NULL, "x: -inf is not a finite number" },
    { "angle", 'r', NAN, NULL, "x: nan is not a finite number" },
    { "foot", 'r', 3, NULL, "x: 3.0 is out of range 0.01..2 m" },
    { "population", 'i', 1e12, NULL, "x: 1000000000000 is out of range 2..1000000" },
    { "population", 'r', 300, NULL, "x: wants a whole number, not 300.0" },
    { "population", 'r', NAN, NULL, "x: wants a whole number, not nan" },
    { "population", 'b', 1, NULL, "x: wants a whole number, not true" },
    { "population", 't', 0, "many", "x: wants a whole number, not the text 'many'" },
    { "foot", 't', 0, "a\033[2J\nb", "x: wants a number or an array of 4, not the text 'a?[2J?b'" },
    { "layers", 'r', 1, NULL, "x: wants an array of 0 to 3 whole numbers, not 1.0" },
    { "layers", 'n', 4, NULL, "x: wants an array of 0 to 3 whole numbers, not 4" },
    { "early", 'i', 1, NULL, "x: wants true or false, not 1" },
    { "early", 't', 0, "yes", "x: wants true or false, not the text 'yes'" },
    { "activation", 't', 0, "Tanh",
      "x: 'Tanh' is not one of tanh|relu|linear; did you mean 'tanh'?" },
    { "activation", 't', 0, "softmax", "x: 'softmax' is not one of tanh|relu|linear\n" },
    { "activation", 't', 0, "tan",
      "x: 'tan' is not one of tanh|relu|linear; did you mean 'tanh'?" },
    { "activation", 'i', 1, NULL, "x: wants one of tanh|relu|linear, not 1" },
    { "title", 'i', 5, NULL, "x: wants a text in quotes, not 5" },
    { "title", 'b', 0, NULL, "x: wants a text in quotes, not false" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const refused *r = &cases[i];
    config c, before;
    error err = { 0 };
    memset(&c, 0, sizeof c);
    param_defaults(rows, &c);
    before = c;
    int status = EXIT_FINE;
    switch (r->kind) {
    case 'r': status = param_set_real(row(r->key), &c, 0, r->number, "x", &err); break;
    case 'i': status = param_set_integer(row(r->key), &c, 0, (int64_t)r->number, "x", &err); break;
    case 'b': status = param_set_boolean(row(r->key), &c, r->number != 0, "x", &err); break;
    case 't': status = param_set_text(row(r->key), &c, r->text, "x", &err); break;
    default: status = param_set_length(row(r->key), &c, (uint32_t)r->number, "x", &err);
    }
    CU_ASSERT_EQUAL(status, EXIT_CONFIGURATION);
    CU_ASSERT_EQUAL(err.count, 1);
    SAYS(&err, r->says);
    CU_ASSERT_EQUAL(memcmp(&c, &before, sizeof c), 0);
  }
}

static void as_toml(void)
{
  static const char wanted[] = "sigma = 1.0\n"
                               "foot = [0.4, 0.30000000000000004, 0.4, 0.4]\n"
                               "# angle =\n"
                               "population = 200\n"
                               "layers = []\n"
                               "early = true\n"
                               "activation = \"relu\"\n"
                               "title = \"a \\\"b\\\" \\\\ \\u0009\\u000A\"\n"
                               "# model =\n";
  config c;
  error err = { 0 };
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);

  param_defaults(rows, &c);
  param_set_integer(row("sigma"), &c, 0, 1, "x", &err);
  param_set_real(row("foot"), &c, 1, 0.1 + 0.2, "x", &err);
  param_set_length(row("layers"), &c, 0, "x", &err);
  param_set_text(row("activation"), &c, "relu", "x", &err);
  param_set_text(row("title"), &c, "a \"b\" \\ \t\n", "x", &err);
  for (const hebb_param *r = rows; r->key; r++) {
    param_write_toml(r, &c, out);
    fputc('\n', out);
  }
  fclose(out);
  CU_ASSERT_STRING_EQUAL(text, wanted);
  free(text);
}

static void numbers(void)
{
  static const struct {
    double value;
    bool real;
    const char *text;
  } cases[] = { { 1, true, "1.0" },        { 1, false, "1" },
                { 0.1, true, "0.1" },      { 1e-8, true, "1e-08" },
                { 1e300, true, "1e+300" }, { 0.1 + 0.2, true, "0.30000000000000004" },
                { -0.0, true, "-0.0" },    { 9007199254740991.0, false, "9007199254740991" },
                { 1e6, false, "1000000" }, { 2.5, false, "2.5" } };
  char buffer[PARAM_NUMBER_SIZE];
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    CU_ASSERT_STRING_EQUAL(param_number(cases[i].value, cases[i].real, buffer), cases[i].text);
  // any bits that are a number come back
  uint64_t bits = 0x0123456789abcdef;
  for (int i = 0; i < 2000; i++) {
    double value;
    bits = bits * 6364136223846793005u + 1442695040888963407u;
    memcpy(&value, &bits, sizeof value);
    if (!isfinite(value))
      continue;
    CU_ASSERT_EQUAL(strtod(param_number(value, true, buffer), NULL), value);
  }
}

static void for_people(void)
{
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  param_describe(rows, out);
  fclose(out);
  error err = { 0 };
  snprintf(err.text, sizeof err.text, "%s", text);
  SAYS(&err, "  parameter     default    allowed           unit\n");
  SAYS(&err, "  sigma         0.1        0..1              1\n      Step.\n");
  SAYS(&err, "  foot[4]       0.4        0.01..2           m\n");
  SAYS(&err, "  angle         -          -3..3             rad\n");
  SAYS(&err, "  layers[0..3]  [128, 64]  1..65536          1\n");
  SAYS(&err, "  activation    \"tanh\"     tanh|relu|linear\n");
  free(text);
}

static void nearest(void)
{
  static const char *const known[] = { "share", "update", "learning_rate", "sigma" };
  CU_ASSERT_STRING_EQUAL(param_nearest("shape", known, 4), "share");
  CU_ASSERT_STRING_EQUAL(param_nearest("sahre", known, 4), "share");
  CU_ASSERT_STRING_EQUAL(param_nearest("dt", (const char *const[]){ "td" }, 1),
                         "td"); // a swap is one
  CU_ASSERT_PTR_NULL(param_nearest("dt", (const char *const[]){ "xy" }, 1));
  CU_ASSERT_STRING_EQUAL(param_nearest("Sigma", known, 4), "sigma");
  CU_ASSERT_STRING_EQUAL(param_nearest("learnign_rte", known, 4), "learning_rate");
  CU_ASSERT_STRING_EQUAL(param_nearest("learningrat", known, 4), "learning_rate");
  CU_ASSERT_PTR_NULL(param_nearest("rate", known, 4));
  CU_ASSERT_PTR_NULL(param_nearest("momentum", known, 4));
  CU_ASSERT_PTR_NULL(param_nearest("", known, 4));
}

/* A row that makes no sense, and what is said of it. */
static void senseless(const hebb_param *bad, const char *says)
{
  const hebb_param table[] = { *bad, { 0 } };
  error err = { 0 };
  CU_ASSERT_EQUAL(param_check_rows(table, sizeof(config), "x.so", &err), EXIT_PLUGIN);
  CU_ASSERT_EQUAL(err.count, 1);
  SAYS(&err, says);
}

static void rows_are_checked(void)
{
  const hebb_param good = rows[0];
  error err = { 0 };
  CU_ASSERT_EQUAL(param_check_rows(rows, sizeof(config), "x", &err), EXIT_FINE);
  CU_ASSERT_EQUAL(param_check_rows(NULL, 0, "x", &err), EXIT_FINE);
  SILENT(&err);

#define BAD(says, ...)                                                                             \
  do {                                                                                             \
    hebb_param bad = good;                                                                         \
    __VA_ARGS__;                                                                                   \
    senseless(&bad, says);                                                                         \
  } while (0)
  BAD("x.so: parameter 'Sigma' is no key", bad.key = "Sigma");
  BAD("parameter 'a.b' is no key", bad.key = "a.b");
  BAD("has an unknown type", bad.type = 6);
  BAD("has an unknown type", bad.type = 0);
  BAD("has an unknown flag", bad.flags = 2);
  BAD("has no element", bad.count = 0);
  BAD("has more than 4096 elements", bad.count = 5000);
  BAD("lies outside its config", bad.offset = sizeof(config));
  BAD("lies outside its config", bad.offset = sizeof(config) - 8, bad.count = 2);
  BAD("does not begin where its type can begin", bad.offset = 4);
  BAD("has a range that is not a number", bad.min = NAN);
  BAD("has a range whose minimum is above its maximum", bad.min = 2);
  BAD("has a default that is not a finite number", bad.def = NAN);
  BAD("has a default outside its own range", bad.def = 7);
  BAD("is a whole number with a fraction as its default", bad.type = HEBB_TYPE_INTEGER);
  BAD("has no unit", bad.unit = NULL);
  BAD("has no sentence", bad.doc = "");
  BAD("has no sentence", bad.doc = NULL);
  BAD("is optional, which only reals and texts can be", bad.type = HEBB_TYPE_INTEGER, bad.def = 0,
      bad.flags = HEBB_PARAM_OPTIONAL);
  BAD("is a choice without words", bad.type = HEBB_TYPE_CHOICE, bad.choices = "");
  BAD("among its choices", bad.type = HEBB_TYPE_CHOICE, bad.choices = "a||b");
  BAD("has a word twice", bad.type = HEBB_TYPE_CHOICE, bad.choices = "a|b|a");
  BAD("is a text without a default", bad.type = HEBB_TYPE_TEXT);
  BAD("is an array of something else", bad.type = HEBB_TYPE_BOOLEAN, bad.count = 2);
#undef BAD

  const hebb_param twice[] = { rows[0], rows[0], { 0 } };
  err = (error){ 0 };
  CU_ASSERT_EQUAL(param_check_rows(twice, sizeof(config), "x", &err), EXIT_PLUGIN);
  SAYS(&err, "parameter 'sigma' stands there twice");
}

int main(void)
{
  static const check_test tests[] = {
    { "defaults", defaults },           { "values", values },
    { "what a row refuses", refusals }, { "as TOML", as_toml },
    { "numbers come back", numbers },   { "for people", for_people },
    { "the nearest key", nearest },     { "rows without sense", rows_are_checked }
  };
  return check_run("param", tests, sizeof tests / sizeof tests[0]);
}
