# Measurements: make bench. Each prints a JSON line a case; what counts are ratios within one run.
BENCHES =
BENCHES += %D%/bench_net %D%/bench_linear %D%/bench_bw %D%/bench_tanh %D%/bench_rng
if HAVE_MUJOCO
BENCHES += %D%/bench_rollout
endif
EXTRA_PROGRAMS += $(BENCHES)

# kernels
EXTRA_LIBRARIES = %D%/libnative.a
%C%_libnative_a_SOURCES = %D%/bench_plain.c %D%/bench_plain.h %D%/bench_native.c
%C%_libnative_a_CPPFLAGS = $(AM_CPPFLAGS) -iquote $(top_srcdir)/rules
%C%_libnative_a_CFLAGS = $(AM_CFLAGS) -march=native
CLEANFILES += %D%/libnative.a
%C%_bench_net_SOURCES = %D%/bench_net.c %D%/bench_layer.h %D%/bench_read.h %D%/bench.h
%C%_bench_net_CPPFLAGS = $(AM_CPPFLAGS)
%C%_bench_net_LDFLAGS =
%C%_bench_net_LDADD = %D%/libnative.a $(HOST_LIBS)
%C%_bench_linear_SOURCES = %D%/bench_linear.c %D%/bench_layer.h %D%/bench.h
%C%_bench_linear_CPPFLAGS = $(AM_CPPFLAGS)
%C%_bench_linear_LDFLAGS =
%C%_bench_linear_LDADD = $(HOST_LIBS)
%C%_bench_bw_SOURCES = %D%/bench_bw.c %D%/bench_read.h %D%/bench.h
%C%_bench_bw_LDFLAGS =
%C%_bench_tanh_SOURCES = %D%/bench_tanh.c %D%/bench.h
%C%_bench_tanh_LDFLAGS =
%C%_bench_rng_SOURCES = %D%/bench_rng.c %D%/bench.h
%C%_bench_rng_LDFLAGS =
EXTRA_DIST += %D%/bench_peer.py
bench-peer: %D%/bench_net plugins-here
	@HEBB_PLUGIN_PATH='$(abs_top_builddir)' /usr/bin/python3 $(srcdir)/%D%/bench_peer.py ./%D%/bench_net
.PHONY: bench-peer

# lives
%C%_bench_rollout_SOURCES = %D%/bench_rollout.c %D%/bench.h envs/ant_config.c envs/ant_model.c envs/ant_task.c \
  envs/ant_v4.c envs/mujoco_engine.c
%C%_bench_rollout_CPPFLAGS = $(AM_CPPFLAGS) -iquote $(top_srcdir)/envs
%C%_bench_rollout_LDFLAGS =
%C%_bench_rollout_LDADD = $(HOST_LIBS) -lmujoco

bench: $(BENCHES) plugins-here
	@for bench in $(BENCHES); do HEBB_PLUGIN_PATH='$(abs_top_builddir)' ./$$bench || exit 1; done
.PHONY: bench
