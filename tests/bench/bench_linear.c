/* bench_linear.c - whether the fused step costs the same for each synapse, however many there are.
 *
 * One layer, n x 128, ABCD with learning rate; a synapse holds 20 bytes in planes and weight. Each size
 * is held against half of it: while both fit the same cache, twice the synapses are twice the time.
 * Beyond the core's own cache a synapse costs what that memory gives.
 */
#include "bench_layer.h"
#include "float_mode.h"

enum { ROUNDS = 31, N_SIZE = 8, FIRST = 25, N_POST = 128, STEPS = 4096 };

int main(void)
{
  static double time[N_SIZE][ROUNDS], each[N_SIZE][ROUNDS];
  bench_layer layer[N_SIZE];
  bench_rule r;

  bench_pin();
  bench_machine("bench_linear", NULL);
  if (bench_rule_open(&r) != 0)
    return 1;
  for (int s = 0; s < N_SIZE; s++) {
    const int32_t n_pre = FIRST << s;
    bench_block block = { bench_memory((size_t)n_pre * (N_POST + 1) * 11 * sizeof(float) + 65536,
                                       BENCH_HUGE_PAGES) };
    if (!block.next)
      return 1;
    layer[s] = bench_layer_new(&block, &r, n_pre, N_POST);
  }

  float_mode_flush();
  for (int round = 0; round < ROUNDS; round++)
    for (int s = 0; s < N_SIZE; s++) {
      const int steps = STEPS >> s;
      bench_layer_step(&r, &layer[s], 0);
      const double begun = bench_thread_seconds();
      for (int step = 0; step < steps; step++)
        bench_layer_step(&r, &layer[s], 0);
      time[s][round] = (bench_thread_seconds() - begun) / steps;
      each[s][round] = 1e9 * time[s][round] / (layer[s].n_pre * N_POST);
    }

  for (int s = 0; s < N_SIZE; s++) {
    char name[64], half[64];
    snprintf(name, sizeof name, "step_%dKB", (FIRST << s) * N_POST * 20 / 1000);
    snprintf(half, sizeof half, "step_%dKB", (FIRST << s) * N_POST * 10 / 1000);
    for (int k = 0; k < ROUNDS; k++)
      time[s][k] *= 1e6;
    bench_report(name, "us", time[s], ROUNDS, half, s ? time[s - 1] : NULL);
    snprintf(name, sizeof name, "synapse_%dKB", (FIRST << s) * N_POST * 20 / 1000);
    bench_report(name, "ns", each[s], ROUNDS, NULL, NULL);
  }
  return 0;
}
