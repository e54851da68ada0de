/* bench.h - how every benchmark measures and reports.
 *
 * Values are thread CPU time on one core, in alternating rounds: each round takes one value of every case,
 * so that a ratio is formed within a round, where the machine is in one mood. A JSON line says on what
 * machine it ran, then each case prints one:
 *
 *     {"name": ..., "clone": ..., "n": rounds, "unit": ..., "median": ..., "min": ..., "max": ...,
 *      "ratio": median over rounds of value / reference, "reference": its name}
 */
#ifndef HEBB_BENCH_H
#define HEBB_BENCH_H

#include <sched.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <hebb/clone.h>

enum { BENCH_MAX_ROUNDS = 512 };

static inline double bench_thread_seconds(void)
{
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Of all threads together. */
static inline double bench_process_seconds(void)
{
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline int bench_ascending(const void *a, const void *b)
{
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Sorts value [n]. */
static inline double bench_median(double *value, int n)
{
  qsort(value, (size_t)n, sizeof *value, bench_ascending);
  return value[n / 2];
}

/* The process stays on the core that it is on. */
static inline void bench_pin(void)
{
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET((unsigned)sched_getcpu(), &one);
  sched_setaffinity(0, sizeof one, &one);
}

static inline const char *bench_clone(void)
{
  static const char *const name[] = { "", "default", "v3", "v4" };
  return name[hebb_clone()];
}

/* The line that comes first. openblas: the core that it was built for or chose, NULL: not used. */
static inline void bench_machine(const char *program, const char *openblas)
{
  char line[256], cpu[200] = "unknown";
  double load = 0;

  FILE *f = fopen("/proc/cpuinfo", "r");
  while (f && fgets(line, sizeof line, f))
    if (sscanf(line, "model name : %199[^\n\"\\]", cpu) == 1)
      break;
  if (f)
    fclose(f);
  if (getloadavg(&load, 1) != 1)
    load = -1;
  printf("{\"program\": \"%s\", \"machine\": \"%s\", \"clone\": \"%s\", \"load\": %.2f", program, cpu,
         bench_clone(), load);
  if (openblas)
    printf(", \"openblas\": \"%s\"", openblas);
  printf("}\n");
  fflush(stdout);
}

/* value [n]; reference_value [n] of the same rounds, or NULL. Both are left as they are. */
static inline void bench_report(const char *name, const char *unit, const double *value, int n,
                                const char *reference, const double *reference_value)
{
  double sorted[BENCH_MAX_ROUNDS];

  n = n < BENCH_MAX_ROUNDS ? n : BENCH_MAX_ROUNDS;
  memcpy(sorted, value, (size_t)n * sizeof *value);
  const double median = bench_median(sorted, n);
  printf("{\"name\": \"%s\", \"clone\": \"%s\", \"n\": %d, \"unit\": \"%s\", \"median\": %.5g, "
         "\"min\": %.5g, \"max\": %.5g",
         name, bench_clone(), n, unit, median, sorted[0], sorted[n - 1]);
  if (reference_value) {
    for (int k = 0; k < n; k++)
      sorted[k] = value[k] / reference_value[k];
    printf(", \"ratio\": %.4g, \"reference\": \"%s\"", bench_median(sorted, n), reference);
  }
  printf("}\n");
  fflush(stdout);
}

/* What is computed only to be measured goes here, so that it is computed. */
static inline void bench_keep(double value)
{
  static volatile double kept;
  kept = value;
  (void)kept;
}

/* The program once more with each lesser instruction set, unless HEBB_CLONE has chosen one; 0: all went
   well. */
static inline int bench_other_clones(char **argv)
{
  static const char *const name[] = { "", "default", "v3" };
  int failed = 0;

  if (getenv("HEBB_CLONE"))
    return 0;
  fflush(stdout);
  for (int clone = hebb_clone() - 1; clone > 0; clone--) {
    pid_t child;
    int status = 1;
    setenv("HEBB_CLONE", name[clone], 1);
    if (posix_spawn(&child, "/proc/self/exe", NULL, NULL, argv, environ) == 0)
      waitpid(child, &status, 0);
    failed |= status;
  }
  unsetenv("HEBB_CLONE");
  return failed != 0;
}

enum bench_pages { BENCH_SMALL_PAGES, BENCH_HUGE_PAGES };

/* Zeroed memory from a multiple of 2 MB on, in pages of 4 KB or (where the system grants them) 2 MB.
   NULL: there is none. Nobody gives it back: a benchmark ends soon. */
static inline void *bench_memory(size_t bytes, enum bench_pages pages)
{
  const size_t huge = (size_t)2 << 20, whole = (bytes + huge - 1) / huge * huge;
  char *at = mmap(NULL, whole + huge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED)
    return NULL;
  at += (huge - (size_t)at % huge) % huge;
  madvise(at, whole, pages == BENCH_HUGE_PAGES ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
  memset(at, 0, whole);
  return at;
}

/* Hash of bytes, to hold results against each other (FNV-1a; begin with hash = 0). */
static inline uint64_t bench_hash(uint64_t hash, const void *data, size_t n)
{
  const unsigned char *byte = data;
  hash ^= 0xcbf29ce484222325u;
  for (size_t k = 0; k < n; k++)
    hash = (hash ^ byte[k]) * 0x100000001b3u;
  return hash;
}

/* Prints the hash of all results, and holds it against that of the instruction set that ran before; 1:
   they differ. */
static inline int bench_same_hash(uint64_t hash)
{
  char text[17];
  const char *before = getenv("BENCH_HASH");
  snprintf(text, sizeof text, "%016llx", (unsigned long long)hash);
  printf("{\"name\": \"hash\", \"clone\": \"%s\", \"value\": \"%s\"}\n", bench_clone(), text);
  if (before && strcmp(before, text) != 0) {
    fprintf(stderr, "bench: the results of another instruction set had the hash %s\n", before);
    return 1;
  }
  setenv("BENCH_HASH", text, 1);
  return 0;
}

#endif
