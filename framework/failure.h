/* failure.h - why a rollout has no return. */
#ifndef HEBB_FAILURE_H
#define HEBB_FAILURE_H

enum failure_kind {
  FAILURE_NONE,
  FAILURE_CRASH,
  FAILURE_TIMEOUT,
  FAILURE_MEMORY,
  FAILURE_NONFINITE,
  FAILURE_SIMULATOR
};

#endif
