#!/bin/bash
# bench_start.sh - how long until the first life begins. `hebb check` does all that comes before it: loads
# libraries and plugins, compiles the world, takes memory, starts the optimizer. Beside it a whole run of
# two individuals that live for two decisions, most of which is the writing of its HDF5 file. Wall clock;
# "cpu" is the processor's time, which other programs' load leaves alone.
set -eu
: "${HEBB:?is set by make bench}" "${MEASURE:?is set by make bench}"
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

experiment=cartpole-abcd short=env.max_steps=2
"$HEBB" list 2>/dev/null | grep -q '^  ant ' && experiment=first short=env.max_steps=42

measure() { # NAME ARGUMENT...
  local name=$1
  shift
  for _ in {1..15}; do
    "$MEASURE" "$HEBB" "$@" 2>"$here/log" || { cat "$here/log" >&2; exit 1; }
  done | sort -n | awk -v name="$name" '
    { wall[NR] = 1000 * $1; cpu += 1000 * $2 / 15 }
    END { printf "{\"name\": \"start_%s\", \"n\": %d, \"unit\": \"ms\", \"median\": %.1f, \"min\": %.1f, " \
                 "\"max\": %.1f, \"cpu\": %.1f}\n", name, NR, wall[8], wall[1], wall[NR], cpu }'
}
printf '{"program": "bench_start"}\n'
measure first_life check $experiment
measure whole_run run $experiment --set run.generations=1 --set optimizer.population=2 --set $short \
  --force -o "$here/run"
