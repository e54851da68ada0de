# Learning rules. A new one, oja.c: add the word %D%/oja.la.
rulesdir = $(pkglibdir)/rules
rules_LTLIBRARIES = \
  %D%/static.la \
  %D%/abcd.la
