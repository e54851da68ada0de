/* bench_bw.c - how fast one core reads memory and scales it in place, by size and by size of the pages. */
#include "bench.h"
#include "bench_read.h"

static HEBB_INLINE void scale_inline(int64_t n, float factor, float *restrict x)
{
  for (int64_t k = 0; k < n; k++)
    x[k] *= factor;
}
HEBB_CLONES(scale, (int64_t n, float factor, float *restrict x), (n, factor, x))

enum { ROUNDS = 9, N_SIZE = 4, KB = 1024 };

int main(void)
{
  static const int64_t kilobytes[N_SIZE] = { 256, 1024, 2048, 32 * 1024 };
  static const char *const title[2] = { "4KB_pages", "huge_pages" };
  static double rate[N_SIZE][2][2][ROUNDS]; /* by size, pages, read or scale; GB/s */
  float *memory[2], sum = 0;

  bench_pin();
  bench_machine("bench_bw", NULL);
  for (int p = 0; p < 2; p++)
    if (!(memory[p] = bench_memory((size_t)kilobytes[N_SIZE - 1] * KB,
                                   p ? BENCH_HUGE_PAGES : BENCH_SMALL_PAGES)))
      return 1;

  for (int round = 0; round < ROUNDS; round++)
    for (int s = 0; s < N_SIZE; s++)
      for (int p = 0; p < 2; p++) {
        const int64_t n = kilobytes[s] * KB / (int64_t)sizeof(float);
        const int64_t repeat = 2 * kilobytes[N_SIZE - 1] / kilobytes[s];
        const double bytes = (double)(repeat * kilobytes[s] * KB);
        sum += bench_read(n, memory[p]);
        const double t0 = bench_thread_seconds();
        for (int64_t k = 0; k < repeat; k++)
          sum += bench_read(n, memory[p]);
        const double t1 = bench_thread_seconds();
        for (int64_t k = 0; k < repeat; k++)
          scale(n, k % 2 ? 0.5f : 2, memory[p]);
        const double t2 = bench_thread_seconds();
        rate[s][p][0][round] = 1e-9 * bytes / (t1 - t0);
        rate[s][p][1][round] = 2e-9 * bytes / (t2 - t1);
      }
  bench_keep((double)sum);

  for (int what = 0; what < 2; what++)
    for (int s = 0; s < N_SIZE; s++)
      for (int p = 0; p < 2; p++) {
        char name[80];
        snprintf(name, sizeof name, "%s_%lldKB_%s", what ? "scale" : "read",
                 (long long)kilobytes[s], title[p]);
        bench_report(name, "GB/s", rate[s][p][what], ROUNDS, p ? title[0] : NULL,
                     p ? rate[s][0][what] : NULL);
      }
  return 0;
}
