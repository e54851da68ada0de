#!/bin/bash
# test_folds.sh - leave one out: a run for each task, trained on all others; interrupted and gone on with.
set -eu
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
fail() { echo "FAIL: $*"; exit 1; }

cat >poles.toml <<'T'
schema = 1
[env]
plugin = "cartpole"
[[task]]
name = "short"
env.max_steps = 20
[[task]]
name = "middle \"sized\""
train = true
env.max_steps = 40
[[task]]
name = "long"
env.max_steps = 80
[network]
layers = [4]
[rule]
plugin = "abcd"
[optimizer]
plugin = "openai_es"
population = 8
[run]
generations = 3
[evaluate]
rollouts = 5
leave_one_out = true
T

"$HEBB" run poles.toml --workers 1 >out 2>log || { cat log; fail "it did not run"; }
folds=runs/poles/folds-1
for task in short 'middle "sized"' long; do
  [ -f "$folds/without-$task/run.h5" ] || fail "no run without $task"
  [ -f "$folds/without-$task/eval-centre.h5" ] || fail "no evaluation without $task"
  "$HEBB" inspect "$folds/without-$task/run.h5" | grep -q '@name\|task' || fail "no file"
  grep -A1 "name = \"${task//\"/\\\\\"}\"" "$folds/without-$task/experiment.toml" | grep -q 'train = false' ||
    fail "$task is trained on in its fold"
  [ "$(grep -c '^train = true' "$folds/without-$task/experiment.toml")" = 2 ] || fail "not two are trained on"
done
tail -5 out >table
[ "$(grep -c . table)" = 5 ] || fail "the table has not five lines"
head -1 table | grep -q 'left out.*trained on' || fail "the table has no head"
grep -q '^mean .*over folds' table || fail "the table has no mean"

# the table's numbers are those of the evaluations
awk '/^short/ { print $3 }' table >said
"$HEBB" evaluate "$folds/without-short" --name again 2>/dev/null | awk '$1 == "short" { print $3 }' >measured
cmp -s said measured || fail "left out: $(cat said) is not $(cat measured)"

# a fold that was interrupted goes on, finished ones are not run again
cp "$folds/without-short/run.h5" finished.h5
rm -r "$folds/without-long"
"$HEBB" run poles.toml --workers 2 >again 2>log || { cat log; fail "it did not go on"; }
cmp -s finished.h5 "$folds/without-short/run.h5" || fail "a finished fold was run again"
tail -5 again | cmp -s - table || { diff <(tail -5 again) table; fail "another table"; }

# refused: other values than those of the folds that are there; begun anew with --force
for key in run.generations=4 evaluate.rollouts=6 env.max_steps=30; do
  status=0
  "$HEBB" run poles.toml --set $key >again 2>log || status=$?
  { [ $status = 2 ] && grep -q 'holds the fold of another experiment' log; } || fail "$key: $status $(cat log)"
done
rm "$folds/without-short/run.h5"
status=0
"$HEBB" run poles.toml --set run.generations=4 >again 2>log || status=$?
{ [ $status = 2 ] && grep -q 'holds the fold of another experiment' log; } || fail "unpublished: $status $(cat log)"
"$HEBB" run poles.toml --set run.generations=4 --force >again 2>log || fail "--force: $(cat log)"
grep -q '^hebb: 4 generations' log || fail "not begun anew: $(cat log)"

# refused: one task, or a name that there is not
status=0
"$HEBB" check poles.toml --set 'evaluate.held_out="other"' 2>log || status=$?
{ [ $status = 2 ] && grep -q "no task is called 'other'" log; } || fail "held_out of no task: $(cat log)"
status=0
"$HEBB" check cartpole-abcd --set evaluate.leave_one_out=true 2>log || status=$?
{ [ $status = 2 ] && grep -q 'at least two' log; } || fail "one task: $(cat log)"
printf 'schema = 1\nenv = { plugin = "cartpole" }\nrule = { plugin = "abcd" }\noptimizer = { plugin = "openai_es" }\n' >none.toml
for key in leave_one_out=true held_out=other held_out=default; do
  status=0
  "$HEBB" check none.toml --set evaluate.$key 2>log || status=$?
  [ $status = 2 ] || fail "without a [[task]], $key: $status $(cat log)"
done
echo "three folds"
