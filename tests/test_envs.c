/* test_envs.c - every environment of this build against what hebb/env.h promises. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "experiment.h"
#include "loader.h"
#include "vet.h"

/* One vet with the plugin's defaults changed as `set` says; a report where one does not hold. */
static void hold(const loaded *subject, const char *const *set, int32_t n_set)
{
  static error err;
  static vet v;
  void *config = NULL;
  memset(&err, 0, sizeof err);
  memset(&v, 0, sizeof v);
  CU_ASSERT_EQUAL_FATAL(experiment_plugin_config(subject->plugin, "env", set, n_set, &config, &err),
                        EXIT_FINE);
  vet_plugin(&v, subject, config, set, n_set);
  CU_ASSERT(v.n_check >= 10);
  CU_ASSERT_EQUAL(vet_failed(&v), 0);
  if (vet_failed(&v) > 0)
    vet_print(&v, subject->plugin->name, stderr);
  free(config);
}

static void hold_each(const loaded *subject, void *n)
{
  if (strcmp(subject->plugin->name, "digits") == 0)
    return; // its files may not be installed: test_digits.c holds it with files of its own
  ++*(int *)n;
  hold(subject, NULL, 0);
}

static void all_environments(void)
{
  static error err;
  int n = 0;
  CU_ASSERT_EQUAL(loader_scan(HEBB_ENV, hold_each, &n, &err), EXIT_FINE);
  CU_ASSERT(n >= 1);
  printf("%d environments ", n);
}

/* The other task of the ant has options of its own. */
static void other_tasks(void)
{
  static error err;
  static const char *const v4[] = { "env.task=ant_v4", "env.physics=gym" };
  loaded ant;
  if (!loader_has("ant", HEBB_ENV))
    return;
  CU_ASSERT_EQUAL_FATAL(loader_open("ant", HEBB_ENV, NULL, &ant, &err), EXIT_FINE);
  hold(&ant, v4, 2);
}

int main(void)
{
  static const check_test tests[] = {
    { "every environment as it comes, each option in turn", all_environments },
    { "the ant's other task", other_tasks },
  };
  return check_run("environments", tests, sizeof tests / sizeof tests[0]);
}
