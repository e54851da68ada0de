# Optimizers. A new one, cma_es.c: add the word %D%/cma_es.la.
pluginsdir = $(pkglibdir)/plugins
plugins_LTLIBRARIES = \
  %D%/openai_es.la \
  %D%/ars.la \
  %D%/cma_es.la \
  %D%/ga.la \
  %D%/lm_ma_es.la \
  %D%/none.la \
  %D%/pgpe.la \
  %D%/random_search.la \
  %D%/sep_cma_es.la \
  %D%/snes.la \
  %D%/gmm_es.la
%C%_openai_es_la_SOURCES = %D%/openai_es.c %D%/evolution_strategy.h
%C%_cma_es_la_SOURCES = %D%/cma_es.c %D%/cma_constants.h %D%/cma_eigen.h
%C%_gmm_es_la_SOURCES = %D%/gmm_es.c %D%/gmm_state.h %D%/evolution_strategy.h \
  %D%/gmm_mixture.c %D%/gmm_mixture.h %D%/gmm_draw.c %D%/gmm_draw.h %D%/gmm_tell.c %D%/gmm_tell.h

# what `hebb new` writes
template_ruledir = $(pkgdatadir)/template/rule
dist_template_rule_DATA = \
  %D%/template/rule/NAME.c %D%/template/rule/Makefile \
  %D%/template/rule/test.sh %D%/template/rule/README.md
template_envdir = $(pkgdatadir)/template/env
dist_template_env_DATA = \
  %D%/template/env/NAME.c %D%/template/env/Makefile \
  %D%/template/env/test.sh %D%/template/env/README.md
template_optimizerdir = $(pkgdatadir)/template/optimizer
dist_template_optimizer_DATA = \
  %D%/template/optimizer/NAME.c %D%/template/optimizer/Makefile \
  %D%/template/optimizer/test.sh %D%/template/optimizer/README.md
