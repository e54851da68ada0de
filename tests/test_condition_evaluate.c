/* test_condition_evaluate.c - evaluations of conditions: sweeps and their names, equal bits for any number of
 * workers, pairs, a world with choices. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "evaluate.h"
#include "said.h"

/* Equal outputs of a discrete world: the first choice is taken. */
static void saturating_choices(void)
{
  static const char text[] =
      "[env]\nplugin = \"cartpole\"\n[rule]\nplugin = \"abcd\"\n[optimizer]\n"
      "plugin = \"openai_es\"\n[network]\nlayers = [4]\noutput = \"raw\"\n[record]\n"
      "weight_every = 1\n[[condition]]\nname = \"q\"\n[[condition.event]]\n"
      "kind = \"saturate_output\"\nat = 3\nuntil = 6\nvalue = 2.0\n";
  static const int32_t rows[] = { 1 };
  evaluation result = { 0 };
  error err = { 0 };
  experiment *e = NULL;
  plan *p = NULL;
  experiment_load_text(text, "q.toml", NULL, NULL, 0, &e, &err);
  CU_ASSERT_FATAL(e && plan_open(e, &p, &err) == EXIT_FINE);
  const evaluate_options how = { .genome = p->genome.shape.start,
                                 .n_rollout = 8,
                                 .n_record = 8,
                                 .n_worker = 1,
                                 .row = rows,
                                 .n_row = 1 };
  CU_ASSERT_EQUAL_FATAL(evaluate(p, &how, &result, &err), EXIT_FINE);
  int n_other = 0;
  for (int32_t k = 0; k < 8; k++) {
    const lifetime *life = &result.lifetime[k];
    CU_ASSERT(life->n_step > 6);
    for (int32_t step = 0; step < life->n_step; step++) {
      const bool held = step >= 3 && step < 6;
      CU_ASSERT_EQUAL(life->activation[1][2 * step] == 2, held);
      CU_ASSERT_EQUAL(life->activation[1][2 * step + 1] == 2, held);
      CU_ASSERT(!held || life->action[step] == 0);
      n_other += life->action[step] == 1;
    }
  }
  CU_ASSERT(n_other > 0);
  evaluation_done(&result);
  plan_close(p);
  experiment_free(e);
}

static int32_t zeros(const float *w, int32_t n)
{
  int32_t found = 0;
  for (int32_t k = 0; k < n; k++)
    found += w[k] == 0;
  return found;
}

static const char poles[] =
    "[env]\nplugin = \"cartpole\"\n[[task]]\nname = \"first\"\ntrain = true\n[[task]]\n"
    "name = \"second\"\n[rule]\nplugin = \"abcd\"\n[optimizer]\nplugin = \"openai_es\"\n"
    "[network]\nlayers = [4]\n[record]\nweight_every = 1\n[[condition]]\nname = \"lesion\"\n"
    "[[condition.event]]\nkind = \"zero_weights\"\nat = 2\nfraction = 0.5\n"
    "[[condition.event]]\nkind = \"random_coefficients\"\nat = [3, 6]\n";

static void workers_and_sweeps(void)
{
  evaluation one = { 0 }, three = { 0 };
  error err = { 0 };
  experiment *e = NULL;
  plan *p = NULL;
  int32_t row_of[8], n = 0;
  experiment_load_text(poles, "poles.toml", NULL, NULL, 0, &e, &err);
  CU_ASSERT_FATAL(e && plan_open(e, &p, &err) == EXIT_FINE);

  const condition_list *list = &p->conditions;
  CU_ASSERT_EQUAL_FATAL(list->n, 4);
  static const char *const name[] = { "first", "second", "lesion at 3", "lesion at 6" };
  for (int k = 0; k < 4; k++)
    CU_ASSERT_STRING_EQUAL(list->row[k].name, name[k]);
  static const struct {
    const char *word;
    int32_t n, first;
  } pick[] = {
    { NULL, 2, 0 }, { "all", 4, 0 }, { "lesion", 2, 2 }, { "lesion at 6", 1, 3 }, { "second", 1, 1 }
  };
  for (int k = 0; k < 5; k++) {
    CU_ASSERT_EQUAL(condition_select(list, "t", &pick[k].word, pick[k].word ? 1 : 0, row_of, &n,
                                     &err),
                    EXIT_FINE);
    CU_ASSERT_EQUAL(n, pick[k].n);
    CU_ASSERT_EQUAL(row_of[0], pick[k].first);
  }
  const char *const unknown = "leison";
  CU_ASSERT_EQUAL(condition_select(list, "t", &unknown, 1, row_of, &n, &err), EXIT_CONFIGURATION);
  SAYS(&err, "t: no task or condition 'leison' in this experiment; did you mean 'lesion'?; it has "
             "first, second, lesion\n");
  err = (error){ 0 };

  static const int32_t rows[] = { 0, 2, 3 };
  evaluate_options how = { .genome = p->genome.shape.start,
                           .n_rollout = 9,
                           .n_record = 2,
                           .seed = 4,
                           .n_worker = 1,
                           .row = rows,
                           .n_row = 3 };
  CU_ASSERT_EQUAL_FATAL(evaluate(p, &how, &one, &err), EXIT_FINE);
  how.n_worker = 3;
  CU_ASSERT_EQUAL_FATAL(evaluate(p, &how, &three, &err), EXIT_FINE);
  CU_ASSERT_EQUAL(one.n_condition, 3);
  CU_ASSERT_STRING_EQUAL(one.condition[1], "lesion at 3");
  CU_ASSERT_EQUAL(one.setting[2]->at, 6);
  CU_ASSERT_PTR_NOT_NULL(strstr(one.condition_toml[2], "\nat = 6\n"));
  CU_ASSERT(memcmp(one.total_return, three.total_return, 27 * sizeof(double)) == 0);
  const size_t two = (size_t)2 * 16 * sizeof(float);
  for (int32_t k = 0; k < 6; k++) {
    const lifetime *a = &one.lifetime[k], *b = &three.lifetime[k];
    CU_ASSERT_EQUAL(a->condition, k / 2);
    CU_ASSERT_EQUAL(a->n_weight_step, b->n_weight_step);
    CU_ASSERT(memcmp(a->weight[0], b->weight[0], (size_t)a->n_weight_step * two / 2) == 0);
    // pair by pair: alike until something happens
    CU_ASSERT(memcmp(a->weight[0], one.lifetime[k % 2].weight[0], two) == 0);
    CU_ASSERT_EQUAL(zeros(a->weight[0] + 32, 16), k < 2 ? 0 : 8);
  }
  for (int32_t k = 0; k < 9; k++) {
    CU_ASSERT_EQUAL(one.seed[k], one.seed[9 + k]);
    CU_ASSERT_EQUAL(one.seed[k], one.seed[18 + k]);
  }
  evaluation_done(&one);
  evaluation_done(&three);
  plan_close(p);
  experiment_free(e);
}

int main(void)
{
  static const check_test tests[] = {
    { "saturate_output of a world with choices", saturating_choices },
    { "an evaluation with 1 and 3 workers; sweeps", workers_and_sweeps },
  };
  return check_run("condition evaluate", tests, sizeof tests / sizeof tests[0]);
}
