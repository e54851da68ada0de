# hash_of.sh - read by tests that are in a folder of their own and have `fail`: whether runs leave the same bytes with any
# number of workers and on every instruction set.
# shellcheck shell=bash

hash_of() { # NAME CLONE WORKERS [SETTING]...: evolves and hashes the genome that is left
  local name=$1 clone=$2 workers=$3
  local -a set=(--set run.generations=2 --set optimizer.population=6)
  for setting in "${@:4}"; do
    set+=(--set "$setting")
  done
  HEBB_CLONE=$clone "$HEBB" run cartpole-abcd "${set[@]}" --workers "$workers" -o "$name" \
    >out 2>err || fail "run $name: $(cat err)"
  "$HEBB" evaluate "$name" --rollouts 2 --seed 3 --record 1 -o "$name.h5" >out 2>err ||
    fail "evaluate $name: $(cat err)"
  "$HEBB" inspect --validate "$name/run.h5" >out 2>&1 || fail "run $name: $(cat out)"
  "$HEBB" inspect --validate "$name.h5" >out 2>&1 || fail "evaluation $name: $(cat out)"
  "$HEBB" inspect "$name.h5" | grep genome_sha256
}

# SETTINGS...: one run for each, its settings in one word; each is another run than those before
same_everywhere() {
  local seen='' k=0 first clone settings set
  for settings in "$@"; do
    read -r -a set <<<"$settings"
    first=$(hash_of "$k-default-1" default 1 "${set[@]}")
    [ -n "$first" ] || fail "$settings: no genome"
    case $seen in *"$first"*) fail "$settings is no other run than the ones before" ;; esac
    seen+=$first
    for clone in v3 v4; do
      [ "$(hash_of "$k-$clone-3" "$clone" 3 "${set[@]}")" = "$first" ] ||
        fail "$settings: $clone with 3 workers leaves another genome"
    done
    k=$((k + 1))
  done
}
