#!/bin/bash
# bench_mem.sh - the most memory that a run holds at a time (getrusage), two workers, genomes not kept.
#
# A network of the car's size with population 200 beside a tiny one; then what an individual adds beyond
# the 5 bytes a generation that history keeps of its fitness: from 20,000 to 50,000, because before that the
# file that is written takes more at its time than the population does at its own.
set -eu
: "${HEBB:?is set by make bench}" "${MEASURE:?is set by make bench}"
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

cat >"$here/wide.toml" <<'END'
schema = 1
[run]
name = "memory"
[env]
plugin = "wide"
max_steps = 2
[network]
layers = [128, 64]
[rule]
plugin = "abcd"
[optimizer]
plugin = "openai_es"
[record]
genome_every = 0
END

once() { # GENERATIONS POPULATION [OPTION]...
  local generations=$1 population=$2
  shift 2
  "$MEASURE" "$HEBB" run "$here/wide.toml" --workers 2 --force -o "$here/run" "$@" \
    --set run.generations="$generations" --set optimizer.population="$population" 2>"$here/log" ||
    { cat "$here/log" >&2; exit 1; }
}
# The least of a few: how much of shared libraries is mapped varies with what the system has in its cache.
kilobytes() { # TIMES GENERATIONS POPULATION [OPTION]...
  local times=$1 k
  shift
  for ((k = 0; k < times; k++)); do once "$@"; done | awk 'NR == 1 || $3 < least { least = $3 } END { print least }'
}
tiny=(--set env.n_obs=2 --set env.n_act=1 --set 'network.layers=[2]')

report() { # NAME UNIT VALUE
  printf '{"name": "memory_%s", "n": 1, "unit": "%s", "median": %s}\n' "$1" "$2" "$3"
}

printf '{"program": "bench_mem"}\n'
small=$(kilobytes 5 20 200 "${tiny[@]}")
car=$(kilobytes 1 20 200)
report tiny MB "$(awk "BEGIN { printf \"%.1f\", $small / 1024 }")"
report car_beyond_tiny MB "$(awk "BEGIN { printf \"%.1f\", ($car - $small) / 1024 }")"

for population in 20 200 2000 20000 50000; do
  before=${now:-0}
  now=$(kilobytes 3 1 $population "${tiny[@]}")
  report "population_$population" MB "$(awk "BEGIN { printf \"%.1f\", $now / 1024 }")"
done
report individual B "$(awk "BEGIN { printf \"%.0f\", ($now - $before) * 1024 / 30000 - 5 }")"
now=$(kilobytes 1 1 20000)
report car_population_20000 MB "$(awk "BEGIN { printf \"%.1f\", $now / 1024 }")"
