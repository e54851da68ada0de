#!/bin/bash
# hebb bench: what it prints, that its shares are whole and its lives those of a run, every kind of life,
# what it refuses, and that it writes nothing.
set -u
: "${HEBB:?is set by make check}"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/here" && cd "$work/here" || exit 1
failed=0
out=$work/out err=$work/err

fail() {
  echo "FAIL: $*"
  failed=1
}
# expect STATUS PATTERN ARGUMENT...: exit status, and a pattern that standard error has ("": it is empty)
expect() {
  local status=0
  "$HEBB" bench "${@:3}" >"$out" 2>"$err" </dev/null || status=$?
  [[ $status == "$1" ]] || fail "bench ${*:3}: status $status, not $1: $(cat "$err")"
  if [[ -n $2 ]]; then grep -qE -- "$2" "$err"; else [[ ! -s $err ]]; fi ||
    fail "bench ${*:3}: standard error is not '$2': $(cat "$err")"
  [[ $1 == 0 || ! -s $out ]] || fail "bench ${*:3}: a failure has a result: $(cat "$out")"
}
# fine NAME [ARGUMENT...]: every line is there, the shares sum to 100 %
fine() {
  local line sum
  expect 0 '' "$@" --seconds 1 --set optimizer.population=6
  for line in 'kernel  *(fused|plain), ' 'speed  *[1-9][0-9]* steps/s$' \
    'length of life  *[0-9.]+ decisions in the first generation, [0-9]+ at most$' \
    'generation  *[0-9.]+ m?s' 'whole run  *[0-9]+ generations?: [0-9]' 'of the time  *environment ' \
    'memory  *[0-9.]+ MB .*; [1-9][0-9.]* MB so far' 'measured  *[1-9][0-9]* lives, '; do
    grep -qE "^$line" "$out" || fail "bench $*: no line '$line': $(cat "$out")"
  done
  # ask and tell, in brackets, are the optimizer's own
  sum=$(sed -n 's/^of the time *//p' "$out" | sed -e 's/([^)]*)//' -e 's/[^0-9. -]//g' |
    awk '{ for (k = 1; k <= NF; k++) { if ($k < 0) exit 1; sum += 10 * $k } printf "%.0f", sum }')
  [[ $sum == 1000 ]] || fail "bench $*: shares sum to '$sum' tenths: $(cat "$out")"
}
said() { grep -qE "$1" "$out" || fail "$2: no '$1': $(cat "$out")"; }

fine cartpole-abcd
said '^cartpole-abcd: 4-16-2, 480 genes, population 6, 1 training task, ' 'what was measured'
said '^kernel *fused, ' 'the sweep'
said '^generation .*where every life has full length$' 'two bounds'
fine cartpole-abcd --workers 3
said ', 3 workers$' 'workers'
fine cartpole-abcd --workers 1 --set run.generations=1
said '^whole run *1 generation: .* to .*as lives lengthen$' 'the whole run'
said ', 1 worker$' 'one worker'

# no pole falls within 5 steps: there is nothing to grow
fine cartpole-abcd --set env.max_steps=5
said '^length of life *5.0 decisions in the first generation, 5 at most$' 'full lives'
said '^whole run *40 generations: [0-9.]+ m?s$' 'one bound'

# every kind of life
fine cartpole-abcd --set 'rule.kernel="plain"'
said '^kernel *plain, ' 'the plain kernel'
HEBB_CLONE=default fine cartpole-abcd
said '^kernel *fused, as compiled$' 'the least instruction set'
fine cartpole-abcd --set 'rule.update="in_forward"'
fine cartpole-abcd --set 'rule.plugin="static"' --set 'network.weights.init="evolved"' \
  --set 'network.weights.after_update="none"'
fine cartpole-abcd --set lifetime.episodes=3
said '^length of life .* 500 at most$' 'episodes apart are lives of their own'
fine cartpole-abcd --set lifetime.episodes=40 --set lifetime.keep_weights=true
said '^length of life .* 20000 at most$' 'episodes of one life'
fine cartpole-abcd --set record.centre_every=1 --set fitness.common_seeds=true
while read -r name; do
  "$HEBB" check "$name" >/dev/null 2>&1 || continue
  short=() # of lives that learn for a thousand episodes, the first twenty
  "$HEBB" check "$name" --resolved 2>/dev/null | grep -q '^keep_weights = true' &&
    short=(--set lifetime.episodes=20)
  fine "$name" "${short[@]}"
done < <("$HEBB" list experiments 2>/dev/null | sed -n 's/^  \([^ ]*\)  .*/\1/p' | sort -u)

fine cartpole-abcd --set genome.std=8 --set 'network.weights.after_update="none"'
said "^failed *[1-9][0-9]* of them: the network's output is not finite$" 'lives that fail'

# one line for programs, about the lives that a run begins with
expect 0 '' cartpole-abcd --seconds 1 --json
[[ $(wc -l <"$out") == 1 ]] || fail "--json is not one line: $(cat "$out")"
if "$PYTHON" -c 'import h5py' 2>/dev/null; then
  "$HEBB" run cartpole-abcd --set run.generations=1 -o "$work/run" >/dev/null 2>&1
  "$PYTHON" - "$out" "$work/run/run.h5" <<'EOF' || fail "--json: $(cat "$out")"
import json, sys, h5py
said = json.load(open(sys.argv[1]))
row = h5py.File(sys.argv[2])["generations"]
assert said["experiment"] == "cartpole-abcd" and said["network"] == [4, 16, 2], said
assert said["whole_generation"] and said["lives"] % 64 == 0 and said["failed_lives"] == 0, said
assert abs(said["life_steps"] - row["episode_length_mean"][0]) < 1e-6, said
assert abs(sum(said["share"].values()) - 1) < 1e-5 and min(said["share"].values()) >= 0, said
assert 0 < said["processor_share"] <= 1, said
assert 0 < said["generation_seconds"] < said["longest_generation_seconds"], said
steps = row["env_steps"][0] / said["generation_seconds"]
assert abs(said["steps_per_second"] / steps - 1) < 1e-6, said
EOF
fi

# six of eight workers have no life: that shortens neither the first generation nor the longest
expect 0 '' cartpole-abcd --seconds 1 --workers 8 --json --set optimizer.population=2 \
  --set lifetime.episodes=2000 --set lifetime.keep_weights=true
if [[ -n $PYTHON ]]; then
  "$PYTHON" - "$out" <<'EOF' || fail "more workers than lives: $(cat "$out")"
import json, sys
said = json.load(open(sys.argv[1]))
longer = said["most_life_steps"] / said["life_steps"]
assert longer > 3, longer  # else this finds nothing
assert said["longest_generation_seconds"] > 0.6 * longer * said["generation_seconds"], longer
EOF
fi

# what it refuses
expect 2 'bench: one experiment is wanted, 0 given'
expect 2 'bench: one experiment is wanted, 2 given' cartpole-abcd first
expect 2 'bench: --seconds wants a whole number from 1 to 86400, not .0.' cartpole-abcd --seconds 0
expect 2 'bench: --seconds wants .* not .soon.' cartpole-abcd --seconds soon
expect 2 'bench: --workers wants .* not .0.' cartpole-abcd --workers 0
expect 2 'bench: --set wants a value' cartpole-abcd --set
expect 2 'bench: unknown option --fast' cartpole-abcd --fast
expect 2 'populatio.*population' cartpole-abcd --set optimizer.populatio=6
expect 2 'population' cartpole-abcd --set optimizer.population=7
expect 2 'limits.memory' cartpole-abcd --set limits.memory=0.01
expect 1 'every life of the first generation fails.*not finite' cartpole-abcd --seconds 1 \
  --set genome.mean=1e6 --set 'network.weights.after_update="none"'

# a signal ends it
"$HEBB" bench cartpole-abcd --seconds 600 >"$out" 2>"$err" &
pid=$!
sleep 0.5
kill -TERM "$pid"
wait "$pid"
status=$?
[[ $status == 75 && ! -s $out ]] || fail "bench that was sent TERM ends with $status: $(cat "$out")"
grep -q 'bench: interrupted' "$err" || fail "bench that was sent TERM says: $(cat "$err")"

[[ -z $(ls -A) ]] || fail "it left files behind: $(ls -A)"
((!failed))
