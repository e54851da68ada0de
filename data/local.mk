# Experiments that `hebb run NAME` finds.
experimentsdir = $(pkgdatadir)/experiments
rulesexperimentsdir = $(experimentsdir)/rules
dist_rulesexperiments_DATA = %D%/experiments/rules/neuromodulated.toml
dist_experiments_DATA = \
  %D%/experiments/first.toml \
  %D%/experiments/base-ant.toml \
  %D%/experiments/cartpole-abcd.toml

najarro2020dir = $(experimentsdir)/najarro-2020
dist_najarro2020_DATA = \
  %D%/experiments/najarro-2020/ant-abcd.toml \
  %D%/experiments/najarro-2020/ant-bullet-abcd.toml \
  %D%/experiments/najarro-2020/ant-static.toml \
  %D%/experiments/najarro-2020/car-abcd.toml \
  %D%/experiments/najarro-2020/car-static.toml

palm2021dir = $(experimentsdir)/palm-2021
dist_palm2021_DATA = \
  %D%/experiments/palm-2021/ant-mixture-480.toml \
  %D%/experiments/palm-2021/ant-table-480.toml
