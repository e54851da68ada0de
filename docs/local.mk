# The manual. Two of its pages are completed by the program itself.
man_MANS = %D%/hebb.1 %D%/hebb-experiment.5 %D%/hebb-plugin.7
CLEANFILES += %D%/hebb.1 %D%/hebb-experiment.5

MANUAL = HEBB=$(abs_top_builddir)/hebb $(BASH) $(srcdir)/%D%/manual.sh
%D%/hebb.1: %D%/hebb.1.in %D%/manual.sh framework/hebb
	$(AM_V_GEN)mkdir -p %D% && $(MANUAL) $(srcdir)/%D%/hebb.1.in \
	  pkgdatadir=$(pkgdatadir) pkglibdir=$(pkglibdir) >$@-new && mv $@-new $@
%D%/hebb-experiment.5: %D%/hebb-experiment.5.in %D%/manual.sh framework/hebb plugins-here
	$(AM_V_GEN)mkdir -p %D% && $(MANUAL) $(srcdir)/%D%/hebb-experiment.5.in \
	  VERSION=$(VERSION) >$@-new && mv $@-new $@

bashcompletiondir = $(datarootdir)/bash-completion/completions
dist_bashcompletion_DATA = %D%/completion/hebb

EXTRA_DIST += \
  %D%/hebb.1.in %D%/hebb-experiment.5.in %D%/hebb-plugin.7 %D%/manual.sh \
  %D%/design.md %D%/performance.md %D%/environments.md %D%/optimizers.md %D%/first-rule.md \
  %D%/conditions.md %D%/modulation.md %D%/learners.md %D%/bottleneck.md %D%/rules.md %D%/recurrent.md \
  %D%/reliability.md %D%/results.md \
  %D%/SCHEMA.md %D%/read-the-hdf5.md %D%/pictures/first-run.svg %D%/pictures/first-run.py
