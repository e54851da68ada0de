/* test_condition_toml.c - [[condition]] in experiments: what is refused and where, and back to TOML. */
#include <stdlib.h>

#include "plan.h"
#include "said.h"

#define TABLES                                                                                     \
  "[env]\nplugin = \"cartpole\"\n[[task]]\nname = \"pole\"\ntrain = true\n[rule]\n"                \
  "plugin = \"abcd\"\n[optimizer]\nplugin = \"openai_es\"\n[network]\nlayers = [4]\n"
#define CONDITION TABLES "[[condition]]\nname = \"q\"\n"
#define EVENT CONDITION "[[condition.event]]\n"

typedef struct refused {
  const char *text, *says;
} refused;

/* Refused when it is read, or when its plan is made. */
static void refuse_all(const refused *cases, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    error err = { 0 };
    experiment *e = NULL;
    plan *p = NULL;
    if (experiment_load_text(cases[i].text, "t.toml", NULL, NULL, 0, &e, &err) == EXIT_FINE)
      CU_ASSERT_EQUAL(plan_open(e, &p, &err), EXIT_CONFIGURATION);
    CU_ASSERT_EQUAL(err.count, 1);
    CU_ASSERT_EQUAL(err.status, EXIT_CONFIGURATION);
    SAYS(&err, cases[i].says);
    experiment_free(e);
  }
}

static void what_is_refused(void)
{
  static const refused cases[] = {
    { TABLES "[condition]\nname = \"q\"\n", "t.toml:12:2: condition: at most 256 conditions are" },
    { CONDITION, "t.toml:12:1: condition 'q': without an event it is its task alone" },
    { CONDITION "event = 3\n", "t.toml:14:1: condition 'q': 1 to 32 events are written as" },
    { CONDITION "[condition.event]\nat = 1\n", "'q': 1 to 32 events are written as [[condition" },
    { CONDITION "tsak = \"pole\"\n[[condition.event]]\nat = 1\nkind = \"reset_weights\"\n",
      "t.toml:14:1: unknown key 'tsak' in [condition]; did you mean 'task'?\n" },
    { CONDITION "task = \"poel\"\n[[condition.event]]\nat = 1\nkind = \"reset_weights\"\n",
      "t.toml:14:1: condition 'q': no task 'poel'; did you mean 'pole'?\n" },
    { TABLES "[[condition]]\n[[condition.event]]\nat = 1\nkind = \"reset_weights\"\n",
      "t.toml:12:1: condition: has no name" },
    { TABLES "[[condition]]\nname = \"pole\"\n[[condition.event]]\nat = 1\n"
             "kind = \"reset_weights\"\n",
      "t.toml:13:1: condition.name: another task or condition is called 'pole' already\n" },
    { TABLES "[[condition]]\nname = \"all\"\n[[condition.event]]\nat = 1\n"
             "kind = \"reset_weights\"\n",
      "'all' means every condition; choose another name\n" },
    { TABLES "[[condition]]\nname = \"a/b\"\n[[condition.event]]\nat = 1\n"
             "kind = \"reset_weights\"\n",
      "condition.name: 'a/b' cannot be a name: " },
    { EVENT "at = 1\n", "t.toml:14:1: condition 'q': an event has a kind" },
    { EVENT "kind = \"freeze\"\nat = 1\n", "event.kind: 'freeze' is not one of freeze_rule|" },
    { EVENT "kind = \"freeze_rule\"\n", "t.toml:14:1: condition 'q': an event happens at a step" },
    { EVENT "kind = \"freeze_rule\"\nat = -1\n", "event.at: -1 is out of range 0..2147483646" },
    { EVENT "kind = \"freeze_rule\"\nat = [1, 2.5]\n", "event.at[1]: wants a whole number" },
    { EVENT "kind = \"freeze_rule\"\nat = 5\nuntil = 5\n",
      "t.toml:17:1: condition 'q': until = 5 is not after at = 5\n" },
    { EVENT "kind = \"freeze_rule\"\nat = 0\nuntil = 0\n", "until = 0 is not after at = 0\n" },
    { EVENT "kind = \"freeze_rule\"\nat = 1\ncolour = 3\n",
      "unknown key 'colour' in [condition.event]; see 'hebb describe condition.event'\n" },
    { EVENT "kind = \"freeze_rule\"\nat = 1\nvalue = 3\n",
      "t.toml:17:1: condition 'q': freeze_rule takes no 'value', but at, until, layer\n" },
    { EVENT "kind = \"reset_weights\"\nat = 1\nuntil = 3\n", "takes no 'until', but at, layer\n" },
    { EVENT "kind = \"saturate_output\"\nat = 1\nenv.gravity = 3.0\n",
      "saturate_output takes no 'env', but at, until, value\n" },
    { EVENT "kind = \"zero_weights\"\nat = 1\n", "zero_weights wants a fraction" },
    { EVENT "kind = \"zero_weights\"\nat = 1\nfraction = 1.5\n", "1.5 is out of range 0..1\n" },
    { EVENT "kind = \"swap_task\"\nat = 1\n", "swap_task wants a task" },
    { EVENT "kind = \"swap_task\"\nat = 1\ntask = \"x\"\n", "condition 'q': no task 'x'\n" },
    { EVENT "kind = \"set_env\"\nat = 1\n", "set_env wants values of the environment" },
    { EVENT "kind = \"set_env\"\nat = 1\nenv.max_steps = 0\n",
      "t.toml:17:1: condition 'q': changes nothing: the task has these values\n" },
    { EVENT "kind = \"set_env\"\nat = 1\nenv.max_stesp = 5\n",
      "t.toml:17:5: unknown key 'max_stesp' in [condition.event.env]; did you mean 'max_steps'?\n" },
    { EVENT "kind = \"freeze_rule\"\nat = [1, 2]\n"
            "[[condition.event]]\nkind = \"reset_weights\"\nat = [3, 4]\n",
      "2 events have several steps; one event of a condition can sweep\n" },
    // what only the plan shows
    { EVENT "kind = \"freeze_rule\"\nat = [499, 500]\n",
      "t.toml:14:1: condition 'q': freeze_rule: at = 500 is never reached: a life in task 'pole' "
      "has at most 500 decisions, the last is 499\n" },
    { EVENT "kind = \"freeze_rule\"\nat = [5, 5]\n", "two conditions are called 'q at 5'\n" },
    { EVENT "kind = \"freeze_rule\"\nat = 1\nlayer = 2\n", "there is no layer 2; the last is 1\n" },
    { EVENT "kind = \"swap_task\"\nat = 1\ntask = \"pole\"\n",
      "environment 'cartpole' cannot be changed in mid-life (it offers no retarget)" },
    { "[env]\nplugin = \"cartpole\"\n[rule]\nplugin = \"static\"\n[optimizer]\n"
      "plugin = \"openai_es\"\n[network]\nweights = { init = \"evolved\" }\n[[condition]]\n"
      "name = \"q\"\nevent = [{ kind = \"random_coefficients\", at = 0 }]\n",
      "t.toml:11:10: condition 'q': random_coefficients: rule 'static' has no coefficients" },
    { "[env]\nplugin = \"cartpole\"\n[rule]\nplugin = \"abcd\"\nshare = \"network\"\n[optimizer]\n"
      "plugin = \"openai_es\"\n[[condition]]\nname = \"q\"\n"
      "event = [{ kind = \"shuffle_coefficients\", at = 0, layer = 1 }]\n",
      "layer 1 has no coefficients of its own; leave layer out\n" },
    { "[env]\nplugin = \"cartpole\"\n[rule]\nplugin = \"plastic_trace\"\n[optimizer]\n"
      "plugin = \"openai_es\"\n[[condition]]\nname = \"q\"\n"
      "event = [{ kind = \"zero_weights\", at = 0, fraction = 0.5 }]\n",
      "rule 'plastic_trace' makes the weight that drives from the stored one" },
    { "[env]\nplugin = \"cartpole\"\n[rule]\nplugin = \"reinforce\"\n[optimizer]\n"
      "plugin = \"none\"\npopulation = 1\n[[condition]]\nname = \"q\"\n"
      "event = [{ kind = \"freeze_rule\", at = 0 }]\n",
      "rule 'reinforce' owns the whole agent, so that only its world can be changed" },
  };
  refuse_all(cases, sizeof cases / sizeof cases[0]);
}

static void back_to_toml(void)
{
  static const char text[] =
      CONDITION "task = \"pole\"\n"
                "[[condition.event]]\nkind = \"freeze_rule\"\nat = [0, 40]\nuntil = 50\nlayer = 1\n"
                "[[condition.event]]\nkind = \"zero_weights\"\nat = 3\nfraction = 0.25\n"
                "[[condition.event]]\nkind = \"saturate_output\"\nat = 3\n";
  error err = { 0 };
  experiment *e = NULL, *again = NULL;
  experiment_load_text(text, "t.toml", NULL, NULL, 0, &e, &err);
  SILENT(&err);
  CU_ASSERT_FATAL(e != NULL);
  experiment_load_text(e->resolved, "r.toml", NULL, NULL, 0, &again, &err);
  SILENT(&err);
  CU_ASSERT_FATAL(again != NULL);
  CU_ASSERT_STRING_EQUAL(e->resolved, again->resolved);
  CU_ASSERT_EQUAL_FATAL(again->n_condition, 1);
  const experiment_condition *c = &again->condition[0];
  CU_ASSERT_EQUAL_FATAL(c->n_event, 3);
  CU_ASSERT_EQUAL(c->event[0].at[1], 40);
  CU_ASSERT_EQUAL(c->event[0].until, 50);
  CU_ASSERT_EQUAL(c->event[0].layer, 1);
  CU_ASSERT_EQUAL(c->event[1].fraction, 0.25);
  CU_ASSERT_EQUAL(c->event[2].value, 1);
  CU_ASSERT_EQUAL(c->event[2].until, 0);

  char *one = experiment_condition_toml(e, 0, 40);
  CU_ASSERT_PTR_NOT_NULL(strstr(one, "[env]\nplugin = \"cartpole\"\n"));
  CU_ASSERT_PTR_NOT_NULL(strstr(one, "\n[[condition]]\nname = \"q\"\ntask = \"pole\"\n"
                                     "[[condition.event]]\nkind = \"freeze_rule\"\nat = 40\n"
                                     "until = 50\nlayer = 1\n[[condition.event]]\n"
                                     "kind = \"zero_weights\"\nat = 3\nlayer = -1\n"));
  free(one);
  experiment_free(e);
  experiment_free(again);
}

/* For a run that was made before: conditions as one argument, or none. */
static void from_the_command_line(void)
{
  static const char *const set[] = {
    "condition=[{name = \"f\", event = [{kind = \"freeze_rule\", at = [1, 2]}]}]", "condition=[]"
  };
  for (int k = 0; k < 2; k++) {
    error err = { 0 };
    experiment *e = NULL;
    experiment_load_text(EVENT "kind = \"reset_weights\"\nat = 1\n", "t.toml", NULL, &set[k], 1, &e,
                         &err);
    SILENT(&err);
    CU_ASSERT_FATAL(e != NULL);
    CU_ASSERT_EQUAL(e->n_condition, k == 0);
    if (k == 0)
      CU_ASSERT_EQUAL(e->condition[0].event[0].n_at, 2);
    experiment_free(e);
  }
}

int main(void)
{
  static const check_test tests[] = { { "what is refused", what_is_refused },
                                      { "back to TOML", back_to_toml },
                                      { "from the command line", from_the_command_line } };
  return check_run("condition in TOML", tests, sizeof tests / sizeof tests[0]);
}
