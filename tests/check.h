/* check.h - the lines that every CUnit program of ours ends with. */
#ifndef HEBB_CHECK_H
#define HEBB_CHECK_H

#include <CUnit/Basic.h>

typedef struct check_test {
  const char *what;
  void (*run)(void);
} check_test;

/* Runs the tests and returns what main returns: 0 only if none failed. */
static inline int check_run(const char *subject, const check_test *tests, size_t n)
{
  if (CU_initialize_registry() != CUE_SUCCESS)
    return 2;
  CU_pSuite suite = CU_add_suite(subject, NULL, NULL);
  for (size_t k = 0; suite && k < n; k++)
    if (!CU_add_test(suite, tests[k].what, tests[k].run))
      suite = NULL;
  if (!suite)
    return 2;
  CU_basic_set_mode(CU_BRM_VERBOSE);
  CU_basic_run_tests();
  const int failed = CU_get_number_of_failures() != 0;
  CU_cleanup_registry();
  return failed;
}

#endif
