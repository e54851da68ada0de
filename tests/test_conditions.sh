#!/bin/bash
# Conditions on the command line: what evaluate runs and writes, sweeps, replay, the files' validity.
set -u
: "${HEBB:?is set by make check}"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

fail() { echo "FAIL: $*"; failed=1; }
# expect STATUS PATTERN COMMAND...: exit status, and a pattern on standard error
expect() {
  local status=$1 pattern=$2
  shift 2
  "$HEBB" "$@" >out 2>log
  local got=$?
  if ((got != status)) || { [[ -n $pattern ]] && ! grep -qE -- "$pattern" log; }; then
    fail "$*: exit status $got (wanted $status), wanted '$pattern' in:"
    cat log
  fi
}
# names WORD...: the conditions of the table that was printed
names() {
  local got
  got=$(sed -n '2,$s/  .*//p' out | tr '\n' '|')
  [[ $got == "$1" ]] || fail "the table has $got, not $1"
}

cat >poles.toml <<'END'
schema = 1
[run]
generations = 1
[env]
plugin = "cartpole"
max_steps = 60
[[task]]
name = "free"
train = true
[[task]]
name = "falls"
env.initial_state = [0, 0, 0.1, 0.5]
[network]
layers = [4]
[rule]
plugin = "abcd"
[optimizer]
plugin = "openai_es"
population = 4
[[condition]]
name = "freeze"
[[condition.event]]
kind = "freeze_rule"
at = [0, 4, 8]
[[condition]]
name = "lesion"
task = "falls"
[[condition.event]]
kind = "zero_weights"
at = 2
fraction = 0.25
[[condition.event]]
kind = "saturate_output"
at = 3
until = 5
END
"$HEBB" run poles.toml -o run >/dev/null 2>log || { cat log; exit 1; }

# tasks alone, all, some; the order is that of the experiment
expect 0 'is in tasks.h5' evaluate run --rollouts 4 -o tasks.h5
names 'free|falls|'
sed -n '2,3p' out >tasks
expect 0 'is in all.h5' evaluate run --rollouts 4 --record 2 --condition all --workers 1 -o all.h5
names 'free|falls|freeze at 0|freeze at 4|freeze at 8|lesion|'
[[ $(sed -n '2,3p' out | tr -s ' ') == "$(tr -s ' ' <tasks)" ]] || fail "tasks have other returns beside conditions"
mv out all
expect 0 'is in some.h5' evaluate run --rollouts 4 --condition lesion --condition 'freeze at 4' --condition free \
  --workers 3 -o some.h5
names 'free|freeze at 4|lesion|'
grep '^freeze at 4' out | tr -s ' ' >one
grep '^freeze at 4' all | tr -s ' ' | cmp -s - one || fail "a condition alone has other returns"
expect 2 "evaluate: no task or condition 'leson' in this experiment; did you mean 'lesion'\?; it has free, falls, freeze, lesion" \
  evaluate run --condition leson -o no.h5

# what the file says
expect 0 '' inspect --validate all.h5
grep -q 'agrees with the schema' out || fail "all.h5: $(cat out)"
expect 0 '' inspect all.h5
for line in '/lifetimes/freeze_at_4_001' '/lifetimes/lesion_000' 'event_kind\[event 2\]' 'condition_at\[condition 6\]'; do
  grep -qE -- "$line" out || fail "inspect shows no $line"
done
if "$PYTHON" -c 'import h5py, numpy' 2>/dev/null; then
  "$PYTHON" - <<'END' || fail "all.h5 says other things"
import h5py
with h5py.File("all.h5") as f:
    e, life = f["evaluation"], f["lifetimes/lesion_000"]
    assert list(e["condition_at"]) == [-1, -1, 0, 4, 8, -1], list(e["condition_at"])
    assert [x.decode() for x in e["condition_base"]] == ["free", "falls"] + ["freeze"] * 3 + ["lesion"]
    assert [x.decode() for x in e["condition_task"]] == ["free", "falls"] + ["free"] * 3 + ["falls"]
    assert b"at = 4\n" in e["condition_toml"][3] and b"zero_weights" in e["condition_toml"][5]
    assert list(life["event_at"]) == [2, 3] and list(life["event_until"]) == [-1, 5]
    assert [x.decode() for x in life["event_kind"]] == ["zero_weights", "saturate_output"]
    assert "event" not in f["lifetimes/free_000"]
    w = f["lifetimes/freeze_at_0_000/layer0_weight"]
    assert (w[0] == w[-1]).all()
END
fi

# one life for its pictures; a sweep is several
expect 0 'condition freeze at 4, rollout 1: [0-9]+ decisions' replay run --condition 'freeze at 4' --rollout 1 -o a.gif
expect 2 "'freeze' is 3 conditions, and one life is shown; name one, as in --condition 'freeze at 0'" \
  replay run --condition freeze -o no.gif

# conditions for a run that has none, and none for one that has
more='condition=[{name = "late", event = [{kind = "reset_weights", at = 7}]}]'
expect 0 'is in more.h5' evaluate run --rollouts 2 --set "$more" --condition late -o more.h5
names 'late|'
expect 0 'is in none.h5' evaluate run --rollouts 2 --set 'condition=[]' --condition all -o none.h5
names 'free|falls|'

# what check says of them
expect 0 '' check poles.toml
grep -q '; conditions freeze, lesion; network 4-4-2; ' out || fail "check: $(cat out)"

# the manual has their rows
expect 0 '' describe condition condition.event
grep -q '^\[\[condition.event\]\]' out || fail "describe: $(cat out)"
((!failed))
