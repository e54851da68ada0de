#!/bin/bash
# The program's own command line: help, versions, unknown commands, where output goes and what status
# comes back; and that ./hebb runs from any folder and hands signals on.
set -u
: "${HEBB:?is set by make check}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
unset HEBB_PLUGIN_PATH HEBB_DATA_PATH
failed=0

fail() {
  echo "FAIL: $*"
  failed=1
}
# whether a file has these words; without any, whether it is empty
has() {
  if [[ -n $2 ]]; then grep -qF -- "$2" "$1"; else [[ ! -s $1 ]]; fi
}
# status, words on standard output, words on standard error, command...
expect() {
  local status=0
  "${@:4}" >out 2>err </dev/null || status=$?
  [[ $status == "$1" ]] || fail "${*:4}: status $status, not $1"
  has out "$2" || fail "${*:4}: standard output is not '$2': $(head -n 3 out)"
  has err "$3" || fail "${*:4}: standard error is not '$3': $(head -n 3 err)"
}

commands=(run evaluate replay inspect check list describe new vet play bench table)
expect 0 "Usage: hebb COMMAND" "" "$HEBB" --help
for name in "${commands[@]}"; do
  grep -q "^  $name  *[a-z]" out || fail "--help does not list $name"
done
for name in "${commands[@]}"; do
  expect 0 "Usage: hebb $name" "" "$HEBB" "$name" --help
  expect 2 "" "$name: " "$HEBB" "$name" --no-such-option
done

for name in "${commands[@]}"; do
  [[ $("$HEBB" help "$name") == "$("$HEBB" "$name" --help)" ]] || fail "help $name is not $name --help"
done
expect 0 "Usage: hebb COMMAND" "" "$HEBB" help
expect 2 "" "did you mean 'run'?" "$HEBB" help rnu

expect 0 "hebb 0." "" "$HEBB" --version
grep -q '^plugin interface (ABI) [0-9]*$' out || fail "--version lacks the plugin interface"
grep -q '^HDF5 schema [0-9.]*$' out || fail "--version lacks the schema"

expect 2 "" "Usage: hebb COMMAND" "$HEBB"
expect 2 "" "did you mean 'run'?" "$HEBB" rnu
expect 2 "" "no command 'xylophone'" "$HEBB" xylophone
expect 2 "" "no command ''" "$HEBB" ""

# a reader that leaves is no failure, a full disk is one
"$HEBB" list | head -n 1 >/dev/null
[[ ${PIPESTATUS[0]} == 0 ]] || fail "list | head: status ${PIPESTATUS[0]}"
if [[ -c /dev/full ]]; then
  "$HEBB" list >/dev/full 2>err
  [[ $? == 74 ]] || fail "list > /dev/full does not end with 74"
  grep -q "standard output" err || fail "list > /dev/full: no sentence"
fi

# the tree's own plugins and experiments, through a link from elsewhere
ln -s "$HEBB" elsewhere
expect 0 "openai_es" "" ./elsewhere list
expect 0 "cartpole" "" ./elsewhere check cartpole-abcd

# a signal reaches the program behind the wrapper: it writes its file and ends with 75
"$HEBB" run cartpole-abcd.toml --set run.generations=100000 --workers 1 -o interrupted >out 2>err &
pid=$!
for _ in {1..100}; do
  grep -q '^generation' err && break
  sleep 0.1
done
kill -TERM "$pid"
wait "$pid"
status=$?
[[ $status == 75 ]] || fail "a run that was sent TERM ends with $status: $(tail -n 2 err)"
[[ -s interrupted/run.h5 ]] || fail "an interrupted run left no run.h5"

((!failed))
