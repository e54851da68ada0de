#!/bin/bash
# test_resume.sh - a run that goes on ends with the bits of one that was never interrupted: for every
# optimizer, on other workers, after signals, kills, a torn journal, a damaged file and a full disk; and what
# resume refuses.
set -u
: "${HEBB:?}" "${PYTHON:?}" "${top_srcdir:?}" "${top_builddir:?}"
"$PYTHON" -c 'import h5py, numpy' 2>/dev/null || { echo "h5py is missing: python3-h5py"; exit 77; }
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here" || exit 1
failed=0
export HEBB_PUBLISH_SECONDS=1000 # after the first generation and at the end; the journal has the rest

fail() { echo "FAIL: $*"; failed=1; }
pairs=()
same() { pairs+=("$1/run.h5" "$2/run.h5"); } # compared at the end, by one python
small=(cartpole-abcd --set optimizer.population=10)
run() { # FOLDER OPTION...
  local folder=$1
  shift
  "$HEBB" run "${small[@]}" -o "$folder" "$@" >out 2>err
}

# expect STATUS SENTENCE ARGUMENT...
expect() {
  local status sentence=$2 want=$1
  shift 2
  "$HEBB" "$@" >out 2>err
  status=$?
  [[ $status == "$want" ]] || fail "hebb $*: status $status, not $want: $(cat err)"
  grep -qF -- "$sentence" err || fail "hebb $*: no '$sentence' in: $(cat err)"
}

# ---- every optimizer: seven generations, then twelve in all with other workers
for optimizer in $("$HEBB" list optimizers 2>/dev/null | sed -n 's/^  \([^ ]*\)  .*/\1/p' | sort -u); do
  set -- --set "optimizer.plugin=$optimizer" --set record.genome_every=3 --set record.centre_every=2
  run "$optimizer" "$@" --set run.generations=12 --workers 1 || fail "$optimizer: $(cat err)"
  run "$optimizer-7" "$@" --set run.generations=7 --workers 1 || fail "$optimizer: $(cat err)"
  expect 0 '12 generations, 5 of them now' resume "$optimizer-7" --generations 12 --workers 3
  same "$optimizer" "$optimizer-7"
done
[[ -s gmm_es/run.h5 && -s cma_es/run.h5 && -s none/run.h5 ]] || fail "not every optimizer was tried"

# nothing evolves: a rule that owns the agent
set -- rules/reinforce --set run.seeds=0 --set optimizer.population=3 --set lifetime.episodes=20 --workers 1
"$HEBB" run "$@" --set run.generations=6 -o learner >out 2>err || fail "reinforce: $(cat err)"
"$HEBB" run "$@" --set run.generations=3 -o learner-3 >out 2>err || fail "reinforce: $(cat err)"
expect 0 '6 generations, 3 of them now' resume learner-3 --generations 6 --workers 2
same learner learner-3

# ---- a run that is stopped from outside
long=(--set run.generations=160 --set fitness.l2=0.01 --set lifetime.episodes=2 --set lifetime.keep_weights=true)
run whole "${long[@]}" --workers 1 || fail "$(cat err)"
after=12
begin() { # FOLDER OPTION...: in the background, until $after generations
  : >err.bg
  "$HEBB" run "${small[@]}" "${long[@]}" --workers 1 -o "$@" >out.bg 2>err.bg &
  pid=$!
  for _ in {1..500}; do
    [[ $(grep -c '^generation' err.bg) -ge $after ]] && return
    sleep 0.02
  done
  fail "no $after generations: $(cat err.bg)"
}
stopped() { # FOLDER SIGNAL STATUS; again, where a busy machine lets it come to its end
  local status
  for _ in {1..5}; do
    begin "$1"
    kill "-$2" $pid
    wait $pid 2>/dev/null
    status=$?
    [[ $status == 0 ]] || break
    rm -r "$1"
  done
  [[ $status == "$3" ]] || fail "$2: status $status: $(cat err.bg)"
}
for signal in TERM INT HUP USR1 XCPU; do
  stopped $signal $signal 75
  grep -q "interrupted after .* which are kept; it goes on with: .*resume $signal" err.bg || fail "$signal: $(cat err.bg)"
  [[ $(ls $signal) == $'experiment.toml\nrun.h5' || $(ls $signal) == $'experiment.toml\nrun.h5\nrun.prev.h5' ]] || fail "$signal leaves $(ls $signal)"
  [[ $signal == TERM || $signal == INT ]] || continue
  expect 0 '160 generations' resume $signal --workers 2
  same whole $signal
done

# kill: the journal gives the generations back, and not one is lived again but that in flight
stopped killed KILL 137
before=$(grep -c '^generation' err.bg)
first_size=$(stat -c %s killed/run.h5)
cp -r killed torn && cp -r killed gap && cp -r killed other
expect 0 'run.journal gives back' resume killed/run.h5 --workers 3
again=$(grep -c '^generation' err)
((before + again <= 161)) || fail "$before generations before the kill, $again after it"
same whole killed

# a torn journal: cut within its last record
truncate -s -3 torn/run.journal
expect 0 'run.journal ends within a record, which is dropped' resume torn
same whole torn

# a journal with a byte changed in its third record, and one that has lost its head
size=$(stat -c %s gap/run.journal)
printf '\377' | dd of=gap/run.journal bs=1 seek=$((size / 2)) conv=notrunc status=none
expect 0 'run.journal ends within a record, which is dropped' resume gap
same whole gap
printf 'nonsense' | dd of=other/run.journal bs=1 conv=notrunc status=none
expect 0 '160 generations' resume other
same whole other

# a damaged run.h5: the one before
stopped damaged TERM 75
cp damaged/run.h5 damaged/run.prev.h5
truncate -s -100 damaged/run.h5
expect 0 'goes on from run.prev.h5' resume damaged
same whole damaged
[[ $(ls damaged) == $'experiment.toml\nrun.h5' ]] || fail "a finished run leaves $(ls damaged)"

# before anything was published
stopped early KILL 137
rm early/run.h5
expect 0 'nothing was published; the run starts over from early/experiment.toml' resume early
same whole early

# after the last generation, before the file said that it was the last
cp -r whole ended
"$PYTHON" - ended/run.h5 <<'PY'
import sys, h5py
with h5py.File(sys.argv[1], "r+") as f:
    f.attrs["status"] = f.attrs["status"] * 0
PY
expect 0 '160 generations, 0 of them now' resume ended
same whole ended

# rules that merge: the genome changes its size between generations
ordinary=("${small[@]}") usual=("${long[@]}")
small=(pedersen-2021/cartpole-merge --set optimizer.population=10) long=(--set record.genome_every=7)
run merged "${long[@]}" || fail "$(cat err)"
after=15 stopped merged-15 TERM 75
after=35 stopped merged-35 KILL 137
expect 0 '160 generations' resume merged-15 --workers 2
expect 0 'run.journal gives back' resume merged-35
same merged merged-15
same merged merged-35
small=("${ordinary[@]}") long=("${usual[@]}")

# ---- a second INT leaves at once, in the midst of a long life
: >err.bg
"$HEBB" run "${small[@]}" --set lifetime.episodes=1000000 --set lifetime.keep_weights=true --workers 1 -o twice >out.bg 2>err.bg &
pid=$!
for _ in {1..1500}; do # until the life has been going for a while: a fifth of a second of processor time
  read -r -a stat <"/proc/$pid/stat" || break
  ((stat[13] >= 20)) && break
  sleep 0.02
done
kill -INT $pid
sleep 0.1
kill -INT $pid 2>/dev/null || true
wait $pid 2>/dev/null
status=$?
[[ $status == 130 ]] || fail "a second INT: status $status: $(cat err.bg)"

# ---- one at a time
begin locked --set run.generations=1000000
expect 2 "process $pid on" resume locked
expect 2 "process $pid on" run "${small[@]}" -o locked --force
kill $pid
wait $pid

# ---- a limit of the file's size stands for a full disk
(ulimit -f $((first_size / 1024 + 2)) && exec "$HEBB" run "${small[@]}" "${long[@]}" --workers 1 -o full) >out 2>err
status=$?
[[ $status == 74 ]] || fail "a full disk: status $status: $(tail -n 3 err)"
[[ $(grep -c 'File too large' err) == 1 ]] || fail "a full disk says: $(grep -v ^generation err)"
"$HEBB" inspect --validate full/run.h5 >out 2>&1 || fail "a full disk spoils the file: $(cat out)"
expect 0 'run.journal gives back' resume full
same whole full

# ---- refusals
expect 2 'the run is finished, with 160 generations' resume whole
expect 2 'the run already has 160 generations, not 20' resume whole --generations 20
expect 2 'no such folder' resume nowhere
mkdir empty
expect 2 'holds no run' resume empty
[[ -z $(ls -A empty) ]] || fail "resume leaves $(ls -A empty) in a folder without a run"
expect 2 'one run folder is wanted, 0 given' resume
stopped source TERM 75
"$PYTHON" - source/run.h5 <<'PY'
import sys, h5py
with h5py.File(sys.argv[1], "r+") as f:
    f["provenance"].attrs["source_sha256"] = "another"
PY
expect 0 'source was begun by a hebb of other sources' resume source
same whole source
stopped binary TERM 75
mkdir -p other-plugins/rules
cp -L "$top_builddir/rules/abcd.so" other-plugins/rules/abcd.so && printf 'x' >>other-plugins/rules/abcd.so
expect 3 'began with another binary of rule abcd' resume binary --plugin-dir other-plugins
expect 0 '160 generations' resume binary --plugin-dir other-plugins --force
same whole binary
"$PYTHON" - binary/run.h5 <<'PY' || fail "what the file says of a forced resume"
import sys, h5py
with h5py.File(sys.argv[1]) as f:
    p = f["provenance"]
    assert list(p["start_changed"]) == [0, 1], list(p["start_changed"])
    assert p["start_generation"][0] == 0 and p["start_generation"][1] >= 11
    assert p["start_time"][1] > p["start_time"][0] > 1e9
    assert "run binary" in p.attrs["command_line"] or " -o binary" in p.attrs["command_line"]
    assert list(p["override"].asstr())[0] == "optimizer.population=10"
PY
"$PYTHON" - whole/run.h5 newer/run.h5 <<'PY'
import os, shutil, sys, h5py
os.mkdir("newer")
shutil.copy(sys.argv[1], sys.argv[2])
with h5py.File(sys.argv[2], "r+") as f:
    f.attrs["schema_version"] = [1, 99, 0]
PY
expect 4 'is of schema 1.99, this hebb writes 1.' resume newer

"$PYTHON" "$top_srcdir/tests/same_run.py" "${pairs[@]}" || failed=1
((${#pairs[@]} == 2 * (12 + 2 + 4 + 3 + 2 + 3))) || fail "${#pairs[@]} files were compared"
((!failed))
