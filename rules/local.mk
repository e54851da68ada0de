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
  %D%/reinforce.la
%C%_abcd_la_SOURCES = %D%/abcd.c %D%/abcd_sweep.c %D%/abcd_sweep.h
