/* clones.h - equal bits on every instruction set. It is chosen once in a process, so that each is tried in a child of
 * its own, before this process chooses. */
#ifndef HEBB_CLONES_CHECK_H
#define HEBB_CLONES_CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static inline void check_every_clone(uint64_t (*hash_of_all)(void), uint64_t expected)
{
  static const char *const clone[] = { "default", "v3", "v4" };
  for (int k = 0; k < 3; k++) {
    int end[2];
    uint64_t hash = 0;
    CU_ASSERT_FATAL(pipe(end) == 0);
    const pid_t child = fork();
    if (child == 0) {
      setenv("HEBB_CLONE", clone[k], 1);
      hash = hash_of_all();
      _exit(write(end[1], &hash, sizeof hash) != (ssize_t)sizeof hash);
    }
    CU_ASSERT_EQUAL(read(end[0], &hash, sizeof hash), (ssize_t)sizeof hash);
    waitpid(child, NULL, 0);
    close(end[0]);
    close(end[1]);
    if (hash != expected)
      printf("%s: hash %016llx ", clone[k], (unsigned long long)hash);
    CU_ASSERT_EQUAL(hash, expected);
  }
}

#endif
