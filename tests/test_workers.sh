#!/bin/bash
# test_workers.sh - the same run with 1, 2, 3 and 8 workers leaves the same numbers, bit for bit.
set -eu
"$PYTHON" -c 'import h5py, numpy' 2>/dev/null || { echo "h5py is missing: python3-h5py"; exit 77; }
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

compare() { "$PYTHON" "${top_srcdir:?}/tests/same_run.py" "$@"; }

run() { # NAME WORKERS EXPERIMENT [OPTION]...
  local name=$1 workers=$2
  shift 2
  "$HEBB" run "$@" --workers "$workers" -o "$here/$name-$workers" >/dev/null 2>"$here/log" ||
    { cat "$here/log"; exit 1; }
}

experiments=(cartpole-abcd)
"$HEBB" list 2>/dev/null | grep -q '^  ant ' && experiments+=(first)
for experiment in "${experiments[@]}"; do
  for workers in 1 2 3 8; do
    run "$experiment" $workers "$experiment" --set run.generations=3 --set optimizer.population=10
    if [ $workers != 1 ]; then
      compare "$here/$experiment-1/run.h5" "$here/$experiment-$workers/run.h5"
    fi
  done
  echo "$experiment: 1, 2, 3 and 8 workers agree"
done

# every instruction set that this processor has gives the same bits
for clone in default v3 v4; do
  HEBB_CLONE=$clone run clone-$clone 1 cartpole-abcd --set run.generations=3 \
    --set optimizer.population=10 --set 'network.weights.after_update="max_abs"'
  compare "$here/clone-default-1/run.h5" "$here/clone-$clone-1/run.h5"
done

# an evaluation too, its recorded lifetime included
for workers in 1 3; do
  "$HEBB" evaluate "$here/cartpole-abcd-1" --rollouts 7 --record 1 --workers $workers \
    -o "$here/eval-$workers.h5" >/dev/null 2>&1
done
compare "$here/eval-1.h5" "$here/eval-3.h5"

# and another seed is another run
run other 1 cartpole-abcd --set run.generations=3 --set optimizer.population=10 --set run.seed=2
if compare "$here/cartpole-abcd-1/run.h5" "$here/other-1/run.h5" >/dev/null; then
  echo "seeds 1 and 2 gave the same run"
  exit 1
fi
