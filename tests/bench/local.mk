# Measurements: make bench. Each prints a JSON line a case; what counts are ratios within one run.
# A benchmark is a word in one of these lists.
KERNEL_BENCHES = %D%/bench_net %D%/bench_linear %D%/bench_bw %D%/bench_tanh %D%/bench_rng %D%/bench_conv \
  %D%/bench_rules
RUN_BENCHES = %D%/bench_es %D%/bench_env %D%/bench_scale %D%/bench_learner
if HAVE_MUJOCO
RUN_BENCHES += %D%/bench_rollout
endif
SH_BENCHES = %D%/bench_start.sh %D%/bench_mem.sh %D%/bench_bits.sh
BENCHES = $(KERNEL_BENCHES) $(RUN_BENCHES)
EXTRA_PROGRAMS += $(BENCHES) %D%/measure
EXTRA_LIBRARIES = %D%/libnative.a %D%/libscalar.a
EXTRA_LTLIBRARIES = %D%/wide.la
EXTRA_DIST += $(SH_BENCHES) %D%/bench_check.awk %D%/baseline.jsonl %D%/bench_peer.py

# kernels
%C%_libnative_a_SOURCES = %D%/bench_plain.c %D%/bench_plain.h %D%/bench_native.c \
  %D%/bench_conv_naive.c %D%/bench_conv.h
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
%C%_bench_conv_SOURCES = %D%/bench_conv.c %D%/bench_conv.h %D%/bench.h
%C%_bench_conv_CPPFLAGS = $(AM_CPPFLAGS)
%C%_bench_conv_LDFLAGS =
%C%_bench_conv_LDADD = %D%/libnative.a $(HOST_LIBS)
%C%_libscalar_a_SOURCES = %D%/bench_rules_plain.c %D%/bench_rules_plain.h
%C%_libscalar_a_CFLAGS = $(AM_CFLAGS) -fno-tree-vectorize -fno-tree-slp-vectorize
CLEANFILES += %D%/libscalar.a
%C%_bench_rules_SOURCES = %D%/bench_rules.c %D%/bench_rules_plain.h %D%/bench_layer.h %D%/bench.h
%C%_bench_rules_CPPFLAGS = $(AM_CPPFLAGS)
%C%_bench_rules_LDFLAGS =
%C%_bench_rules_LDADD = %D%/libscalar.a $(HOST_LIBS)

# whole runs: programs, and scripts that run ./hebb
%C%_bench_rollout_SOURCES = %D%/bench_rollout.c %D%/bench.h %D%/life.h envs/ant_config.c envs/ant_model.c \
  envs/ant_morphology.c envs/ant_task.c envs/ant_v4.c envs/mujoco_engine.c
%C%_bench_rollout_CPPFLAGS = $(AM_CPPFLAGS) -iquote $(top_srcdir)/envs
%C%_bench_rollout_LDFLAGS =
%C%_bench_rollout_LDADD = $(HOST_LIBS) -lmujoco
%C%_bench_es_SOURCES = %D%/bench_es.c %D%/bench.h %D%/life.h tests/stage.c tests/stage.h
%C%_bench_es_CPPFLAGS = $(AM_CPPFLAGS) -iquote $(top_srcdir)/tests
%C%_bench_es_LDFLAGS =
%C%_bench_es_LDADD = $(HOST_LIBS)
%C%_bench_env_SOURCES = %D%/bench_env.c %D%/bench.h tests/stage.c tests/stage.h
%C%_bench_env_CPPFLAGS = $(AM_CPPFLAGS) -iquote $(top_srcdir)/tests
%C%_bench_env_LDFLAGS =
%C%_bench_env_LDADD = $(HOST_LIBS)
%C%_bench_scale_SOURCES = %D%/bench_scale.c %D%/bench.h %D%/life.h
%C%_bench_scale_CPPFLAGS = $(AM_CPPFLAGS)
%C%_bench_scale_LDFLAGS =
%C%_bench_scale_LDADD = $(HOST_LIBS)
%C%_bench_learner_SOURCES = %D%/bench_learner.c %D%/bench.h %D%/life.h
%C%_bench_learner_CPPFLAGS = $(AM_CPPFLAGS)
%C%_bench_learner_LDFLAGS =
%C%_bench_learner_LDADD = $(HOST_LIBS)
%C%_measure_SOURCES = %D%/measure.c
%C%_measure_CPPFLAGS = $(AM_CPPFLAGS)
%C%_measure_LDFLAGS =
%C%_measure_LDADD =
%C%_wide_la_LDFLAGS = $(AM_LDFLAGS) -rpath $(pkglibdir)/envs
%D%/envs/wide.so: %D%/wide.la
	@$(MKDIR_P) %D%/envs && ln -sf ../.libs/wide.so $@ && touch -c $@

BENCH_ENVIRONMENT = HEBB='$(abs_top_builddir)/framework/hebb' MEASURE='$(abs_top_builddir)/%D%/measure' \
  HEBB_PLUGIN_PATH='$(abs_top_builddir):$(abs_top_builddir)/%D%' HEBB_DATA_PATH='$(abs_top_srcdir)/data' \
  PYTHON='$(PYTHON)'
bench: $(BENCHES) %D%/measure %D%/envs/wide.so framework/hebb plugins-here
	@rm -f bench.jsonl bench.failed
	@for bench in $(BENCHES) $(SH_BENCHES); do \
	  case $$bench in *.sh) how='$(BASH) $(srcdir)/';; *) how=./;; esac; \
	  { env $(BENCH_ENVIRONMENT) $$how$$bench || echo "$$bench fails" >bench.failed; } | tee -a bench.jsonl; \
	  test ! -e bench.failed || { cat bench.failed; exit 1; }; \
	done

# The ratios of the last make bench against those on record, and against the goals.
bench-check:
	@$(AWK) -f $(srcdir)/%D%/bench_check.awk $(srcdir)/%D%/baseline.jsonl bench.jsonl
CLEANFILES += bench.jsonl bench.failed %D%/envs/wide.so %D%/wide.la

# Beside a Python of the authors' kind, where numba and torch are there.
bench-peer: %D%/bench_net plugins-here
	@HEBB_PLUGIN_PATH='$(abs_top_builddir)' /usr/bin/python3 $(srcdir)/%D%/bench_peer.py ./%D%/bench_net
.PHONY: bench bench-check bench-peer
