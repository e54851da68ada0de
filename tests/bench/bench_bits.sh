#!/bin/bash
# bench_bits.sh - the same bits for any number of workers and any instruction set: a hash of all numbers
# that a run leaves (fitness, genomes, the optimizer's state) and of the weights of a recorded life.
set -eu
: "${HEBB:?is set by make bench}"
printf '{"program": "bench_bits"}\n'
"${PYTHON:-python3}" -c 'import h5py' 2>/dev/null || { echo '{"skipped": "bits: python3-h5py is missing"}'; exit 0; }
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

hash='
import hashlib, sys, h5py, numpy
total, n = hashlib.sha256(), 0
def take(name, item):
    global n
    counts = isinstance(item, h5py.Dataset) and item.dtype.kind in "fiu"
    if counts and not name.startswith("provenance/") and not name.endswith("wall_time"):
        total.update(name.encode())
        total.update(numpy.ascontiguousarray(item[()]).tobytes())
        n += 1
for path in sys.argv[1:]:
    h5py.File(path).visititems(take)
print(total.hexdigest() if n > 40 else f"only {n} arrays")
'

# EXPERIMENT CLONE WORKERS
bits() {
  rm -rf "$here/run" "$here/life.h5"
  {
    HEBB_CLONE=$2 "$HEBB" run "$1" --workers "$3" -o "$here/run" --set run.generations=3 \
      --set optimizer.population=10 --set env.max_steps=120 &&
      HEBB_CLONE=$2 "$HEBB" evaluate "$here/run" --workers "$3" --rollouts 3 --record 1 -o "$here/life.h5"
  } >"$here/log" 2>&1 || { cat "$here/log" >&2; exit 1; }
  "${PYTHON:-python3}" -c "$hash" "$here/run/run.h5" "$here/life.h5"
}

experiments=(cartpole-abcd)
"$HEBB" list 2>/dev/null | grep -q '^  ant ' && experiments+=(first)
status=0
for experiment in "${experiments[@]}"; do
  n=0 differing='' first=''
  for case in default:1 default:2 v3:1 v3:3 v4:1 v4:2 v4:3 v4:8; do
    now=$(bits "$experiment" "${case%:*}" "${case#*:}")
    first=${first:-$now}
    n=$((n + 1))
    [[ $now == "$first" ]] || differing+="${differing:+, }$case"
  done
  printf '{"name": "bits_%s", "n": %d, "unit": "differing", "median": %d, "hash": "%s", "which": "%s"}\n' \
    "${experiment//-/_}" $n "$(wc -w <<<"$differing")" "${first:0:16}" "$differing"
  [[ -z $differing ]] || status=1
done
exit $status
