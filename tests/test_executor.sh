#!/bin/bash
# test_executor.sh - run.executor = "process": the bits of threads; a world that crashes, exits, hangs or eats memory
# costs the lives in which it does so, which are named, and no process is left behind, however the run ends.
set -u
: "${HEBB:?}" "${PYTHON:?}" "${top_srcdir:?}"
"$PYTHON" -c 'import h5py, numpy' 2>/dev/null || { echo "h5py is missing: python3-h5py"; exit 77; }
case "${CFLAGS:-}${HEBB_CFLAGS:-}" in *fsanitize=*) echo "a sanitizer answers crashes itself"; exit 77 ;; esac
source=$(cd "$top_srcdir" && pwd)
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here" || exit 1
failed=0
fail() { echo "FAIL: $*"; failed=1; }

${CC:-cc} -std=gnu11 -O2 -ffp-contract=off -fvisibility=hidden -fPIC -shared -I"$source/framework/include" \
  "$source/tests/faulty/deadly.c" -o deadly.so || exit 99
${CC:-cc} -std=c11 -O2 -ffp-contract=off -fvisibility=hidden -fPIC -shared -I"$source/framework/include" \
  "$source/tests/faulty/rule.c" -o faulty_rule.so -lm || exit 99
cat >walk.toml <<'T'
[run]
generations = 3
[env]
plugin = "./deadly.so"
[network]
layers = [4]
[rule]
plugin = "abcd"
[optimizer]
plugin = "openai_es"
population = 16
[fitness]
l2 = 0.01
[record]
centre_every = 2
T

cat >alike.py <<'P'
# ONE OTHER KIND [ONE OTHER KIND]...: the same numbers, bit for bit; where lives failed in ONE, they did so in OTHER as KIND
import sys, h5py, numpy as np
def numbers(path):
    found = {}
    with h5py.File(path) as f:
        f.visititems(lambda name, item: found.update({name: item[()]})
                     if isinstance(item, h5py.Dataset) and item.dtype.kind in "fiu" and
                     not name.startswith("provenance/") and
                     name not in ("generations/wall_time", "plugins/environment/slow") else None)
        return found, f["provenance"].attrs["executor"]
bad = 0
for one, other, kind in zip(sys.argv[1::3], sys.argv[2::3], map(int, sys.argv[3::3])):
    (a, _), (b, executor) = numbers(one), numbers(other)
    wrong = sorted(a.keys() ^ b.keys())
    ka, kb = a.pop("generations/failure_kind"), b.pop("generations/failure_kind")
    wrong += [n for n in a if n in b and np.asarray(a[n]).tobytes() != np.asarray(b[n]).tobytes()]
    if kind and not (ka.any() and (kb == np.where(ka, kind, 0)).all()):
        wrong.append(f"failure_kind {sorted(set(kb.flat))}")
    if not kind and (ka.any() or kb.any()):
        wrong.append("failures")
    if executor not in ("process", b"process"):
        wrong.append(f"executor {executor}")
    if wrong or len(a) < 25:
        print(f"{one} and {other}: of {len(a)} data sets these differ: {wrong}")
        bad = 1
sys.exit(bad)
P
pairs=()
process=(--set run.executor=process)

# ---- one life of four is lost, however it dies; all else keeps its bits
"$HEBB" run walk.toml -o fails --workers 1 --set env.fault=fails >/dev/null 2>err || fail "$(cat err)"
lose() { # FAULT KIND WORDS [OPTION]...
  local fault=$1 kind=$2 words=$3
  shift 3
  "$HEBB" run walk.toml -o "$fault" --workers 2 "${process[@]}" --set env.fault="$fault" "$@" >/dev/null 2>err ||
    fail "$fault: $(cat err)"
  [[ $(grep -cE "^hebb: generation [0-2]: [0-9]+ of 16 individuals failed and rank last; the first, [0-9]+, in task 'default': $words; world seed [0-9]+\$" err) == 3 ]] ||
    fail "$fault is told of so: $(cat err)"
  pairs+=(fails/run.h5 "$fault/run.h5" "$kind")
}
mine="environment 'deadly'"
lose crashes 1 "$mine crashed with SIGSEGV"
lose aborts 1 "$mine crashed with SIGABRT"
lose overflows 1 "$mine crashed with SIGSEGV"
lose exits 1 "$mine ended the process with status 3"
lose vanishes 1 'its worker process ended with status 0'
lose killed 1 'its worker process crashed with SIGKILL'
lose forks 1 "$mine crashed with SIGABRT"
lose loops 2 "$mine takes longer than limits.rollout_seconds = 0.1" --set limits.rollout_seconds=0.1
lose eats 3 "$mine died of SIGSEGV without memory, limits.memory = 60 MB" --set limits.memory=60

expect() { # STATUS SENTENCE ARGUMENT...
  local want=$1 sentence=$2 status
  shift 2
  "$HEBB" run "$@" "${process[@]}" --force >out 2>err
  status=$?
  [[ $status == "$want" ]] || fail "hebb run $*: status $status, not $want: $(cat err)"
  grep -qE -- "$sentence" err || fail "hebb run $*: no '$sentence' in: $(cat err)"
}
# a failing world is what it is in threads; a rule that dies is named; stop stops
expect 0 "the first, [0-9]*, in task 'default': as it was asked to" walk.toml -o same --set env.fault=fails
pairs+=(fails/run.h5 same/run.h5 5)
expect 1 "individual [0-9]* failed in task 'default': $mine crashed with SIGSEGV; world seed [0-9]+ \(run.on_failure = \"stop\"\)" \
  walk.toml -o stopped --set env.fault=crashes --set run.on_failure=stop
expect 1 "no individual has a finite fitness.*: rule 'faulty_rule' crashed with SIG" walk.toml -o rule \
  --set rule.plugin=./faulty_rule.so --set rule.fault=crashes --set optimizer.population=4

# ---- the same bits for any number of workers: several tasks, learners, rules that are merged, resumed runs
both() { # NAME WORKERS EXPERIMENT [OPTION]...
  local name=$1 workers=$2
  shift 2
  "$HEBB" run "$@" -o "$name-t" --workers 1 >/dev/null 2>err || fail "$name: $(cat err)"
  "$HEBB" run "$@" -o "$name-p" --workers "$workers" "${process[@]}" >/dev/null 2>err || fail "$name: $(cat err)"
  pairs+=("$name-t/run.h5" "$name-p/run.h5" 0)
}
both walk 1 walk.toml
both walks 3 walk.toml --set fitness.common_seeds=true --set lifetime.episodes=3 --set lifetime.keep_weights=true
both learner 3 rules/reinforce --set run.seeds=4 --set lifetime.episodes=10
both merge 2 pedersen-2021/cartpole-merge --set run.generations=6 --set optimizer.population=6 \
  --set rule.merge_from=1 --set rule.merge_every=2 --set rule.merge_until=4
both lanes 2 cartpole-abcd --set run.generations=3 --set optimizer.population=6 --set lifetime.episodes=3

# ---- no process is left behind
begin() { # FOLDER GENERATIONS OPTION...: in a session of its own, until so many are done; its workers' numbers in $workers
  local folder=$1 generations=$2
  shift 2
  setsid "$HEBB" run walk.toml --workers 3 "${process[@]}" --set run.generations=100000 -o "$folder" "$@" >/dev/null 2>err.bg &
  pid=$!
  for _ in {1..300}; do
    workers=$(pgrep -P "$pid" | tr '\n' ' ')
    [[ $(wc -w <<<"$workers") == 3 && $(grep -c '^generation' err.bg) -ge $generations ]] && return
    sleep 0.02
  done
  fail "no three workers: $(cat err.bg)"
}
gone() { # WHAT: the workers are; what waits for whoever adopted it to notice is not there either
  local w left
  for _ in {1..100}; do
    left=
    for w in $workers; do [[ $(ps -o stat= -p "$w") == [!Z]* ]] && left+=" $w"; done
    [[ -z $left ]] && return
    sleep 0.02
  done
  fail "$1 leaves$left"
}
begin interrupted 2 --set env.slow=20
kill -INT -- "-$pid" # as a terminal does: the workers get it too
wait "$pid"
[[ $? == 75 ]] || fail "INT: $(cat err.bg)"
gone INT
n=$(grep -c '^generation' err.bg)
"$HEBB" resume interrupted --generations $((n + 1)) --workers 2 >/dev/null 2>err || fail "resume: $(cat err)"
"$HEBB" run walk.toml -o whole --workers 1 --set env.slow=1 --set run.generations=$((n + 1)) >/dev/null 2>err || fail "$(cat err)"
pairs+=(whole/run.h5 interrupted/run.h5 0)
begin waiting 0 --set env.fault=loops # a life without end or limit
sleep 0.2
kill -TERM "$pid"
wait "$pid"
[[ $? == 75 ]] || fail "TERM: $(cat err.bg)"
gone TERM
begin orphaned 2 --set env.slow=20
kill -KILL "$pid"
wait "$pid" 2>/dev/null
gone KILL
begin crashing 2 --set env.fault=crashes --set env.slow=5
for _ in {1..10}; do
  zombies=$(pgrep -c -P "$pid" --runstates Z)
  ((zombies <= 3)) || fail "$zombies zombies"
  sleep 0.03
done
workers=$(pgrep -P "$pid" | tr '\n' ' ')
kill -HUP "$pid"
wait "$pid"
gone HUP

"$PYTHON" alike.py "${pairs[@]}" || failed=1
((${#pairs[@]} == 3 * 16)) || fail "${#pairs[@]} files were compared"
((!failed))
