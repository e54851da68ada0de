# Measurements: make bench. Each prints a JSON line a case; what counts are ratios within one run.
BENCHES = %D%/bench_net
if HAVE_MUJOCO
BENCHES += %D%/bench_rollout
endif
EXTRA_PROGRAMS += $(BENCHES)
%C%_bench_net_SOURCES = %D%/bench_net.c %D%/bench.h
%C%_bench_net_CPPFLAGS = $(AM_CPPFLAGS)
%C%_bench_net_LDFLAGS =
%C%_bench_net_LDADD = $(HOST_LIBS)
%C%_bench_rollout_SOURCES = %D%/bench_rollout.c %D%/bench.h envs/ant_config.c envs/ant_model.c envs/ant_task.c \
  envs/ant_v4.c envs/mujoco_engine.c
%C%_bench_rollout_CPPFLAGS = $(AM_CPPFLAGS) -iquote $(top_srcdir)/envs
%C%_bench_rollout_LDFLAGS =
%C%_bench_rollout_LDADD = $(HOST_LIBS) -lmujoco

bench: $(BENCHES) plugins-here
	@for bench in $(BENCHES); do HEBB_PLUGIN_PATH='$(abs_top_builddir)' ./$$bench || exit 1; done
.PHONY: bench
