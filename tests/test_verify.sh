#!/bin/bash
# test_verify.sh - hebb verify: files of every kind are whole, and each way to spoil one is named.
set -u
: "${HEBB:?}" "${PYTHON:?}"
"$PYTHON" -c 'import h5py, numpy' 2>/dev/null || { echo "h5py is missing: python3-h5py"; exit 77; }
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here" || exit 1
failed=0
fail() { echo "FAIL: $*"; failed=1; }

# expect STATUS SENTENCE FILE...
expect() {
  local status want=$1 sentence=$2
  shift 2
  "$HEBB" verify "$@" >out 2>&1
  status=$?
  [[ $status == "$want" ]] || fail "verify $*: status $status, not $want: $(cat out)"
  grep -qF -- "$sentence" out || fail "verify $*: no '$sentence' in: $(cat out)"
}

"$HEBB" run cartpole-abcd --set optimizer.population=6 --set run.generations=4 -o run >out 2>&1 || fail "$(cat out)"
"$HEBB" evaluate run --rollouts 2 --record 1 >out 2>&1 || fail "$(cat out)"
printf '1\n0\n1\n' >actions.csv
"$HEBB" play cartpole --actions actions.csv -o play.h5 >out 2>&1 || fail "$(cat out)"
expect 0 'run/run.h5: whole' run
expect 0 'run/eval-centre.h5: whole' run/run.h5 run/eval-centre.h5 play.h5
[[ $(grep -c whole out) == 3 ]] || fail "three files: $(cat out)"

# spoil NAME SENTENCE PYTHON: what python does to the open file f
spoil() {
  cp run/run.h5 "$1.h5"
  "$PYTHON" -c "import sys, h5py, numpy as np
with h5py.File(sys.argv[1], 'r+') as f:
    $3" "$1.h5" || fail "$1"
  expect 4 "$2" "$1.h5"
}
spoil state "the optimizer's state in its checkpoint is damaged" "d = f['checkpoint/state']; d[0] = d[0] ^ 1"
spoil gene '/genomes/centre: 1 of its' "f['genomes/centre'][0, 3] = np.nan"
spoil infinite '/generations/fitness_mean: 1 of its 4 numbers (f64) are infinite, the first is number 2' \
  "f['generations/fitness_mean'][2] = np.inf"
spoil fitness '/generations: 1 values of fitness do not fit failure_kind' "f['generations/fitness'][1, 1] = np.nan"
spoil config '/provenance/config_toml is not the experiment of config_sha256' \
  "t = f['provenance/config_toml'][()]; f['provenance/config_toml'][()] = t.replace(b'seed = 1', b'seed = 2')"
spoil lacks 'difference' "del f['generations/sigma'], f['generations/fitness_std']"
# a recorded life that failed because its weights grew without end is as it was
"$PYTHON" - <<'P' || fail "life"
import shutil, h5py, numpy as np
for name, total in ("failed", np.nan), ("sound", 1.0):
    shutil.copy("run/eval-centre.h5", name + ".h5")
    with h5py.File(name + ".h5", "r+") as f:
        life = f["lifetimes"][list(f["lifetimes"])[0]]
        life.attrs.modify("return", total)
        weight = next(life[n] for n in life if n.endswith("weight"))
        values = weight[()]
        values.flat[-1] = np.inf
        weight[...] = values
P
expect 0 'failed.h5: whole' failed.h5
expect 4 'are infinite' sound.h5

head -c 50000 run/run.h5 >cut.h5
expect 74 'cut.h5: cannot be opened, it is damaged or incomplete' cut.h5
expect 74 'nowhere: cannot be read' nowhere
expect 2 'a run folder or an HDF5 file is wanted'

((!failed))
