#!/bin/bash
# Files of every kind, made by hand and by the program, agree with the schema and open in Python.
set -eu
: "${top_srcdir:?}" "${top_builddir:?}" "${HEBB:?}"
if [ -z "${PYTHON:-}" ]; then
  echo "no Python with h5py, xarray, netCDF4 and h5netcdf"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

mkdir "$folder/sample" "$folder/run"
if [ -x "$top_builddir/tests/test_store" ]; then
  "$top_builddir/tests/test_store" "$folder/sample"
fi

cat >"$folder/small.toml" <<'TOML'
[run]
name = "small"
seed = 3
generations = 4

[env]
plugin = "cartpole"

[[task]]
name = "As it is"
train = true

[[task]]
name = "Heavy pole"
env.initial_state = [0.0, 0.0, 0.05, 0.0]

[network]
layers = [5, 4]

[rule]
plugin = "abcd"

[optimizer]
plugin = "openai_es"
population = 6

[record]
genome_every = 2
weight_every = 2
TOML
"$HEBB" run "$folder/small.toml" --output "$folder/run" --workers 2
"$HEBB" evaluate "$folder/run" --rollouts 3 --record 2 --seed 17
printf 'push\n1\n0\n1\n1\n' >"$folder/actions.csv"
"$HEBB" play cartpole --seed 5 --actions "$folder/actions.csv" -o "$folder/run/play.h5"

for file in "$folder"/*/*.h5; do
  "$HEBB" inspect "$file" --validate
  "$HEBB" inspect "$file" >/dev/null
done
# what provenance must say: our own commit, not that of a repository around an unpacked tarball
revision=
if [ "$(git -C "$top_srcdir" rev-parse --show-toplevel 2>/dev/null)" = "$(cd "$top_srcdir" && pwd -P)" ]; then
  revision=$(git -C "$top_srcdir" rev-parse --verify HEAD 2>/dev/null) || revision=
fi
export revision
"$PYTHON" "$top_srcdir/tests/test_hdf5.py" "$folder"/*/*.h5

# the guide for readers, word for word, on a smaller run
blocks() { # language: its code blocks in docs/read-the-hdf5.md
  awk -v begin='```'"$1" '$0 == begin { on = 1; next } $0 == "```" { on = 0 } on' \
    "$top_srcdir/docs/read-the-hdf5.md"
}
if [ -e "$top_builddir/envs/ant.la" ]; then
  (
    cd "$folder"
    blocks sh | sed "s|^\\./hebb run first.toml|& --set optimizer.population=8|; s|^\\./hebb|'$HEBB'|" >guide.sh
    bash -eu guide.sh >guide.out
    blocks python >guide.py
    "$PYTHON" -W error guide.py >>guide.out
    "$PYTHON" "$top_srcdir/tests/test_hdf5.py" first/*.h5
  )
fi

# the command's own refusals
expect() { # status, part of the sentence, arguments
  local wanted=$1 part=$2 status=0
  shift 2
  "$HEBB" inspect "$@" >"$folder/out" 2>"$folder/err" || status=$?
  if [ "$status" != "$wanted" ] || ! grep -qF -- "$part" "$folder/err"; then
    echo "hebb inspect $*: status $status (wanted $wanted), said:" >&2
    cat "$folder/err" >&2
    exit 1
  fi
}
expect 74 "is not an HDF5 file: it looks like text" "$folder/small.toml"
expect 74 "is a folder; name the HDF5 file in it" "$folder/run"
expect 74 "cannot be read: No such file or directory" "$folder/none.h5"
expect 2 "one HDF5 file is wanted, 0 given"
expect 2 "has no group /generation; it has: provenance" "$folder/run/run.h5" --csv generation
expect 2 "--csv wants a value" "$folder/run/run.h5" --csv
expect 2 "--csv and --validate are asked one at a time" "$folder/run/run.h5" --csv genomes --validate
"$HEBB" inspect "$folder/run/run.h5" --csv generations >"$folder/out"
[ "$(wc -l <"$folder/out")" = 5 ]
head -1 "$folder/out" | grep -q '^generation,fitness_mean,fitness_std,'
"$HEBB" inspect "$folder/run/eval-centre.h5" --csv evaluation >"$folder/out"
[ "$(wc -l <"$folder/out")" = 7 ]
head -1 "$folder/out" | grep -q '^condition,rollout,return,length,seed,terminated,failed$'
