# Environments. A new one, maze.c: add the word %D%/maze.la; one with a library stands in its condition.
envsdir = $(pkglibdir)/envs
envs_LTLIBRARIES = \
  %D%/acrobot.la \
  %D%/cartpole.la \
  %D%/mountain_car.la \
  %D%/mountain_car_continuous.la \
  %D%/pendulum.la \
  %D%/tmaze.la \
  %D%/foraging.la \
  %D%/cue_reward.la \
  %D%/grid_maze.la \
  %D%/delayed_match.la \
  %D%/digits.la \
  %D%/parity.la \
  %D%/spirals.la \
  %D%/teacher_student.la
PAINTER = %D%/draw.c %D%/draw.h
%C%_acrobot_la_SOURCES = %D%/acrobot.c $(PAINTER)
%C%_cartpole_la_SOURCES = %D%/cartpole.c $(PAINTER)
%C%_mountain_car_la_SOURCES = %D%/mountain_car.c %D%/mountain.c %D%/mountain.h $(PAINTER)
%C%_mountain_car_continuous_la_SOURCES = \
  %D%/mountain_car_continuous.c %D%/mountain.c %D%/mountain.h $(PAINTER)
%C%_pendulum_la_SOURCES = %D%/pendulum.c $(PAINTER)
%C%_tmaze_la_SOURCES = %D%/tmaze.c $(PAINTER)
%C%_foraging_la_SOURCES = %D%/foraging.c $(PAINTER)
%C%_cue_reward_la_SOURCES = %D%/cue_reward.c $(PAINTER)
%C%_grid_maze_la_SOURCES = %D%/grid_maze.c $(PAINTER)
%C%_delayed_match_la_SOURCES = %D%/delayed_match.c $(PAINTER)

SUPERVISED = %D%/supervised.c %D%/supervised.h $(PAINTER)
%C%_digits_la_SOURCES = %D%/digits.c %D%/dataset.h %D%/dataset_csv.c %D%/dataset_file.c %D%/dataset_idx.c \
  $(SUPERVISED)
%C%_digits_la_CPPFLAGS = $(AM_CPPFLAGS) $(ZLIB_CFLAGS)
%C%_digits_la_LIBADD = $(ZLIB_LIBS)
%C%_parity_la_SOURCES = %D%/parity.c $(SUPERVISED)
%C%_spirals_la_SOURCES = %D%/spirals.c $(SUPERVISED)
%C%_teacher_student_la_SOURCES = %D%/teacher_student.c $(SUPERVISED)

ANT_PAINTER = %D%/ant_picture.c %D%/ant_picture.h %D%/solid_picture.c %D%/solid_picture.h

if HAVE_MUJOCO
envs_LTLIBRARIES += %D%/ant.la
endif
%C%_ant_la_SOURCES = %D%/ant.c %D%/ant_config.c %D%/ant_config.h %D%/ant_model.c %D%/ant_model.h \
  %D%/ant_morphology.c %D%/ant_morphology.h %D%/ant_shapes.c %D%/ant_shapes.h %D%/ant_task.c %D%/ant_task.h \
  %D%/ant_v4.c %D%/ant_v4.h %D%/mujoco_engine.c %D%/mujoco_engine.h $(ANT_PAINTER)
%C%_ant_la_LIBADD = -lmujoco

if HAVE_BOX2D
envs_LTLIBRARIES += %D%/racing.la
endif
%C%_racing_la_SOURCES = %D%/racing.c %D%/racing_config.c %D%/racing_config.h %D%/racing_random.c \
  %D%/racing_random.h %D%/racing_track.c %D%/racing_track.h %D%/racing_physics.h %D%/racing_box2d.cc \
  %D%/racing_car.c %D%/racing_car.h %D%/racing_race.c %D%/racing_race.h %D%/racing_scene.h \
  %D%/racing_picture.c %D%/racing_picture.h %D%/racing_resize.c %D%/racing_resize.h
%C%_racing_la_CPPFLAGS = $(AM_CPPFLAGS) $(BOX2D_CFLAGS)
%C%_racing_la_LIBADD = $(BOX2D_LIBS) $(MD_LIBS)

if HAVE_BULLET
envs_LTLIBRARIES += %D%/ant_bullet.la
endif
%C%_ant_bullet_la_SOURCES = %D%/ant_bullet.c %D%/bullet_shim.cc %D%/bullet_shim.h %D%/ant_morphology.c \
  %D%/ant_morphology.h %D%/ant_task.c %D%/ant_task.h $(ANT_PAINTER)
%C%_ant_bullet_la_CPPFLAGS = $(AM_CPPFLAGS) $(BULLET_CFLAGS)
%C%_ant_bullet_la_LIBADD = $(BULLET_LIBS)
