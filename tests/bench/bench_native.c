/* bench_native.c - the fused sweep's own source, compiled for this processor instead of for several. */
#define abcd_sweep abcd_sweep_native
#include "abcd_sweep.c"
