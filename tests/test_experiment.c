/* test_experiment.c - experiments: what a file means, what is refused and where, and back to
   TOML. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "experiment.h"
#include "param.h"
#include "said.h"

#define PLUGINS                                                                                    \
  "[env]\nplugin = \"cartpole\"\n[rule]\nplugin = \"abcd\"\n[optimizer]\nplugin = \"openai_es\"\n"

static experiment *load(const char *text, const char *const *set, error *err)
{
  experiment *e = NULL;
  int32_t n = 0;
  while (set && set[n])
    n++;
  experiment_load_text(text, "t.toml", NULL, set, n, &e, err);
  return e;
}

static experiment *load_good(const char *text, const char *const *set)
{
  error err = { 0 };
  experiment *e = load(text, set, &err);
  SILENT(&err);
  CU_ASSERT_PTR_NOT_NULL_FATAL(e);
  return e;
}

/* ---- what is refused ---- */

typedef struct refused {
  const char *text, *says;
  int status;
} refused;

static void refuse_all(const refused *cases, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    error err = { 0 };
    experiment *e = load(cases[i].text, NULL, &err);
    CU_ASSERT_PTR_NULL(e);
    CU_ASSERT_EQUAL(err.count, 1);
    CU_ASSERT_EQUAL(err.status, cases[i].status);
    SAYS(&err, cases[i].says);
    experiment_free(e);
  }
}

static void bad_values(void)
{
  static const refused cases[] = {
    { PLUGINS "population = 1000000000000\n",
      "t.toml:7:1: optimizer.population: 1000000000000 is out of range 1..1000000\n", 2 },
    { PLUGINS "population = 0\n", "optimizer.population: 0 is out of range 1..1000000\n", 2 },
    { PLUGINS "population = 10.0\n", "optimizer.population: wants a whole number, not 10.0\n", 2 },
    { PLUGINS "sigma = nan\n", "t.toml:7:1: optimizer.sigma: nan is not a finite number\n", 2 },
    { PLUGINS "sigma = -inf\n", "optimizer.sigma: -inf is not a finite number\n", 2 },
    { PLUGINS "sigma = [0.1]\n", "optimizer.sigma: wants a number, not an array\n", 2 },
    { PLUGINS "sigma = {}\n", "optimizer.sigma: wants a number, not a table\n", 2 },
    { PLUGINS "sigma = 2020-01-01\n", "optimizer.sigma: wants a number, not a date\n", 2 },
    { PLUGINS "[run]\nseed = -1\n",
      "t.toml:8:1: run.seed: -1 is out of range 0..9007199254740991\n", 2 },
    { PLUGINS "[run]\nseed = 9007199254740992\n",
      "run.seed: 9007199254740992 is out of range 0..9007199254740991\n", 2 },
    { PLUGINS "[run]\ngenerations = 0\n", "run.generations: 0 is out of range 1..10000000\n", 2 },
    { PLUGINS "[run]\nname = \"../x\"\n", "t.toml:8:1: run.name: '../x' cannot be a name: ", 2 },
    { PLUGINS "[run]\nname = \"\"\n", "run.name: '' cannot be a name: ", 2 },
    { PLUGINS "[run]\nname = \".x\"\n", "run.name: '.x' cannot be a name: ", 2 },
    { PLUGINS "[run]\nname = \"a\\u001bb\"\n", "run.name: 'a?b' cannot be a name: ", 2 },
    { PLUGINS "[run]\nname = 5\n", "run.name: wants a text in quotes, not 5\n", 2 },
    { PLUGINS "[run]\non_failure = \"go\"\n", "run.on_failure: 'go' is not one of continue|stop\n",
      2 },
    { PLUGINS "[network]\nlayers = [16, 0]\n",
      "t.toml:8:15: network.layers[1]: 0 is out of range 1..65536\n", 2 },
    { PLUGINS "[network]\nlayers = [16, 1.5]\n",
      "network.layers[1]: wants a whole number, not 1.5\n", 2 },
    { PLUGINS "[network]\nlayers = \"x\"\n",
      "network.layers: wants an array of 0 to 16 whole numbers, not the text 'x'\n", 2 },
    { PLUGINS "[network]\nlayers = [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]\n",
      "network.layers: wants an array of 0 to 16 whole numbers, not 17\n", 2 },
    { PLUGINS "[network]\nactivation = \"Tanh\"\n",
      "'Tanh' is not one of tanh|relu|sigmoid|linear; did you mean 'tanh'?\n", 2 },
    { PLUGINS "[network]\nweights = { low = 0.3 }\n",
      "t.toml:8:13: network.weights: low = 0.3 is above high = 0.1\n", 2 },
    { PLUGINS "[network]\nweights = 3\n",
      "t.toml:8:1: network.weights: is a table, [network.weights], not a number\n", 2 },
    { PLUGINS "[genome]\nhigh = -2\n", "t.toml:8:1: genome: low = -1.0 is above high = -2.0\n", 2 },
    { PLUGINS "[limits]\nmemory = inf\n", "limits.memory: inf is not a finite number\n", 2 },
    { PLUGINS "[record]\nkeepbits = 24\n", "record.keepbits: 24 is out of range 1..23\n", 2 },
    { PLUGINS "[fitness]\ncommon_seeds = 1\n", "fitness.common_seeds: wants true or false, not 1\n",
      2 },
    { "[env]\nplugin = \"cartpole\"\ninitial_state = [0.1, 0.2]\n"
      "[rule]\nplugin = \"abcd\"\n[optimizer]\nplugin = \"openai_es\"\n",
      "t.toml:3:1: env.initial_state: wants a number or an array of 4, not an array of 2\n", 2 },
    { "[env]\nplugin = \"cartpole\"\ninitial_state = [0, 0, inf, 0]\n"
      "[rule]\nplugin = \"abcd\"\n[optimizer]\nplugin = \"openai_es\"\n",
      "t.toml:3:24: env.initial_state[2]: inf is not a finite number\n", 2 },
    { "[env]\nplugin = \"cartpole\"\n[rule]\nplugin = \"abcd\"\nterms = \"A\"\nd = \"out\"\n"
      "[optimizer]\nplugin = \"openai_es\"\n",
      "t.toml:3:2: rule abcd: d = \"out\" needs a term D", 2 },
  };
  refuse_all(cases, sizeof cases / sizeof cases[0]);
}

static void bad_keys(void)
{
  static const refused cases[] = {
    { PLUGINS "sgima = 1\n",
      "t.toml:7:1: unknown key 'sgima' in [optimizer]; did you mean 'sigma'?\n", 2 },
    { PLUGINS "popluation = 1\n", "in [optimizer]; did you mean 'population'?\n", 2 },
    { PLUGINS "colour = 1\n",
      "t.toml:7:1: unknown key 'colour' in [optimizer]; see 'hebb describe openai_es'\n", 2 },
    { PLUGINS "[run]\nsed = 1\n", "t.toml:8:1: unknown key 'sed' in [run]; did you mean 'seed'?\n",
      2 },
    { PLUGINS "[run]\ncolour = 1\n", "in [run]; see 'hebb describe run'\n", 2 },
    { PLUGINS "[network.weights]\nhihg = 1\n",
      "t.toml:8:1: unknown key 'hihg' in [network.weights]; did you mean 'high'?\n", 2 },
    { PLUGINS "[network]\nweight = {}\n",
      "t.toml:8:1: unknown key 'weight' in [network]; did you mean 'weights'?\n", 2 },
    { PLUGINS "[optimiser]\nx = 1\n",
      "t.toml:7:2: unknown table [optimiser]; did you mean 'optimizer'?\n", 2 },
    { PLUGINS "[\"a\\nb\"]\nx = 1\n", "unknown table [a?b]; see 'hebb describe experiment'\n", 2 },
    { "seed = 3\n" PLUGINS, "t.toml:1:1: unknown key 'seed'; see 'hebb describe experiment'\n", 2 },
    { "schema = 2\n" PLUGINS, "t.toml:1:1: schema: this hebb reads schema = 1 only\n", 2 },
    { "schema = \"1\"\n" PLUGINS, "t.toml:1:1: schema: this hebb reads schema = 1 only\n", 2 },
    { "run = 1\n" PLUGINS, "t.toml:1:1: run: is a table, [run], not a number\n", 2 },
    { PLUGINS "[[condition]]\nname = \"q\"\n[[condition.event]]\nat = 1\n",
      "t.toml:9:1: condition 'q': an event has a kind, as in kind = \"freeze_rule\"\n", 2 },
    { "[env]\nplugin = \"cartpole\"\n[rule]\nplugin = \"abcd\"\n",
      "t.toml: [optimizer] wants the name of a plugin, as in plugin = \"openai_es\"\n", 2 },
    { "[env]\nplugin = \"cartpole\"\n[rule]\nshare = \"layer\"\n[optimizer]\n"
      "plugin = \"openai_es\"\n",
      "t.toml:3:2: [rule] wants the name of a plugin, as in plugin = \"abcd\"\n", 2 },
    { "[env]\nplugin = 3\n[rule]\nplugin = \"abcd\"\n[optimizer]\nplugin = \"openai_es\"\n",
      "t.toml:2:1: env.plugin: [env] wants the name of a plugin", 2 },
    { "[env]\nplugin = \"cartpol\"\n[rule]\nplugin = \"abcd\"\n[optimizer]\n"
      "plugin = \"openai_es\"\n",
      "t.toml:2:1: env.plugin: no environment named 'cartpol': looked for cartpol.so in ", 3 },
    { "[env]\nplugin = \"cartpol\"\n[rule]\nplugin = \"abcd\"\n[optimizer]\n"
      "plugin = \"openai_es\"\n",
      "; did you mean 'cartpole'?\n", 3 },
    { "[env]\nplugin = \"cartpole\"\n[rule]\nplugin = \"openai_es\"\n"
      "[optimizer]\nplugin = \"openai_es\"\n",
      "t.toml:4:1: rule.plugin: 'openai_es' is an optimizer, where a rule is wanted\n", 3 },
    { "[env]\nplugin = \"cartpole\"\n[rule]\nplugin = \"./none.so\"\n"
      "[optimizer]\nplugin = \"openai_es\"\n",
      "t.toml:4:1: rule.plugin: ./none.so: cannot be opened: No such file or directory\n", 3 },
  };
  refuse_all(cases, sizeof cases / sizeof cases[0]);
}

static void bad_tasks(void)
{
  static const refused cases[] = {
    { PLUGINS "[task]\nname = \"a\"\n", "t.toml:7:2: task: tasks are written as [[task]]", 2 },
    { "task = []\n" PLUGINS "[[tasks]]\nname = \"a\"\n",
      "unknown key 'tasks'; did you mean 'task'?\n", 2 },
    { PLUGINS "[[task]]\nname = \"a\"\n",
      "t.toml:7:3: task: no task is trained on; write train = true in at least one [[task]]\n", 2 },
    { PLUGINS "[[task]]\ntrain = true\n", "t.toml:7:1: task: has no name; write name = \"...\"\n",
      2 },
    { PLUGINS "[[task]]\nname = \"a/b\"\ntrain = true\n",
      "t.toml:8:1: task.name: 'a/b' cannot be a name", 2 },
    { PLUGINS "[[task]]\nname = \"a\"\ntrain = true\n[[task]]\nname = \"a\"\n",
      "t.toml:11:1: task.name: another task is called 'a' already\n", 2 },
    { PLUGINS "[[task]]\nname = \"a\"\ntrain = 1\n[[task]]\nname = \"b\"\ntrain = true\n",
      "t.toml:9:1: task 'a': train: wants true or false, not 1\n", 2 },
    { PLUGINS "[[task]]\nname = \"a\"\ntrian = true\n[[task]]\nname = \"b\"\ntrain = true\n",
      "t.toml:9:1: unknown key 'trian' in [task]; did you mean 'train'?\n", 2 },
    { PLUGINS "[[task]]\nname = \"a\"\ntrain = true\nenv = 3\n",
      "t.toml:10:1: task.env: is a table, [task.env], not a number\n", 2 },
    { PLUGINS "[[task]]\nname = \"a\"\ntrain = true\nenv.version = \"v2\"\n",
      "t.toml:10:5: task 'a': env.version: 'v2' is not one of v1|v0; did you mean", 2 },
    { PLUGINS "[[task]]\nname = \"a\"\ntrain = true\nenv.verson = \"v1\"\n",
      "t.toml:10:5: unknown key 'verson' in [task.env]; did you mean 'version'?\n", 2 },
    { PLUGINS "[[task]]\nname = \"a\"\ntrain = true\nenv.plugin = \"ant\"\n",
      "t.toml:10:5: task 'a': all tasks share the plugin that [env] names\n", 2 },
  };
  refuse_all(cases, sizeof cases / sizeof cases[0]);
}

static void all_at_once(void)
{
  static const char *const says[] = {
    "t.toml:1:1: unknown key 'wurst'",
    "t.toml:3:1: run.seed: -1 is out of range",
    "t.toml:5:1: env.plugin: no environment named 'cartpol'",
    "t.toml:8:1: unknown key 'terns' in [rule]; did you mean 'terms'?",
    "t.toml:11:1: optimizer.population: 0 is out of range",
    "t.toml:12:1: unknown key 'sgima' in [optimizer]",
    "t.toml:13:2: unknown table [netwrk]; did you mean 'network'?",
    "--set rule.share: 'x' is not one of synapse|neuron|layer|network|table",
  };
  static const char *const set[] = { "rule.share=x", NULL };
  error err = { 0 };
  experiment *e = load("wurst = 3\n[run]\nseed = -1\n[env]\nplugin = \"cartpol\"\n[rule]\n"
                       "plugin = \"abcd\"\nterns = \"A\"\n[optimizer]\nplugin = \"openai_es\"\n"
                       "population = 0\nsgima = 2\n[netwrk]\nx = 1\n",
                       set, &err);
  CU_ASSERT_PTR_NULL(e);
  for (size_t i = 0; i < sizeof says / sizeof says[0]; i++)
    SAYS(&err, says[i]);
  CU_ASSERT_EQUAL(err.count, sizeof says / sizeof says[0]);
}

/* ---- --set ---- */

static void sets(void)
{
  static const char *const set[] = { "rule.share=network",
                                     "network.layers=[8, 4]",
                                     "network.weights.low=-0.5",
                                     "run.name=2020",
                                     "run.title=a \"b\" # c",
                                     "env.initial_state=1",
                                     "optimizer.sigma=1",
                                     "task=[{name=\"x\", train=true, env.version=\"v0\"}]",
                                     NULL };
  experiment *e = load_good(PLUGINS, set);
  CU_ASSERT_EQUAL(e->rule_host.share, RULE_SHARE_NETWORK);
  CU_ASSERT_EQUAL(e->network.n_layer, 2);
  CU_ASSERT_EQUAL(e->network.layer[1], 4);
  CU_ASSERT_EQUAL(e->weights.low, -0.5);
  CU_ASSERT_STRING_EQUAL(e->run.name, "2020");
  CU_ASSERT_STRING_EQUAL(e->run.title, "a \"b\" # c");
  CU_ASSERT_EQUAL(e->n_task, 1);
  CU_ASSERT_STRING_EQUAL(e->task[0].name, "x");
  CU_ASSERT_EQUAL(e->n_override, 8);
  CU_ASSERT_STRING_EQUAL(e->override[0], "rule.share=network");
  const hebb_param *row = param_find(e->env.plugin->params, "initial_state");
  for (uint32_t i = 0; i < 4; i++)
    CU_ASSERT_EQUAL(param_real(row, e->task[0].env_config, i), 1);
  row = param_find(e->optimizer.plugin->params, "sigma");
  CU_ASSERT_EQUAL(param_real(row, e->optimizer_config, 0), 1.0);
  experiment_free(e);

  // later ones win
  static const char *const twice[] = { "run.seed=3", "run.seed=4", NULL };
  e = load_good(PLUGINS, twice);
  CU_ASSERT_EQUAL(e->run.seed, 4);
  experiment_free(e);
}

static void bad_sets(void)
{
  static const struct {
    const char *set, *says;
    int status;
  } cases[] = {
    { "rule.share=netwrk",
      "--set rule.share: 'netwrk' is not one of synapse|neuron|layer|network|table; did you mean 'network'?\n",
      2 },
    { "rule.shar=x", "--set rule.shar: unknown key 'shar' in [rule]; did you mean 'share'?\n", 2 },
    { "optimizer.population=1000000000000",
      "--set optimizer.population: 1000000000000 is out of range 1..1000000\n", 2 },
    { "optimizer.population=many",
      "--set optimizer.population: wants a whole number, not the text 'many'\n", 2 },
    { "network.weights.std=nan", "--set network.weights.std: nan is not a finite number\n", 2 },
    { "network.layers=[1,2",
      "--set network.layers: wants an array of 0 to 16 whole numbers, not the text '[1,2'\n", 2 },
    { "network.layers=[1,0]", "--set network.layers: network.layers[1]: 0 is out of range", 2 },
    { "network=3", "--set network: is a table, [network], not a number\n", 2 },
    { "netwrk.x=3", "--set netwrk.x: unknown table [netwrk]; did you mean 'network'?\n", 2 },
    { "task.train=true", "tasks are written as [[task]]", 2 },
    { "task=[{train=true}]", "--set task: task: has no name", 2 },
    { "share", "--set 'share': wants TABLE.KEY=VALUE", 2 },
    { "=x", "--set '=x': wants TABLE.KEY=VALUE", 2 },
    { ".a=x", "--set '.a=x': wants TABLE.KEY=VALUE", 2 },
    { "schema=2", "--set schema: schema and extends are said by the file alone", 2 },
    { "schema=1", "--set schema: schema and extends are said by the file alone", 2 },
    { "extends=x", "--set extends: schema and extends are said by the file alone", 2 },
    { "extends.x=1", "--set extends.x: schema and extends are said by the file alone", 2 },
    { "extend=x", "--set extend: unknown key 'extend'; did you mean 'extends'?", 2 },
    { "genome.low=3", "--set genome.low: genome: low = 3.0 is above high = 1.0\n", 2 },
    { "a..b=x", "--set 'a..b=x': wants TABLE.KEY=VALUE", 2 },
    { "a b=x", "--set 'a b=x': wants TABLE.KEY=VALUE", 2 },
    { "a.b.c.d.e.f.g.h.i=x", "wants TABLE.KEY=VALUE", 2 },
    { "run.seed=", "--set 'run.seed=': has no value behind '='\n", 2 },
    { "run.title=\xff", "--set run.title: the value is no text in UTF-8\n", 2 },
    { "run.seed=1\nrun.name=2", "--set run.seed: wants a whole number, not the text '1?run.name=2'",
      2 },
    { "rule.plugin=A B", "--set rule.plugin: 'A B' is neither a plugin's name", 3 },
    { "rule.plugin=./none.so", "--set rule.plugin: ./none.so: cannot be opened", 3 },
    { "rule.plugin=abcd:foo", "abcd.so: holds no rule 'foo', but abcd\n", 3 },
    { "rule.plugin=abcd:Foo", "'abcd:Foo': 'Foo' cannot be the name of a plugin\n", 3 },
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const char *const set[] = { cases[i].set, NULL };
    error err = { 0 };
    experiment *e = load(PLUGINS, set, &err);
    CU_ASSERT_PTR_NULL(e);
    CU_ASSERT_EQUAL(err.count, 1);
    CU_ASSERT_EQUAL(err.status, cases[i].status);
    SAYS(&err, cases[i].says);
    experiment_free(e);
  }
}

/* ---- where a key was given ---- */

#define PLACE(expected, call) CU_ASSERT_STRING_EQUAL(call, expected)

static void places(void)
{
  static const char *const set[] = { "network.action=clip", "optimizer.population=8", NULL };
  char where[EXPERIMENT_WHERE_SIZE];
  experiment *e = load_good(PLUGINS "[network]\n  layers = [4]\n[[task]]\nname = \"a\"\n"
                                    "train = true\n[[task]]\nname = \"b\"\n",
                            set);
  PLACE("t.toml:8:3: network.layers",
        experiment_where(e, "network.layers", "network.layers", where));
  PLACE("t.toml:6:1: openai_es", experiment_where(e, "optimizer.plugin", "openai_es", where));
  PLACE("--set network.action", experiment_where(e, "network.action", "network.action", where));
  PLACE("--set optimizer.population: openai_es",
        experiment_where(e, "optimizer.population", "openai_es", where));
  PLACE("limits.memory", experiment_where(e, "limits.memory", "limits.memory", where));
  PLACE("no.such", experiment_where(e, "no.such", "no.such", where));
  PLACE("t.toml:9:1: task 'a': cartpole", experiment_where_task(e, 0, where));
  PLACE("t.toml:12:1: task 'b': cartpole", experiment_where_task(e, 1, where));

  // without a file
  void *memory = e->memory;
  e->memory = NULL;
  PLACE("network.layers", experiment_where(e, "network.layers", "network.layers", where));
  PLACE("task 'b': cartpole", experiment_where_task(e, 1, where));
  e->memory = memory;
  experiment_free(e);

  e = load_good(PLUGINS, NULL); // without a task
  PLACE("t.toml:2:1: task 'default': cartpole", experiment_where_task(e, 0, where));
  experiment_free(e);
}

/* ---- what a file means ---- */

static void defaults(void)
{
  experiment *e = load_good(PLUGINS, NULL);
  CU_ASSERT_STRING_EQUAL(e->run.name, "t");
  CU_ASSERT_EQUAL(e->run.seed, 1);
  CU_ASSERT_EQUAL(e->population, 200);
  CU_ASSERT_EQUAL(e->network.n_layer, 2);
  CU_ASSERT_EQUAL(e->network.layer[0], 128);
  CU_ASSERT_EQUAL(e->network.layer[1], 64);
  CU_ASSERT_EQUAL(e->weights.init, WEIGHT_UNIFORM);
  CU_ASSERT_EQUAL(e->weights.low, -0.1);
  CU_ASSERT_EQUAL(e->genome.std, 1);
  CU_ASSERT_EQUAL(e->fitness.l2, 0);
  CU_ASSERT_EQUAL(e->evaluate.rollouts, 100);
  CU_ASSERT_EQUAL(e->n_task, 1);
  CU_ASSERT_STRING_EQUAL(e->task[0].name, "default");
  CU_ASSERT_TRUE(e->task[0].train);
  CU_ASSERT_EQUAL((const void *)e->env_plugin, (const void *)e->env.plugin);
  CU_ASSERT_STRING_EQUAL(e->rule_plugin->base.name, "abcd");
  CU_ASSERT_STRING_EQUAL(e->optimizer_plugin->base.name, "openai_es");
  CU_ASSERT_EQUAL(strlen(e->sha256), 64);
  experiment_free(e);
}

static void tasks(void)
{
  experiment *e =
      load_good("[env]\nplugin = \"cartpole\"\nmax_steps = 7\n[rule]\nplugin = \"static\"\n"
                "[optimizer]\nplugin = \"openai_es\"\n"
                "[[task]]\nname = \"a\"\ntrain = true\n"
                "[[task]]\nname = \"b b\"\nenv.max_steps = 9\nenv.version = \"v0\"\n",
                NULL);
  const hebb_param *steps = param_find(e->env.plugin->params, "max_steps"),
                   *version = param_find(e->env.plugin->params, "version");
  CU_ASSERT_EQUAL(e->n_task, 2);
  CU_ASSERT_TRUE(e->task[0].train);
  CU_ASSERT_FALSE(e->task[1].train);
  CU_ASSERT_EQUAL(param_real(steps, e->task[0].env_config, 0), 7);
  CU_ASSERT_EQUAL(param_real(steps, e->task[1].env_config, 0), 9);
  CU_ASSERT_EQUAL(param_real(version, e->task[0].env_config, 0), 0);
  CU_ASSERT_EQUAL(param_real(version, e->task[1].env_config, 0), 1);

  char *toml = experiment_task_toml(e, 1);
  CU_ASSERT_STRING_EQUAL(toml, "[env]\nplugin = \"cartpole\"\nversion = \"v0\"\nmax_steps = 9\n"
                               "# initial_state =\n");
  free(toml);
  experiment_free(e);
}

/* resolve(resolve(x)) == resolve(x), and the two are one experiment. */
static void same_again(const experiment *e)
{
  error err = { 0 };
  experiment *again = load(e->resolved, NULL, &err);
  SILENT(&err);
  CU_ASSERT_PTR_NOT_NULL_FATAL(again);
  CU_ASSERT_STRING_EQUAL(again->resolved, e->resolved);
  CU_ASSERT_STRING_EQUAL(again->sha256, e->sha256);
  CU_ASSERT_STRING_EQUAL(again->run.name, e->run.name);
  CU_ASSERT_EQUAL(again->n_task, e->n_task);
  CU_ASSERT_EQUAL(memcmp(&again->network, &e->network, sizeof e->network), 0);
  CU_ASSERT_EQUAL(memcmp(&again->weights, &e->weights, sizeof e->weights), 0);
  CU_ASSERT_EQUAL(again->population, e->population);
  experiment_free(again);
}

/* --set has the last word, in every task. */
static void sets_of_env(void)
{
  static const char *const steps_set[] = { "env.max_steps=5", NULL };
  static const char *const tasks_set[] = { "env.max_steps=5",
                                           "task=[{name=\"q\",train=true,env.max_steps=6}]", NULL };
  static const char text[] = PLUGINS "[[task]]\nname = \"a\"\ntrain = true\nenv.max_steps = 9\n"
                                     "env.version = \"v0\"\n[[task]]\nname = \"b\"\n";
  experiment *e = load_good(text, steps_set);
  const hebb_param *steps = param_find(e->env.plugin->params, "max_steps"),
                   *version = param_find(e->env.plugin->params, "version");
  CU_ASSERT_EQUAL(param_real(steps, e->task[0].env_config, 0), 5);
  CU_ASSERT_EQUAL(param_real(steps, e->task[1].env_config, 0), 5);
  CU_ASSERT_EQUAL(param_real(version, e->task[0].env_config, 0), 1); // its other keys stay
  same_again(e);

  // and again over what a run's file holds
  static const char *const again_set[] = { "env.version=v1", "env.max_steps=7", NULL };
  experiment *again = load_good(e->resolved, again_set);
  CU_ASSERT_EQUAL(param_real(version, again->task[0].env_config, 0), 0);
  CU_ASSERT_EQUAL(param_real(steps, again->task[0].env_config, 0), 7);
  experiment_free(again);
  experiment_free(e);

  // a task that is itself a --set says what it says
  e = load_good(text, tasks_set);
  CU_ASSERT_EQUAL(param_real(steps, e->task[0].env_config, 0), 6);
  experiment_free(e);

  // without it a task's own value holds
  e = load_good(text, NULL);
  CU_ASSERT_EQUAL(param_real(steps, e->task[0].env_config, 0), 9);
  experiment_free(e);
}

static void resolved(void)
{
  static const char *const set[] = {
    "run.title=tab\there \"q\" \\ \xc3\xa9",
    "network.layers=[]",
    "env.initial_state=[0.1, 0.2, 0.30000000000000004, 1e-300]",
    "optimizer.sigma=0.12345678901234567",
    "network.weights.after_update=clip",
    "run.seed=9007199254740991",
    "run.name=a b",
    "task=[{name=\"q\",train=true},{name=\"r\",env.version=\"v0\",env.initial_state=[1,2,3,4]}]",
    NULL
  };
  experiment *e = load_good(PLUGINS, NULL);
  error text = { 0 };
  same_again(e);
  // every row of every table is there
  CU_ASSERT_FATAL(strlen(e->resolved) < sizeof text.text);
  strcpy(text.text, e->resolved);
  for (const experiment_table *t = experiment_tables; t->name; t++)
    for (const hebb_param *row = t->rows; row->key; row++) {
      char line[80];
      snprintf(line, sizeof line, "\n%s = ", row->key);
      SAYS(&text, line);
    }
  SAYS(&text, "\n# initial_state =\n");
  SAYS(&text, "\n[[task]]\nname = \"default\"\ntrain = true\n");
  experiment_free(e);

  e = load_good(PLUGINS, set);
  same_again(e);
  strcpy(text.text, e->resolved);
  SAYS(&text, "\ntitle = \"tab\\u0009here \\\"q\\\" \\\\ \xc3\xa9\"\n");
  SAYS(&text, "\nlayers = []\n");
  SAYS(&text, "\n[[task]]\nname = \"r\"\ntrain = false\nenv.version = \"v0\"\n"
              "env.initial_state = [1.0, 2.0, 3.0, 4.0]\n");
  experiment_free(e);
}

static void host_rows(void)
{
  error err = { 0 };
  for (const experiment_table *t = experiment_tables; t->name; t++) {
    param_check_rows(t->rows, t->size, t->name, &err);
    CU_ASSERT_TRUE(t->offset + t->size <= sizeof(experiment));
    CU_ASSERT_TRUE(t->doc[0]);
  }
  param_check_rows(experiment_task_rows, sizeof(experiment_task), "task", &err);
  SILENT(&err);
}

/* ---- files ---- */

static char folder[] = "/tmp/hebb-experiment-XXXXXX";

static const char *path_of(const char *name)
{
  static char path[2][128];
  static int turn;
  turn = !turn;
  snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
  return path[turn];
}

static void write_file(const char *name, const char *text)
{
  FILE *file = fopen(path_of(name), "w");
  CU_ASSERT_PTR_NOT_NULL_FATAL(file);
  fputs(text, file);
  fclose(file);
}

static experiment *load_file(const char *name, const char *set, error *err)
{
  experiment *e = NULL;
  experiment_load(path_of(name), &set, set ? 1 : 0, &e, err);
  return e;
}

static void extends(void)
{
  error err = { 0 };
  mkdir(path_of("sub"), 0700);
  write_file("base.toml", PLUGINS "population = 50\nsigma = 0.3\n[network]\nlayers = [8, 8, 8]\n"
                                  "weights.low = -0.7\n[[task]]\nname = \"old\"\ntrain = true\n"
                                  "[[task]]\nname = \"older\"\n");
  write_file("other.toml", "[run]\nseed = 9\ngenerations = 5\n");
  write_file("sub/top.toml",
             "schema = 1\nextends = [\"../base.toml\", \"../other.toml\"]\n"
             "[run]\nseed = 10\n[network]\nlayers = [4]\nweights.high = 0.9\n"
             "[optimizer]\npopulation = 60\n[[task]]\nname = \"new\"\ntrain = true\n");
  experiment *e = load_file("sub/top.toml", NULL, &err);
  SILENT(&err);
  CU_ASSERT_PTR_NOT_NULL_FATAL(e);
  CU_ASSERT_STRING_EQUAL(e->run.name, "top");
  CU_ASSERT_EQUAL(e->run.seed, 10); // tables merge, values replace
  CU_ASSERT_EQUAL(e->run.generations, 5);
  CU_ASSERT_EQUAL(e->population, 60);
  CU_ASSERT_EQUAL(e->network.n_layer, 1); // arrays replace
  CU_ASSERT_EQUAL(e->weights.low, -0.7);
  CU_ASSERT_EQUAL(e->weights.high, 0.9);
  CU_ASSERT_EQUAL(e->n_task, 1); // arrays of tables, too
  CU_ASSERT_STRING_EQUAL(e->task[0].name, "new");
  CU_ASSERT_PTR_NOT_NULL(strstr(e->source, "sub/top.toml ----\nschema = 1\n"));
  CU_ASSERT_PTR_NOT_NULL(strstr(e->source, "other.toml ----\n[run]\nseed = 9\n"));
  experiment_free(e);

  // a mistake is reported where it stands
  write_file("other.toml", "[run]\n\n  sed = 9\n");
  e = load_file("sub/top.toml", NULL, &err);
  CU_ASSERT_PTR_NULL(e);
  SAYS(&err, "/sub/../other.toml:3:3: unknown key 'sed' in [run]; did you mean 'seed'?\n");
}

static void bad_extends(void)
{
  static const struct {
    const char *text, *says;
  } cases[] = {
    { "extends = [\"none.toml\"]\n",
      "a.toml:1:12: extends: no experiment 'none.toml': neither a file" },
    { "extends = 3\n", "a.toml:1:1: extends: wants file names in quotes" },
    { "extends = [3]\n", "a.toml:1:12: extends: wants file names in quotes" },
    { "extends = \"sub\"\n", "a.toml:1:1: extends: 'sub' is a folder; name a TOML file" },
    { "extends = \"a.toml\"\n", "a.toml:1:1: extends: '" },
    { "extends = \"b.toml\"\n", "b.toml:1:13: extends: '" },
    { "extends = \"c.toml\"\n", "c.toml:1:" },
    { "extends = \"d.toml\"\n", "d.toml:1:1: schema: this hebb reads schema = 1 only" },
  };
  write_file("b.toml", "extends = [ \"a.toml\"]\n");
  write_file("c.toml", "x = = 3\n");
  write_file("d.toml", "schema = 3\n");
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    error err = { 0 };
    write_file("a.toml", cases[i].text);
    experiment *e = load_file("a.toml", NULL, &err);
    CU_ASSERT_PTR_NULL(e);
    CU_ASSERT_EQUAL(err.count, 1);
    CU_ASSERT_EQUAL(err.status, EXIT_CONFIGURATION);
    SAYS(&err, cases[i].says);
    if (i == 4 || i == 5)
      SAYS(&err, "a.toml' in the end extends itself\n");
    experiment_free(e);
  }
  // two at once
  error err = { 0 };
  write_file("a.toml", "extends = [\"none.toml\", \"c.toml\", \"d.toml\"]\n");
  CU_ASSERT_PTR_NULL(load_file("a.toml", NULL, &err));
  CU_ASSERT_EQUAL(err.count, 3);

  // doubling: each file extends the next twice
  for (int i = 0; i < 16; i++) {
    char name[32], text[96];
    snprintf(name, sizeof name, "x%d.toml", i);
    snprintf(text, sizeof text, "extends = [\"x%d.toml\", \"x%d.toml\"]\n", i + 1, i + 1);
    write_file(name, text);
  }
  write_file("x16.toml", PLUGINS);
  err = (error){ 0 };
  CU_ASSERT_PTR_NULL(load_file("x0.toml", NULL, &err));
  SAYS(&err, "extends: too many files that extend each other");
}

/* Another plugin starts its table anew: the old one's parameters mean nothing to it. */
static void other_plugin(void)
{
  error err = { 0 };
  write_file("base.toml", "[env]\nplugin = \"cartpole\"\n[rule]\nplugin = \"abcd\"\nterms = \"A\"\n"
                          "share = \"layer\"\n[optimizer]\nplugin = \"openai_es\"\n");
  experiment *e = load_file("base.toml", "rule.plugin=static", &err);
  SILENT(&err);
  CU_ASSERT_PTR_NOT_NULL_FATAL(e);
  CU_ASSERT_STRING_EQUAL(e->rule.plugin->name, "static");
  CU_ASSERT_EQUAL(e->rule_host.share, RULE_SHARE_LAYER); // hebb's own key stays
  experiment_free(e);

  write_file("top.toml", "extends = \"base.toml\"\n[rule]\nplugin = \"abcd\"\nd = \"in\"\n");
  e = load_file("top.toml", NULL, &err);
  SILENT(&err);
  CU_ASSERT_PTR_NOT_NULL_FATAL(e);
  const hebb_param *terms = param_find(e->rule.plugin->params, "terms");
  CU_ASSERT_EQUAL(param_real(terms, e->rule_config, 0), 3); // the same plugin: terms = "A" stays
  experiment_free(e);

  write_file("top.toml", "extends = \"base.toml\"\n[rule]\nplugin = \"static\"\nterms = \"A\"\n");
  CU_ASSERT_PTR_NULL(load_file("top.toml", NULL, &err));
  SAYS(&err, "top.toml:4:1: unknown key 'terms' in [rule]; see 'hebb describe static'\n");
}

/* A relative path belongs to the file that says it; the resolved TOML has it absolute. */
static void plugin_paths(void)
{
  loaded abcd;
  error err = { 0 };
  CU_ASSERT_EQUAL_FATAL(loader_open("abcd", HEBB_RULE, NULL, &abcd, &err), EXIT_FINE);
  mkdir(path_of("sub"), 0700);
  unlink(path_of("sub/mine.so"));
  CU_ASSERT_EQUAL(symlink(abcd.path, path_of("sub/mine.so")), 0);
  write_file("sub/base.toml", "[env]\nplugin = \"cartpole\"\n[rule]\nplugin = \"./mine.so\"\n"
                              "[optimizer]\nplugin = \"openai_es\"\n");
  write_file("top.toml", "extends = \"sub/base.toml\"\n");
  experiment *e = load_file("top.toml", NULL, &err);
  SILENT(&err);
  CU_ASSERT_PTR_NOT_NULL_FATAL(e);
  CU_ASSERT_STRING_EQUAL(e->rule.path, abcd.path);
  char line[512];
  snprintf(line, sizeof line, "[rule]\nplugin = \"%s\"\n", abcd.path);
  CU_ASSERT_PTR_NOT_NULL(strstr(e->resolved, line));
  CU_ASSERT_PTR_NOT_NULL(strstr(e->resolved, "[env]\nplugin = \"cartpole\"\n"));
  same_again(e);
  experiment_free(e);

  // in --set it belongs to the current folder, which has no sub/
  CU_ASSERT_PTR_NULL(load_file("top.toml", "rule.plugin=./sub/mine.so", &err));
  SAYS(&err, "--set rule.plugin: ./sub/mine.so: cannot be opened: No such file or directory");
}

static void missing_files(void)
{
  error err = { 0 };
  experiment *e = NULL;
  CU_ASSERT_EQUAL(experiment_load("frist", NULL, 0, &e, &err), EXIT_CONFIGURATION);
  SAYS(&err, "no experiment 'frist': neither a file nor installed; did you mean 'first'?\n");
  err = (error){ 0 };
  experiment_load(folder, NULL, 0, &e, &err);
  SAYS(&err, "' is a folder; name a TOML file\n");
  err = (error){ 0 };
  experiment_load("/none/x.toml", NULL, 0, &e, &err);
  SAYS(&err, "no experiment '/none/x.toml': neither a file nor installed; see 'hebb list'\n");
  CU_ASSERT_PTR_NULL(e);
}

typedef struct scanned {
  int n, with_ant;
} scanned;

static void try_installed(const char *name, const char *path, void *arg)
{
  scanned *s = arg;
  error err = { 0 };
  experiment *e = NULL;
  s->n++;
  if (!loader_has("ant", HEBB_ENV) && strstr(name, "cartpole") == NULL)
    return; // built without MuJoCo
  if (!loader_has("ant_bullet", HEBB_ENV) && strstr(name, "bullet") != NULL)
    return;
  experiment_load(name, NULL, 0, &e, &err);
  SILENT(&err);
  CU_ASSERT_PTR_NOT_NULL_FATAL(e);
  CU_ASSERT_PTR_NOT_NULL(strstr(e->source, path));
  same_again(e);
  experiment_free(e);
}

static void installed(void)
{
  scanned s = { 0 };
  experiment_scan(try_installed, &s);
  CU_ASSERT_TRUE(s.n >= 5);
}

/* Table 1 of the paper: its settings, number for number. */
static void papers_settings(void)
{
  static const struct {
    const char *name, *env;
    bool is_static;
  } paper[] = { { "najarro-2020/ant-abcd", "ant", false },
                { "najarro-2020/ant-static", "ant", true },
                { "najarro-2020/ant-bullet-abcd", "ant_bullet", false } };
  for (size_t i = 0; i < sizeof paper / sizeof paper[0]; i++) {
    if (!loader_has(paper[i].env, HEBB_ENV))
      continue;
    error err = { 0 };
    experiment *e = NULL;
    experiment_load(paper[i].name, NULL, 0, &e, &err);
    SILENT(&err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(e);
    CU_ASSERT_EQUAL(e->population, 500);
    CU_ASSERT_EQUAL(e->run.generations, 500);
    CU_ASSERT_EQUAL(e->evaluate.rollouts, 100);
    CU_ASSERT_EQUAL(e->fitness.l2, 0.01);
    CU_ASSERT_EQUAL(e->network.n_layer, 2);
    CU_ASSERT_EQUAL(e->network.layer[0], 128);
    CU_ASSERT_EQUAL(e->network.layer[1], 64);
    CU_ASSERT_EQUAL(e->network.activation, ACTIVATION_TANH);
    CU_ASSERT_EQUAL(e->weights.init, paper[i].is_static ? WEIGHT_EVOLVED : WEIGHT_UNIFORM);
    CU_ASSERT_EQUAL(e->weights.low, -0.1);
    CU_ASSERT_EQUAL(e->weights.high, 0.1);
    CU_ASSERT_EQUAL(e->weights.after_update, AFTER_UPDATE_NONE);
    CU_ASSERT_EQUAL(e->genome.start, GENOME_NORMAL);
    CU_ASSERT_EQUAL(e->genome.weight_start, WEIGHT_START_FAN_IN);
    CU_ASSERT_STRING_EQUAL(e->rule.plugin->name, paper[i].is_static ? "static" : "abcd");
    static const struct {
      const char *key;
      double value;
    } es[] = {
      { "sigma", 0.1 },         { "sigma_decay", 0.999 },         { "sigma_floor", 0.01 },
      { "learning_rate", 0.2 }, { "learning_rate_decay", 0.995 }, { "learning_rate_floor", 0.001 }
    };
    for (size_t k = 0; k < sizeof es / sizeof es[0]; k++)
      CU_ASSERT_EQUAL(param_real(param_find(e->optimizer.plugin->params, es[k].key),
                                 e->optimizer_config, 0),
                      es[k].value);
    CU_ASSERT_EQUAL(e->n_task, 3);
    CU_ASSERT_TRUE(e->task[0].train && e->task[1].train && !e->task[2].train);
    static const char *const body[] = { "normal", "najarro_right", "najarro_left" };
    const hebb_param *row = param_find(e->env.plugin->params, "morphology");
    for (int t = 0; t < 3; t++) {
      char word[48];
      const int32_t index = (int32_t)param_real(row, e->task[t].env_config, 0);
      CU_ASSERT_STRING_EQUAL(param_choice(row, index, word, sizeof word), body[t]);
    }
    experiment_free(e);
  }
}

/* ---- a plugin's config from arguments alone ---- */

static void plugin_config(void)
{
  static const char *const set[] = { "env.version=v0", "env.initial_state=[1,2,3,4]",
                                     "env.max_steps=5" };
  loaded cartpole;
  error err = { 0 };
  void *config = NULL;
  CU_ASSERT_EQUAL_FATAL(loader_open("cartpole", HEBB_ENV, NULL, &cartpole, &err), EXIT_FINE);
  const hebb_param *rows = cartpole.plugin->params;
  CU_ASSERT_EQUAL(experiment_plugin_config(cartpole.plugin, "env", set, 3, &config, &err),
                  EXIT_FINE);
  SILENT(&err);
  CU_ASSERT_PTR_NOT_NULL_FATAL(config);
  CU_ASSERT_EQUAL(param_real(param_find(rows, "version"), config, 0), 1);
  CU_ASSERT_EQUAL(param_real(param_find(rows, "initial_state"), config, 3), 4);
  CU_ASSERT_EQUAL(param_real(param_find(rows, "max_steps"), config, 0), 5);
  free(config);

  static const struct {
    const char *set, *says;
  } cases[] = {
    { "rule.x=1", "--set rule.x: only env.KEY=VALUE can be set here\n" },
    { "env=1", "--set env: only env.KEY=VALUE can be set here\n" },
    { "env.verson=v0",
      "--set env.verson: unknown key 'verson' in [env]; did you mean 'version'?\n" },
    { "env.version=v3", "--set env.version: 'v3' is not one of v1|v0" },
    { "env", "--set 'env': wants TABLE.KEY=VALUE" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    err = (error){ 0 };
    CU_ASSERT_EQUAL(experiment_plugin_config(cartpole.plugin, "env", &cases[i].set, 1, &config,
                                             &err),
                    EXIT_CONFIGURATION);
    CU_ASSERT_PTR_NULL(config);
    CU_ASSERT_EQUAL(err.count, 1);
    SAYS(&err, cases[i].says);
  }

  // texts live as long as the config
  typedef struct texts {
    const char *model, *other;
  } texts;
  static const hebb_param text_rows[] = { HEBB_TEXT(texts, model, NULL, "Model."),
                                          HEBB_TEXT(texts, other, "x", "Other."),
                                          { 0 } };
  static const hebb_plugin plugin = { .name = "texts",
                                      .config_size = sizeof(texts),
                                      .params = text_rows };
  char argument[] = "env.model=a.xml";
  const char *const one[] = { argument, "env.other=\"q \\u00e9\"" };
  err = (error){ 0 };
  CU_ASSERT_EQUAL(experiment_plugin_config(&plugin, "env", one, 2, &config, &err), EXIT_FINE);
  memset(argument, 'z', strlen(argument));
  CU_ASSERT_STRING_EQUAL(((const texts *)config)->model, "a.xml");
  CU_ASSERT_STRING_EQUAL(((const texts *)config)->other, "q \xc3\xa9");
  free(config);
}

static void remove_folder(void)
{
  char command[128];
  snprintf(command, sizeof command, "rm -r '%s'", folder);
  if (system(command) != 0)
    fprintf(stderr, "%s stays\n", folder);
}

int main(void)
{
  static const check_test tests[] = { { "values that are refused", bad_values },
                                      { "keys that are refused", bad_keys },
                                      { "tasks that are refused", bad_tasks },
                                      { "all mistakes at once", all_at_once },
                                      { "--set", sets },
                                      { "--set that is refused", bad_sets },
                                      { "places of keys", places },
                                      { "defaults", defaults },
                                      { "--set of [env] holds in every task", sets_of_env },
                                      { "tasks", tasks },
                                      { "resolved and again", resolved },
                                      { "the host's own rows", host_rows },
                                      { "extends", extends },
                                      { "extends that is refused", bad_extends },
                                      { "another plugin", other_plugin },
                                      { "paths of plugins", plugin_paths },
                                      { "files that are not there", missing_files },
                                      { "installed experiments", installed },
                                      { "the paper's settings", papers_settings },
                                      { "a plugin's config alone", plugin_config } };
  if (!mkdtemp(folder))
    return 2;
  const int failed = check_run("experiment", tests, sizeof tests / sizeof tests[0]);
  remove_folder();
  return failed;
}
