#!/bin/bash
# fault_sweep.sh - the n-th call of each kind that a run makes on its own files is killed (SIGKILL) or fails, for
# every n: with EIO, and with ENOSPC where it writes. What must follow: status 74 and one sentence (or none, where
# nothing depends on the call), never a signal; a run.h5 that is valid; and a resume that ends as a run without faults.
# Needs strace and the right to use it.
set -u
: "${HEBB:?}" "${PYTHON:?}" "${top_srcdir:?}"
"$PYTHON" -c 'import h5py, numpy' 2>/dev/null || { echo "h5py is missing: python3-h5py"; exit 77; }
strace -o /dev/null true 2>/dev/null || { echo "strace is missing, or may not trace here"; exit 77; }
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here" || exit 1
export HEBB_PUBLISH_SECONDS=0
program=$(dirname "$HEBB")/framework/hebb
[[ -x $program ]] || program=$HEBB
experiment=(cartpole-abcd --set optimizer.population=6 --set run.generations=3)
"$HEBB" run "${experiment[@]}" --workers 1 -o whole >/dev/null 2>err || { cat err; exit 1; }

# calls that name a file are those on the run's own; calls on a descriptor are all, the log's too
paths=(-P run -P run/run.lock -P run/run.h5 -P run/run.h5.tmp -P run/run.prev.h5 -P run/run.journal
  -P run/run.journal.tmp -P run/experiment.toml -P run/experiment.toml.tmp)
traced() { # CALL WHAT
  local only=()
  case $1 in mkdir | openat | rename | link | unlink) only=("${paths[@]}") ;; esac
  rm -rf run
  strace -qq -o trace "${only[@]}" -e "trace=$1" ${2:+-e "inject=$1:$2"} \
    "$program" run "${experiment[@]}" --workers 1 -o run >out 2>err
}

tried=0 failed=0 pairs=() refused=0 survived=0
fault() { echo "FAULT: $*"; failed=1; }
try() { # CALL N FAULT STATUS...
  local call=$1 n=$2 what=$3 status want=" ${*:4} "
  (traced "$call" "$what:when=$n") 2>/dev/null
  status=$?
  ((++tried))
  [[ $want == *" $status "* ]] || fault "$call $n $what: status $status: $(grep -v ^generation err | head -n 3)"
  if [[ $status == 74 ]]; then
    ((++refused))
    grep -q '^hebb: .*run' err || fault "$call $n $what: no sentence: $(cat err)"
    [[ $(grep -c '^hebb: .*\(cannot\|damaged\|standard output\)' err) == 1 ]] || fault "$call $n $what says: $(grep -v ^generation err)"
  elif [[ $status == 0 ]]; then
    ((++survived))
  fi
  if [[ -e run/run.h5 ]] && ! "$HEBB" verify run >out 2>&1; then
    fault "$call $n $what spoils run.h5: $(head -n 3 out)"
  fi
  if [[ $status != 0 ]]; then
    if [[ -e run/run.h5 || -e run/experiment.toml ]]; then
      "$HEBB" resume run >out 2>err
      status=$?
    else
      rm -rf run
      "$HEBB" run "${experiment[@]}" -o run >out 2>err
      status=$?
    fi
    # the last call may have been one after the end
    [[ $status == 0 ]] || grep -q 'the run is finished' err || fault "$call $n $what: resume ends with $status: $(cat err)"
  fi
  cp run/run.h5 "$tried.h5" && pairs+=(whole/run.h5 "$tried.h5")
}

for call in ${CALLS:-mkdir openat write pwrite64 fsync fdatasync ftruncate rename link unlink}; do
  traced "$call" ''
  count=$(wc -l <trace)
  echo "$call: $count calls"
  for ((n = 1; n <= count; n++)); do
    try "$call" "$n" signal=KILL 137
    try "$call" "$n" error=EIO 74 0
    case $call in write | pwrite64 | openat | mkdir | link) try "$call" "$n" error=ENOSPC 74 0 ;; esac
  done
done
"$PYTHON" "$top_srcdir/tests/same_run.py" "${pairs[@]}" || failed=1
echo "faults $tried: ended with a sentence and 74 $refused, did without $survived, killed $((tried - refused - survived));" \
  "$((${#pairs[@]} / 2)) ends compared"
((!failed))
