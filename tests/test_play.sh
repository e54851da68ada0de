#!/bin/bash
# hebb play: rows against gym's numbers, where it stops, what it refuses.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

# expect STATUS PATTERN COMMAND...: exit status, and a pattern that standard error has
expect() {
  local status=$1 pattern=$2
  shift 2
  "$@" >out 2>log
  local got=$?
  if ((got != status)) || ! grep -qE -- "$pattern" log; then
    echo "FAIL: $*: exit status $got (wanted $status), wanted '$pattern' in:"
    cat log
    failed=1
  fi
}
play() { "$HEBB" play "$@"; }

start='env.initial_state=[0, 0, 0, 0]'
for ((k = 0; k < 12; k++)); do echo 1; done >right.csv

# it falls at step 9
expect 0 'cartpole: 9 decisions, terminated; 3 actions not used' \
  play cartpole --set "$start" --actions right.csv -o right.h5
(echo push; head -n 4 right.csv; echo; printf '0 \r\n') >five.csv
expect 0 'cartpole: 5 decisions, still running' play cartpole --actions five.csv -o five.h5
expect 0 'cartpole: 3 decisions, truncated' \
  play cartpole --set env.max_steps=3 --actions five.csv -o three.h5

# an existing file is kept, unless --force
expect 2 'five.h5 exists' play cartpole --actions right.csv -o five.h5
expect 0 'cartpole' play cartpole --set "$start" --actions right.csv -o five.h5 --force

refuse() { # pattern, then arguments
  expect 2 "$1" play "${@:2}" -o none.h5
  [[ ! -e none.h5 ]] || { echo "FAIL: $*: left a file behind"; failed=1; }
}
printf '1\n1,0\n' >wide.csv
refuse 'wide.csv:2: 2 columns, but an action has 1: push' cartpole --actions wide.csv
printf '1\n\n2\n' >two.csv
refuse 'two.csv:3: an action here is a whole number from 0 to 1, not 2' cartpole --actions two.csv
printf '1\n0.5\n' >half.csv
refuse 'half.csv:2: .*not 0.5' cartpole --actions half.csv
printf 'push\nnan\n' >nan.csv
refuse 'nan.csv:2: column 1: an action is a finite number, not nan' cartpole --actions nan.csv
printf '1\nleft\n' >word.csv
refuse "word.csv:2: column 1: 'left' is no number" cartpole --actions word.csv
echo push >empty.csv
refuse 'empty.csv: holds no action' cartpole --actions empty.csv
refuse 'which actions' cartpole
refuse 'one environment' --actions right.csv
refuse 'max_stepz.*max_steps' cartpole --set env.max_stepz=3 --actions right.csv
expect 74 'missing.csv: No such file' play cartpole --actions missing.csv -o none.h5
expect 3 'nowhere' play nowhere --actions right.csv -o none.h5
expect 2 'where to' play cartpole --actions right.csv

if [[ -e ${top_builddir:-.}/envs/ant.so ]]; then
  row=0,0,0,0,0,0,0,0
  printf '%s\n' $row $row $row >rest.csv
  expect 0 'ant: 3 decisions, still running' \
    play ant --set env.burn_in=0 --set env.stop=none --actions rest.csv -o rest.h5
  printf '%s\n' $row 1,2,3 >short.csv
  refuse 'short.csv:2: 3 columns, but an action has 8: hip_1, ankle_1' ant --actions short.csv
fi

# what is in the files
if [[ -n ${PYTHON:-} ]]; then
  "$PYTHON" - "${top_srcdir:-.}/tests/golden" <<'EOF' || failed=1
import os, sys
import h5py, numpy as np
golden = h5py.File(sys.argv[1] + "/classic_control.h5")["cartpole_right"]
play = h5py.File("right.h5")["play"]
assert play["observation"].shape == (10, 4) and play["action"].shape == (10, 1)
assert np.abs(play["state"][1:] - golden["state"][:]).max() <= 1e-12
assert (play["state"][0] == 0).all()
assert (play["observation"][1:] == golden["observation"][:].astype("f4")).all()
assert list(play["done"]) == [0] * 9 + [1]
assert list(play["reward"]) == [0] + [1] * 9
if os.path.exists("rest.h5"):
    ant = h5py.File("rest.h5")["play"]
    row = h5py.File(sys.argv[1] + "/ant.h5")["normal__init_rand__act_sine"]
    for name in row:
        if name == "t":
            continue
        assert name in ant, name
        assert ant[name].shape[1:] == row[name].shape[1:], name
    assert ant["torso_quaternion"][0].tolist() == [0, 0, 0, 1]
    assert (ant["score"][:] == ant["progress"][:]).all()
    assert np.isfinite(ant["observation"][:]).all()
EOF
fi
((!failed))
