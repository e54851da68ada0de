# Experiments that `hebb run NAME` finds.
experimentsdir = $(pkgdatadir)/experiments
dist_experiments_DATA = \
  %D%/experiments/first.toml \
  %D%/experiments/base-ant.toml \
  %D%/experiments/cartpole-abcd.toml

najarro2020dir = $(experimentsdir)/najarro-2020
dist_najarro2020_DATA = \
  %D%/experiments/najarro-2020/ant-abcd.toml \
  %D%/experiments/najarro-2020/ant-bullet-abcd.toml \
  %D%/experiments/najarro-2020/ant-bullet-static.toml \
  %D%/experiments/najarro-2020/ant-static.toml \
  %D%/experiments/najarro-2020/car-abcd.toml \
  %D%/experiments/najarro-2020/car-static.toml

palm2021dir = $(experimentsdir)/palm-2021
dist_palm2021_DATA = \
  %D%/experiments/palm-2021/ant-mixture-480.toml \
  %D%/experiments/palm-2021/ant-random-480.toml \
  %D%/experiments/palm-2021/ant-table-480.toml \
  %D%/experiments/palm-2021/ant-abcd.toml \
  %D%/experiments/palm-2021/ant-lstm.toml \
  %D%/experiments/palm-2021/ant-static.toml \
  %D%/experiments/palm-2021/car-abcd.toml \
  %D%/experiments/palm-2021/car-lstm.toml \
  %D%/experiments/palm-2021/car-static.toml

pedersen2021dir = $(experimentsdir)/pedersen-2021
dist_pedersen2021_DATA = \
  %D%/experiments/pedersen-2021/ant-merge.toml \
  %D%/experiments/pedersen-2021/cartpole-merge.toml

rulesexperimentsdir = $(experimentsdir)/rules
dist_rulesexperiments_DATA = \
  %D%/experiments/rules/bcm.toml \
  %D%/experiments/rules/differential_hebb.toml \
  %D%/experiments/rules/equilibrium.toml \
  %D%/experiments/rules/moving_average.toml \
  %D%/experiments/rules/multiplicative.toml \
  %D%/experiments/rules/neuromodulated.toml \
  %D%/experiments/rules/neuron_centred.toml \
  %D%/experiments/rules/oja.toml \
  %D%/experiments/rules/plastic_trace.toml \
  %D%/experiments/rules/reinforce.toml \
  %D%/experiments/rules/taylor.toml

soltoggio2008dir = $(experimentsdir)/soltoggio-2008
dist_soltoggio2008_DATA = \
  %D%/experiments/soltoggio-2008/tmaze-double-modulated.toml \
  %D%/experiments/soltoggio-2008/tmaze-double-plastic.toml \
  %D%/experiments/soltoggio-2008/tmaze-double-static.toml \
  %D%/experiments/soltoggio-2008/tmaze-single-modulated.toml \
  %D%/experiments/soltoggio-2008/tmaze-single-plastic.toml \
  %D%/experiments/soltoggio-2008/tmaze-single-static.toml
tecot2018dir = $(experimentsdir)/tecot-2018
dist_tecot2018_DATA = \
  %D%/experiments/tecot-2018/acrobot-actor-critic.toml \
  %D%/experiments/tecot-2018/acrobot-policy-ep.toml \
  %D%/experiments/tecot-2018/cartpole-v0-actor-critic.toml \
  %D%/experiments/tecot-2018/cartpole-v0-policy-ep-published.toml \
  %D%/experiments/tecot-2018/cartpole-v0-policy-ep.toml \
  %D%/experiments/tecot-2018/cartpole-v1-actor-critic.toml \
  %D%/experiments/tecot-2018/cartpole-v1-policy-ep.toml \
  %D%/experiments/tecot-2018/cartpole-v0-dqn-ep.toml \
  %D%/experiments/tecot-2018/cartpole-v0-dqn-ep-td.toml \
  %D%/experiments/tecot-2018/cartpole-v0-dqn.toml \
  %D%/experiments/tecot-2018/cartpole-v0-dqn-td.toml \
  %D%/experiments/tecot-2018/cartpole-v0-reward-ep.toml

# Published tables that `hebb table NAME` makes again.
tablesdir = $(pkgdatadir)/tables
dist_tables_DATA = \
  %D%/tables/najarro-2020-car.toml \
  %D%/tables/najarro-2020-figures-3-4.toml \
  %D%/tables/najarro-2020-table-1.toml \
  %D%/tables/palm-2021-ant.toml \
  %D%/tables/palm-2021-car.toml \
  %D%/tables/tecot-2018-figure-4.toml
