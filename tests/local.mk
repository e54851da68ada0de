# Tests. One in C, test_x.c: add the word %D%/test_x. A test of the command line: add %D%/test_x.sh.
# One of them alone: make check TESTS=tests/test_x
C_TESTS = \
  %D%/test_param \
  %D%/test_experiment \
  %D%/test_loader \
  %D%/test_toml \
  %D%/test_rules \
  %D%/test_openai_es \
  %D%/test_optimizers \
  %D%/test_optimizer_formulas \
  %D%/test_cma_formulas \
  %D%/test_ga \
  %D%/test_rng \
  %D%/test_math \
  %D%/test_cartpole \
  %D%/test_classic_control \
  %D%/test_picture \
  %D%/test_ant_task \
  %D%/test_racing_picture \
  %D%/test_solid_picture \
  %D%/test_ant_picture \
  %D%/test_envs \
  %D%/test_fused \
  %D%/test_genome \
  %D%/test_network \
  %D%/test_convolution \
  %D%/test_rollout \
  %D%/test_learner \
  %D%/test_rollout_picture \
  %D%/test_life \
  %D%/test_env_shape \
  %D%/test_store \
  %D%/test_store_read \
  %D%/test_store_inspect \
  %D%/test_stats \
  %D%/test_table_file \
  %D%/test_libraries \
  %D%/test_tasks \
  %D%/test_task_trials \
  %D%/test_grid_maze \
  %D%/test_modulation \
  %D%/test_sharing \
  %D%/test_constraints \
  %D%/test_gmm \
  %D%/test_rules_formulas \
  %D%/test_recurrent \
  %D%/test_merge \
  %D%/test_digits \
  %D%/test_digits_files \
  %D%/test_digits_installed \
  %D%/test_supervised \
  %D%/test_equilibrium \
  %D%/test_equilibrium_properties \
  %D%/test_tecot \
  %D%/test_equilibrium_learner \
  %D%/test_condition \
  %D%/test_condition_toml \
  %D%/test_condition_evaluate \
  %D%/test_journal \
  %D%/test_policy_ep \
  %D%/test_value_learners \
  %D%/test_tecot_learners
if HAVE_MUJOCO
C_TESTS += %D%/test_ant %D%/test_ant_body %D%/test_ant_v4 %D%/test_mujoco
endif
if HAVE_BOX2D
C_TESTS += %D%/test_racing
endif
if HAVE_BULLET
C_TESTS += %D%/test_ant_bullet %D%/test_bullet_shim
endif
if HAVE_CUNIT
check_PROGRAMS += $(C_TESTS)
TESTS += $(C_TESTS)
endif

SH_TESTS = \
  %D%/test_headers.sh \
  %D%/test_arrows.sh \
  %D%/test_cli.sh \
  %D%/test_hdf5.sh \
  %D%/test_workers.sh \
  %D%/test_convolve.sh \
  %D%/test_bench.sh \
  %D%/test_play.sh \
  %D%/test_replay.sh \
  %D%/test_vet.sh \
  %D%/test_template.sh \
  %D%/test_readme.sh \
  %D%/test_refusals.sh \
  %D%/test_modulated.sh \
  %D%/test_bottleneck.sh \
  %D%/test_lstm.sh \
  %D%/test_conditions.sh \
  %D%/test_folds.sh \
  %D%/test_resume.sh \
  %D%/test_verify.sh \
  %D%/test_table.sh \
  %D%/test_executor.sh
TESTS += $(SH_TESTS)
EXTRA_DIST += $(SH_TESTS) %D%/test_hdf5.py %D%/same_run.py %D%/hash_of.sh \
  %D%/faulty/rule.c %D%/faulty/sweep.c %D%/faulty/env.c %D%/faulty/optimizer.c \
  %D%/faulty/deadly.c

# what several of them use
check_LIBRARIES = %D%/libtest.a
%C%_libtest_a_CPPFLAGS = $(AM_CPPFLAGS) $(HDF5_CFLAGS)
%C%_libtest_a_SOURCES = %D%/check.h %D%/clones.h %D%/toy_life.h %D%/said.h %D%/golden_read.c %D%/golden_read.h %D%/stage.c %D%/stage.h \
  %D%/scratch.c %D%/scratch.h %D%/store_sample.c %D%/store_sample.h %D%/toy.c %D%/toy.h \
  %D%/learner_life.c %D%/learner_life.h %D%/stand.c %D%/stand.h %D%/task_lives.c %D%/task_lives.h
LDADD = %D%/libtest.a $(HOST_LIBS) $(CUNIT_LIBS)
%C%_test_ant_body_SOURCES = %D%/test_ant_body.c envs/ant_config.c envs/ant_model.c envs/ant_morphology.c envs/ant_shapes.c envs/ant_task.c envs/mujoco_engine.c
%C%_test_ant_body_CPPFLAGS = $(AM_CPPFLAGS)
%C%_test_ant_body_LDADD = $(LDADD) -lmujoco
%C%_test_mujoco_SOURCES = %D%/test_mujoco.c envs/mujoco_engine.c
%C%_test_mujoco_CPPFLAGS = $(AM_CPPFLAGS)
%C%_test_mujoco_LDADD = $(LDADD) -lmujoco
%C%_test_racing_SOURCES = %D%/test_racing.c envs/racing_random.c
%C%_test_racing_CPPFLAGS = $(AM_CPPFLAGS)
%C%_test_ant_task_SOURCES = %D%/test_ant_task.c envs/ant_task.c
%C%_test_ant_task_CPPFLAGS = $(AM_CPPFLAGS)
%C%_test_racing_picture_SOURCES = %D%/test_racing_picture.c envs/racing_picture.c envs/racing_picture.h \
  envs/racing_resize.c envs/racing_resize.h envs/racing_scene.h
%C%_test_racing_picture_CPPFLAGS = $(AM_CPPFLAGS)
%C%_test_solid_picture_SOURCES = %D%/test_solid_picture.c envs/solid_picture.c envs/solid_picture.h
%C%_test_solid_picture_CPPFLAGS = $(AM_CPPFLAGS)
%C%_test_ant_picture_SOURCES = %D%/test_ant_picture.c envs/ant_picture.c envs/ant_picture.h \
  envs/solid_picture.c envs/solid_picture.h
%C%_test_ant_picture_CPPFLAGS = $(AM_CPPFLAGS)
%C%_test_picture_SOURCES = %D%/test_picture.c envs/draw.c
%C%_test_picture_CPPFLAGS = $(AM_CPPFLAGS)
%C%_test_bullet_shim_SOURCES = %D%/test_bullet_shim.c envs/bullet_shim.cc envs/ant_task.c
%C%_test_bullet_shim_CPPFLAGS = $(AM_CPPFLAGS) $(BULLET_CFLAGS)
%C%_test_bullet_shim_LDADD = $(LDADD) $(BULLET_LIBS)
%C%_test_gmm_SOURCES = %D%/test_gmm.c plugins/gmm_mixture.c
%C%_test_gmm_CPPFLAGS = $(AM_CPPFLAGS)
%C%_test_digits_files_SOURCES = %D%/test_digits_files.c envs/dataset_file.c
%C%_test_digits_files_CPPFLAGS = $(AM_CPPFLAGS)
%C%_test_equilibrium_LDADD = rules/equilibrium/libequilibrium.la $(LDADD)
%C%_test_equilibrium_properties_LDADD = rules/equilibrium/libequilibrium.la $(LDADD)
%C%_test_policy_ep_LDADD = rules/actor/libactor.la rules/equilibrium/libequilibrium.la $(LDADD)
%C%_test_tecot_LDADD = rules/equilibrium/libequilibrium.la $(LDADD)
%C%_test_value_learners_LDADD = rules/value/libvalue.la $(LDADD)
%C%_test_store_CPPFLAGS = $(HOST_CPPFLAGS)
%C%_test_store_read_CPPFLAGS = $(HOST_CPPFLAGS)
%C%_test_store_inspect_CPPFLAGS = $(HOST_CPPFLAGS)

# Every test runs the program and the plugins of this build, whatever else is installed.
AM_TESTS_ENVIRONMENT = \
  HEBB='$(abs_top_builddir)/hebb'; export HEBB; \
  HEBB_PLUGIN_PATH='$(abs_top_builddir)'; export HEBB_PLUGIN_PATH; \
  HEBB_DATA_PATH='$(abs_top_srcdir)/data'; export HEBB_DATA_PATH; \
  top_srcdir='$(abs_top_srcdir)'; export top_srcdir; \
  top_builddir='$(abs_top_builddir)'; export top_builddir; \
  CC='$(CC)'; export CC; CXX='$(CXX)'; export CXX; PYTHON='$(PYTHON)'; export PYTHON;
TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = $(BASH)

# Minutes of kills and faults; not part of make check. KILLS=200 make check-reliability
RELIABILITY = %D%/reliability/kill_loop.sh %D%/reliability/fault_sweep.sh
EXTRA_DIST += $(RELIABILITY)
check-reliability: framework/hebb plugins-here
	@$(AM_TESTS_ENVIRONMENT) for script in $(RELIABILITY); do \
	  echo "$$script"; $(BASH) $(srcdir)/$$script; status=$$?; \
	  test $$status = 0 || test $$status = 77 || exit $$status; \
	done
.PHONY: check-reliability

# numbers that others computed; where they come from is in the README there
EXTRA_DIST += \
  %D%/golden/README.md \
  %D%/golden/ant.h5 \
  %D%/golden/car.h5 \
  %D%/golden/car_frames.h5 \
  %D%/golden/classic_control.h5 \
  %D%/golden/equilibrium.h5 \
  %D%/golden/rules.h5 \
  %D%/golden/vectors.h5

# plugins without fault, of other headers; and with one fault each, for test_refusals.sh
EXTRA_DIST += %D%/good/newer.c %D%/good/oldest.c %D%/good/picture.c
EXTRA_DIST += %D%/bad/spoil.h \
  %D%/bad/almost_descriptor.c \
  %D%/bad/bad_key.c \
  %D%/bad/bad_name.c \
  %D%/bad/default_outside.c \
  %D%/bad/endless_rows.c \
  %D%/bad/env_without_step.c \
  %D%/bad/executor.c \
  %D%/bad/family.c \
  %D%/bad/fast_math.c \
  %D%/bad/half_learner.c \
  %D%/bad/half_sweep.c \
  %D%/bad/holds_nothing.c \
  %D%/bad/nan_default.c \
  %D%/bad/no_brief.c \
  %D%/bad/no_cite.c \
  %D%/bad/no_config_size.c \
  %D%/bad/no_doc.c \
  %D%/bad/no_export.c \
  %D%/bad/no_name.c \
  %D%/bad/no_shape.c \
  %D%/bad/no_version.c \
  %D%/bad/optimizer_without_centre.c \
  %D%/bad/other_abi.c \
  %D%/bad/rounding.c \
  %D%/bad/row_outside.c \
  %D%/bad/short_descriptor.c \
  %D%/bad/taken_key.c \
  %D%/bad/tiny_descriptor.c \
  %D%/bad/undefined_symbol.c \
  %D%/bad/unknown_kind.c \
  %D%/bad/wrong_kind.c
