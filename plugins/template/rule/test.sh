#!/bin/sh
# Holds NAME.so against what every plugin must keep: finite, deterministic, lanes apart, no memory
# taken in hot calls, nothing written outside its arrays.
set -e
"${HEBB:-hebb}" describe ./NAME.so
"${HEBB:-hebb}" vet ./NAME.so
