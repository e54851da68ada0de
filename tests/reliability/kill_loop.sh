#!/bin/bash
# kill_loop.sh - runs and resumes are killed (SIGKILL) at random moments, start-up included, until they have come
# to their end all the same; that end is compared with a run that was never killed.
#
#   KILLS=100        kills in all
#   SECONDS_MOST=1   a process lives so long at most; a third of them dies in the first 50 ms
#
# Counted: files that cannot be read, generations that were shown and are lost, ends that differ.
set -u
: "${HEBB:?}" "${PYTHON:?}" "${top_srcdir:?}"
"$PYTHON" -c 'import h5py, numpy' 2>/dev/null || { echo "h5py is missing: python3-h5py"; exit 77; }
kills=${KILLS:-100} most=${SECONDS_MOST:-1}
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here" || exit 1
experiment=(cartpole-abcd --set optimizer.population=10 --set run.generations=250 --set record.genome_every=50
  --set record.centre_every=7 --set fitness.l2=0.01)
export HEBB_PUBLISH_SECONDS=0.02 # far more often than by itself: more files to be killed in

"$HEBB" run "${experiment[@]}" --workers 1 -o whole >/dev/null 2>err || { cat err; exit 1; }

unreadable=0 lost=0 different=0 killed=0 chains=0 early=0 begun_anew=0 longest=0
fault() { echo "FAULT after $killed kills: $*"; }

# the generation that the log begins and ends with; nothing where it shows none
first_shown() { sed -n 's/^generation \([0-9]*\) (.*steps\/s.*/\1/p' "$1" | head -n 1; }
last_shown() { sed -n 's/^generation \([0-9]*\) (.*steps\/s.*/\1/p' "$1" | tail -n 1; }

while ((killed < kills)); do
  rm -rf run
  ((++chains))
  shown=-1 links=0 # the last generation that anybody has seen
  while :; do
    workers=$((RANDOM % 3 + 1))
    : >log # else one that is killed before it opens it would leave the last one's
    if [[ -e run/run.h5 || -e run/run.journal || -e run/experiment.toml ]]; then
      "$HEBB" resume run --workers $workers >/dev/null 2>log &
    else
      rm -rf run
      "$HEBB" run "${experiment[@]}" --workers $workers -o run >/dev/null 2>log &
    fi
    pid=$!
    if ((killed < kills)); then
      span=$most
      ((RANDOM % 3)) || span=0.05
      sleep "$(awk -v r=$RANDOM -v s="$span" 'BEGIN { print r / 32768 * s }')"
      kill -9 $pid 2>/dev/null
    fi
    wait $pid 2>/dev/null
    status=$?
    from=$(first_shown log) to=$(last_shown log)
    if [[ -n $from ]] && ((from <= shown)); then
      ((lost += shown - from + 1))
      fault "goes on with generation $from, and $shown was done"
    fi
    [[ -z $to ]] || shown=$to
    ((status == 137)) || break
    ((++killed, ++links))
    [[ -n $to ]] || ((++early))
    [[ -e run/run.h5 ]] || ((++begun_anew))
    if [[ -e run/run.h5 ]] && ! "$HEBB" verify run >out 2>&1; then
      ((++unreadable))
      fault "run.h5: $(head -n 3 out)"
    fi
  done
  ((links > longest)) && longest=$links
  if ((status != 0)) && ! grep -q 'the run is finished' log; then
    ((++different))
    fault "status $status: $(tail -n 3 log)"
  elif ! "$PYTHON" "$top_srcdir/tests/same_run.py" whole/run.h5 run/run.h5 >out 2>&1; then
    ((++different))
    fault "$(cat out)"
  elif [[ $(ls run) != $'experiment.toml\nrun.h5' ]]; then
    ((++different))
    fault "left behind: $(ls run)"
  fi
done
echo "kills $killed (before the first generation shown by that process $early, before anything was published $begun_anew)," \
  "runs $chains, at most $longest kills in one;" \
  "unreadable files $unreadable, lost generations $lost, runs that end otherwise $different"
((unreadable + lost + different == 0))
