# Environments. A new one, maze.c: add the word %D%/maze.la; one with a library stands in its condition.
envsdir = $(pkglibdir)/envs
envs_LTLIBRARIES = \
  %D%/cartpole.la

if HAVE_MUJOCO
envs_LTLIBRARIES += %D%/ant.la
endif
%C%_ant_la_SOURCES = %D%/ant.c %D%/ant_config.c %D%/ant_config.h %D%/ant_model.c %D%/ant_model.h \
  %D%/ant_task.c %D%/ant_task.h %D%/ant_v4.c %D%/ant_v4.h %D%/mujoco_engine.c %D%/mujoco_engine.h
%C%_ant_la_LIBADD = -lmujoco
