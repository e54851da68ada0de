# Learning rules. A new one, oja.c: add the word %D%/oja.la.
rulesdir = $(pkglibdir)/rules
rules_LTLIBRARIES = \
  %D%/static.la \
  %D%/abcd.la \
  %D%/neuromodulated.la
%C%_abcd_la_SOURCES = %D%/abcd.c %D%/abcd_sweep.c %D%/abcd_sweep.h
