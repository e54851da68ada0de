# Learning rules. A new one, oja.c: add the word %D%/oja.la.
rulesdir = $(pkglibdir)/rules
rules_LTLIBRARIES = \
  %D%/static.la \
  %D%/abcd.la \
  %D%/neuromodulated.la \
  %D%/oja.la \
  %D%/bcm.la \
  %D%/differential_hebb.la \
  %D%/neuron_centred.la \
  %D%/plastic_trace.la \
  %D%/multiplicative.la \
  %D%/moving_average.la \
  %D%/taylor.la \
  %D%/reinforce.la \
  %D%/equilibrium.la \
  %D%/policy_ep.la \
  %D%/actor_critic.la \
  %D%/dqn_ep.la \
  %D%/dqn.la \
  %D%/reward_ep.la
%C%_abcd_la_SOURCES = %D%/abcd.c %D%/abcd_sweep.c %D%/abcd_sweep.h
%C%_equilibrium_la_SOURCES = %D%/equilibrium.c
%C%_equilibrium_la_LIBADD = %D%/equilibrium/libequilibrium.la

# the mathematics of equilibrium propagation, for the learners that use it and their tests
noinst_LTLIBRARIES = %D%/equilibrium/libequilibrium.la
%C%_equilibrium_libequilibrium_la_LDFLAGS =
%C%_equilibrium_libequilibrium_la_SOURCES = \
  %D%/equilibrium/activation.c %D%/equilibrium/activation.h \
  %D%/equilibrium/contrast.c %D%/equilibrium/contrast.h \
  %D%/equilibrium/cost.c %D%/equilibrium/cost.h \
  %D%/equilibrium/energy.c \
  %D%/equilibrium/episode.c %D%/equilibrium/episode.h \
  %D%/equilibrium/machine.c %D%/equilibrium/machine.h \
  %D%/equilibrium/network.c %D%/equilibrium/network.h \
  %D%/equilibrium/perceptron.c %D%/equilibrium/perceptron.h \
  %D%/equilibrium/product.c %D%/equilibrium/product.h \
  %D%/equilibrium/relax.c %D%/equilibrium/relax.h \
  %D%/equilibrium/tecot.c %D%/equilibrium/tecot.h \
  %D%/equilibrium/update.c %D%/equilibrium/update.h
# reinforcement learning: policies, critics, advantages
%C%_policy_ep_la_SOURCES = %D%/policy_ep.c
%C%_policy_ep_la_LIBADD = %D%/actor/libactor.la
%C%_actor_critic_la_SOURCES = %D%/actor_critic.c
%C%_actor_critic_la_LIBADD = %D%/actor/libactor.la
noinst_LTLIBRARIES += %D%/actor/libactor.la
%C%_actor_libactor_la_LDFLAGS =
%C%_actor_libactor_la_LIBADD = %D%/equilibrium/libequilibrium.la
%C%_actor_libactor_la_SOURCES = \
  %D%/actor/advantage.c %D%/actor/advantage.h \
  %D%/actor/advantage_actor.c \
  %D%/actor/critic.c %D%/actor/critic.h \
  %D%/actor/keeper.c %D%/actor/keeper.h \
  %D%/actor/policy.c %D%/actor/policy.h %D%/actor/policy_config.h \
  %D%/actor/tecot_actor.c

# learners of the value of actions
%C%_dqn_ep_la_SOURCES = %D%/dqn_ep.c
%C%_dqn_ep_la_LIBADD = %D%/value/libvalue.la
%C%_dqn_la_SOURCES = %D%/dqn.c
%C%_dqn_la_LIBADD = %D%/value/libvalue.la
%C%_reward_ep_la_SOURCES = %D%/reward_ep.c
%C%_reward_ep_la_LIBADD = %D%/equilibrium/libequilibrium.la
noinst_LTLIBRARIES += %D%/value/libvalue.la
%C%_value_libvalue_la_LDFLAGS =
%C%_value_libvalue_la_LIBADD = %D%/equilibrium/libequilibrium.la
%C%_value_libvalue_la_SOURCES = \
  %D%/value/arrays.c %D%/value/arrays.h \
  %D%/value/loop.c %D%/value/loop.h \
  %D%/value/td_value.c %D%/value/td_value.h \
  %D%/value/tecot_dqn.c %D%/value/tecot_dqn.h \
  %D%/value/tecot_value.c %D%/value/tecot_value.h
