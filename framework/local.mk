# The program: everything but main is a library, so that the tests can use it.
HOST_CPPFLAGS = $(AM_CPPFLAGS) -iquote $(top_builddir)/framework \
  -DHEBB_VERSION='"$(VERSION)"' -DHEBB_PLUGIN_DIR='"$(pkglibdir)"' \
  -DHEBB_CFLAGS='"$(AM_CFLAGS) $(CFLAGS)"' \
  -DHEBB_DATA_DIR='"$(pkgdatadir)"' -DHEBB_INCLUDE_DIR='"$(includedir)"' \
  -DHEBB_TOMLPLUSPLUS_VERSION='"$(HEBB_TOMLPLUSPLUS_VERSION)"' \
  $(HDF5_CFLAGS) $(TOML_CFLAGS) $(MD_CFLAGS) $(ZLIB_CFLAGS)
HOST_LIBS = %D%/libhost.a $(HDF5_LIBS) $(TOML_LIBS) $(MD_LIBS) $(ZLIB_LIBS) -lstdc++

noinst_LIBRARIES += %D%/libhost.a
%C%_libhost_a_CPPFLAGS = $(HOST_CPPFLAGS)
%C%_libhost_a_SOURCES = \
  %D%/actions.c %D%/actions.h \
  %D%/arena.c %D%/arena.h \
  %D%/error.c %D%/error.h \
  %D%/cmd.c %D%/cmd.h \
  %D%/cmd_run.c %D%/cmd_resume.c %D%/cmd_verify.c %D%/cmd_evolve.c %D%/cmd_evolve.h \
  %D%/cmd_evaluate.c %D%/cmd_evaluate.h \
  %D%/cmd_folds.c %D%/cmd_folds.h \
  %D%/cmd_list.c \
  %D%/cmd_describe.c %D%/describe.c %D%/describe.h \
  %D%/cmd_check.c \
  %D%/cmd_inspect.c \
  %D%/cmd_play.c \
  %D%/cmd_genome.c %D%/cmd_genome.h \
  %D%/cmd_replay.c \
  %D%/cmd_vet.c \
  %D%/cmd_bench.c \
  %D%/cmd_new.c \
  %D%/toml.cc %D%/toml.h \
  %D%/param.c %D%/param_rows.c %D%/param.h \
  %D%/env_shape.c %D%/env_shape.h \
  %D%/plan.c %D%/plan.h \
  %D%/learning.c %D%/learning.h \
  %D%/learner.c %D%/learner_life.c %D%/learner.h \
  %D%/loader.c %D%/loader.h %D%/loader_check.c %D%/loader_check.h \
  %D%/loader_path.c %D%/loader_path.h %D%/loader_services.c \
  %D%/experiment.c %D%/experiment.h \
  %D%/experiment_build.c %D%/experiment_build.h \
  %D%/experiment_value.c \
  %D%/experiment_condition.c \
  %D%/experiment_rows.c \
  %D%/experiment_tree.c %D%/experiment_tree.h \
  %D%/experiment_set.c \
  %D%/experiment_find.c \
  %D%/experiment_resolve.c \
  %D%/genome.c %D%/genome.h \
  %D%/kmeans.c %D%/kmeans.h \
  %D%/merge.c %D%/merge.h \
  %D%/network.c %D%/network_weights.c %D%/network.h \
  %D%/kernels.c %D%/kernels.h %D%/kernels_weights.c %D%/kernels_weights.h \
  %D%/convolution.c %D%/convolution.h \
  %D%/convolution_kernels.c %D%/convolution_kernels.h %D%/convolution_tile.h \
  %D%/float_mode.h \
  %D%/lstm.c %D%/lstm.h %D%/front.c %D%/front.h \
  %D%/inputs.c %D%/inputs.h \
  %D%/modulation.c %D%/modulation_life.c %D%/modulation.h \
  %D%/condition.c %D%/condition.h \
  %D%/event.c %D%/event.h \
  %D%/rollout.c %D%/rollout_room.c %D%/rollout.h \
  %D%/pool.c %D%/pool.h \
  %D%/culprit.c %D%/culprit.h \
  %D%/processes.c %D%/processes.h \
  %D%/evolve_process.c \
  %D%/evolve.c %D%/evolve_resume.c %D%/evolve_setup.c %D%/evolve_generation.c %D%/evolve_merge.c %D%/evolve.h %D%/evolution.h \
  %D%/clock.h \
  %D%/history.c %D%/history.h \
  %D%/failure.h %D%/lifetime.h \
  %D%/interrupt.c %D%/interrupt.h \
  %D%/progress.c %D%/progress.h \
  %D%/recorder.c %D%/recorder.h \
  %D%/run_folder.c %D%/run_folder.h \
  %D%/run_lock.c %D%/run_lock.h \
  %D%/durable.c %D%/durable.h \
  %D%/journal.c %D%/journal.h \
  %D%/evaluate.c %D%/evaluate.h \
  %D%/cmd_table.c %D%/table.h \
  %D%/table_file.c %D%/table_find.c %D%/table_find.h \
  %D%/table_fill.c %D%/table_make.c %D%/table_make.h %D%/table_settings.c \
  %D%/table_sample.c %D%/table_print.c %D%/table_csv.c \
  %D%/bench.c %D%/bench.h %D%/bench_life.c %D%/bench_life.h \
  %D%/replay.c %D%/replay.h \
  %D%/picture.c %D%/picture.h \
  %D%/picture_gif.c \
  %D%/picture_png.c \
  %D%/picture_film.c \
  %D%/stats.c %D%/stats_interval.c %D%/stats.h \
  %D%/seeds.h \
  %D%/vet.c %D%/vet.h \
  %D%/vet_calls.c \
  %D%/vet_room.c \
  %D%/vet_rule.c %D%/vet_learner.c \
  %D%/vet_env.c \
  %D%/vet_sweep.c \
  %D%/vet_optimizer.c \
  %D%/vet_vectors.c \
  %D%/libraries.c %D%/libraries.h \
  %D%/store.c %D%/store.h %D%/store_hdf5.h \
  %D%/store_schema.c \
  %D%/store_schema_find.c \
  %D%/store_data.c \
  %D%/store_attribute.c \
  %D%/store_arrays.c \
  %D%/store_file.c \
  %D%/store_provenance.c \
  %D%/store_plugins.c \
  %D%/store_run.c \
  %D%/store_evaluation.c \
  %D%/store_play.c \
  %D%/store_input.c \
  %D%/store_input_data.c \
  %D%/store_read.c \
  %D%/store_read_run.c \
  %D%/store_read_origin.c \
  %D%/store_read_result.c \
  %D%/store_vectors.c \
  %D%/store_inspect.c \
  %D%/store_csv.c \
  %D%/store_validate.c \
  %D%/store_verify.c

# what this is built from; it is asked every time, and compiled again only where the answer is new
EXTRA_DIST += %D%/revision.sh
CLEANFILES += %D%/revision.h
%D%/revision.h: always
	$(AM_V_at)$(SHELL) $(top_srcdir)/%D%/revision.sh $(top_srcdir) $@
%D%/libhost_a-store_provenance.$(OBJEXT): %D%/revision.h
always:
.PHONY: always

bin_PROGRAMS += %D%/hebb
%C%_hebb_SOURCES = %D%/main.c
%C%_hebb_CPPFLAGS = $(HOST_CPPFLAGS)
%C%_hebb_LDFLAGS =
%C%_hebb_LDADD = $(HOST_LIBS)

# the kit for authors of plugins
kitdir = $(includedir)/hebb
kit_HEADERS = \
  %D%/include/hebb/plugin.h \
  %D%/include/hebb/rule.h \
  %D%/include/hebb/env.h \
  %D%/include/hebb/optimizer.h \
  %D%/include/hebb/rng.h \
  %D%/include/hebb/clone.h \
  %D%/include/hebb/math.h
pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = %D%/hebb.pc
